//! `lazaret sweep --console`: what was swept, in the console: campaigns, members, one plan over what is chosen.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::analysis::engine::Engine;
use crate::cli::context::{Context, editor, now};
use crate::cli::exit::Exit;
use crate::cli::output::say;
use crate::cli::sweep::deciders::{self, Host};
use crate::config::load;
use crate::model::sweep::Sweep;
use crate::runtime::annex::Annex;
use crate::runtime::case_decisions::CaseDecisions;
use crate::runtime::company::Company;
use crate::runtime::desk::Desk;
use crate::runtime::event_loop;
use crate::runtime::in_force::InForce;
use crate::runtime::kept::Kept;
use crate::runtime::noise::Noises;
use crate::runtime::observer::Observer;
use crate::runtime::records::Records;
use crate::runtime::sweep_decisions::{Place, SweepDecisions};
use crate::runtime::sweeper::Swept;
use crate::runtime::unveiled::Unveiled;
use crate::sources::sweep::Field;
use crate::sources::sweep::gathered::Gathered;

/// Opens the console on `sweep`.
///
/// # Errors
/// When there is no terminal, settings are wrong, or an unfinished case cannot be ended.
pub fn run(sweep: Sweep, fields: Vec<Arc<dyn Field>>, hosts: &[Host], engine: Arc<Engine>, context: &Context) -> anyhow::Result<Exit> {
    let paths = context.paths()?;
    let config = paths.config().to_owned();
    let (settings, keymap) = load::taste(&config)?;
    let log = Some(paths.log());
    let targets = sweep.targets.join(" ");
    let (kept, observer) = (Kept::at(&paths.sweeps(), now), Observer::at(&paths, now));
    let records = Records::new(paths.ledger(), now);
    let says = &mut |says: String| say("", says);
    let rules = Arc::new(InForce::new(engine, Some(config.clone())));
    let Swept { sweep, source, decisions } = opened(sweep, fields, hosts, rules.clone(), context, says)?;
    let annex = Arc::new(Annex::new(source, decisions, None));
    event_loop::run(&Desk {
        source: annex.clone(),
        forge: hosts.first().map(|host| host.forge.clone()),
        sweep: Some(sweep),
        rules,
        noise: Some(Noises::new(paths, None)),
        decisions: annex.clone(),
        sweeper: context.sweeper.map(|make| make(context, targets)),
        annex,
        company: Company::default(),
        unveiled: Unveiled::default(),
        kept,
        observer,
        records,
        settings,
        keymap,
        config,
        editor: editor(),
        log,
        clock: now,
    })?;
    Ok(Exit::Done)
}

/// `sweep` with what reads and decides on its changes; `says` hears of cases that were cut short earlier and are ended now.
///
/// # Errors
/// When an unfinished case cannot be ended, or no home folder is known.
pub fn opened(
    sweep: Sweep,
    fields: Vec<Arc<dyn Field>>,
    hosts: &[Host],
    rules: Arc<InForce>,
    context: &Context,
    says: &mut dyn FnMut(String),
) -> anyhow::Result<Swept> {
    let places = places(&sweep, hosts, context, says)?;
    let held = |at| fields.iter().find(|field| field.holds(at)).cloned();
    let changes = sweep.members.iter().filter_map(|member| Some((member.caught.clone(), held(&member.pull().at)?))).collect();
    let source = Arc::new(Gathered::new(format!("sweep {}", sweep.id), changes));
    let sweep = Arc::new(sweep);
    let home = Arc::new(CaseDecisions::new(None, context.paths()?, now));
    let decisions = Arc::new(SweepDecisions::new(sweep.clone(), fields, places, home, rules, now));
    Ok(Swept { sweep, source, decisions })
}

/// Where decisions on each repository go.
fn places(sweep: &Sweep, hosts: &[Host], context: &Context, says: &mut dyn FnMut(String)) -> anyhow::Result<BTreeMap<String, Place>> {
    let mut places = BTreeMap::new();
    for at in sweep.members.iter().map(|member| &member.pull().at) {
        if places.contains_key(&at.repo) {
            continue;
        }
        let Some(decisions) = deciders::decisions(at, hosts, context)? else { continue };
        for receipt in decisions.resume()? {
            says(format!("case {} was cut short earlier; it is ended now: {}", receipt.case.0, receipt.strength.word()));
        }
        let decisions = Arc::new(decisions);
        places.insert(at.repo.clone(), Place { single: decisions.clone(), keeper: decisions });
    }
    Ok(places)
}
