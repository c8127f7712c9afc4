//! One value: whether a field of its type can ever have it. It judges the text as Sigma compares it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::analysis::document::node::{Node, Value};
use crate::analysis::events::fields::{EventKind, Field, FieldType, field};
use crate::analysis::formats::sigma::unfilled;

/// An escape of a programming language, for a character by its number.
static ESCAPE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\\(?:u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2}))").ok());

/// Why `value` never matches, with the standard form.
pub(super) fn never(known: Option<&Field>, modifiers: &[&str], value: &Node) -> Option<String> {
    if modifiers.contains(&"fieldref") {
        let name = value.text()?;
        let Some(other) = field(name) else {
            return Some(format!("no event has the field `{name}` to compare with; docs/events.md names those there are"));
        };
        let listed = |field: &Field| field.holds == FieldType::List;
        let within = ["contains", "startswith", "endswith"].iter().any(|modifier| modifiers.contains(modifier));
        let list = Some(other).filter(|other| listed(other)).or(known.filter(|known| listed(known) && !within))?;
        return Some(format!("`{}` holds several texts, and a list is equal to none; compare fields that hold one", list.name));
    }
    if modifiers.contains(&"expand") {
        return placeholder(value.text()?);
    }
    if modifiers.contains(&"re") {
        return expression(known, value.text()?);
    }
    if let Some(known) = known.filter(|_| modifiers.is_empty())
        && let Some(why) = typed(known, value)
    {
        return Some(why);
    }
    let text = value.text()?;
    escaped(text).map(|(written, number)| {
        let count = written.chars().count();
        let escape = if number > 0xFFFF { format!("\\U{number:08x}") } else { format!("\\u{number:04x}") };
        format!("`{written}` here is {count} characters, not the one it stands for; in double quotes, \"{escape}\", it is U+{number:04X}")
    })
}

/// What would make `value` mean more, where it matches.
pub(super) fn advice(known: Option<&Field>, modifiers: &[&str], value: &Node) -> Option<String> {
    let text = value.text().filter(|_| modifiers.contains(&"re") && !modifiers.contains(&"m"))?;
    let lines = matches!(known?.name, "code_content" | "removed_content" | "commit_message" | "body");
    let anchored = text.starts_with('^') || (text.ends_with('$') && !text.ends_with(r"\$"));
    let name = known?.name;
    (lines && anchored && !text.contains("(?m"))
        .then(|| format!("`^` and `$` are the beginning and the end of the whole text here; to meet each line write `{name}|re|m`"))
}

/// The first escape in `text`, and the number of the character it stands for.
fn escaped(text: &str) -> Option<(&str, u32)> {
    let found = ESCAPE.as_ref()?.captures(text)?;
    let number = found.iter().skip(1).flatten().next()?.as_str();
    let number = u32::from_str_radix(number, 16).ok()?;
    char::from_u32(number)?;
    Some((found.get(0)?.as_str(), number))
}

fn placeholder(text: &str) -> Option<String> {
    let name = unfilled::name(text)?;
    Some(format!("nothing fills the placeholder `%{name}%` here; write the values it stands for"))
}

/// What a field of a closed type or with closed words never is.
fn typed(known: &Field, value: &Node) -> Option<String> {
    let name = known.name;
    let Value::Text(text) = &value.value else { return None };
    let plain = text.trim();
    match known.holds {
        FieldType::Number => match comparison(plain) {
            Some((modifier, bound)) => {
                Some(format!("`{name}` is a number and `{plain}` a text it never is; the standard form is `{name}|{modifier}: {bound}`"))
            }
            None if plain.contains(['*', '?']) || plain.parse::<f64>().is_ok() => None,
            None => Some(format!("`{name}` is a number and never `{plain}`")),
        },
        FieldType::Truth if !plain.eq_ignore_ascii_case("true") && !plain.eq_ignore_ascii_case("false") => {
            Some(format!("`{name}` is `true` or `false` and never `{plain}`"))
        }
        _ => None,
    }
}

/// The words that a field which has only a few can say.
pub(super) fn closed(name: &str) -> Option<BTreeSet<&'static str>> {
    let words: Vec<&str> = match name {
        "event_type" => EventKind::ALL.into_iter().map(EventKind::event_type).collect(),
        "kind" => EventKind::ALL.into_iter().map(EventKind::word).collect(),
        "source" => vec!["mcp_agent", "unknown"],
        _ => return None,
    };
    Some(words.into_iter().collect())
}

/// The word that `value` asks for, where `known` has a few words and never says it.
pub(super) fn foreign<'v>(known: Option<&Field>, modifiers: &[&str], value: &'v Node) -> Option<&'v str> {
    let words = closed(known?.name)?;
    let text = value.text().filter(|text| modifiers.is_empty() && !text.contains(['*', '?', '\\']))?;
    (!words.iter().any(|word| word.eq_ignore_ascii_case(text))).then_some(text)
}

/// The modifier and bound that a text such as `>5` means.
pub(crate) fn comparison(text: &str) -> Option<(&'static str, &str)> {
    [(">=", "gte"), ("=>", "gte"), ("<=", "lte"), ("=<", "lte"), (">", "gt"), ("<", "lt")].iter().find_map(|(sign, modifier)| {
        let bound = text.trim().strip_prefix(sign)?.trim();
        bound.parse::<f64>().is_ok().then_some((*modifier, bound))
    })
}

/// Why a regular expression that is well-formed never matches.
fn expression(known: Option<&Field>, text: &str) -> Option<String> {
    if let Some(control) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        let name = u32::from(control);
        return Some(format!(
            "the expression has the control character U+{name:04X} in it, as double quotes make of `\\b` and others; write it in single quotes"
        ));
    }
    if let Some(inner) = text.strip_prefix('/')
        && let Some((inner, flags)) = inner.rsplit_once('/')
        && !inner.is_empty()
        && !flags.is_empty()
        && flags.chars().all(|c| "gimsuy".contains(c))
    {
        let flags: String = flags.chars().filter(|c| "ims".contains(*c)).flat_map(|c| ['|', c]).collect();
        return Some(format!(
            "the slashes and flags of `{text}` are matched as text; the standard form is `{}|re{flags}: '{inner}'`",
            known.map_or("field", |field| field.name)
        ));
    }
    anchored_inside(text)
        .then(|| "`^` inside it, or text behind its `$`, asks for something outside of the text; it can never match".to_owned())
}

/// Whether something must stand before the beginning or behind the end.
fn anchored_inside(text: &str) -> bool {
    if text.contains("(?")
        && text.split("(?").skip(1).any(|flags| flags.chars().take_while(|c| c.is_ascii_alphabetic()).any(|c| c == 'm' || c == 'x'))
    {
        return false;
    }
    let (mut class, mut escaped) = (false, false);
    let chars: Vec<char> = text.chars().collect();
    for (at, c) in chars.iter().enumerate() {
        let before = |back: usize| at.checked_sub(back).and_then(|at| chars.get(at)).copied();
        if escaped {
            escaped = false;
            continue;
        }
        match c {
            '\\' => escaped = true,
            '[' if !class => class = true,
            ']' if class && before(1) != Some('[') => class = false,
            '^' if !class && before(1).is_some_and(|c| c.is_ascii_alphanumeric()) && before(2) != Some('\\') => return true,
            '$' if !class => {
                let mut rest = chars.iter().skip(at + 1).skip_while(|c| **c == ')');
                let literal = rest.next().is_some_and(|c| c.is_ascii_alphanumeric());
                if literal && !rest.next().is_some_and(|c| matches!(c, '*' | '?' | '{' | '|')) {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks_for_text_outside_of_the_text_is_seen_and_nothing_else() {
        for text in ["foo$bar", "a^b", "(a$)b"] {
            assert!(anchored_inside(text), "{text}");
        }
        for text in ["^a$", "a$|b", "(^a|b$)c*", r"\$a", "[$a]", "a|^b", "(?m)a$b", "a$b?", r"a\^b", "[a^b]", "^(a|b)$", "$"] {
            assert!(!anchored_inside(text), "{text}");
        }
    }

    #[test]
    fn comparisons_as_text_become_modifiers() {
        assert_eq!(comparison("> 5"), Some(("gt", "5")));
        assert_eq!(comparison(">=0.5"), Some(("gte", "0.5")));
        assert_eq!(comparison("<3"), Some(("lt", "3")));
        assert_eq!(comparison("-> 5"), None);
        assert_eq!(comparison(">x"), None);
    }

    #[test]
    fn escapes_of_languages_are_characters_here() {
        assert_eq!(escaped(r"*\u200b*"), Some((r"\u200b", 0x200B)));
        assert_eq!(escaped(r"\x41"), Some((r"\x41", 0x41)));
        assert_eq!(escaped(r"C:\users\x"), None);
    }
}
