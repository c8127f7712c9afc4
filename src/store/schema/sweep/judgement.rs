//! What was judged of one change: findings, dependencies, story and risk, and what it is recognised by elsewhere.
//!
//! Evidence lies here as reports hold it: secrets are redacted already.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::answer::{LinkData, OmissionData, named};
use super::import::{ImportData, SightingData, ToolData};
use super::site::WhereData;
use super::threads::{ThreadsData, TieData};
use crate::model::coverage::Coverage;
use crate::model::dependency::{Dependency, DependencyChange, DependencyMove, Ecosystem, PackageSource, Scope};
use crate::model::finding::{Finding, Fingerprint};
use crate::model::firing::Firing;
use crate::model::path::RepoPath;
use crate::model::report::Report;
use crate::model::risk::{Contribution, Lane, Risk};
use crate::model::rule::{Confidence, FindingClass, RuleId, Severity};
use crate::model::story::{Claim, Story, Undisclosed, Verdict};
use crate::model::sweep::{FileMark, HostMark, Judgement, Marks};
use crate::model::time::Timestamp;

#[derive(Serialize, Deserialize)]
struct JudgementData {
    findings: Vec<FindingData>,
    dependencies: Vec<ChangeData>,
    claims: Vec<(String, String, Vec<String>)>,
    undisclosed: Vec<(String, Vec<String>)>,
    /// How much each of those weighs; records of before do not say.
    #[serde(default)]
    unsaid: Vec<String>,
    score: u8,
    lane: String,
    reasons: Vec<(u8, String)>,
    skipped: Vec<OmissionData>,
    #[serde(default)]
    firings: Vec<FiringData>,
    #[serde(default)]
    threads: ThreadsData,
    #[serde(default)]
    imports: Vec<ImportData>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    annotated: Vec<String>,
    /// Rules that ran and are known, what was left out, what could not be checked.
    #[serde(default)]
    coverage: (usize, usize, Vec<String>, Vec<String>),
    /// Packages that somebody may say more about another time.
    #[serde(default)]
    unreached: usize,
    rules_digest: String,
    millis: u64,
    marks: MarksData,
    sizes: [usize; 4],
    contained_in: Vec<LinkData>,
}

#[derive(Serialize, Deserialize)]
struct FindingData {
    id: String,
    rule: String,
    title: String,
    class: String,
    severity: String,
    confidence: String,
    at: WhereData,
    evidence: String,
    why: String,
    fix: String,
    references: Vec<String>,
    links: Vec<TieData>,
    #[serde(default)]
    tool: Option<ToolData>,
    #[serde(default)]
    also: Vec<SightingData>,
    #[serde(default)]
    group: Option<String>,
}

/// A firing as stored.
#[derive(Serialize, Deserialize)]
pub(crate) struct FiringData {
    at: i64,
    rule: String,
    place: WhereData,
    shows: String,
    values: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
struct ChangeData {
    change: String,
    manifest: Vec<u8>,
    before: Option<DependencyData>,
    after: Option<DependencyData>,
    notes: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    through: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct DependencyData {
    ecosystem: String,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    written: Option<String>,
    version: String,
    source: SourceData,
    scope: u8,
    direct: bool,
    hashes: Vec<String>,
    installs_code: bool,
    line: u32,
}

#[derive(Serialize, Deserialize)]
enum SourceData {
    Default,
    Registry(String),
    Git(String, String),
    Url(String),
    Path(String),
}

#[derive(Serialize, Deserialize)]
struct MarksData {
    patch: Option<String>,
    weight: usize,
    message: String,
    author: String,
    session: Option<String>,
    hosts: Vec<(String, bool)>,
    files: Vec<(Vec<u8>, char, Option<String>)>,
    routine: bool,
}

const LANES: [Lane; 4] = [Lane::Clear, Lane::Look, Lane::Review, Lane::Stop];
const VERDICTS: [Verdict; 3] = [Verdict::Supported, Verdict::Contradicted, Verdict::Uncheckable];
const SCOPES: [Scope; 4] = [Scope::Runtime, Scope::Dev, Scope::Build, Scope::Optional];

/// `judgement` as text.
///
/// # Errors
/// Never in practice; the sentence is the serializer's.
pub fn write(judgement: &Judgement) -> Result<String, String> {
    let Judgement { report, marks, .. } = judgement;
    let coverage = &report.coverage;
    let data = JudgementData {
        findings: report.findings.iter().map(FindingData::of).collect(),
        dependencies: report.dependencies.iter().map(ChangeData::of).collect(),
        claims: report.story.claims.iter().map(|c| (c.text.clone(), c.verdict.word().to_owned(), c.places.clone())).collect(),
        undisclosed: report.story.undisclosed.iter().map(|u| (u.fact.clone(), u.places.clone())).collect(),
        unsaid: report.story.undisclosed.iter().map(|u| u.severity.word().to_owned()).collect(),
        score: report.risk.score,
        lane: report.risk.lane.word().to_owned(),
        reasons: report.risk.contributions.iter().map(|c| (c.points, c.why.clone())).collect(),
        skipped: report.skipped.iter().map(OmissionData::of).collect(),
        firings: report.firings.iter().map(FiringData::of).collect(),
        threads: ThreadsData::of(&report.threads),
        imports: report.imports.iter().map(ImportData::of).collect(),
        coverage: (coverage.rules, coverage.known, coverage.left_out.clone(), coverage.unchecked.clone()),
        unreached: coverage.unreached,
        annotated: report.annotated.iter().map(|rule| rule.0.to_owned()).collect(),
        rules_digest: report.rules_digest.clone(),
        millis: report.millis,
        marks: MarksData::of(marks),
        sizes: [judgement.files, judgement.added, judgement.removed, judgement.unreadable],
        contained_in: judgement.contained_in.iter().map(LinkData::of).collect(),
    };
    serde_json::to_string(&data).map_err(|e| e.to_string())
}

/// The judgement in `text`.
///
/// # Errors
/// When it is not what [`write()`] writes, or names a rule that is gone.
pub fn read(text: &str) -> Result<Judgement, String> {
    let data: JudgementData = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let claim = |(text, verdict, places): (String, String, Vec<String>)| {
        Ok::<_, String>(Claim { text, verdict: named(&VERDICTS, &verdict, Verdict::word)?, places })
    };
    let weights = data.unsaid.iter().map(|word| Severity::parse(word)).chain(std::iter::repeat(None));
    let weighed = data.undisclosed.into_iter().zip(weights);
    let undisclosed =
        weighed.map(|((fact, places), severity)| Undisclosed { fact, severity: severity.unwrap_or(Severity::Medium), places }).collect();
    let contributions = data.reasons.into_iter().map(|(points, why)| Contribution { points, why }).collect();
    let report = Report {
        findings: data.findings.into_iter().map(|finding| finding.back()).collect::<Result<_, _>>()?,
        dependencies: data.dependencies.into_iter().map(ChangeData::back).collect::<Result<_, _>>()?,
        story: Story { claims: data.claims.into_iter().map(claim).collect::<Result<_, _>>()?, undisclosed, open: false },
        risk: Risk { score: data.score, lane: named(&LANES, &data.lane, Lane::word)?, contributions },
        skipped: data.skipped.into_iter().map(OmissionData::back).collect(),
        firings: data.firings.into_iter().map(FiringData::back).collect::<Result<_, _>>()?,
        threads: data.threads.back()?,
        activated: Vec::new(),
        // Known only where changes are judged together.
        together: Vec::new(),
        unusual: Vec::new(),
        outside: Vec::new(),
        imports: data.imports.into_iter().map(ImportData::back).collect(),
        coverage: {
            let (rules, known, left_out, unchecked) = data.coverage;
            Coverage { rules, known, left_out, unchecked, unreached: data.unreached }
        },
        annotated: data.annotated.iter().map(|rule| RuleId::named(rule)).collect(),
        rules_digest: data.rules_digest,
        millis: data.millis,
    };
    let [files, added, removed, unreadable] = data.sizes;
    let contained_in = data.contained_in.into_iter().map(LinkData::back).collect();
    Ok(Judgement { report, marks: data.marks.back(), files, added, removed, unreadable, contained_in })
}

impl FindingData {
    fn of(finding: &Finding) -> Self {
        Self {
            id: finding.id.0.clone(),
            rule: finding.rule.0.to_owned(),
            title: finding.title.clone(),
            class: finding.class.word().to_owned(),
            severity: finding.severity.word().to_owned(),
            confidence: finding.confidence.word().to_owned(),
            at: WhereData::of(&finding.at),
            evidence: finding.evidence.clone(),
            why: finding.why.clone(),
            fix: finding.fix.clone(),
            references: finding.references.clone(),
            links: finding.links.iter().map(TieData::of).collect(),
            tool: finding.tool.as_ref().map(ToolData::of),
            also: finding.also.iter().map(SightingData::of).collect(),
            group: finding.group.clone(),
        }
    }

    fn back(self) -> Result<Finding, String> {
        let odd = |word: &str| format!("unknown word {word:?}");
        Ok(Finding {
            id: Fingerprint(self.id),
            rule: RuleId::named(&self.rule),
            title: self.title,
            class: FindingClass::parse(&self.class).ok_or_else(|| odd(&self.class))?,
            severity: Severity::parse(&self.severity).ok_or_else(|| odd(&self.severity))?,
            confidence: Confidence::parse(&self.confidence).ok_or_else(|| odd(&self.confidence))?,
            at: self.at.back()?,
            evidence: self.evidence,
            why: self.why,
            fix: self.fix,
            references: self.references,
            links: self.links.into_iter().map(TieData::back).collect::<Result<_, _>>()?,
            tool: self.tool.map(ToolData::back),
            also: self.also.into_iter().map(SightingData::back).collect::<Result<_, _>>()?,
            group: self.group,
        })
    }
}

impl FiringData {
    /// `firing` as stored.
    pub(crate) fn of(firing: &Firing) -> Self {
        let Firing { at, rule, place, shows, values } = firing.clone();
        Self { at: at.0, rule, place: WhereData::of(&place), shows, values }
    }

    /// It again, or what is wrong with it.
    pub(crate) fn back(self) -> Result<Firing, String> {
        let Self { at, rule, place, shows, values } = self;
        Ok(Firing { at: Timestamp(at), rule, place: place.back()?, shows, values })
    }
}

impl ChangeData {
    fn of(row: &DependencyChange) -> Self {
        Self {
            change: row.change.word().to_owned(),
            manifest: row.manifest.bytes().to_vec(),
            before: row.before.as_ref().map(DependencyData::of),
            after: row.after.as_ref().map(DependencyData::of),
            notes: row.notes.clone(),
            through: row.through.clone(),
        }
    }

    fn back(self) -> Result<DependencyChange, String> {
        Ok(DependencyChange {
            change: named(&DependencyMove::ALL, &self.change, DependencyMove::word)?,
            manifest: RepoPath::new(&self.manifest),
            before: self.before.map(DependencyData::back).transpose()?,
            after: self.after.map(DependencyData::back).transpose()?,
            notes: self.notes,
            through: self.through,
        })
    }
}

impl DependencyData {
    fn of(one: &Dependency) -> Self {
        let source = match &one.source {
            PackageSource::DefaultRegistry => SourceData::Default,
            PackageSource::Registry(place) => SourceData::Registry(place.clone()),
            PackageSource::Git { url, rev } => SourceData::Git(url.clone(), rev.clone()),
            PackageSource::Url(place) => SourceData::Url(place.clone()),
            PackageSource::Path(place) => SourceData::Path(place.clone()),
        };
        Self {
            ecosystem: one.ecosystem.word().to_owned(),
            name: one.name.clone(),
            written: one.written.as_deref().map(str::to_owned),
            version: one.version.clone(),
            source,
            scope: one.scope as u8,
            direct: one.direct,
            hashes: one.hashes.clone(),
            installs_code: one.installs_code,
            line: one.line,
        }
    }

    fn back(self) -> Result<Dependency, String> {
        let source = match self.source {
            SourceData::Default => PackageSource::DefaultRegistry,
            SourceData::Registry(place) => PackageSource::Registry(place),
            SourceData::Git(url, rev) => PackageSource::Git { url, rev },
            SourceData::Url(place) => PackageSource::Url(place),
            SourceData::Path(place) => PackageSource::Path(place),
        };
        Ok(Dependency {
            ecosystem: named(&Ecosystem::ALL, &self.ecosystem, Ecosystem::word)?,
            name: self.name,
            written: self.written.map(String::into_boxed_str),
            version: self.version,
            source,
            scope: SCOPES.get(usize::from(self.scope)).copied().ok_or("an unknown scope")?,
            direct: self.direct,
            hashes: self.hashes,
            installs_code: self.installs_code,
            line: self.line,
        })
    }
}

impl MarksData {
    fn of(marks: &Marks) -> Self {
        Self {
            patch: marks.patch.clone(),
            weight: marks.weight,
            message: marks.message.clone(),
            author: marks.author.clone(),
            session: marks.session.clone(),
            hosts: marks.hosts.iter().map(|host| (host.name.clone(), host.suspected)).collect(),
            files: marks.files.iter().map(|file| (file.path.bytes().to_vec(), file.status, file.added.clone())).collect(),
            routine: marks.routine,
        }
    }

    fn back(self) -> Marks {
        let file = |(path, status, added): (Vec<u8>, char, Option<String>)| FileMark { path: RepoPath::new(&path), status, added };
        Marks {
            patch: self.patch,
            weight: self.weight,
            message: self.message,
            author: self.author,
            session: self.session,
            hosts: self.hosts.into_iter().map(|(name, suspected)| HostMark { name, suspected }).collect(),
            files: self.files.into_iter().map(file).collect(),
            routine: self.routine,
        }
    }
}
