//! The door for everything the world reports. Stale answers are dropped before anybody looks at them.

use crate::actions::{
    agents, annotate_rule, begin_sweep, complain, fit, judge_waiting, look_again, own_editor, take_bans, take_budget, take_change,
    take_decision, take_dossier, take_draft, take_judgement, take_list, take_matches, take_records, take_report, take_waiting, tint,
};
use crate::message::effect::Effect;
use crate::message::event::{Event, News};
use crate::message::ticket::Kind;
use crate::state::console::Console;

/// Takes over what arrived; what the world has to do next comes back as data.
pub fn arrive(console: &mut Console, event: Event) -> Vec<Effect> {
    let kind = event.news.kind();
    if kind.is_some_and(|kind| !console.pending.expects(kind, event.ticket)) {
        return Vec::new();
    }
    if let Some(kind) = kind.filter(|_| !event.news.is_part()) {
        console.pending.settle(kind);
    }
    let mut effects = match event.news {
        News::Listed(answer) => take_list::take(console, answer),
        News::Listing(page) => take_list::take_part(console, *page),
        News::Stands(answer) => look_again::take(console, answer),
        News::Ahead => Vec::new(),
        News::Judged(at, answer) => take_judgement::take(console, &at, answer),
        News::Together(told) => take_judgement::take_together(console, told),
        News::JudgedAll => judge_waiting::take_end(console),
        News::JudgedUpTo(left) => judge_waiting::take_stop(console, left),
        News::Loaded(answer) => take_change::take(console, answer),
        News::Found(findings, done, of) => take_report::take_part(console, findings, (done, of)),
        News::Reporting(report) => take_report::take(console, &report, true),
        News::Reported(report) => take_report::take(console, &report, false),
        News::Tinted(chunk, lines) => tint::take(console, chunk, lines),
        News::TintedAll => tint::settle(console),
        News::Matched(hits, more) => take_matches::take(console, hits, more),
        News::Planned(answer) => take_decision::planned(console, answer),
        News::CarriedOut(answer) => take_decision::carried_out(console, answer),
        News::Records(answer) => take_records::take(console, answer),
        News::Drafted(answer) => take_draft::take(console, answer),
        News::Waiting(answer) => take_waiting::take(console, answer),
        News::Whole(answer) => own_editor::take(console, answer),
        News::Bans(answer) => take_bans::take(console, answer),
        News::Noise(answer) => annotate_rule::take_noise(console, answer),
        News::Annotated(answer) => annotate_rule::take(console, answer),
        News::Sweeps(answer) => begin_sweep::take_earlier(console, answer),
        News::Sweeping(progress) => begin_sweep::take_part(console, *progress),
        News::Swept(answer) => begin_sweep::take(console, answer),
        News::Saved(answer) => begin_sweep::take_saved(console, answer),
        News::Agents(answer) => agents::take(console, answer),
        News::Observed(observations) => agents::observe(console, observations),
        News::Around(answer) => take_dossier::take(console, answer),
        News::Budget(budget) => take_budget::take(console, *budget),
        News::Broken(_, trouble) | News::Complaint(trouble) => complain::complain(console, trouble),
    };
    fit::settle(console);
    if kind != Some(Kind::Tint) {
        effects.extend(tint::tint(console));
    }
    effects
}
