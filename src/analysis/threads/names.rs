//! The names in a text, and when two of them are one.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::model::thread::Novelty;

/// A name shorter than this says too little to link by, in characters.
pub const SHORTEST: usize = 6;
/// The same for the name of a dependency or host, which is asked for exactly.
pub const SHORTEST_EXACT: usize = 3;

/// The names in `text` that say enough: letters, digits and underscores from a letter or underscore on, single hyphens inside.
pub fn of(text: &str) -> impl Iterator<Item = &str> {
    longer(text, SHORTEST)
}

/// Those and shorter ones.
pub fn all(text: &str) -> impl Iterator<Item = &str> {
    longer(text, SHORTEST_EXACT)
}

fn longer(text: &str, shortest: usize) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    let joins = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            at += bytes.get(at..)?.iter().position(|byte| byte.is_ascii_alphabetic() || *byte == b'_')?;
            let start = at;
            while bytes.get(at).is_some_and(joins) || bytes.get(at) == Some(&b'-') && bytes.get(at + 1).is_some_and(joins) {
                at += 1;
            }
            if at - start >= shortest {
                return text.get(start..at);
            }
        }
    })
}

/// Whether somebody made the name up, rather than taking a word: `trustProxyHeaders`, `debug_auth`, `x-internal-user`.
#[must_use]
pub fn is_coined(name: &str) -> bool {
    name.contains(['_', '-']) || name.chars().skip(1).any(char::is_uppercase) && name.chars().any(char::is_lowercase)
}

/// What a name is compared by: a symbol as it is written; what crosses from files of settings or manifests into code by its
/// letters and digits, since the ways of joining words differ there.
#[must_use]
pub fn key(kind: Novelty, name: &str) -> Cow<'_, str> {
    match kind {
        Novelty::Symbol => Cow::Borrowed(name),
        Novelty::Setting | Novelty::Dependency => {
            let own = name.rsplit(['/', ':', '.']).next().unwrap_or(name);
            Cow::Owned(own.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect())
        }
        Novelty::Host => Cow::Owned(name.to_ascii_lowercase()),
    }
}

/// Names that are looked for among all names of a change, of which hardly any is one of them.
pub struct Asked<'f> {
    places: HashMap<&'f str, usize>,
    /// Whether a name of this mark is among them.
    marks: Vec<bool>,
}

impl<'f> Asked<'f> {
    /// These names, numbered in their order.
    pub fn of(names: impl Iterator<Item = &'f str>) -> Self {
        let mut asked = Self { places: HashMap::new(), marks: vec![false; 1 << 12] };
        for name in names {
            let next = asked.places.len();
            asked.places.entry(name).or_insert(next);
            asked.marks[mark(name)] = true;
        }
        asked
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The number of `name`, when it is one of them.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        if self.marks[mark(name)] { self.places.get(name).copied() } else { None }
    }

    /// All of them with their numbers.
    pub fn each(&self) -> impl Iterator<Item = (&'f str, usize)> {
        self.places.iter().map(|(name, at)| (*name, *at))
    }
}

/// A number below 4,096 for a name, by its length, two letters at its start and one at its end.
fn mark(name: &str) -> usize {
    let byte = |at: usize| name.as_bytes().get(at).map_or(0, |byte| usize::from(*byte));
    (name.len() ^ byte(0) << 1 ^ byte(2) << 4 ^ byte(name.len().saturating_sub(1)) << 6) & 0xfff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_say_enough() {
        assert_eq!(of("if (x.trustProxy && req['x-internal-user']) go()").collect::<Vec<_>>(), ["trustProxy", "x-internal-user"]);
        assert_eq!(all("ws.send(a, b)").collect::<Vec<_>>(), ["send"]);
        assert!(is_coined("debug_auth") && is_coined("trustProxy") && !is_coined("request") && !is_coined("Request"));
    }

    #[test]
    fn a_setting_is_one_name_however_it_is_joined() {
        let same = |a, b| key(Novelty::Setting, a) == key(Novelty::Setting, b);
        assert!(same("auth.trust-proxy", "TRUST_PROXY") && same("trustProxy", "trust_proxy") && !same("trust", "trust_proxy"));
        assert_eq!(key(Novelty::Dependency, "@acme/colours-2"), key(Novelty::Dependency, "colours_2"));
        assert_ne!(key(Novelty::Symbol, "Ship"), key(Novelty::Symbol, "ship"));
    }
}
