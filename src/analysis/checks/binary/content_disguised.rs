//! `content-disguised`: a file is named as a picture, a font or text, and holds something that runs or holds other files.

use crate::analysis::blob::kind::{Family, Kind, Named};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::prefilter::Needs;
use crate::analysis::view::FileView;
use crate::model::diff::{Content, FileStatus, Side};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/content-disguised.toml`.
pub struct ContentDisguised;

impl Check for ContentDisguised {
    fn rule(&self) -> RuleId {
        RuleId("content-disguised")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn looks_anyway(&self, file: &FileView<'_>) -> bool {
        is_named_otherwise(file)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if !is_named_otherwise(file) {
            return;
        }
        let named = Named::of(&file.path);
        let binary = matches!(file.diff.content, Content::Binary { .. });
        let Some(bytes) = file.bytes(Side::New).filter(|bytes| !bytes.is_empty()) else { return };
        let kind = Kind::of(&bytes);
        let was = file.bytes(Side::Old).and_then(|old| Kind::of(&old));
        if was.is_some() && was == kind {
            return;
        }
        let Some((severity, what)) = judge(named, kind, binary, &bytes) else { return };
        let severity = if file.role.is_live() { severity } else { severity.min(Severity::Medium) };
        let title = format!("A file is named as {} and is {what}", named.words());
        sink.report(Draft::file(file, &format!("{}: {what}", file.path)).title(title).severity(severity));
    }
}

/// Whether its name says that it is something else than what runs; of a file that is text, whether it should not be.
fn is_named_otherwise(file: &FileView<'_>) -> bool {
    let (named, binary) = (Named::of(&file.path), matches!(file.diff.content, Content::Binary { .. }));
    file.diff.status != FileStatus::Deleted && named != Named::Other && (binary || !matches!(named, Named::Text | Named::Document))
}

fn judge(named: Named, kind: Option<Kind>, binary: bool, bytes: &[u8]) -> Option<(Severity, &'static str)> {
    let Some(kind) = kind else {
        // Streams of films share their ending with TypeScript.
        let stream = bytes.first() == Some(&0x47) && bytes.get(188).is_none_or(|next| *next == 0x47);
        return (binary && named == Named::Text && !stream).then_some((Severity::Low, "no text"));
    };
    let severity = match (kind.family, named) {
        (Family::Program | Family::Objects, _) => Severity::High,
        (Family::Script, Named::Picture | Named::Font | Named::Media | Named::Document) => Severity::High,
        (Family::Archive, Named::Picture | Named::Font | Named::Media) => Severity::High,
        (Family::Archive, Named::Text) => Severity::Medium,
        (Family::Weights | Family::Data, Named::Picture | Named::Font) => Severity::Low,
        (Family::Picture | Family::Font | Family::Media | Family::Document, Named::Text) => Severity::Low,
        _ => return None,
    };
    Some((severity, kind.words()))
}
