//! Go's module mirror: the list of a module's versions and when one of them was made. A module without releases has an empty list.

use serde::Deserialize;

use super::client::Reply;
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

    fn read(&self, _package: &Package, replies: &[Reply]) -> Result<Listing, String> {
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
        Ok(Listing::Listed(Entry { release, ..Entry::default() }))
    }
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
