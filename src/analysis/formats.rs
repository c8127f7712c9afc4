//! Rules in the formats people already have: which format a file is written in, and the one door for each.
//!
//! A file or rule that cannot be honoured is left out alone, with a note that says where and why.

pub mod sarif;
pub mod secrets;
pub mod sigma;
mod structure;
pub mod yaml;

use std::sync::Arc;

use self::secrets::extend::Extension;
use super::rule_set::RuleSet;
use super::{rules, taxonomy};
use crate::model::pack::{NoteKind, Pack, PackFile, RuleNote};
use crate::model::rule::{Rule, RuleId, RuleOrigin};

/// A rule file above this is left out, in bytes: no rule needs it.
const LARGEST: usize = 4 * 1024 * 1024;

/// What a pack, or one format's part of it, came to.
#[derive(Default)]
pub struct Loaded {
    /// What runs.
    pub sets: Vec<Arc<dyn RuleSet>>,
    /// What is to be said of the files.
    pub notes: Vec<RuleNote>,
}

/// Reads every file of `pack`; `extension` is what other packs want of the rules of this program, `filters` what all of them filter.
#[must_use]
pub fn load(pack: &Pack, extension: &Extension, filters: &sigma::filters::Filters) -> Loaded {
    let mut loaded = Loaded::default();
    let (mut secrets, mut sigma, mut structure) = (Vec::new(), Vec::new(), Vec::new());
    for file in &pack.files {
        match Kind::of(file) {
            Kind::Secrets => secrets.push(file),
            Kind::Structure => structure.push(file),
            Kind::Sigma => sigma.push(file),
            Kind::Other => {}
            Kind::TooLarge => loaded.notes.push(left_out(
                pack,
                file,
                format!("larger than {} MiB; split it into files of one subject each", LARGEST / 1024 / 1024),
            )),
            Kind::Unknown => loaded.notes.push(left_out(
                pack,
                file,
                "it is no rule this program reads; those of ast-grep begin with `id:`, `language:` and `rule:`, those of Sigma with `title:` and `detection:`, those of gitleaks with `[[rules]]`".to_owned(),
            )),
        }
    }
    for part in [secrets::load(pack, &secrets, extension), sigma::load(pack, &sigma, filters), structure::load(pack, &structure)] {
        loaded.sets.extend(part.sets);
        loaded.notes.extend(part.notes);
    }
    // A test holds that the rules of this program name no wrong ones.
    if !rules::is_own(pack) {
        let notes: Vec<RuleNote> = secrets.iter().chain(&structure).flat_map(|file| ids(pack, file, &loaded.sets)).collect();
        loaded.notes.extend(notes);
    }
    loaded
}

/// What `file`, of ast-grep's or gitleaks', gets wrong of the identifiers it names. Sigma's reader tells those of its documents.
fn ids(pack: &Pack, file: &PackFile, sets: &[Arc<dyn RuleSet>]) -> Vec<RuleNote> {
    let of_file = |rule: &&Rule| matches!(&rule.origin, RuleOrigin::File { path, .. } if *path == file.path);
    let rules: Vec<&Rule> = sets.iter().flat_map(|set| set.rules()).filter(of_file).collect();
    let begins = |rule: &Rule| if let RuleOrigin::File { line, .. } = &rule.origin { *line } else { 1 };
    // What the code in tests names is its own affair.
    let told = documents(&file.text).into_iter().filter(|(_, text)| !["valid", "invalid"].iter().any(|key| begins_line(text, key, ":")));
    let mut wrong: Vec<(u32, String)> = told
        .flat_map(|(first, text)| taxonomy::wrong(text).into_iter().map(move |(at, says)| (yaml::number(at) + first - 1, says)))
        .collect();
    for rule in &rules {
        for reference in &rule.references {
            let Some(says) = taxonomy::wrong_reference(reference) else { continue };
            let behind = file.text.lines().enumerate().skip(begins(rule).saturating_sub(1) as usize);
            let at =
                behind.into_iter().find(|(_, line)| line.contains(reference.as_str())).map_or(begins(rule), |(at, _)| yaml::number(at));
            wrong.push((at, says));
        }
    }
    let owner = |line: u32| rules.iter().filter(|rule| begins(rule) <= line).max_by_key(|rule| begins(rule)).map(|rule| rule.id.0);
    wrong.into_iter().map(|(line, says)| note(pack, file, Some(line), owner(line), NoteKind::Advice, says)).collect()
}

/// Whether `file` holds rules of Sigma.
#[must_use]
pub fn is_sigma(file: &PackFile) -> bool {
    Kind::of(file) == Kind::Sigma
}

fn left_out(pack: &Pack, file: &PackFile, text: String) -> RuleNote {
    note(pack, file, None, None, NoteKind::LeftOut, text)
}

/// A note on `file`, at `line` where that is known.
fn note(pack: &Pack, file: &PackFile, line: Option<u32>, rule: Option<&str>, kind: NoteKind, text: impl Into<String>) -> RuleNote {
    RuleNote { pack: pack.name.clone(), path: file.path.clone(), line, rule: rule.map(RuleId::named), kind, text: text.into() }
}

/// What a file of a pack is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Forms of secrets, as gitleaks has them.
    Secrets,
    /// Rules of ast-grep.
    Structure,
    /// Rules of Sigma.
    Sigma,
    /// A page beside the rules, such as a README.
    Other,
    /// Too large to be one.
    TooLarge,
    /// Written like a rule file, in no format that is read.
    Unknown,
}

impl Kind {
    /// By the keys at the left margin: a name says little, and people mix formats in one folder.
    fn of(file: &PackFile) -> Self {
        let extension = file.path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, extension)| extension);
        let written = matches!(extension.map(str::to_ascii_lowercase).as_deref(), Some("yml" | "yaml" | "toml"));
        if !written {
            return Self::Other;
        }
        if file.text.len() > LARGEST {
            return Self::TooLarge;
        }
        if extension.is_some_and(|extension| extension.eq_ignore_ascii_case("toml")) {
            let is_headed = ["[[rules]]", "[allowlist]", "[[allowlists]]", "[extend]"].iter().any(|head| begins_line(&file.text, head, ""));
            return if is_headed { Self::Secrets } else { Self::Unknown };
        }
        let has = |key: &str| begins_line(&file.text, key, ":");
        match (structure::claims(&file.path, has), has("detection") || has("correlation") || has("filter")) {
            (true, _) => Self::Structure,
            (false, true) => Self::Sigma,
            (false, false) => Self::Unknown,
        }
    }
}

/// Whether a line of `text` begins with `word` and then `sign`.
fn begins_line(text: &str, word: &str, sign: &str) -> bool {
    let begins = |at: usize| text.get(..at).is_some_and(|before| before.is_empty() || before.ends_with('\n'));
    text.match_indices(word).any(|(at, found)| begins(at) && text.get(at + found.len()..).is_some_and(|rest| rest.starts_with(sign)))
}

/// The documents of a YAML file, each with the line it begins at, from 1.
pub(crate) fn documents(text: &str) -> Vec<(u32, &str)> {
    let mut found = Vec::new();
    let (mut start, mut first, mut at, mut number) = (0, 1_u32, 0, 1_u32);
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "---" || line.starts_with("--- ") {
            found.push((first, text.get(start..at).unwrap_or("")));
            (start, first) = (at + line.len(), number + 1);
        }
        at += line.len();
        number += 1;
    }
    found.push((first, text.get(start..).unwrap_or("")));
    found.retain(|(_, document)| document.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_know_their_first_line() {
        let text = "# head\n---\nid: a\n---\n\nid: b\n";
        assert_eq!(documents(text), [(3, "id: a\n"), (5, "\nid: b\n")]);
    }
}
