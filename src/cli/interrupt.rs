//! Ctrl-C, TERM or HUP while a headless command works: the work is told to stop, and the program ends with 130 once it has.

use std::time::Duration;

use crate::cli::exit::Exit;
use crate::cli::output::say;
use crate::model::cancel::Cancel;

/// How long cancelled work may take to stop before the program ends without it. What a verb has begun is in the ledger and is
/// brought to its end by the next start.
const PATIENCE: Duration = Duration::from_secs(2);
/// Deep enough for the parsers of hostile input.
const STACK: usize = 16 * 1024 * 1024;

/// Does `work` on a thread of its own and watches for Ctrl-C meanwhile; a second one does not wait.
pub fn guarded(work: impl FnOnce(Cancel) -> Exit + Send + 'static) -> Exit {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().thread_stack_size(STACK).build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            say("", format!("no thread could be started: {error}"));
            return Exit::Failed;
        }
    };
    let exit = runtime.block_on(watched(work));
    runtime.shutdown_background();
    exit
}

async fn watched(work: impl FnOnce(Cancel) -> Exit + Send + 'static) -> Exit {
    let cancel = Cancel::default();
    let theirs = cancel.clone();
    let mut work = tokio::task::spawn_blocking(move || work(theirs));
    tokio::select! {
        done = &mut work => return done.unwrap_or(Exit::Failed),
        () = told_to_end() => cancel.cancel(),
    }
    tokio::select! {
        _ = &mut work => {}
        () = told_to_end() => {}
        () = tokio::time::sleep(PATIENCE) => {}
    }
    Exit::Interrupted
}

/// Waits for a signal that asks us to end. Where signals cannot be watched, they do what they always do.
#[cfg(unix)]
async fn told_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let watched = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()), signal(SignalKind::hangup()));
    let (Ok(mut int), Ok(mut term), Ok(mut hup)) = watched else { return std::future::pending().await };
    tokio::select! {
        _ = int.recv() => {}
        _ = term.recv() => {}
        _ = hup.recv() => {}
    }
}

#[cfg(not(unix))]
async fn told_to_end() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
