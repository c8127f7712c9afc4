//! Scripts that stopped when the wrong person ran them, or on the wrong branch, and go on now. A part of `guard-removed`.

use crate::analysis::check::{Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, Severity};

/// A longer line is data, and more of them are a rewrite.
const WIDEST: usize = 400;
const MOST: usize = 400;
/// A branch that stops is no longer than this, in lines.
const BRANCH: usize = 5;

/// A question at which a script may stop.
static ASKS: Pattern = Pattern::new(r"^\s*(?:if\s+|elif\s+)?(?:!\s*)?(?:\[\[?\s|test\s|\(\(|git\s|id\s|grep\s)");
static STOPS: Pattern = Pattern::new(r"\b(?:exit|return)\s+(?:[1-9]\d*|\x22?\$)|\b(?:die|fail|abort|usage)\b");
/// Who runs it, and from what.
static SOMEBODY: Pattern =
    Pattern::new(r"\bid\s+-\w*[ungG]+\b|\bwhoami\b|\$\{?(?:E?UID|USER|LOGNAME|SUDO_USER|GL_USERNAME|REMOTE_USER)\b|\bgroups\b");
static STATE: Pattern = Pattern::new(
    r"\bgit\s+(?:status\s+--porcelain|diff\s[^\n]*(?:--quiet|--exit-code)|merge-base\s+--is-ancestor|verify-\w+|describe\s[^\n]*--exact-match)|\$\{?(?:\w*branch\w*|\w*BRANCH\w*|GITHUB_REF\w*|CI_COMMIT_(?:REF\w*|TAG)|CONFIRM\w*|confirm\w*|approved\w*|APPROVED\w*)\b|\brev-parse\s+--abbrev-ref\b|\bsymbolic-ref\b",
);
/// What others would notice.
static ACTS: Pattern = Pattern::new(
    r"\b(?:docker\s+(?:push|compose)|helm|kubectl|terraform|ansible\S*|npm\s+publish|cargo\s+publish|twine|gh\s+release|aws|gcloud|az|rsync|scp|ssh|systemctl|psql|mysql|pg_restore|rm|chmod|chown|ln|mv|cp|tee|openssl|useradd|usermod|deploy|git\s+push|cap)\b",
);

/// What a file must hold.
pub(super) fn words() -> Words {
    Words::of([&SOMEBODY, &STATE])
}

/// Reports such scripts.
pub(super) fn gone(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    if file.language != Language::Shell {
        return;
    }
    let asks = |side: &SideView<'_>, line: usize| {
        let text = side.line(line).text;
        let about = |text: &str| SOMEBODY.is_match(text) || STATE.is_match(text);
        let stops = || {
            let next = (line + 1..=line + BRANCH).take_while(|at| *at < side.len()).map(|at| side.line(at).text);
            STOPS.is_match(text) || next.take_while(|text| text.trim() != "fi" && text.trim() != "}").any(|text| STOPS.is_match(text))
        };
        (text.len() <= WIDEST && ASKS.is_match(text) && about(text) && stops()).then(|| SOMEBODY.is_match(text))
    };
    let removed = old.changed_lines().map(|line| line.index).take(MOST);
    let Some((line, somebody)) = removed.filter_map(|line| Some((line, asks(old, line)?))).max_by_key(|(_, somebody)| *somebody) else {
        return;
    };
    // The same question in other words, or a helper that asks it.
    static HELPER: Pattern = Pattern::new(r"^\s*(?:require|ensure|check|assert|need|must|only|confirm)[\w-]*\b|^\s*(?:source|\.)\s");
    let other = |at: usize| asks(new, at).is_some() || new.is_changed(at) && HELPER.is_match(new.line(at).text);
    if (0..new.len()).take(MOST).any(other) {
        return;
    }
    let acts = new
        .lines()
        .take(MOST)
        .any(|line| !line.changed && line.text.len() <= WIDEST && !line.text.trim_start().starts_with('#') && ACTS.is_match(line.text));
    if acts {
        let title = if somebody { "A script no longer asks who runs it" } else { "A script no longer asks what it is run on" };
        let severity = if somebody { Severity::High } else { Severity::Medium };
        sink.report(Draft::line(file, old, line).title(title).severity(severity).confidence(Confidence::Medium));
    }
}
