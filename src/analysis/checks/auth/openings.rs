//! What was behind a guard and is said to be open: a word that lets everybody in takes a guard's place, a list of open paths grows, a
//! guard is asked for less.

use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};

use super::functions::brief;
use super::guarded_route::{Said, guards, is_open, made_open};
use super::vocabulary::vocabulary;
use super::weakening::{Consequence, weakened};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::identifier::words;
use crate::analysis::pattern::Pattern;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Confidence;

/// A file in which more statements changed than this was written anew; they are not compared pair by pair.
const MOST_COMPARED: usize = 150;
/// A longer statement is data.
const LONGEST: usize = 4000;

/// Lists of what nobody is asked about; group 1 holds the texts.
static OPEN_LIST: Pattern = Pattern::new(
    r"(?:(?:request|ant|mvc|path|regex)Matchers\s*\(([^()]*)\)\s*\.\s*permitAll|ignoring(?:\s*\(\s*\)\s*\.\s*)?\w*Matchers\s*\(([^()]*)\)|\.unless\s*\(\s*\{\s*path\s*:\s*\[([^\]]*)\]|(?:\$except|(?i:\w*(?:public|open|skip|exempt|anonymous|unauth\w*|white_?list\w*|excluded?)_?(?:paths|routes|urls|methods|endpoints|patterns|uris))\w*)\s*(?::[^=\n]*)?[:=]+\s*[^\[{(\n]*[\[{(]([^\])}]*))",
);
/// Lists of what somebody is asked about.
static GUARDED_LIST: Pattern = Pattern::new(
    r"(?i)\b(?:matcher|(?:protected|guarded|secured?|private)_?(?:paths|routes|urls|patterns|endpoints))\s*(?::[^=\n\[]*)?[:=]\s*\[([^\]]*)\]",
);
static TEXT: Pattern = Pattern::new(r#"["'`/]((?:[^"'`\n\\]|\\.)+)["'`]|(/\^?[^\s,]+/)"#);
/// Paths that hold for more than one page.
static WIDE: Pattern = Pattern::new(r"\*|\^|\.\+|^/?$");
static PUBLIC: Pattern = Pattern::new(
    r"(?i)\b(?:css|js|img|images?|fonts?|static|assets?|public|favicon|webjars|swagger\w*|v[23]/api-docs|api-docs|openapi|docs?|health\w*|livez?|readyz?|login|logout|register|sign\w*|error|robots|manifest|webhooks?|callback|oauth2?|\.well-known)\b",
);
static SENSITIVE: Pattern = Pattern::new(
    r"(?i)\b(?:admin\w*|internal|actuator|manage\w*|private|debug|console|root|system|ops|keys?|secrets?|tokens?|billing|payments?|transfers?|users?|accounts?|export|env)\b",
);
static DECORATOR: Pattern = Pattern::new(r"^\s*(?:@|#\[|\[)\s*([\w.]+)\s*(?:\((.*)\)\s*\]?\s*$)?");
/// What a guard is asked about beside that somebody is signed in.
static ASKED: Pattern = Pattern::new(r"(?i)role|polic|admin|permission|scope|author|staff|superuser|has_");
/// A scheme that refuses nobody by itself.
static NO_ERROR: Pattern = Pattern::new(r"\bauto_error\s*=\s*False\b");
static SKIPS_ALL: Pattern = Pattern::new(r"\bSkipper:\s*func\s*\([^)]*\)\s*bool\s*\{\s*return\s+true\b");
static FORGERY: Pattern =
    Pattern::new(r"\.csrf\s*\(\s*(?:\w+::disable|\w+\s*->\s*\w+\.disable\(\s*\))\s*\)|\.csrf\(\s*\)\s*\.\s*disable\(\s*\)");
/// Everything that a server of ASP.NET knows, for everybody.
static ALL_OPEN: Pattern =
    Pattern::new(r"\.Map(?:Controllers|RazorPages|DefaultControllerRoute|GrpcService\S*|Hub\S*)\s*\([^)]*\)\s*\.AllowAnonymous\s*\(");
static QUOTED: Pattern = Pattern::new(r#""([^"\n]+)"|'([^'\n]+)'"#);

/// Reports what of a file is open now and was not.
pub fn opened(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    lists(file, old, new, sink);
    methods(file, old, new, sink);
    anonymous(file, old, new, sink);
    let forgery_asked = LazyCell::new(|| old.text().contains("csrf(") && !FORGERY.is_match(old.text()));
    let mapped_closed = LazyCell::new(|| old.text().contains(".Map") && !ALL_OPEN.is_match(old.text()));
    for line in file.added() {
        let plain = new.plain_line(line.index);
        let title = if SKIPS_ALL.is_match(plain) {
            "A guard skips every request"
        } else if FORGERY.is_match(plain) && *forgery_asked {
            "Forged requests are no longer refused"
        } else if ALL_OPEN.is_match(plain) && *mapped_closed {
            "Everything that is mapped is open to everybody"
        } else {
            continue;
        };
        sink.report(Draft::line(file, new, line.index).title(title).confidence(Confidence::Medium));
    }
    unasked_actions(file, old, new, sink);
    weakened_statements(file, old, new, sink);
}

/// What a class asks of everybody is asked by a function of it now, which asks nothing of some.
fn unasked_actions(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    static NOTHING: Pattern = Pattern::new(r"^\s*return\s*(?:\[\s*\]|\(\s*\)|None|\[\s*(?:\w+\.)*AllowAny\(\s*\)\s*,?\s*\])\s*$");
    static CLASSES: Pattern = Pattern::new(r"\b(?:permission|authentication)_classes\s*=\s*[\[(]\s*(?:\w+\.)*(\w+)");
    let Some(asked) = CLASSES.group(old.plain(), 1).filter(|asked| *asked != "AllowAny") else { return };
    for statement in new.statements().iter().filter(|s| s.bytes.len() <= LONGEST && new.touches(s.first_line, s.last_line)) {
        let name = statement.function.map_or("", |at| new.functions()[at].name.as_str());
        if matches!(name, "get_permissions" | "get_authenticators") && NOTHING.is_match(new.plain_of(statement)) {
            let draft =
                Draft::lines(file, new, statement.first_line, statement.last_line).title("Some actions ask nobody for anything now");
            sink.report(draft.evidence(format!("{asked} … {}", brief(new, statement))).confidence(Confidence::Medium));
        }
    }
}

/// Statements that named a guard and gave way to one that guards less.
fn weakened_statements(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    fn changed<'v>(side: &'v SideView<'_>) -> impl Iterator<Item = &'v Statement> {
        side.statements().iter().filter(|s| s.bytes.len() <= LONGEST && side.touches(s.first_line, s.last_line))
    }
    let named = changed(old).filter(|was| vocabulary().speaks(old.plain_of(was))).map(|was| (was, Said::of(old.plain_of(was))));
    let guarded: Vec<(&Statement, Said<'_>)> = named.filter(|(_, was)| was.is_guarded()).collect();
    if guarded.is_empty() {
        return;
    }
    // Only what says that everybody may, is a decorator or names a scheme can be the weaker one.
    let weak = |(_, is): &(&Statement, Said<'_>)| is.is_open() || DECORATOR.is_match(is.plain) || NO_ERROR.is_match(is.plain);
    let weak: Vec<(&Statement, Said<'_>)> = changed(new).map(|is| (is, Said::of(new.plain_of(is)))).filter(weak).collect();
    if guarded.len() > MOST_COMPARED || weak.len() > MOST_COMPARED {
        let why = format!("guard-removed: only the first {MOST_COMPARED} changed statements with guards were compared one by one");
        sink.skip(Some(file.repo_path()), why);
    }
    let standing: HashSet<String> = changed(new).map(|is| brief(new, is)).collect();
    let called = |side: &SideView<'_>| -> HashMap<String, usize> {
        let mut out = HashMap::new();
        changed(side).filter_map(|one| calls(side.plain_of(one))).for_each(|name| *out.entry(name.to_owned()).or_default() += 1);
        out
    };
    let counts = LazyCell::new(|| (called(old), called(new)));
    // What is called as often as before gave way to nothing, nor did it take a place.
    let still = |text: &str| calls(text).is_some_and(|name| counts.0.contains_key(name) && counts.0.get(name) == counts.1.get(name));
    for (before, was) in guarded.iter().take(MOST_COMPARED).filter(|(before, _)| !standing.contains(&brief(old, before))) {
        let another = |is: &Said<'_>| calls(was.plain) != calls(is.plain) && still(was.plain) && still(is.plain);
        let told = weak.iter().take(MOST_COMPARED).filter(|(_, is)| !another(is)).find_map(|(now, is)| Some((now, weaker(was, is)?)));
        if let Some((now, title)) = told {
            let draft = Draft::lines(file, new, now.first_line, now.last_line).title(title).confidence(Confidence::Medium);
            sink.report(draft.evidence(format!("{} → {}", brief(old, before), brief(new, now))));
        }
    }
}

/// The function whose answer a statement takes, or that it only calls.
fn calls(plain: &str) -> Option<&str> {
    static CALLS: Pattern = Pattern::new(
        r"^\s*(?:(?:const|let|var|val|mut|final)\s+)*(?:[\w.,\s]+?:?=\s*)?(?:await\s+)?([A-Za-z_]\w*)\s*\([^{}]*\)\??\s*;?\s*$",
    );
    CALLS.group(plain, 1)
}

/// How the statement `is` guards less than `was`.
fn weaker(before: &Said<'_>, now: &Said<'_>) -> Option<&'static str> {
    /// The head of a function is no statement about another.
    static HEAD: Pattern =
        Pattern::new(r"^\s*(?:(?:export|default|public|async|static|pub)\s+)*(?:def|fn|func|function|fun)\s+(?:self\.)?([\w!?]+)");
    static GO_HEAD: Pattern = Pattern::new(r"^\s*func\s*\([^)]*\)\s*\w+\s*\(");
    let (was, is) = (before.plain, now.plain);
    if HEAD.group(was, 1).is_some() && HEAD.group(was, 1) != HEAD.group(is, 1) && HEAD.is_match(is) {
        return None;
    }
    if let (Some(name), Some(again)) = (DECORATOR.group(was, 1), DECORATOR.group(is, 1))
        && name == again
        && guards(name)
    {
        let (asked, asks) = (DECORATOR.group(was, 2).unwrap_or(""), DECORATOR.group(is, 2).unwrap_or(""));
        if ASKED.is_match(asked) && asks.trim().is_empty() {
            return Some("A guard asks for nothing more than a sign-in");
        }
        static RIGHT: Pattern = Pattern::new(r"\bhas(?:Any)?(?:Role|Authority|Permission|Scope)\b|@\w+\.\w+\(");
        static SIGNED_IN: Pattern = Pattern::new(r"\bisAuthenticated\(\)|\bisFullyAuthenticated\(\)");
        if RIGHT.is_match(asked) && SIGNED_IN.is_match(asks) && !RIGHT.is_match(asks) {
            return Some("A guard asks for nothing more than a sign-in");
        }
        let said = |text| QUOTED.group(text, 1).or_else(|| QUOTED.group(text, 2));
        if said(asked).zip(said(asks)).is_some_and(|(was, is)| is.contains("permitAll") || weakened(was, is, Consequence::LetsIn).is_some())
        {
            return Some("The condition of a guard is weaker");
        }
    }
    if NO_ERROR.is_match(is) && !NO_ERROR.is_match(was) && was.split('(').next() == is.split('(').next() {
        return Some("Whoever shows no token is let through");
    }
    // `protected function` that becomes `public function` is about who may call it in code.
    static SEEN: Pattern = Pattern::new(r"^\s*(?:(?:public|protected|private|internal|static|final|abstract|override|async|readonly)\s+)+");
    let unseen = |text: &'_ str| SEEN.find(text).map(|seen| text.get(seen.end..).unwrap_or("").to_owned());
    let visible = || {
        let rest = unseen(was).zip(unseen(is));
        rest.is_some_and(|(was, is)| was == is || !made_open(&Said::of(&was), &Said::of(&is)))
    };
    // What a type is made of, and a function's head beside something in another's body, say nothing about each other.
    static TYPE: Pattern = Pattern::new(r"^\s*type\s+\w+(?:\[[^\]]*\])?\s+(?:struct|interface)\b");
    static BARE: Pattern = Pattern::new(r"^\s*\w+\s*$");
    let another = || {
        TYPE.is_match(was)
            || TYPE.is_match(is)
            || GO_HEAD.is_match(was) && !GO_HEAD.is_match(is)
            || BARE.is_match(is) && !BARE.is_match(was)
    };
    (made_open(before, now) && !visible() && !another()).then_some("What was guarded is open to everybody")
}

/// The name of the decorator that a statement is.
fn decorator(code: &str) -> Option<&str> {
    let is_one = code.trim_start().starts_with(['@', '#', '[']);
    if is_one { DECORATOR.group(code, 1) } else { None }
}

/// A function that was there before is said to be for everybody.
fn anonymous(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    let short = |s: &&Statement| s.bytes.len() <= LONGEST;
    let opens = |side: &SideView<'_>, s: &Statement| decorator(side.code_of(s)).is_some_and(is_open);
    let stood: LazyCell<HashSet<String>, _> =
        LazyCell::new(|| old.statements().iter().filter(short).filter(|s| opens(old, s)).map(|s| brief(old, s)).collect());
    let names: LazyCell<HashSet<&str>, _> = LazyCell::new(|| old.functions().iter().map(|function| function.name.as_str()).collect());
    let guarded = LazyCell::new(|| old.text().split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| guards(word) && !is_open(word)));
    for (at, statement) in new.statements().iter().enumerate().filter(|(_, s)| short(s) && new.is_changed(s.first_line) && opens(new, s)) {
        if stood.contains(&brief(new, statement)) {
            continue;
        }
        let target = new.statements().iter().skip(at + 1).take(8).find(|next| !DECORATOR.is_match(new.code_of(next)));
        let function = target.and_then(|next| {
            let first = new.functions().partition_point(|function| function.first_line < next.first_line);
            new.functions().get(first).filter(|function| function.first_line <= next.last_line)
        });
        let Some(function) = function.filter(|is| names.contains(is.name.as_str())) else { continue };
        if *guarded && !words(&function.name).iter().any(|word| PUBLIC.is_match(word)) {
            let title = format!("{} is open to everybody now", function.name);
            sink.report(Draft::lines(file, new, statement.first_line, statement.last_line).title(title).confidence(Confidence::Medium));
        }
    }
}

/// Lists of what is open that grew, and of what is guarded that shrank.
fn lists(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    // What a build leaves out is nobody's way in.
    if file.name().ends_with(".gradle") || file.name().ends_with(".gradle.kts") {
        return;
    }
    let (were, are) = (named(old, &OPEN_LIST), named(new, &OPEN_LIST));
    let listed: HashSet<&str> = were.iter().map(|(path, _)| path.as_str()).collect();
    let spoken: LazyCell<HashSet<&str>, _> = LazyCell::new(|| old.strings().map(|(_, text)| text.trim_matches(['"', '\'', '`'])).collect());
    for (path, line) in are.iter().filter(|(path, _)| !listed.is_empty() || spoken.contains(path.as_str())) {
        let grew = !listed.contains(path.as_str()) && new.is_changed(*line);
        let last = path.trim_end_matches(['*', '/', '$']).rsplit('/').next().unwrap_or("");
        let harmless = PUBLIC.is_match(path) && !SENSITIVE.is_match(path);
        if grew && !harmless && (WIDE.is_match(path) || SENSITIVE.is_match(last)) {
            sink.report(Draft::line(file, new, *line).title(format!("{path} is open to everybody")).confidence(Confidence::Medium));
        }
    }
    let middleware = words(&file.path).iter().any(|word| matches!(word.as_str(), "middleware" | "proxy" | "auth" | "guard" | "guards"));
    if !middleware {
        return;
    }
    let (were, are) = (named(old, &GUARDED_LIST), named(new, &GUARDED_LIST));
    let Some((_, place)) = are.first() else { return };
    let roots: HashSet<&str> = are.iter().map(|(path, _)| root(path)).collect();
    for (path, _) in were.iter().filter(|(path, line)| old.is_changed(*line) && !path.starts_with("/((")) {
        let root = root(path);
        let mut above = root.match_indices('/').map(|(at, _)| at).chain([root.len()]).filter_map(|end| root.get(..end));
        if !above.any(|above| roots.contains(above)) {
            sink.report(Draft::line(file, new, *place).title(format!("{path} is guarded no more")).confidence(Confidence::Medium));
        }
    }
}

/// Paths that were open for one method are open for each of them.
fn methods(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    static ONE: Pattern = Pattern::new(
        r#"Matchers?\s*\(\s*(?:HttpMethod\.)?(?:GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE)\s*,\s*([^()]*)\)\s*\.\s*(?:permitAll|anonymous)|\burl\s*:\s*([^,{}]+),\s*methods?\s*:\s*\[?[^\]},]+|\bpath\s*:\s*([^,{}]+),\s*method\s*:\s*RequestMethod\.\w+"#,
    );
    static ALL: Pattern = Pattern::new(
        r#"Matchers?\s*\(\s*([^()]*)\)\s*\.\s*(?:permitAll|anonymous)|\burl\s*:\s*([^,{}]+)\}|(?:\bexclude|\bunless)\s*\(([^()]*)\)|\bpath\s*:\s*([^,{}]+),\s*method\s*:\s*RequestMethod\.ALL"#,
    );
    static METHOD: Pattern =
        Pattern::new(r"\b(?:HttpMethod|RequestMethod)\.|^\s*(?:GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE)\b|\bmethods?\s*:");
    let texts = |side: &SideView<'_>, list: &Pattern| -> Vec<(String, usize)> {
        let mut all = Vec::new();
        for statement in side.statements().iter().filter(|s| s.bytes.len() <= LONGEST && side.touches(s.first_line, s.last_line)) {
            let plain = side.plain_of(statement);
            for found in list.find_all(plain) {
                let whole = plain.get(found.clone()).unwrap_or("");
                let line = side.line_of(statement.bytes.start + found.start);
                let given = (1..=4).filter_map(|group| list.group(whole, group)).filter(|given| !METHOD.is_match(given));
                all.extend(given.flat_map(|given| TEXT.groups(given, 1).map(str::to_owned).collect::<Vec<_>>()).map(|path| (path, line)));
            }
        }
        all
    };
    let limited: HashSet<String> = texts(old, &ONE).into_iter().map(|(path, _)| path).collect();
    if limited.is_empty() {
        return;
    }
    let open: HashSet<String> = texts(old, &ALL).into_iter().map(|(path, _)| path).collect();
    let still: HashSet<String> = texts(new, &ONE).into_iter().map(|(path, _)| path).collect();
    let wide = texts(new, &ALL).into_iter().filter(|(path, _)| limited.contains(path) && !open.contains(path) && !still.contains(path));
    if let Some((path, line)) = wide.into_iter().next() {
        let title = format!("{path} is open to everybody for every method, not only one");
        sink.report(Draft::line(file, new, line).title(title).confidence(Confidence::Medium));
    }
}

/// What a pattern of paths begins with, whatever follows.
fn root(path: &str) -> &str {
    path.split([':', '*', '(']).next().unwrap_or(path).trim_end_matches('/')
}

/// The texts of all lists of one kind, with the lines they stand on.
fn named(side: &SideView<'_>, list: &Pattern) -> Vec<(String, usize)> {
    let mut all = Vec::new();
    for statement in side.statements().iter().filter(|s| s.bytes.len() <= LONGEST) {
        let plain = side.plain_of(statement);
        for found in list.find_all(plain) {
            let whole = plain.get(found.clone()).unwrap_or("");
            let Some(texts) = (1..=4).find_map(|group| list.group(whole, group)) else { continue };
            let offset = found.start + whole.find(texts).unwrap_or(0);
            for text in TEXT.find_all(texts) {
                let line = side.line_of(statement.bytes.start + offset + text.start);
                // A piece of a path that is put together is none.
                let pieced = texts.get(..text.start).is_some_and(|before| before.trim_end().ends_with(['+', '.']))
                    || texts.get(text.end..).is_some_and(|behind| behind.trim_start().starts_with(['+', '.']));
                if pieced {
                    continue;
                }
                let text = texts.get(text).unwrap_or("").trim_matches(['"', '\'', '`']);
                all.push((text.to_owned(), line));
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weaker(was: &str, is: &str) -> Option<&'static str> {
        super::weaker(&Said::of(was), &Said::of(is))
    }

    #[test]
    fn what_guards_less() {
        for (was, is) in [
            ("@PreAuthorize(\"hasRole('ADMIN') and #id != principal.id\")", "@PreAuthorize(\"hasRole('ADMIN') or #id != principal.id\")"),
            ("[Authorize(Policy = \"KeyAdmins\")]", "[Authorize]"),
            ("create: adminProcedure.input(schema)", "create: publicProcedure.input(schema)"),
            ("@permission_classes([IsAdminUser])", "@permission_classes([AllowAny])"),
        ] {
            assert!(weaker(was, is).is_some(), "{was} -> {is}");
        }
        for (was, is) in [
            ("[Authorize(Roles = \"Admin\")]", "[Authorize(Roles = Roles.Admin)]"),
            ("@login_required(login_url='/in')", "@login_required"),
            ("@PreAuthorize(\"hasRole('ADMIN')\")", "@PreAuthorize(\"hasAuthority('users:delete')\")"),
            ("const isPublic = check(user)", "const isPublic = allowed(user)"),
        ] {
            assert!(weaker(was, is).is_none(), "{was} -> {is}");
        }
    }
}
