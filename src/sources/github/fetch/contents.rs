//! Files by their ids, in batches; one that is too large costs only itself. Never more than what was asked for.

use std::collections::BTreeSet;
use std::path::Path;

use git2::{Oid, Repository};

use super::ask::{Ask, Filter};
use super::fault::Fault;
use super::session::Session;

/// Files asked for at once.
const BATCH: usize = 1_000;
/// Bytes of one batch, compressed.
const BATCH_BYTES: u64 = 64 * 1024 * 1024;
/// The part of what is left that one batch may cost, so that a file that does not fit leaves room for the others.
const SHARE: u64 = 4;

/// Brings the files `ids` into the repository at `into`, as far as they fit; what is there is not asked for again. Whoever reads
/// them finds out which did not come.
pub(super) fn bring(session: &mut Session<'_>, into: &Path, ids: &BTreeSet<Oid>) -> Result<(), Fault> {
    let missing: Vec<Oid> = {
        let git = Repository::open_bare(into)?;
        let odb = git.odb()?;
        ids.iter().copied().filter(|id| !odb.exists(*id)).collect()
    };
    let mut waiting: Vec<&[Oid]> = missing.chunks(BATCH).rev().collect();
    while let Some(batch) = waiting.pop() {
        if session.left == 0 {
            return Ok(());
        }
        let limit = BATCH_BYTES.min(session.left.div_ceil(SHARE));
        match session.fetch(&Ask { wants: batch, depth: None, filter: Filter::Nothing }, into, limit) {
            Ok(()) => {}
            // One of them does not fit: the halves are tried apart.
            Err(Fault::TooLarge(_)) if batch.len() > 1 => {
                let (first, second) = batch.split_at(batch.len() / 2);
                waiting.extend([second, first]);
            }
            Err(Fault::TooLarge(_)) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}
