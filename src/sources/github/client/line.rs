//! The line to one forge, shared by REST, GraphQL and git: how many at once, writes in single file, limits obeyed, reads tried again.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::{Mutex as AsyncMutex, Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::address::Address;
use super::clock;
use super::kept::AnswerStore;
use super::limit::Limit;
use super::refusal::{self, Refusal};
use super::setup::{Pace, Setup};
use super::tally::Tally;
use super::transport::{Ask, Fault, Reply, Transport};
use super::words::About;
use crate::model::forge::ForgeError;
use crate::model::time::{Timestamp, short_age};

/// How often a read is tried.
const TRIES: u32 = 3;
/// How often a limit is waited for.
const WAITS: u32 = 3;
/// For how many seconds a forge that could not be reached is asked but once, and briefly, when there is a kept answer.
const DOWN: u64 = 30;
/// How long that one try may take.
const BRIEF: Duration = Duration::from_secs(3);

/// How much a read is worth.
#[derive(Clone, Copy)]
pub(super) struct Effort {
    tries: u32,
    most: Duration,
}

/// One forge and everything that its requests share.
pub(super) struct Line {
    /// Where it is.
    pub(super) address: Address,
    /// The way there.
    pub(super) transport: Transport,
    /// What was used up.
    pub(super) tally: Tally,
    /// Whose line it is.
    pub(super) token: Option<SecretString>,
    /// Where answers are kept.
    pub(super) store: Option<Arc<dyn AnswerStore>>,
    /// Whether nothing is sent at all.
    pub(super) offline: bool,
    /// How long things may take.
    pub(super) pace: Pace,
    /// Which hosts keep its files.
    pub(super) log_hosts: Vec<String>,
    at_once: Semaphore,
    last_write: AsyncMutex<Option<Instant>>,
    down: Mutex<Option<Timestamp>>,
}

impl Line {
    /// Must be called inside a tokio runtime, which then carries it.
    pub(super) fn open(setup: Setup) -> Result<Self, String> {
        let address = Address::of(&setup.host, setup.api.as_deref())?;
        let transport = Transport::open(&setup, &address)?;
        Ok(Self {
            address,
            transport,
            tally: Tally::default(),
            token: setup.token,
            store: setup.store,
            offline: setup.offline,
            pace: setup.pace,
            log_hosts: setup.log_hosts,
            at_once: Semaphore::new(setup.concurrency.clamp(1, 64)),
            last_write: AsyncMutex::new(None),
            down: Mutex::new(None),
        })
    }

    /// What a request about `place` is about.
    pub(super) fn about(&self, place: String, write: bool) -> About<'_> {
        About { host: &self.address.host, place, write, token: self.token.as_ref() }
    }

    /// Leave to have one more request under way, which is counted.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>, Refusal> {
        let permit = self.at_once.acquire().await.map_err(|_| Refusal::Final(ForgeError::Cancelled))?;
        self.tally.sent();
        Ok(permit)
    }

    /// One try of `ask`: an answer, or why there is none.
    pub(super) async fn exchange(&self, ask: &Ask<'_>, about: &About<'_>) -> Result<Reply, Refusal> {
        let _permit = self.turn().await?;
        let reply = self.transport.exchange(ask, &self.address, &self.pace).await.map_err(|fault| refusal::fault(&fault, about))?;
        self.tally.heard(&reply.headers, ask.resource);
        refusal::of(&reply, about, clock::now())?;
        Ok(reply)
    }

    /// Tries a read until it is answered: limits are waited for within patience, failures tried again.
    pub(super) async fn read<T>(
        &self,
        about: &About<'_>,
        resource: &str,
        effort: Effort,
        mut once: impl AsyncFnMut() -> Result<T, Refusal>,
    ) -> Result<T, ForgeError> {
        let deadline = clock::from_now(self.pace.patience);
        let (mut failed, mut waited) = (0, 0);
        loop {
            self.hold(about, resource, deadline).await?;
            let tried = tokio::time::timeout(effort.most, once()).await;
            match tried.unwrap_or_else(|_| Err(refusal::fault(&Fault::Unreachable("it did not answer at once".to_owned()), about))) {
                Ok(answer) => {
                    self.tally.served();
                    self.note_down(None);
                    return Ok(answer);
                }
                Err(Refusal::Final(error)) => return Err(error),
                Err(Refusal::Again(error)) => {
                    failed += 1;
                    if failed >= effort.tries {
                        self.note_down(matches!(error, ForgeError::Unreachable(_)).then(clock::now));
                        return Err(error);
                    }
                    tokio::time::sleep(clock::jittered(self.pace.before_retry * (1 << (failed - 1)))).await;
                }
                Err(Refusal::Limited(limit)) => {
                    waited += 1;
                    let until = self.limited(limit, resource);
                    if waited >= WAITS || until > deadline {
                        return Err(self.says_limited(about, until));
                    }
                }
            }
        }
    }

    /// Sends a write once: after the writes before it, not too soon after the last, and not into a known limit.
    pub(super) async fn write<T>(
        &self,
        about: &About<'_>,
        resource: &str,
        once: impl AsyncFnOnce() -> Result<T, Refusal>,
    ) -> Result<T, ForgeError> {
        if self.offline {
            return Err(ForgeError::Offline(format!("nothing was sent for {}, since --offline was given", about.place)));
        }
        let mut last = self.last_write.lock().await;
        if let Some(last) = *last {
            tokio::time::sleep_until(last + self.pace.between_writes).await;
        }
        self.hold(about, resource, clock::from_now(self.pace.patience)).await?;
        let ended = once().await;
        *last = Some(Instant::now());
        match ended {
            Ok(answer) => {
                self.tally.served();
                Ok(answer)
            }
            Err(Refusal::Again(error) | Refusal::Final(error)) => Err(error),
            Err(Refusal::Limited(limit)) => Err(self.says_limited(about, self.limited(limit, resource))),
        }
    }

    /// How much a read is worth, whether or not there is a kept answer to fall back to.
    pub(super) fn effort(&self, kept: bool) -> Effort {
        let down = *self.down.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = down.is_some_and(|since| since.until(clock::now()) < DOWN);
        if kept && lately { Effort { tries: 1, most: BRIEF } } else { Effort { tries: TRIES, most: Duration::MAX } }
    }

    fn note_down(&self, since: Option<Timestamp>) {
        *self.down.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }

    /// Waits until `resource` may be asked, and tells so meanwhile.
    async fn hold(&self, about: &About<'_>, resource: &str, deadline: Timestamp) -> Result<(), ForgeError> {
        while let Some((until, why)) = self.tally.held(resource) {
            if until > deadline {
                return Err(self.says_limited(about, until));
            }
            let _told = self.tally.tell(until, format!("{}: {why}", about.host));
            tokio::time::sleep(clock::left(until)).await;
        }
        Ok(())
    }

    fn limited(&self, limit: Limit, resource: &str) -> Timestamp {
        match limit {
            Limit::Primary(reset) => {
                self.tally.used_up(resource, reset);
                reset
            }
            Limit::Secondary(until) => self.tally.pause(until, self.pace.unsaid_limit),
        }
    }

    fn says_limited(&self, about: &About<'_>, until: Timestamp) -> ForgeError {
        let (host, place) = (&self.address.host, &about.place);
        let says = format!(
            "{host} answers no more requests for now, {place} among them; try again at {} (in {})",
            clock::shown(until),
            short_age(clock::now().until(until))
        );
        ForgeError::Limited { until, says }
    }
}
