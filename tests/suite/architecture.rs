//! The house rules, held by reading the code: import directions, doors, the never-table, circles, file habits.
//!
//! Each violation prints the line to mend. `the_rules_can_fail` proves that each rule sees what it forbids.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};

/// Which floors each floor may use.
const FLOORS: [(&str, &[&str]); 13] = [
    ("model", &[]),
    ("message", &["model"]),
    ("analysis", &["model"]),
    ("sources", &["model"]),
    ("response", &["model"]),
    ("store", &["model"]),
    ("export", &["model"]),
    ("state", &["message", "model"]),
    ("config", &["message", "model"]),
    ("actions", &["state", "message", "model"]),
    ("ui", &["state", "config", "model"]),
    ("runtime", &["ui", "actions", "state", "config", "message", "sources", "response", "store", "analysis", "export", "model"]),
    ("cli", &["runtime", "sources", "response", "store", "analysis", "export", "config", "model"]),
];

/// Which places an outside crate may be used from, by path prefix below `src/`.
const DOORS: &[(&str, &[&str])] = &[
    // sources/github/fetch: what a host sends is indexed and read with git2, in a cache of our own.
    ("git2", &["sources/local", "sources/demo", "sources/github/fetch", "response/git", "response/evidence"]),
    ("syntect", &["analysis/syntax"]),
    ("two_face", &["analysis/syntax"]),
    ("similar", &["analysis/words"]),
    ("diffy", &["sources/unified", "response/github/revert/tree"]),
    ("unicode_security", &["analysis/checks/dependency/likeness"]),
    ("ast_grep_config", &["analysis/formats/structure"]),
    ("ast_grep_core", &["analysis/formats/structure"]),
    ("ast_grep_language", &["analysis/formats/structure"]),
    ("tree_sitter", &["analysis/formats/structure"]),
    ("tree_sitter_containerfile", &["analysis/formats/structure"]),
    ("rsigma_eval", &["analysis/formats/sigma"]),
    ("rsigma_parser", &["analysis/formats/sigma"]),
    ("regex_syntax", &["analysis/literals", "analysis/formats/structure", "analysis/checks/vuln/ambiguity"]),
    ("mail_parser", &["sources/patch_file"]),
    ("crossterm", &["runtime/"]),
    ("rustix", &["runtime/terminal"]),
    ("shell_words", &["runtime/editor"]),
    ("ratatui", &["ui", "config/theme", "runtime/"]),
    ("rusqlite", &["store/"]),
    ("octocrab", &["sources/github/client"]),
    ("reqwest", &["sources/github/client", "sources/registry/client"]),
    ("rustls", &["sources/github/client", "sources/registry/client"]),
    ("http", &["sources/github/client"]),
    ("http_body_util", &["sources/github/client"]),
    ("secrecy", &["sources/github/client", "cli/"]),
    ("dbus_secret_service", &["cli/token/keyring"]),
    ("keyring_core", &["cli/token/keyring"]),
    ("apple_native_keyring_store", &["cli/token/keyring"]),
    ("windows_native_keyring_store", &["cli/token/keyring"]),
    ("tokio", &["runtime", "cli/", "sources/github/client", "sources/registry/client"]),
    ("clap", &["cli", "main.rs"]),
    ("anyhow", &["cli", "main.rs"]),
    ("frizbee", &["state/", "actions/", "ui/"]),
    ("etcetera", &["store/paths", "cli/"]),
    ("tracing", &["runtime", "cli", "sources", "response", "store"]),
];

/// Paths that may not be named from a place, and why.
const NEVER: [(&str, &[&str], &str); 7] = [
    (
        "analysis",
        &["std::fs", "std::process", "std::net", "std::env", "tokio"],
        "a check runs on a string and never executes what it looks at",
    ),
    ("model", &["std::fs", "std::process", "std::net", "std::env", "serde", "chrono", "std::io"], "the ground must not move"),
    ("state", &["std::fs", "std::process", "std::net", "tokio", "ratatui", "crossterm"], "memory is testable without a terminal"),
    ("actions", &["std::fs", "std::process", "std::net", "tokio"], "verbs return effects as data"),
    ("ui", &["std::fs", "std::process", "std::net", "tokio", "std::time"], "eyes do not act"),
    ("export", &["std::fs", "std::process", "std::net", "std::io::stdout"], "an export is text, printed by a door"),
    ("ui/widgets", &["crate::state::console"], "widgets take explicit inputs"),
];

/// The longest a file may be, in lines.
const LONGEST_FILE: usize = 400;

/// A source file below `src/`, by its path from there.
struct Source {
    path: String,
    text: String,
}

#[test]
fn the_house_rules_hold() {
    let sources = read(Path::new("src"));
    assert!(sources.len() > 20, "the walk found the code");
    let found = violations(&sources);
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn the_rules_can_fail() {
    let cases: [(&str, &str, &str); 14] = [
        ("model/pull.rs", "//! x\nuse crate::state::console::Console;", "src/model/pull.rs:2: model may not use state"),
        ("analysis/risk.rs", "//! x\nfn f() { crate::store::ledger::open(); }", "analysis may not use store"),
        ("ui/draw.rs", "//! x\nuse crate::actions;", "ui may not use actions"),
        ("export/json.rs", "//! x\nuse crate::{model, sources};", "export may not use sources"),
        ("ui/draw.rs", "//! x\nuse git2::Repository;", "git2 belongs to sources/local"),
        ("state/rows.rs", "//! x\nfn f() { let _ = ratatui::layout::Rect::default(); }", "ratatui belongs to ui"),
        ("analysis/view.rs", "//! x\nuse std::{fs, sync};", "analysis never std::fs"),
        ("actions/quit.rs", "//! x\nasync fn quit() {}", "no async fn"),
        ("ui/draw.rs", "//! x\nuse crate::state::console::Console;\nfn f(c: &mut Console) {}", "no &mut of state"),
        ("ui/widgets/tree.rs", "//! x\nuse crate::state::console::Console;", "ui/widgets never crate::state::console"),
        ("export/utils.rs", "//! x\n", "utils belongs to the noun it serves"),
        ("export/plain.rs", "fn f() {}", "does not open with //!"),
        ("lib.rs", "//! x\npub mod model;\npub use model::pull::Pull;", "lib.rs holds `pub mod` lines only"),
        ("store/a.rs", "//! x\nuse crate::store::b::B;", "circle: store::a -> store::b -> store::a"),
    ];
    let partner = Source { path: "store/b.rs".to_owned(), text: "//! x\nuse super::a::A;".to_owned() };
    for (path, text, expected) in cases {
        let mut sources = vec![Source { path: path.to_owned(), text: text.to_owned() }];
        if path == "store/a.rs" {
            sources.push(Source { path: partner.path.clone(), text: partner.text.clone() });
        }
        let found = violations(&sources);
        assert!(found.iter().any(|line| line.contains(expected)), "{path}: {expected:?} is not in {found:#?}");
    }
    let long = Source { path: "export/long.rs".to_owned(), text: format!("//! x\n{}", "\n".repeat(LONGEST_FILE)) };
    assert!(violations(&[long]).iter().any(|line| line.contains("is there a second noun inside")));
}

#[test]
fn ordinary_code_is_let_through() {
    let fine = [
        ("analysis/check.rs", "//! x\nuse crate::model::pull::Pull;\nuse super::view::V;\n#[cfg(test)]\nmod tests { use std::fs; }"),
        ("runtime/jobs.rs", "//! x\nuse tokio::sync::mpsc;\nuse crate::sources::source::Source;"),
        ("lib.rs", "//! x\npub mod model;"),
    ];
    let sources: Vec<Source> = fine.iter().map(|(path, text)| Source { path: (*path).to_owned(), text: (*text).to_owned() }).collect();
    assert_eq!(violations(&sources), Vec::<String>::new());
}

fn read(folder: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(next) = pending.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                sources.push(Source { path: name, text: std::fs::read_to_string(&path).unwrap() });
            }
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

fn violations(sources: &[Source]) -> Vec<String> {
    let modules: BTreeSet<String> = sources.iter().map(|source| module(&source.path)).collect();
    let mut found = Vec::new();
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources {
        habits(source, &mut found);
        let file = match syn::parse_file(&source.text) {
            Ok(file) => file,
            Err(error) => {
                found.push(format!("src/{}: {error}", source.path));
                continue;
            }
        };
        let mut reader = Reader { module: module(&source.path), paths: Vec::new(), asyncs: Vec::new(), mutable: Vec::new() };
        reader.visit_file(&file);
        directions(source, &reader, &mut found);
        if source.path == "lib.rs" {
            found.extend(only_modules(&file).map(|line| format!("src/lib.rs:{line}: lib.rs holds `pub mod` lines only")));
        }
        let own = module(&source.path);
        let targets = reader.paths.iter().filter_map(|(path, _)| resolved(path, &modules)).filter(|target| *target != own);
        graph.entry(own.clone()).or_default().extend(targets);
    }
    found.extend(circles(&graph));
    found
}

/// `sources/local/open.rs` -> `sources::local::open`.
fn module(path: &str) -> String {
    path.trim_end_matches(".rs").replace('/', "::")
}

fn habits(source: &Source, found: &mut Vec<String>) {
    let path = &source.path;
    if !source.text.starts_with("//!") {
        found.push(format!("src/{path}:1: does not open with //! saying what is here and what never is"));
    }
    let lines = source.text.lines().count();
    if lines > LONGEST_FILE {
        found.push(format!("src/{path}:{LONGEST_FILE}: {lines} lines; is there a second noun inside?"));
    }
    for word in ["utils", "util", "helpers", "helper", "common", "misc"] {
        if path.trim_end_matches(".rs").split('/').any(|part| part == word) {
            found.push(format!("src/{path}:1: each piece of {word} belongs to the noun it serves"));
        }
    }
}

fn directions(source: &Source, reader: &Reader, found: &mut Vec<String>) {
    let path = source.path.as_str();
    let floor = path.split(['/', '.']).next().unwrap();
    let allowed = FLOORS.iter().find(|(name, _)| *name == floor).map(|(_, allowed)| *allowed);
    for (used, line) in &reader.paths {
        let mut say = |what: String| found.push(format!("src/{path}:{line}: {what}"));
        let mut parts = used.split("::");
        let first = parts.next().unwrap_or("");
        if first == "crate" {
            let target = parts.next().unwrap_or("");
            let is_floor = FLOORS.iter().any(|(name, _)| *name == target);
            if let Some(allowed) = allowed.filter(|allowed| is_floor && target != floor && !allowed.contains(&target)) {
                say(format!("{floor} may not use {target} (only {allowed:?})"));
            }
        }
        if let Some((_, places)) = DOORS.iter().find(|(name, _)| *name == first)
            && !places.iter().any(|place| path.starts_with(place))
        {
            say(format!("{first} belongs to {}", places.join(", ")));
        }
        for (place, never, why) in NEVER {
            if let Some(named) = path.starts_with(place).then(|| never.iter().find(|never| begins(used, never))).flatten() {
                say(format!("{place} never {named}: {why}"));
            }
        }
    }
    if floor == "actions" {
        found.extend(reader.asyncs.iter().map(|line| format!("src/{path}:{line}: no async fn in actions: verbs return effects as data")));
    }
    if floor == "ui" {
        found.extend(reader.mutable.iter().map(|line| format!("src/{path}:{line}: no &mut of state in ui: eyes do not act")));
    }
}

fn begins(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn only_modules(file: &syn::File) -> impl Iterator<Item = usize> {
    file.items.iter().filter(|item| !matches!(item, syn::Item::Mod(module) if module.content.is_none())).map(|item| line(item.span()))
}

fn line(span: Span) -> usize {
    span.start().line
}

/// The longest known module that `path` names.
fn resolved(path: &str, modules: &BTreeSet<String>) -> Option<String> {
    let mut path = path.strip_prefix("crate::")?;
    loop {
        if modules.contains(path) {
            return Some(path.to_owned());
        }
        path = path.rsplit_once("::")?.0;
    }
}

/// Modules that lead back to themselves, each circle once.
fn circles(graph: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut found = Vec::new();
    for start in graph.keys() {
        let mut trail = Vec::new();
        walk(graph, start, &mut trail, &mut done, &mut found);
    }
    found
}

fn walk<'g>(
    graph: &'g BTreeMap<String, BTreeSet<String>>,
    at: &'g str,
    trail: &mut Vec<&'g str>,
    done: &mut BTreeSet<&'g str>,
    found: &mut Vec<String>,
) {
    if let Some(start) = trail.iter().position(|known| *known == at) {
        let mut circle = trail[start..].to_vec();
        circle.push(at);
        found.push(format!("circle: {}", circle.join(" -> ")));
        return;
    }
    if !done.insert(at) {
        return;
    }
    trail.push(at);
    for next in graph.get(at).into_iter().flatten() {
        walk(graph, next, trail, done, found);
    }
    trail.pop();
}

/// Every path a file names, `use` trees unfolded and `super` and `self` resolved; test modules are left out.
struct Reader {
    module: String,
    paths: Vec<(String, usize)>,
    asyncs: Vec<usize>,
    mutable: Vec<usize>,
}

impl Reader {
    fn add(&mut self, path: &str, line: usize) {
        let mut base: Vec<&str> = self.module.split("::").collect();
        let mut rest = path;
        while let Some(after) = rest.strip_prefix("super::") {
            base.pop();
            rest = after;
        }
        let full = if rest.len() < path.len() {
            format!("crate::{}", base.iter().copied().chain([rest]).collect::<Vec<_>>().join("::"))
        } else if let Some(own) = path.strip_prefix("self::") {
            format!("crate::{}::{own}", self.module)
        } else {
            path.to_owned()
        };
        self.paths.push((full, line));
    }

    fn tree(&mut self, prefix: &str, tree: &syn::UseTree) {
        let join = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}::{name}") };
        match tree {
            syn::UseTree::Path(path) => self.tree(&join(&path.ident.to_string()), &path.tree),
            syn::UseTree::Name(name) => self.add(&join(&name.ident.to_string()), line(name.span())),
            syn::UseTree::Rename(rename) => self.add(&join(&rename.ident.to_string()), line(rename.span())),
            syn::UseTree::Glob(glob) => self.add(prefix, line(glob.span())),
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.tree(prefix, item)),
        }
    }

    fn names_state(&self, ty: &syn::Type) -> bool {
        let syn::Type::Path(path) = ty else { return false };
        let Some(first) = path.path.segments.first() else { return false };
        let name = format!("::{}", first.ident);
        self.paths.iter().any(|(used, _)| begins(used, "crate::state") && used.ends_with(&name))
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Path>().is_ok_and(|argument| argument.is_ident("test"))
    })
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree("", &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            let text: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.add(&text.join("::"), line(path.span()));
        }
        visit::visit_path(self, path);
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        if signature.asyncness.is_some() {
            self.asyncs.push(line(signature.span()));
        }
        visit::visit_signature(self, signature);
    }

    fn visit_type_reference(&mut self, reference: &'ast syn::TypeReference) {
        if reference.mutability.is_some() && self.names_state(&reference.elem) {
            self.mutable.push(line(reference.span()));
        }
        visit::visit_type_reference(self, reference);
    }
}
