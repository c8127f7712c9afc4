//! Forms of secrets in files of gitleaks: looked for in what a change adds, and in what its commits added and took away again.
//!
//! The value itself stays in the matcher: evidence has a placeholder. Comments that the change adds silence nothing.

pub mod allow;
mod brief;
pub mod build;
pub mod built;
pub mod entropy;
pub mod expression;
pub mod extend;
pub mod form;
pub mod ignore;
pub mod judge;
pub mod matcher;
mod read;
mod rule;
pub mod same;
pub mod sample;
mod scan;
pub mod table;
pub mod trace;
pub mod veil;
mod words;

use std::collections::BTreeSet;
use std::sync::Arc;

use self::form::Form;
use super::Loaded;
use crate::analysis::check::{ChangeView, Draft};
use crate::analysis::hints::Needs;
use crate::analysis::rule_set::{RuleSet, SetSink};
use crate::analysis::view::FileView;
use crate::model::change::{Change, Step, Texts};
use crate::model::commit_id::CommitId;
use crate::model::diff::{FileDiff, FileStatus, LineKind};
use crate::model::inert;
use crate::model::pack::{Pack, PackFile};
use crate::model::rule::{Confidence, Rule, RuleId};
use allow::Candidate;
use built::Built;
use extend::Extension;
use matcher::Matcher;
use scan::{Hit, Looked};
use trace::{Mark, Trace};

/// Secrets of one file of one commit that are looked at beyond its net diff.
const MOST_PASSING: usize = 100;
/// Bytes of a description or message that are looked at.
const LONGEST_WORDS: usize = 256 << 10;

/// Reads the rules of `files`; `extension` is what other packs want of the rules of this program.
pub(super) fn load(pack: &Pack, files: &[&PackFile], extension: &Extension) -> Loaded {
    let built = build::of(pack, files, extension);
    let mut loaded = Loaded { sets: Vec::new(), notes: built.notes.clone() };
    if !built.rules.is_empty() {
        loaded.sets.push(Arc::new(Secrets { built }));
    }
    loaded
}

/// The forms of one pack.
struct Secrets {
    built: Arc<Built>,
}

impl RuleSet for Secrets {
    fn rules(&self) -> &[Rule] {
        &self.built.rules
    }

    fn secrets(&self) -> Option<&Arc<Matcher>> {
        Some(&self.built.matcher)
    }

    fn needs(&self) -> Vec<Needs> {
        vec![Needs::nothing().placing(self.built.matcher.keywords().iter().map(String::as_str))]
    }

    fn file(&self, file: &FileView<'_>, sink: &mut SetSink<'_>) {
        let only = only(file.change);
        self.names(file, only, sink);
        let accepted = scan::accepted(file);
        let looked = Looked { file, commit: only, placed: sink.seen().map(|seen| seen.places(0)) };
        for hit in scan::file(&self.built, looked, &|rule| sink.runs(rule)) {
            sink.hide(&hit.value, &hit.form.placeholder);
            if scan::is_allowed(file, &accepted, &hit) {
                continue;
            }
            let names = names(&file.path, &hit, only);
            let Some((severity, confidence)) = scan::weigh(file.role, &hit) else { continue };
            let Some(side) = file.new_side() else { continue };
            let draft = Draft::lines(file, side, hit.first, hit.last).title(words::title(hit.rule)).evidence(&hit.evidence);
            let draft = draft.why(words::why(hit.rule, &names)).severity(severity).confidence(confidence);
            let finding = sink.report(hit.rule, draft);
            let path = file.path.clone().into_owned();
            sink.mark(Mark { trace: Trace::of(&hit.value), rule: hit.rule.id, finding, path, names, allowed: false });
        }
    }

    fn change(&self, change: &ChangeView<'_>, sink: &mut SetSink<'_>) {
        self.said(change.change, sink);
        let marks = change.outcomes.iter().flat_map(|outcome| &outcome.marks);
        let mut known: BTreeSet<(RuleId, Trace)> = marks.map(|mark| (mark.rule, mark.trace)).collect();
        let (net, nothing) = (known.clone(), Texts::default());
        for step in &change.around.history.steps {
            for diff in &step.patch.files {
                let file = FileView::new(change.change, diff, &nothing);
                let looked = Looked { file: &file, commit: Some(&step.commit), placed: None };
                let hits = scan::file(&self.built, looked, &|rule| sink.runs(rule));
                if self.built.matcher.forms().iter().any(Form::asks_commit) {
                    // What only the commit makes allowed is allowed in the net diff, too.
                    let all = scan::file(&self.built, Looked { commit: None, ..looked }, &|rule| sink.runs(rule));
                    let kept = |one: &Hit<'_>| hits.iter().any(|hit| hit.rule.id == one.rule.id && hit.value == one.value);
                    for one in all.iter().filter(|one| !kept(one)).take(MOST_PASSING) {
                        let (path, trace) = (file.path.clone().into_owned(), Trace::of(&one.value));
                        sink.mark(Mark { trace, rule: one.rule.id, finding: None, path, names: Vec::new(), allowed: true });
                    }
                }
                if hits.len() > MOST_PASSING {
                    let why = format!("commit {}: only the first {MOST_PASSING} secrets of this file were looked at", step.commit.short());
                    sink.skip(Some(file.repo_path()), why);
                }
                for hit in hits.into_iter().take(MOST_PASSING) {
                    let trace = Trace::of(&hit.value);
                    let names = names(&file.path, &hit, Some(&step.commit));
                    if net.contains(&(hit.rule.id, trace)) {
                        let path = file.path.clone().into_owned();
                        sink.mark(Mark { trace, rule: hit.rule.id, finding: None, path, names, allowed: false });
                    } else if !was_there(step, &hit.value) && known.insert((hit.rule.id, trace)) {
                        passing(&file, step, &hit, names, trace, sink);
                    }
                }
            }
        }
    }
}

/// The only commit of `change`, where there is one.
fn only(change: &Change) -> Option<&CommitId> {
    match change.commits.as_slice() {
        [one] => one.id.as_ref(),
        _ => None,
    }
}

/// Reports a secret that a commit added and a later one took away.
fn passing(file: &FileView<'_>, step: &Step, hit: &Hit<'_>, names: Vec<String>, trace: Trace, sink: &mut SetSink<'_>) {
    let Some((severity, confidence)) = scan::weigh(file.role, hit) else { return };
    sink.hide(&hit.value, &hit.form.placeholder);
    let place = format!("{}:{}", inert::line(&file.path), hit.line);
    let draft = Draft::commit(&step.commit, &format!("{place}: {}", hit.evidence)).title(words::passing(hit.rule, &place));
    let finding = sink.report(hit.rule, draft.why(words::why(hit.rule, &names)).severity(severity).confidence(confidence));
    sink.mark(Mark { trace, rule: hit.rule.id, finding, path: file.path.clone().into_owned(), names, allowed: false });
}

/// Whether the same commit took `value` away elsewhere: it was there before, and was moved.
fn was_there(step: &Step, value: &str) -> bool {
    let first = value.lines().next().unwrap_or(value);
    let texts = step.patch.files.iter().filter_map(FileDiff::text);
    texts
        .flat_map(|text| text.lines.iter().map(move |line| (line.kind, text.text(line))))
        .any(|(kind, text)| kind == LineKind::Removed && text.contains(first))
}

/// The names gitleaks has for `hit`.
fn names(path: &str, hit: &Hit<'_>, commit: Option<&CommitId>) -> Vec<String> {
    let name = format!("{path}:{}:{}", hit.rule.id, hit.line);
    let of_commit = commit.map(|commit| format!("{commit}:{name}"));
    of_commit.into_iter().chain([name]).collect()
}

impl Secrets {
    /// What the change says of itself: title, description, branch and messages are read by more people than its code.
    fn said(&self, change: &Change, sink: &mut SetSink<'_>) {
        let pull = &change.pull;
        self.words("The title", &pull.title, &Draft::message, sink);
        self.words("The description", &pull.body, &Draft::message, sink);
        self.words("The name of the branch", &pull.branch, &Draft::branch, sink);
        for (id, message) in change.commits.iter().filter_map(|commit| Some((commit.id.as_ref()?, commit.message.as_str()))) {
            let place = format!("The message of commit {}", id.short());
            self.words(&place, message, &|evidence| Draft::commit(id, evidence), sink);
        }
    }

    fn words(&self, place: &str, text: &str, draft: &dyn Fn(&str) -> Draft, sink: &mut SetSink<'_>) {
        let text = text.get(..text.floor_char_boundary(LONGEST_WORDS)).unwrap_or("");
        for hit in scan::words(&self.built, text, &|rule| sink.runs(rule)) {
            sink.hide(&hit.value, &hit.form.placeholder);
            let draft = draft(&hit.evidence).title(words::said(hit.rule, place)).why(&hit.rule.why);
            sink.report(hit.rule, draft.severity(hit.rule.severity).confidence(Confidence::Medium));
        }
    }

    /// Rules on paths alone.
    fn names(&self, file: &FileView<'_>, commit: Option<&CommitId>, sink: &mut SetSink<'_>) {
        if file.diff.status == FileStatus::Deleted {
            return;
        }
        let at = Candidate { commit: commit.map(CommitId::as_str), path: Some(&file.path), secret: "", whole: "", line: "" };
        for (form, rule) in self.built.matcher.forms().iter().zip(&self.built.rules) {
            if form.names(&file.path) && !form.silent && form.keeps(&at) {
                sink.report(rule, Draft::file(file, &file.path));
            }
        }
    }
}
