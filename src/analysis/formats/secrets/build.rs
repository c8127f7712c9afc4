//! The forms of one pack put together: their words, one matcher, and what is to be said of the files.
//!
//! Those of this program are put together once: findings and redaction use the same.

use std::sync::{Arc, LazyLock};

use super::brief;
use super::built::Built;
use super::extend::Extension;
use super::matcher::Matcher;
use super::read::{self, Remark};
use super::rule::Written;
use super::table::Fault;
use super::words;
use crate::analysis::rules;
use crate::model::pack::{NoteKind, Pack, PackFile, RuleNote};
use crate::model::rule::{Rule, RuleId};

static OWN: LazyLock<Arc<Built>> = LazyLock::new(|| {
    let files: Vec<&PackFile> = rules::pack().files.iter().filter(|file| file.path.starts_with("secrets/")).collect();
    Arc::new(build(rules::pack(), &files, true))
});

static HIDDEN: LazyLock<Matcher> = LazyLock::new(|| {
    let config = read::read(rules::data("lists/hidden.toml"), true);
    Matcher::new(config.rules.into_iter().map(|written| written.form).collect())
});

/// Forms that are hidden and not reported.
#[must_use]
pub fn hidden() -> &'static Matcher {
    &HIDDEN
}

/// The forms of this program.
#[must_use]
pub fn own() -> &'static Arc<Built> {
    &OWN
}

/// Those of `files`, which are a part of `pack`.
pub(super) fn of(pack: &Pack, files: &[&PackFile], extension: &Extension) -> Arc<Built> {
    if rules::is_own(pack) { extension.apply(&OWN) } else { Arc::new(build(pack, files, false)) }
}

fn build(pack: &Pack, files: &[&PackFile], part: bool) -> Built {
    let (mut built, mut forms) = (Built::default(), Vec::new());
    for file in files {
        let config = if part { read::read(&brief::of(&file.text), part) } else { read::read(&file.text, part) };
        built.notes.extend(config.remarks.into_iter().map(|remark| note(pack, file, remark)));
        // Rules of this program are built upon, and not while they are being read.
        let is_built_upon = |id: &str| !part && config.extends && OWN.rules.iter().any(|rule| rule.id.0 == id);
        for written in config.rules {
            if written.patch && is_built_upon(written.form.id.0) {
                continue;
            }
            if let Some(text) = hindrance(&written, &built.rules) {
                let fault = Fault { line: written.line, text };
                built.notes.push(note(pack, file, Remark::new(NoteKind::LeftOut, Some(written.form.id.0), fault)));
                continue;
            }
            let rule = words::rule(&written, pack, file);
            built.rules.push(if part { Rule { examples: brief::examples(&file.path, rule.id.0), ..rule } } else { rule });
            forms.push(written.form);
        }
        for (line, id) in config.disabled.iter().filter(|(_, id)| !is_built_upon(id)) {
            let text = format!("disabledRules names {id}, which is no default rule here; `lazaret rules list` names them");
            built.notes.push(note(pack, file, Remark::new(NoteKind::Advice, None, Fault { line: *line, text })));
        }
        for (line, id, _) in config.aimed.iter().filter(|(_, id, _)| !is_built_upon(id)).cloned() {
            let text = format!("targetRules names {id}, which is no rule of this file");
            built.notes.push(note(pack, file, Remark::new(NoteKind::LeftOut, None, Fault { line, text })));
        }
    }
    built.matcher = Arc::new(Matcher::new(forms));
    built
}

fn note(pack: &Pack, file: &PackFile, remark: Remark) -> RuleNote {
    RuleNote {
        pack: pack.name.clone(),
        path: file.path.clone(),
        line: Some(remark.fault.line),
        rule: remark.rule.as_deref().map(RuleId::named),
        kind: remark.kind,
        text: remark.fault.text,
    }
}

/// Why a rule does not run.
fn hindrance(written: &Written, known: &[Rule]) -> Option<String> {
    if written.patch {
        return Some("a rule wants a `regex` or a `path`".to_owned());
    }
    let id = written.form.id;
    known.iter().any(|rule| rule.id == id).then(|| format!("{id} is the name of another rule of this pack; give this one another"))
}
