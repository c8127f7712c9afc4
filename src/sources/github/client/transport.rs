//! One exchange over HTTP: octocrab over reqwest, redirects followed knowingly, bodies capped. Decides nothing about tries or limits.

use std::time::Duration;

use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, IF_MODIFIED_SINCE, IF_NONE_MATCH, LOCATION};
use http::{HeaderMap, HeaderValue, Method, Request, Uri, Version};
use octocrab::{OctoBody, Octocrab, ReqwestClientConfig};
use secrecy::{ExposeSecret as _, SecretString};

use super::address::Address;
use super::setup::{Pace, Setup};
use super::{limit, tls};

/// How many redirects are followed.
const HOPS: usize = 5;
/// How long an unused connection is kept. Short, so that a write hardly ever meets one that the other side has just closed.
const IDLE: Duration = Duration::from_secs(15);

/// What is asked.
pub(super) struct Ask<'a> {
    /// The method.
    pub(super) method: Method,
    /// Where.
    pub(super) uri: Uri,
    /// Which counter it counts for.
    pub(super) resource: &'static str,
    /// The media type wanted.
    pub(super) accept: &'a str,
    /// A JSON body.
    pub(super) body: Option<&'a str>,
    /// The validators of a kept answer: entity tag, else date.
    pub(super) known: (Option<&'a str>, Option<&'a str>),
    /// Whether a redirect that is not just a new name of the same route is itself the answer.
    pub(super) hands_on: bool,
}

/// What came back, whole.
pub(super) struct Reply {
    /// The status.
    pub(super) status: u16,
    /// The headers.
    pub(super) headers: HeaderMap,
    /// The body.
    pub(super) body: Vec<u8>,
    /// Whether the protocol itself says that the body is whole; else only its contents can.
    pub(super) framed: bool,
    /// Where it was redirected to for good.
    pub(super) moved: Option<Uri>,
}

/// Why nothing whole came back.
#[derive(Debug)]
pub(super) enum Fault {
    /// No connection, so that nothing was sent.
    Unsent(String),
    /// No answer: silence, or the connection went away.
    Unreachable(String),
    /// An answer that broke off.
    Cut(String),
    /// More than is taken.
    Large(u64),
    /// A redirect to another host, which is never followed.
    Elsewhere(String),
    /// A redirect that a request which is no GET meets, or too many of them.
    Redirected(String),
    /// Nothing that can be sent.
    Unusable(String),
}

/// The way to one forge.
pub(super) struct Transport {
    octocrab: Octocrab,
    /// The same way for what is not the API: git.
    pub(super) web: reqwest::Client,
    bearer: Option<HeaderValue>,
}

impl Transport {
    /// Must be called inside a tokio runtime, which then carries it.
    pub(super) fn open(setup: &Setup, address: &Address) -> Result<Self, String> {
        let web = web(setup, address)?;
        // Its own credentials, retries, redirects and cache stay unused: they belong to this client, which knows what is a write.
        let octocrab = Octocrab::builder().base_uri(address.origin()).map_err(|error| error.to_string())?;
        let octocrab = octocrab.add_header(http::header::USER_AGENT, agent());
        let octocrab = octocrab.build_with_reqwest(ReqwestClientConfig::Custom(web.clone())).map_err(|error| error.to_string())?;
        Ok(Self { octocrab, web, bearer: setup.token.as_ref().map(bearer).transpose()? })
    }

    /// Sends `ask` and reads the answer whole, following redirects of a GET within the same host.
    pub(super) async fn exchange(&self, ask: &Ask<'_>, address: &Address, pace: &Pace) -> Result<Reply, Fault> {
        let whole = self.follow(ask, address, pace.largest);
        match tokio::time::timeout(pace.whole, whole).await {
            Ok(ended) => ended,
            Err(_) => Err(Fault::Unreachable(format!("the answer was not there after {}s", pace.whole.as_secs()))),
        }
    }

    async fn follow(&self, ask: &Ask<'_>, address: &Address, largest: u64) -> Result<Reply, Fault> {
        let mut uri = ask.uri.clone();
        let mut moved = None;
        for _ in 0..=HOPS {
            let request = self.request(ask, &uri).map_err(|error| Fault::Unusable(error.to_string()))?;
            let response = self.octocrab.execute(request).await.map_err(|error| fault(&error))?;
            let status = response.status();
            if !status.is_redirection() || status == http::StatusCode::NOT_MODIFIED {
                let (parts, body) = response.into_parts();
                let body = collect(body, &parts.headers, largest).await?;
                let framed = is_framed(parts.version, &parts.headers);
                return Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, body, framed, moved });
            }
            let renamed = matches!(status.as_u16(), 301 | 307 | 308);
            if ask.hands_on && !renamed {
                let (status, headers) = (status.as_u16(), response.headers().clone());
                return Ok(Reply { status, headers, body: Vec::new(), framed: true, moved });
            }
            let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
            let to = address.follow(&uri, location).map_err(Fault::Elsewhere)?;
            if ask.method != Method::GET {
                return Err(Fault::Redirected(format!("it lives at {to} now")));
            }
            if matches!(status.as_u16(), 301 | 308) {
                moved = Some(to.clone());
            }
            uri = to;
        }
        Err(Fault::Redirected("one redirect led to another without end".to_owned()))
    }

    fn request(&self, ask: &Ask<'_>, uri: &Uri) -> Result<Request<OctoBody>, http::Error> {
        let mut request = Request::builder().method(ask.method.clone()).uri(uri.clone());
        request = request.header(ACCEPT, ask.accept).header("x-github-api-version", "2022-11-28");
        if !is_json(ask.accept) {
            // Unpacking would hide the length, by which alone such a body is known to be whole.
            request = request.header(ACCEPT_ENCODING, "identity");
        }
        if let Some(bearer) = &self.bearer {
            request = request.header(AUTHORIZATION, bearer);
        }
        request = match ask.known {
            (Some(etag), _) => request.header(IF_NONE_MATCH, etag),
            (None, Some(modified)) => request.header(IF_MODIFIED_SINCE, modified),
            (None, None) => request,
        };
        match ask.body {
            Some(body) => {
                let request = request.header(CONTENT_TYPE, "application/json").header(CONTENT_LENGTH, body.len());
                request.body(body.to_owned().into())
            }
            None if ask.method == Method::GET => request.body(OctoBody::empty()),
            // An empty body has to say so: PUT without Content-Length is refused.
            None => request.header(CONTENT_LENGTH, 0).body(OctoBody::empty()),
        }
    }
}

/// Whether `accept` asks for JSON; `raw+json` asks for the file itself.
pub(super) fn is_json(accept: &str) -> bool {
    accept.contains("json") && !accept.contains(".raw")
}

/// What this program calls itself.
pub(super) fn agent() -> String {
    format!("lazaret/{}", env!("CARGO_PKG_VERSION"))
}

fn bearer(token: &SecretString) -> Result<HeaderValue, String> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
        .map_err(|_| "the token has characters that no token has; look at what gives it".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

fn web(setup: &Setup, address: &Address) -> Result<reqwest::Client, String> {
    let tls = if address.is_loopback() && setup.ca_file.is_none() { tls::nobody()? } else { tls::config(setup.ca_file.as_deref())? };
    let pace = &setup.pace;
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .user_agent(agent())
        .connect_timeout(pace.connect)
        .read_timeout(pace.silence)
        .pool_idle_timeout(IDLE);
    let builder = if address.is_loopback() { builder.no_proxy() } else { builder };
    builder.build().map_err(|error| deepest(&error))
}

async fn collect<B>(mut body: B, headers: &HeaderMap, largest: u64) -> Result<Vec<u8>, Fault>
where
    B: http_body_util::BodyExt<Error = octocrab::Error> + Unpin,
    B::Data: AsRef<[u8]>,
{
    let expected = limit::text(headers, "content-length").and_then(|length| length.parse::<u64>().ok()).unwrap_or(0);
    if expected > largest {
        return Err(Fault::Large(largest));
    }
    let mut whole = Vec::with_capacity(usize::try_from(expected.min(1 << 20)).unwrap_or(0));
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| match web_error(&error) {
            Some(web) if web.is_timeout() => web_fault(web),
            _ => Fault::Cut(deepest(&error)),
        })?;
        let Ok(piece) = frame.into_data() else { continue };
        if whole.len() as u64 + piece.as_ref().len() as u64 > largest {
            return Err(Fault::Large(largest));
        }
        whole.extend_from_slice(piece.as_ref());
    }
    Ok(whole)
}

/// Whether a body that ends early is an error of the protocol, rather than just the end of the connection.
pub(super) fn is_framed(version: Version, headers: &HeaderMap) -> bool {
    let chunked = limit::text(headers, "transfer-encoding").is_some_and(|coding| coding.contains("chunked"));
    version == Version::HTTP_2 || chunked || headers.contains_key(CONTENT_LENGTH)
}

fn fault(error: &octocrab::Error) -> Fault {
    web_error(error).map_or_else(|| Fault::Unreachable(deepest(error)), web_fault)
}

fn web_error(error: &octocrab::Error) -> Option<&reqwest::Error> {
    let mut at: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(each) = at {
        if let Some(web) = each.downcast_ref::<reqwest::Error>() {
            return Some(web);
        }
        at = each.source();
    }
    None
}

/// What a failure of reqwest means.
pub(super) fn web_fault(error: &reqwest::Error) -> Fault {
    match () {
        () if error.is_connect() => Fault::Unsent(deepest(error)),
        () if error.is_timeout() => Fault::Unreachable("it did not answer in time".to_owned()),
        () if error.is_body() || error.is_decode() => Fault::Cut(deepest(error)),
        () if error.is_builder() => Fault::Unusable(deepest(error)),
        () => Fault::Unreachable(deepest(error)),
    }
}

/// The innermost reason, which says what happened; the outer ones repeat the address.
fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at.to_string()
}
