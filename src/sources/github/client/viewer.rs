//! Whose token it is and what is left for it, for people who look before they begin.

use serde::Deserialize;

use super::line::Line;
use super::rest;
use crate::model::forge::{Account, Call, ForgeError, Meter};
use crate::model::time::Timestamp;

/// Who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Viewer {
    /// The account behind the token; an app's token has none.
    pub account: Option<Account>,
    /// The scopes of a classic token.
    pub scopes: Option<String>,
    /// When the token ends, as GitHub writes it.
    pub expires: Option<String>,
    /// What is left of REST.
    pub core: Option<Meter>,
    /// What is left of GraphQL.
    pub graphql: Option<Meter>,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    #[serde(default, rename = "type")]
    kind: String,
}

#[derive(Default, Deserialize)]
struct Limits {
    #[serde(default)]
    resources: Resources,
}

#[derive(Default, Deserialize)]
struct Resources {
    core: Option<Count>,
    graphql: Option<Count>,
}

#[derive(Deserialize)]
struct Count {
    limit: u64,
    remaining: u64,
    reset: i64,
}

/// Asks who asks.
pub(super) async fn ask(line: &Line) -> Result<Viewer, ForgeError> {
    let account = match rest::call(line, &Call::get("/user")).await {
        Ok(answer) if answer.stale => {
            let host = &line.address.host;
            return Err(ForgeError::Unreachable(format!("{host} could not be reached; look at the network and the proxy")));
        }
        Ok(answer) => Some(account(line, &answer.body)?),
        Err(ForgeError::Forbidden { .. }) => None,
        Err(error) => return Err(error),
    };
    let limits = match rest::call(line, &Call::get("/rate_limit")).await {
        Ok(answer) => serde_json::from_slice(&answer.body).unwrap_or_default(),
        // A server that counts nothing has no such page.
        Err(ForgeError::NotFound(_)) => Limits::default(),
        Err(error) => return Err(error),
    };
    let meter = |count: Count| Meter { remaining: count.remaining, limit: count.limit, reset: Timestamp(count.reset) };
    let notes = line.tally.notes();
    let (core, graphql) = (limits.resources.core.map(meter), limits.resources.graphql.map(meter));
    Ok(Viewer { account, scopes: notes.scopes, expires: notes.expires, core, graphql })
}

fn account(line: &Line, body: &[u8]) -> Result<Account, ForgeError> {
    let odd =
        |_| ForgeError::Garbled(format!("{} tells of an account in a way that is not understood; is it GitHub's API?", line.address.host));
    let user: User = serde_json::from_slice(body).map_err(odd)?;
    Ok(Account { id: Some(user.id), login: user.login, bot: user.kind == "Bot" })
}
