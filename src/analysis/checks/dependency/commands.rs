//! Places for packages that automation names beside any manifest: variables that package tools read, and options and commands of theirs, in
//! Dockerfiles, workflows, scripts and files of variables.

use std::collections::BTreeSet;

use super::settings::Place;
use crate::analysis::language::Language;
use crate::analysis::manifests::place::host;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::view::FileView;

/// `PIP_INDEX_URL=https://…`, also with a colon or blanks between; several addresses of Go's stand behind one another.
static VARIABLE: Pattern = Pattern::new(
    r#"(?i)\b(goproxy|pip_(?:extra_)?index_url|pip_find_links|uv_(?:default_|extra_)?index(?:_url)?|npm_config_(?:[@\w]+:)?registry|yarn_(?:npm_)?registry(?:_server)?|bun_config_registry|cargo_registries_\w+_index|cargo_source_\w+_registry|bundle_mirror__\w+|pub_hosted_url|hex_mirror(?:_url)?|rustup_dist_server|poetry_repositories_\w+_url|composer_repo_packagist)\b["']?\s*[=:\s]\s*["']?(https?://[^\s"',|;)]+)"#,
);
/// `pip install --index-url https://…`, `npm install --registry=https://…`, `npm config set registry https://…`, `go env -w GOPROXY=…`
static OPTION: Pattern = Pattern::new(
    r#"(?i)(--(?:extra-)?index-url|--default-index|--find-links|--registry|--trusted-host|\bconfig\s+set\s+(?:-g\s+|--global\s+)?(?:[@\w./-]+:)?(?:registry|npmregistryserver|global\.(?:extra-)?index-url)|\bconfig\s+(?:--global\s+|--local\s+)?(?:set\s+)?mirror\.\S+|\bnuget\s+add\s+source|\bgem\s+sources?\s+(?:-a|--add)|\bgem\s+install\b[^\n|;&]{0,80}\s--source)[=\s]+["']?(https?://[^\s"',|;)]+)"#,
);
/// Where a package is sent to, and no place that it comes from.
static SENDS: Pattern = Pattern::new(r"(?i)\b(?:publish|login|logout|whoami|upload|unpublish|adduser|dist-tag|push)\b");

/// Whether the file holds commands that fetch packages, or variables for them.
pub(super) fn may_fetch(file: &FileView<'_>) -> bool {
    let name = file.name().to_lowercase();
    matches!(file.language, Language::Dockerfile | Language::Makefile | Language::Shell | Language::PowerShell)
        || file.role == Role::Workflow
        || name.starts_with(".env")
        || name.ends_with(".env")
}

/// The first added line for each host that nothing in the file named before.
pub(super) fn places<'v>(file: &'v FileView<'_>) -> Vec<Place<'v>> {
    let mut seen = BTreeSet::new();
    let named = |index: usize, text: &'v str| {
        let pattern = [&VARIABLE, &OPTION].into_iter().find(|pattern| pattern.is_match(text))?;
        Some(Place { index, setting: pattern.group(text, 1)?, url: pattern.group(text, 2)? })
    };
    let lines = file.added().filter(|line| !line.text.trim_start().starts_with(['#', ';']) && !SENDS.is_match(line.text));
    let new = |place: &Place<'_>| {
        let host = host(place.url);
        !host.contains(['$', '{']) && file.old().is_none_or(|old| !old.text().contains(host)) && seen.insert(host.to_owned())
    };
    lines.filter_map(|line| named(line.index, line.text)).filter(new).collect()
}
