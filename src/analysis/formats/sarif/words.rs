//! The words of a result: title, reason and way out, cut to what somebody reads. Links in them lose where they lead.

use super::shape::{Descriptor, Message, Outcome};

/// Characters of a title.
const TITLE: usize = 160;
/// Characters of a reason.
const WHY: usize = 1_200;
/// Characters of a way out.
const FIX: usize = 400;
/// Arguments of a message that are looked at.
const MOST_ARGUMENTS: usize = 20;

/// What a result says.
pub(super) struct Words {
    pub(super) title: String,
    pub(super) why: String,
    pub(super) fix: String,
}

impl Words {
    /// The words of `result` of `rule`, which `tool` calls `name`.
    pub(super) fn of(result: &Outcome, rule: Option<&Descriptor>, tool: &str, name: &str) -> Self {
        let said = message(&result.message, rule);
        let short = rule.map(|rule| plain(&rule.short_description)).unwrap_or_default();
        let full = rule.map(|rule| plain(&rule.full_description)).unwrap_or_default();
        let said = [said, short.clone(), full.clone(), name.to_owned()].into_iter().find(|text| !text.is_empty()).unwrap_or_default();
        let first = first_sentence(&said);
        let title = cut(first, TITLE);
        // Nobody reads the title twice, unless it had to be cut.
        let rest = if title == first { said.get(first.len()..).unwrap_or_default() } else { &said };
        let mut why = rest.trim_start_matches('.').trim().to_owned();
        for more in [short, full] {
            if !more.is_empty() && !said.contains(&more) && !why.contains(&more) {
                why = if why.is_empty() { more } else { format!("{why} {more}") };
            }
        }
        if why.is_empty() {
            why = format!("{tool} says so, and gives no reason.");
        }
        let proposed = result.fixes.iter().map(|fix| plain(&fix.description)).find(|text| !text.is_empty());
        let page = rule.and_then(|rule| rule.help_uri.as_deref()).filter(|page| !page.trim().is_empty());
        let fix = match (proposed, page) {
            (Some(fix), _) => fix,
            (None, Some(page)) => format!("what {tool} asks for is done ({page}), or its rule is shown not to hold here"),
            (None, None) => format!("what {tool} asks for is done, or its rule is shown not to hold here"),
        };
        Self { title, why: cut(&why, WHY), fix: cut(&fix, FIX) }
    }
}

/// A message with its arguments put in: its own text, or that of the rule under its id.
pub(super) fn message(message: &Message, rule: Option<&Descriptor>) -> String {
    let own = plain(message);
    let text = match (own.is_empty(), &message.id) {
        (true, Some(id)) => rule.and_then(|rule| rule.message_strings.get(id)).map(plain).unwrap_or_default(),
        _ => own,
    };
    filled(&text, &message.arguments)
}

/// Text without links and line feeds; that of Markdown where there is no other.
pub(super) fn plain(message: &Message) -> String {
    let text = [&message.text, &message.markdown].into_iter().flatten().find(|text| !text.trim().is_empty());
    text.map(|text| unlinked(text)).unwrap_or_default()
}

/// `[words](where)` as its words, white space as single spaces.
fn unlinked(text: &str) -> String {
    let mut rest = text.get(..text.floor_char_boundary(WHY * 4)).unwrap_or(text);
    let mut out = String::with_capacity(rest.len());
    let mut open = None;
    while let Some(at) = rest.find(['[', ']']) {
        let opens = rest.get(at..).is_some_and(|rest| rest.starts_with('['));
        out.push_str(rest.get(..at).unwrap_or(""));
        rest = rest.get(at + 1..).unwrap_or("");
        if opens {
            open = Some(out.len());
            out.push('[');
            continue;
        }
        match (open.take(), rest.strip_prefix('(').and_then(|link| link.split_once(')'))) {
            (Some(start), Some((_, after))) => {
                out.remove(start);
                rest = after;
            }
            _ => out.push(']'),
        }
    }
    out.push_str(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `{0}` as the first argument, `{{` as a brace.
fn filled(text: &str, arguments: &[String]) -> String {
    if arguments.is_empty() || !text.contains('{') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find(['{', '}']) {
        out.push_str(rest.get(..open).unwrap_or(""));
        rest = rest.get(open..).unwrap_or("");
        let number = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).and_then(|(number, after)| {
            let number = number.parse::<usize>().ok().filter(|number| *number < MOST_ARGUMENTS)?;
            Some((arguments.get(number)?, after))
        });
        if let Some((argument, after)) = number {
            out.push_str(&cut(argument.trim(), TITLE));
            rest = after;
        } else {
            let brace = if rest.starts_with('{') { '{' } else { '}' };
            let doubled = rest.get(1..).is_some_and(|rest| rest.starts_with(brace));
            out.push(brace);
            rest = rest.get(if doubled { 2 } else { 1 }..).unwrap_or("");
        }
    }
    out.push_str(rest);
    out
}

/// Up to the first full stop that ends a sentence.
fn first_sentence(text: &str) -> &str {
    let end = text.find(". ").filter(|end| *end > 10).map_or(text.len(), |end| end + 1);
    text.get(..end).unwrap_or(text).trim_end_matches('.')
}

/// At most `most` characters of `text`.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_take_their_arguments_and_lose_their_links() {
        let told = |text: &str, arguments: &[&str]| {
            let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
            message(&Message { text: Some(text.to_owned()), arguments, ..Message::default() }, None)
        };
        assert_eq!(told("{0} flows into {1}, not {{0}} or {7}", &["a", "b"]), "a flows into b, not {0} or {7}");
        assert_eq!(told("from a [user's\nvalue](1) to [x](https://e.example/y).", &[]), "from a user's value to x.");
        assert_eq!(told("array[3] and [a](b", &[]), "array[3] and [a](b");
        assert_eq!(told("  \n ", &[]), "");
    }

    #[test]
    fn the_first_sentence_is_the_title() {
        assert_eq!(first_sentence("Runs a shell. That is bad."), "Runs a shell");
        assert_eq!(first_sentence("e.g. os.system() is called"), "e.g. os.system() is called");
    }
}
