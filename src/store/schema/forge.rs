//! A step at a forge as stored.

use serde::{Deserialize, Serialize};

use crate::model::ban::Banned;
use crate::model::commit_id::CommitId;
use crate::model::diff::Side;
use crate::model::forge_step::{Act, ForgeStep, Inline, MergeMethod, Say, Spot, TakeBack, Undone};
use crate::model::response::CaseId;
use crate::model::throttle::{Circle, Lasting, Limit};

/// A step.
#[derive(Serialize, Deserialize)]
pub(super) struct ForgeShape {
    repo: String,
    pull: u64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    node: String,
    head: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    base: String,
    act: ActShape,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    undoes: Option<(String, usize)>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ActShape {
    Review { say: String, body: String, inline: Vec<InlineShape> },
    DismissReview { review: u64, message: String },
    Merge { method: String },
    Enqueue,
    Dequeue,
    AutoMerge { on: bool, method: String },
    CancelRun { run: u64 },
    Status { pass: bool, says: String },
    Draft { on: bool },
    Label { name: String, on: bool },
    MakeLabel { name: String },
    Lock { on: bool },
    RevertPull { title: String, body: String },
    PushRevert { onto: String, targets: Vec<TakeBackShape>, branch: String },
    OpenPull { branch: String, base: String, title: String, body: String },
    Remark { body: String },
    FileRemark { path: String, body: String },
    Reply { to: u64, body: String },
    Settle { thread: String, on: bool },
    AgentAccess { org: String, repository: u64, on: bool },
    BlockAccount { org: String, login: String, on: bool },
    PullCap { most: Option<u32>, before: Option<u32> },
    Narrow { circle: String, lasting: String, on: bool },
}

#[derive(Serialize, Deserialize)]
struct InlineShape {
    path: String,
    old: bool,
    first: u32,
    last: u32,
    body: String,
}

#[derive(Serialize, Deserialize)]
struct TakeBackShape {
    before: String,
    after: String,
    message: String,
}

/// Something that is refused.
#[derive(Serialize, Deserialize)]
pub(super) struct BannedShape(String, String);

impl From<&Banned> for BannedShape {
    fn from(banned: &Banned) -> Self {
        Self(banned.kind().to_owned(), banned.name().to_owned())
    }
}

impl BannedShape {
    pub(super) fn read(self) -> Result<Banned, String> {
        Banned::parse(&self.0, &self.1).ok_or_else(|| format!("{:?} {:?} is nothing that can be refused", self.0, self.1))
    }
}

impl From<&ForgeStep> for ForgeShape {
    fn from(step: &ForgeStep) -> Self {
        Self {
            repo: step.spot.repo.clone(),
            pull: step.spot.pull,
            node: step.spot.node.clone(),
            head: step.spot.head.as_ref().map(ToString::to_string),
            base: step.spot.base.clone(),
            act: write(&step.act),
            undoes: step.undoes.as_ref().map(|undone| (undone.case.0.clone(), undone.index)),
        }
    }
}

impl ForgeShape {
    pub(super) fn read(self) -> Result<ForgeStep, String> {
        let spot =
            Spot { repo: self.repo, pull: self.pull, node: self.node, head: self.head.as_deref().map(id).transpose()?, base: self.base };
        let undoes = self.undoes.map(|(case, index)| Undone { case: CaseId(case), index });
        Ok(ForgeStep { spot, act: read(self.act)?, undoes })
    }
}

fn write(act: &Act) -> ActShape {
    match act.clone() {
        Act::Review { say, body, inline } => {
            ActShape::Review { say: say.event().to_owned(), body, inline: inline.into_iter().map(write_inline).collect() }
        }
        Act::DismissReview { review, message } => ActShape::DismissReview { review, message },
        Act::Merge { method } => ActShape::Merge { method: method.word().to_owned() },
        Act::Enqueue => ActShape::Enqueue,
        Act::Dequeue => ActShape::Dequeue,
        Act::AutoMerge { on, method } => ActShape::AutoMerge { on, method: method.word().to_owned() },
        Act::CancelRun { run } => ActShape::CancelRun { run },
        Act::Status { pass, says } => ActShape::Status { pass, says },
        Act::Draft { on } => ActShape::Draft { on },
        Act::Label { name, on } => ActShape::Label { name, on },
        Act::MakeLabel { name } => ActShape::MakeLabel { name },
        Act::Lock { on } => ActShape::Lock { on },
        Act::RevertPull { title, body } => ActShape::RevertPull { title, body },
        Act::PushRevert { onto, targets, branch } => {
            ActShape::PushRevert { onto: onto.to_string(), targets: targets.into_iter().map(write_target).collect(), branch }
        }
        Act::OpenPull { branch, base, title, body } => ActShape::OpenPull { branch, base, title, body },
        Act::Remark { body } => ActShape::Remark { body },
        Act::FileRemark { path, body } => ActShape::FileRemark { path, body },
        Act::Reply { to, body } => ActShape::Reply { to, body },
        Act::Settle { thread, on } => ActShape::Settle { thread, on },
        Act::AgentAccess { org, repository, on } => ActShape::AgentAccess { org, repository, on },
        Act::BlockAccount { org, login, on } => ActShape::BlockAccount { org, login, on },
        Act::PullCap { most, before } => ActShape::PullCap { most, before },
        Act::Narrow { limit, on } => {
            ActShape::Narrow { circle: limit.circle.word().to_owned(), lasting: limit.lasting.word().to_owned(), on }
        }
    }
}

fn read(shape: ActShape) -> Result<Act, String> {
    Ok(match shape {
        ActShape::Review { say, body, inline } => {
            let known = [Say::Approve, Say::RequestChanges, Say::Comment];
            let say = known.into_iter().find(|known| known.event() == say).ok_or_else(|| format!("unknown review {say:?}"))?;
            Act::Review { say, body, inline: inline.into_iter().map(read_inline).collect() }
        }
        ActShape::DismissReview { review, message } => Act::DismissReview { review, message },
        ActShape::Merge { method } => Act::Merge { method: method_of(&method)? },
        ActShape::Enqueue => Act::Enqueue,
        ActShape::Dequeue => Act::Dequeue,
        ActShape::AutoMerge { on, method } => Act::AutoMerge { on, method: method_of(&method)? },
        ActShape::CancelRun { run } => Act::CancelRun { run },
        ActShape::Status { pass, says } => Act::Status { pass, says },
        ActShape::Draft { on } => Act::Draft { on },
        ActShape::Label { name, on } => Act::Label { name, on },
        ActShape::MakeLabel { name } => Act::MakeLabel { name },
        ActShape::Lock { on } => Act::Lock { on },
        ActShape::RevertPull { title, body } => Act::RevertPull { title, body },
        ActShape::PushRevert { onto, targets, branch } => {
            Act::PushRevert { onto: id(&onto)?, targets: targets.into_iter().map(read_target).collect::<Result<_, _>>()?, branch }
        }
        ActShape::OpenPull { branch, base, title, body } => Act::OpenPull { branch, base, title, body },
        ActShape::Remark { body } => Act::Remark { body },
        ActShape::FileRemark { path, body } => Act::FileRemark { path, body },
        ActShape::Reply { to, body } => Act::Reply { to, body },
        ActShape::Settle { thread, on } => Act::Settle { thread, on },
        ActShape::AgentAccess { org, repository, on } => Act::AgentAccess { org, repository, on },
        ActShape::BlockAccount { org, login, on } => Act::BlockAccount { org, login, on },
        ActShape::PullCap { most, before } => Act::PullCap { most, before },
        ActShape::Narrow { circle, lasting, on } => {
            let limit = Circle::parse(&circle).zip(Lasting::parse(&lasting));
            let (circle, lasting) = limit.ok_or_else(|| format!("unknown limit {circle:?} for {lasting:?}"))?;
            Act::Narrow { limit: Limit { circle, lasting }, on }
        }
    })
}

fn write_inline(inline: Inline) -> InlineShape {
    let (first, last) = inline.lines;
    InlineShape { path: inline.path, old: inline.side == Side::Old, first, last, body: inline.body }
}

fn read_inline(shape: InlineShape) -> Inline {
    let side = if shape.old { Side::Old } else { Side::New };
    Inline { path: shape.path, side, lines: (shape.first, shape.last), body: shape.body }
}

fn write_target(target: TakeBack) -> TakeBackShape {
    TakeBackShape { before: target.before.to_string(), after: target.after.to_string(), message: target.message }
}

fn read_target(shape: TakeBackShape) -> Result<TakeBack, String> {
    Ok(TakeBack { before: id(&shape.before)?, after: id(&shape.after)?, message: shape.message })
}

fn method_of(word: &str) -> Result<MergeMethod, String> {
    MergeMethod::parse(word).ok_or_else(|| format!("unknown way to merge {word:?}"))
}

fn id(hex: &str) -> Result<CommitId, String> {
    CommitId::parse(hex).ok_or_else(|| format!("{hex:?} is no commit id"))
}
