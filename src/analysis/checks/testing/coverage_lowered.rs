//! `coverage-lowered`: the share of the code that tests must reach becomes smaller, or is no longer asked for.

use super::assertions::guards;
use super::left_uncovered;
use std::cell::LazyCell;
use std::collections::{BTreeSet, HashMap, VecDeque};

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::FileStatus;
use crate::model::rule::{RuleId, Severity};

/// A number that is demanded, under its name.
static DEMANDS: Pattern = Pattern::new(
    r#"(?i)\b(fail[_-]under(?:[_-](?:lines|functions|regions|branches))?|cov-fail-under|min(?:imum)?[_-]?coverage(?:_by_file)?|coverage[_-]?threshold(?:_\w+)?|cover(?:age)?[_-]?min(?:imum)?|min[_-]?cover(?:age)?|branches|functions|lines|statements|target|minimum|<minimum>|lineRate|branchRate|threshold-(?:file|package|total)|required[_-]?coverage)\b>?["'\s:=>(]*(\d+(?:\.\d+)?)\s*%?"#,
);
static ABOUT: Pattern =
    Pattern::new(r"(?i)cover|nyc|\bc8\b|istanbul|simplecov|jacoco|kover|tarpaulin|llvm-cov|codecov|coveralls|opencover|fail[_-]under");
/// A switch that decides whether anybody asks.
static ASKED: Pattern = Pattern::new(
    r#"(?i)\b(check-coverage|checkCoverage|informational|require_ci_to_pass|sonar\.qualitygate\.wait|fail_ci_if_error|failOnViolation|haltOnFailure|fail-on-error|refuse_coverage_drop)\b["'\s:=>]*(true|false)"#,
);
/// Words beyond which a number is no demand.
static FILES: Pattern = Pattern::new(
    r"(?i)(jest|vitest|karma|nycrc|\.nyc|\bc8|codecov|coverage|tox\.ini|setup\.cfg|pyproject\.toml|pom\.xml|build\.gradle|package\.json|\.github/workflows|gitlab-ci|phpunit|simplecov|spec_helper|test_helper|rails_helper|sonar|makefile|justfile|noxfile|pytest\.ini|tarpaulin|\.testcoverage|ci\.sh|check|composer\.json|\.csproj|runsettings|azure-pipelines|\.circleci|jacoco|kover)",
);

/// See `rules/code/coverage-lowered.toml`.
pub struct CoverageLowered;

impl Check for CoverageLowered {
    fn rule(&self) -> RuleId {
        RuleId("coverage-lowered")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ANYWHERE, Words::of([&DEMANDS, &ASKED]).or(Words::named(left_uncovered::LISTS)))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(old) = file.old() else { return };
        if !FILES.is_match(&file.path) || file.role.is_mechanical() || !ABOUT.is_match(old.text()) && !ABOUT.is_match(&file.path) {
            return;
        }
        let Some(side) = file.new_side() else {
            if file.diff.status == FileStatus::Deleted {
                gone(file, old, demands(old, true).first(), sink);
            }
            return;
        };
        left_uncovered::report(file, old, side, sink);
        let (before, now) = (demands(old, true), demands(side, true));
        let (mut known, mut met): (HashMap<&str, VecDeque<usize>>, BTreeSet<usize>) = (HashMap::new(), BTreeSet::new());
        before.iter().enumerate().for_each(|(at, demand)| known.entry(&demand.name).or_default().push_back(at));
        let leaves_out = LazyCell::new(|| leaves_out(file, side));
        for Demand { line, name, value } in &now {
            // The first of a name stays the first.
            let Some(at) = known.get_mut(name.as_str()).and_then(VecDeque::pop_front) else { continue };
            met.insert(at);
            let was = before[at].value;
            if *value < was {
                let title = format!("Tests must reach {value} where they had to reach {was} (`{name}`)");
                // One or two points are a chore; the rest of a file should not go untested by it.
                let severity = match () {
                    () if was - *value <= was * 0.03 => Severity::Low,
                    () if *value <= was / 2.0 && *leaves_out || *value <= 1.0 && was >= 50.0 => Severity::High,
                    () => Severity::Medium,
                };
                sink.report(Draft::line(file, side, *line).title(title).severity(severity));
            }
        }
        let still = demands(side, false);
        let still: BTreeSet<&str> = still.iter().map(|demand| demand.name.as_str()).collect();
        let unmet = before.iter().enumerate().filter(|(at, _)| !met.contains(at)).map(|(_, gone)| gone);
        let lost = unmet.into_iter().find(|gone| gone.value > 0.0 && !still.contains(gone.name.as_str()));
        if let Some(first) = lost.filter(|_| may_be_none(side)) {
            let title = format!("Nothing asks any more that tests reach {}, and a run without any test passes", first.value);
            sink.report(Draft::line(file, old, first.line).title(title));
        } else {
            gone(file, old, lost, sink);
        }
        switched(file, (old, side), sink);
    }
}

/// Whether the change says that a run in which there are no tests passes.
fn may_be_none(side: &SideView<'_>) -> bool {
    static NONE: Pattern = Pattern::new(r"passWithNoTests[\x22']?\s*[:=]\s*true|--passWithNoTests|--pass-with-no-tests");
    side.changed_lines().any(|line| line.text.len() < 1000 && NONE.is_match(line.text))
}

/// Whether the same settings leave out tests of what guards something, by name, that they did not leave out before.
fn leaves_out(file: &FileView<'_>, side: &SideView<'_>) -> bool {
    static LIST: Pattern =
        Pattern::new(r"(?i)IgnorePatterns|testIgnore|collect_ignore|--ignore|--deselect|norecursedirs|exclude|\bomit\b|\bskip\b|-not-|!\(");
    let named = |text: &str| text.len() < 1000 && LIST.is_match(text) && guards(text);
    side.changed_lines().any(|line| named(line.text)) && !file.removed().any(|line| named(line.text))
}

struct Demand {
    line: usize,
    name: String,
    value: f64,
}

/// What one side demands, on changed lines alone or on all.
fn demands(side: &SideView<'_>, changed: bool) -> Vec<Demand> {
    let lines = side.lines().filter(|line| !changed || line.changed).filter(|line| line.text.len() < 1000);
    let told = lines.filter(|line| !line.text.trim_start().starts_with(['#', ';']) && !line.text.trim_start().starts_with("//"));
    told.flat_map(|line| {
        let names = DEMANDS.groups(line.text, 1).zip(DEMANDS.groups(line.text, 2));
        names.filter_map(move |(name, value)| {
            Some(Demand { line: line.index, name: name.to_lowercase().replace('<', ""), value: value.parse().ok()? })
        })
    })
    .filter(|demand| of_coverage(side, demand))
    .collect()
}

/// Words such as `lines` demand something only below or beside one of coverage.
fn of_coverage(side: &SideView<'_>, demand: &Demand) -> bool {
    if !matches!(demand.name.as_str(), "branches" | "functions" | "lines" | "statements" | "target" | "minimum") {
        return true;
    }
    (demand.line.saturating_sub(12)..=demand.line).any(|at| ABOUT.is_match(side.line(at).text) || side.line(at).text.contains("threshold"))
}

fn gone(file: &FileView<'_>, old: &SideView<'_>, lost: Option<&Demand>, sink: &mut Sink<'_>) {
    if let Some(first) = lost {
        let title = format!("Nothing asks any more that tests reach {} (`{}`)", first.value, first.name);
        sink.report(Draft::line(file, old, first.line).title(title).severity(Severity::Medium));
    }
}

/// A switch that asked, and does not now.
fn switched(file: &FileView<'_>, (old, side): (&SideView<'_>, &SideView<'_>), sink: &mut Sink<'_>) {
    let read = |text: &str| Some((ASKED.group(text, 1)?.to_lowercase(), ASKED.group(text, 2)?.eq_ignore_ascii_case("true")));
    let before: BTreeSet<(String, bool)> = old.changed_lines().filter_map(|line| read(line.text)).collect();
    for line in side.changed_lines() {
        let Some((name, on)) = read(line.text) else { continue };
        // The one word that says the opposite of the others.
        let asks = on != (name == "informational");
        if !asks && before.contains(&(name.clone(), !on)) {
            let title = format!("What tests do not reach no longer fails anything (`{name}`)");
            sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::Medium));
        }
    }
}
