//! `lazaret/agents/v1`: everything a portrait holds, for scripts. Times are seconds since 1970, UTC.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::export::escape;
use crate::model::behaviour::{Gallery, Portrait, Share};
use crate::model::risk::Lane;
use crate::model::rule::Severity;

/// The name of the JSON shape.
pub const SCHEMA: &str = "lazaret/agents/v1";

/// Writes one document.
///
/// # Errors
/// When `out` cannot be written.
pub fn document(out: &mut dyn Write, gallery: &Gallery) -> io::Result<()> {
    let portraits = gallery.portraits.iter().map(portrait).collect();
    escape::pretty(out, &GalleryV1 { schema: SCHEMA, changes: gallery.changes, nobody: gallery.nobody, portraits })
}

#[derive(Serialize)]
struct GalleryV1<'a> {
    schema: &'static str,
    changes: usize,
    nobody: usize,
    portraits: Vec<PortraitV1<'a>>,
}

#[derive(Serialize)]
struct PortraitV1<'a> {
    by: &'static str,
    key: &'a str,
    name: &'a str,
    tiers: BTreeMap<&'static str, usize>,
    repositories: Vec<NamedV1<'a>>,
    company: Vec<NamedV1<'a>>,
    first: i64,
    last: i64,
    changes: usize,
    sessions: usize,
    lanes: BTreeMap<&'static str, usize>,
    findings: BTreeMap<&'static str, usize>,
    rules: Vec<RuleV1<'a>>,
    high: ShareV1,
    approved: ShareV1,
    held: ShareV1,
    reverted: ShareV1,
    judged_by_other_rules: usize,
    models: Vec<StintV1<'a>>,
    weeks: Vec<WeekV1<'a>>,
    window: usize,
    drift: Vec<DriftV1<'a>>,
    first_times: Vec<GroundV1<'a>>,
    repeated: Vec<RepeatedV1<'a>>,
    alike: Vec<TwinV1<'a>>,
    bursts: Vec<BurstV1<'a>>,
}

#[derive(Serialize)]
struct NamedV1<'a> {
    name: &'a str,
    changes: usize,
}

#[derive(Serialize)]
struct RuleV1<'a> {
    rule: &'a str,
    findings: usize,
    changes: usize,
}

#[derive(Serialize)]
struct ShareV1 {
    count: usize,
    of: usize,
    /// The ends of Wilson's interval for 95 %.
    low: f64,
    high: f64,
}

#[derive(Serialize)]
struct StintV1<'a> {
    model: &'a str,
    from: i64,
    to: i64,
    changes: usize,
}

#[derive(Serialize)]
struct WeekV1<'a> {
    from: i64,
    changes: usize,
    findings: usize,
    high: usize,
    first_models: &'a [String],
}

#[derive(Serialize)]
struct DriftV1<'a> {
    repository: &'a str,
    of: String,
    lately: CountV1,
    before: CountV1,
    /// One-sided, by Fisher's exact test.
    chance: f64,
    says: String,
}

#[derive(Serialize)]
struct CountV1 {
    count: usize,
    of: usize,
}

#[derive(Serialize)]
struct GroundV1<'a> {
    repository: &'a str,
    folders: &'a [String],
    change: &'a str,
    at: i64,
    changes_before: usize,
}

#[derive(Serialize)]
struct RepeatedV1<'a> {
    begins: &'a str,
    changes: usize,
    repositories: usize,
    places: &'a [String],
}

#[derive(Serialize)]
struct TwinV1<'a> {
    repositories: usize,
    changes: &'a [String],
}

#[derive(Serialize)]
struct BurstV1<'a> {
    repository: &'a str,
    from: i64,
    to: i64,
    changes: usize,
    sessions: usize,
    busiest_hour_before: usize,
}

fn share(of: Share) -> ShareV1 {
    ShareV1 { count: of.count, of: of.of, low: of.low, high: of.high }
}

fn portrait(one: &Portrait) -> PortraitV1<'_> {
    let lanes = [Lane::Clear, Lane::Look, Lane::Review, Lane::Stop];
    PortraitV1 {
        by: one.by.word(),
        key: &one.key,
        name: &one.name,
        tiers: one.tiers.iter().map(|(tier, count)| (tier.word(), *count)).collect(),
        repositories: counted(&one.repositories),
        company: counted(&one.company),
        first: one.first.0,
        last: one.last.0,
        changes: one.changes,
        sessions: one.sessions,
        lanes: lanes.iter().map(|lane| lane.word()).zip(one.lanes).collect(),
        findings: Severity::ALL.iter().map(|severity| severity.word()).zip(one.severities).collect(),
        rules: one.fired.iter().map(|fired| RuleV1 { rule: &fired.rule, findings: fired.findings, changes: fired.changes }).collect(),
        high: share(one.hard),
        approved: share(one.approved),
        held: share(one.held),
        reverted: share(one.reverted),
        judged_by_other_rules: one.other_rules,
        models: stints(one),
        weeks: weeks(one),
        window: one.window,
        drift: drifts(one),
        first_times: grounds(one),
        repeated: repeated(one),
        alike: one.twins.iter().map(|twin| TwinV1 { repositories: twin.repositories, changes: &twin.changes }).collect(),
        bursts: bursts(one),
    }
}

fn counted(all: &[(String, usize)]) -> Vec<NamedV1<'_>> {
    all.iter().map(|(name, changes)| NamedV1 { name, changes: *changes }).collect()
}

fn stints(one: &Portrait) -> Vec<StintV1<'_>> {
    let stint = one.stints.iter();
    stint.map(|stint| StintV1 { model: &stint.model, from: stint.from.0, to: stint.to.0, changes: stint.changes }).collect()
}

fn weeks(one: &Portrait) -> Vec<WeekV1<'_>> {
    let week = one.weeks.iter();
    week.map(|week| WeekV1 {
        from: week.from.0,
        changes: week.changes,
        findings: week.findings,
        high: week.hard,
        first_models: &week.models,
    })
    .collect()
}

fn drifts(one: &Portrait) -> Vec<DriftV1<'_>> {
    let count = |(count, of): (usize, usize)| CountV1 { count, of };
    let drift = one.drifts.iter();
    drift
        .map(|drift| DriftV1 {
            repository: &drift.repo,
            of: drift.of.word(),
            lately: count(drift.lately),
            before: count(drift.before),
            chance: drift.chance,
            says: drift.says(),
        })
        .collect()
}

fn grounds(one: &Portrait) -> Vec<GroundV1<'_>> {
    let ground = one.ground.iter();
    ground
        .map(|ground| GroundV1 {
            repository: &ground.repo,
            folders: &ground.folders,
            change: &ground.change,
            at: ground.at.0,
            changes_before: ground.before,
        })
        .collect()
}

fn repeated(one: &Portrait) -> Vec<RepeatedV1<'_>> {
    let repeated = one.repeated.iter();
    repeated
        .map(|repeated| RepeatedV1 {
            begins: &repeated.says,
            changes: repeated.changes,
            repositories: repeated.repositories,
            places: &repeated.places,
        })
        .collect()
}

fn bursts(one: &Portrait) -> Vec<BurstV1<'_>> {
    let burst = one.bursts.iter();
    burst
        .map(|burst| BurstV1 {
            repository: &burst.repo,
            from: burst.from.0,
            to: burst.to.0,
            changes: burst.changes,
            sessions: burst.sessions,
            busiest_hour_before: burst.before,
        })
        .collect()
}
