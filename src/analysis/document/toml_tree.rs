//! TOML into a tree.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::node::{Node, Value, line_at, line_starts};

/// Tables of a list that are read together, in bytes.
const TOGETHER: usize = 256 * 1024;

/// Reads the whole of `text`.
pub(super) fn read(text: &str) -> Result<Node, String> {
    read_from(text, 0)
}

/// Bytes of a part of a list, and its first line.
type Part = (Range<usize>, usize);

/// A file whose weight is one list of tables, such as the packages of a lock file: they are read some at a time, since the trees of all
/// of them are twenty times the file.
pub struct Listed<'t> {
    /// The file without the list; with it, where it could not be told apart by its lines.
    pub root: Node,
    text: &'t str,
    name: &'t str,
    /// The list's parts; empty where it stands in `root`.
    parts: Vec<Part>,
}

/// Reads `text`, whose tables `[[name]]` are handed out by [`Listed::each`].
///
/// # Errors
/// One sentence, when what stands outside of the list is not well-formed.
pub fn listed<'t>(text: &'t str, name: &'t str) -> Result<Listed<'t>, String> {
    if let Some((outside, parts)) = apart(text, name)
        && let Ok(root) = read(&outside)
        && root.get(name).is_none()
    {
        return Ok(Listed { root, text, name, parts });
    }
    Ok(Listed { root: read(text)?, text, name, parts: Vec::new() })
}

impl Listed<'_> {
    /// Hands every table of the list to `take`, in order.
    ///
    /// # Errors
    /// One sentence, when one is not well-formed; those before it were handed out.
    pub fn each(&self, mut take: impl FnMut(&Node)) -> Result<(), String> {
        let mut given = 0;
        for (bytes, first) in &self.parts {
            match read_from(self.text.get(bytes.clone()).unwrap_or(""), *first) {
                Ok(part) => self.items(&part).for_each(|item| {
                    given += 1;
                    take(item);
                }),
                // The whole file says what is wrong with it, and where; or it was told apart at a line that is no head.
                Err(_) => {
                    let whole = read(self.text)?;
                    self.items(&whole).skip(given).for_each(take);
                    return Ok(());
                }
            }
        }
        self.items(&self.root).for_each(take);
        Ok(())
    }

    fn items<'n>(&self, root: &'n Node) -> impl Iterator<Item = &'n Node> + use<'n> {
        root.get(self.name).into_iter().flat_map(Node::items)
    }
}

/// `text` with empty lines in place of the tables `[[name]]` and what belongs to them, and where those stand; `None` where lines do not
/// tell, or it is not worth it.
fn apart(text: &str, name: &str) -> Option<(String, Vec<Part>)> {
    // Only in a text of several lines could a line look like the head of a table and be none.
    if text.len() < TOGETHER || text.contains("\"\"\"") || text.contains("'''") {
        return None;
    }
    let mut outside = String::new();
    let mut parts: Vec<Part> = Vec::new();
    let (mut at, mut inside) = (0, false);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        match head(line, name) {
            Head::Item => {
                match parts.last_mut().filter(|(bytes, _)| inside && bytes.len() < TOGETHER) {
                    Some(_) => {}
                    None => parts.push((at..at, number)),
                }
                inside = true;
            }
            Head::Below if !inside => return None,
            Head::Other => inside = false,
            Head::Below | Head::None => {}
        }
        at += line.len();
        if inside {
            parts.last_mut()?.0.end = at;
            outside.push('\n');
        } else {
            outside.push_str(line);
        }
    }
    Some((outside, parts))
}

/// What a line is the head of.
enum Head {
    /// A table of the list.
    Item,
    /// A table or list in one of those.
    Below,
    /// Another table.
    Other,
    /// None.
    None,
}

fn head(line: &str, name: &str) -> Head {
    let line = line.trim();
    let Some(inner) = line.strip_prefix('[') else { return Head::None };
    let (inner, is_list) = inner.strip_prefix('[').map_or((inner, false), |inner| (inner, true));
    let Some(rest) = inner.trim_start().strip_prefix(name).map(str::trim_start) else { return Head::Other };
    match rest.chars().next() {
        Some(']') if is_list => Head::Item,
        Some('.' | ']') => Head::Below,
        _ => Head::Other,
    }
}

/// Reads `text`, which begins on the line at `first` of its file.
fn read_from(text: &str, first: usize) -> Result<Node, String> {
    let starts = Starts { starts: line_starts(text), first };
    let table = DeTable::parse(text).map_err(|error| match error.span() {
        Some(span) => format!("line {}: {}", starts.line(span.start) + 1, error.message()),
        None => error.message().to_owned(),
    })?;
    Ok(Node { line: first, key: first, value: map(table.into_inner(), &starts) })
}

/// Where lines begin in a part of a file.
struct Starts {
    starts: Vec<usize>,
    first: usize,
}

impl Starts {
    fn line(&self, at: usize) -> usize {
        self.first + line_at(&self.starts, at)
    }
}

/// What was read is given back piece by piece as the tree grows: both of a large lock file at once would be its size many times.
fn map(table: DeTable<'_>, starts: &Starts) -> Value {
    let mut entries: Vec<(usize, String, Node)> = table
        .into_iter()
        .map(|(key, value)| {
            let at = key.span().start;
            (at, key.into_inner().into_owned(), Node { key: starts.line(at), ..node(value, starts) })
        })
        .collect();
    entries.sort_by_key(|(at, ..)| *at);
    Value::Map(entries.into_iter().map(|(_, key, node)| (key, node)).collect())
}

fn node(value: Spanned<DeValue<'_>>, starts: &Starts) -> Node {
    let line = starts.line(value.span().start);
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => Value::Number(number.to_string()),
        DeValue::Float(number) => Value::Number(number.to_string()),
        DeValue::Boolean(value) => Value::Bool(value),
        DeValue::Datetime(time) => Value::Text(time.to_string()),
        DeValue::Array(items) => Value::List(items.into_iter().map(|item| node(item, starts)).collect()),
        DeValue::Table(table) => map(table, starts),
    };
    Node { line, key: line, value }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list long enough to be read in parts, between `before` and `after`, with `odd` in its middle.
    fn long(before: &str, odd: &str, after: &str) -> String {
        let item =
            |at: usize| format!("[[package]]\nname = \"p{at}\"\nfiles = [\n    {{ a = 1 }},\n]\n\n[package.needs]\nx = \"{at}\"\n\n");
        let half = |from: usize| (from..from + 5000).map(item).collect::<String>();
        format!("{before}{}{odd}{}{after}", half(0), half(5000))
    }

    /// The root and the items of `text` in parts, and whether it was told apart.
    fn parts(text: &str) -> Result<(Node, Vec<Node>, bool), String> {
        let list = listed(text, "package")?;
        let mut items = Vec::new();
        list.each(|item| items.push(item.clone()))?;
        Ok((list.root, items, list.parts.len() > 1))
    }

    #[test]
    fn a_list_read_in_parts_is_the_list_read_whole() {
        for (odd, apart) in [
            ("", true),
            ("[metadata]\nx = 1\n\n", true),
            ("[[package]]\nname = \"odd\"\nlist = [\n    [\"[[package]]\"],\n]\n", false),
            ("[[package]]\nname = \"\"\"\n[[package]]\nname = 1\n\"\"\"\n", false),
            ("[[package]] # one\n  name = 'odd' # [[package]]\n  [package.a] \n b = 1\n", true),
            ("[ [ package ] ]\nname = 1\n", true),
            ("[metadata]\n[package.more]\nx = 1\n", false),
        ] {
            let text = long("# it\nversion = 4\n", odd, "[last]\ny = 2\n");
            let Ok(whole) = read(&text) else {
                assert_eq!(parts(&text).unwrap_err(), read(&text).unwrap_err(), "{odd}");
                continue;
            };
            let (root, items, told) = parts(&text).unwrap();
            assert_eq!(items, whole.get("package").unwrap().items(), "{odd}");
            assert_eq!(
                (root.get("version"), root.get("last"), root.get("metadata")),
                (whole.get("version"), whole.get("last"), whole.get("metadata"))
            );
            assert_eq!(told, apart, "{odd}");
        }
    }

    #[test]
    fn what_is_wrong_in_a_part_is_said_as_of_the_whole() {
        for odd in ["[[package]]\nname = \n", "[package]\nname = 1\n", "[[package]]\na = 1\na = 2\n", "[package.needs]\nx = 1\n"] {
            let text = long("", odd, "");
            assert_eq!(parts(&text).unwrap_err(), read(&text).unwrap_err(), "{odd}");
        }
        let twice = long("version = 1\n", "", "[a]\n[a]\n");
        assert_eq!(parts(&twice).unwrap_err(), read(&twice).unwrap_err());
    }
}
