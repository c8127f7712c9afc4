//! The root of queries.

use serde_json::Value;

use super::{Field, Found, Run, Thing, all, leaf, maybe, one, search, unknown};
use crate::github::account::{Kind, Role};

impl Run<'_> {
    pub fn query(&self, name: &str, arguments: &Value) -> Found {
        let text = |name: &str| arguments[name].as_str().unwrap_or_default();
        match name {
            "viewer" => one(Thing::Account(self.viewer)),
            "rateLimit" => self.rate_limit(),
            "repository" => self.find_repository(text("owner"), text("name")),
            "search" => self.search(text("query")),
            "node" => self.node(text("id")),
            "nodes" => {
                let ids = arguments["ids"].as_array().into_iter().flatten().filter_map(Value::as_str);
                let found =
                    ids.map(|id| self.node(id)).filter_map(|found| if let Ok(Field::One(thing)) = found { Some(thing) } else { None });
                Ok(Field::List(found.collect()))
            }
            "user" => self.find_account(text("login"), Kind::User),
            "organization" => self.find_account(text("login"), Kind::Organization),
            "repositoryOwner" => maybe(self.world.borrow().find_account(text("login")).map(|account| Thing::Account(account.id))),
            _ => unknown(),
        }
    }

    fn rate_limit(&self) -> Found {
        let world = self.world.borrow();
        let meter = self.token.map(|place| world.tokens[place].graphql).expect("only tokens reach GraphQL");
        one(Thing::Plain(
            "RateLimit",
            vec![
                ("limit", Field::Leaf(meter.limit.into())),
                ("cost", Field::Leaf(1.into())),
                ("used", Field::Leaf(meter.used.into())),
                ("remaining", Field::Leaf(meter.remaining().into())),
                ("nodeCount", Field::Leaf(1.into())),
                ("resetAt", Field::Leaf(crate::github::world::moment(chrono::Utc::now().timestamp() + 3_600).into())),
            ],
        ))
    }

    /// Whether the viewer may see a repository.
    pub fn sees(&self, id: u64) -> bool {
        let world = self.world.borrow();
        world.repo_by(id).is_some_and(|repo| world.role(repo, Some(self.viewer)) >= Role::Read)
    }

    fn find_repository(&self, owner: &str, name: &str) -> Found {
        let id = {
            let world = self.world.borrow();
            let full = format!("{owner}/{name}");
            world.repo(owner, name).or_else(|| world.repos.iter().find(|repo| repo.former.contains(&full))).map(|repo| repo.id)
        };
        match id.filter(|id| self.sees(*id)) {
            Some(id) => one(Thing::Repo(id)),
            None => Err(("NOT_FOUND", format!("Could not resolve to a Repository with the name '{owner}/{name}'."))),
        }
    }

    fn find_account(&self, login: &str, kind: Kind) -> Found {
        let world = self.world.borrow();
        match world.find_account(login).filter(|account| account.kind == kind) {
            Some(account) => one(Thing::Account(account.id)),
            None => Err(("NOT_FOUND", format!("Could not resolve to a {} with the login of '{login}'.", kind.word()))),
        }
    }

    fn node(&self, node: &str) -> Found {
        let world = self.world.borrow();
        let found = world.pull_by_node(node).map(|(repo, pull)| Thing::Pull(repo.id, pull.number));
        let id = |prefix: &str| node.strip_prefix(prefix).and_then(|id| id.parse::<u64>().ok());
        let found = found.or_else(|| id("R_").filter(|id| world.repo_by(*id).is_some()).map(Thing::Repo));
        let account = ["U_", "B_", "O_"].iter().find_map(|prefix| id(prefix)).filter(|id| world.accounts.contains_key(id));
        let found = found.or_else(|| said(&world, self.viewer, node));
        match found.or_else(|| account.map(Thing::Account)) {
            Some(thing) => one(thing),
            None => Err(("NOT_FOUND", format!("Could not resolve to a node with the global id of '{node}'"))),
        }
    }

    fn search(&self, query: &str) -> Found {
        let found = {
            let world = self.world.borrow();
            search::pulls(*world, self.viewer, query).map_err(|why| ("INVALID", why))?
        };
        let total = found.len();
        let things = found.into_iter().take(1_000).map(|(repo, number)| Thing::Pull(repo, number)).collect();
        if total > 1_000 { Ok(Field::Counted(things, total)) } else { all(things) }
    }
}

/// What nobody set.
pub fn nothing() -> Found {
    leaf(Value::Null)
}

/// A conversation, review or comment by its opaque id.
fn said(world: &crate::github::world::World, viewer: u64, node: &str) -> Option<Thing> {
    use super::review;
    let (kind, id) = node.split_once('_')?;
    let id: u64 = id.parse().ok()?;
    let pulls = world.repos.iter().flat_map(|repo| repo.pulls.values().map(move |pull| (repo, pull)));
    pulls.into_iter().find_map(|(repo, pull)| match kind {
        "PRRT" => pull.threads.iter().find(|thread| thread.id == id).map(|thread| review::thread(world, repo, pull, thread, viewer)),
        "PRR" => pull.reviews.iter().find(|sent| sent.id == id).map(|sent| review::review(world, repo, pull, sent)),
        "IC" => pull.comments.iter().find(|comment| comment.id == id).map(|comment| review::comment(world, repo, pull, comment, viewer)),
        _ => None,
    })
}
