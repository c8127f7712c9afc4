//! Work off the drawing thread. A new job of a kind cancels its former; what it reports carries its ticket.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;

use crate::message::event::{Event, News};
use crate::message::ticket::{Kind, Ticket};
use crate::model::cancel::Cancel;

/// Bytes of stack of every thread that reads outside text: deep enough for the parsers of hostile input.
pub const STACK: usize = 16 << 20;

/// Where a job reports to.
#[derive(Clone, Debug)]
pub struct Reporter {
    ticket: Ticket,
    sender: UnboundedSender<Event>,
}

impl Reporter {
    /// Tells the console. When it is gone, nobody needs to know.
    pub fn tell(&self, news: News) {
        let _ = self.sender.send(Event { ticket: self.ticket, news });
    }
}

/// The jobs under way.
#[derive(Debug)]
pub struct Jobs {
    sender: UnboundedSender<Event>,
    cancels: HashMap<Kind, Cancel>,
    must_end: Option<JoinHandle<()>>,
}

impl Jobs {
    /// No jobs yet; they will report to `sender`.
    #[must_use]
    pub fn new(sender: UnboundedSender<Event>) -> Self {
        Self { sender, cancels: HashMap::new(), must_end: None }
    }

    /// Starts `work` and cancels what went before it, unless that is a decision being carried out.
    pub fn start(&mut self, kind: Kind, ticket: Ticket, work: impl FnOnce(&Cancel, &Reporter) + Send + 'static) {
        let cancel = Cancel::default();
        if let Some(former) = self.cancels.insert(kind, cancel.clone()) {
            former.cancel();
        }
        let reporter = Reporter { ticket, sender: self.sender.clone() };
        let job = tokio::task::spawn_blocking(move || {
            if catch_unwind(AssertUnwindSafe(|| work(&cancel, &reporter))).is_err() {
                let says = "a part of lazaret broke off; what it was doing is in the log, and nothing else is touched";
                reporter.tell(News::Broken(kind, says.to_owned()));
            }
        });
        if kind == Kind::CarryOut {
            self.must_end = Some(job);
        }
    }

    /// Starts work that nobody waits for, but that is finished before the program ends.
    pub fn start_quiet(&mut self, work: impl FnOnce() -> Option<String> + Send + 'static) {
        let sender = self.sender.clone();
        let former = self.must_end.take();
        self.must_end = Some(tokio::task::spawn(async move {
            if let Some(former) = former {
                let _ = former.await;
            }
            if let Ok(Some(complaint)) = tokio::task::spawn_blocking(work).await {
                let _ = sender.send(Event { ticket: Ticket::default(), news: News::Complaint(complaint) });
            }
        }));
    }

    /// Nobody waits for the job of this kind any more.
    pub fn cancel(&mut self, kind: Kind) {
        if let Some(cancel) = self.cancels.remove(&kind) {
            cancel.cancel();
        }
    }

    /// Stops everything that may be stopped and waits for what may not: a decision being carried out, a review being kept.
    pub async fn end(&mut self) {
        self.cancels.values().for_each(Cancel::cancel);
        if let Some(job) = self.must_end.take() {
            let _ = job.await;
        }
    }
}
