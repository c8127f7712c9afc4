//! What the added lines of a change define, set, add and name for the first time.

use std::collections::HashSet;

use rayon::prelude::*;

use super::hosts;
use super::names::{self, is_coined};
use crate::analysis::check::FileOutcome;
use crate::analysis::formats::secrets::veil::Veil;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::redact;
use crate::analysis::role::Role;
use crate::analysis::text::cut;
use crate::model::change::Change;
use crate::model::dependency::DependencyMove;
use crate::model::diff::{FileDiff, Place, Side};
use crate::model::finding::Where;
use crate::model::thread::{Introduced, Mention, Novelty};

/// Things of one kind that are kept of one change.
const MOST: usize = 300;
/// In a change with more added lines than this, only what its own findings name is looked for.
const LARGE: usize = 20_000;

/// A definition, from the start of its line: words that may stand before it, the keyword, a receiver, the name.
static SYMBOL: Pattern = Pattern::new(
    r"^\s*(?:(?:export|default|pub(?:\([^)]*\))?|public|private|protected|internal|static|async|abstract|final|unsafe|override|sealed|inline|virtual|open|suspend|const|partial)\s+)*(?:def|fn|func|function\*?|fun|sub|class|interface|struct|trait|enum|type|module|object|record)\s+(?:\([^)]*\)\s*)?(?:self\.)?([A-Za-z_$][\w$]*)",
);
/// A method of a language that writes its type first.
static METHOD: Pattern = Pattern::new(
    r"^\s*(?:(?:public|private|protected|internal|static|final|async|override|virtual)\s+)+[\w<>\[\],.?]+\s+([A-Za-z_]\w*)\s*\(",
);
/// A key, a constant or a flag that gets a value.
static SETTING: Pattern = Pattern::new(
    r#"^\s*(?:-\s+)?(?:(?:export|pub|public|private|protected|internal|static|final|readonly|const|let|var|val)\s+)*["']?([A-Za-z_][\w.-]*)["']?\s*(?::\s*[\w<>&'\[\] ]+\s*=|:=|:(?:[^:]|$)|=(?:[^=>~]|$))"#,
);

/// A value that turns something on or off.
static SWITCH: Pattern = Pattern::new(r"\b(?:true|false|True|False)\b");

/// What `change` brings in; of a large one only what `mentions` name.
pub fn of(change: &Change, outcomes: &[FileOutcome], mentions: &[Mention], veil: &Veil) -> Vec<Introduced> {
    let asked = (change.patch.added() > LARGE).then(|| Wanted::of(mentions));
    let live = |file: &&FileDiff| Role::of(&file.path().text()).is_live();
    let mut symbols = Vec::new();
    let mut settings = Vec::new();
    if asked.as_ref().is_none_or(|wanted| !wanted.0.is_empty()) {
        let both = |file: &FileDiff| {
            let code = Language::of(&file.path().text()).is_code();
            let symbols = collect(file, &[&SYMBOL, &METHOD], Novelty::Symbol, code, asked.as_ref());
            (symbols, collect(file, &[&SETTING], Novelty::Setting, true, asked.as_ref()))
        };
        let found: Vec<_> = change.patch.files.par_iter().filter(live).map(both).collect();
        for (of_symbols, of_settings) in found {
            symbols.extend(of_symbols);
            settings.extend(of_settings);
        }
        symbols.truncate(MOST);
        settings.truncate(MOST);
    }
    let dependencies = outcomes.iter().flat_map(|outcome| &outcome.dependencies).filter(|row| row.change == DependencyMove::Added);
    let dependencies = dependencies.filter_map(|row| {
        let added = row.dependency().filter(|dependency| dependency.direct)?;
        let at = Where::Dependency { manifest: row.manifest.clone(), name: added.name.clone() };
        Some(Introduced { kind: Novelty::Dependency, name: added.name.clone(), at })
    });
    let hosts = hosts::of(change).into_iter().map(|(host, place)| one(Novelty::Host, &host, place));
    let mut all = symbols;
    all.extend(settings);
    all.extend(dependencies.take(MOST));
    all.extend(hosts);
    all.retain(|introduced| redact::through(&introduced.name, veil) == introduced.name);
    all
}

/// The keys of names that are looked for.
struct Wanted(HashSet<String>);

impl Wanted {
    fn of(mentions: &[Mention]) -> Self {
        let names = mentions.iter().flat_map(|mention| &mention.names);
        Self(names.flat_map(|name| [Novelty::Symbol, Novelty::Setting].map(|kind| names::key(kind, name).into_owned())).collect())
    }

    fn has(&self, kind: Novelty, name: &str) -> bool {
        self.0.contains(names::key(kind, name).as_ref())
    }
}

/// What the added lines of `file` bring in, and its removed and context lines do not.
fn collect(file: &FileDiff, patterns: &[&Pattern], kind: Novelty, applies: bool, wanted: Option<&Wanted>) -> Vec<Introduced> {
    let Some(text) = file.text().filter(|_| applies) else { return Vec::new() };
    let path = file.path().text();
    let place = match (Role::of(&path), Language::of(&path)) {
        (Role::Workflow, _) => SettingPlace::Workflow,
        (Role::Manifest | Role::Lock, _) => SettingPlace::Packages,
        (_, language) if language.is_code() => SettingPlace::Code,
        _ => SettingPlace::Settings,
    };
    let named = |line: &str| -> Option<String> {
        let name = patterns.iter().find_map(|pattern| pattern.group(cut(line), 1))?;
        let own = kind == Novelty::Symbol || place.sets(line, name);
        let says = own && name.len() >= names::SHORTEST && (kind == Novelty::Symbol || is_coined(name) || name.contains('.'));
        says.then(|| name.to_owned()).filter(|name| wanted.is_none_or(|wanted| wanted.has(kind, name)))
    };
    let fresh: Vec<(u32, String)> = text.added().filter_map(|(number, line)| Some((number, named(line)?))).collect();
    if fresh.is_empty() {
        return Vec::new();
    }
    let before: HashSet<String> = text.lines.iter().filter(|line| line.old > 0).filter_map(|line| named(text.text(line))).collect();
    let path = file.path();
    let fresh = fresh.into_iter().filter(|(_, name)| !before.contains(name)).take(MOST);
    fresh.map(|(line, name)| one(kind, &name, Place { path: path.clone(), side: Side::New, line })).collect()
}

/// What kind of file a setting may stand in.
#[derive(Clone, Copy)]
enum SettingPlace {
    Workflow,
    Packages,
    Code,
    Settings,
}

impl SettingPlace {
    /// Whether `line` gives the setting `name` a value that others can see.
    fn sets(self, line: &str, name: &str) -> bool {
        match self {
            // The keys of a workflow are words of its format; only names of its environment are its author's, unless they pass on what
            // was there.
            Self::Workflow => !name.contains(|c: char| c.is_ascii_lowercase()) && !line.contains("secrets.") && !line.contains("vars."),
            // Packages are told as dependencies; the other keys are words of the format.
            Self::Packages => false,
            // A variable of a function is nobody else's, and a part of the object itself is named by too many.
            Self::Code => {
                let own = name.strip_prefix("self.").or_else(|| name.strip_prefix("this."));
                let outermost = !line.starts_with([' ', '\t']);
                let exported = name.starts_with(|c: char| c.is_ascii_uppercase());
                let switch = (name.contains('.') || is_key(line, name)) && SWITCH.is_match(line);
                own.is_none() && !name.contains('-') && (exported || outermost || switch)
            }
            Self::Settings => true,
        }
    }
}

/// Whether `name` stands before a colon, as keys and fields do.
fn is_key(line: &str, name: &str) -> bool {
    let rest = line.split_once(name).map_or("", |(_, rest)| rest);
    rest.trim_start_matches(['"', '\'', ' ']).strip_prefix(':').is_some_and(|rest| !rest.starts_with(['=', ':']))
}

fn one(kind: Novelty, name: &str, place: Place) -> Introduced {
    let end_line = place.line;
    Introduced { kind, name: name.to_owned(), at: Where::Line { place, end_line } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_of_many_languages() {
        let symbol = |line| SYMBOL.group(line, 1).or_else(|| METHOD.group(line, 1));
        for line in [
            "def shipAway(x):",
            "    async def shipAway(self):",
            "pub(crate) fn shipAway<T>(x: T) {",
            "func (h *Hooks) shipAway(ctx context.Context) error {",
            "export default async function shipAway() {",
            "  def self.shipAway",
            "    public static String shipAway(String x) {",
            "class shipAway(Base):",
            "type shipAway struct {",
        ] {
            assert_eq!(symbol(line), Some("shipAway"), "{line}");
        }
        for line in ["return shipAway(x)", "shipAway(x)", "x = shipAway()", "// def shipAway"] {
            assert_eq!(symbol(line), None, "{line}");
        }
    }

    #[test]
    fn settings_that_others_can_see() {
        use SettingPlace::{Code, Packages, Settings, Workflow};
        let sets = |place: SettingPlace, line: &str| SETTING.group(line, 1).is_some_and(|name| place.sets(line, name));
        for line in
            ["TRUST_PROXY = True", "    trust_proxy: bool = False", "  trustProxy: true,", "\tTrustProxy = true", "trust_proxy = True"]
        {
            assert!(sets(Code, line), "{line}");
        }
        for line in [
            "    github_token = read()",
            "        self.directory = path",
            "\tgithubToken := read()",
            "    github_token: str,",
            "  'Content-Type': 'a'",
        ] {
            assert!(!sets(Code, line), "{line}");
        }
        assert!(
            sets(Workflow, "  TRUST_PROXY: '1'")
                && !sets(Workflow, "  pull_request:")
                && !sets(Workflow, "  LLM_KEY: ${{ secrets.LLM_KEY }}")
        );
        assert!(sets(Settings, "  trust_proxy: true") && !sets(Packages, "  \"trust-proxy\": \"^1.0\","));
    }

    #[test]
    fn settings_of_many_formats() {
        for line in [
            "  trust_proxy: true",
            "- trust_proxy: true",
            "trust_proxy = true",
            "\"trust_proxy\": true,",
            "export const trust_proxy = true",
            "const trust_proxy: boolean = true",
            "trust_proxy := true",
            "trust_proxy:",
        ] {
            assert_eq!(SETTING.group(line, 1), Some("trust_proxy"), "{line}");
        }
        for line in ["if trust_proxy == true", "trust_proxy == 1", "trust_proxy => 1", "std::trust_proxy::x()", "trust_proxy(x)"] {
            assert_eq!(SETTING.group(line, 1), None, "{line}");
        }
    }
}
