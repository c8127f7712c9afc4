//! A policy file read into demands. Unknown names are errors with their line and the nearest known name: a slip of the finger must
//! not leave a door open. The default is `default/policy.toml`, which demands nothing and says everything.

use globset::GlobBuilder;
use sha2::{Digest as _, Sha256};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::error::ConfigError;
use crate::config::nearest::nearest;
use crate::config::table::{Document, items};
use crate::model::decision::Verb;
use crate::model::policy::{Deciders, Demand, Occasion, Outside, Policy, PolicyText, Scope, Sensitive, Who};

/// The default policy: the manual of them.
pub const DEFAULT: &str = include_str!("default/policy.toml");

const KEYS: [&str; 9] = [
    "two-people",
    "expires-after-hours",
    "most-at-once",
    "never-auto-merge",
    "type-package-names",
    "code-owners",
    "sensitive",
    "scope",
    "deciders",
];
/// Every verb that can be kept to some people. Everybody may hold what looks wrong.
const VERBS: [Verb; 5] = [Verb::Approve, Verb::Release, Verb::Revert, Verb::Block, Verb::Unblock];
/// A month: what is approved for longer is approved for ever.
const MOST_HOURS: usize = 24 * 31;

/// The policies of `texts` together: of two demands the stricter one.
///
/// # Errors
/// When one of them is no policy.
pub fn together(texts: &[PolicyText]) -> Result<Policy, ConfigError> {
    let mut all = Policy::default();
    let mut hash = Sha256::new();
    for text in texts {
        all = all.and(parse(text)?);
        // A base that moved and says the same demands the same.
        hash.update(format!("{}:{}", text.text.len(), text.text));
    }
    if !texts.is_empty() {
        all.digest = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    }
    Ok(all)
}

/// The policy of one text.
///
/// # Errors
/// When it says something that cannot be.
pub fn parse(text: &PolicyText) -> Result<Policy, ConfigError> {
    let document = Document { file: &text.from, text: &text.text };
    let table = document.parse()?;
    let mut policy = Policy { sources: vec![text.from.clone()], stale: text.stale, ..Policy::default() };
    let reader = Reader { document, from: &text.from };
    for (name, at, value) in items(table.get_ref()) {
        match name {
            "two-people" => policy.two = reader.occasions(value)?,
            "expires-after-hours" => policy.hours = Some(reader.hours(value)?),
            "most-at-once" => policy.at_once = Some(reader.demand(document.count(value)?)),
            "never-auto-merge" => policy.never_auto_merge.extend(reader.switch(value)?),
            "type-package-names" => policy.type_names.extend(reader.switch(value)?),
            "code-owners" => policy.code_owners.extend(reader.switch(value)?),
            "sensitive" => policy.sensitive = reader.each(value, |table| reader.sensitive(table, value))?,
            "scope" => policy.scopes = reader.each(value, |table| reader.scope(table, value))?,
            "deciders" => policy.deciders = reader.deciders(value)?,
            _ => return Err(document.error(&at, unknown("key", name, &KEYS))),
        }
    }
    Ok(policy)
}

fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(meant) => format!("there is no {what} {name:?} in a policy; did you mean {meant:?}?"),
        None => format!("there is no {what} {name:?} in a policy; there are {}", known.join(", ")),
    }
}

type Value<'v> = Spanned<DeValue<'v>>;

/// Reads values and puts the source's name to what they demand.
#[derive(Clone, Copy)]
struct Reader<'a> {
    document: Document<'a>,
    from: &'a str,
}

impl Reader<'_> {
    fn demand<T>(&self, value: T) -> Demand<T> {
        Demand { value, from: self.from.to_owned() }
    }

    fn switch(&self, value: &Value<'_>) -> Result<Option<Demand<()>>, ConfigError> {
        Ok(self.document.boolean(value)?.then(|| self.demand(())))
    }

    fn hours(&self, value: &Value<'_>) -> Result<Demand<u32>, ConfigError> {
        let hours = self.document.count(value)?;
        match u32::try_from(hours) {
            Ok(number) if (1..=MOST_HOURS).contains(&hours) => Ok(self.demand(number)),
            _ => Err(self.document.error(&value.span(), format!("a number of hours from 1 to {MOST_HOURS} is expected here"))),
        }
    }

    /// The texts of a list.
    fn texts<'v>(&self, value: &'v Value<'_>) -> Result<Vec<(&'v str, std::ops::Range<usize>)>, ConfigError> {
        let list = value.get_ref().as_array().ok_or_else(|| self.document.error(&value.span(), "a list in [ ] is expected here"))?;
        list.iter().map(|one| Ok((self.document.string(one)?, one.span()))).collect()
    }

    fn occasions(&self, value: &Value<'_>) -> Result<Vec<Demand<Occasion>>, ConfigError> {
        let known: Vec<&str> = Occasion::all().map(Occasion::word).collect();
        let read = |(word, at): (&str, std::ops::Range<usize>)| {
            Occasion::parse(word)
                .map(|occasion| self.demand(occasion))
                .ok_or_else(|| self.document.error(&at, unknown("occasion", word, &known)))
        };
        self.texts(value)?.into_iter().map(read).collect()
    }

    fn globs(&self, value: &Value<'_>) -> Result<Vec<String>, ConfigError> {
        let read = |(glob, at): (&str, std::ops::Range<usize>)| match pattern(glob) {
            Ok(()) => Ok(glob.to_owned()),
            Err(why) => Err(self.document.error(&at, why)),
        };
        self.texts(value)?.into_iter().map(read).collect()
    }

    fn people(&self, value: &Value<'_>) -> Result<Vec<Who>, ConfigError> {
        let read = |(text, at): (&str, std::ops::Range<usize>)| {
            let says = || {
                format!("{text:?} names nobody: write @login, @organisation/team, account:NUMBER, SHA256:…, name@example.com or user:NAME")
            };
            Who::parse(text).ok_or_else(|| self.document.error(&at, says()))
        };
        self.texts(value)?.into_iter().map(read).collect()
    }

    /// What `read` makes of each table of a list of tables.
    fn each<T>(&self, value: &Value<'_>, read: impl Fn(&DeTable<'_>) -> Result<T, ConfigError>) -> Result<Vec<Demand<T>>, ConfigError> {
        let wanted = || self.document.error(&value.span(), "a table in [[ ]] is expected here");
        let list = value.get_ref().as_array().ok_or_else(wanted)?;
        list.iter().map(|one| Ok(self.demand(read(self.document.table(one)?)?))).collect()
    }

    fn sensitive(&self, table: &DeTable<'_>, whole: &Value<'_>) -> Result<Sensitive, ConfigError> {
        let mut sensitive = Sensitive { paths: Vec::new(), owners: Vec::new() };
        for (name, at, value) in items(table) {
            match name {
                "paths" => sensitive.paths = self.globs(value)?,
                "owners" => sensitive.owners = self.people(value)?,
                _ => return Err(self.document.error(&at, unknown("key", name, &["paths", "owners"]))),
            }
        }
        if sensitive.paths.is_empty() {
            return Err(self.document.error(&whole.span(), "a table of sensitive paths needs paths = [\"…\"]"));
        }
        Ok(sensitive)
    }

    fn scope(&self, table: &DeTable<'_>, whole: &Value<'_>) -> Result<Scope, ConfigError> {
        let mut scope = Scope { agent: String::new(), only: Vec::new(), never: Vec::new(), outside: Outside::Refuse };
        for (name, at, value) in items(table) {
            match name {
                "agent" => self.document.string(value)?.clone_into(&mut scope.agent),
                "only" => scope.only = self.globs(value)?,
                "never" => scope.never = self.globs(value)?,
                "outside" => {
                    scope.outside = match self.document.string(value)? {
                        "refuse" => Outside::Refuse,
                        "two-people" => Outside::TwoPeople,
                        _ => return Err(self.document.error(&value.span(), "outside is one of \"refuse\", \"two-people\"")),
                    }
                }
                _ => return Err(self.document.error(&at, unknown("key", name, &["agent", "only", "never", "outside"]))),
            }
        }
        if scope.agent.is_empty() || (scope.only.is_empty() && scope.never.is_empty()) {
            return Err(self.document.error(&whole.span(), "a scope needs agent = \"…\" and only = [\"…\"] or never = [\"…\"]"));
        }
        Ok(scope)
    }

    fn deciders(&self, value: &Value<'_>) -> Result<Vec<Demand<Deciders>>, ConfigError> {
        let mut deciders = Vec::new();
        for (name, at, value) in items(self.document.table(value)?) {
            let known = VERBS.map(Verb::word);
            let verb = VERBS.into_iter().find(|verb| verb.word() == name);
            let wrong = || match Verb::parse(name) {
                Some(_) => format!("{name} cannot be kept to some people: everybody may hold, ask and comment"),
                None => unknown("verb", name, &known),
            };
            let verb = verb.ok_or_else(|| self.document.error(&at, wrong()))?;
            deciders.push(self.demand(Deciders { verb, people: self.people(value)? }));
        }
        Ok(deciders)
    }
}

/// Whether `glob` can meet a path as git has it, from the top of the repository and without a slash at either end: a pattern that
/// never meets one would leave a door open that somebody believes closed.
fn pattern(glob: &str) -> Result<(), String> {
    if glob.is_empty() {
        return Err("an empty pattern meets no path; write ** for all".to_owned());
    }
    if glob.starts_with('!') {
        return Err(format!("{glob:?}: no pattern takes another one back; write what is meant without it"));
    }
    let bare = glob.trim().trim_start_matches("./").trim_start_matches('/');
    let meant = if bare.is_empty() {
        "**".to_owned()
    } else {
        bare.strip_suffix('/').map_or_else(|| bare.to_owned(), |folder| format!("{folder}/**"))
    };
    if meant != glob {
        return Err(format!(
            "{glob:?} meets no path, since paths begin at the top of the repository and end without a slash; write {meant:?}"
        ));
    }
    if glob.split('/').any(|name| matches!(name, "" | "." | "..")) {
        return Err(format!("{glob:?} meets no path: no name in one is empty, \".\" or \"..\""));
    }
    if glob.split('\\').skip(1).any(|rest| rest.starts_with(char::is_alphanumeric)) {
        return Err(format!("{glob:?}: names are divided by \"/\", and a backslash only takes away what the sign behind it means"));
    }
    // As they are compared: in small letters, where a range such as [Z-a] turns around.
    let built = |text: &str| GlobBuilder::new(text).literal_separator(true).backslash_escape(true).build().map(drop);
    built(glob).and_then(|()| built(&glob.to_lowercase())).map_err(|error| format!("{glob:?} is no pattern of paths ({})", error.kind()))
}
