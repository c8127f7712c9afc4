//! `credentials-gathered`: a list of the files in which programs keep what they sign in with, and code that reads what is listed.
//!
//! Where it goes is `sensitive-to-network`'s; that may be another file, or a later change.

use std::collections::BTreeSet;

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, LineView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/credentials-gathered.toml`.
pub struct CredentialsGathered;

/// Files of so many programs are no setting of one.
const PROGRAMS: usize = 3;
/// Lines within which a list stands.
const NEAR: usize = 40;

/// Groups 1 to 4 are whose it is: a file, a folder, a folder of which only some files are, the words of such a path.
static KEPT: Pattern = Pattern::new(
    r#"["'`/~\s\[(](\.npmrc|\.pypirc|\.netrc|\.git-credentials|\.vault-token|\.pgpass|\.my\.cnf|\.password-store|\.electrum)\b|["'`/~\s\[(](\.aws|\.ssh|\.gnupg)\b(?:/[\w.*/-]*)?|["'`/~\s\[(](?:\.config/)?(\.docker|\.kube|\.cargo|\.gem|\.m2|\.azure|gcloud|gh|hub|heroku|doctl|rclone|solana|\.terraform\.d|\.claude|\.codex|\.gemini)/(?:\.?credentials\b|auth\.json|config(?:\.json|\.yml)?["'`]|hosts\.yml|application_default_credentials|settings\.xml|id\.json|oauth_creds)|["'](aws|docker|kube|azure|cargo|gem|npmrc|netrc|pypirc|git-credentials)["']\s*(?:,\s*["'](?:credentials|config)(?:\.json|\.toml)?["']|\])"#,
);
static READS: Pattern = Pattern::new(
    r"\.read_(?:text|bytes|to_string)\s*\(|\bread_to_string\s*\(|\bfs::read\s*\(|\breadFile(?:Sync)?\s*\(|\bReadFile\s*\(|(?:^|[^\w.])open\s*\(|\bFile\.(?:read|open|ReadAll\w+)\s*\(|\bfile_get_contents\s*\(|\bFiles\.read\w*\s*\(|\bcp\s+-|\btar\s+\S*c|\bcat\s|\bcopyFile\w*\s*\(|\bzip\w*\.write\s*\(|\bfopen\s*\(|\bifstream\b|\b(?:slurp|read_?[fF]ile)\s*\(|\.readText\s*\(|\.ReadAllText\w*\s*\(",
);
/// The list says what nobody shall read, or looks for what should not lie there.
static KEEPS_OUT: Pattern = Pattern::new(
    r"(?i)den(?:y|ied)|block|forbid|ignor|exclu|mask|redact|protect|sandbox|scann?|sensitive|restrict|prohibit|disallow|backup|dotfile|\bsync\b|rsync|skip|refus|unsafe",
);

impl Check for CredentialsGathered {
    fn rule(&self) -> RuleId {
        RuleId("credentials-gathered")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ADDED, Words::of([&KEPT])).and(Reach::AFTER, Words::of([&READS]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
        let told: Vec<(LineView<'_>, Vec<&str>)> = file
            .added()
            .filter(|line| line.text.len() <= 2000)
            .map(|line| (line, KEPT.parts(line.text).collect::<Vec<_>>()))
            .filter(|(_, whose)| !whose.is_empty())
            .collect();
        let Some((first, _)) = told.first() else { return };
        let near = told.iter().filter(|(line, _)| line.index <= first.index + NEAR);
        let whose: BTreeSet<&str> = near.flat_map(|(_, whose)| whose.iter().copied()).collect();
        let around = |line: &LineView<'_>| line.index + 6 > first.index && line.index <= first.index + NEAR;
        let kept_out = KEEPS_OUT.is_match(&file.path) || side.lines().filter(around).any(|line| KEEPS_OUT.is_match(line.text));
        let reads = || side.lines().any(|line| READS.is_match(line.code()));
        if whose.len() >= PROGRAMS && !kept_out && reads() {
            let names = whose.into_iter().collect::<Vec<_>>().join(", ");
            let draft = Draft::line(file, side, first.index).title(format!("Reads what {names} sign in with"));
            sink.report(draft.severity(Severity::High));
        }
    }
}
