//! `chat-template-executes`: a template of a chat reaches for what runs code, or says something of its own.

use crate::analysis::blob::gguf;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::Node;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Needs;
use crate::analysis::role::fold;
use crate::analysis::view::FileView;
use crate::model::diff::Side;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/chat-template-executes.toml`.
pub struct ChatTemplateExecutes;

static ESCAPES: Pattern = Pattern::new(
    r#"(?x) __(?:class|globals|builtins|subclasses|import|init|mro|bases?|getattribute|dict|code|self|reduce)__ | \|\s*attr\s*\(\s*["']_ | \\x5f\\x5f
      | \b(?:os|posix|subprocess|sys|importlib)\s*\.\s*(?:system|popen|run|call|exec|modules|Popen|import_module)
      | \b(?:eval|exec|popen|__import__|getattr)\s*\( | \b(?:cycler|joiner|lipsum)\s*\. | \bself\._TemplateReference | \bconfig\.__ | \[\s*["']__ "#,
);
static ADDRESS: Pattern = Pattern::new(r"https?://[^\s'\x22)}<>]+");
/// Words that a message is searched for. Marks such as `</think>` or `[INST]` are how templates work.
static LOOKS_FOR: Pattern =
    Pattern::new(r#"\{%-?\s*(?:el)?if\b[^%]{0,200}?["']([A-Za-z][A-Za-z0-9 _-]{3,60})["']\s+in\s+[^%]{0,80}?\bcontent\b"#);
const LONGEST: usize = 400_000;

impl Check for ChatTemplateExecutes {
    fn rule(&self) -> RuleId {
        RuleId("chat-template-executes")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn looks_anyway(&self, file: &FileView<'_>) -> bool {
        [".gguf", ".jinja", ".jinja2", ".json"].iter().any(|ending| file.name().to_lowercase().ends_with(ending))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let name = fold(file.name());
        if name.ends_with(".gguf") {
            let texts = file.blob(Side::New).and_then(gguf::texts).unwrap_or_default();
            let templates = texts.iter().filter(|(key, _)| key.contains("chat_template"));
            templates.for_each(|(_, text)| judge(text, sink, || Draft::file(file, "")));
            return;
        }
        let Some(side) = file.new_side() else { return };
        if name.ends_with(".jinja") || name.ends_with(".jinja2") && name.contains("chat") {
            if name.contains("chat") || name.contains("template") || file.path.contains("chat_template") {
                let text = side.changed_lines().map(|line| line.text).collect::<Vec<_>>().join("\n");
                let first = side.changed_lines().next().map_or(0, |line| line.index);
                judge(&text, sink, || Draft::line(file, side, first));
            }
        } else if name.ends_with(".json") && side.text().contains("chat_template") {
            match side.document() {
                Ok(root) => templates(root).iter().filter(|(line, _)| side.is_changed(*line)).for_each(|(line, text)| {
                    judge(text, sink, || Draft::line(file, side, *line));
                }),
                Err(_) => side.changed_lines().filter(|line| line.text.contains("chat_template")).for_each(|line| {
                    judge(line.text, sink, || Draft::line(file, side, line.index));
                }),
            }
        }
    }
}

/// The templates of a tokenizer's settings: one text, or a list of named ones.
fn templates(root: &Node) -> Vec<(usize, String)> {
    let Some(found) = root.get("chat_template") else { return Vec::new() };
    let one = |node: &Node| node.text().map(|text| (node.line, text.to_owned()));
    let many = found.items().iter().filter_map(|item| item.get("template")).chain(found.entries().iter().map(|(_, node)| node));
    one(found).into_iter().chain(many.filter_map(one)).collect()
}

fn judge(text: &str, sink: &mut Sink<'_>, draft: impl Fn() -> Draft) {
    if text.len() > LONGEST {
        return sink.skip(None, "a template of a chat is too long to be read");
    }
    let around = |found: std::ops::Range<usize>| {
        let from = text.floor_char_boundary(found.start.saturating_sub(60));
        text.get(from..text.floor_char_boundary(found.end + 60)).unwrap_or("").to_owned()
    };
    if let Some(found) = ESCAPES.find(text) {
        sink.report(draft().evidence(around(found)).title("A template of a chat reaches for what runs code"));
    } else if let Some(found) = ADDRESS.find(text) {
        sink.report(draft().evidence(around(found)).title("A template of a chat names an address").severity(Severity::Medium));
    } else if let Some(found) = LOOKS_FOR.find(text) {
        let title = "A template of a chat says something else when a message holds certain words";
        sink.report(draft().evidence(around(found)).title(title).severity(Severity::Medium));
    }
}
