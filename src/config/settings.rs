//! What can be chosen besides keys and colours. The default is `default/settings.toml`.

use std::collections::BTreeSet;
use std::fmt;

use toml::Spanned;
use toml::de::DeValue;

use crate::config::annotate;
use crate::config::error::ConfigError;
use crate::config::github::Github;
use crate::config::look_ups::LookUps;
use crate::config::signing::SigningKey;
use crate::config::table::{Document, items};
use crate::model::filter::Filter;

/// The default settings: the manual of them.
pub const DEFAULT: &str = include_str!("default/settings.toml");

/// How a diff opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DiffLayout {
    /// By width.
    #[default]
    Auto,
    /// One column.
    Unified,
    /// Side by side.
    Split,
}

/// What can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The theme's name; `auto` looks at the terminal.
    pub theme: String,
    /// How a diff opens.
    pub layout: DiffLayout,
    /// Columns of diff from which side by side is chosen by width.
    pub split_from: usize,
    /// Whether a pull opens without its story.
    pub blind: bool,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// Seconds between two looks at whether something moved on the forge; 0 never looks by itself.
    pub poll: u64,
    /// The sections of the queue, in their order: name and filter.
    pub sections: Vec<(String, String)>,
    /// Rules that only annotate: their findings are notes.
    pub annotate: BTreeSet<String>,
    /// How GitHub is reached.
    pub github: Github,
    /// How packages are looked up.
    pub look_ups: LookUps,
    /// With which key decisions are signed.
    pub signing: SigningKey,
    /// Searches of GitHub that have a name: name and words.
    pub queries: Vec<(String, String)>,
}

const KEYS: [&str; 12] =
    ["theme", "layout", "split-from", "blind", "mouse", "poll", "sections", "rules", "github", "look-ups", "signing", "queries"];

/// The sections of a queue when nobody says otherwise.
const SECTIONS: [(&str, &str); 5] = [
    ("for me", "is:open -is:draft -is:mine -review:approved"),
    ("returned", "is:returned"),
    ("risky", "is:open risk>=high"),
    ("wants a second", "is:second"),
    ("unreviewed", "is:unreviewed"),
];

impl Default for Settings {
    fn default() -> Self {
        let sections = SECTIONS.map(|(name, filter)| (name.to_owned(), filter.to_owned())).to_vec();
        Self {
            theme: "auto".to_owned(),
            layout: DiffLayout::Auto,
            split_from: 120,
            blind: true,
            mouse: true,
            poll: 60,
            sections,
            annotate: BTreeSet::new(),
            github: Github::default(),
            look_ups: LookUps::default(),
            signing: SigningKey::default(),
            queries: Vec::new(),
        }
    }
}

impl Settings {
    /// Takes over what `document` says.
    ///
    /// # Errors
    /// When a key does not exist or its value is of another kind.
    pub fn adopt(&mut self, document: &Document<'_>) -> Result<(), ConfigError> {
        let table = document.parse()?;
        for (name, at, value) in items(table.get_ref()) {
            match name {
                "theme" => document.string(value)?.clone_into(&mut self.theme),
                "layout" => {
                    let wrong = || document.error(&value.span(), "layout is one of \"auto\", \"unified\", \"split\"");
                    self.layout = layout(document.string(value)?).ok_or_else(wrong)?;
                }
                "split-from" => self.split_from = document.count(value)?,
                "blind" => self.blind = document.boolean(value)?,
                "mouse" => self.mouse = document.boolean(value)?,
                "poll" => self.poll = u64::try_from(document.count(value)?).unwrap_or(u64::MAX),
                "sections" => self.sections = sections(document, value)?,
                "rules" => self.annotate = annotate::read(document, value)?,
                "github" => self.github.adopt(document, value)?,
                "look-ups" => self.look_ups.adopt(document, value)?,
                "signing" => self.signing.adopt(document, value)?,
                "queries" => self.queries = queries(document, value)?,
                _ => return Err(document.error(&at, format!("there is no setting {name:?}; the settings are {}", KEYS.join(", ")))),
            }
        }
        Ok(())
    }
}

impl fmt::Display for Settings {
    /// As the settings file that would say the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layout = match self.layout {
            DiffLayout::Auto => "auto",
            DiffLayout::Unified => "unified",
            DiffLayout::Split => "split",
        };
        writeln!(f, "theme = {}", quoted(&self.theme))?;
        writeln!(f, "layout = {layout:?}\nsplit-from = {}\nblind = {}\nmouse = {}", self.split_from, self.blind, self.mouse)?;
        writeln!(f, "poll = {}\n\n[sections]", self.poll)?;
        for (name, filter) in &self.sections {
            writeln!(f, "{} = {}", quoted(name), quoted(filter))?;
        }
        let annotate = toml::Value::Array(self.annotate.iter().map(|name| quoted(name)).collect());
        write!(f, "\n[rules]\nannotate = {annotate}\n\n{}\n{}\n{}\n[queries]\n", self.github, self.look_ups, self.signing)?;
        self.queries.iter().try_for_each(|(name, words)| writeln!(f, "{} = {}", quoted(name), quoted(words)))
    }
}

/// Sections in the order they are written, each with a filter that makes sense.
fn sections(document: &Document<'_>, value: &Spanned<DeValue<'_>>) -> Result<Vec<(String, String)>, ConfigError> {
    let mut sections = Vec::new();
    for (name, at, value) in items(document.table(value)?) {
        let filter = document.string(value)?;
        Filter::parse(filter).map_err(|says| document.error(&value.span(), says))?;
        sections.push((at.start, (name.to_owned(), filter.to_owned())));
    }
    sections.sort();
    Ok(sections.into_iter().map(|(_, section)| section).collect())
}

/// Named searches in the order they are written.
fn queries(document: &Document<'_>, value: &Spanned<DeValue<'_>>) -> Result<Vec<(String, String)>, ConfigError> {
    let mut queries = Vec::new();
    for (name, at, value) in items(document.table(value)?) {
        let words = document.string(value)?.trim();
        if words.is_empty() {
            return Err(document.error(&value.span(), "a search has words, such as \"org:acme label:urgent\""));
        }
        queries.push((at.start, (name.to_owned(), words.to_owned())));
    }
    queries.sort();
    Ok(queries.into_iter().map(|(_, query)| query).collect())
}

fn quoted(text: &str) -> toml::Value {
    toml::Value::String(text.to_owned())
}

fn layout(word: &str) -> Option<DiffLayout> {
    match word {
        "auto" => Some(DiffLayout::Auto),
        "unified" => Some(DiffLayout::Unified),
        "split" => Some(DiffLayout::Split),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_written_as_they_are_read() {
        let sections = vec![("z \"first\"".to_owned(), "is:draft".to_owned()), ("a".to_owned(), String::new())];
        let mine = Settings {
            theme: "a \"b\"".to_owned(),
            layout: DiffLayout::Split,
            split_from: 90,
            blind: false,
            mouse: false,
            poll: 0,
            sections,
            annotate: ["b \"x\"".to_owned(), "dynamic-code".to_owned()].into(),
            github: Github {
                hosts: vec!["git.example.com".to_owned(), "github.com".to_owned()],
                api: Some("https://api.example.com".to_owned()),
                ca_file: Some("/etc/ca \"x\".pem".into()),
                log_hosts: vec!["*.logs.example.com".to_owned(), "files.example.com".to_owned()],
                concurrency: 3,
                reserve: 20,
                token_command: Some("pass show 'x'".to_owned()),
            },
            look_ups: LookUps {
                ask: true,
                advisories: Some("osv \"all\"".into()),
                requests: 7,
                seconds: 3,
                addresses: vec![
                    ("npm".to_owned(), "https://npm.example.com".to_owned()),
                    ("osv".to_owned(), "https://osv.example.com".to_owned()),
                ],
            },
            signing: SigningKey { key: "~/.ssh/a \"b\".pub".to_owned(), allowed_signers: "signers".to_owned() },
            queries: vec![("mine \"x\"".to_owned(), "org:acme label:\"needs look\"".to_owned())],
        };
        let mut read = Settings::default();
        read.adopt(&Document { file: "x", text: &mine.to_string() }).unwrap();
        assert_eq!(read, mine);
    }
}
