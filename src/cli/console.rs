//! `lazaret [TARGET]`: the console. Puts its desk together and hands it to the runtime.

use std::io::IsTerminal as _;
use std::sync::Arc;

use anyhow::bail;

use crate::cli::context::{Context, editor, now};
use crate::cli::exit::Exit;
use crate::cli::output::is_terminal;
use crate::cli::site::Site;
use crate::cli::verb::resume;
use crate::config::load;
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
use crate::runtime::unveiled::Unveiled;

/// Whether there is a terminal to open the console on.
#[must_use]
pub fn is_possible() -> bool {
    is_terminal() && std::io::stdin().is_terminal()
}

/// Opens the console on `site`.
///
/// # Errors
/// When there is no terminal, settings are wrong, or an unfinished case cannot be ended.
pub fn run(site: &Site, context: &Context) -> anyhow::Result<Exit> {
    if !is_possible() {
        bail!("the console needs a terminal; `lazaret list` and `lazaret scan` work without one");
    }
    // A demo keeps its decisions to itself, but it is read with the person's own keys and colours.
    let config = context.paths()?.config().to_owned();
    let (mut settings, keymap) = load::taste(&config)?;
    if context.offline {
        settings.poll = 0;
    }
    let paths = site.paths(context)?;
    let log = Some(paths.log());
    let (kept, observer) = (Kept::at(&paths.sweeps(), now), Observer::at(&paths, site.clock()));
    let records = Records::new(paths.ledger(), now);
    let source = site.source.clone();
    let demo = site.is_demo_site();
    let rules = if demo { Arc::new(InForce::new(context.engine()?, None)) } else { context.rules()? };
    let noise = Some(Noises::new(paths.clone(), source.repository()));
    let decisions = CaseDecisions::at(site.place(), paths, now).under(source.clone()).under_rules(rules.clone());
    resume(&decisions)?;
    let annex = Arc::new(Annex::new(source, Arc::new(decisions), site.forge.as_ref().map(|forge| forge.host())));
    // A demo keeps to itself: nothing of it belongs to a sweep.
    let sweeper = context.sweeper.filter(|_| !site.is_demo_site()).map(|make| make(context, site.targets()));
    event_loop::run(&Desk {
        source: annex.clone(),
        sweep: None,
        sweeper,
        forge: site.forge.clone(),
        rules,
        noise,
        decisions: annex.clone(),
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
        clock: site.clock(),
    })?;
    Ok(Exit::Done)
}
