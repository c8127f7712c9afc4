//! What an answer that is none means: one sentence with the place, the forge's words and the next step. Pure.

use http::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

use super::limit::{self, Limit};
use super::transport::{Fault, Reply};
use super::words::About;
use crate::model::forge::ForgeError;
use crate::model::time::Timestamp;

/// Why one try gave no answer.
pub(super) enum Refusal {
    /// Later.
    Limited(Limit),
    /// A read may try again.
    Again(ForgeError),
    /// Another try would end the same.
    Final(ForgeError),
}

/// GitHub's body of an error, as far as it is read.
#[derive(Default, Deserialize)]
struct Told {
    #[serde(default)]
    message: String,
    #[serde(default)]
    errors: Value,
}

/// Whether `reply` is an answer; `now` is the moment it came.
pub(super) fn of(reply: &Reply, about: &About<'_>, now: Timestamp) -> Result<(), Refusal> {
    // A redirect comes this far only where it is the answer.
    if (200..400).contains(&reply.status) {
        return Ok(());
    }
    let told: Told = serde_json::from_slice(&reply.body).unwrap_or_default();
    match limit::of(reply.status, &reply.headers, &told.message, now) {
        Some(limit) => Err(Refusal::Limited(limit)),
        None => Err(sorted(reply.status, &reply.headers, &words(&told, &reply.body, about), about)),
    }
}

/// What `fault` means for `about`.
pub(super) fn fault(fault: &Fault, about: &About<'_>) -> Refusal {
    let (host, place, open) = (about.host, &about.place, open(about));
    match fault {
        Fault::Unsent(why) => Refusal::Again(ForgeError::Unreachable(format!(
            "{host} could not be reached for {place} ({}), and nothing was sent; look at the network and the proxy, `lazaret doctor` shows both",
            about.said(why)
        ))),
        Fault::Unreachable(why) => Refusal::Again(ForgeError::Unreachable(format!(
            "{host} could not be reached for {place} ({}){open}; look at the network and the proxy, `lazaret doctor` shows both",
            about.said(why)
        ))),
        Fault::Cut(why) => Refusal::Again(ForgeError::Garbled(format!(
            "the answer of {host} for {place} broke off ({}){open}; try again",
            about.said(why)
        ))),
        Fault::Large(most) => Refusal::Final(ForgeError::Garbled(format!(
            "the answer of {host} for {place} is larger than {} MiB and was not taken{open}; ask for less at once",
            most >> 20
        ))),
        Fault::Elsewhere(to) => Refusal::Final(ForgeError::Garbled(format!(
            "{host} sent the request for {place} on to another place ({}), which is never followed{open}; look at the address and the proxy",
            about.said(to)
        ))),
        Fault::Redirected(why) if about.write => Refusal::Final(ForgeError::NotFound(format!(
            "{host} knows {place} by another name now ({}), and nothing was written; open it again under its new name",
            about.said(why)
        ))),
        Fault::Redirected(why) => Refusal::Final(ForgeError::Garbled(format!(
            "{host} sends the request for {place} in circles ({}); try again later",
            about.said(why)
        ))),
        Fault::Unusable(why) => Refusal::Final(ForgeError::Invalid(format!("nothing was sent for {place}: {}", about.said(why)))),
    }
}

/// What an answer is that should be JSON, or git's, and is not.
pub(super) fn garbled(body: &[u8], about: &About<'_>) -> Refusal {
    let what =
        if is_page(body) { "a page instead of an answer: is a login page or a proxy in between?" } else { "something that is no answer" };
    Refusal::Again(ForgeError::Garbled(format!("{} sent {what} for {}{}; try again", about.host, about.place, open(about))))
}

/// What a write adds when it is not known whether it happened.
fn open(about: &About<'_>) -> &'static str {
    if about.write { ", so it is not known whether it was done" } else { "" }
}

fn sorted(status: u16, headers: &HeaderMap, said: &str, about: &About<'_>) -> Refusal {
    let (host, place) = (about.host, &about.place);
    Refusal::Final(match status {
        401 if about.token.is_none() => ForgeError::Unauthorised(format!(
            "{host} wants a token for {place}, and there is none; set LAZARET_TOKEN, or log in by `gh auth login --hostname {host}`"
        )),
        401 => ForgeError::Unauthorised(format!(
            "{host} refuses the token for {place}{said}; it is wrong, expired or revoked: renew it, `lazaret doctor` shows where it comes from"
        )),
        403 => forbidden(headers, said, about),
        404 | 410 | 451 => ForgeError::NotFound(format!(
            "{host} does not find {place}, or the token may not see it{said}; look at the name and at what the token may read"
        )),
        405 => ForgeError::NotAllowed(format!(
            "{host} does not allow that for {place} as it is now{said}; read it again and see what stands in the way"
        )),
        409 => ForgeError::Conflict(format!("{host} has something newer than was seen for {place}{said}; read it again and decide anew")),
        500..=599 => {
            let open = open(about);
            return Refusal::Again(ForgeError::Server(format!(
                "{host} failed at {place} with status {status}{said}{open}; try again in a while"
            )));
        }
        _ => ForgeError::Invalid(format!(
            "{host} refused the request for {place} with status {status}{said}; change what it complains about"
        )),
    })
}

fn forbidden(headers: &HeaderMap, said: &str, about: &About<'_>) -> ForgeError {
    let permission = limit::text(headers, "x-accepted-github-permissions").map(|text| about.said(text)).unwrap_or_default();
    let sign_on = limit::text(headers, "x-github-sso").and_then(|text| text.split_once("url=")).map(|(_, url)| about.said(url));
    let step = match (&sign_on, permission.is_empty()) {
        (Some(url), _) => format!("allow the token for the organisation's single sign-on at {url}"),
        (None, false) => format!("give it the permission {permission}"),
        (None, true) => "use a token that has the permission; `lazaret doctor` shows what this one may".to_owned(),
    };
    let act = if about.write { "write" } else { "read" };
    ForgeError::Forbidden { permission, says: format!("the token may not {act} {}{said}; {step}", about.place) }
}

/// ` (GitHub says: …)`, harmless and short; empty when it said nothing.
fn words(told: &Told, body: &[u8], about: &About<'_>) -> String {
    let more: Vec<String> = told.errors.as_array().into_iter().flatten().filter_map(reason).take(5).collect();
    let all = std::iter::once(told.message.clone()).chain(more).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ");
    match all.as_str() {
        "" if is_page(body) => " (it sent a page instead of an answer)".to_owned(),
        "" => String::new(),
        all => format!(" (it says: {})", about.said(all)),
    }
}

/// One entry of `errors`, which is a sentence or an object.
fn reason(error: &Value) -> Option<String> {
    let text = |name: &str| error.get(name).and_then(Value::as_str);
    if let Some(said) = error.as_str().or_else(|| text("message")) {
        return Some(said.to_owned());
    }
    let parts: Vec<&str> = ["resource", "field", "code"].into_iter().filter_map(text).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn is_page(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'<')
}
