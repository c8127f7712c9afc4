//! The wire: who asks, whether the limits allow it, which noun answers, what is validated and recorded on the way.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body as Wire, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::account::{Grant, Meter};
use super::line::{Lines, Own};
use super::record::Seen;
use super::rest::{self, Ask, Body, Reply, Route};
use super::world::World;
use super::{Shared, graph, openapi, smart};

/// A request as far as it can be read without knowing the world.
pub struct Arrived {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Arrived {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

pub fn serve(runtime: &tokio::runtime::Runtime, listener: std::net::TcpListener, shared: Arc<Shared>) {
    listener.set_nonblocking(true).unwrap();
    runtime.spawn(async move {
        let lines = Lines(tokio::net::TcpListener::from_std(listener).unwrap());
        let router = axum::Router::new().fallback(handle).with_state(shared);
        axum::serve(lines, router.into_make_service_with_connect_info::<Own>()).await.unwrap();
    });
}

async fn handle(State(shared): State<Arc<Shared>>, ConnectInfo(Own(valve)): ConnectInfo<Own>, request: Request) -> Response<Wire> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default().to_vec();
    let arrived = Arc::new(Arrived {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body,
    });
    let place = note(&shared, &arrived);
    let seen = shared.seen.lock().unwrap()[place].clone();
    let fault = shared.faults.meet(&seen);
    let happens = fault.as_ref().is_none_or(|(fault, after)| *after || fault.needs_effect());
    let mut response = None;
    if happens {
        let (shared, arrived) = (Arc::clone(&shared), Arc::clone(&arrived));
        let made = tokio::task::spawn_blocking(move || respond(&shared, &arrived)).await;
        response = Some(made.unwrap_or_else(|_| plain(500, "text/plain", b"the loopback itself failed".to_vec(), &[])));
    }
    let response = match fault {
        Some((fault, _)) => shared.faults.instead(fault, arrived.path.ends_with("/graphql"), response, &valve).await,
        None => response.unwrap_or_else(|| plain(500, "", Vec::new(), &[])),
    };
    if let Some(seen) = shared.seen.lock().unwrap().get_mut(place) {
        seen.status = if valve.load(std::sync::atomic::Ordering::SeqCst) < 0 { response.status().as_u16() } else { 0 };
    }
    response
}

/// A response as the wire wants it.
pub fn plain(status: u16, kind: &str, body: Vec<u8>, headers: &[(&str, String)]) -> Response<Wire> {
    let mut made = Response::builder().status(status);
    if !kind.is_empty() {
        made = made.header("content-type", kind);
    }
    for (name, value) in headers {
        made = made.header(*name, value);
    }
    made.body(Wire::from(body)).unwrap()
}

fn respond(shared: &Shared, arrived: &Arrived) -> Response<Wire> {
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| answer(shared, arrived)));
    outcome.unwrap_or_else(|_| {
        shared.wrong.lock().unwrap().push(format!("{} {}: the loopback itself failed", arrived.method, arrived.path));
        plain(500, "application/json", b"{\"message\":\"the loopback itself failed\"}".to_vec(), &[])
    })
}

fn answer(shared: &Shared, arrived: &Arrived) -> Response<Wire> {
    if arrived.path.contains(".git/") {
        return smart::answer(shared, arrived);
    }
    let mut world = shared.world.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let (reply, wrong) = api(&mut world, arrived);
    shared.wrong.lock().unwrap().extend(wrong);
    wire(reply)
}

fn note(shared: &Shared, arrived: &Arrived) -> usize {
    let world = shared.world.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let account = token(&world, arrived).ok().flatten().map(|place| world.tokens[place].account);
    let account = account.map(|id| world.accounts[&id].login.clone()).unwrap_or_default();
    let mut seen = shared.seen.lock().unwrap();
    seen.push(Seen {
        method: arrived.method.clone(),
        path: arrived.path.clone(),
        query: arrived.query.clone(),
        host: arrived.header("host").to_owned(),
        authorised: arrived.headers.contains_key("authorization"),
        account,
        body: arrived.json(),
        status: 0,
    });
    seen.len() - 1
}

/// The place of the token a request carries: none is fine, an unknown one is not.
pub fn token(world: &World, arrived: &Arrived) -> Result<Option<usize>, Reply> {
    let header = arrived.header("authorization");
    let secret = match header.split_once(' ') {
        None if header.is_empty() => return Ok(None),
        Some((kind, secret)) if ["bearer", "token"].contains(&kind.to_lowercase().as_str()) => secret.to_owned(),
        Some((_, secret)) => smart::password(secret),
        None => String::new(),
    };
    let place = world.tokens.iter().position(|token| token.secret == secret && !token.revoked);
    place.map(Some).ok_or_else(|| Reply::error(401, "Bad credentials"))
}

fn api(world: &mut World, arrived: &Arrived) -> (Reply, Vec<String>) {
    let enterprise = ["/api/v3", "/api"].into_iter().find(|prefix| arrived.path.starts_with(&format!("{prefix}/")));
    let prefix = enterprise.unwrap_or_default();
    let base = format!("{}{}", world.origin, if enterprise.is_some() { "/api/v3" } else { "" });
    let path = rest::by_name(world, arrived.path.strip_prefix(prefix).unwrap_or(&arrived.path));
    let mut wrong = manners(arrived);
    let token = match token(world, arrived) {
        Ok(token) => token,
        Err(reply) => return (reply, wrong),
    };
    let viewer = token.map(|place| world.tokens[place].account);
    let resource = if path == "/graphql" {
        "graphql"
    } else if path.starts_with("/search/") {
        "search"
    } else {
        "core"
    };
    if let Some(reply) = exhausted(world, token, resource) {
        return (reply, wrong);
    }
    if path == "/graphql" {
        let (mut reply, cost, broken) = graph::answer(world, &base, token, &arrived.json());
        wrong.extend(broken);
        spend(world, token, resource, cost);
        limits(world, token, resource, &mut reply);
        return (reply, wrong);
    }
    let Some((route, params)) = rest::find(&arrived.method, &path) else {
        wrong.push(format!("{} {path}: no route of the loopback: add it to tests/suite/github/rest", arrived.method));
        return (Reply::missing(), wrong);
    };
    let mut ask = Ask {
        params,
        query: query(&arrived.query),
        body: arrived.json(),
        accept: arrived.header("accept").to_owned(),
        token,
        viewer,
        base,
        path,
        repo: 0,
    };
    wrong.extend(openapi::request(route.operation, &ask.query, (!arrived.body.is_empty()).then_some(&ask.body)));
    let mut reply = match rest::admit(world, route, &mut ask) {
        Ok(()) => (route.run)(world, &ask).unwrap_or_else(|refused| refused),
        Err(refused) => refused,
    };
    wrong.extend(match &reply.body {
        Body::Json(body) => openapi::answer(route.operation, reply.status, Some(body)),
        Body::None => openapi::answer(route.operation, reply.status, None),
        Body::Bytes(..) => Vec::new(),
    });
    finish(world, arrived, token, route, &mut reply);
    (reply, wrong)
}

/// What GitHub asks of every request.
fn manners(arrived: &Arrived) -> Vec<String> {
    let mut wrong = Vec::new();
    let place = format!("{} {}", arrived.method, arrived.path);
    if arrived.header("user-agent").is_empty() {
        wrong.push(format!("{place}: no User-Agent"));
    }
    if !arrived.path.ends_with("/graphql") && arrived.header("x-github-api-version") != "2022-11-28" {
        wrong.push(format!("{place}: x-github-api-version is not 2022-11-28"));
    }
    if !arrived.body.is_empty() && serde_json::from_slice::<Value>(&arrived.body).is_err() {
        wrong.push(format!("{place}: the body is no JSON"));
    }
    if arrived.body.is_empty() && matches!(arrived.method.as_str(), "PUT" | "POST" | "PATCH") && arrived.header("content-length") != "0" {
        wrong.push(format!("{place}: an empty body needs Content-Length: 0"));
    }
    wrong
}

fn query(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.map(|(name, value)| (rest::decode(name), rest::decode(&value.replace('+', " ")))).collect()
}

/// The ETag, the permissions that would have sufficed, the counters.
fn finish(world: &mut World, arrived: &Arrived, token: Option<usize>, route: &Route, reply: &mut Reply) {
    let mut cost = 1;
    if arrived.method == "GET" && reply.status == 200 {
        let bytes = match &reply.body {
            Body::Json(body) => body.to_string().into_bytes(),
            Body::Bytes(_, bytes) => bytes.clone(),
            Body::None => Vec::new(),
        };
        let digest = Sha256::digest([arrived.header("accept").as_bytes(), b"\n", &bytes].concat());
        let tag = format!("W/\"{}\"", digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        if arrived.header("if-none-match") == tag {
            (reply.status, reply.body, cost) = (304, Body::None, 0);
        }
        reply.headers.push(("etag", tag));
    }
    let fine = token.is_some_and(|place| matches!(world.tokens[place].grant, Grant::Fine(_)));
    if let Some(Grant::Classic(scopes)) = token.map(|place| &world.tokens[place].grant) {
        reply.headers.push(("x-oauth-scopes", scopes.iter().cloned().collect::<Vec<_>>().join(", ")));
    } else if fine && !route.any.is_empty() {
        let words: Vec<String> = route.any.iter().map(|(name, level)| format!("{name}={level}")).collect();
        reply.headers.push(("x-accepted-github-permissions", words.join("; ")));
    }
    let resource = if route.operation.starts_with("GET /search/") { "search" } else { "core" };
    if !route.operation.ends_with("/rate_limit") {
        spend(world, token, resource, cost);
    }
    limits(world, token, resource, reply);
}

fn meter<'w>(world: &'w mut World, token: Option<usize>, resource: &str) -> Option<&'w mut Meter> {
    let token = &mut world.tokens[token?];
    Some(match resource {
        "graphql" => &mut token.graphql,
        "search" => &mut token.search,
        _ => &mut token.core,
    })
}

fn spend(world: &mut World, token: Option<usize>, resource: &str, cost: u64) {
    if let Some(meter) = meter(world, token, resource) {
        meter.used += cost;
    }
}

fn limits(world: &mut World, token: Option<usize>, resource: &'static str, reply: &mut Reply) {
    let known = meter(world, token, resource).map_or(Meter::of(60), |meter| *meter);
    let reset = chrono::Utc::now().timestamp() + 3_600;
    reply.headers.extend([
        ("x-ratelimit-limit", known.limit.to_string()),
        ("x-ratelimit-remaining", known.remaining().to_string()),
        ("x-ratelimit-used", known.used.to_string()),
        ("x-ratelimit-reset", reset.to_string()),
        ("x-ratelimit-resource", resource.to_owned()),
    ]);
}

/// The refusal of a used-up counter: 403 over REST, 200 with an error over GraphQL.
fn exhausted(world: &mut World, token: Option<usize>, resource: &'static str) -> Option<Reply> {
    let used_up = meter(world, token, resource).is_some_and(|meter| meter.remaining() == 0);
    let mut reply = match (used_up, resource) {
        (false, _) => return None,
        (true, "graphql") => {
            Reply::json(200, json!({ "errors": [{ "type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1." }] }))
        }
        (true, _) => Reply::error(403, "API rate limit exceeded for user ID 1."),
    };
    limits(world, token, resource, &mut reply);
    Some(reply)
}

fn wire(reply: Reply) -> Response<Wire> {
    match reply.body {
        Body::Json(body) => plain(reply.status, "application/json; charset=utf-8", body.to_string().into_bytes(), &reply.headers),
        Body::Bytes(kind, bytes) => plain(reply.status, kind, bytes, &reply.headers),
        Body::None => plain(reply.status, "", Vec::new(), &reply.headers),
    }
}
