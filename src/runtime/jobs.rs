//! Work off the drawing thread. A new job of a kind cancels its former; what it reports carries its ticket.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;

use crate::message::event::{Event, News};
use crate::message::ticket::{Kind, Ticket};
use crate::model::cancel::Cancel;
use crate::runtime::agenda::Agenda;

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
    focus: Focus,
    agenda: Agenda,
    painter: Option<Sender<Work>>,
}

/// Something to be done on a thread.
type Work = Box<dyn FnOnce() + Send>;

/// The file, by its position in the patch, that the reader is at: the analysis goes on from there.
#[derive(Clone, Debug, Default)]
pub struct Focus(Arc<AtomicUsize>);

impl Focus {
    /// The reader is at this file.
    pub fn set(&self, file: usize) {
        self.0.store(file, Ordering::Relaxed);
    }

    /// Where the reader is.
    #[must_use]
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Jobs {
    /// No jobs yet; they will report to `sender`.
    #[must_use]
    pub fn new(sender: UnboundedSender<Event>) -> Self {
        Self { sender, cancels: HashMap::new(), must_end: None, focus: Focus::default(), agenda: Agenda::default(), painter: painter() }
    }

    /// Where the reader is.
    #[must_use]
    pub fn focus(&self) -> &Focus {
        &self.focus
    }

    /// Which pulls of the queue are judged next.
    #[must_use]
    pub fn agenda(&self) -> &Agenda {
        &self.agenda
    }

    /// Starts `work` and cancels what went before it, unless that is a decision being carried out.
    pub fn start(&mut self, kind: Kind, ticket: Ticket, work: impl FnOnce(&Cancel, &Reporter) + Send + 'static) {
        let cancel = Cancel::default();
        if let Some(former) = self.cancels.insert(kind, cancel.clone()) {
            former.cancel();
        }
        let reporter = Reporter { ticket, sender: self.sender.clone() };
        let urgent = is_urgent(kind).then(|| self.agenda.urgent());
        let job = move || {
            let _urgent = urgent;
            if catch_unwind(AssertUnwindSafe(|| work(&cancel, &reporter))).is_err() {
                let says = "a part of lazaret broke off; what it was doing is in the log, and nothing else is touched";
                reporter.tell(News::Broken(kind, says.to_owned()));
            }
        };
        match kind {
            Kind::Tint => self.paint(job),
            Kind::CarryOut | Kind::Annotate => self.must_end = Some(tokio::task::spawn_blocking(job)),
            _ => drop(tokio::task::spawn_blocking(job)),
        }
    }

    /// Does `work` on the thread of looks, after what waits there already.
    pub fn paint(&self, work: impl FnOnce() + Send + 'static) {
        let Some(painter) = &self.painter else { return drop(tokio::task::spawn_blocking(work)) };
        let _ = painter.send(Box::new(work));
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

/// Whether the person waits for it, so that judging the queue steps aside.
fn is_urgent(kind: Kind) -> bool {
    matches!(kind, Kind::Load | Kind::Analyse | Kind::Plan | Kind::CarryOut | Kind::Dossier)
}

/// The one thread that finds looks, for as long as there are jobs. The regular expressions of a grammar keep a cache for every
/// thread that uses them, which is most of what a console weighs; `None` when the system gives no thread.
fn painter() -> Option<Sender<Work>> {
    let (sender, waiting) = channel::<Work>();
    let paint = move || waiting.into_iter().for_each(|work| work());
    std::thread::Builder::new().name("lazaret-looks".to_owned()).stack_size(STACK).spawn(paint).ok().map(|_| sender)
}
