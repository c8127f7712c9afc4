//! Swift: `Package.swift` in its main forms and `Package.resolved`, versions 1 to 3.

use super::format::{Entry, Format, Kind, Reading};
use super::tokens::{Token, behind, brackets, tokens, value};
use super::{edition, twice};
use crate::analysis::document;
use crate::analysis::document::node::Node;
use crate::analysis::language::Language;
use crate::model::dependency::{Ecosystem, PackageSource};

/// `Package.swift`.
pub struct PackageSwift;

/// `Package.resolved`.
pub struct PackageResolved;

impl Format for PackageSwift {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Swift
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "package.swift" || (name.starts_with("package@swift-") && name.ends_with(".swift"))
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let tokens = tokens(text, Language::Swift);
        let mut reading = Reading::default();
        brackets(&tokens, &mut reading);
        let mut at = 0;
        while let Some(word) = tokens.get(at) {
            let opens = word.is("package") && tokens.get(at + 1).is_some_and(|sign| sign.is("("));
            if !opens {
                at += 1;
                continue;
            }
            let end = behind(&tokens, at + 1);
            match package(tokens.get(at + 1..end).unwrap_or_default()) {
                Some(entry) => reading.entries.push(entry.at(word.line).direct(true)),
                None => reading.missed(word.line, "a package is named by the program and not by its text, and was not read"),
            }
            at = end;
        }
        Ok(reading)
    }
}

/// `(url: "…", from: "1.0.0")`, `(path: "…")`, `(id: "scope.name", exact: "1.0.0")`
fn package(call: &[Token<'_>]) -> Option<Entry> {
    let named = |key: &str| value(call, key).map(|token| token.text);
    if let Some(path) = named("path") {
        let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
        return Some(Entry::new(Ecosystem::Swift, name, "dependencies").source(PackageSource::Path(path.to_owned())));
    }
    let entry = match (named("url"), named("id")) {
        (Some(url), _) => at(url, ["revision", "branch"].iter().find_map(|key| named(key)).unwrap_or("")),
        (_, Some(id)) => Entry::folded(Ecosystem::Swift, id, "dependencies"),
        _ => return None,
    };
    let bounds: Vec<&str> = call.iter().filter_map(Token::string).filter(|text| text.starts_with(|c: char| c.is_ascii_digit())).collect();
    let closed = call.windows(2).any(|signs| signs[0].is(".") && signs[1].is("."));
    let version = match (&bounds[..], closed) {
        ([low, high], true) => format!(">={low},<{high}"),
        ([only], _) if named("exact").is_some() => format!("={only}"),
        ([only], _) if call.iter().any(|token| token.is("upToNextMinor")) => format!("~{only}"),
        ([only], _) => format!("^{only}"),
        _ => ["revision", "branch"].iter().find_map(|key| named(key)).unwrap_or("").to_owned(),
    };
    Some(entry.version(version))
}

/// A package is its repository: one on a public forge is named by its address, as a package URL does it.
fn at(url: &str, rev: &str) -> Entry {
    let bare = url.trim_end_matches('/').trim_end_matches(".git");
    let name = bare.split_once("://").map_or(bare, |(_, rest)| rest);
    let name = name.strip_prefix("git@").map_or_else(|| name.to_owned(), |rest| rest.replacen(':', "/", 1));
    let entry = Entry::folded(Ecosystem::Swift, &name, "dependencies");
    let public = ["github.com/", "gitlab.com/", "bitbucket.org/"].iter().any(|forge| entry.dependency.name.starts_with(forge));
    let plain = url.starts_with("http://") || url.starts_with("git://");
    if public && !plain { entry } else { entry.source(PackageSource::Git { url: url.to_owned(), rev: rev.to_owned() }) }
}

impl Format for PackageResolved {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Swift
    }

    fn kind(&self) -> Kind {
        Kind::Lock
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "package.resolved"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = document::read(text, Language::Json)?;
        let pins = root.get("pins").or_else(|| root.at(&["object", "pins"]));
        let entries = pins.into_iter().flat_map(Node::items).filter_map(|pin| {
            let told = |keys: &[&str]| pin.at(keys).and_then(Node::text);
            let place = told(&["location"]).or_else(|| told(&["repositoryURL"]))?;
            let revision = told(&["state", "revision"]).unwrap_or("");
            let entry = match told(&["kind"]) {
                Some("registry") => Entry::folded(Ecosystem::Swift, told(&["identity"])?, ""),
                Some("localSourceControl") => at(place, revision).source(PackageSource::Path(place.to_owned())),
                _ => at(place, revision),
            };
            let state = pin.get("state")?;
            let line = state.get("version").or_else(|| state.get("revision")).map_or(pin.line, |node| node.line);
            // The commit of a release never moves, that of a branch does.
            Some(match told(&["state", "version"]) {
                Some(version) => entry.version(version),
                None => entry.version(revision),
            })
            .map(|entry| entry.hashes([format!("git:{revision}")]).at(line))
        });
        let mut reading = Reading { entries: entries.collect(), ..Reading::default() };
        twice::tell(&root, &mut reading);
        edition::tell(&root.get("version").map(Node::scalar).unwrap_or_default(), 3, &mut reading);
        Ok(reading)
    }
}
