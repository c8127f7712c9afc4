//! `message-says-nothing`: a title that stands for anything and no body, or two words over a large change. A note.

use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::pattern::Pattern;
use crate::analysis::story::message::title;
use crate::analysis::story::prose::without_trailers;
use crate::model::rule::RuleId;

/// See `rules/code/message-says-nothing.toml`.
pub struct MessageSaysNothing;

static NOTHING: Pattern = Pattern::new(
    r"(?i)^(?:(?:fix|feat|chore|refactor|update|build|ci|docs?|test)(?:\([^)]*\))?!?:\s*)?(?:(?:some|small|minor|more|misc|various|quick|tiny|a few|final|last)\s+)*(?:update[sd]?|fix(?:e[sd])?|changes?|wip|misc|stuff|things|commit|done|te?mp|asdf+|work|save|bug ?fix(?:es)?|patch(?:es)?|edits?|tweaks?|improvements?|cleanup|pr|title|todo|\.+|-+|x+)[.!]*$",
);
/// What forms hold for their authors alone.
static COMMENT: Pattern = Pattern::new(r"(?s)<!--.*?-->");
/// What stands where somebody was to write something.
static PLACE: Pattern = Pattern::new(
    r"(?i)^(?:todo|tbd|tba|n/?a|none|nil|null|wip|\.+|-+|x{2,}|placeholder|lorem ipsum\b.*|(?:no|empty) (?:description|details?|body|message)(?: (?:was )?(?:provided|given))?|(?:description|summary|details|what|why|changes)|[\[(<{]?\s*(?:please\s+)?(?:describe|add|insert|write|enter|fill in|explain)\b[^.]{0,60}\b(?:here|below)|[\[<{]\s*(?:please\s+)?(?:describe|add|insert|write|enter|fill in|explain|your|description|summary)\b[^\]>}]{0,80}[\]>}])[\s.!:)\]]*$",
);
/// Lines of a change that two words do not describe.
const LARGE: usize = 500;

impl Check for MessageSaysNothing {
    fn rule(&self) -> RuleId {
        RuleId("message-says-nothing")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let change = view.change;
        let title = title(change).trim();
        let behind = change.commits.iter().map(|commit| commit.message.split_once('\n').map_or("", |(_, rest)| rest));
        let bodies: Vec<&str> = std::iter::once(change.pull.body.as_str()).chain(behind).collect();
        let silent = bodies.iter().all(|body| is_empty(body));
        if title.is_empty() || !silent || change.patch.files.is_empty() || change.commits.iter().any(|commit| commit.parents.len() > 1) {
            return;
        }
        let lines = change.patch.added() + change.patch.removed();
        let commits = change.commits.len().max(1);
        let short = |text: &str| text.lines().next().unwrap_or("").split_whitespace().count() <= 2;
        if NOTHING.is_match(title) {
            sink.report(Draft::message(title));
        } else if short(title) && change.commits.iter().all(|commit| short(&commit.message)) && lines / LARGE >= commits {
            sink.report(Draft::message(title).title(format!("Two words over a change of {lines} lines")));
        } else if let Some(form) = bodies.iter().find(|body| !without_trailers(body).trim().is_empty()) {
            let first = form.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or(title);
            sink.report(Draft::message(first).title("The description is an empty form"));
        }
    }
}

/// Whether a text says nothing but what a form says before anybody fills it in.
fn is_empty(text: &str) -> bool {
    let text = without_trailers(text);
    let mut said = String::new();
    let mut start = 0;
    for comment in COMMENT.find_all(&text) {
        said.push_str(text.get(start..comment.start).unwrap_or(""));
        start = comment.end;
    }
    said.push_str(text.get(start..).unwrap_or(""));
    said.lines().map(str::trim).all(|line| {
        let bare = line.trim_start_matches(['-', '*', '>', ' ']).trim_matches(['*', '_', '`', ' ']);
        bare.is_empty() || line.starts_with('#') || bare.starts_with("[ ]") || PLACE.is_match(bare)
    })
}
