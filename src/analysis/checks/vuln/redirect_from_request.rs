//! `redirect-from-request`: a redirect goes where whoever asks says.

use super::request::{self, Ending, Place};
use super::twins::{Twin, twins};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Needs;
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/redirect-from-request.toml`.
pub struct RedirectFromRequest;

static FIRST: Pattern = Pattern::new(
    r"(?:^|[^\w.>])(?:redirect|HttpResponseRedirect|RedirectResponse|redirect_to|Redirect|RedirectPermanent)\s*\(|\b(?:res|response|reply)\.redirect\s*\((?:\s*30\d\s*,)?|\bhttp\.Redirect\s*\([^,]+,[^,]+,|\b(?:c|ctx)\.(?:Redirect|redirect)\s*\((?:[^,()]*,)?|\.sendRedirect\s*\(|\bheader\s*\(\s*[\x22\x27]Location:|\breturn\s+[\x22\x27]redirect:[\x22\x27]?\s*\+|\bredirect_to\s+|^\s*redirect\s+(?:to\s*\(?\s*)?|\b(?:window\.)?location(?:\.href)?\s*=\s*|\blocation\.(?:assign|replace)\s*\(|\bcall\.respondRedirect\s*\(|\bRedirectView\s*\(|\bRedirect::(?:to|temporary|permanent|see_other|found)\s*\(|\(\s*(?:\w+(?:::|\.))*LOCATION\s*,|\b\w*[hH]eader\w*\s*\(\s*\(?\s*[\x22\x27][Ll]ocation[\x22\x27]\s*,|\b(?:res|response|headers?|Header\(\))\.(?:set|Set|append|add|Add)\s*\(\s*[\x22\x27]Location[\x22\x27]\s*,|\bResponseEntity\b[^;]*?\.location\s*\(|\.location\s*\(\s*URI(?:\.create)?\s*\(\s*|\breturn\s+\x22redirect:|\bwp_redirect\s*\(|\bredirect\s*\(\s*\)->(?:away|to)\s*\(|\bRedirect::(?:away)\s*\(",
);
static ANY: Pattern = Pattern::new(r"[^\s\S]");
static TAMED: Pattern = Pattern::new(
    r"(?i)allowed|allowlist|whitelist|url_has_allowed_host|is_safe|isSafe|is_local|IsLocalUrl|isLocal|startswith|startsWith|starts_with|HasPrefix|netloc|\.hostname|\.host\b|urlparse|new URL\(|LocalRedirect|validate|relative|sanitiz",
);
static FIXED: Pattern = Pattern::new(
    r"^/[\w]|^\s*\{\s*(?:to|href|url|pathname)\s*:\s*[\x22\x27]/[\w$]|^\s*f?[\x22\x27`](?:/[\w]|https?://[^/\x22\x27`{$]+/)|^\s*(?:[A-Z]\w*\.)?[a-z]\w*_(?:path|url)\s*\(|(?i)url_for|reverse\s*\(|\breferr?er\b",
);
static PLACE: Place<'_> = Place { leads: true, ..Place::of(&FIRST, &ANY).but(&TAMED, &FIXED) };

/// In PHP a form is checked as a whole, which says nothing of an address unless it is one of its fields.
static TAMED_PHP: Pattern = Pattern::new(
    r"(?i)allowed|allowlist|whitelist|isSafe|is_local|isLocal|str_starts_with|startsWith|parse_url|validate\s*\([^;]*(?:url|redirect|return|next|back|target)\w*['\x22]\s*=>|validateUrl|isValid|relative|sanitiz|filter_var|wp_validate",
);
static IN_PHP: Place<'_> = Place { leads: true, ..Place::of(&AWAY, &ANY).but(&TAMED_PHP, &FIXED) };
/// Laravel sends somebody away from the site.
static AWAY: Pattern = Pattern::new(r"\bredirect\s*\(\s*\)->away\s*\(|\bRedirect::away\s*\(");

/// In C a header says it, or a function that is called by it.
static FIRST_C: Pattern = Pattern::new(
    r"\b\w*redirect\w*\s*\(\s*(?:\w+\s*,\s*){0,2}|(?:^|[^\w.>])(?:\w+_)?location\s*\(\s*|\bMHD_HTTP_HEADER_LOCATION\s*,|[hH]eader\w*\s*\([^\x22\n]*\x22[Ll]ocation\x22\s*,",
);
static ANY_C: Pattern = Pattern::new(r"\x22(?:[^\x22\n]*\\n)?Location:");
static IN_C: Place<'_> = Place { leads: true, ..Place::of(&FIRST_C, &ANY_C).but(&TAMED, &FIXED) };

impl Check for RedirectFromRequest {
    fn rule(&self) -> RuleId {
        RuleId("redirect-from-request")
    }

    fn needs(&self) -> Needs {
        request::needs(&[&PLACE, &IN_C, &IN_PHP])
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        let place = if matches!(file.language, Language::C | Language::Cpp) { &IN_C } else { &PLACE };
        let mut found = request::endings(place, &[], file);
        if found.is_empty() && file.language == Language::Php {
            found = request::endings(&IN_PHP, &[], file);
        }
        if found.is_empty() {
            return;
        }
        let twins = twins(file);
        for Ending { lines, straight } in found {
            let led_home = twins.iter().filter(|twin| twin.is.contains(&lines.start)).any(no_longer_home);
            let draft = Draft::lines(file, side, lines.start, lines.end);
            sink.report(if led_home {
                draft.title("A redirect that led to a page of this site leads where a request says")
            } else if straight {
                draft
            } else {
                draft.severity(Severity::Medium)
            });
        }
    }
}

/// Whether a redirect to a page of the site itself went from the function, and none of its kind came.
fn no_longer_home(twin: &Twin<'_, '_>) -> bool {
    static HOME: Pattern = Pattern::new(
        r#"^\s*f?["'`](?:/["'`\w]|["'`])|^\s*(?:\w+\.)?(?:url_for|reverse|route|to_route|Url\.Action|path_for|urlFor|generateUrl)\s*\(|^\s*(?:[A-Z]\w*\.)?[a-z]\w*_(?:path|url)\b|^\s*root_(?:path|url)\b"#,
    );
    let home = |text: &str| FIRST.find(text).is_some_and(|call| text.get(call.end..).is_some_and(|rest| HOME.is_match(rest)));
    twin.removed().any(|(_, text)| home(text)) && !twin.added().any(|(_, text)| home(text))
}
