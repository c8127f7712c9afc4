//! `compiled-without-source`: what is made by a program changed, and nothing changed that it is made from.

use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::prefilter::Needs;
use crate::analysis::role::{Role, fold};
use crate::model::diff::{FileDiff, FileStatus};
use crate::model::path::RepoPath;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/compiled-without-source.toml`.
pub struct CompiledWithoutSource;

/// Endings of what is made, and of what it is made from.
const MADE: [(&str, &[&str]); 12] = [
    (".min.js", &[".js", ".mjs", ".ts", ".tsx", ".jsx", ".coffee", ".vue", ".svelte"]),
    (".min.mjs", &[".js", ".mjs", ".ts", ".tsx"]),
    (".min.css", &[".css", ".scss", ".sass", ".less", ".styl"]),
    ("_pb2.py", &[".proto"]),
    ("_pb2_grpc.py", &[".proto"]),
    (".pb.go", &[".proto"]),
    (".pb.cc", &[".proto"]),
    (".pb.h", &[".proto"]),
    (".pyc", &[".py"]),
    (".pyo", &[".py"]),
    (".class", &[".java", ".kt", ".scala", ".groovy"]),
    (".wasm", &[".rs", ".c", ".cc", ".cpp", ".go", ".ts", ".zig", ".wat"]),
];
/// Folders of bundles, which are made from sources of these endings.
const BUNDLES: [&str; 2] = ["/dist/", "/bundle/"];
const BUNDLED: [&str; 9] = [".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".vue", ".svelte", ".css"];

impl Check for CompiledWithoutSource {
    fn rule(&self) -> RuleId {
        RuleId("compiled-without-source")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, change: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let files = &change.change.patch.files;
        let built = |file: &&FileDiff| matches!(Role::of(&file.path().text()), Role::Manifest | Role::Lock | Role::Workflow);
        let rebuilt = files.iter().any(|file| built(&file) || is_of_the_build(file.path()));
        let changed: Vec<String> =
            files.iter().filter(|file| file.status != FileStatus::Deleted).map(|file| fold(&file.path().text())).collect();
        for file in files.iter().filter(|file| file.status == FileStatus::Modified) {
            let path = fold(&file.path().text());
            let Some((severity, from)) = made(&path) else { continue };
            let is_source = |other: &&String| from.iter().any(|end| other.ends_with(end)) && made(other).is_none();
            if rebuilt || changed.iter().any(|other| is_source(&other)) {
                continue;
            }
            let evidence = format!("{path}: no file of {} changed with it", from.join(", "));
            sink.report(Draft::whole(file.path(), &evidence).severity(severity));
        }
    }
}

/// What `path` is made from, when it is made, and what it weighs when that did not change.
fn made(path: &str) -> Option<(Severity, &'static [&'static str])> {
    if let Some((end, from)) = MADE.iter().find(|(end, _)| path.ends_with(end)) {
        // Generators and libraries of others come in new versions.
        let mild = end.contains("pb") || end.starts_with(".min") && Role::of(path) == Role::Vendored;
        let mild =
            mild || ["/vendor/", "/lib/", "/libs/", "/third", "/assets/", "/static/", "/public/"].iter().any(|part| path.contains(part));
        return Some((if mild { Severity::Low } else { Severity::Medium }, from));
    }
    let slashed = format!("/{path}");
    let bundled = BUNDLES.iter().any(|folder| slashed.contains(folder)) && [".js", ".mjs", ".cjs"].iter().any(|end| path.ends_with(end));
    bundled.then_some((Severity::Medium, &BUNDLED))
}

fn is_of_the_build(path: &RepoPath) -> bool {
    let name = fold(&path.name());
    ["webpack", "rollup", "vite.config", "esbuild", "tsconfig", "babel", "gulpfile", "buf.gen", "makefile", "gruntfile"]
        .iter()
        .any(|part| name.contains(part))
}
