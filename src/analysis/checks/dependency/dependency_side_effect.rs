//! `dependency-side-effect`: a new package that is only loaded, never used by name.

use std::collections::{BTreeMap, BTreeSet};

use super::lists::lists;
use super::table::{MOST, newly_asked};
use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::model::dependency::{Dependency, Ecosystem, Scope};
use crate::model::diff::{FileDiff, LineKind, Side};
use crate::model::rule::RuleId;

/// See `rules/code/dependency-side-effect.toml`.
pub struct DependencySideEffect;

static SCRIPT_BARE: Pattern = Pattern::new(r#"^\s*(?:import\s+|require\(\s*)['"]([^'"]+)['"]\s*\)?\s*;?\s*(?://.*)?$"#);
static SCRIPT_NAMED: Pattern = Pattern::new(r#"(?:\bfrom\s*|\brequire(?:\.resolve)?\(\s*|\bimport\(\s*)['"]([^'"]+)['"]"#);
static GO_BARE: Pattern = Pattern::new(r#"^\s*(?:import\s+)?_\s+"([^"]+)""#);
static GO_NAMED: Pattern = Pattern::new(r#"^\s*(?:import\s+)?(?:[A-Za-z.]\w*\s+)?"([^"]+)"\s*(?://.*)?$"#);

impl Check for DependencySideEffect {
    fn rule(&self) -> RuleId {
        RuleId("dependency-side-effect")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let loaded = |new: &Dependency| matches!(new.ecosystem, Ecosystem::Npm | Ecosystem::Golang);
        let new = newly_asked(view, |new| loaded(new) && new.scope != Scope::Dev && !is_for_effect(&new.name));
        if new.is_empty() {
            return;
        }
        let mut uses = Uses::default();
        for file in &view.change.patch.files {
            uses.read(file, &new);
        }
        let unused = uses.bare.into_iter().filter(|(name, _)| !uses.named.contains(name));
        for (name, (draft, path)) in unused.take(MOST) {
            let title = format!("New package {name} is only loaded, in {path}; nothing uses it by name");
            sink.report(draft.title(title));
        }
    }
}

/// Styles, fonts, polyfills and drivers exist to be loaded.
fn is_for_effect(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    let spoken = ["font", "css", "style", "polyfill", "shim", "register", "theme", "driver", "sql", "icons", "instrument", "sentry", "env"];
    lists().effects.iter().any(|known| known == last || known == name) || spoken.iter().any(|word| name.contains(word))
}

/// How the code of a change loads new packages.
#[derive(Default)]
struct Uses {
    bare: BTreeMap<String, (Draft, String)>,
    named: BTreeSet<String>,
}

impl Uses {
    fn read(&mut self, file: &FileDiff, new: &BTreeMap<Ecosystem, BTreeSet<&str>>) {
        let (Some(text), path) = (file.text(), file.path().text()) else { return };
        let (ecosystem, bare, named) = match Language::of(&path) {
            Language::JavaScript | Language::TypeScript | Language::Html => (Ecosystem::Npm, &SCRIPT_BARE, &SCRIPT_NAMED),
            Language::Go => (Ecosystem::Golang, &GO_BARE, &GO_NAMED),
            _ => return,
        };
        let Some(new) = new.get(&ecosystem) else { return };
        let live = Role::of(&path).is_live();
        for line in text.lines.iter().filter(|line| line.kind != LineKind::Removed) {
            let words = text.text(line);
            if let Some(name) = bare.group(words, 1).and_then(|spec| package(ecosystem, spec, new)) {
                if line.kind == LineKind::Added && live {
                    let draft = || (Draft::numbered(file.path(), Side::New, line.new, words.trim()), path.clone().into_owned());
                    self.bare.entry(name).or_insert_with(draft);
                }
            } else if let Some(name) = named.group(words, 1).and_then(|spec| package(ecosystem, spec, new)) {
                self.named.insert(name);
            }
        }
    }
}

/// The new package a specifier loads from: `@scope/name/part` -> `@scope/name`.
fn package(ecosystem: Ecosystem, spec: &str, new: &BTreeSet<&str>) -> Option<String> {
    let parts = match ecosystem {
        Ecosystem::Npm => {
            if spec.starts_with('@') {
                2..=2
            } else {
                1..=1
            }
        }
        _ => 1..=6,
    };
    let pieces: Vec<&str> = spec.split('/').collect();
    parts.rev().filter_map(|count| pieces.get(..count)).map(|pieces| pieces.join("/")).find(|name| new.contains(name.as_str()))
}
