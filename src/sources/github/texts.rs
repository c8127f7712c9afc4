//! Whole files of a change from the contents API, one request each: for when nobody has them from git.

use super::route;
use crate::model::cancel::Cancel;
use crate::model::change::{TextRequest, Texts};
use crate::model::diff::Side;
use crate::model::forge::{Call, Forge};
use crate::model::pull::Revision;
use crate::sources::suspect;

/// The bytes of a file as they are.
const RAW: &str = "application/vnd.github.raw+json";
/// So many files are read for one batch of checks; a change with more is judged by its hunks.
const MOST: usize = 60;

/// What is wanted, as far as it is there and small enough.
pub(super) fn read(forge: &dyn Forge, repository: &str, revision: &Revision, wanted: &[TextRequest], cancel: &Cancel) -> Texts {
    let mut texts = Texts::default();
    for (n, request) in wanted.iter().filter(|request| !request.path.is_hostile()).enumerate() {
        if n >= MOST {
            texts.note_unread(request.clone(), format!("only {MOST} whole files are read at once"));
            continue;
        }
        let commit = match request.side {
            Side::Old => &revision.merge_base,
            Side::New => &revision.head,
        };
        let Some(commit) = commit else { continue };
        if cancel.is_cancelled() {
            break;
        }
        let route = format!("/repos/{repository}/contents/{}?ref={commit}", route::path(request.path.bytes()));
        let answer = match forge.call(&Call { accept: RAW, ..Call::get(route) }, cancel) {
            Ok(answer) => answer,
            Err(why) => {
                texts.note_unread(request.clone(), why.to_string());
                continue;
            }
        };
        suspect::give(&mut texts, request, &answer.body);
    }
    texts
}
