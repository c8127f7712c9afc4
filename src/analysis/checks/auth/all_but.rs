//! Several were let in by their names, and now everybody is but one other. A part of `condition-weakened`.

/// Whether `old` names whom it lets in, one by one, and `new` names only whom it does not. Both as words and signs; `keeps`: of conditions
/// that keep out.
pub(super) fn all_but_another(old: &[String], new: &[String], keeps: bool) -> bool {
    let joined = if keeps { "&&" } else { "||" };
    let parts: Vec<&[String]> = old.split(|token| token == joined).collect();
    let (Some((whom, _)), 2..=12) = (compared(new, !keeps), parts.len()) else { return false };
    let named: Vec<&str> =
        parts.iter().filter_map(|part| compared(part, keeps)).filter(|(of, _)| *of == whom).map(|(_, name)| name).collect();
    let other = compared(new, !keeps).is_some_and(|(_, name)| !named.contains(&name));
    named.len() == parts.len() && other
}

/// What is compared, and with which literal; `negated`: by a sign that says that it is not so.
fn compared(part: &[String], negated: bool) -> Option<(&[String], &str)> {
    let bare = |token: &String| matches!(token.as_str(), "(" | ")");
    let first = part.iter().position(|token| !bare(token))?;
    let last = part.iter().rposition(|token| !bare(token))?;
    let part = part.get(first..=last)?;
    let (name, rest) = part.split_last()?;
    let (sign, rest) = rest.split_last()?;
    let equal = matches!(sign.as_str(), "==" | "===");
    let (is_negated, whom) = match rest.split_last() {
        Some((not, whom)) if not == "!" => (true, whom),
        _ => (false, rest),
    };
    let literal = name.starts_with(['"', '\'', '`']);
    (equal && literal && is_negated == negated && !whom.is_empty() && whom.iter().all(|token| !matches!(token.as_str(), "&&" | "||" | "!")))
        .then_some((whom, name))
}
