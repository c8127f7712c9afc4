//! `secret-unignored`: files of secrets are no longer kept out of the repository, the image or the package.

use std::collections::BTreeSet;

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
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
        let kept = Kept::of(file.new_side().into_iter().flat_map(SideView::lines).map(|line| line.text.trim()));
        let lost = |text: &str| SECRET.is_match(text) && !HARMLESS.is_match(text) && !text.starts_with(['#', '!']);
        if let Some(line) = old.changed_lines().find(|line| lost(line.text.trim()) && !kept.covers(line.text.trim())) {
            let title = format!("`{}` is no longer kept out", line.text.trim());
            sink.report(Draft::line(file, old, line.index).title(title).severity(Severity::Medium));
        }
        let Some(side) = file.new_side() else { return };
        let known: BTreeSet<&str> = old.changed_lines().map(|line| line.text.trim()).collect();
        for line in side.changed_lines().filter(|line| !known.contains(line.text.trim())) {
            let Some(named) = line.text.trim().strip_prefix('!') else { continue };
            if SECRET.is_match(named) && !HARMLESS.is_match(named) {
                let title = format!("`{named}` is let in again");
                sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::Medium));
            }
        }
    }
}

/// More wildcards than these are not gone through for each line that went.
const MOST_WILD: usize = 500;

/// What a list keeps out, as far as its letters say.
struct Kept {
    all: bool,
    plain: BTreeSet<String>,
    wild: BTreeSet<String>,
}

impl Kept {
    fn of<'p>(patterns: impl Iterator<Item = &'p str>) -> Self {
        let mut kept = Self { all: false, plain: BTreeSet::new(), wild: BTreeSet::new() };
        for pattern in patterns.filter(|pattern| !pattern.starts_with(['#', '!']) && !pattern.is_empty()) {
            kept.all |= matches!(pattern, "*" | "**" | "/*");
            let bare = bare(pattern);
            if pattern.contains('*') && bare.len() > 2 && kept.wild.len() < MOST_WILD {
                kept.wild.insert(bare.clone());
            }
            kept.plain.insert(bare);
        }
        kept
    }

    /// Whether something of it keeps out what `gone` did.
    fn covers(&self, gone: &str) -> bool {
        let what = bare(gone);
        self.all || self.plain.contains(&what) || self.wild.iter().any(|kept| what.contains(kept.as_str()))
    }
}

/// `pattern` without what stands around its words.
fn bare(pattern: &str) -> String {
    pattern.trim_start_matches("**/").trim_matches(['/', '*']).to_lowercase()
}
