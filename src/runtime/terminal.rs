//! The terminal as a guard: whatever happens (return, panic, TERM, HUP), it is given back as it was.
//!
//! Only cells that changed are written, in one synchronised update; when none did, not a byte.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Stdout, Write as _, stdout};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};
use crossterm::{cursor, execute, queue};
use ratatui::backend::{Backend as _, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::model::inert;

/// Whether a terminal is ours to give back.
static TAKEN: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether this is the thread that draws. A panic anywhere else is answered by its job, not shown.
    static DRAWS: Cell<bool> = const { Cell::new(false) };
}

/// Presses, releases and the wheel, but no motion: an idle hand wakes nobody.
struct MouseOn;
struct MouseOff;

/// Ends what a program that was killed leaves on: keys of its own, the mouse in all its ways, colours, its cursor.
struct Tidy;

impl crossterm::Command for Tidy {
    fn write_ansi(&self, f: &mut impl fmt::Write) -> fmt::Result {
        f.write_str("\x1b[?1l\x1b>\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[0m\x1b[0 q")
    }

    #[cfg(windows)]
    fn execute_winapi(&self) -> io::Result<()> {
        Ok(())
    }
}

impl crossterm::Command for MouseOn {
    fn write_ansi(&self, f: &mut impl fmt::Write) -> fmt::Result {
        f.write_str("\x1b[?1000h\x1b[?1006h")
    }

    #[cfg(windows)]
    fn execute_winapi(&self) -> io::Result<()> {
        Ok(())
    }
}

impl crossterm::Command for MouseOff {
    fn write_ansi(&self, f: &mut impl fmt::Write) -> fmt::Result {
        f.write_str("\x1b[?1006l\x1b[?1000l")
    }

    #[cfg(windows)]
    fn execute_winapi(&self) -> io::Result<()> {
        Ok(())
    }
}

/// The terminal while the console has it.
pub struct Terminal {
    backend: CrosstermBackend<Stdout>,
    shown: Buffer,
    mouse: bool,
}

impl Terminal {
    /// Takes the terminal.
    ///
    /// # Errors
    /// When it refuses.
    pub fn take(mouse: bool) -> io::Result<Self> {
        restore_on_panic();
        DRAWS.set(true);
        let mut terminal = Self { backend: CrosstermBackend::new(stdout()), shown: Buffer::empty(Rect::ZERO), mouse };
        terminal.enter()?;
        Ok(terminal)
    }

    /// Switches to the alternate screen and raw keys.
    ///
    /// # Errors
    /// When the terminal refuses.
    pub fn enter(&mut self) -> io::Result<()> {
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
        if self.mouse {
            execute!(stdout(), MouseOn)?;
        }
        self.forget()
    }

    /// Clears the screen; the next drawing writes every cell.
    ///
    /// # Errors
    /// When the terminal refuses.
    pub fn forget(&mut self) -> io::Result<()> {
        self.shown = Buffer::empty(Rect::ZERO);
        Ok(())
    }

    /// The screen as it is now.
    ///
    /// # Errors
    /// When the terminal does not say.
    pub fn screen(&self) -> io::Result<Rect> {
        let (width, height) = size()?;
        Ok(Rect { x: 0, y: 0, width, height })
    }

    /// Shows `next`.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn show(&mut self, next: Buffer) -> io::Result<()> {
        let anew = self.shown.area != next.area;
        if anew {
            self.shown = Buffer::empty(next.area);
        }
        let changed = self.shown.diff(&next);
        if !changed.is_empty() || anew {
            queue!(self.backend, BeginSynchronizedUpdate)?;
            if anew {
                self.backend.clear()?;
            }
            self.backend.draw(changed.into_iter())?;
            queue!(self.backend, EndSynchronizedUpdate)?;
            io::Write::flush(&mut self.backend)?;
        }
        self.shown = next;
        Ok(())
    }

    /// Puts `text` on the clipboard, if the terminal allows it (OSC 52).
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(self.backend, CopyToClipboard::to_clipboard_from(text))
    }

    /// Gives the terminal to another program; what comes back are the terminal's modes before that.
    pub fn lend(&mut self) -> Option<Termios> {
        restore();
        tcgetattr(rustix::stdio::stdin()).ok()
    }

    /// Takes the terminal back from another program, in whatever modes that left it.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn take_back(&mut self, modes: Option<Termios>) -> io::Result<()> {
        if let Some(modes) = modes {
            tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, &modes)?;
        }
        execute!(stdout(), Tidy)?;
        self.enter()
    }

    /// Gives the terminal to the shell until the shell gives it back.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn suspend(&mut self) -> io::Result<()> {
        restore();
        #[cfg(unix)]
        signal_hook::low_level::raise(signal_hook::consts::SIGTSTP)?;
        self.enter()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back. Does nothing when it was not taken; failures do not matter any more.
pub fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = execute!(stdout(), EndSynchronizedUpdate, MouseOff, DisableBracketedPaste, cursor::Show, LeaveAlternateScreen);
        let _ = disable_raw_mode();
        let _ = stdout().flush();
    }
}

fn restore_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let former = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !DRAWS.get() && TAKEN.load(Ordering::SeqCst) {
                tracing::error!("a job panicked: {}", inert::block(&panic.to_string()));
                return;
            }
            restore();
            former(panic);
        }));
    });
}
