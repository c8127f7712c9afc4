//! Packagist: what its metadata for Composer says of a package's tagged versions. Branches stand in another file, which is not asked for.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::client::Reply;
use super::route::encoded;
use super::world::{Registry, garbled, moment, wrong};
use crate::model::lookup::{Entry, Listing, Package, Release, Version};
use crate::model::time::Timestamp;

pub(super) struct Composer;

#[derive(Deserialize)]
struct Metadata {
    packages: BTreeMap<String, Vec<Map<String, Value>>>,
    /// Set where each version only holds what is unlike the one before it.
    minified: Option<Value>,
}

/// What a version leaves out that the one before it has.
const UNSET: &str = "__unset";

impl Registry for Composer {
    fn address(&self) -> &'static str {
        "https://repo.packagist.org"
    }

    fn routes(&self, package: &Package) -> Vec<String> {
        let name = package.name.to_lowercase();
        let (vendor, own) = name.split_once('/').unwrap_or(("", &name));
        vec![format!("/p2/{}/{}.json", encoded(vendor), encoded(own))]
    }

    fn read(&self, package: &Package, replies: &[Reply]) -> Result<Listing, String> {
        match replies {
            [Reply::Found(body, _)] => record(package, body).map(Listing::Listed),
            [Reply::Absent] => Ok(Listing::Unlisted),
            _ => Err(wrong("Packagist", replies)),
        }
    }
}

/// A version as far as it is used here.
#[derive(Clone, Default)]
struct Tagged {
    version: String,
    normal: String,
    time: Option<Timestamp>,
    abandoned: Option<String>,
    plugin: bool,
}

fn record(package: &Package, body: &[u8]) -> Result<Entry, String> {
    let metadata: Metadata = serde_json::from_slice(body).map_err(|_| garbled("Packagist"))?;
    let name = package.name.to_lowercase();
    let rows = metadata.packages.get(&name).ok_or_else(|| garbled("Packagist"))?;
    let mut all: Vec<Tagged> = Vec::with_capacity(rows.len());
    for row in rows {
        let before = all.last().filter(|_| metadata.minified.is_some()).cloned().unwrap_or_default();
        all.push(told(row, before));
    }
    if all.iter().any(|one| one.version.is_empty()) {
        return Err(garbled("Packagist"));
    }
    let release = match &package.version {
        None => Release::Unasked,
        Some(asked) => all.iter().find(|one| is(one, asked)).map_or(Release::Unlisted, |one| Release::Listed(version(one))),
    };
    Ok(Entry { first: all.iter().filter_map(|one| one.time).min(), by_commit: true, release, ..Entry::default() })
}

/// What `row` says, over what stood `before` it.
fn told(row: &Map<String, Value>, before: Tagged) -> Tagged {
    let text = |key: &str, before: String| match row.get(key) {
        None => before,
        Some(value) => value.as_str().filter(|text| *text != UNSET).unwrap_or_default().to_owned(),
    };
    Tagged {
        version: text("version", before.version),
        normal: text("version_normalized", before.normal),
        time: row.get("time").map_or(before.time, |value| value.as_str().and_then(moment)),
        abandoned: match row.get("abandoned") {
            None => before.abandoned,
            Some(Value::Bool(true)) => Some("it is abandoned".to_owned()),
            Some(Value::String(instead)) if instead != UNSET => Some(format!("it is abandoned, {instead} stands in for it")),
            Some(_) => None,
        },
        plugin: row.get("type").map_or(before.plugin, |value| value.as_str() == Some("composer-plugin")),
    }
}

fn version(one: &Tagged) -> Version {
    // Plugins run with Composer itself.
    let scripts = if one.plugin { vec!["composer-plugin".to_owned()] } else { Vec::new() };
    Version { published: one.time, deprecated: one.abandoned.clone(), scripts, ..Version::default() }
}

/// `v1.2`, `1.2` and `1.2.0.0` are the same version.
fn is(one: &Tagged, asked: &str) -> bool {
    let bare = |text: &str| text.trim_start_matches(['v', 'V']).to_lowercase();
    let asked = bare(asked);
    let numbers = asked.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (numbers, rest) = asked.split_at_checked(numbers).unwrap_or((&asked, ""));
    let missing = 4_usize.saturating_sub(numbers.split('.').count());
    bare(&one.version) == asked || one.normal.to_lowercase() == format!("{numbers}{}{rest}", ".0".repeat(missing))
}
