//! The one door to standard output and standard error. Nothing else in the program writes there.
#![allow(clippy::disallowed_methods, reason = "whether colours are wanted is said by the environment")]

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write};

use crate::export::paint::Paint;
use crate::model::inert;

/// Standard output, buffered, with what is known of who reads it.
pub struct Output {
    out: BufWriter<Stdout>,
    /// How words are emphasised.
    pub paint: Paint,
    progress: Progress,
}

impl Output {
    /// The process's standard output.
    #[must_use]
    pub fn standard() -> Self {
        let paint = if colours_wanted() { Paint::Ansi } else { Paint::None };
        Self { out: BufWriter::new(io::stdout()), paint, progress: Progress::new() }
    }

    /// Shows how far long work has come, where somebody watches.
    pub fn progress(&mut self, done: usize, all: usize) {
        self.progress.show("judged", done, all);
    }

    /// Shows how far a long list has come, where somebody watches.
    pub fn listed(&mut self, done: usize, all: usize) {
        self.progress.show("listed", done, all);
    }

    /// Shows `line` in place of the progress line, where somebody watches; outside text in it is made safe to draw.
    pub fn watch(&mut self, line: &str) {
        self.progress.say(line);
    }

    /// Takes the progress line away, so that other words can stand there.
    pub fn clear(&mut self) {
        self.progress.clear();
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.progress.clear();
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Whether a person sits at both ends: questions may be asked.
#[must_use]
pub fn somebody_is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Whether standard output is a terminal.
#[must_use]
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Says one sentence on standard error, safe to show: a line feed in a name cannot begin a sentence of its own, and a name
/// without end cannot hide the sentence. When nobody can read it, there is nobody to tell.
pub fn say(kind: &str, sentence: impl Display) {
    let _ = writeln!(io::stderr().lock(), "lazaret: {kind}{}", shortened(&inert::line(sentence.to_string().trim_end())));
}

/// The middle of a very long sentence is somebody's name; what is wrong and what to do stand at its ends.
fn shortened(sentence: &str) -> String {
    const KEPT: usize = 1_000;
    if sentence.len() <= 2 * KEPT {
        return sentence.to_owned();
    }
    let (start, end) = (sentence.floor_char_boundary(KEPT), sentence.ceil_char_boundary(sentence.len() - KEPT));
    format!("{} … {}", sentence.get(..start).unwrap_or_default(), sentence.get(end..).unwrap_or_default())
}

/// Says on standard error what is wrong with the arguments, which may hold anybody's words.
pub fn complain(says: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{}", inert::block(says.to_string().trim_end()));
}

/// Asks on standard error and reads one line from standard input; only a plain yes is a yes.
#[must_use]
pub fn confirm(question: &str) -> bool {
    let _ = write!(io::stderr().lock(), "{question} [y/N] ").and_then(|()| io::stderr().flush());
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// Asks on standard error and reads one line from standard input.
///
/// # Errors
/// When it cannot be read.
pub fn ask(question: &str) -> io::Result<String> {
    write!(io::stderr().lock(), "{question}").and_then(|()| io::stderr().flush())?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(answer.trim_end_matches(['\r', '\n']).to_owned())
}

/// <https://no-color.org> and `CLICOLOR_FORCE`; otherwise colours are for terminals.
fn colours_wanted() -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if set("NO_COLOR").is_some() {
        return false;
    }
    if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        return true;
    }
    is_terminal() && set("TERM").is_none_or(|term| term != "dumb")
}

/// One line on standard error that is written over; nothing where that is no terminal.
struct Progress {
    watched: bool,
    shown: bool,
}

impl Progress {
    fn new() -> Self {
        Self { watched: io::stderr().is_terminal(), shown: false }
    }

    fn show(&mut self, what: &str, done: usize, all: usize) {
        if self.watched && all > 1 && done < all {
            self.shown = true;
            let _ = write!(io::stderr().lock(), "\r\x1b[K{what} {done} of {all}").and_then(|()| io::stderr().flush());
        }
    }

    /// Cut so that no terminal wraps it: a wrapped line could not be written over.
    fn say(&mut self, line: &str) {
        const WIDEST: usize = 78;
        if self.watched {
            self.shown = true;
            let line = crate::export::table::cut(&inert::line(line), WIDEST);
            let _ = write!(io::stderr().lock(), "\r\x1b[K{line}").and_then(|()| io::stderr().flush());
        }
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            let _ = write!(io::stderr().lock(), "\r\x1b[K").and_then(|()| io::stderr().flush());
        }
    }
}
