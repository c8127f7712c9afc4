//! Dependencies that changed: what, from where, how it moved, and what a reader should know besides.

use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::model::dependency::{Dependency, DependencyChange, DependencyMove, PackageSource, Scope, is_of_packages};
use crate::state::session::Session;
use crate::ui::look::Look;
use crate::ui::overlays::popup::Content;
use crate::ui::overlays::words::{heading, labelled};

/// The changed dependencies of the opened pull.
#[must_use]
pub fn content(session: &Session, room: usize, look: &Look<'_>) -> Content {
    let changes = session.known.report.as_ref().map(|report| report.dependencies.as_slice());
    let mut lines = Vec::new();
    let mut manifest = None;
    for change in changes.unwrap_or_default() {
        if manifest != Some(&change.manifest) {
            lines.extend(heading(&crate::ui::paint::fit_end(&change.manifest.text(), room), look));
            manifest = Some(&change.manifest);
        }
        lines.extend(row(change, room, look));
    }
    let unread = session.known.report.iter().flat_map(|report| &report.skipped).filter(|omission| is_of_packages(omission));
    for (at, omission) in unread.enumerate() {
        if at == 0 {
            lines.extend(heading("not read, or not compared", look));
        }
        let path = omission.path.as_ref().map(|path| format!("{}: ", path.text())).unwrap_or_default();
        let sign = Span::styled("!", look.style(Role::NoticeWarning));
        lines.extend(labelled(sign, 2, &format!("{path}{}", omission.why), room, look.style(Role::Text)));
    }
    let title = match changes {
        None => "dependencies: not analysed yet".to_owned(),
        Some([]) => "dependencies: none changed in the manifests that are read".to_owned(),
        Some(changes) if session.known.asking => format!("dependencies: {} changed; others are being asked", changes.len()),
        Some(changes) => format!("dependencies: {} changed", changes.len()),
    };
    if lines.is_empty() {
        lines.push(Line::from(Span::styled("No manifest or lock file that is read moves a package.", look.style(Role::Faint))));
    }
    Content { title, lines, ..Content::default() }
}

fn row(change: &DependencyChange, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let (sign, role) = match change.change {
        DependencyMove::Added => ("+", Role::CountAdded),
        DependencyMove::Removed => ("-", Role::CountRemoved),
        DependencyMove::Upgraded => ("↑", Role::Hunk),
        DependencyMove::Downgraded => ("↓", Role::NoticeWarning),
        DependencyMove::Changed | DependencyMove::ScopeChanged => ("~", Role::Hunk),
        DependencyMove::RangeWidened | DependencyMove::PinLost => ("~", Role::NoticeWarning),
        DependencyMove::SourceChanged | DependencyMove::HashChanged => ("!", Role::NoticeWarning),
    };
    let label = Span::styled(format!("{sign} {}", change.change.word()), look.style(role));
    let Some(now) = change.dependency() else { return Vec::new() };
    let versions = match (&change.before, &change.after) {
        (Some(before), Some(after)) if before.version != after.version => {
            format!("{} → {}", or_any(&before.version), or_any(&after.version))
        }
        (_, Some(only)) | (Some(only), None) => or_any(&only.version).to_owned(),
        (None, None) => String::new(),
    };
    let mut lines = labelled(label, 18, &format!("{}  {versions}  {}", now.name, traits(change, now)), room, look.style(Role::Text));
    let sources = [&change.before, &change.after].into_iter().flatten().filter_map(|each| source(&each.source));
    let notes = sources.chain(change.notes.iter().cloned());
    for note in notes {
        lines.extend(labelled(Span::raw(""), 20, &note, room, look.style(Role::Faint)));
    }
    lines
}

fn or_any(version: &str) -> &str {
    if version.is_empty() { "any version" } else { version }
}

fn traits(change: &DependencyChange, dependency: &Dependency) -> String {
    let scope = match dependency.scope {
        Scope::Runtime => None,
        Scope::Dev => Some("for development"),
        Scope::Build => Some("for the build"),
        Scope::Optional => Some("optional"),
    };
    let reason = change.reason();
    let code = dependency.installs_code.then_some("runs code when installed");
    let all: Vec<&str> = [Some(dependency.ecosystem.word()), scope, Some(&*reason), code].into_iter().flatten().collect();
    format!("({})", all.join(", "))
}

fn source(source: &PackageSource) -> Option<String> {
    match source {
        PackageSource::DefaultRegistry => None,
        PackageSource::Registry(url) => Some(format!("from another registry: {url}")),
        PackageSource::Git { url, rev } if rev.is_empty() => Some(format!("from git: {url}, whatever is there")),
        PackageSource::Git { url, rev } => Some(format!("from git: {url} at {rev}")),
        PackageSource::Url(url) => Some(format!("from an archive: {url}")),
        PackageSource::Path(path) => Some(format!("from a folder: {path}")),
    }
}
