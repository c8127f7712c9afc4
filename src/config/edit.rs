//! A name put into the list of rules that only annotate, or taken out, without touching anything else of the person's file: not a
//! comment, not a blank. What cannot be done so is said and left to the person.

use std::ops::Range;

use crate::config::annotate::elements;
use crate::config::error::ConfigError;
use crate::config::settings::Settings;
use crate::config::table::{Document, items};

/// `document` with the rule called `rule` among those that only annotate, or not; every other byte stays.
///
/// # Errors
/// When the file is no settings file, or is written in a way in which nothing can be put in safely.
pub fn edited(document: &Document<'_>, rule: &str, on: bool) -> Result<String, ConfigError> {
    let mut before = Settings::default();
    before.adopt(document)?;
    if before.annotate.contains(rule) == on {
        return Ok(document.text.to_owned());
    }
    let text = if on { with(document, rule)? } else { without(document, rule)? };
    let mut after = Settings::default();
    let read = after.adopt(&Document { file: document.file, text: &text });
    if on {
        before.annotate.insert(rule.to_owned())
    } else {
        before.annotate.remove(rule)
    };
    if read.is_err() || after != before {
        let does = if on { "put into" } else { "taken out of" };
        let says = format!("this file is written in a way in which {rule} cannot be {does} annotate of [rules]; please do it by hand");
        return Err(ConfigError { file: document.file.to_owned(), line: None, says });
    }
    Ok(text)
}

/// Where the list is, with its elements; else where the table's header is, when it has one of its own.
enum Spot {
    List(Range<usize>, Vec<(String, Range<usize>)>),
    Table(Range<usize>),
    Nowhere,
}

fn find(document: &Document<'_>) -> Result<Spot, ConfigError> {
    let root = document.parse()?;
    for (name, at, value) in items(root.get_ref()) {
        if name != "rules" {
            continue;
        }
        let list = items(document.table(value)?).find(|(name, ..)| *name == "annotate");
        return Ok(match list {
            Some((_, _, value)) => Spot::List(value.span(), elements(document, value)?),
            None => Spot::Table(at),
        });
    }
    Ok(Spot::Nowhere)
}

fn with(document: &Document<'_>, rule: &str) -> Result<String, ConfigError> {
    let (text, quoted) = (document.text, toml::Value::String(rule.to_owned()));
    Ok(match find(document)? {
        Spot::List(list, elements) => match elements.last() {
            None => put(text, list.start + 1, &quoted.to_string()),
            Some((_, last)) => {
                // In a list over several lines every name has its own.
                let indent = line_before(text, last.start).filter(|before| before.trim().is_empty());
                let gap = indent.map_or_else(|| " ".to_owned(), |indent| format!("\n{indent}"));
                put(text, last.end, &format!(",{gap}{quoted}"))
            }
        },
        Spot::Table(key) => put(text, line_end(text, key.end), &format!("annotate = [{quoted}]\n")),
        Spot::Nowhere => {
            let gap = match text {
                "" => "",
                text if text.ends_with('\n') => "\n",
                _ => "\n\n",
            };
            format!("{text}{gap}[rules]\nannotate = [{quoted}]\n")
        }
    })
}

fn without(document: &Document<'_>, rule: &str) -> Result<String, ConfigError> {
    let Spot::List(list, elements) = find(document)? else { return Ok(document.text.to_owned()) };
    let mut text = document.text.to_owned();
    // From the end, so that places before stay where they are.
    for (at, (_, span)) in elements.iter().enumerate().filter(|(_, (name, _))| name == rule).collect::<Vec<_>>().into_iter().rev() {
        let behind = elements.get(at + 1).map_or(list.end.saturating_sub(1), |(_, next)| next.start);
        let comma = text.get(span.end..behind).and_then(|gap| gap.find(',').filter(|comma| is_blank(gap, *comma)));
        let cut = match comma {
            Some(comma) => span.start..blank_end(&text, span.end + comma + 1),
            None => comma_before(&text, list.start, span.start)..span.end,
        };
        text = whole_line(&text, cut);
    }
    Ok(text)
}

fn is_blank(text: &str, upto: usize) -> bool {
    text.get(..upto).is_some_and(|gap| gap.trim().is_empty())
}

fn put(text: &str, at: usize, new: &str) -> String {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let gap = if before.ends_with('\n') || !new.ends_with('\n') { "" } else { "\n" };
    format!("{before}{gap}{new}{after}")
}

/// What stands before `at` on its line, when that is not the first.
fn line_before(text: &str, at: usize) -> Option<&str> {
    let before = text.get(..at)?;
    before.rfind('\n').and_then(|end| before.get(end + 1..))
}

fn line_end(text: &str, from: usize) -> usize {
    text.get(from..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| from + end + 1)
}

/// Behind the blanks that follow on the same line.
fn blank_end(text: &str, from: usize) -> usize {
    text.get(from..).map_or(from, |rest| from + rest.len() - rest.trim_start_matches([' ', '\t']).len())
}

/// Where the comma before the element that starts at `at` is; the element's own start when it is the first.
fn comma_before(text: &str, list: usize, at: usize) -> usize {
    let gap = text.get(list..at).unwrap_or("");
    let trimmed = gap.trim_end();
    if trimmed.ends_with(',') { list + trimmed.len() - 1 } else { at }
}

/// `text` without `cut`, and without its line when nothing else was on it.
fn whole_line(text: &str, cut: Range<usize>) -> String {
    let (before, after) = (text.get(..cut.start).unwrap_or(""), text.get(cut.end..).unwrap_or(""));
    let alone = line_before(text, cut.start).is_some_and(|before| before.trim().is_empty());
    match after.split_once('\n') {
        Some((rest, next)) if alone && rest.trim().is_empty() => format!("{}{next}", before.trim_end_matches([' ', '\t'])),
        _ => format!("{before}{after}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn change(text: &str, rule: &str, on: bool) -> Result<String, ConfigError> {
        edited(&Document { file: "settings.toml", text }, rule, on)
    }

    fn on(text: &str) -> String {
        change(text, "b", true).unwrap()
    }

    fn off(text: &str) -> String {
        change(text, "b", false).unwrap()
    }

    #[test]
    fn a_name_is_put_in_where_the_list_is_or_shall_be() {
        for (before, after) in [
            ("", "[rules]\nannotate = [\"b\"]\n"),
            ("# mine\nblind = false", "# mine\nblind = false\n\n[rules]\nannotate = [\"b\"]\n"),
            ("[rules]", "[rules]\nannotate = [\"b\"]\n"),
            ("[rules] # why\n\n[queries]\n", "[rules] # why\nannotate = [\"b\"]\n\n[queries]\n"),
            ("[rules]\nannotate = []\n", "[rules]\nannotate = [\"b\"]\n"),
            ("[rules]\nannotate = ['a'] # odd\n", "[rules]\nannotate = ['a', \"b\"] # odd\n"),
            ("rules.annotate = ['a']\n", "rules.annotate = ['a', \"b\"]\n"),
            ("rules = { annotate = ['a'] }\n", "rules = { annotate = ['a', \"b\"] }\n"),
            ("[rules]\nannotate = [\n    'a', # loud\n]\n", "[rules]\nannotate = [\n    'a',\n    \"b\", # loud\n]\n"),
        ] {
            assert_eq!(on(before), after, "{before}");
        }
    }

    #[test]
    fn a_name_is_taken_out_and_comments_stay() {
        for (before, after) in [
            ("[rules]\nannotate = [\"b\"] # odd\n", "[rules]\nannotate = [] # odd\n"),
            ("[rules]\nannotate = ['a', 'b', 'c']\n", "[rules]\nannotate = ['a', 'c']\n"),
            ("[rules]\nannotate = ['a', 'b']\n", "[rules]\nannotate = ['a']\n"),
            ("[rules]\nannotate = ['b', 'a', 'b',]\n", "[rules]\nannotate = ['a', ]\n"),
            ("[rules]\nannotate = [\n  'a',\n  'b', # loud\n]\n", "[rules]\nannotate = [\n  'a',\n  # loud\n]\n"),
            ("[rules]\nannotate = [\n  'b',\n  'a',\n]\n", "[rules]\nannotate = [\n  'a',\n]\n"),
            ("[rules]\nannotate = ['a']\n", "[rules]\nannotate = ['a']\n"),
        ] {
            assert_eq!(off(before), after, "{before}");
        }
    }

    #[test]
    fn what_cannot_be_edited_is_said_and_left() {
        let says = change("rules = {}\n", "b", true).unwrap_err();
        assert!(says.to_string().contains("please do it by hand"), "{says}");
        assert!(change("rules = 3", "b", true).unwrap_err().to_string().contains("a table is expected"));
        assert!(change("[rules]\nannotate = [3]", "b", true).unwrap_err().to_string().contains("a text in quotes"));
    }

    proptest! {
        #[test]
        fn putting_in_and_taking_out_leaves_every_other_setting(
            names in proptest::collection::vec("[a-d]", 0..5),
            glue in proptest::sample::select(vec![", ", ",\n  ", " ,\n  # why, \"b\"\n  "]),
            tail in proptest::sample::select(vec!["", ",", " # x\n"]),
            rule in "[a-e]",
        ) {
            let list = names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(glue);
            let tail = if names.is_empty() { "" } else { tail };
            let text = format!("# first\nblind = false\n[rules]\nannotate = [{list}{tail}] # last\n[queries]\nx = 'org:x'\n");
            for on in [true, false] {
                if let Ok(edited) = change(&text, &rule, on) {
                    let mut settings = Settings::default();
                    settings.adopt(&Document { file: "", text: &edited }).unwrap();
                    prop_assert_eq!(settings.annotate.contains(&rule), on);
                    prop_assert!(edited.contains("# first") && edited.contains("# last") && (glue.len() < 8 || names.len() < 2 || edited.contains("# why")));
                }
                prop_assert!(change(&text, &rule, on).is_ok(), "{}", text);
            }
        }
    }
}
