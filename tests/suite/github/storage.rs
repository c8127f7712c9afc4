//! The host beside GitHub that keeps its files: a second listener under another name and port, which notes every header that
//! reaches it. It knows no token and asks for none.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body as Wire, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::Response;
use futures::StreamExt as _;

use super::Shared;

/// How the logs of a run are given out.
#[derive(Clone, Debug)]
pub enum Logs {
    /// By a redirect to this host.
    Kept(File),
    /// By a redirect to another address.
    At(String),
    /// Not any more: 410.
    Expired,
}

/// A file of this host.
#[derive(Clone, Debug)]
pub struct File {
    pub status: u16,
    pub location: Option<String>,
    pub body: Vec<u8>,
    /// Whether its length is said.
    pub sized: bool,
    /// The pause before each piece.
    pub pause: Duration,
}

impl File {
    pub fn new(body: &[u8]) -> Self {
        Self { status: 200, location: None, body: body.to_vec(), sized: true, pause: Duration::ZERO }
    }
}

/// A request that arrived here.
#[derive(Clone, Debug)]
pub struct Visit {
    pub place: String,
    pub headers: Vec<(String, String)>,
}

pub fn serve(runtime: &tokio::runtime::Runtime, listener: std::net::TcpListener, shared: Arc<Shared>) {
    listener.set_nonblocking(true).unwrap();
    runtime.spawn(async move {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        axum::serve(listener, axum::Router::new().fallback(handle).with_state(shared)).await.unwrap();
    });
}

async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response<Wire> {
    let (head, body) = request.into_parts();
    let _ = to_bytes(body, usize::MAX).await;
    let headers = head.headers.iter().map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    shared.visits.lock().unwrap().push(Visit { place: head.uri.to_string(), headers: headers.collect() });
    let run = head.uri.path().trim_start_matches("/signed/").parse::<u64>().unwrap_or(0);
    let file = match shared.world.lock().unwrap().logs.get(&run) {
        Some(Logs::Kept(file)) if head.uri.query() == Some(SIGNATURE) => file.clone(),
        _ => File { status: 404, ..File::new(b"<Error>BlobNotFound</Error>") },
    };
    let mut made =
        Response::builder().status(file.status).header("set-cookie", "session=1; Path=/").header("content-type", "application/zip");
    if file.sized {
        made = made.header("content-length", file.body.len());
    }
    if let Some(location) = file.location {
        made = made.header("location", location);
    }
    let pieces: Vec<Bytes> = file.body.chunks(1 << 14).map(Bytes::copy_from_slice).collect();
    let slow = futures::stream::iter(pieces).then(move |piece| async move {
        tokio::time::sleep(file.pause).await;
        Ok::<_, std::io::Error>(piece)
    });
    made.body(Wire::from_stream(slow)).unwrap()
}

/// What makes an address of this host good for a minute.
pub const SIGNATURE: &str = "urlExpires=soon&urlSignature=c2lnbmVk";
