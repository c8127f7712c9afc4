//! `expiry-comparison-changed`: whether something has expired is compared the other way. How long it lives is `expiry-weakened`'s.

use std::collections::HashMap;

use super::coarser;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::checks::vuln::twins::twins;
use crate::analysis::identifier::words;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, LineView, SideView};
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
        Needs::nothing().and(Reach::REMOVED, Words::named(TELLING).or(Words::of([&ENDS, &CERTIFICATE])))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let live = file.role.is_live() && !file.role.is_mechanical();
        let (Some(side), Some(old)) = (file.new_side().filter(|_| live), file.old()) else { return };
        never(file, old, side, sink);
        coarser::report(file, sink);
        certificate(file, old, side, sink);
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
        later(file, old, side, about_file, sink);
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

/// Days are added to when something ends, of which nothing says that it is about who somebody is.
fn later(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>, about_file: bool, sink: &mut Sink<'_>) {
    let telling = |text: &str| text.len() < 400 && ENDS.is_match(text) && NOW.is_match(text) && !says(text, about_file);
    let mut removed: HashMap<Vec<String>, Vec<(Vec<String>, &str)>> = HashMap::new();
    for line in old.changed_lines().filter(|line| telling(line.text)).take(200) {
        removed.entry(bare(line.text)).or_default().push((operators(line.text), line.text));
    }
    for line in side.changed_lines().filter(|line| !removed.is_empty() && telling(line.text)).take(200) {
        if let Some(was) = lengthened(&removed, line.text) {
            let draft = Draft::line(file, side, line.index).title("What has expired counts for some time more");
            sink.report(draft.evidence(format!("{} -> {}", was.trim(), line.text.trim())).severity(Severity::Medium));
        }
    }
}

/// Lines that went, lines that came, and what stands there now.
type Place<'v> = (Vec<(usize, &'v str)>, Vec<(usize, &'v str)>, &'v str);

/// What compares in a shell.
static OF_SHELL: Pattern = Pattern::new(r"\s-(?:lt|le|gt|ge)\s");
/// When something ends, when it began, and what time it is.
static ENDS: Pattern = Pattern::new(r"(?i)\w*expir\w*|\bexp\b|valid_?(?:until|to)\b|not_?after|end_?date");
static BEGAN: Pattern = Pattern::new(
    r"(?i)\b(?:\w*[._>])?(?:iat|nbf|(?:issued|created|started|granted)_?(?:at|on|time|date)?|not_?before|valid_?from|auth_?time)\b",
);
static NOW: Pattern = Pattern::new(
    r"(?i)\bnow\b|now\(|utc_?now|\btoday\b|instant\s*\(\)|\bclock\b|current_?time|\btime\s*\(|\bDate\.|\bnew\s+Date\(\s*\)|time\.Since|Time\.current",
);

/// The end is compared with the beginning, which it never reaches, where it was compared with what time it is.
fn never(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let mut places: Vec<Place<'_>> =
        twins(file).iter().map(|twin| (twin.removed().collect(), twin.added().collect(), twin.after())).collect();
    if old.is_script() {
        let outside = |side: &SideView<'_>, line: usize| side.function_at(line).is_none();
        let lines = |side: &'_ SideView<'_>| -> Vec<usize> { side.changed_lines().map(|line| line.index).take(200).collect() };
        let removed = lines(old).into_iter().filter(|at| outside(old, *at)).map(|at| (at, old.plain_line(at))).collect();
        let added = lines(side).into_iter().filter(|at| outside(side, *at)).map(|at| (at, side.plain_line(at))).collect();
        places.push((removed, added, side.plain()));
    }
    for (removed, added, after) in places {
        let asks = |text: &str| text.len() < 400 && ENDS.is_match(text) && (COMPARISON.is_match(text) || OF_SHELL.is_match(text));
        let was = removed.iter().filter(|(_, text)| asks(text) && NOW.is_match(text) && !BEGAN.is_match(text));
        let was: Vec<&str> = was.flat_map(|(_, text)| ENDS.groups(text, 0)).collect();
        if was.is_empty() {
            continue;
        }
        let never = |text: &str| {
            asks(text)
                && BEGAN.is_match(text)
                && !NOW.is_match(text)
                && !text.contains('+')
                && !text.contains(" - ")
                && ENDS.groups(text, 0).any(|end| was.contains(&end))
        };
        let still = after.lines().any(|text| asks(text) && NOW.is_match(text));
        if let Some((line, _)) = added.iter().find(|(_, text)| never(text)).filter(|_| !still) {
            let title = "What ends is compared with when it began, and never with what time it is";
            sink.report(Draft::line(file, side, *line).title(title));
        }
    }
}

/// A date of a certificate and the time; groups: what is compared, how, with what.
static CERTIFICATE: Pattern =
    Pattern::new(r"\b(X509_cmp_(?:current_)?time(?:frame)?|ASN1_TIME_compare|ASN1_TIME_cmp_time_t)\s*\((.*)\)\s*([<>]=?|[!=]=)\s*(-?\d)");

/// The same date of a certificate is compared the other way.
fn certificate(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let read = |text: &str| {
        let found = text.get(CERTIFICATE.find(text).filter(|_| text.len() < 400)?)?.to_owned();
        let part = |group: usize| CERTIFICATE.group(&found, group).unwrap_or("").to_owned();
        Some((format!("{} {}", part(1), part(2)), format!("{} {}", part(3), part(4))))
    };
    let was: HashMap<String, String> = old.changed_lines().filter_map(|line| read(old.plain_line(line.index))).take(200).collect();
    for line in side.changed_lines().filter(|_| !was.is_empty()).take(2000) {
        let Some((what, how)) = read(side.plain_line(line.index)) else { continue };
        // What cannot be compared may count for either.
        if was.get(&what).is_some_and(|before| before.chars().next() != how.chars().next()) {
            sink.report(Draft::line(file, side, line.index).title("A date of a certificate is compared the other way"));
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
    // Turned round as well, it is not even what it seems.
    let same = |was: &&str| was.trim() == rest.trim() || operators(was) != operators(&rest);
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
