//! Where a result is: from the references of SARIF to paths of the repository. Never whether such a file is there.

use std::borrow::Cow;

use super::shape::{ArtifactLocation, Location, Region, Run, Shaped};
use crate::analysis::foreign::{Spot, Spotted};
use crate::model::inert;
use crate::model::path::RepoPath;

/// Names of bases that stand on each other at most.
const DEEPEST: usize = 8;

/// Reads places of one run.
pub(super) struct Places<'r> {
    run: &'r Run,
    /// Folders that are the root of the repository, as bytes without the last slash.
    roots: Vec<Vec<u8>>,
}

/// A reference, decoded.
enum Reference {
    Absolute(Vec<u8>),
    Relative(Vec<u8>),
    /// On no disk.
    Foreign,
}

impl<'r> Places<'r> {
    /// Places of `run` in the repository that lies at one of `roots`.
    pub(super) fn new(run: &'r Run, roots: &[String]) -> Self {
        let mut places = Self { run, roots: roots.iter().map(|root| bare(root.as_bytes())).collect() };
        let folders = run.invocations.iter().filter_map(Shaped::good).filter_map(|call| call.working_directory.as_ref());
        for folder in folders {
            if let Some(Reference::Absolute(root)) = folder.uri.as_deref().map(decoded) {
                places.roots.push(bare(&root));
            }
        }
        places.roots.retain(|root| !root.is_empty());
        places
    }

    /// The place of `location`; `None` when it names no file.
    pub(super) fn spot(&self, location: &Location) -> Option<Spot> {
        let physical = location.physical_location.as_ref()?;
        let file = self.file(&physical.artifact_location)?;
        let region = physical.region.as_ref();
        let lines = region.and_then(lines);
        Some(Spot { file, lines })
    }

    fn file(&self, location: &ArtifactLocation) -> Option<Spotted> {
        let listed = location.index.and_then(|index| self.run.artifacts.get(usize::try_from(index).ok()?)?.good());
        let location = if location.uri.is_some() { location } else { &listed?.location };
        let uri = location.uri.as_deref()?;
        let base = location.uri_base_id.as_deref().and_then(|name| self.base(name, 0));
        let outside = || Spotted::Outside(inert::line(uri).chars().take(200).collect());
        let path = match (decoded(uri), base) {
            (Reference::Foreign, _) => None,
            (Reference::Absolute(path), base) => self.below(&path).or_else(|| match base {
                Some(Reference::Absolute(base)) => stripped(&path, &bare(&base)),
                _ => None,
            }),
            (Reference::Relative(path), Some(Reference::Absolute(base))) => match self.below(&base) {
                Some(folder) => joined(&[&folder, &path]),
                // A root on another machine, such as that of a pipeline.
                None => joined(&[&path]),
            },
            (Reference::Relative(path), Some(Reference::Relative(base))) => joined(&[&base, &path]),
            (Reference::Relative(path), _) => joined(&[&path]),
        };
        let path = path.map(|path| RepoPath::new(&path)).filter(|path| !path.is_hostile());
        Some(path.map_or_else(outside, Spotted::Inside))
    }

    /// What the base called `name` stands for.
    fn base(&self, name: &str, depth: usize) -> Option<Reference> {
        let base = self.run.original_uri_base_ids.get(name).filter(|_| depth < DEEPEST)?;
        let own = base.uri.as_deref().map(decoded);
        let below = base.uri_base_id.as_deref().and_then(|name| self.base(name, depth + 1));
        match (own, below) {
            (Some(Reference::Relative(own)), Some(Reference::Absolute(mut below))) => {
                below.push(b'/');
                below.extend(own);
                Some(Reference::Absolute(below))
            }
            // The base below is the repository itself, wherever that may be.
            (own @ Some(_), _) => own,
            (None, below) => below,
        }
    }

    /// `path` from the root of the repository on, when it lies in it.
    fn below(&self, path: &[u8]) -> Option<Vec<u8>> {
        self.roots.iter().find_map(|root| stripped(path, root))
    }
}

/// `path` from `root` on.
fn stripped(path: &[u8], root: &[u8]) -> Option<Vec<u8>> {
    let tidy = [b"/".to_vec(), joined(&[path])?].concat();
    let rest = tidy.strip_prefix(root)?;
    if rest.is_empty() { Some(Vec::new()) } else { rest.strip_prefix(b"/").map(<[u8]>::to_vec) }
}

/// The parts below each other without `.` and `..`; `None` when that leads out.
fn joined(parts: &[&[u8]]) -> Option<Vec<u8>> {
    let mut names: Vec<&[u8]> = Vec::new();
    for name in parts.iter().flat_map(|part| part.split(|byte| *byte == b'/')) {
        match name {
            b"" | b"." => {}
            b".." => {
                names.pop()?;
            }
            name => names.push(name),
        }
    }
    Some(names.join(&b'/'))
}

fn bare(path: &[u8]) -> Vec<u8> {
    path.strip_suffix(b"/").unwrap_or(path).to_vec()
}

/// What `uri` says. Tools write plain paths too, those of Windows with backslashes.
fn decoded(uri: &str) -> Reference {
    let slashed: Cow<'_, str> = if uri.contains('\\') { uri.replace('\\', "/").into() } else { uri.into() };
    let uri = &*slashed;
    let scheme = uri.split_once(':').map(|(scheme, rest)| (scheme.to_ascii_lowercase(), rest));
    match scheme {
        Some((scheme, rest)) if scheme == "file" => of_file(rest),
        Some((scheme, _)) if scheme.len() == 1 => Reference::Absolute(percent(&format!("/{uri}"))),
        Some((scheme, rest))
            if rest.starts_with('/') && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte)) =>
        {
            Reference::Foreign
        }
        _ if uri.starts_with('/') => Reference::Absolute(percent(uri)),
        _ => Reference::Relative(percent(uri)),
    }
}

/// What stands behind `file:`. Where a host should be, some tools begin the path.
fn of_file(rest: &str) -> Reference {
    let Some(rest) = rest.strip_prefix("//") else {
        return if rest.starts_with('/') { Reference::Absolute(percent(rest)) } else { Reference::Relative(percent(rest)) };
    };
    match rest.split_once('/') {
        Some(("" | "localhost", _)) => Reference::Absolute(percent(rest.strip_prefix("localhost").unwrap_or(rest))),
        _ => Reference::Relative(percent(rest)),
    }
}

/// `text` with `%41` as the byte it stands for; what is no such pair stays.
fn percent(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    out
}

fn lines(region: &Region) -> Option<(u32, u32)> {
    let first = region.start_line.and_then(|line| u32::try_from(line).ok()).filter(|line| *line > 0)?;
    let last = region.end_line.and_then(|line| u32::try_from(line).ok()).unwrap_or(first).max(first);
    // An end at the first column of a line is the end of the line before.
    let open = region.end_column == Some(1) && last > first;
    Some((first, if open { last - 1 } else { last }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(bases: &[(&str, &str)], roots: &[&str], base: Option<&str>, uri: &str) -> String {
        let location = |uri: &str, base: Option<&str>| ArtifactLocation {
            uri: Some(uri.to_owned()),
            uri_base_id: base.map(str::to_owned),
            index: None,
        };
        let original_uri_base_ids = bases.iter().map(|(name, uri)| ((*name).to_owned(), location(uri, None))).collect();
        let run = Run { original_uri_base_ids, ..Run::default() };
        let roots: Vec<String> = roots.iter().map(|root| (*root).to_owned()).collect();
        match Places::new(&run, &roots).file(&location(uri, base)) {
            Some(Spotted::Inside(path)) => path.text().into_owned(),
            Some(Spotted::Outside(says)) => format!("outside: {says}"),
            None => "nowhere".to_owned(),
        }
    }

    #[test]
    fn references_become_paths_of_the_repository() {
        let here = &["/srv/app"][..];
        for (uri, expected) in [
            ("src/a.py", "src/a.py"),
            ("./src/./b/../a%20b.py", "src/a b.py"),
            ("src\\win\\a.py", "src/win/a.py"),
            ("file:///srv/app/src/a.py", "src/a.py"),
            ("file://localhost/srv/app/src/a.py", "src/a.py"),
            ("file:/srv/app/src/a.py", "src/a.py"),
            ("/srv/app/src/a.py", "src/a.py"),
            ("file://.github/workflows/ci.yml", ".github/workflows/ci.yml"),
            ("100%.txt", "100%.txt"),
            ("file:///srv/app2/a.py", "outside: file:///srv/app2/a.py"),
            ("file:///srv/app/../etc/passwd", "outside: file:///srv/app/../etc/passwd"),
            ("../../etc/passwd", "outside: ../../etc/passwd"),
            ("%2e%2e/%2e%2e/etc/passwd", "outside: %2e%2e/%2e%2e/etc/passwd"),
            ("https://host.example/a.py", "outside: https://host.example/a.py"),
            ("C:\\w\\a.py", "outside: C:\\w\\a.py"),
            (".git/config", "outside: .git/config"),
            ("a%00b", "outside: a%00b"),
            ("", "outside: "),
        ] {
            assert_eq!(places(&[], here, None, uri), expected, "{uri}");
        }
    }

    #[test]
    fn bases_are_followed() {
        let bases = &[("ROOT", "file:///home/runner/srv/app/app/"), ("PART", "file:///srv/app/part/"), ("FS", "file:///")][..];
        let here = &["/srv/app/"][..];
        assert_eq!(places(bases, here, Some("ROOT"), "src/a.py"), "src/a.py");
        assert_eq!(places(bases, here, Some("PART"), "a.py"), "part/a.py");
        assert_eq!(places(bases, here, Some("FS"), "go.mod"), "go.mod");
        assert_eq!(places(bases, here, Some("%SRCROOT%"), "a.py"), "a.py");
        assert_eq!(places(bases, here, Some("ROOT"), "file:///home/runner/srv/app/app/x/a.py"), "x/a.py");
        assert_eq!(places(bases, here, Some("FS"), "work/app/../../x"), "x");
    }
}
