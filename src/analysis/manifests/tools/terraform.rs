//! Terraform and OpenTofu: providers and modules of `*.tf`, and `.terraform.lock.hcl`.

use std::collections::HashSet;

use super::once;
use crate::analysis::language::Language;
use crate::analysis::manifests::format::{Entry, Format, Kind, Reading};
use crate::analysis::manifests::tokens::{Token, behind, brackets, tokens, value, without_texts};
use crate::analysis::manifests::twice;
use crate::model::dependency::{Ecosystem, PackageSource};

/// `*.tf`.
pub struct TerraformFile;

/// `.terraform.lock.hcl`.
pub struct TerraformLock;

impl Format for TerraformFile {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Terraform
    }

    fn kind(&self) -> Kind {
        Kind::Tools
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name.ends_with(".tf") || name.ends_with(".tofu")
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let tokens = tokens_of(text);
        let mut reading = Reading::default();
        // What stands in texts of several lines is read along, and no part of the form.
        let plain = without_texts(text);
        let bare = tokens_of(&plain);
        brackets(&bare, &mut reading);
        strange(&plain, &bare, &mut reading);
        let mut at = 0;
        while let Some(word) = tokens.get(at) {
            at += 1;
            let open = at + usize::from(word.is("module"));
            let opens = tokens.get(open).is_some_and(|sign| sign.is("{"));
            if opens && word.is("required_providers") {
                let end = behind(&tokens, open);
                reading.entries.extend(providers(tokens.get(open + 1..end).unwrap_or_default()));
                at = end;
            } else if opens && word.is("module") {
                let end = behind(&tokens, open);
                match module(word.line, tokens.get(open..end).unwrap_or_default()) {
                    Source::Named(entry) => reading.entries.push(*entry),
                    Source::Own => {}
                    Source::Given => reading.missed(word.line, "the source of this module is not given as text, and was not read"),
                }
                at = end;
            }
        }
        reading.entries = once(reading.entries);
        Ok(reading)
    }
}

fn tokens_of(text: &str) -> Vec<Token<'_>> {
    tokens(text, Language::Hcl)
}

/// Says what stands between the blocks of a file and begins none.
fn strange(text: &str, tokens: &[Token<'_>], reading: &mut Reading) {
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    while let Some(first) = tokens.get(at) {
        let line: Vec<&Token<'_>> = tokens.iter().skip(at).take_while(|token| token.line == first.line).collect();
        // `word "label" "label" {`
        let open = line.iter().position(|token| token.is("{"));
        let labels = |open: usize| line.iter().take(open).all(|token| token.is_word || token.is_string || token.is("-"));
        let begins = first.is_word && open.is_some_and(labels);
        if !begins {
            reading.not_read(first.line, lines.get(first.line).copied().unwrap_or_default());
        }
        at = match open.filter(|_| begins) {
            Some(open) => behind(tokens, at + open),
            None => at + line.len().max(1),
        };
    }
}

/// Where a module comes from.
enum Source {
    /// From somewhere that its text names.
    Named(Box<Entry>),
    /// From a folder of the project.
    Own,
    /// From what only the program knows.
    Given,
}

/// `aws = { source = "hashicorp/aws", version = "~> 5.0" }` and the older `aws = "~> 2.0"`
fn providers(block: &[Token<'_>]) -> Vec<Entry> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some([name, equals, first]) = block.get(at..at + 3) {
        at += 1;
        if !name.is_word || !equals.is("=") {
            continue;
        }
        let end = if first.is("{") { behind(block, at + 1) } else { at + 2 };
        let inside = block.get(at..end).unwrap_or_default();
        let version = value(inside, "version").or(first.string().map(|_| *first));
        let source = value(inside, "source").map_or_else(|| format!("hashicorp/{}", name.text), |token| token.text.to_owned());
        let entry = provider(&source).version(version.map_or("", |token| token.text));
        out.push(entry.at(version.map_or(name.line, |token| token.line)).direct(true));
        at = end;
    }
    out
}

/// `host/namespace/type`, the host only where it is not the public registry.
fn provider(source: &str) -> Entry {
    let own = |host: &&str| host.contains('.') && !matches!(*host, "registry.terraform.io" | "registry.opentofu.org");
    let bare = source.trim_start_matches("registry.terraform.io/").trim_start_matches("registry.opentofu.org/").to_lowercase();
    let entry = Entry::new(Ecosystem::Terraform, bare, "required_providers");
    match source.split('/').next().filter(own).filter(|_| source.split('/').count() == 3) {
        Some(host) => entry.source(PackageSource::Registry(host.to_owned())),
        None => entry,
    }
}

fn module(line: usize, block: &[Token<'_>]) -> Source {
    let Some(source) = value(block, "source") else { return Source::Given };
    let version = value(block, "version");
    let text = source.text;
    let local = text.starts_with("./") || text.starts_with("../");
    if local || text.contains("${") {
        return if local { Source::Own } else { Source::Given };
    }
    let (place, query) = text.split_once("?").unwrap_or((text, ""));
    let rev = query.split('&').find_map(|part| part.strip_prefix("ref=")).unwrap_or("");
    let entry = Entry::new(Ecosystem::Terraform, place.trim_start_matches("git::").to_lowercase(), "module").direct(true);
    let line = version.map_or(source.line.max(line), |token| token.line);
    let git = place.starts_with("git::") || place.starts_with("github.com/") || place.starts_with("git@");
    let entry = if git {
        let bare = place.trim_start_matches("git::");
        let url = if bare.starts_with("github.com/") { format!("https://{bare}") } else { bare.to_owned() };
        entry.source(PackageSource::Git { url, rev: rev.to_owned() }).version(rev).at(line)
    } else if place.contains("://") || place.contains("::") {
        entry.source(PackageSource::Url(place.to_owned())).at(line)
    } else {
        entry.version(version.map_or("", |token| token.text)).at(line)
    };
    Source::Named(Box::new(entry))
}

impl Format for TerraformLock {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Terraform
    }

    fn kind(&self) -> Kind {
        Kind::Lock
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == ".terraform.lock.hcl"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let tokens = tokens_of(text);
        let mut reading = Reading::default();
        brackets(&tokens, &mut reading);
        let mut seen = HashSet::new();
        let mut at = 0;
        while let Some(word) = tokens.get(at) {
            at += 1;
            // A block that is none of a provider.
            let other = word.is_word && !word.is("provider") && tokens.get(at).is_some_and(|next| next.is("{") || next.string().is_some());
            if other && !reading.unread.iter().any(|known| known.what.contains(word.text)) {
                reading.not_read(word.line, word.text);
            }
            let Some(name) = tokens.get(at).and_then(Token::string).filter(|_| word.is("provider")) else { continue };
            if !seen.insert(name) {
                twice::tell_one(word.line, name, &mut reading);
            }
            let end = behind(&tokens, at + 1);
            let block = tokens.get(at + 1..end).unwrap_or_default();
            let version = value(block, "version");
            let sums = block.iter().filter_map(Token::string).filter(|text| text.starts_with("h1:") || text.starts_with("zh:"));
            let entry = Entry { slot: String::new(), ..provider(name) }.version(version.map_or("", |token| token.text));
            reading.entries.push(entry.hashes(sums.map(str::to_owned)).at(version.map_or(word.line, |token| token.line)));
            at = end;
        }
        Ok(reading)
    }
}
