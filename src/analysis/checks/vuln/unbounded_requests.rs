//! `unbounded-requests`: a loop that asks another host as often and as fast as it can, or a function that no longer keeps its requests apart.

use super::request::loosened;
use super::twins::twins;
use super::unpaced::unpaced;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/unbounded-requests.toml`.
pub struct UnboundedRequests;

static ENDLESS: Pattern = Pattern::new(
    r"^\s*(?:'\w+:\s*)?(?:while\s*\(?\s*(?:True|true|1|!0)\s*\)?\s*(?::|;|do|$)?|for\s*\(\s*;\s*;\s*\)|for\s*$|loop\s*(?:do)?\s*$|while\s+:\s*;?\s*(?:do)?)\s*\{?\s*$",
);
/// Ten thousand times or more.
static MANY: Pattern = Pattern::new(
    r"^\s*for\b[^\n]*(?:\brange\s*\(\s*(?:0\s*,\s*)?|<=?\s*|\b0\.\.=?)(?:[1-9]\d{4,}|[1-9]\d?(?:_000)+|10\s*\*\*\s*[4-9]|1e[4-9])",
);
static ASKS: Pattern = Pattern::new(
    r"\b(?:requests|httpx|session|client|axios|got|ky|http|https|fasthttp|reqwest|ureq|rest|web|restTemplate|httpClient|_?http|_?client|Net::HTTP|HTTParty|Faraday)\b\s*(?:\.|::|->)\s*(?:get|post|put|delete|request|head|send|Get|Post|Put|Do|Send|exchange|execute|GetAsync|PostAsync|call)\w*(?:<[^<>()\n]*>)?\s*\(|\bnew\s+Pool\s*\(|(?:^|[^\w.])fetch\s*\(|\burlopen\s*\(|\bcurl_exec\s*\(|\bfile_get_contents\s*\(\s*['\x22]https?:|(?:^|[\s;&|])(?:curl|wget|hping3|nping)\s+[^\n]*",
);
/// What lets it rest, or ends it.
static RESTS: Pattern = Pattern::new(
    r"(?i)\b(?:break|return|raise|throw|panic|exit|yield|sleep|wait\w*|delay|timeout|settimeout|ticker|time\.After|backoff|retry|limiter|semaphore|accept|recv|select|<-|read_?line|input|queue|\.next\(|poll|done|cancel\w*|stop\w*|rate_?limit\w*)\b|<-|\?\s*;",
);
const MOST: usize = 40;
/// A loop that goes on until there is an answer.
static UNTIL: Pattern = Pattern::new(
    r"^\s*while\s*\(?\s*(?:!\s*\w+|not\s+\w+|\w+\s*(?:===?|is)\s*(?:null|nil|None|undefined))\s*\)?\s*:?\s*\{?\s*$|^\s*until\s+\w+\s*$",
);
/// What goes wrong is passed over.
static SWALLOWS: Pattern = Pattern::new(r"^\s*\}?\s*(?:catch|except|rescue)\b|\brunCatching\b|\bgetOrNull\b");

impl Check for UnboundedRequests {
    fn rule(&self) -> RuleId {
        RuleId("unbounded-requests")
    }

    fn needs(&self) -> Needs {
        Needs::nothing()
            .and(Reach::AFTER, Words::of([&ASKS]).or(super::unpaced::policies()).or(Words::named(["attempt", "retries", "tries"])))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
        let mut told = Vec::new();
        for (index, statement) in side.statements().iter().enumerate() {
            let code = side.code_of(statement);
            let (until, many) = (UNTIL.is_match(code), MANY.is_match(code));
            let endless = until || ENDLESS.is_match(code);
            let block = index + 1..statement.end.max(index + 1);
            if !(endless || many) || block.is_empty() || block.len() > MOST {
                continue;
            }
            let inside = || block.clone().filter_map(|at| side.statements().get(at));
            let last = inside().map(|one| one.last_line).max().unwrap_or(statement.last_line);
            let asks = inside().any(|one| ASKS.is_match(side.plain_of(one)));
            let rests = endless && inside().any(|one| RESTS.is_match(side.code_of(one)));
            if until && !inside().any(|one| SWALLOWS.is_match(side.code_of(one))) {
                continue;
            }
            let paced = many && inside().any(|one| side.code_of(one).contains("sleep"));
            if asks && !rests && !paced && (side.touches(statement.first_line, last) || loosened(file, &RESTS)) {
                told.push(statement.first_line..last + 1);
                sink.report(Draft::lines(file, side, statement.first_line, last));
            }
        }
        if let Some(line) = uncounted(file) {
            let draft = Draft::line(file, side, line).title("Attempts are no longer counted, so their limit is never reached");
            sink.report(draft.severity(Severity::Medium));
        }
        for (side, line) in unpaced(file, &ASKS) {
            if !told.iter().any(|lines| lines.contains(&line)) {
                sink.report(Draft::line(file, side, line).title("Requests to another host lost what kept them apart or few at a time"));
            }
        }
    }
}

/// The line that compares a number of attempts with its limit, where the old one counted them and nothing of the file does now.
fn uncounted(file: &FileView<'_>) -> Option<usize> {
    static COUNTED: Pattern = Pattern::new(r"(?:\+\+\s*([\w.>$-]+)|([\w.>$-]+)\s*\+\+)\s*[<>]=?\s*[\w$]");
    static TRIES: Pattern = Pattern::new(r"(?i)attempt|retr(?:y|ies)|tries|tried|fail");
    static GROWS: Pattern = Pattern::new(r"\+\+|\+=|=[^=]");
    let short = |text: &str| text.len() <= 400;
    for twin in twins(file) {
        let counted = twin.removed().filter(|(_, text)| short(text)).filter_map(|(_, text)| COUNTED.parts(text).next());
        for name in counted.filter(|name| TRIES.is_match(name)).take(20) {
            let compares = |text: &str| {
                text.find(name).is_some_and(|at| text.get(at + name.len()..).is_some_and(|rest| rest.trim_start().starts_with(['<', '>'])))
            };
            let Some((line, _)) = twin.added().find(|(_, text)| short(text) && compares(text) && !COUNTED.is_match(text)) else { continue };
            let grows = |text: &str| {
                text.match_indices(name).any(|(at, _)| {
                    let (before, after) = (text.get(..at).unwrap_or(""), text.get(at + name.len()..).unwrap_or("").trim_start());
                    before.trim_end().ends_with("++") || GROWS.find(after).is_some_and(|grows| grows.start == 0)
                })
            };
            if !twin.new.plain().lines().take(10_000).filter(|text| short(text)).any(grows) {
                return Some(line);
            }
        }
    }
    None
}
