//! Routes about accounts: who the token is, who somebody is, what is left of its limits.

use serde_json::{Value, json};

use super::{Ask, Done, Reply, Route, route, shape};
use crate::github::account::{Meter, Role};
use crate::github::world::{EPOCH, World, moment};

pub const ROUTES: &[Route] = &[
    route("GET /user", &[], Role::None, viewer),
    route("GET /users/{username}", &[], Role::None, named),
    route("GET /user/{account_id}", &[], Role::None, numbered),
    route("GET /rate_limit", &[], Role::None, limits),
];

fn public(world: &World, base: &str, id: u64) -> Value {
    let mut made = shape::user(world, base, id);
    for name in ["bio", "blog", "company", "email", "hireable", "location", "name"] {
        made[name] = Value::Null;
    }
    for name in ["followers", "following", "public_gists", "public_repos"] {
        made[name] = 0.into();
    }
    made["created_at"] = moment(EPOCH).into();
    made["updated_at"] = moment(EPOCH).into();
    made
}

fn viewer(world: &mut World, ask: &Ask) -> Done {
    let viewer = ask.viewer.ok_or_else(|| Reply::error(401, "Requires authentication"))?;
    Ok(Reply::json(200, public(world, &ask.base, viewer)))
}

fn named(world: &mut World, ask: &Ask) -> Done {
    let id = world.find_account(ask.param("username")).map(|account| account.id).ok_or_else(Reply::missing)?;
    Ok(Reply::json(200, public(world, &ask.base, id)))
}

fn numbered(world: &mut World, ask: &Ask) -> Done {
    let id = ask.number("account_id");
    if !world.accounts.contains_key(&id) {
        return Err(Reply::missing());
    }
    Ok(Reply::json(200, public(world, &ask.base, id)))
}

fn limits(world: &mut World, ask: &Ask) -> Done {
    let reset = chrono::Utc::now().timestamp() + 3_600;
    let meter = |meter: Meter| json!({ "limit": meter.limit, "used": meter.used, "remaining": meter.remaining(), "reset": reset });
    let (core, graphql, search) = match ask.token.map(|place| &world.tokens[place]) {
        Some(token) => (meter(token.core), meter(token.graphql), meter(token.search)),
        None => (meter(Meter::of(60)), meter(Meter::of(0)), meter(Meter::of(10))),
    };
    Ok(Reply::json(200, json!({ "resources": { "core": core, "graphql": graphql, "search": search }, "rate": core })))
}
