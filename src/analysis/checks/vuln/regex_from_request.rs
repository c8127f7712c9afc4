//! `regex-from-request`: a regular expression is written by whoever asks.

use super::request::{self, Place};
use crate::analysis::check::{Check, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Needs;
use crate::analysis::view::FileView;
use crate::model::rule::RuleId;

/// See `rules/code/regex-from-request.toml`.
pub struct RegexFromRequest;

static FIRST: Pattern = Pattern::new(
    r"\bre\.(?:compile|match|search|sub|findall|fullmatch|finditer|split|subn)\s*\(|\bnew\s+RegExp\s*\(|(?:^|[^\w.])RegExp\s*\(|\bRegexp\.new\s*\(|\bPattern\.(?:compile|matches)\s*\(|\.(?:matches|replaceAll|replaceFirst)\s*\(|\bpreg_\w+\s*\(|\bnew\s+(?:System\.Text\.RegularExpressions\.)?Regex\s*\(|\bRegex::new\s*\(|\bRegexBuilder::new\s*\(|\bregexp2\.(?:Must)?Compile\s*\(|\bregcomp\s*\([^,()]+,|\bpcre2?_compile\w*\s*\(|\bRegex\.(?:IsMatch|Match|Replace|Split)\s*\([^,]+,|(?:^|[^\w.])Regex\s*\(|\$regex[\x22\x27]?\s*:\s*",
);
static ANY: Pattern = Pattern::new(r"[^\s\S]");
static TAMED: Pattern = Pattern::new(
    r"(?i)re\.escape|escapeRegExp|escape_?regex|_\.escapeRegExp|Regexp\.escape|Pattern\.quote|preg_quote|Regex\.Escape|re2|safe-?regex|NonBacktracking|fancy_regex::escape|regex::escape",
);
static FIXED: Pattern = Pattern::new(r"^\s*[rb]?[\x22\x27`][^\x22\x27`{$]*[\x22\x27`]\s*$");
static PLACE: Place<'_> = Place::of(&FIRST, &ANY).but(&TAMED, &FIXED);
/// Engines of Rust that backtrack; the usual one does not.
static BACKTRACKS: Pattern = Pattern::new(r"\bfancy_regex\b|\bpcre2\b|\bonig\b");

impl Check for RegexFromRequest {
    fn rule(&self) -> RuleId {
        RuleId("regex-from-request")
    }

    fn needs(&self) -> Needs {
        request::needs(&[&PLACE])
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if file.language == Language::Rust && !file.new_side().is_some_and(|side| BACKTRACKS.is_match(side.plain())) {
            return;
        }
        request::report(&PLACE, file, sink);
    }
}
