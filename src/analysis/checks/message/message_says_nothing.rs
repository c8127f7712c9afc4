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
        let said = |text: &str| without_trailers(text).trim().len();
        let behind = |message: &str| said(message.split_once('\n').map_or("", |(_, rest)| rest));
        let silent = said(&change.pull.body) == 0 && change.commits.iter().all(|commit| behind(&commit.message) == 0);
        if title.is_empty() || !silent || change.patch.files.is_empty() || change.commits.iter().any(|commit| commit.parents.len() > 1) {
            return;
        }
        let lines = change.patch.added() + change.patch.removed();
        if NOTHING.is_match(title) {
            sink.report(Draft::message(title));
        } else if title.split_whitespace().count() <= 2 && lines > LARGE && change.commits.len() <= 1 {
            sink.report(Draft::message(title).title(format!("Two words over a change of {lines} lines")));
        }
    }
}
