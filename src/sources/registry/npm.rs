//! npm's registry: a package's whole record, or where that is too large the manifest of one version.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::client::Reply;
use super::route::encoded;
use super::world::{Registry, garbled, moment, wrong};
use crate::model::lookup::{Entry, Listing, Package, Release, Standing, Version};

/// Scripts that npm runs when a package is installed from the registry.
const SCRIPTS: [&str; 3] = ["preinstall", "install", "postinstall"];

pub(super) struct Npm;

#[derive(Deserialize)]
struct Record {
    #[serde(default, rename = "dist-tags")]
    tags: BTreeMap<String, Value>,
    #[serde(default)]
    time: BTreeMap<String, Value>,
    #[serde(default)]
    versions: BTreeMap<String, Manifest>,
    maintainers: Option<Value>,
}

#[derive(Deserialize)]
struct Manifest {
    deprecated: Option<Value>,
    scripts: Option<Value>,
    gypfile: Option<Value>,
}

impl Registry for Npm {
    fn address(&self) -> &'static str {
        "https://registry.npmjs.org"
    }

    fn routes(&self, package: &Package) -> Vec<String> {
        vec![format!("/{}", name(package))]
    }

    fn instead(&self, package: &Package) -> Option<String> {
        let version = package.version.as_deref()?;
        Some(format!("/{}/{}", name(package), encoded(version)))
    }

    fn read(&self, package: &Package, replies: &[Reply]) -> Result<Listing, String> {
        match replies {
            [Reply::Found(body, _)] => record(package, body).map(Listing::Listed),
            [Reply::Absent] => Ok(Listing::Unlisted),
            _ => Err(wrong("npm", replies)),
        }
    }

    fn read_instead(&self, _package: &Package, reply: &Reply) -> Result<Listing, String> {
        let release = match reply {
            Reply::Found(body, _) => Release::Listed(version(&serde_json::from_slice(body).map_err(|_| garbled("npm"))?)),
            Reply::Absent => Release::Unlisted,
            Reply::Large | Reply::None(_) => return Err(wrong("npm", std::slice::from_ref(reply))),
        };
        Ok(Listing::Listed(Entry { release, ..Entry::default() }))
    }
}

/// A scope belongs to the name: its slash is no step of a path.
fn name(package: &Package) -> String {
    match package.name.strip_prefix('@') {
        Some(scoped) => format!("@{}", encoded(scoped)),
        None => encoded(&package.name),
    }
}

fn record(package: &Package, body: &[u8]) -> Result<Entry, String> {
    let record: Record = serde_json::from_slice(body).map_err(|_| garbled("npm"))?;
    let time = |key: &str| record.time.get(key).and_then(Value::as_str).and_then(moment);
    let words = ["modified", "unpublished"];
    let first = record.time.keys().filter(|key| !words.contains(&key.as_str())).filter_map(|key| time(key)).min();
    let held = record.tags.get("latest").and_then(Value::as_str).is_some_and(|latest| latest.ends_with("-security"));
    let standing = match (held, record.time.contains_key("unpublished")) {
        (true, _) => Some(Standing::Held),
        (false, true) => Some(Standing::Unpublished),
        (false, false) => None,
    };
    let release = match &package.version {
        None => Release::Unasked,
        Some(asked) => record
            .versions
            .get(asked)
            .map_or(Release::Unlisted, |manifest| Release::Listed(Version { published: time(asked), ..version(manifest) })),
    };
    let maintainers = record.maintainers.as_ref().and_then(Value::as_array).map(Vec::len);
    Ok(Entry { first, maintainers, standing, release, ..Entry::default() })
}

fn version(manifest: &Manifest) -> Version {
    let mut scripts: Vec<String> = match &manifest.scripts {
        Some(Value::Object(scripts)) => SCRIPTS.iter().filter(|name| scripts.contains_key(**name)).map(|name| (*name).to_owned()).collect(),
        _ => Vec::new(),
    };
    if manifest.gypfile == Some(Value::Bool(true)) && scripts.is_empty() {
        scripts.push("node-gyp".to_owned());
    }
    let deprecated = manifest.deprecated.as_ref().and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    Version { deprecated, scripts, ..Version::default() }
}
