//! What is still owed: rotations, audits, new releases, word to others. Each is named by the finding or fact that asks for it.

use std::collections::BTreeSet;
use std::io::{self, Write};

use crate::export::markdown::code;
use crate::model::finding::Finding;
use crate::model::rule::FindingClass;
use crate::model::sweep::{Conduct, Member};

/// Duties that are written of one kind.
const MOST: usize = 100;

/// Writes them as open boxes.
///
/// # Errors
/// When `out` cannot be written.
pub(super) fn write(out: &mut dyn Write, suspects: &[&Member]) -> io::Result<()> {
    writeln!(out, "## Open duties\n")?;
    let all = [
        ("Rotate", rotate(suspects)),
        ("Audit", audit(suspects)),
        ("Remove and rebuild", rebuild(suspects)),
        ("Release again", release(suspects)),
        ("Notify", notify(suspects)),
    ];
    if all.iter().all(|(_, duties)| duties.is_empty()) {
        return writeln!(out, "None that these facts ask for.\n");
    }
    for (name, duties) in all.iter().filter(|(_, duties)| !duties.is_empty()) {
        writeln!(out, "{name}:\n")?;
        duties.iter().take(MOST).try_for_each(|duty| writeln!(out, "- [ ] {duty}"))?;
        let more = duties.len().saturating_sub(MOST);
        if more > 0 {
            writeln!(out, "- [ ] and {more} more of this kind; `--format json` lists the findings")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Serious findings with their change, by class.
fn found<'a>(suspects: &[&'a Member], class: FindingClass) -> impl Iterator<Item = (&'a Member, &'a Finding)> {
    let all = suspects.iter().flat_map(|member| {
        let findings = member.judgement.iter().flat_map(|judgement| judgement.report.hard());
        findings.map(move |finding| (*member, finding)).collect::<Vec<_>>()
    });
    all.filter(move |(_, finding)| finding.class == class).collect::<Vec<_>>().into_iter()
}

fn place(member: &Member, finding: &Finding) -> String {
    format!("{} at {}", code(&member.pull().address().to_string()), code(&finding.at.to_string()))
}

fn rotate(suspects: &[&Member]) -> BTreeSet<String> {
    let mut duties = BTreeSet::new();
    for (member, finding) in found(suspects, FindingClass::Secret) {
        duties.insert(format!(
            "the secret that {} names: {}; it counts as known to others since it was pushed",
            place(member, finding),
            code(finding.evidence.lines().next().unwrap_or_default())
        ));
    }
    for (member, finding) in found(suspects, FindingClass::Exfiltration) {
        let when = if member.is_merged() { "ran since it was merged" } else { "ran in checks of the pull" };
        duties.insert(format!("every secret that the code of {} could read wherever it {when}", place(member, finding)));
    }
    for (member, _) in found(suspects, FindingClass::Execution) {
        duties.insert(format!("the tokens of every machine that ran what {} makes run", code(&member.pull().address().to_string())));
    }
    duties
}

fn audit(suspects: &[&Member]) -> BTreeSet<String> {
    let mut duties = BTreeSet::new();
    for (member, finding) in found(suspects, FindingClass::Backdoor).filter(|(member, _)| member.is_merged()) {
        duties.insert(format!("access since the merge for use of what {} opens", place(member, finding)));
    }
    for member in suspects {
        if member.observations.iter().any(|seen| matches!(seen.conduct, Conduct::DirectCommit | Conduct::UnreviewedMerge)) {
            duties.insert(format!(
                "{} has to be read by a person: nobody is known to have done so",
                code(&member.pull().address().to_string())
            ));
        }
        if let Some(session) = &member.pull().provenance.session {
            duties.insert(format!("the agent session {}: what made it write this", code(session)));
        }
        for host in member.judgement.iter().flat_map(|judgement| &judgement.marks.hosts).filter(|host| host.suspected) {
            duties.insert(format!("outgoing traffic to {}", code(&host.name)));
        }
    }
    duties
}

fn rebuild(suspects: &[&Member]) -> BTreeSet<String> {
    let merged = found(suspects, FindingClass::Dependency);
    merged
        .map(|(member, finding)| format!("{}: what it brings in, its lock file entries and every build since", place(member, finding)))
        .collect()
}

fn release(suspects: &[&Member]) -> BTreeSet<String> {
    let serious = |member: &&&Member| member.judgement.as_ref().is_some_and(|judgement| judgement.report.hard().next().is_some());
    let mut duties = BTreeSet::new();
    for member in suspects.iter().filter(serious) {
        for link in member.contained_in() {
            let (kind, name) = (link.kind, code(&link.name));
            duties.insert(format!("{kind} {name} of {} holds {}", code(&member.pull().at.repo), code(&member.pull().address().name)));
        }
    }
    duties
}

fn notify(suspects: &[&Member]) -> BTreeSet<String> {
    let serious =
        suspects.iter().filter(|member| member.judgement.as_ref().is_some_and(|judgement| judgement.report.hard().next().is_some()));
    let mut duties = BTreeSet::new();
    for member in serious {
        duties.insert(format!("the owners of {}", code(&member.pull().at.repo)));
        if member.contained_in().next().is_some() {
            duties.insert(format!("whoever uses the releases of {}", code(&member.pull().at.repo)));
        }
        let person = member.judgement.as_ref().map(|judgement| judgement.marks.author.as_str()).filter(|person| !person.is_empty());
        duties.extend(person.map(|person| format!("{}, under whose name some of it was asked for or committed", code(person))));
    }
    duties
}
