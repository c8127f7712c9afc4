//! `expiry-comparison-changed`: whether something has expired is compared the other way. How long it lives is `expiry-weakened`'s.

use std::collections::HashMap;

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::identifier::words;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, LineView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/expiry-comparison-changed.toml`.
pub struct ExpiryComparisonChanged;

static TELLING: [&str; 17] = [
    "ttl",
    "expiry",
    "expires",
    "expire",
    "expiration",
    "lifetime",
    "skew",
    "leeway",
    "grace",
    "tolerance",
    "validity",
    "valid",
    "maxage",
    "age",
    "timeout",
    "expired",
    "limit",
];
static ABOUT: [&str; 14] = [
    "token",
    "tokens",
    "session",
    "sessions",
    "jwt",
    "auth",
    "cookie",
    "login",
    "otp",
    "nonce",
    "credential",
    "credentials",
    "password",
    "skew",
];
static COMPARISON: Pattern =
    Pattern::new(r"!?\s*[\w.()]*\.(?:isBefore|isAfter|before|after|Before|After|is_before|is_after)\s*\(|<=|>=|<|>");

impl Check for ExpiryComparisonChanged {
    fn rule(&self) -> RuleId {
        RuleId("expiry-comparison-changed")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::REMOVED, Words::named(TELLING)).and(Reach::REMOVED, Words::named(ABOUT))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let live = file.role.is_live() && !file.role.is_mechanical();
        let (Some(side), Some(old)) = (file.new_side().filter(|_| live), file.old()) else { return };
        let about_file = words(&file.path).iter().any(|word| ABOUT.contains(&word.as_str()));
        let telling = |line: &LineView<'_>| line.text.len() < 400 && says(line.text, about_file);
        let mut removed: HashMap<Vec<String>, Vec<(Vec<String>, &str)>> = HashMap::new();
        for line in old.changed_lines().filter(telling).take(200) {
            let (operators, known) = (operators(line.text), removed.entry(bare(line.text)).or_default());
            // What compares alike says nothing new.
            if !operators.is_empty() && known.iter().all(|(other, _)| *other != operators) {
                known.push((operators, line.text));
            }
        }
        if removed.is_empty() {
            return;
        }
        for line in side.changed_lines().filter(|line| line.text.len() < 400).take(2000) {
            if let Some(was) = lengthened(&removed, line.text) {
                let draft = Draft::line(file, side, line.index).title("What has expired counts for some time more");
                sink.report(draft.evidence(format!("{} -> {}", was.trim(), line.text.trim())));
                continue;
            }
            let now = operators(line.text);
            let same = || removed.get(&bare(line.text)).into_iter().flatten();
            if let Some((_, before)) = (!now.is_empty()).then(same).into_iter().flatten().find(|(was, _)| *was != now) {
                let evidence = format!("{} -> {}", before.trim(), line.text.trim());
                sink.report(Draft::line(file, side, line.index).evidence(evidence).severity(Severity::Medium));
            }
        }
    }
}

/// The removed line that `text` is, but for days or more that are added to what is compared.
fn lengthened<'r>(removed: &HashMap<Vec<String>, Vec<(Vec<String>, &'r str)>>, text: &str) -> Option<&'r str> {
    static LATER: Pattern = Pattern::new(
        r"\.AddDate\([^()]*\)|\.(?:plusDays|plusWeeks|plusMonths|plusYears|AddDays|AddMonths|AddYears)\([^()]*\)|\s*\+\s*(?:datetime\.)?timedelta\((?:days|weeks)\s*=[^()]*\)|\s*\+\s*\d+\.(?:days?|weeks?|months?|years?)\b|\s*\+\s*Duration::(?:from_)?(?:days|weeks)\([^()]*\)",
    );
    let found = LATER.find(text)?;
    let rest = format!("{}{}", text.get(..found.start)?, text.get(found.end..)?);
    let same = |was: &&str| was.trim() == rest.trim();
    removed.get(&bare(&rest)).into_iter().flatten().map(|(_, was)| *was).find(same)
}

fn says(text: &str, about_file: bool) -> bool {
    let words = words(text);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    has(&TELLING) && (about_file || has(&ABOUT))
}

/// What compares in a line.
fn operators(text: &str) -> Vec<String> {
    COMPARISON.find_all(text).filter_map(|range| text.get(range)).map(|found| found.replace(' ', "")).collect()
}

/// The words of a line without those that turn a comparison around.
fn bare(text: &str) -> Vec<String> {
    words(text).into_iter().filter(|word| !["is", "not", "before", "after"].contains(&word.as_str())).collect()
}
