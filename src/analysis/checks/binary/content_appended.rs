//! `content-appended`: behind the end of a picture or font stands something else, or a script stands inside it.

use crate::analysis::blob::kind::{Family, Kind};
use crate::analysis::blob::{archive, ends};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::prefilter::Needs;
use crate::analysis::view::FileView;
use crate::model::diff::{FileStatus, Side};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/content-appended.toml`.
pub struct ContentAppended;

/// Fewer bytes behind the end are what editors and cameras leave.
const MUCH: usize = 512;

impl Check for ContentAppended {
    fn rule(&self) -> RuleId {
        RuleId("content-appended")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn looks_anyway(&self, file: &FileView<'_>) -> bool {
        file.blob(Side::New).is_some()
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(bytes) = file.blob(Side::New).filter(|_| file.diff.status != FileStatus::Deleted) else { return };
        if !Kind::of(bytes).is_some_and(|kind| matches!(kind.family, Family::Picture | Family::Font | Family::Media)) {
            return;
        }
        let tail = tail(bytes);
        if !tail.is_empty() && file.blob(Side::Old).is_some_and(|old| self::tail(old) == tail) {
            return;
        }
        let (severity, title) = if holds(bytes, b"<?php") || holds(bytes, b"<?=`") {
            (Severity::High, "A picture holds a script of PHP".to_owned())
        } else if let Some(what) = runs(tail) {
            (Severity::High, format!("Behind the end of a picture stands {what}"))
        } else if tail.len() >= MUCH {
            (Severity::Medium, "Behind the end of a picture stands something that nothing shows".to_owned())
        } else {
            return;
        };
        let severity = if file.role.is_live() { severity } else { severity.min(Severity::Medium) };
        let evidence = format!("{}: {} of {} bytes stand behind its end", file.path, tail.len(), bytes.len());
        sink.report(Draft::file(file, &evidence).title(title).severity(severity));
    }
}

/// What stands behind the end, without what fills up.
fn tail(bytes: &[u8]) -> &[u8] {
    let tail = ends::end(bytes).and_then(|end| bytes.get(end..)).unwrap_or(&[]);
    let start = tail.iter().position(|byte| !matches!(byte, 0 | b'\n' | b'\r' | b' ' | 0xff)).unwrap_or(tail.len());
    let tail = tail.get(start..).unwrap_or(&[]);
    // Cameras put a second picture behind the first.
    if tail.starts_with(b"\xd8") || Kind::of(tail).is_some_and(|kind| matches!(kind.family, Family::Picture | Family::Media)) {
        &[]
    } else {
        tail
    }
}

/// What in `tail` runs or holds other files.
fn runs(tail: &[u8]) -> Option<&'static str> {
    let kind = Kind::of(tail).filter(|kind| kind.runs() || kind.family == Family::Archive);
    kind.map(Kind::words).or_else(|| archive::end_record(tail).map(|_| "a ZIP archive"))
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|here| here == part)
}
