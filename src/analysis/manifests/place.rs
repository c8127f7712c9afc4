//! Where packages come from: hosts and owners of addresses.

use crate::model::dependency::PackageSource;

/// The host (and for git its owner) of a source; `None` for the default registry and for paths.
#[must_use]
pub fn place(source: &PackageSource) -> Option<String> {
    match source {
        PackageSource::DefaultRegistry | PackageSource::Path(_) => None,
        PackageSource::Registry(at) | PackageSource::Url(at) => Some(host(at).to_owned()),
        PackageSource::Git { url, .. } => Some(owner(url)),
    }
}

/// `https://user@host:8080/x` -> `host:8080`; the text itself where it has no host.
#[must_use]
pub fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    authority.rsplit('@').next().unwrap_or(authority)
}

/// `https://github.com/owner/repo.git` and `git@github.com:owner/repo` -> `github.com/owner`
fn owner(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest).replacen(':', "/", 1);
    rest.split('/').take(2).collect::<Vec<_>>().join("/").to_lowercase()
}
