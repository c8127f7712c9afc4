//! `page-from-request`: a page holds what whoever asks has written, as markup.

use super::request::{self, Place};
use crate::analysis::check::{Check, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Needs;
use crate::analysis::view::FileView;
use crate::model::rule::RuleId;

/// See `rules/code/page-from-request.toml`.
pub struct PageFromRequest;

static FIRST: Pattern = Pattern::new(r"[^\s\S]");
static ANY: Pattern = Pattern::new(
    r"\b(?:res|response)\.(?:send|write|end)\s*\(|\b(?:make_response|HttpResponse|HTMLResponse|Response)\s*\(|^\s*return\s+(?:f?[\x22\x27]{1,3}\s*<)|\bfmt\.Fprint(?:f|ln)?\s*\(\s*w\s*,|\bw\.Write\s*\(|\.getWriter\(\)\s*\.(?:print\w*|write|append)\s*\(|\bout\.print\w*\s*\(|\bResponse\.Write\s*\(|^\s*(?:echo|print)[\s(]|<\?=|\brender\s+html:\s*|\bc\.(?:String|Data|HTML)\s*\(",
);
static TAMED: Pattern = Pattern::new(
    r"(?i)escape|saniti[sz]e|htmlspecialchars|htmlentities|strip_tags|encodeURI|jsonify|json_encode|JSON\.stringify|application/json|text/plain|xss|html\.EscapeString|template\.|bleach|\bh\(",
);
static FIXED: Pattern = Pattern::new(r"(?i)^[^<>$]*$|intval\(|Number\(|parseInt\(|\bint\(");
static PLACE: Place<'_> = Place { first: &FIRST, any: &ANY, tamed: &TAMED, fixed: &FIXED };

impl Check for PageFromRequest {
    fn rule(&self) -> RuleId {
        RuleId("page-from-request")
    }

    fn needs(&self) -> Needs {
        request::needs(&PLACE)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        request::report(&PLACE, file, sink);
    }
}
