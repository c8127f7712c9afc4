//! What became of the results that are no findings of a change: counts and a few places of each kind, as sentences.

use std::collections::BTreeMap;

/// Places that are named of one kind.
const NAMED: usize = 5;

/// Why a result is no finding of a change. Of several places of one result the greatest reason counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rest {
    Placeless,
    Outside,
    Elsewhere,
    Untouched,
    Differs,
    OtherCommit,
    Suppressed,
    Accepted,
    Known,
    Gone,
    NotAsked,
    TooMany,
}

/// What became of the results of one file.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) taken: usize,
    pub(super) folded: usize,
    /// The commit that the tool looked at, when it is not that of the change.
    pub(super) shaky: Option<String>,
    rest: BTreeMap<Rest, (usize, Vec<String>)>,
}

impl Tally {
    /// Counts one result that is no finding for the reason `rest`.
    pub(super) fn count(&mut self, rest: Rest, shown: &str) {
        let (count, named) = self.rest.entry(rest).or_default();
        *count += 1;
        if named.len() < NAMED && !named.iter().any(|known| known == shown) {
            named.push(shown.to_owned());
        }
    }

    /// All of it, each kind in one sentence.
    pub(super) fn sentences(&self) -> Vec<String> {
        let mut says: Vec<String> = self.rest.iter().map(|(rest, (count, named))| sentence(*rest, *count, named)).collect();
        if let Some(commit) = &self.shaky {
            let short: String = commit.chars().take(12).collect();
            says.push(format!(
                "the tool looked at commit {short}, which is not the head of this change: what it says without the text of the line weighs low at most"
            ));
        }
        says
    }
}

fn sentence(rest: Rest, count: usize, named: &[String]) -> String {
    let what = match rest {
        Rest::Placeless => "without a place",
        Rest::Outside => "outside the repository",
        Rest::Elsewhere => "in files that this change does not touch",
        Rest::Untouched => "on lines that this change does not touch",
        Rest::Differs => "where the line reads otherwise than the tool saw it",
        Rest::OtherCommit => "in commits that are not of this change",
        Rest::Suppressed => "suppressed outside the code",
        Rest::Accepted => "that .gitleaksignore of the base revision accepts",
        Rest::Known => "that the tool calls unchanged",
        Rest::Gone => "that the tool calls passed or gone",
        Rest::NotAsked => "of rules that were not asked for",
        Rest::TooMany => "beyond what is listed of one rule in one file",
    };
    let more = if count > named.len() { ", …" } else { "" };
    format!("{count} {what}: {}{more}", named.join(", "))
}
