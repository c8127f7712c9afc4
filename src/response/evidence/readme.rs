//! What lies in an evidence folder and how to read it with plain git, for whoever finds it without lazaret.

use crate::model::inert;
use crate::model::response::Plan;
use crate::response::case::moment;
use crate::response::evidence::manifest::{Form, Ground};

/// The file's name.
pub(super) const NAME: &str = "README.md";

/// The text. Everything from outside stands in literal blocks.
pub(super) fn text(plan: &Plan, ground: &Ground) -> String {
    let decision = &plan.decision;
    let mut text = format!(
        "# Evidence of case {}\n\nKept before anything was contained. Raw and unredacted: it may hold secrets and hostile text. Open nothing of it in a\n\
         program that runs what it reads.\n\n    verb      {}\n    decided   {}\n    by        {}\n    reason    {}\n    origin    {}\n",
        plan.case.0,
        decision.verb.word(),
        moment(decision.at),
        inert::line(&decision.reviewer.identity),
        inert::line(&decision.reason.replace('\n', " ")),
        inert::line(&ground.place),
    );
    for pull in &decision.pulls {
        text.push_str(&format!("    pull      {}\n", inert::line(&pull.to_string())));
    }
    text.push_str(
        "\n`manifest.json` has size, SHA-256 and origin of every file; `custody.jsonl` says who had it in hand (each record carries the\n\
         digest of the one before); `sealed/raw.tar.gz` holds the raw files once more. Check everything, or hand on a redacted copy:\n\n",
    );
    text.push_str(&format!(
        "    lazaret evidence verify {0}\n    lazaret evidence export {0} --to FILE.tar.gz\n    lazaret evidence restore {0} --into DIR\n",
        plan.case.0
    ));
    text.push_str("\n## The commits, with git alone\n\nIn this folder:\n\n    git init --bare restored.git\n");
    for stored in &ground.objects {
        text.push_str(&commands(stored));
    }
    for (title, list) in [("Missing", &ground.missing), ("Left where it is", &ground.notes)] {
        if !list.is_empty() {
            text.push_str(&format!("\n## {title}\n\n"));
        }
        for line in list {
            text.push_str(&format!("- `{}`\n", inert::line(line).replace('`', "'")));
        }
    }
    text
}

fn commands(stored: &crate::response::evidence::manifest::Stored) -> String {
    match &stored.form {
        Form::Bundle => format!("    git -C restored.git fetch \"$PWD/{}\" 'refs/*:refs/*'\n", stored.path),
        Form::Pack { shallow, .. } => {
            let mut text =
                format!("    cat {shallow} >> restored.git/shallow\n    git -C restored.git index-pack --stdin < {}\n", stored.path);
            for (name, id) in &stored.refs {
                text.push_str(&format!("    git -C restored.git update-ref {name} {id}\n"));
            }
            text
        }
    }
}
