//! `Gemfile.lock`: sections of gems from registries, git and paths, with what each needs, and checksums.

use std::collections::{HashMap, HashSet};

use crate::analysis::manifests::edition;
use crate::analysis::manifests::format::{Entry, Format, Kind, Origin, Reading};
use crate::model::dependency::{Ecosystem, PackageSource};

/// `Gemfile.lock` and `gems.locked`.
pub struct GemfileLock;

/// The sections that Bundler writes.
const SECTIONS: [&str; 9] =
    ["GEM", "GIT", "PATH", "PLUGIN SOURCE", "PLATFORMS", "DEPENDENCIES", "CHECKSUMS", "RUBY VERSION", "BUNDLED WITH"];
/// The form has no version of its own: it is Bundler's.
const LAST_BUNDLER: u32 = 4;
/// Unknown sections that are named.
const MOST_UNKNOWN: usize = 3;

impl Format for GemfileLock {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Gem
    }

    fn kind(&self) -> Kind {
        Kind::Lock
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "gems.locked" || (name.starts_with("gemfile") && name.ends_with(".lock"))
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let mut lock = Lock::default();
        for (index, line) in text.lines().enumerate() {
            let words = line.trim_end();
            match words.len() - words.trim_start().len() {
                _ if words.is_empty() => {}
                0 => lock.begin(words, index),
                indent => lock.line(indent, words.trim_start(), index),
            }
        }
        let Lock { mut reading, direct, hashes, .. } = lock;
        for entry in &mut reading.entries {
            let dependency = &mut entry.dependency;
            dependency.direct = direct.contains(dependency.name.as_str());
            dependency.hashes = hashes.get(entry.slot.as_str()).cloned().unwrap_or_default();
            entry.slot.clear();
            // `1.16.0-x86_64-linux`: what stands behind the number is what it was compiled for.
            let built = entry.dependency.version.split_once('-').map(|(_, platform)| format!("holds native code for {platform}"));
            entry.notes.extend(built.filter(|note| !note.ends_with(" java")));
        }
        Ok(reading)
    }
}

#[derive(Default)]
struct Lock<'t> {
    section: &'t str,
    remote: &'t str,
    rev: &'t str,
    reading: Reading,
    direct: HashSet<&'t str>,
    /// By `name (version)` as written.
    hashes: HashMap<&'t str, Vec<String>>,
}

impl<'t> Lock<'t> {
    fn begin(&mut self, section: &'t str, index: usize) {
        (self.section, self.remote, self.rev) = (section, "", "");
        if !SECTIONS.contains(&section) && self.reading.unread.len() < MOST_UNKNOWN {
            self.reading.not_read(index, section);
        }
    }

    fn line(&mut self, indent: usize, words: &'t str, index: usize) {
        match (self.section, indent) {
            ("BUNDLED WITH", _) => edition::tell(words, LAST_BUNDLER, &mut self.reading),
            ("DEPENDENCIES", 2) => self.direct.extend([name_of(words).trim_end_matches('!')]),
            ("CHECKSUMS", 2) => {
                let (what, sums) = words.split_once(") ").map_or((words, ""), |(what, sums)| (what, sums));
                let key = words.get(..what.len() + usize::from(!sums.is_empty())).unwrap_or(words);
                let sums = sums.split(',').map(|sum| sum.trim().replacen('=', ":", 1)).filter(|sum| !sum.is_empty());
                self.hashes.insert(key, sums.collect());
            }
            ("GEM" | "GIT" | "PATH" | "PLUGIN SOURCE", 2) => self.setting(words, index),
            ("GEM" | "GIT" | "PATH" | "PLUGIN SOURCE", 4) => {
                let told = words.split_once(" (").and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?)));
                let Some((_, version)) = told.filter(|(name, version)| is_plain(name) && is_plain(version)) else {
                    return self.reading.not_read(index, words);
                };
                let entry = Entry::new(Ecosystem::Gem, name_of(words), words).version(version).source(self.source());
                self.reading.entries.push(entry.at(index));
            }
            ("GEM" | "GIT" | "PATH", 6) => {
                if let Some(entry) = self.reading.entries.last_mut() {
                    entry.needs.push(name_of(words).to_owned());
                }
            }
            ("GEM" | "GIT" | "PATH" | "PLUGIN SOURCE", _) => self.reading.not_read(index, words),
            _ => {}
        }
    }

    fn setting(&mut self, words: &'t str, index: usize) {
        let (key, value) = words.split_once(": ").unwrap_or((words, ""));
        match key {
            "remote" => {
                self.remote = value;
                if self.section == "GEM" && !is_default(value) {
                    self.reading.origins.push(Origin::new("remote", value, index));
                }
            }
            "revision" => self.rev = value,
            _ => {}
        }
    }

    fn source(&self) -> PackageSource {
        match self.section {
            "GIT" => PackageSource::Git { url: self.remote.to_owned(), rev: self.rev.to_owned() },
            "PATH" => PackageSource::Path(self.remote.to_owned()),
            _ if is_default(self.remote) => PackageSource::DefaultRegistry,
            _ => PackageSource::Registry(self.remote.to_owned()),
        }
    }
}

fn is_default(remote: &str) -> bool {
    matches!(remote.trim_end_matches('/'), "https://rubygems.org" | "http://rubygems.org" | "")
}

/// Whether it can be a name or a version.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains([' ', '(', ')', '<', '>', '"', '\''])
}

/// `rails (= 7.0)` -> `rails`
fn name_of(words: &str) -> &str {
    words.split([' ', '(']).next().unwrap_or(words)
}
