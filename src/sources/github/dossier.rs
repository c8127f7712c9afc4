//! What stands around a pull: asked for after its diff is on the screen. Each part that cannot be read is an omission of its own.

mod alerts;
mod conversation;
pub(super) mod links;
mod people;
mod rules;
pub(super) mod runs;

use serde::Deserialize;
use serde_json::json;

use super::address::Address;
use super::ask;
use super::queries::DOSSIER;
use super::shapes::{Actor, Named, Nodes, Oid, account, or_default};
use crate::model::cancel::Cancel;
use crate::model::diff::Omission;
use crate::model::dossier::Dossier;
use crate::model::forge::{Forge, ForgeError};
use crate::model::talk::Talk;

/// Pages of each list that are read.
const MOST_PAGES: usize = 50;
/// The same where only what was said is asked for, to be judged.
const MOST_TALK: usize = 5;

#[derive(Debug, Deserialize)]
struct Root {
    viewer: Option<Actor>,
    repository: Option<Repository>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Repository {
    name_with_owner: String,
    #[serde(default)]
    viewer_permission: Option<String>,
    pull_request: Option<Around>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Around {
    id: String,
    merged: bool,
    base_ref_name: String,
    head_ref_name: String,
    head_ref_oid: String,
    head_repository: Option<Named>,
    merge_commit: Option<Oid>,
    author: Option<Actor>,
    #[serde(deserialize_with = "or_default")]
    reviews: Nodes<conversation::Review>,
    #[serde(deserialize_with = "or_default")]
    review_threads: Nodes<conversation::Thread>,
    #[serde(deserialize_with = "or_default")]
    comments: Nodes<conversation::Comment>,
    #[serde(deserialize_with = "or_default")]
    closing_issues_references: Nodes<links::Issue>,
    #[serde(deserialize_with = "or_default")]
    commits: Nodes<runs::Head>,
}

/// Where each list is read on.
#[derive(Clone, Debug, Default)]
struct Cursors {
    reviews: Option<String>,
    threads: Option<String>,
    comments: Option<String>,
    contexts: Option<String>,
}

/// What several parts need to know, and where they put what they find.
struct Desk<'a> {
    forge: &'a dyn Forge,
    address: Address,
    number: u64,
    cancel: &'a Cancel,
    dossier: Dossier,
}

impl Desk<'_> {
    fn omit(&mut self, why: String) {
        self.dossier.omissions.push(Omission { path: None, why });
    }

    /// `result`, or an omission that says what is not known; only a cancelled request ends it all.
    fn or_omit<T>(&mut self, what: &str, result: Result<T, ForgeError>) -> Result<Option<T>, ForgeError> {
        match result {
            Ok(found) => Ok(Some(found)),
            Err(ForgeError::Cancelled) => Err(ForgeError::Cancelled),
            Err(why) => {
                self.omit(format!("{what}: {why}"));
                Ok(None)
            }
        }
    }
}

/// Reads everything around `number` of `address`.
///
/// # Errors
/// When the pull itself cannot be read, or nobody waits any more.
pub(super) fn read(forge: &dyn Forge, address: &Address, number: u64, cancel: &Cancel) -> Result<Dossier, ForgeError> {
    let mut desk = Desk { forge, address: address.clone(), number, cancel, dossier: Dossier::default() };
    let facts = desk.pages(MOST_PAGES)?;
    runs::read(&mut desk, &facts)?;
    alerts::read(&mut desk)?;
    rules::read(&mut desk, &facts.target)?;
    people::read(&mut desk, &facts)?;
    links::read(&mut desk, &facts)?;
    Ok(desk.dossier)
}

/// Reads what was said about `number` of `address`, and nothing else.
pub(super) fn talk(forge: &dyn Forge, address: &Address, number: u64, cancel: &Cancel) -> Talk {
    let mut desk = Desk { forge, address: address.clone(), number, cancel, dossier: Dossier::default() };
    if let Err(why) = desk.pages(MOST_TALK) {
        return Talk::unread(why.to_string());
    }
    let Dossier { reviews, threads, remarks, annotations, omissions, stale, .. } = desk.dossier;
    let mut unread: Vec<String> = omissions.into_iter().map(|omission| omission.why).collect();
    if stale {
        unread.push("the forge could not be asked, and what was kept of it may be old".to_owned());
    }
    Talk { reviews, threads, remarks, annotations, unread }
}

/// What further requests are made of.
struct Facts {
    node: String,
    head: String,
    branch: String,
    target: String,
    fork: Option<String>,
    merged: Option<String>,
    by_bot: bool,
}

impl Facts {
    fn of(around: &mut Around) -> Self {
        Self {
            node: std::mem::take(&mut around.id),
            head: std::mem::take(&mut around.head_ref_oid),
            branch: std::mem::take(&mut around.head_ref_name),
            target: std::mem::take(&mut around.base_ref_name),
            fork: around.head_repository.take().map(|named| named.name_with_owner),
            merged: around.merge_commit.take().filter(|_| around.merged).map(|commit| commit.oid),
            by_bot: around.author.take().is_some_and(|author| account(author).bot),
        }
    }
}

impl Desk<'_> {
    /// What one document tells, at most `most` pages of each list of it.
    fn pages(&mut self, most: usize) -> Result<Facts, ForgeError> {
        let mut at = Cursors::default();
        let mut around = self.page(&at)?;
        let facts = Facts::of(&mut around);
        links::closed(self, std::mem::take(&mut around.closing_issues_references));
        for page in 1.. {
            if !self.take(around, &mut at) {
                break;
            }
            if page == most {
                self.omit(format!("its conversation and checks go on behind {page} pages, which are not read"));
                break;
            }
            around = self.page(&at)?;
        }
        Ok(facts)
    }

    /// One page of every list.
    fn page(&mut self, at: &Cursors) -> Result<Around, ForgeError> {
        let variables = json!({
            "owner": self.address.owner, "name": self.address.name, "number": self.number,
            "reviews": at.reviews, "threads": at.threads, "comments": at.comments, "contexts": at.contexts,
        });
        let what = format!("pull {}#{}", self.address, self.number);
        let reply = ask::graph::<Root>(self.forge, DOSSIER, &variables, &what, self.cancel)?;
        let errors = reply.errors;
        self.dossier.stale |= reply.stale;
        let repository = reply.data.repository.ok_or_else(|| ask::refused(&errors, &format!("repository {}", self.address)))?;
        let around = repository.pull_request.ok_or_else(|| ask::refused(&errors, &what))?;
        self.address = Address::of(&self.address.host, &repository.name_with_owner).unwrap_or_else(|| self.address.clone());
        self.dossier.viewer = reply.data.viewer.map(account);
        self.dossier.viewer_permission = repository.viewer_permission.unwrap_or_default().to_lowercase();
        for error in &errors {
            let why = format!("a part around it is not shown ({}): {}", error.path, error.message);
            if !self.dossier.omissions.iter().any(|known| known.why == why) {
                self.omit(why);
            }
        }
        Ok(around)
    }

    /// Takes a page over and moves behind it; whether there is another one.
    fn take(&mut self, around: Around, at: &mut Cursors) -> bool {
        let mut more = advance(&mut at.reviews, &around.reviews);
        more |= advance(&mut at.threads, &around.review_threads);
        more |= advance(&mut at.comments, &around.comments);
        conversation::take(self, around.reviews, around.review_threads, around.comments);
        for contexts in around.commits.seen().filter_map(runs::Head::contexts) {
            more |= advance(&mut at.contexts, &contexts);
            runs::take(self, contexts);
        }
        more
    }
}

/// Moves behind a page, also behind a last one: what is asked for there again is empty. Whether there is more.
fn advance<T>(cursor: &mut Option<String>, page: &Nodes<T>) -> bool {
    if let Some(end) = &page.page_info.end_cursor {
        *cursor = Some(end.clone());
    }
    page.page_info.has_next_page
}
