//! `install-hook`: a script that a package manager runs by itself on installing.

use std::collections::BTreeSet;

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::{Node, Value};
use crate::analysis::pattern::Pattern;
use crate::analysis::redact::redact;
use crate::analysis::shell::{self, Deed};
use crate::analysis::view::FileView;
use crate::model::diff::FileStatus;
use crate::model::rule::{RuleId, Severity};

/// Scripts that run when somebody installs the package or works on it.
const ON_INSTALL: [&str; 9] =
    ["preinstall", "install", "postinstall", "preprepare", "prepare", "postprepare", "prepublish", "post-install-cmd", "post-update-cmd"];
/// Tools that set up hooks, patches or native parts, and compilers.
static BENIGN: Pattern = Pattern::new(
    r"^\s*((npx\s+(--no-install\s+)?)?(husky|lefthook|simple-git-hooks|patch-package|ngcc|tsc|tsup|rollup|vite|esbuild|turbo|nx|lerna|svelte-kit|nuxi|nuxt|prisma|is-ci|electron-builder|node-gyp(-build)?|prebuild-install|opencollective|playwright|msw|panda|fumadocs-mdx|astro|next|electron-rebuild|wxt|only-allow|napi|cmake-js|pinst|corepack|git config core\.hooksPath)\b[^;|`$]*|(npm|yarn|pnpm|bun)\s+(run\s+)?[\w:-]+(\s+--?[\w=-]+)*)(\s*(&&|\|\|)\s*((npx\s+)?(husky|lefthook|patch-package|tsc|true|exit 0|echo)\b[^;|`$]*|(npm|yarn|pnpm|bun)\s+(run\s+)?[\w:-]+))*\s*$",
);
static IMPORTS: Pattern = Pattern::new(r"^\s*import[\s\t]");

/// See `rules/code/install-hook.toml`.
pub struct InstallHook;

impl Check for InstallHook {
    fn rule(&self) -> RuleId {
        RuleId("install-hook")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        match file.name() {
            "package.json" | "composer.json" if !file.role.is_mechanical() => {
                scripts(file, sink);
                allowances(file, sink);
            }
            "pnpm-workspace.yaml" if !file.role.is_mechanical() => allowances(file, sink),
            name if name.ends_with(".pth") => startup(file, sink),
            _ => {}
        }
    }
}

fn scripts(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side() else { return };
    let Ok(node) = side.document() else {
        by_lines(file, sink);
        return;
    };
    let old = file.old().and_then(|old| old.document().ok());
    for name in ON_INSTALL {
        let read = |tree: &Node| tree.at(&["scripts", name]).map(|node| (node.texts().join(" && "), node.line));
        let Some((command, line)) = read(node) else { continue };
        let known = old.and_then(read);
        if known.as_ref().is_some_and(|(before, _)| *before == command) || (old.is_none() && file.old().is_some() && !side.is_changed(line))
        {
            continue;
        }
        let severity = judged(file, name, &command);
        let shown: String = redact(&command).chars().take(80).collect();
        let what = if known.is_some() { "now" } else { "also" };
        sink.report(Draft::line(file, side, line).title(format!("Installing would {what} run `{shown}` (`{name}`)")).severity(severity));
    }
}

/// Where package tools that run no scripts of others keep whose they run all the same.
const ALLOWED: [&[&str]; 7] = [
    &["pnpm", "onlyBuiltDependencies"],
    &["pnpm", "allowBuilds"],
    &["onlyBuiltDependencies"],
    &["allowBuilds"],
    &["trustedDependencies"],
    &["config", "allow-plugins"],
    &["dangerouslyAllowAllBuilds"],
];

/// Packages whose scripts or plugins the tool may newly run.
fn allowances(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side() else { return };
    let old = file.old().and_then(|old| old.document().ok());
    let (Ok(node), true) = (side.document(), old.is_some() || file.old().is_none()) else { return };
    for keys in ALLOWED {
        let setting = keys.last().copied().unwrap_or_default();
        let known: BTreeSet<String> = old.map(|old| allowed(old, keys).into_iter().map(|(name, _)| name).collect()).unwrap_or_default();
        for (name, line) in allowed(node, keys).into_iter().filter(|(name, _)| !known.contains(name)).take(MOST) {
            let (title, severity) = match name.as_str() {
                EVERY => (format!("Every package may run code when it is installed (`{setting}`)"), Severity::Medium),
                _ => (format!("{name} may run code when it is installed (`{setting}`)"), Severity::Low),
            };
            sink.report(Draft::line(file, side, line).title(title).severity(severity));
        }
    }
}

/// More of them in one file say nothing more.
const MOST: usize = 20;
/// In place of a name: all of them.
const EVERY: &str = "*";

/// The names below a setting, with their lines: of a list, or those that are true of a table. `true` alone allows all.
fn allowed(tree: &Node, keys: &[&str]) -> Vec<(String, usize)> {
    let Some(node) = tree.at(keys) else { return Vec::new() };
    if node.value == Value::Bool(true) {
        return vec![(EVERY.to_owned(), node.line)];
    }
    let listed = node.items().iter().map(|item| (item.scalar(), item.line));
    let named = node.entries().iter().filter(|(_, value)| value.value == Value::Bool(true)).map(|(name, value)| (name.clone(), value.line));
    listed.chain(named).collect()
}

fn by_lines(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static SCRIPT: Pattern = Pattern::new(r#"^\s*"((?:pre|post)?install|(?:pre|post)?prepare|prepublish)"\s*:\s*"(.*)",?\s*$"#);
    let Some(side) = file.new_side() else { return };
    for line in file.added() {
        let (Some(name), Some(command)) = (SCRIPT.group(line.text, 1), SCRIPT.group(line.text, 2)) else { continue };
        let title = format!("Installing would run `{}` (`{name}`)", redact(command).chars().take(80).collect::<String>());
        sink.report(Draft::line(file, side, line.index).title(title).severity(judged(file, name, command)));
    }
}

fn judged(file: &FileView<'_>, name: &str, command: &str) -> Severity {
    let runs_new_file = || {
        file.change.patch.files.iter().filter(|other| other.status == FileStatus::Added).any(|other| {
            let path = other.path().text();
            let name = path.rsplit('/').next().unwrap_or("");
            name.len() > 3 && command.split(['/', ' ', '"', '\'']).any(|word| word == name || format!("{word}.js") == name)
        })
    };
    match shell::worst(command) {
        Some(deed) if deed.is_grave() => Severity::Critical,
        Some(Deed::Unpinned) if BENIGN.is_match(command) => Severity::Info,
        Some(Deed::Unpinned) => Severity::Medium,
        Some(_) => Severity::High,
        None if BENIGN.is_match(command) => Severity::Info,
        None if runs_new_file() => Severity::High,
        None if name.contains("install") => Severity::Medium,
        None => Severity::Low,
    }
}

/// A line of a `.pth` file that begins with `import` runs whenever Python starts.
fn startup(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side() else { return };
    for line in file.added().filter(|line| IMPORTS.is_match(line.text)) {
        let draft = Draft::line(file, side, line.index).title("Every start of Python would run this line");
        sink.report(draft.severity(Severity::Critical));
    }
}
