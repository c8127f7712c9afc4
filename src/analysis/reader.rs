//! What gives an analysis what it asks for. Never how that is come by.

use crate::model::asking::Host;
use crate::model::cancel::Cancel;
use crate::model::change::{History, TextRequest, Texts};
use crate::model::mention::Mentions;
use crate::model::talk::Talk;
use crate::model::testimony::{Question, Testimony};

/// What gives an analysis what it asks for, as far as that can be given.
#[derive(Clone, Copy)]
pub struct Reader<'r> {
    /// Whole texts.
    pub texts: &'r dyn Fn(&[TextRequest]) -> Texts,
    /// What the commits of the change did on the way to its net diff.
    pub history: &'r dyn Fn() -> History,
    /// What the host of the change says of the packages it moves.
    pub packages: Host<'r>,
    /// Where words, in small letters, stand in the whole tree of its head; `None` where that cannot be told.
    pub mentions: &'r dyn Fn(&[String]) -> Option<Mentions>,
    /// What the forge of the change says of what its message claims.
    pub testimony: &'r dyn Fn(&Question) -> Testimony,
    /// What was said about the change.
    pub talk: &'r dyn Fn() -> Talk,
    /// Raised when nobody waits any more.
    pub cancel: &'r Cancel,
}
