//! A rule file of gitleaks: what it says, with the line of everything that cannot be honoured. Never a file that it names.

use std::sync::Arc;

use toml::Spanned;
use toml::de::DeTable;

use super::allow::Allowlist;
use super::rule::{self, Written};
use super::table::{Fault, Lines, Section};
use crate::model::pack::NoteKind;

const KEYS: [&str; 8] = ["title", "description", "minversion", "extend", "rules", "allowlist", "allowlists", "version"];
const EXTEND_KEYS: [&str; 4] = ["usedefault", "path", "url", "disabledrules"];

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct Config {
    /// Its rules, by line.
    pub(super) rules: Vec<Written>,
    /// Allowlists for all of them.
    pub(super) allow: Vec<Arc<Allowlist>>,
    /// Allowlists for those named, with the line that names them.
    pub(super) aimed: Vec<(u32, String, Arc<Allowlist>)>,
    /// Whether it builds on default rules.
    pub(super) extends: bool,
    /// Default rules it does without, each with its line.
    pub(super) disabled: Vec<(u32, String)>,
    /// What is to be said of it.
    pub(super) remarks: Vec<Remark>,
}

/// Something to be said of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Remark {
    pub(super) kind: NoteKind,
    pub(super) rule: Option<String>,
    pub(super) fault: Fault,
}

impl Remark {
    pub(super) fn new(kind: NoteKind, rule: Option<&str>, fault: Fault) -> Self {
        Self { kind, rule: rule.map(str::to_owned), fault }
    }
}

/// Reads `text`. With `eager` every expression is compiled, so that each mistake is found now; `part` says that it is a part of this
/// program, whose expressions a test compiles.
pub(super) fn read(text: &str, part: bool) -> Config {
    let mut config = Config::default();
    match DeTable::parse(text) {
        Ok(table) => tables(&table, &Lines::of(text, 1), part, &mut config),
        // One mistake spoils a TOML file as a whole, so each of its tables is read alone.
        Err(_) => pieces(text).into_iter().for_each(|(line, text)| piece(text, line, part, &mut config)),
    }
    config.rules.sort_by_key(|rule| rule.line);
    aim(&mut config);
    config
}

/// `text` cut before each table that is not a part of a rule, each part with its first line.
fn pieces(text: &str) -> Vec<(u32, &str)> {
    let (mut cuts, mut at) = (vec![(1, 0)], 0);
    for (line, number) in text.split_inclusive('\n').zip(1_u32..) {
        let name = line.trim_start_matches('[').trim_start();
        let opens = line.starts_with('[') && line.trim_end().ends_with(']');
        if opens
            && at > 0
            && ["rules]", "allowlist]", "allowlists]", "extend]"].iter().any(|key| name.to_ascii_lowercase().starts_with(key))
        {
            cuts.push((number, at));
        }
        at += line.len();
    }
    let ends = cuts.iter().skip(1).map(|(_, at)| *at).chain([text.len()]).collect::<Vec<_>>();
    cuts.into_iter().zip(ends).filter_map(|((number, start), end)| Some((number, text.get(start..end)?))).collect()
}

fn piece(text: &str, first: u32, part: bool, config: &mut Config) {
    let lines = Lines::of(text, first);
    match DeTable::parse(text) {
        Ok(table) => tables(&table, &lines, part, config),
        Err(error) => {
            let line = error.span().map_or(first, |span| lines.at(span.start));
            let id = rule::id_in(text);
            let text = format!("it is not TOML: {}", error.message().trim().replace('\n', " "));
            config.remarks.push(Remark::new(NoteKind::LeftOut, id.as_deref(), Fault { line, text }));
        }
    }
}

fn tables(table: &Spanned<DeTable<'_>>, lines: &Lines, part: bool, config: &mut Config) {
    if let Err(fault) = whole(&Section::root(table, lines), part, config) {
        config.remarks.push(Remark::new(NoteKind::LeftOut, None, fault));
    }
}

fn whole(root: &Section<'_>, part: bool, config: &mut Config) -> Result<(), Fault> {
    if let Some(fault) = root.unknown(&KEYS) {
        config.remarks.push(Remark::new(NoteKind::Advice, None, fault));
    }
    for extend in root.tables("extend")? {
        if let Err(fault) = extends(&extend, config) {
            config.remarks.push(Remark::new(NoteKind::LeftOut, None, fault));
        }
    }
    for key in ["allowlist", "allowlists"] {
        for section in root.tables(key)? {
            if let Err(fault) = global(&section, !part, config) {
                config.remarks.push(Remark::new(NoteKind::LeftOut, None, fault));
            }
        }
    }
    for section in root.tables("rules")? {
        match rule::read(&section, part) {
            Ok(written) => config.rules.push(written),
            Err(fault) => {
                let id = section.text("id").ok().flatten();
                config.remarks.push(Remark::new(NoteKind::LeftOut, id.as_deref(), fault));
            }
        }
    }
    Ok(())
}

fn extends(section: &Section<'_>, config: &mut Config) -> Result<(), Fault> {
    if let Some(fault) = section.unknown(&EXTEND_KEYS) {
        config.remarks.push(Remark::new(NoteKind::Advice, None, fault));
    }
    config.extends |= section.flag("useDefault")?;
    config.disabled.extend(section.texts("disabledRules")?);
    for key in ["path", "url"] {
        if let Some(path) = section.text(key)? {
            let text = format!("`extend.{key}` is not followed; put '{path}' beside this file or name its folder with --rules");
            config.remarks.push(Remark::new(NoteKind::LeftOut, None, Fault { line: section.line_of(key), text }));
        }
    }
    Ok(())
}

fn global(section: &Section<'_>, eager: bool, config: &mut Config) -> Result<(), Fault> {
    let list = Arc::new(Allowlist::read(section, eager, &["targetrules"])?);
    let aims = section.texts("targetRules")?;
    if aims.is_empty() {
        config.allow.push(Arc::clone(&list));
    }
    config.aimed.extend(aims.into_iter().map(|(line, id)| (line, id, Arc::clone(&list))));
    Ok(())
}

/// Gives each rule the allowlists that aim at it. What aims at no rule of the file stays, for those that are built upon.
fn aim(config: &mut Config) {
    let mut kept = Vec::new();
    for (line, id, list) in std::mem::take(&mut config.aimed) {
        match config.rules.iter_mut().find(|rule| rule.form.id.0 == id) {
            Some(rule) => rule.form.allow.push(list),
            None => kept.push((line, id, list)),
        }
    }
    for rule in &mut config.rules {
        rule.form.allow.extend(config.allow.iter().cloned());
    }
    config.aimed = kept;
}
