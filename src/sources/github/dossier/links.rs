//! What a pull is linked with: the issues it closes, and the tags, releases and deployments its merged commit went into.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::json;

use super::{Desk, Facts};
use crate::model::dossier::Link;
use crate::model::forge::ForgeError;
use crate::sources::github::ask;
use crate::sources::github::queries::SHIPPED;
use crate::sources::github::shapes::{Named, Nodes, or_default};

/// An issue that the merge closes.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Issue {
    number: u64,
    title: String,
    url: Option<String>,
    repository: Named,
}

impl Issue {
    /// As a link.
    pub(super) fn link(self) -> Link {
        Link { kind: "issue", name: format!("{}#{} {}", self.repository.name_with_owner, self.number, self.title), url: self.url }
    }
}

/// Takes the issues over that the merge closes.
pub(super) fn closed(desk: &mut Desk<'_>, issues: Nodes<Issue>) {
    let hidden = issues.nodes.iter().filter(|issue| issue.is_none()).count();
    let more = issues.total_count.unwrap_or_default().saturating_sub(issues.nodes.len() as u64);
    if hidden > 0 || more > 0 {
        desk.omit(format!("{} of the issues that it closes are not shown", hidden as u64 + more));
    }
    desk.dossier.links.extend(issues.seen().map(Issue::link));
}

#[derive(Debug, Deserialize)]
struct Root {
    repository: Option<Shipped>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Shipped {
    #[serde(deserialize_with = "or_default")]
    refs: Nodes<Tag>,
    #[serde(deserialize_with = "or_default")]
    releases: Nodes<Release>,
    #[serde(deserialize_with = "or_default")]
    deployments: Nodes<Deployment>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Tag {
    name: String,
    compare: Option<Comparison>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Comparison {
    status: String,
}

impl Comparison {
    /// Seen from the ref, a commit it contains lies behind it or is it.
    fn contains(&self) -> bool {
        ["BEHIND", "IDENTICAL"].contains(&self.status.as_str())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Release {
    name: Option<String>,
    tag_name: String,
    url: Option<String>,
    is_draft: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Deployment {
    commit_oid: String,
    environment: Option<String>,
    state: Option<String>,
    #[serde(rename = "ref")]
    reference: Option<Tag>,
}

/// How an omission begins that is about where a merged pull went.
const SHIPPED_IN: &str = "which releases and deployments contain it";
const UNKNOWN: &str = "which releases and deployments contain it is not known";

/// Whether an omission of a dossier says that it is not known where the pull went.
pub(in crate::sources::github) fn is_of_shipped(why: &str) -> bool {
    why.starts_with(SHIPPED_IN)
}

/// Reads where a merged pull went.
pub(super) fn read(desk: &mut Desk<'_>, facts: &Facts) -> Result<(), ForgeError> {
    let Some(commit) = &facts.merged else { return Ok(()) };
    let variables = json!({ "owner": desk.address.owner, "name": desk.address.name, "commit": commit });
    let reply = ask::graph::<Root>(desk.forge, SHIPPED, &variables, "tags, releases and deployments", desk.cancel);
    let Some(reply) = desk.or_omit(UNKNOWN, reply)? else { return Ok(()) };
    for error in &reply.errors {
        desk.omit(format!("{SHIPPED_IN} is known in part ({}): {}", error.path, error.message));
    }
    let Some(shipped) = reply.data.repository else {
        if reply.errors.is_empty() {
            desk.omit(format!("{UNKNOWN}: GitHub answered nothing about its repository"));
        }
        return Ok(());
    };
    if shipped.refs.page_info.has_next_page || shipped.deployments.page_info.has_next_page {
        desk.omit("only the latest 30 tags and deployments were compared with its merge".to_owned());
    }
    desk.dossier.links.extend(shipped.links(commit));
    Ok(())
}

impl Shipped {
    fn links(self, commit: &str) -> Vec<Link> {
        let holds = |tag: &Tag| tag.compare.as_ref().is_some_and(Comparison::contains);
        let tags: Vec<String> = self.refs.seen().filter(holds).map(|tag| tag.name).collect();
        let known: HashSet<&str> = tags.iter().map(String::as_str).collect();
        let released = self.releases.seen().filter(|release| known.contains(release.tag_name.as_str()));
        let mut links: Vec<Link> = released.map(Release::link).collect();
        let deployed = self.deployments.seen().filter(|made| made.commit_oid == commit || made.reference.as_ref().is_some_and(holds));
        links.extend(deployed.map(|made| {
            let (environment, state) = (made.environment.unwrap_or_default(), made.state.unwrap_or_default().to_lowercase());
            Link { kind: "deployment", name: format!("{environment} ({state})"), url: None }
        }));
        links.extend(tags.into_iter().map(|name| Link { kind: "tag", name, url: None }));
        links
    }
}

impl Release {
    fn link(self) -> Link {
        let name = self.name.filter(|name| !name.is_empty()).unwrap_or(self.tag_name);
        Link { kind: "release", name: if self.is_draft { format!("{name} (draft)") } else { name }, url: self.url }
    }
}
