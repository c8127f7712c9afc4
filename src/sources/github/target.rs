//! What an argument names on a GitHub host: a pull, a commit, a repository, a set of repositories, a search. Never whether it exists.

use super::address::{Address, GITHUB, is_name, is_owner};
use crate::model::inert;
use crate::model::pull::LEAST_DIGITS;

/// One thing that was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// One pull.
    Pull(Address, u64),
    /// One commit, by as much of its id as was written.
    Commit(Address, String),
    /// The pulls of a set of repositories.
    Set {
        /// The host they are on.
        host: String,
        /// The set.
        scope: Scope,
    },
}

/// A set of pulls that a search can name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Of one repository, `owner/name`.
    Repository(String),
    /// Of all repositories of an organisation.
    Org(String),
    /// Of all repositories of a person.
    User(String),
    /// Of all repositories of a team.
    Team {
        /// Its organisation.
        org: String,
        /// Its short name.
        slug: String,
    },
    /// Whatever this search finds.
    Search(String),
}

impl Target {
    /// The host it is on.
    #[must_use]
    pub fn host(&self) -> &str {
        match self {
            Self::Pull(address, _) | Self::Commit(address, _) => &address.host,
            Self::Set { host, .. } => host,
        }
    }

    /// Reads `text`; `None` when it names nothing on a GitHub host. `host` is meant where the text names none.
    ///
    /// # Errors
    /// In one sentence, when it does and cannot be right.
    pub fn read(text: &str, host: &str) -> Option<Result<Self, String>> {
        let set = |scope| Ok(Self::Set { host: host.to_owned(), scope });
        if let Some((kind, rest)) = text.split_once(':').filter(|(kind, _)| ["org", "user", "team", "search"].contains(kind)) {
            return Some(match kind {
                "org" if is_owner(rest) => set(Scope::Org(rest.to_owned())),
                "user" if is_owner(rest) => set(Scope::User(rest.to_owned())),
                "team" => team(rest).ok_or_else(|| wrong(text, "team:ORGANISATION/TEAM")).and_then(set),
                "search" if !rest.trim().is_empty() => set(Scope::Search(rest.trim().to_owned())),
                "search" => Err(wrong(text, "search:WORDS, such as 'search:label:urgent team-review-requested:acme/core'")),
                kind => Err(wrong(text, &format!("{kind}:NAME"))),
            });
        }
        if let Some(rest) = ["https://", "http://", "ssh://", "git://"].iter().find_map(|scheme| text.strip_prefix(scheme)) {
            return Some(page(rest).ok_or_else(|| wrong(text, "https://HOST/OWNER/REPOSITORY/pull/NUMBER")));
        }
        if let Some((host, path)) = text.strip_prefix("git@").and_then(|rest| rest.split_once(':')) {
            return Some(page(&format!("{host}/{path}")).ok_or_else(|| wrong(text, "git@HOST:OWNER/REPOSITORY")));
        }
        short(text, host).map(Ok)
    }
}

/// `owner/repo`, `owner/repo#7`, `owner/repo@COMMIT`, each also behind `host/`.
fn short(text: &str, host: &str) -> Option<Target> {
    if let Some((place, id)) = text.rsplit_once('@').filter(|(_, id)| is_commit(id)) {
        return Some(Target::Commit(place_of(place, host)?, id.to_ascii_lowercase()));
    }
    let (place, number) = match text.rsplit_once('#') {
        Some((place, number)) => (place, Some(number.parse::<u64>().ok().filter(|number| *number > 0)?)),
        None => (text, None),
    };
    Some(place_of(place, host)?.into_target(number))
}

/// `owner/repo` on `host`, or `host/owner/repo`.
fn place_of(place: &str, host: &str) -> Option<Address> {
    match place.split('/').count() {
        2 => Address::of(host, place),
        3 => {
            let (host, rest) = place.split_once('/')?;
            Address::of(host, rest).filter(|_| is_host(host))
        }
        _ => None,
    }
}

/// Whether it is a commit's id, or as much of one as names it.
fn is_commit(text: &str) -> bool {
    (LEAST_DIGITS..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The rest of an address behind its scheme: `user@host/owner/repo.git`, `host/owner/repo/pull/7/files`.
fn page(rest: &str) -> Option<Target> {
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.split_once('/')?;
    // A user in front may carry a secret: it is neither kept nor shown.
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.strip_prefix("www.").unwrap_or(host).to_ascii_lowercase();
    let host = host.strip_suffix(":443").or_else(|| host.strip_suffix(":22")).unwrap_or(&host);
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let (owner, name) = (parts.next()?, parts.next()?);
    let address = Address::of(host, &format!("{owner}/{}", name.strip_suffix(".git").unwrap_or(name))).filter(|_| is_host(host))?;
    match (parts.next(), parts.next()) {
        (Some("pull" | "pulls" | "issues"), Some(number)) => {
            let number = number.parse().ok().filter(|number| *number > 0)?;
            Some(address.into_target(Some(number)))
        }
        (Some("commit" | "commits"), Some(id)) if is_commit(id) => Some(Target::Commit(address, id.to_ascii_lowercase())),
        (None | Some("pulls"), None) => Some(address.into_target(None)),
        _ => None,
    }
}

impl Address {
    fn into_target(self, number: Option<u64>) -> Target {
        match number {
            Some(number) => Target::Pull(self, number),
            None => Target::Set { scope: Scope::Repository(self.path()), host: self.host },
        }
    }
}

fn team(text: &str) -> Option<Scope> {
    let (org, slug) = text.split_once('/')?;
    (is_owner(org) && is_name(slug)).then(|| Scope::Team { org: org.to_owned(), slug: slug.to_owned() })
}

fn is_host(text: &str) -> bool {
    let (name, port) = text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port)));
    let labels = name.split('.').all(|label| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    labels && (name.contains('.') || name == "localhost") && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

/// What the remote of a clone points to, when it can be a repository of a GitHub host.
#[must_use]
pub fn of_remote(url: &str) -> Option<Address> {
    match Target::read(url, GITHUB)?.ok()? {
        Target::Set { host, scope: Scope::Repository(path) } if url.contains(':') => Address::of(&host, &path),
        _ => None,
    }
}

/// Never the address itself where it may hold a secret in front of its host.
fn wrong(text: &str, form: &str) -> String {
    let shown = text.split_once("://").and_then(|(scheme, rest)| Some(format!("{scheme}://{}", rest.split_once('@')?.1)));
    format!("`{}` is no target: write {form}", inert::line(shown.as_deref().unwrap_or(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Target> {
        Target::read(text, "ghe.example").and_then(Result::ok)
    }

    fn pull(host: &str, path: &str, number: u64) -> Option<Target> {
        Some(Target::Pull(Address::of(host, path).unwrap(), number))
    }

    fn repository(host: &str, path: &str) -> Option<Target> {
        Some(Target::Set { host: host.to_owned(), scope: Scope::Repository(path.to_owned()) })
    }

    #[test]
    fn everything_that_people_paste_is_read() {
        assert_eq!(read("acme/api#7"), pull("ghe.example", "acme/api", 7));
        assert_eq!(read("github.com/acme/api#7"), pull("github.com", "acme/api", 7));
        assert_eq!(read("https://github.com/acme/api/pull/7/files?w=1#diff-1"), pull("github.com", "acme/api", 7));
        assert_eq!(read("https://me:secret@GHE.example:8443/acme/a.b/pull/7"), pull("ghe.example:8443", "acme/a.b", 7));
        assert_eq!(read("acme/api"), repository("ghe.example", "acme/api"));
        let commit = |host: &str| Some(Target::Commit(Address::of(host, "acme/api").unwrap(), "0c1a763b969b".to_owned()));
        assert_eq!(read("acme/api@0C1A763B969B"), commit("ghe.example"));
        assert_eq!(read("github.com/acme/api@0c1a763b969b"), commit("github.com"));
        assert_eq!(read("https://github.com/acme/api/commit/0c1a763b969b?diff=split#x"), commit("github.com"));
        assert_eq!(read("127.0.0.1:4000/acme/api"), repository("127.0.0.1:4000", "acme/api"));
        for url in ["https://acme.ghe.com/o/r", "https://acme.ghe.com/o/r.git", "git@acme.ghe.com:o/r.git", "ssh://git@acme.ghe.com:22/o/r"]
        {
            assert_eq!(read(url), repository("acme.ghe.com", "o/r"), "{url}");
            assert_eq!(of_remote(url), Address::of("acme.ghe.com", "o/r"), "{url}");
        }
        let team = Scope::Team { org: "acme".to_owned(), slug: "core".to_owned() };
        assert_eq!(read("team:acme/core"), Some(Target::Set { host: "ghe.example".to_owned(), scope: team }));
    }

    #[test]
    fn what_names_nothing_there_is_left_to_git() {
        for text in [
            "main",
            "main..topic",
            "feature/x/y/z",
            "a b/c",
            "../x",
            "acme/api#",
            "acme/api#x",
            "acme/..",
            "HEAD~2",
            "acme/api@main",
            "main@{1}",
        ] {
            assert!(Target::read(text, GITHUB).is_none(), "{text}");
        }
        assert_eq!(of_remote("/srv/git/api.git"), None);
        assert_eq!(of_remote("../api"), None);
        assert_eq!(of_remote("acme/api"), None, "a relative path is no remote of a host");
    }

    #[test]
    fn what_is_wrong_is_said_without_a_secret() {
        let secret = ["hunter", "2"].concat();
        let says = Target::read(&format!("https://me:{secret}@ghe.example/acme"), GITHUB).unwrap().unwrap_err();
        assert!(says.contains("ghe.example/acme") && !says.contains(&secret), "{says}");
        for text in ["org:", "team:acme", "search: ", "user:a/b", "https://github.com/a/b/pull/0", "https://github.com/a/b/tree/x"] {
            assert!(Target::read(text, GITHUB).unwrap().is_err(), "{text}");
        }
    }
}
