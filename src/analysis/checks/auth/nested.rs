//! One condition in another shape: branches within branches that became one, or the other way round; a question whether there is something
//! before it is asked. A part of `condition-weakened` and `guard-removed`.

use super::terms::{parts, tokens};
use crate::analysis::branch::branch;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::SideView;

/// Branches within branches beyond this are not put together.
const DEEPEST: usize = 16;
/// A longer condition is data.
const LONGEST: usize = 1500;

/// All that has to hold for what the branch at `at` leads to: what the branches around it ask, what it asks, and what is asked by branches that
/// are all it holds. `None` where nothing is asked there, or too much.
#[must_use]
pub(super) fn asked(side: &SideView<'_>, language: Language, at: usize) -> Option<Vec<Vec<String>>> {
    let mut all = conjuncts(side, language, at)?;
    let mut parent = side.statements()[at].parent;
    for _ in 0..DEEPEST {
        let Some(outer) = parent else { break };
        if let Some(around) = conjuncts(side, language, outer) {
            all.splice(0..0, around);
        }
        parent = side.statements()[outer].parent;
    }
    let mut here = at;
    for _ in 0..DEEPEST {
        let (next, end) = (here + 1, side.statements()[here].end);
        let whole = side.statements().get(next).is_some_and(|inner| next < end && inner.end >= end);
        let Some(within) = conjuncts(side, language, next).filter(|_| whole) else { break };
        all.extend(within);
        here = next;
    }
    Some(all)
}

/// Whether branches that the change touches ask together what was asked at `at` of the old side, in a function of the same name.
#[must_use]
pub(super) fn same(language: Language, (old, at): (&SideView<'_>, usize), (new, is): (&SideView<'_>, usize)) -> bool {
    asked(old, language, at).is_some_and(|was| was.len() > 1 && asked(new, language, is).is_some_and(|is| is == was))
}

fn conjuncts(side: &SideView<'_>, language: Language, at: usize) -> Option<Vec<Vec<String>>> {
    let statement = side.statements().get(at)?;
    let turned = side.code_of(statement).trim_start().starts_with("unless");
    let found = branch(side, language, at).filter(|_| !turned)?;
    let text = side.plain().get(found.condition).filter(|text| text.len() <= LONGEST)?;
    let all = tokens(text);
    // Where either is enough, both stand in brackets beside another question.
    if parts(&all, "||").len() > 1 {
        let bracket = |sign: &str| std::iter::once(sign.to_owned());
        return Some(vec![bracket("(").chain(all).chain(bracket(")")).collect()]);
    }
    Some(parts(&all, "&&").into_iter().map(|part| if language == Language::Rust { matched(part) } else { part }).collect())
}

/// `let Some(x) = y` of Rust as `matches!(y, Some(x))`, where nothing gets a name by it.
fn matched(part: Vec<String>) -> Vec<String> {
    let Some(sign) = part.iter().position(|token| token == "=").filter(|_| part.first().is_some_and(|first| first == "let")) else {
        return part;
    };
    let (shape, value) = (&part[1..sign], &part[sign + 1..]);
    let names = shape.iter().any(|token| token.starts_with(|c: char| c.is_lowercase()) || token == "@");
    if names || value.is_empty() {
        return part;
    }
    let words = |all: [&str; 3]| all.map(str::to_owned);
    let (head, comma, end) = (words(["matches", "!", "("]), [",".to_owned()], [")".to_owned()]);
    [&head[..], value, &comma[..], shape, &end[..]].concat()
}

/// Whether all that came into a condition is whether there is the very thing it asks about: `user && user.signedIn`, `x != null && x.y`.
#[must_use]
pub(super) fn asks_whether_there(old: &str, new: &str) -> bool {
    if old.len() > LONGEST || new.len() > LONGEST {
        return false;
    }
    let (was, is) = (parts(&tokens(old), "&&"), parts(&tokens(new), "&&"));
    let came: Vec<&Vec<String>> = is.iter().filter(|part| !was.contains(part)).collect();
    let there = |part: &[String]| {
        let thing: &[String] = match part {
            [thing @ .., not, equal, nothing]
                if not == "!" && equal.starts_with("==") && matches!(nothing.as_str(), "null" | "nil" | "undefined" | "NULL") =>
            {
                thing
            }
            [thing @ .., is, not, nothing] if is == "is" && not == "!" && nothing == "None" => thing,
            thing => thing,
        };
        let goes_on = |rest: &[String]| matches!(rest.first().map(String::as_str), Some("." | "[" | "-"));
        let path = thing.iter().all(|token| token == "." || token.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '$'));
        path && !thing.is_empty() && was.iter().any(|stood| stood.strip_prefix(thing).is_some_and(goes_on))
    };
    !came.is_empty() && is.len() == was.len() + came.len() && came.iter().all(|part| there(part))
}

/// Whether a condition asks nothing but whether things are there: `o != nil && IsNil(o.token)`.
#[must_use]
pub(super) fn asks_only_of_nothing(text: &str) -> bool {
    static NOTHING: Pattern = Pattern::new(
        r"^[\s(!]*(?:(?:is_?nil|isNull|isset|empty|is_none|is_some|isEmpty|IsNil|IsNull)\s*\(\s*[\w.$>-]+\s*\)|[\w.$>-]+\s*(?:[!=]==?|is(?:\s+not)?)\s*(?:nil|null|None|undefined|nullptr|NULL)|[\w.$>-]+\.(?:nil\?|is_none\(\)|is_some\(\)|blank\?|present\?))[\s)]*$",
    );
    text.len() < LONGEST && text.split("&&").flat_map(|part| part.split("||")).all(|part| NOTHING.is_match(part))
}

/// Whether all that came into a condition is one more of several things that are not there: `a == nil && b == nil && c == nil`.
#[must_use]
pub(super) fn nothing_given(old: &str, new: &str) -> bool {
    if old.len() > LONGEST || new.len() > LONGEST {
        return false;
    }
    let (was, is) = (parts(&tokens(old), "&&"), parts(&tokens(new), "&&"));
    let absent = |part: &Vec<String>| match part.as_slice() {
        [len, .., equal, none] if len == "len" => equal.starts_with("==") && none == "0",
        [.., not, equal, nothing] => {
            not != "!" && equal.starts_with("==") && matches!(nothing.as_str(), "null" | "nil" | "undefined" | "NULL" | "nullptr")
        }
        _ => false,
    };
    !was.is_empty() && is.len() > was.len() && was.iter().all(|part| is.contains(part)) && is.iter().all(absent)
}

/// Whether all that went is the question whether there is something, and what stays reads a part of it: without it that throws, as it
/// does where null safety became a matter of types.
#[must_use]
pub(super) fn throws_without(language: Language, was: &str, is: &str) -> bool {
    static NOTHING: Pattern = Pattern::new(r"([\w.]+(?:\(\))?(?:\.\w+(?:\(\))?)*)\s*===?\s*null\s*\|\|");
    let throws = matches!(language, Language::Java | Language::CSharp | Language::Kotlin | Language::Scala);
    let squeezed = |text: &str| text.split_whitespace().collect::<String>().replace(['(', ')'], "");
    throws
        && NOTHING.find(was).zip(NOTHING.group(was, 1)).is_some_and(|(asked, what)| {
            let rest = format!("{}{}", was.get(..asked.start).unwrap_or(""), was.get(asked.end..).unwrap_or(""));
            squeezed(&rest) == squeezed(is) && is.contains(&format!("{what}."))
        })
}

/// Whether all that went is whether there is a path, and whether there is something at that path is still asked:
/// `not path or not os.path.exists(path)` → `not os.path.exists(path)`.
#[must_use]
pub(super) fn asked_with_it(old: &str, new: &str) -> bool {
    const THERE: [&str; 9] = ["exists", "isfile", "isdir", "is_file", "is_dir", "existsSync", "Exists", "file_exists", "lexists"];
    if old.len() > LONGEST || new.len() > LONGEST {
        return false;
    }
    let (was, is) = (parts(&tokens(old), "||"), parts(&tokens(new), "||"));
    let asks = |name: &str| {
        let one = |part: &Vec<String>| {
            let call = |window: &[String]| matches!(window, [asked, open, path, close] if THERE.contains(&asked.as_str()) && open == "(" && path == name && close == ")");
            part.first().is_some_and(|not| not == "!") && part.windows(4).any(call)
        };
        is.iter().any(one)
    };
    let mut gone = was.iter().filter(|part| !is.contains(part)).peekable();
    gone.peek().is_some() && gone.all(|part| matches!(part.as_slice(), [not, name] if not == "!" && asks(name)))
}

/// Whether those who may were kept out, and now those who may not: `if (isAdmin) deny()` → `if (!isAdmin) deny()`.
#[must_use]
pub(super) fn mended(old: &str, new: &str) -> bool {
    static RIGHT: Pattern = Pattern::new(
        r"^\s*(?:[\w$]+\??(?:\.|->|::))*(?:is_?(?:admin|owner|authenticated|authori[sz]ed|allowed|staff|superuser|signed_?in|logged_?in)|has_?(?:permission|role|access|scope)|is(?:Admin|Owner|Authenticated|Authori[sz]ed|Allowed|Staff|SignedIn|LoggedIn)|(?:Is|Has)(?:Admin|Owner|Authenticated|Authorized|Allowed|Permission|Role|Access)|has(?:Permission|Role|Access|Scope)|can(?:_[a-z]\w*|[A-Z]\w*))(?:\([^()]*\))?\s*$",
    );
    static NOT: Pattern = Pattern::new(r"^\s*(?:!|not\s)\s*");
    RIGHT.is_match(old) && NOT.find(new).is_some_and(|not| new.get(not.end..).is_some_and(|rest| rest.trim() == old.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whether_there_is_the_very_thing() {
        for (old, new) in [
            ("request.user.is_authenticated", "request.user and request.user.is_authenticated"),
            ("x.gone", "x != null && x.gone"),
            ("x.gone", "x is not None and x.gone"),
        ] {
            assert!(asks_whether_there(old, new), "{old} -> {new}");
        }
        for (old, new) in [("user.gone", "strict && user.gone"), ("user.gone", "user.gone && user.gone.long"), ("a.b", "a.c && a.b")] {
            assert!(!asks_whether_there(old, new), "{old} -> {new}");
        }
    }

    #[test]
    fn one_more_of_several_that_are_not_there() {
        assert!(nothing_given("a.key == nil && len(a.keys) == 0", "a.key == nil && len(a.keys) == 0 && a.find == nil"));
        assert!(nothing_given("c.key == null", "c.key == null && c.find == null"));
        assert!(!nothing_given("user == nil", "user == nil && strict"));
        assert!(!nothing_given("user == nil", "user == nil && r.header != nil"));
    }

    #[test]
    fn conditions_about_what_is_there() {
        assert!(asks_only_of_nothing("o != nil && IsNil(o.AccessToken)") && asks_only_of_nothing("user.token is None"));
        assert!(!asks_only_of_nothing("user != nil && user.IsAdmin()") && !asks_only_of_nothing("verify(token)"));
    }

    #[test]
    fn whether_there_is_a_path() {
        assert!(asked_with_it("not path or not os.path.exists(path)", "not os.path.exists(path)"));
        assert!(!asked_with_it("not token or not os.path.exists(path)", "not os.path.exists(path)"));
        assert!(!asked_with_it("not token or not valid(token)", "not valid(token)"));
    }

    #[test]
    fn who_may_is_let_in_again() {
        assert!(mended("is_admin", "!is_admin") && mended("user.canEdit(doc)", "!user.canEdit(doc)"));
        assert!(!mended("!is_admin", "is_admin") && !mended("user.is_banned", "!user.is_banned") && !mended("is_admin", "!is_owner"));
    }
}
