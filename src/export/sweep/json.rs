//! A sweep for scripts: `lazaret/sweep/v1` as one document, or report v1 with what a sweep adds, one on each line.

use std::io::{self, Write};

use serde::Serialize;

use crate::export::escape;
use crate::export::ledger::moment;
use crate::export::v1::{ReportV1, StatsV1};
use crate::model::report::Report;
use crate::model::sweep::{Bond, Campaign, Gap, Member, Observation, Sweep};

/// The name of the shape.
pub const SCHEMA: &str = "lazaret/sweep/v1";

static UNREAD: std::sync::LazyLock<Report> = std::sync::LazyLock::new(Report::default);

/// Writes the whole sweep.
///
/// # Errors
/// When `out` cannot be written.
pub fn document(out: &mut dyn Write, sweep: &Sweep) -> io::Result<()> {
    escape::pretty(out, &SweepV1::new(sweep))
}

/// Writes one change on each line.
///
/// # Errors
/// When `out` cannot be written.
pub fn lines(out: &mut dyn Write, sweep: &Sweep) -> io::Result<()> {
    sweep.members.iter().enumerate().try_for_each(|(index, member)| escape::compact(out, &MemberV1::new(sweep, index, member)))
}

#[derive(Serialize)]
struct SweepV1<'a> {
    schema: &'static str,
    id: &'a str,
    since: String,
    until: String,
    state: &'static str,
    targets: &'a [String],
    changes: Vec<MemberV1<'a>>,
    campaigns: Vec<CampaignV1<'a>>,
    gaps: Vec<GapV1<'a>>,
    tally: TallyV1,
}

#[derive(Serialize)]
struct MemberV1<'a> {
    #[serde(flatten)]
    report: ReportV1<'a>,
    judged: bool,
    state: &'static str,
    opened: String,
    landed: Option<LandedV1<'a>>,
    observations: Vec<ObservationV1<'a>>,
    campaign: Option<&'a str>,
    contained_in: Vec<ContainerV1<'a>>,
}

#[derive(Serialize)]
struct LandedV1<'a> {
    at: String,
    commit: Option<&'a str>,
    by: Option<&'a str>,
    approvals: Option<u64>,
}

#[derive(Serialize)]
struct ObservationV1<'a> {
    conduct: &'static str,
    evidence: &'a str,
}

#[derive(Serialize)]
struct ContainerV1<'a> {
    kind: &'a str,
    name: &'a str,
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct CampaignV1<'a> {
    name: &'a str,
    repositories: usize,
    changes: Vec<String>,
    bonds: Vec<BondV1<'a>>,
}

#[derive(Serialize)]
struct BondV1<'a> {
    kind: &'static str,
    what: &'a str,
    changes: usize,
    repositories: usize,
}

#[derive(Serialize)]
struct GapV1<'a> {
    place: &'a str,
    path: Option<String>,
    why: &'a str,
    failed: bool,
}

#[derive(Serialize)]
struct TallyV1 {
    repositories: usize,
    judged: usize,
    kept: usize,
    requests: u64,
}

impl<'a> SweepV1<'a> {
    fn new(sweep: &'a Sweep) -> Self {
        let tally = sweep.tally;
        Self {
            schema: SCHEMA,
            id: &sweep.id,
            since: moment(sweep.asked.window.since),
            until: moment(sweep.asked.window.until),
            state: sweep.asked.wanted.word(),
            targets: &sweep.targets,
            changes: sweep.members.iter().enumerate().map(|(index, member)| MemberV1::new(sweep, index, member)).collect(),
            campaigns: sweep.campaigns.iter().map(|campaign| CampaignV1::new(sweep, campaign)).collect(),
            gaps: sweep.gaps.iter().map(GapV1::new).collect(),
            tally: TallyV1 { repositories: tally.repositories, judged: tally.judged, kept: tally.kept, requests: tally.requests },
        }
    }
}

impl<'a> MemberV1<'a> {
    fn new(sweep: &'a Sweep, index: usize, member: &'a Member) -> Self {
        let pull = member.pull();
        let report = member.judgement.as_ref().map_or(&*UNREAD, |judgement| &judgement.report);
        let stats = member.judgement.as_ref().map_or_else(StatsV1::default, |judgement| StatsV1 {
            files: judgement.files,
            added: judgement.added,
            removed: judgement.removed,
            unreadable: judgement.unreadable,
            ms: report.millis,
        });
        let container = |link: &'a crate::model::dossier::Link| ContainerV1 { kind: link.kind, name: &link.name, url: link.url.as_deref() };
        Self {
            report: ReportV1::of(pull, report, stats),
            judged: member.judgement.is_some(),
            state: pull.state.word(),
            opened: moment(pull.opened),
            landed: member.is_merged().then(|| LandedV1::new(member)),
            observations: member.observations.iter().map(ObservationV1::new).collect(),
            campaign: sweep.campaign_of(index).map(|campaign| campaign.name.as_str()),
            contained_in: member.contained_in().map(container).collect(),
        }
    }
}

impl<'a> LandedV1<'a> {
    fn new(member: &'a Member) -> Self {
        let standing = member.pull().standing.as_deref();
        let merged = standing.and_then(|standing| standing.merged.as_ref());
        let by = merged.and_then(|merged| merged.by.as_ref()).or(member.caught.landing.as_ref().map(|landing| &landing.by));
        Self {
            at: moment(member.happened()),
            commit: member.landed().map(|id| id.as_str()),
            by: by.map(|by| by.login.as_str()),
            approvals: standing.map(|standing| standing.approvals),
        }
    }
}

impl<'a> ObservationV1<'a> {
    fn new(seen: &'a Observation) -> Self {
        Self { conduct: seen.conduct.word(), evidence: &seen.says }
    }
}

impl<'a> CampaignV1<'a> {
    fn new(sweep: &'a Sweep, campaign: &'a Campaign) -> Self {
        let members = campaign.members.iter().filter_map(|index| sweep.members.get(*index));
        Self {
            name: &campaign.name,
            repositories: campaign.repositories,
            changes: members.map(|member| member.pull().address().to_string()).collect(),
            bonds: campaign.bonds.iter().map(BondV1::new).collect(),
        }
    }
}

impl<'a> BondV1<'a> {
    fn new(bond: &'a Bond) -> Self {
        Self { kind: bond.kind, what: &bond.what, changes: bond.members, repositories: bond.repositories }
    }
}

impl<'a> GapV1<'a> {
    fn new(gap: &'a Gap) -> Self {
        let path = gap.omission.path.as_ref().map(|path| path.text().into_owned());
        Self { place: &gap.place, path, why: &gap.omission.why, failed: gap.failed }
    }
}
