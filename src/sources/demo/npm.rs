//! The frontend's lock file, written as npm would from a short list of packages. Checksums are made up but lasting.
//!
//! A line of the list is `NAME VERSION [WORD…]`, or `NAME VERSION -> GROUP [WORD…]` where the grouped update of the demo
//! moves it; `-` stands for "not there". Braces in a name stand for one package each. Words: `dev`, `optional`, `script`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256, Sha512};

/// Stands for "every package as the grouped update has it" among the versions asked for.
pub const GROUP: &str = "*";

struct Package<'a> {
    name: String,
    version: &'a str,
    dev: bool,
    optional: bool,
    script: bool,
}

/// The lock file of the `package.json` in `manifest`.
///
/// # Errors
/// One sentence, when the manifest is not JSON.
pub fn lock(manifest: &str, packages: &str, versions: &BTreeMap<String, String>) -> Result<String, String> {
    let manifest: serde_json::Value = serde_json::from_str(manifest).map_err(|error| format!("package.json: {error}"))?;
    let mut root = serde_json::Map::new();
    for key in ["name", "version", "license", "dependencies", "devDependencies", "engines"] {
        if let Some(value) = manifest.get(key) {
            root.insert(key.to_owned(), value.clone());
        }
    }
    let field = |key: &str| manifest.get(key).and_then(|value| value.as_str()).unwrap_or("").to_owned();
    let root = serde_json::to_string_pretty(&root).map_err(|error| error.to_string())?.replace('\n', "\n    ");
    let mut text = format!(
        "{{\n  \"name\": \"{}\",\n  \"version\": \"{}\",\n  \"lockfileVersion\": 3,\n  \"requires\": true,\n  \"packages\": {{\n    \"\": {root}",
        field("name"),
        field("version"),
    );
    let mut all: Vec<Package<'_>> = packages.lines().flat_map(|line| read(line, versions)).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    for package in &all {
        text.push_str(",\n");
        entry(&mut text, package);
    }
    text.push_str("\n  }\n}\n");
    Ok(text)
}

fn read<'a>(line: &'a str, versions: &'a BTreeMap<String, String>) -> Vec<Package<'a>> {
    let mut words = line.split_whitespace().peekable();
    let (Some(names), Some(mut version)) = (words.next().filter(|word| !word.starts_with('#')), words.next()) else { return Vec::new() };
    if words.next_if_eq(&"->").is_some() {
        let group = words.next().unwrap_or(version);
        version = if versions.contains_key(GROUP) { group } else { version };
    }
    let words: Vec<&str> = words.collect();
    let has = |word| words.contains(&word);
    let package = |name: String| Package {
        version: versions.get(&name).map_or(version, String::as_str),
        name,
        dev: has("dev"),
        optional: has("optional"),
        script: has("script"),
    };
    expand(names).map(package).filter(|package| package.version != "-").collect()
}

/// `a-{b,c}` as `a-b` and `a-c`.
fn expand(names: &str) -> impl Iterator<Item = String> {
    let (start, rest) = names.split_once('{').unwrap_or((names, ""));
    let (middle, end) = rest.split_once('}').unwrap_or(("", ""));
    middle.split(',').map(move |part| format!("{start}{part}{end}"))
}

fn entry(text: &mut String, package: &Package<'_>) {
    let Package { name, version, .. } = package;
    let file = name.rsplit('/').next().unwrap_or(name);
    let mut lines = vec![
        format!("\"version\": \"{version}\""),
        format!("\"resolved\": \"https://registry.npmjs.org/{name}/-/{file}-{version}.tgz\""),
        format!("\"integrity\": \"sha512-{}\"", checksum(name, version)),
    ];
    if package.optional {
        lines.push(format!("\"cpu\": [\n        \"{}\"\n      ]", if name.contains("arm") { "arm64" } else { "x64" }));
    }
    for (wanted, line) in [
        (package.dev, "\"dev\": true"),
        (package.script, "\"hasInstallScript\": true"),
        (true, "\"license\": \"MIT\""),
        (package.optional, "\"optional\": true"),
    ] {
        if wanted {
            lines.push(line.to_owned());
        }
    }
    if package.optional || name.len() % 3 == 0 {
        lines.push("\"engines\": {\n        \"node\": \">=18\"\n      }".to_owned());
    }
    // Writing to a String cannot fail.
    let _ = write!(text, "    \"node_modules/{name}\": {{\n      {}\n    }}", lines.join(",\n      "));
}

/// 88 characters that look like the base64 of a SHA-512 and are the same every time.
fn checksum(name: &str, version: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let seed = format!("{name}@{version}");
    let bytes = Sha512::digest(&seed).into_iter().chain(Sha256::digest(&seed)).take(85);
    let letters: String = bytes.map(|byte| char::from(ALPHABET[usize::from(byte % 64)])).collect();
    format!("{letters}Q==")
}
