//! The policy in force where decisions are made: read from the person's folder, the base and the organisation, put before every plan.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::analysis::provenance;
use crate::config::load;
use crate::config::nearest::nearest;
use crate::config::owners;
use crate::config::policy::together;
use crate::model::cancel::Cancel;
use crate::model::change::Change;
use crate::model::commit_id::CommitId;
use crate::model::decision::Verb;
use crate::model::person::Proof;
use crate::model::policy::{HOURS, Policy, PolicyText, Touched};
use crate::model::pull::{Author, PullRef};
use crate::model::report::Report;
use crate::model::response::{CaseId, People, Plan, Strength};
use crate::model::time::Timestamp;
use crate::response::error::ResponseError;
use crate::response::journal::{Case, Journal};
use crate::response::policy::{First, Members, Situation, about, apply, judge, named, outside as scopes_of, teams};
use crate::response::request::Request;
use crate::response::responder::Responder;
use crate::response::signing::{self, Signing};
use crate::runtime::held::Held;
use crate::runtime::touched::touched;
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
        Self(policy.and_then(known_agents).and_then(|policy| owned(policy, source, at, base)))
    }

    /// What a decision is judged by. What was kept from earlier tells under which policy somebody decided, and decides nothing.
    fn now(&self) -> Result<&Policy, &str> {
        match &self.0 {
            Ok(policy) if policy.stale => Err("it could not be asked for now, and what was read of it earlier is not enough to decide by"),
            Ok(policy) => Ok(policy),
            Err(why) => Err(why),
        }
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

/// `policy` with the owners that the base names, where somebody demands that they count.
fn owned(mut policy: Policy, source: Option<&dyn Source>, at: &PullRef, base: Option<&CommitId>) -> Result<Policy, String> {
    let (Some(demand), Some(source)) = (policy.code_owners.first(), source) else { return Ok(policy) };
    let whose = demand.from.clone();
    let Some(text) = source.owners(at, base, &Cancel::default()).map_err(|error| error.to_string())? else {
        policy.notes.push(format!("{whose} lets CODEOWNERS say who owns paths, and the base has none"));
        return Ok(policy);
    };
    (policy.owned, policy.notes) = owners::parse(&text);
    policy.stale |= text.stale;
    policy.digest = together_with(&policy.digest, &text.text);
    Ok(policy)
}

fn together_with(digest: &str, text: &str) -> String {
    Sha256::digest(format!("{digest}{text}")).iter().map(|byte| format!("{byte:02x}")).collect()
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

/// What of `change`, as `report` judges it, lies outside the scopes of its agent, in sentences; also that the policy cannot be read.
/// Nothing is asked for a change that no agent made.
#[must_use]
pub fn outside(folder: &Path, source: &dyn Source, change: &Change, report: &Report) -> Vec<String> {
    if change.pull.provenance.agent.is_none() {
        return Vec::new();
    }
    match Force::of(folder, Some(source), &change.pull.at, change.pull.revision.base.as_ref()).now() {
        Ok(policy) if policy.scopes.is_empty() => Vec::new(),
        Ok(policy) => scopes_of(policy, &touched(change, report)),
        Err(why) => vec![format!("the policy cannot be read, and nothing is let in until it can: {why}")],
    }
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
    /// For a release that takes two: what it lets go, as it is now.
    pub held: Vec<Held>,
    /// Now.
    pub now: Timestamp,
}

/// What `request` would do, judged on the `bench`.
///
/// # Errors
/// As [`Responder::plan`].
pub fn plan(responder: &dyn Responder, request: &Request, journal: &dyn Journal, bench: &Bench) -> Result<Plan, ResponseError> {
    let force = &bench.force;
    let mut plan = responder.plan(request, journal)?;
    let mut touched: Vec<Touched> = request.targets.iter().map(|target| target.touched.clone()).collect();
    if !bench.held.is_empty() {
        // Whoever names the case and whoever names a pull of it decide on the same.
        plan.decision.pulls = bench.held.iter().map(|held| held.pull.clone()).collect();
        plan.decision.subjects = bench.held.iter().map(|held| held.subject.clone()).collect();
        plan.warnings.extend(bench.held.iter().map(|held| held.says.clone()));
        touched = bench.held.iter().map(|held| held.touched.clone()).collect();
    }
    for subject in &mut plan.decision.subjects {
        force.digest().clone_into(&mut subject.policy_digest);
    }
    unmask(&mut plan);
    if let Some(signing) = &bench.signing {
        know(&mut plan, signing);
    }
    let then = Timestamp(bench.now.0 - force.lasts());
    let firsts = waiting(journal, &responder.name(), &mut plan, then, bench.allowed.as_deref())?;
    let judgement = judge(
        &plan,
        &Situation {
            policy: force.now(),
            touched: &touched,
            firsts: &firsts,
            members: &bench.members,
            among: request.among,
            now: bench.now,
        },
    );
    apply(&mut plan, judgement);
    plan.warnings.extend(bench.unknown.iter().cloned());
    Ok(plan)
}

/// An agent is one under a person's kind of account too, and under a name in git's configuration.
fn unmask(plan: &mut Plan) {
    for proof in &mut plan.decision.reviewer.proofs {
        if let Proof::Account { account, .. } = proof {
            account.bot = provenance::is_machine(account);
        }
    }
    let identity = &plan.decision.reviewer.identity;
    let who =
        identity.rsplit_once(" <").map(|(name, email)| Author { name: name.to_owned(), email: email.trim_end_matches('>').to_owned() });
    if lets_in(plan.decision.verb) && who.is_some_and(|who| provenance::is_agent(&who)) {
        plan.refusals.push(format!("{identity} is an agent's name, and an agent's decision never counts: a person has to make it"));
        plan.steps.clear();
    }
}

/// Who belongs to the teams that matter for `request`, and which of them could not be read.
#[must_use]
pub fn members(force: &Force, request: &Request, source: Option<&dyn Source>) -> (Members, Vec<String>) {
    let (mut members, mut unknown) = (Members::new(), Vec::new());
    let touched: Vec<Touched> = request.targets.iter().map(|target| target.touched.clone()).collect();
    let teams = force.0.as_ref().map(|policy| teams(policy, request.verb, &touched)).unwrap_or_default();
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

/// Whether `verb` lets something in or out again, so that nothing unknown may stand behind it.
pub(crate) fn lets_in(verb: Verb) -> bool {
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
            People::First(about) if *about == mine && !completed(journal, &cases, &case.plan.case)? => {}
            _ => continue,
        }
        match signing::verify(&case.plan, allowed) {
            Ok(()) => firsts.push(First { case: case.plan.case.clone(), decision: case.plan.decision.clone() }),
            Err(why) => plan.warnings.push(format!("the first decision in case {} does not count: {why}", case.plan.case.0)),
        }
    }
    Ok(firsts)
}

/// Whether a second person completed `first`. A second decision of which nothing came about leaves the first as it was.
fn completed(journal: &dyn Journal, cases: &[Case], first: &CaseId) -> Result<bool, ResponseError> {
    let seconds = cases.iter().filter(|case| matches!(&case.plan.people, People::Second(after) if after == first));
    for second in seconds {
        let known = journal.case(&second.plan.case)?;
        let failed = |case: &Case| case.ended && case.outcomes.iter().all(|outcome| outcome.strength == Strength::Failed);
        if !known.as_ref().is_some_and(failed) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether somebody decided on `at` and waits for a second person. What they decided is not said: the second looks first.
///
/// # Errors
/// When the journal cannot be read.
pub fn awaits_second(journal: &dyn Journal, at: &PullRef, then: Timestamp) -> Result<bool, ResponseError> {
    let name = named(at);
    for verb in [Verb::Approve, Verb::Revert, Verb::Release] {
        let cases = journal.since(verb, then)?;
        for case in &cases {
            let waits = matches!(&case.plan.people, People::First(about) if about.contains(&name));
            if waits && !completed(journal, &cases, &case.plan.case)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
