//! `url-from-request`: an address that is fetched is named by whoever asks.

use super::request::{self, Place};
use crate::analysis::check::{Check, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Needs;
use crate::analysis::view::FileView;
use crate::model::rule::RuleId;

/// See `rules/code/url-from-request.toml`.
pub struct UrlFromRequest;

static FIRST: Pattern = Pattern::new(
    r"\b(?:requests|httpx|session|client|http_client|aiohttp|urllib3|http)\.(?:get|post|put|delete|head|patch)\s*\(|\burlopen\s*\(|\burlretrieve\s*\(|(?:^|[^\w.])\b(?:fetch|axios|got|needle|superagent|ky|nodeFetch|undici\.request)\b(?:\.(?:get|post|put|delete|head|patch|request))?\s*\(|\bhttps?\.(?:get|request|Get|Post|Head|PostForm)\s*\(|\bNewRequest(?:WithContext)?\s*\((?:\s*ctx\s*,|\s*\w+\.Context\(\)\s*,)?[^,]*,|\breqwest::(?:blocking::)?get\s*\(|\bnew\s+URL\s*\([^()]*\)\s*\.open\w+|\bURI\.create\s*\(|\brestTemplate\.(?:getForObject|getForEntity|postForObject|postForEntity|exchange)\s*\(|\.(?:GetAsync|GetStringAsync|PostAsync|DownloadString|GetByteArrayAsync)\s*\(|\bNet::HTTP\.(?:get|get_response|post_form)\s*\(|\bURI\.open\s*\(|\bFaraday\.get\s*\(|\bHTTParty\.get\s*\(|\bcurl_init\s*\(|\bcurl_setopt\s*\([^,]+,\s*CURLOPT_URL\s*,|\bpage\.goto\s*\(",
);
static ANY: Pattern = Pattern::new(r"[^\s\S]");
static TAMED: Pattern = Pattern::new(
    r"(?i)allowed|allowlist|allow_list|whitelist|is_private|is_safe|isSafe|ip_?address|netloc|\.hostname|\.host\b|getHost|startswith|startsWith|HasPrefix|validate_?url|url_?valid|ssrf|isPrivate|urlparse|new URL\(|url\.Parse",
);
static FIXED: Pattern = Pattern::new(r"^\s*f?[\x22\x27`]https?://[^/\x22\x27`{$]+/");
static PLACE: Place<'_> = Place { first: &FIRST, any: &ANY, tamed: &TAMED, fixed: &FIXED };

impl Check for UrlFromRequest {
    fn rule(&self) -> RuleId {
        RuleId("url-from-request")
    }

    fn needs(&self) -> Needs {
        request::needs(&PLACE)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        request::report(&PLACE, file, sink);
    }
}
