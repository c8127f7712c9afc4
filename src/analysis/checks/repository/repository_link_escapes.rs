//! `repository-link-escapes`: a symbolic link that leads out of the repository, or a submodule from elsewhere.

use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::diff::{FileDiff, FileMode};
use crate::model::rule::{RuleId, Severity};

static URL: Pattern = Pattern::new(r"^\s*url\s*=\s*(\S+)");
static SECRET_PLACE: Pattern = Pattern::new(r"(?i)\.(ssh|aws|gnupg|kube|netrc|npmrc|docker|config)|/etc/|/proc/|id_rsa|credentials|\.git/");

/// See `rules/code/repository-link-escapes.toml`.
pub struct RepositoryLinkEscapes;

impl Check for RepositoryLinkEscapes {
    fn rule(&self) -> RuleId {
        RuleId("repository-link-escapes")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if !file.name().eq_ignore_ascii_case(".gitmodules") {
            return;
        }
        let Some(side) = file.new_side() else { return };
        let before: Vec<String> = file.removed().filter_map(|line| URL.group(line.text, 1).map(str::to_owned)).collect();
        for line in file.added() {
            let Some(url) = URL.group(line.text, 1) else { continue };
            let (title, severity) = if url.starts_with('-') || url.contains("::") || url.starts_with("file:") || url.starts_with('/') {
                (format!("A submodule has the address `{url}`, which git may take for a command or a local folder"), Severity::High)
            } else if let Some(old) = before.iter().find(|old| host(old) != host(url)) {
                (format!("A submodule would come from `{}` instead of `{}`", host(url), host(old)), Severity::High)
            } else if before.is_empty() {
                (format!("A new submodule from `{url}`"), Severity::Low)
            } else {
                continue;
            };
            sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
        }
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        for file in view.change.patch.files.iter().filter(|file| file.new_mode == Some(FileMode::Symlink)) {
            let Some((path, target)) = file.new_path.as_ref().zip(target(file)) else { continue };
            if !leaves(&path.text(), target) {
                continue;
            }
            let severity = if SECRET_PLACE.is_match(target) || path.text().starts_with('.') { Severity::Critical } else { Severity::High };
            sink.report(
                Draft::name(path).title(format!("A link leads out of the repository, to `{target}`")).evidence(target).severity(severity),
            );
        }
    }
}

fn target(file: &FileDiff) -> Option<&str> {
    file.text()?.added().map(|(_, text)| text.trim()).next()
}

/// Whether `target`, seen from the folder of `path`, lies outside.
fn leaves(path: &str, target: &str) -> bool {
    if target.starts_with(['/', '~', '\\']) || target.as_bytes().get(1) == Some(&b':') {
        return true;
    }
    let mut depth = path.matches('/').count();
    for part in target.split('/') {
        match part {
            ".." if depth == 0 => return true,
            ".." => depth -= 1,
            "" | "." => {}
            ".git" => return true,
            _ => depth += 1,
        }
    }
    false
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    rest.split(['/', ':']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_in_thought() {
        for (path, target) in
            [("a", "../x"), ("a/b", "../../x"), ("a", "/etc/passwd"), (".claude/x", "~/.ssh"), ("a/b", ".git/hooks"), ("a", "b/../../c")]
        {
            assert!(leaves(path, target), "{path} -> {target}");
        }
        for (path, target) in [("a/b", "../x"), ("CLAUDE.md", "AGENTS.md"), ("a/b/c", "../../docs/x"), ("a", "./b/../c")] {
            assert!(!leaves(path, target), "{path} -> {target}");
        }
    }
}
