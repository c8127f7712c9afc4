//! The plain part of YAML that the rules of this program are written in, read in a tenth of the time that all of YAML takes.
//!
//! Whatever else stands in a text is handed back unread. A test holds that both readers say the same of every rule.

use serde_json::{Map, Value};

/// The map in `text`; `None` when it takes more than the plain part, and another reader is to be asked.
pub(super) fn read(text: &str) -> Option<Map<String, Value>> {
    if text.contains('\t') || text.contains('\r') {
        return None;
    }
    let line = |raw: &'_ str| raw.len() - raw.trim_start_matches(' ').len();
    let lines = text.lines().map(|raw| Line { indent: line(raw), text: raw.trim(), raw }).collect();
    let mut reader = Reader { lines, at: 0 };
    let Value::Object(keys) = reader.map(0)? else { return None };
    reader.peek().is_none().then_some(keys)
}

/// A line, or what is left of it behind the dash of a list.
#[derive(Clone, Copy)]
struct Line<'t> {
    indent: usize,
    text: &'t str,
    raw: &'t str,
}

struct Reader<'t> {
    lines: Vec<Line<'t>>,
    at: usize,
}

impl<'t> Reader<'t> {
    /// The next line that says something.
    fn peek(&mut self) -> Option<Line<'t>> {
        while let Some(line) = self.lines.get(self.at) {
            if !line.text.is_empty() && !line.text.starts_with('#') {
                return Some(*line);
            }
            self.at += 1;
        }
        None
    }

    fn map(&mut self, indent: usize) -> Option<Value> {
        let mut keys = Map::new();
        while let Some(line) = self.peek().filter(|line| line.indent >= indent) {
            if line.indent > indent || is_item(line.text) {
                return None;
            }
            let (key, rest) = key(line.text)?;
            self.at += 1;
            let value = self.value(rest, indent)?;
            if keys.insert(key.to_owned(), value).is_some() {
                return None;
            }
        }
        Some(Value::Object(keys))
    }

    fn list(&mut self, indent: usize) -> Option<Value> {
        let mut items = Vec::new();
        while let Some(line) = self.peek().filter(|line| line.indent > indent || line.indent == indent && is_item(line.text)) {
            if line.indent > indent {
                return None;
            }
            let rest = line.text.strip_prefix("- ")?.trim_start();
            let inner = indent + line.text.len() - rest.len();
            if rest.is_empty() || is_item(rest) {
                return None;
            }
            items.push(if key(rest).is_some() {
                *self.lines.get_mut(self.at)? = Line { indent: inner, text: rest, raw: line.raw };
                self.map(inner)?
            } else {
                self.at += 1;
                self.value(rest, indent)?
            });
        }
        Some(Value::Array(items))
    }

    /// What stands behind a key or dash at `indent`: `rest`, or the lines below.
    fn value(&mut self, rest: &'t str, indent: usize) -> Option<Value> {
        match rest {
            "" => {
                let below = self.peek()?;
                match is_item(below.text) {
                    true if below.indent >= indent => self.list(below.indent),
                    false if below.indent > indent => self.map(below.indent),
                    _ => None,
                }
            }
            "|" => self.text(indent).map(Value::String),
            _ => {
                let (value, left) = one(rest, false)?;
                left.trim().is_empty().then_some(value)
            }
        }
    }

    /// The text below `key: |`.
    fn text(&mut self, around: usize) -> Option<String> {
        let rest = self.lines.get(self.at..)?;
        let indent = rest.iter().find(|line| !line.text.is_empty()).map(|line| line.indent).filter(|indent| *indent > around)?;
        let inside: Vec<&Line<'_>> = rest.iter().take_while(|line| line.text.is_empty() || line.indent >= indent).collect();
        if inside.iter().any(|line| line.text.is_empty() && line.raw.len() > indent) {
            return None;
        }
        self.at += inside.len();
        let mut text = String::new();
        for line in &inside {
            text.push_str(line.raw.get(indent..).unwrap_or(""));
            text.push('\n');
        }
        text.truncate(text.trim_end_matches('\n').len() + 1);
        Some(text)
    }
}

fn is_item(text: &str) -> bool {
    text == "-" || text.starts_with("- ")
}

/// `key: rest`, where the key is a name.
fn key(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').filter(|end| *end > 0)?;
    let (name, rest) = text.split_at_checked(end)?;
    let rest = rest.strip_prefix(':')?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic()) && special(name).is_none();
    (is_name && (rest.is_empty() || rest.starts_with(' '))).then(|| (name, rest.trim()))
}

/// One value at the start of `text`, and what stands behind it; `inside` of a list or map in one line.
fn one(text: &str, inside: bool) -> Option<(Value, &str)> {
    match text.chars().next()? {
        '\'' => quoted(text.get(1..)?),
        '"' => {
            let (value, left) = text.get(1..)?.split_once('"')?;
            (!value.contains('\\')).then(|| (Value::String(value.to_owned()), left))
        }
        '[' => items(text.get(1..)?.trim_start()),
        '{' => entries(text.get(1..)?.trim_start()),
        _ => {
            let end = if inside { text.find([',', ']', '}', '[', '{']).unwrap_or(text.len()) } else { text.len() };
            let (value, left) = text.split_at_checked(end)?;
            Some((plain(value.trim())?, left))
        }
    }
}

fn quoted(mut rest: &str) -> Option<(Value, &str)> {
    let mut text = String::new();
    loop {
        let (part, left) = rest.split_once('\'')?;
        text.push_str(part);
        match left.strip_prefix('\'') {
            Some(left) => {
                text.push('\'');
                rest = left;
            }
            None => return Some((Value::String(text), left)),
        }
    }
}

fn items(mut rest: &str) -> Option<(Value, &str)> {
    let mut items = Vec::new();
    loop {
        let (value, left) = one(rest, true)?;
        items.push(value);
        match next(left, ']')? {
            (true, left) => rest = left,
            (false, left) => return Some((Value::Array(items), left)),
        }
    }
}

fn entries(mut rest: &str) -> Option<(Value, &str)> {
    let mut keys = Map::new();
    loop {
        let (name, behind) = key(rest)?;
        let (value, left) = one(behind, true)?;
        if keys.insert(name.to_owned(), value).is_some() {
            return None;
        }
        match next(left, '}')? {
            (true, left) => rest = left,
            (false, left) => return Some((Value::Object(keys), left)),
        }
    }
}

/// Whether more follows, and what.
fn next(left: &str, end: char) -> Option<(bool, &str)> {
    let left = left.trim_start();
    match left.strip_prefix(end) {
        Some(behind) => Some((false, behind)),
        None => left.strip_prefix(',').map(|more| (true, more.trim_start())),
    }
}

/// A value without quotes.
fn plain(text: &str) -> Option<Value> {
    let first = text.chars().next()?;
    let other = first.is_ascii_punctuation() && !matches!(first, '$' | '(' | '<' | '/' | '_' | '^' | ';' | '\\');
    if other || text.contains(": ") || text.ends_with(':') || text.contains(" #") {
        return None;
    }
    if let Some(value) = special(text) {
        return value;
    }
    if !first.is_ascii_digit() {
        return Some(Value::String(text.to_owned()));
    }
    let number = text.parse::<u32>().ok().filter(|number| number.to_string() == text)?;
    Some(Value::from(number))
}

/// What a word means that is no text; inside, nothing where readers differ.
fn special(text: &str) -> Option<Option<Value>> {
    match text {
        "true" => Some(Some(Value::Bool(true))),
        "false" => Some(Some(Value::Bool(false))),
        _ => {
            ["true", "false", "null", "yes", "no", "on", "off", "y", "n"].iter().any(|word| text.eq_ignore_ascii_case(word)).then_some(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::page::Page;
    use super::super::proofs;
    use super::*;
    use crate::analysis::formats::documents;
    use crate::analysis::rules;
    use crate::model::pack::PackFile;

    type Keys = Option<Map<String, Value>>;

    fn both(text: &str) -> (Keys, Keys) {
        let file = PackFile { path: "a.yml".to_owned(), text: text.to_owned() };
        (read(text), Page::read(&file, 1, text).ok().map(|page| page.keys))
    }

    #[test]
    fn every_rule_of_this_program_is_read_as_all_of_yaml_reads_it() {
        let files = rules::pack().files.iter().filter(|file| file.path.starts_with("structure/") && !proofs::is_own(&file.path));
        let (mut all, mut plain) = (0, 0);
        for file in files {
            for (_, text) in documents(&file.text) {
                let (quick, whole) = both(text);
                assert!(whole.is_some(), "{}", file.path);
                assert!(quick.is_none() || quick == whole, "{}: {quick:?}", file.path);
                (all, plain) = (all + 1, plain + usize::from(quick.is_some()));
            }
        }
        assert!(all > 200 && plain * 20 > all * 19, "{plain} of {all} are written in the plain part");
    }

    #[test]
    fn what_is_plain_is_read_and_the_rest_is_handed_back() {
        for text in [
            "a: b\nc:\n  - d\n  - e: f\n    g: 'it''s'\nh: |\n  one\n\n    two\n\ni: \"x: y\"\n",
            "a: [b, 'c, d', {e: f, g: [1, true]}]\n# said\nb: { c: d }\n",
            "list:\n- a\n- b: c\n",
            "a: $X\nb: -\n",
        ] {
            let (quick, whole) = both(text);
            assert!(whole.is_none() || quick.is_none() || quick == whole, "{text}: {quick:?} and {whole:?}");
        }
        assert!(both("a: b\nc:\n  - d\n").0.is_some() && both("a: [b, 'c, d', {e: f}]\n").0.is_some());
        for text in [
            "a: b: c\n",
            "a: &x b\n",
            "a: *x\n",
            "a: yes\n",
            "a: 1.5\n",
            "a: ~\n",
            "a:\n",
            "a: >\n  b\n",
            "a: b\n  c\n",
            "a: b # c\n",
            "a: 1\na: 2\n",
            "a:\n  - - b\n",
            "? a\n",
            "a: [b\n  c]\n",
            "a: \"b\\n\"\n",
            "a: !x b\n",
            "<<: b\n",
            "a: 007\n",
            "- a\n",
            "\ta: b\n",
            "a: |-\n  b\n",
            "yes: a\n",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
