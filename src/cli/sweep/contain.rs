//! `lazaret sweep --quarantine` and `--revert`: what a sweep found, contained in one plan over its repositories. Shown, asked, carried out
//! part by part.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::bail;

use crate::analysis::engine::Engine;
use crate::cli::context::{Context, now};
use crate::cli::exit::Exit;
use crate::cli::output::{Output, confirm, say, somebody_is_there};
use crate::cli::sweep::deciders::{self, Host};
use crate::cli::verb;
use crate::export::paint::Paint;
use crate::export::plan as export;
use crate::export::sweep::counted;
use crate::model::decision::Verb;
use crate::model::filter::Filter;
use crate::model::inert;
use crate::model::response::{Receipt, Strength};
use crate::model::sweep::{Conduct, Member, Sweep};
use crate::runtime::containment::{self, Chosen, Joint, Keeper, Order};
use crate::sources::github::address::Address;
use crate::sources::sweep::Field;

/// What is to be contained, and how it was asked for.
pub struct Wish<'a> {
    /// Quarantine or revert.
    pub verb: Verb,
    /// A campaign's name, or words of a filter.
    pub what: &'a str,
    /// Why.
    pub reason: &'a str,
    /// Only show it.
    pub dry_run: bool,
    /// Do not ask.
    pub yes: bool,
}

/// Plans, shows, asks, carries out.
///
/// # Errors
/// When nothing is meant, nobody can be asked, or nobody waits any more.
pub fn run(
    wish: &Wish<'_>,
    sweep: &Sweep,
    (fields, hosts): (&[Arc<dyn Field>], &[Host]),
    engine: &Engine,
    context: &mut Context,
) -> anyhow::Result<Exit> {
    if wish.reason.trim().is_empty() {
        bail!("a {} needs a reason: give one with --reason", wish.verb.word());
    }
    resume(sweep, hosts, context)?;
    let members = chosen(wish.what, sweep)?;
    let mut left = Vec::new();
    let mut some = Vec::new();
    for member in members {
        match keeper(member, hosts, context)? {
            Some(keeper) => {
                let field = fields.iter().find(|field| field.holds(&member.pull().at)).cloned();
                some.extend(field.map(|field| Chosen { member, field, keeper }));
            }
            None => left.push((member.pull().at.to_string(), "nothing can be decided on it from here; open it by itself".to_owned())),
        }
    }
    let order = Order { verb: wish.verb, reason: format!("{} [sweep {}, {}]", wish.reason.trim(), sweep.id, wish.what), at: now() };
    let mut joint = containment::plan(&some, &order, engine, &context.cancel)?;
    joint.left.extend(left);
    let paint = context.out.paint;
    show(&mut context.out, &joint, paint)?;
    if wish.dry_run || joint.ready().next().is_none() {
        return Ok(if refused(&joint) { Exit::Found } else { Exit::Done });
    }
    if !agreed(wish, &joint)? {
        say("", "nothing was done");
        return Ok(Exit::Found);
    }
    carry_out(&joint, context)
}

/// The members that `what` means: those of a campaign, those it names one by one, those that came in in one way, or those a filter
/// lets through.
fn chosen<'a>(what: &str, sweep: &'a Sweep) -> anyhow::Result<Vec<&'a Member>> {
    if let Some(campaign) = sweep.campaign(what) {
        return Ok(campaign.members.iter().filter_map(|index| sweep.members.get(*index)).collect());
    }
    let is_name = what.strip_prefix("C-").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_hexdigit()));
    if is_name {
        let known: Vec<&str> = sweep.campaigns.iter().map(|campaign| campaign.name.as_str()).collect();
        let known = if known.is_empty() { "it found none".to_owned() } else { format!("it found {}", known.join(", ")) };
        bail!("this sweep has no campaign {what}; {known}");
    }
    if what.trim().is_empty() {
        bail!("name a campaign of the sweep, changes of it such as owner/repo#7, or words of a filter such as 'risk>=high'");
    }
    let named = |name: &str| sweep.members.iter().find(|member| member.pull().at.to_string().eq_ignore_ascii_case(name));
    let names: Vec<&str> = what.split([' ', ',']).filter(|name| !name.is_empty()).collect();
    if names.iter().any(|name| named(name).is_some()) {
        let missing = |name: &str| anyhow::anyhow!("this sweep holds no {}; its other words name changes", inert::line(name));
        return names.into_iter().map(|name| named(name).ok_or_else(|| missing(name))).collect();
    }
    if let Some(conduct) = Conduct::parse(what.trim()) {
        let found: Vec<&Member> = sweep.seen(conduct).collect();
        if found.is_empty() {
            bail!("none of the {} of this sweep is {} {}", counted(sweep.members.len(), "change"), article(conduct), conduct.word());
        }
        return Ok(found);
    }
    let filter = Filter::parse(what).map_err(|why| anyhow::anyhow!(why))?;
    let found: Vec<&Member> =
        sweep.members.iter().filter(|member| filter.matches(member.pull(), member.summary().as_ref(), sweep.asked.now)).collect();
    if found.is_empty() {
        bail!("none of the {} of this sweep meets `{}`", counted(sweep.members.len(), "change"), inert::line(what));
    }
    Ok(found)
}

fn article(conduct: Conduct) -> &'static str {
    match conduct {
        Conduct::UnreviewedMerge | Conduct::AutoMerge | Conduct::Unusual => "an",
        Conduct::DirectCommit | Conduct::SelfMerge => "a",
    }
}

/// Where decisions on `member` go.
fn keeper(member: &Member, hosts: &[Host], context: &Context) -> anyhow::Result<Option<Arc<dyn Keeper>>> {
    let decisions = deciders::decisions(&member.pull().at, hosts, context)?;
    Ok(decisions.map(|decisions| Arc::new(decisions) as Arc<dyn Keeper>))
}

/// Ends what an earlier run left half done in any of the places, before anything is chosen: what it held already may not meet the
/// words any more.
fn resume(sweep: &Sweep, hosts: &[Host], context: &Context) -> anyhow::Result<()> {
    let mut done: BTreeSet<String> = BTreeSet::new();
    for at in sweep.members.iter().map(|member| &member.pull().at) {
        // A host is one place, whatever it holds.
        let place = Address::of_repository(at).map_or_else(|| at.repo.clone(), |address| address.host);
        if done.insert(place)
            && let Some(decisions) = deciders::decisions(at, hosts, context)?
        {
            verb::resume(&decisions)?;
        }
    }
    Ok(())
}

fn show(out: &mut Output, joint: &Joint, paint: Paint) -> anyhow::Result<()> {
    use std::io::Write as _;
    for part in &joint.parts {
        export::plan(out, &part.plan, paint)?;
        writeln!(out)?;
    }
    for part in &joint.proposals {
        writeln!(out, "{}", paint.strong("proposed, and not part of this plan: what is merged already is taken back by a revert"))?;
        let bare = part.plan.decision.pulls.iter().filter(|pull| pull.is_bare_commit()).count();
        if bare > 0 {
            let what = counted(bare, "commit");
            writeln!(
                out,
                "  {what} of it came in without a pull, where nothing can be held: evidence is kept first, then it is taken back"
            )?;
        }
        export::plan(out, &part.plan, paint)?;
        writeln!(out, "  to do it: {}\n", part.command())?;
    }
    for (place, why) in &joint.left {
        writeln!(out, "left as it is: {}: {}", inert::line(place), inert::line(why))?;
    }
    Ok(out.flush()?)
}

fn refused(joint: &Joint) -> bool {
    !joint.left.is_empty() || joint.parts.iter().any(|part| !part.plan.is_allowed())
}

/// Whether the person said yes to just this. Silence, and the absence of anybody to ask, is no.
fn agreed(wish: &Wish<'_>, joint: &Joint) -> anyhow::Result<bool> {
    if wish.yes {
        return Ok(true);
    }
    if !somebody_is_there() {
        bail!("nothing was done, because nobody can be asked here: --yes carries this plan out, --dry-run only shows it");
    }
    let (ready, all) = (joint.ready().count(), joint.parts.len());
    let changes: usize = joint.ready().map(|part| part.plan.decision.pulls.len()).sum();
    let refused = if ready < all { format!(" ({} refused)", all - ready) } else { String::new() };
    Ok(confirm(&format!("{} {} in {}{refused}?", wish.verb.word(), counted(changes, "change"), counted(ready, "repository"))))
}

/// Part by part: one that fails does not keep the others from being held.
fn carry_out(joint: &Joint, context: &mut Context) -> anyhow::Result<Exit> {
    let (paint, mut failed) = (context.out.paint, false);
    for part in joint.ready() {
        match part.carry_out(&context.cancel) {
            Ok(receipt) => {
                failed |= receipt.strength == Strength::Failed;
                let undo = receipt.undo.map(|undo| {
                    if part.is_local() && undo.starts_with("lazaret ") {
                        format!("{undo} --repo {}", inert::word(&part.place))
                    } else {
                        undo
                    }
                });
                export::receipt(&mut context.out, &Receipt { undo, ..receipt }, paint)?;
                if let Some(first) = part.first()? {
                    export::first(&mut context.out, &first.plan)?;
                }
            }
            Err(why) if context.cancel.is_cancelled() => return Err(why.into()),
            Err(why) => {
                failed = true;
                say("", format!("{}: {why}", part.place));
            }
        }
    }
    Ok(match (failed, refused(joint)) {
        (true, _) => Exit::Failed,
        (false, true) => Exit::Found,
        (false, false) => Exit::Done,
    })
}
