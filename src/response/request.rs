//! What somebody asks for, before the world was looked at.

use std::collections::BTreeMap;

use crate::model::ban::{Ban, Banned};
use crate::model::decision::{Decision, Reviewer, Subject, Verb};
use crate::model::finding::Fingerprint;
use crate::model::forge_step::MergeMethod;
use crate::model::policy::Touched;
use crate::model::pull::PullRef;
use crate::model::review::{Disposition, DraftComment};
use crate::model::rule::RuleId;
use crate::model::throttle::Throttle;
use crate::model::time::Timestamp;

/// One verb on one or several pulls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The verb.
    pub verb: Verb,
    /// What it is about, in the order given.
    pub targets: Vec<Target>,
    /// Why, in the reviewer's words; required by every verb but approve.
    pub reason: String,
    /// For approve: also merge.
    pub merge: bool,
    /// Names the reviewer typed to confirm them.
    pub confirmed: Vec<String>,
    /// How, where the forge has several ways; `None` takes the repository's own.
    pub method: Option<MergeMethod>,
    /// Remarks that go along: for request-changes and comment.
    pub comments: Vec<DraftComment>,
    /// For block and unblock.
    pub banned: Vec<Banned>,
    /// How many changes were named at once with its targets, themselves included: those of other places are decided on apart.
    pub among: usize,
    /// For block: what is narrowed for everybody at the targets.
    pub throttle: Throttle,
    /// SHA-256 of all rules in force.
    pub rules_in_force: String,
    /// Whether changes alike elsewhere are searched for, to be proposed along with a quarantine.
    pub look_around: bool,
    /// When it was asked.
    pub at: Timestamp,
}

impl Request {
    /// `verb` on `targets` for `reason`, at this time, with nothing more.
    #[must_use]
    pub fn new(verb: Verb, targets: Vec<Target>, reason: impl Into<String>, at: Timestamp) -> Self {
        Self {
            verb,
            among: targets.len(),
            targets,
            reason: reason.into(),
            merge: false,
            confirmed: Vec::new(),
            method: None,
            comments: Vec::new(),
            banned: Vec::new(),
            throttle: Throttle::default(),
            rules_in_force: String::new(),
            look_around: true,
            at,
        }
    }

    /// Whose findings it says something of: those that were judged; and of a change that is held, taken back or sent back, all of them.
    fn told(&self, target: &Target) -> BTreeMap<Fingerprint, RuleId> {
        let mut rules = target.rules.clone();
        if self.verb.bears_out() {
            rules.extend(target.found.clone());
        }
        rules
    }

    /// What `reviewer` decides with it, not signed yet.
    #[must_use]
    pub fn decided_by(&self, reviewer: Reviewer) -> Decision {
        Decision {
            verb: self.verb,
            pulls: self.targets.iter().map(|target| target.pull.clone()).collect(),
            subjects: self.targets.iter().map(|target| target.subject.clone()).collect(),
            reviewer,
            reason: self.reason.trim().to_owned(),
            dispositions: self.targets.iter().flat_map(|target| target.dispositions.iter().cloned()).collect(),
            rules: self.targets.iter().flat_map(|target| self.told(target)).collect(),
            rules_in_force: self.rules_in_force.clone(),
            confirmed: self.confirmed.clone(),
            signature: None,
            at: self.at,
        }
    }
}

/// One pull as the reviewer saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its address. For a release, the name may be a case id or a branch, and the rest may be empty.
    pub pull: PullRef,
    /// The branch it comes from, short; empty where there is none.
    pub branch: String,
    /// The branch it would merge into or was merged into, short; empty where there is none.
    pub base: String,
    /// The exact bytes that were seen.
    pub subject: Subject,
    /// Findings that must be judged before approval.
    pub hard: Vec<Fingerprint>,
    /// How they were judged.
    pub dispositions: Vec<(Fingerprint, Disposition)>,
    /// Whose findings those are.
    pub rules: BTreeMap<Fingerprint, RuleId>,
    /// Everything that was found in it and is more than an annotation, with whose finding it is.
    pub found: BTreeMap<Fingerprint, RuleId>,
    /// What a policy looks at in it.
    pub touched: Touched,
    /// Its commits and its patch, as later changes would be known by; empty where nothing was read.
    pub known_by: Vec<Banned>,
    /// The page of the agent's session, where it names one.
    pub session: Option<String>,
    /// Tags, releases and deployments that contain it already, in words.
    pub shipped: Vec<String>,
    /// What of it is refused, by lazaret's own list.
    pub refused: Vec<Ban>,
}

impl Target {
    /// What is called `pull`, without having looked at it.
    #[must_use]
    pub fn unseen(pull: PullRef) -> Self {
        Self {
            pull,
            branch: String::new(),
            base: String::new(),
            subject: Subject::default(),
            hard: Vec::new(),
            dispositions: Vec::new(),
            rules: BTreeMap::new(),
            found: BTreeMap::new(),
            touched: Touched::default(),
            known_by: Vec::new(),
            session: None,
            shipped: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// The findings that must be judged before approval and were not: each with whose it is, where that is known.
    #[must_use]
    pub fn unjudged(&self) -> Vec<(Fingerprint, Option<RuleId>)> {
        let judged = |id: &&Fingerprint| self.dispositions.iter().any(|(of, _)| of == *id);
        self.hard.iter().filter(|id| !judged(id)).map(|id| (id.clone(), self.found.get(id).copied())).collect()
    }
}
