//! The root of mutations. Each needs permissions of its own; the payload is what the schema names.

use serde_json::Value;

use super::{Field, Found, Refused, Run, Thing, review as shown};
use crate::github::account::Role;
use crate::github::act::merge::{self, New};
use crate::github::act::review::{self, Remark, Sent};
use crate::github::act::{self, talk};
use crate::github::pull::Pull;
use crate::github::repo::Repo;
use crate::github::world::World;

const PULLS: &[&str] = &["pull_requests"];
const BOTH: &[&str] = &["contents", "pull_requests"];

type Done<T> = Result<T, act::Refused>;

impl Run<'_> {
    pub fn mutation(&self, name: &str, arguments: &Value) -> Found {
        let input = &arguments["input"];
        let text = |field: &str| input[field].as_str().unwrap_or_default();
        let done = match name {
            "convertPullRequestToDraft" => {
                self.act(name, text("pullRequestId"), BOTH, Role::Write, |world, at, me| merge::set_draft(world, at.0, at.1, me, true))
            }
            "markPullRequestReadyForReview" => {
                self.act(name, text("pullRequestId"), BOTH, Role::Write, |world, at, me| merge::set_draft(world, at.0, at.1, me, false))
            }
            "closePullRequest" => {
                self.act(name, text("pullRequestId"), PULLS, Role::Triage, |world, at, me| merge::set_open(world, at.0, at.1, me, false))
            }
            "reopenPullRequest" => {
                self.act(name, text("pullRequestId"), PULLS, Role::Triage, |world, at, me| merge::set_open(world, at.0, at.1, me, true))
            }
            "disablePullRequestAutoMerge" => {
                self.act(name, text("pullRequestId"), BOTH, Role::Write, |world, at, me| merge::set_auto(world, at.0, at.1, me, None))
            }
            "enablePullRequestAutoMerge" => {
                let method = input["mergeMethod"].as_str().unwrap_or("MERGE");
                self.act(name, text("pullRequestId"), BOTH, Role::Write, |world, at, me| {
                    merge::set_auto(world, at.0, at.1, me, Some(method))
                })
            }
            "enqueuePullRequest" => {
                let expected = input["expectedHeadOid"].as_str();
                self.act(name, text("pullRequestId"), BOTH, Role::Write, |world, at, me| {
                    merge::set_queued(world, at.0, at.1, me, true, expected)
                })
            }
            "dequeuePullRequest" => {
                self.act(name, text("id"), BOTH, Role::Write, |world, at, me| merge::set_queued(world, at.0, at.1, me, false, None))
            }
            "mergePullRequest" => {
                let (method, expected) =
                    (input["mergeMethod"].as_str().unwrap_or("MERGE").to_lowercase(), input["expectedHeadOid"].as_str());
                self.act(name, text("pullRequestId"), &["contents"], Role::Write, |world, at, me| {
                    merge::merge(world, at.0, at.1, me, &method, expected).map(drop)
                })
            }
            "addPullRequestReview" => return self.add_review(input),
            "dismissPullRequestReview" => return self.dismiss(text("pullRequestReviewId"), text("message")),
            "addPullRequestReviewThreadReply" => return self.reply(text("pullRequestReviewThreadId"), text("body")),
            "resolveReviewThread" => return self.settle(text("threadId"), true),
            "unresolveReviewThread" => return self.settle(text("threadId"), false),
            "revertPullRequest" => return self.revert(input),
            _ => self.talk(name, input),
        };
        done.map(|(repo, number)| payload(name, repo, number, self.viewer))
    }

    /// Mutations of a pull's conversation.
    fn talk(&self, name: &str, input: &Value) -> Result<(u64, u64), Refused> {
        let text = |field: &str| input[field].as_str().unwrap_or_default();
        match name {
            "lockLockable" => {
                let reason =
                    input["lockReason"].as_str().map(|reason| reason.to_lowercase().replace("off_topic", "off-topic").replace('_', " "));
                self.act(name, text("lockableId"), PULLS, Role::Write, |world, at, me| talk::lock(world, at.0, at.1, me, Some(reason)))
            }
            "unlockLockable" => {
                self.act(name, text("lockableId"), PULLS, Role::Write, |world, at, me| talk::lock(world, at.0, at.1, me, None))
            }
            "addComment" => self.act(name, text("subjectId"), PULLS, Role::Read, |world, at, me| {
                talk::comment(world, at.0, at.1, me, text("body")).map(drop)
            }),
            "addLabelsToLabelable" => {
                let names = self.label_names(input);
                self.act(name, text("labelableId"), PULLS, Role::Triage, |world, at, me| {
                    names.iter().try_for_each(|name| talk::label(world, at.0, at.1, me, name))
                })
            }
            "removeLabelsFromLabelable" => {
                let names = self.label_names(input);
                self.act(name, text("labelableId"), PULLS, Role::Triage, |world, at, me| {
                    names.iter().try_for_each(|name| talk::unlabel(world, at.0, at.1, me, name))
                })
            }
            _ => Err((super::UNKNOWN, String::new())),
        }
    }

    /// Does something to a pull by its opaque id, when the token and its owner may.
    fn act(
        &self,
        _name: &str,
        node: &str,
        needs: &[&str],
        role: Role,
        does: impl FnOnce(&mut World, (u64, u64), u64) -> Done<()>,
    ) -> Result<(u64, u64), Refused> {
        let at = self.place(node)?;
        self.may(at, needs, role)?;
        does(&mut self.world.borrow_mut(), at, self.viewer).map_err(|why| (why.kind(), why.says().to_owned()))?;
        Ok(at)
    }

    fn place(&self, node: &str) -> Result<(u64, u64), Refused> {
        let world = self.world.borrow();
        let at = world.pull_by_node(node).map(|(repo, pull)| (repo.id, pull.number));
        drop(world);
        let at = at.filter(|at| self.sees(at.0));
        at.ok_or_else(|| ("NOT_FOUND", format!("Could not resolve to a node with the global id of '{node}'")))
    }

    /// A token without the permission gets the same refusal as one without any rights.
    fn may(&self, at: (u64, u64), needs: &[&str], role: Role) -> Result<(), Refused> {
        let world = self.world.borrow();
        let repo = world.repo_by(at.0).expect("a repository that was found");
        let held = self.token.is_some_and(|place| needs.iter().all(|need| world.tokens[place].may(need, "write")));
        let author = role <= Role::Write && repo.pulls[&at.1].author == Some(self.viewer);
        if held && (author || world.role(repo, Some(self.viewer)) >= role) {
            return Ok(());
        }
        Err(("FORBIDDEN", "Resource not accessible by integration".to_owned()))
    }

    fn label_names(&self, input: &Value) -> Vec<String> {
        let world = self.world.borrow();
        let ids: Vec<&str> = input["labelIds"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let labels = world.repos.iter().flat_map(|repo| &repo.labels).filter(|label| ids.contains(&format!("LA_{}", label.id).as_str()));
        labels.map(|label| label.name.clone()).collect()
    }

    fn add_review(&self, input: &Value) -> Found {
        let text = |field: &str| input[field].as_str().map(str::to_owned);
        let remarks = input["threads"].as_array().into_iter().flatten().map(|thread| Remark {
            path: thread["path"].as_str().unwrap_or_default().to_owned(),
            body: thread["body"].as_str().unwrap_or_default().to_owned(),
            line: thread["line"].as_u64(),
            side: thread["side"].as_str().map(str::to_owned),
            start_line: thread["startLine"].as_u64(),
            start_side: thread["startSide"].as_str().map(str::to_owned),
            whole_file: false,
        });
        let sent = Sent {
            event: text("event").unwrap_or_default(),
            commit: text("commitOID"),
            body: text("body").unwrap_or_default(),
            remarks: remarks.collect(),
        };
        let mut made = 0;
        let at = self.act("", input["pullRequestId"].as_str().unwrap_or_default(), PULLS, Role::Read, |world, at, me| {
            made = review::send(world, at.0, at.1, me, &sent)?;
            Ok(())
        })?;
        self.review_payload("AddPullRequestReviewPayload", at, made)
    }

    fn review_payload(&self, kind: &'static str, at: (u64, u64), id: u64) -> Found {
        let world = self.world.borrow();
        let repo = world.repo_by(at.0).expect("a repository that was found");
        let pull = &repo.pulls[&at.1];
        let made = pull.reviews.iter().find(|review| review.id == id).map(|review| shown::review(*world, repo, pull, review));
        Ok(Field::One(Thing::Plain(
            kind,
            vec![("clientMutationId", Field::Leaf(Value::Null)), ("pullRequestReview", made.map_or(Field::Leaf(Value::Null), Field::One))],
        )))
    }

    /// The pull that holds what `holds` looks for.
    fn holder(&self, holds: impl Fn(&Pull) -> bool) -> Result<(u64, u64), Refused> {
        let world = self.world.borrow();
        let of = |repo: &Repo| repo.pulls.values().find(|pull| holds(pull)).map(|pull| (repo.id, pull.number));
        let at = world.repos.iter().find_map(of);
        drop(world);
        at.filter(|at| self.sees(at.0)).ok_or_else(|| ("NOT_FOUND", "Could not resolve to a node with that global id".to_owned()))
    }

    fn dismiss(&self, node: &str, message: &str) -> Found {
        let id = number(node, "PRR_");
        let at = self.holder(|pull| pull.reviews.iter().any(|review| review.id == id))?;
        self.may(at, PULLS, Role::Write)?;
        review::dismiss(&mut self.world.borrow_mut(), at.0, at.1, self.viewer, id, message)
            .map_err(|why| (why.kind(), why.says().to_owned()))?;
        self.review_payload("DismissPullRequestReviewPayload", at, id)
    }

    fn reply(&self, node: &str, body: &str) -> Found {
        let id = number(node, "PRRT_");
        let at = self.holder(|pull| pull.threads.iter().any(|thread| thread.id == id))?;
        self.may(at, PULLS, Role::Read)?;
        let first = {
            let world = self.world.borrow();
            world
                .repo_by(at.0)
                .and_then(|repo| repo.pulls[&at.1].threads.iter().find(|thread| thread.id == id).map(|thread| thread.comments[0].id))
                .unwrap_or_default()
        };
        let made = review::reply(&mut self.world.borrow_mut(), at.0, at.1, self.viewer, first, body)
            .map_err(|why| (why.kind(), why.says().to_owned()))?;
        let world = self.world.borrow();
        let repo = world.repo_by(at.0).expect("a repository that was found");
        let pull = &repo.pulls[&at.1];
        let thread = pull.threads.iter().find(|thread| thread.id == id).expect("it was just there");
        let comment =
            thread.comments.iter().find(|comment| comment.id == made).map(|comment| shown::remark(*world, repo, pull, thread, comment));
        Ok(Field::One(Thing::Plain(
            "AddPullRequestReviewThreadReplyPayload",
            vec![("clientMutationId", Field::Leaf(Value::Null)), ("comment", comment.map_or(Field::Leaf(Value::Null), Field::One))],
        )))
    }

    /// Resolving needs more than writing to pulls: an app's token also needs contents.
    fn settle(&self, node: &str, settled: bool) -> Found {
        let id = number(node, "PRRT_");
        let at = self.holder(|pull| pull.threads.iter().any(|thread| thread.id == id))?;
        self.may(at, BOTH, Role::Write)?;
        review::settle(&mut self.world.borrow_mut(), at.0, at.1, self.viewer, id, settled)
            .map_err(|why| (why.kind(), why.says().to_owned()))?;
        let world = self.world.borrow();
        let repo = world.repo_by(at.0).expect("a repository that was found");
        let pull = &repo.pulls[&at.1];
        let thread =
            pull.threads.iter().find(|thread| thread.id == id).map(|thread| shown::thread(*world, repo, pull, thread, self.viewer));
        let kind = if settled { "ResolveReviewThreadPayload" } else { "UnresolveReviewThreadPayload" };
        Ok(Field::One(Thing::Plain(
            kind,
            vec![("clientMutationId", Field::Leaf(Value::Null)), ("thread", thread.map_or(Field::Leaf(Value::Null), Field::One))],
        )))
    }

    fn revert(&self, input: &Value) -> Found {
        let new = New {
            title: input["title"].as_str().unwrap_or_default().to_owned(),
            body: input["body"].as_str().map(str::to_owned),
            draft: input["draft"] == true,
            ..New::default()
        };
        let mut made = 0;
        let at = self.act("", input["pullRequestId"].as_str().unwrap_or_default(), BOTH, Role::Write, |world, at, me| {
            made = merge::revert(world, at.0, at.1, me, new)?;
            Ok(())
        })?;
        Ok(Field::One(Thing::Plain(
            "RevertPullRequestPayload",
            vec![
                ("clientMutationId", Field::Leaf(Value::Null)),
                ("pullRequest", Field::One(Thing::Pull(at.0, at.1))),
                ("revertPullRequest", Field::One(Thing::Pull(at.0, made))),
            ],
        )))
    }
}

fn number(node: &str, prefix: &str) -> u64 {
    node.strip_prefix(prefix).and_then(|id| id.parse().ok()).unwrap_or_default()
}

/// The payload of a mutation that changes a pull: GitHub's name for it, and the pull under the name the schema uses.
fn payload(name: &str, repo: u64, number: u64, viewer: u64) -> Field {
    let kind = crate::github::schema::payload_of(name);
    let pull = || Field::One(Thing::Pull(repo, number));
    Field::One(Thing::Plain(
        kind,
        vec![
            ("clientMutationId", Field::Leaf(Value::Null)),
            ("actor", Field::One(Thing::Account(viewer))),
            ("pullRequest", pull()),
            ("lockedRecord", pull()),
            ("unlockedRecord", pull()),
            ("labelable", pull()),
            ("subject", pull()),
            ("mergeQueueEntry", Field::Leaf(Value::Null)),
        ],
    ))
}
