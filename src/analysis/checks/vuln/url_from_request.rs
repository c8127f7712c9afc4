//! `url-from-request`: an address that is fetched is named by whoever asks.

use super::request::{self, Place};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Needs;
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/url-from-request.toml`.
pub struct UrlFromRequest;

static FIRST: Pattern = Pattern::new(
    r"\b(?:requests|httpx|session|client|http_client|aiohttp|urllib3|http)\.(?:get|post|put|delete|head|patch)\s*\(|\burlopen\s*\(|\burlretrieve\s*\(|(?:^|[^\w.])\b(?:fetch|axios|got|needle|superagent|ky|nodeFetch|undici\.request)\b(?:\.(?:get|post|put|delete|head|patch|request))?\s*\(|\bhttps?\.(?:get|request|Get|Post|Head|PostForm)\s*\(|\bNewRequest(?:WithContext)?\s*\((?:\s*ctx\s*,|\s*\w+\.Context\(\)\s*,)?[^,]*,|\breqwest::(?:blocking::)?get\s*\(|\bnew\s+URL\s*\([^()]*\)\s*\.open\w+|\bURI\.create\s*\(|\b(?:restTemplate|new\s+RestTemplate\s*\(\s*\))\.(?:getForObject|getForEntity|postForObject|postForEntity|exchange)\s*\(|\.(?:GetAsync|GetStringAsync|PostAsync|DownloadString|GetByteArrayAsync)\s*\(|\bNet::HTTP\.(?:get|get_response|post_form)\s*\(|\bURI\.open\s*\(|\bFaraday\.get\s*\(|\bHTTParty\.get\s*\(|\bcurl_init\s*\(|\bcurl_setopt\s*\([^,]+,\s*CURLOPT_URL\s*,|\bpage\.goto\s*\(|\bcurl_easy_setopt\s*\([^,()]+,\s*CURLOPT_URL\s*,|\bHttp::(?:\w+\([^()]*\)->)*(?:get|post|put|patch|delete|head)\s*\(|\bwp_(?:safe_)?remote_(?:get|post|head|request)\s*\(|\$(?:this->)?(?:http|client|httpClient|guzzle)->(?:get|post|put|delete|head)\s*\(|->request\s*\(\s*[\x22\x27][A-Z]+[\x22\x27]\s*,|\.(?:GetStreamAsync|GetFromJsonAsync(?:<[^<>()]*>)?|DownloadData|DownloadFile)\s*\(|\bWebRequest\.Create\s*\(",
);
static ANY: Pattern = Pattern::new(r"[^\s\S]");
static TAMED: Pattern = Pattern::new(
    r"(?i)allowed|allowlist|allow_list|whitelist|is_private|is_safe|isSafe|ip_?address|netloc|\.hostname|\.host\b|getHost|startswith|startsWith|HasPrefix|validate_?url|url_?valid|ssrf|isPrivate|urlparse|parse_url|PHP_URL_HOST|new URL\(|url\.Parse",
);
static FIXED: Pattern = Pattern::new(r"^\s*f?[\x22\x27`]https?://[^/\x22\x27`{$]+/");
static PLACE: Place<'_> = Place { leads: true, ..Place::of(&FIRST, &ANY).but(&TAMED, &FIXED) };

/// Of Go, where a client of this name asks other hosts in files that speak of one of HTTP.
static FIRST_GO: Pattern = Pattern::new(r"\b(?:http_?)?[cC]lient\.(?:Get|Head|Post|PostForm)\s*\(|\bhttp\.DefaultClient\.\w+\s*\(");
static PLACE_GO: Place<'_> = Place { leads: true, ..Place::of(&FIRST_GO, &ANY).but(&TAMED, &FIXED) };

/// Of the JVM, where an address that is made is no address that was looked at.
static FIRST_JVM: Pattern =
    Pattern::new(r"\bnew\s+URL\s*\(|(?:^|[^\w.])URL\s*\(|\b\w*(?:[cC]lient|[rR]est|[wW]eb|[hH]ttp)\w*(?:\.\w+\([^()]*\))+\s*\.uri\s*\(");
static TAMED_JVM: Pattern = Pattern::new(
    r"(?i)allowed|allowlist|allow_list|whitelist|isPrivate|isSafe|ip_?address|\.hostname|\.host\b|getHost|startsWith|validate_?url|url_?valid|ssrf|InetAddress|isLoopback|isSiteLocal",
);
/// What builds an address in a function of its own says itself what of it is the request's.
static BUILT: Pattern = Pattern::new(r"->|=>|^\s*\{|^\s*\x22[^\x22$]*\{|^\s*[A-Z][A-Z_]+\.get\(");
static PLACE_JVM: Place<'_> = Place { leads: true, ..Place::of(&FIRST_JVM, &ANY).but(&TAMED_JVM, &BUILT) };
/// An address of Java asks nobody before it is opened.
static OPENS: Pattern = Pattern::new(
    r"\.uri\s*\(|\.open(?:Stream|Connection)\s*\(|\.read(?:Text|Bytes|Lines)\s*\(|\bImageIO\.read|\bIOUtils\.|\.getContent\s*\(|\bcopyURLToFile",
);
/// Lines behind an address within which it is opened.
const NEAR: usize = 6;

impl Check for UrlFromRequest {
    fn rule(&self) -> RuleId {
        RuleId("url-from-request")
    }

    fn needs(&self) -> Needs {
        request::needs(&[&PLACE, &PLACE_JVM, &PLACE_GO])
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        request::report(&PLACE, file, sink);
        if file.language == Language::Go
            && file.new_side().is_some_and(|side| side.plain().contains("http.Client") || side.plain().contains("http.DefaultClient"))
        {
            request::report(&PLACE_GO, file, sink);
        }
        let Some(side) = file.new_side().filter(|_| matches!(file.language, Language::Java | Language::Kotlin | Language::Scala)) else {
            return;
        };
        for end in request::endings(&PLACE_JVM, &[], file) {
            let near = (end.lines.end + NEAR).min(side.len().saturating_sub(1));
            if side.plain().get(side.bytes_of(end.lines.start, near)).is_some_and(|text| OPENS.is_match(text)) {
                let draft = Draft::lines(file, side, end.lines.start, end.lines.end);
                sink.report(if end.straight { draft } else { draft.severity(Severity::Medium) });
            }
        }
    }
}
