//! `verification-dropped`: what was fetched or delivered was checked against a sum or a signature, and is used unchecked now.
//!
//! Scripts, makefiles, images, automation and playbooks. Locks of packages are the `dependency` rules'.

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::TextDiff;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/verification-dropped.toml`.
pub struct VerificationDropped;

/// A longer line is data.
const LONGEST: usize = 2000;
/// More lines of a script are not looked through: they are taken to use what was checked.
const MOST: usize = 5_000;
/// Larger changes are not looked through for a check that moved.
const MOST_FILES: usize = 300;
const MOST_BYTES: usize = 256 * 1024;

/// A command or a setting that checks a sum or a signature.
static VERIFIES: Pattern = Pattern::new(
    r"(?x) \b(?:sha(?:1|224|256|384|512)sum|shasum|md5sum|b2sum)\b[^\n|;&]*\s(?:-c|--check)\b | \bgpg2?\b[^\n]*\s--verify\b | \bgpgv\b\s | \bminisign\b[^\n]*\s-V\w* | \bsignify\b[^\n]*\s-V\b
      | \bcosign\s+verify\S* | \bgh\s+attestation\s+verify\b | \bslsa-verifier\s+verify | \bsigstore\s+verify\b | \brekor-cli\s+verify\b | \bnotation\s+verify\b | \bssh-keygen\b[^\n]*\s-Y\s+verify\b | \bopenssl\s+dgst\b[^\n]*\s-verify\b | \bjarsigner\b[^\n]*\s-verify\b
      | \bgit\s+(?:verify-(?:tag|commit)|tag\s+-v)\b | \brpm\s+(?:-K|--checksig)\b | \bdpkg-sig\s+--verify\b | \bcodesign\b[^\n]*\s--verify\b | \bnpm\s+audit\s+signatures\b | \bhelm\s+verify\b | ^\s*checksum\s*:\s*[\x22\x27]?(?:sha\d+|md5):[0-9a-f]{16,}",
);
/// Whatever was checked is fetched, unpacked, started or delivered.
static USES: Pattern = Pattern::new(
    r"(?i)\b(?:curl|wget|aria2c|tar|unzip|dpkg|rpm|install|gh\s+release\s+download|docker\s+(?:load|run|push)|kubectl|helm\s+(?:install|upgrade)|make\s+(?:publish|deploy|release)|publish|deploy|upload|get_url|unarchive|chmod\s+\+x|pip\s+install|cp|mv)\b|^\s*url\s*:",
);
/// A file by its name.
static NAMED: Pattern = Pattern::new(
    r"[\w$.{}/-]*?([\w-]+(?:\.[\w-]+)*?)\.(?:tgz|tar\.\w+|txz|tbz2?|zip|gz|xz|deb|rpm|whl|jar|bin|run|sh|exe|msi|dmg|pkg|iso|img|apk|AppImage|asc|sig|minisig|sha256|sha512|sha256sum|pem)\b|\b(SHA\d+SUMS?)\b",
);

impl Check for VerificationDropped {
    fn rule(&self) -> RuleId {
        RuleId("verification-dropped")
    }

    fn needs(&self) -> Needs {
        let tools = [
            "sum",
            "gpg",
            "minisign",
            "signify",
            "cosign",
            "attestation",
            "slsa",
            "sigstore",
            "rekor",
            "notation",
            "ssh-keygen",
            "openssl",
            "jarsigner",
            "verify",
            "tag",
            "checksig",
            "rpm",
            "dpkg-sig",
            "codesign",
            "signatures",
            "checksum",
        ];
        Needs::nothing().and(Reach::BEFORE, Words::named(tools))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let script = matches!(file.language, Language::Shell | Language::Makefile | Language::Dockerfile | Language::Yaml)
            || matches!(file.role, Role::Workflow)
            || file.name().starts_with("Jenkinsfile");
        let live = file.role.is_live() || matches!(file.role, Role::Workflow);
        let (Some(old), Some(new)) = (file.old().filter(|_| script && live), file.new_side()) else { return };
        let checks = |text: &str| text.len() <= LONGEST && !text.trim_start().starts_with('#') && VERIFIES.is_match(text);
        let goes_on = |side: &SideView<'_>, line: usize| checks(&whole(side, line));
        let Some(went) = old.changed_lines().find(|line| checks(line.text) || goes_on(old, line.index)) else {
            return uncompared(file, old, new, sink);
        };
        // Another check in its place is somebody's work; one in another file may be, or is there to be pointed at.
        if new.changed_lines().any(|line| checks(line.text) || goes_on(new, line.index)) {
            return;
        }
        let names: Vec<&str> = NAMED.parts(went.text).filter(|name| name.len() > 2).collect();
        let long = new.len() > MOST;
        let stays = new.lines().take(MOST).filter(|line| !new.is_changed(line.index) && line.text.len() <= LONGEST);
        let used = stays.filter(|line| !line.text.trim_start().starts_with('#')).any(|line| {
            let named = names.iter().any(|name| line.text.contains(name));
            named || USES.is_match(line.text)
        });
        // The rest of one command that was written on one line.
        let rest = |line: &str| line.len() <= LONGEST && USES.is_match(line) && names.iter().any(|name| line.contains(name));
        let used = used || new.changed_lines().any(|line| rest(line.text) && !line.text.trim_start().starts_with('#'));
        if used || long {
            let severity = if checked_elsewhere(file, &checks) { Severity::Medium } else { Severity::High };
            sink.report(Draft::line(file, old, went.index).severity(severity));
        }
    }
}

/// A command that is written on several lines, up to this one.
fn whole(side: &SideView<'_>, line: usize) -> String {
    const MOST_LINES: usize = 6;
    let goes_on = |at: &usize| side.line(*at).text.len() <= LONGEST && side.line(*at).text.trim_end().ends_with('\\');
    let first = (line.saturating_sub(MOST_LINES)..line).rev().take_while(goes_on).last().unwrap_or(line);
    let text = (first..=line).map(|at| side.line(at).text.trim_end().trim_end_matches('\\')).collect::<Vec<_>>().join(" ");
    if text.len() <= LONGEST { text } else { String::new() }
}

/// A sum that a script made is compared with nothing any more, and what it was made of is used.
fn uncompared(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    static MADE: Pattern = Pattern::new(
        r"^\s*(?:local\s+|readonly\s+|export\s+)?(\w+)=[\x22']?(?:\$\(|`)[^\n]*\b(?:sha(?:1|224|256|384|512)sum|shasum|md5sum|b2sum|openssl\s+(?:dgst|sha\d+))\b",
    );
    static COMPARED: Pattern = Pattern::new(r"(?:\[\[?|\btest\b|\bgrep\b)[^\n]*\$\{?(\w+)\}?[^\n]*");
    if file.language != Language::Shell {
        return;
    }
    let lines = || old.lines().take(MOST).filter(|line| line.text.len() <= LONGEST);
    let names: Vec<&str> = lines().filter_map(|line| MADE.group(line.text, 1)).take(50).collect();
    let word = |text: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| names.contains(&word));
    let compares =
        |text: &str| text.len() <= LONGEST && COMPARED.is_match(text) && text.contains('=') && MADE.group(text, 1).is_none() && word(text);
    let Some(went) = old.changed_lines().find(|line| !names.is_empty() && compares(line.text)) else { return };
    let still = new.lines().take(MOST).any(|line| compares(line.text) || VERIFIES.is_match(line.text));
    let used = new.lines().take(MOST).any(|line| !line.changed && line.text.len() <= LONGEST && USES.is_match(line.text));
    if used && !still {
        sink.report(Draft::line(file, old, went.index).severity(Severity::High));
    }
}

/// Whether a line that another file gains `checks` something, as far as a small change goes: where it is large, nothing is taken for moved.
fn checked_elsewhere(file: &FileView<'_>, checks: &dyn Fn(&str) -> bool) -> bool {
    let files = &file.change.patch.files;
    let lines = files.iter().take(MOST_FILES + 1).filter_map(|other| other.text()).flat_map(TextDiff::added).map(|(_, line)| line);
    let mut left = MOST_BYTES;
    let read = lines.take_while(move |line| {
        left = left.saturating_sub(line.len() + 1);
        left > 0
    });
    files.len() <= MOST_FILES && read.into_iter().any(checks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::engine::{Engine, Selection};
    use crate::analysis::examples::change_of;
    use crate::model::rule::{Example, ExampleFile};

    fn file(path: &str, before: Option<&str>, after: &str) -> ExampleFile {
        ExampleFile { path: path.to_owned(), before: before.map(str::to_owned), after: Some(after.to_owned()) }
    }

    /// What is said of a script that loses its check, beside `others`.
    fn told(padding: &str, others: Vec<ExampleFile>) -> Vec<Severity> {
        let script = |check: &str| format!("curl -o a.tgz https://a.example/a.tgz\n{check}{padding}tar xf a.tgz\n");
        let own = file("get.sh", Some(&script("sha256sum -c a.sha256\n")), &script(""));
        let (change, texts) = change_of(&Example { files: [vec![own], others].concat(), ..Example::default() });
        let only = Selection { only: vec!["verification-dropped".to_owned()], skip: Vec::new() };
        Engine::new(&only).analyse(&change, &|_| texts.clone()).findings.iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn no_padding_and_no_decoy_silences_it() {
        let many = (0..MOST_FILES).map(|at| file(&format!("p{at}.txt"), None, "x\n")).collect();
        assert_eq!((told("", Vec::new()), told("", many)), (vec![Severity::High], vec![Severity::High]));
        assert_eq!(told(&"true\n".repeat(MOST + 1), Vec::new()), [Severity::High]);
        assert_eq!(told("", vec![file("NOTES.md", None, "sha256sum -c a.sha256\n")]), [Severity::Medium]);
    }
}
