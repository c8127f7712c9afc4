//! A file that a forge keeps at another host, such as the logs of a run. One redirect is followed, to a host that is believed, over
//! https, once, without token and cookies, capped in size and time. What comes is bytes, which nothing here opens.

use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_LENGTH, LOCATION};
use reqwest::{Response, Url};

use super::line::Line;
use super::refusal::{self, Refusal};
use super::transport::{Ask, Fault, is_framed, web_fault};
use super::words::{self, About};
use super::{clock, limit};
use crate::model::forge::{Call, Download, ForgeError};

/// The counter that the question for the place counts for.
const RESOURCE: &str = "core";

/// Reads the file that `call` names.
pub(super) async fn download(line: &Line, call: &Call) -> Result<Download, ForgeError> {
    let about = line.about(words::place(&line.address.host, &call.route), false);
    if line.offline {
        return Err(ForgeError::Offline(format!("{} was not fetched, since --offline was given", about.place)));
    }
    let slow = Fault::Unreachable(format!("the file was not there after {}s", line.pace.whole.as_secs()));
    let ended = tokio::time::timeout(line.pace.whole, found(line, call, &about)).await;
    ended.unwrap_or_else(|_| Err(error(refusal::fault(&slow, &about))))
}

async fn found(line: &Line, call: &Call, about: &About<'_>) -> Result<Download, ForgeError> {
    let uri = line.address.rest(&call.route).map_err(ForgeError::Invalid)?;
    let ask =
        Ask { method: http::Method::GET, uri, resource: RESOURCE, accept: call.accept, body: None, known: (None, None), hands_on: true };
    let reply = line.read(about, RESOURCE, line.effort(false), async || line.exchange(&ask, about).await).await?;
    if !(300..400).contains(&reply.status) {
        let whole = Download { body: reply.body, from: None, read: clock::now() };
        return if reply.framed { Ok(whole) } else { Err(unframed(about)) };
    }
    let location = limit::text(&reply.headers, LOCATION.as_str()).unwrap_or_default();
    let place = line.address.file(reply.moved.as_ref().unwrap_or(&ask.uri), location, &line.log_hosts);
    let place = place.map_err(|named| ForgeError::Garbled(not_believed(about, &named)))?;
    let host = place.host_str().unwrap_or_default().to_owned();
    // Whatever goes wrong there is told of that host.
    let about = About { host: &host, place: about.place.clone(), write: false, token: about.token };
    let body = fetch(line, place, &about).await.map_err(error)?;
    Ok(Download { body, from: Some(host.clone()), read: clock::now() })
}

/// One request without anything of ours but the name of this program.
async fn fetch(line: &Line, place: Url, about: &About<'_>) -> Result<Vec<u8>, Refusal> {
    let _permit = line.turn().await?;
    let request = line.transport.web.get(place).header(ACCEPT, "*/*").header(ACCEPT_ENCODING, "identity");
    let response = request.send().await.map_err(|error| refusal::fault(&web_fault(&error.without_url()), about))?;
    let (host, place, status) = (about.host, &about.place, response.status().as_u16());
    let refused = |says: String| Err(Refusal::Final(ForgeError::Garbled(says)));
    match status {
        200 if !is_framed(response.version(), response.headers()) => Err(Refusal::Final(unframed(about))),
        200 => collect(response, line.pace.largest, about).await,
        300..400 => refused(format!("{host} sent the request for {place} on once more, which is not followed")),
        404 | 410 => Err(Refusal::Final(ForgeError::NotFound(format!("{host} does not have {place} any more ({status})")))),
        _ => refused(format!("{host} answered {status} for {place}; try again, the address it is kept at holds for a minute")),
    }
}

async fn collect(mut response: Response, largest: u64, about: &About<'_>) -> Result<Vec<u8>, Refusal> {
    let large = || refusal::fault(&Fault::Large(largest), about);
    let said = limit::text(response.headers(), CONTENT_LENGTH.as_str()).and_then(|length| length.parse::<u64>().ok());
    if said.is_some_and(|length| length > largest) {
        return Err(large());
    }
    let mut whole = Vec::new();
    loop {
        let piece = response.chunk().await.map_err(|error| {
            let error = error.without_url();
            refusal::fault(&if error.is_timeout() { web_fault(&error) } else { Fault::Cut(error.to_string()) }, about)
        })?;
        let Some(piece) = piece else { return Ok(whole) };
        if whole.len() as u64 + piece.len() as u64 > largest {
            return Err(large());
        }
        whole.extend_from_slice(&piece);
    }
}

fn not_believed(about: &About<'_>, named: &str) -> String {
    let (host, place) = (about.host, &about.place);
    format!(
        "{host} keeps {place} at {}, which is not believed, and nothing was sent there; if it is right, add it to log-hosts in [github]",
        about.said(named)
    )
}

fn unframed(about: &About<'_>) -> ForgeError {
    ForgeError::Garbled(format!("{} does not say how long the file with {} is, so it is not known to be whole", about.host, about.place))
}

fn error(refusal: Refusal) -> ForgeError {
    match refusal {
        Refusal::Again(error) | Refusal::Final(error) => error,
        Refusal::Limited(_) => ForgeError::Garbled("the forge's files are limited for now; try again later".to_owned()),
    }
}
