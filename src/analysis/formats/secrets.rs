//! Forms of secrets in files of gitleaks: looked for in what a change adds. The value itself stays in the matcher; evidence has a placeholder.
//!
//! Comments of the change that silence a rule are not honoured.

pub mod allow;
pub mod entropy;
pub mod expression;
pub mod form;
pub mod judge;
pub mod matcher;
mod read;
mod rule;
pub mod sample;
pub mod table;
mod words;

use std::ops::Range;
use std::sync::Arc;

use super::{Loaded, note};
use crate::analysis::check::Draft;
use crate::analysis::role::Role;
use crate::analysis::rule_set::{RuleSet, SetSink};
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::FileStatus;
use crate::model::pack::{NoteKind, Pack, PackFile};
use crate::model::rule::{Confidence, Rule, Severity};
use allow::Candidate;
use form::Form;
use matcher::{Found, Matcher};
use read::Remark;
use rule::Written;

/// Lines around what a change adds that are looked at too: a key may begin above.
const AROUND: usize = 64;

/// Reads the rules of `files`.
pub(super) fn load(pack: &Pack, files: &[&PackFile]) -> Loaded {
    let part = pack.name == crate::analysis::rules::NAME;
    let mut loaded = Loaded::default();
    let (mut rules, mut forms): (Vec<Rule>, Vec<Form>) = (Vec::new(), Vec::new());
    for file in files {
        let config = read::read(&file.text, part);
        let say = |remark: Remark| note(pack, file, Some(remark.fault.line), remark.rule.as_deref(), remark.kind, remark.fault.text);
        loaded.notes.extend(config.remarks.into_iter().map(say));
        for written in config.rules {
            if let Some(why) = hindrance(&written, &rules) {
                loaded.notes.push(note(pack, file, Some(written.line), Some(written.form.id.0), NoteKind::LeftOut, why));
                continue;
            }
            rules.push(words::rule(&written, pack, file));
            forms.push(written.form);
        }
        for (line, id, _) in config.aimed {
            let text = format!("targetRules names {id}, which is no rule of this file");
            loaded.notes.push(note(pack, file, Some(line), None, NoteKind::LeftOut, text));
        }
    }
    if !rules.is_empty() {
        loaded.sets.push(Arc::new(Secrets { rules, matcher: Matcher::new(forms) }));
    }
    loaded
}

/// Why a rule does not run.
fn hindrance(written: &Written, known: &[Rule]) -> Option<String> {
    if written.patch {
        return Some("a rule wants a `regex` or a `path`".to_owned());
    }
    let id = written.form.id;
    known.iter().any(|rule| rule.id == id).then(|| format!("{id} is the name of another rule of this pack; give this one another"))
}

/// The forms of one pack.
struct Secrets {
    rules: Vec<Rule>,
    matcher: Matcher,
}

impl RuleSet for Secrets {
    fn rules(&self) -> &[Rule] {
        &self.rules
    }

    fn file(&self, file: &FileView<'_>, sink: &mut SetSink<'_>) {
        self.names(file, sink);
        let Some(side) = file.new_side().filter(|side| side.changed_lines().next().is_some()) else { return };
        let runs = |at: usize, form: &Form| form.reads(&file.path) && self.rules.get(at).is_some_and(|rule| sink.runs(rule));
        let found = self.matcher.find(side.text(), &regions(side), &runs);
        let found: Vec<Found> = found.into_iter().filter(|found| self.holds(file, side, found)).collect();
        for one in &found {
            let (Some(rule), Some(form)) = (self.rules.get(one.form), self.matcher.forms().get(one.form)) else { continue };
            if form.silent || !self.accompanied(form, one, &found, side) {
                continue;
            }
            let (first, last) = lines(side, one);
            if let Some((severity, confidence)) = weigh(file.role, form).filter(|_| side.touches(first, last)) {
                let evidence = words::evidence(side.text(), one, &form.placeholder);
                let draft = Draft::lines(file, side, first, last).title(words::title(rule)).evidence(evidence);
                sink.report(rule, draft.severity(severity).confidence(confidence));
            }
        }
    }
}

impl Secrets {
    /// Rules on paths alone.
    fn names(&self, file: &FileView<'_>, sink: &mut SetSink<'_>) {
        if file.diff.status == FileStatus::Deleted {
            return;
        }
        let at = Candidate { commit: None, path: Some(&file.path), secret: "", whole: "", line: "" };
        for (form, rule) in self.matcher.forms().iter().zip(&self.rules) {
            if form.names(&file.path) && !form.silent && form.keeps(&at) {
                sink.report(rule, Draft::file(file, &file.path));
            }
        }
    }

    fn holds(&self, file: &FileView<'_>, side: &SideView<'_>, found: &Found) -> bool {
        let (first, last) = lines(side, found);
        let text = |range: Range<usize>| side.text().get(range).unwrap_or("");
        let candidate = Candidate {
            commit: None,
            path: Some(&file.path),
            secret: text(found.secret.clone()),
            whole: text(found.whole.clone()),
            line: text(side.bytes_of(first, last)),
        };
        self.matcher.forms().get(found.form).is_some_and(|form| form.keeps(&candidate))
    }

    /// Whether every rule that `form` requires found something near `one`.
    fn accompanied(&self, form: &Form, one: &Found, all: &[Found], side: &SideView<'_>) -> bool {
        let place = |found: &Found| {
            let line = side.line_of(found.whole.start);
            (line, found.whole.start - side.bytes_of(line, line).start)
        };
        let (line, column) = place(one);
        form.required.iter().all(|required| {
            let named = |found: &&Found| self.matcher.forms().get(found.form).is_some_and(|form| form.id.0 == required.id);
            all.iter().filter(named).map(place).any(|(other, across)| {
                required.lines.is_none_or(|most| line.abs_diff(other) <= most)
                    && required.columns.is_none_or(|most| column.abs_diff(across) <= most)
            })
        })
    }
}

/// The first and last line of a match.
fn lines(side: &SideView<'_>, found: &Found) -> (usize, usize) {
    (side.line_of(found.whole.start), side.line_of(found.secret.end.max(found.whole.start + 1) - 1))
}

/// What of a side is looked at: the lines that changed and some around them.
fn regions(side: &SideView<'_>) -> Vec<Range<usize>> {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for line in side.changed_lines() {
        let (first, last) = (line.index.saturating_sub(AROUND), line.index + AROUND);
        match spans.last_mut() {
            Some((_, end)) if first <= *end + 1 => *end = last,
            _ => spans.push((first, last)),
        }
    }
    let most = side.len().saturating_sub(1);
    spans.into_iter().map(|(first, last)| side.bytes_of(first, last.min(most))).collect()
}

/// Tests and pages hold made-up secrets more often than real ones; some forms are public by design.
fn weigh(role: Role, form: &Form) -> Option<(Severity, Confidence)> {
    let live = role.is_live() || role == Role::Data;
    Some(match (live, form.own.note) {
        (true, false) => (Severity::High, Confidence::High),
        (true, true) | (false, false) => (Severity::Medium, Confidence::Medium),
        (false, true) => return None,
    })
}
