//! Every rule keeps its word: examples that must hit do, look-alikes do not, and code, prose and registry agree.

use std::collections::BTreeSet;
use std::path::Path;

use lazaret::analysis::checks::registry::CHECKS;
use lazaret::analysis::examples;
use lazaret::analysis::rulebook::Rulebook;
use lazaret::analysis::taxonomy;
use lazaret::export::rules;
use lazaret::model::rule::{Rule, RuleFormat, RuleOrigin};

#[test]
fn rule_files_can_be_read() {
    assert_eq!(Rulebook::embedded().notes, Vec::new());
}

/// Their texts are not looked at when the program starts.
#[test]
fn every_id_that_a_rule_of_this_program_names_is_one() {
    let mut wrong = Vec::new();
    for rule in Rulebook::embedded().iter() {
        for reference in &rule.references {
            wrong.extend(taxonomy::wrong_reference(reference).map(|says| format!("{}: {says}", rule.id)));
            wrong.extend(taxonomy::wrong(reference).into_iter().map(|(_, says)| format!("{}: {says}", rule.id)));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_check_has_its_words_and_every_rule_its_check() {
    let checks: Vec<&str> = CHECKS.iter().map(|check| check.rule().0).collect();
    let mut sorted = checks.clone();
    sorted.sort_unstable();
    assert_eq!(checks, sorted, "src/analysis/checks/registry.rs is not sorted by rule name");
    let of_code = Rulebook::embedded().iter().filter(|rule| rule.origin == RuleOrigin::Code);
    let rules: BTreeSet<&str> = of_code.map(|rule| rule.id.0).collect();
    for check in &checks {
        assert!(rules.contains(check), "rules/code/{check}.toml is missing");
    }
    for rule in rules {
        assert!(checks.contains(&rule), "src/analysis/checks/registry.rs lacks the check of rules/code/{rule}.toml");
    }
}

#[test]
fn every_check_file_is_registered() {
    let registry = std::fs::read_to_string("src/analysis/checks/registry.rs").unwrap();
    let known: BTreeSet<&str> = CHECKS.iter().map(|check| check.rule().0).collect();
    for family in std::fs::read_dir("src/analysis/checks").unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for file in std::fs::read_dir(&family).unwrap().map(|entry| entry.unwrap().path()) {
            if !implements_check(&file) {
                continue;
            }
            let (family, module) = (family.file_name().unwrap().to_str().unwrap(), file.file_stem().unwrap().to_str().unwrap().to_owned());
            assert!(registry.contains(&format!("{family}::{module}::")), "add to registry.rs: &{family}::{module}::…,");
            assert!(known.contains(module.replace('_', "-").as_str()), "{module}.rs holds a rule of another name");
        }
    }
}

fn implements_check(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "rs") && std::fs::read_to_string(file).unwrap().contains("impl Check for")
}

#[test]
fn every_rule_has_three_hits_and_three_misses_and_they_hold_and_one_of_a_file_one_each() {
    let mut broken = Vec::new();
    // Windows over several changes do not fit into one example; tests/suite/sigma.rs proves each of them.
    let windows = |rule: &&Rule| rule.prose.contains("\ncorrelation:\n");
    for rule in Rulebook::embedded().iter().filter(|rule| !windows(rule)) {
        let hits = rule.examples.iter().filter(|example| example.hits).count();
        let misses = rule.examples.len() - hits;
        let least = if rule.origin == RuleOrigin::Code { 3 } else { 1 };
        if hits < least || misses < least {
            broken.push(format!("{}: {hits} hits and {misses} misses; at least {least} each", rule.id));
        }
        for example in &rule.examples {
            let outcome = examples::run(Rulebook::embedded(), rule, example);
            if !outcome.holds {
                let verb = if example.hits { "must hit" } else { "must not hit" };
                let seen: Vec<String> = outcome.findings.iter().map(|f| format!("{} at {}", f.severity.word(), f.at)).collect();
                broken.push(format!("{}: {verb}: {} {seen:?}", rule.id, example.about));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn every_rule_explains_itself() {
    for rule in Rulebook::embedded().iter() {
        assert!(rule.prose.trim().len() > 80, "{}: say more in prose", rule.id);
        assert!(!rule.why.is_empty() && !rule.fix.is_empty() && !rule.title.is_empty(), "{}: title, why and fix", rule.id);
        assert!(!rule.references.is_empty(), "{}: references", rule.id);
    }
}

#[test]
fn references_are_ids_that_people_can_look_up() {
    let known = regex::Regex::new(
        r"^(CWE-\d+|CVE-\d{4}-\d+|SAFE-T\d{4}(\.\d{3})?|T\d{4}(\.\d{3})?|AML\.[TM]\d{4}(\.\d{3})?|LLM\d\d:2025|ASI\d\d|CICD-SEC-\d+)$",
    )
    .unwrap();
    for rule in Rulebook::embedded().iter() {
        // Forms of secrets also name the page of whoever issues them.
        let page = |reference: &&String| {
            matches!(rule.origin, RuleOrigin::File { format: RuleFormat::Secrets, .. }) && reference.starts_with("https://")
        };
        for reference in rule.references.iter().filter(|reference| !page(reference)) {
            assert!(known.is_match(reference), "{}: {reference} is no CWE, CVE, SAFE-MCP, ATT&CK, ATLAS or OWASP id", rule.id);
        }
    }
}

/// docs/rules.md says what the rules say; where it does not, the command it names writes it anew.
#[test]
fn the_page_of_rules_is_true() {
    let mut page = Vec::new();
    rules::page::write(&mut page, Rulebook::embedded().iter()).unwrap();
    let written = std::fs::read_to_string("docs/rules.md").unwrap_or_default();
    assert_eq!(written, String::from_utf8(page).unwrap(), "run: cargo run -- rules list --format markdown > docs/rules.md");
}
