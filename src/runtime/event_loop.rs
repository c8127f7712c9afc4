//! The one loop: waits for anything, takes all that is there, draws once, and only what changed.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::actions::{arrivals::arrive, update::ask};
use crate::config::keystrokes::Keystrokes;
use crate::config::settings::DiffLayout;
use crate::config::theme::Theme;
use crate::message::action::{Action, Command};
use crate::message::effect::Effect;
use crate::message::errand::Errand;
use crate::message::event::{Event, News};
use crate::message::ticket::{Kind, Ticket};
use crate::runtime::copy::Copy;
use crate::runtime::desk::Desk;
use crate::runtime::effects::{Own, carry_out};
use crate::runtime::errands::{self, Signals};
use crate::runtime::error::RuntimeError;
use crate::runtime::input::{Clicks, Input};
use crate::runtime::jobs::{Jobs, STACK};
use crate::runtime::listener::{self, Gate};
use crate::runtime::terminal::Terminal;
use crate::runtime::{log, terminal_theme};
use crate::state::console::{Console, Habits};
use crate::state::rows::Layout;
use crate::state::section::Section;
use crate::state::session::LayoutChoice;
use crate::state::sweep::{SweepView, Sweeping};
use crate::ui::draw::draw;
use crate::ui::layout::{hit, panes};
use crate::ui::look::Look;

/// How often what is waited for is looked at.
const BEAT: Duration = Duration::from_secs(1);
/// Copies for the person's own editor that are kept.
const COPIES: usize = 8;

/// Runs the console until the person leaves, or the terminal does.
///
/// # Errors
/// When the terminal cannot be used or the theme is wrong.
pub fn run(desk: &Desk) -> Result<(), RuntimeError> {
    let builder = &mut tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().thread_name("lazaret-job").thread_stack_size(STACK).build()?;
    // Fails only when somebody made the pool before; then it stays as it is.
    let _ = rayon::ThreadPoolBuilder::new().stack_size(STACK).build_global();
    let outcome = runtime.block_on(Loop::begin(desk));
    runtime.shutdown_background();
    outcome
}

/// Everything the loop holds.
struct Loop<'a> {
    desk: &'a Desk,
    console: Console,
    theme: Theme,
    terminal: Terminal,
    jobs: Jobs,
    keys: Keystrokes,
    clicks: Clicks,
    leaving: bool,
    errand: Option<Errand>,
    /// Copies that an editor with a window of its own may still show, latest last.
    copies: Vec<Copy>,
}

/// What wakes the loop besides the console's own jobs.
struct Wakes {
    input: UnboundedReceiver<crossterm::event::Event>,
    gate: Gate,
    signals: Signals,
}

impl<'a> Loop<'a> {
    async fn begin(desk: &'a Desk) -> Result<(), RuntimeError> {
        let (sender, mut events) = unbounded_channel();
        let mut console = Console { habits: habits(desk), now: (desk.clock)(), ..Console::default() };
        console.queue.title = desk.source.title();
        console.sweep = desk.sweep.clone().map(SweepView::of);
        console.queue.sections = sections(desk);
        if let Some(sweeper) = &desk.sweeper {
            console.sweeping = Sweeping { possible: true, order: sweeper.usual(), progress: None };
        }
        let mut jobs = Jobs::new(sender);
        for effect in ask(&mut console, Action::Do(Command::Refresh)) {
            carry_out(effect, desk, &mut jobs);
        }
        carry_out(Effect::ReadNoise(console.pending.ask(Kind::Noise)), desk, &mut jobs);
        let kinds = [SignalKind::terminate(), SignalKind::hangup(), SignalKind::quit(), SignalKind::interrupt()];
        let [term, hup, quit, int] = kinds.map(signal);
        let end = [term?, hup?, quit?, int?];
        let back = signal(SignalKind::from_raw(signal_hook::consts::SIGCONT))?;
        let theme = terminal_theme::theme(&desk.config, &desk.settings.theme)?;
        let terminal = Terminal::take(desk.settings.mouse)?;
        let (input, gate) = listener::listen();
        let mut wakes = Wakes { input, gate, signals: Signals { end, back } };
        let keys = Keystrokes::default();
        let (clicks, errand, copies) = (Clicks::default(), None, Vec::new());
        let mut it = Self { desk, console, theme, terminal, jobs, keys, clicks, leaving: false, errand, copies };
        it.show()?;
        let _log = desk.log.as_ref().map(|path| log::start(path));
        it.jobs.paint(crate::analysis::syntax::warm);
        it.turn(&mut wakes, &mut events).await?;
        it.jobs.end().await;
        Ok(())
    }

    async fn turn(&mut self, wakes: &mut Wakes, events: &mut UnboundedReceiver<Event>) -> Result<(), RuntimeError> {
        while !self.leaving {
            let Signals { end: [term, hup, quit, int], back } = &mut wakes.signals;
            tokio::select! {
                biased;
                _ = term.recv() => break,
                _ = hup.recv() => break,
                _ = quit.recv() => break,
                _ = int.recv() => break,
                _ = back.recv() => self.terminal.enter()?,
                input = wakes.input.recv() => match input {
                    Some(input) => self.take_input(input)?,
                    None => break,
                },
                () = asleep(self.beat()) => self.tick()?,
                event = events.recv() => if let Some(event) = event { self.take_event(event)? },
            }
            while let Ok(input) = wakes.input.try_recv() {
                self.take_input(input)?;
            }
            while let Ok(event) = events.try_recv() {
                self.take_event(event)?;
            }
            if let Some(errand) = self.errand.take() {
                self.run(&errand, wakes).await?;
            }
            self.look_at_forge();
            self.show()?;
        }
        Ok(())
    }

    /// Gives the terminal to the person's own editor and goes on with what comes of it.
    async fn run(&mut self, errand: &Errand, wakes: &mut Wakes) -> Result<(), RuntimeError> {
        let words = self.desk.editor.as_deref();
        let outcome = errands::run(errand, words, &mut self.terminal, &wakes.gate, &mut wakes.signals).await?;
        self.leaving |= outcome.leaving;
        self.copies.extend(outcome.copy);
        self.copies.drain(..self.copies.len().saturating_sub(COPIES));
        self.console.now = (self.desk.clock)();
        let effects = ask(&mut self.console, Action::Edited(outcome.edited));
        self.carry_out(effects)
    }

    /// How long the loop may sleep when nothing happens: for ever, unless a forge is waited for.
    fn beat(&self) -> Option<Duration> {
        self.desk.forge.as_ref()?;
        if !self.console.pending.is_idle() {
            return Some(BEAT);
        }
        let passed = self.console.looked.until((self.desk.clock)());
        let left = self.console.habits.poll.saturating_sub(passed).max(1);
        (self.console.habits.poll > 0).then(|| Duration::from_secs(left))
    }

    /// Tells memory that time has passed.
    fn tick(&mut self) -> Result<(), RuntimeError> {
        self.console.now = (self.desk.clock)();
        let effects = ask(&mut self.console, Action::Tick);
        self.carry_out(effects)
    }

    /// Takes over what the forge still allows, whenever that changed.
    fn look_at_forge(&mut self) {
        let Some(budget) = self.desk.forge.as_ref().map(|forge| forge.budget()) else { return };
        self.console.now = (self.desk.clock)();
        if self.console.budget.as_ref() != Some(&budget) {
            let news = News::Budget(Box::new(budget));
            arrive(&mut self.console, Event { ticket: Ticket::default(), news });
        }
    }

    fn take_event(&mut self, event: Event) -> Result<(), RuntimeError> {
        self.console.now = (self.desk.clock)();
        let effects = arrive(&mut self.console, event);
        self.carry_out(effects)
    }

    fn take_input(&mut self, event: crossterm::event::Event) -> Result<(), RuntimeError> {
        let Some(input) = self.clicks.read(event) else { return Ok(()) };
        self.console.now = (self.desk.clock)();
        let action = match input {
            Input::Key(key) => self.keys.press(key, self.console.pane(), &self.desk.keymap),
            Input::Paste(text) => Some(Action::Paste(text)),
            Input::Click(x, y, false) => Some(Action::Click(self.spot(x, y)?)),
            Input::Click(x, y, true) => Some(Action::DoubleClick(self.spot(x, y)?)),
            Input::Wheel(x, y, by) => Some(Action::Wheel(self.spot(x, y)?, by)),
            Input::Resize => None,
        };
        if let Some(action) = action {
            let effects = ask(&mut self.console, action);
            self.carry_out(effects)?;
        }
        self.fit().map(drop)
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> Result<(), RuntimeError> {
        for effect in effects {
            match carry_out(effect, self.desk, &mut self.jobs) {
                None => {}
                Some(Own::Edit(errand)) => self.errand = Some(errand),
                Some(Own::Copy(text)) => self.terminal.copy(&text)?,
                Some(Own::Redraw) => self.terminal.forget()?,
                Some(Own::Suspend) => self.terminal.suspend()?,
                Some(Own::Quit) => self.leaving = true,
            }
        }
        Ok(())
    }

    fn look(&self) -> Look<'_> {
        Look { theme: &self.theme, keymap: &self.desk.keymap }
    }

    fn spot(&self, x: u16, y: u16) -> Result<crate::model::screen::Spot, RuntimeError> {
        Ok(hit(&self.console, &self.look(), self.terminal.screen()?, x, y))
    }

    /// Tells memory how much the screen has room for, whenever that changed.
    fn fit(&mut self) -> Result<Rect, RuntimeError> {
        let screen = self.terminal.screen()?;
        let room = panes(&self.console, &self.look(), screen);
        if room != self.console.panes {
            let effects = ask(&mut self.console, Action::Fit(room));
            self.carry_out(effects)?;
        }
        Ok(screen)
    }

    fn show(&mut self) -> Result<(), RuntimeError> {
        let screen = self.fit()?;
        let mut buffer = Buffer::empty(screen);
        draw(&self.console, &self.look(), &mut buffer);
        Ok(self.terminal.show(buffer)?)
    }
}

fn habits(desk: &Desk) -> Habits {
    let layout = match desk.settings.layout {
        DiffLayout::Auto => LayoutChoice::Auto,
        DiffLayout::Unified => LayoutChoice::Always(Layout::Unified),
        DiffLayout::Split => LayoutChoice::Always(Layout::Split),
    };
    Habits { layout, blind: desk.settings.blind, split_from: desk.settings.split_from, poll: desk.settings.poll }
}

/// The sections of the settings; their filters were read with them.
fn sections(desk: &Desk) -> Vec<Section> {
    desk.settings.sections.iter().filter_map(|(name, filter)| Section::read(name, filter).ok()).collect()
}

/// Sleeps so long, or for ever.
async fn asleep(span: Option<Duration>) {
    match span {
        Some(span) => tokio::time::sleep(span).await,
        None => std::future::pending().await,
    }
}
