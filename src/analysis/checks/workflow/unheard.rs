//! Checks of automation that still run, and whose failing no longer reaches whoever asked for it.
//!
//! Told of a command only where the same command stood there before and was heard.

use super::gates::A_CHECK;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, LineView, SideView};

/// How many lines a block of a shell is looked through.
const NEAR: usize = 15;

/// What a change made of a command: what to say, and the line.
pub(super) type Unheard = (&'static str, usize);

/// The first line of `file` on which a check is no longer heard.
pub(super) fn unheard(file: &FileView<'_>) -> Option<Unheard> {
    let side = file.new_side()?;
    let known: Vec<&str> = file.removed().map(|line| command(line.text)).filter(|text| A_CHECK.is_match(text)).collect();
    let lines = file.added().filter(|line| line.text.len() < 400 && !line.text.trim_start().starts_with('#'));
    lines.map(|line| (line, command(line.text))).find_map(|(line, text)| {
        let title = beside(side, &line, text).or_else(|| around(file, side, &line, text, &known))?;
        Some((title, line.index))
    })
}

/// A line without what an item of YAML or a step of a pipeline puts before a command.
fn command(line: &str) -> &str {
    let mut rest = line.trim();
    for before in ["- ", "run:", "script:", "bash:", "command:", "|"] {
        rest = rest.strip_prefix(before).unwrap_or(rest).trim_start();
    }
    rest.strip_suffix('&').filter(|text| text.ends_with('&')).map_or(rest, |_| rest)
}

/// What stands beside commands: a shell told to go on after errors.
fn beside(side: &SideView<'_>, line: &LineView<'_>, text: &str) -> Option<&'static str> {
    static GOES_ON: Pattern = Pattern::new(r"^set\s+\+(?:e\b|o\s+errexit)");
    static DEAF: Pattern = Pattern::new(r"^shell:\s*['\x22]?(?:/bin/)?(?:ba|z|da)?sh(?:\s+(?:\+e|--\w+))*\s+\{0\}");
    static ASKED: Pattern = Pattern::new(r"\$\?|PIPESTATUS|\bexit\s+\$|set\s+-e");
    let behind = || (line.index + 1..side.len().min(line.index + 1 + NEAR)).map(|index| side.line(index).text);
    let checks = |text: &str| A_CHECK.is_match(text);
    if GOES_ON.is_match(text) && behind().any(checks) && !behind().any(|text| ASKED.is_match(text)) {
        return Some("Checks below this line may fail and nobody is told");
    }
    let around = || (line.index.saturating_sub(5)..side.len().min(line.index + 5)).map(|index| side.line(index).text);
    (DEAF.is_match(text) && around().any(checks)).then_some("This shell goes on after a check that failed")
}

/// A command that was asked by itself before, and stands where its outcome is lost.
fn around(file: &FileView<'_>, side: &SideView<'_>, line: &LineView<'_>, text: &str, known: &[&str]) -> Option<&'static str> {
    static PIPED: Pattern = Pattern::new(r"^([^|&;]+?)\s*(?:2>&1\s*)?\|&?\s*(?:tee|cat|tail|head|sed|grep|less|awk)\b");
    static BEHIND: Pattern = Pattern::new(r"^([^&;|]+?)\s*&$");
    static ASKED: Pattern = Pattern::new(r"^if\s+(?:!\s+)?([^;]+?)\s*(?:;\s*then\b|$)");
    let was = |part: Option<&str>| part.is_some_and(|part| known.contains(&part.trim()));
    if was(PIPED.group(text, 1)) && forgets_pipes(file, side) {
        return Some("This check is followed by a pipe, whose end alone is heard");
    }
    if was(BEHIND.group(text, 1)) && !side.text().contains("wait") {
        return Some("Nobody waits for this check any more");
    }
    if was(ASKED.group(text, 1)) {
        static STOPS: Pattern =
            Pattern::new(r"\bexit\b|\breturn\b|\bfalse\b|::error|GITHUB_OUTPUT|GITHUB_ENV|(?i:\w*fail\w*\s*=|\bfail\s)");
        static ENDS: Pattern = Pattern::new(r"(?:^|[\s;])fi\b");
        let block: Vec<&str> = (line.index..side.len().min(line.index + NEAR)).map(|index| side.line(index).text).collect();
        let end = block.iter().position(|text| ENDS.is_match(text))?;
        let stops = block.iter().take(end + 1).any(|text| STOPS.is_match(text));
        return (!stops).then_some("This check is asked how it went, and nothing stops where it failed");
    }
    None
}

/// Whether the shell of such a file hears only the last command of a pipe.
fn forgets_pipes(file: &FileView<'_>, side: &SideView<'_>) -> bool {
    let told = ["pipefail", "shell: bash", "PIPESTATUS"].iter().any(|word| side.text().contains(word));
    let hears = [".gitlab-ci", ".circleci"].iter().any(|place| file.path.contains(place));
    !told && !hears
}
