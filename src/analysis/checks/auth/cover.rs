//! What stands in front of each route and each action of a side: guards of its own statement, of the blocks around it, of the object it is
//! registered on and of its class. Never whether those guards refuse anybody.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::functions::Body;
use super::grant::denies;
use super::guarded_route::{guards, is_open};
use super::own_names::{SOMEBODY, given_names, handler_of};
use crate::analysis::pattern::Pattern;
use crate::analysis::statements::Statement;
use crate::analysis::view::SideView;

/// More names of guards than this are not kept for one thing; see [`Endpoint::is_cut`].
const MOST_GUARDS: usize = 64;
/// Parts of a path beyond this do not count for what stands in front of it.
const MOST_PARTS: usize = 32;
/// A longer statement is data.
const LONGEST: usize = 4000;
/// Blocks further out guard nothing.
const DEEPEST: usize = 16;

/// A route written as a call; groups: what it is registered on, how, and its path.
static ROUTE: Pattern = Pattern::new(
    r#"(?:([\w$]+)(?:\(\))?\s*(?:\.|->|::)\s*)?\b((?i:get|post|put|patch|delete|del|all|any|handle|handlefunc|mount|route|use|map(?:get|post|put|patch|delete)|resource|apiresource|service))\s*\(\s*(?:[\w.]+\s*,\s*)?["'`](/[^"'`\n]*|)["'`]"#,
);
/// A line of a file of routes in Rails; it has no receiver and no brackets.
static RAILS: Pattern = Pattern::new(r"^\s*(?:get|post|put|patch|delete|match|mount|resources?|root)\s+[\x22':A-Z]");
static DECORATED: Pattern = Pattern::new(r#"^\s*@(\w+)\.(get|post|put|patch|delete|route|api_route|websocket)\s*\(\s*["']([^"']*)["']"#);
/// What counts for all that comes after it on the same object.
static STANDS: Pattern = Pattern::new(
    r#"^\s*(?:await\s+)?(?:(\$?[\w]+)(?:\.|->))?(?:use|Use|addHook|add_middleware|before_request|Use(?:Authentication|Authorization|RateLimiter|Antiforgery))\s*\(\s*(?:["'`](/[^"'`]*)["'`]\s*,)?"#,
);
/// What a block puts in front of the paths in it.
static PREFIX: Pattern = Pattern::new(r#"\bprefix\s*\(\s*["']([\w/{}.:-]*)["']\s*\)"#);
static MADE: Pattern = Pattern::new(
    r"^\s*(?:const\s+|let\s+|var\s+|val\s+)?(\w+)\s*:?=\s*(?:(\w+)\.)?\s*(?:[\w.]*\.)?(?:Group|Subrouter|With|APIRouter|Blueprint|MapGroup|PathPrefix)\s*\(",
);
static HOOK: Pattern = Pattern::new(r"^\s*@(\w+)\.before_(?:app_)?request\b");
static DEFINES: Pattern = Pattern::new(
    r"^\s*(?:export\s+|default\s+|pub(?:\([^)]*\))?\s+|public\s+|private\s+|protected\s+|static\s+|async\s+|override\s+|suspend\s+)*(?:def|fn|fun|function|func\s+(?:\(|\w)|class|struct|impl|trait|interface|object|module|if|else|for|while|switch|match|when|try|catch|namespace|package)\b",
);
static CLASS: Pattern = Pattern::new(r"(?s)\bclass\s+([\w:]+)(.*)");
static ABOVE: Pattern = Pattern::new(r"^\s*(?:@|#\[|\[)\s*[A-Za-z]");
/// What a class is set up with guards none of its actions.
static SET_UP: Pattern = Pattern::new(r"(?:Config|Configuration|Options|Settings|Properties)$");
/// What a class says of all its actions.
static OF_CLASS: Pattern = Pattern::new(
    r"^\s*(?:(?:prepend_)?before_(?:action|filter)\b|load_and_authorize_resource|authorize_resource|protect_from_forgery|permission_classes\s*=|authentication_classes\s*=|permission_required\s*=|decorators\s*=|plug\s+:|\$this->middleware\s*\(|return\s*\[\w+\(\))",
);
/// Counts for some actions only, which their lists tell; see `guarded_route`.
static LIMITED: Pattern = Pattern::new(r"\b(?:only|except|if|unless)(?::|\s*=>)|->(?:only|except)\s*\(");
static SETS: Pattern = Pattern::new(r"^\s*\w+\s*=");
/// Everything that a server of ASP.NET knows, mapped at once.
static MAPPED: Pattern =
    Pattern::new(r"^\s*(\w+)\.(Map(?:Controllers|RazorPages|Hub|DefaultControllerRoute|Razor\w+|GrpcService)[\w<>]*)\s*\(");
static VALUE: Pattern =
    Pattern::new(r"^\s*(?:return|const|let|var|val|if|elif|else|for|while|await|yield|raise|throw|assert)\b|^[^(]*[^=!<>]=[^=>]");
static LAYERED: Pattern = Pattern::new(r"\bRouter::new\b|\.(?:layer|route_layer|wrap)\s*\(|\bweb::scope\b");
static WORD: Pattern = Pattern::new(r"[A-Za-z_]\w*[!?]?");
static INJECTED: Pattern = Pattern::new(r"\b(?:Depends|Security)\s*\(\s*([\w.]+)");
/// A route or action with what stands in front of it.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// How it is told from others: method and path, or class and name.
    pub key: String,
    /// The names of its guards.
    pub guards: BTreeSet<String>,
    /// Its first and last line, from 0.
    pub lines: (usize, usize),
}

impl Endpoint {
    /// Whether it has so many guards that some of them are not kept.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.guards.len() >= MOST_GUARDS
    }
}

/// Names of guards.
type Guards<'v> = BTreeSet<&'v str>;
/// For whom a statement counts that says something for others: a block or function, what they are registered on, and their path.
type Scope<'v> = (Option<usize>, &'v str, &'v str);

/// Endpoints that were behind a guard and are not any more, told together.
#[derive(Debug)]
pub struct Loss<'e> {
    /// The first of them, as it is now.
    pub endpoint: &'e Endpoint,
    /// How many more lost the same.
    pub more: usize,
    /// What they lost.
    pub gone: Vec<&'e str>,
}

/// All routes and actions of `side`.
#[must_use]
pub fn endpoints(side: &SideView<'_>, routes_file: bool) -> Vec<Endpoint> {
    let mut reader = Reader { side, made: HashMap::new(), in_block: HashMap::new(), in_function: HashMap::new(), out: Vec::new() };
    for at in 0..side.statements().len() {
        if side.statements()[at].bytes.len() <= LONGEST {
            reader.statement(at, routes_file);
        }
    }
    reader.actions();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for endpoint in &mut reader.out {
        let number = seen.entry(endpoint.key.clone()).or_default();
        *number += 1;
        if *number > 1 {
            endpoint.key = format!("{} ({number})", endpoint.key);
        }
    }
    reader.out
}

/// What of `old` stands in `new` with fewer guards and no other instead.
#[must_use]
pub fn losses<'e>(old: &'e [Endpoint], new: &'e [Endpoint]) -> Vec<Loss<'e>> {
    let now: HashMap<&str, &Endpoint> = new.iter().map(|endpoint| (endpoint.key.as_str(), endpoint)).collect();
    let mut losses: Vec<Loss<'e>> = Vec::new();
    let mut told: HashMap<Vec<&str>, usize> = HashMap::new();
    for was in old.iter().filter(|was| !was.guards.is_empty()) {
        let Some(is) = now.get(was.key.as_str()).filter(|is| is.guards.len() < was.guards.len() && is.guards.is_subset(&was.guards)) else {
            continue;
        };
        let gone: Vec<&str> = was.guards.difference(&is.guards).map(String::as_str).collect();
        match told.get(&gone).and_then(|at| losses.get_mut(*at)) {
            Some(loss) => loss.more += 1,
            None => {
                told.insert(gone.clone(), losses.len());
                losses.push(Loss { endpoint: is, more: 0, gone });
            }
        }
    }
    losses
}

struct Reader<'v, 'a> {
    side: &'v SideView<'a>,
    made: HashMap<&'v str, Guards<'v>>,
    in_block: HashMap<Scope<'v>, Guards<'v>>,
    in_function: HashMap<Scope<'v>, Guards<'v>>,
    out: Vec<Endpoint>,
}

impl<'v> Reader<'v, '_> {
    fn plain(&self, at: usize) -> &'v str {
        self.side.plain_of(&self.side.statements()[at])
    }

    fn statement(&mut self, at: usize, routes_file: bool) {
        let plain = self.plain(at);
        let statement = &self.side.statements()[at];
        if let Some(name) = MADE.group(plain, 1) {
            let mut guards = guards_in(plain.split_once('=').map_or("", |(_, made)| made));
            add(&mut guards, MADE.group(plain, 2).and_then(|parent| self.made.get(parent)).into_iter().flatten().copied());
            self.made.insert(name, guards);
            return;
        }
        if let Some(found) = STANDS.find(plain) {
            let guards = guards_in(plain);
            if !guards.is_empty() {
                let receiver = STANDS.group(plain, 1).unwrap_or("");
                let path = STANDS.group(plain, 2).unwrap_or("");
                // A router that is mounted behind a guard is a route as well.
                if path.is_empty() || plain.get(found.end..).is_some_and(|rest| !rest.contains(',')) {
                    self.stand((statement.parent, statement.function), receiver, path, guards);
                    return;
                }
            }
        }
        if let Some(name) = HOOK.group(plain, 1) {
            self.hook(at, name);
        }
        if let Some(how) = MAPPED.group(plain, 2) {
            self.enter(at, how.to_owned(), MAPPED.group(plain, 1).unwrap_or(""), "", guards_in(plain));
        } else if routes_file && RAILS.is_match(plain) {
            self.enter(at, plain.split_whitespace().collect::<Vec<_>>().join(" "), "", "", BTreeSet::new());
        } else if !DECORATED.is_match(plain) && !DEFINES.is_match(plain) && (!VALUE.is_match(plain) || LAYERED.is_match(plain)) {
            let named: LazyCell<Vec<(usize, &str)>, _> = LazyCell::new(|| names_in(plain).take(MOST_GUARDS).collect());
            for found in ROUTE.find_all(plain) {
                let handler = handler_of(plain, &found);
                let text = plain.get(found.clone()).unwrap_or("");
                let (how, path) = (ROUTE.group(text, 2).unwrap_or(""), ROUTE.group(text, 3).unwrap_or(""));
                let receiver = ROUTE.group(text, 1).unwrap_or("");
                let own = named.iter().filter(|(at, _)| !found.contains(at) && !handler.contains(at)).map(|(_, name)| *name).collect();
                self.enter(at, format!("{} {path}", how.to_ascii_uppercase()), receiver, path, own);
            }
        }
    }

    /// A statement in this block and function guards all that comes after it on `receiver` below `path`.
    fn stand(&mut self, (block, function): (Option<usize>, Option<usize>), receiver: &'v str, path: &'v str, guards: Guards<'v>) {
        let path = path.trim_end_matches(['*', '/']);
        // What stands alone in a function is not for what stands alone outside of it.
        if block.is_some() || function.is_none() {
            add(self.in_block.entry((block, receiver, path)).or_default(), guards.iter().copied());
        }
        add(self.in_function.entry((function, receiver, path)).or_default(), guards);
    }

    /// A function that is asked before each request refuses somebody, or has the name of a guard.
    fn hook(&mut self, at: usize, receiver: &'v str) {
        let Some(body) = self.body_below(at) else { return };
        let refuses = body.inside(self.side).any(|inner| denies(self.plain(inner)));
        if refuses || guards(&body.function.name) {
            self.stand((None, None), receiver, "", BTreeSet::from([body.function.name.as_str()]));
        }
    }

    fn body_below(&self, at: usize) -> Option<Body<'v>> {
        let statements = self.side.statements();
        let header = (at + 1..statements.len().min(at + 8)).find(|next| !ABOVE.is_match(self.plain(*next)))?;
        let functions = self.side.functions();
        let next = functions.partition_point(|function| function.first_line < statements[header].first_line);
        let function = functions.get(next).filter(|function| function.first_line <= statements[header].last_line)?;
        Some(Body { function, header })
    }

    fn enter(&mut self, at: usize, key: String, receiver: &str, path: &str, mut guards: Guards<'v>) {
        self.around(at, receiver, path, &mut guards);
        let key = self.below_prefixes(at, key);
        let statement = &self.side.statements()[at];
        self.push(key, guards, (statement.first_line, statement.last_line));
    }

    /// The key with what the blocks around put in front of its path, so that a route which moves between them stays the same.
    fn below_prefixes(&self, at: usize, key: String) -> String {
        let statements = self.side.statements();
        let headers = std::iter::successors(statements[at].parent, |header| statements[*header].parent).take(DEEPEST);
        let short = headers.map(|header| self.plain(header)).filter(|plain| plain.len() <= LONGEST);
        let mut prefixes: Vec<&str> = short.filter_map(|plain| PREFIX.group(plain, 1)).collect();
        let Some((how, path)) = key.split_once(' ').filter(|_| !prefixes.is_empty()) else { return key };
        prefixes.reverse();
        let parts = prefixes.into_iter().chain([path]).flat_map(|part| part.split('/')).filter(|part| !part.is_empty());
        format!("{how} /{}", parts.collect::<Vec<_>>().join("/"))
    }

    fn push(&mut self, key: String, guards: Guards<'v>, lines: (usize, usize)) {
        self.out.push(Endpoint { key, guards: guards.into_iter().map(str::to_owned).collect(), lines });
    }

    /// Adds the guards of the blocks around a statement and of what it is registered on.
    fn around(&self, at: usize, receiver: &str, path: &str, guards: &mut Guards<'v>) {
        let statement = &self.side.statements()[at];
        add(guards, self.made.get(receiver).into_iter().flatten().copied());
        let mut blocks = vec![statement.parent];
        let mut parent = statement.parent;
        for _ in 0..DEEPEST {
            let Some(header) = parent else { break };
            let plain = self.plain(header);
            // Who may call a method is no guard: `protected` of Ruby stands alone.
            let plain = plain
                .trim_start()
                .strip_prefix("protected")
                .filter(|rest| rest.trim_start().len() < rest.len() || rest.is_empty())
                .unwrap_or(plain);
            if plain.len() <= LONGEST && !DEFINES.is_match(plain) {
                add(guards, guards_in(plain));
            }
            parent = self.side.statements()[header].parent;
            blocks.push(parent);
        }
        // `/a/b` is below itself, `/a` and everything.
        let ends = path.match_indices('/').map(|(at, _)| at).take(MOST_PARTS).chain([path.trim_end_matches('/').len()]);
        for above in ends.collect::<BTreeSet<_>>().into_iter().filter_map(|end| path.get(..end)) {
            let here = blocks.iter().filter_map(|block| self.in_block.get(&(*block, receiver, above)));
            for standing in here.chain(self.in_function.get(&(statement.function, receiver, above))) {
                add(guards, standing.iter().copied());
            }
        }
    }

    /// Functions with routes above them, and the functions of classes.
    fn actions(&mut self) {
        let classes = self.classes();
        for body in Body::all(self.side).into_iter().filter(|body| !body.function.name.is_empty()) {
            let header = &self.side.statements()[body.header];
            let above = self.above(body.header, header);
            // What is written in texts above a function is a role or a path.
            let own = |at: &usize| guards_in(self.side.code_of(&self.side.statements()[*at]));
            let mut guards: Guards<'v> = above.iter().flat_map(own).collect();
            let given = self.plain(body.header).split_once('(').map_or("", |(_, given)| given);
            let route = above.iter().map(|at| self.plain(*at)).find(|plain| DECORATED.is_match(plain));
            if let Some(route) = route {
                let (receiver, how, path) = (DECORATED.group(route, 1), DECORATED.group(route, 2), DECORATED.group(route, 3));
                let key = format!("{} {}", how.unwrap_or("").to_ascii_uppercase(), path.unwrap_or(""));
                let at = above.first().copied().unwrap_or(body.header);
                let values = given_names(given);
                add(&mut guards, guards_in(given).into_iter().filter(|name| !values.contains(name)));
                self.enter(at, key, receiver.unwrap_or(""), path.unwrap_or(""), guards);
            } else if let Some((name, of_class)) = header.parent.and_then(|class| classes.get(&class)) {
                if body.function.name.contains("construct") || body.function.name == *name || body.function.name.starts_with("__") {
                    continue;
                }
                add(&mut guards, INJECTED.groups(given, 1));
                add(&mut guards, of_class.iter().copied());
                self.push(format!("{name}.{}", body.function.name), guards, (header.first_line, header.first_line));
            }
        }
    }

    /// The classes by their headers, with their names and what guards all their actions.
    fn classes(&self) -> HashMap<usize, (&'v str, Guards<'v>)> {
        let mut classes: HashMap<usize, (&'v str, Guards<'v>)> = HashMap::new();
        for (at, statement) in self.side.statements().iter().enumerate().filter(|(_, s)| s.bytes.len() <= LONGEST) {
            let plain = self.side.plain_of(statement);
            if let Some(name) = CLASS.group(self.side.code_of(statement), 1) {
                let head = CLASS.group(plain, 2).unwrap_or("");
                let mut guards: Guards<'v> =
                    names_in(head).filter(|(at, name)| !is_argument(head, *at) && !SET_UP.is_match(name)).map(|(_, name)| name).collect();
                // Under which settings there is such a class at all keeps nobody out of it.
                static WHERE: Pattern = Pattern::new(r"^\s*@(?:Requires|Conditional\w*)\b");
                let above = self.above(at, statement).into_iter().map(|at| self.plain(at)).filter(|plain| !WHERE.is_match(plain));
                add(&mut guards, above.flat_map(guards_in));
                classes.insert(at, (name, guards));
            } else if OF_CLASS.is_match(plain) && !LIMITED.is_match(plain) {
                let outer = statement.parent.and_then(|parent| self.side.statements()[parent].parent);
                let class = statement.parent.into_iter().chain(outer).find(|class| classes.contains_key(class));
                let said = SETS.find(plain).and_then(|found| plain.get(found.end..)).unwrap_or(plain);
                if let Some((_, guards)) = class.and_then(|class| classes.get_mut(&class)) {
                    add(guards, guards_in(said));
                }
            }
        }
        classes
    }

    /// What is written above a statement for it.
    fn above(&self, at: usize, statement: &Statement) -> Vec<usize> {
        let alike = |before: &usize| {
            let other = &self.side.statements()[*before];
            other.parent == statement.parent && other.bytes.len() <= LONGEST && ABOVE.is_match(self.plain(*before))
        };
        let mut above: Vec<usize> = (at.saturating_sub(8)..at).rev().take_while(alike).collect();
        above.reverse();
        above
    }
}

/// Whether a line makes a guard count for what comes after it.
#[must_use]
pub fn stands(line: &str) -> bool {
    STANDS.is_match(line)
}

/// Whether a line makes a guard count for all actions of its class.
#[must_use]
pub fn of_class(line: &str) -> bool {
    OF_CLASS.is_match(line) && !LIMITED.is_match(line)
}

/// The words of a text that name guards.
fn guards_in(plain: &str) -> Guards<'_> {
    names_in(plain).map(|(_, name)| name).collect()
}

/// A type of settings asks nothing.
static SETTINGS: Pattern = Pattern::new(r"^[A-Z]\w*(?:Config|Configuration|Options|Settings|Props|Params)$");

/// The same with the bytes they begin at.
fn names_in(plain: &str) -> impl Iterator<Item = (usize, &str)> {
    let words = WORD.find_all(plain).filter_map(|found| Some((found.start, plain.get(found)?)));
    words.filter(|(_, word)| !SETTINGS.is_match(word) && (guards(word) || SOMEBODY.is_match(word)) && !is_open(word))
}

/// Whether what begins at `at` in the head of a class says for which types it is, as in `IValidator<LoginRequest>`.
fn is_argument(head: &str, at: usize) -> bool {
    let (before, after) = head.split_at_checked(at).unwrap_or((head, ""));
    before.matches('<').count() > before.matches('>').count() && after.contains('>')
}

/// Adds as many as are kept for one thing.
fn add<'v>(guards: &mut Guards<'v>, more: impl IntoIterator<Item = &'v str>) {
    for name in more {
        if guards.len() >= MOST_GUARDS {
            return;
        }
        guards.insert(name);
    }
}
