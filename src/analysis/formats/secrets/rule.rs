//! One rule of a file: its form, its words, its examples.

use super::allow::{self, Allowlist};
use super::expression::Expression;
use super::form::{Form, Own, Reach, Required};
use super::sample;
use super::table::{Entry, Fault, Section};
use crate::model::rule::{Example, ExampleFile, Examples, RuleId};

const KEYS: [&str; 13] = [
    "id",
    "description",
    "regex",
    "path",
    "secretgroup",
    "entropy",
    "keywords",
    "tags",
    "allowlist",
    "allowlists",
    "required",
    "skipreport",
    "lazaret",
];
const OWN_KEYS: [&str; 7] = ["placeholder", "note", "judged", "fix", "references", "hit", "miss"];
const REQUIRED_KEYS: [&str; 3] = ["id", "withinlines", "withincolumns"];
/// Keywords a rule may have, and how long one may be: more are no prefilter.
const MOST_KEYWORDS: usize = 1_000;
/// Where the text of an example lies when it says nothing else.
const EXAMPLE_PATH: &str = "config/production.conf";

/// A rule as it was written.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) form: Form,
    /// The line it begins at.
    pub(super) line: u32,
    pub(super) description: String,
    pub(super) tags: Vec<String>,
    pub(super) fix: Option<String>,
    pub(super) references: Vec<String>,
    pub(super) examples: Examples,
    /// Whether it has a pattern of its own; without, it only changes a rule that is built upon.
    pub(super) patch: bool,
}

/// The id in a text that is not TOML, for the note on it.
pub(super) fn id_in(text: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.trim_start().strip_prefix("id"))?;
    let value = line.trim_start().strip_prefix('=')?.trim();
    let id = value.trim_matches(['"', '\'']);
    named(id).then(|| id.to_owned())
}

fn named(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
    (1..=100).contains(&id.len()) && id.bytes().all(plain)
}

/// Reads one; `part` says that it is a part of this program.
pub(super) fn read(section: &Section<'_>, part: bool) -> Result<Written, Fault> {
    if let Some(fault) = section.unknown(&KEYS) {
        return Err(fault);
    }
    let fault = |key: &str, text: &str| Fault { line: section.line_of(key), text: text.to_owned() };
    let id = section.text("id")?.ok_or_else(|| fault("id", "a rule wants an `id`"))?;
    if !named(&id) {
        return Err(fault("id", "an id has 1 to 100 letters, digits and - _ . / between them"));
    }
    let own = section.tables("lazaret")?.into_iter().next();
    let form = form(section, own.as_ref(), &id, part)?;
    let patch = form.regex.is_none() && form.path.is_none();
    let mut all = Vec::new();
    let (mut fix, mut references) = (None, Vec::new());
    if let Some(own) = own {
        fix = own.text("fix")?;
        references = own.texts("references")?.into_iter().map(|(_, text)| text).collect();
        for (key, hits) in [("hit", true), ("miss", false)] {
            all.extend(samples(&own, key, hits)?);
        }
    }
    let examples = if part {
        // A test of this program expands them all.
        Examples::lazily(|| all.into_iter().filter_map(|sample| sample.expand().ok()).collect())
    } else {
        all.into_iter().map(Sample::expand).collect::<Result<Vec<_>, _>>()?.into()
    };
    Ok(Written {
        form,
        line: section.line,
        description: section.text("description")?.unwrap_or_default(),
        tags: section.texts("tags")?.into_iter().map(|(_, text)| text).collect(),
        fix,
        references,
        examples,
        patch,
    })
}

fn form(section: &Section<'_>, own: Option<&Section<'_>>, id: &str, part: bool) -> Result<Form, Fault> {
    let expression = |key: &str| {
        let text = section.text(key)?.filter(|text| !text.is_empty());
        text.map(|text| Ok((allow::expression(section.line_of(key), &text, !part)?, text))).transpose()
    };
    let (regex, path) = (expression("regex")?, expression("path")?.map(|(path, _)| path));
    let group = section.count("secretGroup")?.unwrap_or(0);
    if let Some((regex, _)) = regex.as_ref().filter(|(regex, _)| group > 0 && !part && group > regex.groups()) {
        let text = format!("secretGroup is {group}, and its regex has {} groups", regex.groups());
        return Err(Fault { line: section.line_of("secretGroup"), text });
    }
    let keywords = keywords(section)?;
    let reach = regex.as_ref().map_or(Reach::Text, |(_, source)| reach(source, &keywords));
    let mut allow = Vec::new();
    for key in ["allowlist", "allowlists"] {
        for list in section.tables(key)? {
            allow.push(Allowlist::read(&list, !part, &[])?.into());
        }
    }
    let (placeholder, marks) = own.map_or(Ok((None, Own::default())), marks)?;
    Ok(Form {
        id: RuleId::named(id),
        placeholder: placeholder.unwrap_or_else(|| spelled(id)),
        regex: regex.map(|(regex, _): (Expression, String)| regex),
        path,
        group,
        entropy: section.number("entropy")?.filter(|least| *least > 0.0),
        keywords,
        reach,
        allow,
        required: required(section)?,
        silent: section.flag("skipReport")?,
        own: Own { part, ..marks },
    })
}

fn marks(own: &Section<'_>) -> Result<(Option<String>, Own), Fault> {
    if let Some(fault) = own.unknown(&OWN_KEYS) {
        return Err(fault);
    }
    let placeholder = own.text("placeholder")?;
    if placeholder.as_ref().is_some_and(|text| !text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'))
    {
        return Err(Fault { line: own.line_of("placeholder"), text: "a placeholder has capitals, digits and _ between them".to_owned() });
    }
    Ok((placeholder, Own { note: own.flag("note")?, judged: own.flag("judged")?, part: false }))
}

/// `aws-access-token` as a placeholder: `AWS_ACCESS_TOKEN`.
fn spelled(id: &str) -> String {
    id.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign.to_ascii_uppercase() } else { '_' }).collect()
}

fn keywords(section: &Section<'_>) -> Result<Vec<String>, Fault> {
    let mut words: Vec<String> =
        section.texts("keywords")?.into_iter().map(|(_, word)| word.to_lowercase()).filter(|word| !word.is_empty()).collect();
    words.sort();
    words.dedup();
    if words.len() > MOST_KEYWORDS {
        let text = format!("more than {MOST_KEYWORDS} keywords; split the rule");
        return Err(Fault { line: section.line_of("keywords"), text });
    }
    Ok(words)
}

/// How far from its keywords an expression can match: not far when each is written in it, and on their line when nothing in it takes the
/// end of one but as its last sign.
fn reach(source: &str, keywords: &[String]) -> Reach {
    let plain = source.to_lowercase().replace('\\', "");
    if keywords.is_empty() || !keywords.iter().all(|word| plain.contains(word.as_str())) {
        return Reach::Text;
    }
    let over = [r"\s", r"\n", r"\r", r"\W", r"\D", r"\v", r"\f", r"\P", r"\p", r"\x0", r"\x{", "[:space:]", "[:^", "\n"];
    if over.iter().any(|sign| source.contains(sign)) || dotted(source) || runs_over(source) { Reach::Near } else { Reach::Line }
}

/// Whether a flag lets dots take ends of lines.
fn dotted(source: &str) -> bool {
    let flags = |(at, _): (usize, &str)| source.get(at + 2..).and_then(|rest| rest.split([':', ')']).next()).unwrap_or("");
    source
        .match_indices("(?")
        .map(flags)
        .any(|flags| flags.len() < 6 && flags.bytes().all(|b| b"imsU-".contains(&b)) && flags.contains('s'))
}

/// Whether a class of all signs but some is repeated, which takes ends of lines too.
fn runs_over(source: &str) -> bool {
    source.match_indices("[^").any(|(at, _)| {
        let class = source.get(at..).unwrap_or("");
        let end =
            class.char_indices().skip(2).find(|(at, sign)| *sign == ']' && *at > 2 && !class.get(..*at).unwrap_or("").ends_with('\\'));
        let after = end.and_then(|(end, _)| class.get(end + 1..)).unwrap_or("");
        after.starts_with(['*', '+', '{', '?'])
    })
}

fn required(section: &Section<'_>) -> Result<Vec<Required>, Fault> {
    let read = |part: Section<'_>| {
        if let Some(fault) = part.unknown(&REQUIRED_KEYS) {
            return Err(fault);
        }
        let id = part.text("id")?.filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| Fault { line: part.line, text: "`required` wants the `id` of a rule".to_owned() })?;
        Ok(Required { id, lines: part.count("withinLines")?, columns: part.count("withinColumns")? })
    };
    section.tables("required")?.into_iter().map(read).collect()
}

/// An example as it was written.
struct Sample {
    line: u32,
    hits: bool,
    text: String,
    path: Option<String>,
    about: Option<String>,
}

impl Sample {
    fn expand(self) -> Result<Example, Fault> {
        let after = sample::expand(&self.text).map_err(|text| Fault { line: self.line, text })?;
        let path = self.path.unwrap_or_else(|| EXAMPLE_PATH.to_owned());
        let file = ExampleFile { path, before: None, after: Some(format!("{}\n", after.trim_end_matches('\n'))) };
        let about = self.about.unwrap_or_else(|| self.text.lines().next().unwrap_or("").to_owned());
        Ok(Example { hits: self.hits, about, files: vec![file], message: String::new(), ..Example::default() })
    }
}

/// The examples below `key`: texts, or tables with `text` and `path`.
fn samples(own: &Section<'_>, key: &str, hits: bool) -> Result<Vec<Sample>, Fault> {
    let mut examples = Vec::new();
    for item in own.texts_or_tables(key)? {
        let (line, text, path, about) = match item {
            Entry::Text(line, text) => (line, text, None, None),
            Entry::Table(table) => {
                if let Some(fault) = table.unknown(&["text", "path", "about"]) {
                    return Err(fault);
                }
                let text = table.text("text")?.unwrap_or_default();
                (table.line, text, table.text("path")?, table.text("about")?)
            }
        };
        examples.push(Sample { line, hits, text, path, about });
    }
    Ok(examples)
}
