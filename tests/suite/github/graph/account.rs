//! Accounts: people, bots, organisations.

use serde_json::Value;

use super::{Found, Run, Thing, leaf, unknown};

impl Run<'_> {
    pub fn account(&self, id: u64, name: &str) -> Found {
        let world = self.world.borrow();
        let account = &world.accounts[&id];
        match name {
            "id" => leaf(account.node()),
            "databaseId" => leaf(account.id),
            "login" | "slug" => leaf(account.graph_login()),
            "name" | "email" | "bio" | "company" | "location" => leaf(if name == "email" { Value::from("") } else { Value::Null }),
            "url" => leaf(format!("{}/{}", world.origin, account.login)),
            "resourcePath" => leaf(format!("/{}", account.login)),
            "avatarUrl" => leaf(format!("{}/avatars/{id}", world.origin)),
            "isViewer" => leaf(id == self.viewer),
            "isSiteAdmin" | "isEmployee" => leaf(false),
            _ => unknown(),
        }
    }
}

/// An account, or nothing for a deleted one.
pub fn somebody(id: Option<u64>) -> Option<Thing> {
    id.map(Thing::Account)
}
