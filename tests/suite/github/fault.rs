//! Things that go wrong on the way: what, at which request, and whether before or after its effect. Never random.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body as Wire;
use axum::http::Response;
use futures::StreamExt as _;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::record::Seen;
use super::server::plain;

/// What goes wrong.
#[derive(Clone, Debug)]
pub enum Fault {
    /// 401: the token is not accepted any more.
    Unauthorised,
    /// 403: the token lacks a permission.
    Forbidden,
    /// 403 of the secondary limit, with the wait in one of its forms.
    Secondary(Wait),
    /// 429.
    TooMany(Wait),
    /// Any other status with GitHub's ordinary error: 404, 405, 409, 410, 422, 500, 503.
    Status(u16),
    /// An HTML page of a proxy: 502.
    Page,
    /// GraphQL: 200, no data, one error of this type. Over REST the same as an HTML page.
    Errors(&'static str),
    /// GraphQL: 200, part of the data missing, an error for it.
    Partial,
    /// The connection is cut before any byte of the answer.
    Cut,
    /// The connection is cut in the middle of the answer.
    Half,
    /// The answer comes a few bytes at a time, with this pause.
    Drip(Duration),
    /// A redirect to another host.
    Redirect(String),
    /// No answer, until [`super::GitHub::let_go`].
    Hang,
}

impl Fault {
    /// Whether it only spoils an answer that was really made.
    pub fn needs_effect(&self) -> bool {
        matches!(self, Self::Partial | Self::Half | Self::Drip(_))
    }
}

/// How a limit says when to come back.
#[derive(Clone, Copy, Debug)]
pub enum Wait {
    /// Not at all.
    Unsaid,
    /// `retry-after: 2`.
    Seconds(u64),
    /// `retry-after: Wed, 21 Oct 2026 07:28:00 GMT`, this many seconds from now.
    Date(i64),
}

/// Which request.
#[derive(Clone, Debug)]
pub enum When {
    /// The n-th request from now, counted from 1.
    Nth(usize),
    /// The n-th request that writes.
    NthWrite(usize),
    /// The n-th whose short form (`GET /repos/…`, `GRAPHQL Name`) contains this.
    Like(String, usize),
    /// Every request whose short form contains this.
    Every(String),
    /// The n-th request and all after it.
    From(usize),
}

/// A fault that waits for its request.
struct Armed {
    when: When,
    fault: Fault,
    after_effect: bool,
    met: usize,
}

/// The faults of a server.
#[derive(Default)]
pub struct Faults {
    armed: Mutex<Vec<Armed>>,
    hung: Mutex<usize>,
    pub arrived: std::sync::Condvar,
    go: Notify,
}

/// `Some(limit)` on a connection: how many more bytes it may send; below zero there is no limit.
pub type Valve = Arc<AtomicI64>;

/// A valve that is open.
pub fn open() -> Valve {
    Arc::new(AtomicI64::new(-1))
}

impl Faults {
    pub fn arm(&self, when: When, fault: Fault, after_effect: bool) {
        self.armed.lock().unwrap().push(Armed { when, fault, after_effect, met: 0 });
    }

    pub fn disarm(&self) {
        self.armed.lock().unwrap().clear();
    }

    /// Whether a fault was armed that no request has met yet.
    pub fn waiting(&self) -> bool {
        self.armed.lock().unwrap().iter().any(|armed| !matches!(armed.when, When::Every(_) | When::From(_)))
    }

    /// The fault this request meets, and whether it comes after the effect.
    pub fn meet(&self, seen: &Seen) -> Option<(Fault, bool)> {
        let mut armed = self.armed.lock().unwrap();
        let short = seen.short();
        let mut met = None;
        for one in armed.iter_mut() {
            let (fits, nth) = match &one.when {
                When::Nth(nth) => (true, *nth),
                When::NthWrite(nth) => (seen.writes(), *nth),
                When::Like(part, nth) => (short.contains(part.as_str()), *nth),
                When::From(nth) => (true, (*nth).max(one.met + 1)),
                When::Every(part) => (short.contains(part.as_str()), one.met + 1),
            };
            if fits {
                one.met += 1;
                if one.met == nth && met.is_none() {
                    met = Some((one.fault.clone(), one.after_effect));
                }
            }
        }
        armed.retain(|one| match &one.when {
            When::Nth(nth) | When::NthWrite(nth) | When::Like(_, nth) => one.met < *nth,
            When::Every(_) | When::From(_) => true,
        });
        met
    }

    /// Waits until a request hangs; false when none does in time.
    pub fn wait_hung(&self, patience: Duration) -> bool {
        let hung = self.hung.lock().unwrap();
        let (hung, _) = self.arrived.wait_timeout_while(hung, patience, |hung| *hung == 0).unwrap();
        *hung > 0
    }

    pub fn let_go(&self) {
        *self.hung.lock().unwrap() = 0;
        self.go.notify_waiters();
    }

    /// The answer that arrives instead of `real`, which is missing when the effect was not allowed to happen.
    pub async fn instead(&self, fault: Fault, graph: bool, real: Option<Response<Wire>>, valve: &Valve) -> Response<Wire> {
        let whole = real.unwrap_or_else(|| plain(200, "application/json", b"{\"data\":null}".to_vec(), &[]));
        match fault {
            Fault::Unauthorised => error(401, "Bad credentials", &[]),
            Fault::Forbidden => error(
                403,
                "Resource not accessible by personal access token",
                &[("x-accepted-github-permissions", "pull_requests=write".to_owned())],
            ),
            Fault::Secondary(wait) => error(403, SECONDARY, &wait.header()),
            Fault::TooMany(wait) => error(429, SECONDARY, &wait.header()),
            Fault::Status(status) => error(status, word(status), &[]),
            Fault::Errors(kind) if graph => {
                let body = json!({ "data": null, "errors": [{ "type": kind, "path": [], "message": "it could not be done" }] });
                plain(200, "application/json", body.to_string().into_bytes(), &[])
            }
            Fault::Page | Fault::Errors(_) => {
                plain(502, "text/html", b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>".to_vec(), &[])
            }
            Fault::Partial => partial(whole).await,
            Fault::Cut => {
                valve.store(0, Ordering::SeqCst);
                whole
            }
            Fault::Half => {
                let bytes = axum::body::to_bytes(whole.into_body(), usize::MAX).await.unwrap_or_default();
                valve.store(200, Ordering::SeqCst);
                plain(200, "application/json", if bytes.len() < 200 { vec![b' '; 4_000] } else { bytes.to_vec() }, &[])
            }
            Fault::Drip(pause) => drip(whole, pause).await,
            Fault::Redirect(to) => plain(302, "", Vec::new(), &[("location", to)]),
            Fault::Hang => {
                let go = self.go.notified();
                *self.hung.lock().unwrap() += 1;
                self.arrived.notify_all();
                go.await;
                valve.store(0, Ordering::SeqCst);
                whole
            }
        }
    }
}

const SECONDARY: &str = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

impl Wait {
    fn header(self) -> Vec<(&'static str, String)> {
        match self {
            Self::Unsaid => Vec::new(),
            Self::Seconds(seconds) => vec![("retry-after", seconds.to_string())],
            Self::Date(seconds) => {
                let at = chrono::Utc::now() + chrono::Duration::seconds(seconds);
                vec![("retry-after", at.format("%a, %d %b %Y %H:%M:%S GMT").to_string())]
            }
        }
    }
}

fn word(status: u16) -> &'static str {
    match status {
        404 => "Not Found",
        405 => "Pull Request is not mergeable",
        409 => "Head branch was modified. Review and try the merge again.",
        422 => "Validation Failed",
        _ => "Server Error",
    }
}

fn error(status: u16, message: &str, headers: &[(&'static str, String)]) -> Response<Wire> {
    let body = json!({ "message": message, "documentation_url": "https://docs.github.com/rest", "status": status.to_string() });
    plain(status, "application/json; charset=utf-8", body.to_string().into_bytes(), headers)
}

/// The first object of the data is gone, with an error for it.
async fn partial(whole: Response<Wire>) -> Response<Wire> {
    let bytes = axum::body::to_bytes(whole.into_body(), usize::MAX).await.unwrap_or_default();
    let mut body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let mut path = Vec::new();
    if !hole(&mut body["data"], &mut path) {
        path.clear();
        body["data"] = Value::Null;
    }
    body["errors"] =
        json!([{ "type": "SERVICE_UNAVAILABLE", "path": path, "message": "Something went wrong while executing your query." }]);
    plain(200, "application/json", body.to_string().into_bytes(), &[])
}

/// Makes a hole at the first item of the first list of nodes, or else at the first object inside.
fn hole(value: &mut Value, path: &mut Vec<Value>) -> bool {
    let Some(object) = value.as_object_mut() else { return false };
    for (name, inner) in object {
        path.push(name.clone().into());
        if let Some(first) = inner.as_array_mut().filter(|_| name == "nodes").and_then(|nodes| nodes.first_mut()) {
            *first = Value::Null;
            path.push(0.into());
            return true;
        }
        if hole(inner, path) {
            return true;
        }
        path.pop();
    }
    false
}

async fn drip(whole: Response<Wire>, pause: Duration) -> Response<Wire> {
    let (head, body) = whole.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let pieces: Vec<Vec<u8>> = bytes.chunks(7).map(<[u8]>::to_vec).collect();
    let slow = futures::stream::iter(pieces).then(move |piece| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, std::io::Error>(piece)
    });
    Response::from_parts(head, Wire::from_stream(slow))
}
