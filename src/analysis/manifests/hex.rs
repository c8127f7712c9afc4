//! Elixir and Erlang: `mix.exs`, `mix.lock`, `rebar.config` and `rebar.lock`. All are terms of the language, read in their main forms.

use std::collections::{HashMap, HashSet};

use super::format::{Entry, Format, Kind, Reading, shown};
use super::tokens::{Token, behind, brackets, tokens, value};
use super::{edition, twice};
use crate::analysis::language::Language;
use crate::model::dependency::{Ecosystem, PackageSource, Scope};

/// `mix.exs`.
pub struct MixExs;

/// `mix.lock`.
pub struct MixLock;

/// `rebar.config`.
pub struct RebarConfig;

/// `rebar.lock`.
pub struct RebarLock;

impl Format for MixExs {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Hex
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "mix.exs"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let tokens = tokens(text, Language::Elixir);
        let mut reading = Reading::default();
        brackets(&tokens, &mut reading);
        let (listed, lines): (_, Vec<&str>) = (listed(&tokens), text.lines().collect());
        for at in 0..tokens.len() {
            // `{:name, …}`
            let Some([open, colon, name, comma]) = tokens.get(at..at + 4) else { break };
            if open.is("{") && colon.is(":") && name.is_word && comma.is(",") {
                let tuple = tokens
                    .get(at + 4..behind(tokens.get(at..(at + 120).min(tokens.len())).unwrap_or_default(), 0) + at)
                    .unwrap_or_default();
                match mix(name, tuple) {
                    Some(entry) => reading.entries.push(entry),
                    None if listed.contains(&at) => {
                        reading.missed(
                            name.line,
                            format!("`{}` is asked for in a form that is not known, and was not read", shown(name.text)),
                        );
                    }
                    None => {}
                }
            } else if listed.contains(&at) {
                reading.not_read(open.line, lines.get(open.line).copied().unwrap_or_default());
            }
        }
        Ok(reading)
    }
}

/// Where the entries of the list start that `deps` gives or is.
fn listed(tokens: &[Token<'_>]) -> HashSet<usize> {
    let mut starts = HashSet::new();
    let mut upto = 0;
    for at in (0..tokens.len()).filter(|at| tokens[*at].is("deps")) {
        if at < upto {
            continue;
        }
        let defined = at > 0 && matches!(tokens[at - 1].text, "def" | "defp");
        let near = tokens.get(at + 1..(at + 6).min(tokens.len())).unwrap_or_default();
        // `deps: [` or `defp deps do [`
        let assigned = near.first().is_some_and(|sign| sign.is(":")) && near.get(1).is_some_and(|sign| sign.is("["));
        let Some(open) = near.iter().position(|sign| sign.is("[")).filter(|_| defined || assigned) else { continue };
        let open = at + 1 + open;
        let end = behind(tokens, open);
        upto = end;
        let mut next = open + 1;
        while next + 1 < end {
            starts.insert(next);
            // An entry ends with its bracket, or before the comma.
            next = if tokens[next].is("{") { behind(tokens, next) } else { next };
            next += tokens.get(next..end).unwrap_or_default().iter().position(|sign| sign.is(",")).map_or(end, |comma| comma + 1);
        }
    }
    starts
}

fn mix(name: &Token<'_>, tuple: &[Token<'_>]) -> Option<Entry> {
    let version = tuple.first().and_then(Token::string);
    let named = |key: &str| value(tuple, key).map(|token| token.text);
    let rev = ["ref", "tag", "branch"].iter().find_map(|key| named(key)).unwrap_or("").to_owned();
    let source = match (named("git"), named("github"), named("path")) {
        (Some(url), ..) => PackageSource::Git { url: url.to_owned(), rev },
        (_, Some(repository), _) => PackageSource::Git { url: format!("https://github.com/{repository}"), rev },
        (.., Some(path)) => PackageSource::Path(path.to_owned()),
        _ if tuple.iter().any(|token| token.is("in_umbrella")) => PackageSource::Path(String::new()),
        // Another registry is named by a word that stands for its settings.
        _ => version.map(|_| named("repo").map_or(PackageSource::DefaultRegistry, |name| PackageSource::Registry(name.to_owned())))?,
    };
    let aside = tuple.iter().skip_while(|token| !token.is("only")).take(8).any(|token| matches!(token.text, "test" | "dev"));
    let live = tuple.iter().skip_while(|token| !token.is("only")).take(8).any(|token| token.text == "prod");
    let package = named("hex").unwrap_or(name.text);
    let entry = Entry::new(Ecosystem::Hex, package, "deps").version(version.unwrap_or("")).source(source).direct(true);
    Some(entry.scope(if aside && !live { Scope::Dev } else { Scope::Runtime }).at(name.line))
}

impl Format for MixLock {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Hex
    }

    fn kind(&self) -> Kind {
        Kind::Lock
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "mix.lock"
    }

    fn by_line(&self) -> bool {
        true
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let mut reading = Reading::default();
        let mut seen = HashSet::new();
        for (index, line) in text.lines().enumerate() {
            // The first entry may stand behind the bracket around all of them.
            let tokens = tokens(line.trim_start().strip_prefix("%{").unwrap_or(line), Language::Elixir);
            let Some(name) = tokens.first().and_then(Token::string) else {
                // The brackets around all of them.
                if tokens.iter().any(|token| !matches!(token.text, "%" | "{" | "}" | "[" | "]" | ",") || token.is_string) {
                    reading.not_read(index, line);
                }
                continue;
            };
            if !seen.insert(name.to_owned()) {
                twice::tell_one(index, name, &mut reading);
            }
            let strings: Vec<&str> = tokens.iter().skip(1).filter_map(Token::string).collect();
            let kind = tokens.iter().position(|token| token.is("{")).and_then(|at| tokens.get(at + 2)).map_or("", |token| token.text);
            let entry = Entry::new(Ecosystem::Hex, name, "").at(index);
            reading.entries.push(match (kind, &strings[..]) {
                ("hex", [version, sums @ ..]) => {
                    // The inner and the outer checksum stand before and behind what it needs.
                    let sums = sums.iter().filter(|sum| sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit()));
                    entry.version(*version).hashes(sums.map(|sum| format!("sha256:{sum}"))).needs(needed(&tokens))
                }
                ("git", [url, rev, ..]) => entry.source(PackageSource::Git { url: (*url).to_owned(), rev: (*rev).to_owned() }),
                _ => {
                    reading.missed(index, format!("`{}` is locked in a form that is not known", shown(name)));
                    continue;
                }
            });
        }
        Ok(reading)
    }
}

/// The atoms that start the tuples inside of an entry: `[{:plug, "~> 1.0", …}]`
fn needed(tokens: &[Token<'_>]) -> Vec<String> {
    let inner =
        tokens.windows(5).filter(|part| (part[0].is("[") || part[0].is(",")) && part[1].is("{") && part[2].is(":") && part[4].is(","));
    inner.map(|part| part[3].text.to_owned()).collect()
}

impl Format for RebarConfig {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Hex
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "rebar.config"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let code = uncommented(text);
        let tokens = tokens(&code, Language::Java);
        let mut reading = Reading::default();
        brackets(&tokens, &mut reading);
        let mut at = 0;
        while at + 2 < tokens.len() {
            if !(tokens[at].is("{") && tokens[at + 1].is("deps") && tokens[at + 2].is(",")) {
                at += 1;
                continue;
            }
            let end = behind(&tokens, at);
            deps(tokens.get(at + 3..end).unwrap_or_default(), &mut reading);
            at = end;
        }
        Ok(reading)
    }
}

/// `[{name, "1.0"}, {name, {git, "…", {tag, "1"}}}, name]`
fn deps(tokens: &[Token<'_>], reading: &mut Reading) {
    let mut at = 1;
    while let Some(token) = tokens.get(at) {
        if token.is("{") {
            let end = behind(tokens, at);
            let tuple = tokens.get(at + 1..end).unwrap_or_default();
            if let Some(name) = tuple.first().filter(|name| name.is_word) {
                let strings: Vec<&str> = tuple.iter().filter_map(Token::string).collect();
                let entry = Entry::new(Ecosystem::Hex, name.text, "deps").at(name.line).direct(true);
                let git = tuple.iter().any(|token| matches!(token.text, "git" | "git_subdir"));
                // Parts of one that a comma is missing between are none of it.
                if tuple.get(1).is_some_and(|next| !next.is(",") && !next.is("}")) {
                    reading.missed(name.line, format!("`{}` is asked for in a form that is not known, and was not read", shown(name.text)));
                    at = end;
                    continue;
                }
                reading.entries.push(match (git, &strings[..]) {
                    (true, [url, rest @ ..]) => entry.source(PackageSource::Git {
                        url: (*url).to_owned(),
                        rev: rest.first().map(|rev| (*rev).to_owned()).unwrap_or_default(),
                    }),
                    (false, [version, ..]) => entry.version(*version),
                    _ => entry,
                });
            }
            at = end;
        } else {
            if token.is_word {
                reading.entries.push(Entry::new(Ecosystem::Hex, token.text, "deps").at(token.line).direct(true));
            }
            at += 1;
        }
    }
}

/// Erlang's comments start with a percent sign.
fn uncommented(text: &str) -> String {
    text.lines().map(|line| line.split('%').next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

impl Format for RebarLock {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Hex
    }

    fn kind(&self) -> Kind {
        Kind::Lock
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "rebar.lock"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let tokens = tokens(text, Language::Java);
        let mut reading = Reading::default();
        brackets(&tokens, &mut reading);
        // `{"1.2.0",` stands in front of a list of packages with checksums.
        let form = tokens.first().filter(|first| first.is("{")).and_then(|_| tokens.get(1)).and_then(Token::string);
        edition::tell(form.unwrap_or(""), 1, &mut reading);
        let mut hashes: HashMap<&str, Vec<String>> = HashMap::new();
        for (at, token) in tokens.iter().enumerate() {
            let Some(name) = token.string() else { continue };
            // `{<<"name">>,` and then `{pkg,…`, `{git,…` or another text.
            let starts = at >= 3 && tokens[at - 1].is("<") && tokens[at - 3].is("{");
            let rest = tokens.get(at + 4..(at + 24).min(tokens.len())).unwrap_or_default();
            if !starts || !tokens.get(at + 3).is_some_and(|sign| sign.is(",")) {
                continue;
            }
            let strings: Vec<&str> = rest.iter().filter_map(Token::string).collect();
            let kind = rest.get(1).map_or("", |word| word.text);
            let entry = Entry::new(Ecosystem::Hex, name, "").at(token.line);
            match (kind, &strings[..]) {
                ("pkg", [_, version, ..]) => reading.entries.push(entry.version(*version)),
                ("git", [url, rev, ..]) => {
                    reading.entries.push(entry.source(PackageSource::Git { url: (*url).to_owned(), rev: (*rev).to_owned() }));
                }
                (_, [sum, ..]) if sum.len() == 64 => hashes.entry(name).or_default().push(format!("sha256:{sum}")),
                _ => {}
            }
        }
        for entry in &mut reading.entries {
            let mut sums = hashes.remove(entry.dependency.name.as_str()).unwrap_or_default();
            sums.sort_unstable();
            entry.dependency.hashes = sums;
        }
        Ok(reading)
    }
}
