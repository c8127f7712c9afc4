//! `import-undeclared`: code loads a package that nothing in the repository names.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::likeness::{Likeness, likeness};
use super::popular;
use super::table::MOST;
use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::imports::{self, Import};
use crate::analysis::manifests::forms;
use crate::model::change::Texts;
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
        let files = view.change.patch.files.iter().zip(view.outcomes).filter(|(_, outcome)| !outcome.imports.is_empty());
        let all: Vec<(&RepoPath, &Import)> =
            files.flat_map(|(file, outcome)| outcome.imports.iter().map(|import| (file.path(), import))).collect();
        if all.is_empty() {
            return;
        }
        if all.len() > imports::MOST {
            sink.skip(None, format!("it loads {} packages anew; the first {} were looked for in manifests", all.len(), imports::MOST));
        }
        let own = own_names(view);
        let mut manifests = Manifests::of(view);
        let mut told: BTreeSet<(Ecosystem, &str)> = BTreeSet::new();
        for (path, import) in all.into_iter().take(imports::MOST) {
            let bare = import.name.rsplit('/').next().unwrap_or(&import.name);
            if told.len() >= MOST || own.contains(bare) {
                continue;
            }
            let Some(declared) = manifests.around(&path.text(), import) else { continue };
            if !declared.holds(import) && told.insert((import.ecosystem, &import.name)) {
                sink.report(draft(path, import, &declared));
            }
        }
    }
}

/// What changed files and the folders they are in are called, with and without their endings.
fn own_names(view: &ChangeView<'_>) -> HashSet<String> {
    let mut names = HashSet::new();
    for file in &view.change.patch.files {
        for part in file.path().text().split('/') {
            names.extend(part.split_once('.').map(|(stem, _)| stem.to_owned()));
            names.insert(part.to_owned());
        }
    }
    names
}

/// The manifests beside the change, each read once.
struct Manifests<'v> {
    texts: &'v Texts,
    /// By their paths.
    read: HashMap<String, Rc<Manifest>>,
}

/// One file that says what may be loaded below its folder.
struct Manifest {
    /// In lower case, words joined by hyphens. `None` when it could not be read.
    names: Option<BTreeSet<String>>,
    /// Whether it names packages, or none where it could.
    declares: bool,
    /// Whether other packages of the repository may bring more, which nobody looked into.
    shared: bool,
}

impl Manifest {
    fn of(path: &str, ecosystem: Ecosystem, text: &str) -> Self {
        let is_package = path.ends_with("package.json");
        let shared = path.ends_with("pnpm-workspace.yaml") || path.ends_with("lerna.json") || is_package && text.contains("\"workspaces\"");
        let Some(form) = forms::of(path).filter(|form| form.ecosystem() == ecosystem) else {
            return Self { names: Some(BTreeSet::new()), declares: false, shared };
        };
        let reading = form.read(text).ok().filter(|reading| reading.unread.is_empty());
        let names = reading.map(|reading| reading.entries.iter().map(|entry| plain(&entry.dependency.name)).collect::<BTreeSet<_>>());
        let declares = is_package || names.as_ref().is_some_and(|names| !names.is_empty());
        Self { names, declares, shared }
    }
}

/// What the manifests above a file name, the innermost first.
struct Declared(Vec<Rc<Manifest>>);

impl<'v> Manifests<'v> {
    fn of(view: &'v ChangeView<'_>) -> Self {
        Self { texts: &view.around.texts, read: HashMap::new() }
    }

    fn text(&self, path: &str) -> Option<&'v str> {
        self.texts.get(&RepoPath::from(path), Side::New).map(AsRef::as_ref)
    }

    /// Those above `path`; `None` when there are none, when one could not be read, or when the import may be a file beside the change.
    fn around(&mut self, path: &str, import: &Import) -> Option<Declared> {
        let mut all = Vec::new();
        for name in imports::above(path).iter().flat_map(|folder| imports::declaring(import.ecosystem, folder)) {
            let Some(text) = self.text(&name) else { continue };
            if may_lead_elsewhere(&name, text, import) {
                return None;
            }
            let read = self.read.entry(name).or_insert_with_key(|name| Rc::new(Manifest::of(name, import.ecosystem, text)));
            read.names.as_ref()?;
            all.push(Rc::clone(read));
        }
        let is_file =
            import.ecosystem == Ecosystem::Pypi && imports::modules_near(path, &import.name).any(|name| self.text(&name).is_some());
        (all.iter().any(|manifest| manifest.declares) && !is_file).then_some(Declared(all))
    }
}

impl Declared {
    fn names(&self) -> impl Iterator<Item = &BTreeSet<String>> {
        self.0.iter().filter_map(|manifest| manifest.names.as_ref())
    }

    fn has(&self, name: &str) -> bool {
        self.names().any(|names| names.contains(name))
    }

    fn holds(&self, import: &Import) -> bool {
        let name = plain(&import.name);
        if import.ecosystem == Ecosystem::Npm {
            let types = format!("@types/{}", name.trim_start_matches('@').replace('/', "--"));
            return self.has(&name) || self.has(&types);
        }
        let is_letter = |c: &char| !matches!(c, '-' | '.');
        // A module is seldom called just as its package: any name that holds it, or is held by it, may bring it. But not one that is
        // a letter off.
        let near = |known: &String| {
            let bare = known.trim_start_matches("python-").trim_start_matches("py");
            let holds = bare.contains(&name) || bare.len() > 3 && name.contains(bare);
            let same = known.chars().filter(is_letter).eq(name.chars().filter(is_letter));
            same || holds && !matches!(likeness(&name, known), Some(Likeness::Letter | Likeness::Key | Likeness::Shape))
        };
        imports::packages(&import.name).iter().any(|known| self.has(known)) || self.names().flatten().any(near)
    }

    /// A declared name that somebody may have meant.
    fn near(&self, import: &Import) -> Option<String> {
        let name = plain(&import.name);
        let known = self.names().flatten().find(|known| known.len() > 4 && likeness(&name, known).is_some());
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
    let ordinary = declared.0.iter().any(|manifest| manifest.shared) || imports::is_known(*ecosystem, name);
    match declared.near(import) {
        Some(known) => draft.title(format!("{title}; {known} is near")).severity(Severity::Medium),
        None if ordinary => draft.title(title).severity(Severity::Info),
        None => draft.title(format!("{title}, and it is not in the list of names that many build on")).severity(Severity::Low),
    }
}
