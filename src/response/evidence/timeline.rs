//! What happened when, in Markdown: every event of the kept answers in one order, with who is said to have done it. Times are the
//! forge's, those of commits are their authors' claims.

use serde_json::Value;

use crate::model::inert;
use crate::model::pull::PullRef;
use crate::model::response::Plan;
use crate::response::case::moment;
use crate::response::evidence::audit;
use crate::response::words::one_line;

/// The file's name.
pub(super) const NAME: &str = "timeline.md";

/// The text for `pulls`, each with its answers. Events stand in literal blocks, so that nothing in them is Markdown.
pub(super) fn text(plan: &Plan, pulls: &[(&PullRef, &[(&'static str, Value)])]) -> String {
    let mut text = format!(
        "# Timeline of case {}\n\nTimes are UTC and the forge's own; the times of commits are claims of whoever made them.\n",
        plan.case.0
    );
    for (pull, pages) in pulls {
        let mut events: Vec<(String, String)> = pages.iter().flat_map(|(kind, page)| events(kind, page)).collect();
        let decision = &plan.decision;
        events.push((
            moment(decision.at),
            format!("{} decided by {}: {}", decision.verb.word(), decision.reviewer.identity, decision.reason),
        ));
        events.sort();
        events.dedup();
        text.push_str(&format!("\n## {}\n\n", inert::line(&pull.to_string()).replace(['<', '>', '`', '[', ']'], "·")));
        for (when, what) in events {
            text.push_str(&format!("    {}  {}\n", inert::line(&one_line(&when)), inert::line(&one_line(&what))));
        }
    }
    text
}

/// The events of one page.
fn events(kind: &str, page: &Value) -> Vec<(String, String)> {
    match kind {
        "pull" => pull(page),
        "checks" => each(page.get("check_runs"), check),
        "runs" => {
            each(page.get("workflow_runs"), |run| one(run, "/created_at", format!("workflow run {}: {}", at(run, "/name"), state(run))))
        }
        "commit" => commit(page).into_iter().collect(),
        "commits" => each(Some(page), commit),
        "reviews" => each(Some(page), |review| {
            one(
                review,
                "/submitted_at",
                format!("review {} by {}: {}", at(review, "/state"), at(review, "/user/login"), at(review, "/body")),
            )
        }),
        "comments" => each(Some(page), |comment| {
            let place = format!("comment by {} at {}", at(comment, "/user/login"), at(comment, "/path"));
            one(comment, "/created_at", format!("{place}: {}", at(comment, "/body")))
        }),
        "conversation" => each(Some(page), |comment| {
            one(comment, "/created_at", format!("comment by {}: {}", at(comment, "/user/login"), at(comment, "/body")))
        }),
        "statuses" => each(Some(page), |status| {
            one(
                status,
                "/created_at",
                format!("status {}: {} by {}", at(status, "/context"), at(status, "/state"), at(status, "/creator/login")),
            )
        }),
        "timeline" => each(Some(page), event),
        audit::KIND => audit::events(page).iter().map(|event| (moment(event.at), format!("audit log: {}", event.says()))).collect(),
        _ => Vec::new(),
    }
}

fn commit(commit: &Value) -> Option<(String, String)> {
    let message = at(commit, "/commit/message");
    let subject = message.lines().next().unwrap_or_default();
    let id: String = at(commit, "/sha").chars().take(10).collect();
    one(commit, "/commit/author/date", format!("commit {id} by {}: {subject}", at(commit, "/commit/author/name")))
}

fn pull(pull: &Value) -> Vec<(String, String)> {
    let opened = format!("opened by {}: {}", at(pull, "/user/login"), at(pull, "/title"));
    let merged = format!("merged by {}", at(pull, "/merged_by/login"));
    [("/created_at", opened), ("/merged_at", merged), ("/closed_at", "closed".to_owned())]
        .into_iter()
        .filter_map(|(when, what)| one(pull, when, what))
        .collect()
}

/// An event of the timeline that no other answer tells better.
fn event(event: &Value) -> Option<(String, String)> {
    let kind = at(event, "/event");
    if matches!(kind.as_str(), "committed" | "reviewed" | "commented" | "line-commented" | "closed" | "merged") {
        return None;
    }
    let about = ["/label/name", "/requested_reviewer/login", "/rename/to", "/commit_id", "/source/issue/html_url"];
    let about = about.iter().map(|pointer| at(event, pointer)).find(|text| !text.is_empty()).unwrap_or_default();
    one(event, "/created_at", format!("{kind} by {} {about}", at(event, "/actor/login")))
}

fn check(run: &Value) -> Option<(String, String)> {
    let when = if at(run, "/completed_at").is_empty() { "/started_at" } else { "/completed_at" };
    one(run, when, format!("check {}: {}", at(run, "/name"), state(run)))
}

fn state(run: &Value) -> String {
    let conclusion = at(run, "/conclusion");
    if conclusion.is_empty() { at(run, "/status") } else { conclusion }
}

fn each(list: Option<&Value>, read: impl Fn(&Value) -> Option<(String, String)>) -> Vec<(String, String)> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(read).collect()
}

/// `what` at the time that stands at `when`, if one stands there.
fn one(value: &Value, when: &str, mut what: String) -> Option<(String, String)> {
    what.truncate(what.trim_end_matches([':', ' ']).len());
    Some((at(value, when), what)).filter(|(when, _)| !when.is_empty())
}

fn at(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}
