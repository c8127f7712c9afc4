//! Copies what the cursor is on to the terminal's clipboard. Hidden characters are copied as visible tokens.

use crate::message::effect::Effect;
use crate::model::inert;
use crate::state::console::Console;
use crate::state::notice::Tone;

/// Copies the line, the finding's title, or in the queue the address of the pull.
pub(crate) fn line(console: &mut Console) -> Vec<Effect> {
    let text = match &console.session {
        Some(session) => {
            let finding = session.finding_here().and_then(|at| session.known.findings.get(at));
            let line = session.line_here().and_then(|(file, line)| session.file(file)?.text().map(|text| text.text(line)));
            finding.map(|finding| format!("{}: {} ({})", finding.at, finding.title, finding.rule)).or_else(|| line.map(str::to_owned))
        }
        None => console.queue.chosen().map(|entry| entry.pull.at.to_string()),
    };
    copy(console, text)
}

/// Copies the path and line, or in the queue the branch.
pub(crate) fn path(console: &mut Console) -> Vec<Effect> {
    let text = match &console.session {
        Some(session) => session.file_here().and_then(|at| session.file(at)).map(|file| {
            let line = session.line_here().map(|(_, line)| line.new.max(line.old));
            line.map_or_else(|| file.path().text().into_owned(), |line| format!("{}:{line}", file.path().text()))
        }),
        None => console.queue.chosen().map(|entry| entry.pull.branch.clone()),
    };
    copy(console, text)
}

fn copy(console: &mut Console, text: Option<String>) -> Vec<Effect> {
    match text.map(|text| inert::block(&text)).filter(|text| !text.is_empty()) {
        Some(text) => {
            console.notices.say(Tone::Note, format!("copied: {text}"));
            vec![Effect::Copy(text)]
        }
        None => {
            console.notices.say(Tone::Warning, "nothing to copy here");
            Vec::new()
        }
    }
}
