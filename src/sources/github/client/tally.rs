//! What was used up and what is left: counters as the forge tells them, what is waited for, what everything waits for.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::HeaderMap;

use super::{clock, limit};
use crate::model::forge::{Budget, Meter};
use crate::model::time::Timestamp;

/// The account of one client.
#[derive(Debug, Default)]
pub(super) struct Tally(Mutex<Inside>);

#[derive(Debug, Default)]
struct Inside {
    meters: BTreeMap<String, Meter>,
    pause: Option<Timestamp>,
    unsaid: u32,
    waiting: BTreeMap<u64, (Timestamp, String)>,
    next: u64,
    sent: u64,
    unchanged: u64,
    stale: u64,
    oldest: Option<Timestamp>,
    notes: Notes,
}

/// What answers say of the token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Notes {
    /// The scopes of a classic token, as GitHub lists them.
    pub(super) scopes: Option<String>,
    /// When the token ends, as GitHub writes it.
    pub(super) expires: Option<String>,
}

/// Tells that something is waited for, until it is dropped.
pub(super) struct Told<'t>(&'t Tally, u64);

impl Drop for Told<'_> {
    fn drop(&mut self) {
        self.0.inside().waiting.remove(&self.1);
    }
}

impl Tally {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request goes out.
    pub(super) fn sent(&self) {
        self.inside().sent += 1;
    }

    /// An answer was "not modified".
    pub(super) fn unchanged(&self) {
        self.inside().unchanged += 1;
    }

    /// An answer kept since `read` was given unasked.
    pub(super) fn stale(&self, read: Timestamp) {
        let mut inside = self.inside();
        inside.stale += 1;
        inside.oldest = Some(inside.oldest.map_or(read, |oldest| oldest.min(read)));
    }

    /// An answer with `headers` came to a request that counts for `resource`, unless they say for what it counted.
    pub(super) fn heard(&self, headers: &HeaderMap, resource: &str) {
        let mut inside = self.inside();
        if let Some(mut meter) = limit::meter(headers, clock::now()) {
            let resource = limit::text(headers, "x-ratelimit-resource").unwrap_or(resource);
            // Answers overtake each other: within one hour what is left only gets less.
            if let Some(known) = inside.meters.get(resource).filter(|known| known.reset.0.abs_diff(meter.reset.0) <= 2) {
                meter.remaining = meter.remaining.min(known.remaining);
            }
            inside.meters.insert(resource.to_owned(), meter);
        }
        // An empty list of scopes says something too: a classic token with none.
        if let Some(scopes) = headers.get("x-oauth-scopes").and_then(|value| value.to_str().ok()) {
            inside.notes.scopes = Some(scopes.trim().to_owned());
        }
        if let Some(expires) = limit::text(headers, "github-authentication-token-expiration") {
            inside.notes.expires = Some(expires.to_owned());
        }
    }

    /// An answer came that was no limit.
    pub(super) fn served(&self) {
        self.inside().unsaid = 0;
    }

    /// Nothing may be asked until `until`; when that was not said, for `unsaid`, twice as long each time.
    pub(super) fn pause(&self, until: Option<Timestamp>, unsaid: Duration) -> Timestamp {
        let mut inside = self.inside();
        let until = until.unwrap_or_else(|| {
            let times = inside.unsaid.min(6);
            inside.unsaid += 1;
            clock::from_now(unsaid.saturating_mul(1 << times))
        });
        inside.pause = inside.pause.max(Some(until));
        until
    }

    /// The counter `resource` is used up until `reset`.
    pub(super) fn used_up(&self, resource: &str, reset: Timestamp) {
        let mut inside = self.inside();
        let limit = inside.meters.get(resource).map_or(0, |meter| meter.limit);
        inside.meters.insert(resource.to_owned(), Meter { remaining: 0, limit, reset });
    }

    /// Until when nothing that counts as `resource` may be asked, and which limit says so.
    pub(super) fn held(&self, resource: &str) -> Option<(Timestamp, String)> {
        let now = clock::now();
        let inside = self.inside();
        let pause = inside.pause.map(|until| (until, "too many requests at once".to_owned()));
        let meter = inside.meters.get(resource).filter(|meter| meter.remaining == 0);
        let meter = meter.map(|meter| (meter.reset, format!("the hourly limit ({resource}) is used up")));
        pause.into_iter().chain(meter).filter(|(until, _)| *until > now).max_by_key(|(until, _)| *until)
    }

    /// Tells that `what` is waited for until `until`.
    pub(super) fn tell(&self, until: Timestamp, what: String) -> Told<'_> {
        let mut inside = self.inside();
        let id = inside.next;
        inside.next += 1;
        inside.waiting.insert(id, (until, what));
        Told(self, id)
    }

    /// What the token may, as far as answers told.
    pub(super) fn notes(&self) -> Notes {
        self.inside().notes.clone()
    }

    /// The whole account.
    pub(super) fn budget(&self) -> Budget {
        let inside = self.inside();
        Budget {
            core: inside.meters.get("core").copied(),
            graphql: inside.meters.get("graphql").copied(),
            waiting: inside.waiting.values().max_by_key(|(until, _)| *until).cloned(),
            sent: inside.sent,
            unchanged: inside.unchanged,
            stale: inside.stale,
            oldest: inside.oldest,
        }
    }
}
