//! Functions that waited between requests, or sent only some at once, and do so no longer. Never what was without measure before.

use super::twins::{Twin, twins};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::view::{FileView, SideView};

/// What waits between two requests.
static PAUSES: Pattern = Pattern::new(
    r"\b(?:u|nano|m)?sleep\b|\btime_nanosleep\b|\bdelay\s*\(|\bTask\.Delay\b|\bThread\.[sS]leep\b|\b\w*[lL]imiter\b|\buntil_ready\b|\bsetTimeout\b|\btime\.(?:Sleep|After|Tick|NewTicker)\b|[bB]ackoff|[tT]hrottle",
);
/// What says how many may be under way at once.
static LIMITS: Pattern = Pattern::new(
    r"\b(?:buffer_unordered|buffered|for_each_concurrent|try_buffer_unordered|try_for_each_concurrent)\s*\(\s*[\dA-Z]|\b[cC]oncurrency[\x22\x27]?\s*(?::|=>|=)\s*\d|\bp[lL]imit\s*\(|\b\w*[sS]emaphore\w*\s*\(|\.SetLimit\s*\(|\b\w*FixedThreadPool\b|\bMaxDegreeOfParallelism\b|\bmax_workers\s*=\s*\d|\blimitedParallelism\s*\(|\b(?:flatMap|mergeMap|mapAsync)\s*\([^\n]*,\s*\d+\s*\)|\bin_(?:threads|processes):",
);
/// What sends for all at once.
static FANS: Pattern = Pattern::new(
    r"\bPromise\.all(?:Settled)?\s*\(|\b(?:try_)?join_all\s*\(|\bawaitAll\s*\(|\bTask\.WhenAll\s*\(|\bThread\.(?:new|start)\b|\bnew\s+Thread\s*\(|\basyncio\.gather\s*\(|\bsendAsync\s*\(|\bgo\s+func\b|\bFuturesUnordered\b|\bFuture\.wait\s*\(|\b[cC]oncurrency[\x22\x27]?\s*(?::|=>|=)\s*(?:count\s*\(|sizeof\s*\(|PHP_INT_MAX|Infinity|\w+\.length|len\s*\()|\bInteger\.MAX_VALUE\b|\bInt\.MAX_VALUE\b|\busize::MAX\b|\bint\.MaxValue\b|\bParallel\.ForEach\w*\s*\(|\bparallelStream\s*\(|\bDispatchQueue\.concurrentPerform\b",
);
/// A loop without an end of its own, or one that goes on until there is an answer.
static ENDLESS: Pattern = Pattern::new(
    r"\bwhile\s*\(?\s*(?:True|true|1|!0)\b|\bwhile\s+:|\bfor\s*\(\s*;\s*;|(?m:^\s*for\s*\{)|\bloop\s*(?:\{|do\b)|(?m:^\s*retry\s*$)|\bwhile\s*\(?\s*!?\w+\s*(?:===?|is)\s*(?:null|nil|None|undefined)\b",
);
/// Asks again for ever, by a policy.
static FOREVER: Pattern = Pattern::new(
    r"\bRetry\.indefinitely\s*\(|\b(?:Wait)?(?:AndRetry|Retry)Forever\w*\s*\(|\bstop\s*=\s*stop_never\b|\bretries\s*:\s*Infinity\b|\bretry\s*\(\s*\)|\bretry\s*\(\s*(?:Long|Integer)\.MAX_VALUE|@retry\s*(?:\(\s*\)\s*)?$|@tenacity\.retry\s*(?:\(\s*\)\s*)?$",
);
/// A policy that ends some time.
static MEASURED: Pattern = Pattern::new(
    r"\bRetry\.(?:backoff|fixedDelay|max)\s*\(|\bWaitAndRetry\w*\s*\(|\bRetryAsync\s*\(|\bstop\s*=\s*stop_after_\w+|\bretries\s*:\s*\d|\bretry\s*\(\s*\d",
);
static CALLED: Pattern = Pattern::new(r"\b([A-Za-z_]\w*)\s*\(");
/// A longer function, in bytes, is no helper.
const LONGEST: usize = 20_000;
/// More functions of a file are not looked up.
const MOST: usize = 200;

/// Words of policies, which ask nobody by themselves.
#[must_use]
pub fn policies() -> Words {
    Words::of([&FOREVER])
}

/// A line of each function that asks others, as `asks` says, without the measure it kept before.
pub fn unpaced<'v, 'a>(file: &'v FileView<'a>, asks: &Pattern) -> Vec<(&'v SideView<'a>, usize)> {
    let mut found = Vec::new();
    let twins = twins(file);
    let mut helpers = None;
    for twin in &twins {
        // One measure may take the place of the other.
        let kept = || PAUSES.is_match(twin.after()) || LIMITS.is_match(twin.after());
        let lost = |pattern: &Pattern| twin.lost(pattern) > twin.gained(pattern) && !kept();
        let forever = || twin.gained(&FOREVER) > twin.lost(&FOREVER) && twin.lost(&MEASURED) > 0;
        let (paced, limited) = (lost(&PAUSES), lost(&LIMITS));
        let fans = || twin.gained(&FANS) > twin.lost(&FANS);
        let without = (paced || limited) && fans() || paced && ENDLESS.is_match(twin.after());
        if !without && !forever() {
            continue;
        }
        let mut asked = || {
            let helpers = helpers.get_or_insert_with(|| asking(twin, asks));
            asks.is_match(twin.after()) || CALLED.groups(twin.after(), 1).any(|name| helpers.contains(&name))
        };
        if forever() || asked() {
            let telling = |text: &str| [&FOREVER, &FANS, &ENDLESS].iter().any(|pattern| pattern.is_match(text));
            let line = twin.added().find(|(_, text)| telling(text)).map_or(twin.is.start, |(line, _)| line);
            found.push((twin.new, line));
        }
    }
    // A decorator stands above the function and belongs to none.
    if found.is_empty()
        && let Some(side) = file.new_side().filter(|side| file.role.is_live() && asks.is_match(side.plain()))
    {
        let mark = |text: &str| text.len() <= 400 && text.trim_start().starts_with('@');
        let measured = || file.removed().any(|line| mark(line.text) && MEASURED.is_match(line.text));
        let forever = file.added().find(|line| mark(line.text) && FOREVER.is_match(line.text));
        found.extend(forever.filter(|_| measured()).map(|line| (side, line.index)));
    }
    found
}

/// Functions of the file that ask others.
fn asking<'v>(twin: &Twin<'v, '_>, asks: &Pattern) -> Vec<&'v str> {
    let side = twin.new;
    let text = |first, last| side.plain().get(side.bytes_of(first, last)).unwrap_or("");
    let all = side.functions().iter().take(MOST);
    let short = |text: &str| text.len() <= LONGEST;
    all.filter(|one| {
        !one.name.is_empty() && Some(text(one.first_line, one.last_line)).filter(|text| short(text)).is_some_and(|text| asks.is_match(text))
    })
    .map(|one| one.name.as_str())
    .collect()
}
