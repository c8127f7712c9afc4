//! The logs of a pull's workflow runs, as the archives that the forge gives out: bytes, never unpacked. They may hold secrets, so
//! they are kept sealed. Containment waits for evidence: what takes too long or is too much is left there, and said.

use serde_json::Value;

use crate::model::forge::{Call, Download, ForgeError};
use crate::response::error::ResponseError;
use crate::response::evidence::answers::{Desk, Kept, place};
use crate::response::evidence::collect::{self, Collected};
use crate::response::words::{few, one_line};

/// Runs whose logs are asked for.
const MAX_RUNS: usize = 20;
/// Seconds after which no further log of a pull is asked for.
const WITHIN: u64 = 90;
/// Bytes after which no further log of a pull is asked for.
const MAX_BYTES: usize = 256 << 20;

/// A run as the kept answer has it.
struct Run {
    id: u64,
    attempt: u64,
}

/// Asks for the logs of every run in the answers of `kept`.
pub(super) fn collect(desk: &Desk<'_>, kept: &mut Kept) -> Result<(), ResponseError> {
    let (begun, mut taken) = ((desk.clock)(), 0);
    let mut left = Vec::new();
    for (n, run) in runs(kept).into_iter().enumerate() {
        if n >= MAX_RUNS || taken >= MAX_BYTES || begun.until((desk.clock)()) >= WITHIN {
            left.push(run.id.to_string());
            continue;
        }
        if run.attempt > 1 {
            kept.notes.push(format!("{}: logs of the attempts of run {} before its last", desk.pull, run.id));
        }
        match one(desk, kept, run.id) {
            Ok(bytes) => taken += bytes?,
            Err(ForgeError::Cancelled) => return Err(desk.told(&ForgeError::Cancelled)),
            Err(error) => kept.notes.push(format!("{}: logs of run {}: {}", desk.pull, run.id, one_line(error.says()))),
        }
    }
    if !left.is_empty() {
        let (many, most) = (left.len(), MAX_BYTES >> 20);
        let which = few(&left, 50);
        kept.notes.push(format!(
            "{}: logs of {many} further runs, since at most {MAX_RUNS} logs, {most} MiB and {WITHIN} seconds are spent on one pull: {which}",
            desk.pull
        ));
    }
    Ok(())
}

/// Keeps the logs of one run and says how many bytes they are; the outer error is the forge's, the inner one the file system's.
fn one(desk: &Desk<'_>, kept: &mut Kept, run: u64) -> Result<Result<usize, ResponseError>, ForgeError> {
    let route = format!("/repos/{}/actions/runs/{run}/logs", place(desk.pull));
    let Download { body, from, read } = desk.forge.download(&Call::get(route.clone()), desk.cancel)?;
    if !is_zip(&body) {
        return Err(ForgeError::Garbled(format!("what {} gave for them is no zip archive", from.unwrap_or_else(|| desk.forge.host()))));
    }
    let name = format!("{}/run-{run}-logs.zip", desk.below);
    if let Err(error) = collect::put(&desk.folder.join(&name), &body) {
        return Ok(Err(error));
    }
    // The address there is signed, and as good as a key while it holds: only the host is noted.
    let from = from.map_or_else(String::new, |host| format!(", kept at {host}"));
    kept.files.push(Collected::new(&name, format!("{} GET {route}{from}", desk.forge.host()), read).sealed());
    Ok(Ok(body.len()))
}

/// Whether it begins as a zip archive does, one without entries too.
fn is_zip(body: &[u8]) -> bool {
    body.starts_with(b"PK\x03\x04") || body.starts_with(b"PK\x05\x06")
}

fn runs(kept: &Kept) -> Vec<Run> {
    let pages = kept.pages.iter().filter(|(kind, _)| *kind == "runs").filter_map(|(_, page)| page.get("workflow_runs")?.as_array());
    let run =
        |run: &Value| Some(Run { id: run.get("id")?.as_u64()?, attempt: run.get("run_attempt").and_then(Value::as_u64).unwrap_or(1) });
    pages.flatten().filter_map(run).collect()
}
