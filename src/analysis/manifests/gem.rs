//! Ruby: `Gemfile`, gemspecs and `Gemfile.lock`. The first two are programs, read in their main forms.

pub mod lock;

use super::format::{Entry, Format, Kind, Origin, Reading};
use super::tokens::{Token, brackets, tokens, value, without_texts};
use crate::analysis::language::Language;
use crate::model::dependency::{Ecosystem, PackageSource, Scope};

/// `Gemfile` and `gems.rb`.
pub struct Gemfile;

/// `*.gemspec`.
pub struct Gemspec;

/// Longer statements are no dependency.
const LONGEST: usize = 80;
/// Said of a name that is no text.
const WORKED_OUT: &str = "the name of this gem is worked out by the program, and was not read";

impl Format for Gemfile {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Gem
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        matches!(name, "gemfile" | "gems.rb") || (name.starts_with("gemfile.") && !name.ends_with(".lock"))
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let (tokens, lines): (_, Vec<&str>) = (tokens(text, Language::Ruby), text.lines().collect());
        let mut reading = Reading::default();
        brackets(&self::tokens(&without_texts(text), Language::Ruby), &mut reading);
        // What the blocks around a statement say, with the column of nothing: an `end` closes the last one.
        let mut blocks: Vec<Block> = Vec::new();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let statement = statement(&tokens, at);
            let opens = statement.last().is_some_and(|last| last.is("do")) || statement.iter().any(|word| word.is("do"));
            match token.text {
                // Plugins are installed and run with Bundler itself.
                word @ ("gem" | "plugin") if !token.is_string => match gem(statement, &blocks, word) {
                    Some(entry) => reading.entries.push(entry.at(token.line)),
                    None => reading.missed(token.line, WORKED_OUT),
                },
                "source" if !token.is_string && !opens => {
                    reading.origins.extend(statement.get(1..).and_then(|rest| rest.iter().find_map(|word| origin(word))));
                }
                "end" if !token.is_string => drop(blocks.pop()),
                _ if is_strange(statement) => reading.not_read(token.line, lines.get(token.line).copied().unwrap_or_default()),
                _ => {}
            }
            if opens || matches!(token.text, "if" | "unless" | "case" | "def" | "begin") && !token.is_string {
                blocks.push(block(statement));
            }
            at += statement.len().max(1);
        }
        Ok(reading)
    }
}

/// Whether it begins as no statement of a Gemfile does: with a sign that opens nothing, or with a word of its own that takes a text or
/// stands before another word, as a gem that a helper asks for does, and prose.
fn is_strange(statement: &[Token<'_>]) -> bool {
    const KNOWN: [&str; 52] = [
        "source",
        "group",
        "platforms",
        "platform",
        "path",
        "git",
        "github",
        "gemspec",
        "ruby",
        "install_if",
        "env",
        "gist",
        "bitbucket",
        "git_source",
        "eval_gemfile",
        "end",
        "if",
        "unless",
        "elsif",
        "else",
        "case",
        "when",
        "in",
        "def",
        "begin",
        "rescue",
        "ensure",
        "while",
        "until",
        "for",
        "return",
        "next",
        "break",
        "require",
        "require_relative",
        "load",
        "puts",
        "p",
        "print",
        "warn",
        "raise",
        "abort",
        "fail",
        "eval",
        "instance_eval",
        "class",
        "module",
        "include",
        "extend",
        "not",
        "then",
        "yield",
    ];
    const JOINS: [&str; 9] = ["if", "unless", "do", "and", "or", "in", "rescue", "while", "until"];
    let Some(first) = statement.first().filter(|first| !first.is_string) else { return false };
    if !first.is_word {
        return matches!(first.text, "<" | ">" | "=" | ",");
    }
    let next = statement.get(1).filter(|next| next.line == first.line);
    let takes = next.is_some_and(|next| next.is_string || next.is_word && !JOINS.contains(&next.text));
    takes && !KNOWN.contains(&first.text)
}

struct Block {
    scope: Option<Scope>,
    source: Option<PackageSource>,
}

/// The tokens of the statement at `at`: its line, and the next ones after a comma.
fn statement<'s, 't>(tokens: &'s [Token<'t>], at: usize) -> &'s [Token<'t>] {
    let rest = tokens.get(at..).unwrap_or_default();
    let mut end = 1;
    while let (Some(last), Some(next)) = (rest.get(end - 1), rest.get(end)) {
        let goes_on = next.line == last.line || matches!(last.text, "," | "(" | "[" | "{") && !last.is_string;
        if !goes_on || next.is(";") || end >= LONGEST {
            break;
        }
        end += 1;
    }
    rest.get(..end).unwrap_or(rest)
}

fn block(statement: &[Token<'_>]) -> Block {
    let first = statement.first().map_or("", |token| token.text);
    let named = statement.iter().skip(1).find_map(Token::string);
    Block {
        scope: (first == "group").then(|| scope(statement)),
        source: named.and_then(|at| match first {
            "git" => Some(PackageSource::Git { url: at.to_owned(), rev: String::new() }),
            "path" => Some(PackageSource::Path(at.to_owned())),
            "source" => Some(registry(at)),
            _ => None,
        }),
    }
}

fn scope(statement: &[Token<'_>]) -> Scope {
    let aside = statement.iter().any(|token| matches!(token.text, "test" | "development" | "dev" | "lint" | "doc" | "docs"));
    let live = statement.iter().any(|token| matches!(token.text, "production" | "default"));
    if aside && !live { Scope::Dev } else { Scope::Runtime }
}

/// `owner/repository` on GitHub; some write an address all the same.
fn hosted(repository: &str) -> String {
    if repository.contains("://") { repository.to_owned() } else { format!("https://github.com/{repository}") }
}

fn registry(address: &str) -> PackageSource {
    if address.contains("://rubygems.org") || !address.contains("://") {
        PackageSource::DefaultRegistry
    } else {
        PackageSource::Registry(address.to_owned())
    }
}

fn origin(word: &Token<'_>) -> Option<Origin> {
    let address = word.string()?;
    (address.contains("://") && !address.contains("://rubygems.org")).then(|| Origin::new("source", address, word.line))
}

/// `gem "name", "~> 1.0", git: "…", group: :test`
fn gem(statement: &[Token<'_>], blocks: &[Block], slot: &str) -> Option<Entry> {
    let rest = statement.get(1..)?;
    let name = rest.iter().take(2).find_map(Token::string).filter(|name| !name.contains("#{"))?;
    let mut versions = Vec::new();
    for (at, token) in rest.iter().enumerate().skip(1) {
        // The first `key:` ends the positional arguments.
        if token.is(":") || token.is(">") {
            break;
        }
        let key = rest.get(at + 1).is_some_and(|next| next.is(":") || next.is("=")) || rest.get(at - 1).is_some_and(|word| word.is("%"));
        versions.extend(token.string().filter(|text| *text != name && !key));
    }
    let named = |key: &str| value(rest, key).map(|token| token.text);
    let rev = ["ref", "tag", "branch"].iter().find_map(|key| named(key)).unwrap_or("").to_owned();
    let source = match (named("git"), named("github"), named("path"), named("source")) {
        (Some(url), ..) => Some(PackageSource::Git { url: url.to_owned(), rev }),
        (_, Some(repository), ..) => Some(PackageSource::Git { url: hosted(repository), rev }),
        (_, _, Some(path), _) => Some(PackageSource::Path(path.to_owned())),
        (.., Some(address)) => Some(registry(address)),
        _ => blocks.iter().rev().find_map(|block| block.source.clone()),
    };
    let own = rest.iter().any(|token| token.is("group") || token.is("groups")).then(|| scope(rest));
    let scope = own.or_else(|| blocks.iter().rev().find_map(|block| block.scope)).unwrap_or_default();
    let entry = Entry::new(Ecosystem::Gem, name, slot).version(versions.join(", ")).scope(scope).direct(true);
    Some(entry.source(source.unwrap_or(PackageSource::DefaultRegistry)))
}

impl Format for Gemspec {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Gem
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name.ends_with(".gemspec")
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let tokens = tokens(text, Language::Ruby);
        let mut reading = Reading::default();
        for (at, token) in tokens.iter().enumerate().filter(|(_, token)| !token.is_string) {
            let scope = match token.text {
                "add_dependency" | "add_runtime_dependency" => Scope::Runtime,
                "add_development_dependency" => Scope::Dev,
                _ => continue,
            };
            match gem(statement(&tokens, at), &[], token.text) {
                Some(entry) => reading.entries.push(entry.scope(scope).at(token.line)),
                None => reading.missed(token.line, WORKED_OUT),
            }
        }
        Ok(reading)
    }
}
