//! The documents speak of what is there: every requirement once, every rule, file and command that is named.

use std::collections::BTreeMap;
use std::path::Path;

use assert_cmd::Command;
use lazaret::analysis::rulebook::Rulebook;

/// Requirements of the coverage table.
const REQUIREMENTS: usize = 221;
const STATES: [&str; 4] = ["built", "first form", "planned", "out of scope"];

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// Texts between single backquotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_requirement_stands_in_the_coverage_table_once() {
    let table = read("docs/coverage.md");
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with("| R0") || line.starts_with("| R1") || line.starts_with("| R2"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let numbers: Vec<String> = rows.iter().map(|row| row[0].to_owned()).collect();
    assert_eq!(numbers, (1..=REQUIREMENTS).map(|n| format!("R{n:03}")).collect::<Vec<_>>());
    for row in &rows {
        assert!(STATES.contains(&row[2]), "{}: {} is no state", row[0], row[2]);
        assert!(!row[1].is_empty(), "{}: what is it?", row[0]);
        let works = matches!(row[2], "built" | "first form");
        assert!(!works || (!row[3].is_empty() && !row[4].is_empty()), "{}: {} needs its place and its test", row[0], row[2]);
        assert!(row[2] != "out of scope" || !row[3].is_empty(), "{}: out of scope for which reason?", row[0]);
    }
}

#[test]
fn the_coverage_table_counts_right_and_names_what_exists() {
    let table = read("docs/coverage.md");
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for line in table.lines().filter(|line| line.starts_with("| R") && !line.starts_with("| R |")) {
        *counts.entry(line.split('|').nth(3).unwrap().trim()).or_default() += 1;
    }
    let said = counts.iter().map(|(state, count)| format!("{count} {state}")).collect::<Vec<_>>().join(", ");
    assert!(table.contains(&format!("{said}.")), "the last line should say: {said}.");
    for name in quoted(&table) {
        let is_path = name.contains('/') && !name.contains(' ');
        let is_rule = name.contains('-') && name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        assert!(!is_path || Path::new(name).exists(), "docs/coverage.md names {name}, which is not there");
        assert!(!is_rule || Rulebook::embedded().get(name).is_some(), "docs/coverage.md names the rule {name}, which is not there");
    }
}

#[test]
fn links_of_the_documents_lead_somewhere() {
    let pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];
    for page in pages {
        for link in read(page).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(link.starts_with("http") || Path::new(link).exists(), "{page} links to {link}, which is not there");
        }
    }
}

#[test]
fn commands_of_the_readme_exist() {
    let commands: Vec<String> =
        quoted(&read("README.md")).into_iter().filter_map(|text| text.strip_prefix("lazaret ").map(str::to_owned)).collect();
    assert!(commands.len() > 5);
    for command in commands {
        let words: Vec<&str> = command.split_whitespace().take_while(|word| word.chars().all(|c| c.is_ascii_lowercase())).collect();
        let output = Command::cargo_bin("lazaret").unwrap().args(&words).arg("--help").output().unwrap();
        assert!(output.status.success(), "README.md names `lazaret {command}`: {}", String::from_utf8_lossy(&output.stderr));
    }
}
