//! A sweep for people: what came in and how, what belongs together, every change, and what was not read.

pub mod json;
pub mod markdown;

use std::io::{self, Write};

use crate::export::ledger::moment;
use crate::export::paint::Paint;
use crate::export::plain;
use crate::export::queue::{self, Row};
use crate::model::inert;
use crate::model::pull::PullState;
use crate::model::sweep::{Bond, Campaign, Conduct, Member, Sweep};

/// Members of a campaign that are named one by one.
const MOST_MEMBERS: usize = 40;

/// Writes the whole sweep.
///
/// # Errors
/// When `out` cannot be written.
pub fn plain(out: &mut dyn Write, sweep: &Sweep, paint: Paint) -> io::Result<()> {
    writeln!(out, "{}\n", paint.strong(&heading(sweep)))?;
    for campaign in &sweep.campaigns {
        self::campaign(out, sweep, campaign, paint)?;
    }
    conduct(out, sweep, paint)?;
    if !sweep.members.is_empty() {
        let rows: Vec<Row> = sweep.members.iter().map(row).collect();
        queue::table(out, &rows, sweep.asked.now, paint)?;
        writeln!(out)?;
    }
    gaps(out, sweep, paint)?;
    writeln!(out, "{}", cost(sweep))
}

/// `S-20261121-7f3a91: from … to …, 12 changes in 5 repositories (7 open, 5 merged)`.
#[must_use]
pub fn heading(sweep: &Sweep) -> String {
    let window = sweep.asked.window;
    let state = |wanted| sweep.members.iter().filter(|member| member.pull().state == wanted).count();
    let mut repositories: Vec<&str> = sweep.members.iter().map(|member| member.pull().at.repo.as_str()).collect();
    repositories.sort_unstable();
    repositories.dedup();
    format!(
        "sweep {} from {} to {}: {} in {} ({} open, {} merged), {}",
        sweep.id,
        moment(window.since),
        moment(window.until),
        counted(sweep.members.len(), "change"),
        of(repositories.len(), sweep.tally.repositories),
        state(PullState::Open),
        state(PullState::Merged),
        counted(sweep.campaigns.len(), "campaign"),
    )
}

fn of(some: usize, all: usize) -> String {
    if all > some { format!("{some} of {}", counted(all, "repository")) } else { counted(some, "repository") }
}

/// `1 change`, `2 changes`, `3 repositories`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    match (count, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        _ => format!("{count} {noun}s"),
    }
}

/// What a sweep cost, and how much of it was remembered.
#[must_use]
pub fn cost(sweep: &Sweep) -> String {
    let tally = sweep.tally;
    let kept = if tally.kept > 0 { format!(", {} kept from an earlier run", tally.kept) } else { String::new() };
    let requests = if tally.requests > 0 { format!(", {} requests sent", tally.requests) } else { String::new() };
    format!("{} judged{kept}{requests}", counted(tally.judged, "change"))
}

/// Why its members belong together: `the same patch in 4 repositories`.
#[must_use]
pub fn bond(bond: &Bond) -> String {
    let what = if bond.what.is_empty() { String::new() } else { format!(" `{}`", cut(&inert::line(&bond.what))) };
    let place = if bond.repositories > 1 { counted(bond.repositories, "repository") } else { counted(bond.members, "change") };
    format!("{}{what} in {place}", bond.kind)
}

fn cut(text: &str) -> String {
    crate::export::table::cut(text, 80)
}

fn campaign(out: &mut dyn Write, sweep: &Sweep, campaign: &Campaign, paint: Paint) -> io::Result<()> {
    let size = format!("{} in {}", counted(campaign.members.len(), "change"), counted(campaign.repositories, "repository"));
    writeln!(out, "campaign {}  {size}", paint.strong(&campaign.name))?;
    campaign.bonds.iter().take(5).try_for_each(|bond| writeln!(out, "  {}", self::bond(bond)))?;
    for member in campaign.members.iter().take(MOST_MEMBERS).filter_map(|index| sweep.members.get(*index)) {
        writeln!(out, "    {}", line(member, paint))?;
    }
    let more = campaign.members.len().saturating_sub(MOST_MEMBERS);
    if more > 0 {
        writeln!(out, "    and {more} more")?;
    }
    writeln!(out)
}

/// A change on one line.
fn line(member: &Member, paint: Paint) -> String {
    let pull = member.pull();
    let lane = member.judgement.as_ref().map_or_else(
        || "?".to_owned(),
        |judgement| {
            let risk = &judgement.report.risk;
            paint.lane(risk.lane, &format!("{} {}", risk.lane.word(), risk.score))
        },
    );
    let at = paint.strong(&inert::line(&pull.at.to_string()));
    format!("{lane}  {at}  {}  {}", pull.state.word(), cut(&inert::line(&pull.title)))
}

fn conduct(out: &mut dyn Write, sweep: &Sweep, paint: Paint) -> io::Result<()> {
    for conduct in Conduct::ALL {
        let seen: Vec<&Member> = sweep.seen(conduct).collect();
        if seen.is_empty() {
            continue;
        }
        writeln!(out, "{} ({})", paint.strong(conduct.word()), counted(seen.len(), "change"))?;
        for member in seen {
            writeln!(out, "    {}", line(member, paint))?;
            for says in member.observations.iter().filter(|seen| seen.conduct == conduct).map(|seen| &seen.says) {
                writeln!(out, "      {}", inert::line(says))?;
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

fn row(member: &Member) -> Row {
    let summary = member.summary().ok_or_else(|| "not read".to_owned());
    Row { pull: member.pull().clone(), summary }
}

fn gaps(out: &mut dyn Write, sweep: &Sweep, paint: Paint) -> io::Result<()> {
    if sweep.gaps.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", paint.strong("not read"))?;
    for gap in &sweep.gaps {
        writeln!(out, "  {}: {}", inert::line(&gap.place), plain::omission(&gap.omission))?;
    }
    writeln!(out)
}
