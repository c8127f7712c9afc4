//! What a function's names hold: from which statement something telling came into a name, and which statements use it.
//!
//! One pass over statements in order, names only: no types, no calls followed, no aliases of objects.

use std::collections::{HashMap, HashSet};

use super::pattern::Pattern;
use super::statements::Statement;
use super::view::SideView;

static WORD: Pattern = Pattern::new(r"[A-Za-z_$][A-Za-z0-9_]*");
static INTERPOLATED: Pattern = Pattern::new(r"(?:[#$]?\{\s*|\$)([A-Za-z_][A-Za-z0-9_]*)");
static BOUND: Pattern = Pattern::new(r"\b(?:as|for)\s+(?:const\s+|let\s+|var\s+)?[(\[]?([A-Za-z_]\w*)(?:\s*,\s*([A-Za-z_]\w*))?");
/// What a loop over something gives, where brackets or a type stand before it: `for (const [k, v] of …)`, `for (Entry e : …)`, `do |k, v|`.
static EACH: Pattern = Pattern::new(
    r"\bfor\s*(?:await\s*)?\(\s*(?:final\s+)?(?:(?:const|let|var|auto)\b\s*&?\s*|[\w.<>\[\],? ]+\s)[\[({]?\s*([A-Za-z_$]\w*)(?:\s*,\s*([A-Za-z_$]\w*))?\s*[\])}]?\s*(?:of\b|in\b|:)|\b(?:do|each|map)\b\s*\{?\s*\|\s*([A-Za-z_]\w*)(?:\s*,\s*([A-Za-z_]\w*))?\s*\||\bas\s+(\$\w+)(?:\s*=>\s*(\$\w+))?",
);
/// The same in the body of a function without a name: `names.forEach(name -> sample.put(name, …))`.
static FILLED_INSIDE: Pattern = Pattern::new(r"(?:=>|->)\s*\{?\s*([A-Za-z_$]\w*)\.(?:append|push|add|set|put|insert|merge)\s*\(");
static FILLED: Pattern = Pattern::new(
    r"^\s*([A-Za-z_$]\w*)(?:\.\w+)*?\.(?:append|push|update|add|set|put|extend|insert|write|Set|Add|push_str|concat|merge|append_pair|fill)\s*\(",
);
static MERGED: Pattern = Pattern::new(
    r"\b(?:Object\.assign|copy|extend|merge|s?n?printf|v?s?n?printf|strn?cpy|strn?cat|strl?cat|memcpy|fgets|getline|sscanf|recv|read|(?:os\.|ioutil\.)?WriteFile|(?:fs\.)?writeFileSync|file_put_contents|File\.write|File\.WriteAllBytes)\s*\(\s*&?\s*([A-Za-z_$]\w*)",
);
static DECLARED_IN_HEAD: Pattern = Pattern::new(r"^\s*for\s*\(\s*(?:const\s+)?\w+[\s*&]+(\w+)\s*=");

/// No function keeps so many names in play; a hostile one shall not cost more.
const MOST_NAMES: usize = 500;

/// The names that hold something, and the statement (by position) it came from.
#[derive(Debug, Default)]
pub struct Flow<'v> {
    names: HashMap<&'v str, usize>,
    /// Other names of something whole, such as an imported environment.
    aliases: HashSet<&'v str>,
}

impl<'v> Flow<'v> {
    /// The statement from which something came into a name that `statement` uses.
    #[must_use]
    pub fn reaches(&self, side: &'v SideView<'_>, statement: &Statement) -> Option<usize> {
        if self.names.is_empty() {
            return None;
        }
        let code = side.code_of(statement);
        // `foreach (var x in list) y[x] = z;`: the head uses something, too.
        static HEADED: Pattern = Pattern::new(r"^\s*(?:for|foreach)\s*\(");
        let from = if HEADED.is_match(code) { 0 } else { assigned_end(code).unwrap_or(0) };
        let uses = code.get(from..).unwrap_or(code);
        self.known(words(uses)).or_else(|| self.known(INTERPOLATED.groups(side.plain_of(statement), 1)))
    }

    /// The statement from which something came into a name that `code` uses.
    #[must_use]
    pub fn reaches_code(&self, code: &str) -> Option<usize> {
        if self.names.is_empty() {
            return None;
        }
        self.known(words(code))
    }

    fn known<'w>(&self, mut names: impl Iterator<Item = &'w str>) -> Option<usize> {
        names.find_map(|name| self.names.get(name).copied())
    }

    /// Records that `name` is another name of something whole.
    pub fn alias(&mut self, name: &'v str) {
        self.aliases.insert(name);
    }

    /// Whether `name` is another name of something whole.
    #[must_use]
    pub fn holds_alias(&self, name: &str) -> bool {
        self.aliases.contains(name)
    }

    /// Records that `name` stands for what came from the statement `origin`.
    pub fn note(&mut self, name: &'v str, origin: usize) {
        if self.names.len() < MOST_NAMES {
            self.names.entry(name).or_insert(origin);
        }
    }

    /// Records that what came from the statement `origin` is now in whatever `statement` assigns or fills.
    pub fn fill(&mut self, side: &'v SideView<'_>, statement: &Statement, origin: usize) {
        for name in receivers(side.code_of(statement)) {
            if self.names.len() >= MOST_NAMES {
                return;
            }
            self.names.entry(name).or_insert(origin);
        }
    }

    /// Records that what `statement` assigns is something else from here on.
    pub fn clear(&mut self, side: &'v SideView<'_>, statement: &Statement) {
        if self.names.is_empty() {
            return;
        }
        let code = side.code_of(statement);
        if let Some(end) = assigned_end(code)
            && !code.get(..end).unwrap_or("").contains(['.', '[', '+'])
        {
            for name in targets(code.get(..end).unwrap_or("")) {
                self.names.remove(name);
            }
        }
    }
}

/// Something telling that arrives at a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival<T> {
    /// The statement it arrives at, by position.
    pub sink: usize,
    /// The statement it came from; the same one where it went straight.
    pub source: usize,
    /// What it is.
    pub what: T,
}

/// What `source` sees in one statement of a function and arrives at a statement that `sink` accepts, straight or through names.
/// What a name holds outside functions is known inside them, not the other way round.
pub fn arrivals<T: Copy>(
    side: &SideView<'_>,
    source: impl Fn(&Statement) -> Option<T>,
    sink: impl Fn(&Statement) -> bool,
) -> Vec<Arrival<T>> {
    let mut found = Vec::new();
    let mut kinds: HashMap<usize, T> = HashMap::new();
    let (mut outside, mut inside, mut inside_until) = (Flow::default(), Flow::default(), None);
    for (index, statement) in side.statements().iter().enumerate() {
        let ended = inside_until.is_some_and(|last| statement.first_line > last);
        if ended {
            inside_until = None;
        }
        if let Some(function) = statement.function.and_then(|at| side.functions().get(at)).filter(|_| inside_until.is_none()) {
            inside_until = Some(function.last_line);
            inside = Flow { names: outside.names.clone(), aliases: HashSet::new() };
        }
        let flow = if inside_until.is_some() { &mut inside } else { &mut outside };
        let own = source(statement);
        let origin = if own.is_some() { Some(index) } else { flow.reaches(side, statement) };
        if let Some(what) = own {
            kinds.insert(index, what);
        }
        let Some((origin, what)) = origin.and_then(|origin| Some((origin, *kinds.get(&origin)?))) else {
            flow.clear(side, statement);
            continue;
        };
        flow.fill(side, statement, origin);
        // The texts of a list in the head of a loop stand in braces of their own: `for _, p := range []string{"a", "b"}`.
        if let Some(head) =
            statement.parent.and_then(|at| side.statements().get(at)).filter(|_| own.is_some() && is_texts(side.code_of(statement)))
        {
            flow.fill(side, head, origin);
        }
        if let Some(head) = literal_around(side, statement) {
            flow.fill(side, head, origin);
        }
        if sink(statement) {
            found.push(Arrival { sink: index, source: origin, what });
        }
    }
    found
}

/// The statement that assigns the literal a row stands in: `sample = {` around `token: …`.
fn literal_around<'v>(side: &'v SideView<'_>, row: &Statement) -> Option<&'v Statement> {
    const DEEPEST: usize = 4;
    /// What stands behind it is run rather than kept.
    static RUNS: Pattern = Pattern::new(r"=>|->|\b(?:function|func|fn|def|lambda|class|do|if|match|switch|async|try|unsafe|proc)\b");
    let mut around = row.parent;
    for _ in 0..DEEPEST {
        let head = side.statements().get(around?)?;
        let code = side.code_of(head);
        if code.len() > 400 || !code.trim_end().ends_with(['{', '[', '(']) && !code.trim_end().ends_with("new") || RUNS.is_match(code) {
            return None;
        }
        if assigned_end(code).is_some() {
            return Some(head);
        }
        around = head.parent;
    }
    None
}

/// Whether there is nothing but texts; `code` has no insides of them.
fn is_texts(code: &str) -> bool {
    code.chars().all(|c| matches!(c, '"' | '\'' | '`' | ',' | '\n' | '\t' | '\r' | ' '))
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    WORD.groups(code, 0)
}

/// The names that a statement puts something into.
fn receivers(code: &str) -> impl Iterator<Item = &str> {
    let assigned = assigned_end(code).map(|end| targets(code.get(..end).unwrap_or("")));
    // `for (char **e = …`: what stands behind the bracket is a type.
    let declared = DECLARED_IN_HEAD.group(code, 1);
    let each: Vec<&str> = (1..=6).filter_map(|group| EACH.group(code, group)).collect();
    let bound = |group| BOUND.group(code, group).filter(|_| declared.is_none() && each.is_empty());
    static DEFINED: Pattern = Pattern::new(r"^\s*#\s*define\s+([A-Za-z_]\w*)\s");
    let others =
        [DEFINED.group(code, 1), declared, bound(1), bound(2), FILLED.group(code, 1), FILLED_INSIDE.group(code, 1), MERGED.group(code, 1)];
    assigned
        .into_iter()
        .flatten()
        .chain(others.into_iter().flatten())
        .chain(each)
        .filter(|name| !matches!(*name, "self" | "this" | "err" | "ok" | "_"))
}

/// The names on the left of an assignment: the last word of each part before a type, or the object whose part is set.
fn targets(left: &str) -> impl Iterator<Item = &str> {
    let opened = left.find(['{', '(', '[']);
    let destructured = opened.is_some_and(|at| !left.get(..at).unwrap_or("").contains(':'));
    let left = left.trim_end_matches(['=', ':', '+', '|', '?', '^', '-', '*', ' ']);
    // `x: T` has its type behind the colon, `std::string x` in front of the name.
    let untyped = if destructured { left } else { left.get(..lone_colon(left)).unwrap_or(left) };
    untyped.split(',').filter_map(|part| {
        // `const { sort = '', page = '1' } = …`: what stands behind the sign is taken where there is none.
        let part = part.split_once('=').map_or(part, |(name, _)| name);
        let part = part.trim_end_matches(['}', ')', ' ']);
        // `payload[key]` is filled; `byte[] code` is declared.
        let object = if part.ends_with(']') { part.split('[').next().unwrap_or(part) } else { part };
        // `if let Ok(path) = …`: the name stands inside of the pattern.
        let last = object.split_whitespace().next_back()?.rsplit('(').next()?.rsplit("::").next()?;
        let mut path = last.split(['.', '-', '>']).filter(|word| !word.is_empty() && !matches!(*word, "self" | "this"));
        path.next().map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '$')).filter(|w| !w.is_empty())
    })
}

/// Where a colon stands that is none of two, or the end.
fn lone_colon(text: &str) -> usize {
    let bytes = text.as_bytes();
    let colon = |at: usize| bytes.get(at) == Some(&b':');
    (0..bytes.len()).find(|at| colon(*at) && !colon(at + 1) && !at.checked_sub(1).is_some_and(colon)).unwrap_or(bytes.len())
}

/// The byte after the `=` of an assignment, where `code` is one.
fn assigned_end(code: &str) -> Option<usize> {
    let bytes = code.as_bytes();
    let mut depth = 0_usize;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'=' if depth == 0 => {
                let before = at.checked_sub(1).and_then(|i| bytes.get(i));
                let compares = matches!(bytes.get(at + 1), Some(b'=' | b'>' | b'~')) || matches!(before, Some(b'=' | b'!' | b'<' | b'>'));
                if !compares {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_statement_puts_something_into() {
        let cases: [(&str, &[&str]); 33] = [
            ("const { sort = '  ', page = '1' } = x", &["sort", "page"]),
            ("#define CODECS \"  \"", &["CODECS"]),
            ("if let Ok(path) = std::env::var(x) {", &["path"]),
            ("for (const [key, value] of Object.entries(process.env)) {", &["key", "value"]),
            ("for (Map.Entry<String, String> e : System.getenv().entrySet()) {", &["e"]),
            ("ENV.each do |name, value|", &["name", "value"]),
            ("foreach ($_ENV as $k => $v) {", &["$k", "$v"]),
            ("for _, p := range []string{\"  \"} ", &["p"]),
            ("for name, value in os.environ.items():", &["name", "value"]),
            ("names.forEach(name -> sample.put(name, x))", &["sample"]),
            ("byte[] code = x", &["code"]),
            ("cmd[i] = x ^ y", &["cmd"]),
            ("p[i] ^= key[i]", &["p"]),
            ("snprintf(cmd, sizeof cmd, \"  \", x)", &["cmd"]),
            ("for (char **e = environ; *e; e++)", &["e"]),
            ("let vars: Vec<(String, String)> = x", &["vars"]),
            ("const { a, b } = x", &["a", "b"]),
            ("env = dict(os.environ)", &["env"]),
            ("const data: Record<string, string> = x", &["data"]),
            ("String body = x", &["body"]),
            ("req, err := http.NewRequest(a, b)", &["req"]),
            ("payload['  '] = x", &["payload"]),
            ("self.body = x", &["body"]),
            ("payload.update(x)", &["payload"]),
            ("req.Header.Set(\" \", x)", &["req"]),
            ("with open(\" \") as f:", &["f"]),
            ("Object.assign(body, process.env)", &["body"]),
            ("let mut v = x", &["v"]),
            ("const std::string text = x", &["text"]),
            ("let mut v: std::string::String = x", &["v"]),
            ("std::unique_ptr<Part> Shop::part = x", &["part"]),
            ("if a == b", &[]),
            ("requests.post(url, json=x)", &[]),
        ];
        for (code, expected) in cases {
            let mut found: Vec<_> = receivers(code).collect();
            found.dedup();
            assert_eq!(found, expected, "{code}");
        }
    }
}
