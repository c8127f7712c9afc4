//! The door for everything a person asks: one match, one line for each arm.

use crate::actions::{
    agents, annotate_rule, begin_sweep, choose_section, close, complete, confirm, copy, decide, edit_text, fit, focus, judge_finding,
    judge_waiting, jump, lists, look_again, move_cursor, open, open_pull, opened, own_editor, palette, point, prompt, read_thread, refresh,
    settle_thread, show_panel, sweep, switch_pane, tint, toggle_fold, toggle_layout, toggle_viewed, write_remark,
};
use crate::message::action::{Action, Command};
use crate::message::effect::Effect;
use crate::message::pane::Pane;
use crate::message::ticket::Kind;
use crate::state::console::Console;
use crate::state::overlay::Asks;

/// Does what was asked; what the world has to do for it comes back as data.
pub fn ask(console: &mut Console, action: Action) -> Vec<Effect> {
    if !matches!(action, Action::Fit(_) | Action::Wheel(..) | Action::Tick) {
        console.notices.fresh = false;
    }
    let mut effects = match action {
        Action::Do(command) => obey(console, command),
        Action::Type(c) => edit_text::insert(console, c.encode_utf8(&mut [0; 4])),
        Action::Paste(text) => edit_text::insert(console, &text),
        Action::Click(spot) => point::click(console, spot),
        Action::DoubleClick(spot) => point::double_click(console, spot),
        Action::Wheel(spot, by) => point::wheel(console, spot, by),
        Action::Edited(edited) => own_editor::done(console, edited),
        Action::Tick => look_again::tick(console),
        Action::Fit(panes) => fit::fit(console, panes),
    };
    fit::settle(console);
    effects.extend(tint::tint(console));
    effects.extend(focus::focus(console));
    effects
}

/// What concerns the queue and sweeps.
fn on_list(console: &mut Console, command: Command) -> Vec<Effect> {
    match command {
        Command::Choose => sweep::choose(console),
        Command::Sweeps => begin_sweep::offer(console, 0),
        Command::SaveReport => begin_sweep::ask_file(console),
        Command::JudgeRest => judge_waiting::judge_freely(console),
        _ => sweep::toggle(console),
    }
}

fn obey(console: &mut Console, command: Command) -> Vec<Effect> {
    use Command as C;
    match command {
        C::Down | C::Up | C::HalfDown | C::HalfUp | C::PageDown | C::PageUp | C::Top | C::Bottom => move_cursor::down(console, command),
        C::Left | C::Right => move_cursor::across(console, command),
        C::NextFile | C::PreviousFile | C::NextHunk | C::PreviousHunk => jump::to_row(console, command),
        C::NextFinding | C::PreviousFinding => jump::to_finding(console, command),
        C::NextThread | C::PreviousThread => jump::to_said(console, command),
        C::ToggleThreads => read_thread::hush(console),
        C::WorstFinding => jump::to_worst(console),
        C::NextUnviewed => jump::to_unviewed(console),
        C::NextMatch | C::PreviousMatch => jump::to_match(console, command),
        C::NextPull | C::PreviousPull => open_pull::neighbour(console, if command == C::NextPull { 1 } else { -1 }),
        C::Open => open::open(console),
        C::Close if console.pane() == Pane::Sweep && !console.pending.waits(Kind::Sweep) => sweep::toggle(console),
        C::Close => close::close(console),
        C::ToggleViewed => toggle_viewed::toggle(console),
        C::ToggleFold => toggle_fold::toggle(console),
        C::ToggleFolds => toggle_fold::toggle_all(console),
        C::ToggleLayout => toggle_layout::toggle(console),
        C::ToggleFiles => switch_pane::toggle_files(console),
        C::SwitchPane => switch_pane::switch(console),
        C::Filter => prompt::start(console, Asks::Filter),
        C::NextSection | C::PreviousSection => choose_section::choose(console, command),
        C::Sweep | C::Choose | C::JudgeRest | C::Sweeps | C::SaveReport => on_list(console, command),
        C::Search => prompt::start(console, Asks::Search),
        C::Refresh => refresh::again(console),
        C::Story | C::Commits | C::Dependencies | C::Around | C::Reasons | C::Ledger | C::Notices | C::Help => {
            show_panel::panel(console, command)
        }
        C::CopyLine => copy::line(console),
        C::CopyPath => copy::path(console),
        C::Comment => write_remark::here(console),
        C::CommentFile => write_remark::on_file(console),
        C::CommentPull => write_remark::on_pull(console),
        C::ChooseLines => write_remark::choose(console),
        C::Suggest => write_remark::suggest(console),
        C::NewLine => edit_text::insert(console, "\n"),
        C::Resolve => settle_thread::toggle(console),
        C::DeleteRemark => settle_thread::delete(console),
        C::ToPull => settle_thread::to_pull(console),
        C::Remarks => lists::remarks(console),
        C::Waiting => lists::waiting(console),
        C::SendWaiting => lists::send(console),
        C::DropWaiting => lists::drop_waiting(console),
        C::Block => lists::whom(console),
        C::Unblock => lists::blocked(console),
        C::Editor => own_editor::open(console),
        C::Agents => agents::list(console),
        C::Opened => opened::list(console),
        C::NextOpened | C::PreviousOpened => opened::neighbour(console, command == C::NextOpened),
        C::LetGo => opened::let_go(console),
        C::Quarantine | C::Revert if console.pane() == Pane::Sweep => sweep::decide(console, command),
        C::Send | C::RequestChanges | C::Approve | C::Quarantine | C::Release | C::Revert => decide::decide(console, command),
        C::Pick1 | C::Pick2 | C::Pick3 | C::Pick4 | C::Pick5 | C::Pick6 | C::Pick7 | C::Pick8 => judge_finding::pick(console, command),
        C::Annotate => annotate_rule::toggle(console),
        C::Yes => confirm::yes(console),
        C::No => close::close(console),
        C::SwitchAnswer => confirm::switch(console),
        C::Submit if console.pane() == Pane::Palette => palette::choose(console).map_or_else(Vec::new, |command| obey(console, command)),
        C::Submit => prompt::submit(console),
        C::Palette => palette::show(console),
        C::Complete | C::CompleteBack => complete::turn(console, command == C::Complete),
        C::Backspace | C::DeleteWord | C::ClearText => edit_text::delete(console, command),
        C::TextLeft | C::TextRight | C::TextUp | C::TextDown | C::TextHome | C::TextEnd => edit_text::step(console, command),
        C::Redraw => vec![Effect::Redraw],
        C::Suspend => vec![Effect::Suspend],
        C::Quit => vec![Effect::Quit],
    }
}
