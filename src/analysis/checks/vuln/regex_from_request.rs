//! `regex-from-request`: a regular expression is written by whoever asks.

use super::request::{self, Place};
use crate::analysis::check::{Check, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Needs;
use crate::analysis::view::FileView;
use crate::model::rule::RuleId;

/// See `rules/code/regex-from-request.toml`.
pub struct RegexFromRequest;

static FIRST: Pattern = Pattern::new(
    r"\bre\.(?:compile|match|search|sub|findall|fullmatch|finditer|split|subn)\s*\(|\bnew\s+RegExp\s*\(|(?:^|[^\w.])RegExp\s*\(|\bRegexp\.new\s*\(|\bPattern\.(?:compile|matches)\s*\(|\.(?:matches|replaceAll|replaceFirst)\s*\(|\bpreg_\w+\s*\(|\bnew\s+Regex\s*\(|\bRegex\.(?:IsMatch|Match|Replace|Split)\s*\([^,]+,|(?:^|[^\w.])Regex\s*\(|\$regex[\x22\x27]?\s*:\s*",
);
static ANY: Pattern = Pattern::new(r"[^\s\S]");
static TAMED: Pattern = Pattern::new(
    r"(?i)re\.escape|escapeRegExp|escape_?regex|_\.escapeRegExp|Regexp\.escape|Pattern\.quote|preg_quote|Regex\.Escape|re2|safe-?regex",
);
static FIXED: Pattern = Pattern::new(r"^\s*[rb]?[\x22\x27`][^\x22\x27`{$]*[\x22\x27`]\s*$");
static PLACE: Place<'_> = Place { first: &FIRST, any: &ANY, tamed: &TAMED, fixed: &FIXED };

impl Check for RegexFromRequest {
    fn rule(&self) -> RuleId {
        RuleId("regex-from-request")
    }

    fn needs(&self) -> Needs {
        request::needs(&PLACE)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        request::report(&PLACE, file, sink);
    }
}
