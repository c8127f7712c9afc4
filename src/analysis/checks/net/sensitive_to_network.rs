//! `sensitive-to-network`: the environment, a file of credentials or a caller's credentials reach a call to the network.

use std::collections::BTreeSet;

use super::beacon;
use super::carriers::Carriers;
use super::elsewhere;
use super::forwarding;
use super::hosts;
use super::lookups;
use super::pages;
use super::sending::{LONGEST, TALKING, TELLING, host_of, reads, talks, weigh};
use super::through_file;
use super::traffic::{Sensitive, is_shell, traffic};
use super::{typed_in, whole_repository};
use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::flow::{Arrival, arrivals};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Needs, Reach, Words};
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, RuleId, Severity};

/// See `rules/code/sensitive-to-network.toml`.
pub struct SensitiveToNetwork;

/// More than this in one file is more than anybody reads; the list of findings ends before.
const MOST: usize = 60;
static FORWARDS: Pattern =
    Pattern::new(r"(?i)\bheaders?\s*(?:=|:)|\.Header\.(?:Set|Add)\(|setHeader\(|\.header\(|headers\[|set_header|add_header|\bcookies\s*=");

static COPYING: Hint = Hint::new(|| Words::of([&COPY]));

impl Check for SensitiveToNetwork {
    fn rule(&self) -> RuleId {
        RuleId("sensitive-to-network")
    }

    fn needs(&self) -> Needs {
        let copies = || Words::of([&COPY]);
        let others = || {
            copies().or(lookups::words()).or(elsewhere::words()).or(beacon::words()).or(typed_in::words()).or(Words::of([
                &PROOFS,
                &pages::FORM,
                &whole_repository::PUSHED,
            ]))
        };
        let told = Needs::nothing().and(Reach::AFTER, traffic().telling().or(others()));
        told.and(Reach::AFTER, traffic().talking().or(others()).or(through_file::shipping()))
            .noting(&TELLING)
            .noting(&lookups::LOOKING_UP)
            .noting(&elsewhere::SHOWING)
            .noting(&TALKING)
            .noting(&COPYING)
            .noting(&PROVING)
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        forwarding::report(view, sink);
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if let (Some(side), Some((title, severity, line))) = (file.new_side(), pages::is_page(file).then(|| pages::form(file)).flatten()) {
            sink.report(Draft::line(file, side, line).title(title).severity(severity));
        }
        whole_repository::report(file, sink);
        let readable = file.language.is_code() || is_shell(file.language);
        let Some(side) = file.new_side().filter(|_| readable && file.role.is_live()) else { return };
        copies(file, side, sink);
        through_file::report(file, side, sink);
        lookups::report(file, side, sink);
        beacon::report(file, side, sink);
        typed_in::report(file, side, sink);
        elsewhere::report(file, side, sink);
        proofs(file, side, sink);
        // Without a changed statement that reads or talks there is nothing to find.
        let telling = |statement: &&Statement| {
            side.touches(statement.first_line, statement.last_line)
                && (talks(file, side, statement) || reads(file, side, statement).is_some() || holds_named(file, side, statement))
        };
        if !side.statements().iter().any(|statement| telling(&statement)) {
            return;
        }
        let carriers = Carriers::of(side, |statement| reads(file, side, statement), |statement| talks(file, side, statement));
        let source = |statement: &Statement| reads(file, side, statement).or_else(|| Some(carriers.gives(side, statement)?.0));
        let found = arrivals(side, source, |statement| talks(file, side, statement) || carriers.sends(side, statement).is_some());
        let changed = |arrival: &Arrival<Sensitive>| {
            let read = carriers.gives(side, &side.statements()[arrival.source]).map(|(_, at)| at);
            [arrival.source, arrival.sink].into_iter().chain(read).any(|at| touched(side, &side.statements()[at]))
        };
        for arrival in found.into_iter().filter(changed).take(MOST) {
            let through = carriers.sends(side, &side.statements()[arrival.sink]).filter(|at| *at != arrival.sink);
            report(file, side, arrival, through, sink);
        }
        named_secrets(file, side, sink);
    }
}

fn touched(side: &SideView<'_>, statement: &Statement) -> bool {
    side.touches(statement.first_line, statement.last_line)
}

/// `through`: the statement of a helper that talks, where the sink only calls it.
fn report(file: &FileView<'_>, side: &SideView<'_>, arrival: Arrival<Sensitive>, through: Option<usize>, sink: &mut Sink<'_>) {
    let statements = side.statements();
    let (from, to) = (&statements[arrival.source], &statements[arrival.sink]);
    let host = host_of(side, to).or_else(|| host_of(side, &statements[through?]));
    let forwards = FORWARDS.is_match(side.plain_of(from)) || FORWARDS.is_match(side.plain_of(to));
    let Some((severity, confidence)) = weigh(arrival.what.kind, host.as_deref().map(|host| hosts::is_new(file, host)), forwards) else {
        return;
    };
    let to_where = host.map_or_else(|| "over the network".to_owned(), |host| format!("to {host}"));
    let (first, last) = (from.first_line.min(to.first_line), from.last_line.max(to.last_line));
    let evidence = telling_line(side, to, from);
    sink.report(
        Draft::lines(file, side, if last - first > 40 { to.first_line } else { first }, last)
            .title(format!("Sends {} {to_where}", arrival.what.what))
            .evidence(evidence)
            .severity(severity)
            .confidence(confidence),
    );
}

/// Both ends on one line where they stand on different ones, so that the evidence says it all.
fn telling_line(side: &SideView<'_>, to: &Statement, from: &Statement) -> String {
    let brief = |statement: &Statement| side.plain_of(statement).split_whitespace().collect::<Vec<_>>().join(" ");
    if to.first_line == from.first_line {
        brief(to)
    } else {
        format!("{} … {}", brief(from).chars().take(140).collect::<String>(), brief(to))
    }
}

static COPY: Pattern =
    Pattern::new(r"(?i)(?:\b|(?:set|add)_?)bcc\b[\x22\x27]?\]?\s*(?::|=|,|\()\s*\[?\s*[\x22\x27`]([^\x22\x27`@\s]+@[^\x22\x27`\s]+)");

/// Hosts that are kept free for examples, and this machine.
static NOWHERE: Pattern = Pattern::new(r"(?i)^[^@,;\s]+@(?:[\w-]+\.)*(?:example\.(?:com|org|net)|localhost)$");

/// A copy of every message goes to an address that stands in the code.
fn copies(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    for line in file.added_on(&COPYING).filter(|line| !line.code().trim().is_empty()) {
        // Where nobody has an address nothing can go.
        if let Some(address) = COPY.group(side.plain_line(line.index), 1).filter(|address| !NOWHERE.is_match(address)) {
            let title = format!("Copies every message to {address}, unseen by its receivers");
            sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::High).confidence(Confidence::Medium));
        }
    }
}

static PROOFS: Pattern = Pattern::new(
    r"(?i)\b(encrypted_?password|password_?(?:hash|digest|salt)|hashed_?password|otp_?secret(?:_?key)?|totp_?secret|two_?factor_?secret|reset_?password_?token|password_?reset_?token|remember_?(?:me_?)?token|recovery_?codes|mfa_?secret|webauthn_?private_?key)\b",
);
static SPARED: Pattern = Pattern::new(
    r"(?i)\b(?:except|exclude\w*|omit|without|delete|hidden|filter\w*|redact\w*|protected|guarded|reject|blacklist|deny\w*|ignore\w*|attr_\w+|column|select|where|validates?)\b",
);
static PROVING: Hint = Hint::new(|| Words::of([&PROOFS]));

/// What an account is proven by, picked by name in a file that talks to the network.
fn proofs(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let picked = |text: &str| PROOFS.groups(text, 1).map(str::to_ascii_lowercase).collect::<BTreeSet<_>>().len();
    let asked =
        file.language.is_code().then(|| file.added_on(&PROVING).filter(|line| line.text.len() <= 400 && !SPARED.is_match(line.text)));
    for line in asked.into_iter().flatten().filter(|line| picked(side.plain_line(line.index)) > 1).take(1) {
        if side.statements().iter().any(|statement| talks(file, side, statement)) {
            let draft = Draft::line(file, side, line.index).title("Picks what accounts are proven by, in a file that talks to the network");
            sink.report(draft.severity(Severity::High).confidence(Confidence::Medium));
        }
    }
}

/// A key with which requests are signed: no host is ever given it.
static SIGNS_ONLY: Pattern = Pattern::new(r"\bAWS_SECRET_ACCESS_KEY\b");
/// It is put into a text with other things.
static WRITTEN_OUT: Pattern = Pattern::new(r#"\bs?n?printf\s*\(|\bSprintf\s*\(|\bformat!?\s*\(|[&?"{,]\s*\w+=?"?:?\s*(?:\$\{|\{|"\s*\+)"#);
/// What is sent beside headers.
static BODY: Pattern = Pattern::new(r"\b(?:CURLOPT_(?:COPY)?POSTFIELDS|body|data|json|payload)\b");

/// Whether a statement names such a secret.
fn holds_named(file: &FileView<'_>, side: &SideView<'_>, statement: &Statement) -> bool {
    let plain = side.plain_of(statement);
    let possible = plain.len() <= LONGEST && file.spots(&TELLING, side.side).meet(statement.first_line, statement.last_line);
    possible && traffic().names_secret(plain)
}

/// A secret with a name of its own that goes to somebody else than its issuer.
fn named_secrets(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let holds = |statement: &Statement| holds_named(file, side, statement).then_some(());
    let found = arrivals(side, holds, |statement| talks(file, side, statement));
    let new = |arrival: &Arrival<()>| [arrival.source, arrival.sink].into_iter().any(|at| touched(side, &side.statements()[at]));
    for arrival in found.into_iter().filter(new).take(MOST) {
        let (from, to) = (&side.statements()[arrival.source], &side.statements()[arrival.sink]);
        let named = hosts::named(side.plain_of(to)).or_else(|| hosts::of_urls(side.plain_of(from)).next());
        let Some(host) = named.or_else(|| lookups::looked_up(side.plain_of(to))) else {
            if SIGNS_ONLY.is_match(side.plain_of(from)) && WRITTEN_OUT.is_match(side.plain_of(from)) && BODY.is_match(side.plain_of(to)) {
                let draft =
                    Draft::lines(file, side, to.first_line, to.last_line).title("Sends a key that only signs requests and is never sent");
                sink.report(draft.evidence(telling_line(side, to, from)).severity(Severity::High).confidence(Confidence::Medium));
            }
            continue;
        };
        if !traffic().betrays(side.plain_of(from), &host) || !hosts::is_new(file, &host) {
            continue;
        }
        let draft = Draft::lines(file, side, to.first_line, to.last_line).title(format!("Sends a token to {host}, which did not issue it"));
        sink.report(draft.evidence(telling_line(side, to, from)).severity(Severity::High).confidence(Confidence::Medium));
    }
}
