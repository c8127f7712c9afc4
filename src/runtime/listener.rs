//! Reads the terminal on a thread of its own, and can be kept from it while another program has the terminal.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// How long it is waited for that the thread stops reading; it stops at once, unless something is badly wrong.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the thread may read, and whether it does.
#[derive(Debug, Default)]
struct State {
    closed: bool,
    waiting: bool,
}

/// Holds the thread off.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<(Mutex<State>, Condvar)>);

impl Gate {
    /// The thread reads no more when this returns.
    pub fn close(&self) {
        self.state().closed = true;
        // It sits in a read that only an event ends: a change of size is one.
        let _ = signal_hook::low_level::raise(signal_hook::consts::SIGWINCH);
        let (_, changed) = &*self.0;
        drop(changed.wait_timeout_while(self.state(), PATIENCE, |state| !state.waiting));
    }

    /// The thread may read again.
    pub fn open(&self) {
        self.state().closed = false;
        self.0.1.notify_all();
    }

    fn pass(&self) {
        let (_, changed) = &*self.0;
        let mut state = self.state();
        while state.closed {
            state.waiting = true;
            changed.notify_all();
            state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting = false;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads for as long as there is a terminal.
#[must_use]
pub fn listen() -> (UnboundedReceiver<crossterm::event::Event>, Gate) {
    let (sender, receiver) = unbounded_channel();
    let gate = Gate::default();
    let own = gate.clone();
    std::thread::spawn(move || {
        loop {
            own.pass();
            let Ok(event) = crossterm::event::read() else { break };
            if sender.send(event).is_err() {
                break;
            }
        }
    });
    (receiver, gate)
}
