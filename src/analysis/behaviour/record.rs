//! A judged change as it is remembered: counts, folders, what it is recognised by. Never its lines, and no secret.

use std::collections::{BTreeMap, BTreeSet};

use super::constructs;
use crate::analysis::campaign::marks;
use crate::analysis::formats::secrets::veil::Veil;
use crate::analysis::pattern::Pattern;
use crate::analysis::provenance;
use crate::analysis::redact;
use crate::analysis::role::Role;
use crate::model::change::Change;
use crate::model::diff::{FileDiff, FileStatus};
use crate::model::observed::{Folder, MOST_FOLDERS, Observed, TakenBack};
use crate::model::pull::Pull;
use crate::model::report::Report;
use crate::model::time::Timestamp;

/// Names of a folder's path that are kept.
const DEEPEST: usize = 4;
/// What of a name, path or address from outside is kept, in characters.
const LONGEST: usize = 200;
/// What a change may say to take back at most.
const MOST_TAKEN_BACK: usize = 64;
/// A patch of fewer telling lines than this is alike by chance.
const LEAST_LINES: usize = 3;

static SQUASHED: Pattern = Pattern::new(r"\(#(\d{1,9})\)\s*$");
static MERGED: Pattern = Pattern::new(r"^Merge pull request #(\d{1,9})\b");
static COMMIT: Pattern = Pattern::new(r"\bThis reverts commit ([0-9a-f]{7,40})\b");
static PULL: Pattern = Pattern::new(r"(?m)^Reverts (?:[\w.-]+/[\w.-]+)?#(\d{1,9})\b");

/// What is remembered of `change` of the repository called `repo`, judged by `report` at `now`; `None` without an exact head.
#[must_use]
pub fn of(change: &Change, report: &Report, repo: &str, veil: &Veil, now: Timestamp) -> Option<Observed> {
    let pull = &change.pull;
    let head = pull.revision.head.as_ref()?.as_str().to_owned();
    let marks = marks::of(change, report);
    let who = &pull.provenance;
    let kept = |text: &str| redact::through(text, veil).chars().take(LONGEST).collect::<String>();
    let (folders, roles) = places(&change.patch.files, &kept);
    Some(Observed {
        repo: kept(repo),
        name: kept(&pull.at.name),
        number: number(pull),
        head,
        rules: report.rules_digest.clone(),
        at: moment(pull, now),
        seen: now,
        agent: who.agent.clone(),
        called: who.name.clone(),
        tier: who.tier,
        model: provenance::model_of(change).map(|model| kept(&model)),
        session: who.session.as_deref().map(&kept),
        author: kept(&marks.author),
        state: pull.state,
        lane: report.risk.lane,
        score: report.risk.score,
        severities: severities(report),
        fired: fired(report),
        roles,
        folders,
        patch: marks.patch.filter(|_| marks.weight >= LEAST_LINES && !marks.routine),
        constructs: constructs::of(&change.patch.files, veil),
        takes_back: takes_back(change),
    })
}

/// A change claims its time: what lies after now is now, and what says nothing is now.
fn moment(pull: &Pull, now: Timestamp) -> Timestamp {
    let said = if pull.opened.0 > 0 { pull.opened } else { pull.updated };
    if said.0 > 0 { said.min(now) } else { now }
}

/// The number of a pull, also of a commit that says it stands for one.
fn number(pull: &Pull) -> Option<u64> {
    let own = pull.at.name.strip_prefix('#').and_then(|digits| digits.parse().ok());
    own.or_else(|| SQUASHED.group(&pull.title, 1).or_else(|| MERGED.group(&pull.title, 1))?.parse().ok())
}

fn severities(report: &Report) -> [u32; 5] {
    let mut counts = [0; 5];
    for finding in &report.findings {
        if let Some(count) = counts.get_mut(finding.severity as usize) {
            *count += 1;
        }
    }
    counts
}

fn fired(report: &Report) -> BTreeMap<String, u32> {
    let mut fired = BTreeMap::new();
    report.findings.iter().for_each(|finding| *fired.entry(finding.rule.0.to_owned()).or_default() += 1);
    fired
}

/// The folders that `files` lie in, what steers something first, and the roles of the files.
fn places(files: &[FileDiff], kept: &dyn Fn(&str) -> String) -> (Vec<Folder>, BTreeSet<String>) {
    let mut found: BTreeMap<String, Folder> = BTreeMap::new();
    let mut roles = BTreeSet::new();
    for file in files {
        let path = file.path().text();
        let role = Role::of(&path);
        roles.insert(role.word().to_owned());
        let steers = matches!(role, Role::Workflow | Role::AgentConfig | Role::Instructions);
        let names = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let cut = names.split('/').take(DEEPEST).collect::<Vec<_>>().join("/");
        let made = matches!(file.status, FileStatus::Added | FileStatus::Copied(_));
        let folder = found.entry(cut.clone()).or_insert(Folder { path: cut, made: true, steers: false });
        folder.made &= made;
        folder.steers |= steers;
    }
    let mut folders: Vec<Folder> = found.into_values().collect();
    folders.sort_by_key(|folder| !folder.steers);
    folders.truncate(MOST_FOLDERS);
    folders.iter_mut().for_each(|folder| folder.path = kept(&folder.path));
    (folders, roles)
}

/// What its message says it takes back, in the words that git and GitHub write themselves.
fn takes_back(change: &Change) -> Vec<TakenBack> {
    let texts = change.commits.iter().map(|commit| commit.message.as_str()).chain([change.pull.body.as_str()]);
    let mut found = BTreeSet::new();
    for text in texts {
        found.extend(COMMIT.groups(text, 1).map(|id| TakenBack::Commit(id.to_owned())));
        found.extend(PULL.groups(text, 1).filter_map(|digits| digits.parse().ok()).map(TakenBack::Pull));
    }
    found.into_iter().take(MOST_TAKEN_BACK).collect()
}
