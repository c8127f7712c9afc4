//! The way to registries and OSV: one bounded answer for each request, over TLS, within a budget. No credential is ever sent, no redirect
//! followed, nothing tried twice; a host that does not answer is left alone for a while.
#![allow(clippy::disallowed_methods, reason = "how long a change's look-ups take is measured here")]

use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use chrono::DateTime;
use futures::stream::{self, StreamExt as _};
use reqwest::Url;
use reqwest::header::{ACCEPT, CONTENT_TYPE, LAST_MODIFIED};
use tokio::runtime::Runtime;

use super::setup::Budget;
use crate::model::cancel::Cancel;
use crate::model::time::Timestamp;
use crate::sources::github::client::tls;

/// Requests under way at once for one change.
const AT_ONCE: usize = 6;
/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(5);
/// Between two pieces of an answer.
const SILENCE: Duration = Duration::from_secs(10);
/// For how long a host that did not answer is not asked again.
const DOWN: Duration = Duration::from_secs(60);
/// How often it is looked whether anybody still waits.
const LOOK: Duration = Duration::from_millis(25);
/// The longest answer, unpacked.
pub(super) const LARGEST: usize = 24 << 20;

/// One request.
pub(super) struct Ask {
    /// Where.
    pub(super) url: String,
    /// The media type wanted.
    pub(super) accept: &'static str,
    /// A JSON body to post.
    pub(super) body: Option<String>,
}

/// What came back.
pub(super) enum Reply {
    /// It is there: the body, whole, and since when it stands there, where the host tells.
    Found(Vec<u8>, Option<Timestamp>),
    /// The host itself says that it is not (404, 410).
    Absent,
    /// It is larger than is taken.
    Large,
    /// There is no answer, because of this.
    None(String),
}

/// What is left of a change's budget.
pub(super) struct Purse {
    budget: Budget,
    left: AtomicUsize,
    until: Instant,
}

impl Purse {
    pub(super) fn of(budget: Budget) -> Self {
        Self { budget, left: AtomicUsize::new(budget.requests), until: Instant::now() + budget.time }
    }

    /// Takes one request out of it.
    pub(super) fn take(&self) -> Result<(), String> {
        if Instant::now() >= self.until {
            return Err(self.late());
        }
        let taken = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        taken.map(drop).map_err(|_| format!("the {} requests that one change may cost were used up", self.budget.requests))
    }

    fn late(&self) -> String {
        format!("the {} seconds that one change may take were over", self.budget.time.as_secs())
    }
}

/// The way there.
pub(super) struct Client {
    runtime: Option<Runtime>,
    ca_file: Option<PathBuf>,
    web: OnceLock<Result<reqwest::Client, String>>,
    down: Mutex<BTreeMap<String, Instant>>,
}

impl Client {
    /// Makes ready to ask; nothing is sent yet.
    pub(super) fn new(ca_file: Option<PathBuf>) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).thread_name("registries").enable_all().build();
        let runtime = runtime.map_err(|error| format!("no thread for the network could be started: {error}"))?;
        Ok(Self { runtime: Some(runtime), ca_file, web: OnceLock::new(), down: Mutex::default() })
    }

    /// Does all of `work`, a few at a time; what comes of it is in the same order.
    pub(super) fn each<T>(&self, work: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
        match &self.runtime {
            Some(runtime) => runtime.block_on(stream::iter(work).buffered(AT_ONCE).collect()),
            None => Vec::new(),
        }
    }

    /// Asks once, if the budget still allows it.
    pub(super) async fn ask(&self, ask: &Ask, purse: &Purse, cancel: &Cancel) -> Result<Reply, String> {
        if cancel.is_cancelled() {
            return Err("nobody waited for it".to_owned());
        }
        let url = Url::parse(&ask.url).map_err(|_| "its name makes no address".to_owned())?;
        let host = url.host_str().unwrap_or_default().to_owned();
        if self.is_down(&host) {
            return Err(format!("{host} did not answer a moment ago"));
        }
        purse.take()?;
        let sent = tokio::select! {
            ended = tokio::time::timeout_at(purse.until.into(), self.exchange(ask, url, &host)) => ended,
            () = raised(cancel) => return Err("nobody waited for it".to_owned()),
        };
        sent.unwrap_or_else(|_| Err(purse.late()))
    }

    /// Whether the host of `base` answers, whatever it says.
    pub(super) async fn reaches(&self, base: &str, purse: &Purse) -> Result<(), String> {
        let url = Url::parse(base).map_err(|error| error.to_string())?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let ask = Ask { url: base.to_owned(), accept: "*/*", body: None };
        let sent = tokio::time::timeout_at(purse.until.into(), self.send(&ask, url, &host)).await;
        sent.unwrap_or_else(|_| Err(format!("{host} did not answer in time"))).map(drop)
    }

    async fn send(&self, ask: &Ask, url: Url, host: &str) -> Result<reqwest::Response, String> {
        let client = if is_loopback(&url) { here()? } else { self.web()? };
        let request = match &ask.body {
            Some(body) => client.post(url).header(CONTENT_TYPE, "application/json").body(body.clone()),
            None => client.get(url),
        };
        request.header(ACCEPT, ask.accept).send().await.map_err(|error| self.fault(host, &error))
    }

    async fn exchange(&self, ask: &Ask, url: Url, host: &str) -> Result<Reply, String> {
        let answer = self.send(ask, url, host).await?;
        match answer.status().as_u16() {
            200 => self.body(answer, host).await,
            404 | 410 => Ok(Reply::Absent),
            300..=399 => Err(format!("{host} sends elsewhere, and that is not followed")),
            429 => {
                self.note_down(host);
                Err(format!("{host} answers no more requests for now"))
            }
            status => Err(format!("{host} answered with {status}")),
        }
    }

    async fn body(&self, mut answer: reqwest::Response, host: &str) -> Result<Reply, String> {
        let dated = answer.headers().get(LAST_MODIFIED).and_then(|value| value.to_str().ok());
        let dated = dated.and_then(|text| DateTime::parse_from_rfc2822(text).ok()).map(|time| Timestamp(time.timestamp()));
        let mut whole = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| self.fault(host, &error))? {
            if whole.len() + piece.len() > LARGEST {
                return Ok(Reply::Large);
            }
            whole.extend_from_slice(&piece);
        }
        Ok(Reply::Found(whole, dated))
    }

    fn fault(&self, host: &str, error: &reqwest::Error) -> String {
        match () {
            () if error.is_connect() => {
                self.note_down(host);
                format!("{host} could not be reached")
            }
            () if error.is_timeout() => {
                self.note_down(host);
                format!("{host} did not answer in time")
            }
            () => format!("the answer of {host} broke off"),
        }
    }

    fn web(&self) -> Result<&reqwest::Client, String> {
        let made = self.web.get_or_init(|| built(reqwest::Client::builder().https_only(true), tls::config(self.ca_file.as_deref())?));
        made.as_ref().map_err(Clone::clone)
    }

    fn is_down(&self, host: &str) -> bool {
        let down = self.down.lock().unwrap_or_else(PoisonError::into_inner);
        down.get(host).is_some_and(|since| since.elapsed() < DOWN)
    }

    fn note_down(&self, host: &str) {
        self.down.lock().unwrap_or_else(PoisonError::into_inner).insert(host.to_owned(), Instant::now());
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // Waiting for connections to end is nobody's wish, and would be forbidden inside another runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn raised(cancel: &Cancel) {
    while !cancel.is_cancelled() {
        tokio::time::sleep(LOOK).await;
    }
}

/// What talks to this machine: no proxy and no certificate stands before it.
fn here() -> Result<&'static reqwest::Client, String> {
    static HERE: OnceLock<Result<reqwest::Client, String>> = OnceLock::new();
    HERE.get_or_init(|| built(reqwest::Client::builder().no_proxy(), tls::nobody()?)).as_ref().map_err(Clone::clone)
}

fn built(builder: reqwest::ClientBuilder, tls: rustls::ClientConfig) -> Result<reqwest::Client, String> {
    let builder = builder.tls_backend_preconfigured(tls).redirect(reqwest::redirect::Policy::none()).retry(reqwest::retry::never());
    let agent = concat!("lazaret/", env!("CARGO_PKG_VERSION"));
    let builder = builder.referer(false).user_agent(agent).connect_timeout(CONNECT).read_timeout(SILENCE);
    builder.build().map_err(|error| format!("the network cannot be used: {error}"))
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The address `text` as a base to ask below: https, or this machine.
///
/// # Errors
/// One sentence, when it is none.
pub(super) fn base(text: &str) -> Result<String, String> {
    let shown = crate::model::inert::line(text);
    let url = Url::parse(text).map_err(|_| format!("`{shown}` is no address; write it as https://HOST/PATH"))?;
    let bare = url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    if !bare || url.host_str().is_none() {
        return Err(format!("`{shown}` has more than a host and a path; leave the rest out"));
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        _ => return Err(format!("`{shown}` is not https")),
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_addresses_are_asked() {
        for good in ["https://registry.example.com", "https://example.com/npm/", "http://127.0.0.1:4000", "http://[::1]:1/x"] {
            assert!(base(good).is_ok(), "{good}");
        }
        for bad in ["http://example.com", "ftp://example.com", "https://a:b@example.com", "https://example.com?x", "file:///etc", "x", ""] {
            assert!(base(bad).is_err(), "{bad}");
        }
    }
}
