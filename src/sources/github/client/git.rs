//! git's smart HTTP over the same connections, with the same token as a password. Reads only: upload-pack, never receive-pack.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use http::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use reqwest::{RequestBuilder, Response, Url};
use secrecy::ExposeSecret as _;

use super::clock;
use super::line::Line;
use super::refusal::{self, Refusal};
use super::transport::{Fault, Reply, web_fault};
use super::words::{self, About};
use crate::model::forge::ForgeError;

/// git's requests count for nothing that GitHub tells of.
const RESOURCE: &str = "git";
const REDIRECTS: usize = 5;
/// The most that is read of an answer that is an error.
const ERROR: u64 = 64 << 10;

/// Where repositories went that have another name now.
#[derive(Debug, Default)]
pub(super) struct Renamed(Mutex<BTreeMap<String, Url>>);

impl Renamed {
    fn upload_pack(&self, line: &Line, repository: &str) -> Result<Url, ForgeError> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(repository).cloned();
        known.map_or_else(|| line.address.upload_pack(repository).map_err(ForgeError::Invalid), Ok)
    }

    fn learn(&self, repository: &str, url: Url) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(repository.to_owned(), url);
    }
}

/// What upload-pack of `repository` says it can do.
pub(super) async fn advertisement(line: &Line, renamed: &Renamed, repository: &str, limit: u64) -> Result<Vec<u8>, ForgeError> {
    let about = about(line, repository)?;
    let upload_pack = renamed.upload_pack(line, repository)?;
    line.read(&about, RESOURCE, line.effort(false), async || {
        let mut all = Vec::new();
        let at = refs(&upload_pack).ok_or_else(|| unusable(&about))?;
        let (response, at) = follow(line, at, &about).await?;
        if let Some(moved) = own_place(&at).filter(|moved| *moved != upload_pack) {
            renamed.learn(repository, moved);
        }
        expect(&response, "application/x-git-upload-pack-advertisement", &about)?;
        stream(response, limit, &about, &mut |piece| {
            all.extend_from_slice(piece);
            true
        })
        .await?;
        Ok(all)
    })
    .await
}

/// Posts `body` to upload-pack of `repository` and hands on what comes. Once something was handed on, there is no second try.
pub(super) async fn upload_pack(
    line: &Line,
    renamed: &Renamed,
    repository: &str,
    body: &[u8],
    limit: u64,
    take: &mut dyn FnMut(&[u8]) -> bool,
) -> Result<(), ForgeError> {
    let about = about(line, repository)?;
    let at = renamed.upload_pack(line, repository)?;
    line.read(&about, RESOURCE, line.effort(false), async || {
        let request = line.transport.web.post(at.clone()).timeout(line.pace.pack).body(body.to_owned());
        let request =
            request.header(CONTENT_TYPE, "application/x-git-upload-pack-request").header(ACCEPT, "application/x-git-upload-pack-result");
        let response = send(line, request, &about).await?;
        if response.status().is_redirection() {
            let says = format!("{} has another name now; open it again under its new name", about.place);
            return Err(Refusal::Final(ForgeError::NotFound(says)));
        }
        expect(&response, "application/x-git-upload-pack-result", &about)?;
        let mut begun = false;
        let mut handed = |piece: &[u8]| {
            begun = true;
            take(piece)
        };
        let ended = stream(response, limit, &about, &mut handed).await;
        match ended {
            Err(Refusal::Again(error)) if begun => Err(Refusal::Final(error)),
            other => other,
        }
    })
    .await
}

fn about<'l>(line: &'l Line, repository: &str) -> Result<About<'l>, ForgeError> {
    let about = line.about(words::elsewhere(&line.address.host, repository), false);
    if line.offline {
        return Err(ForgeError::Offline(format!("git's objects of {} were not fetched, since --offline was given", about.place)));
    }
    Ok(about)
}

async fn send(line: &Line, request: RequestBuilder, about: &About<'_>) -> Result<Response, Refusal> {
    let request = request.header("git-protocol", "version=2");
    let request = match &line.token {
        Some(token) => request.basic_auth("x-access-token", Some(token.expose_secret())),
        None => request,
    };
    line.tally.sent();
    let response = request.send().await.map_err(|error| refusal::fault(&web_fault(&error), about))?;
    if response.status().is_success() || response.status().is_redirection() {
        return Ok(response);
    }
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut body = Vec::new();
    let _ = stream(response, ERROR, about, &mut |piece| {
        body.extend_from_slice(piece);
        true
    })
    .await;
    let reply = Reply { status, headers, body, framed: false, moved: None };
    refusal::of(&reply, about, clock::now())?;
    Err(refusal::garbled(&reply.body, about))
}

/// A GET that follows redirects within its own host, and where it ended.
async fn follow(line: &Line, mut at: Url, about: &About<'_>) -> Result<(Response, Url), Refusal> {
    for _ in 0..=REDIRECTS {
        let response = send(line, line.transport.web.get(at.clone()).timeout(line.pace.whole), about).await?;
        if !response.status().is_redirection() {
            return Ok((response, at));
        }
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let elsewhere = |to: &str| refusal::fault(&Fault::Elsewhere(to.to_owned()), about);
        let to = at.join(location).map_err(|_| elsewhere("an address that is none"))?;
        if to.origin() != at.origin() || !to.username().is_empty() || to.password().is_some() {
            return Err(elsewhere(to.host_str().unwrap_or(to.scheme())));
        }
        at = to;
    }
    Err(refusal::fault(&Fault::Redirected("one redirect led to another without end".to_owned()), about))
}

fn expect(response: &Response, kind: &str, about: &About<'_>) -> Result<(), Refusal> {
    let found = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if found == kind { Ok(()) } else { Err(refusal::garbled(if found.starts_with("text/html") { b"<" } else { b"" }, about)) }
}

async fn stream(mut response: Response, limit: u64, about: &About<'_>, take: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), Refusal> {
    let mut taken = 0_u64;
    loop {
        let piece = response.chunk().await.map_err(|error| {
            let fault = if error.is_timeout() { web_fault(&error) } else { Fault::Cut(error.without_url().to_string()) };
            refusal::fault(&fault, about)
        })?;
        let Some(piece) = piece else { return Ok(()) };
        taken += piece.len() as u64;
        if taken > limit {
            return Err(refusal::fault(&Fault::Large(limit), about));
        }
        if !take(&piece) {
            return Ok(());
        }
    }
}

/// The address of the refs beside that of upload-pack.
fn refs(upload_pack: &Url) -> Option<Url> {
    let mut url = upload_pack.clone();
    let path = url.path().strip_suffix("/git-upload-pack")?.to_owned();
    url.set_path(&format!("{path}/info/refs"));
    url.set_query(Some("service=git-upload-pack"));
    Some(url)
}

/// The address of upload-pack beside that of the refs.
fn own_place(refs: &Url) -> Option<Url> {
    let mut url = refs.clone();
    let path = url.path().strip_suffix("/info/refs")?.to_owned();
    url.set_path(&format!("{path}/git-upload-pack"));
    url.set_query(None);
    Some(url)
}

fn unusable(about: &About<'_>) -> Refusal {
    refusal::fault(&Fault::Unusable("its address is none".to_owned()), about)
}
