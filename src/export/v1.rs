//! The shape of report v1, `lazaret/report/v1`: what scripts rely on. `docs/report-v1.schema.json` describes it.
//!
//! Fields are only ever added; a change of meaning is a v2 beside this one.

mod tool;

use serde::Serialize;

use self::tool::{ImportV1, SightingV1, ToolV1};
use crate::export::judged::Judged;
use crate::model::agent::Provenance;
use crate::model::change::Change;
use crate::model::dependency::{Dependency, DependencyChange, PackageSource};
use crate::model::diff::Omission;
use crate::model::finding::{Finding, Where};
use crate::model::link::{Link, Tied};
use crate::model::pull::Pull;
use crate::model::report::Report;
use crate::model::risk::Risk;
use crate::model::story::{Claim, Undisclosed};

/// The name of this shape.
pub const SCHEMA: &str = "lazaret/report/v1";

/// A whole report.
#[derive(Debug, Serialize)]
pub struct ReportV1<'a> {
    schema: &'static str,
    change: ChangeV1<'a>,
    risk: RiskV1,
    provenance: ProvenanceV1<'a>,
    findings: Vec<FindingV1<'a>>,
    dependencies: Vec<DependencyV1<'a>>,
    claims: Vec<ClaimV1<'a>>,
    undisclosed: Vec<UndisclosedV1<'a>>,
    skipped: Vec<SkippedV1<'a>>,
    coverage: CoverageV1<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    annotated: Vec<&'static str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    unusual: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    outside_scope: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    imports: Vec<ImportV1<'a>>,
    stats: StatsV1,
}

#[derive(Debug, Serialize)]
struct CoverageV1<'a> {
    rules: usize,
    known: usize,
    digest: &'a str,
    left_out: &'a [String],
    unchecked: &'a [String],
}

#[derive(Debug, Serialize)]
struct ChangeV1<'a> {
    source: &'static str,
    r#ref: String,
    title: &'a str,
    base: Option<&'a str>,
    head: Option<&'a str>,
    url: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct RiskV1 {
    score: u8,
    lane: &'static str,
    reasons: Vec<String>,
}

#[derive(Debug, Serialize)]
struct ProvenanceV1<'a> {
    agent: Option<&'a str>,
    tier: &'static str,
    evidence: &'a [String],
}

#[derive(Debug, Serialize)]
struct FindingV1<'a> {
    id: &'a str,
    rule: &'static str,
    title: &'a str,
    class: &'static str,
    severity: &'static str,
    confidence: &'static str,
    r#where: WhereV1<'a>,
    evidence: &'a str,
    why: &'a str,
    fix: &'a str,
    references: &'a [String],
    links: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    chain: Vec<TieV1<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool: Option<ToolV1<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also_seen_by: Vec<SightingV1<'a>>,
}

/// Why a finding belongs together with something: a finding of this report, a place of this change, or a place of another one.
#[derive(Debug, Serialize)]
struct TieV1<'a> {
    why: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#where: Option<WhereV1<'a>>,
}

#[derive(Debug, Serialize)]
struct WhereV1<'a> {
    kind: &'static str,
    path: Option<String>,
    side: Option<&'static str>,
    line: Option<u32>,
    end_line: Option<u32>,
    commit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

/// A package that a change adds, removes or moves.
#[derive(Debug, Serialize)]
pub(super) struct DependencyV1<'a> {
    ecosystem: &'static str,
    name: &'a str,
    change: &'static str,
    before: Option<String>,
    after: Option<String>,
    direct: bool,
    scope: &'static str,
    manifest: String,
    notes: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    through: &'a [String],
}

#[derive(Debug, Serialize)]
struct ClaimV1<'a> {
    text: &'a str,
    verdict: &'static str,
    places: &'a [String],
}

#[derive(Debug, Serialize)]
struct UndisclosedV1<'a> {
    fact: &'a str,
    severity: &'static str,
    places: &'a [String],
}

#[derive(Debug, Serialize)]
struct SkippedV1<'a> {
    path: Option<String>,
    why: &'a str,
}

/// Sizes of a change, and how long it took.
#[derive(Debug, Default, Serialize)]
pub(crate) struct StatsV1 {
    /// Files touched.
    pub(crate) files: usize,
    /// Lines added.
    pub(crate) added: usize,
    /// Lines removed.
    pub(crate) removed: usize,
    /// Parts that should have been readable and were not.
    pub(crate) unreadable: usize,
    /// Milliseconds.
    pub(crate) ms: u64,
}

impl<'a> ReportV1<'a> {
    /// The report of `judged` in this shape.
    #[must_use]
    pub fn new(judged: Judged<'a>) -> Self {
        let Judged { change, report } = judged;
        Self::of(&change.pull, report, StatsV1::new(change, report))
    }

    /// The report of a pull whose diff is not at hand any more.
    pub(crate) fn of(pull: &'a Pull, report: &'a Report, stats: StatsV1) -> Self {
        Self {
            schema: SCHEMA,
            change: ChangeV1::new(pull),
            risk: RiskV1::new(&report.risk),
            provenance: ProvenanceV1::new(&pull.provenance),
            findings: report.findings.iter().map(FindingV1::new).collect(),
            dependencies: report.dependencies.iter().filter_map(DependencyV1::new).collect(),
            claims: report.story.claims.iter().map(ClaimV1::new).collect(),
            undisclosed: report.story.undisclosed.iter().map(UndisclosedV1::new).collect(),
            skipped: report.skipped.iter().map(SkippedV1::new).collect(),
            coverage: CoverageV1 {
                rules: report.coverage.rules,
                known: report.coverage.known,
                digest: &report.rules_digest,
                left_out: &report.coverage.left_out,
                unchecked: &report.coverage.unchecked,
            },
            annotated: report.annotated.iter().map(|rule| rule.0).collect(),
            unusual: &report.unusual,
            outside_scope: &report.outside,
            imports: report.imports.iter().map(ImportV1::new).collect(),
            stats,
        }
    }
}

impl<'a> ChangeV1<'a> {
    fn new(pull: &'a Pull) -> Self {
        Self {
            source: pull.at.origin.word(),
            r#ref: pull.address().to_string(),
            title: &pull.title,
            base: pull.revision.base.as_ref().map(|id| id.as_str()),
            head: pull.revision.head.as_ref().map(|id| id.as_str()),
            url: pull.url.as_deref(),
        }
    }
}

impl RiskV1 {
    fn new(risk: &Risk) -> Self {
        let reasons = risk.contributions.iter().map(|reason| format!("{} (+{})", reason.why, reason.points)).collect();
        Self { score: risk.score, lane: risk.lane.word(), reasons }
    }
}

impl<'a> ProvenanceV1<'a> {
    fn new(provenance: &'a Provenance) -> Self {
        Self { agent: provenance.agent.as_deref(), tier: provenance.tier.word(), evidence: &provenance.evidence }
    }
}

impl<'a> FindingV1<'a> {
    fn new(finding: &'a Finding) -> Self {
        Self {
            id: &finding.id.0,
            rule: finding.rule.0,
            title: &finding.title,
            class: finding.class.word(),
            severity: finding.severity.word(),
            confidence: finding.confidence.word(),
            r#where: WhereV1::new(&finding.at),
            evidence: &finding.evidence,
            why: &finding.why,
            fix: &finding.fix,
            references: &finding.references,
            links: finding.linked().map(|id| id.0.as_str()).collect(),
            chain: finding.links.iter().map(TieV1::new).collect(),
            group: finding.group.as_deref(),
            tool: finding.tool.as_ref().map(ToolV1::new),
            also_seen_by: finding.also.iter().map(SightingV1::new).collect(),
        }
    }
}

impl<'a> TieV1<'a> {
    fn new(link: &'a Link) -> Self {
        let (change, at) = match &link.to {
            Tied::Finding(_) => (None, None),
            Tied::Place(at) => (None, Some(at)),
            Tied::Change { name, place } => (Some(name.as_str()), Some(place)),
        };
        Self { why: &link.why, finding: link.finding().map(|id| id.0.as_str()), change, r#where: at.map(WhereV1::new) }
    }
}

impl<'a> WhereV1<'a> {
    fn new(at: &'a Where) -> Self {
        let path = at.path().map(|path| path.text().into_owned());
        let mut place = Self { kind: at.kind(), path, side: None, line: None, end_line: None, commit: None, name: None };
        match at {
            Where::Line { place: first, end_line } => {
                place.side = Some(first.side.word());
                place.line = Some(first.line);
                place.end_line = Some(*end_line);
            }
            Where::Commit(id) => place.commit = Some(id.as_str()),
            Where::Dependency { name, .. } => place.name = Some(name),
            Where::Said(said) => {
                place.name = Some(&said.by);
                if let Some(about) = &said.about {
                    place.path = Some(about.path.text().into_owned());
                    place.side = Some(about.side.word());
                    place.line = Some(about.line).filter(|line| *line > 0);
                }
            }
            Where::File(_) | Where::Name(_) | Where::Message | Where::Branch => {}
        }
        place
    }
}

impl<'a> DependencyV1<'a> {
    /// The row as it is written; `None` for one without either side.
    pub(super) fn new(row: &'a DependencyChange) -> Option<Self> {
        let dependency = row.dependency()?;
        Some(Self {
            ecosystem: dependency.ecosystem.word(),
            name: &dependency.name,
            change: row.change.word(),
            before: row.before.as_ref().map(version),
            after: row.after.as_ref().map(version),
            direct: dependency.direct,
            scope: dependency.scope.word(),
            manifest: row.manifest.text().into_owned(),
            notes: &row.notes,
            through: &row.through,
        })
    }
}

/// A dependency's version with its source where that is not the ecosystem's own registry; outside text.
pub(crate) fn version(dependency: &Dependency) -> String {
    let source = match &dependency.source {
        PackageSource::DefaultRegistry => return dependency.version.clone(),
        PackageSource::Git { url, rev } if rev.is_empty() => format!("git {url}"),
        PackageSource::Git { url, rev } => format!("git {url} at {rev}"),
        PackageSource::Registry(place) => format!("registry {place}"),
        PackageSource::Url(place) => format!("archive {place}"),
        PackageSource::Path(place) => format!("path {place}"),
    };
    if dependency.version.is_empty() { source } else { format!("{} from {source}", dependency.version) }
}

impl<'a> ClaimV1<'a> {
    fn new(claim: &'a Claim) -> Self {
        Self { text: &claim.text, verdict: claim.verdict.word(), places: &claim.places }
    }
}

impl<'a> UndisclosedV1<'a> {
    fn new(undisclosed: &'a Undisclosed) -> Self {
        Self { fact: &undisclosed.fact, severity: undisclosed.severity.word(), places: &undisclosed.places }
    }
}

impl<'a> SkippedV1<'a> {
    fn new(omission: &'a Omission) -> Self {
        Self { path: omission.path.as_ref().map(|path| path.text().into_owned()), why: &omission.why }
    }
}

impl StatsV1 {
    fn new(change: &Change, report: &Report) -> Self {
        let patch = &change.patch;
        Self { files: patch.files.len(), added: patch.added(), removed: patch.removed(), unreadable: patch.unreadable, ms: report.millis }
    }
}
