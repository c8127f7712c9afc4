//! The patterns of `rules/lists/exec.toml`: what decodes, what runs text, what starts programs, what comes from outside.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::rules::data;

static ENGINES: LazyLock<Engines> = LazyLock::new(|| Engines::of(&toml::from_str(data("lists/exec.toml")).unwrap_or_default()));

/// A longer statement is data.
pub const LONGEST: usize = 20_000;

/// Compiled lists; each is described where it stands.
pub struct Engines {
    /// Decoding.
    pub decoders: Pattern,
    /// Running text as code.
    pub evaluators: Pattern,
    /// Starting programs.
    pub spawners: Pattern,
    /// Reading back what can carry behaviour.
    pub deserialisers: Pattern,
    /// The same, done safely.
    pub safely: Pattern,
    /// Reading from another host.
    pub remote: Pattern,
    /// Reading from whoever asks.
    pub asked: Pattern,
    /// Installers that projects document.
    pub installers: Pattern,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    decoders: Vec<String>,
    evaluators: Vec<String>,
    spawners: Vec<String>,
    deserialisers: Vec<String>,
    deserialised_safely: Vec<String>,
    remote: Vec<String>,
    asked: Vec<String>,
    installers: Vec<String>,
}

/// The lists of this program.
#[must_use]
pub fn engines() -> &'static Engines {
    &ENGINES
}

impl Engines {
    fn of(lists: &Lists) -> Self {
        Self {
            decoders: Pattern::any_of(&lists.decoders),
            evaluators: Pattern::any_of(&lists.evaluators),
            spawners: Pattern::any_of(&lists.spawners),
            deserialisers: Pattern::any_of(&lists.deserialisers),
            safely: Pattern::any_of(&lists.deserialised_safely),
            remote: Pattern::any_of(&lists.remote),
            asked: Pattern::any_of(&lists.asked),
            installers: Pattern::any_of(&lists.installers),
        }
    }
}

/// Whether a file's lines are commands.
#[must_use]
pub fn holds_commands(language: Language) -> bool {
    matches!(
        language,
        Language::Shell
            | Language::PowerShell
            | Language::Makefile
            | Language::Dockerfile
            | Language::Yaml
            | Language::Json
            | Language::Toml
            | Language::Ini
            | Language::Xml
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_of_the_list_compiles() {
        let lists: Lists = toml::from_str(data("lists/exec.toml")).unwrap_or_else(|error| panic!("{error}"));
        let all = [
            &lists.decoders,
            &lists.evaluators,
            &lists.spawners,
            &lists.deserialisers,
            &lists.deserialised_safely,
            &lists.remote,
            &lists.asked,
            &lists.installers,
        ];
        let broken: Vec<_> = all.into_iter().flatten().filter_map(|source| Pattern::mistake(source)).collect();
        assert_eq!(broken, Vec::<String>::new());
    }
}
