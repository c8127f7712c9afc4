//! Blocks of Terraform told from their lines: what each resource is called and which attributes it has, however deep.

use std::collections::BTreeMap;

use crate::analysis::pattern::Pattern;
use crate::analysis::view::SideView;

static HEAD: Pattern = Pattern::new(r#"^\s*(?:resource|data|module|variable|output)\s+"([^"]+)"(?:\s+"([^"]+)")?\s*\{?"#);
static ATTRIBUTE: Pattern = Pattern::new(r#"^\s*"?([A-Za-z_][\w-]*)"?\s*(?:=|:)\s*(.+?),?\s*$"#);
static INNER: Pattern = Pattern::new(r#"^\s*(?:dynamic\s+"([\w-]+)"|([A-Za-z_][\w-]*))\s*(?:=\s*)?\{"#);

/// One block at the left margin.
#[derive(Default)]
pub(super) struct Block {
    /// Its line, from 0.
    pub(super) line: usize,
    /// Its attributes by their names, `/` between them, each with its value and line.
    pub(super) attributes: BTreeMap<String, (String, usize)>,
    /// The same with those of inner blocks that bear one name twice: name, value and line.
    pub(super) all: Vec<(String, String, usize)>,
}

/// The blocks of one side, by type and name.
pub(super) fn blocks(side: &SideView<'_>) -> BTreeMap<(String, String), Block> {
    let mut out: BTreeMap<(String, String), Block> = BTreeMap::new();
    let mut current: Option<(String, String)> = None;
    let mut path: Vec<String> = Vec::new();
    let mut depth = 0_usize;
    for line in side.lines() {
        let code = line.code();
        let text = side.plain_line(line.index);
        if depth == 0
            && let Some(kind) = HEAD.group(text, 1)
        {
            let name = (kind.to_owned(), HEAD.group(text, 2).unwrap_or("").to_owned());
            out.insert(name.clone(), Block { line: line.index, ..Block::default() });
            (current, path) = (Some(name), Vec::new());
        } else if let Some(block) = current.as_ref().and_then(|name| out.get_mut(name)) {
            let at = |name: &str| path.iter().map(String::as_str).chain([name]).collect::<Vec<_>>().join("/");
            if let Some(inner) = INNER.group(text, 1).or_else(|| INNER.group(text, 2)) {
                block.attributes.entry(at(inner)).or_insert_with(|| ("{".to_owned(), line.index));
                if code.matches('{').count() > code.matches('}').count() {
                    path.push(inner.to_owned());
                }
            } else if let Some((name, value)) = ATTRIBUTE.group(text, 1).zip(ATTRIBUTE.group(text, 2)) {
                block.all.push((at(name), value.to_owned(), line.index));
                block.attributes.entry(at(name)).or_insert_with(|| (value.to_owned(), line.index));
            }
        }
        let (opened, closed) = (code.matches('{').count(), code.matches('}').count());
        depth = (depth + opened).saturating_sub(closed);
        if closed > opened {
            path.truncate(depth.saturating_sub(1));
        }
        if depth == 0 && (opened > 0 || closed > 0) {
            current = None;
        }
    }
    out
}
