//! Part of `build-executes`: what the files of Gradle, MSBuild and CMake run or fetch whenever anybody builds, told line by line.
//!
//! Tasks that people ask for by name run programs every day; what runs while a project is only read, and what fetches and runs, does not.

use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::shell::{self, Deed};
use crate::analysis::view::FileView;
use crate::model::rule::Severity;

static GRADLE_STARTS: Pattern =
    Pattern::new(r"\bProcessBuilder\s*\(|\bgetRuntime\(\)\.exec\s*\(|\]\.execute\s*\(|[\x22\x27]\.execute\s*\(|\bproviders\.exec\b");
static GRADLE_FETCHES: Pattern = Pattern::new(
    r"\b(?:URL|URI\.create|uri|URI)\s*\(\s*[\x22\x27]https?://[^)]*\)(?:\.toURL\(\))?\s*\.(?:text|readText|openStream|readBytes|bytes|openConnection)\b",
);
static GRADLE_APPLIES: Pattern = Pattern::new(r"\bapply\s*\(?\s*from\s*[:=]\s*(?:uri\s*\(\s*)?[\x22\x27]https?://");
static MSBUILD_RUNS: Pattern = Pattern::new(r"<Exec\b[^>]*\bCommand\s*=\s*[\x22\x27]([^\x22]*)[\x22\x27]?");
static CMAKE_RUNS: Pattern = Pattern::new(r"(?i)\bexecute_process\s*\(|^\s*COMMAND\s");
/// A shell, an interpreter or a file that hides.
static STARTS_SHELL: Pattern = Pattern::new(
    r"(?i)(?:^|[\s\x22\x27/;&])(?:ba|z|da)?sh\s+(?:-c\b|\S+\.sh\b)|\b(?:powershell|pwsh)(?:\.exe)?\s|\bcmd(?:\.exe)?\s+/c\s|/\.[a-z]\w*[/.\s\x22]",
);
static READS_VERSION: Pattern =
    Pattern::new(r"(?i)\bgit\b[\x22\x27',\s]+(?:describe|rev-parse|log|show|status|config)|version|xcrun|sw_vers|uname|which|nproc");
const LONGEST: usize = 2_000;

/// Reports what the build would run, where the file at hand is one of those.
pub(super) fn build_files(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let name = file.name();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let judge: fn(&str) -> Option<(&'static str, Severity)> = match () {
        () if ends(&[".gradle", ".gradle.kts"]) => gradle,
        () if ends(&[".csproj", ".fsproj", ".vbproj", ".vcxproj", ".targets", ".props"]) => msbuild,
        () if name == "CMakeLists.txt" || ends(&[".cmake"]) => cmake,
        () => return,
    };
    let Some(side) = file.new_side().filter(|_| !file.role.is_mechanical()) else { return };
    for line in file.added().filter(|line| line.text.len() <= LONGEST) {
        if let Some((title, severity)) = judge(side.plain_line(line.index)) {
            sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
        }
    }
}

/// What a command in a text does, its quotes and commas left out.
fn worst(text: &str) -> Option<Deed> {
    shell::worst(&text.replace(['"', '\'', ',', '[', ']', '(', ')'], " "))
}

fn gradle(text: &str) -> Option<(&'static str, Severity)> {
    if GRADLE_APPLIES.is_match(text) {
        return Some(("Building would run a script from another host", Severity::High));
    }
    if GRADLE_FETCHES.is_match(text) {
        return Some(("Building would reach the network", Severity::Medium));
    }
    let starts = GRADLE_STARTS.is_match(text) && !READS_VERSION.is_match(text);
    starts.then(|| match worst(text) {
        Some(deed) if deed >= Deed::Network => ("Building would reach the network through a program", Severity::High),
        _ => ("Building would start a program while the project is only read", Severity::Medium),
    })
}

fn msbuild(text: &str) -> Option<(&'static str, Severity)> {
    let command = MSBUILD_RUNS.group(text, 1)?;
    Some(match worst(command) {
        Some(deed) if deed.is_grave() => ("Building would run what it fetches or decodes", Severity::High),
        Some(deed) if deed >= Deed::Network => ("Building would reach the network through a program", Severity::Medium),
        _ if STARTS_SHELL.is_match(command) => ("Building would start a shell", Severity::Medium),
        _ => ("Building would start a program", Severity::Low),
    })
}

fn cmake(text: &str) -> Option<(&'static str, Severity)> {
    CMAKE_RUNS.find(text)?;
    worst(text).filter(|deed| *deed >= Deed::Network).map(|deed| match deed.is_grave() {
        true => ("Building would run what it fetches or decodes", Severity::High),
        false => ("Building would reach the network through a program", Severity::Medium),
    })
}
