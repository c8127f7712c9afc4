//! crates.io: the file of a crate in its sparse index.

use serde::Deserialize;

use super::client::Reply;
use super::world::{Registry, garbled, moment, wrong};
use crate::model::lookup::{Entry, Listing, Package, Release, Version};
use crate::model::time::Timestamp;

pub(super) struct Cargo;

#[derive(Deserialize)]
struct Line {
    vers: String,
    #[serde(default)]
    yanked: bool,
    pubtime: Option<String>,
}

impl Registry for Cargo {
    fn address(&self) -> &'static str {
        "https://index.crates.io"
    }

    fn accept(&self) -> &'static str {
        "text/plain"
    }

    /// The index sorts crates into folders by their first letters.
    fn routes(&self, package: &Package) -> Vec<String> {
        let name = package.name.to_ascii_lowercase();
        let letters = |from: usize, to: usize| name.get(from..to).unwrap_or_default();
        vec![match name.len() {
            1 | 2 => format!("/{}/{name}", name.len()),
            3 => format!("/3/{}/{name}", letters(0, 1)),
            _ => format!("/{}/{}/{name}", letters(0, 2), letters(2, 4)),
        }]
    }

    fn read(&self, package: &Package, replies: &[Reply]) -> Result<Listing, String> {
        match replies {
            [Reply::Found(body, _)] => record(package, body).map(Listing::Listed),
            [Reply::Absent] => Ok(Listing::Unlisted),
            _ => Err(wrong("crates.io", replies)),
        }
    }
}

fn record(package: &Package, body: &[u8]) -> Result<Entry, String> {
    let lines = body.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let lines = lines.map(|line| serde_json::from_slice::<Line>(line).map_err(|_| garbled("crates.io")));
    let lines = lines.collect::<Result<Vec<_>, _>>()?;
    let time = |line: &Line| line.pubtime.as_deref().and_then(moment);
    let release = match &package.version {
        None => Release::Unasked,
        Some(asked) => lines.iter().find(|line| line.vers == *asked).map_or(Release::Unlisted, |line| {
            Release::Listed(Version { published: time(line), withdrawn: line.yanked.then(String::new), ..Version::default() })
        }),
    };
    // A line of before the index told dates may be the first.
    let times: Option<Vec<Timestamp>> = lines.iter().map(time).collect();
    Ok(Entry { first: times.and_then(|times| times.into_iter().min()), release, ..Entry::default() })
}
