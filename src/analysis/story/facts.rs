//! What the diff shows exactly, as far as claims ask for it: code, tests, paths, words, dependencies.

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::analysis::check::FileOutcome;
use crate::analysis::manifests::format::Kind;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::story::flips::{self, Flip};
use crate::analysis::view::{FileView, SideView};
use crate::model::change::Change;
use crate::model::dependency::{DependencyChange, DependencyMove, Ecosystem, PackageSource};
use crate::model::diff::{Content, FileDiff, LineKind};
use crate::model::dossier::CheckRun;
use crate::model::finding::Finding;
use crate::model::testimony::{Foreign, ForeignIssue, Named, Testimony};

/// More places say nothing more.
pub const MOST_PLACES: usize = 5;

/// Words that speak of tests, wherever in a name they begin.
static SPEAKS: Pattern = Pattern::new(
    r"(?:^|[^A-Za-z])(?i:tests?|test_?(?:suites?|cases?|data|utils?|lib)|specs?|snap(?:shot)?s?|fixtures?|assert\w*|expect\w*|cases?)(?:[^a-z]|$)|Tests?(?:[^a-z]|$)|Spec(?:[^a-z]|$)|Snapshot|Fixture|Assert|Expect|(?:^|[^a-z])(?:test|spec)[A-Z]",
);
static TEST: Pattern = Pattern::new(
    r##"^\s*(?:(?:async\s+)?def\s+test_|#\[(?:\w+::)*(?:test|rstest|test_case)\b|func\s+(?:Test|Fuzz)[A-Z_]\w*\(|(?:it|test)(?:\.\w+)*\s*\(|(?:it|test|specify)\s+['"]|@(?:Parameterized)?Test\b|\[(?:Fact|Theory|Test|TestMethod)\b|(?:public\s+)?function\s+test|func\s+test[A-Z]|@test\s)"##,
);

/// The facts of one change, each found when first asked for.
pub struct Facts<'c> {
    /// The change.
    pub change: &'c Change,
    outcomes: &'c [FileOutcome],
    /// Findings that are no part of the outcomes any more.
    findings: &'c [Finding],
    testimony: Option<&'c Testimony>,
    code: OnceCell<Vec<CodeLine>>,
    tests: OnceCell<Tests>,
    flips: OnceCell<Vec<Flip>>,
}

/// The first line of code a file changes.
#[derive(Clone, Debug)]
pub struct CodeLine {
    /// `path:line`
    pub place: String,
    /// What the file is for.
    pub role: Role,
    /// The file's path.
    pub path: String,
}

/// Tests that came and went.
#[derive(Clone, Debug, Default)]
pub struct Tests {
    /// Test functions on added lines less those on removed ones.
    pub functions: i64,
    /// Test files with added lines, or files with new test functions.
    pub places: Vec<String>,
    /// Whether anything else that was added speaks of tests.
    pub mentioned: bool,
}

impl<'c> Facts<'c> {
    /// The facts of `change`, with one outcome for each of its files.
    #[must_use]
    pub fn new(change: &'c Change, outcomes: &'c [FileOutcome]) -> Self {
        Self { change, outcomes, findings: &[], testimony: None, code: OnceCell::new(), tests: OnceCell::new(), flips: OnceCell::new() }
    }

    /// The same, with findings that were taken out of the outcomes.
    #[must_use]
    pub fn with(self, findings: &'c [Finding]) -> Self {
        Self { findings, ..self }
    }

    /// The same, with what the forge says of it.
    #[must_use]
    pub fn hearing(self, testimony: &'c Testimony) -> Self {
        Self { testimony: Some(testimony), ..self }
    }

    /// What the forge says, where it was asked.
    #[must_use]
    pub fn testimony(&self) -> Option<&'c Testimony> {
        self.testimony
    }

    /// What the forge says of a number that the message names.
    #[must_use]
    pub fn named(&self, number: u64) -> Option<&'c Named> {
        self.testimony?.named.get(&number)
    }

    /// What the forge says of an issue of another repository.
    #[must_use]
    pub fn foreign(&self, issue: &ForeignIssue) -> Option<&'c Foreign> {
        self.testimony?.foreign.get(issue)
    }

    /// Checks of the head, as far as the forge told them.
    #[must_use]
    pub fn checks(&self) -> &'c [CheckRun] {
        self.testimony.and_then(|testimony| testimony.checks.as_deref()).unwrap_or_default()
    }

    /// Why the forge was asked and did not answer.
    #[must_use]
    pub fn unasked(&self) -> Option<&'c str> {
        self.testimony?.unasked.as_deref()
    }

    /// What rules found in the files.
    pub fn findings(&self) -> impl Iterator<Item = &'c Finding> {
        self.outcomes.iter().flat_map(|outcome| &outcome.findings).chain(self.findings)
    }

    /// The files.
    #[must_use]
    pub fn files(&self) -> &'c [FileDiff] {
        &self.change.patch.files
    }

    /// Whether some content is not known, so that what is not seen proves nothing.
    #[must_use]
    pub fn has_gaps(&self) -> bool {
        !self.change.patch.omissions.is_empty() || self.files().iter().any(|file| matches!(file.content, Content::Omitted(_)))
    }

    /// All dependency rows with whether they are of a manifest.
    pub fn dependencies(&self) -> impl Iterator<Item = (&'c DependencyChange, bool)> {
        self.outcomes.iter().flat_map(|outcome| {
            let manifest = outcome.inventory.as_ref().is_some_and(|inventory| inventory.kind == Kind::Manifest);
            outcome.dependencies.iter().map(move |row| (row, manifest))
        })
    }

    /// Rows of what automation, containers, charts and the like fetch.
    pub fn tools(&self) -> impl Iterator<Item = &'c DependencyChange> {
        let tools = self.outcomes.iter().filter(|outcome| outcome.inventory.as_ref().is_some_and(|own| own.kind == Kind::Tools));
        tools.flat_map(|outcome| &outcome.dependencies)
    }

    /// Whether a changed file of automation and the like fetched `name` before.
    #[must_use]
    pub fn tool_known(&self, ecosystem: Ecosystem, name: &str) -> bool {
        // A workflow also names images: what a file knows is of the worlds of all its rows.
        let tools = self.outcomes.iter().filter_map(|outcome| outcome.inventory.as_ref()).filter(|own| own.kind == Kind::Tools);
        let gone = |row: &DependencyChange| row.before.as_ref().is_some_and(|old| old.ecosystem == ecosystem && old.name == name);
        tools.into_iter().any(|own| own.known.contains(name)) || self.tools().any(gone)
    }

    /// Packages that a lock file pins otherwise than before, from elsewhere than the repository itself.
    pub fn repinned(&self) -> impl Iterator<Item = &'c DependencyChange> {
        let locks = self.outcomes.iter().filter(|outcome| outcome.inventory.as_ref().is_some_and(|own| own.kind == Kind::Lock));
        let rows = locks.flat_map(|outcome| &outcome.dependencies);
        let rows = rows.filter(|row| row.change != DependencyMove::ScopeChanged);
        rows.filter(|row| row.dependency().is_some_and(|one| !matches!(one.source, PackageSource::Path(_))))
    }

    /// Packages of lock files that no manifest of their world changed with: nobody asked for another version.
    pub fn repinned_alone(&self) -> impl Iterator<Item = &'c DependencyChange> {
        let manifests = self.outcomes.iter().filter_map(|outcome| outcome.inventory.as_ref()).filter(|own| own.kind == Kind::Manifest);
        let asked: Vec<Ecosystem> = manifests.map(|own| own.ecosystem).collect();
        self.repinned().filter(move |row| row.dependency().is_some_and(|one| !asked.contains(&one.ecosystem)))
    }

    /// Whether a lock file of the change held the package called `name` before.
    #[must_use]
    pub fn locked_before(&self, ecosystem: Ecosystem, name: &str) -> bool {
        let locks = self.outcomes.iter().filter_map(|outcome| outcome.inventory.as_ref());
        locks.filter(|lock| lock.kind == Kind::Lock && lock.ecosystem == ecosystem).any(|lock| lock.known.contains(name))
    }

    /// Whether every manifest and lock file of the change was read.
    #[must_use]
    pub fn dependencies_are_known(&self) -> bool {
        self.files()
            .iter()
            .zip(self.outcomes)
            .all(|(file, outcome)| !matches!(Role::of(&file.path().text()), Role::Manifest | Role::Lock) || outcome.inventory.is_some())
    }

    /// For each file whose code changes, the first such line. Comments, the insides of strings and blank lines are no code.
    #[must_use]
    pub fn code(&self) -> &[CodeLine] {
        self.code.get_or_init(|| {
            let files = self.files().iter().zip(self.outcomes);
            let changed = files.filter_map(|(file, outcome)| Some((file.path().text().into_owned(), outcome.code_line?)));
            changed.map(|(path, line)| CodeLine { place: format!("{path}:{line}"), role: Role::of(&path), path }).collect()
        })
    }

    /// Lines of which one word, sign or number is another.
    #[must_use]
    pub fn flips(&self) -> &[Flip] {
        self.flips.get_or_init(|| flips::of(self.files()))
    }

    /// The files that changed, each with whether its code does: a comment, a text or blanks are no code.
    pub fn worked(&self) -> impl Iterator<Item = (&'c FileDiff, bool)> {
        self.files().iter().zip(self.outcomes).map(|(file, outcome)| (file, outcome.code_line.is_some()))
    }

    /// Tests that came and went.
    #[must_use]
    pub fn tests(&self) -> &Tests {
        self.tests.get_or_init(|| count_tests(self.files()))
    }

    /// Up to a few `path:line` of the lines on which `word` stands as a whole, among those of `kind`.
    #[must_use]
    pub fn lines_with(&self, word: &str, kind: LineKind) -> Vec<String> {
        let mut places = Vec::new();
        for file in self.files() {
            let Some(text) = file.text() else { continue };
            let path = file.path().text();
            let held = text.lines.iter().filter(|line| line.kind == kind && holds(text.text(line), word));
            places.extend(held.take(MOST_PLACES).map(|line| format!("{path}:{}", line.new.max(line.old))));
            if places.len() >= MOST_PLACES {
                break;
            }
        }
        places
    }
}

/// Whether `word` stands in `line` and is no part of a longer name.
fn holds(line: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        let (early, late) = (word.starts_with(part) && before.is_some_and(part), word.ends_with(part) && after.is_some_and(part));
        !(early || late)
    })
}

/// The first changed line of a file that is code, on the new side or else the old one; `None` when no code changes. Cheapest when it is
/// asked last: by then most files were taken apart anyway.
#[must_use]
pub fn first_code(file: &FileView<'_>) -> Option<u32> {
    if !file.language.is_code() && !matches!(file.role, Role::Workflow | Role::AgentConfig) {
        return None;
    }
    // Every line of automation works, whatever it looks like.
    if matches!(file.role, Role::Workflow) {
        let mut lines = file.added().chain(file.removed());
        return lines.find(|line| line.code().chars().any(char::is_alphanumeric)).map(|line| line.number);
    }
    file.new_side().and_then(|side| early_code(file, side)).or_else(|| any_code(file))
}

fn any_code(file: &FileView<'_>) -> Option<u32> {
    // A line on which only the text of a string or comment changes is on both sides once that is blanked.
    let mut before: HashMap<String, (usize, u32)> = HashMap::new();
    for line in file.removed().filter(|line| is_code(line.code())) {
        before.entry(squeezed(line.code())).or_insert((0, line.number)).0 += 1;
    }
    for line in file.added().filter(|line| is_code(line.code())) {
        match before.get_mut(&squeezed(line.code())).filter(|(left, _)| *left > 0) {
            Some((left, _)) => *left -= 1,
            None => return Some(line.number),
        }
    }
    before.into_values().filter(|(left, _)| *left > 0).map(|(_, number)| number).min()
}

/// Lines below the first changed one that are read alone.
const EARLY: usize = 16;

/// The first changed line of code where it stands among the first changed lines, and no removed line can be the same one: what is below
/// them need not be read.
fn early_code(file: &FileView<'_>, side: &SideView<'_>) -> Option<u32> {
    let first = side.changed_lines().next()?.index;
    let code = side.masked_upto(first + EARLY)?;
    // The last line may end inside a string that goes on below it.
    let changed = (first..first + EARLY).filter(|index| side.is_changed(*index));
    let mut lines = changed.filter_map(|index| Some((index, code.get(side.bytes_of(index, index))?)));
    let (index, line) = lines.find(|(_, line)| is_code(line))?;
    let is_new = file.removed().all(|removed| !may_become(removed.text, line));
    is_new.then(|| side.number(index))
}

/// Whether `code` may be what is left of `line` once strings, comments and blanks are taken out of both.
fn may_become(line: &str, code: &str) -> bool {
    let mut left = code.chars().filter(|c| !c.is_whitespace()).peekable();
    for c in line.chars() {
        left.next_if_eq(&c);
    }
    left.peek().is_none()
}

fn squeezed(code: &str) -> String {
    code.split_whitespace().collect()
}

/// A hunk may begin inside a comment or a long string that it does not show: prose and marks alone are not taken for code.
fn is_code(code: &str) -> bool {
    let code = code.trim();
    let sign = |byte: &u8| matches!(byte, b'(' | b'=' | b'{' | b'}' | b';' | b'[' | b':' | b'<');
    let signs = code.as_bytes().iter().any(sign) || code.starts_with("return") || code.starts_with("import");
    // `title.downcase`: a call where languages leave out the brackets.
    let call = !code.contains(' ') && code.split_once('.').is_some_and(|(of, name)| !of.is_empty() && !name.is_empty());
    let marks = code.starts_with(['*', '-', '#', '>', '|', '"', '\'']) || code.starts_with("...");
    (signs || call) && !marks && code.chars().any(char::is_alphanumeric)
}

fn count_tests(files: &[FileDiff]) -> Tests {
    let mut tests = Tests::default();
    for file in files {
        let Some(text) = file.text() else { continue };
        let path = file.path().text();
        let new = text.added().filter(|(_, line)| TEST.is_match(line)).count();
        let gone = text.removed().filter(|(_, line)| TEST.is_match(line)).count();
        tests.functions += i64::try_from(new).unwrap_or(0) - i64::try_from(gone).unwrap_or(0);
        let of_tests = Role::of(&path) == Role::Test;
        let first = text.added().find(|(_, line)| TEST.is_match(line)).or_else(|| text.added().next().filter(|_| of_tests));
        if let Some((number, _)) = first.filter(|_| tests.places.len() < MOST_PLACES) {
            tests.places.push(format!("{path}:{number}"));
        }
        tests.mentioned = tests.mentioned || SPEAKS.is_match(&path) || text.added().any(|(_, line)| SPEAKS.is_match(line));
    }
    tests
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::examples::change_of;
    use crate::model::rule::{Example, ExampleFile};

    /// Strings and comments may begin anywhere and end far below.
    #[test]
    fn code_that_is_found_early_is_what_is_found_in_the_whole() {
        let pieces =
            ["x = 1\n", "words of a page\n", "\"\"\"\n", "# said: it\n", "/* a = b\n", "*/\n", "`\n", "s = \"a\\\n", "'\n", "\n", "r#\"\n"];
        let mut dice = 7_usize;
        let mut early = 0;
        for round in 0..200 {
            let mut roll = |end: usize| {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (dice >> 33) % end
            };
            let begins: String = (0..roll(90)).map(|_| pieces[1 + roll(pieces.len() - 1)]).collect();
            let text = begins + &(0..600).map(|_| pieces[roll(pieces.len())]).collect::<String>();
            for path in ["a.py", "a.js", "a.rs"] {
                let before = (round % 2 == 1).then(|| text.replacen("x = 1", if round % 3 == 0 { "x = 2" } else { "x  =  1" }, 3));
                let files = vec![ExampleFile { path: path.to_owned(), before, after: Some(text.clone()) }];
                let (change, texts) = change_of(&Example { files, message: String::new(), ..Example::default() });
                let file = FileView::new(&change, &change.patch.files[0], &texts);
                early += usize::from(file.new_side().and_then(|side| early_code(&file, side)).is_some());
                assert_eq!(first_code(&file), any_code(&file), "{path} in round {round}:\n{text}");
            }
        }
        assert!(early > 100, "only {early} were found early");
    }
}
