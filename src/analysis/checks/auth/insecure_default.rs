//! `insecure-default`: a switch that protects turns off by default, or one that opens turns on.

use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::identifier::words;
use crate::analysis::language::Language;
use crate::analysis::outline::Function;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/insecure-default.toml`.
pub struct InsecureDefault;

/// A longer line is data.
const LONGEST: usize = 2000;

/// `name = true` wherever it stands: a setting, a parameter, a field; groups: the name and the value.
static SETTING: Pattern = Pattern::new(
    r#"(?:^|[(,{|\s])(?:self\.|this\.)?[$"']?([A-Za-z_][\w.-]*)["'?]?\s*(?::\s*[A-Za-z_][\w.<>\[\]|? ]*?|\{[^{}=\n]*\})?\s*(?::=|=>|=|:)\s*["']?(true|false|True|False|on|off|yes|no)\b"#,
);
/// A field of a form that is greyed out.
static ELEMENT: Pattern = Pattern::new(r"(?i)^\s*\w*(?:button|submit\w*|input|element|el|btn|select|field|target|option)\.disabled\s*=");
/// `options.verify ?? true`, `get("verify", True)`, `flag.Bool("verify", true`.
static FALLBACK: Pattern = Pattern::new(r#"(?:\.|["':])([A-Za-z_][\w-]*)["']?\s*(?:,|\?\?|\|\|)\s*(true|false|True|False)\b"#);
/// What a parameter is when nobody says, told before it: `@DefaultValue("true") boolean verify`; groups: the value and the name.
static MARKED: Pattern = Pattern::new(
    r#"@(?:DefaultValue|ConfigProperty|Value|Default)\s*\([^()\n]*?["':](true|false)\}?["']\s*\)\s*(?:(?:private|public|final|val|var)\s+)*(?:boolean|Boolean)\s+(\w+)"#,
);
/// A field of a structure in C, or a constant of it; groups: the name and the value.
static NUMBERED: Pattern = Pattern::new(r"(?:->|\.)\s*([A-Za-z_]\w*)\s*=\s*([01])\s*[;,]|^\s*#\s*define\s+(\w+)\s+([01])\s*$");
/// What a script takes where the environment says nothing; groups: the name and the value.
static IN_SHELL: Pattern = Pattern::new(r"\$\{(\w+):?[-=](true|false|on|off|yes|no|required|enabled|strict|none|disabled|optional|0|1)\}");
/// Names of what opens that only several words tell.
static OPENING: Pattern = Pattern::new(
    r"(?i)external_?(?:general_?|parameter_?)?entit|(?:support|load|allow|enable|process)_?(?:dtd|doctype)|resolve_?entit|(?:allow|accept|permit)_?(?:plain_?(?:text|http)|http|all|any|self_?signed|invalid_?cert\w*|anonymous)\b|(?:detailed|verbose|full)_?(?:errors|exceptions)|(?:show|display|expose|include)_?(?:errors|exceptions?|stack_?traces?|exception_?details?)|developer_?exception",
);
/// A field of a structure in Go that is false unless somebody says more.
static FIELD: Pattern = Pattern::new(r"^\s*([A-Z]\w*)\s+bool\b");
/// A secret that is looked up, and a text that stands for it where there is none.
static FALLS_BACK: Pattern = Pattern::new(
    r#"["'`.\[{$]\s*(\w*(?:SECRET|PRIVATE_KEY|PASSWORD|SIGNING_KEY|ENCRYPTION_KEY|JWT_KEY|API_KEY)\w*)(?:["'`]\s*,\s*["'`]|["'`]?[\])]*\s*(?:\?\?|\|\||\bor\b)\s*(?:\[\s*|(?:Buffer\.from|atob|b64decode|base64\.b64decode|String|bytes\.fromhex|Base64\.decode64)\s*\(\s*b?)?["'`]|:-\s*["'`]?)([^"'`\n,;)}]{2,})["'`}]"#,
);
/// A function that serde asks for a value, and others of that name.
static VALUE_OF: Pattern = Pattern::new(r"(?i)\bfn\s+default_(\w+)\s*\(");
/// What is asked about who somebody is or what they may do: with a word like "require" before it, it protects.
static ASKED: [&str; 22] = [
    "verified",
    "auth",
    "login",
    "signature",
    "signatures",
    "tls",
    "ssl",
    "https",
    "mfa",
    "token",
    "password",
    "permission",
    "permissions",
    "approval",
    "admin",
    "role",
    "origin",
    "cert",
    "certs",
    "certificate",
    "host",
    "hostname",
];
static ASKS: [&str; 8] = ["require", "requires", "required", "check", "checks", "validate", "validates", "enable"];
/// Of them what may be a feature of its own.
static FEATURES: [&str; 8] = ["origin", "host", "hostname", "token", "login", "password", "admin", "role"];
/// What protects is of these when every installation is open without it.
static STRONG: [&str; 12] =
    ["verify", "csrf", "xsrf", "auth", "authentication", "authorization", "authenticate", "ssl", "tls", "signed", "mfa", "enforce"];
static OPENS: [&str; 13] = [
    "trust",
    "trusted",
    "insecure",
    "debug",
    "skip",
    "bypass",
    "disable",
    "disabled",
    "unsafe",
    "anonymous",
    "permissive",
    "allowall",
    "privileged",
];
static PROTECTS: [&str; 19] = [
    "verify",
    "secure",
    "httponly",
    "csrf",
    "xsrf",
    "strict",
    "enforce",
    "auth",
    "authentication",
    "authorization",
    "authenticate",
    "ssl",
    "tls",
    "https",
    "sandbox",
    "samesite",
    "signed",
    "ratelimit",
    "mfa",
];

impl Check for InsecureDefault {
    fn rule(&self) -> RuleId {
        RuleId("insecure-default")
    }

    fn needs(&self) -> Needs {
        let switches = || Words::named(OPENS.into_iter().chain(PROTECTS).chain(ASKS));
        Needs::nothing().and(Reach::ANYWHERE, switches().or(Words::of([&FALLS_BACK, &OPENING])))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let looked_at =
            file.role.is_live() && !matches!(file.role, Role::Workflow | Role::AgentConfig | Role::Instructions | Role::Manifest);
        let Some(side) = file.new_side().filter(|_| looked_at) else { return };
        let before: HashSet<(&str, bool)> = file.removed().flat_map(|line| switches(file.language, line.text)).collect();
        if !before.is_empty() {
            for line in file.added().filter(|line| !ELEMENT.is_match(line.text)) {
                for (name, on) in switches(file.language, line.text) {
                    let turned = before.contains(&(name, !on)) && !before.contains(&(name, on));
                    if let Some(severity) = worse(name, on).filter(|_| turned) {
                        let title = format!("{name} is now {} by default", if on { "on" } else { "off" });
                        sink.report(Draft::line(file, side, line.index).title(title).severity(grade(file, severity)));
                    }
                }
            }
            dropped(file, side, &before, sink);
        }
        unasked(file, side, &before, sink);
        known_secrets(file, side, sink);
        renamed(file, side, sink);
        answered(file, side, sink);
    }
}

/// Every installation is open by a default in code; a setting in a file may be that of one.
fn grade(file: &FileView<'_>, severity: Severity) -> Severity {
    if file.language.is_code() { severity } else { Severity::Medium }
}

/// The switches that a line sets.
fn switches(language: Language, text: &str) -> Vec<(&str, bool)> {
    if text.len() > LONGEST {
        return Vec::new();
    }
    let on = |value: &str| matches!(value, "true" | "True" | "on" | "yes" | "1" | "required" | "enabled" | "strict");
    let two = |pattern: &'static Pattern, (name, value): (usize, usize)| -> Vec<(&str, bool)> {
        pattern
            .find_all(text)
            .filter_map(|range| Some((pattern.group(text.get(range.clone())?, name)?, on(pattern.group(text.get(range)?, value)?))))
            .collect()
    };
    let more = match language {
        Language::Java | Language::Kotlin => two(&MARKED, (2, 1)),
        Language::C | Language::Cpp => [two(&NUMBERED, (1, 2)), two(&NUMBERED, (3, 4))].concat(),
        Language::Shell => two(&IN_SHELL, (1, 2)),
        _ => Vec::new(),
    };
    let found = [&SETTING, &FALLBACK].into_iter().flat_map(|pattern| pattern.find_all(text).map(move |range| (pattern, range)));
    let read = found.filter_map(|(pattern, range)| {
        let found = text.get(range)?;
        Some((pattern.group(found, 1)?, on(pattern.group(found, 2)?)))
    });
    read.chain(more).collect()
}

/// How bad it is that a switch of this name is on or off; `None` when it is not.
fn worse(name: &str, on: bool) -> Option<Severity> {
    let words = words(name);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    // What is only enabled may be a feature: `enable_cross_origin_frames`, `enable_login_button`.
    let asks = has(&ASKS) && has(&ASKED) && !(has(&["enable"]) && has(&FEATURES));
    // What opens and what protects in one name (`disableCsrf`) goes by what it does: it opens.
    let opens = has(&OPENS) || OPENING.is_match(name);
    let strong = if opens { has(&STRONG) || has(&ASKED) && !has(&["debug"]) } else { has(&STRONG) || asks };
    let worse = if opens { on } else { (has(&PROTECTS) || asks) && !on };
    worse.then_some(if strong { Severity::High } else { Severity::Medium })
}

/// A field that protected is set no more, and is false by itself.
fn dropped(file: &FileView<'_>, side: &SideView<'_>, before: &HashSet<(&str, bool)>, sink: &mut Sink<'_>) {
    static ALONE: Pattern = Pattern::new(r"^\s*([A-Z]\w*):\s*true,\s*$");
    let (Language::Go, Some(old)) = (file.language, file.old()) else { return };
    let declared: HashSet<&str> = file.removed().filter_map(|line| FIELD.group(line.text, 1)).collect();
    let mut named: HashMap<&str, &Function> = HashMap::new();
    for function in side.functions().iter().filter(|function| !function.name.is_empty()) {
        named.entry(&function.name).or_insert(function);
    }
    let mut spoken: HashMap<usize, HashSet<&str>> = HashMap::new();
    for line in file.removed() {
        let Some(name) = ALONE.group(line.text, 1).filter(|name| before.contains(&(*name, true)) && !declared.contains(name)) else {
            continue;
        };
        let Some(severity) = worse(name, false) else { continue };
        let Some(now) = old.function_at(line.index).and_then(|was| named.get(was.name.as_str())) else { continue };
        let words = || side.function_lines(now).flat_map(|line| line.code().split(|c: char| !c.is_alphanumeric() && c != '_')).collect();
        if !spoken.entry(now.first_line).or_insert_with(words).contains(name) {
            let draft = Draft::line(file, side, now.first_line).title(format!("{name} is no longer set, and off by itself"));
            sink.report(draft.evidence(line.text.trim()).severity(severity));
        }
    }
}

/// A switch that was off wherever the program ran is on where the environment says nothing: `DEBUG = os.environ.get("STAGE", "dev") != "prod"`.
fn unasked(file: &FileView<'_>, side: &SideView<'_>, before: &HashSet<(&str, bool)>, sink: &mut Sink<'_>) {
    static ASKED: Pattern = Pattern::new(
        r#"^\s*(?:self\.|this\.|config\.|app\.|export\s+const\s+|const\s+|let\s+)?["']?([A-Za-z_]\w*)["']?\s*(?::=|=|:)\s*\(?\s*(?:os\.environ\.get|os\.getenv|getenv|ENV\.fetch|env|config|env\.str)\(\s*["']\w+["']\s*,\s*["']([^"']*)["']\s*\)(?:\.lower\(\)|\.downcase)?\s*(===?|!==?)\s*["']([^"']*)["']"#,
    );
    static NODE: Pattern = Pattern::new(
        r#"^\s*(?:export\s+const\s+|const\s+|let\s+)?["']?([A-Za-z_]\w*)["']?\s*(?:=|:)\s*\(?\s*process\.env\.\w+\s*(?:(?:\?\?|\|\|)\s*["']([^"']*)["']\s*\)?)?\s*(!==?)\s*["']([^"']*)["']"#,
    );
    if before.is_empty() || !file.language.is_code() {
        return;
    }
    for line in file.added().filter(|line| line.text.len() <= 400) {
        let read = |pattern: &'static Pattern| {
            Some((
                pattern.group(line.text, 1)?,
                pattern.group(line.text, 2).unwrap_or(""),
                pattern.group(line.text, 3)?,
                pattern.group(line.text, 4)?,
            ))
        };
        let Some((name, unsaid, sign, compared)) = read(&ASKED).or_else(|| read(&NODE)) else { continue };
        let on = (unsaid == compared) != sign.starts_with('!');
        if before.contains(&(name, !on)) && worse(name, on).is_some() {
            let title = format!("{name} is {} wherever the environment says nothing", if on { "on" } else { "off" });
            sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::High));
        }
    }
}

/// A secret that had to be given is a text that stands in the code where nobody gives one.
fn known_secrets(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let short = |text: &str| text.len() <= LONGEST;
    let strict = LazyCell::new(|| {
        let lines = file.removed().map(|was| was.text).filter(|was| short(was) && !FALLS_BACK.is_match(was));
        lines.flat_map(|was| was.split(|c: char| !c.is_alphanumeric() && c != '_')).collect::<HashSet<&str>>()
    });
    let added = file.added().filter(|line| short(line.text));
    for (line, name) in added.filter_map(|line| Some((line, FALLS_BACK.group(line.text, 1)?))) {
        // A name in capitals is that of the next setting.
        let is_name = FALLS_BACK.group(line.text, 2).is_some_and(|text| !text.contains(|c: char| !c.is_ascii_uppercase() && c != '_'));
        if file.language.is_code() && strict.contains(name) && !is_name {
            let title = format!("{name} falls back to a text that stands in the code");
            sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::High));
        }
    }
}

/// What had to be turned off must be turned on now: whoever says nothing is open.
fn renamed(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    if file.language != Language::Go {
        return;
    }
    let rest = |name: &str, signs: &[&str]| -> Option<Vec<String>> {
        let words = words(name);
        let rest: Vec<String> = words.iter().filter(|word| !signs.contains(&word.as_str())).cloned().collect();
        (rest.len() < words.len() && !rest.is_empty()).then_some(rest)
    };
    let was: HashSet<Vec<String>> =
        file.removed().filter_map(|line| rest(FIELD.group(line.text, 1)?, &["disable", "disabled", "skip", "no", "insecure"])).collect();
    for line in file.added().filter(|_| !was.is_empty()) {
        let Some(name) = FIELD.group(line.text, 1) else { continue };
        let on = rest(name, &["enable", "enabled", "use", "require", "verify", "with", "check"]);
        if on.is_some_and(|rest| was.contains(&rest)) && worse(name, false).is_some() {
            let title = format!("Whoever does not set {name} is open from now on");
            sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::High));
        }
    }
}

/// A function that gives a default answers otherwise.
fn answered(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static ANSWER: Pattern = Pattern::new(r"^\s*(?:return\s+)?(true|false)\s*;?\s*$");
    let was: HashSet<&str> = file.removed().filter_map(|line| ANSWER.group(line.text, 1)).collect();
    for line in file.added().filter(|_| !was.is_empty()) {
        let Some(now) = ANSWER.group(line.text, 1) else { continue };
        let Some(function) = side.function_at(line.index) else { continue };
        let header = side.plain_line(function.first_line);
        let Some(name) = VALUE_OF.group(header, 1) else { continue };
        if let Some(severity) = worse(name, now == "true").filter(|_| was.iter().any(|before| *before != now)) {
            let title = format!("{name} is now {} by default", if now == "true" { "on" } else { "off" });
            sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
        }
    }
}
