//! `remote-script`: something is downloaded and run, outside workflows (which have a rule of their own).

use std::cell::LazyCell;

use super::engines::{LONGEST, engines, holds_commands};
use super::here_documents::printed;
use super::ran_before::RanBefore;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::checks::net::traffic::traffic;
use crate::analysis::flow::arrivals;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::shell::{self, Deed};
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, LineView, SideView};
use crate::model::rule::{Confidence, RuleId, Severity};

/// See `rules/code/remote-script.toml`.
pub struct RemoteScript;

static MAY_DOWNLOAD: Pattern = Pattern::new(r"(?i)curl|wget|iwr|irm|invoke-|download|urlopen|fetch");
static OPENS_SHELL: Pattern = Pattern::new(r"(?i)/dev/(?:tcp|udp)/|\bn(?:c|cat|etcat)\b|\bsocat\b");
static DOWNLOADER: Pattern = Pattern::new(
    r#"(?x) (?:Command::new|exec\.Command|spawn(?:Sync)?|execFile(?:Sync)?|subprocess\.\w+|ProcessBuilder|os\.system|exec(?:Sync)?|Popen|check_call)\s*\(\s*[\[(]?\s*["'`](?:/usr/bin/|/bin/)?(?:curl|wget|aria2c|powershell|pwsh|nc|bitsadmin|certutil)\b
      | "(?:ba|z|da)?sh"[^;]*"-\w*c"[^;]*\b(?:curl|wget)\b"#,
);

impl Check for RemoteScript {
    fn rule(&self) -> RuleId {
        RuleId("remote-script")
    }

    fn needs(&self) -> Needs {
        let commands = shell::words_of(Deed::RemoteShell).or(shell::words_of(Deed::RunsDownload)).or(Words::named([
            "quarantine",
            "spctl",
            "unblock-file",
            "executionpolicy",
        ]));
        let shells = Words::named(["execl", "execv", "dup2", "stdin", "stdout", "stderr", "tcpsocket"]);
        let builds = Words::of([&DOWNLOADER]).or(traffic().talking()).or(Words::of([&engines().spawners])).or(shells);
        Needs::nothing().and(Reach::AFTER, commands.or(Words::of([&engines().remote])).or(builds))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if file.language == Language::Markdown {
            return told_to_run(file, sink);
        }
        let looked_at = file.role.is_live() && !matches!(file.role, Role::Workflow | Role::AgentConfig | Role::Instructions);
        let Some(side) = file.new_side().filter(|_| looked_at) else { return };
        let before = RanBefore::new(file);
        if holds_commands(file.language) {
            let lines = continued(file, side);
            let printed = LazyCell::new(|| printed(side));
            for (line, text) in &lines {
                if MAY_DOWNLOAD.is_match(text) || OPENS_SHELL.is_match(text) {
                    let only_said = printed.get(*line).copied().unwrap_or(false);
                    command(&before, side, *line, text, if only_said { Severity::Low } else { Severity::High }, sink);
                }
            }
            steps(file, side, &lines, sink);
        } else if file.language.is_code() {
            let run = LazyCell::new(|| starts_something(side));
            for (line, string) in side.strings().filter(|(line, string)| side.is_changed(*line) && string.len() <= LONGEST) {
                if MAY_DOWNLOAD.is_match(string) || OPENS_SHELL.is_match(string) {
                    command(&before, side, line, string, if *run { Severity::High } else { Severity::Medium }, sink);
                }
            }
            calls(file, side, sink);
            connected(file, side, sink);
            written(file, side, sink);
            fetched(file, side, sink);
            for (line, comment) in side.comments().filter(|(line, text)| side.is_changed(*line) && text.starts_with("//go:generate")) {
                command(&before, side, line, comment, Severity::High, sink);
            }
            if is_build_script(file.name()) {
                build(file, side, sink);
            }
        }
    }
}

/// Commands in a fence of what an agent follows step by step: a skill, a command, an agent of its own.
fn told_to_run(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static FOLLOWED: Pattern = Pattern::new(
        r"(?i)(?:^|/)SKILL\.md$|(?:^|/)\.(?:claude|cursor|codex|opencode|gemini|agents|roo|windsurf|openhands|amazonq|qwen|factory)/(?:[\w.-]+/)*(?:commands?|agents?|skills?|workflows|prompts|microagents)/|(?:^|/)\.github/prompts/",
    );
    static FENCE: Pattern = Pattern::new(r"^\s*(?:```+|~~~+)\s*(?i:(ba|z|da)?sh|shell|console|terminal|powershell|pwsh|bat|cmd)?\s*$");
    /// The machine's own question before something foreign runs.
    static UNASKED: Pattern = Pattern::new(
        r"(?i)\bxattr\s+(?:-\w+\s+)*com\.apple\.quarantine|\bspctl\s+--(?:master-disable|add)|\bUnblock-File\b|\bSet-ExecutionPolicy\s+(?:Bypass|Unrestricted)",
    );
    let Some(side) = file.new_side().filter(|_| file.role == Role::Instructions && FOLLOWED.is_match(&file.path)) else { return };
    let before = RanBefore::new(file);
    let mut fenced = false;
    for line in side.lines() {
        if FENCE.is_match(line.text) || fenced && line.text.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        // A command of an agent may be run where it stands: !`curl … | sh`.
        let run = fenced || line.text.contains("!`");
        if !run || !line.changed || line.text.len() > LONGEST {
            continue;
        }
        let text = line.text.trim().trim_start_matches("$ ").trim_start_matches(['!', '`']).trim_end_matches('`');
        if UNASKED.is_match(text) {
            let draft =
                Draft::line(file, side, line.index).title("An agent that follows this runs what the machine would have asked about");
            sink.report(draft);
        } else {
            command(&before, side, line.index, text, Severity::High, sink);
        }
    }
}

/// The added lines; those that a backslash continues are put together where a pipe goes from one into the next.
fn continued(file: &FileView<'_>, side: &SideView<'_>) -> Vec<(usize, String)> {
    let mut out: Vec<(usize, String)> = Vec::new();
    let mut open = None;
    for line in file.added() {
        let plain = side.plain_line(line.index).trim();
        let (body, goes_on) = plain.strip_suffix('\\').map_or((plain, false), |body| (body, true));
        let piped = |whole: &str| plain.starts_with('|') || whole.trim_end().ends_with('|');
        match out.last_mut().filter(|(_, whole)| open == Some(line.index) && whole.len() <= LONGEST && piped(whole)) {
            Some((_, whole)) => {
                whole.push(' ');
                whole.push_str(body.trim());
            }
            None => out.push((line.index, body.to_owned())),
        }
        open = goes_on.then_some(line.index + 1);
    }
    out
}

/// Whether a file starts anything: a text that no program of it could run is one that people read.
fn starts_something(side: &SideView<'_>) -> bool {
    static STARTS: Pattern = Pattern::new(
        r"(?i)spawn|exec|popen|system\s*\(|subprocess|child_process|Process(?:Builder|\.Start)|\bCommand\b|shell|\brun\w*\s*\(",
    );
    STARTS.is_match(side.masked())
}

fn command(before: &RanBefore<'_, '_>, side: &SideView<'_>, line: usize, text: &str, worst: Severity, sink: &mut Sink<'_>) {
    let file = before.file;
    if OPENS_SHELL.is_match(text) && shell::worst(text) == Some(Deed::RemoteShell) {
        return sink.report(
            Draft::line(file, side, line).title("Opens a shell to another machine").why("Whoever answers there runs any command here."),
        );
    }
    if !MAY_DOWNLOAD.is_match(text) || shell::worst(text) != Some(Deed::RunsDownload) {
        return;
    }
    /// Nobody can serve anything there: RFC 2606.
    static NOBODY: Pattern = Pattern::new(r"https?://(?:www\.)?example\.(?:com|net|org)(?:[/:?\s\x22'\x60]|$)");
    let nobody = NOBODY.count(text) > 0 && NOBODY.count(text) == text.matches("://").count();
    let documented = engines().installers.is_match(text) || nobody;
    let severity = if documented || before.covers(text) { Severity::Low } else { worst };
    sink.report(Draft::line(file, side, line).severity(severity));
}

/// A file is downloaded on one line and run on a later one, and nothing between looks at what came.
fn steps(file: &FileView<'_>, side: &SideView<'_>, lines: &[(usize, String)], sink: &mut Sink<'_>) {
    static DOWNLOADED: Pattern = Pattern::new(
        r#"\b(?:curl|wget)\b[^\n|]*?\s(?:-\w*[oO]|--output(?:-document)?)[=\s]?\s*["']?([^\s"';|&-][^\s"';|&]*)|\b(?:curl|wget)\b[^\n|]*\s>\s*["']?([^\s"';|&]+)"#,
    );
    static LOOKED_AT: Pattern = Pattern::new(r"(?i)sha\d+sum|shasum|checksum|gpg\b|cosign|minisign|openssl\s+dgst|Get-FileHash");
    static RUN: Pattern = Pattern::new(
        r#"(?:^|[;&]\s*)(?:sudo\s+(?:-\S+\s+)*)?(?:(?:(?:ba|z|da)?sh|source|\.|python[\d.]*|node|perl|ruby|exec)\s+(?:-\S+\s+)*)?["']?([^\s"';|&]+)"#,
    );
    /// What comes back stands in a variable; what a variable holds is written into a file; a variable is run.
    static ANSWERED: Pattern = Pattern::new(
        r#"^\s*(?:(?:local|export|readonly|declare)\s+(?:-\w+\s+)*)?\$?(\w+)\s*=\s*["']?(?:\$\(|`|\()\s*(?i:curl|wget|iwr|irm|Invoke-WebRequest|Invoke-RestMethod|fetch)\b"#,
    );
    static WRITTEN: Pattern = Pattern::new(
        r#"\b(?:echo|printf|cat)\b[^\n|;&]*\$\{?(\w+)[^\n|;&]*?>>?\s*["']?([^\s"';|&]+)|\b(?:echo|printf)\b[^\n;&]*\$\{?(\w+)[^\n;&]*\|\s*tee\s+["']?([^\s"';|&-]+)"#,
    );
    static EVALUATED: Pattern = Pattern::new(
        r#"(?:^|[;&|(]\s*|\bthen\s+)(?:eval|iex|Invoke-Expression)\s+["']?\$\{?(\w+)\}?["']?|(?:^|[;&|]\s*|\bthen\s+)eval\s+["']?\$\(\s*(?:jq|yq|sed|awk|grep|cut|tr|echo|printf)\b[^\n@]*\$\{?(\w+)|\b(?:ba|z|da)?sh\s+-\w*c\s+["']?\$\{?(\w+)\}?["']?\s*(?:$|[;&|])|\$\{?(\w+)[^\n;&|]*\|\s*(?:sudo\s+(?:-\S+\s+)*)?(?:/\S*/)?(?:(?:ba|z|da|k)?sh(?:\s+-[a-bd-z]*)*(?:\s+-s?\s[^\n;&|]*)?|(?:python[\d.]*|node|perl|ruby)(?:\s+-(?:\s[^\n;&|]*)?)?)\s*(?:$|[;&|)\x22'`>])|\$\{?(\w+)[^\n;&|]*\|\s*(?:sudo\s+(?:-\S+\s+)*)?(?:/\S*/)?(?:python[\d.]*\s+-c|(?:node|perl|ruby)\s+-e)\s[^\n]*\b(?:exec|eval|system|spawn\w*|popen)\b|\b(?:(?:ba|z|da)?sh|source|\.)\s+<\(\s*(?:echo|printf|cat)\b[^\n)]*\$\{?(\w+)|\b(?:ba|z|da)?sh\s+<<<\s*["']?\$\{?(\w+)"#,
    );
    const MOST: usize = 50;
    const MOST_LINES: usize = 2_000;
    let mut kept: Vec<(&str, &str)> = Vec::new();
    let mut answers: Vec<(&str, &str)> = Vec::new();
    // What stood there before may hold what is run now.
    let evaluates = lines.iter().any(|(_, text)| EVALUATED.is_match(text));
    let unchanged = side.lines().filter(|line| evaluates && !line.changed && line.text.len() <= 1_000);
    let stood: Vec<LineView<'_>> = unchanged.take(MOST_LINES).collect();
    if !stood.is_empty() && !stood.iter().any(|line| LOOKED_AT.is_match(line.text)) {
        let told = stood.iter().filter(|line| line.text.contains("$(") || line.text.contains('`'));
        answers.extend(told.filter_map(|line| Some((ANSWERED.group(line.text, 1)?, line.text.trim()))).take(MOST));
    }
    for (line, text) in lines {
        if LOOKED_AT.is_match(text) {
            kept.clear();
            answers.clear();
        }
        let held = |name: &str| answers.iter().find(|(answer, _)| *answer == name).map(|(_, from)| *from);
        if let Some(from) = (1..=7).filter_map(|group| EVALUATED.group(text, group)).find_map(held) {
            let severity = if engines().installers.is_match(from) { Severity::Low } else { Severity::High };
            let draft = Draft::line(file, side, *line).title("Runs what it downloaded").evidence(format!("{from} … {}", text.trim()));
            sink.report(draft.severity(severity));
        }
        let written =
            [(1, 2), (3, 4)].into_iter().filter_map(|(name, path)| Some((WRITTEN.group(text, name)?, WRITTEN.group(text, path)?)));
        kept.extend(written.filter_map(|(name, path)| Some((path, held(name)?))).take(MOST.saturating_sub(kept.len())));
        if let Some(name) = ANSWERED.group(text, 1).filter(|_| answers.len() < MOST) {
            answers.push((name, text.trim()));
        }
        let runs = |name: &str, word: &str| {
            word == name && word.contains('/')
                || word.strip_prefix("./") == Some(name)
                || word == name && !text.trim_start().starts_with(name)
        };
        let from = RUN.groups(text, 1).find_map(|word| kept.iter().find(|(name, _)| runs(name, word)).map(|(_, from)| *from));
        if let Some(from) = from {
            let severity = if engines().installers.is_match(from) { Severity::Low } else { Severity::High };
            let draft =
                Draft::line(file, side, *line).title("Runs a file that it downloaded").evidence(format!("{from} … {}", text.trim()));
            sink.report(draft.severity(severity));
        }
        if let Some(name) =
            DOWNLOADED.group(text, 1).or_else(|| DOWNLOADED.group(text, 2)).filter(|name| name.len() > 1 && kept.len() < MOST)
        {
            kept.push((name, text.trim()));
        }
    }
}

/// A file is written where nobody looks for programs, and run; or a package is installed from an address while the program runs.
fn written(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static WRITES: Pattern = Pattern::new(
        r#"\b(?:open|WriteFile|writeFileSync|writeFile|write_text|write_bytes|fopen|file_put_contents|File\.write|WriteAllBytes|Files\.write|File::create)\s*\(\s*["'`]((?:/tmp|/var/tmp|/dev/shm)/[^"'`]+|[^"'`]*/\.[^"'`/]+)["'`]"#,
    );
    static INSTALLS: Pattern =
        Pattern::new(r#"\b(?:npm|pnpm|yarn|pip[\d.]*|gem)["'`,\s]+(?:i|install|add)\b[^;]*["'`\s,](?:git\+)?https?://"#);
    let short = |s: &&Statement| s.bytes.len() <= LONGEST;
    let touched = |s: &Statement| side.touches(s.first_line, s.last_line);
    let spawns = |s: &Statement| engines().spawners.is_match(side.code_of(s));
    let path = |s: &Statement| {
        WRITES.group(side.plain_of(s), 1).filter(|_| !side.plain_of(s).contains("'r'") && !side.plain_of(s).contains("\"r\""))
    };
    let kept: Vec<(&str, &Statement)> = side.statements().iter().filter(short).filter_map(|s| Some((path(s)?, s))).take(50).collect();
    for statement in side.statements().iter().filter(short).filter(|s| spawns(s)) {
        let plain = side.plain_of(statement);
        let made = kept.iter().find(|(path, writes)| {
            plain.contains(path) && (touched(writes) || touched(statement)) && writes.first_line < statement.first_line
        });
        let title = match made {
            // Reading the file's rights, or giving it to a program to read, names it behind other words.
            Some((path, _)) if runs_path(plain, path) => "Writes a program and runs it",
            _ if touched(statement) && INSTALLS.is_match(plain) => "Installs a package from an address while it runs",
            _ => continue,
        };
        sink.report(Draft::lines(file, side, statement.first_line, statement.last_line).title(title).confidence(Confidence::Medium));
    }
}

/// What a helper fetches from an address into a file is run from there, in the same function.
fn fetched(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static FETCHES: Pattern = Pattern::new(
        r#"(?i)\b\w*(?:fetch|download|retrieve|wget|curl_get|http_get|get_file)\w*\s*\([^;]*"https?://[^"]*"[^;,]*,\s*&?(\w+|"[^"]+")"#,
    );
    static RUNS: Pattern = Pattern::new(
        r#"\b(?:exec[lv]p?e?|posix_spawnp?|system|popen|_?spawn[lv]p?e?|CreateProcess\w*|ShellExecute\w*)\s*\(\s*(?:NULL\s*,\s*|&\w+\s*,\s*)?(\w+|"[^"]+")"#,
    );
    static LOOKED_AT: Pattern = Pattern::new(r"(?i)sha\d+|checksum|verify|signature|digest");
    if !matches!(file.language, Language::C | Language::Cpp) {
        return;
    }
    let short = |s: &&Statement| s.bytes.len() <= LONGEST;
    let fetches: Vec<(&str, &Statement)> =
        side.statements().iter().filter(short).filter_map(|s| Some((FETCHES.group(side.plain_of(s), 1)?, s))).take(50).collect();
    for statement in side.statements().iter().filter(|_| !fetches.is_empty()).filter(short) {
        let Some(run) = RUNS.group(side.plain_of(statement), 1) else { continue };
        let from = fetches
            .iter()
            .find(|(name, from)| *name == run && from.function == statement.function && from.bytes.start < statement.bytes.start);
        let Some((_, from)) = from else { continue };
        let between = side.plain().get(from.bytes.start..statement.bytes.end).unwrap_or("");
        let new = [*from, statement].iter().any(|s| side.touches(s.first_line, s.last_line));
        if new && !LOOKED_AT.is_match(between) {
            let draft = Draft::lines(file, side, statement.first_line, statement.last_line).title("Runs a file that it downloaded");
            sink.report(draft.severity(Severity::High));
        }
    }
}

/// Whether `path` is the first word of a command in `plain`, or follows an interpreter.
fn runs_path(plain: &str, path: &str) -> bool {
    static INTERPRETER: Pattern = Pattern::new(r#"(?:[(\[]\s*["'`]?|\b(?:(?:ba|z|da)?sh|python[\d.]*|node|perl|ruby)["'`]?[,\s]+["'`]?)$"#);
    plain.find(path).and_then(|at| plain.get(..at)).is_some_and(|before| INTERPRETER.is_match(before))
}

/// A shell whose input and output are a connection.
fn connected(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static CONNECTED: Pattern = Pattern::new(
        r"\bos\.dup2\s*\(\s*\w+\.fileno\(\)|\b\w+\.Std(?:in|out|err)\s*=\s*(?:conn|c|sock\w*)\s*$|\bdup2\s*\(\s*(?:s|fd|sock\w*|conn\w*)\s*,\s*(?:[012]|STD\w+_FILENO|i)\s*\)|\b(?:client|socket|sock|conn)\.pipe\s*\(\s*\w+\.stdin\s*\)|\bTCPSocket\b.*\b(?:exec|reopen)\b",
    );
    static SHELL: Pattern = Pattern::new(r#"["'](?:/(?:usr/)?bin/)?(?:ba|z|da|k)?sh["']|["']cmd(?:\.exe)?["']|pty\.spawn"#);
    if !SHELL.is_match(side.text()) {
        return;
    }
    for line in side.changed_lines().filter(|line| CONNECTED.is_match(side.plain_line(line.index))) {
        let draft = Draft::line(file, side, line.index)
            .title("Opens a shell to another machine")
            .why("Whoever answers there runs any command here.");
        sink.report(draft);
    }
}

/// What is fetched reaches something that runs it.
fn calls(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let short = |statement: &Statement| statement.bytes.len() <= LONGEST;
    let fetches = |statement: &Statement| engines().remote.is_match(side.plain_of(statement));
    /// An interpreter is handed code by its option for that.
    static INTERPRETS: Pattern = Pattern::new(
        r#"(?:\bsys\.executable|\bprocess\.execPath|\bRbConfig\.ruby|\bPHP_BINARY|["'](?:/usr/bin/|/bin/)?(?:python[\d.]*|node|ruby|perl|php|deno|lua|osascript|(?:ba|z|da)?sh|pwsh|powershell)["'])\s*,\s*[\[(]?\s*["'](?:-\w*c|-e|-r|eval|--eval|-Command|-EncodedCommand)["']\s*,"#,
    );
    let interprets = |statement: &Statement| INTERPRETS.is_match(side.plain_of(statement));
    let evaluates =
        |statement: &Statement| short(statement) && (engines().evaluators.is_match(side.code_of(statement)) || interprets(statement));
    let changed = |statement: &Statement| side.touches(statement.first_line, statement.last_line);
    if !side.statements().iter().any(|statement| changed(statement) && evaluates(statement)) {
        return;
    }
    for arrival in arrivals(side, |statement| (short(statement) && fetches(statement)).then_some(()), evaluates) {
        let (from, to) = (&side.statements()[arrival.source], &side.statements()[arrival.sink]);
        let straight = arrival.source == arrival.sink;
        // In one statement the fetch must stand inside what runs.
        let (plain, code) = (side.plain_of(to), side.code_of(to));
        let wraps = engines().evaluators.find(code).is_some_and(|run| {
            let (before, inside) = (plain.get(..run.start).unwrap_or(""), plain.get(run.start..).unwrap_or(""));
            engines().remote.is_match(inside) || before.contains(".then(") && engines().remote.is_match(before)
        });
        if (changed(from) || changed(to)) && (!straight || wraps) {
            sink.report(
                Draft::lines(file, side, to.first_line, to.last_line).title("Runs code that it fetches").confidence(Confidence::Medium),
            );
        }
    }
}

fn is_build_script(name: &str) -> bool {
    matches!(
        name,
        "build.rs"
            | "setup.py"
            | "conftest.py"
            | "binding.gyp"
            | "postinstall.js"
            | "preinstall.js"
            | "install.js"
            | "gulpfile.js"
            | "extconf.rb"
            | "build.zig"
    )
}

/// A build script that talks to the network, or starts something that does.
fn build(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    for statement in side.statements().iter().filter(|s| side.touches(s.first_line, s.last_line) && s.bytes.len() <= LONGEST) {
        let plain = side.plain_of(statement);
        let downloads = DOWNLOADER.is_match(plain);
        if downloads || traffic().talks(plain, file.language) && plain.contains("://") {
            let draft = Draft::lines(file, side, statement.first_line, statement.last_line);
            sink.report(draft.title("The build downloads something").severity(Severity::High).confidence(Confidence::Medium));
        }
    }
}
