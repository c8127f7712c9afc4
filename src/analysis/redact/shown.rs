//! What is shown of a change besides findings: its words and names, and what was made of them, with every secret replaced.
//!
//! Rules see the raw words; whatever is printed, exported, kept beside a decision or drawn is taken from here. What acts on a
//! branch keeps the address itself, which only shows its alias.

use super::through;
use crate::analysis::formats::secrets::veil::Veil;
use crate::model::change::Change;
use crate::model::dependency::{DependencyChange, PackageSource};
use crate::model::diff::Omission;
use crate::model::dossier::Dossier;
use crate::model::pull::Pull;
use crate::model::story::Story;
use crate::model::sweep::Sweep;

/// Replaces the secrets in the words and names of `pull`.
pub fn pull(pull: &mut Pull, veil: &Veil) {
    let name = through(&pull.at.name, veil);
    pull.alias = (name != pull.at.name).then_some(name);
    let words = [&mut pull.title, &mut pull.body, &mut pull.branch, &mut pull.target, &mut pull.author.name, &mut pull.author.email];
    let address = pull.url.iter_mut().chain(&mut pull.provenance.session);
    words.into_iter().chain(address).chain(&mut pull.provenance.evidence).for_each(|text| hide(text, veil));
}

/// `change` with the secrets in its words and names replaced; `None` when there are none. Its diff stays as it is.
#[must_use]
pub fn change(change: &Change, veil: &Veil) -> Option<Change> {
    let (mut shown, mut commits) = (change.pull.clone(), change.commits.clone());
    pull(&mut shown, veil);
    for commit in &mut commits {
        hide(&mut commit.message, veil);
        for person in [&mut commit.author, &mut commit.committer] {
            hide(&mut person.name, veil);
            hide(&mut person.email, veil);
        }
    }
    (shown != change.pull || commits != change.commits).then(|| Change { pull: shown, commits, ..change.clone() })
}

/// Replaces the secrets in what was made of the message.
pub fn story(story: &mut Story, veil: &Veil) {
    for claim in &mut story.claims {
        hide(&mut claim.text, veil);
        claim.places.iter_mut().for_each(|place| hide(place, veil));
    }
    for fact in &mut story.undisclosed {
        hide(&mut fact.fact, veil);
        fact.places.iter_mut().for_each(|place| hide(place, veil));
    }
}

/// Replaces the secrets in addresses, versions and notes of dependencies.
pub fn dependencies(rows: &mut [DependencyChange], veil: &Veil) {
    for row in rows {
        row.notes.iter_mut().chain(&mut row.through).for_each(|note| hide(note, veil));
        for one in row.before.iter_mut().chain(&mut row.after) {
            hide(&mut one.version, veil);
            match &mut one.source {
                PackageSource::DefaultRegistry => {}
                PackageSource::Git { url, rev } => {
                    hide(url, veil);
                    hide(rev, veil);
                }
                PackageSource::Registry(place) | PackageSource::Url(place) | PackageSource::Path(place) => hide(place, veil),
            }
        }
    }
}

/// Replaces the secrets in a conversation: reviews, remarks, threads, and what checks say.
pub fn dossier(dossier: &mut Dossier, veil: &Veil) {
    dossier.reviews.iter_mut().for_each(|review| hide(&mut review.body, veil));
    let threads = dossier.threads.iter_mut().flat_map(|thread| &mut thread.remarks);
    dossier.remarks.iter_mut().chain(threads).for_each(|remark| hide(&mut remark.body, veil));
    for check in &mut dossier.checks {
        hide(&mut check.name, veil);
        check.url.iter_mut().for_each(|url| hide(url, veil));
    }
    for annotation in &mut dossier.annotations {
        hide(&mut annotation.check, veil);
        hide(&mut annotation.message, veil);
    }
    for link in &mut dossier.links {
        hide(&mut link.name, veil);
        link.url.iter_mut().for_each(|url| hide(url, veil));
    }
    omissions(&mut dossier.omissions, veil);
}

/// Replaces the secrets in sentences.
pub fn sentences(sentences: &mut [String], veil: &Veil) {
    sentences.iter_mut().for_each(|sentence| hide(sentence, veil));
}

/// Replaces the secrets in what was left out and why.
pub fn omissions(omissions: &mut [Omission], veil: &Veil) {
    omissions.iter_mut().for_each(|omission| hide(&mut omission.why, veil));
}

/// Replaces the secrets in the words of everything a sweep says.
pub fn sweep(sweep: &mut Sweep, veil: &Veil) {
    for member in &mut sweep.members {
        // Its branch is what a containment acts on; no format says it.
        let branch = member.caught.pull.branch.clone();
        pull(&mut member.caught.pull, veil);
        member.caught.pull.branch = branch;
        member.observations.iter_mut().for_each(|seen| hide(&mut seen.says, veil));
    }
    for campaign in &mut sweep.campaigns {
        campaign.bonds.iter_mut().for_each(|bond| hide(&mut bond.what, veil));
    }
    sweep.gaps.iter_mut().for_each(|gap| hide(&mut gap.omission.why, veil));
}

fn hide(text: &mut String, veil: &Veil) {
    if !text.is_empty() {
        let shown = through(text, veil);
        if shown != *text {
            *text = shown;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rulebook::Rulebook;
    use crate::model::dossier::{Remark, SentReview, Thread};
    use crate::model::time::Timestamp;

    #[test]
    fn a_conversation_shows_no_secret() {
        let token = ["gh", "p_", "x7Kq2mVt9RwB4nZs8LcY1dHf6GjP3aQe5UoT"].concat();
        let remark = |body: &str| Remark { id: 1, by: None, body: body.to_owned(), at: Timestamp(0) };
        let said = format!("use {token} for now");
        let review =
            SentReview { id: 1, by: None, state: String::new(), commit: None, body: said.clone(), at: Timestamp(0), writes: false };
        let path = crate::model::path::RepoPath::from("a.rs");
        let side = crate::model::diff::Side::New;
        let thread =
            Thread { node: String::new(), path, side, lines: None, resolved: false, outdated: false, remarks: vec![remark(&said)] };
        let mut talk = Dossier { reviews: vec![review], threads: vec![thread], remarks: vec![remark(&said)], ..Dossier::default() };
        dossier(&mut talk, &Rulebook::embedded().veil());
        let shown = format!("{talk:?}");
        assert!(!shown.contains(&token) && shown.matches("use [").count() == 3, "{shown}");
    }
}
