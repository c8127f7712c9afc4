//! The program's own log: a file under the state folder, never the terminal. Outside text passes `model::inert` before it.
#![allow(clippy::disallowed_methods, reason = "the log is a file of our own")]

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// Bytes after which a log is begun anew.
const LARGEST: u64 = 4 << 20;

/// Starts logging to `path`; lasts as long as the guard. `LAZARET_LOG` sets what is logged, as in `lazaret=debug`.
///
/// # Errors
/// When the file cannot be opened.
pub fn start(path: &Path) -> io::Result<WorkerGuard> {
    if let Some(folder) = path.parent() {
        private_folder(folder)?;
    }
    let file = open(path)?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    let wanted = EnvFilter::try_from_env("LAZARET_LOG").unwrap_or_else(|_| EnvFilter::new("lazaret=info"));
    // Libraries log addresses, headers and pieces of TLS, and with them tokens: only this program's own words get in.
    let own = filter_fn(|metadata| metadata.target().starts_with("lazaret"));
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(false).with_filter(own);
    let _ = tracing_subscriber::registry().with(wanted).with(lines).try_init();
    Ok(guard)
}

fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn open(path: &Path) -> io::Result<File> {
    let full = std::fs::metadata(path).is_ok_and(|file| file.len() > LARGEST);
    let mut options = OpenOptions::new();
    options.create(true).write(true).append(!full).truncate(full);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
