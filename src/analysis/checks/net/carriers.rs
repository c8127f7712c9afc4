//! Carriers: functions of the same file that hand something secret on, or send what they are given: one step beyond a single function.

use std::collections::HashMap;

use super::traffic::{Sensitive, traffic};
use crate::analysis::flow::{Flow, arrivals};
use crate::analysis::pattern::Pattern;
use crate::analysis::statements::Statement;
use crate::analysis::view::SideView;

static CALLED: Pattern = Pattern::new(r"\b([A-Za-z_$]\w*)\s*\(");
static HANDLE_USED: Pattern = Pattern::new(
    r"\b([A-Za-z_$]\w*)\s*\.\s*(?:write\w*|end|send\w*|post\w*|put\w*|patch\w*|request|get|do|Do|Post\w*|Put\w*|Send\w*|Write|newCall|execute|WriteString)\s*\(",
);
static WORD: Pattern = Pattern::new(r"[A-Za-z_$]\w*");
static GIVES_BACK: Pattern = Pattern::new(r"^\s*return\b");

/// No file has so many carriers; a hostile one shall not cost more.
const MOST: usize = 500;
/// A longer statement is data.
const LONGEST: usize = 8000;

/// What the functions and names of a file do for others.
#[derive(Debug, Default)]
pub struct Carriers<'v> {
    /// Functions that return something secret.
    giving: HashMap<&'v str, Sensitive>,
    /// Functions that send a parameter, with the statement that talks.
    sending: HashMap<&'v str, usize>,
    /// Names that hold a connection, with the statement that made it.
    handles: HashMap<&'v str, usize>,
}

/// Whether a function returns what it read itself, straight or as the one name that holds it, rather than what came of it.
fn returns_it(side: &SideView<'_>, source: usize, sink: usize) -> bool {
    static NAMED: Pattern = Pattern::new(r"^\s*return\s+([A-Za-z_$]\w*)\s*;?\s*$");
    let code = |at: usize| side.code_of(&side.statements()[at]);
    let assigned = |name: &str| code(source).split('=').next().is_some_and(|left| WORD.groups(left, 0).any(|word| word == name));
    source == sink || NAMED.group(code(sink), 1).is_some_and(assigned)
}

/// What a function is given, by the head of it.
fn parameters(head: &str) -> Flow<'_> {
    static TYPES: [&str; 24] = [
        "string", "str", "int", "bool", "map", "error", "self", "this", "void", "any", "dict", "list", "bytes", "byte", "const", "final",
        "mut", "async", "unknown", "object", "Record", "Promise", "char", "http",
    ];
    let mut given = Flow::default();
    let listed = head.split_once('(').map_or("", |(_, rest)| rest);
    WORD.groups(listed, 0).filter(|word| !TYPES.contains(word)).for_each(|word| given.note(word, 0));
    given
}

impl<'v> Carriers<'v> {
    /// The carriers of `side`, by what one statement reads and whether one talks.
    pub fn of(side: &'v SideView<'_>, reads: impl Fn(&Statement) -> Option<Sensitive>, talks: impl Fn(&Statement) -> bool) -> Self {
        let mut carriers = Self::default();
        let name_of = |statement: &Statement| statement.function.map(|at| &side.functions()[at]).filter(|function| function.name.len() > 1);
        for arrival in arrivals(side, reads, |statement| GIVES_BACK.is_match(side.code_of(statement))).into_iter().take(MOST) {
            if let Some(function) = name_of(&side.statements()[arrival.sink]).filter(|_| returns_it(side, arrival.source, arrival.sink)) {
                carriers.giving.entry(&function.name).or_insert(arrival.what);
            }
        }
        let mut given = Flow::default();
        for (index, statement) in side.statements().iter().enumerate() {
            if let Some(name) =
                Some(side.plain_of(statement)).filter(|plain| plain.len() <= LONGEST).and_then(|plain| traffic().handle(plain))
                && carriers.handles.len() < MOST
            {
                carriers.handles.entry(name).or_insert(index);
            }
            let inside = statement.function.map(|at| &side.functions()[at]);
            if inside.is_some_and(|function| statement.first_line == function.first_line) {
                given = parameters(side.code_of(statement));
            }
            let Some(function) = name_of(statement).filter(|_| carriers.sending.len() < MOST) else { continue };
            if statement.first_line > function.first_line && given.reaches(side, statement).is_some() {
                given.fill(side, statement, index);
                if talks(statement) {
                    carriers.sending.entry(&function.name).or_insert(index);
                }
            }
        }
        carriers
    }

    /// Functions that send a parameter, each with the position of the statement that talks.
    pub fn sending(&self) -> impl Iterator<Item = (&'v str, usize)> {
        self.sending.iter().map(|(name, at)| (*name, *at))
    }

    /// Functions that return something secret.
    pub fn giving(&self) -> impl Iterator<Item = (&'v str, Sensitive)> {
        self.giving.iter().map(|(name, what)| (*name, *what))
    }

    /// What a statement gets from a helper.
    #[must_use]
    pub fn gives(&self, side: &SideView<'_>, statement: &Statement) -> Option<Sensitive> {
        if self.giving.is_empty() {
            return None;
        }
        CALLED.groups(side.code_of(statement), 1).find_map(|name| self.giving.get(name).copied())
    }

    /// The statement that talks for `statement`: of a helper it calls, or where the connection it uses was made.
    #[must_use]
    pub fn sends(&self, side: &SideView<'_>, statement: &Statement) -> Option<usize> {
        if self.sending.is_empty() && self.handles.is_empty() {
            return None;
        }
        let code = side.code_of(statement);
        let own = statement.function.map_or("", |at| side.functions()[at].name.as_str());
        let called = CALLED.groups(code, 1).filter(|name| *name != own).find_map(|name| self.sending.get(name).copied());
        called.or_else(|| HANDLE_USED.groups(code, 1).find_map(|name| self.handles.get(name).copied()))
    }
}
