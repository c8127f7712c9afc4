//! The patterns of `rules/lists/net.toml`: what talks to the network, and what should not be told it.

use crate::analysis::prefilter::Words;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::rules::data;

static TRAFFIC: LazyLock<Traffic> = LazyLock::new(|| Traffic::of(toml::from_str(data("lists/net.toml")).unwrap_or_default()));

/// What kind of thing is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Everything the environment holds.
    Environment,
    /// A file that holds credentials.
    File,
    /// The credentials of somebody who calls.
    Request,
    /// What somebody typed as a password.
    Typed,
    /// Everything somebody typed into a form.
    Form,
    /// A secret that the program keeps, or shows to prove who it is.
    Kept,
    /// A secret as a store of secrets gives it out.
    Store,
}

/// Something that should not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sensitive {
    /// In words.
    pub what: &'static str,
    /// Its kind.
    pub kind: Kind,
}

/// Compiled lists.
pub struct Traffic {
    calls: Pattern,
    handles: Pattern,
    native: Pattern,
    commands: Pattern,
    drops: Pattern,
    sources: Vec<(Sensitive, bool, Pattern)>,
    named: Vec<(Pattern, Pattern)>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    calls: Vec<String>,
    handles: Vec<String>,
    native: Vec<String>,
    commands: Vec<String>,
    drops: Vec<String>,
    source: Vec<Source>,
    named: Vec<Named>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    what: String,
    kind: Kind,
    #[serde(default)]
    shell: bool,
    patterns: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
    hosts: String,
}

/// The lists of this program.
#[must_use]
pub fn traffic() -> &'static Traffic {
    &TRAFFIC
}

impl Traffic {
    fn of(lists: Lists) -> Self {
        // Read once for the whole run of the program, so its words may stay for good.
        let source =
            |source: Source| (Sensitive { what: source.what.leak(), kind: source.kind }, source.shell, Pattern::any_of(&source.patterns));
        Self {
            calls: Pattern::any_of(&lists.calls),
            handles: Pattern::any_of(&lists.handles),
            native: Pattern::any_of(&lists.native),
            commands: Pattern::any_of(&lists.commands),
            drops: Pattern::any_of(&lists.drops),
            sources: lists.source.into_iter().map(source).collect(),
            named: lists.named.into_iter().map(|named| (Pattern::any_of(&[named.name]), Pattern::any_of(&[named.hosts]))).collect(),
        }
    }

    /// Whether a statement talks to the network.
    #[must_use]
    pub fn talks(&self, plain: &str, language: Language) -> bool {
        match language {
            _ if is_shell(language) => self.commands.is_match(plain),
            Language::C | Language::Cpp => self.native.is_match(plain) || self.calls.is_match(plain),
            _ => self.calls.is_match(plain),
        }
    }

    /// What a text must hold to talk to the network, or to keep what will.
    #[must_use]
    pub fn talking(&self) -> Words {
        Words::of([&self.calls, &self.native, &self.commands, &self.handles, &LENT])
    }

    /// What a text must hold to read what should not be sent.
    #[must_use]
    pub fn telling(&self) -> Words {
        let sources = self.sources.iter().map(|(.., pattern)| pattern);
        Words::of(sources.chain(self.named.iter().map(|(name, _)| name)))
    }

    /// What a text must hold to name a host that takes in whatever anybody sends.
    #[must_use]
    pub fn dropping(&self) -> Words {
        Words::of([&self.drops])
    }

    /// The name in which a statement keeps something that will talk to the network.
    #[must_use]
    pub fn handle<'t>(&self, plain: &'t str) -> Option<&'t str> {
        static ASSIGNED: Pattern = Pattern::new(
            r"^\s*(?:(?:const|let|var|using|mut|final|auto|async|await|with)\s+)*(?:[\w.<>]+\s+)??([A-Za-z_$]\w*)\s*(?:,\s*\w+\s*)?(?::[^=]{1,60})?:?=[^=]",
        );
        static BOUND: Pattern = Pattern::new(r"\bas\s+([A-Za-z_]\w*)");
        let made = self.handles.find(plain)?;
        ASSIGNED.group(plain.get(..made.start)?, 1).or_else(|| BOUND.group(plain.get(made.end..)?, 1))
    }

    /// What a statement reads that should not be sent; the gravest first.
    #[must_use]
    pub fn reads(&self, plain: &str, language: Language) -> Option<Sensitive> {
        let fits = |(_, shell, pattern): &&(Sensitive, bool, Pattern)| (!*shell || is_shell(language)) && pattern.is_match(plain);
        self.sources.iter().find(fits).map(|(sensitive, ..)| *sensitive)
    }

    /// Whether a statement holds a secret by its name and `host` is none of its issuer.
    #[must_use]
    pub fn betrays(&self, plain: &str, host: &str) -> bool {
        self.named.iter().any(|(name, hosts)| name.is_match(plain) && !hosts.is_match(host))
    }

    /// Whether a secret with a name of its own is in `plain`.
    #[must_use]
    pub fn names_secret(&self, plain: &str) -> bool {
        self.named.iter().any(|(name, _)| name.is_match(plain))
    }

    /// Whether a host takes in whatever anybody sends, or is a tunnel.
    #[must_use]
    pub fn is_drop(&self, url: &str) -> bool {
        self.drops.is_match(url)
    }
}

/// Names that talk to the network when they are called alone, because a module of the network lent them.
static LENT: Pattern = Pattern::new(
    r"(?m)^\s*(?:import\s*\{([^}]*)\}\s*from\s*[\x22\x27](?:node:)?(?:https?|http2|undici|node-fetch|axios|got|ky|needle|superagent)[\x22\x27]|(?:const|let|var)\s*\{([^}]*)\}\s*=\s*require\(\s*[\x22\x27](?:node:)?(?:https?|http2|undici|node-fetch|axios|got|needle|superagent)[\x22\x27]|from\s+(?:requests|httpx|urllib\.request|urllib3)\s+import\s+\(?([\w,\s]+?)\)?\s*$)",
);
static TALKER: Pattern =
    Pattern::new(r"\b(request|get|post|put|patch|fetch|stream|urlopen|urlretrieve|head)\b(?:\s+as\s+(\w+)|\s*:\s*(\w+))?");

/// The names that modules of the network lend to a text, as they are called there.
#[must_use]
pub fn lent(text: &str) -> BTreeSet<String> {
    let lists = LENT.parts(text);
    let named = |list| {
        let found = TALKER.find_all(list).filter_map(|range| list.get(range));
        found.filter_map(|found: &str| (1..=3).rev().find_map(|group| TALKER.group(found, group))).map(str::to_owned).collect::<Vec<_>>()
    };
    lists.flat_map(named).collect()
}

/// Whether commands rather than calls talk to the network.
#[must_use]
pub fn is_shell(language: Language) -> bool {
    matches!(
        language,
        Language::Shell
            | Language::Dockerfile
            | Language::Makefile
            | Language::Yaml
            | Language::Json
            | Language::Toml
            | Language::PowerShell
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_of_the_list_compiles() {
        let lists: Lists = toml::from_str(data("lists/net.toml")).unwrap_or_else(|error| panic!("{error}"));
        let named = lists.named.iter().flat_map(|named| [&named.name, &named.hosts]);
        let all = lists
            .calls
            .iter()
            .chain(&lists.handles)
            .chain(&lists.native)
            .chain(&lists.commands)
            .chain(&lists.drops)
            .chain(lists.source.iter().flat_map(|source| &source.patterns));
        let broken: Vec<_> = all.chain(named).filter_map(|source| Pattern::mistake(source)).collect();
        assert_eq!(broken, Vec::<String>::new());
    }

    #[test]
    fn names_that_modules_lend() {
        let lent = |text: &str| lent(text).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(lent("import { request, Agent } from 'node:https';\n"), "request");
        assert_eq!(lent("const { get: load } = require('https')\n"), "load");
        assert_eq!(lent("import json\nfrom requests import post as send, Session\n"), "send");
        assert_eq!(lent("import { request } from './client'\nfrom app import get\n"), "");
    }

    #[test]
    fn names_that_talk_later() {
        for (text, name) in [
            ("const r = https.request({ host: 'a.example' })", "r"),
            ("let agent = ureq::agent()", "agent"),
            ("using var http = new HttpClient()", "http"),
            ("client := &http.Client{}", "client"),
            ("async with httpx.AsyncClient() as c:", "c"),
            ("conn, err := net.Dial(\"tcp\", a)", "conn"),
        ] {
            assert_eq!(traffic().handle(text), Some(name), "{text}");
        }
        assert_eq!(traffic().handle("const r = compute()"), None);
    }

    #[test]
    fn whole_environments_and_single_settings() {
        let reads = |text: &str| traffic().reads(text, Language::Python).map(|sensitive| sensitive.kind);
        for text in [
            "json={'env': os.environ}",
            "dict(os.environ)",
            "JSON.stringify(process.env)",
            "env::vars().collect()",
            "{...process.env, a}",
            "os.environ.items()",
        ] {
            assert_eq!(reads(text), Some(Kind::Environment), "{text}");
        }
        for text in ["os.environ['API_KEY']", "os.environ.get('X')", "process.env.API_URL", "process.env['X']", "ENV['X']"] {
            assert_eq!(reads(text), None, "{text}");
        }
        assert_eq!(reads("r.Header.Get(\"Authorization\")"), Some(Kind::Request));
        assert_eq!(reads("open(os.path.expanduser('~/.aws/credentials'))"), Some(Kind::File));
    }
}
