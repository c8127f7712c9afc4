//! `dependency-new-source`: packages from a place this project did not take packages from before.

use std::collections::{BTreeMap, HashSet};

use super::commands;
use super::likeness::imitates;
use super::lists::lists;
use super::settings;
use super::table::{Table, tables};
use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::checks::net::hosts;
use crate::analysis::manifests::compare;
use crate::analysis::manifests::format::{Kind, Origin};
use crate::analysis::manifests::place::{host, place};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::dependency::{Dependency, DependencyChange, DependencyMove, Ecosystem, PackageSource};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/dependency-new-source.toml`.
pub struct DependencyNewSource;

/// Public indexes and forges that files of other tools name without saying so.
static KNOWN: Pattern = Pattern::new(
    r"(?i)^(?:git\+)?https://(?:[\w-]+\.)*(?:rubygems\.org|repo1?\.maven(?:\.apache)?\.org|maven\.google\.com|plugins\.gradle\.org|packagist\.org|nuget\.org|github\.com|gitlab\.com|bitbucket\.org|githubusercontent\.com|apache\.org|spring\.io|sonatype\.org|jitpack\.io|cocoapods\.org|hex\.pm|npmjs\.org|yarnpkg\.com)/?",
);

impl Check for DependencyNewSource {
    fn rule(&self) -> RuleId {
        RuleId("dependency-new-source")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        if !settings::is_settings(&file.path) {
            let fetches = file.role.is_live() && commands::may_fetch(file);
            let places = fetches.then(|| commands::places(file)).into_iter().flatten().filter(|place| !KNOWN.is_match(place.url));
            for place in places {
                let Some(severity) = of_address(place.url, Severity::Medium) else { continue };
                let setting = place.setting.split_whitespace().collect::<Vec<_>>().join(" ");
                let title = format!("{setting} names {} as a place for packages", host(place.url));
                sink.report(Draft::line(file, side, place.index).title(title).severity(severity));
            }
            return;
        }
        for (index, path) in settings::folders(file).into_iter().filter(|(_, path)| leaves(&folder(&file.path), path)) {
            let title = format!("Packages may come from {path}, outside the repository");
            sink.report(Draft::line(file, side, index).title(title).severity(Severity::Medium));
        }
        for place in settings::places(file) {
            if KNOWN.is_match(place.url)
                || file.old().is_none() && !place.url.starts_with("http://") && !settings::holds_settings(&file.path)
            {
                continue;
            }
            let scoped = place.setting.contains(':') || place.setting.contains("extra") || place.setting == "index";
            let severity = of_address(place.url, if scoped { Severity::Medium } else { Severity::High });
            if let Some(severity) = severity {
                let title = format!("Packages now come from {} ({})", host(place.url), place.setting);
                sink.report(Draft::line(file, side, place.index).title(title).severity(severity));
            }
        }
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let asked = asked(view);
        // A registry that moves is named by the manifest, by its lock file, and by every package in that.
        let mut said: HashSet<(Ecosystem, String)> = HashSet::new();
        for table in tables(view) {
            for origin in &table.inventory.origins {
                let place = (table.inventory.ecosystem, host(&origin.url).to_owned());
                let again = said.contains(&place) && !origin.url.starts_with("http://");
                if !again && report_origin(&table, origin, sink) {
                    said.insert(place);
                }
            }
            // One finding for each new place: a registry that moves takes every package with it.
            let mut places: BTreeMap<String, Vec<(&DependencyChange, &Dependency)>> = BTreeMap::new();
            for row in table.rows {
                let Some(after) = &row.after else { continue };
                let moved = matches!(row.change, DependencyMove::Added | DependencyMove::SourceChanged);
                if moved && (table.inventory.kind != Kind::Lock || !asked.contains(after.name.as_str())) {
                    places.entry(new_place(&table, row, after)).or_default().push((row, after));
                }
            }
            places.remove("");
            for (place, rows) in places {
                let plain = rows.iter().any(|(_, after)| is_plain(&after.source));
                if !plain && said.contains(&(table.inventory.ecosystem, place.clone())) {
                    continue;
                }
                report_place(&table, &place, &rows, sink);
            }
        }
    }
}

fn folder(path: &str) -> String {
    // Cargo takes paths from the folder that holds `.cargo`.
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{}/", folder.strip_suffix(".cargo").unwrap_or(folder).trim_end_matches('/'))
}

/// Names manifests of this change speak of: their lock file only follows, or `dependency-lock-mismatch` speaks.
fn asked<'a>(view: &ChangeView<'a>) -> HashSet<&'a str> {
    let rows = tables(view).filter(Table::is_manifest).flat_map(|table| table.rows.iter());
    rows.filter_map(|row| row.after.as_ref()).map(|after| after.name.as_str()).collect()
}

/// The place a package newly comes from; empty when it is an ordinary or a known one.
fn new_place(table: &Table<'_>, row: &DependencyChange, after: &Dependency) -> String {
    if let PackageSource::Path(path) = &after.source {
        return if leaves(&table.folder(), path) { path.clone() } else { String::new() };
    }
    let Some(place) = place(&after.source) else { return String::new() };
    let plain = is_plain(&after.source) && !row.before.as_ref().is_some_and(|before| is_plain(&before.source));
    let known = table.inventory.places.contains(&place) || lists().indexes.contains(&place);
    if known && !plain { String::new() } else { place }
}

/// Whether anybody on the way can replace what is fetched.
fn is_plain(source: &PackageSource) -> bool {
    let (PackageSource::Registry(url) | PackageSource::Url(url) | PackageSource::Git { url, .. }) = source else { return false };
    url.starts_with("http://") || url.starts_with("git://")
}

/// Whether a path from `folder` leaves the repository.
fn leaves(folder: &str, path: &str) -> bool {
    if path.starts_with('/') || path.starts_with('~') || path.get(1..3) == Some(":\\") {
        return true;
    }
    let mut depth = folder.split('/').filter(|part| !part.is_empty()).count() as i64;
    path.split(['/', '\\']).any(|part| {
        depth += match part {
            "" | "." => 0,
            ".." => -1,
            _ => 1,
        };
        depth < 0
    })
}

fn report_place(table: &Table<'_>, place: &str, rows: &[(&DependencyChange, &Dependency)], sink: &mut Sink<'_>) {
    let Some((row, after)) = rows.iter().max_by_key(|(row, after)| severity(table, row, after)).copied() else { return };
    let more = match rows.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let was = match (&row.before, row.change) {
        (Some(before), DependencyMove::SourceChanged) => format!(", before from {}", compare::from(&before.source)),
        _ => String::new(),
    };
    let title = match &after.source {
        PackageSource::Path(_) => format!("{}{more} comes from {place}, outside the repository", after.name),
        source => format!("{}{more} comes from {}{was}", after.name, compare::from(source)),
    };
    sink.report(table.draft(after).title(title).severity(table.weighed(severity(table, row, after))));
}

fn severity(table: &Table<'_>, row: &DependencyChange, after: &Dependency) -> Severity {
    if is_plain(&after.source) {
        return Severity::High;
    }
    let switched = row.change == DependencyMove::SourceChanged
        && row.before.as_ref().is_some_and(|before| matches!(before.source, PackageSource::DefaultRegistry | PackageSource::Registry(_)));
    if of_imitator(row, after) {
        return Severity::High;
    }
    match &after.source {
        // What runs beside the product, not in it.
        _ if table.inventory.kind == Kind::Tools => {
            if switched {
                Severity::Medium
            } else {
                Severity::Low
            }
        }
        PackageSource::Url(_) | PackageSource::Registry(_) if switched => Severity::High,
        // Nobody asked for it in the manifest, and the lock file names it all the same.
        PackageSource::Git { .. } if switched && !table.is_manifest() => Severity::High,
        PackageSource::Git { rev, .. } if is_commit(rev) => Severity::Low,
        _ => Severity::Medium,
    }
}

/// Whether the place belongs to somebody whose name looks like that of the one whose package it was.
fn of_imitator(row: &DependencyChange, after: &Dependency) -> bool {
    let owner = |address: &str| -> Option<(String, String)> {
        let rest = address.split_once("://").map_or(address, |(_, rest)| rest).trim_end_matches(".git");
        let mut parts = rest.split(['/', ':']).filter(|part| !part.is_empty());
        let (host, owner) = (parts.next()?, parts.next()?);
        host.contains('.').then(|| (host.to_owned(), owner.to_owned()))
    };
    let now = match &after.source {
        PackageSource::Git { url, .. } | PackageSource::Url(url) | PackageSource::Registry(url) => owner(url),
        PackageSource::Path(_) | PackageSource::DefaultRegistry => None,
    };
    let before = row.before.as_ref().and_then(|before| match &before.source {
        PackageSource::Git { url, .. } | PackageSource::Url(url) => owner(url),
        _ => None,
    });
    // Names that are addresses say whose they are.
    let before = before.or_else(|| owner(&after.name));
    now.zip(before).is_some_and(|((host, new), (other, known))| host == other && imitates(&new, &known))
}

fn is_commit(rev: &str) -> bool {
    rev.len() >= 7 && rev.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether there is anything to say of `origin`, which is then said.
fn report_origin(table: &Table<'_>, origin: &Origin, sink: &mut Sink<'_>) -> bool {
    if let Some(package) = imitated(table, origin) {
        let title = format!("{} would come from a repository whose owner's name imitates its own", package.name);
        sink.report(
            table.at_line(origin.line, &format!("{} {}", origin.setting, origin.url)).title(title).severity(table.weighed(Severity::High)),
        );
        return true;
    }
    if let Some((name, severity)) = forked(table, origin) {
        let title = format!("{name} would come from {}", origin.url);
        sink.report(
            table.at_line(origin.line, &format!("{} {}", origin.setting, origin.url)).title(title).severity(table.weighed(severity)),
        );
        return true;
    }
    let python = table.inventory.ecosystem == Ecosystem::Pypi;
    // What builds of other worlds name in a new file, or named before, is theirs from the start.
    let known = !table.inventory.existed || table.inventory.places.contains(host(&origin.url)) || KNOWN.is_match(&origin.url);
    if !python && known && !origin.url.starts_with("http://") {
        return false;
    }
    let replaces = !python || origin.setting == "--index-url" || origin.setting.ends_with(".index-url");
    let severity = match origin.setting.as_str() {
        "--trusted-host" => Some(Severity::Medium),
        "--no-index" => None,
        "--find-links" if !origin.url.contains("://") => None,
        _ => of_address(&origin.url, if replaces { Severity::High } else { Severity::Medium }),
    };
    let Some(severity) = severity else { return false };
    let title = format!("{} names {} as a place for packages", origin.setting, host(&origin.url));
    sink.report(table.at_line(origin.line, &format!("{} {}", origin.setting, origin.url)).title(title).severity(table.weighed(severity)));
    true
}

/// The package, named by owner and name, that a repository of that name and another owner is to replace.
fn forked<'t>(table: &Table<'t>, origin: &'t Origin) -> Option<(&'t str, Severity)> {
    let (owner, repository) = repository(&origin.url).filter(|_| table.inventory.ecosystem == Ecosystem::Composer)?;
    let rows = table.rows.iter().filter_map(|row| row.after.as_ref()).map(|after| after.name.as_str());
    let mut names = table.inventory.known.iter().map(String::as_str).chain(rows);
    let own = |name: &str| name.split_once('/').is_some_and(|(vendor, known)| known == repository && !vendor.eq_ignore_ascii_case(owner));
    Some((names.find(|name| own(name))?, Severity::Medium))
}

/// `https://github.com/owner/repository.git` -> owner and repository
fn repository(url: &str) -> Option<(&str, &str)> {
    let (rest, name) = url.trim_end_matches('/').trim_end_matches(".git").rsplit_once('/')?;
    Some((rest.rsplit(['/', ':']).next()?, name))
}

/// The package, named by owner and name, that a repository of that name replaces, below an owner whose name imitates the package's.
fn imitated<'t>(table: &Table<'t>, origin: &Origin) -> Option<&'t Dependency> {
    let (owner, name) = repository(&origin.url)?;
    let moved = table.rows.iter().filter_map(|row| row.after.as_ref());
    moved.into_iter().find(|after| after.name.split_once('/').is_some_and(|(vendor, known)| known == name && imitates(owner, vendor)))
}

/// The weight of an address: nothing for ordinary ones, high without encryption on the way to a stranger, else `usual`.
fn of_address(url: &str, usual: Severity) -> Option<Severity> {
    let host = host(url);
    let name = host.split(':').next().unwrap_or(host);
    if matches!(name, "localhost" | "127.0.0.1") {
        return Some(Severity::Low);
    }
    if url.contains("http://") && !hosts::is_own(name) {
        return Some(Severity::High);
    }
    (!url.is_empty() && !lists().indexes.iter().any(|known| known == name)).then_some(usual)
}
