//! Servers that agents start: packages run by `npx`, `uvx`, `docker run` and their like, in the settings of agents and editors.

use super::docker;
use super::once;
use crate::analysis::document;
use crate::analysis::document::node::Node;
use crate::analysis::language::Language;
use crate::analysis::manifests::format::{Entry, Format, Kind, Reading};
use crate::analysis::manifests::npm::name_and_version;
use crate::analysis::manifests::pypi::{normalised, requirement};
use crate::analysis::manifests::twice;
use crate::model::dependency::{Ecosystem, PackageSource};

/// Settings that name servers.
pub struct Servers;

/// Where agents and editors keep their servers.
const TABLES: [&[&str]; 7] =
    [&["mcpServers"], &["servers"], &["mcp", "servers"], &["mcp_servers"], &["context_servers"], &["mcp"], &["amp.mcpServers"]];
/// Flags of `docker run` that take a value of their own.
const VALUED: [&str; 14] =
    ["-e", "--env", "-v", "--volume", "-p", "--publish", "--name", "--network", "--mount", "-w", "--workdir", "-u", "--user", "--env-file"];

/// No command that starts a server is longer.
const MOST_WORDS: usize = 80;

impl Format for Servers {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Npm
    }

    fn kind(&self) -> Kind {
        Kind::Tools
    }

    fn fits(&self, path: &str, name: &str) -> bool {
        matches!(
            name,
            ".mcp.json"
                | "mcp.json"
                | "mcp_config.json"
                | "claude_desktop_config.json"
                | "opencode.json"
                | "opencode.jsonc"
                | ".claude.json"
                | "gemini-extension.json"
        ) || [
            "/.claude/settings.json",
            "/.claude/settings.local.json",
            "/.gemini/settings.json",
            "/.codex/config.toml",
            "/.amp/settings.json",
            "/.zed/settings.json",
            "/.vscode/settings.json",
            "/.roo/mcp.json",
        ]
        .iter()
        .any(|end| path.ends_with(end))
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        // Codex writes TOML, all others JSON, which starts with a brace or a comment.
        let toml = !text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '/']);
        let root = document::read(text, if toml { Language::Toml } else { Language::Json })?;
        let servers = TABLES.iter().filter_map(|keys| root.at(keys)).flat_map(Node::entries);
        let entries = servers.filter_map(|(name, server)| {
            let command = server.get("command").or_else(|| server.get("cmd"))?;
            let line = command.line;
            let mut words = command.get("path").unwrap_or(command).texts();
            words.extend(server.get("args").or_else(|| command.get("args")).map(Node::texts).unwrap_or_default());
            let words: Vec<&str> = words.iter().flat_map(|word| word.split_whitespace()).take(MOST_WORDS).collect();
            Some(started(&words)?.at(line).direct(true).note(format!("started as the server {name}")))
        });
        let mut reading = Reading { entries: once(entries.collect()), ..Reading::default() };
        twice::tell(&root, &mut reading);
        Ok(reading)
    }
}

/// The package that a command fetches and runs.
fn started(words: &[&str]) -> Option<Entry> {
    let (program, rest) = words.split_first()?;
    let program = program.rsplit(['/', '\\']).next().unwrap_or(program).trim_end_matches(".cmd").trim_end_matches(".exe");
    match (program, rest.first().copied()) {
        ("cmd", Some("/c" | "/C")) | ("env", Some(_)) => started(rest.get(1..)?),
        ("npx" | "bunx" | "pnpx", _) => script(rest),
        ("npm" | "pnpm" | "yarn" | "bun", Some("exec" | "dlx" | "x")) => script(rest.get(1..)?),
        ("uvx", _) => tool(rest),
        ("pipx", Some("run")) | ("uv", Some("x")) => tool(rest.get(1..)?),
        ("uv", Some("tool")) => tool(rest.get(2..)?),
        ("docker" | "podman", Some("run")) => container(rest.get(1..)?),
        ("deno", Some("run")) => rest
            .iter()
            .find_map(|word| {
                word.strip_prefix("npm:")
                    .map(|name| (Ecosystem::Npm, name))
                    .or_else(|| word.strip_prefix("jsr:").map(|name| (Ecosystem::Jsr, name)))
            })
            .map(|(ecosystem, spec)| {
                let (name, version) = name_and_version(spec);
                Entry::new(ecosystem, name, "server").version(version)
            }),
        _ => None,
    }
}

fn script(words: &[&str]) -> Option<Entry> {
    let named = words.windows(2).find(|pair| matches!(pair[0], "-p" | "--package")).map(|pair| pair[1]);
    let named = named.or_else(|| words.iter().find_map(|word| word.strip_prefix("--package=")));
    let spec = named.or_else(|| words.iter().copied().find(|word| !word.starts_with('-')))?;
    if spec.contains("://") || spec.starts_with("github:") || spec.starts_with("git+") {
        let url = spec.replacen("github:", "https://github.com/", 1);
        let (url, rev) = url.split_once('#').map_or((url.as_str(), ""), |(url, rev)| (url, rev));
        let name = url.rsplit('/').next().unwrap_or(url).trim_end_matches(".git").to_owned();
        return Some(Entry::new(Ecosystem::Npm, name, "server").source(PackageSource::Git { url: url.to_owned(), rev: rev.to_owned() }));
    }
    let (name, version) = name_and_version(spec);
    (!name.starts_with(['.', '/', '$']) && !name.is_empty()).then(|| Entry::new(Ecosystem::Npm, name, "server").version(version))
}

fn tool(words: &[&str]) -> Option<Entry> {
    let from = words.windows(2).find(|pair| pair[0] == "--from").map(|pair| pair[1]);
    let valued = |at: usize| at > 0 && matches!(words.get(at - 1), Some(&("--python" | "-p" | "--with" | "--index-url" | "--directory")));
    let spec =
        from.or_else(|| words.iter().enumerate().find(|(at, word)| !word.starts_with('-') && !valued(*at)).map(|(_, word)| *word))?;
    // `name@1.0` is how uvx writes a version.
    match spec.split_once('@').filter(|(name, version)| !name.contains(':') && !version.contains(':')) {
        Some((name, version)) => Some(Entry::new(Ecosystem::Pypi, normalised(name), "server").version(format!("=={version}"))),
        None => requirement(spec, "server"),
    }
}

fn container(words: &[&str]) -> Option<Entry> {
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        at += if VALUED.contains(word) { 2 } else { 1 };
    }
    docker::image(words.get(at)?, "server")
}
