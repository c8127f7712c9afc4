//! `editor-task-on-open`: a task that runs when the folder is opened.

use super::lists::tool;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::Node;
use crate::analysis::pattern::Pattern;
use crate::analysis::redact::redact;
use crate::analysis::shell;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

static ON_OPEN: Pattern = Pattern::new(r#"(?i)"runOn"\s*:\s*"folderOpen""#);
/// Programs of a build that a developer starts every day.
static BUILD: Pattern = Pattern::new(
    r"(?i)^(npm|pnpm|yarn|bun)\s+(run\s+)?[\w:-]+$|^(npm|pnpm|yarn|bun)\s+(ci|install)$|^(tsc|make|cargo|go|gradle|./gradlew|mvn|dotnet|webpack|vite|jekyll|hugo|docker|docker-compose)\b",
);

/// See `rules/code/editor-task-on-open.toml`.
pub struct EditorTaskOnOpen;

impl Check for EditorTaskOnOpen {
    fn rule(&self) -> RuleId {
        RuleId("editor-task-on-open")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let (Some(tool), Some(side)) = (tool(file), file.new_side()) else { return };
        let Ok(node) = side.document() else {
            for line in file.added().filter(|line| ON_OPEN.is_match(line.text)) {
                sink.report(Draft::line(file, side, line.index));
            }
            return;
        };
        let before: Vec<Task> = file.old().and_then(|old| old.document().ok()).map(tasks).unwrap_or_default();
        for task in tasks(node).into_iter().filter(|task| !before.iter().any(|known| known.command == task.command)) {
            sink.report(draft(file, side, tool, &task));
        }
    }
}

struct Task {
    command: String,
    line: usize,
}

/// The tasks of a file that run on opening; a task that only depends on others runs those.
fn tasks(node: &Node) -> Vec<Task> {
    let lists = [node.get("tasks"), node.at(&["tasks", "tasks"])];
    let all: Vec<&Node> = lists.into_iter().flatten().flat_map(Node::items).collect();
    let on_open = |task: &Node| {
        task.at(&["runOptions", "runOn"]).filter(|value| value.scalar().eq_ignore_ascii_case("folderOpen")).map(|node| node.line)
    };
    let named =
        |label: &str| all.iter().find(|task| task.get("label").is_some_and(|node| node.scalar() == label)).map(|task| command(task));
    let started = all.iter().filter_map(|task| Some((task, on_open(task)?)));
    started
        .map(|(task, line)| {
            let depends = task.get("dependsOn").map(Node::texts).unwrap_or_default();
            let commands = std::iter::once(command(task)).chain(depends.iter().filter_map(|label| named(label)));
            Task { command: commands.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; "), line }
        })
        .collect()
}

fn command(task: &Node) -> String {
    let words = |node: &Node| {
        let name = node.get("command").map(Node::scalar).unwrap_or_default();
        let args = node
            .get("args")
            .map(|args| args.items().iter().map(|arg| arg.get("value").unwrap_or(arg).scalar()).collect())
            .unwrap_or_default();
        std::iter::once(name).chain::<Vec<String>>(args).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    };
    let script = task.get("script").map(|script| format!("npm run {}", script.scalar())).unwrap_or_default();
    let systems = ["osx", "linux", "windows"].into_iter().filter_map(|system| task.get(system)).map(words);
    let all: Vec<String> = [words(task), script].into_iter().chain(systems).filter(|text| !text.is_empty()).collect();
    all.join("; ")
}

fn draft(file: &FileView<'_>, side: &SideView<'_>, tool: &str, task: &Task) -> Draft {
    let deed = shell::worst(&task.command);
    let known = deed.is_none() && BUILD.is_match(&task.command);
    let shown: String = redact(&task.command).chars().take(80).collect();
    let draft = Draft::line(file, side, task.line).title(format!("Opening this folder in {tool} would run `{shown}`"));
    let draft = match deed {
        Some(deed) => draft.why(format!("The task starts by itself when the folder is opened, and it {}.", deed.says())),
        None => draft,
    };
    draft.severity(if known { Severity::High } else { Severity::Critical })
}
