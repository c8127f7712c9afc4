//! REST: reads with validators and kept answers, writes once. Knows no route by name.

use http::{HeaderMap, Uri};
use serde::de::IgnoredAny;

use super::line::Line;
use super::refusal::{self, Refusal};
use super::transport::{Ask, Reply, is_json};
use super::words::{self, About};
use super::{clock, kept, limit};
use crate::model::forge::{Answer, Call, ForgeError, Kept, Method};

/// Asks `call`.
pub(super) async fn call(line: &Line, call: &Call) -> Result<Answer, ForgeError> {
    let about = line.about(words::place(&line.address.host, &call.route), call.method != Method::Get);
    let uri = line.address.rest(&call.route).map_err(ForgeError::Invalid)?;
    if call.method == Method::Get {
        read(line, call, &about, uri).await
    } else {
        let (method, resource) = (method(call.method), resource(&call.route));
        let ask = Ask { method, uri, resource, accept: call.accept, body: call.body.as_deref(), known: (None, None), hands_on: false };
        let reply = line.write(&about, resource, async || whole(line.exchange(&ask, &about).await?, call.accept, &about)).await?;
        Ok(answer(line, reply))
    }
}

async fn read(line: &Line, call: &Call, about: &About<'_>, uri: Uri) -> Result<Answer, ForgeError> {
    let key = kept::rest_key(&uri, call.accept, line.token.as_ref());
    let kept = line.store.as_ref().and_then(|store| store.find(&key));
    if line.offline {
        let missing =
            || ForgeError::Offline(format!("nothing is kept of {}, and --offline was given; leave that out to read it", about.place));
        return kept.map(|kept| stale(line, kept)).ok_or_else(missing);
    }
    let known = kept.as_ref().map_or((None, None), |kept| (kept.etag.as_deref(), kept.modified.as_deref()));
    let resource = resource(&call.route);
    let ask = Ask { method: http::Method::GET, uri, resource, accept: call.accept, body: None, known, hands_on: false };
    let effort = line.effort(kept.is_some());
    let asked = line.read(about, resource, effort, async || whole(line.exchange(&ask, about).await?, call.accept, about)).await;
    match (asked, kept) {
        (Ok(reply), Some(kept)) if reply.status == 304 => Ok(unchanged(line, &key, kept, &reply.headers)),
        (Ok(reply), _) => Ok(keep(line, &key, reply)),
        (Err(ForgeError::Unreachable(_)), Some(kept)) => Ok(stale(line, kept)),
        (Err(error), _) => Err(error),
    }
}

/// Lets only answers through that are whole: where JSON was asked, JSON came; of the rest only what the protocol vouches for.
fn whole(reply: Reply, accept: &str, about: &About<'_>) -> Result<Reply, Refusal> {
    let nothing = matches!(reply.status, 204 | 205 | 304) || (about.write && reply.body.is_empty());
    let good = if is_json(accept) { serde_json::from_slice::<IgnoredAny>(&reply.body).is_ok() } else { reply.framed };
    if nothing || good {
        return Ok(reply);
    }
    Err(refusal::garbled(&reply.body, about))
}

fn unchanged(line: &Line, key: &str, kept: Kept, headers: &HeaderMap) -> Answer {
    let now = clock::now();
    line.tally.unchanged();
    if let Some(store) = &line.store {
        store.confirm(key, now);
    }
    Answer { read: now, dated: limit::dated(headers), stale: false, ..from_kept(kept) }
}

fn stale(line: &Line, kept: Kept) -> Answer {
    line.tally.stale(kept.read);
    from_kept(kept)
}

fn from_kept(kept: Kept) -> Answer {
    let Kept { status, next, moved, body, read, .. } = kept;
    Answer { status, body, next, read, dated: None, stale: true, moved }
}

fn keep(line: &Line, key: &str, reply: Reply) -> Answer {
    let header = |name: &str| limit::text(&reply.headers, name).map(str::to_owned);
    let (etag, modified) = (header("etag"), header("last-modified"));
    let answer = answer(line, reply);
    if let Some(store) = line.store.as_ref().filter(|_| answer.status == 200) {
        let Answer { status, body, next, read, moved, .. } = answer.clone();
        store.keep(key, &Kept { status, etag, modified, next, moved, body, read });
    }
    answer
}

fn answer(line: &Line, reply: Reply) -> Answer {
    let next = limit::text(&reply.headers, "link").and_then(next_address).and_then(|address| line.address.route(address));
    let moved = reply.moved.and_then(|uri| line.address.route(&uri.to_string()));
    if let Some(route) = &moved {
        tracing::info!(route = %crate::model::inert::line(route), "redirected for good");
    }
    Answer { status: reply.status, next, read: clock::now(), dated: limit::dated(&reply.headers), stale: false, moved, body: reply.body }
}

/// The address that a `Link` header calls `next`.
fn next_address(link: &str) -> Option<&str> {
    // An address may hold commas and semicolons, but no angle brackets.
    link.split('<').skip(1).find_map(|each| {
        let (address, relation) = each.split_once('>')?;
        relation.split([';', ',']).any(|part| part.trim() == "rel=\"next\"").then_some(address)
    })
}

/// Which counter a route counts for.
fn resource(route: &str) -> &'static str {
    match route.trim_start_matches("/search/") {
        same if same == route => "core",
        code if code.starts_with("code") => "code_search",
        _ => "search",
    }
}

fn method(method: Method) -> http::Method {
    match method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
        Method::Put => http::Method::PUT,
        Method::Patch => http::Method::PATCH,
        Method::Delete => http::Method::DELETE,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_next_page_is_a_part_of_what_was_said(link in ".*", next in "[!-;=?-~]{1,30}") {
            prop_assert!(next_address(&link).is_none_or(|found| link.contains(found)));
            let said = format!("<{next}1>; rel=\"prev\", <{next}>; rel=\"next\", <{next}9>; rel=\"last\"");
            prop_assert_eq!(next_address(&said), Some(next.as_str()));
        }
    }

    #[test]
    fn the_next_page_is_found_among_links() {
        let link = "<https://api.github.com/a?page=1>; rel=\"prev\", <https://api.github.com/a?page=3>; rel=\"next\"";
        assert_eq!(next_address(link), Some("https://api.github.com/a?page=3"));
        assert_eq!(next_address("<https://api.github.com/a?page=1>; rel=\"last\""), None);
        assert_eq!(next_address("nonsense"), None);
    }

    #[test]
    fn searches_have_counters_of_their_own() {
        let routes = ["/search/issues?q=x", "/search/code?q=x", "/repos/o/r"];
        assert_eq!(routes.map(resource), ["search", "code_search", "core"]);
    }
}
