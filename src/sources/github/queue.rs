//! The queue: which searches a set of repositories is read with, and which of the pulls they find are shown.

use super::address::Address;
use super::ask;
use super::route;
use super::search::{First, SHOWN, Search};
use super::target::Scope;
use crate::model::cancel::Cancel;
use crate::model::forge::{Forge, ForgeError};
use crate::model::pull::{Pull, PullState};
use crate::sources::source::{Listing, Recognise, Tell};
use serde::Deserialize;

/// So many repositories fit into one search.
const TOGETHER: usize = 20;
/// Pages of a team's repositories that are read; each holds 100.
const TEAM_PAGES: usize = 20;

/// Pulls in which state are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum States {
    /// Waiting to be merged.
    #[default]
    Open,
    /// Merged.
    Merged,
    /// Closed without being merged.
    Closed,
    /// All.
    All,
}

impl States {
    fn words(self) -> &'static str {
        match self {
            Self::Open => "is:open",
            Self::Merged => "is:merged",
            Self::Closed => "is:closed is:unmerged",
            Self::All => "",
        }
    }
}

/// What a queue holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Whose pulls.
    pub scopes: Vec<Scope>,
    /// In which state.
    pub states: States,
    /// Further words of every search, such as `created:>=2026-11-20`; empty for none.
    pub words: String,
    /// Searches that find agents' pulls; `None`: everybody's pulls.
    pub agents: Option<Vec<String>>,
}

/// Reads the queue that `wanted` describes.
///
/// # Errors
/// When not even the first page can be read; later failures are omissions.
pub(super) fn read(
    forge: &dyn Forge,
    wanted: &Wanted,
    recognise: &Recognise,
    tell: Tell<'_>,
    cancel: &Cancel,
) -> Result<Listing, ForgeError> {
    let all = wanted.agents.is_none();
    let shown = |pull: &Pull| all || is_agents(pull) || is_searched(wanted);
    let mut search = Search::new(forge, recognise, &shown, tell, cancel);
    let mut asked = false;
    for query in queries(forge, wanted, cancel)? {
        match one(&mut search, &query, wanted.agents.as_deref()) {
            Ok(()) => asked = true,
            Err(ForgeError::Cancelled) => return Err(ForgeError::Cancelled),
            Err(why) if !asked && search.len() == 0 => return Err(why),
            Err(why) => search.omit(format!("the list ends early, after {} pulls: {why}", search.len()), 1),
        }
    }
    Ok(search.end())
}

/// A search that a person wrote is taken as it is.
fn is_searched(wanted: &Wanted) -> bool {
    wanted.scopes.iter().any(|scope| matches!(scope, Scope::Search(_)))
}

fn is_agents(pull: &Pull) -> bool {
    pull.provenance.agent.is_some() || pull.state == PullState::Quarantined
}

/// A query and whether it may be narrowed to agents.
struct Asked {
    words: String,
    narrowed: bool,
}

/// Few pulls are all read and judged here, which sees more than any search; many are searched agent by agent.
fn one(search: &mut Search<'_>, query: &Asked, agents: Option<&[String]>) -> Result<(), ForgeError> {
    let first = search.begin(&query.words)?;
    match agents.filter(|_| query.narrowed && first.count > SHOWN) {
        None => search.take(first),
        Some(agents) => agents.iter().try_for_each(|term| narrowed(search, &format!("{} {term}", query.words), term)),
    }
}

/// A host that does not know an agent's account refuses to search for it, and that says nothing about the others.
fn narrowed(search: &mut Search<'_>, query: &str, term: &str) -> Result<(), ForgeError> {
    match search.begin(query) {
        Ok(first) => search.take(first),
        Err(ForgeError::Invalid(_)) => match other_spelling(search, query, term)? {
            Some(first) => search.take(first),
            None => {
                search.omit(format!("GitHub does not search for `{term}` there"), 0);
                Ok(())
            }
        },
        Err(why) => Err(why),
    }
}

/// `author:app/x` is the documented form; hosts that refuse it know `author:x[bot]`.
fn other_spelling(search: &mut Search<'_>, query: &str, term: &str) -> Result<Option<First>, ForgeError> {
    let Some(app) = term.strip_prefix("author:app/") else { return Ok(None) };
    match search.begin(&query.replace(term, &format!("author:{app}[bot]"))) {
        Ok(first) => Ok(Some(first)),
        Err(ForgeError::Invalid(_)) => Ok(None),
        Err(why) => Err(why),
    }
}

fn queries(forge: &dyn Forge, wanted: &Wanted, cancel: &Cancel) -> Result<Vec<Asked>, ForgeError> {
    let mut repositories = Vec::new();
    let mut asked = Vec::new();
    let common = [wanted.states.words(), wanted.words.as_str()].map(str::trim);
    let query = |scope: &str, narrowed| {
        let words = ["is:pr", scope, common[0], common[1]].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        Asked { words, narrowed }
    };
    for scope in &wanted.scopes {
        match scope {
            Scope::Repository(path) => repositories.push(path.clone()),
            Scope::Org(name) => asked.push(query(&format!("org:{name} archived:false"), true)),
            Scope::User(name) => asked.push(query(&format!("user:{name} archived:false"), true)),
            Scope::Team { org, slug } => repositories.extend(of_team(forge, org, slug, cancel)?),
            Scope::Search(words) if names_state(words) => {
                asked.push(Asked { words: format!("is:pr {words} {}", common[1]).trim().to_owned(), narrowed: false });
            }
            Scope::Search(words) => asked.push(query(words, false)),
        }
    }
    repositories.sort();
    repositories.dedup();
    for some in repositories.chunks(TOGETHER) {
        let names: Vec<String> = some.iter().map(|path| format!("repo:{path}")).collect();
        asked.push(query(&names.join(" "), true));
    }
    Ok(asked)
}

fn names_state(words: &str) -> bool {
    const STATES: [&str; 7] = ["is:open", "is:closed", "is:merged", "is:unmerged", "state:open", "state:closed", "merged:"];
    words.split_whitespace().any(|word| STATES.iter().any(|state| word.starts_with(state)))
}

#[derive(Debug, Deserialize)]
struct Held {
    full_name: String,
    #[serde(default)]
    archived: bool,
}

/// The repositories of a team that are not archived.
pub(super) fn of_team(forge: &dyn Forge, org: &str, slug: &str, cancel: &Cancel) -> Result<Vec<String>, ForgeError> {
    let route = format!("/orgs/{}/teams/{}/repos?per_page=100", route::segment(org), route::segment(slug));
    let held = ask::pages::<Held>(forge, route, &format!("the repositories of team {org}/{slug}"), TEAM_PAGES, cancel)?;
    if held.cut {
        let read = held.items.len();
        return Err(ForgeError::Invalid(format!("team {org}/{slug} has more than {read} repositories: name those you want, or org:{org}")));
    }
    let paths = held.items.into_iter().filter(|held| !held.archived).map(|held| held.full_name);
    Ok(paths.filter(|path| Address::of("", path).is_some()).collect())
}
