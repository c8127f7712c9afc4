//! Sandboxes that programs make around templates, scripts, pages and containers that others wrote, by the lines that make them. A part of
//! `sandbox-loosened`.

use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, LineView};
use crate::model::rule::Severity;

/// Names of what such programs hold something in with, whichever side has them.
pub(super) static NAMED: Pattern = Pattern::new(
    r"SandboxedEnvironment|\bcreateContext\b|\bsandbox\b|allow-scripts|(?i:privileged)|cap_?[dD]rop|contextIsolation|nodeIntegration|network_mode|NetworkMode|docker\.sock|allow(?:All|Host|IO|Polyglot)\w*Access|\ballowIO\b|inherit_(?:env|network)|preopened_dir|LocalContentCanAccess|setAllowUniversalAccess|setAllowFileAccess|WebContentsDebugging|\bseccomp_init\b",
);
static TEMPLATES: Pattern = Pattern::new(r"\b(?:Immutable)?SandboxedEnvironment\b");
static PLAIN_TEMPLATES: Pattern = Pattern::new(r"\b(?:Environment|Template)\s*\(|\bNativeEnvironment\b");
static CONTEXT: Pattern = Pattern::new(r"\b(?:createContext|runInNewContext|new\s+VM2?|NodeVM)\s*\(");
static POWERS: Pattern = Pattern::new(r"[{,]\s*(?:\.\.\.)?(?:process|require|globalThis|global|module|Buffer)\s*(?:[,}:]|$)");
static SCRIPTS: Pattern = Pattern::new(r"\ballow-scripts\b");
/// The sandbox of a frame, put together somewhere.
static FRAME: Pattern = Pattern::new(r"\bsandbox=\{");
static SAME_ORIGIN: Pattern = Pattern::new(r"\ballow-same-origin\b");
static HELD: Pattern = Pattern::new(
    r#"(?i)network_?mode["']?\s*[:=]\s*["']none|network_?disabled["']?\s*[:=]\s*true|cap_?drop["']?\s*[:=]\s*\[|read_?only(?:_?rootfs)?["']?\s*[:=]\s*true|security_?opt["']?\s*[:=]\s*\[|allowHostAccess\(\s*HostAccess\.(?:EXPLICIT|NONE|SCOPED|ISOLATED|CONSTRAINED|UNTRUSTED)|allowIO\(\s*(?:IOAccess\.NONE|false)|allowPolyglotAccess\(\s*PolyglotAccess\.NONE"#,
);
static LET_OUT: Pattern = Pattern::new(
    r#"(?i)\bprivileged["']?\s*[:=]\s*true|network_?mode["']?\s*[:=]\s*["']host|pid_?mode["']?\s*[:=]\s*["']host|/var/run/docker\.sock|cap_?add["']?\s*[:=]\s*\[\s*["'](?:ALL|SYS_ADMIN|SYS_PTRACE)|allowAllAccess\(\s*true|allowHostAccess\(\s*HostAccess\.ALL\b|\.inherit_(?:env|network)\(\)|preopened_dir\(\s*"/"|allowIO\(\s*(?:IOAccess\.ALL|true)"#,
);
static WINDOW_HELD: Pattern = Pattern::new(
    r"\b(?:contextIsolation|sandbox|webSecurity)\s*:\s*true|\b(?:nodeIntegration\w*|allowRunningInsecureContent)\s*:\s*false|LocalContentCanAccess\w+Urls\s*,\s*false|\bsetAllow(?:UniversalAccessFromFileURLs|FileAccess\w*)\s*\(\s*false|\ballow(?:UniversalAccessFromFileURLs|FileAccessFromFileURLs)\s*=\s*false",
);
static WINDOW_OPEN: Pattern = Pattern::new(
    r"\b(?:contextIsolation|sandbox|webSecurity)\s*:\s*false|\b(?:nodeIntegration\w*|allowRunningInsecureContent)\s*:\s*true|LocalContentCanAccess\w+Urls\s*,\s*true|\bsetAllow(?:UniversalAccessFromFileURLs|FileAccess\w*)\s*\(\s*true|\ballow(?:UniversalAccessFromFileURLs|FileAccessFromFileURLs)\s*=\s*true",
);
/// What becomes of a call of the system that no list names.
static CALLS_HELD: Pattern = Pattern::new(r"\bseccomp_init\s*\(\s*SCMP_ACT_(?:KILL\w*|ERRNO|TRAP|TRACE)\b");
static CALLS_LET: Pattern = Pattern::new(r"\bseccomp_init\s*\(\s*SCMP_ACT_(?:ALLOW|LOG)\b");
const LONGEST: usize = 2_000;
const MOST: usize = 2_000;

/// Reports what a program holds less than it did.
pub(super) fn program_sandboxes(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(_), Some(side)) = (file.old(), file.new_side().filter(|_| file.language.is_code() || file.name().ends_with(".html"))) else {
        return;
    };
    let short = |line: &LineView<'_>| line.text.len() <= LONGEST;
    let added: Vec<LineView<'_>> = file.added().filter(short).take(MOST).collect();
    let removed: Vec<LineView<'_>> = file.removed().filter(short).take(MOST).collect();
    let went = |pattern: &Pattern| removed.iter().any(|line| pattern.is_match(line.text));
    let first = |pattern: &Pattern| added.iter().find(|line| pattern.is_match(line.text)).map(|line| line.index);
    let count = |lines: &[LineView<'_>], pattern: &Pattern| lines.iter().filter(|line| pattern.is_match(line.text)).count();
    let mut told: Option<(usize, &str, Severity)> = None;
    if went(&TEMPLATES) && !TEMPLATES.is_match(side.masked()) {
        told = first(&PLAIN_TEMPLATES).map(|line| (line, "Templates are no longer held by a sandbox", Severity::High));
    }
    if told.is_none() && CONTEXT.is_match(side.masked()) && count(&added, &POWERS) > 0 && !went(&POWERS) {
        let near = |line: &usize| (line.saturating_sub(8)..=*line).any(|at| CONTEXT.is_match(side.plain_line(at)));
        told = first(&POWERS).filter(near).map(|line| (line, "What is run apart is given the process it should not reach", Severity::High));
    }
    if told.is_none() && count(&added, &LET_OUT) > count(&removed, &LET_OUT) {
        let severity = if went(&HELD) { Severity::High } else { Severity::Medium };
        told = first(&LET_OUT).map(|line| (line, "What a program holds apart reaches its host", severity));
    }
    if told.is_none() && went(&CALLS_HELD) {
        told = first(&CALLS_LET).map(|line| (line, "System calls that no list names are let through", Severity::High));
    }
    if told.is_none() && count(&added, &WINDOW_OPEN) >= 2 && count(&removed, &WINDOW_HELD) >= 2 {
        told = first(&WINDOW_OPEN).map(|line| (line, "Pages of a window reach the machine it runs on", Severity::High));
    }
    if told.is_none() {
        let both = |line: &&LineView<'_>| SCRIPTS.is_match(line.text) && SAME_ORIGIN.is_match(line.text);
        let was = removed.iter().any(|line| both(&line));
        let framed = removed.iter().any(|line| line.text.contains("sandbox"));
        told = added
            .iter()
            .find(|line| both(line) && framed && !was)
            .map(|line| (line.index, "A frame may run scripts as a part of this site, and so leave its sandbox", Severity::Medium));
    }
    if told.is_none() && !went(&SAME_ORIGIN) && SCRIPTS.is_match(side.plain()) && FRAME.is_match(side.plain()) {
        let was = file
            .old()
            .is_some_and(|old| FRAME.is_match(old.plain()) && SCRIPTS.is_match(old.plain()) && !SAME_ORIGIN.is_match(old.plain()));
        let code = file.language.is_code();
        told = first(&SAME_ORIGIN)
            .filter(|_| was && code)
            .map(|line| (line, "A frame that runs scripts may be given the origin of this site", Severity::Medium));
    }
    if let Some((line, title, severity)) = told {
        sink.report(Draft::line(file, side, line).title(title).severity(severity));
    }
}
