//! `setup.py` and `setup.cfg`: setuptools' own forms. `setup.py` is a program: only lists that stand there as text are read.

use std::collections::HashMap;

use super::requirement;
use crate::analysis::language::Language;
use crate::analysis::manifests::format::{Format, Kind, Origin, Reading, number};
use crate::analysis::manifests::tokens::{Token, behind, brackets, tokens};
use crate::model::dependency::{Ecosystem, Scope};

/// `setup.py`.
pub struct SetupPy;

/// `setup.cfg`.
pub struct SetupCfg;

const KEYS: [(&str, Scope); 4] = [
    ("install_requires", Scope::Runtime),
    ("setup_requires", Scope::Build),
    ("tests_require", Scope::Dev),
    ("extras_require", Scope::Optional),
];

impl Format for SetupPy {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Pypi
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "setup.py"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let tokens = tokens(text, Language::Python);
        let mut reading = Reading::default();
        brackets(&tokens, &mut reading);
        let given = given(&tokens);
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            let Some((key, scope)) = KEYS.iter().find(|(key, _)| token.text == *key) else { continue };
            let assigned = tokens.get(at).is_some_and(|sign| sign.is(if token.is_string { ":" } else { "=" }));
            if !assigned || tokens.get(at + 1).is_some_and(|token| token.is("=")) {
                continue;
            }
            match literal(&tokens, at + 1, &given) {
                Some(open) => {
                    let end = behind(&tokens, open);
                    listed(tokens.get(open..end).unwrap_or_default(), key, *scope, &mut reading);
                    at = if open > at { end } else { at + 2 };
                }
                None => reading.missed(token.line, format!("{key} is worked out by the program, not listed")),
            }
        }
        Ok(reading)
    }
}

/// Where the lists open that names are given.
fn given<'t>(tokens: &[Token<'t>]) -> HashMap<&'t str, usize> {
    let opened = tokens.windows(3).enumerate().filter(|(_, words)| words[0].is_word && words[1].is("=") && words[2].is("["));
    opened.map(|(at, words)| (words[0].text, at + 2)).collect()
}

/// Where the list or table of a value opens: right there, or where the name it uses is given one.
fn literal(tokens: &[Token<'_>], at: usize, given: &HashMap<&str, usize>) -> Option<usize> {
    let first = tokens.get(at)?;
    if first.is("[") || first.is("{") {
        return Some(at);
    }
    let plain = first.is_word && tokens.get(at + 1).is_none_or(|next| matches!(next.text, "," | ")") || next.is_word);
    given.get(first.text).copied().filter(|_| plain)
}

fn listed(inside: &[Token<'_>], slot: &str, scope: Scope, reading: &mut Reading) {
    for (at, token) in inside.iter().enumerate() {
        let follows = inside.get(at + 1);
        // A key of a table names an extra, and a part of a longer expression is no requirement.
        let whole = follows.is_none_or(|next| matches!(next.text, "," | "]" | ")" | "}") && !next.is_string);
        let Some(text) = token.string().filter(|_| whole) else { continue };
        if text.contains(['{', '%']) {
            reading.missed(token.line, format!("a requirement of {slot} is put together by the program"));
            continue;
        }
        match requirement(text, slot) {
            Some(entry) => reading.entries.push(entry.scope(scope).at(token.line)),
            None => reading.not_read(token.line, text),
        }
    }
}

impl Format for SetupCfg {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Pypi
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "setup.cfg"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let mut reading = Reading::default();
        let (mut section, mut key) = (String::new(), String::new());
        for (index, raw) in text.lines().enumerate() {
            let line = raw.trim();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
                (section, key) = (name.to_owned(), String::new());
                continue;
            }
            let mut value = line;
            if !raw.starts_with([' ', '\t']) {
                let (name, rest) = line.split_once(['=', ':']).unwrap_or((line, ""));
                (key, value) = (name.trim().to_owned(), rest.trim());
            }
            asked(&section, &key, value, index, &mut reading);
        }
        Ok(reading)
    }
}

fn asked(section: &str, key: &str, value: &str, index: usize, reading: &mut Reading) {
    let scope = match section {
        "options" => KEYS.iter().find(|(known, _)| *known == key).map(|(_, scope)| *scope),
        "options.extras_require" => Some(Scope::Optional),
        "easy_install" if matches!(key, "index_url" | "index-url" | "find_links") && !value.is_empty() => {
            let setting = if key == "find_links" { "--find-links" } else { "--index-url" };
            reading.origins.push(Origin { setting: setting.to_owned(), url: value.to_owned(), line: number(index) });
            None
        }
        _ => None,
    };
    let Some(scope) = scope.filter(|_| !value.is_empty()) else { return };
    if value.starts_with("file:") {
        reading.missed(index, format!("{key} stands in another file: {value}"));
        return;
    }
    let listed = value.split(if value.contains(';') { '\n' } else { ',' });
    // A comma joins the bounds of one requirement, too: only what starts with a name is another one.
    let mut whole: Vec<String> = Vec::new();
    for part in listed.map(str::trim).filter(|part| !part.is_empty()) {
        match whole.last_mut().filter(|_| !part.starts_with(|c: char| c.is_alphanumeric())) {
            Some(last) => last.push_str(&format!(",{part}")),
            None => whole.push(part.to_owned()),
        }
    }
    for text in whole {
        match requirement(&text, &format!("{section}.{key}")) {
            Some(entry) => reading.entries.push(entry.scope(scope).at(index)),
            // A comment behind the last one.
            None if text.starts_with(['#', ';']) => {}
            None => reading.not_read(index, &text),
        }
    }
}
