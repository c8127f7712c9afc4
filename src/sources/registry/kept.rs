//! Answers about packages as they are kept for later: what was read of them, never what was sent.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::model::forge::Kept;
use crate::model::hex::hex;
use crate::model::lookup::{Advisory, Affected, Entry, Listing, Package, Release, Standing, Turn, Version};
use crate::model::time::Timestamp;
use crate::sources::github::client::kept::AnswerStore;

/// For how many seconds an answer holds without asking again.
const HOLDS: u64 = 6 * 3600;
/// That something is not there holds shorter: it may appear.
const ABSENCE_HOLDS: u64 = 30 * 60;
/// Changes with the shapes below.
const FORM: u32 = 2;

/// What answers are about.
#[derive(Clone, Copy)]
pub(super) enum About {
    Listing,
    Advisories,
}

/// The answer kept about `package` from `base`, when it still holds at `now`; with `any_age`, also when it does not.
pub(super) fn find<T: Keep>(
    store: &dyn AnswerStore,
    base: &str,
    package: &Package,
    now: Timestamp,
    any_age: bool,
) -> Option<(T, Timestamp)> {
    let kept = store.find(&key(T::ABOUT, base, package))?;
    let answer = T::unpack(&kept.body)?;
    let holds = if answer.is_absence() { ABSENCE_HOLDS } else { HOLDS };
    (any_age || (kept.read <= now && kept.read.until(now) < holds)).then_some((answer, kept.read))
}

/// Keeps `answer`, given at `now`.
pub(super) fn keep<T: Keep>(store: &dyn AnswerStore, base: &str, package: &Package, now: Timestamp, answer: &T) {
    if let Some(body) = answer.pack() {
        store.keep(&key(T::ABOUT, base, package), &Kept { status: 200, body, read: now, ..Kept::default() });
    }
}

fn key(about: About, base: &str, package: &Package) -> String {
    let about = match about {
        About::Listing => "listing",
        About::Advisories => "advisories",
    };
    let version = package.version.as_deref().unwrap_or_default();
    let mut hash = Sha256::new();
    for part in [about, &FORM.to_string(), base, package.ecosystem.word(), &package.name, version] {
        hash.update(format!("{}:{part}\n", part.len()));
    }
    hex(&hash.finalize())
}

/// An answer that can be kept.
pub(super) trait Keep: Sized {
    const ABOUT: About;
    fn pack(&self) -> Option<Vec<u8>>;
    fn unpack(body: &[u8]) -> Option<Self>;
    fn is_absence(&self) -> bool;
}

#[derive(Serialize, Deserialize)]
struct ListingForm {
    listed: bool,
    first: Option<i64>,
    #[serde(default)]
    by_commit: bool,
    #[serde(default)]
    spelling: Option<String>,
    maintainers: Option<usize>,
    standing: Option<String>,
    release: Option<VersionForm>,
    release_asked: bool,
}

#[derive(Serialize, Deserialize)]
struct VersionForm {
    published: Option<i64>,
    withdrawn: Option<String>,
    deprecated: Option<String>,
    scripts: Vec<String>,
}

impl Keep for Listing {
    const ABOUT: About = About::Listing;

    fn pack(&self) -> Option<Vec<u8>> {
        let entry = if let Self::Listed(entry) = self { Some(entry) } else { None };
        let standing = entry.and_then(|entry| entry.standing).map(|standing| match standing {
            Standing::Held => "held".to_owned(),
            Standing::Unpublished => "unpublished".to_owned(),
        });
        let release = match entry.map(|entry| &entry.release) {
            Some(Release::Listed(version)) => Some(VersionForm {
                published: version.published.map(|at| at.0),
                withdrawn: version.withdrawn.clone(),
                deprecated: version.deprecated.clone(),
                scripts: version.scripts.clone(),
            }),
            _ => None,
        };
        let form = ListingForm {
            listed: entry.is_some(),
            first: entry.and_then(|entry| entry.first).map(|at| at.0),
            by_commit: entry.is_some_and(|entry| entry.by_commit),
            spelling: entry.and_then(|entry| entry.spelling.clone()),
            maintainers: entry.and_then(|entry| entry.maintainers),
            standing,
            release,
            release_asked: entry.is_some_and(|entry| entry.release != Release::Unasked),
        };
        serde_json::to_vec(&form).ok()
    }

    fn unpack(body: &[u8]) -> Option<Self> {
        let form: ListingForm = serde_json::from_slice(body).ok()?;
        if !form.listed {
            return Some(Self::Unlisted);
        }
        let release = match (form.release, form.release_asked) {
            (Some(version), _) => Release::Listed(Version {
                published: version.published.map(Timestamp),
                withdrawn: version.withdrawn,
                deprecated: version.deprecated,
                scripts: version.scripts,
            }),
            (None, true) => Release::Unlisted,
            (None, false) => Release::Unasked,
        };
        let standing = match form.standing.as_deref() {
            Some("held") => Some(Standing::Held),
            Some("unpublished") => Some(Standing::Unpublished),
            _ => None,
        };
        let first = form.first.map(Timestamp);
        let (by_commit, spelling, maintainers) = (form.by_commit, form.spelling, form.maintainers);
        Some(Self::Listed(Entry { first, by_commit, spelling, maintainers, standing, release }))
    }

    fn is_absence(&self) -> bool {
        matches!(self, Self::Unlisted | Self::Listed(Entry { release: Release::Unlisted, .. }))
    }
}

#[derive(Serialize, Deserialize)]
struct AdvisoryForm {
    id: String,
    aliases: Vec<String>,
    summary: String,
    severity: String,
    affected: Vec<AffectedForm>,
}

#[derive(Serialize, Deserialize)]
struct AffectedForm {
    versions: Vec<String>,
    ranges: Vec<Vec<(char, String)>>,
}

impl Keep for Vec<Advisory> {
    const ABOUT: About = About::Advisories;

    fn pack(&self) -> Option<Vec<u8>> {
        let turn = |turn: &Turn| match turn {
            Turn::Introduced(at) => ('i', at.clone()),
            Turn::Fixed(at) => ('f', at.clone()),
            Turn::LastAffected(at) => ('l', at.clone()),
        };
        let affected = |one: &Affected| AffectedForm {
            versions: one.versions.clone(),
            ranges: one.ranges.iter().map(|turns| turns.iter().map(turn).collect()).collect(),
        };
        let forms: Vec<AdvisoryForm> = self
            .iter()
            .map(|one| AdvisoryForm {
                id: one.id.clone(),
                aliases: one.aliases.clone(),
                summary: one.summary.clone(),
                severity: one.severity.clone(),
                affected: one.affected.iter().map(affected).collect(),
            })
            .collect();
        serde_json::to_vec(&forms).ok()
    }

    fn unpack(body: &[u8]) -> Option<Self> {
        let forms: Vec<AdvisoryForm> = serde_json::from_slice(body).ok()?;
        let turn = |(kind, at): (char, String)| match kind {
            'i' => Some(Turn::Introduced(at)),
            'f' => Some(Turn::Fixed(at)),
            'l' => Some(Turn::LastAffected(at)),
            _ => None,
        };
        let affected = |one: AffectedForm| {
            let ranges = one.ranges.into_iter().map(|turns| turns.into_iter().map(turn).collect::<Option<Vec<_>>>());
            Some(Affected { versions: one.versions, ranges: ranges.collect::<Option<Vec<_>>>()? })
        };
        let advisory = |form: AdvisoryForm| {
            let affected = form.affected.into_iter().map(affected).collect::<Option<Vec<_>>>()?;
            let AdvisoryForm { id, aliases, summary, severity, .. } = form;
            Some(Advisory { id, aliases, summary, severity, affected, matched: true })
        };
        forms.into_iter().map(advisory).collect()
    }

    fn is_absence(&self) -> bool {
        false
    }
}
