//! `secret-out-of-store`: a value that came from a store of secrets stands in the open, or in an image for good.

use std::collections::BTreeMap;

use super::kept_twice::{self, SECRET};
use super::trees::Trees;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::Node;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// Where a value is fetched rather than written.
static FETCHED: Pattern = Pattern::new(
    r"(?i)secret_?key_?ref|value_?from|\bsecrets?[.\[(]|secrets?manager|secret[_-]manager|ssm_parameter|parameter_?store|key_?vault|\bvault[\w.]*[(:\[/]|random_password|\bsops\b|/run/secrets|_FILE\b|get_?secret|op://|\benviron\b|getenv|process\.env|\bENV\[|\benv\(|\$\{\w|\$\(\w|System\.getenv|Environment\.Get|resolve:|credentials?\(|keyring|keychain|\bvar\.\w|kms_secret|SecretString|config\.get_secret|Configuration\[|getRequiredData|GetRequiredSection|getProperty\(",
);
static ASSIGNED: Pattern = Pattern::new(
    r#"^\s*(?:-\s+|export\s+|const\s+|let\s+|var\s+|val\s+|my\s+|static\s+|final\s+|private\s+|public\s+|self\.|this\.)*(?:[A-Z]\w*(?:<[\w, ]+>)?\s+)?["']?([A-Za-z_][\w.-]*)["']?(?:\s*:\s*\w+)?\s*(?:=>|[:=])\s*(.+?)[,;]?\s*$"#,
);
static LITERAL: Pattern = Pattern::new(r#"^["'][^"'${}<>\s][^"'${}<>]{3,}["']$|^[A-Za-z0-9+/_-]{12,}={0,2}$"#);
static NO_SECRET: Pattern = Pattern::new(
    r"(?i)^['\x22]?(?:change[-_ ]?me|example|placeholder|your|xxx|todo|dummy|test|fake|none|null|true|false|redacted|\*+|<|https?://localhost|arn:|projects/|[a-z]+(?:[-_.][a-z]+){1,4}['\x22]?$)",
);
static IN_IMAGE: Pattern = Pattern::new(
    r"(?i)^\s*(ARG|ENV)\s+(\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY|ACCESS_KEY)\w*)(?:(?:\s*=\s*|\s+)(\S.*)?)?$",
);
static COPIED: Pattern = Pattern::new(
    r"(?i)^\s*(?:COPY|ADD)\b[^#]*[\s/](?:\.env(?:\.prod\w*|\.local)?|id_(?:rsa|ed25519|ecdsa)|\.npmrc|\.netrc|\.pypirc|\.aws|\.ssh|\.kube|\.docker/config\.json|credentials(?:\.json)?|service[-_]account[\w.-]*\.json|\S+\.(?:pem|p12|pfx|jks|key))(?:\s|/|$)",
);
static MOUNTED: Pattern = Pattern::new(r"--mount=type=secret\b");
static HIDDEN: Pattern = Pattern::new(r"^\s*(?:sensitive|no_log|NoEcho)\s*[:=]\s*['\x22]?(?:true|yes)\b");
static SHOWN: Pattern = Pattern::new(r"^\s*(?:sensitive|no_log|NoEcho)\s*[:=]\s*['\x22]?(?:false|no)\b");

/// See `rules/code/secret-out-of-store.toml`.
pub struct SecretOutOfStore;

impl Check for SecretOutOfStore {
    fn rule(&self) -> RuleId {
        RuleId("secret-out-of-store")
    }

    fn needs(&self) -> Needs {
        // What `FETCHED` and `HIDDEN` cannot do without; an image is known by its path.
        let before = Words::named([
            "secret",
            "vault",
            "value_from",
            "valuefrom",
            "parameter",
            "environ",
            "getenv",
            "process.env",
            "env[",
            "env(",
            "${",
            "$(",
            "resolve:",
            "credential",
            "keyring",
            "keychain",
            "var.",
            "sops",
            "_file",
            "op://",
            "random_password",
            "sensitive",
            "no_log",
            "noecho",
            "environment.get",
            "configuration[",
            "getproperty(",
            "getrequired",
            "kms",
            "dockerfile",
            "containerfile",
        ]);
        Needs::nothing().and(Reach::ANYWHERE, Words::of([&SECRET, &COPIED, &HIDDEN, &SIGNS, &TAKEN])).and(Reach::ANYWHERE, before)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if !file.role.is_live() || matches!(file.language, Language::Markdown | Language::Html) {
            return;
        }
        if file.language == Language::Dockerfile {
            image(file, sink);
            return;
        }
        if matches!(file.language, Language::Yaml | Language::Json) {
            environment(file, sink);
        }
        assigned(file, sink);
        in_place(file, sink);
        kept_twice::report(file, sink);
        in_settings(file, sink);
        in_tree(file, sink);
        uncovered(file, sink);
        if file.language == Language::Shell {
            in_config_map(file, sink);
        }
    }
}

/// A name that was fetched on a removed line and is a literal on an added one.
fn assigned(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side() else { return };
    let read = |text: &'_ str| Some((ASSIGNED.group(text, 1)?.to_lowercase(), ASSIGNED.group(text, 2)?.to_owned()));
    let fetched: BTreeMap<String, String> = file
        .removed()
        .filter(|line| line.text.len() < 500)
        .filter_map(|line| read(line.text))
        .filter(|(_, value)| FETCHED.is_match(value))
        .collect();
    if fetched.is_empty() {
        return;
    }
    for line in side.changed_lines().filter(|line| line.text.len() < 500) {
        let Some((name, value)) = read(line.text).filter(|(name, _)| SECRET.is_match(name) && fetched.contains_key(name)) else { continue };
        if LITERAL.is_match(&value) && !FETCHED.is_match(&value) && !NO_SECRET.is_match(&value) {
            let title = format!("`{name}` was fetched and is written down now");
            sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::Medium));
        }
    }
}

/// A script puts a secret into a config map of a cluster, which whoever may look at the cluster reads.
fn in_config_map(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static MADE: Pattern = Pattern::new(r"\bkubectl\b[^|;]*\bcreate\s+(?:configmap|cm)\b");
    static GIVEN: Pattern = Pattern::new(r#"--from-literal[=\s]["']?\w*(?i:passw\w*|secret|token|api_?key|private_?key)\w*=["']?\$"#);
    static KEPT: Pattern = Pattern::new(r"\bkubectl\b[^|;]*\bcreate\s+secret\b");
    /// A command goes on over so many lines.
    const TALLEST: usize = 4;
    let Some(side) = file.new_side() else { return };
    let short = |text: &str| text.len() < 500;
    let made = |at: usize| (at.saturating_sub(TALLEST)..=at).any(|above| MADE.is_match(side.plain_line(above)));
    let given = file.added().filter(|line| short(line.text) && GIVEN.is_match(side.plain_line(line.index))).take(20);
    if let Some(line) = given.into_iter().find(|line| made(line.index)) {
        let kept = file.removed().any(|was| short(was.text) && KEPT.is_match(was.text));
        let severity = if kept { Severity::High } else { Severity::Medium };
        sink.report(Draft::line(file, side, line.index).title("A secret is put into a config map").severity(severity));
    }
}

/// An expression that fetched gave way, inside of a line that stays as it was, to a text of the code.
fn in_place(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static TEXT: Pattern = Pattern::new(r#"^["'][^"'${}<>\s]{8,}["']$"#);
    static CALL: Pattern = Pattern::new(r"[(\[]");
    const MOST: usize = 100;
    let Some(side) = file.new_side().filter(|_| file.language.is_code()) else { return };
    let fetched = |text: &&str| text.len() < 500 && FETCHED.is_match(text) && CALL.is_match(text);
    let were: Vec<&str> = file.removed().map(|line| line.text.trim()).filter(fetched).take(MOST).collect();
    if were.is_empty() {
        return;
    }
    for line in side.changed_lines().filter(|line| line.text.len() < 500 && !FETCHED.is_match(line.text)).take(MOST) {
        let now = line.text.trim();
        let told = were.iter().any(|was| {
            let (was_left, now_left) = differing(was, now);
            TEXT.is_match(now_left.trim_end_matches([';', ',']))
                && FETCHED.is_match(was_left)
                && (!NO_SECRET.is_match(now_left) || SIGNS.is_match(was))
                && (SECRET.is_match(was) || SIGNS.is_match(was) || SECRET.is_match(file.path.as_ref()))
        });
        let assigned = ASSIGNED.group(now, 2).is_some_and(|value| LITERAL.is_match(value));
        if told && !assigned {
            let title = "A secret was fetched here and is written down now";
            sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::Medium));
        }
    }
}

/// A name of a script that is given what a store of secrets holds.
static TAKEN: Pattern = Pattern::new(
    r#"^\s*(?:(?:local|export|readonly|declare)\s+(?:-\w+\s+)*)?(\w+)=["']?(?:\$\(|`)\s*(?:aws\s+(?:secretsmanager\s+get-secret-value|ssm\s+get-parameters?)|vault\s+(?:kv\s+get|read)|gcloud\s+secrets\s+versions\s+access|az\s+keyvault\s+secret\s+show|op\s+(?:read|item\s+get)|kubectl\s+(?:-\S+\s+)*get\s+secrets?|pass\s+show|sops\s+(?:-d|--decrypt)|doppler\s+secrets\s+get|bw\s+get)\b"#,
);

/// What a script takes out of a store is written into a file that others read or that is kept with the code.
fn in_tree(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static WRITTEN: Pattern =
        Pattern::new(r#"\b(?:echo|printf)\b[^|;&>]*\$\{?(\w+)[^|;&>]*(?:>>?|\|\s*tee\s+(?:-a\s+)?)\s*["']?([^\s"';|&>]+)"#);
    /// Files that are kept with the code, or handed to whoever asks.
    static READ: Pattern = Pattern::new(
        r"(?i)(?:^|[/.])(?:example|sample|template|dist|public|static|www|htdocs|docs?)(?:[/.]|$)|^[^/$~][^$]*\.(?:ya?ml|json|toml|tfvars|tf|properties|md|html|js)$",
    );
    const MOST: usize = 50;
    let Some(side) = file.new_side().filter(|_| file.language == Language::Shell) else { return };
    let written = |text: &str| Some((WRITTEN.group(text, 1)?.to_owned(), WRITTEN.group(text, 2)?.to_owned()));
    let added: Vec<_> =
        file.added().filter(|line| line.text.len() < 500).filter_map(|line| Some((line.index, written(line.text)?))).take(MOST).collect();
    if added.is_empty() {
        return;
    }
    let taken: Vec<&str> =
        side.lines().filter(|line| line.text.len() < 500).filter_map(|line| TAKEN.group(line.text, 1)).take(MOST).collect();
    for (line, (name, path)) in added {
        if taken.contains(&name.as_str()) && READ.is_match(&path) {
            let title = format!("`{name}` comes from a store of secrets and is written into `{path}`");
            sink.report(Draft::line(file, side, line).title(title).severity(Severity::Medium));
        }
    }
}

/// What a Secret of a cluster holds is put into a ConfigMap, which everybody in its namespace may read.
fn in_settings(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static HELD: Pattern = Pattern::new(
        r"\b\w*[sS]ecret\w*(?:\.Items\[\w+\])?\.(?:Data|StringData|data|string_data|getData\(\))\s*(?:\[|\.get\()\s*[\x22']([\w.-]+)[\x22']",
    );
    static SETTINGS: Pattern = Pattern::new(r"\bConfigMap\w*\s*(?:\{|\()|\bV1ConfigMap\b|\bConfigMapBuilder\b");
    static KINDS: Pattern = Pattern::new(r"\b(?:\w*\.)?(?:Secret|ConfigMap|Deployment|Pod|V1Secret|V1ConfigMap)\s*[{(]");
    const NEAR: usize = 12;
    let Some(side) = file.new_side().filter(|_| file.language.is_code()) else { return };
    for line in file.added().filter(|line| line.text.len() < 500) {
        let named = HELD.group(side.plain_line(line.index), 1).filter(|name| SECRET.is_match(name));
        if named.is_none() {
            continue;
        }
        let mut above = (line.index.saturating_sub(NEAR)..=line.index).rev().map(|at| side.plain_line(at)).filter(|text| text.len() < 500);
        if above.find(|text| KINDS.is_match(text)).is_some_and(|text| SETTINGS.is_match(text)) {
            let title = "A secret of the cluster is put into a ConfigMap, which holds no secrets";
            sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::Medium));
        }
    }
}

/// A key with which others are told apart: one that everybody knows is worse than none.
static SIGNS: Pattern = Pattern::new(
    r"(?i)sign(?:ing|er|ature)?_?key|security_?key|\bhmac\b|create_?hmac|jwt|secretkeyspec|\bfernet\b|encryption_?key|cookie_?secret|session_?secret",
);

/// What is left of two lines without what they begin and end with alike.
fn differing<'t>(was: &'t str, now: &'t str) -> (&'t str, &'t str) {
    let begin: usize = was.chars().zip(now.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let (was, now) = (was.get(begin..).unwrap_or(""), now.get(begin..).unwrap_or(""));
    let end: usize = was.chars().rev().zip(now.chars().rev()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    (was.get(..was.len() - end).unwrap_or(""), now.get(..now.len() - end).unwrap_or(""))
}

/// Variables of containers that named a secret and hold a value now.
fn environment(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(trees), Some(side), Some(_)) = (Trees::of(file), file.new_side(), file.old()) else { return };
    let before = variables(&trees.old);
    for (name, (value, line)) in variables(&trees.new) {
        let was_fetched = before.get(&name).is_some_and(|(value, _)| value.is_none());
        if let Some(value) =
            value.filter(|value| was_fetched && !value.is_empty() && !FETCHED.is_match(value) && !NO_SECRET.is_match(value))
        {
            let title = format!("`{name}` came from a secret and is written down now ({} characters)", value.chars().count());
            sink.report(Draft::line(file, side, line).title(title).evidence(name.clone()).severity(Severity::Medium));
        }
    }
}

/// The entries of lists called `env` or `secrets`: their values where they are written, none where they are fetched.
fn variables(trees: &[Node]) -> BTreeMap<String, (Option<String>, usize)> {
    let mut out = BTreeMap::new();
    let mut open: Vec<&Node> = trees.iter().collect();
    while let Some(node) = open.pop() {
        open.extend(node.entries().iter().map(|(_, inner)| inner));
        open.extend(node.items());
        let Some(name) = node.get("name").map(Node::scalar) else { continue };
        if node.get("valueFrom").is_some() {
            out.insert(name, (None, node.line));
        } else if let Some(value) = node.get("value") {
            out.insert(name, (Some(value.scalar()), value.line));
        }
    }
    out
}

fn image(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side() else { return };
    let mounted = file.removed().any(|line| MOUNTED.is_match(line.text));
    let known: Vec<&str> = file.removed().map(|line| line.text.trim()).collect();
    for line in side.changed_lines().filter(|line| line.text.len() < 1000 && !known.contains(&line.text.trim())) {
        let (title, severity) = if COPIED.is_match(line.text) {
            ("A file of secrets becomes part of the image".to_owned(), Severity::Medium)
        } else if let Some(name) = IN_IMAGE.group(line.text, 2) {
            let value = IN_IMAGE.group(line.text, 3).unwrap_or("").trim_matches(['"', '\'']);
            let written =
                value.len() > 3 && !value.starts_with('$') && !NO_SECRET.is_match(value) && !name.to_lowercase().ends_with("_file");
            let handed = line.text.trim_start().to_uppercase().starts_with("ENV") && value.trim_matches(['$', '{', '}']) == name;
            match (mounted, written || handed) {
                (true, _) => (format!("`{name}` was mounted for one step and stays in the image now"), Severity::Medium),
                (false, true) => (format!("`{name}` stays in the image"), Severity::Low),
                (false, false) => continue,
            }
        } else {
            continue;
        };
        sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
    }
}

/// What kept a value out of logs and plans is gone.
fn uncovered(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(old), Some(side)) = (file.old(), file.new_side()) else { return };
    if !matches!(file.language, Language::Hcl | Language::Yaml | Language::Json) {
        return;
    }
    let kept = side.changed_lines().filter(|line| HIDDEN.is_match(line.text)).count();
    let lost: Vec<usize> = old.changed_lines().filter(|line| HIDDEN.is_match(line.text)).map(|line| line.index).collect();
    let whole = |at: usize| {
        // With its variable or output it went for good.
        let first = (0..=at).rev().find(|line| old.line(*line).text.starts_with(|c: char| c.is_ascii_alphabetic()));
        first.is_some_and(|first| old.is_changed(first) && !side.text().contains(old.line(first).text.trim()))
    };
    let turned = side.changed_lines().any(|line| SHOWN.is_match(line.text));
    if let Some(at) = lost.get(kept).filter(|at| turned || !whole(**at)) {
        sink.report(Draft::line(file, old, *at).title("A secret value would be shown in plans and logs").severity(Severity::Medium));
    }
}
