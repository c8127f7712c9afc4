//! `build-executes`: building, installing or loading tests would start programs or reach the network.

use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::ops::Deref;

use super::build_files::build_files;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::shell::{self, Deed};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

static PYTHON_ACTS: Pattern = Pattern::new(
    r"\b(subprocess\.\w+|os\.(system|popen|exec\w+|spawn\w+)|urlopen|urlretrieve|requests\.(get|post|put)|httpx\.\w+|socket\.(socket|create_connection)|http\.client|exec|eval|__import__|marshal\.loads|pickle\.loads)\s*\(",
);
static GRAVE_PYTHON: Pattern = Pattern::new(
    r"\b(urlopen|urlretrieve|requests\.(get|post|put)|httpx\.\w+|socket\.(socket|create_connection)|exec|eval|marshal\.loads|os\.(system|popen))\s*\(",
);
static REACHES: Pattern = Pattern::new(r"\b(urlopen|urlretrieve|requests\.\w+|httpx\.\w+|socket\.\w+|http\.client)\b");
static READS_VERSION: Pattern = Pattern::new(r"(?i)version|__about__|\bopen\(|compile\(|git[\x22',\s]+(describe|rev-parse|log)");
static COMMAND_CLASS: Pattern =
    Pattern::new(r"\bclass\s+\w+\s*\(.*\b(install|develop|build_py|egg_info|build_ext|sdist|bdist_wheel|build)\b.*\)|\bcmdclass\s*=");
static RUST_SPAWNS: Pattern = Pattern::new(r"\bCommand::new\s*\(");
static RUST_REACHES: Pattern = Pattern::new(r"\b(reqwest|ureq|curl::|minreq|attohttpc|TcpStream::connect|isahc|hyper::)");
static FETCHER: Pattern =
    Pattern::new(r#"Command::new\s*\(\s*"(/\S*/)?(curl|wget|sh|bash|zsh|powershell|pwsh|cmd|python3?|node|perl|nc|npx)(\.exe)?""#);

/// See `rules/code/build-executes.toml`.
pub struct BuildExecutes;

impl Check for BuildExecutes {
    fn rule(&self) -> RuleId {
        RuleId("build-executes")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        build_files(file, sink);
        let Some(side) = file.new_side() else { return };
        let (rusts, setup) = (file.name() == "build.rs", file.name() == "setup.py");
        let loaded = rusts || setup || matches!(file.name(), "conftest.py" | "sitecustomize.py" | "usercustomize.py");
        if !loaded || file.role.is_mechanical() {
            return;
        }
        let commands = LazyCell::new(|| setup && side.lines().any(|line| COMMAND_CLASS.is_match(line.code())));
        // What is only written otherwise stood there.
        let stood: BTreeSet<String> = file.removed().take(MOST).map(|was| unquoted(was.text)).collect();
        for line in file.added().filter(|line| stood.is_empty() || !stood.contains(&unquoted(line.text))) {
            let judged = if rusts { rust(line.text, line.code()) } else { python(side, line.index, setup, &commands) };
            if let Some((title, severity)) = judged {
                sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
            }
        }
    }
}

/// So many lines that went are read.
const MOST: usize = 5_000;

/// A line without its blanks and with one kind of quotes.
fn unquoted(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| if c == '\'' { '"' } else { c }).collect()
}

fn rust(text: &str, code: &str) -> Option<(String, Severity)> {
    if FETCHER.is_match(text) && RUST_SPAWNS.is_match(code) {
        Some(("Building would start a shell, an interpreter or a downloader".to_owned(), Severity::High))
    } else if RUST_REACHES.is_match(code) {
        Some(("Building would reach the network".to_owned(), Severity::High))
    } else {
        RUST_SPAWNS.is_match(code).then(|| ("Building would start a program".to_owned(), Severity::Low))
    }
}

/// At the top of the file everything runs on import; in `setup.py`, methods of install commands run too.
fn python(side: &SideView<'_>, index: usize, setup: bool, commands: &impl Deref<Target = bool>) -> Option<(String, Severity)> {
    let line = side.line(index);
    if !PYTHON_ACTS.is_match(line.code()) {
        return None;
    }
    let top = side.function_at(index).is_none();
    if !(top || **commands) {
        return None;
    }
    let when = if setup { "Installing" } else { "Loading the tests" };
    let deed = shell::worst(line.text);
    let reaches = REACHES.is_match(line.code());
    let severity = if !reaches && READS_VERSION.is_match(line.text) && deed.is_none_or(|deed| !deed.is_grave()) {
        Severity::Info
    } else if GRAVE_PYTHON.is_match(line.code()) || deed.is_some_and(|deed| deed >= Deed::Network) {
        Severity::High
    } else {
        Severity::Medium
    };
    Some((format!("{when} would run a program, other code or a request"), severity))
}
