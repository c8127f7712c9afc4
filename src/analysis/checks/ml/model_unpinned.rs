//! `model-unpinned`: a model or a data set comes from a hub in a revision that moves, or from somebody else than before.

use std::cell::LazyCell;
use std::collections::BTreeMap;

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/model-unpinned.toml`.
pub struct ModelUnpinned;

static ASKS: Pattern = Pattern::new(
    r"(?:\.from_pretrained|\bload_dataset|\bhf_hub_download|\bsnapshot_download|\bhub\.load|\bSentenceTransformer|\bpipeline|\bload_state_dict_from_url|\bhub\.KerasLayer|\bAutoModel\w*\.\w+)\s*\(",
);
static NAMED: Pattern = Pattern::new(r#"["']([A-Za-z0-9][\w.-]{0,60}/[\w.-]{1,90})(?::[\w./-]+)?["']"#);
/// Names without an owner belong to the hub itself.
static OFFICIAL: Pattern =
    Pattern::new(r#"(?:\.from_pretrained|\bload_dataset|\bSentenceTransformer)\s*\(\s*["']([A-Za-z0-9][\w-]{2,60})["']"#);
/// Code that comes with it is run.
static RUNS_IT: Pattern = Pattern::new(r"\btrust_remote_code\s*=\s*True");
static REVISION: Pattern = Pattern::new(r#"\brevision\s*=\s*["']([^"']+)["']"#);
static ANY_REVISION: Pattern = Pattern::new(r"\brevision\s*=");
static COMMIT: Pattern = Pattern::new(r"^[0-9a-f]{40}$");
static SETTING: Pattern =
    Pattern::new(r#"(?i)["']?\b(?:model_?|dataset_?|tokenizer_?|base_model_?|hf_?)?revision["']?\s*[:=]\s*["']?([0-9a-f]{40})\b"#);
const LONGEST: usize = 4_000;

impl Check for ModelUnpinned {
    fn rule(&self) -> RuleId {
        RuleId("model-unpinned")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ANYWHERE, Words::of([&ASKS]).or(Words::named(["revision"])))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if !file.role.is_live() {
            return;
        }
        let Some(side) = file.new_side() else { return };
        settings(file, side, sink);
        if !file.language.is_code() {
            return;
        }
        let before = file.old().map(|old| asked(old, false)).unwrap_or_default();
        let kept = asked(side, true);
        let runs = |side: &SideView<'_>| side.changed_lines().any(|line| RUNS_IT.is_match(side.plain_line(line.index)));
        let newly_runs = LazyCell::new(|| runs(side) && !file.old().is_some_and(runs));
        let was_pinned = before.values().any(|old| old.is_pinned);
        for (name, now) in asked(side, false) {
            let was = before.get(&name);
            let drafted = |severity, title: &str| Draft::lines(file, side, now.first, now.last).severity(severity).title(title);
            let is_commit = |asked: &Asked| asked.revision.as_deref().is_some_and(|revision| COMMIT.is_match(revision));
            let draft = match was {
                Some(was) if was.revision == now.revision => None,
                Some(was) if is_commit(was) && !is_commit(&now) => {
                    Some(drafted(Severity::Medium, "A model or data set is no longer pinned to a commit"))
                }
                Some(was) if was.revision.is_some() => Some(drafted(Severity::Low, "A model or data set is taken in another revision")),
                _ if now.is_pinned => None,
                Some(_) | None => Some(drafted(Severity::Info, "A model or data set is taken in whatever revision is the latest")),
            };
            let owner = before.keys().find(|old| was.is_none() && !kept.contains_key(*old) && is_taken_over(old, &name));
            let draft = match owner {
                Some(old) if *newly_runs => {
                    let title = "A model or data set comes from somebody else than before, and the code it brings is run";
                    Some(drafted(Severity::High, title).evidence(format!("{old} → {name}")))
                }
                Some(old) => {
                    let title = "A model or data set comes from somebody else than before";
                    Some(drafted(Severity::Medium, title).evidence(format!("{old} → {name}")))
                }
                None => draft,
            };
            // Another one than the pinned one, whatever it is by now, and what it brings runs.
            let unpinned = was.is_none() && !now.is_pinned && was_pinned;
            let draft = if unpinned && *newly_runs {
                Some(drafted(Severity::High, "A pinned model gave way to one that is not, and the code it brings is run"))
            } else {
                draft
            };
            if let Some(draft) = draft {
                sink.report(draft);
            }
        }
    }
}

/// What is asked of a hub, and where.
struct Asked {
    revision: Option<String>,
    is_pinned: bool,
    first: usize,
    last: usize,
}

/// What changed statements of `side`, or all of them, ask of a hub, by its name there.
fn asked(side: &SideView<'_>, all: bool) -> BTreeMap<String, Asked> {
    let mut found = BTreeMap::new();
    for statement in side.statements() {
        let touched = all || side.touches(statement.first_line, statement.last_line);
        let plain = side.plain_of(statement);
        if !touched || statement.bytes.len() > LONGEST || !ASKS.is_match(plain) {
            continue;
        }
        let named = NAMED.group(plain, 1).or_else(|| OFFICIAL.group(plain, 1));
        let Some(name) = named.map(str::to_owned).filter(|name| !is_path(name)) else { continue };
        let revision = REVISION.group(plain, 1).map(str::to_owned);
        let is_pinned = ANY_REVISION.is_match(plain);
        found.insert(name, Asked { revision, is_pinned, first: statement.first_line, last: statement.last_line });
    }
    found
}

/// Names of files look like names on a hub.
fn is_path(name: &str) -> bool {
    let end = name.rsplit('.').next().unwrap_or("");
    matches!(name.split('/').next(), Some("data" | "models" | "model" | "path" | "tests" | "output" | "outputs" | "checkpoints" | "src"))
        || name.contains('.') && matches!(end, "json" | "csv" | "txt" | "bin" | "pt" | "pth" | "onnx" | "yaml" | "py" | "jsonl" | "parquet")
}

/// Whether both are the same name below other owners.
fn is_taken_over(old: &str, new: &str) -> bool {
    let split = |name: &str| {
        let (owner, rest) = name.split_once('/').unwrap_or(("", name));
        Some((owner.to_lowercase(), rest.to_lowercase()))
    };
    matches!((split(old), split(new)), (Some((one, name)), Some((other, same))) if one != other && name == same && !other.is_empty())
}

/// A commit in settings that gave way to something that moves.
fn settings(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let was_pinned = file.removed().any(|line| SETTING.is_match(line.text));
    let moved = |text: &str| {
        let text = text.to_lowercase();
        text.contains("revision")
            && !SETTING.is_match(&text)
            && ["main", "master", "latest", "head", "refs/"].iter().any(|name| text.contains(name))
    };
    if let Some(line) = side.changed_lines().find(|line| was_pinned && moved(line.text)) {
        static SAFE: Pattern = Pattern::new(r"\buse_safetensors\s*=\s*True|\bweights_only\s*=\s*True|\btrust_remote_code\s*=\s*False");
        let many = |lines: usize| lines > side.changed_lines().filter(|line| SAFE.is_match(line.text)).count();
        let looser = many(file.removed().filter(|line| SAFE.is_match(line.text)).count());
        let (title, severity) = if looser {
            ("A model is no longer pinned to a commit, and no longer has to come in a form that runs nothing", Severity::High)
        } else {
            ("A model or data set is no longer pinned to a commit", Severity::Medium)
        };
        sink.report(Draft::line(file, side, line.index).severity(severity).title(title));
    }
}
