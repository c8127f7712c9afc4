//! `secret-unignored`: files of secrets are no longer kept out of the repository, the image or the package.

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

static SECRET: Pattern = Pattern::new(
    r"(?i)(?:^|[/*.])(?:env(?:\.\*|\.local|\.prod\w*|\*)?|secrets?(?:[./*]|$)|credentials?|\w*\.?(?:pem|p12|pfx|jks|keystore|kdbx|key)$|id_(?:rsa|dsa|ecdsa|ed25519)|npmrc|netrc|pypirc|aws|ssh|kube(?:config)?|tfvars|tfstate|service[-_]account|htpasswd|firebase-adminsdk|master\.key|token)",
);
static HARMLESS: Pattern = Pattern::new(r"(?i)example|sample|template|dist$|\.pub$|\benv/|\bvenv|environments?/|\.md$|keyboard|envoy");

/// See `rules/code/secret-unignored.toml`.
pub struct SecretUnignored;

impl Check for SecretUnignored {
    fn rule(&self) -> RuleId {
        RuleId("secret-unignored")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ANYWHERE, Words::named(["ignore"]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let name = file.name();
        if !matches!(name, ".gitignore" | ".dockerignore" | ".npmignore" | ".helmignore" | ".gcloudignore" | ".vscodeignore" | ".ebignore")
        {
            return;
        }
        let Some(old) = file.old() else { return };
        let patterns: Vec<String> =
            file.new_side().map(|side| side.lines().map(|line| line.text.trim().to_owned()).collect()).unwrap_or_default();
        let lost = |text: &str| SECRET.is_match(text) && !HARMLESS.is_match(text) && !text.starts_with(['#', '!']);
        if let Some(line) = old.changed_lines().find(|line| lost(line.text.trim()) && !covered(line.text.trim(), &patterns)) {
            let title = format!("`{}` is no longer kept out", line.text.trim());
            sink.report(Draft::line(file, old, line.index).title(title).severity(Severity::Medium));
        }
        let Some(side) = file.new_side() else { return };
        let known: Vec<&str> = old.changed_lines().map(|line| line.text.trim()).collect();
        for line in side.changed_lines().filter(|line| !known.contains(&line.text.trim())) {
            let Some(named) = line.text.trim().strip_prefix('!') else { continue };
            if SECRET.is_match(named) && !HARMLESS.is_match(named) {
                let title = format!("`{named}` is let in again");
                sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::Medium));
            }
        }
    }
}

/// Whether one of `patterns` keeps out what `gone` did, as far as their letters say.
fn covered(gone: &str, patterns: &[String]) -> bool {
    let bare = |text: &str| text.trim_start_matches("**/").trim_matches(['/', '*']).to_lowercase();
    let what = bare(gone);
    patterns.iter().filter(|pattern| !pattern.starts_with(['#', '!']) && !pattern.is_empty()).any(|pattern| {
        let kept = bare(pattern);
        kept == what
            || !kept.is_empty() && kept.len() > 2 && pattern.contains('*') && what.contains(&kept)
            || matches!(pattern.as_str(), "*" | "**" | "/*")
    })
}
