//! REST: what a request asks, which route serves it, what the token must hold for it. One file for each noun.

mod account;
pub mod audit;
mod check;
mod commit;
mod history;
mod merge;
mod object;
mod organisation;
mod pull;
mod repository;
mod review;
mod rule;
mod run;
mod shape;
mod talk;
mod timeline;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::account::{Grant, Role};
use super::act::Refused;
use super::repo::Repo;
use super::world::World;

/// One request, understood.
pub struct Ask {
    pub params: BTreeMap<&'static str, String>,
    pub query: BTreeMap<String, String>,
    pub body: Value,
    pub accept: String,
    /// Which token, by its place in the world.
    pub token: Option<usize>,
    /// Whose it is.
    pub viewer: Option<u64>,
    /// The address everything is relative to: the origin, with `/api/v3` on an enterprise server.
    pub base: String,
    /// The path of the request below `base`, for links to further pages.
    pub path: String,
    /// The repository of the route, when it names one.
    pub repo: u64,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Body,
    pub headers: Vec<(&'static str, String)>,
}

/// What an answer carries.
#[derive(Clone, Debug)]
pub enum Body {
    None,
    Json(Value),
    Bytes(&'static str, Vec<u8>),
}

/// A handler's outcome; both sides are answers.
pub type Done = Result<Reply, Reply>;

/// A route: the operation as GitHub's description names it, what it needs, who serves it.
pub struct Route {
    pub operation: &'static str,
    /// Any one of these permissions suffices; none means that every token may.
    pub any: &'static [(&'static str, &'static str)],
    /// All of these besides.
    pub role: Role,
    pub run: fn(&mut World, &Ask) -> Done,
}

pub const fn route(
    operation: &'static str,
    any: &'static [(&'static str, &'static str)],
    role: Role,
    run: fn(&mut World, &Ask) -> Done,
) -> Route {
    Route { operation, any, role, run }
}

static ROUTES: LazyLock<Vec<&'static Route>> = LazyLock::new(|| {
    let nouns: &[&'static [Route]] = &[
        account::ROUTES,
        audit::ROUTES,
        check::ROUTES,
        commit::ROUTES,
        history::ROUTES,
        merge::ROUTES,
        object::ROUTES,
        organisation::ROUTES,
        pull::ROUTES,
        repository::ROUTES,
        review::ROUTES,
        rule::ROUTES,
        run::ROUTES,
        talk::ROUTES,
        timeline::ROUTES,
    ];
    let mut routes: Vec<&Route> = nouns.iter().flat_map(|noun| noun.iter()).collect();
    // A fixed word goes before a parameter in the same place.
    routes.sort_by_key(|route| (route.operation.matches('{').count(), route.operation));
    routes
});

/// Every operation served.
pub fn operations() -> BTreeSet<String> {
    ROUTES.iter().map(|route| route.operation.to_owned()).collect()
}

/// `/repositories/ID/…`, where redirects of renamed repositories lead, as the path it stands for.
pub fn by_name(world: &World, path: &str) -> String {
    let found = path.strip_prefix("/repositories/").map(|rest| rest.split_once('/').map_or((rest, ""), |(id, rest)| (id, rest)));
    let repo = found.and_then(|(id, rest)| Some((world.repo_by(id.parse().ok()?)?, rest)));
    repo.map_or_else(|| path.to_owned(), |(repo, rest)| format!("/repos/{}/{rest}", repo.full()).trim_end_matches('/').to_owned())
}

/// The route of `path` and its parameters, percent-decoded.
pub fn find(method: &str, path: &str) -> Option<(&'static Route, BTreeMap<&'static str, String>)> {
    ROUTES.iter().find_map(|route| {
        let (wanted, template) = route.operation.split_once(' ')?;
        (wanted == method).then(|| matches(template, path)).flatten().map(|params| (*route, params))
    })
}

fn matches(template: &'static str, path: &str) -> Option<BTreeMap<&'static str, String>> {
    let (mut params, mut parts) = (BTreeMap::new(), path.split('/'));
    let mut wanted = template.split('/').peekable();
    while let Some(want) = wanted.next() {
        let part = parts.next()?;
        match want.strip_prefix('{').and_then(|want| want.strip_suffix('}')) {
            // Paths of files and full names of refs hold slashes.
            Some(name) if wanted.peek().is_none() && (name == "path" || template.contains("/git/")) => {
                let rest: Vec<&str> = std::iter::once(part).chain(parts).collect();
                params.insert(name, decode(&rest.join("/")));
                return Some(params);
            }
            Some(name) if !part.is_empty() => {
                params.insert(name, decode(part));
            }
            None if want == part => {}
            _ => return None,
        }
    }
    parts.next().is_none().then_some(params)
}

/// Percent-decoding.
pub fn decode(text: &str) -> String {
    let (bytes, mut made, mut at) = (text.as_bytes(), Vec::new(), 0);
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                made.push(byte);
                at += 3;
            }
            (byte, _) => {
                made.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&made).into_owned()
}

impl Reply {
    pub fn json(status: u16, body: Value) -> Self {
        Self { status, body: Body::Json(body), headers: Vec::new() }
    }

    pub fn empty(status: u16) -> Self {
        Self { status, body: Body::None, headers: Vec::new() }
    }

    pub fn text(kind: &'static str, text: String) -> Self {
        Self::bytes(kind, text.into_bytes())
    }

    pub fn bytes(kind: &'static str, bytes: Vec<u8>) -> Self {
        Self { status: 200, body: Body::Bytes(kind, bytes), headers: Vec::new() }
    }

    /// GitHub's ordinary error.
    pub fn error(status: u16, message: &str) -> Self {
        let documentation = "https://docs.github.com/rest";
        Self::json(status, json!({ "message": message, "documentation_url": documentation, "status": status.to_string() }))
    }

    pub fn missing() -> Self {
        Self::error(404, "Not Found")
    }

    /// 422 with sentences, as reviews answer.
    pub fn refused(sentence: &str) -> Self {
        let documentation = "https://docs.github.com/rest";
        Self::json(
            422,
            json!({ "message": "Unprocessable Entity", "errors": [sentence], "documentation_url": documentation, "status": "422" }),
        )
    }

    /// 422 with the resource at fault and a sentence.
    pub fn invalid_because(resource: &str, sentence: &str) -> Self {
        let errors = json!([{ "resource": resource, "code": "custom", "message": sentence }]);
        let documentation = "https://docs.github.com/rest";
        Self::json(422, json!({ "message": "Validation Failed", "errors": errors, "documentation_url": documentation, "status": "422" }))
    }

    /// 422 with the resource and field at fault.
    pub fn invalid(resource: &str, field: &str, code: &str) -> Self {
        let errors = json!([{ "resource": resource, "field": field, "code": code }]);
        let documentation = "https://docs.github.com/rest";
        Self::json(422, json!({ "message": "Validation Failed", "errors": errors, "documentation_url": documentation, "status": "422" }))
    }
}

/// What GitHub answers over REST to what it refuses to do.
pub fn refused(why: Refused) -> Reply {
    match why {
        Refused::Invalid(says) => Reply::refused(&says),
        Refused::Forbidden(says) => Reply::error(403, &says),
        Refused::Missing(says) => Reply::error(404, &says),
        Refused::NotAllowed(says) => Reply::error(405, &says),
        Refused::Conflict(says) => Reply::error(409, &says),
    }
}

impl Ask {
    pub fn param(&self, name: &str) -> &str {
        self.params.get(name).map(String::as_str).unwrap_or_default()
    }

    pub fn number(&self, name: &str) -> u64 {
        self.param(name).parse().unwrap_or(0)
    }

    pub fn text(&self, field: &str) -> Option<&str> {
        self.body[field].as_str()
    }

    pub fn repo<'w>(&self, world: &'w World) -> &'w Repo {
        world.repo_by(self.repo).expect("a route of a repository")
    }

    /// One page of `items` with the `Link` header of the others; at most 100 on a page.
    pub fn page(&self, items: Vec<Value>) -> Reply {
        let (page, shown, link) = self.sliced(items);
        let _ = page;
        let mut reply = Reply::json(200, Value::Array(shown));
        reply.headers.extend(link.map(|link| ("link", link)));
        reply
    }

    /// One page of `items` inside an object that also counts them.
    pub fn counted(&self, name: &str, items: Vec<Value>) -> Reply {
        let total = items.len();
        let (_, shown, link) = self.sliced(items);
        let mut reply = Reply::json(200, json!({ "total_count": total, name: shown }));
        reply.headers.extend(link.map(|link| ("link", link)));
        reply
    }

    fn sliced(&self, items: Vec<Value>) -> (usize, Vec<Value>, Option<String>) {
        let asked = |name: &str, usual: usize| self.query.get(name).and_then(|text| text.parse().ok()).unwrap_or(usual);
        let (per, page) = (asked("per_page", 30).clamp(1, 100), asked("page", 1).max(1));
        let last = items.len().div_ceil(per).max(1);
        let mut links = Vec::new();
        let mut link = |to: usize, rel: &str| {
            let mut query: Vec<String> =
                self.query.iter().filter(|(name, _)| *name != "page").map(|(name, value)| format!("{name}={value}")).collect();
            query.push(format!("page={to}"));
            links.push(format!("<{}{}?{}>; rel=\"{rel}\"", self.base, self.path, query.join("&")));
        };
        if page > 1 {
            link(page - 1, "prev");
        }
        if page < last {
            link(page + 1, "next");
            link(last, "last");
        }
        if page > 1 {
            link(1, "first");
        }
        let shown = items.into_iter().skip((page - 1) * per).take(per).collect();
        (page, shown, (!links.is_empty()).then(|| links.join(", ")))
    }
}

/// Whether the request may be served at all: the repository is there and visible, the token and its owner may.
pub fn admit(world: &World, route: &Route, ask: &mut Ask) -> Result<(), Reply> {
    let writes = route.any.iter().any(|(_, level)| *level != "read");
    if let (Some(owner), Some(name)) = (ask.params.get("owner"), ask.params.get("repo")) {
        let Some(repo) = world.repo(owner, name) else { return Err(moved(world, ask, owner, name)) };
        let role = world.role(repo, ask.viewer);
        if role < Role::Read || repo.private && !held(world, ask, &[("metadata", "read")]) {
            return Err(Reply::missing());
        }
        if repo.archived && writes {
            return Err(Reply::error(403, "Repository was archived so is read-only."));
        }
        ask.repo = repo.id;
        let open = !repo.private && !writes;
        if !open && ask.viewer.is_none() {
            return Err(Reply::error(401, "Requires authentication"));
        }
        if !open && !held(world, ask, route.any) {
            return Err(lacks(world, ask));
        }
        if role < route.role {
            return Err(if route.role >= Role::Admin {
                Reply::error(403, "Must have admin rights to Repository.")
            } else {
                Reply::error(403, "Must have push access to Repository")
            });
        }
        return Ok(());
    }
    if ask.viewer.is_none() && !route.any.is_empty() {
        return Err(Reply::error(401, "Requires authentication"));
    }
    if held(world, ask, route.any) { Ok(()) } else { Err(lacks(world, ask)) }
}

fn held(world: &World, ask: &Ask, any: &[(&str, &str)]) -> bool {
    let Some(token) = ask.token.map(|place| &world.tokens[place]) else { return any.is_empty() };
    let needless = |name: &str| name == "metadata";
    any.is_empty() || any.iter().any(|(name, level)| needless(name) || token.may(name, level))
}

fn lacks(world: &World, ask: &Ask) -> Reply {
    match ask.token.map(|place| &world.tokens[place].grant) {
        Some(Grant::Fine(_)) => Reply::error(403, "Resource not accessible by personal access token"),
        _ => Reply::missing(),
    }
}

/// A repository that is not there under this name: moved, or never heard of.
fn moved(world: &World, ask: &Ask, owner: &str, name: &str) -> Reply {
    let full = format!("{owner}/{name}");
    let Some(repo) = world.repos.iter().find(|repo| repo.former.contains(&full)) else { return Reply::missing() };
    let rest = ask.path.strip_prefix(&format!("/repos/{full}")).unwrap_or_default();
    let to = format!("{}/repositories/{}{rest}", ask.base, repo.id);
    let body = json!({ "message": "Moved Permanently", "url": to, "documentation_url": "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects" });
    Reply { status: 301, body: Body::Json(body), headers: vec![("location", to)] }
}
