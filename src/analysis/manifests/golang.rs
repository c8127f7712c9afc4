//! Go: `go.mod` with its directives and `go.sum`, line by line.

use std::collections::BTreeMap;

use super::format::{Entry, Format, Kind, Reading, number};
use crate::model::dependency::{Ecosystem, PackageSource};

/// `go.mod`.
pub struct GoMod;

/// `go.work`, of which the replacements are read.
pub struct GoWork;

/// `go.sum`.
pub struct GoSum;

impl Format for GoMod {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Golang
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "go.mod"
    }

    fn by_line(&self) -> bool {
        true
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        Ok(directives(text))
    }
}

impl Format for GoWork {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Golang
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "go.work"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        Ok(directives(text))
    }
}

fn directives(text: &str) -> Reading {
    let mut reading = Reading::default();
    let mut replaced = BTreeMap::new();
    // Known only in parts, a file may start inside a block: requirements are by far the most common.
    let (mut block, mut known, mut early) = ("require", false, None);
    for (index, line) in text.lines().enumerate() {
        let (code, comment) = line.split_once("//").unwrap_or((line, ""));
        let mut words: Vec<&str> = code.split_whitespace().map(|word| word.trim_matches(['"', '`'])).collect();
        let verb = match words.first().copied() {
            None => continue,
            Some(")") => {
                (block, known) = ("", true);
                continue;
            }
            Some(
                word @ ("require" | "replace" | "exclude" | "retract" | "module" | "go" | "toolchain" | "tool" | "godebug" | "ignore"
                | "use"),
            ) => {
                words.remove(0);
                known = true;
                block = if words.first() == Some(&"(") { word } else { "" };
                if !block.is_empty() {
                    continue;
                }
                word
            }
            Some(_) => block,
        };
        let read = match verb {
            "require" => required(&words, comment, index).map(|entry| reading.entries.push(entry)).is_some(),
            "replace" => replace(&words, index, &mut replaced),
            other => !other.is_empty(),
        };
        if !read && known {
            reading.not_read(index, code);
        } else if !read {
            early = early.or(Some((index, code)));
        }
    }
    // A part of a file may show lines of a block of which it does not show what it is; one that shows nothing else is none.
    if let Some((index, code)) = early.filter(|_| !known && reading.entries.is_empty()) {
        reading.not_read(index, code);
    }
    for entry in &mut reading.entries {
        if let Some((source, line)) = replaced.remove(&entry.dependency.name) {
            entry.dependency.source = source;
            entry.dependency.line = line;
        }
    }
    reading.entries.extend(replaced.into_iter().map(|(name, (source, line))| {
        let mut entry = Entry::new(Ecosystem::Golang, name, "replace");
        entry.dependency.source = source;
        entry.dependency.direct = true;
        entry.dependency.line = line;
        entry
    }));
    reading
}

fn required(words: &[&str], comment: &str, index: usize) -> Option<Entry> {
    let [path, version] = words else { return None };
    // A module without a dot is one that a replacement gives.
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-._~/+!".contains(c));
    let released = version.starts_with('v') && version.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    if !plain(path) || !plain(version) || !path.contains('.') && !released {
        return None;
    }
    let mut entry = Entry::new(Ecosystem::Golang, *path, "require");
    (*version).clone_into(&mut entry.dependency.version);
    entry.dependency.direct = comment.trim() != "indirect" && !comment.trim().starts_with("indirect;");
    entry.dependency.line = number(index);
    Some(entry)
}

/// `old [version] => new [version]`; whether it is one.
fn replace(words: &[&str], index: usize, replaced: &mut BTreeMap<String, (PackageSource, u32)>) -> bool {
    let Some(arrow) = words.iter().position(|word| *word == "=>") else { return false };
    let (Some(old), Some(new)) = (words.first().filter(|_| arrow > 0), words.get(arrow + 1)) else { return false };
    let local = new.starts_with("./") || new.starts_with("../") || new.starts_with('/');
    let source = if local {
        PackageSource::Path((*new).to_owned())
    } else {
        PackageSource::Git { url: format!("https://{new}"), rev: words.get(arrow + 2).copied().unwrap_or("").to_owned() }
    };
    // A replacement by another version of the module itself moves no source.
    if local || new != old {
        replaced.insert((*old).to_owned(), (source, number(index)));
    }
    true
}

impl Format for GoSum {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Golang
    }

    fn kind(&self) -> Kind {
        Kind::Lock
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        matches!(name, "go.sum" | "go.work.sum")
    }

    fn by_line(&self) -> bool {
        true
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let mut modules: BTreeMap<(&str, &str), (Vec<String>, usize)> = BTreeMap::new();
        let mut strange = None;
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [path, version, hash] = words[..] else {
                return Err(format!("line {}: a line of go.sum has a module, a version and a checksum", index + 1));
            };
            if !hash.starts_with("h1:") {
                strange = strange.or(Some(index));
            }
            // The checksum of a module's go.mod alone builds nothing.
            if !version.ends_with("/go.mod") {
                modules.entry((path, version)).or_insert_with(|| (Vec::new(), index)).0.push(hash.to_owned());
            }
        }
        let entries = modules.into_iter().map(|((path, version), (mut hashes, index))| {
            let mut entry = Entry::new(Ecosystem::Golang, path, "");
            hashes.sort_unstable();
            entry.dependency.hashes = hashes;
            version.clone_into(&mut entry.dependency.version);
            entry.dependency.line = number(index);
            entry
        });
        let mut reading = Reading { entries: entries.collect(), ..Reading::default() };
        if let Some(index) = strange {
            reading.missed(index, "its checksum is of another form than h1, the last one known: it was compared as it stands");
        }
        Ok(reading)
    }
}
