//! Container images: `FROM` and `COPY --from` of Dockerfiles, and `image` of compose files.

use std::collections::{HashMap, HashSet};

use super::once;
use crate::analysis::document;
use crate::analysis::document::node::Node;
use crate::analysis::language::Language;
use crate::analysis::manifests::format::{Entry, Format, Kind, Reading, shown};
use crate::analysis::pattern::Pattern;
use crate::model::dependency::{Ecosystem, PackageSource};

/// A Dockerfile.
pub struct Dockerfile;

/// A compose file.
pub struct Compose;

/// Registries everybody publishes in; images there are told apart by their name.
const PUBLIC: [&str; 12] = [
    "docker.io",
    "index.docker.io",
    "ghcr.io",
    "quay.io",
    "gcr.io",
    "registry.k8s.io",
    "k8s.gcr.io",
    "mcr.microsoft.com",
    "public.ecr.aws",
    "registry.gitlab.com",
    "nvcr.io",
    "lscr.io",
];

impl Format for Dockerfile {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Docker
    }

    fn kind(&self) -> Kind {
        Kind::Tools
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        let plain = |word: &str| name == word || name.starts_with(&format!("{word}.")) || name.ends_with(&format!(".{word}"));
        plain("dockerfile") || plain("containerfile")
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let mut given: HashMap<&str, &str> = HashMap::new();
        let mut stages: HashSet<String> = HashSet::new();
        let lines = instructions(text);
        let mut reading = Reading::default();
        for (index, line) in &lines {
            let index = *index;
            let words: Vec<&str> = line.split_whitespace().take(12).collect();
            let Some((verb, rest)) = words.split_first() else { continue };
            if verb.eq_ignore_ascii_case("arg") {
                given.extend(
                    rest.iter().filter_map(|word| word.split_once('=')).map(|(name, value)| (name, value.trim_matches(['"', '\'']))),
                );
            } else if verb.eq_ignore_ascii_case("from") {
                let mut plain = rest.iter().skip_while(|word| word.starts_with("--"));
                match plain.next() {
                    Some(word) => take(word, &given, &stages, index, &mut reading),
                    None => reading.not_read(index, line),
                }
                stages.extend(plain.nth(1).map(|stage| stage.to_lowercase()));
            } else if verb.eq_ignore_ascii_case("copy") || verb.eq_ignore_ascii_case("add") {
                let from = rest.iter().find_map(|word| word.strip_prefix("--from=")).filter(|from| from.contains(['/', ':']));
                if let Some(word) = from {
                    take(word, &given, &stages, index, &mut reading);
                }
            } else if !VERBS.iter().any(|known| verb.eq_ignore_ascii_case(known)) {
                reading.not_read(index, line);
            }
        }
        reading.entries = once(reading.entries);
        Ok(reading)
    }
}

/// Instructions that name no image, besides those that are read.
const VERBS: [&str; 14] = [
    "run",
    "cmd",
    "label",
    "maintainer",
    "expose",
    "env",
    "entrypoint",
    "volume",
    "user",
    "workdir",
    "onbuild",
    "stopsignal",
    "healthcheck",
    "shell",
];
/// Those that are read.
const READ: [&str; 4] = ["from", "arg", "copy", "add"];

/// Instructions with the index of their first line: joined where a line goes on, without comments and the texts that `<<WORD` opens.
fn instructions(text: &str) -> Vec<(usize, String)> {
    static OPENS: Pattern = Pattern::new(r#"<<-?["']?([A-Za-z_]\w*)["']?"#);
    let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_lowercase().replace(' ', "");
    let goes_on = if first == "#escape=`" { '`' } else { '\\' };
    let lines: Vec<&str> = text.lines().collect();
    // The last line on which each word stands alone: no text ends below it.
    let last: HashMap<&str, usize> = lines.iter().enumerate().map(|(at, line)| (line.trim(), at)).collect();
    let mut out: Vec<(usize, String)> = Vec::new();
    let (mut open, mut inside) = (false, None);
    for (index, raw) in lines.iter().enumerate() {
        let line = raw.trim();
        if let Some(word) = inside {
            inside = Some(word).filter(|word| line != *word);
            continue;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (part, more) = line.strip_suffix(goes_on).map_or((line, false), |part| (part, true));
        match out.last_mut().filter(|_| open) {
            Some((_, whole)) => {
                whole.push(' ');
                whole.push_str(part);
            }
            None => out.push((index, part.to_owned())),
        }
        open = more;
        let verb = out.last().and_then(|(_, whole)| whole.split_whitespace().next()).unwrap_or_default();
        let takes = ["run", "copy", "add"].iter().any(|known| verb.eq_ignore_ascii_case(known));
        // A word that is an instruction itself would hide those that stand before it.
        let known = |word: &&str| VERBS.iter().chain(&READ).any(|verb| word.eq_ignore_ascii_case(verb));
        let word = OPENS.group(line, 1).filter(|_| takes && !open).filter(|word| !known(word));
        inside = word.filter(|word| last.get(word).is_some_and(|end| *end > index));
    }
    out
}

/// Takes an image, with what arguments are by default, unless it is a stage of the file or nothing at all; or says that its name is not known.
fn take(word: &str, given: &HashMap<&str, &str>, stages: &HashSet<String>, index: usize, reading: &mut Reading) {
    if !stages.contains(&word.to_lowercase()) && word != "scratch" {
        found(&filled(word, given), "image", index, reading);
    }
}

/// Takes the image called `name`, or says that it cannot be told.
fn found(name: &str, slot: &str, index: usize, reading: &mut Reading) {
    match image(name, slot) {
        Some(entry) => reading.entries.push(entry.at(index)),
        None if name.contains(['$', '{']) => {
            reading.missed(index, format!("the image `{}` is given from outside, and was not read", shown(name)));
        }
        None => reading.not_read(index, name),
    }
}

/// `${NAME}`, `${NAME:-default}` and `$NAME` as their defaults say; what has none stays.
fn filled(word: &str, given: &HashMap<&str, &str>) -> String {
    let mut out = String::new();
    let mut rest = word;
    while let Some((before, behind)) = rest.split_once('$') {
        out.push_str(before);
        let braced = behind.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let end = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(behind.len());
        let (name, after) = braced.unwrap_or_else(|| behind.split_at_checked(end).unwrap_or((behind, "")));
        let (name, default) = name.split_once(":-").map_or((name, None), |(name, default)| (name, Some(default)));
        match given.get(name).copied().or(default).filter(|value| !value.contains('$') && value.len() < 200) {
            Some(value) => out.push_str(value),
            None => out.push_str(&format!("${{{name}}}")),
        }
        rest = after;
        if out.len() > 1000 {
            break;
        }
    }
    out.push_str(rest);
    out
}

/// `host/owner/name:tag@sha256:…`; `None` where the name itself is not known.
pub(super) fn image(text: &str, slot: &str) -> Option<Entry> {
    let text = text.trim().trim_start_matches("docker://");
    let (rest, digest) = text.split_once('@').map_or((text, ""), |(rest, digest)| (rest, digest));
    let start = rest.rfind('/').map_or(0, |at| at + 1);
    let (name, tag) = match rest.get(start..).and_then(|last| last.find(':')) {
        Some(at) => (rest.get(..start + at).unwrap_or(rest), rest.get(start + at + 1..).unwrap_or("")),
        None => (rest, ""),
    };
    let first = name.split('/').next().unwrap_or("");
    let host = (name.contains('/') && (first.contains(['.', ':']) || first == "localhost")).then_some(first);
    let fits =
        !name.is_empty() && name != "scratch" && !name.contains(['$', '{', '}', '<', '>', '%', ' ', '"', '\'', '[', ']', '=', '(', ')']);
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    let name = name.strip_prefix("library/").unwrap_or(name).to_lowercase();
    let version = match (tag, digest) {
        (tag, "") => tag.to_owned(),
        ("", digest) => digest.to_owned(),
        (tag, digest) => format!("{tag}@{digest}"),
    };
    let cloud = |host: &str| {
        host.ends_with(".amazonaws.com") || host.ends_with(".azurecr.io") || host.ends_with("-docker.pkg.dev") || host.ends_with(".gcr.io")
    };
    let own = host.filter(|host| !PUBLIC.contains(host) && !cloud(host));
    let source = own.map_or(PackageSource::DefaultRegistry, |host| PackageSource::Registry(host.to_owned()));
    fits.then(|| Entry::new(Ecosystem::Docker, name, slot).version(version).source(source).direct(true))
}

impl Format for Compose {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Docker
    }

    fn kind(&self) -> Kind {
        Kind::Tools
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        let yaml = name.ends_with(".yml") || name.ends_with(".yaml");
        yaml && ["docker-compose", "compose.", "compose-", "podman-compose"].iter().any(|start| name.starts_with(start))
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = document::read(text, Language::Yaml)?;
        let services = root.get("services").unwrap_or(&root);
        let mut reading = Reading::default();
        for (name, service) in services.entries() {
            // A service that is built here is only called so.
            if let Some(node) = service.get("image").filter(|_| service.get("build").is_none()) {
                found(&filled(&node.scalar(), &HashMap::new()), &format!("services.{name}"), node.line, &mut reading);
            }
        }
        reading.entries = once(reading.entries);
        Ok(reading)
    }
}

/// Takes the image that `node` names by `image` or right away, as workflows write containers and services.
pub(super) fn named(node: &Node, reading: &mut Reading) {
    let node = node.get("image").unwrap_or(node);
    if let Some(name) = node.text().filter(|name| !name.trim().is_empty()) {
        found(name, "container", node.line, reading);
    }
}
