//! SARIF 2.1.0 as other tools write it: a file's text in, its results out. Never which of them matter to a change.
//!
//! The text is hostile: it is as large, deep and wrong as somebody likes. What cannot be read is counted and named.

mod place;
mod shape;
mod weigh;
mod words;

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::error::Category;

use self::place::Places;
use self::shape::{CodeFlow, Component, Descriptor, Head, Log, Outcome, Run, Shaped, Suppression};
use self::weigh::Weighed;
use self::words::{Words, cut};
use crate::analysis::foreign::{Catch, Fate, Foreign, Spot};
use crate::model::inert;
use crate::model::tool::{ResultFile, Tool, UnreadFile};

/// Results of a file that are read.
pub const MOST_RESULTS: usize = 25_000;
/// Runs of a file that are read.
const MOST_RUNS: usize = 100;
/// Places of a result, and steps of its flow, that are read.
const MOST_SPOTS: usize = 50;
const NO_SARIF: &str = "is JSON and no SARIF: it has neither `version` nor `runs`; let the tool write SARIF 2.1.0";
/// Characters of a name.
const NAME: usize = 160;

/// A sentence about a file, with the line it is about.
type Wrong = (Option<usize>, String);

/// Reads `file`, which is left out when it is no SARIF 2.1.0; the repository lies at `roots`.
#[must_use]
pub fn read(file: &ResultFile, roots: &[String]) -> Catch {
    results(file, roots).unwrap_or_else(|(line, why)| {
        let (name, digest) = (file.name.clone(), file.digest.clone());
        let line = line.filter(|line| *line > 0).and_then(|line| u32::try_from(line).ok());
        Catch::left_out(UnreadFile { name, digest, why, line })
    })
}

fn results(file: &ResultFile, roots: &[String]) -> Result<Catch, Wrong> {
    if file.text.trim_start().starts_with('[') {
        return Err((Some(1), NO_SARIF.to_owned()));
    }
    let head: Head = serde_json::from_str(&file.text).map_err(|error| broken(&error))?;
    is_sarif(&head, &file.text)?;
    let log: Log = serde_json::from_str(&file.text).map_err(|error| broken(&error))?;
    let mut catch = Catch::of(file);
    for (number, run) in log.runs.iter().take(MOST_RUNS).enumerate() {
        Reader::new(run, roots).read(number + 1, &mut catch);
    }
    if log.runs.len() > MOST_RUNS {
        catch.notes.push(format!("{} runs were not read: {MOST_RUNS} is the most", log.runs.len() - MOST_RUNS));
    }
    if catch.total > catch.results.len() && catch.results.len() >= MOST_RESULTS {
        catch.notes.push(format!("only the first {MOST_RESULTS} results were read; let the tool look at the changed files only"));
    }
    Ok(catch)
}

fn broken(error: &serde_json::Error) -> Wrong {
    let (line, column) = (error.line(), error.column());
    let says = match error.classify() {
        Category::Eof => "ends in the middle; was the tool stopped, or the file cut off?".to_owned(),
        Category::Data => format!("is not in the shape of SARIF 2.1.0 ({error})"),
        Category::Syntax if error.to_string().contains("recursion limit") => {
            format!("is nested deeper than any tool writes, at column {column}")
        }
        Category::Syntax | Category::Io => format!("is not JSON ({error}); let the tool write SARIF, and nothing else into that file"),
    };
    (Some(line), says)
}

fn is_sarif(head: &Head, text: &str) -> Result<(), Wrong> {
    let version = match &head.version {
        Some(Value::String(version)) => version.as_str(),
        _ if head.runs.is_none() => {
            return Err((Some(1), NO_SARIF.to_owned()));
        }
        _ => return Err((Some(1), "says no `version`; SARIF 2.1.0 is what can be read".to_owned())),
    };
    match (version, &head.runs) {
        ("2.1.0", Some(_)) => Ok(()),
        ("2.1.0", None) => Err((Some(1), "is SARIF without `runs`, so it holds no results".to_owned())),
        (other, _) => Err((
            Some(line_of_version(text)),
            format!(
                "is SARIF of version {}, and 2.1.0 is what can be read; let the tool write that, or convert it (`sarif-multitool transform`)",
                inert::line(&cut(other, 40))
            ),
        )),
    }
}

/// The line of the first key `version`, which stands at the head of what tools write.
fn line_of_version(text: &str) -> usize {
    let at = text.find("\"version\"").unwrap_or(0);
    1 + text.get(..at).unwrap_or("").matches('\n').count()
}

/// A tool by one name, however it writes it: `Semgrep OSS` is semgrep.
fn tool(driver: &Component) -> Tool {
    let mut name = String::new();
    for c in driver.name.chars().take(60) {
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9') => name.push(c),
            _ if name.ends_with('-') || name.is_empty() => {}
            _ => name.push('-'),
        }
    }
    let family = ["semgrep", "codeql"].into_iter().find(|family| name.starts_with(family));
    let name = family.unwrap_or_else(|| name.trim_end_matches('-'));
    let name = if name.is_empty() { "unnamed" } else { name }.to_owned();
    let version = driver.semantic_version.as_ref().or(driver.version.as_ref()).filter(|version| !version.trim().is_empty());
    Tool { name, version: version.map(|version| inert::line(&cut(version, 60)).into_owned()) }
}

struct Reader<'r> {
    run: &'r Run,
    places: Places<'r>,
    rules: BTreeMap<&'r str, &'r Descriptor>,
    tool: Tool,
}

impl<'r> Reader<'r> {
    fn new(run: &'r Run, roots: &[String]) -> Self {
        let homes = run.tool.extensions.iter().filter_map(Shaped::good).chain([&run.tool.driver]);
        let rules = homes.flat_map(|home| home.rules.iter().filter_map(Shaped::good)).map(|rule| (rule.id.as_str(), rule)).collect();
        Self { run, places: Places::new(run, roots), rules, tool: tool(&run.tool.driver) }
    }

    fn read(&self, number: usize, catch: &mut Catch) {
        if !catch.tools.contains(&self.tool) {
            catch.tools.push(self.tool.clone());
        }
        let results = self.run.results.as_deref().unwrap_or_default();
        let mut odd = Vec::new();
        for (at, result) in results.iter().enumerate() {
            catch.total += 1;
            match result {
                _ if catch.results.len() >= MOST_RESULTS => {}
                Shaped::Good(result) => catch.results.push(self.foreign(result)),
                Shaped::Odd(_) => odd.push(at + 1),
            }
        }
        if let Some(first) = odd.first() {
            let tool = &self.tool.name;
            catch.notes.push(format!("{} of run {number} ({tool}) not in the shape of a result, the first is number {first}", odd.len()));
        }
        self.troubles(catch);
    }

    /// What the tool says of itself.
    fn troubles(&self, catch: &mut Catch) {
        let tool = &self.tool.name;
        for call in self.run.invocations.iter().filter_map(Shaped::good) {
            let told = call.tool_execution_notifications.iter().filter_map(Shaped::good);
            let mut errors = told.filter(|told| told.level.as_deref() == Some("error")).map(|told| words::plain(&told.message));
            let first = errors.next().map(|first| cut(&first, NAME));
            match (call.execution_successful, first) {
                (Some(false), Some(first)) => catch.notes.push(format!("{tool} says that it did not succeed: {first}")),
                (Some(false), None) => catch.notes.push(format!("{tool} says that it did not succeed")),
                (_, Some(first)) => catch.notes.push(format!("{tool} tells {} errors of its own, the first: {first}", errors.count() + 1)),
                (_, None) => {}
            }
        }
        if self.run.external_property_file_references.is_some() {
            catch.notes.push(format!("{tool} keeps a part in other files, which were not read"));
        }
    }

    fn foreign(&self, result: &Outcome) -> Foreign {
        let rule = self.rule(result);
        let named = result.rule_id.as_deref().or_else(|| result.rule.as_ref()?.id.as_deref()).or_else(|| rule.map(|rule| rule.id.as_str()));
        let name = rule_name(named.unwrap_or("unnamed"), &self.tool.name);
        let Words { title, why, fix } = Words::of(result, rule, &self.tool.name, &name);
        let Weighed { severity, confidence, class, references } = Weighed::of(result, rule, &self.tool.name, &name);
        let snippet = result.locations.iter().find_map(|location| location.physical_location.as_ref()?.region.as_ref()?.snippet.as_ref());
        let print = |name: &str| result.partial_fingerprints.get(name).and_then(Value::as_str).map(str::to_owned);
        let revision = self.run.version_control_provenance.iter().filter_map(Shaped::good).find_map(|run| run.revision_id.clone());
        Foreign {
            tool: self.tool.clone(),
            rule: name,
            title,
            why,
            fix,
            class,
            severity,
            confidence,
            references,
            spots: result.locations.iter().take(MOST_SPOTS).filter_map(|location| self.places.spot(location)).collect(),
            flow: self.flow(&result.code_flows),
            snippet: snippet.and_then(|snippet| snippet.text.as_deref()).map(|text| cut(text, 4_000)).filter(|text| says_something(text)),
            fate: fate(result),
            commit: print("commitSha"),
            revision,
            own: print("lazaret/v1"),
        }
    }

    fn flow(&self, flows: &[CodeFlow]) -> Vec<Spot> {
        let steps = flows.first().and_then(|flow| flow.thread_flows.first()).map(|thread| thread.locations.as_slice()).unwrap_or_default();
        let mut spots: Vec<Spot> = steps.iter().take(MOST_SPOTS).filter_map(|step| self.places.spot(step.location.as_ref()?)).collect();
        spots.dedup_by(|later, earlier| later.file == earlier.file && later.lines == earlier.lines);
        spots
    }

    /// The rule of `result`: by number, by id, and by the id it is a part of.
    fn rule(&self, result: &Outcome) -> Option<&'r Descriptor> {
        let tool = &self.run.tool;
        let reference = result.rule.as_ref();
        let component = reference.and_then(|reference| reference.tool_component.as_ref());
        let extension = component.and_then(|component| {
            let by_number = component.index.and_then(|index| tool.extensions.get(usize::try_from(index).ok()?)?.good());
            by_number.or_else(|| tool.extensions.iter().filter_map(Shaped::good).find(|one| Some(&one.name) == component.name.as_ref()))
        });
        let index = result.rule_index.or_else(|| reference.and_then(|reference| reference.index));
        let rules = &extension.unwrap_or(&tool.driver).rules;
        let by_number = index.and_then(|index| rules.get(usize::try_from(index).ok()?)?.good());
        by_number.or_else(|| {
            let id = result.rule_id.as_deref().or_else(|| reference?.id.as_deref())?;
            let whole = id.rsplit_once('/').map(|(whole, _)| whole);
            [Some(id), whole].into_iter().flatten().find_map(|id| self.rules.get(id).copied())
        })
    }
}

/// A tool's name of a rule, of characters that every place can show; tools repeat themselves in it.
fn rule_name(id: &str, tool: &str) -> String {
    let id = id.strip_prefix(tool).and_then(|rest| rest.strip_prefix('/')).unwrap_or(id);
    let name: String = id.chars().take(NAME).map(|c| if c.is_ascii_alphanumeric() || "._/:@+-".contains(c) { c } else { '-' }).collect();
    if name.is_empty() { "unnamed".to_owned() } else { name }
}

/// Some tools write these instead of text.
fn says_something(snippet: &str) -> bool {
    let text = snippet.trim();
    !(text.is_empty() || text == "requires login" || text.contains("REDACTED") || text.contains("***"))
}

fn fate(result: &Outcome) -> Fate {
    if result.kind.as_deref().is_some_and(|kind| ["pass", "notApplicable"].contains(&kind))
        || result.baseline_state.as_deref() == Some("absent")
    {
        return Fate::Gone;
    }
    let accepted = |one: &Suppression| !matches!(one.status.as_deref(), Some("underReview" | "rejected"));
    match result.suppressions.as_deref() {
        Some(all @ [_, ..]) if all.iter().all(accepted) => {
            let external = all.iter().any(|one| one.kind.as_deref() != Some("inSource"));
            if external { Fate::Suppressed } else { Fate::Hushed }
        }
        _ if result.baseline_state.as_deref() == Some("unchanged") => Fate::Known,
        _ => Fate::Counts,
    }
}
