//! `sensitive-exposed`: the environment, a file of credentials or a caller's credentials are written where others read them:
//! into a log, an answer or an error message. What is sent to another machine is `sensitive-to-network`'s.

use super::bound_in_log::bound_in_log;
use super::carriers::Carriers;
use super::echoed::{SAYING, echoed};
use super::linked_in_log::linked_in_log;
use super::made_for_log::{self, made_for_log};
use super::named_in_log::named_in_log;
use super::sending::{LONGEST, TELLING, reads};
use super::showing::{ANSWERS, FAILS, FILES, LOGS, SETTINGS, VEILED, Way, shown_around};
use super::traffic::{Kind, Sensitive, is_shell, traffic};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::flow::arrivals;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, RuleId, Severity};

/// See `rules/code/sensitive-exposed.toml`.
pub struct SensitiveExposed;

/// More than this in one file is more than anybody reads.
const MOST: usize = 60;

/// A program is started with the environment: what comes back is the program, or what it said.
static HANDS_ON: Pattern =
    Pattern::new(r"(?s)\b(?:\w*[sS]pawn\w*|fork|exec\w*|Popen|run|check_output|check_call|launch|createTerminal)\s*\(.*\benv\s*[:=]");

/// A name that is built into pages, and a secret it is made of.
static PUBLISHED: Pattern = Pattern::new(
    r"\b((?:NEXT_PUBLIC|NUXT_PUBLIC|VITE|REACT_APP|EXPO_PUBLIC|PUBLIC|GATSBY|VUE_APP)_\w+)[\x22\x27]?\s*[:=]\s*[\x22\x27]?(?:\$\{\{\s*secrets\.|process\.env[.\[][\x22\x27]?|import\.meta\.env\.|\$\{?|os\.environ\[[\x22\x27])(\w*(?:SECRET|PRIVATE_KEY|PASSWORD|PASSWD|SERVICE_ROLE|DATABASE_URL|ADMIN_KEY)\w*)",
);

impl Check for SensitiveExposed {
    fn rule(&self) -> RuleId {
        RuleId("sensitive-exposed")
    }

    fn needs(&self) -> Needs {
        let published = || Words::of([&PUBLISHED]);
        let told = Needs::nothing().and(
            Reach::AFTER,
            traffic().telling().or(published()).or(made_for_log::words()).or(Words::named([
                "passw",
                "passphrase",
                "secret",
                "token",
                "key",
                "card",
            ])),
        );
        told.and(
            Reach::AFTER,
            Words::of([&LOGS, &ANSWERS, &FAILS, &FILES, &SETTINGS]).or(published()).or(Words::named(["print", "puts", "log", "echo"])),
        )
        .noting(&TELLING)
        .noting(&PUBLISHING)
        .noting(&SAYING)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        published(file, sink);
        named_in_log(file, sink);
        linked_in_log(file, sink);
        made_for_log(file, sink);
        bound_in_log(file, sink);
        if is_shell(file.language) {
            echoed(file, sink);
        }
        let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
        let touched = |s: &Statement| side.touches(s.first_line, s.last_line);
        let shows = |s: &Statement| s.bytes.len() <= LONGEST && shown_around(side, s).is_some();
        let any = |test: &dyn Fn(&Statement) -> bool| side.statements().iter().any(test);
        // What nothing reads is not shown.
        if !any(&|s| reads(file, side, s).is_some()) || !any(&|s| touched(s) && (reads(file, side, s).is_some() || shows(s))) {
            return;
        }
        let said = |s: &Statement| !VEILED.is_match(side.plain_of(s)) && !HANDS_ON.is_match(side.plain_of(s));
        let carriers = Carriers::of(side, |s| reads(file, side, s).filter(|_| said(s)), |_| false);
        let handed = |s: &Statement| carriers.giving_call(side, s).filter(|_| said(s));
        let source = |s: &Statement| reads(file, side, s).filter(|_| said(s)).or_else(|| Some(handed(s)?.0));
        for arrival in arrivals(side, source, shows).into_iter().take(MOST) {
            let (from, to) = (&side.statements()[arrival.source], &side.statements()[arrival.sink]);
            let plain = side.plain_of(to);
            let helper = handed(from).filter(|_| reads(file, side, from).is_none());
            let fresh = touched(from) || touched(to) || helper.is_some_and(|(_, at)| touched(&side.statements()[at]));
            let Some(place) = shown_around(side, to).filter(|_| fresh && !VEILED.is_match(plain)) else { continue };
            // The secret stands inside what shows it, not in a condition around.
            let inside = plain.get(place.at..).unwrap_or("");
            let straight = arrival.sink == arrival.source;
            let stands = match (straight, helper) {
                (true, None) => traffic().reads(inside, file.language).is_some(),
                (true, Some(_)) => true,
                (false, _) => passes(side.code_of(from), side.code_of(to)),
            };
            if !stands || arrival.what.kind == Kind::Store && !straight && !whole(side.code_of(from), inside) {
                continue;
            }
            if let Some((severity, confidence)) = weigh(arrival.what, place.way, straight) {
                let severity = if arrival.what.kind == Kind::Form && takes_password(side, to) { Severity::High } else { severity };
                let title = format!("Writes {} into {}", arrival.what.what, place.way.words());
                sink.report(Draft::lines(file, side, to.first_line, to.last_line).title(title).severity(severity).confidence(confidence));
            }
        }
    }
}

/// Whether the function around a statement takes a password out of what it is sent.
fn takes_password(side: &SideView<'_>, statement: &Statement) -> bool {
    static TAKES: Pattern = Pattern::new(r#"(?i)\b(?:body|form|POST|data|params|payload)(?:\.|->|\[\s*["'])\w*passw(?:or)?d"#);
    let function = statement.function.and_then(|at| side.functions().get(at));
    let text = function.and_then(|one| side.plain().get(side.bytes_of(one.first_line, one.last_line)));
    text.is_some_and(|text| text.len() <= 20_000 && TAKES.is_match(text))
}

static PUBLISHING: Hint = Hint::new(|| Words::of([&PUBLISHED]));

/// Secrets of a server that get a name which is built into pages.
fn published(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side().filter(|_| file.role.is_live() || file.role == Role::Workflow) else { return };
    for line in file.added_on(&PUBLISHING).filter(|line| line.text.len() <= LONGEST) {
        let plain = side.plain_line(line.index);
        if let (Some(name), Some(secret)) = (PUBLISHED.group(plain, 1), PUBLISHED.group(plain, 2))
            && !secret.starts_with(name.split('_').next().unwrap_or(name))
        {
            let title = format!("{secret} is built into pages as {name}");
            sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::High).confidence(Confidence::Medium));
        }
    }
}

/// Whether `to` uses a name that `from` puts something into: what came of it further on may be something else.
fn passes(from: &str, to: &str) -> bool {
    static WORD: Pattern = Pattern::new(r"[A-Za-z_$]\w*");
    let into = from.split('=').next().unwrap_or("");
    WORD.groups(into, 0).any(|name| name.len() > 1 && WORD.groups(to, 0).any(|word| word == name))
}

/// Whether a secret that `from` gives a name to stands in `shown` as it is, rather than a part of it that is no secret.
fn whole(from: &str, shown: &str) -> bool {
    static WORD: Pattern = Pattern::new(r"[A-Za-z_$]\w*");
    static USED: Pattern = Pattern::new(
        r"([A-Za-z_$]\w*)(?:\s*$|\s*[,)}+;\]?]|\.(?:[vV]alue|to_json|to_s|to_string\(|SecretString|[sS]ecret|as_str\(|expose_secret\(|clone\())",
    );
    let into = from.split('=').next().unwrap_or("");
    WORD.groups(into, 0).any(|name| name.len() > 1 && USED.groups(shown, 1).any(|word| word == name))
}

/// `straight`: it stands in the call itself rather than in a name.
fn weigh(what: Sensitive, way: Way, straight: bool) -> Option<(Severity, Confidence)> {
    use Severity::{High, Medium};
    Some(match (what.kind, way) {
        (Kind::Environment | Kind::File, Way::Log | Way::Answer) if straight => (High, Confidence::High),
        (Kind::Environment, Way::Log | Way::Answer | Way::Failure) => (High, Confidence::Medium),
        (Kind::Request | Kind::Typed, Way::Log) if straight => (High, Confidence::Medium),
        (Kind::Request | Kind::Typed, Way::Log) => (Medium, Confidence::Low),
        (Kind::Request, Way::Failure) | (Kind::Form, Way::Log) if straight => (Medium, Confidence::Medium),
        (Kind::Store, Way::Log | Way::Answer) => (High, Confidence::Medium),
        (Kind::Store, _) => (Medium, Confidence::Medium),
        _ => return None,
    })
}
