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
/// A name for what a function gives that is called alone: `const call = request(…)`.
static ANSWERED: Pattern = Pattern::new(r"^\s*(?:const|let|var)\s+([A-Za-z_$]\w*)\s*=\s*request\s*\(");
static WORD: Pattern = Pattern::new(r"[A-Za-z_$]\w*");
static KEPT_AS: Pattern = Pattern::new(r"^\s*(?:self|this|\$this)(?:\.|->)([A-Za-z_]\w*)(?:\[[^\]=]*\])*[^=(]*=[^=]");
/// The head of an object that is being made.
static MAKES: Pattern = Pattern::new(r"(?:^|[\s(&=])(?:Self|[A-Z]\w*[a-z]\w*)\s*$");
static USES_FIELD: Pattern = Pattern::new(r"\b(?:self|this)(?:\.|->)([A-Za-z_]\w*)");
static USES_WHOLE: Pattern = Pattern::new(r"[(,]\s*&?\s*(?:self|this)\s*[,)]");
static GIVES_BACK: Pattern = Pattern::new(r"^\s*return\b");

/// No file has so many carriers; a hostile one shall not cost more.
const MOST: usize = 500;
/// A longer statement is data.
const LONGEST: usize = 8000;

/// What the functions and names of a file do for others.
#[derive(Debug, Default)]
pub struct Carriers<'v> {
    /// Functions that return something secret, with the statement that reads it.
    giving: HashMap<&'v str, (Sensitive, usize)>,
    /// Fields of objects that something secret was put into, with the statement that did.
    fields: HashMap<&'v str, (Sensitive, usize)>,
    /// An object that something secret was put into when it was made.
    whole: Option<(Sensitive, usize)>,
    /// Functions that send a parameter, with the statement that talks.
    sending: HashMap<&'v str, usize>,
    /// Names that hold a connection, with the statement that made it.
    handles: HashMap<&'v str, usize>,
}

/// Whether a statement returns something, or is the last of a function that returns its last one.
fn gives_back(side: &SideView<'_>, statement: &Statement) -> bool {
    let last = || {
        let function = statement.function.map(|at| &side.functions()[at]);
        function.is_some_and(|function| statement.first_line > function.first_line && statement.last_line + 1 == function.last_line)
    };
    let code = side.code_of(statement);
    // A row of what is made where it is returned: `return { a: read() }`.
    let row = || statement.parent.is_some_and(|at| GIVES_BACK.is_match(side.code_of(&side.statements()[at])));
    GIVES_BACK.is_match(code) || row() || side.gives_last() && !code.trim_end().ends_with(';') && last()
}

/// Whether a function returns what it read itself, straight or as the one name that holds it, rather than what came of it.
fn returns_it(side: &SideView<'_>, source: usize, sink: usize) -> bool {
    static NAMED: Pattern = Pattern::new(r"^\s*return\s+([A-Za-z_$]\w*)\s*;?\s*$");
    let code = |at: usize| side.code_of(&side.statements()[at]);
    let assigned = |name: &str| code(source).split('=').next().is_some_and(|left| WORD.groups(left, 0).any(|word| word == name));
    source == sink || NAMED.group(code(sink), 1).is_some_and(assigned)
}

/// Whether a statement puts something into a field, or is one of those an object is made of.
fn keeps(side: &SideView<'_>, statement: &Statement) -> bool {
    let head = |at: usize| side.code_of(&side.statements()[at]);
    KEPT_AS.is_match(side.code_of(statement)) || statement.parent.is_some_and(|at| MAKES.is_match(head(at)))
}

/// What a function is given, by the head of it.
#[must_use]
pub fn parameters(head: &str) -> Flow<'_> {
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
    pub fn of(side: &'v SideView<'_>, reads: impl Fn(&Statement) -> Option<Sensitive> + Copy, talks: impl Fn(&Statement) -> bool) -> Self {
        let mut carriers = Self::default();
        let name_of = |statement: &Statement| statement.function.map(|at| &side.functions()[at]).filter(|function| function.name.len() > 1);
        for arrival in arrivals(side, reads, |statement| gives_back(side, statement)).into_iter().take(MOST) {
            if let Some(function) = name_of(&side.statements()[arrival.sink]).filter(|_| returns_it(side, arrival.source, arrival.sink)) {
                carriers.giving.entry(&function.name).or_insert((arrival.what, arrival.source));
            }
        }
        for arrival in arrivals(side, reads, |statement| keeps(side, statement)).into_iter().take(MOST) {
            let statement = &side.statements()[arrival.sink];
            let kept = (arrival.what, arrival.source);
            match KEPT_AS.group(side.code_of(statement), 1) {
                Some(field) => drop(carriers.fields.entry(field).or_insert(kept)),
                None => carriers.whole = carriers.whole.or(Some(kept)),
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
            if let Some(name) = ANSWERED.group(side.code_of(statement), 1).filter(|_| carriers.handles.len() < MOST && talks(statement)) {
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
        self.giving.iter().map(|(name, (what, _))| (*name, *what))
    }

    /// What a statement gets from a helper that it calls, and the statement that read it.
    #[must_use]
    pub fn giving_call(&self, side: &SideView<'_>, statement: &Statement) -> Option<(Sensitive, usize)> {
        if self.giving.is_empty() {
            return None;
        }
        CALLED.groups(side.code_of(statement), 1).find_map(|name| self.giving.get(name).copied())
    }

    /// What a statement gets from a helper or out of an object, and the statement that read it.
    #[must_use]
    pub fn gives(&self, side: &SideView<'_>, statement: &Statement) -> Option<(Sensitive, usize)> {
        if self.giving.is_empty() && self.fields.is_empty() && self.whole.is_none() {
            return None;
        }
        let code = side.code_of(statement);
        let helper = || self.giving_call(side, statement);
        let field = || USES_FIELD.groups(code, 1).find_map(|name| self.fields.get(name).copied());
        helper().or_else(field).or_else(|| self.whole.filter(|_| USES_WHOLE.is_match(code)))
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
