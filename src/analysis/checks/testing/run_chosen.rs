//! Commands that ran all tests and run chosen ones now, or run them with less watching. A part of `test-run-narrowed`.

use super::left_out::is_telling;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// What runs tests, and what stands behind it.
pub(super) static RUNS: Pattern = Pattern::new(
    r"\b(go\s+test|gotestsum|pytest|py\.test|jest|vitest|mocha|playwright\s+test|rspec|dotnet\s+test|phpunit|ctest|mvnw?|gradlew?)\b([^|&;#]*)",
);
/// A longer line is data, and more of them are a suite of commands.
const WIDEST: usize = 1_000;
const MOST: usize = 200;

/// Reports such commands.
pub(super) fn report(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let short = |text: &str| text.len() < WIDEST && !text.trim_start().starts_with(['#', ';']) && RUNS.is_match(text);
    let whole = old.changed_lines().filter(|line| short(line.text)).take(MOST).flat_map(|line| commands(line.text)).collect::<Vec<_>>();
    if whole.is_empty() {
        return;
    }
    let now: Vec<(usize, &str, &str)> = side
        .lines()
        .filter(|line| short(line.text))
        .take(MOST)
        .flat_map(|line| commands(line.text).map(move |(runner, rest)| (line.index, runner, rest)))
        .collect();
    for (at, runner, rest) in now.iter().filter(|(at, ..)| side.is_changed(*at) && !is_telling(side.line(*at).text)) {
        let Some(chosen) = chosen(runner, rest) else { continue };
        let ran_all = whole.iter().any(|(known, rest)| known == runner && self::chosen(known, rest).is_none());
        // Several of them share the tests among each other.
        let others = now.iter().filter(|(other, named, _)| named == runner && other != at).count();
        if ran_all && others == 0 {
            let title = format!("Only tests that are called like `{chosen}` would run, where all did");
            sink.report(Draft::line(file, side, *at).title(title).severity(Severity::Medium));
        }
    }
    let watched = |(runner, rest): &(&str, &str)| runner.starts_with("go") && rest.contains(" -race");
    let still = side.lines().any(|line| line.text.len() < WIDEST && line.text.contains("-race"));
    let runs = now.iter().find(|(at, runner, _)| side.is_changed(*at) && runner.starts_with("go"));
    if let Some((at, ..)) = runs.filter(|_| !still && whole.iter().any(watched)) {
        let draft = Draft::line(file, side, *at).title("Tests run without what tells of races, which watched them before");
        sink.report(draft.severity(Severity::Low));
    }
}

fn commands(text: &str) -> impl Iterator<Item = (&str, &str)> {
    RUNS.groups(text, 1).zip(RUNS.groups(text, 2))
}

/// What a command chooses its tests by.
fn chosen<'t>(runner: &str, rest: &'t str) -> Option<&'t str> {
    static GO: Pattern = Pattern::new(r"(?:^|\s)-{1,2}run[=\s]+['\x22]?([^\s'\x22]+)");
    static PYTEST: Pattern = Pattern::new(r"(?:^|\s)-k[=\s]*['\x22\\]*([^\s'\x22\\]+)");
    static NAMED: Pattern = Pattern::new(r"(?:^|\s)(?:-t|--testNamePattern|--testPathPatterns?)[=\s]+['\x22\\]*([^\s'\x22\\]+)");
    static GREP: Pattern = Pattern::new(r"(?:^|\s)(?:-g|-f|--grep|--fgrep)[=\s]+['\x22\\]*([^\s'\x22\\]+)");
    static EXAMPLE: Pattern = Pattern::new(r"(?:^|\s)(?:-e|--example)[=\s]+['\x22\\]*([^\s'\x22\\]+)");
    static FILTER: Pattern = Pattern::new(r"(?:^|\s)(?:--filter|--tests|-R|--tests-regex)[=\s]+['\x22\\]*([^\s'\x22\\]+)");
    static MAVEN: Pattern = Pattern::new(r"(?:^|\s)-Dtest=['\x22]?([^\s'\x22,]+)");
    let pattern = match runner.split_whitespace().next().unwrap_or(runner) {
        "go" | "gotestsum" => &GO,
        "pytest" | "py.test" => &PYTEST,
        "jest" | "vitest" => &NAMED,
        "mocha" | "playwright" => &GREP,
        "rspec" => &EXAMPLE,
        "mvn" | "mvnw" => &MAVEN,
        _ => &FILTER,
    };
    // What is left out, or handed in, is another matter.
    pattern.group(rest, 1).filter(|name| !name.starts_with(['!', '$', '^', '{', '.', '*', '-']) && *name != "not")
}
