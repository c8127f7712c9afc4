//! The response procedure of SAFE-T2103 as a checklist, its five steps and, as the sixth, what was learned. A box is ticked
//! only for what the ledger or this sweep proves.

use std::io::{self, Write};

use crate::model::decision::Verb;
use crate::model::ledger::{Record, RecordKind};
use crate::model::sweep::Member;

/// What can prove that a part of the procedure is done.
#[derive(Clone, Copy)]
enum Proof {
    /// Nothing here: a person has to say it.
    Person,
    /// A case of one of these verbs that did not fail.
    Case(&'static [Verb]),
    /// This report itself.
    Report,
    /// Each change in question names its session.
    Sessions,
    /// Everything merged was reverted, or nothing was merged.
    Reverted,
}

/// A step's name and its parts.
type Step = (&'static str, &'static [(&'static str, Proof)]);

const STEPS: [Step; 6] = [
    (
        "Immediate actions",
        &[
            ("block or revert suspicious commits and pulls", Proof::Case(&[Verb::Quarantine, Verb::Revert])),
            ("suspend the agent if sabotage is widespread", Proof::Case(&[Verb::Block])),
            ("alert the security and development teams", Proof::Person),
            ("preserve evidence: code, logs, session data", Proof::Case(&[Verb::Quarantine])),
        ],
    ),
    (
        "Investigation",
        &[
            ("analyse the agents' session logs for where they were steered", Proof::Person),
            ("review the generated code for malicious patterns", Proof::Report),
            ("trace commits and pulls back to their sessions", Proof::Sessions),
            ("assess the scope: files, dependencies, deployments", Proof::Report),
            ("identify affected systems and deployments", Proof::Person),
        ],
    ),
    (
        "Containment",
        &[
            ("revert malicious commits and pulls", Proof::Reverted),
            ("remove malicious dependencies", Proof::Person),
            ("block the agent sessions or MCP servers concerned", Proof::Case(&[Verb::Block])),
            ("ask for more reviews for a time", Proof::Person),
        ],
    ),
    (
        "Remediation",
        &[
            ("audit the code bases concerned", Proof::Person),
            ("update policies and controls for generated code", Proof::Person),
            ("improve scanning and the monitoring of agents", Proof::Person),
            ("retrain or reconfigure the agents if necessary", Proof::Person),
        ],
    ),
    (
        "Recovery",
        &[
            ("restore the agents step by step under stronger controls", Proof::Person),
            ("validate all of their code before it is merged", Proof::Person),
            ("rebuild trust by a review of the code bases", Proof::Person),
        ],
    ),
    ("Lessons learned", &[("write down what was learned and update the procedures", Proof::Person)]),
];

/// Writes the six steps.
///
/// # Errors
/// When `out` cannot be written.
pub(super) fn write(out: &mut dyn Write, suspects: &[&Member], records: &[&Record]) -> io::Result<()> {
    writeln!(out, "## Procedure (SAFE-T2103)\n")?;
    for (number, (name, parts)) in STEPS.iter().enumerate() {
        writeln!(out, "{}. {name}", number + 1)?;
        for (part, proof) in *parts {
            let (tick, by) = proof.by(suspects, records).map_or((' ', String::new()), |by| ('x', format!(" ({by})")));
            writeln!(out, "   - [{tick}] {part}{by}")?;
        }
    }
    writeln!(out)
}

impl Proof {
    /// What proves it, when something does.
    fn by(self, suspects: &[&Member], records: &[&Record]) -> Option<String> {
        match self {
            Self::Person => None,
            Self::Case(verbs) => cases(records, verbs),
            Self::Report => Some("as far as this report reaches".to_owned()),
            Self::Sessions => {
                let all = suspects.iter().all(|member| member.pull().provenance.session.is_some());
                (all && !suspects.is_empty()).then(|| "each change names one".to_owned())
            }
            Self::Reverted if suspects.iter().any(|member| member.is_merged()) => cases(records, &[Verb::Revert]),
            Self::Reverted => Some("nothing in question is merged".to_owned()),
        }
    }
}

/// The cases of these verbs that came to an end without a failure.
fn cases(records: &[&Record], verbs: &[Verb]) -> Option<String> {
    let ended = |record: &&&Record| {
        let end = matches!(record.kind, RecordKind::Closed | RecordKind::Resumed);
        verbs.contains(&record.verb) && end && !record.says.contains("FAILED")
    };
    let mut names: Vec<&str> = records.iter().filter(ended).map(|record| record.case.0.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let partly = "covers what these cases name";
    (!names.is_empty()).then(|| format!("{}; {partly}", names.join(", ")))
}
