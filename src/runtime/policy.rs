//! The policy in force where decisions are made: read from the person's folder, the base and the organisation, put before every plan.

use std::path::{Path, PathBuf};

use crate::analysis::provenance;
use crate::analysis::role::Role;
use crate::config::load;
use crate::config::nearest::nearest;
use crate::config::policy::together;
use crate::model::cancel::Cancel;
use crate::model::change::Change;
use crate::model::commit_id::CommitId;
use crate::model::decision::Verb;
use crate::model::dependency::{DependencyChange, DependencyMove, PackageSource};
use crate::model::dossier::Dossier;
use crate::model::path::RepoPath;
use crate::model::person::Proof;
use crate::model::policy::{Approval, HOURS, Package, Policy, PolicyText, Touched};
use crate::model::pull::{Commit, PullRef};
use crate::model::report::Report;
use crate::model::response::{CaseId, People, Plan};
use crate::model::time::Timestamp;
use crate::response::error::ResponseError;
use crate::response::journal::{Case, Journal};
use crate::response::policy::{First, Members, Situation, about, apply, judge};
use crate::response::request::Request;
use crate::response::responder::Responder;
use crate::response::signing::{self, Signing};
use crate::sources::source::Source;

/// What a decision notes of a policy that could not be read when it was made.
pub const UNREAD: &str = "unreadable";

/// The policy in force for one decision, or in one sentence why it cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Force(pub Result<Policy, String>);

impl Force {
    /// The policy for changes of the pull at `at` onto `base`; without a source only the person's own, from `folder`.
    #[must_use]
    pub fn of(folder: &Path, source: Option<&dyn Source>, at: &PullRef, base: Option<&CommitId>) -> Self {
        let policy = texts(folder, source, at, base).and_then(|texts| together(&texts).map_err(|error| error.to_string()));
        Self(policy.and_then(known_agents))
    }

    /// What a decision notes of it; nothing where nobody demands anything.
    #[must_use]
    pub fn digest(&self) -> &str {
        self.0.as_ref().map_or(UNREAD, |policy| &policy.digest)
    }

    /// Seconds an approval holds.
    #[must_use]
    pub fn lasts(&self) -> i64 {
        self.0.as_ref().map_or(i64::from(HOURS) * 3600, Policy::lasts)
    }

    /// This and `other` together: of two demands the stricter one.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self.0, other.0) {
            (Ok(one), Ok(other)) if one == other => Self(Ok(one)),
            (Ok(one), Ok(other)) => {
                let digest = format!("{}{}", one.digest, other.digest);
                Self(Ok(Policy { digest, ..one.and(other) }))
            }
            (Err(why), _) | (_, Err(why)) => Self(Err(why)),
        }
    }
}

/// `policy`, unless a scope names an agent that nobody has: a slip there would leave the agent without any.
fn known_agents(policy: Policy) -> Result<Policy, String> {
    let names = provenance::names();
    let stray =
        policy.scopes.iter().find(|demand| demand.value.agent != "*" && !names.contains(&demand.value.agent.to_lowercase().as_str()));
    match stray {
        None => Ok(policy),
        Some(demand) => {
            let agent = &demand.value.agent;
            let meant = nearest(agent, names.iter().copied()).map_or_else(|| names.join(", "), |meant| format!("did you mean {meant:?}?"));
            Err(format!("{}: there is no agent {agent:?} for a scope; {meant}", demand.from))
        }
    }
}

/// The texts of all policies, the person's own first.
///
/// # Errors
/// When one is there and cannot be read.
pub fn texts(folder: &Path, source: Option<&dyn Source>, at: &PullRef, base: Option<&CommitId>) -> Result<Vec<PolicyText>, String> {
    let mut texts: Vec<PolicyText> = load::policy(folder).map_err(|error| error.to_string())?.into_iter().collect();
    if let Some(source) = source {
        texts.extend(source.policies(at, base, &Cancel::default()).map_err(|error| error.to_string())?);
    }
    Ok(texts)
}

/// What a plan is judged by.
pub struct Bench {
    /// The policy in force.
    pub force: Force,
    /// Who belongs to the teams it names.
    pub members: Members,
    /// Teams that could not be read, in sentences: nobody counts as one of theirs.
    pub unknown: Vec<String>,
    /// How this person signs, when they do.
    pub signing: Option<Signing>,
    /// The file that says whose key is whose.
    pub allowed: Option<PathBuf>,
}

/// What `request` would do, judged on the `bench`.
///
/// # Errors
/// As [`Responder::plan`].
pub fn plan(responder: &dyn Responder, request: &Request, journal: &dyn Journal, bench: &Bench) -> Result<Plan, ResponseError> {
    let force = &bench.force;
    let mut request = request.clone();
    for target in &mut request.targets {
        force.digest().clone_into(&mut target.subject.policy_digest);
    }
    let mut plan = responder.plan(&request, journal)?;
    if let Some(signing) = &bench.signing {
        know(&mut plan, signing);
    }
    let then = Timestamp(request.at.0 - force.lasts());
    let firsts = waiting(journal, &responder.name(), &mut plan, then, bench.allowed.as_deref())?;
    let touched: Vec<Touched> = request.targets.iter().map(|target| target.touched.clone()).collect();
    let judgement = judge(
        &plan,
        &Situation { policy: force.0.as_ref().map_err(String::as_str), touched: &touched, firsts: &firsts, members: &bench.members },
    );
    apply(&mut plan, judgement);
    plan.warnings.extend(bench.unknown.iter().cloned());
    Ok(plan)
}

/// Who belongs to the teams that matter for `verb`, and which of them could not be read.
#[must_use]
pub fn members(force: &Force, verb: Verb, source: Option<&dyn Source>) -> (Members, Vec<String>) {
    let (mut members, mut unknown) = (Members::new(), Vec::new());
    let teams = force.0.as_ref().map(|policy| policy.teams(verb)).unwrap_or_default();
    for (organisation, team) in teams {
        match source.map(|source| source.members(&organisation, &team, &Cancel::default())) {
            Some(Ok(found)) => members.extend(found.into_iter().map(|account| (organisation.clone(), team.clone(), account))),
            Some(Err(why)) => unknown.push(format!("nobody counts as one of @{organisation}/{team}: {why}")),
            None => {}
        }
    }
    (members, unknown)
}

/// `plan` as it is carried out: signed, when this person signs. Nothing that contains waits for a key.
///
/// # Errors
/// When an approval or a release cannot be signed.
pub fn seal(plan: &Plan, signing: Option<&Signing>) -> Result<Plan, ResponseError> {
    let Some(signing) = signing.filter(|_| !plan.steps.is_empty()) else { return Ok(plan.clone()) };
    match signing::seal(plan, signing) {
        Err(_) if !lets_in(plan.decision.verb) => {
            let mut plan = plan.clone();
            plan.decision.reviewer.proofs.retain(|proof| !matches!(proof, Proof::Key { .. }));
            Ok(plan)
        }
        sealed => sealed,
    }
}

/// Puts the person's key among what shows who they are, or says why it shows nothing.
fn know(plan: &mut Plan, signing: &Signing) {
    match signing::proof(signing) {
        Ok(Some(proof)) => plan.decision.reviewer.proofs.push(proof),
        Ok(None) => plan.warnings.push(
            "your signing key stands in no file of allowed signers, so it shows nobody who you are: git config gpg.ssh.allowedSignersFile FILE"
                .to_owned(),
        ),
        Err(why) if lets_in(plan.decision.verb) => plan.refusals.push(why.to_string()),
        Err(why) => plan.warnings.push(format!("this decision will not be signed: {why}")),
    }
}

fn lets_in(verb: Verb) -> bool {
    matches!(verb, Verb::Approve | Verb::Release | Verb::Unblock)
}

/// First halves of the same decision that nobody completed yet, latest first. One whose signature does not hold is said and does
/// not count.
fn waiting(
    journal: &dyn Journal,
    place: &str,
    plan: &mut Plan,
    then: Timestamp,
    allowed: Option<&Path>,
) -> Result<Vec<First>, ResponseError> {
    let cases = journal.since(plan.decision.verb, then)?;
    let mine = about(plan);
    let mut firsts = Vec::new();
    for case in cases.iter().filter(|case| case.repository == place) {
        match &case.plan.people {
            People::First(about) if *about == mine && !completed(&cases, &case.plan.case) => {}
            _ => continue,
        }
        match signing::verify(&case.plan, allowed) {
            Ok(()) => firsts.push(First { case: case.plan.case.clone(), decision: case.plan.decision.clone() }),
            Err(why) => plan.warnings.push(format!("the first decision in case {} does not count: {why}", case.plan.case.0)),
        }
    }
    Ok(firsts)
}

fn completed(cases: &[Case], first: &CaseId) -> bool {
    cases.iter().any(|case| matches!(&case.plan.people, People::Second(after) if after == first))
}

/// Whether somebody decided on `at` and waits for a second person. What they decided is not said: the second looks first.
///
/// # Errors
/// When the journal cannot be read.
pub fn awaits_second(journal: &dyn Journal, at: &PullRef, then: Timestamp) -> Result<bool, ResponseError> {
    let name = format!("{}\n{}", at.repo, at.name);
    for verb in [Verb::Approve, Verb::Revert, Verb::Release] {
        let cases = journal.since(verb, then)?;
        let waits = cases
            .iter()
            .any(|case| matches!(&case.plan.people, People::First(about) if about.contains(&name)) && !completed(&cases, &case.plan.case));
        if waits {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a policy looks at in `change`, as judged by `report`.
#[must_use]
pub fn touched(change: &Change, report: &Report) -> Touched {
    let pull = &change.pull;
    let mut paths: Vec<RepoPath> = change.patch.files.iter().flat_map(|file| [&file.old_path, &file.new_path]).flatten().cloned().collect();
    paths.sort();
    paths.dedup();
    let of = |roles: &[Role]| paths.iter().filter(|path| roles.contains(&Role::of(&path.text()))).cloned().collect();
    let mut touched = Touched {
        name: pull.at.to_string(),
        workflows: of(&[Role::Workflow]),
        agent_config: of(&[Role::AgentConfig, Role::Instructions]),
        paths,
        agent: pull.provenance.agent.clone(),
        findings: report.findings.iter().map(|finding| (finding.severity, finding.class)).collect(),
        packages: report.dependencies.iter().filter_map(package).collect(),
        addresses: change.commits.iter().flat_map(addresses).collect(),
        ..Touched::default()
    };
    touched.addresses.push(pull.author.email.to_lowercase());
    touched.addresses.sort();
    touched.addresses.dedup();
    touched.addresses.retain(|address| !address.is_empty());
    at_forge(change, &mut touched);
    touched
}

/// What the last to push has to do with a change.
const LAST: &str = "pushed last to";

/// What the forge says of the people around a change.
fn at_forge(change: &Change, touched: &mut Touched) {
    let Some(standing) = &change.pull.standing else { return };
    let mut parts = change.pull.at.repo.rsplitn(3, '/');
    let host = (parts.next(), parts.next(), parts.next()).2.unwrap_or("github.com");
    touched.host = Some(host.to_owned());
    touched.auto_merge = standing.auto_merge.is_some();
    let mut party = |part: &'static str, account: &Option<_>| touched.parties.extend(account.clone().map(|account| (part, account)));
    party("opened", &standing.author);
    party("asked for", &standing.requester);
    if let Some(dossier) = &change.dossier {
        around(dossier, touched);
    }
}

/// What a dossier adds: who pushed last, and whose approvals stand.
pub fn around(dossier: &Dossier, touched: &mut Touched) {
    touched.parties.retain(|(part, _)| *part != LAST);
    touched.parties.extend(dossier.last_pusher.clone().map(|account| (LAST, account)));
    touched.approvals.clear();
    // A later review of the same account takes the place of its earlier one; a plain comment does not.
    for review in dossier.reviews.iter().filter(|review| review.state != "COMMENTED" && review.state != "PENDING") {
        let (Some(by), Some(head)) = (&review.by, &review.commit) else { continue };
        touched.approvals.retain(|approval| approval.by.id != by.id);
        if review.state == "APPROVED" {
            touched.approvals.push(Approval { by: by.clone(), head: head.clone(), at: review.at });
        }
    }
}

fn package(row: &DependencyChange) -> Option<Package> {
    let after = row.after.as_ref()?;
    let moved = matches!(row.change, DependencyMove::Added | DependencyMove::SourceChanged | DependencyMove::HashChanged);
    let had = row.before.as_ref().is_some_and(|before| before.installs_code);
    let unusual = moved && !matches!(after.source, PackageSource::DefaultRegistry | PackageSource::Path(_));
    let installs_code = (after.installs_code && !had) || unusual;
    let is_news = moved && (after.direct || installs_code);
    (is_news || installs_code).then(|| Package { name: after.name.clone(), installs_code, is_news })
}

/// Every address a commit claims, in lower case: author, committer and co-authors.
fn addresses(commit: &Commit) -> Vec<String> {
    let co_author = |line: &str| {
        let (key, rest) = line.split_once(':')?;
        let address = rest.rsplit_once('<')?.1.split('>').next()?;
        key.trim().eq_ignore_ascii_case("co-authored-by").then(|| address.trim().to_lowercase())
    };
    let mut found = vec![commit.author.email.to_lowercase(), commit.committer.email.to_lowercase()];
    found.extend(commit.message.lines().filter_map(co_author));
    found
}
