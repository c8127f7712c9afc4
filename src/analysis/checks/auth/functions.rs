//! A side's functions with their statements: what stands in each, and which function of the other side it was.

use std::collections::HashMap;
use std::ops::Range;

use super::vocabulary::class_of;
use crate::analysis::outline::Function;
use crate::analysis::pattern::Pattern;
use crate::analysis::statements::Statement;
use crate::analysis::view::SideView;

/// A function with the position of its header statement.
#[derive(Clone, Copy)]
pub struct Body<'v> {
    /// The function.
    pub function: &'v Function,
    /// Its header's position in the side's statements.
    pub header: usize,
}

impl<'v> Body<'v> {
    /// All functions of `side` that have a header statement, in order.
    pub fn all(side: &'v SideView<'_>) -> Vec<Self> {
        let mut seen = vec![false; side.functions().len()];
        let mut bodies = Vec::new();
        for (index, statement) in side.statements().iter().enumerate() {
            let Some(at) = statement.function.filter(|at| !seen.get(*at).copied().unwrap_or(true)) else { continue };
            let function = &side.functions()[at];
            // Decorators and types may stand on lines before the name; the header is what holds the block.
            if statement.end > index + 1 || statement.first_line == function.first_line {
                seen[at] = true;
                bodies.push(Self { function, header: index });
            }
        }
        bodies
    }

    /// The positions of all its statements, nested ones included.
    #[must_use]
    pub fn inside(&self, side: &SideView<'_>) -> Range<usize> {
        self.header + 1..side.statements()[self.header].end.max(self.header + 1)
    }

    /// Its statements that stand in no block of it.
    pub fn direct<'s>(&self, side: &'s SideView<'_>) -> impl Iterator<Item = &'s Statement> + use<'s> {
        let header = self.header;
        side.statements().get(self.inside(side)).unwrap_or(&[]).iter().filter(move |statement| statement.parent == Some(header))
    }

    /// The functions of `side` that have names, by name; the first where several share one.
    #[must_use]
    pub fn by_name(side: &'v SideView<'_>) -> HashMap<&'v str, Self> {
        let mut bodies = HashMap::new();
        for body in Self::all(side).into_iter().filter(|body| !body.function.name.is_empty()) {
            bodies.entry(body.function.name.as_str()).or_insert(body);
        }
        bodies
    }
}

/// The functions of a side, to find those of the other side again.
pub struct Bodies<'v> {
    placed: HashMap<(Option<&'v str>, &'v str), Body<'v>>,
    /// By name alone; `None` where several share it.
    named: HashMap<&'v str, Option<Body<'v>>>,
    /// Those without a name that stand in none with one, by their head; `None` where several share it.
    headed: HashMap<String, Option<Body<'v>>>,
    /// The same of all that have no name.
    nameless: HashMap<String, Option<Body<'v>>>,
}

/// A longer head is data.
const LONGEST_HEAD: usize = 600;

/// The head of a function without a name, where no function with one is around it.
fn head(side: &SideView<'_>, body: &Body<'_>) -> Option<String> {
    let header = &side.statements()[body.header];
    if !body.function.name.is_empty() || header.bytes.len() > LONGEST_HEAD {
        return None;
    }
    let mut parent = header.parent;
    for _ in 0..16 {
        let Some(outer) = parent.and_then(|at| side.statements().get(at)) else { break };
        if outer.function.is_some_and(|at| !side.functions()[at].name.is_empty()) {
            return None;
        }
        parent = outer.parent;
    }
    Some(key(side, header))
}

impl<'v> Bodies<'v> {
    /// All functions of `side` that have names, and those without that stand alone.
    #[must_use]
    pub fn of(side: &'v SideView<'_>) -> Self {
        let (mut placed, mut named) = (HashMap::new(), HashMap::new());
        let (mut headed, mut nameless) = (HashMap::new(), HashMap::new());
        for body in Body::all(side) {
            let name = body.function.name.as_str();
            if name.is_empty() {
                let header = &side.statements()[body.header];
                if header.bytes.len() <= LONGEST_HEAD {
                    nameless.entry(key(side, header)).and_modify(|known| *known = None).or_insert(Some(body));
                }
                if let Some(head) = head(side, &body) {
                    headed.entry(head).and_modify(|known| *known = None).or_insert(Some(body));
                }
                continue;
            }
            placed.entry((place(side, &body), name)).or_insert(body);
            named.entry(name).and_modify(|known| *known = None).or_insert(Some(body));
        }
        Self { placed, named, headed, nameless }
    }

    /// The only function without a name that has the head of `body` of `side`, wherever it stands.
    #[must_use]
    pub fn same_head(&self, side: &SideView<'_>, body: &Body<'_>) -> Option<Body<'v>> {
        let header = &side.statements()[body.header];
        (header.bytes.len() <= LONGEST_HEAD).then(|| self.nameless.get(&key(side, header)).copied().flatten()).flatten()
    }

    /// The function that `body` of `side` was: of the same name in the same class, or the only one of that name; without a name the only
    /// one with that head.
    #[must_use]
    pub fn same_as(&self, side: &SideView<'_>, body: &Body<'_>) -> Option<Body<'v>> {
        let name = body.function.name.as_str();
        if name.is_empty() {
            return head(side, body).and_then(|head| self.headed.get(&head).copied().flatten());
        }
        let placed = self.placed.get(&(place(side, body), name)).copied();
        placed.or_else(|| self.named.get(name).copied().flatten())
    }
}

/// The class a function stands in, or the type it is a method of.
fn place<'s>(side: &'s SideView<'_>, body: &Body<'_>) -> Option<&'s str> {
    static RECEIVER: Pattern = Pattern::new(r"^\s*func\s*\(\s*\w*\s*\*?\s*(\w+)");
    let header = &side.statements()[body.header];
    class_of(side, header).or_else(|| RECEIVER.group(side.code_of(header), 1))
}

/// A statement on one line with single blanks, to compare sides by.
#[must_use]
pub fn brief(side: &SideView<'_>, statement: &Statement) -> String {
    side.plain_of(statement).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same for comparing alone: which quotes stand in it, blanks beside brackets and commas before them say nothing.
#[must_use]
pub fn key(side: &SideView<'_>, statement: &Statement) -> String {
    let text = brief(side, statement);
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            ' ' if out.ends_with(['(', '[', '{']) => {}
            ')' | ']' | '}' => {
                out.truncate(out.trim_end_matches([' ', ',']).len());
                out.push(letter);
            }
            '\'' => out.push('"'),
            _ => out.push(letter),
        }
    }
    out
}
