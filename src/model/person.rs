//! Who decides, and what shows that it is they. A name is a claim; only a proof tells two people apart.

use super::forge::Account;

/// What shows who somebody is. Strongest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Proof {
    /// The account that a forge knows the token by. Compared by its numeric id.
    Account {
        /// The forge's host.
        host: String,
        /// The account.
        account: Account,
    },
    /// An SSH key that signed this very decision and that the file of allowed signers names.
    Key {
        /// `SHA256:…`
        fingerprint: String,
        /// Whose it is, as the file of allowed signers says.
        principal: String,
    },
    /// The account of the operating system that the program ran under.
    User {
        /// Its name.
        name: String,
        /// Its numeric id.
        id: u32,
        /// The machine it is an account of.
        machine: String,
    },
}

/// Whether two people are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Alike {
    /// They are.
    Same,
    /// They are not.
    Different,
    /// Nothing tells: they have no kind of proof in common.
    Unknown,
}

impl Proof {
    /// What two proofs of one kind say; `None` for proofs that cannot be compared.
    fn compare(&self, other: &Self) -> Option<Alike> {
        let verdict = |same: bool| if same { Alike::Same } else { Alike::Different };
        match (self, other) {
            (Self::Account { host: a, account: x }, Self::Account { host: b, account: y }) if a.eq_ignore_ascii_case(b) => {
                match (x.id, y.id) {
                    (Some(x), Some(y)) => Some(verdict(x == y)),
                    // Logins are given up and taken by others, so a shared one says something and a different one nothing.
                    _ => x.login.eq_ignore_ascii_case(&y.login).then_some(Alike::Same),
                }
            }
            (Self::Key { fingerprint: a, principal: x }, Self::Key { fingerprint: b, principal: y }) => {
                Some(verdict(a == b || x.eq_ignore_ascii_case(y)))
            }
            (Self::User { id: a, machine: x, .. }, Self::User { id: b, machine: y, .. }) if x == y => Some(verdict(a == b)),
            _ => None,
        }
    }

    /// How sentences call it.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Account { host, account } => format!("the account {} on {host}", account.login),
            Self::Key { fingerprint, principal } => format!("the SSH key {fingerprint} of {principal}"),
            Self::User { name, machine, .. } => format!("the operating system account {name} on {machine}"),
        }
    }
}

/// Whether who brings `a` is who brings `b`: the strongest kind of proof that both have decides, except that sharing an account or
/// a key of any kind is being one person.
#[must_use]
pub fn compare(a: &[Proof], b: &[Proof]) -> Alike {
    let mut verdicts: Vec<(&Proof, Alike)> = Vec::new();
    for mine in a {
        verdicts.extend(b.iter().filter_map(|other| Some((mine, mine.compare(other)?))));
    }
    let shared = |(proof, alike): &(&Proof, Alike)| *alike == Alike::Same && !matches!(proof, Proof::User { .. });
    if verdicts.iter().any(shared) {
        return Alike::Same;
    }
    verdicts.iter().min_by_key(|(proof, _)| *proof).map_or(Alike::Unknown, |(_, alike)| *alike)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(id: u64, login: &str) -> Proof {
        Proof::Account { host: "github.com".to_owned(), account: Account { id: Some(id), login: login.to_owned(), bot: false } }
    }

    fn key(fingerprint: &str, principal: &str) -> Proof {
        Proof::Key { fingerprint: fingerprint.to_owned(), principal: principal.to_owned() }
    }

    fn user(id: u32) -> Proof {
        Proof::User { name: format!("u{id}"), id, machine: "desk".to_owned() }
    }

    #[test]
    fn people_are_told_apart_by_proof_alone() {
        assert_eq!(compare(&[], &[user(1)]), Alike::Unknown);
        assert_eq!(compare(&[account(1, "a")], &[account(2, "a")]), Alike::Different, "a login was given up and taken");
        assert_eq!(compare(&[account(1, "old")], &[account(1, "new")]), Alike::Same);
        assert_eq!(compare(&[account(1, "a")], &[key("SHA256:x", "a@example.com")]), Alike::Unknown);
        assert_eq!(compare(&[key("SHA256:x", "a@example.com")], &[key("SHA256:y", "A@example.com")]), Alike::Same, "two keys, one person");
        assert_eq!(compare(&[key("SHA256:x", "a@example.com"), user(1)], &[key("SHA256:y", "b@example.com"), user(1)]), Alike::Different);
        assert_eq!(compare(&[key("SHA256:x", "a@example.com"), user(1)], &[key("SHA256:x", "a@example.com"), user(2)]), Alike::Same);
        assert_eq!(compare(&[account(1, "a"), user(1)], &[account(2, "b"), user(1)]), Alike::Different);
        assert_eq!(compare(&[user(1)], &[user(2)]), Alike::Different);
    }
}
