//! `dataset-hash-mismatch`: a list claims a hash for a file of the repository, and that is not its hash.

use std::collections::BTreeMap;

use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::document;
use crate::analysis::language::Language;
use crate::analysis::prefilter::Needs;
use crate::analysis::sums::{self, Claim, Sum};
use crate::model::diff::Side;
use crate::model::path::RepoPath;
use crate::model::rule::RuleId;

/// See `rules/code/dataset-hash-mismatch.toml`.
pub struct DatasetHashMismatch;

impl Check for DatasetHashMismatch {
    fn rule(&self) -> RuleId {
        RuleId("dataset-hash-mismatch")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, change: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let files = || change.change.patch.files.iter().zip(change.outcomes);
        let changed: BTreeMap<&RepoPath, &Sum> =
            files().filter_map(|(file, outcome)| Some((file.path(), outcome.sums.own.as_ref()?))).collect();
        for (file, outcome) in files() {
            for claim in &outcome.sums.claims {
                let found = claim.places(file.path()).into_iter().find_map(|place| Some((sum_of(change, &changed, &place)?, place)));
                if let Some((sum, place)) = found.filter(|(sum, _)| !sum.is(&claim.sha256)) {
                    let title = format!("The hash claimed for {} is not the hash of the file", place.text());
                    let evidence = format!("claimed {}, is {}", short(&claim.sha256), short(&sum.now));
                    sink.report(Draft::numbered(file.path(), Side::New, claim.line, &evidence).title(title));
                }
            }
        }
        untouched(change, &changed, sink);
    }
}

/// The hash of the file at `place`, of the change or beside it.
fn sum_of(change: &ChangeView<'_>, changed: &BTreeMap<&RepoPath, &Sum>, place: &RepoPath) -> Option<Sum> {
    let texts = &change.around.texts;
    let beside = || {
        texts
            .bytes(place, Side::New)
            .map(|bytes| Sum::of(bytes))
            .or_else(|| texts.get(place, Side::New).map(|text| Sum::of(text.as_bytes())))
    };
    changed.get(place).map(|sum| (*sum).clone()).or_else(beside)
}

/// Files of the change for which a list that did not change claims another hash.
fn untouched(change: &ChangeView<'_>, changed: &BTreeMap<&RepoPath, &Sum>, sink: &mut Sink<'_>) {
    for request in sums::beside(change.change, change.outcomes.iter().map(|outcome| &outcome.sums)) {
        let Some(text) = change.around.texts.get(&request.path, Side::New) else { continue };
        let root = document::read(text, Language::of(&request.path.text())).ok();
        let claims: Vec<Claim> = sums::claims(text, root.as_ref());
        for claim in &claims {
            let found =
                claim.places(&request.path).into_iter().find_map(|place| changed.get_key_value(&place).map(|(path, sum)| (*path, *sum)));
            if let Some((path, sum)) = found.filter(|(_, sum)| !sum.is(&claim.sha256)) {
                let list = request.path.text();
                let title = format!("The file changed, and the hash that {list} claims for it did not");
                let evidence = format!("{list} claims {}, the file has {}", short(&claim.sha256), short(&sum.now));
                sink.report(Draft::whole(path, &evidence).title(title));
            }
        }
    }
}

fn short(hash: &str) -> &str {
    hash.get(..16).unwrap_or(hash)
}
