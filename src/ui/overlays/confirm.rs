//! A decision on its way: its reason, then exactly the steps of its plan, then No or Yes. No is the default.

use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::model::decision::Verb;
use crate::model::response::{People, Plan, Proposed};
use crate::state::overlay::{Confirm, Stage};
use crate::ui::look::Look;
use crate::ui::overlays::ledger::strength;
use crate::ui::overlays::popup::Content;
use crate::ui::overlays::words::{heading, labelled, paragraph};
use crate::ui::widgets::status_bar;

/// Proposals that have a key.
const KEYS: usize = 8;

/// Columns of the answer No.
pub const NO_WIDTH: u16 = 10;

/// The decision.
#[must_use]
pub fn content(confirm: &Confirm, room: usize, look: &Look<'_>) -> Content {
    let verb = confirm.verb.word();
    let text = look.style(Role::Text);
    let mut content =
        Content { title: format!("{verb} {}", crate::ui::paint::fit(&confirm.at.to_string(), 60)), top: confirm.top, ..Content::default() };
    match &confirm.stage {
        Stage::Reason(field) => {
            let (says, label) = asks(confirm.verb);
            content.lines = paragraph(&says, room, text);
            content.foot = vec![Line::default(), status_bar::typed(label, field, room, look)];
        }
        Stage::Names(plan, field) => {
            content.lines = names(plan, &confirm.confirmed, room, look);
            content.foot = vec![Line::default(), status_bar::typed("name:", field, room, look)];
        }
        Stage::Planning => content.lines = paragraph("looking at the facts as they are now …", room, text),
        Stage::Failed(why) => {
            content.lines = paragraph(why, room, look.style(Role::Failed));
            content.foot = vec![Line::default(), Line::from(Span::styled("nothing was changed; Esc closes", look.style(Role::Faint)))];
        }
        Stage::Ready(plan) => {
            content.lines = steps(plan, room, look);
            content.lines.extend(offered(confirm, room, look));
            content.foot = answers(confirm, plan, look);
            if let Some(line) = chosen(confirm, room, look) {
                content.foot.insert(1, line);
            }
        }
        Stage::Working(plan) => {
            content.lines = steps(plan, room, look);
            content.foot = vec![Line::default(), Line::from(Span::styled("being carried out …", look.style(Role::NoticeNote)))];
        }
    }
    content
}

/// What is asked before a plan is made.
fn asks(verb: Verb) -> (String, &'static str) {
    let last = "The plan is shown next; nothing happens before you say yes.";
    match verb {
        Verb::Comment | Verb::RequestChanges => {
            (format!("What shall the review say? It goes along with the unsent remarks, and into the ledger. {last}"), "review:")
        }
        _ => (format!("Why {}? The reason goes into the ledger in your words. {last}", verb.word()), "reason:"),
    }
}

/// The names that have to be typed, each with whether it was.
fn names(plan: &Plan, confirmed: &[String], room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let says = "What changes by these names is easily overlooked. Type each of them, exactly as it is shown, to say that you looked at it.";
    let mut lines = paragraph(says, room, look.style(Role::Text));
    for name in &plan.words {
        let done = plan.decision.confirmed.contains(name) || confirmed.contains(name);
        let (sign, role) = if done { ("✓", Role::Supported) } else { ("·", Role::Strong) };
        lines.extend(labelled(Span::styled(sign, look.style(role)), 3, name, room, look.style(role)));
    }
    lines
}

/// How many people it takes, and which of them this is.
fn people(plan: &Plan, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let says = match &plan.people {
        People::One => return Vec::new(),
        People::First(_) => "First of two: it is recorded and waits for a second person; nothing else happens yet.".to_owned(),
        People::Second(case) => format!("Second of two, after {}: what the first said is shown when you have decided.", case.0),
    };
    labelled(Span::styled("2 people", look.style(Role::HintKey)), 12, &says, room, look.style(Role::Text))
}

fn steps(plan: &Plan, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let text = look.style(Role::Text);
    let mut lines = people(plan, room, look);
    for refusal in &plan.refusals {
        lines.extend(labelled(Span::styled("✗ REFUSED", look.style(Role::Failed)), 12, refusal, room, text));
    }
    for conflict in &plan.conflicts {
        let paths: Vec<String> = conflict.paths.iter().map(|path| path.text().into_owned()).collect();
        let says = format!("{} would conflict in {}", conflict.commit.short(), paths.join(", "));
        lines.extend(labelled(Span::styled("✗ CONFLICT", look.style(Role::Failed)), 12, &says, room, text));
    }
    if plan.steps.is_empty() && plan.is_allowed() {
        lines.extend(paragraph("There is nothing left to do: everything is as it should be.", room, text));
    }
    for (step, number) in plan.steps.iter().zip(1..) {
        let (word, role) =
            if step.lacks.is_empty() { (step.strength.word(), strength(step.strength)) } else { ("NOT TRIED", Role::Failed) };
        let label = Span::styled(format!("{number} {word}"), look.style(role));
        lines.extend(labelled(label, 13, &step.says, room, text));
        if !step.lacks.is_empty() {
            let says = format!("the token lacks {}", step.lacks);
            lines.extend(labelled(Span::raw(""), 13, &says, room, look.style(Role::NoticeWarning)));
        }
    }
    for warning in &plan.warnings {
        lines.extend(labelled(Span::styled("! note", look.style(Role::NoticeWarning)), 12, warning, room, look.style(Role::Faint)));
    }
    lines.extend(heading("By and why", look));
    let decision = &plan.decision;
    let reason = if decision.reason.is_empty() { "no reason given" } else { &decision.reason };
    lines.extend(paragraph(&format!("{} ({}): {reason}", decision.reviewer.identity, decision.reviewer.by), room, look.style(Role::Faint)));
    lines
}

/// The proposals that have a key, always in sight.
fn chosen(confirm: &Confirm, room: usize, look: &Look<'_>) -> Option<Line<'static>> {
    let marked = confirm.offered.iter().take(KEYS).zip(1..);
    let marked = marked.map(|(one, number)| format!("{} {number} {}", mark(confirm, one), one.at)).collect::<Vec<_>>();
    let says = format!("alike: {}", marked.join("  "));
    (!marked.is_empty()).then(|| Line::from(crate::ui::paint::span(&says, room, look.style(Role::NoticeNote))))
}

fn mark(confirm: &Confirm, one: &Proposed) -> &'static str {
    if confirm.also.contains(&one.at) { "[x]" } else { "[ ]" }
}

/// What is proposed along with it: chosen and let go by its number.
fn offered(confirm: &Confirm, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    if confirm.offered.is_empty() {
        return Vec::new();
    }
    let mut lines = heading("Alike and no part of it, unless its number is pressed", look);
    for (one, number) in confirm.offered.iter().zip(1..) {
        let mark = mark(confirm, one);
        let key = if number <= KEYS { number.to_string() } else { " ".to_owned() };
        let label = Span::styled(format!("{mark} {key}"), look.style(Role::Strong));
        lines.extend(labelled(label, 6, &format!("{}: {}", one.at, one.why), room, look.style(Role::Text)));
    }
    lines
}

fn answers(confirm: &Confirm, plan: &Plan, look: &Look<'_>) -> Vec<Line<'static>> {
    if !plan.is_allowed() {
        let says = "this cannot be carried out; Esc closes, nothing was changed";
        return vec![Line::default(), Line::from(Span::styled(says, look.style(Role::NoticeWarning)))];
    }
    let style = |chosen: bool| look.style(if chosen { Role::AnswerChosen } else { Role::Answer });
    let no = format!("{:<width$}", if confirm.yes { "  No" } else { "▸ No" }, width = usize::from(NO_WIDTH) - 2);
    let yes = format!("{} Yes, {} ", if confirm.yes { "▸" } else { " " }, confirm.verb.word());
    vec![Line::default(), Line::from(vec![Span::styled(no, style(!confirm.yes)), Span::raw("  "), Span::styled(yes, style(confirm.yes))])]
}
