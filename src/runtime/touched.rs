//! What a policy looks at in a change that was read and judged, and in what a forge keeps around it. Nothing is judged here.

use crate::analysis::provenance;
use crate::analysis::role::Role;
use crate::model::change::Change;
use crate::model::dependency::{DependencyChange, DependencyMove, PackageSource};
use crate::model::dossier::Dossier;
use crate::model::path::RepoPath;
use crate::model::policy::{Approval, Package, Touched};
use crate::model::pull::Commit;
use crate::model::report::Report;

/// What a policy looks at in `change`, as judged by `report`.
#[must_use]
pub fn touched(change: &Change, report: &Report) -> Touched {
    let pull = &change.pull;
    let mut paths: Vec<RepoPath> = change.patch.files.iter().flat_map(|file| [&file.old_path, &file.new_path]).flatten().cloned().collect();
    paths.sort();
    paths.dedup();
    let of = |roles: &[Role]| paths.iter().filter(|path| roles.contains(&Role::of(&path.text()))).cloned().collect();
    let mut touched = Touched {
        name: pull.at.to_string(),
        workflows: of(&[Role::Workflow]),
        agent_config: of(&[Role::AgentConfig, Role::Instructions]),
        paths,
        agent: pull.provenance.agent.clone(),
        findings: report.findings.iter().map(|finding| (finding.severity, finding.class)).collect(),
        packages: report.dependencies.iter().filter_map(package).collect(),
        addresses: change.commits.iter().flat_map(addresses).collect(),
        ..Touched::default()
    };
    touched.addresses.push(pull.author.email.to_lowercase());
    touched.addresses.sort();
    touched.addresses.dedup();
    touched.addresses.retain(|address| !address.is_empty());
    at_forge(change, &mut touched);
    touched
}

/// What people have to do with a change.
const LAST: &str = "pushed last to";
const ASKED: &str = "asked for";

/// What the forge says of the people around a change.
fn at_forge(change: &Change, touched: &mut Touched) {
    let Some(standing) = &change.pull.standing else { return };
    let mut parts = change.pull.at.repo.rsplitn(3, '/');
    let host = (parts.next(), parts.next(), parts.next()).2.unwrap_or("github.com");
    touched.host = Some(host.to_owned());
    touched.auto_merge = standing.auto_merge.is_some();
    let mut party = |part: &'static str, account: &Option<_>| touched.parties.extend(account.clone().map(|account| (part, account)));
    party("opened", &standing.author);
    party(ASKED, &standing.requester);
}

/// What a dossier adds: who asked an agent for it, who pushed last, whose approvals stand, and what of that nobody can tell.
pub fn around(dossier: &Dossier, touched: &mut Touched) {
    touched.parties.retain(|(part, _)| *part != LAST);
    touched.parties.extend(dossier.requester.clone().map(|account| (ASKED, account)));
    touched.parties.extend(dossier.last_pusher.clone().map(|account| (LAST, account)));
    touched.untold.clear();
    if dossier.last_pusher.is_none() {
        touched.untold.push("the forge does not say who pushed to it last".to_owned());
    }
    touched.writes = match dossier.viewer_permission.as_str() {
        "" => None,
        "admin" | "maintain" | "write" => Some(true),
        _ => Some(false),
    };
    touched.approvals.clear();
    // A later review of the same account takes the place of its earlier one; a plain comment does not.
    for review in dossier.reviews.iter().filter(|review| review.state != "COMMENTED" && review.state != "PENDING") {
        let (Some(by), Some(head)) = (&review.by, &review.commit) else { continue };
        touched.approvals.retain(|approval| approval.by.id != by.id);
        if review.state == "APPROVED" {
            let mut by = by.clone();
            by.bot = provenance::is_machine(&by);
            touched.approvals.push(Approval { by, head: head.clone(), at: review.at, writes: review.writes });
        }
    }
}

fn package(row: &DependencyChange) -> Option<Package> {
    let after = row.after.as_ref()?;
    let moved = matches!(row.change, DependencyMove::Added | DependencyMove::SourceChanged | DependencyMove::HashChanged);
    let had = row.before.as_ref().is_some_and(|before| before.installs_code);
    let unusual = moved && !matches!(after.source, PackageSource::DefaultRegistry | PackageSource::Path(_));
    let installs_code = (after.installs_code && !had) || unusual;
    let is_news = moved && (after.direct || installs_code);
    (is_news || installs_code).then(|| Package { name: after.name.clone(), installs_code, is_news })
}

/// Every address a commit claims, in lower case: author, committer and co-authors.
fn addresses(commit: &Commit) -> Vec<String> {
    let co_author = |line: &str| {
        let (key, rest) = line.split_once(':')?;
        let address = rest.rsplit_once('<')?.1.split('>').next()?;
        key.trim().eq_ignore_ascii_case("co-authored-by").then(|| address.trim().to_lowercase())
    };
    let mut found = vec![commit.author.email.to_lowercase(), commit.committer.email.to_lowercase()];
    found.extend(commit.message.lines().filter_map(co_author));
    found
}
