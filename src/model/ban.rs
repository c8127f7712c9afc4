//! What later changes are refused for: an agent, a session, a server, a commit, a patch. Never where the list is kept.

use sha2::{Digest as _, Sha256};

use super::case_id::CaseId;
use super::change::Change;
use super::commit_id::CommitId;
use super::diff::{LineKind, Patch};
use super::pull::Pull;

/// What is refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Banned {
    /// An agent by its id or name, or the account it works as.
    Agent(String),
    /// A session by its id or address.
    Session(String),
    /// An MCP server by its name or host.
    Server(String),
    /// A commit.
    Commit(CommitId),
    /// A whole patch, by [`print()`].
    Patch(String),
}

impl Banned {
    /// The word of command line and stored shape.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Agent(_) => "agent",
            Self::Session(_) => "session",
            Self::Server(_) => "server",
            Self::Commit(_) => "commit",
            Self::Patch(_) => "patch",
        }
    }

    /// What stands behind that word.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Agent(name) | Self::Session(name) | Self::Server(name) | Self::Patch(name) => name,
            Self::Commit(id) => id.as_str(),
        }
    }

    /// The entry of this kind and name.
    #[must_use]
    pub fn parse(kind: &str, name: &str) -> Option<Self> {
        let text = || (!name.trim().is_empty()).then(|| name.trim().to_owned());
        match kind {
            "agent" => text().map(Self::Agent),
            "session" => text().map(Self::Session),
            "server" => text().map(Self::Server),
            "patch" => text().map(Self::Patch),
            "commit" => CommitId::parse(name).map(Self::Commit),
            _ => None,
        }
    }

    /// Whether the listed pull alone shows that it is meant. Its commits and its diff are not looked at.
    #[must_use]
    pub fn meets(&self, pull: &Pull) -> bool {
        match self {
            Self::Agent(agent) => is_agent(pull, agent),
            Self::Session(session) => {
                pull.provenance.session.as_ref().is_some_and(|url| has_word(url, session)) || has_word(&pull.body, session)
            }
            Self::Server(server) => has_word(&pull.body, server),
            Self::Commit(id) => pull.revision.head.as_ref() == Some(id),
            Self::Patch(_) => false,
        }
    }

    /// Whether the change that was read is meant.
    #[must_use]
    pub fn meets_change(&self, change: &Change) -> bool {
        let said = |word: &str| change.commits.iter().any(|commit| has_word(&commit.message, word));
        self.meets(&change.pull)
            || match self {
                Self::Agent(_) => false,
                Self::Session(session) => said(session),
                Self::Server(server) => said(server) || adds(&change.patch, server),
                Self::Commit(id) => change.commits.iter().any(|commit| commit.id.as_ref() == Some(id)),
                Self::Patch(known) => print(&change.patch).as_ref() == Some(known),
            }
    }
}

/// One entry of the list, as long as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ban {
    /// What is refused.
    pub what: Banned,
    /// The case that refused it.
    pub case: CaseId,
    /// Why, in the words of whoever decided.
    pub reason: String,
}

impl Ban {
    /// What of `bans` means `pull` as it is listed: who is blocked goes before which commit is refused.
    #[must_use]
    pub fn meeting<'b>(bans: &'b [Self], pull: &Pull) -> Option<&'b Self> {
        bans.iter().filter(|ban| ban.what.meets(pull)).min_by(|one, other| one.what.cmp(&other.what))
    }

    /// What stands in the way, as a sentence's start.
    #[must_use]
    pub fn says(&self) -> String {
        let name = match &self.what {
            Banned::Commit(id) => id.short().to_owned(),
            Banned::Patch(_) => "this very patch".to_owned(),
            what => format!("{} {}", what.kind(), what.name()),
        };
        format!("{name} is refused by case {}", self.case.0)
    }
}

/// What a patch is known by again after a rebase: SHA-256 over the marks of its files. `None` for an empty one.
#[must_use]
pub fn print(patch: &Patch) -> Option<String> {
    if patch.files.is_empty() {
        return None;
    }
    let mut marks: Vec<String> = patch.files.iter().map(super::diff::FileDiff::mark).collect();
    marks.sort();
    let digest = Sha256::digest(marks.join("\n"));
    Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The id or name of the agent, or the account that opened the pull or asked for it.
fn is_agent(pull: &Pull, agent: &str) -> bool {
    let bare = |login: &str| login.strip_suffix("[bot]").unwrap_or(login).to_ascii_lowercase();
    let wanted = bare(agent.strip_prefix('@').unwrap_or(agent));
    let known = pull.provenance.agent.iter().chain((!pull.provenance.name.is_empty()).then_some(&pull.provenance.name));
    let author = pull.standing.iter().filter_map(|standing| standing.author.as_ref()).map(|account| &account.login);
    known.chain(author).any(|name| bare(name) == wanted)
}

fn adds(patch: &Patch, word: &str) -> bool {
    let mut texts = patch.files.iter().filter_map(|file| file.text());
    texts.any(|text| {
        let mut added = text.lines.iter().filter(|line| line.kind == LineKind::Added);
        added.any(|line| has_word(text.text(line), word))
    })
}

/// Whether `word` stands in `text` with no letter or digit next to it, whatever its case.
fn has_word(text: &str, word: &str) -> bool {
    let (text, word) = (text.to_lowercase(), word.trim().to_lowercase());
    if word.is_empty() {
        return false;
    }
    text.match_indices(&word).any(|(at, _)| {
        let before = text.get(..at).and_then(|start| start.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|end| end.chars().next());
        let free = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        free(before) && free(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_alone() {
        for (text, word, found) in [
            ("Session: 8f3a-11", "8f3a-11", true),
            ("Session: 8f3a-112", "8f3a-11", false),
            ("uses Context7 here", "context7", true),
            ("https://mcp.example/x", "mcp.example", true),
            ("anything", " ", false),
        ] {
            assert_eq!(has_word(text, word), found, "{text} / {word}");
        }
    }
}
