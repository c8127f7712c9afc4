//! A changed manifest or lock file with its rows, and the draft of a finding on one of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::check::{ChangeView, Draft};
use crate::analysis::manifests::format::Kind;
use crate::analysis::manifests::{Inventory, compare};
use crate::analysis::role::Role;
use crate::model::dependency::{Dependency, DependencyChange, DependencyMove, Ecosystem};
use crate::model::diff::{FileDiff, LineKind, Side, TextDiff};
use crate::model::rule::Severity;

/// More findings of one kind in one file say nothing more; each costs a look through the diff.
pub const MOST: usize = 40;

/// One changed manifest or lock file.
#[derive(Clone, Copy)]
pub struct Table<'a> {
    /// Its diff.
    pub file: &'a FileDiff,
    /// What it says besides its rows.
    pub inventory: &'a Inventory,
    /// What changed in it.
    pub rows: &'a [DependencyChange],
}

/// All of them, in the order of the patch.
pub fn tables<'a>(view: &ChangeView<'a>) -> impl Iterator<Item = Table<'a>> {
    view.change.patch.files.iter().zip(view.outcomes).filter_map(|(file, outcome)| {
        let inventory = outcome.inventory.as_ref()?;
        Some(Table { file, inventory, rows: &outcome.dependencies })
    })
}

/// The packages that manifests which were there before newly ask for themselves and that are `wanted`, by world.
pub fn newly_asked<'a>(view: &ChangeView<'a>, wanted: impl Fn(&Dependency) -> bool) -> BTreeMap<Ecosystem, BTreeSet<&'a str>> {
    let mut new: BTreeMap<Ecosystem, BTreeSet<&str>> = BTreeMap::new();
    for table in tables(view).filter(|table| table.is_manifest() && table.inventory.existed) {
        let rows = table.rows.iter().filter(|row| row.change == DependencyMove::Added).filter_map(|row| row.after.as_ref());
        for asked in rows.filter(|asked| asked.direct && wanted(asked)) {
            new.entry(table.inventory.ecosystem).or_default().insert(&asked.name);
        }
    }
    new
}

impl Table<'_> {
    /// Whether it is a manifest rather than a lock file.
    #[must_use]
    pub fn is_manifest(&self) -> bool {
        self.inventory.kind == Kind::Manifest
    }

    /// Whether it belongs to a test, an example or documentation rather than to the product.
    #[must_use]
    pub fn is_aside(&self) -> bool {
        let path = self.file.path().text();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        // The folder decides: the file itself is always a manifest.
        !Role::of(&format!("{folder}/x.rs")).is_live()
    }

    /// `severity`, or at most a medium one beside the product.
    #[must_use]
    pub fn weighed(&self, severity: Severity) -> Severity {
        if self.is_aside() { severity.min(Severity::Medium) } else { severity }
    }

    /// The folder, with a slash behind it unless it is the root.
    #[must_use]
    pub fn folder(&self) -> String {
        self.file.path().text().rsplit_once('/').map_or_else(String::new, |(folder, _)| format!("{folder}/"))
    }

    /// A finding on `dependency`: on its line where the diff shows it and names no other package there, else on its name.
    pub fn draft(&self, dependency: &Dependency) -> Draft {
        let path = self.file.path();
        let mut others = self.rows.iter().filter_map(|row| row.after.as_ref());
        // Two findings of one rule at one place are one: a file written on one line would hide all packages but the first.
        let shared = others.any(|other| other.line == dependency.line && other.name != dependency.name);
        match self.file.text().filter(|_| !shared).and_then(|text| shown_line(text, dependency)) {
            Some(line) => Draft::numbered(path, Side::New, dependency.line, line.trim()),
            None => Draft::dependency(path, &dependency.name, &shown(dependency)),
        }
    }

    /// A finding on a line of the new side.
    pub fn at_line(&self, line: u32, evidence: &str) -> Draft {
        Draft::numbered(self.file.path(), Side::New, line, evidence)
    }
}

/// The line of `dependency` on the new side, when the change added it and it names the package.
fn shown_line<'t>(text: &'t TextDiff, dependency: &Dependency) -> Option<&'t str> {
    let line = text.lines.iter().find(|line| line.kind == LineKind::Added && line.new == dependency.line)?;
    let line = text.text(line);
    let last = dependency.name.rsplit('/').next().unwrap_or(&dependency.name);
    line.to_lowercase().replace(['_', '.'], "-").contains(&last.to_lowercase().replace(['_', '.'], "-")).then_some(line)
}

/// `name 1.2 from git https://…`
#[must_use]
pub fn shown(dependency: &Dependency) -> String {
    let Dependency { name, version, source, .. } = dependency;
    match source {
        crate::model::dependency::PackageSource::DefaultRegistry => format!("{name} {version}"),
        _ => format!("{name} {version} from {}", compare::from(source)),
    }
}

/// The tool people know by its ecosystem.
#[must_use]
pub fn tool(ecosystem: Ecosystem) -> &'static str {
    match ecosystem {
        Ecosystem::Cargo => "Cargo",
        Ecosystem::Npm => "npm",
        Ecosystem::Pypi => "PyPI",
        Ecosystem::Golang => "Go",
        Ecosystem::Maven => "Maven",
        Ecosystem::Gem => "RubyGems",
        Ecosystem::Composer => "Packagist",
        Ecosystem::Nuget => "NuGet",
        Ecosystem::Swift => "Swift packages",
        Ecosystem::Pub => "pub.dev",
        Ecosystem::Hex => "Hex",
        Ecosystem::Conda => "Conda",
        Ecosystem::Jsr => "JSR",
        Ecosystem::Docker => "a container registry",
        Ecosystem::GithubActions => "GitHub Actions",
        Ecosystem::Helm => "Helm",
        Ecosystem::Terraform => "Terraform",
        Ecosystem::PreCommit => "pre-commit",
    }
}
