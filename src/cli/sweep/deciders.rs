//! Where decisions on a swept change go: its clone, or its host.

use std::path::Path;
use std::sync::Arc;

use crate::analysis::provenance;
use crate::cli::context::{Context, now};
use crate::model::forge::Forge;
use crate::model::objects::Objects;
use crate::model::pull::{Origin, PullRef};
use crate::runtime::case_decisions::CaseDecisions;
use crate::runtime::place::Place;
use crate::sources::github::address::Address;
use crate::sources::source::Source;
use crate::sources::sweep::local_clone::LocalClone;

/// A host that was swept.
pub struct Host {
    /// Who is asked.
    pub forge: Arc<dyn Forge>,
    /// Who brings git's objects.
    pub objects: Arc<dyn Objects>,
    /// Its changes.
    pub source: Arc<dyn Source>,
}

/// Decisions on the change at `at`; `None` where its host was not swept.
///
/// # Errors
/// When its clone cannot be read, or no home folder is known.
pub fn decisions(at: &PullRef, hosts: &[Host], context: &Context) -> anyhow::Result<Option<CaseDecisions>> {
    if at.origin == Origin::Local {
        let folder = Path::new(&at.repo);
        let source = LocalClone::open(folder, true, Arc::new(provenance::of))?.into_source();
        return Ok(Some(CaseDecisions::new(Some(folder.to_owned()), context.paths()?, now).under(source).under_rules(context.rules()?)));
    }
    let Some(address) = Address::of_repository(at) else { return Ok(None) };
    let Some(host) = hosts.iter().find(|host| host.forge.host().eq_ignore_ascii_case(&address.host)) else { return Ok(None) };
    let place = Place::Forge { forge: host.forge.clone(), objects: host.objects.clone() };
    Ok(Some(CaseDecisions::at(place, context.paths()?, now).under(host.source.clone()).under_rules(context.rules()?)))
}
