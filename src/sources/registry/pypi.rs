//! PyPI: the record of a project with all its files.

use std::collections::BTreeMap;
use std::str::FromStr as _;

use pep440_rs::Version as Number;
use serde::Deserialize;

use super::client::Reply;
use super::route::encoded;
use super::world::{Registry, garbled, moment, wrong};
use crate::model::lookup::{Entry, Listing, Package, Release, Version};
use crate::model::time::Timestamp;

pub(super) struct Pypi;

#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    releases: BTreeMap<String, Vec<File>>,
    ownership: Option<Ownership>,
}

#[derive(Deserialize)]
struct File {
    upload_time_iso_8601: Option<String>,
    #[serde(default)]
    yanked: bool,
    yanked_reason: Option<String>,
}

#[derive(Deserialize)]
struct Ownership {
    #[serde(default)]
    roles: Vec<serde::de::IgnoredAny>,
}

impl Registry for Pypi {
    fn address(&self) -> &'static str {
        "https://pypi.org"
    }

    fn routes(&self, package: &Package) -> Vec<String> {
        vec![format!("/pypi/{}/json", encoded(&package.name))]
    }

    fn read(&self, package: &Package, replies: &[Reply]) -> Result<Listing, String> {
        match replies {
            [Reply::Found(body, _)] => record(package, body).map(Listing::Listed),
            [Reply::Absent] => Ok(Listing::Unlisted),
            _ => Err(wrong("PyPI", replies)),
        }
    }
}

fn record(package: &Package, body: &[u8]) -> Result<Entry, String> {
    let record: Record = serde_json::from_slice(body).map_err(|_| garbled("PyPI"))?;
    let first = record.releases.values().filter_map(|files| published(files)).min();
    let release = match package.version.as_deref() {
        None => Release::Unasked,
        Some(asked) => release(&record.releases, asked).map_or(Release::Unlisted, |files| Release::Listed(version(files))),
    };
    // An organisation's people are not told.
    let maintainers = record.ownership.map(|ownership| ownership.roles.len()).filter(|count| *count > 0);
    Ok(Entry { first, maintainers, release, ..Entry::default() })
}

/// `1.0` and `1.0.0` are the same version.
fn release<'r>(releases: &'r BTreeMap<String, Vec<File>>, asked: &str) -> Option<&'r Vec<File>> {
    let number = Number::from_str(asked).ok();
    let same = |written: &str| number.is_some() && Number::from_str(written).ok() == number;
    releases.get(asked).or_else(|| releases.iter().find(|(written, _)| same(written)).map(|(_, files)| files))
}

fn published(files: &[File]) -> Option<Timestamp> {
    files.iter().filter_map(|file| moment(file.upload_time_iso_8601.as_deref()?)).min()
}

fn version(files: &[File]) -> Version {
    let all = !files.is_empty() && files.iter().all(|file| file.yanked);
    let why = || files.iter().find_map(|file| file.yanked_reason.clone()).unwrap_or_default();
    Version { published: published(files), withdrawn: all.then(why), ..Version::default() }
}
