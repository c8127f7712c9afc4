//! Attributes by which changes of source code are folded away from whoever reviews. A part of `protected-path-opened`.

use crate::analysis::check::{Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::{Role, fold};
use crate::analysis::view::FileView;
use crate::model::rule::Severity;

/// What nobody reads line by line: what tools write, copies, locks, data, pictures.
static WRITTEN_BY_TOOLS: Pattern = Pattern::new(
    r"gen(?:erated|\b)|/?\b(?:dist|build|out|vendor(?:ed)?|third[_-]?party|node_modules|snapshots?|__snapshots__|fixtures?|testdata|goldens?|cassettes|migrations?|locales?|i18n|docs?|examples?|assets|static|public|schemas?|\.yarn|\.pnp\S*|mocks?|bindings?|sdk|clients?|openapi|swagger|grammars?|data|external|deps|packages|proto\w*|release)\b|\block\b|\.lock|min\.|bundle|\.map\b|[._]pb[._]|_pb2|\.g\.|\.d\.ts|_gen\b|zz_|\.snap|\.freezed\.|designer|parser|changelog|api\.",
);
/// More lines are a list that a tool writes.
const MOST: usize = 200;

/// Reports patterns over source code that gain such an attribute.
pub(super) fn report(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side() else { return };
    for line in file.added().filter(|line| line.text.len() < 400 && !line.text.trim_start().starts_with('#')).take(MOST) {
        let mut words = line.text.split_whitespace();
        let Some(path) = words.next() else { continue };
        let hides = |word: &str| matches!(word, "linguist-generated" | "linguist-generated=true" | "-diff" | "binary");
        let Some(how) = words.find(|word| hides(word)) else { continue };
        if is_source(path) && !stood(file, path, how) {
            let title = format!("Changes of `{path}` would be folded away from whoever reviews them (`{how}`)");
            sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::Medium));
        }
    }
}

/// Whether a pattern is over source code, by its folder or its ending.
fn is_source(path: &str) -> bool {
    static FOLDER: Pattern = Pattern::new(
        r"(?:^|/)(?:src|lib|app|apps|server|backend|internal|cmd|pkg|core|auth|api|services?|scripts?|tools|ci|\.github|workflows)/",
    );
    let folded = fold(path);
    if WRITTEN_BY_TOOLS.is_match(&folded) {
        return false;
    }
    let name = folded.rsplit('/').next().unwrap_or("");
    let named = name.contains('.') && !matches!(name, "*.*");
    let code = named && Language::of(&folded.replace('*', "a")).is_code() && Role::of(&folded.replace('*', "a")).is_live();
    code || !named && FOLDER.is_match(&format!("{folded}/"))
}

/// Whether the pattern had the attribute before.
fn stood(file: &FileView<'_>, path: &str, how: &str) -> bool {
    let bare = how.split('=').next().unwrap_or(how);
    file.old().is_some_and(|old| {
        let mut lines = old.lines().map(|line| line.text).filter(|text| text.len() < 400);
        lines.any(|text| text.split_whitespace().next() == Some(path) && text.contains(bare))
    })
}
