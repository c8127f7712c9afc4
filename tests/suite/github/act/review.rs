//! Reviews, their comments at lines, replies, dismissals, resolving.

use super::Refused;
use crate::github::account::{Kind, Role};
use crate::github::pull::{Pull, Review, ReviewComment, Thread};
use crate::github::world::World;

/// A review that somebody sends.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    /// `APPROVE`, `REQUEST_CHANGES`, `COMMENT`; empty leaves it pending.
    pub event: String,
    pub commit: Option<String>,
    pub body: String,
    pub remarks: Vec<Remark>,
}

/// A comment at lines, or at a whole file.
#[derive(Clone, Debug, Default)]
pub struct Remark {
    pub path: String,
    pub body: String,
    pub line: Option<u64>,
    pub side: Option<String>,
    pub start_line: Option<u64>,
    pub start_side: Option<String>,
    pub whole_file: bool,
}

/// Sends a review; returns its id. GitHub does not refuse one for an older commit of the pull.
pub fn send(world: &mut World, repo: u64, number: u64, viewer: u64, sent: &Sent) -> Result<u64, Refused> {
    let kind = world.accounts[&viewer].kind;
    let id = world.fresh();
    let at = world.tick();
    let fresh: Vec<u64> = sent.remarks.iter().map(|_| world.fresh()).collect();
    let holder = world.repo_mut(repo);
    let git = holder.git.clone();
    let pull = holder.pulls.get_mut(&number).ok_or_else(|| Refused::Missing("Not Found".to_owned()))?;
    let own = pull.author == Some(viewer);
    let state = match sent.event.as_str() {
        "APPROVE" if own => return Err(Refused::Invalid("Can not approve your own pull request".to_owned())),
        "REQUEST_CHANGES" if own => return Err(Refused::Invalid("Can not request changes on your own pull request".to_owned())),
        "APPROVE" if kind == Kind::Bot => {
            return Err(Refused::Invalid("GitHub Actions is not permitted to approve pull requests.".to_owned()));
        }
        "APPROVE" => "APPROVED",
        "REQUEST_CHANGES" => "CHANGES_REQUESTED",
        "COMMENT" => "COMMENTED",
        _ => "PENDING",
    };
    if matches!(state, "CHANGES_REQUESTED" | "COMMENTED") && sent.body.is_empty() && sent.remarks.is_empty() {
        return Err(Refused::Invalid("Body can't be blank".to_owned()));
    }
    if state == "PENDING" && pull.reviews.iter().any(|review| review.by == Some(viewer) && review.state == "PENDING") {
        return Err(Refused::Invalid("User can only have one pending review per pull request".to_owned()));
    }
    let commit = sent.commit.clone().unwrap_or_else(|| pull.head_sha.clone());
    let known = pull.commits(&git).iter().any(|told| told.sha == commit)
        || pull.pushes.iter().any(|push| push.before == commit || push.after == commit);
    if !known {
        return Err(Refused::Invalid("commit_id is not part of the pull request".to_owned()));
    }
    let files = pull.files(&git);
    for remark in &sent.remarks {
        place(remark, &files)?;
    }
    for (remark, id_of) in sent.remarks.iter().zip(fresh) {
        pull.threads.push(thread(id_of, id, viewer, at, &commit, remark));
    }
    pull.reviews.push(Review { id, by: Some(viewer), state, commit, body: sent.body.clone(), at });
    pull.updated = at;
    Ok(id)
}

/// A comment outside a batched review; GitHub wraps it into a review of its own.
pub fn remark(world: &mut World, repo: u64, number: u64, viewer: u64, commit: &str, remark: Remark) -> Result<u64, Refused> {
    let sent = Sent { event: "COMMENT".to_owned(), commit: Some(commit.to_owned()), body: String::new(), remarks: vec![remark] };
    send(world, repo, number, viewer, &sent)?;
    let pull = &world.repo_by(repo).expect("a repository of this world").pulls[&number];
    Ok(pull.threads.last().and_then(|thread| thread.comments.last()).map(|comment| comment.id).unwrap_or_default())
}

/// Answers in a conversation; `to` is its first comment.
pub fn reply(world: &mut World, repo: u64, number: u64, viewer: u64, to: u64, body: &str) -> Result<u64, Refused> {
    let (id, review, at) = (world.fresh(), world.fresh(), world.tick());
    let pull = pull(world, repo, number)?;
    let thread = pull.threads.iter_mut().find(|thread| thread.comments.first().is_some_and(|first| first.id == to));
    let thread = thread.ok_or_else(|| Refused::Missing("Not Found".to_owned()))?;
    let commit = thread.comments[0].commit.clone();
    thread.comments.push(ReviewComment {
        id,
        review,
        by: Some(viewer),
        body: body.to_owned(),
        commit: commit.clone(),
        at,
        reply_to: Some(to),
    });
    pull.reviews.push(Review { id: review, by: Some(viewer), state: "COMMENTED", commit, body: String::new(), at });
    pull.updated = at;
    Ok(id)
}

/// Marks a conversation as settled, or takes that back.
pub fn settle(world: &mut World, repo: u64, number: u64, viewer: u64, thread: u64, settled: bool) -> Result<(), Refused> {
    let pull = pull(world, repo, number)?;
    let thread = pull
        .threads
        .iter_mut()
        .find(|known| known.id == thread)
        .ok_or_else(|| Refused::Missing("Could not resolve to a node".to_owned()))?;
    thread.resolved = settled.then_some(viewer);
    Ok(())
}

/// Dismisses a review that has an opinion.
pub fn dismiss(world: &mut World, repo: u64, number: u64, viewer: u64, review: u64, message: &str) -> Result<(), Refused> {
    if world.role(world.repo_by(repo).expect("a repository of this world"), Some(viewer)) < Role::Write {
        return Err(Refused::Forbidden("Must have write access to dismiss a review".to_owned()));
    }
    let (id, at) = (world.fresh(), world.tick());
    let pull = pull(world, repo, number)?;
    let review = pull.reviews.iter_mut().find(|known| known.id == review).ok_or_else(|| Refused::Missing("Not Found".to_owned()))?;
    if !matches!(review.state, "APPROVED" | "CHANGES_REQUESTED") {
        return Err(Refused::Invalid(format!("Can not dismiss a {} pull request review", review.state.to_lowercase())));
    }
    review.state = "DISMISSED";
    pull.event(id, "review_dismissed", Some(viewer), at, message);
    Ok(())
}

fn pull(world: &mut World, repo: u64, number: u64) -> Result<&mut Pull, Refused> {
    world.pull_mut(repo, number).ok_or_else(|| Refused::Missing("Not Found".to_owned()))
}

/// Whether a remark points at lines of the difference, as GitHub insists.
fn place(remark: &Remark, files: &[crate::github::bare::Changed]) -> Result<(), Refused> {
    let file = files.iter().find(|file| file.path == remark.path);
    let file = file.ok_or_else(|| Refused::Invalid("Path could not be resolved".to_owned()))?;
    if remark.whole_file {
        return Ok(());
    }
    let line = remark.line.ok_or_else(|| Refused::Invalid("Line could not be resolved".to_owned()))?;
    let (old, new) = shown(file.patch.as_deref().unwrap_or_default());
    let within = |side: &Option<String>, line: u64| if side.as_deref() == Some("LEFT") { old.contains(&line) } else { new.contains(&line) };
    if !within(&remark.side, line) {
        return Err(Refused::Invalid("Line could not be resolved".to_owned()));
    }
    match remark.start_line {
        Some(start) if start >= line || !within(&remark.start_side.clone().or_else(|| remark.side.clone()), start) => {
            Err(Refused::Invalid("Start line must precede the end line.".to_owned()))
        }
        _ => Ok(()),
    }
}

/// The line numbers of both sides that a patch shows.
fn shown(patch: &str) -> (Vec<u64>, Vec<u64>) {
    let (mut old, mut new, mut at) = (Vec::new(), Vec::new(), (0, 0));
    for line in patch.lines() {
        if let Some(head) = line.strip_prefix("@@ -") {
            let number = |text: &str| text.split([',', ' ']).next().and_then(|text| text.parse().ok()).unwrap_or(0);
            at = (number(head), head.split_once('+').map_or(0, |(_, rest)| number(rest)));
            continue;
        }
        let kind = line.chars().next().unwrap_or(' ');
        if kind != '+' {
            old.push(at.0);
            at.0 += 1;
        }
        if kind != '-' {
            new.push(at.1);
            at.1 += 1;
        }
    }
    (old, new)
}

fn thread(id: u64, review: u64, viewer: u64, at: i64, commit: &str, remark: &Remark) -> Thread {
    let comment = ReviewComment { id, review, by: Some(viewer), body: remark.body.clone(), commit: commit.to_owned(), at, reply_to: None };
    Thread {
        id,
        path: remark.path.clone(),
        side: remark.side.clone().unwrap_or_else(|| "RIGHT".to_owned()),
        start_side: remark.start_line.and(remark.start_side.clone().or_else(|| Some("RIGHT".to_owned()))),
        line: remark.line,
        start_line: remark.start_line,
        whole_file: remark.whole_file,
        resolved: None,
        outdated: false,
        comments: vec![comment],
    }
}
