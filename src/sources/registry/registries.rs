//! All of it together: which packages are asked about where, what was kept, what the budget leaves. It says of each why it knows nothing.

use std::collections::BTreeMap;

use super::client::{Ask, Client, Purse, Reply, base};
use super::folder::Folder;
use super::kept::{self, Keep};
use super::osv::Asked;
use super::setup::Setup;
use super::world::Registry;
use super::{known, osv, record, review, route};
use crate::model::asking::{Host, LookUp};
use crate::model::cancel::Cancel;
use crate::model::change::Change;
use crate::model::dependency::Ecosystem;
use crate::model::lookup::{Advisory, Listing, Lookup, Lookups, Package, Told};
use crate::model::pull::Origin;
use crate::model::time::Timestamp;

/// Registries, OSV and a folder of advisories, as far as they may be asked.
pub struct Registries {
    setup: Setup,
    client: Option<Client>,
    folder: Option<Folder>,
    bases: BTreeMap<Ecosystem, String>,
    osv: String,
}

/// That OSV has nothing under the names that were tried, and may under another.
const UNKNOWN: &str = "OSV knows nothing of it as it is written here, and tells names apart by capitals";

/// What a registry said of a package so far.
struct Said<'r> {
    what: Listing,
    registry: &'static dyn Registry,
    base: &'r str,
    /// Where more is asked.
    further: Vec<String>,
    /// Whether everything that was asked was answered.
    whole: bool,
}

/// One look-up under way.
struct Round<'r> {
    registries: &'r Registries,
    now: Timestamp,
    purse: Purse,
    cancel: &'r Cancel,
}

impl Registries {
    /// Makes ready to ask; nothing is sent yet.
    ///
    /// # Errors
    /// One sentence, when an address is none or the folder cannot be read.
    pub fn open(setup: Setup) -> Result<Self, String> {
        let folder = setup.folder.as_deref().map(Folder::open).transpose()?;
        let client = (setup.asks && !setup.offline).then(|| Client::new(setup.ca_file.clone())).transpose()?;
        let mut bases = BTreeMap::new();
        for ecosystem in Ecosystem::ALL {
            if let Some(registry) = known::of(ecosystem) {
                let chosen = setup.addresses.registries.iter().find(|(own, _)| *own == ecosystem);
                bases.insert(ecosystem, base(chosen.map_or(registry.address(), |(_, address)| address))?);
            }
        }
        let osv = base(setup.addresses.osv.as_deref().unwrap_or(osv::ADDRESS))?;
        Ok(Self { setup, client, folder, bases, osv })
    }

    /// Who of those that may be asked answers: host by host. Nobody is named where nobody may be asked.
    #[must_use]
    pub fn reach(&self, cancel: &Cancel) -> Vec<(String, Result<(), String>)> {
        let Some(client) = self.client.as_ref().filter(|_| !cancel.is_cancelled()) else { return Vec::new() };
        let purse = Purse::of(self.setup.budget);
        let bases: Vec<&String> = self.bases.values().chain([&self.osv]).collect();
        let told = client.each(bases.iter().map(|base| client.reaches(base, &purse)));
        bases.into_iter().map(|base| host(base)).zip(told).collect()
    }

    /// How many advisories lie in the folder that was named, in a sentence, where one was.
    #[must_use]
    pub fn records(&self, cancel: &Cancel) -> Option<Result<String, String>> {
        self.folder.as_ref().map(|folder| folder.summary(cancel))
    }

    /// What is kept from before, or why it was not asked.
    fn kept<T: Keep>(&self, base: &str, package: &Package, now: Timestamp) -> Option<Told<T>> {
        let store = self.setup.store.as_deref()?;
        let (what, at) = kept::find(store, base, package, now, self.client.is_none())?;
        let by = if *base == self.osv { "OSV".to_owned() } else { host(base) };
        Some(Told::Says { what, by, at })
    }

    /// Why nobody is asked who was not asked before.
    fn unasked<T>(&self) -> Told<T> {
        match (self.setup.asks, self.setup.offline) {
            (true, true) => Told::Unreached("--offline was given, and no answer was kept".to_owned()),
            _ => Told::Unchecked("look-ups are not switched on (--look-up)".to_owned()),
        }
    }
}

impl LookUp for Registries {
    fn look_up(&self, change: &Change, packages: &[Package], host: Host<'_>, cancel: &Cancel) -> Lookups {
        // The packages of the demo were made up.
        if change.pull.at.origin == Origin::Demo {
            return Lookups::default();
        }
        let now = (self.setup.clock)();
        let round = Round { registries: self, now, purse: Purse::of(self.setup.budget), cancel };
        // What is malware counts most, and costs one request for all.
        let mut osv = round.osv(packages);
        let asks = self.setup.asks && !packages.is_empty();
        let reviewed = asks.then(|| host(&|| round.purse.take())).flatten();
        let listings = round.listings(packages);
        round.osv_by_spelling(packages, &listings, &mut osv);
        let advisories = round.with_folder(packages, osv);
        let answers = packages.iter().zip(listings).zip(advisories);
        let answers =
            answers.map(|((package, listing), advisories)| (package.clone(), Lookup { listing, advisories, license: None })).collect();
        let unasked = self.folder.as_ref().and_then(Folder::unread).into_iter().collect();
        let mut lookups = Lookups { at: Some(now), answers, unasked };
        if let Some(told) = reviewed {
            review::fold(&mut lookups, told);
        }
        lookups
    }

    fn can_ask(&self) -> bool {
        self.client.is_some() || self.folder.is_some()
    }

    fn name(&self) -> String {
        let asks = if self.setup.asks { "registries and OSV" } else { "" };
        let folder = self.setup.folder.as_ref().map(|folder| folder.display().to_string()).unwrap_or_default();
        format!("look-ups 3: {asks}; {folder}")
    }
}

impl Round<'_> {
    /// What each registry says, in the order of `packages`.
    fn listings(&self, packages: &[Package]) -> Vec<Told<Listing>> {
        let mut told: Vec<Option<Told<Listing>>> = packages.iter().map(|package| self.before_asking(package)).collect();
        let open = packages.iter().enumerate().filter(|(at, _)| told.get(*at).is_some_and(Option::is_none));
        let open: Vec<(usize, &Package)> = open.collect();
        for (at, answer) in open.iter().zip(self.ask_registries(&open)) {
            if let Some(slot) = told.get_mut(at.0) {
                *slot = Some(answer);
            }
        }
        told.into_iter().map(|one| one.unwrap_or_else(|| Told::Unchecked("nobody was asked".to_owned()))).collect()
    }

    /// What is known without asking: that nobody may be asked, or what was kept.
    fn before_asking(&self, package: &Package) -> Option<Told<Listing>> {
        let Some(base) = self.registries.bases.get(&package.ecosystem) else {
            return Some(Told::Unchecked(format!("no registry of {} is known here", package.ecosystem.word())));
        };
        if let Some(why) = route::unfit(package) {
            return Some(Told::Unchecked(why));
        }
        let kept = self.registries.kept(base, package, self.now);
        kept.or_else(|| self.registries.client.is_none().then(|| self.registries.unasked()))
    }

    fn ask_registries(&self, open: &[(usize, &Package)]) -> Vec<Told<Listing>> {
        let Some(client) = &self.registries.client else { return Vec::new() };
        let mut said = client.each(open.iter().map(|(_, package)| self.asked(client, package)));
        // Only once something is known of each: what tells nothing but when the first version came.
        let further = open.iter().zip(&mut said).filter_map(|((_, package), said)| Some((*package, said.as_mut().ok()?)));
        client.each(further.map(|(package, said)| self.further(client, package, said)));
        open.iter().zip(said).map(|((_, package), said)| self.listing(package, said)).collect()
    }

    fn listing(&self, package: &Package, said: Result<Said, String>) -> Told<Listing> {
        match said {
            Ok(Said { what, base, whole, .. }) => {
                if whole {
                    self.keep(base, package, &what);
                }
                Told::Says { what, by: host(base), at: self.now }
            }
            Err(why) => Told::Unreached(why),
        }
    }

    async fn asked(&self, client: &Client, package: &Package) -> Result<Said<'_>, String> {
        let registry = known::of(package.ecosystem).zip(self.registries.bases.get(&package.ecosystem));
        let (registry, base) = registry.ok_or("its registry is not known here")?;
        let ask = |route: String| Ask { url: format!("{base}{route}"), accept: registry.accept(), body: None };
        let mut replies = Vec::new();
        for route in registry.routes(package) {
            replies.push(client.ask(&ask(route), &self.purse, self.cancel).await.unwrap_or_else(Reply::None));
        }
        let large = replies.iter().any(|reply| matches!(reply, Reply::Large));
        let what = match registry.instead(package).filter(|_| large) {
            Some(route) => registry.read_instead(package, &client.ask(&ask(route), &self.purse, self.cancel).await?)?,
            None => registry.read(package, &replies)?,
        };
        Ok(Said { what, registry, base, further: registry.further(package, &replies), whole: true })
    }

    async fn further(&self, client: &Client, package: &Package, said: &mut Said<'_>) {
        let mut replies = Vec::new();
        for route in std::mem::take(&mut said.further) {
            let ask = Ask { url: format!("{}{route}", said.base), accept: said.registry.accept(), body: None };
            replies.push(client.ask(&ask, &self.purse, self.cancel).await.unwrap_or_else(Reply::None));
        }
        said.whole = !replies.iter().any(|reply| matches!(reply, Reply::None(_)));
        if let (Listing::Listed(entry), false) = (&mut said.what, replies.is_empty()) {
            said.registry.read_further(package, entry, &replies);
        }
    }

    fn keep<T: Keep>(&self, base: &str, package: &Package, what: &T) {
        if let Some(store) = &self.registries.setup.store {
            kept::keep(&**store, base, package, self.now, what);
        }
    }

    /// What each who publishes advisories says, in the order of `packages`: OSV's API, and the folder.
    fn with_folder(&self, packages: &[Package], api: Vec<Vec<Told<Vec<Advisory>>>>) -> Vec<Vec<Told<Vec<Advisory>>>> {
        let folder = |package: &Package| self.registries.folder.as_ref().map(|folder| folder.advisories(package, self.cancel));
        let both = |(package, api): (&Package, Vec<Told<Vec<Advisory>>>)| match folder(package) {
            // Whoever keeps records in a folder need not be told that nobody was asked.
            Some(told) if !self.registries.setup.asks => vec![told],
            Some(told) => [vec![told], api].concat(),
            None => api,
        };
        packages.iter().zip(api).map(both).collect()
    }

    fn osv(&self, packages: &[Package]) -> Vec<Vec<Told<Vec<Advisory>>>> {
        let mut told: Vec<Option<Vec<Told<Vec<Advisory>>>>> =
            packages.iter().map(|package| self.before_osv(package).map(|told| vec![told])).collect();
        let open: Vec<usize> = (0..told.len()).filter(|at| told.get(*at).is_some_and(Option::is_none)).collect();
        let asked = open.iter().filter_map(|at| packages.get(*at));
        let asked: Vec<Asked<'_>> = asked.map(|package| Asked { package, names: record::spellings(package) }).collect();
        let answers = self.ask_osv(&asked);
        for ((at, Asked { package, .. }), answer) in open.into_iter().zip(asked).zip(answers) {
            if let Some(slot) = told.get_mut(at) {
                *slot = Some(self.of_osv(package, answer, record::keeps_capitals(package.ecosystem)));
            }
        }
        told.into_iter().map(|one| one.unwrap_or_else(|| vec![Told::Unchecked("nobody was asked".to_owned())])).collect()
    }

    fn ask_osv(&self, asked: &[Asked<'_>]) -> Vec<Result<osv::Said, String>> {
        match &self.registries.client {
            Some(client) if !asked.is_empty() => osv::ask(client, &self.registries.osv, asked, &self.purse, self.cancel),
            _ => Vec::new(),
        }
    }

    /// Once registries told how names are spelt: what OSV does not know under that name either has no advisory.
    fn osv_by_spelling(&self, packages: &[Package], listings: &[Told<Listing>], osv: &mut [Vec<Told<Vec<Advisory>>>]) {
        let spelling = |told: &Told<Listing>| match told {
            Told::Says { what: Listing::Listed(entry), .. } => entry.spelling.clone(),
            _ => None,
        };
        let is_open = |told: &[Told<Vec<Advisory>>]| matches!(told, [Told::Unchecked(why)] if why == UNKNOWN);
        let (mut asked, mut slots) = (Vec::new(), Vec::new());
        for ((package, listing), slot) in packages.iter().zip(listings).zip(osv).filter(|(_, told)| is_open(told)) {
            let Some(spelling) = spelling(listing) else { continue };
            if record::spellings(package).contains(&spelling) {
                *slot = self.of_osv(package, Ok(osv::Said::default()), true);
            } else {
                asked.push(Asked { package, names: vec![spelling] });
                slots.push(slot);
            }
        }
        for ((one, slot), answer) in asked.iter().zip(slots).zip(self.ask_osv(&asked)) {
            *slot = self.of_osv(one.package, answer, true);
        }
    }

    /// As [`Self::before_asking`], for OSV.
    fn before_osv(&self, package: &Package) -> Option<Told<Vec<Advisory>>> {
        if record::word(package.ecosystem).is_none() {
            return Some(Told::Unchecked(format!("OSV knows nothing of {}", package.ecosystem.word())));
        }
        let unfit = route::unfit(package).map(Told::Unchecked);
        let kept = unfit.or_else(|| self.registries.kept(&self.registries.osv, package, self.now));
        kept.or_else(|| self.registries.client.is_none().then(|| self.registries.unasked()))
    }

    /// What OSV answered about `package`; only what was read whole is kept. It was asked in the `publisher`'s own spelling, or maybe not.
    fn of_osv(&self, package: &Package, answer: Result<osv::Said, String>, publisher: bool) -> Vec<Told<Vec<Advisory>>> {
        match answer {
            Ok(osv::Said { known: false, .. }) if !publisher => vec![Told::Unchecked(UNKNOWN.to_owned())],
            Ok(osv::Said { advisories, unread, .. }) => {
                if unread.is_none() {
                    self.keep(&self.registries.osv, package, &advisories);
                }
                let says = Told::Says { what: advisories, by: "OSV".to_owned(), at: self.now };
                std::iter::once(says).chain(unread.map(Told::Unreached)).collect()
            }
            Err(why) => vec![Told::Unreached(why)],
        }
    }
}

/// The host of an address.
fn host(base: &str) -> String {
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest).to_owned()
}
