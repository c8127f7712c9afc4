//! `model-executes-code`: loading the file would run what its pickle names.

use super::imports::{self, Reach};
use crate::analysis::blob::kind::{Family, Kind, is_model};
use crate::analysis::blob::objects::{self, Held, Objects};
use crate::analysis::blob::pickle::Import;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::prefilter::Needs;
use crate::analysis::view::FileView;
use crate::model::diff::{FileStatus, Side};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/model-executes-code.toml`.
pub struct ModelExecutesCode;

impl Check for ModelExecutesCode {
    fn rule(&self) -> RuleId {
        RuleId("model-executes-code")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn looks_anyway(&self, file: &FileView<'_>) -> bool {
        file.diff.text().is_none() || is_model(&file.path)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if file.diff.status == FileStatus::Deleted {
            return;
        }
        let Some(found) = objects(file, Side::New) else { return };
        for entry in &found.unread {
            sink.skip(Some(file.repo_path()), format!("`{entry}` in the archive may hold objects and could not be unpacked here"));
        }
        if found.keras_code {
            let title = "Loading this model runs code that a layer of it brings";
            sink.report(Draft::file(file, "a layer of the class Lambda").title(title).severity(Severity::High));
        }
        let before: Vec<String> = objects(file, Side::Old).map_or_else(Vec::new, |old| names(&old));
        for held in &found.held {
            for import in &held.pickles.imports {
                if let Some(draft) = judge(file, held, import, &before) {
                    sink.report(draft);
                }
            }
            hidden(file, held, sink);
        }
    }
}

/// The objects of one side, where it may be a file of them.
fn objects(file: &FileView<'_>, side: Side) -> Option<Objects> {
    if file.diff.text().is_some() && !is_model(&file.path) {
        return None;
    }
    let bytes = file.bytes(side)?;
    let holds = |kind: Kind| matches!(kind.family, Family::Objects | Family::Archive | Family::Data) && !is_other_archive(&file.path);
    let looked = is_model(&file.path) || Kind::of(&bytes).is_some_and(holds);
    looked.then(|| objects::of(&bytes))
}

/// Archives of programs, whose entries nobody loads as objects.
fn is_other_archive(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    [".jar", ".whl", ".docx", ".xlsx", ".pptx", ".odt", ".apk", ".aar", ".war", ".nupkg", ".vsix", ".epub"]
        .iter()
        .any(|end| path.ends_with(end))
}

fn names(objects: &Objects) -> Vec<String> {
    objects.held.iter().flat_map(|held| &held.pickles.imports).filter_map(|import| import.name.clone()).collect()
}

fn judge(file: &FileView<'_>, held: &Held, import: &Import, before: &[String]) -> Option<Draft> {
    let place = if held.entry.is_empty() { String::new() } else { format!("{}: ", held.entry) };
    let Some(name) = &import.name else {
        let title = "Loading this file calls a name that is put together on the way";
        let computed = || Draft::file(file, &format!("{place}a name from no text of the file")).title(title).severity(Severity::High);
        return import.called.then(computed);
    };
    let evidence = if import.called { format!("{place}{name}({})", import.with) } else { format!("{place}{name}") };
    let (severity, title) = match (imports::reach(name), import.called) {
        (Reach::Runs, true) => (Severity::Critical, format!("Loading this file calls {name}")),
        (Reach::Runs, false) => (Severity::High, format!("This file of objects names {name}")),
        (Reach::Known, _) => return None,
        (Reach::Unknown, _) if before.contains(name) => return None,
        (Reach::Unknown, true) => {
            (Severity::Medium, format!("Loading this file calls {name}, which no library of models is known to write"))
        }
        (Reach::Unknown, false) => (Severity::Low, format!("This file of objects names {name}")),
    };
    Some(Draft::file(file, &evidence).title(title).severity(severity))
}

/// What a file that does not read to its end still shows: loaders run what stands before the break, and some of them what is behind it.
fn hidden(file: &FileView<'_>, held: &Held, sink: &mut Sink<'_>) {
    if let Some(module) = imports::named_in(&held.rest) {
        let title = format!("Behind the place where this pickle cannot be read, {module} is named");
        sink.report(Draft::file(file, &format!("{} {module}", held.entry)).title(title).severity(Severity::High));
    }
}
