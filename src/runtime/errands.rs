//! Errands to the reviewer's own editor: the terminal is given to it and taken back, however it ends.

use std::io;
use std::process::{Child, ExitStatus};

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::message::errand::{Edited, Errand, Sheet};
use crate::model::inert;
use crate::runtime::copy::Copy;
use crate::runtime::editor::Editor;
use crate::runtime::listener::Gate;
use crate::runtime::terminal::Terminal;

/// Signals that concern whoever has the terminal.
pub struct Signals {
    /// The console shall end: TERM, HUP, QUIT, INT. The last two are the editor's own while it has the terminal.
    pub end: [Signal; 4],
    /// The shell gave the terminal back.
    pub back: Signal,
}

/// What came of an errand.
pub struct Outcome {
    /// What to tell the console.
    pub edited: Edited,
    /// Whether the console was told to end meanwhile.
    pub leaving: bool,
    /// A copy that an editor with a window of its own may still show.
    pub copy: Option<Copy>,
}

/// Runs it.
///
/// # Errors
/// When the terminal cannot be used any more.
pub async fn run(errand: &Errand, words: Option<&str>, terminal: &mut Terminal, gate: &Gate, signals: &mut Signals) -> io::Result<Outcome> {
    let prepared = Editor::read(words)
        .and_then(|editor| Ok((editor, copy(errand).map_err(|error| format!("no copy could be made for the editor: {error}"))?)));
    let (editor, copy) = match prepared {
        Ok(prepared) => prepared,
        Err(says) => return Ok(Outcome { edited: Edited::Failed(says), leaving: false, copy: None }),
    };
    let line = match errand {
        Errand::Look(sheet) => Some(sheet.line),
        Errand::Write(_) => None,
    };
    let died = signal(SignalKind::child())?;
    gate.close();
    let modes = terminal.lend();
    let ended = match editor.start(&copy.file, line) {
        Ok(child) => watch(child, died, signals).await,
        Err(error) => Err(error),
    };
    let taken = terminal.take_back(modes);
    gate.open();
    taken?;
    let leaving = matches!(ended, Ok(None));
    Ok(Outcome { edited: told(errand, &editor, &copy, ended), leaving, copy: Some(copy) })
}

fn copy(errand: &Errand) -> io::Result<Copy> {
    match errand {
        Errand::Look(sheet) => Copy::of_sheet(sheet),
        Errand::Write(text) => Copy::of_text(text),
    }
}

/// Waits until the editor ends; `None` when the console has to, and the editor with it.
async fn watch(mut child: Child, mut died: Signal, signals: &mut Signals) -> io::Result<Option<ExitStatus>> {
    let Signals { end: [term, hup, quit, int], back } = signals;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        tokio::select! {
            _ = died.recv() => {}
            _ = quit.recv() => {}
            _ = int.recv() => {}
            _ = back.recv() => {}
            _ = term.recv() => break,
            _ = hup.recv() => break,
        }
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

fn told(errand: &Errand, editor: &Editor, copy: &Copy, ended: io::Result<Option<ExitStatus>>) -> Edited {
    let name = inert::line(&editor.name()).into_owned();
    let status = match ended {
        Ok(Some(status)) => status,
        Ok(None) => return Edited::Failed(format!("{name} was stopped; the text is as it was")),
        Err(error) => return Edited::Failed(format!("{name} could not be started ({error}); VISUAL or EDITOR names it")),
    };
    if !status.success() {
        return Edited::Failed(format!("{name} ended with {status}; nothing was taken over"));
    }
    match errand {
        Errand::Look(sheet) => Edited::Looked(looked(sheet, copy.marked)),
        Errand::Write(before) => match copy.text() {
            Ok(text) if text.trim_end() == before.trim_end() => Edited::Looked(
                "the text is as it was; an editor with a window of its own needs an option to wait, such as code --wait".to_owned(),
            ),
            Ok(text) => Edited::Written(text),
            Err(error) => Edited::Failed(format!("what was written cannot be read ({error}); the text is as it was")),
        },
    }
}

fn looked(sheet: &Sheet, marked: bool) -> String {
    let path = inert::line(&sheet.path.text()).into_owned();
    let part = if sheet.whole { "" } else { ", as far as the diff shows it" };
    let marks = if marked { "; hidden characters and orders to editors were marked ‹so›" } else { "" };
    format!("that was a copy of the {} side of {path}{part}{marks}; what was done to it is not kept", sheet.side.word())
}
