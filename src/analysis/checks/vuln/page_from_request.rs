//! `page-from-request`: a page holds what whoever asks has written, as markup.

use super::request::{self, Place};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Needs;
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/page-from-request.toml`.
pub struct PageFromRequest;

static FIRST: Pattern = Pattern::new(r"[^\s\S]");
static ANY: Pattern = Pattern::new(
    r"\b(?:res|response)\.(?:send|write|end)\s*\(|\b(?:make_response|HttpResponse|HTMLResponse|Response)\s*\(|^\s*return\s+(?:f?[\x22\x27]{1,3}\s*<)|\bfmt\.Fprint(?:f|ln)?\s*\(\s*w\s*,|\bw\.Write\s*\(|\.getWriter\(\)\s*\.(?:print\w*|write|append)\s*\(|\bout\.print\w*\s*\(|\bResponse\.Write\s*\(|^\s*(?:echo|print)[\s(]|<\?=|\brender\s+html:\s*|\bc\.(?:String|Data|HTML)\s*\(|(?:^|[^\w.>])Content\s*\(|\bResults\.(?:Content|Text)\s*\(|\bnew\s+HtmlString\s*\(|\bcall\.respondText\s*\(|\bctx\.html\s*\(|(?:^|[^\w.:])(?:Raw)?Html\s*\(|\bHttpResponse::\w+\s*\(\s*\)[^;]*?\.body\s*\(|\breply::html\s*\(",
);
static TAMED: Pattern = Pattern::new(
    r"(?i)escape|saniti[sz]e|htmlspecialchars|htmlentities|strip_tags|encodeURI|jsonify|json_encode|JSON\.stringify|application/json|text/plain|xss|html\.EscapeString|template\.|bleach|\bh\(|Encoder\.Encode|HtmlEncode",
);
static FIXED: Pattern = Pattern::new(r"(?i)^[^<>$]*$|intval\(|Number\(|parseInt\(|\bint\(");
static TAMES: Pattern = Pattern::new(r"\b(?:encode_(?:text|safe|\w*attribute)|escape\w*|html_escape\w*)\s*\(");
static PLACE: Place<'_> = Place { tames: &TAMES, ..Place::of(&FIRST, &ANY).but(&TAMED, &FIXED) };
/// Answers that are text unless they say otherwise.
static PLAIN: Pattern = Pattern::new(r"(?:^|[^\w.>])Content\s*\(|\bResults\.(?:Content|Text)\s*\(|\bcall\.respondText\s*\(");
static AS_PAGE: Pattern = Pattern::new(r"(?i)text/html|\bText\.Html\b|TextHtml");

/// In C a page is printed; its format is a literal with markup.
static PRINTED: Pattern =
    Pattern::new(r#"\b(?:\w*printf|mg_http_reply)\s*\(\s*(?:[^",\n]+,\s*|"[^"<\n]*"\s*,\s*){0,3}"[^"\n]*</?[a-zA-Z]"#);
/// In C++ it is put together of literals with markup and values.
static PUT_TOGETHER: Pattern = Pattern::new(
    r#"\b\w*printf\s*\(\s*(?:[^",\n]+,\s*){0,3}"[^"\n]*</?[a-zA-Z]|"[^"\n]*</?(?:html|head|body|title|h[1-6]|p|b|i|em|strong|div|span|table|t[rdh]|ul|ol|li|a|pre|code|form|input|img|script)\b[^"\n]*"s?\s*(?:\+|<<|,)"#,
);
static IN_CPP: Place<'_> = Place { tames: &TAMES, ..Place::of(&FIRST, &PUT_TOGETHER).but(&ESCAPED, &FIRST) };
static ESCAPED: Pattern = Pattern::new(r"(?i)escape|encode|saniti[sz]e|quote");
static IN_C: Place<'_> = Place { tames: &TAMES, ..Place::of(&FIRST, &PRINTED).but(&ESCAPED, &FIRST) };

impl Check for PageFromRequest {
    fn rule(&self) -> RuleId {
        RuleId("page-from-request")
    }

    fn needs(&self) -> Needs {
        request::needs(&[&PLACE, &IN_C, &IN_CPP])
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        let place = match file.language {
            Language::C => &IN_C,
            Language::Cpp => &IN_CPP,
            _ => &PLACE,
        };
        for end in request::endings(place, &[], file) {
            let text = side.plain().get(side.bytes_of(end.lines.start, end.lines.end)).unwrap_or("");
            if PLAIN.is_match(text) && !AS_PAGE.is_match(text) {
                continue;
            }
            let draft = Draft::lines(file, side, end.lines.start, end.lines.end);
            sink.report(if end.straight { draft } else { draft.severity(Severity::Medium) });
        }
    }
}
