//! A sweep as Markdown for a comment or a job summary. Outside text stands only in code spans.

use std::io::{self, Write};

use crate::export::markdown::code;
use crate::export::plain;
use crate::export::sweep::{counted, heading};
use crate::model::sweep::{Bond, Conduct, Member, Sweep};

/// Changes that are listed.
const MOST: usize = 500;

/// Writes the whole sweep.
///
/// # Errors
/// When `out` cannot be written.
pub fn overview(out: &mut dyn Write, sweep: &Sweep) -> io::Result<()> {
    writeln!(out, "## {}\n", heading(sweep))?;
    campaigns(out, sweep)?;
    conduct(out, sweep)?;
    writeln!(out, "### Changes\n")?;
    if sweep.members.is_empty() {
        writeln!(out, "None.\n")?;
    } else {
        sweep.members.iter().take(MOST).try_for_each(|member| writeln!(out, "- {}", line(member)))?;
        let more = sweep.members.len().saturating_sub(MOST);
        if more > 0 {
            writeln!(out, "- and {more} more; `--format json` lists all of them")?;
        }
        writeln!(out)?;
    }
    gaps(out, sweep)
}

/// What belongs together and why.
pub(crate) fn campaigns(out: &mut dyn Write, sweep: &Sweep) -> io::Result<()> {
    for campaign in &sweep.campaigns {
        let size = format!("{} in {}", counted(campaign.members.len(), "change"), counted(campaign.repositories, "repository"));
        writeln!(out, "### Campaign {}: {size}\n", campaign.name)?;
        campaign.bonds.iter().try_for_each(|bond| writeln!(out, "- {}", self::bond(bond)))?;
        writeln!(out)?;
        let members = campaign.members.iter().filter_map(|index| sweep.members.get(*index));
        members.take(MOST).try_for_each(|member| writeln!(out, "- {}", line(member)))?;
        writeln!(out)?;
    }
    Ok(())
}

fn bond(bond: &Bond) -> String {
    let what = if bond.what.is_empty() { String::new() } else { format!(" {}", code(&bond.what)) };
    let place = if bond.repositories > 1 { counted(bond.repositories, "repository") } else { counted(bond.members, "change") };
    format!("{}{what} in {place}", bond.kind)
}

fn conduct(out: &mut dyn Write, sweep: &Sweep) -> io::Result<()> {
    for conduct in Conduct::ALL {
        if sweep.seen(conduct).next().is_none() {
            continue;
        }
        writeln!(out, "### {}\n", conduct.word())?;
        for member in sweep.seen(conduct) {
            let seen = member.observations.iter().filter(|seen| seen.conduct == conduct);
            let says: Vec<String> = seen.map(|seen| code(&seen.says)).collect();
            writeln!(out, "- {}: {}", code(&member.pull().address().to_string()), says.join("; "))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// A change on one line.
pub(crate) fn line(member: &Member) -> String {
    let pull = member.pull();
    let lane = member.judgement.as_ref().map_or_else(
        || "not judged".to_owned(),
        |judgement| format!("{} {}", judgement.report.risk.lane.word(), judgement.report.risk.score),
    );
    format!("{lane}: {} ({}) {}", code(&pull.address().to_string()), pull.state.word(), code(&pull.title))
}

/// What was not read.
pub(crate) fn gaps(out: &mut dyn Write, sweep: &Sweep) -> io::Result<()> {
    if sweep.gaps.is_empty() {
        return Ok(());
    }
    writeln!(out, "### Not read\n")?;
    sweep.gaps.iter().try_for_each(|gap| writeln!(out, "- {}: {}", code(&gap.place), code(&plain::omission(&gap.omission))))?;
    writeln!(out)
}
