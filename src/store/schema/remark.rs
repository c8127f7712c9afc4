//! An unsent remark as stored, inside an unsent review.

use serde::{Deserialize, Serialize};

use crate::model::diff::Side;
use crate::model::path::RepoPath;
use crate::model::review::{DraftComment, Spot, Unsent};

/// A remark with its place.
#[derive(Serialize, Deserialize)]
pub(crate) struct RemarkShape {
    #[serde(flatten)]
    at: At,
    body: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    suggestion: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    quoted: Vec<String>,
}

/// Where it belongs.
#[derive(Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "kebab-case")]
enum At {
    Pull,
    File { path: String },
    Lines { path: String, side: String, first: u32, last: u32 },
    Reply { to: u64 },
    Thread { node: String, settled: bool },
}

impl From<&Unsent> for RemarkShape {
    fn from(unsent: &Unsent) -> Self {
        let at = match &unsent.remark.spot {
            Spot::Pull => At::Pull,
            Spot::File(path) => At::File { path: written(path) },
            Spot::Lines { path, side, first, last } => {
                At::Lines { path: written(path), side: side.word().to_owned(), first: *first, last: *last }
            }
            Spot::Reply(to) => At::Reply { to: *to },
            Spot::Thread { node, settled } => At::Thread { node: node.clone(), settled: *settled },
        };
        Self { at, body: unsent.remark.body.clone(), suggestion: unsent.remark.suggestion.clone(), quoted: unsent.quoted.clone() }
    }
}

impl RemarkShape {
    /// The remark it stands for, or what is wrong with it.
    pub(crate) fn read(self) -> Result<Unsent, String> {
        let spot = match self.at {
            At::Pull => Spot::Pull,
            At::File { path } => Spot::File(read(&path)?),
            At::Lines { path, side, first, last } => {
                let known = [Side::Old, Side::New].into_iter().find(|known| known.word() == side);
                Spot::Lines { path: read(&path)?, side: known.ok_or_else(|| format!("unknown side {side:?}"))?, first, last }
            }
            At::Reply { to } => Spot::Reply(to),
            At::Thread { node, settled } => Spot::Thread { node, settled },
        };
        Ok(Unsent { remark: DraftComment { spot, body: self.body, suggestion: self.suggestion }, quoted: self.quoted })
    }
}

/// A path as text: `%` and bytes that are not UTF-8 as `%XX`.
fn written(path: &RepoPath) -> String {
    let mut out = String::new();
    for chunk in path.bytes().utf8_chunks() {
        out.push_str(&chunk.valid().replace('%', "%25"));
        chunk.invalid().iter().for_each(|byte| out.push_str(&format!("%{byte:02X}")));
    }
    out
}

fn read(text: &str) -> Result<RepoPath, String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or("").as_bytes().to_vec();
    for part in parts {
        let code = part.get(..2).and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(code.ok_or_else(|| format!("{text:?} is no path"))?);
        bytes.extend_from_slice(part.get(2..).unwrap_or("").as_bytes());
    }
    Ok(RepoPath::new(&bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_path_comes_back(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let path = RepoPath::new(&bytes);
            prop_assert_eq!(read(&written(&path)), Ok(path));
        }
    }
}
