//! Packs of rules: what is in force, under which version and digest.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::export::escape;
use crate::export::paint::Paint;
use crate::export::table::{Cell, Table};
use crate::model::inert;
use crate::model::pack::PackName;
use crate::model::rule::{Rule, RuleOrigin};

/// Writes the packs as a table, the rules of code first, and the digest of everything.
///
/// # Errors
/// When `out` cannot be written.
pub fn table<'a>(
    out: &mut dyn Write,
    packs: &[PackName],
    rules: impl Iterator<Item = &'a Rule>,
    digest: &str,
    paint: Paint,
) -> io::Result<()> {
    let formats = Formats::of(rules);
    let mut table = Table::new(&["PACK", "VERSION", "RULES", "OF", "SHA-256"], paint);
    if formats.code > 0 {
        let version = env!("CARGO_PKG_VERSION");
        table.row(vec![Cell::new("lazaret"), Cell::new(version), Cell::right(formats.code.to_string()), Cell::new("code"), Cell::new("")]);
    }
    for pack in packs {
        let name = inert::line(&pack.name).into_owned();
        let version = inert::line(pack.version.as_deref().unwrap_or("")).into_owned();
        let of = formats.words(&pack.name);
        table.row(vec![
            Cell::new(name),
            Cell::new(version),
            Cell::right(pack.rules.to_string()),
            Cell::new(of),
            Cell::new(pack.digest.clone()),
        ]);
    }
    table.write(out)?;
    writeln!(out, "\n{} {digest}", paint.quiet("all rules in force, as every report and decision names them:"))
}

/// How many rules there are of each format, by pack.
struct Formats {
    code: usize,
    packs: BTreeMap<String, BTreeMap<&'static str, usize>>,
}

impl Formats {
    fn of<'a>(rules: impl Iterator<Item = &'a Rule>) -> Self {
        let mut formats = Self { code: 0, packs: BTreeMap::new() };
        for rule in rules {
            match &rule.origin {
                RuleOrigin::Code => formats.code += 1,
                RuleOrigin::Tool { .. } => {}
                RuleOrigin::File { format, pack, .. } => {
                    *formats.packs.entry(pack.clone()).or_default().entry(format.word()).or_default() += 1;
                }
            }
        }
        formats
    }

    fn words(&self, pack: &str) -> String {
        let counts = self.packs.get(pack).into_iter().flatten();
        counts.map(|(format, count)| format!("{count} {format}")).collect::<Vec<_>>().join(", ")
    }
}

/// Writes the same as one JSON document.
///
/// # Errors
/// When `out` cannot be written.
pub fn json<'a>(out: &mut dyn Write, packs: &'a [PackName], rules: impl Iterator<Item = &'a Rule>, digest: &'a str) -> io::Result<()> {
    let mut formats = Formats::of(rules);
    let pack = |pack: &'a PackName| PackV1 {
        name: &pack.name,
        version: pack.version.as_deref(),
        sha256: &pack.digest,
        rules: pack.rules,
        formats: formats.packs.remove(&pack.name).unwrap_or_default(),
    };
    let packs = packs.iter().map(pack).collect();
    escape::pretty(out, &PacksV1 { schema: "lazaret/packs/v1", code: formats.code, packs, sha256: digest })
}

#[derive(Serialize)]
struct PacksV1<'a> {
    schema: &'static str,
    code: usize,
    packs: Vec<PackV1<'a>>,
    sha256: &'a str,
}

#[derive(Serialize)]
struct PackV1<'a> {
    name: &'a str,
    version: Option<&'a str>,
    sha256: &'a str,
    rules: usize,
    formats: BTreeMap<&'static str, usize>,
}
