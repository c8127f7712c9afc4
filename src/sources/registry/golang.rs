//! Go's module mirror: the list of a module's versions and when one of them was made. A module without releases has an empty list. The
//! moments are those of commits: when the mirror first had a version, only its index tells, which cannot be asked about one module.

use serde::Deserialize;

use super::client::Reply;
use super::route::is_version;
use super::world::{Registry, garbled, moment, wrong};
use crate::model::lookup::{Entry, Listing, Package, Release, Version};

pub(super) struct Golang;

#[derive(Deserialize)]
struct Info {
    #[serde(rename = "Time")]
    time: Option<String>,
}

impl Registry for Golang {
    fn address(&self) -> &'static str {
        "https://proxy.golang.org"
    }

    fn routes(&self, package: &Package) -> Vec<String> {
        let module = escaped(&package.name);
        let info = package.version.as_deref().map(|version| format!("/{module}/@v/{}.info", escaped(version)));
        std::iter::once(format!("/{module}/@v/list")).chain(info).collect()
    }

    fn read(&self, package: &Package, replies: &[Reply]) -> Result<Listing, String> {
        let release = match replies {
            // A version that the mirror has speaks for the module, which may have no release.
            [_, Reply::Found(body, _)] => {
                let info: Info = serde_json::from_slice(body).map_err(|_| garbled("Go's mirror"))?;
                Release::Listed(Version { published: info.time.as_deref().and_then(moment), ..Version::default() })
            }
            [Reply::Absent] | [Reply::Absent, Reply::Absent] => return Ok(Listing::Unlisted),
            [Reply::Found(..)] => Release::Unasked,
            [Reply::Found(..), Reply::Absent] => Release::Unlisted,
            _ => return Err(wrong("Go's mirror", replies)),
        };
        let mut entry = Entry { release, by_commit: true, ..Entry::default() };
        if let (Some(first), Some(asked), Release::Listed(version)) = (first(replies), &package.version, &entry.release) {
            entry.first = version.published.filter(|_| first == *asked);
        }
        Ok(Listing::Listed(entry))
    }

    fn further(&self, package: &Package, replies: &[Reply]) -> Vec<String> {
        let first = first(replies).filter(|first| package.version.as_ref() != Some(first));
        first.map(|first| format!("/{}/@v/{}.info", escaped(&package.name), escaped(&first))).into_iter().collect()
    }

    fn read_further(&self, _package: &Package, entry: &mut Entry, replies: &[Reply]) {
        if let [Reply::Found(body, _)] = replies {
            let info: Option<Info> = serde_json::from_slice(body).ok();
            entry.first = info.and_then(|info| moment(info.time.as_deref()?));
        }
    }
}

/// The lowest version of the list that the mirror answered.
fn first(replies: &[Reply]) -> Option<String> {
    let Some(Reply::Found(list, _)) = replies.first() else { return None };
    let list = std::str::from_utf8(list).ok()?;
    let versions = list.lines().map(str::trim).filter(|line| is_version(line));
    versions.filter_map(|line| Some((order(line)?, line))).min().map(|(_, line)| line.to_owned())
}

/// `v1.2.3-rc.1+incompatible` -> what sorts it: three numbers, and whether it is a release.
fn order(version: &str) -> Option<([u64; 3], bool)> {
    let bare = version.strip_prefix('v')?.split('+').next()?;
    let (numbers, label) = bare.split_once('-').map_or((bare, None), |(numbers, label)| (numbers, Some(label)));
    let mut parts = numbers.split('.').map(|part| part.parse().ok());
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some((numbers, label.is_none()))
}

/// Capitals are written as `!` and the small letter, so that they survive where letters have no case.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' => {
                out.push('!');
                out.push(char::from(byte.to_ascii_lowercase()));
            }
            b'!' => out.push_str("%21"),
            _ => out.push(char::from(byte)),
        }
    }
    out
}
