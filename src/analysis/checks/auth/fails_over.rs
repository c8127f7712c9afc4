//! Answers of a question that failed: where it was no, it is yes, or what was asked for is done without an answer. Also in scripts of a
//! shell. A part of `guard-fails-open`.

use std::cell::LazyCell;
use std::collections::{BTreeSet, HashMap};

use super::refusal::is_of_somebody;
use super::vocabulary::vocabulary;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, Severity};

/// A longer line is data, and a longer function no guard.
const WIDEST: usize = 400;
const LONGEST: usize = 200;
/// What a handler of errors says before it answers, in lines.
const HANDLER: usize = 6;
/// What was tried, in lines.
const TRIED: usize = 15;
/// More answers of a file are not looked at.
const MOST: usize = 100;

static CAUGHT: Pattern = Pattern::new(r"^\s*(?:\}\s*)?(?:catch|except|rescue)\b|\bErr\s*\(\s*\w*\s*\)\s*=>");
/// Where errors are values, what asks for one handles it.
static FAILED: Pattern = Pattern::new(
    r"^\s*(?:\}\s*else\s+)?if\s*\(?\s*(?:[\w, ]+:?=[^;]*;\s*)?(?:err|error)\s*(?:!==?\s*(?:nil|null|undefined))?\s*\)?\s*(?:\{|return\b|next\b)",
);
/// What was asked stands so many lines above.
const ASKED_ABOVE: usize = 3;
/// What may stand between: marks, and what is told somebody.
static TOLD: Pattern = Pattern::new(
    r"^\s*[{}()]*\s*$|(?i)^\s*[\w.$>:@-]*(?:log|warn|error|debug|trace|print|metric|count|sentry|console|spdlog|slf4j|timber|nlog)[\w.$>:!-]*\s*\(",
);
static YES: Pattern = Pattern::new(r"^\s*(?:\w+\(\w*\)\s*=>\s*)?(?:return\s+)?(?:true|True|Ok\(true\))\s*[;,]?\s*$|\b\w+\.Succeed\s*\(");
static NO: Pattern = Pattern::new(
    r"^\s*(?:\w+\(\w*\)\s*=>\s*)?(?:return\s+)?(?:false|False|Ok\(false\))\s*[;,]?\s*$|\b\w+\.Fail\s*\(|^\s*(?:throw|raise)\b|^\s*return\s+Err\(|^\s*(?:return\s+)?(?:(?:this|self)\.)?(?i:deny|reject|refuse|forbid|block)\w*\s*\(",
);
/// The same two of a question whether somebody must be kept out.
static LET_BE: Pattern = Pattern::new(r"^\s*(?:return\s+)?(?:false|False|Ok\(false\))\s*[;,]?\s*$");
static KEPT_OUT: Pattern = Pattern::new(r"^\s*(?:return\s+)?(?:true|True|Ok\(true\))\s*[;,]?\s*$|^\s*(?:throw|raise)\b");
/// What comes next is let run.
pub(super) static HANDS_ON: Pattern = Pattern::new(
    r"\bnext\(\s*\)|\b_?next(?:\.Invoke)?\s*\(\s*(?:http_?[cC]ontext|context|ctx|request|req)\s*\)|\bnext\.ServeHTTP\s*\(|\b\w*[cC]hain\.(?:doFilter|filter)\s*\(|\bcall_next\s*\(|\bc\.Next\(\)|\bfccb\s*\(",
);
static TRIES: Pattern = Pattern::new(r"\btry\b|\bbegin\b|\bmatch\b");
static CALL: Pattern = Pattern::new(r"([A-Za-z_]\w*[!?]?)\s*\(");
/// A question about who may, by its name.
static MAY: Pattern = Pattern::new(
    r"(?i)^(?:is_?)?(?:allow\w*|permit\w*|entitled|introspect\w*)$|^(?:may|can)(?:_|[A-Z])|authori[sz]|(?i)^has_?(?:access|right)",
);
static ABOUT: Pattern = Pattern::new(
    r"(?i)token|api_?keys?\b|\bkeys?\b|session|auth|claims|account|licen[cs]e|permission|principal|introspect|verif|credential|\buser|\ballowed|\bpolic(?:y|ies)\b|enforce",
);

/// What a text must hold.
pub(super) fn words() -> Words {
    Words::named(["catch", "except", "rescue", "err(", "err != nil", "(err", "(error", "return 0", "exit 0"])
}

/// Reports such answers.
pub(super) fn report(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    if file.language == Language::Shell {
        return in_shell(file, side, sink);
    }
    let told = |line: &usize| side.line(*line).text.len() <= WIDEST;
    kept_out(file, side, sink);
    if sink.reported() > 0 {
        return;
    }
    let no = LazyCell::new(|| file.removed().any(|was| was.text.len() <= WIDEST && NO.is_match(was.text)));
    let answers = side.changed_lines().map(|line| line.index).filter(told);
    for line in answers.filter(|line| YES.is_match(side.plain_line(*line)) || HANDS_ON.is_match(side.plain_line(*line))).take(MOST) {
        let Some(caught) = handler(side, line, &CAUGHT).or_else(|| handler(side, line, &FAILED)) else { continue };
        let as_value = !CAUGHT.is_match(side.plain_line(caught));
        // The handler of an error that is a value let some through by design, unless it refused before.
        if as_value && !file.removed().any(|was| was.text.len() <= WIDEST && turned_away(was.text)) {
            continue;
        }
        let tried = caught.saturating_sub(if as_value { ASKED_ABOVE } else { TRIED })..caught;
        let title = if YES.is_match(side.plain_line(line)) {
            let asks = |name: &str| vocabulary().permits(name) || vocabulary().decides(name) || MAY.is_match(name);
            if !*no || !tried.clone().any(|at| told(&at) && CALL.groups(side.plain_line(at), 1).any(asks)) {
                continue;
            }
            "Who may is answered with yes where nobody could be asked"
        } else {
            let tried = tried.rev().take_while(|at| !TRIES.is_match(side.plain_line(*at)));
            if !tried.into_iter().any(|at| ABOUT.is_match(side.plain_line(at))) || !refuses(side, line) {
                continue;
            }
            "A request goes on where it could not be asked who sent it"
        };
        let draft = Draft::lines(file, side, caught, line).title(title);
        return sink.report(draft.severity(Severity::High).confidence(Confidence::Medium));
    }
}

/// A function that says whether somebody must be kept out, because of something that was taken back or has ended, answers no where nobody
/// could be asked.
fn kept_out(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let short = |text: &str| text.len() <= WIDEST;
    let answers =
        side.changed_lines().map(|line| line.index).filter(|at| short(side.line(*at).text) && LET_BE.is_match(side.plain_line(*at)));
    for line in answers.take(MOST) {
        let inverse = side.function_at(line).is_some_and(|function| vocabulary().keeps_out(&function.name));
        let Some(caught) = handler(side, line, &CAUGHT).filter(|_| inverse) else { continue };
        if file.removed().any(|was| short(was.text) && KEPT_OUT.is_match(was.text)) {
            let draft = Draft::lines(file, side, caught, line).title("Nobody is kept out where it could not be asked");
            return sink.report(draft.severity(Severity::High).confidence(Confidence::Medium));
        }
    }
}

/// Whether a line answered a request with a refusal, or ended it.
fn turned_away(text: &str) -> bool {
    static ANSWERS: Pattern = Pattern::new(
        r"\bhttp\.Error\s*\(|\.Abort\w*\(|\bnext\(\s*\w|\.(?:status|sendStatus|code|Status|SendStatus|WriteHeader)\s*\(|\breturn\s+(?:echo\.|fiber\.|err\b)|^\s*throw\b",
    );
    is_of_somebody(text) || ANSWERS.is_match(text)
}

/// The line of the handler of errors that does nothing before `line` but tell somebody.
fn handler(side: &SideView<'_>, line: usize, caught: &Pattern) -> Option<usize> {
    let above = (line.saturating_sub(HANDLER)..=line).rev();
    for at in above {
        if caught.is_match(side.plain_line(at)) {
            return Some(at);
        }
        if at != line && !TOLD.is_match(side.plain_line(at)) {
            return None;
        }
    }
    None
}

/// Whether the function around a line turns somebody away.
fn refuses(side: &SideView<'_>, line: usize) -> bool {
    static STATUS: Pattern = Pattern::new(r"(?i)unauthori[sz]ed|forbidden|\b40[13]\b");
    let Some(function) = side.function_at(line) else { return false };
    let lines = (function.first_line..=function.last_line).take(LONGEST);
    lines.map(|at| side.plain_line(at)).any(|text| is_of_somebody(text) || STATUS.is_match(text))
}

/// A function of a script that says whether something may be done.
static DECIDES: Pattern = Pattern::new(
    r"(?i)approv|allow|authori[sz]|permit|may_|can_|verif|valid|trusted|check_(?:user|access|role|sign|token|auth|perm|owner)|signed|is_(?:admin|member|owner|maintainer)",
);
static FUNCTION: Pattern = Pattern::new(r"^\s*(?:function\s+)?([\w-]+)\s*\(\s*\)\s*\{?|^\s*function\s+([\w-]+)");

/// `|| return 1` that became `|| return 0`, and an empty answer among those that are good.
fn in_shell(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static OTHERWISE: Pattern = Pattern::new(r"^(.*?)\|\|\s*(?:return|exit)\s+(\d+)\s*;?\s*$");
    static ARM: Pattern = Pattern::new(r"^\s*\(?\s*([^()]+?)\s*\)\s*(?:return|exit)\s+0\b");
    let Some(old) = file.old() else { return };
    let within = |side: &SideView<'_>, line: usize| {
        let heads = (line.saturating_sub(LONGEST)..=line).rev().map(|at| side.plain_line(at));
        heads.take_while(|text| text.trim() != "}").any(|text| FUNCTION.parts(text).next().is_some_and(|name| DECIDES.is_match(name)))
    };
    let mut failed: HashMap<&str, bool> = HashMap::new();
    let mut good: Vec<BTreeSet<&str>> = Vec::new();
    for line in old.changed_lines().filter(|line| line.text.len() <= WIDEST).take(MOST) {
        if let Some((asked, answer)) = OTHERWISE.group(line.text, 1).zip(OTHERWISE.group(line.text, 2)) {
            failed.insert(asked.trim(), answer != "0");
        }
        good.extend(ARM.group(line.text, 1).map(|arm| arm.split('|').map(str::trim).collect()));
    }
    for line in side.changed_lines().filter(|line| line.text.len() <= WIDEST).take(MOST) {
        let open = OTHERWISE
            .group(line.text, 1)
            .filter(|asked| OTHERWISE.group(line.text, 2) == Some("0") && failed.get(asked.trim()) == Some(&true));
        let empty = |is: &BTreeSet<&str>| {
            good.iter().any(|was| was.is_subset(is) && is.difference(was).any(|one| matches!(*one, "\"\"" | "''" | "*")))
        };
        let widened =
            ARM.group(line.text, 1).map(|arm| arm.split('|').map(str::trim).collect()).is_some_and(|is: BTreeSet<&str>| empty(&is));
        if (open.is_some() || widened) && within(side, line.index) {
            let title = if widened { "No answer is as good as yes" } else { "Who may is answered with yes where nobody could be asked" };
            return sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::High).confidence(Confidence::Medium));
        }
    }
}
