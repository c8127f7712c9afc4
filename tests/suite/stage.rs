//! Verbs on the loopback GitHub, ready to be carried out: the world each needs, what is asked, the ledger it is written in; and what
//! must be true of ledger and world afterwards, whatever went wrong.
#![allow(unreachable_pub, reason = "one binary, several kinds of test")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lazaret::model::ban::Banned;
use lazaret::model::cancel::Cancel;
use lazaret::model::commit_id::CommitId;
use lazaret::model::decision::Verb;
use lazaret::model::diff::Side;
use lazaret::model::forge_step::{Act, ForgeStep, HOLD_CONTEXT, Say};
use lazaret::model::ledger::ChainState;
use lazaret::model::path::RepoPath;
use lazaret::model::pull::{Origin, PullRef};
use lazaret::model::response::{Plan, PlannedStep, Receipt, Step, StepOutcome, Strength, Trace};
use lazaret::model::review::{DraftComment, Spot};
use lazaret::model::throttle::{Circle, Lasting, Limit, Throttle};
use lazaret::model::time::Timestamp;
use lazaret::response::error::ResponseError;
use lazaret::response::executor::carry_out;
use lazaret::response::github::GithubResponder;
use lazaret::response::journal::{Case, Journal as _};
use lazaret::response::request::{Request, Target};
use lazaret::response::responder::{Done, Materials, Responder as _};
use lazaret::response::resume::resume_all;
use lazaret::runtime::journal::LedgerJournal;
use lazaret::sources::github::fetch::{Fetcher, Limits};
use lazaret::store::ledger::Ledger;
use tempfile::TempDir;

use crate::github::account::{Copilot, Role};
use crate::github::pull::{AutoMerge, Pull};
use crate::github::repo::{Repo, Run};
use crate::github::{self, GitHub, Saved};

const AT: Timestamp = Timestamp(1_767_690_000);

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Approve,
    Merge,
    Refuse,
    Comment,
    Hold,
    Release,
    Revert,
    RevertTwo,
    Block,
    Unblock,
}

impl Deed {
    /// By its name in `Debug`.
    pub fn named(name: &str) -> Option<Self> {
        let all = [
            Self::Approve,
            Self::Merge,
            Self::Refuse,
            Self::Comment,
            Self::Hold,
            Self::Release,
            Self::Revert,
            Self::RevertTwo,
            Self::Block,
            Self::Unblock,
        ];
        all.into_iter().find(|deed| format!("{deed:?}") == name)
    }

    fn verb(self) -> Verb {
        match self {
            Self::Approve | Self::Merge => Verb::Approve,
            Self::Refuse => Verb::RequestChanges,
            Self::Comment => Verb::Comment,
            Self::Hold => Verb::Quarantine,
            Self::Release => Verb::Release,
            Self::Revert | Self::RevertTwo => Verb::Revert,
            Self::Block => Verb::Block,
            Self::Unblock => Verb::Unblock,
        }
    }
}

/// A world in which a deed is about to be done.
pub struct Stage {
    pub github: GitHub,
    pub token: String,
    home: TempDir,
    deed: Deed,
    /// Cases that were there before.
    before: usize,
    saved: Saved,
    /// The home as it was then.
    kept: Vec<(PathBuf, Vec<u8>)>,
}

/// A folder in memory where there is such a thing: what is written there is flushed at once.
fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// Whoever does a deed: all they know of the world, so that another process can be them.
pub struct Actor {
    api: String,
    token: String,
    home: PathBuf,
    /// Head and base of the first two pulls.
    ends: [(String, String); 2],
    /// The first conversation of the first pull.
    thread: u64,
}

impl Stage {
    pub fn new(deed: Deed) -> Self {
        let github = GitHub::start();
        let repo = github.repo("acme/api").role("maker", Role::Admin);
        for (title, path) in [("Tidy the login", "src/login.py"), ("Tidy the rest", "src/rest.py")] {
            let pull =
                repo.pull(title).by_bot("devin-ai-integration[bot]", 158_243_242).branch(&format!("devin/1767603600-{}", &path[4..8]));
            pull.commit("Tidy", &[(path, "def f():\n    return True\n")]).open();
        }
        let token = github.token("maker", &["repo", "admin:org"]);
        github.user("openhands-agent");
        let saved = github.save();
        let mut stage = Self { github, token, home: folder(), deed, before: 0, saved, kept: Vec::new() };
        stage.prepare();
        stage.before = stage.cases().len();
        stage.saved = stage.github.save();
        let inside = |(path, bytes): (PathBuf, Vec<u8>)| (path.strip_prefix(stage.home.path()).unwrap().to_owned(), bytes);
        stage.kept = crate::world::snapshot(stage.home.path()).into_iter().map(inside).collect();
        stage.github.forget();
        stage
    }

    /// As it was when it was new.
    pub fn renew(&mut self) {
        self.github.let_go();
        self.github.restore(&self.saved);
        self.home = folder();
        for (path, bytes) in &self.kept {
            let path = self.home.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }

    fn prepare(&self) {
        let repo = self.github.repo("acme/api");
        match self.deed {
            Deed::Hold => self.entangle(),
            Deed::Release => {
                self.entangle();
                let held = Self::do_it(self, Deed::Hold).expect("holding works");
                assert!(held.outcomes.iter().all(|outcome| outcome.strength > Strength::Failed), "{held:#?}");
            }
            Deed::Revert | Deed::RevertTwo => {
                let client = self.github.client(&self.token);
                for number in [1, 2] {
                    let call = lazaret::model::forge::Call::write(
                        lazaret::model::forge::Method::Put,
                        format!("/repos/acme/api/pulls/{number}/merge"),
                        Some("{\"merge_method\":\"squash\"}".to_owned()),
                    );
                    lazaret::model::forge::Forge::call(&client, &call, &Cancel::default()).expect("merging works");
                }
            }
            Deed::Block | Deed::Unblock => {
                let id = repo.id;
                let owner = repo.look(|repo| repo.owner);
                self.github.world().accounts.get_mut(&owner).unwrap().copilot = Copilot::Selected([id].into());
                if self.deed == Deed::Unblock {
                    Self::do_it(self, Deed::Block).expect("blocking works");
                }
            }
            Deed::Comment => {
                let id = self.github.world().fresh();
                repo.with(|repo| {
                    let pull = repo.pulls.get_mut(&1).unwrap();
                    let comment = github::pull::ReviewComment {
                        id,
                        review: id,
                        by: pull.author,
                        body: "?".into(),
                        commit: pull.head_sha.clone(),
                        at: 1,
                        reply_to: None,
                    };
                    pull.threads.push(github::pull::Thread {
                        id,
                        path: "src/login.py".into(),
                        side: "RIGHT".into(),
                        start_side: None,
                        line: Some(1),
                        start_line: None,
                        whole_file: false,
                        resolved: None,
                        outdated: false,
                        comments: vec![comment],
                    });
                });
            }
            Deed::Approve | Deed::Merge | Deed::Refuse => {}
        }
    }

    /// Everything a hold has to stop: auto-merge, the queue, a run.
    fn entangle(&self) {
        let maker = self.github.user("maker");
        self.github.repo("acme/api").with(|repo| {
            repo.queues.insert("main".to_owned());
            let pull = repo.pulls.get_mut(&1).unwrap();
            pull.auto_merge = Some(AutoMerge { by: maker, method: "SQUASH".to_owned(), at: 1 });
            pull.queued = Some((1, maker));
            let (sha, branch) = (pull.head_sha.clone(), pull.head_ref.clone());
            let (name, event, status) = ("ci".to_owned(), "push".to_owned(), "in_progress".to_owned());
            repo.runs.push(Run { id: 41, name, sha, branch, event, status, conclusion: None, actor: maker, at: 1 });
        });
    }

    /// Who does it.
    pub fn actor(&self) -> Actor {
        let ends =
            |number| self.github.repo("acme/api").look(|repo| (repo.pulls[&number].head_sha.clone(), repo.pulls[&number].base_sha.clone()));
        let thread = self.github.repo("acme/api").look(|repo| repo.pulls[&1].threads.first().map_or(0, |thread| thread.id));
        Actor { api: self.github.url(), token: self.token.clone(), home: self.home.path().to_owned(), ends: [ends(1), ends(2)], thread }
    }

    /// Plans and carries out the deed.
    pub fn run(&self) -> Result<Receipt, ResponseError> {
        self.do_it(self.deed)
    }

    fn do_it(&self, deed: Deed) -> Result<Receipt, ResponseError> {
        self.actor().does(deed)
    }

    /// What a later start does.
    pub fn resume(&self) -> Result<Vec<Receipt>, ResponseError> {
        self.actor().resumes()
    }

    /// The cases of the deed.
    pub fn cases(&self) -> Vec<Case> {
        self.actor().journal().cases().unwrap().split_off(self.before)
    }

    /// Whether the ledger's chain holds.
    pub fn chained(&self) -> bool {
        matches!(self.actor().journal().ledger().verify().unwrap(), ChainState::Whole { .. })
    }

    /// What there is of everything that must not be there twice.
    pub fn tally(&self) -> Vec<(&'static str, usize)> {
        let maker = self.github.user("maker");
        self.github.repo("acme/api").look(|repo| {
            let pulls = || repo.pulls.values();
            let by_maker = |by: Option<u64>| by == Some(maker);
            vec![
                ("pulls", pulls().count()),
                ("reviews", pulls().flat_map(|pull| &pull.reviews).filter(|review| by_maker(review.by)).count()),
                ("threads", pulls().map(|pull| pull.threads.len()).sum()),
                ("remarks", pulls().flat_map(|pull| &pull.threads).map(|thread| thread.comments.len()).sum()),
                ("comments", pulls().map(|pull| pull.comments.len()).sum()),
                ("labels", repo.labels.len()),
                ("statuses", repo.statuses.len()),
                ("branches", repo.git.open().references_glob("refs/heads/*").unwrap().count()),
            ]
        })
    }

    /// What of `case` the ledger says and the world does not, or the other way round.
    pub fn lies(&self, case: &Case) -> Vec<String> {
        let told = |outcome: &StepOutcome| case.plan.steps.get(outcome.index).map(|planned| (planned, outcome.clone()));
        let steps = case.outcomes.iter().filter_map(told);
        steps.filter_map(|(planned, outcome)| self.lie(planned, &outcome)).collect()
    }

    fn lie(&self, planned: &PlannedStep, outcome: &StepOutcome) -> Option<String> {
        let Step::Forge(step) = &planned.step else { return None };
        if outcome.trace == Trace::Open {
            return None;
        }
        let (said, so) = (outcome.strength > Strength::Failed, self.is_so(step));
        if matches!(step.act, Act::MakeLabel { .. }) && so {
            // Putting a label on makes it, too.
            return None;
        }
        (said != so).then(|| {
            format!(
                "{} is told as {} ({}), but it is {}",
                planned.says,
                outcome.strength.word(),
                outcome.says,
                if so { "done" } else { "not done" }
            )
        })
    }

    /// Whether the world is as this step wants it.
    fn is_so(&self, step: &ForgeStep) -> bool {
        let maker = self.github.user("maker");
        let copilot = self.github.repo("acme/api").look(|repo| repo.owner);
        let account = self.github.world().accounts[&copilot].clone();
        self.github.repo("acme/api").look(|repo| {
            let none = repo.pulls.values().next().unwrap();
            let pull = repo.pulls.get(&step.spot.pull).unwrap_or(none);
            let head = step.spot.head.as_ref().map(ToString::to_string).unwrap_or_default();
            match &step.act {
                Act::BlockAccount { on, .. } => account.blocked.is_empty() != *on,
                Act::AgentAccess { repository, on, .. } => match &account.copilot {
                    Copilot::Selected(repos) => repos.contains(repository) == *on,
                    Copilot::All => *on,
                    Copilot::Nowhere => !*on,
                },
                act => holds(act, repo, pull, &head, maker),
            }
        })
    }
}

impl Actor {
    fn responder(&self) -> GithubResponder {
        let client = Arc::new(github::client(&self.api, &self.token));
        let objects = Arc::new(Fetcher::new(client.clone(), &self.home.join("cache"), Limits::default()));
        GithubResponder { forge: client, objects, locks: self.home.join("locks"), clock: || AT, cancel: Cancel::default() }
    }

    fn journal(&self) -> LedgerJournal {
        LedgerJournal::new(Ledger::open(&self.home.join("ledger.db")).unwrap(), || AT)
    }

    fn materials(&self) -> Materials {
        Materials { evidence: self.home.join("evidence"), reports: vec![b"{}".to_vec()] }
    }

    fn target(&self, number: u64) -> Target {
        let mut target = Target::unseen(PullRef { origin: Origin::Github, repo: "acme/api".to_owned(), name: format!("#{number}") });
        let (head, base) = &self.ends[usize::from(number == 2)];
        target.subject.revision.head = CommitId::parse(head);
        target.subject.revision.base = CommitId::parse(base);
        target
    }

    fn request(&self, deed: Deed) -> Request {
        let targets = if deed == Deed::RevertTwo { vec![self.target(1), self.target(2)] } else { vec![self.target(1)] };
        let mut request = Request::new(deed.verb(), targets, "it is not what it says", AT);
        request.merge = deed == Deed::Merge;
        if deed == Deed::Release {
            request.at = Timestamp(AT.0 + 60);
        }
        let lines = Spot::Lines { path: RepoPath::new(b"src/login.py"), side: Side::New, first: 1, last: 2 };
        let remark = |spot, body: &str| DraftComment { spot, body: body.to_owned(), suggestion: None };
        match deed {
            Deed::Refuse => request.comments = vec![remark(lines, "why?"), remark(Spot::Pull, "so not")],
            Deed::Comment => {
                request.comments = vec![
                    remark(lines, "why?"),
                    remark(Spot::File(RepoPath::new(b"src/login.py")), "all of it"),
                    remark(Spot::Reply(self.thread), "yes"),
                    remark(Spot::Thread { node: format!("PRRT_{}", self.thread), settled: true }, ""),
                    remark(Spot::Pull, "look again"),
                ];
            }
            Deed::Block | Deed::Unblock => {
                request.banned = vec![Banned::Agent("copilot".to_owned()), Banned::Agent("@openhands-agent".to_owned())];
                let limit = Limit { circle: Circle::Collaborators, lasting: Lasting::Week };
                request.throttle = Throttle { pulls: Some(1), limit: Some(limit) };
            }
            _ => {}
        }
        request
    }

    /// What a deed would do.
    pub fn plans(&self, deed: Deed) -> Result<Plan, ResponseError> {
        self.responder().plan(&self.request(deed), &self.journal())
    }

    /// Keeps evidence as `plan` wants it, below `folder`.
    pub fn keeps(&self, plan: &Plan, folder: &Path) -> Result<Done, ResponseError> {
        let heads = plan.steps.iter().find_map(|planned| match &planned.step {
            Step::PreserveEvidence { heads } => Some(heads.clone()),
            _ => None,
        });
        let materials = Materials { evidence: folder.to_owned(), reports: vec![b"{}".to_vec()] };
        self.responder().preserve(plan, &heads.unwrap_or_default(), &materials)
    }

    /// Plans a deed and carries it out.
    pub fn does(&self, deed: Deed) -> Result<Receipt, ResponseError> {
        let (responder, mut journal) = (self.responder(), self.journal());
        let plan = responder.plan(&self.request(deed), &journal)?;
        carry_out(&plan, &responder, &mut journal, &self.materials(), &Cancel::default())
    }

    fn resumes(&self) -> Result<Vec<Receipt>, ResponseError> {
        resume_all(&self.responder(), &mut self.journal(), &self.materials())
    }

    /// For the environment of another process.
    pub fn packed(&self) -> String {
        let ([one, two], home, thread) = (&self.ends, self.home.display().to_string(), self.thread.to_string());
        [&self.api, &self.token, &home, &one.0, &one.1, &two.0, &two.1, &thread].map(String::as_str).join("\n")
    }

    pub fn unpacked(text: &str) -> Self {
        let parts: Vec<String> = text.lines().map(str::to_owned).collect();
        let [api, token, home, one, one_base, two, two_base, thread] = parts.try_into().expect("as packed");
        Self { api, token, home: home.into(), ends: [(one, one_base), (two, two_base)], thread: thread.parse().unwrap() }
    }
}

fn holds(act: &Act, repo: &Repo, pull: &Pull, head: &str, maker: u64) -> bool {
    let said = |text: &str| pull.comments.iter().any(|comment| comment.body.contains(text));
    let remarked = |text: &str| pull.threads.iter().flat_map(|thread| &thread.comments).any(|comment| comment.body.contains(text));
    match act {
        Act::Review { say, .. } => {
            let state = |state: &str| state == say.state() || *say == Say::Approve && state == "DISMISSED";
            pull.reviews.iter().any(|review| review.by == Some(maker) && state(review.state) && review.body.contains("lazaret case"))
        }
        Act::DismissReview { review, .. } => pull.reviews.iter().any(|known| known.id == *review && known.state == "DISMISSED"),
        Act::Merge { .. } => pull.merged.is_some(),
        Act::Enqueue => pull.queued.is_some(),
        Act::Dequeue => pull.queued.is_none(),
        Act::AutoMerge { on, .. } => pull.auto_merge.is_some() == *on,
        Act::CancelRun { run } => repo.runs.iter().any(|known| known.id == *run && known.status == "completed"),
        Act::Status { pass, .. } => {
            let state = if *pass { "success" } else { "failure" };
            repo.latest(head).iter().any(|status| status.context == HOLD_CONTEXT && status.state == state)
        }
        Act::Draft { on } => pull.draft == *on,
        Act::Label { name, on } => pull.labels.contains(name) == *on,
        Act::MakeLabel { name } => repo.labels.iter().any(|label| label.name == *name),
        Act::Lock { on } => pull.locked.is_some() == *on,
        Act::RevertPull { title, .. } | Act::OpenPull { title, .. } => repo.pulls.values().any(|pull| pull.title == *title),
        Act::PushRevert { branch, .. } => repo.git.tip(&format!("refs/heads/{branch}")).is_some(),
        Act::Remark { body } => said(body),
        Act::FileRemark { body, .. } | Act::Reply { body, .. } => remarked(body),
        Act::Settle { on, .. } => pull.threads.iter().all(|thread| thread.id != pull.threads[0].id || thread.resolved.is_some() == *on),
        Act::AgentAccess { .. } | Act::BlockAccount { .. } => false,
        Act::PullCap { most, .. } => repo.pull_cap.0.then_some(repo.pull_cap.1) == most.map(u64::from),
        Act::Narrow { on, .. } => repo.interaction_limit.is_some() == *on,
    }
}
