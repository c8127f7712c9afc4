//! Hosts named in a text, and whether a change is the first to name them.

use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::view::FileView;

/// Files of a change that are asked whether they knew a host; a larger change is asked only where the host stands.
const MOST_FILES: usize = 300;

static URL: Pattern =
    Pattern::new(r"(?i)\b(?:https?|wss?|ftps?|tcp|udp)://(?:[^\s/@\x22\x27`<>]*@)?([a-z0-9._-]+\.[a-z0-9-]+|\d+\.\d+\.\d+\.\d+|localhost)");
static QUOTED: Pattern =
    Pattern::new(r"(?i)[\x22\x27`]((?:[a-z0-9-]+\.)+(?:[a-z]{2,12})|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?::\d{2,5})?[\x22\x27`]");
static OWN: Pattern = Pattern::new(
    r"(?i)^(?:localhost|0\.0\.0\.0|(?:127|10)(?:\.\d+){3}|192\.168(?:\.\d+){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2}|[\w.-]+\.(?:local|internal|localhost|test|cluster|svc))\.?(?::\d+)?$",
);

/// The hosts that URLs in `text` name, in lower case.
pub fn of_urls(text: &str) -> impl Iterator<Item = String> {
    URL.groups(text, 1).map(|host| host.trim_end_matches('.').to_ascii_lowercase())
}

/// What a text must hold for a URL to be in it.
#[must_use]
pub fn urls() -> Words {
    Words::of([&URL])
}

/// The first host in the arguments of a call: of a URL, or a name in quotes.
#[must_use]
pub fn named(text: &str) -> Option<String> {
    of_urls(text).next().or_else(|| QUOTED.group(text, 1).map(str::to_ascii_lowercase)).filter(|host| !is_own(host))
}

/// Whether a host is the machine itself or stands in a private network.
#[must_use]
pub fn is_own(host: &str) -> bool {
    OWN.is_match(host)
}

/// Whether a host is a public address without a name.
#[must_use]
pub fn is_bare_address(host: &str) -> bool {
    let octets: Vec<u8> = host.split('.').map_while(|part| part.parse().ok()).collect();
    let [a, b, c, d] = octets.as_slice() else { return false };
    let private = matches!((a, b), (0 | 10 | 127 | 224..=255, _) | (172, 16..=31) | (192, 168) | (169, 254) | (100, 64..=127));
    // RFC 5737: addresses for documentation.
    let documentation = matches!((a, b, c), (192, 0, 2) | (198, 51, 100) | (203, 0, 113));
    // The resolvers everybody knows, and versions that look like addresses.
    let ordinary = matches!((a, b, c, d), (8, 8, ..) | (1, 1, 1, 1) | (1, 0, 0, 1) | (9, 9, 9, 9) | (1..=5, ..));
    host.split('.').count() == 4 && !private && !documentation && !ordinary
}

/// Whether no line that stood before the change names `host`, as far as the change shows.
#[must_use]
pub fn is_new(file: &FileView<'_>, host: &str) -> bool {
    let lower = |text: &str| text.to_ascii_lowercase().contains(host);
    if file.old().is_some_and(|old| lower(old.text())) {
        return false;
    }
    let files = &file.change.patch.files;
    let others = files.iter().filter(|_| files.len() <= MOST_FILES).filter_map(|other| other.text());
    !others.flat_map(|text| text.lines.iter().filter(|line| line.old > 0).map(|line| text.text(line))).any(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_calls() {
        assert_eq!(named("requests.post('https://Collect.example/x', json=a)").as_deref(), Some("collect.example"));
        assert_eq!(named("s.connect((\"drop.example\", 443))").as_deref(), Some("drop.example"));
        assert_eq!(named("fetch('/api/x')"), None);
        assert_eq!(named("fetch('http://localhost:3000')"), None);
        assert!(
            is_bare_address("45.9.148.3") && !is_bare_address("10.0.0.1") && !is_bare_address("1.2.3.4") && !is_bare_address("203.0.113.9")
        );
    }
    #[test]
    fn a_strangers_host_is_not_ours_for_how_it_begins() {
        for own in ["localhost", "127.0.0.1", "10.1.2.3", "172.20.0.1", "192.168.1.1", "npm.corp.internal", "db.svc.cluster.local"] {
            assert!(is_own(own), "{own}");
        }
        for foreign in ["npm.local.drop.example", "10.drop.example", "127.0.0.1.drop.example", "a.internal.drop.example", "172.200.0.1"] {
            assert!(!is_own(foreign), "{foreign}");
        }
    }
}
