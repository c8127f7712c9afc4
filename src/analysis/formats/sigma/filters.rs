//! Filters that reach rules of other packs: what a person keeps may take away what a rule of this program finds.
//!
//! Only packs are asked, and a change under review is never one. A filter for any rule holds in its own pack alone.

use std::collections::BTreeSet;

use rsigma_parser::{FilterRule, FilterRuleTarget, SigmaRule};

use super::super::note;
use super::compile;
use super::read::{self, Read};
use super::set::Sigma;
use crate::model::pack::{NoteKind, Pack, PackFile, RuleNote};

/// The filters of all packs that name rules, and the names that rules go by.
#[derive(Default)]
pub struct Filters {
    filters: Vec<Aimed>,
    names: BTreeSet<String>,
}

/// One filter with the names of the rules it is for.
struct Aimed {
    pack: Pack,
    file: PackFile,
    line: u32,
    filter: FilterRule,
    references: Vec<String>,
}

impl Filters {
    /// Those of `packs`, in the files that are `ours`. Nothing is read where no file may hold one.
    #[must_use]
    pub fn of<'p>(packs: impl Iterator<Item = &'p Pack> + Clone, ours: fn(&PackFile) -> bool) -> Self {
        let may_filter = |pack: &Pack| pack.files.iter().any(|file| file.text.starts_with("filter:") || file.text.contains("\nfilter:"));
        let mut all = Self::default();
        if packs.clone().any(may_filter) {
            packs.for_each(|pack| all.add(pack, ours));
        }
        all
    }

    fn add(&mut self, pack: &Pack, ours: fn(&PackFile) -> bool) {
        let files: Vec<&PackFile> = pack.files.iter().filter(|file| ours(file)).collect();
        let Read { rules, filters, .. } = read::read(pack, &files);
        for found in rules {
            self.names.extend([found.what.id, found.what.name, Some(found.what.title)].into_iter().flatten());
        }
        for found in filters {
            let mut filter = found.what;
            // What cannot be compiled is named where its own pack is read.
            let (FilterRuleTarget::Specific(references), Ok(())) = (filter.rules.clone(), compile::try_filter(&mut filter)) else {
                continue;
            };
            let named = Pack { name: pack.name.clone(), version: pack.version.clone(), files: Vec::new(), notes: Vec::new() };
            self.filters.push(Aimed { pack: named, file: found.file.clone(), line: found.line, filter, references });
        }
    }

    /// Whether some rule of some pack is called `reference`.
    pub(super) fn knows(&self, reference: &str) -> bool {
        self.names.contains(reference)
    }

    /// Puts those of other packs on the rules of `pack` that they name, and says so.
    pub(super) fn apply(&self, pack: &Pack, set: &mut Sigma) -> Vec<RuleNote> {
        let mut notes = Vec::new();
        let foreign = |aimed: &&Aimed| aimed.pack.name != pack.name || !pack.files.contains(&aimed.file);
        for aimed in self.filters.iter().filter(foreign) {
            let means = |own: Option<&String>| own.is_some_and(|own| aimed.references.contains(own));
            let mut ids = Vec::new();
            for detects in &set.detections {
                let sigma = &detects.sigma;
                if !(means(sigma.id.as_ref()) || means(sigma.name.as_ref()) || means(Some(&sigma.title))) {
                    continue;
                }
                let called = detects.reports.and_then(|at| set.rules.get(at)).map(|rule| rule.id.0);
                let rule = format!("{} of {}", called.unwrap_or(sigma.title.as_str()), pack.name);
                let (kind, text) = if fits(&aimed.filter, sigma) {
                    ids.push(detects.id().to_owned());
                    (NoteKind::Filters, format!("it takes away some of what {rule} finds: {}", aimed.filter.title))
                } else {
                    (NoteKind::NeverMatches, unfit(&rule))
                };
                notes.push(note(&aimed.pack, &aimed.file, Some(aimed.line), called, kind, text));
            }
            if !ids.is_empty() {
                set.filters.push(FilterRule { rules: FilterRuleTarget::Specific(ids), ..aimed.filter.clone() });
            }
        }
        notes
    }
}

/// Whether the log source of `filter` takes in that of `rule`.
pub(super) fn fits(filter: &FilterRule, rule: &SigmaRule) -> bool {
    let same = |wanted: &Option<String>, own: &Option<String>| {
        wanted.as_ref().is_none_or(|wanted| own.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(wanted)))
    };
    let own = &rule.logsource;
    filter.logsource.as_ref().is_none_or(|wanted| {
        same(&wanted.category, &own.category) && same(&wanted.product, &own.product) && same(&wanted.service, &own.service)
    })
}

/// What to say of a filter that does not fit `rule`.
pub(super) fn unfit(rule: &str) -> String {
    format!("the filter takes nothing from {rule}, whose `logsource` is another; write the same, or none")
}
