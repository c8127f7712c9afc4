//! npm: `package.json` with every table of dependencies. Lock files and Deno are read below.

pub mod bun;
pub mod deno;
pub mod lock;
pub mod pnpm;
pub mod yarn;

use super::format::{Entry, Format, Kind, Reading, number};
use super::twice;
use crate::analysis::document;
use crate::analysis::document::node::Node;
use crate::analysis::language::Language;
use crate::model::dependency::{Ecosystem, PackageSource, Scope};

/// `package.json`.
pub struct PackageJson;

const TABLES: [(&str, Scope); 7] = [
    ("dependencies", Scope::Runtime),
    ("devDependencies", Scope::Dev),
    ("optionalDependencies", Scope::Optional),
    ("peerDependencies", Scope::Optional),
    ("overrides", Scope::Runtime),
    ("resolutions", Scope::Runtime),
    ("pnpm", Scope::Runtime),
];

impl Format for PackageJson {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Npm
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "package.json"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = document::read(text, Language::Json)?;
        let mut reading = Reading::default();
        twice::table(&root, &mut reading);
        for (table, scope) in TABLES {
            let node = match table {
                "pnpm" => root.at(&["pnpm", "overrides"]),
                _ => root.get(table),
            };
            node.iter().for_each(|node| twice::table(node, &mut reading));
            for (key, value) in node.into_iter().flat_map(Node::entries) {
                if let Some(spec) = value.text() {
                    reading.entries.push(entry(table, key, spec, value.line, scope));
                }
            }
        }
        Ok(reading)
    }
}

fn entry(table: &str, key: &str, spec: &str, line: usize, scope: Scope) -> Entry {
    let (alias, name, spec) = match spec.strip_prefix("npm:") {
        Some(aliased) => {
            let (name, version) = name_and_version(aliased);
            (Some(key), name, version)
        }
        None if matches!(table, "resolutions" | "pnpm") => (None, of_path(key), spec),
        None => (None, key, spec),
    };
    let mut entry = Entry::new(Ecosystem::Npm, name, format!("{table}.{key}"));
    if let Some(alias) = alias {
        entry.notes.push(format!("used under the name {alias}"));
    }
    let dependency = &mut entry.dependency;
    (dependency.source, dependency.version) = origin(spec);
    dependency.scope = scope;
    // Overrides rule over what others ask for.
    dependency.direct = !matches!(table, "overrides" | "resolutions" | "pnpm");
    dependency.line = number(line);
    entry
}

/// The package that a path of packages ends with, for which something else is taken below those before it: `asks/for` -> `for`.
fn of_path(key: &str) -> &str {
    let last = key.rsplit(['/', '>']).next().unwrap_or(key);
    let before = key.get(..key.len() - last.len()).unwrap_or("").trim_end_matches('/');
    match before.rfind('@').filter(|at| !before.get(*at..).unwrap_or("").contains('/')) {
        Some(at) if at == 0 || before.get(..at).is_some_and(|head| head.ends_with(['/', '>'])) => key.get(at..).unwrap_or(key),
        _ => last,
    }
}

/// `@scope/name@1.2` -> (`@scope/name`, `1.2`)
pub(super) fn name_and_version(text: &str) -> (&str, &str) {
    match text.rfind('@').filter(|at| *at > 0) {
        Some(at) => (text.get(..at).unwrap_or(text), text.get(at + 1..).unwrap_or("")),
        None => (text, ""),
    }
}

/// Where a spec of `package.json` points and the version it asks for.
fn origin(spec: &str) -> (PackageSource, String) {
    let spec = spec.trim();
    let git = |url: &str| {
        let (url, rev) = url.split_once('#').unwrap_or((url, ""));
        (PackageSource::Git { url: url.trim_start_matches("git+").to_owned(), rev: rev.to_owned() }, String::new())
    };
    if let Some(path) = ["file:", "link:", "portal:"].iter().find_map(|scheme| spec.strip_prefix(scheme)) {
        return (PackageSource::Path(path.to_owned()), String::new());
    }
    if ["./", "../", "~/", "/"].iter().any(|start| spec.starts_with(start)) {
        return (PackageSource::Path(spec.to_owned()), String::new());
    }
    if spec.starts_with("workspace:") || spec.starts_with("catalog:") {
        return (PackageSource::Path(String::new()), spec.to_owned());
    }
    let forge = [("github:", "github.com"), ("gitlab:", "gitlab.com"), ("bitbucket:", "bitbucket.org"), ("gist:", "gist.github.com")];
    if let Some((rest, host)) = forge.iter().find_map(|(scheme, host)| Some((spec.strip_prefix(scheme)?, host))) {
        return git(&format!("https://{host}/{rest}"));
    }
    if spec.starts_with("git+") || spec.starts_with("git:") || spec.starts_with("git@") || spec.starts_with("ssh:") {
        return git(spec);
    }
    if spec.starts_with("http:") || spec.starts_with("https:") {
        let repository = spec.split('#').next().is_some_and(|url| url.ends_with(".git"));
        return if repository { git(spec) } else { (PackageSource::Url(spec.to_owned()), String::new()) };
    }
    if is_shorthand(spec) {
        return git(&format!("https://github.com/{spec}"));
    }
    (PackageSource::DefaultRegistry, spec.to_owned())
}

/// `owner/repo` or `owner/repo#rev`
fn is_shorthand(spec: &str) -> bool {
    let path = spec.split('#').next().unwrap_or(spec);
    let fits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    path.split_once('/').is_some_and(|(owner, repo)| fits(owner) && fits(repo))
}
