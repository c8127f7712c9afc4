//! `rules/agents.toml` as a table that is compiled once. Never a judgement.

use std::sync::LazyLock;

use regex::bytes::{Regex, RegexBuilder};
use serde::Deserialize;

use crate::model::forge::Account;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    agent: Vec<AgentData>,
    other: Vec<OtherData>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AgentData {
    id: String,
    name: String,
    #[serde(default)]
    accounts: Vec<AccountData>,
    #[serde(default)]
    commit_ids: Vec<u64>,
    #[serde(default)]
    addresses: Vec<String>,
    #[serde(default)]
    trailers: Vec<String>,
    #[serde(default)]
    signatures: Vec<String>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    assisted: Vec<String>,
    #[serde(default)]
    branches: Vec<String>,
    #[serde(default)]
    phrases: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountData {
    id: Option<u64>,
    logins: Vec<String>,
    /// The login of a person's account, for searches only: it can be renamed and taken by somebody else.
    person: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OtherData {
    id: Option<u64>,
    logins: Vec<String>,
    #[serde(default)]
    addresses: Vec<String>,
    why: String,
}

/// An agent with its patterns compiled.
#[derive(Debug)]
struct Agent {
    data: AgentData,
    trailers: Vec<Regex>,
    signatures: Vec<Regex>,
    branches: Vec<Regex>,
}

/// Every known agent, and those that only look like one. Agents are told by their position.
#[derive(Debug, Default)]
pub(super) struct Table {
    agents: Vec<Agent>,
    others: Vec<OtherData>,
}

/// The table of this program, or why its data is wrong; a test keeps it right.
static TABLE: LazyLock<Result<Table, String>> = LazyLock::new(|| Table::read(include_str!("../../../rules/agents.toml")));
static EMPTY: LazyLock<Table> = LazyLock::new(Table::default);

impl Table {
    /// The table that is built in.
    pub(super) fn get() -> &'static Self {
        TABLE.as_ref().unwrap_or(&EMPTY)
    }

    fn read(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|e| e.to_string())?;
        let agents = file.agent.into_iter().map(Agent::compile).collect::<Result<_, _>>()?;
        Ok(Self { agents, others: file.other })
    }

    /// Every agent's id.
    pub(super) fn names(&self) -> Vec<&str> {
        self.agents.iter().map(|agent| agent.data.id.as_str()).collect()
    }

    /// The agent's id.
    pub(super) fn id_of(&self, agent: usize) -> &str {
        self.agents.get(agent).map_or("", |agent| &agent.data.id)
    }

    /// The agent's name for people.
    pub(super) fn name_of(&self, agent: usize) -> &str {
        self.agents.get(agent).map_or("", |agent| &agent.data.name)
    }

    /// Whose forge account this is: by id, or by login when the forge says that it is a bot and gives no id.
    pub(super) fn account(&self, account: &Account) -> Option<usize> {
        let same = |known: &AccountData| is_account(known.id, &known.logins, account);
        self.agents.iter().position(|agent| agent.data.accounts.iter().any(same))
    }

    /// Why this account opens pulls without being an agent.
    pub(super) fn other_account(&self, account: &Account) -> Option<&str> {
        self.others.iter().find(|other| is_account(other.id, &other.logins, account)).map(|other| other.why.as_str())
    }

    /// The searches that find agents' pulls, each once.
    pub(super) fn searches(&self) -> Vec<String> {
        let mut searches = Vec::new();
        for Agent { data: AgentData { accounts, phrases, .. }, branches, .. } in &self.agents {
            let logins = accounts.iter().flat_map(|account| &account.logins);
            searches.extend(logins.filter_map(|login| login.strip_suffix("[bot]")).map(|app| format!("author:app/{app}")));
            searches.extend(accounts.iter().filter_map(|account| account.person.as_ref()).map(|login| format!("author:{login}")));
            searches.extend(branches.iter().map(|pattern| format!("head:{}", beginning(pattern.as_str()))));
            searches.extend(phrases.iter().map(|phrase| format!("in:body \"{phrase}\"")));
        }
        let mut known = std::collections::HashSet::new();
        searches.retain(|search| known.insert(search.clone()));
        searches
    }

    /// Whose address this is.
    pub(super) fn address(&self, address: &str) -> Option<usize> {
        let id = noreply_id(address);
        self.agents.iter().position(|agent| {
            agent.data.addresses.iter().any(|known| known.eq_ignore_ascii_case(address))
                || id.is_some_and(|id| agent.data.commit_ids.contains(&id))
        })
    }

    /// Why this address is no agent's although it looks like one.
    pub(super) fn other_address(&self, address: &str) -> Option<&str> {
        if self.address(address).is_some() {
            return None;
        }
        let id = noreply_id(address);
        let known =
            |other: &&OtherData| other.addresses.iter().any(|known| known.eq_ignore_ascii_case(address)) || id.is_some() && id == other.id;
        self.others.iter().find(known).map(|other| other.why.as_str())
    }

    /// The numbers of the account that is called `login`, written as bots' logins are; none where nobody here is called so.
    pub(super) fn numbers(&self, login: &str) -> Vec<u64> {
        if !login.ends_with("[bot]") {
            return Vec::new();
        }
        let called = |logins: &[String]| logins.iter().any(|known| known.eq_ignore_ascii_case(login));
        let accounts = self.agents.iter().flat_map(|agent| &agent.data.accounts);
        let agents = accounts.filter(|account| called(&account.logins)).filter_map(|account| account.id);
        agents.chain(self.others.iter().filter(|other| called(&other.logins)).filter_map(|other| other.id)).collect()
    }

    /// Why a name or address is that of a known account and not of it.
    pub(super) fn forged(&self, name: &str, address: &str) -> Option<String> {
        let listed = |numbers: &[u64]| numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(" or ");
        if self.address(address).is_some() || self.other_address(address).is_some() {
            return None;
        }
        if let Some((id, login)) = address.strip_suffix("@users.noreply.github.com").and_then(|user| user.split_once('+')) {
            let known = self.numbers(login);
            let other = !known.is_empty() && id.parse().is_ok_and(|id: u64| !known.contains(&id));
            return other.then(|| format!("The address says account {id}; `{login}` has the number {}.", listed(&known)));
        }
        // Workflows are set up to commit under the forge's own bots by any address; nobody sets one up as an agent.
        let agent = self.agents.iter().find(|agent| {
            agent
                .data
                .accounts
                .iter()
                .any(|account| account.logins.iter().any(|login| login.ends_with("[bot]") && login.eq_ignore_ascii_case(name)))
        })?;
        let plain = address.eq_ignore_ascii_case(&format!("{name}@users.noreply.github.com"));
        (!plain && !address.is_empty()).then(|| format!("`{name}` is the account of {}; `{address}` is no address of it.", agent.data.name))
    }

    /// Whose mark the name ends with.
    pub(super) fn name(&self, name: &str) -> Option<usize> {
        self.agents.iter().position(|agent| agent.data.names.iter().any(|suffix| name.ends_with(suffix.as_str())))
    }

    /// Whose branches are called so.
    pub(super) fn branch(&self, branch: &str) -> Option<usize> {
        self.agents.iter().position(|agent| agent.branches.iter().any(|pattern| pattern.is_match(branch.as_bytes())))
    }

    /// Whose signature the line carries, and the page of its session.
    pub(super) fn signature(&self, line: &str) -> Option<(usize, Option<String>)> {
        self.line(line, |agent| &agent.signatures)
    }

    /// Whose trailer the line is, and the page of its session.
    pub(super) fn trailer(&self, line: &str) -> Option<(usize, Option<String>)> {
        self.line(line, |agent| &agent.trailers)
    }

    /// Whose tool is called so in `Assisted-by`.
    pub(super) fn assisted(&self, tool: &str) -> Option<usize> {
        self.agents.iter().position(|agent| agent.data.assisted.iter().any(|known| known.eq_ignore_ascii_case(tool.trim())))
    }

    fn line(&self, line: &str, patterns: impl Fn(&Agent) -> &Vec<Regex>) -> Option<(usize, Option<String>)> {
        self.agents.iter().enumerate().find_map(|(at, agent)| {
            let groups = patterns(agent).iter().find_map(|pattern| pattern.captures(line.as_bytes()))?;
            let session = groups.name("session").and_then(|found| line.get(found.range())).map(str::to_owned);
            Some((at, session))
        })
    }
}

impl Agent {
    fn compile(mut data: AgentData) -> Result<Self, String> {
        let all = |patterns: &mut Vec<String>| {
            let compiled = std::mem::take(patterns).into_iter().map(|pattern| compile(&pattern));
            compiled.collect::<Result<Vec<_>, _>>()
        };
        let (trailers, signatures, branches) = (all(&mut data.trailers)?, all(&mut data.signatures)?, all(&mut data.branches)?);
        Ok(Self { data, trailers, signatures, branches })
    }
}

/// The plain text that every name starts with which `pattern` matches.
fn beginning(pattern: &str) -> &str {
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    let end = pattern.find(|c: char| !c.is_ascii_alphanumeric() && !"/-_".contains(c)).unwrap_or(pattern.len());
    pattern.get(..end).unwrap_or_default()
}

/// ASCII classes: they compile 100 times faster, and no agent signs in anything else.
fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern).unicode(false).build().map_err(|e| e.to_string())
}

fn is_account(id: Option<u64>, logins: &[String], account: &Account) -> bool {
    match (id, account.id) {
        (Some(known), Some(id)) => known == id,
        _ => account.bot && logins.contains(&account.login),
    }
}

/// The account's id in `<id>+<login>@users.noreply.github.com`.
fn noreply_id(address: &str) -> Option<u64> {
    let (id, _) = address.strip_suffix("@users.noreply.github.com")?.split_once('+')?;
    id.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_data_is_right() {
        let table = Table::read(include_str!("../../../rules/agents.toml")).unwrap();
        let mut ids: Vec<_> = table.agents.iter().map(|agent| agent.data.id.as_str()).collect();
        assert!(ids.len() > 25);
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), table.agents.len(), "ids are unique");
        for agent in &table.agents {
            let marks = agent.data.accounts.len() + agent.data.addresses.len() + agent.data.commit_ids.len() + agent.branches.len();
            assert!(marks > 0, "{} has no mark", agent.data.id);
            assert!(agent.branches.iter().all(|pattern| pattern.as_str().starts_with('^')), "{}", agent.data.id);
            for phrase in &agent.data.phrases {
                assert!(!phrase.contains('"') && phrase.len() > 8, "{phrase} would end or widen its search");
            }
        }
    }

    #[test]
    fn agents_are_searched_by_account_branch_and_signature() {
        let searches = Table::get().searches();
        for wanted in [
            "author:app/copilot-swe-agent",
            "author:openhands-agent",
            "head:codex/",
            "head:cursor/",
            "head:devin/",
            "head:openhands-fix-",
            "head:Q-DEV-issue-",
            "in:body \"Generated with [Claude Code]\"",
        ] {
            assert!(searches.iter().any(|search| search == wanted), "{wanted} is not in {searches:#?}");
        }
        let wide = |search: &&String| *search == "head:" || search.starts_with("author:app/ ");
        assert_eq!(searches.iter().find(wide), None, "no search takes everything");
    }
}
