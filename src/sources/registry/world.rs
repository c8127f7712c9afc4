//! What every registry can do: say where a package is asked about, and read the answers. One file each; none of them sends anything.

use chrono::DateTime;

use super::client::Reply;
use crate::model::lookup::{Entry, Listing, Package};
use crate::model::time::Timestamp;

/// One registry.
pub(super) trait Registry: Sync {
    /// Its usual address.
    fn address(&self) -> &'static str;

    /// The media type it is asked for.
    fn accept(&self) -> &'static str {
        "application/json"
    }

    /// Where below its address `package` is asked about, whose name and version fit its ecosystem.
    fn routes(&self, package: &Package) -> Vec<String>;

    /// What the answers to [`Self::routes`] say, one for each.
    ///
    /// # Errors
    /// When they make no sense.
    fn read(&self, package: &Package, replies: &[Reply]) -> Result<Listing, String>;

    /// Where else is asked, now that `replies` to [`Self::routes`] are known: when the first version came, where they do not say.
    fn further(&self, _package: &Package, _replies: &[Reply]) -> Vec<String> {
        Vec::new()
    }

    /// Writes what the answers to [`Self::further`] say into `entry`; what they do not say stays open.
    fn read_further(&self, _package: &Package, _entry: &mut Entry, _replies: &[Reply]) {}

    /// Where less is asked, when the answer was too large.
    fn instead(&self, _package: &Package) -> Option<String> {
        None
    }

    /// What the answer to [`Self::instead`] says.
    ///
    /// # Errors
    /// When it makes no sense.
    fn read_instead(&self, _package: &Package, _reply: &Reply) -> Result<Listing, String> {
        Err("its answer is larger than is taken".to_owned())
    }
}

/// Why `replies` are not what was asked for.
pub(super) fn wrong(whose: &str, replies: &[Reply]) -> String {
    let mut each = replies.iter().map(|reply| match reply {
        Reply::None(why) => why.clone(),
        Reply::Large => format!("what {whose} answered is larger than is taken"),
        Reply::Found(..) | Reply::Absent => garbled(whose),
    });
    each.next_back().unwrap_or_else(|| garbled(whose))
}

/// That an answer makes no sense.
pub(super) fn garbled(whose: &str) -> String {
    format!("what {whose} answered makes no sense")
}

/// A moment as registries write it.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let zoned = DateTime::parse_from_rfc3339(text).map(|time| time.timestamp());
    let bare = || chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").map(|time| time.and_utc().timestamp());
    zoned.or_else(|_| bare()).ok().map(Timestamp)
}
