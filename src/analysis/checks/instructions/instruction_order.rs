//! `instruction-order`: an agent or reviewer is ordered to act, or to give a verdict.

use std::ops::Range;

use super::guards_dropped;
use super::kind::Kind;
use super::passages::{Passage, Stand, of_file, of_messages};
use super::phrases::{negated, phrases};
use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::checks::exec::engines::engines;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::shell::{self, Deed};
use crate::analysis::view::FileView;
use crate::model::diff::Side;
use crate::model::rule::{RuleId, Severity};

static OUTBOUND: Pattern = Pattern::new(r"(?i)\b(post|send|upload|submit|report|forward|transmit|push)\b(?:[^.]|\.\w){0,100}?\bhttps?://");
static UNASKED: Pattern = Pattern::new(
    r"(?i)\b(push|merge|deploy|publish|delete|commit)\b[^.]{0,60}\b(without\s+(asking|confirmation|approval|review|waiting)|immediately|automatically|directly\s+to\s+(main|master))\b",
);
/// Orders that are fetched from somewhere else, where they can change after the review.
static INBOUND: Pattern = Pattern::new(
    r"(?i)\b(fetch|download|retrieve|curl|pull|load|request|get)\b(?:[^.]|\.\w){0,60}?https?://\S+(?:[^.]|\.\w){0,60}?\b(follow|apply|obey|execute|run|comply\s+with|adhere\s+to|do\s+what|carry\s+out|act\s+on)\b[^.]{0,30}\b(it|them|that|steps?|instructions?|rules?|orders?|directions?|commands?|says?)\b|\b(follow|apply|obey|execute|comply\s+with|carry\s+out|act\s+on)\b[^.]{0,40}\b(steps?|instructions?|rules?|orders?|directions?|commands?)\s+(\w+\s+){0,3}(at|from|in|on)\s+<?https?://\S+[^.]{0,20}\b(before|first|each|every|always|at\s+the\s+start)\b",
);
static PRECEDENCE: Pattern = Pattern::new(
    r"(?i)\b(takes?|has|have|given?)\s+(precedence|priority)\b|\b(overrides?|supersedes?|replaces?)\s+(this|these|the|any|all|what)\b|\binstead\s+of\s+(this|these)\s+(file|rule|instruction)",
);
/// Somebody is asked before something is done.
static ASKS_FIRST: Pattern = Pattern::new(
    r"(?i)\b(ask|confirm|check\s+with|get\s+(an?\s+)?(approval|confirmation|permission)|wait\s+for)\b[^.]{0,60}\b(before|first|approval|confirmation|permission|you\s+(add|change|delete|push|run|install|merge))\b|\b(never|do\s+not|don.t|must\s+not)\b[^.]{0,80}\bwithout\b[^.]{0,20}\b(asking|approval|confirmation|permission|review)\b",
);
static ASKS_NOBODY: Pattern = Pattern::new(
    r"(?i)\bwithout\s+(asking|confirmation|confirming|approval|permission|checking|waiting|review)\b|\b(no|not)\s+(longer\s+)?(need|have)\s+to\s+(ask|confirm|check|wait)\b|\bneed\s+not\s+(ask|confirm)\b|\bno\s+(confirmation|approval|permission|review)\s+(is\s+)?(needed|required|necessary)\b",
);
static ARCHIVE: Pattern = Pattern::new(r"(?i)\bunzip\s+-P\s*\S|\b7z\s+x\b.*\s-p\S|password[- ]protected (zip|archive)");
/// What nobody sends anywhere: files of keys, variables, tokens.
static SECRETS: Pattern = Pattern::new(
    r"(?i)(^|[\s`'\x22(/])(\.env\b|\.npmrc|\.netrc|\.ssh\b|id_rsa|\.aws\b|secrets?\s+file|credentials?\b|access\s+tokens?|api\s?keys?|environment\s+variables?|private\s+keys?|passwords?\b|customer\s+(list|data))",
);
/// What is a secret is to be written where others read it: into a pull request, a comment, a commit.
static SHOWS: Pattern = Pattern::new(
    r"(?i)\b(?:append|include|paste|put|add|post|write|embed|attach|copy|print|quote|run|list)\b(?:[^.]|\.\w){0,80}?(?:^|[\s`'\x22(/])(?:\.env\b|\.npmrc|\.netrc|\.ssh\b|id_rsa|\.aws\b|gh\s+auth\s+token|printenv|environment\s+variables?|private\s+keys?|access\s+tokens?|api\s?keys?|credentials?\b|secrets\s+file)(?:[^.]|\.\w){0,120}?\b(?:pull\s+request|merge\s+request|pr\s+(?:body|description)|comments?|commit\s+message|issue|description|review|changelog)\b",
);
/// A download that is then run, asked for in words.
static PREREQUISITE: Pattern = Pattern::new(
    r"(?i)\b(download|install|fetch|get|grab)\b[^.]{0,80}(https?://|[\w-]+\.(com|io|dev|sh|org|net|example)/)\S+.{0,160}?\b(run|execute|open|launch|start|paste|extract|unzip|unpack)\b",
);
static PASSWORD: Pattern = Pattern::new(r"(?i)\bpass(word|phrase|code)?\b\W{0,3}(is\b|:|`|'|\x22)?");
static OPAQUE: Pattern = Pattern::new(
    r"(?i)\.(zip|7z|rar|exe|dmg|pkg|msi|scr|bin|iso|bat|ps1|vbs)\b|glot\.io|rentry\.|pastebin|paste\.|gist\.github|transfer\.sh|0x0\.st|bit\.ly|tinyurl|t\.ly/|\d{1,3}(\.\d{1,3}){3}",
);
static MENTION: Pattern = Pattern::new(r"(?i)@(claude|copilot|codex|gemini|cursor|devin|coderabbitai|jules|cline|openhands)\b");

/// Where a verdict may be asked for, and where an agent may be spoken to.
static ASKED: Hint = Hint::new(|| phrases().verdict.words());
static SPOKEN_TO: Hint = Hint::new(|| phrases().address.words());
/// Where something may be sent or shown to others.
static TOLD_ON: Hint = Hint::new(|| Words::of([&OUTBOUND, &SHOWS]));

/// See `rules/code/instruction-order.toml`.
pub struct InstructionOrder;

impl Check for InstructionOrder {
    fn rule(&self) -> RuleId {
        RuleId("instruction-order")
    }

    fn needs(&self) -> Needs {
        let told = phrases().verdict.words().or(phrases().address.words()).or(Words::of([&OUTBOUND, &SHOWS]));
        Needs::nothing().and(Reach::AFTER, told).noting(&ASKED).noting(&SPOKEN_TO).noting(&TOLD_ON)
    }

    /// What instructions may not say are commands too.
    fn looks_anyway(&self, file: &FileView<'_>) -> bool {
        matches!(file.role, Role::Instructions | Role::AgentConfig)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        // A line is told once, and what a command does says more than the words around it.
        if file.role == Role::Instructions {
            commands(file, Severity::High, sink);
        }
        let spots = [&ASKED, &SPOKEN_TO, &TOLD_ON].map(|hint| file.spots(hint, Side::New));
        for passage in of_file(file).iter() {
            let [verdict, address, told_on] = spots.map(|spots| passage.meets(spots));
            let may = May { verdict, address, told_on };
            if let Some((range, title, severity)) = judged(passage, may) {
                sink.report(Draft::line(file, side, passage.line(range.start)).title(title).severity(severity));
            }
        }
        if file.role == Role::Instructions {
            commands(file, Severity::Info, sink);
            turned(file, sink);
            guards_dropped::report(file, sink);
        }
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        for (passage, draft) in of_messages(view) {
            if let Some((_, title, severity)) = judged(&passage, May { verdict: true, address: true, told_on: true }) {
                sink.report(draft.title(title).severity(severity));
            }
        }
    }
}

const VERDICT: &str = "Text tells an agent which verdict to give";
const ORDER: &str = "Text orders an agent to act";

/// What may stand in a passage.
#[derive(Clone, Copy)]
struct May {
    verdict: bool,
    address: bool,
    told_on: bool,
}

fn judged(passage: &Passage, may: May) -> Option<(Range<usize>, &'static str, Severity)> {
    let words = phrases();
    if passage.stand == Stand::Literal {
        return answered(passage, may);
    }
    /// What tools ask people to accept, which is no change under review; and how much there is to read.
    static NO_VERDICT: Pattern = Pattern::new(
        r"(?i)\baccept\w*\s+(?:all\s+|the\s+|any\s+)?(?:[\w-]+\s+){0,2}(?:snapshots?|baselines?|goldens?|licen[cs]es?|terms|eula|defaults?|cookies?|prompts?|migrations?)\b|\b(?:why|whether)\s+(?:we|they)\s+(?:should|could|may|might)\s+(?:accept|merge)\s+(?:this|the|your)\s+pull\s+request\s*[.?!]|\b(?:scan|read|analy[sz]e|look\s+(?:at|into))\s+(?:the\s+)?(?:whole|entire|full)\s+(?:tree|repo\w*|code\s?base|director(?:y|ies)|history|log)\b|\bmerge\s+(?:the\s+)?(?:latest\s+)?`?(?:main|master|develop|trunk|upstream|origin/\w+)`?\s+(?:branch\s+)?into\s+(?:the|this|your|their|its)\b|\b(?:do\s+not|don.t|never)\s+block\s+(?:the\s+|your\s+)?(?:event\s+loop|(?:main\s+|ui\s+|other\s+)?threads?|process|loop|execution|rendering|start-?up)\b|\b(?:do\s+not|don.t|never)\s+(?:blindly\s+|simply\s+|just\s+)?(?:accept|merge|approve)\b",
    );
    let other: Vec<Range<usize>> = if may.verdict { NO_VERDICT.find_all(&passage.text).collect() } else { Vec::new() };
    let asked = |range: &Range<usize>| {
        let near = other.partition_point(|other| other.end < range.start);
        other.get(near).is_none_or(|other| other.start > range.end)
    };
    if let Some(range) = may.verdict.then(|| words.verdict.find_all(&passage.text).find(asked)).flatten() {
        let weight = passage.weigh(&range);
        let severity = match (passage.stand, words.address.is_in(&passage.text)) {
            // People ask agents by name for reviews and merges; whoever means every reader means no colleague.
            (Stand::Message, true) if passage.spoken && MENTION.is_match(&passage.text) => weight.min(Severity::Low),
            (Stand::Message, true) if passage.spoken => weight.min(Severity::Medium),
            (Stand::Hidden, true) | (Stand::Message | Stand::Comment, true) => weight,
            (Stand::Hidden, false) if passage.kind == Kind::Markup => Severity::Low,
            (Stand::Hidden, false) => weight.min(Severity::High),
            (Stand::Instructions, _) if is_open(&passage.text, &range) => weight.min(Severity::Low),
            (Stand::Instructions, _) => weight,
            // A verdict that people give each other.
            (Stand::Message, false) if passage.spoken => return None,
            (Stand::Message, false) => weight.min(Severity::Low),
            (Stand::Visible, true) => Severity::Info,
            _ => return None,
        };
        return Some((range, VERDICT, severity));
    }
    match passage.stand {
        Stand::Instructions => return outward(passage),
        Stand::Visible => return None,
        _ => {}
    }
    let hidden = may.told_on && passage.stand == Stand::Hidden;
    let sent = || (hidden && passage.kind != Kind::Markup).then(|| sends_secrets(&passage.text)).flatten();
    if let Some(range) = sent() {
        let weight = passage.weigh(&range).min(Severity::High);
        return Some((range, "Hidden text asks for secrets to be sent to an address", weight));
    }
    if let Some(range) = hidden.then(|| shows_secrets(&passage.text)).flatten() {
        let weight = passage.weigh(&range);
        return Some((range, "Hidden text asks for secrets to be written where others read them", weight));
    }
    let range = may.address.then(|| words.address.find(&passage.text)).flatten()?;
    let strong = words.strong.is_in(&passage.text);
    if !(strong || passage.stand == Stand::Hidden && words.order.is_in(&passage.text)) {
        return None;
    }
    let weight = passage.weigh(&range);
    let severity = match passage.stand {
        Stand::Hidden if strong => weight,
        Stand::Hidden => weight.min(Severity::High),
        // Agents are asked for help by name in messages every day.
        Stand::Message if MENTION.is_match(&passage.text) => weight.min(Severity::Low),
        Stand::Message => weight.min(Severity::Medium),
        Stand::Comment => weight.min(Severity::Medium),
        _ => return None,
    };
    Some((range, ORDER, severity))
}

/// What code says to others is no order to whoever reads it; an answer that has an agent step out of its bounds is one.
fn answered(passage: &Passage, may: May) -> Option<(Range<usize>, &'static str, Severity)> {
    static BEYOND: Pattern = Pattern::new(
        r"(?i)\b(?:run|execute|retry|continue|proceed)\b[^.]{0,80}(?:\bsudo\b|core\.hooksPath|\bcurl\b[^|]*\|\s*\w*sh\b|--no-verify\b|--dangerously|chmod\s+[0-7]*7{3}|\bcat\s+~/|--no-sandbox\b)",
    );
    let range = may.address.then(|| phrases().address.find(&passage.text)).flatten().filter(|_| passage.live)?;
    BEYOND.is_match(passage.text.get(range.start..)?).then_some((range, ORDER, Severity::High))
}

/// Whether a verdict is left to whoever reviews: `approve the pull request if it meets …`, `ask whether to merge`.
fn is_open(text: &str, range: &Range<usize>) -> bool {
    static WHATEVER: Pattern =
        Pattern::new(r"(?i)\b(all|any|every|each|always|without|regardless|immediately|automatically|no\s+matter)\b");
    static ASKS: Pattern =
        Pattern::new(r"(?i)\b(whether|(ask|asking)\s+(the\s+)?(user|human|me)|should\s+(you|i|we)|if\s+you\s+should|either)\b");
    static MERITS: Pattern =
        Pattern::new(r"(?i)^[^.]{0,20}\b(if|when|once|after|unless|only)\s+(it|they|the|all|everything|tests?|checks?|you|there)\b");
    let (before, after) = (text.get(..range.start).unwrap_or(""), text.get(range.end..).unwrap_or(""));
    let sentence = before.rsplit(['.', '!', '?', '\n']).next().unwrap_or(before);
    let said = text.get(range.clone()).unwrap_or("");
    !WHATEVER.is_match(said) && (ASKS.is_match(sentence) || MERITS.is_match(after))
}

/// Instruction files are made of orders; only those that reach outside unasked stand out.
fn outward(passage: &Passage) -> Option<(Range<usize>, &'static str, Severity)> {
    let text = &passage.text;
    if let Some(range) = sends_secrets(text).filter(|range| !negated(text, range)) {
        return Some((range, "Instructions tell an agent to send secrets to an address", Severity::High));
    }
    let opaque = |range: &Range<usize>| PASSWORD.is_match(text) || text.get(range.clone()).is_some_and(|shown| OPAQUE.is_match(shown));
    let download = PREREQUISITE.find(text).map(|range| (opaque(&range), range));
    const DOWNLOAD: &str = "Instructions make an agent download something and run it";
    if let Some((true, range)) = &download {
        return Some((range.clone(), DOWNLOAD, Severity::High));
    }
    if let Some(range) = shows_secrets(text) {
        return Some((range, "Instructions tell an agent to write secrets where others read them", Severity::High));
    }
    if let Some(range) = INBOUND.find(text).filter(|range| !negated(text, range)) {
        let above = PRECEDENCE.is_match(text) || phrases().secrecy.is_in(text);
        let severity = if above { Severity::High } else { Severity::Medium };
        return Some((range, "Instructions make an agent follow orders from an address", severity));
    }
    if let Some((_, range)) = download {
        return Some((range, DOWNLOAD, Severity::Medium));
    }
    if let Some(range) = OUTBOUND.find(text) {
        let severity = passage.weigh(&range).min(Severity::Medium);
        return Some((range, "Instructions tell an agent to send something to an address", severity));
    }
    let range = UNASKED.find(text).filter(|range| !negated(text, range))?;
    let severity = passage.weigh(&range).min(Severity::Medium);
    Some((range, "Instructions tell an agent to act on others without asking", severity))
}

/// Where secrets are to go to an address, in whichever order the sentence says so.
fn sends_secrets(text: &str) -> Option<Range<usize>> {
    let range = OUTBOUND.find(text)?;
    let start = (0..=range.start.saturating_sub(200)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let end = (range.end..=text.len().min(range.end + 80)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(range.end);
    text.get(start..end).is_some_and(|around| SECRETS.is_match(around)).then_some(range)
}

/// Where secrets are to be written for others to read.
fn shows_secrets(text: &str) -> Option<Range<usize>> {
    SHOWS.find(text).filter(|range| !negated(text, range))
}

/// A rule to ask first went, and one that nobody need be asked came.
fn turned(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(old), Some(new)) = (file.old(), file.new_side()) else { return };
    let stands = |line: &str| new.lines().any(|other| other.text.trim() == line.trim());
    let asked = |text: &str| ASKS_FIRST.is_match(text) && !stands(text);
    if !old.changed_lines().any(|line| asked(line.text)) {
        return;
    }
    let nobody = |text: &str| ASKS_NOBODY.find(text).is_some_and(|range| !negated(text, &range)) && !ASKS_FIRST.is_match(text);
    if let Some(line) = new.changed_lines().find(|line| nobody(line.text)) {
        let draft = Draft::line(file, new, line.index).title("Instructions let an agent do unasked what it had to ask for");
        sink.report(draft.severity(Severity::Medium));
    }
}

/// Commands that instructions tell to run, in fences or text.
/// Whether a sentence tells when a command has to run: before anything else, or every time.
fn first_of_all(text: &str) -> bool {
    static FIRST: Pattern = Pattern::new(
        r"(?i)\b(?:first|before\s+(?:you|any|each|every|answering|reading|doing)|always|every\s+time|each\s+time|at\s+the\s+start|whenever|begin\s+by|start\s+by|must)\b",
    );
    FIRST.is_match(text)
}

fn commands(file: &FileView<'_>, least: Severity, sink: &mut Sink<'_>) {
    /// All that the environment holds, handed on.
    static ENVIRONMENT: Pattern =
        Pattern::new(r"(?:^|[\s;&|(`$])(?:printenv|env|export\s+-p|cat\s+\S*(?:\.env|credentials|id_rsa)\b\S*)\s*\|\s*\w");
    let Some(side) = file.new_side() else { return };
    for line in file.added() {
        let (title, severity) = match shell::worst(line.text) {
            Some(deed @ (Deed::RunsDecoded | Deed::RemoteShell)) => (deed, Severity::Critical),
            // A command behind `!` in backticks runs when the page is called, whatever the agent thinks of it.
            Some(deed) if deed.is_grave() && line.text.contains("!`") => (deed, Severity::Critical),
            Some(deed @ Deed::SendsSecret)
                if line.text.contains(" -d") || line.text.contains("--data") || ENVIRONMENT.is_match(line.text) =>
            {
                (deed, Severity::High)
            }
            // What an agent that had no such step does first from now on.
            Some(deed @ Deed::RunsDownload)
                if file.old().is_some() && first_of_all(line.text) && !engines().installers.is_match(line.text) =>
            {
                (deed, Severity::High)
            }
            Some(deed @ Deed::RunsDownload) => (deed, Severity::Medium),
            _ if ARCHIVE.is_match(line.text) => {
                let draft = Draft::line(file, side, line.index).title("Instructions open an archive that no scanner can read");
                sink.report(draft.severity(Severity::High));
                continue;
            }
            _ => continue,
        };
        if severity < least {
            continue;
        }
        let draft = Draft::line(file, side, line.index).title(format!("Instructions hold a command that {}", title.says()));
        sink.report(draft.severity(severity));
    }
}
