//! Functions as they were and as they are: for rules about what stands in a function no longer.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use crate::analysis::outline::Function;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};

/// A longer function, in bytes, is no unit of thought.
const LONGEST: usize = 60_000;
/// More functions than this change in no change that people write.
const MOST: usize = 200;
/// Decorators and attributes above a header.
const ABOVE: usize = 6;

static MARK: Pattern = Pattern::new(r"^\s*(?:@\w|#\[|\[\w)");
static WORD: Pattern = Pattern::new(r"[A-Za-z_]\w{2,}");

/// A function that both sides have and the change touches.
pub struct Twin<'v, 'a> {
    /// The side it was on.
    pub old: &'v SideView<'a>,
    /// The side it is on.
    pub new: &'v SideView<'a>,
    /// Its lines as it was, with what marks it.
    pub was: Range<usize>,
    /// Its lines as it is, with what marks it.
    pub is: Range<usize>,
}

impl<'v> Twin<'v, '_> {
    /// Its text as it was, without comments.
    #[must_use]
    pub fn before(&self) -> &'v str {
        text(self.old, &self.was)
    }

    /// Its text as it is, without comments.
    #[must_use]
    pub fn after(&self) -> &'v str {
        text(self.new, &self.is)
    }

    /// Its lines that went, by position, without comments.
    pub fn removed(&self) -> impl Iterator<Item = (usize, &'v str)> + use<'v> {
        changed(self.old, self.was.clone())
    }

    /// Its lines that came, by position, without comments.
    pub fn added(&self) -> impl Iterator<Item = (usize, &'v str)> + use<'v> {
        changed(self.new, self.is.clone())
    }

    /// How often `pattern` stands on its lines that went.
    #[must_use]
    pub fn lost(&self, pattern: &Pattern) -> usize {
        self.removed().map(|(_, text)| pattern.count(text)).sum()
    }

    /// How often `pattern` stands on its lines that came.
    #[must_use]
    pub fn gained(&self, pattern: &Pattern) -> usize {
        self.added().map(|(_, text)| pattern.count(text)).sum()
    }

    /// Whether a name of `line` is still spoken of.
    #[must_use]
    pub fn speaks_of(&self, line: &str) -> bool {
        let names: BTreeSet<&str> = WORD.groups(line, 0).filter(|word| !KEYWORDS.contains(word)).collect();
        WORD.groups(self.after(), 0).any(|word| names.contains(word))
    }
}

const KEYWORDS: [&str; 12] = ["not", "and", "return", "raise", "throw", "new", "else", "const", "let", "var", "self", "this"];

fn text<'v>(side: &'v SideView<'_>, lines: &Range<usize>) -> &'v str {
    side.plain().get(side.bytes_of(lines.start, lines.end.saturating_sub(1).max(lines.start))).unwrap_or("")
}

fn changed<'v>(side: &'v SideView<'_>, lines: Range<usize>) -> impl Iterator<Item = (usize, &'v str)> + use<'v> {
    lines.filter(|line| side.is_changed(*line)).map(|line| (line, side.plain_line(line)))
}

/// The innermost functions in which a line of live code went, with what became of them.
#[must_use]
pub fn twins<'v, 'a>(file: &'v FileView<'a>) -> Vec<Twin<'v, 'a>> {
    let readable = file.language.is_code() && file.role.is_live();
    let (Some(old), Some(new)) = (file.old().filter(|_| readable), file.new_side()) else { return Vec::new() };
    let pairs = file.shared(|_| Pairs(paired(old, new)));
    let twins = pairs.0.iter().map(|(was, is)| Twin { old, new, was: was.clone(), is: is.clone() });
    twins.filter(|twin| twin.before().len() <= LONGEST && twin.after().len() <= LONGEST).collect()
}

/// The lines of such functions as they were and as they are: several rules ask about those of one file.
struct Pairs(Vec<(Range<usize>, Range<usize>)>);

fn paired(old: &SideView<'_>, new: &SideView<'_>) -> Vec<(Range<usize>, Range<usize>)> {
    let known = by_name(new);
    let were = by_name(old);
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    let mut pairs = Vec::new();
    for line in old.changed_lines() {
        let Some(function) = old.function_at(line.index).filter(|function| seen.insert(function.header.start)) else { continue };
        let same = |function: &Function| {
            let own = name(old, function);
            // Several of one name: the first belongs to the first.
            let rank = were.get(&own).and_then(|all| all.iter().position(|other| *other == function))?;
            known.get(&own).and_then(|all| all.get(rank).copied())
        };
        let mut found = same(function).map(|same| (function, same));
        if found.is_none() && function.name.is_empty() {
            // It went, with what it was handed to: what is around it stays.
            let around = |other: &&Function| other.first_line <= line.index && line.index <= other.last_line && !other.name.is_empty();
            let outer = old.functions().iter().rfind(around).filter(|outer| seen.insert(outer.header.start));
            found = outer.and_then(|outer| Some((outer, same(outer)?)));
        }
        if let Some((was, is)) = found {
            pairs.push((lines(old, was), lines(new, is)));
        }
        if seen.len() >= MOST {
            break;
        }
    }
    pairs
}

fn by_name<'v>(side: &'v SideView<'_>) -> HashMap<String, Vec<&'v Function>> {
    let mut named: HashMap<String, Vec<&Function>> = HashMap::new();
    for function in side.functions() {
        named.entry(name(side, function)).or_default().push(function);
    }
    named
}

/// What tells a function from others of its file: its name, or its first line where it has none.
fn name(side: &SideView<'_>, function: &Function) -> String {
    if function.name.is_empty() {
        return side.plain_line(function.first_line).replace('\'', "\"").split_whitespace().collect();
    }
    function.name.clone()
}

fn lines(side: &SideView<'_>, function: &Function) -> Range<usize> {
    let mut first = function.first_line;
    for _ in 0..ABOVE {
        let Some(above) = first.checked_sub(1).filter(|above| MARK.is_match(side.plain_line(*above))) else { break };
        first = above;
    }
    first..function.last_line + 1
}
