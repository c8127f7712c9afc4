//! Helpers of other files: a function that this change brings into one file and that sends what it is given, or gives back something secret,
//! and its use in another. Only what the change shows of each file is read.

use std::collections::BTreeMap;

use super::carriers::Carriers;
use super::hosts;
use super::sending::{host_of, reads, talks, weigh};
use super::traffic::{Kind, Sensitive, lent, traffic};
use crate::analysis::check::{ChangeView, Draft, Sink};
use crate::analysis::flow::{Arrival, arrivals};
use crate::analysis::pattern::Pattern;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::change::Texts;
use crate::model::diff::FileDiff;
use crate::model::rule::{Confidence, Severity};

/// A change of more files than this is not looked through for helpers.
const MOST_FILES: usize = 300;
/// More lines than this are not looked through either.
const MOST_LINES: usize = 20_000;
/// A shorter name says too little across files.
const SHORTEST_NAME: usize = 4;
static CALLED: Pattern = Pattern::new(r"\b([A-Za-z_$]\w*)\s*\(");

/// What a helper does for others, and where.
struct Helper {
    file: usize,
    /// Where it sends to, when it says so, and whether the change is the first to name that host.
    sends: Option<Option<(String, bool)>>,
    gives: Option<Sensitive>,
}

/// Reports what reaches the network through a helper of another file.
pub fn report(view: &ChangeView<'_>, sink: &mut Sink<'_>) {
    let files = &view.change.patch.files;
    let lines: usize = files.iter().map(FileDiff::added).sum();
    if files.len() > MOST_FILES || lines > MOST_LINES {
        return;
    }
    let texts = Texts::default();
    let views: Vec<FileView<'_>> = files.iter().map(|diff| FileView::new(view.change, diff, &texts)).collect();
    let found = helpers(&views);
    if found.is_empty() {
        return;
    }
    for (index, file) in views.iter().enumerate() {
        if let Some(side) = live(file) {
            typed(file, side, &found, sink);
            uses(file, side, &|name| found.get(name).filter(|helper| helper.file != index), sink);
        }
    }
}

fn live<'v, 'a>(file: &'v FileView<'a>) -> Option<&'v SideView<'a>> {
    let readable = file.language.is_code() && file.role.is_live() && file.diff.added() > 0;
    file.new_side().filter(|_| readable)
}

/// The functions that added lines of a file make, by name.
fn helpers(views: &[FileView<'_>]) -> BTreeMap<String, Helper> {
    let mut found = BTreeMap::new();
    for (index, file) in views.iter().enumerate() {
        let may = |line: &str| traffic().talks(line, file.language) || traffic().reads(line, file.language).is_some();
        let Some(side) = live(file).filter(|_| file.added().any(|line| may(line.text))) else { continue };
        let carriers = Carriers::of(side, |s| reads(file, side, s), |s| talks(file, side, s));
        for (name, at) in carriers.sending() {
            let helper = Helper {
                file: index,
                sends: Some(host_of(side, &side.statements()[at]).map(|host| (host.clone(), hosts::is_new(file, &host)))),
                gives: None,
            };
            enter(&mut found, side, name, helper);
        }
        for (name, what) in carriers.giving() {
            enter(&mut found, side, name, Helper { file: index, sends: None, gives: Some(what) });
        }
    }
    found
}

/// Keeps a helper whose first line was added and whose name says enough.
fn enter(found: &mut BTreeMap<String, Helper>, side: &SideView<'_>, name: &str, helper: Helper) {
    let new = side.functions().iter().any(|function| function.name == name && side.is_changed(function.first_line));
    if new && name.len() >= SHORTEST_NAME {
        found.entry(name.to_owned()).or_insert(helper);
    }
}

fn uses<'h>(file: &FileView<'_>, side: &SideView<'_>, helper: &dyn Fn(&str) -> Option<&'h Helper>, sink: &mut Sink<'_>) {
    let open = |code: &str| code.matches('(').count() > code.matches(')').count();
    let around = |statement: &Statement| statement.parent.map(|at| side.code_of(&side.statements()[at])).filter(|code| open(code));
    let called = |statement: &Statement| {
        // A literal with braces inside a call stands in statements of its own.
        let codes = [Some(side.code_of(statement)), around(statement)];
        codes.into_iter().flatten().find_map(|code| CALLED.groups(code, 1).find_map(helper))
    };
    if !side.statements().iter().any(|s| called(s).is_some()) {
        return;
    }
    let before = sink.reported();
    let source = |s: &Statement| reads(file, side, s).or_else(|| called(s)?.gives);
    let sends = |s: &Statement| called(s).is_some_and(|helper| helper.sends.is_some());
    let found = arrivals(side, source, |s| sends(s) || talks(file, side, s));
    // What never leaves this file is told by the check of one file.
    let crosses = |a: &Arrival<Sensitive>| sends(&side.statements()[a.sink]) || reads(file, side, &side.statements()[a.source]).is_none();
    for arrival in found.into_iter().filter(crosses) {
        let (from, to) = (&side.statements()[arrival.source], &side.statements()[arrival.sink]);
        if !side.touches(from.first_line, from.last_line) && !side.touches(to.first_line, to.last_line) {
            continue;
        }
        let host = called(to)
            .and_then(|helper| helper.sends.clone())
            .unwrap_or_else(|| host_of(side, to).map(|host| (host.clone(), hosts::is_new(file, &host))));
        let Some((severity, confidence)) = weigh(arrival.what.kind, host.as_ref().map(|(_, new)| *new), false) else { continue };
        let to_where = host.map_or_else(|| "over the network".to_owned(), |(host, _)| format!("to {host}"));
        sink.report(
            Draft::lines(file, side, to.first_line, to.last_line)
                .title(format!("Sends {} {to_where} through a helper of another file", arrival.what.what))
                .evidence(side.plain_of(to).split_whitespace().collect::<Vec<_>>().join(" "))
                .severity(severity)
                .confidence(confidence),
        );
    }
    if sink.reported() == before {
        taken_in(file, side, &called, sink);
    }
}

/// What somebody proves themselves with goes by its name to a helper that sends it to a host nothing named before, and that does not sign in there.
fn typed(file: &FileView<'_>, side: &SideView<'_>, found: &BTreeMap<String, Helper>, sink: &mut Sink<'_>) {
    static GIVEN: Pattern = Pattern::new(
        r"(?i)[(,=:\s](?:[\w$]+(?:\.|->|\[[\x22\x27:]))*((?:raw|plain|clear|user|typed|current|new)?_?(?:password|passwd|passphrase|pwd)|access_?token|refresh_?token|session_?token|auth_?token|jwt|private_?key|card_?number|cvv)[\x22\x27\]]*\s*[,)}]",
    );
    static SIGNS_IN: Pattern =
        Pattern::new(r"(?i)log_?in|sign_?(?:in|up)|auth|token|connect|session|credential|exchange|regist|grant|verify");
    let short = |s: &&Statement| s.bytes.len() <= 2000 && side.touches(s.first_line, s.last_line);
    let heads = |s: &Statement| s.function.is_some_and(|at| side.functions()[at].first_line == s.first_line);
    for statement in side.statements().iter().filter(short).filter(|s| !heads(s)) {
        let code = side.code_of(statement);
        let new_host = |name: &str| found.get(name).and_then(|helper| helper.sends.clone().flatten()).filter(|(_, new)| *new);
        let call = CALLED.groups(code, 1).find_map(|name| Some((name, new_host(name)?)));
        let Some((name, (host, _))) = call.filter(|(name, _)| !SIGNS_IN.is_match(name)) else { continue };
        let Some(given) = code.split_once(name).and_then(|(_, given)| GIVEN.group(given, 1)) else { continue };
        if !given.to_ascii_lowercase().contains("pass") && is_of(&host, name) {
            continue;
        }
        let draft = Draft::lines(file, side, statement.first_line, statement.last_line);
        let title = format!("Sends {given} to {host} through a helper");
        sink.report(draft.title(title).severity(Severity::High).confidence(Confidence::Medium));
    }
}

/// Whether a helper is called after the host it talks to, as `get_github_user` is: a token is shown there to be recognised.
fn is_of(host: &str, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    host.split('.').rev().skip(1).any(|label| label.len() >= 4 && name.contains(&label.to_ascii_lowercase()))
}

/// A file that talks to the network takes in what a helper of the change reads from a file of credentials, whatever becomes of it.
fn taken_in<'h>(file: &FileView<'_>, side: &SideView<'_>, called: &dyn Fn(&Statement) -> Option<&'h Helper>, sink: &mut Sink<'_>) {
    let credentials = |s: &&Statement| called(s).and_then(|helper| helper.gives).is_some_and(|what| what.kind == Kind::File);
    let mut taken = side.statements().iter().filter(|s| side.touches(s.first_line, s.last_line)).filter(credentials);
    let Some(taken) = taken.next().filter(|_| !lent(side.text()).is_empty() || side.statements().iter().any(|s| talks(file, side, s)))
    else {
        return;
    };
    let draft = Draft::lines(file, side, taken.first_line, taken.last_line);
    let title = "Takes in a file of credentials through a helper of another file, in a file that talks to the network";
    sink.report(draft.title(title).severity(Severity::High).confidence(Confidence::Medium));
}
