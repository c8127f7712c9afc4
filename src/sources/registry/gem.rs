//! RubyGems.org: the versions of a gem and who owns it. What was yanked is not among the versions.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::client::Reply;
use super::route::encoded;
use super::world::{Registry, garbled, moment, wrong};
use crate::model::lookup::{Entry, Listing, Package, Release, Version};

pub(super) struct Gem;

#[derive(Deserialize)]
struct Row {
    number: String,
    platform: Option<String>,
    created_at: Option<String>,
}

impl Registry for Gem {
    fn address(&self) -> &'static str {
        "https://rubygems.org"
    }

    fn routes(&self, package: &Package) -> Vec<String> {
        let name = encoded(&package.name);
        vec![format!("/api/v1/versions/{name}.json"), format!("/api/v1/gems/{name}/owners.json")]
    }

    fn read(&self, package: &Package, replies: &[Reply]) -> Result<Listing, String> {
        let (rows, owners) = match replies {
            [Reply::Absent, _] => return Ok(Listing::Unlisted),
            [Reply::Found(body, _), owners] => (serde_json::from_slice::<Vec<Row>>(body).map_err(|_| garbled("RubyGems"))?, owners),
            _ => return Err(wrong("RubyGems", replies)),
        };
        let maintainers = match owners {
            Reply::Found(body, _) => serde_json::from_slice::<Vec<IgnoredAny>>(body).ok().map(|owners| owners.len()),
            Reply::Absent | Reply::Large | Reply::None(_) => None,
        };
        let time = |row: &Row| row.created_at.as_deref().and_then(moment);
        let release = match &package.version {
            None => Release::Unasked,
            Some(asked) => rows
                .iter()
                .find(|row| is(row, asked))
                .map_or(Release::Unlisted, |row| Release::Listed(Version { published: time(row), ..Version::default() })),
        };
        Ok(Listing::Listed(Entry { first: rows.iter().filter_map(time).min(), maintainers, release, ..Entry::default() }))
    }
}

/// A lock file writes the platform behind the version.
fn is(row: &Row, asked: &str) -> bool {
    let rest = asked.strip_prefix(row.number.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix('-') == row.platform.as_deref())
}
