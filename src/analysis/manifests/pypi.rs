//! Python: how a requirement is written, and names as the index compares them. The file forms are below.

pub mod lock;
pub mod pipfile;
pub mod pylock;
pub mod pyproject;
pub mod requirements;
pub mod setup;
pub mod via;

use super::format::Entry;
use crate::model::dependency::{Ecosystem, PackageSource};

/// `Foo.Bar_baz` -> `foo-bar-baz` (PEP 503).
#[must_use]
pub fn normalised(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.trim().chars() {
        match c {
            '-' | '_' | '.' if out.ends_with('-') => {}
            '-' | '_' | '.' => out.push('-'),
            _ => out.extend(c.to_lowercase()),
        }
    }
    out
}

/// One requirement such as `name[extra]>=1,<2; marker` or `name @ https://…` (PEP 508), or an address alone.
pub(super) fn requirement(text: &str, slot: &str) -> Option<Entry> {
    let text = text.split(" #").next().unwrap_or(text).trim();
    if let Some(entry) = address(text, slot) {
        return Some(entry);
    }
    let text = text.split(';').next().unwrap_or(text).trim();
    let end = text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_' | '.')).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    if !name.starts_with(|c: char| c.is_alphanumeric()) {
        return None;
    }
    let rest = rest.trim_start();
    let rest = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']').map_or("", |(_, rest)| rest),
        None => rest,
    };
    let version = rest.trim().trim_start_matches('(').trim_end_matches(')');
    let fits = version.split(',').map(str::trim).all(is_bound);
    let mut entry = Entry::new(Ecosystem::Pypi, normalised(name), slot);
    version.split_whitespace().collect::<Vec<_>>().concat().clone_into(&mut entry.dependency.version);
    entry.dependency.direct = true;
    fits.then_some(entry)
}

/// `>=1.0`, `==2.*`, nothing; also as Poetry writes it: `^1.2`, `*`.
fn is_bound(text: &str) -> bool {
    let signs = text.find(|c: char| !matches!(c, '=' | '<' | '>' | '~' | '!' | '^')).unwrap_or(text.len());
    let (sign, number) = text.split_at_checked(signs).unwrap_or((text, ""));
    let known = matches!(sign, "==" | "===" | "~=" | "!=" | "<=" | ">=" | "<" | ">" | "^" | "~" | "=");
    let number = number.trim();
    let plain = !number.is_empty() && number.chars().all(|c| c.is_alphanumeric() || ".*+!-_".contains(c));
    text.is_empty() || text == "*" || known && plain
}

/// `name @ address`, `git+https://…#egg=name`, `./folder`.
fn address(text: &str, slot: &str) -> Option<Entry> {
    let (name, address) = match text.split_once('@').filter(|(_, address)| address.trim().contains(':')) {
        Some((name, address)) if !name.contains(':') && !name.trim().is_empty() => (Some(name), address.trim()),
        _ => (None, text),
    };
    let address = address.split(" ;").next().unwrap_or(address).trim();
    let here = address.split('[').next() == Some(".");
    let archive = [".whl", ".tar.gz", ".zip"].iter().any(|end| address.ends_with(end)) && !address.contains(':');
    let local = here || archive || ["./", "../", "/", "file:"].iter().any(|start| address.starts_with(start));
    if !local && !address.contains("://") {
        return None;
    }
    let (place, fragment) = address.split_once('#').unwrap_or((address, ""));
    let egg = fragment.split('&').find_map(|part| part.strip_prefix("egg="));
    let last = place.trim_end_matches('/').rsplit('/').next().unwrap_or(place);
    let name = name.or(egg).unwrap_or(last).split('[').next().unwrap_or("");
    let name = if here { ".".to_owned() } else { normalised(name) };
    let mut entry = Entry::new(Ecosystem::Pypi, name, slot);
    entry.dependency.source = if local { PackageSource::Path(place.to_owned()) } else { remote(place) };
    entry.dependency.direct = true;
    entry.dependency.hashes =
        fragment.split('&').find_map(|part| part.strip_prefix("sha256=")).map(|sum| format!("sha256:{sum}")).into_iter().collect();
    Some(entry)
}

fn remote(place: &str) -> PackageSource {
    let Some(git) = ["git+", "git:"].iter().any(|start| place.starts_with(start)).then(|| place.trim_start_matches("git+")) else {
        return PackageSource::Url(place.to_owned());
    };
    // An `@` behind the host's slash names the revision; one before it names the user.
    let path = git.find("://").and_then(|at| git.get(at + 3..)?.find('/').map(|slash| at + 3 + slash)).unwrap_or(0);
    match git.rfind('@').filter(|at| *at > path) {
        Some(at) => PackageSource::Git { url: git.get(..at).unwrap_or(git).to_owned(), rev: git.get(at + 1..).unwrap_or("").to_owned() },
        None => PackageSource::Git { url: git.to_owned(), rev: String::new() },
    }
}
