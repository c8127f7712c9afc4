//! `import-undeclared`: code loads a package that nothing in the repository names.

use std::collections::BTreeSet;

use super::likeness::{Likeness, likeness};
use super::popular;
use super::table::MOST;
use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::imports::{self, Import};
use crate::analysis::manifests::forms;
use crate::model::dependency::Ecosystem;
use crate::model::diff::Side;
use crate::model::path::RepoPath;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/import-undeclared.toml`.
pub struct ImportUndeclared;

impl Check for ImportUndeclared {
    fn rule(&self) -> RuleId {
        RuleId("import-undeclared")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let paths: Vec<String> = view.change.patch.files.iter().map(|file| file.path().text().into_owned()).collect();
        let mut told: BTreeSet<(Ecosystem, &str)> = BTreeSet::new();
        for (file, outcome) in view.change.patch.files.iter().zip(view.outcomes) {
            let path = file.path().text();
            for import in &outcome.imports {
                if told.len() >= MOST || paths.iter().any(|path| is_own(path, import)) {
                    continue;
                }
                let Some(declared) = Declared::around(view, &path, import) else { continue };
                if !declared.holds(import) && told.insert((import.ecosystem, &import.name)) {
                    sink.report(draft(file.path(), import, &declared));
                }
            }
        }
    }
}

/// Whether a changed file is of the package that is loaded, or of a folder called so.
fn is_own(path: &str, import: &Import) -> bool {
    let bare = import.name.rsplit('/').next().unwrap_or(&import.name);
    let mut parts = path.split('/');
    parts.any(|part| part == bare || part.split_once('.').is_some_and(|(stem, _)| stem == bare))
}

/// What the manifests above a file name.
struct Declared {
    /// In lower case, words joined by hyphens.
    names: BTreeSet<String>,
    /// Whether other packages of the repository may bring more, which nobody looked into.
    shared: bool,
}

impl Declared {
    /// Those above `path`; `None` when there are none, when one could not be read, or when the import may be a file beside the change.
    fn around(view: &ChangeView<'_>, path: &str, import: &Import) -> Option<Self> {
        let texts = &view.around.texts;
        let text = |path: &str| texts.get(&RepoPath::from(path), Side::New);
        let mut declared = Self { names: BTreeSet::new(), shared: false };
        let mut any = false;
        let folders = imports::above(path);
        for folder in &folders {
            for name in imports::declaring(import.ecosystem, folder) {
                let Some(text) = text(&name) else { continue };
                if may_lead_elsewhere(&name, text, import) {
                    return None;
                }
                let Some(form) = forms::of(&name).filter(|form| form.ecosystem() == import.ecosystem) else { continue };
                let reading = form.read(text).ok().filter(|reading| reading.unread.is_empty())?;
                any |= !reading.entries.is_empty() || name.ends_with("package.json");
                declared.names.extend(reading.entries.iter().map(|entry| plain(&entry.dependency.name)));
                declared.shared |= name.ends_with("package.json") && text.contains("\"workspaces\"");
            }
            declared.shared |= ["pnpm-workspace.yaml", "lerna.json"].iter().any(|name| text(&format!("{folder}{name}")).is_some());
        }
        let beside = folders.iter().map(String::as_str).chain(["src/", "lib/"]);
        let is_file = import.ecosystem == Ecosystem::Pypi
            && beside.flat_map(|folder| imports::modules(folder, &import.name)).any(|name| text(&name).is_some());
        (any && !is_file).then_some(declared)
    }

    fn holds(&self, import: &Import) -> bool {
        let name = plain(&import.name);
        if import.ecosystem == Ecosystem::Npm {
            let types = format!("@types/{}", name.trim_start_matches('@').replace('/', "--"));
            return self.names.contains(&name) || self.names.contains(&types);
        }
        // A module is seldom called just as its package: any name that holds it, or is held by it, may bring it. But not one that is
        // a letter off.
        let near = |known: &String| {
            let bare = known.trim_start_matches("python-").trim_start_matches("py");
            let holds = bare.contains(&name) || bare.len() > 3 && name.contains(bare);
            let joined = |name: &str| name.replace(['-', '.'], "");
            joined(known) == joined(&name)
                || holds && !matches!(likeness(&name, known), Some(Likeness::Letter | Likeness::Key | Likeness::Shape))
        };
        imports::packages(&import.name).iter().any(|known| self.names.contains(known)) || self.names.iter().any(near)
    }

    /// A declared name that somebody may have meant.
    fn near(&self, import: &Import) -> Option<String> {
        let name = plain(&import.name);
        let known = self.names.iter().find(|known| known.len() > 4 && likeness(&name, known).is_some());
        known.cloned().or_else(|| popular::near(import.ecosystem, &name).map(|(known, _)| known.to_owned()))
    }
}

/// Whether the settings at `path` may send the import to a file, or name more than can be read here.
fn may_lead_elsewhere(path: &str, text: &str, import: &Import) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name {
        "tsconfig.json" | "jsconfig.json" | "deno.json" => {
            let scope = import.name.split('/').next().unwrap_or(&import.name);
            text.contains("\"baseUrl\"") && !import.name.starts_with('@') || text.contains(&format!("\"{scope}"))
        }
        "package.json" => {
            let scope = import.name.split_once('/').map(|(scope, _)| format!("\"name\": \"{scope}/"));
            text.contains(&format!("\"name\": \"{}\"", import.name)) || scope.is_some_and(|own| text.contains(&own))
        }
        "requirements.txt" => {
            text.lines().any(|line| line.trim_start().starts_with("-r") || line.trim_start().starts_with("--requirement"))
        }
        "pyproject.toml" => {
            text.lines().any(|line| line.trim_start().starts_with("dynamic") && line.contains("dependencies"))
                || text.contains("packages = [") && text.contains(&format!("\"{}\"", import.name))
        }
        _ => false,
    }
}

fn plain(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

fn draft(path: &RepoPath, import: &Import, declared: &Declared) -> Draft {
    let Import { ecosystem, name, line, text } = import;
    let draft = Draft::numbered(path, Side::New, *line, text);
    let title = format!("Loads {name}, which no manifest above it names");
    // What many build on is often there through something else that is declared.
    let ordinary = declared.shared || imports::is_known(*ecosystem, name);
    match declared.near(import) {
        Some(known) => draft.title(format!("{title}; {known} is near")).severity(Severity::Medium),
        None if ordinary => draft.title(title).severity(Severity::Info),
        None => draft.title(format!("{title}, and it is not in the list of names that many build on")).severity(Severity::Low),
    }
}
