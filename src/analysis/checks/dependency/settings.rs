//! Settings of package tools that say where packages come from: `.npmrc`, `.yarnrc`, `pip.conf`, `.cargo/config.toml`.

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
    matches!(name, ".npmrc" | ".yarnrc" | ".yarnrc.yml" | "pip.conf" | "pip.ini" | "bunfig.toml")
        || path.ends_with("/.cargo/config.toml")
        || path.ends_with("/.cargo/config")
}

/// The lines the change added that name a place no removed line named.
#[must_use]
pub fn places<'v>(file: &'v FileView<'_>) -> Vec<Place<'v>> {
    let before: std::collections::BTreeSet<&str> =
        file.removed().filter_map(|line| place(line.index, line.text)).map(|place| place.url).collect();
    file.added().filter_map(|line| place(line.index, line.text)).filter(|place| !before.contains(place.url)).collect()
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
    let names_place = ["registry", "npmregistryserver", "index-url", "extra-index-url", "find-links", "index", "proxy"]
        .contains(&key.as_str())
        || key.ends_with(":registry");
    let address = url.strip_prefix("sparse+").unwrap_or(url);
    (names_place && address.contains("://")).then_some(Place { index, setting, url: address })
}
