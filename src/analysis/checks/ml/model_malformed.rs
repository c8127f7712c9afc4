//! `model-malformed`: a file of a model is not what its name says, or what its head says does not fit together.

use crate::analysis::blob::kind::{Family, Kind};
use crate::analysis::blob::{archive, gguf, objects, safetensors};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::prefilter::Needs;
use crate::analysis::role::fold;
use crate::analysis::view::FileView;
use crate::model::diff::{FileStatus, Side};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/model-malformed.toml`.
pub struct ModelMalformed;

/// How a file that only points to where the real one is kept begins.
const POINTER: &[u8] = b"version https://git-lfs";
/// Where loaders expect pickles or ZIP archives of them.
const PICKLED: [&str; 9] = [".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".dill", ".pt2", ".cpkl", ".pck"];
/// A head of GGUF that is longer is not read to its end here.
const WHOLE_HEAD: usize = 7 * 1024 * 1024;

impl Check for ModelMalformed {
    fn rule(&self) -> RuleId {
        RuleId("model-malformed")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn looks_anyway(&self, file: &FileView<'_>) -> bool {
        is_named(file)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let name = fold(file.name());
        let ends = |ending: &str| name.ends_with(ending);
        if !is_named(file) {
            return;
        }
        let Some(bytes) = file.bytes(Side::New).filter(|bytes| !bytes.is_empty() && !bytes.starts_with(POINTER)) else { return };
        let fault = match () {
            () if ends(".safetensors") => of_safetensors(&bytes),
            () if ends(".gguf") => of_gguf(&bytes),
            () => of_pickled(&bytes),
        };
        if let Some((severity, title, evidence)) = fault {
            sink.report(Draft::file(file, &evidence).title(title).severity(severity));
        }
    }
}

fn is_named(file: &FileView<'_>) -> bool {
    let name = fold(file.name());
    let weights = name.ends_with(".safetensors") || name.ends_with(".gguf");
    file.diff.status != FileStatus::Deleted && (weights || PICKLED.iter().any(|ending| name.ends_with(ending)))
}

type Fault = (Severity, &'static str, String);

fn of_safetensors(bytes: &[u8]) -> Option<Fault> {
    if let Some(other) = disguised(bytes) {
        return Some(other);
    }
    let faults = safetensors::read(bytes).faults;
    let title = "What the head of this safetensors file says does not fit what follows";
    (!faults.is_empty()).then(|| (Severity::Medium, title, faults.join("; ")))
}

fn of_gguf(bytes: &[u8]) -> Option<Fault> {
    if !bytes.starts_with(b"GGUF") {
        return disguised(bytes).or_else(|| Some((Severity::Medium, "This file is named as a GGUF model and is none", String::new())));
    }
    let unread = bytes.len() < WHOLE_HEAD && gguf::texts(bytes).is_none();
    unread.then(|| (Severity::Medium, "The head of this GGUF model cannot be read to its end", String::new()))
}

/// Something else under the name of a form that holds nothing but numbers.
fn disguised(bytes: &[u8]) -> Option<Fault> {
    let kind = Kind::of(bytes).filter(|kind| kind.family != Family::Weights)?;
    let title = "A model is named as a form that runs nothing and is another one";
    let severity = if kind.runs() || kind.family == Family::Archive { Severity::High } else { Severity::Medium };
    Some((severity, title, format!("it is {}", kind.words())))
}

fn of_pickled(bytes: &[u8]) -> Option<Fault> {
    let kind = Kind::of(bytes);
    if let Some(kind) = kind.filter(|kind| matches!(kind.family, Family::Archive | Family::Program | Family::Script)) {
        let usual = archive::entries(bytes).is_some_and(|entries| !entries.is_empty()) || archive::inflated(bytes).is_some();
        let title = "A model is packed in a form that those who look for harm in models do not read";
        return (!usual).then(|| (Severity::Medium, title, format!("it is {}", kind.words())));
    }
    let found = objects::of(bytes);
    let broken = found.held.iter().find(|held| held.pickles.broken && held.pickles.ended == 0 && !is_joblib(held))?;
    let title = "A pickle breaks off: what stands before the break runs all the same";
    Some((Severity::Medium, title, format!("{} after {} bytes", broken.entry, broken.pickles.read)))
}

/// Arrays that joblib puts between the opcodes end what can be read of its files.
fn is_joblib(held: &objects::Held) -> bool {
    held.pickles.imports.iter().filter_map(|import| import.name.as_deref()).any(|name| name.starts_with("joblib."))
}
