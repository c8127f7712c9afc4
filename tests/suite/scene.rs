//! A repository with an agent's branch and a home of lazaret's beside it, and what no verb may ever do to it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use lazaret::model::cancel::Cancel;
use lazaret::model::commit_id::CommitId;
use lazaret::model::decision::{Subject, Verb};
use lazaret::model::ledger::ChainState;
use lazaret::model::pull::{Origin, PullRef, Revision};
use lazaret::model::response::{Plan, Receipt, Strength};
use lazaret::model::time::Timestamp;
use lazaret::response::error::ResponseError;
use lazaret::response::executor::carry_out;
use lazaret::response::git::{self, GitResponder, hook};
use lazaret::response::request::{Request, Target};
use lazaret::response::responder::{Materials, Responder as _};
use lazaret::runtime::journal::LedgerJournal;
use lazaret::store::ledger::Ledger;

use crate::world::{World, snapshot};

pub(crate) const AT: Timestamp = Timestamp(1_767_700_000);
pub(crate) const BRANCH: &str = "claude/login";

/// A repository with an agent's branch, and a home of lazaret's beside it.
pub(crate) struct Scene {
    pub(crate) world: World,
}

impl Scene {
    /// `main` with one commit, and `claude/login` with two on top of it.
    pub(crate) fn new() -> Self {
        let mut world = World::new();
        world.git(&["config", "user.name", "Maintainer"]);
        world.git(&["config", "user.email", "maintainer@example.com"]);
        world.write("src/auth.py", "def login(user):\n    check(user)\n    return user\n\n\ndef logout(user):\n    forget(user)\n");
        world.commit("Add login");
        world.agent_branch(
            BRANCH,
            "Tidy login",
            &[("src/auth.py", "def login(user):\n    return user\n\n\ndef logout(user):\n    forget(user)\n")],
        );
        world.checkout(BRANCH);
        world.write("src/new.py", "import os\n\nprint(os.name)\n");
        world.commit_as(crate::world::CLAUDE, "Add a script");
        world.checkout("main");
        Self { world }
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.world.beside("home")
    }

    pub(crate) fn evidence(&self) -> PathBuf {
        self.home().join("evidence")
    }

    pub(crate) fn journal(&self) -> LedgerJournal {
        LedgerJournal::new(Ledger::open(&self.home().join("ledger.db")).unwrap(), || AT)
    }

    pub(crate) fn responder(&self) -> GitResponder {
        git::open(&self.world.path()).unwrap()
    }

    pub(crate) fn materials(&self) -> Materials {
        Materials { evidence: self.evidence(), reports: vec![br#"{"findings":[]}"#.to_vec()] }
    }

    /// `branch` as a reviewer sees it now, against main.
    pub(crate) fn target(&self, branch: &str) -> Target {
        let id = |revision: &str| CommitId::parse(&self.world.id(revision));
        let base = CommitId::parse(&self.world.git(&["merge-base", "main", branch]));
        Target {
            pull: PullRef { origin: Origin::Local, repo: ".".to_owned(), name: branch.to_owned() },
            branch: branch.to_owned(),
            base: "main".to_owned(),
            subject: Subject {
                revision: Revision { base: id("main"), head: id(branch), merge_base: base },
                diff_digest: "d1".to_owned(),
                ..Subject::default()
            },
            hard: Vec::new(),
            touched: lazaret::model::policy::Touched::default(),
            known_by: Vec::new(),
            session: None,
            shipped: Vec::new(),
            refused: Vec::new(),
            dispositions: Vec::new(),
            rules: Default::default(),
            found: Default::default(),
        }
    }

    /// One commit as a reviewer names it.
    pub(crate) fn commit_target(&self, revision: &str) -> Target {
        let mut target = self.target("main");
        target.branch = String::new();
        target.pull.name = revision.to_owned();
        target.subject.revision.head = CommitId::parse(&self.world.id(revision));
        target.subject.revision.merge_base = CommitId::parse(&self.world.id(&format!("{revision}^1")));
        target
    }

    pub(crate) fn named(name: &str) -> Target {
        Target {
            pull: PullRef { origin: Origin::Local, repo: ".".to_owned(), name: name.to_owned() },
            branch: String::new(),
            base: String::new(),
            subject: Subject::default(),
            hard: Vec::new(),
            touched: lazaret::model::policy::Touched::default(),
            known_by: Vec::new(),
            session: None,
            shipped: Vec::new(),
            refused: Vec::new(),
            dispositions: Vec::new(),
            rules: Default::default(),
            found: Default::default(),
        }
    }

    pub(crate) fn request(verb: Verb, targets: Vec<Target>) -> Request {
        Request::new(verb, targets, "looks like a way in", AT)
    }

    /// The plan of `request`, proving that planning writes nothing at all into the repository.
    pub(crate) fn plan(&self, request: &Request) -> Plan {
        let before = everything(&self.world);
        let plan = self.responder().plan(request, &self.journal()).unwrap();
        assert_eq!(everything(&self.world), before, "planning wrote something");
        plan
    }

    /// Plans and carries out, proving what always holds.
    pub(crate) fn carry_out(&self, request: &Request) -> Receipt {
        let plan = self.plan(request);
        assert_eq!((plan.refusals.as_slice(), plan.conflicts.as_slice()), (&[][..], &[][..]));
        let before = Untouchable::of(&self.world);
        let receipt = carry_out(&plan, &self.responder(), &mut self.journal(), &self.materials(), &Cancel::default()).unwrap();
        before.still_holds(&self.world);
        assert!(matches!(self.journal().ledger().verify().unwrap(), ChainState::Whole { .. }));
        receipt
    }

    pub(crate) fn quarantine(&self) -> Receipt {
        self.carry_out(&Self::request(Verb::Quarantine, vec![self.target(BRANCH)]))
    }

    pub(crate) fn release(&self, name: &str) -> Receipt {
        self.carry_out(&Self::request(Verb::Release, vec![Self::named(name)]))
    }

    /// The one refusal of `request`.
    pub(crate) fn refusal(&self, request: &Request) -> String {
        let plan = self.plan(request);
        assert!(!plan.is_allowed() && plan.steps.is_empty(), "{plan:?}");
        let error = carry_out(&plan, &self.responder(), &mut self.journal(), &self.materials(), &Cancel::default()).unwrap_err();
        assert!(matches!(error, ResponseError::Refused(_)), "{error}");
        plan.refusals.join(" | ")
    }

    pub(crate) fn deny_list(&self) -> String {
        std::fs::read_to_string(self.world.path().join(".git/lazaret/deny")).unwrap_or_default()
    }

    pub(crate) fn guard(&self) -> hook::Installed {
        hook::install(&self.world.path(), &[]).unwrap()
    }
}

/// Refs by name.
pub(crate) fn refs(world: &World) -> BTreeMap<String, String> {
    let text = world.git(&["for-each-ref", "--format=%(refname) %(objectname)"]);
    text.lines().map(|line| line.split_once(' ').unwrap()).map(|(name, id)| (name.to_owned(), id.to_owned())).collect()
}

/// Every file there is, `.git` included, with its content.
pub(crate) fn everything(world: &World) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = snapshot(&world.path());
    files.extend(snapshot(&world.path().join(".git")));
    files
}

/// What no verb may touch, and the values that may not get lost.
pub(crate) struct Untouchable {
    tree: Vec<(PathBuf, Vec<u8>)>,
    index: Vec<u8>,
    head: Vec<u8>,
    config: Vec<u8>,
    values: BTreeSet<String>,
}

impl Untouchable {
    pub(crate) fn of(world: &World) -> Self {
        let read = |name: &str| std::fs::read(world.path().join(".git").join(name)).unwrap();
        Self {
            tree: snapshot(&world.path()),
            index: read("index"),
            head: read("HEAD"),
            config: read("config"),
            values: refs(world).into_values().collect(),
        }
    }

    pub(crate) fn still_holds(&self, world: &World) {
        let now = Self::of(world);
        assert!(self.tree == now.tree, "the working tree was touched");
        assert!(self.index == now.index, "the index was touched");
        assert!(self.head == now.head, "HEAD was touched");
        assert!(self.config == now.config, "the configuration was touched");
        for value in &self.values {
            let held = now.values.iter().any(|tip| world.try_git(&["merge-base", "--is-ancestor", value, tip]).status.success());
            assert!(held, "{value} is held by no ref any more");
        }
        let fsck = world.git(&["fsck", "--full", "--strict", "--no-dangling"]);
        assert_eq!(fsck, "");
    }
}

pub(crate) fn strengths(receipt: &Receipt) -> Vec<Strength> {
    receipt.outcomes.iter().map(|outcome| outcome.strength).collect()
}
