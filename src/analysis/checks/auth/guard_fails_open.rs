//! `guard-fails-open`: a check that failed lets in, its result is thrown away, or it is switched off.

use crate::analysis::prefilter::{Hint, Needs, Reach, Words};
use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use super::dropped;
use super::fails_over;
use super::grant::{Grant, grant};
use super::refusal::{ends, is_of_somebody, refuses};
use super::unverified;
use super::vocabulary::{Setting, vocabulary};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::rules::data;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, RuleId, Severity};

/// See `rules/code/guard-fails-open.toml`.
pub struct GuardFailsOpen;

static SWITCHES: LazyLock<Vec<(String, Severity, Pattern)>> = LazyLock::new(|| {
    let lists: Lists = toml::from_str(data("lists/guards.toml")).unwrap_or_default();
    let rows =
        |list: Vec<Entry>, severity| list.into_iter().map(move |entry: Entry| (entry.what, severity, Pattern::any_of(&entry.patterns)));
    rows(lists.off, Severity::High).chain(rows(lists.weak, Severity::Medium)).collect()
});

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    off: Vec<Entry>,
    weak: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    what: String,
    patterns: Vec<String>,
}

static CATCH: Pattern = Pattern::new(r"^\s*(?:except|catch|rescue)\b");
static TRY: Pattern = Pattern::new(r"^\s*(?:try|begin)\b");
/// It says what happened, and does nothing.
static TOLD: Pattern = Pattern::new(
    r"(?i)^\s*(?:pass\s*$|[\w.$>:@-]*(?:log|warn|error|debug|trace|print|metric|sentry|console|spdlog|slf4j|timber|nlog)[\w.$>:!-]*[\s(])",
);
static CHECKS: Pattern = Pattern::new(r"(?i)(?:verif|validat|check|authentic|authoriz|decode|compare|introspect)\w*\s*\(");
static IGNORED: Pattern = Pattern::new(
    r"(?:^|\b)(?:_\s*(?:,\s*_\s*)?=|let\s+_\w*\s*=|_\s*,\s*_\s*:?=)\s*(?:[\w]+(?:\.|::))*((?i:verify|authenticate|authorize|check_?auth|check_?token|check_?permission|check_?signature|validate_?token|validate_?signature)\w*)\s*\(",
);
static DECODES: Pattern = Pattern::new(
    r"(?i)\b(?:jwt|jsonwebtoken)\w*\.decode\s*\(|\bjwt_?decode\s*\(|\bdecode_?jwt\s*\(|\bparseClaimsJwt\s*\(|\bparseUnsecuredClaims\s*\(|\bparsePlaintextJwt\s*\(|\bReadJwtToken\s*\(|\bJWT\.decode\s*\(|\.remove_signature\s*\(|\bget_unverified_claims\s*\(",
);
/// In Go the error of a check may be left out beside its answer.
static ERROR_LEFT_OUT: Pattern = Pattern::new(
    r"\w\s*,\s*_\s*:?=\s*(?:\w+\.)*((?i:verify|authenticate|authorize|check_?auth|check_?token|validate|parse_?token|introspect)\w*)\s*\(",
);
/// Whoever is nobody becomes somebody with rights.
static DEFAULT_SOMEBODY: Pattern = Pattern::new(
    r"(?:\bunwrap_or(?:_else)?\s*\(\s*(?:\|_?\w*\|)?|\?\?|\|\||\bor\b|\.orElse(?:Get)?\s*\(\s*(?:\(\)\s*->)?)\s*(?:new\s+)?(?:[\w.]+(?:::|\.))*(?i:(?:get_?|make_?|create_?)?(?:admin|root|superuser|administrator)(?:_?user)?)\s*(?:\(|\)|;|$)",
);
static DEFAULT_YES: Pattern = Pattern::new(
    r"\.unwrap_or\s*\(\s*true\s*\)|\.unwrap_or_else\s*\(\s*\|_\|\s*true\s*\)|\.orElse\s*\(\s*true\s*\)|\.catch\s*\(\s*\(?\w*\)?\s*=>\s*(?:true|next\(\))\s*\)|\brescue\s+true\b|\?\?\s*true\b",
);

/// What an error becomes, as if nothing had been asked.
static NEUTRAL: Pattern = Pattern::new(
    r"\.(?:unwrap_or_default\s*\(\s*\)|unwrap_or\s*\(\s*(false|None|vec!\[\])\s*\)|catch\s*\(\s*\(?\w*\)?\s*=>\s*(?:(null|undefined|false)|\(?\{\s*\}\)?)\s*\))|\brescue\s+(nil|false)\b",
);
static PROVES: Pattern = Pattern::new(r"(?i)\b(\w*(?:verif|validat|authentic|authoriz|decode|introspect|claims|session)\w*)\b");
static KEPT_OUT: Pattern =
    Pattern::new(r"(?i)\b(\w*(?:revoked|revocation|blocked|banned|denied|locked|blacklist|denylist|expired|suspended)\w*)\b");

static SWITCHED: Hint = Hint::new(switches);

/// What a text must hold to switch something off.
fn switches() -> Words {
    Words::of(SWITCHES.iter().map(|(_, _, pattern)| pattern))
}

impl Check for GuardFailsOpen {
    fn rule(&self) -> RuleId {
        RuleId("guard-fails-open")
    }

    fn needs(&self) -> Needs {
        let calls = Words::of([&DECODES, &CHECKS, &IGNORED, &ERROR_LEFT_OUT, &DEFAULT_SOMEBODY, &NEUTRAL]);
        Needs::nothing()
            .and(Reach::AFTER, switches().or(calls).or(unverified::words()).or(dropped::words()).or(fails_over::words()))
            .noting(&SWITCHED)
            .noting(&unverified::PARTS_OF_HEAD)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.role.is_live()) else { return };
        if side.changed_lines().next().is_none() {
            if file.language.is_code() {
                reopened(file, side, sink);
            }
            return;
        }
        let stood: BTreeSet<&str> = file.removed().map(|line| line.text.trim()).collect();
        switched_off(file, side, &stood, sink);
        empty(file, side, sink);
        unsigned(file, side, sink);
        if file.language.is_code() {
            swallowed(file, side, sink);
            reopened(file, side, sink);
            unverified::chosen(file, side, sink);
            if sink.reported() == 0 {
                dropped::thrown(file, sink);
            }
            if sink.reported() == 0 {
                fails_over::report(file, side, sink);
            }
        }
    }
}

fn switched_off(file: &FileView<'_>, side: &SideView<'_>, stood: &BTreeSet<&str>, sink: &mut Sink<'_>) {
    let spots = file.spots(&SWITCHED, side.side);
    let asked = |s: &&Statement| side.touches(s.first_line, s.last_line) && s.bytes.len() <= 8000 && spots.meet(s.first_line, s.last_line);
    let name = |side: &'_ SideView<'_>, line: usize| side.function_at(line).map(|function| function.name.clone());
    let gone = LazyCell::new(|| -> BTreeSet<(&String, Option<String>)> {
        let old = file.old();
        let lines = file.removed().filter(|was| was.text.len() <= 2000).take(MOST_GONE);
        lines.filter_map(|was| Some((said(was.text)?, old.and_then(|old| name(old, was.index))))).collect()
    });
    for statement in side.statements().iter().filter(asked) {
        let plain = side.plain_of(statement);
        for (what, severity, pattern) in &*SWITCHES {
            let Some(found) = pattern.find(plain) else { continue };
            let line = side.line_of(statement.bytes.start + found.end.saturating_sub(1));
            // Something else of its line changed.
            let there = plain.get(found).unwrap_or("");
            let kept = file.removed().any(|was| was.text.contains(there) && pattern.is_match(was.text));
            if side.is_changed(line) && !kept && !stood.contains(side.line(line).text.trim()) {
                let severity = if fetched_with_it(file, there_line(side, line)) || opens_management(file, side, what) {
                    Severity::High
                } else if opted(side, statement) || gone.contains(&(what, name(side, line))) {
                    (*severity).min(Severity::Medium)
                } else {
                    *severity
                };
                sink.report(Draft::line(file, side, line).title(format!("Switches off {what}")).severity(severity));
            }
            break;
        }
    }
}

/// More lines that went are not asked what they switched off.
const MOST_GONE: usize = 500;

/// What a line switches off.
fn said(text: &str) -> Option<&'static String> {
    SWITCHES.iter().find(|(_, _, pattern)| pattern.is_match(text)).map(|(what, _, _)| what)
}

/// Whether it happens only where a setting that is named for it asks for it.
fn opted(side: &SideView<'_>, statement: &Statement) -> bool {
    static ASKED_FOR: Pattern = Pattern::new(
        r"(?i)^\s*(?:\}\s*)?(?:else\s+)?(?:if|when)\b[\s(]*[\w.$>:-]*(?:insecure|(?:skip|unsafe)_?(?:tls|ssl|cert|verif)|(?:tls|ssl|cert\w*)_?(?:skip|insecure|unsafe|no_?verif)|self_?signed|(?:no|ignore|disable)_?(?:verif|cert|ssl|tls))\w*(?:\(\))?[\s)]*(?::|then|do|\{)?\s*$",
    );
    let mut above = statement.parent.and_then(|at| side.statements().get(at));
    for _ in 0..6 {
        let Some(header) = above else { return false };
        if header.bytes.len() < 4000 && ASKED_FOR.is_match(side.plain_of(header)) {
            return true;
        }
        above = header.parent.and_then(|at| side.statements().get(at));
    }
    false
}

fn there_line<'v>(side: &'v SideView<'_>, line: usize) -> &'v str {
    side.line(line).text
}

/// Whether the same thing was fetched from the same place with the check of certificates on.
fn fetched_with_it(file: &FileView<'_>, text: &str) -> bool {
    static ADDRESS: Pattern = Pattern::new(r"https?:(//[\w.${}:-]+/[^\s'\x22\x60)]*)");
    static FETCHES: Pattern = Pattern::new(r"\b(?:curl|wget)\b");
    static OFF: Pattern = Pattern::new(r"\bcurl\b[^|;&\n]*\s(?:-\w*k\w*|--insecure)\b|--no-check-certificate\b");
    let Some(address) = ADDRESS.group(text, 1).filter(|_| text.len() < 1000 && FETCHES.is_match(text)) else { return false };
    file.removed().any(|was| was.text.len() < 1000 && was.text.contains(address) && FETCHES.is_match(was.text) && !OFF.is_match(was.text))
}

/// Whether pages of management are laid open in two ways at once: they are all there, and they show what they hold or let others in.
fn opens_management(file: &FileView<'_>, side: &SideView<'_>, what: &str) -> bool {
    static WAYS: [Pattern; 3] = [
        Pattern::new(r"\bendpoints\.web\.exposure\.include\s*=\s*[\x22\x27]?\*"),
        Pattern::new(r"\bmanagement\.endpoint\.(?:env|configprops)\.show-values\s*=\s*always\b"),
        Pattern::new(r"\bh2\.console\.settings\.web-allow-others\s*=\s*true\b"),
    ];
    static LOCAL: Pattern = Pattern::new(r"(?i)\b(?:dev|local|test|development)\b");
    let told = |pattern: &Pattern| side.changed_lines().any(|line| line.text.len() < 400 && pattern.is_match(line.text));
    what.contains("management") && !LOCAL.is_match(file.name()) && WAYS.iter().filter(|pattern| told(pattern)).count() > 1
}

/// A method that is asked whether a certificate will do, and has nothing in it.
fn empty(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static EMPTY: Pattern =
        Pattern::new(r"\bcheck(?:Server|Client)Trusted\s*\([^)]*\)\s*(?:throws\s+[\w.]+\s*)?(?:=\s*Unit\b|\{\s*(?:return;\s*)?\})");
    for line in side.changed_lines().filter(|line| line.text.contains("Trusted") && EMPTY.is_match(side.plain_line(line.index))) {
        sink.report(Draft::line(file, side, line.index).title("Switches off the check of certificates"));
    }
}

/// A token was verified, and is only decoded now.
fn unsigned(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static VERIFIES: Pattern = Pattern::new(
        r"(?i)\bjwt\w*\.verify\w*\s*\(|\bjwt_?verify\s*\(|\bverify_?jwt\s*\(|\bjose\.jwtVerify\s*\(|\bparseClaimsJws\s*\(|\bparseSignedClaims\s*\(|\bValidateToken\s*\(|\bjwt\.require\s*\(|\bSignedJWT\b.*\bverify\s*\(",
    );
    let verifies = |line: &crate::analysis::view::LineView<'_>| VERIFIES.is_match(line.code());
    if !file.language.is_code() || !file.removed().any(|line| verifies(&line)) || side.lines().any(|line| verifies(&line)) {
        return;
    }
    if let Some(line) = file.added().find(|line| DECODES.is_match(line.code())) {
        sink.report(Draft::line(file, side, line.index).title("A token is read without asking who signed it"));
    }
}

fn swallowed(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let statements = side.statements();
    let let_out = LazyCell::new(|| {
        let lines = file.removed().map(|line| line.text).filter(|text| !NEUTRAL.is_match(text));
        lines.flat_map(|text| text.split(|c: char| !c.is_alphanumeric() && c != '_')).collect::<HashSet<&str>>()
    });
    let readers = LazyCell::new(|| unverified::readers(side));
    let mut last_try = None;
    for (index, statement) in statements.iter().enumerate() {
        let code = side.code_of(statement);
        // The body of a Ruby method may be rescued without a `begin`.
        if TRY.is_match(code) || file.language == Language::Ruby && code.trim_start().starts_with("def ") {
            last_try = Some(index);
        }
        let setting_of = |at: usize| vocabulary().setting(file, side, &statements[at]);
        if CATCH.is_match(code) {
            let tried = last_try.filter(|at| statements[*at].parent == statement.parent && index >= statements[*at].end);
            let checks = tried.is_some_and(|at| (at..statements[at].end).any(|inner| CHECKS.is_match(side.code_of(&statements[inner]))));
            if checks && tried.is_some_and(|at| setting_of(at) == Setting::Function) {
                caught(file, side, index, sink);
                let read = (index + 1..statement.end).find(|at| {
                    let inner = &statements[*at];
                    side.touches(inner.first_line, inner.last_line) && unverified::takes(side, inner, &readers)
                });
                if let Some(inner) = read.map(|at| &statements[at]) {
                    let draft = Draft::lines(file, side, inner.first_line, inner.last_line);
                    sink.report(draft.title("What a check refused is read without it").confidence(Confidence::Medium));
                }
            }
        } else if side.touches(statement.first_line, statement.last_line) {
            let left_out = ERROR_LEFT_OUT.group(code, 1).filter(|_| file.language == Language::Go);
            let ignored = IGNORED.group(code, 1).or(left_out).is_some_and(|name| vocabulary().decides(name));
            if let Some(title) = neutral(code, |name| let_out.contains(name)).filter(|_| setting_of(index) != Setting::Elsewhere) {
                let draft = Draft::lines(file, side, statement.first_line, statement.last_line).title(title);
                let sure = setting_of(index) == Setting::Function;
                sink.report(draft.severity(if sure { Severity::High } else { Severity::Medium }).confidence(Confidence::Medium));
                continue;
            }
            // `x is Owner or Admin` asks what something is.
            let asks = file.language == Language::CSharp && code.contains(" is ");
            let somebody = !asks && DEFAULT_SOMEBODY.is_match(code) && setting_of(index) == Setting::Function;
            let defaulted = somebody || DEFAULT_YES.is_match(code) && CHECKS.is_match(code) && setting_of(index) == Setting::Function;
            if ignored || defaulted {
                let title = match (ignored, somebody) {
                    (true, _) => "The result of a check is thrown away",
                    (_, true) => "Whoever is unknown becomes an administrator",
                    _ => "A check that fails counts as success",
                };
                sink.report(
                    Draft::lines(file, side, statement.first_line, statement.last_line).title(title).confidence(Confidence::Medium),
                );
            }
        }
    }
}

/// A handler of errors that turned somebody away, and lets what comes after it run now.
fn reopened(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let Some(old) = file.old().filter(|_| file.removed().any(|line| is_of_somebody(line.text) || stops(line.text))) else { return };
    let handlers = |side: &SideView<'_>| -> Vec<(String, usize)> {
        let catches = side.statements().iter().enumerate().filter(|(_, statement)| CATCH.is_match(side.code_of(statement)));
        let within = |statement: &Statement| statement.function.map_or("", |at| side.functions()[at].name.as_str());
        let named = catches.map(|(at, statement)| (format!("{} {}", within(statement), side.plain_of(statement).trim()), at));
        // Of several that say the same, each is compared with the one in its place.
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        let counted = named.map(|(name, at)| {
            let before = known.entry(name.clone()).and_modify(|count| *count += 1).or_default();
            (format!("{name} {before}"), at)
        });
        counted.collect()
    };
    let inside = |side: &SideView<'_>, at: usize| at + 1..side.statements()[at].end.max(at + 1);
    let says = |side: &SideView<'_>, at: usize, is_it: &dyn Fn(&str) -> bool| {
        inside(side, at).any(|inner| is_it(side.plain_of(&side.statements()[inner])))
    };
    // A handler of what could not be proven is about somebody whatever it answered.
    let of_proof = |side: &SideView<'_>, at: usize| UNPROVEN.is_match(side.plain_of(&side.statements()[at]));
    let turned = |at: usize| says(old, at, &is_of_somebody) || of_proof(old, at) && says(old, at, &stops);
    let turned_away: BTreeMap<String, usize> = handlers(old).into_iter().filter(|(_, at)| turned(*at)).collect();
    let last_of = |side: &SideView<'_>, at: usize| {
        inside(side, at).last().map_or(side.statements()[at].last_line, |inner| side.statements()[inner].last_line)
    };
    for (name, at) in handlers(side) {
        let handler = &side.statements()[at];
        let last = last_of(side, at);
        let Some(was) = turned_away.get(&name).copied() else { continue };
        let told = |inner: usize| TOLD.is_match(side.code_of(&side.statements()[inner]));
        // What only ended may end otherwise: a value may stand for it.
        if !says(old, was, &is_of_somebody) && !inside(side, at).all(told) {
            continue;
        }
        let touched = side.touches(handler.first_line, last) || old.touches(old.statements()[was].first_line, last_of(old, was));
        let goes_on = !says(side, at, &|text| is_of_somebody(text) || refuses(text) || ends(text));
        if goes_on && !inside(side, at).is_empty() && touched {
            let draft = Draft::lines(file, side, handler.first_line, last).title("A failed check turned somebody away, and lets in now");
            let draft = draft.evidence(side.plain_of(handler).trim()).confidence(Confidence::Medium);
            let answers = says(side, at, &answers_as_told) && !says(side, at, &|text| fails_over::HANDS_ON.is_match(text));
            sink.report(if answers { draft.severity(Severity::Medium) } else { draft });
        }
    }
}

/// What an error is called that says that nobody proved who they are, or who wrote something.
static UNPROVEN: Pattern = Pattern::new(
    r"(?i)signature_?(?:verification)?_?(?:error|exception|invalid|mismatch)|invalid_?(?:signature|token)|bad_?signature|verification_?(?:error|failed|exception)|jwt\w*(?:error|exception)|token_?(?:error|expired|invalid)\w*|unauthori[sz]ed|unauthenticated|not_?authenticated|authentication_?(?:error|failed|exception)|access_?denied|permission_?denied",
);

/// Whether a statement answers with a status that something else told: `res.status(response.status)`.
fn answers_as_told(text: &str) -> bool {
    static ANSWERS: Pattern =
        Pattern::new(r"\b(?:res|resp|response|reply|ctx|c|w)\.(?:status|sendStatus|code|Status|WriteHeader)\s*\(\s*[A-Za-z_][\w.]*\s*\)");
    ANSWERS.is_match(text)
}

/// Whether a statement ends what runs without an answer that could be meant otherwise.
fn stops(text: &str) -> bool {
    static STOPS: Pattern = Pattern::new(r"^\s*(?:raise|throw|panic|abort|die|exit|halt|bail)\b|\babort\w*\s*\(");
    STOPS.is_match(text)
}

/// What a statement makes of a check that failed; `let_out`: whether what it asks stood on a removed line that let the error out.
fn neutral(code: &str, let_out: impl Fn(&str) -> bool) -> Option<&'static str> {
    let found = NEUTRAL.find(code)?;
    let (asked, became) = (code.get(..found.start)?, code.get(found)?);
    let is_no = (1..=3).any(|group| NEUTRAL.group(became, group).is_some_and(|said| said != "vec![]"));
    // Nobody is kept out by a list that counts as empty, and whoever is unknown has what a default has.
    let (name, title) = match KEPT_OUT.group(asked, 1) {
        Some(name) => (name, "Nobody is kept out when the question fails"),
        None => (PROVES.group(asked, 1).filter(|_| !is_no)?, "A check that fails counts as an answer"),
    };
    let_out(name).then_some(title)
}

/// The handler of a failed check: what lets in, or does nothing although success comes after it.
fn caught(file: &FileView<'_>, side: &SideView<'_>, index: usize, sink: &mut Sink<'_>) {
    let statements = side.statements();
    let handler = &statements[index];
    let block = index + 1..handler.end.max(index + 1);
    let grants =
        |at: usize| matches!(grant(side.plain_of(&statements[at]), side.code_of(&statements[at])), Some(Grant::Success | Grant::Principal));
    let lets_in = block.clone().find(|at| grants(*at));
    let does_nothing = block.clone().all(|at| {
        let code = side.code_of(&statements[at]);
        code.trim() == "pass" || code.contains("log") || code.contains("print") || code.contains("console")
    });
    let after =
        statements.get(handler.end).filter(|next| next.parent == handler.parent && next.function == handler.function).map(|_| handler.end);
    let at = lets_in.or_else(|| after.filter(|at| does_nothing && grants(*at)));
    let Some(at) = at else { return };
    let granting = &statements[at];
    let last = block.end.saturating_sub(1).max(at);
    if side.touches(handler.first_line, statements[last].last_line) {
        let draft = Draft::lines(file, side, handler.first_line, granting.last_line).title("A failed check lets in");
        sink.report(draft.evidence(format!("{} … {}", side.plain_of(handler).trim(), side.plain_of(granting).trim())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_of_the_list_compiles() {
        let lists: Lists = toml::from_str(data("lists/guards.toml")).unwrap_or_else(|error| panic!("{error}"));
        let broken: Vec<_> =
            lists.off.iter().chain(&lists.weak).flat_map(|entry| &entry.patterns).filter_map(|source| Pattern::mistake(source)).collect();
        assert_eq!(broken, Vec::<String>::new());
    }
}
