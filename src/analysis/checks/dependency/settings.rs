//! Settings of package tools that say where packages come from: `.npmrc`, `.yarnrc`, `pip.conf`, `.cargo/config.toml`.

use crate::analysis::manifests::place::host;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;

/// A line that names a place for packages.
#[derive(Debug, PartialEq, Eq)]
pub struct Place<'t> {
    /// Its position in the view.
    pub index: usize,
    /// The setting.
    pub setting: &'t str,
    /// The address.
    pub url: &'t str,
}

/// Whether the file at `path` holds such settings.
#[must_use]
pub fn is_settings(path: &str) -> bool {
    let path = format!("/{}", path.to_lowercase());
    let name = path.rsplit('/').next().unwrap_or("");
    matches!(name, ".npmrc" | ".yarnrc" | ".yarnrc.yml" | "pip.conf" | "pip.ini" | "bunfig.toml" | "uv.toml")
        || is_text_only(name)
        || path.ends_with("/.cargo/config.toml")
        || path.ends_with("/.cargo/config")
}

/// Whether the file at `path` holds nothing but such settings, so that a new one speaks for itself.
#[must_use]
pub fn holds_settings(path: &str) -> bool {
    is_settings(path) && !is_text_only(path.rsplit('/').next().unwrap_or("").to_lowercase().as_str())
}

/// Manifests of tools that this program does not read as such; their places are seen line by line.
fn is_text_only(name: &str) -> bool {
    name == "podfile"
}

/// The lines the change added that name a place no removed line named.
#[must_use]
pub fn places<'v>(file: &'v FileView<'_>) -> Vec<Place<'v>> {
    if is_text_only(&file.name().to_lowercase()) {
        return new_hosts(file);
    }
    let before: std::collections::BTreeSet<&str> =
        file.removed().filter_map(|line| place(line.index, line.text)).map(|place| place.url).collect();
    file.added().filter_map(|line| place(line.index, line.text)).filter(|place| !before.contains(place.url)).collect()
}

/// The first line for each host that nothing before the change names.
fn new_hosts<'v>(file: &'v FileView<'_>) -> Vec<Place<'v>> {
    static NAMED: Pattern = Pattern::new(
        r"(?i)(\bresolved\b|\btarball\b|\bsource\b|\bremote\b|<url>|\burl\b|\bmaven\b|\bkey=)[^\n]*?((?:git\+)?https?://[^\s\x22\x27<>,})]+)",
    );
    let mut seen = std::collections::BTreeSet::new();
    let new = |place: &Place<'_>| {
        let host = host(place.url);
        file.old().is_none_or(|old| !old.text().contains(host)) && seen.insert(host.to_owned())
    };
    let named = |index: usize, text: &'v str| Some(Place { index, setting: NAMED.group(text, 1)?, url: NAMED.group(text, 2)? });
    file.added().filter_map(|line| named(line.index, line.text)).filter(new).collect()
}

/// The folders that cargo's configuration newly takes packages from, with the lines that name them.
#[must_use]
pub fn folders<'v>(file: &'v FileView<'_>) -> Vec<(usize, &'v str)> {
    static FOLDER: Pattern =
        Pattern::new(r#"^\s*(?:directory|local-registry|path)\s*=\s*["']([^"'\n]+)["']|^\s*paths\s*=\s*\[\s*["']([^"'\n]+)["']"#);
    if !file.path.to_lowercase().contains(".cargo/config") {
        return Vec::new();
    }
    let named = |text: &'v str| FOLDER.group(text, 1).or_else(|| FOLDER.group(text, 2));
    file.added().filter_map(|line| Some((line.index, named(line.text)?))).collect()
}

fn place(index: usize, line: &str) -> Option<Place<'_>> {
    let line = line.trim();
    if line.starts_with(['#', ';']) {
        return None;
    }
    let end = line.find(['=', ' ']).or_else(|| line.find(": "))?;
    let (setting, rest) = line.split_at_checked(end)?;
    let setting = setting.trim_end_matches(':').trim_matches('"');
    let url = rest.trim_start_matches(['=', ':', ' ']).trim().trim_matches(['"', '\'']);
    let key = setting.to_lowercase();
    let names_place =
        ["registry", "npmregistryserver", "index-url", "extra-index-url", "default-index", "find-links", "index", "proxy", "url"]
            .contains(&key.as_str())
            || key.ends_with(":registry");
    let address = url.strip_prefix("sparse+").unwrap_or(url);
    (names_place && address.contains("://")).then_some(Place { index, setting, url: address })
}
