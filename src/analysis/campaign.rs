//! Which changes belong together: those that share something that chance does not give to two repositories.
//!
//! What is exact and heavy binds alone: the same patch, added lines, session, a host under a hard finding. What is common
//! binds only with something else beside it, and not at all once it is everywhere. Routine version moves bind by a session only.

pub mod marks;

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use crate::model::sweep::{Bond, Campaign, Marks, Member};

/// A patch of fewer telling lines than this binds only with something else.
const LEAST_LINES: usize = 3;
/// A message of fewer words than this binds only with something else.
const LEAST_WORDS: usize = 5;
/// A common thing shared by more changes than this, and by more than one in [`COMMON_SHARE`], binds nothing.
const COMMON: usize = 24;
/// See [`COMMON`].
const COMMON_SHARE: usize = 4;

/// What two changes share, strongest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Patch(&'a str),
    Session(&'a str),
    Added(&'a str, String),
    SuspectedHost(&'a str),
    MessageAndPatch(&'a str, &'a str),
    MessageAndHost(&'a str, &'a str),
    AuthorAndHost(&'a str, &'a str),
    Message(&'a str),
    MessageAndAuthor(&'a str, &'a str),
}

impl Key<'_> {
    /// What is shared, for people.
    fn kind(&self) -> &'static str {
        match self {
            Self::Patch(_) => "the same patch",
            Self::Session(_) => "the same agent session",
            Self::Added(..) => "the same added lines",
            Self::SuspectedHost(_) => "the same new host under a hard finding",
            Self::MessageAndPatch(..) => "the same short patch and message",
            Self::MessageAndHost(..) => "the same new host and message",
            Self::AuthorAndHost(..) => "the same new host and author",
            Self::Message(_) => "the same message",
            Self::MessageAndAuthor(..) => "the same message and author",
        }
    }

    /// The thing itself, where it can be named.
    fn what(&self) -> String {
        match self {
            Self::Patch(_) | Self::MessageAndPatch(..) => String::new(),
            Self::Added(_, name) => name.clone(),
            Self::Session(one) | Self::SuspectedHost(one) | Self::Message(one) => (*one).to_owned(),
            Self::MessageAndHost(_, host) => (*host).to_owned(),
            Self::AuthorAndHost(author, host) => format!("{host}, {author}"),
            Self::MessageAndAuthor(message, author) => format!("{message}, {author}"),
        }
    }

    /// Whether chance or habit gives it to many changes, so that it binds nothing once it is everywhere.
    fn is_common(&self) -> bool {
        !matches!(self, Self::Patch(_) | Self::Session(_) | Self::Added(..) | Self::SuspectedHost(_))
    }

    /// Whether it says something only when it is found in two repositories: people repeat themselves within one.
    fn needs_repositories(&self) -> bool {
        matches!(self, Self::Message(_) | Self::MessageAndAuthor(..) | Self::Added(..) | Self::AuthorAndHost(..))
    }

    /// A name that stays the same between runs.
    fn name(&self) -> String {
        let digest = Sha256::digest(format!("{self:?}"));
        digest.iter().take(3).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The campaigns among `members`, the most serious first.
#[must_use]
pub fn group(members: &[Member]) -> Vec<Campaign> {
    let mut shared: BTreeMap<Key<'_>, Vec<usize>> = BTreeMap::new();
    for (index, member) in members.iter().enumerate() {
        let Some(judgement) = &member.judgement else { continue };
        for key in keys(&judgement.marks) {
            shared.entry(key).or_default().push(index);
        }
    }
    let judged = members.iter().filter(|member| member.judgement.is_some()).count();
    shared.retain(|key, holders| binds(key, holders, members, judged));
    let mut sets = Sets::new(members.len());
    for holders in shared.values() {
        holders.windows(2).for_each(|pair| sets.join(pair[0], pair[1]));
    }
    let mut found: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for index in 0..members.len() {
        found.entry(sets.root(index)).or_default().push(index);
    }
    let mut campaigns: Vec<Campaign> =
        found.into_values().filter(|group| group.len() > 1).map(|group| campaign(group, &shared, members)).collect();
    let weight = |campaign: &Campaign| campaign.members.iter().filter_map(|index| members.get(*index)).map(Member::score).max();
    campaigns.sort_by(|a, b| {
        let order = |campaign: &Campaign| (weight(campaign), campaign.repositories, campaign.members.len());
        order(b).cmp(&order(a)).then_with(|| a.name.cmp(&b.name))
    });
    campaigns
}

/// Everything by which a change could be bound to another one.
fn keys(marks: &Marks) -> Vec<Key<'_>> {
    let mut keys: Vec<Key<'_>> = marks.session.iter().map(|session| Key::Session(session)).collect();
    keys.extend(marks.hosts.iter().filter(|host| host.suspected).map(|host| Key::SuspectedHost(&host.name)));
    if marks.routine {
        return keys;
    }
    let (message, author) = (marks.message.as_str(), marks.author.as_str());
    let words = message.split(' ').filter(|word| word.len() > 1).count();
    if let Some(patch) = &marks.patch {
        keys.extend((marks.weight >= LEAST_LINES).then_some(Key::Patch(patch)));
        keys.extend((words > 0).then_some(Key::MessageAndPatch(message, patch)));
    }
    let added: BTreeMap<&str, &crate::model::sweep::FileMark> =
        marks.files.iter().filter_map(|file| Some((file.added.as_deref()?, file))).collect();
    keys.extend(added.into_iter().map(|(digest, file)| Key::Added(digest, file.path.name().into_owned())));
    keys.extend((words >= LEAST_WORDS).then_some(Key::Message(message)));
    keys.extend((words > 1 && !author.is_empty()).then_some(Key::MessageAndAuthor(message, author)));
    for host in &marks.hosts {
        keys.extend((words > 1).then_some(Key::MessageAndHost(message, &host.name)));
        keys.extend((!author.is_empty()).then_some(Key::AuthorAndHost(author, &host.name)));
    }
    keys
}

fn binds(key: &Key<'_>, holders: &[usize], members: &[Member], judged: usize) -> bool {
    let everywhere = holders.len() > COMMON && holders.len() * COMMON_SHARE > judged;
    let over_several = !key.needs_repositories() || repositories(holders, members) > 1;
    holders.len() > 1 && over_several && !(key.is_common() && everywhere)
}

fn repositories(holders: &[usize], members: &[Member]) -> usize {
    holders.iter().filter_map(|index| members.get(*index)).map(|member| member.pull().at.repo.as_str()).collect::<BTreeSet<_>>().len()
}

fn campaign(group: Vec<usize>, shared: &BTreeMap<Key<'_>, Vec<usize>>, members: &[Member]) -> Campaign {
    let own: BTreeSet<usize> = group.iter().copied().collect();
    let held: Vec<(&Key<'_>, &Vec<usize>)> =
        shared.iter().filter(|(_, holders)| holders.first().is_some_and(|first| own.contains(first))).collect();
    let mut bonds: Vec<Bond> = Vec::new();
    for (key, holders) in &held {
        let bond = Bond { kind: key.kind(), what: key.what(), members: holders.len(), repositories: repositories(holders, members) };
        // A short patch is a patch, and a message with an author is a message: the stronger one says it all.
        if !bonds.iter().any(|known| known.kind == bond.kind && known.what == bond.what || says_more(known, &bond)) {
            bonds.push(bond);
        }
    }
    let name = held.first().map(|(key, _)| key.name()).unwrap_or_default();
    Campaign { name: format!("C-{name}"), repositories: repositories(&group, members), members: group, bonds }
}

/// Whether `strong` makes `weak` superfluous: it holds as many, and what it names is not a new thing.
fn says_more(strong: &Bond, weak: &Bond) -> bool {
    let patch = strong.kind == "the same patch" && weak.kind == "the same short patch and message";
    let message = strong.kind == "the same message" && weak.kind == "the same message and author";
    let same_host = |bond: &Bond| bond.kind.starts_with("the same new host");
    let host = same_host(strong) && same_host(weak) && weak.what.starts_with(&strong.what);
    (patch || message || host) && strong.members >= weak.members
}

/// Sets that are joined; each is told by one of its members.
struct Sets(Vec<usize>);

impl Sets {
    fn new(size: usize) -> Self {
        Self((0..size).collect())
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.0[one.max(other)] = one.min(other);
    }
}
