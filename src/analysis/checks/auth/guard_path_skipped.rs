//! `guard-path-skipped`: what turns people away lets through every request whose address holds some text anywhere.

use super::guarded_route::guards;
use super::refusal::is_of_somebody;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, LineView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/guard-path-skipped.toml`.
pub struct GuardPathSkipped;

/// So many lines below the question the guard lets through.
const BELOW: usize = 3;
/// A longer function is no guard, in lines.
const LONGEST: usize = 200;

/// A text is looked for anywhere in the address that was asked for.
static ANYWHERE: Pattern = Pattern::new(
    r#"(?x) \b(?:req(?:uest)?|ctx|context|c|r|self\.request|\$request|exchange|httpContext\.Request|Request|servletRequest|httpRequest)(?:\.|->|::)(?:originalUrl|original_url|url(?:\.(?:path|full))?|path|uri|nextUrl\.(?:pathname|href)|full_?path|fullUrl\(\)|get_full_path\(\)|getRequestURI\(\)|getRequestURL\(\)(?:\.toString\(\))?|requestURI|requestURL|servletPath|pathInfo|GetDisplayUrl\(\)|GetEncodedUrl\(\)|GetEncodedPathAndQuery\(\)|QueryString(?:\.Value|\.ToString\(\))?|target\(\)|getPath\(\)|getURI\(\)(?:\.getPath\(\))?|getServletPath\(\)|getPathInfo\(\)|request_uri|RequestURI|URL\.(?:Path|String\(\)|RequestURI\(\))|Path(?:\.Value|\.ToString\(\))?|fullpath|rawUrl|href)[!?]?\s*(?:\?\.|\.)\s*(?:includes|contains|Contains|indexOf|IndexOf|search|include\?|match\?)\s*\(\s*["'`]
      | \b(?:req|request|r|ctx)(?:\.|->)(?:path|getPath|url|getUrl|uri|target|matched_path|get_path)(?:\(\))?(?:\.|->)(?:find|contains)\s*\(\s*" | \bstrstr\s*\(\s*(?:\w+(?:->|\.))*\w*(?:url|uri|path|target)\w*\s*,\s*"
      | \b(?:strings\.Contains|str_contains|strpos|stripos)\s*\(\s*(?:r|req|request|c\.Request|ctx|\$request|\$_SERVER)(?:\.|->|\[)[\w.>()\-'"]*(?i:url|uri|path)[\w.()'"\]]*\s*,\s*["'] | ["'][^"']+["']\s+in\s+(?:self\.)?request\.(?:url(?:\.path)?|path|full_path|path_info|get_full_path\(\)|build_absolute_uri\(\)) | \buri\(\)(?:\.path\(\))?\.(?:to_string\(\)\.)?contains\(\s*" "#,
);
/// It lets through.
static PASSES: Pattern = Pattern::new(
    r"\bnext\(\s*\)|\$next\s*\(|\bnext\.(?:ServeHTTP|run|handle)\s*\(|\bdoFilter\s*\(|\bcall_next\s*\(|\bget_response\s*\(|\bc\.Next\(\)|\b_?next(?:\.Invoke)?\s*\(\s*(?:context|ctx|request|req)\s*\)|\breturn\s+(?:[Tt]rue|None|nil|null|yield|handler\(|app\.call|@app\.call)|\bchain\.filter\s*\(|^\s*return\s*;?\s*$|\bfccb\s*\(\s*\)|NextResponse\.next\(\)",
);
/// It turns away by another word, as a redirect to where one signs in.
static TURNS_AWAY: Pattern = Pattern::new(
    r"(?i)\b40[13]\b|unauthori[sz]ed|forbidden|redirect\w*\s*\([^)]*(?:login|sign_?in)|login_url|permission_?denied|authenticate!",
);

/// What a function is called that says for which addresses nobody is asked, or for which somebody is.
static EXEMPTS: Pattern = Pattern::new(
    r"(?i)^(?:should_?not_?filter|(?:needs|requires?|must)_?(?:auth\w*|log_?in|session|token|check)|(?:is_?)?(?:public|open|exempt\w*|excluded|whitelisted|allow_?listed|anonymous|unprotected)(?:_?(?:path|url|uri|route|request|endpoint))?|(?:skip|bypass|ignore)s?_?(?:auth\w*|check|guard|filter|log_?in))$",
);
/// An address that ends as whoever asks likes.
static AT_THE_END: Pattern = Pattern::new(
    r#"(?i)(?:url|uri|path|target)\w*(?:\(\))?(?:\.\w+\(\))?(?:\?\.|\.)(?:endsWith|ends_with|end_with\?|EndsWith)\s*\(\s*["']\.?\w"#,
);
/// The address is asked for as a whole.
static EXACTLY: Pattern = Pattern::new(r#"[!=]==?\s*["']/|\bstrcmp\s*\(|\bequals\s*\(\s*["']/|\beql?\?|===?\s*["']/"#);
/// It is asked that a text does not stand in the address.
static NOT_THERE: Pattern =
    Pattern::new(r"===\s*false\b|!\s*(?:str_contains|strings\.Contains)\b|\bnot\s+in\b|==\s*(?:-1|NULL|nullptr)\b|!\$?\w+[.-]");

impl Check for GuardPathSkipped {
    fn rule(&self) -> RuleId {
        RuleId("guard-path-skipped")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ADDED, Words::of([&ANYWHERE, &AT_THE_END, &IN_NAMED, &ANY_OF]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
        let found = |line: &LineView<'_>| line.text.len() < 400 && (ANYWHERE.is_match(line.text) || AT_THE_END.is_match(line.text));
        for line in file.added().filter(found).take(50) {
            if let Some(severity) = exempted(file, side, &line).or_else(|| asked_elsewhere(file, side, &line)) {
                return sink.report(Draft::line(file, side, line.index).severity(severity));
            }
        }
        if let Some((line, severity)) = no_longer_at_the_start(file, side) {
            return sink.report(Draft::line(file, side, line).severity(severity));
        }
        for line in file.added().filter(|line| line.text.len() < 400 && ANYWHERE.is_match(line.text)).take(50) {
            let asks = line.code().trim_start();
            let branches = ["if", "return", "unless", "next", "} else if", "elif"].iter().any(|word| asks.starts_with(word))
                && (!line.text.contains("!=") || line.text.contains("npos"));
            let Some(function) = side.function_at(line.index).filter(|_| branches) else { continue };
            // The outermost function around is the guard where a nameless one hands on.
            let outer = side.functions().iter().find(|one| one.first_line <= line.index && line.index <= one.last_line).unwrap_or(function);
            let lets =
                (line.index..=line.index + BELOW).take_while(|at| *at <= function.last_line).any(|at| PASSES.is_match(side.plain_line(at)));
            let denied =
                line.text.contains("!req") || line.text.contains("not in") || line.text.contains("if (!") || line.text.contains("if !");
            let refuses = || {
                (outer.first_line..=outer.last_line).take(LONGEST).any(|at| {
                    let text = side.plain_line(at);
                    is_of_somebody(text) || TURNS_AWAY.is_match(text)
                })
            };
            if lets && !denied && refuses() {
                sink.report(Draft::line(file, side, line.index));
            }
        }
    }
}

/// A function that only says for which addresses nobody is asked takes a part of the address for it.
fn exempted(file: &FileView<'_>, side: &SideView<'_>, line: &LineView<'_>) -> Option<Severity> {
    static HEAD: Pattern = Pattern::new(r"\b(?:fun|fn|func|function|def|bool|boolean|Boolean|int)\s+(?:\w+::)?(\w+[?]?)\s*\(");
    // A body of one expression may stand behind the name.
    let plain = side.plain_line(line.index);
    let own = HEAD.group(plain, 1).or_else(|| Some(side.function_at(line.index)?.name.as_str()))?;
    if !EXEMPTS.is_match(own.trim_end_matches('?')) {
        return None;
    }
    let refuses =
        || side.lines().take(2_000).any(|at| is_of_somebody(side.plain_line(at.index)) || TURNS_AWAY.is_match(side.plain_line(at.index)));
    let exactly = file.removed().any(|was| was.text.len() < 400 && EXACTLY.is_match(was.text));
    match (ANYWHERE.is_match(plain), exactly) {
        (true, true) => Some(Severity::High),
        _ => refuses().then_some(Severity::Medium),
    }
}

/// A text is looked for anywhere in what a name of an address holds.
static IN_NAMED: Pattern = Pattern::new(
    r#"\b(?:strings\.Contains|str_contains|strstr)\s*\(\s*\$?\w*(?i:path|url|uri|route)\w*\s*,\s*["']/|\b\w*(?i:path|url|uri|route)\w*\??\.(?:includes|contains|Contains|include\?)\s*\(\s*["']/|["']/[^"'\s]+["']\s+in\s+\w*(?:path|url|uri)\b"#,
);
/// Any text of a list is looked for anywhere in the address.
static ANY_OF: Pattern = Pattern::new(
    r"\.(?:any\??|some|Any|Exists|anyMatch|exists)\s*[({][^\n]*(?:\bin\s+[\w.()]*(?:uri|url|path)(?:\(\))?|(?i:uri|url|path|href)\w*(?:\(\))?\??\.(?:includes|contains|Contains|include\?)\s*\(\s*[a-z_])|\bany\s*\(\s*\w+\s+in\s+[\w.]*(?:path|url)\w*\s+for\b",
);
/// It is looked for at the start of the address, or the address is looked up whole.
static AT_THE_START: Pattern = Pattern::new(
    r#"\bHasPrefix\s*\(|\b(?:starts?_?[wW]ith|StartsWith|hasPrefix|str_starts_with|start_with\?)\s*\(|(?i:path|url|uri)\w*(?:\(\))?\s+in\s+\w|\.(?:has|includes|contains|Contains|include\?)\s*\(\s*(?:\w+\.)*(?i:path|url|uri)\w*(?:\(\))?\s*\)"#,
);

/// What was let through by how its address begins is let through wherever the text stands in it, in a guard or a function that only says so.
fn no_longer_at_the_start(file: &FileView<'_>, side: &SideView<'_>) -> Option<(usize, Severity)> {
    let was = || file.removed().any(|was| was.text.len() < 400 && AT_THE_START.is_match(was.text) && !IN_NAMED.is_match(was.text));
    let found = |line: &LineView<'_>| {
        line.text.len() < 400 && (IN_NAMED.is_match(line.text) || ANY_OF.is_match(line.text)) && !AT_THE_START.is_match(line.text)
    };
    let told = file.added().filter(found).take(20);
    let mut told = told.filter(|line| {
        let function = side.function_at(line.index);
        let named = || function.is_some_and(|one| EXEMPTS.is_match(one.name.trim_end_matches('?')));
        let passes = || {
            (line.index..=line.index + BELOW)
                .take_while(|at| *at < side.len())
                .any(|at| PASSES.is_match(side.plain_line(at)) || LEAVES_BLOCK.is_match(side.plain_line(at)))
        };
        let last = function.map_or(side.len().saturating_sub(1), |one| one.last_line);
        let refuses = || {
            (line.index.saturating_sub(LONGEST)..=last).take(2 * LONGEST).any(|at| {
                is_of_somebody(side.plain_line(at))
                    || TURNS_AWAY.is_match(side.plain_line(at))
                    || UNAUTHORISED.is_match(side.plain_line(at))
            })
        };
        named() || passes() && refuses()
    });
    told.next().map(|line| (line.index, if was() { Severity::High } else { Severity::Medium }))
}

/// A block of Kotlin is left.
static LEAVES_BLOCK: Pattern = Pattern::new(r"\breturn@\w+\s*$");
static UNAUTHORISED: Pattern = Pattern::new(r"\bHttpStatusCode\.(?:Unauthorized|Forbidden)\b");

/// A guard that stood there is only asked where a text does not stand in the address.
fn asked_elsewhere(file: &FileView<'_>, side: &SideView<'_>, line: &LineView<'_>) -> Option<Severity> {
    let plain = side.plain_line(line.index);
    if !ANYWHERE.is_match(plain) || !plain.trim_start().starts_with("if") || !NOT_THERE.is_match(plain) {
        return None;
    }
    let calls = |at: usize| {
        let text = side.plain_line(at);
        !side.is_changed(at) && CALLED.group(text, 1).is_some_and(|name| guards(name) || REQUIRES.is_match(name))
    };
    let before = || file.removed().any(|was| was.text.len() < 400 && was.text.trim_start().starts_with("if"));
    (line.index + 1..=line.index + BELOW)
        .take_while(|at| *at < side.len())
        .any(calls)
        .then(|| if before() { Severity::High } else { Severity::Medium })
}

static CALLED: Pattern = Pattern::new(r"^\s*(?:await\s+|return\s+)?\$?(?:\w+(?:\.|->|::))*(\w+[!?]?)\s*\(");
static REQUIRES: Pattern = Pattern::new(r"(?i)^(?:require|ensure|enforce)_?");
