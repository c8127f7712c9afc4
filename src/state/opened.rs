//! The pulls that are open: the one on screen, a few left whole, and of the others where the reader was and what they did. Bounded:
//! what is read again costs a moment, what the reader did is never lost by it.

use crate::model::pull::PullRef;
use crate::model::review::Review;
use crate::state::place::Place;
use crate::state::session::{LayoutChoice, Session};
use crate::state::tints::Tints;

/// Pulls kept with their diff, besides the one on screen.
const WHOLE: usize = 6;
/// Bytes that their diffs weigh together.
const WEIGHT: usize = 24 << 20;
/// Pulls kept at all.
const MOST: usize = 50;

/// An open pull.
#[derive(Debug)]
pub struct OpenPull {
    /// Its address.
    pub at: PullRef,
    /// How far the reader was when they left it.
    pub far: Far,
    kept: Kept,
    weight: usize,
    used: u64,
}

/// How far a reader is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Far {
    /// Files marked as viewed, of all.
    pub viewed: (usize, usize),
    /// Unsent remarks.
    pub unsent: usize,
    /// The path under the cursor. Hostile until drawn.
    pub path: String,
}

impl Far {
    /// How far the reader of `session` is.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        let path = session.file_here().and_then(|at| session.file(at)).map(|file| file.path().text().into_owned());
        Self {
            viewed: (session.viewed_count(), session.viewed.len()),
            unsent: session.review.remarks.len(),
            path: path.unwrap_or_default(),
        }
    }
}

/// What is kept of an open pull.
#[derive(Debug)]
enum Kept {
    /// It is on screen.
    Shown,
    /// All of it.
    Whole(Box<Session>),
    /// Where the reader was.
    Marked(Box<Bookmark>),
}

/// Where a reader was in a pull, to be found again when it is read anew.
#[derive(Clone, Debug)]
pub struct Bookmark {
    place: Place,
    /// How they wanted the diff laid out.
    pub choice: LayoutChoice,
    /// The digest of the diff they read.
    pub digest: String,
    /// What they did that is kept nowhere else.
    review: Option<Review>,
}

impl Bookmark {
    /// Where the reader of `session` is.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        let review = (!session.kept).then(|| session.review.clone());
        Self { place: Place::of(session), choice: session.view.choice, digest: session.change.digest.clone(), review }
    }

    /// Puts the reader of `session` there again.
    pub fn restore(self, session: &mut Session) {
        self.place.restore(session);
        if let Some(review) = self.review {
            session.review = review;
        }
    }
}

/// The open pulls, in the order they were opened.
#[derive(Debug, Default)]
pub struct Opened {
    all: Vec<OpenPull>,
    clock: u64,
}

impl Opened {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[OpenPull] {
        &self.all
    }

    /// Where the pull at `at` is among them.
    #[must_use]
    pub fn position(&self, at: &PullRef) -> Option<usize> {
        self.all.iter().position(|open| open.at == *at)
    }

    /// The pull at `at` is on screen from now on; what was kept to find the reader's place again comes back.
    pub fn show(&mut self, at: &PullRef) -> Option<Bookmark> {
        self.clock += 1;
        match self.all.iter_mut().find(|open| open.at == *at) {
            Some(open) => {
                open.used = self.clock;
                match std::mem::replace(&mut open.kept, Kept::Shown) {
                    Kept::Marked(mark) => Some(*mark),
                    Kept::Whole(session) => Some(Bookmark::of(&session)),
                    Kept::Shown => None,
                }
            }
            None => {
                let new = OpenPull { at: at.clone(), far: Far::default(), kept: Kept::Shown, weight: 0, used: self.clock };
                self.all.push(new);
                self.shrink();
                None
            }
        }
    }

    /// The pull at `at` as it was left, if it is kept whole; it is on screen from now on.
    pub fn bring(&mut self, at: &PullRef) -> Option<Session> {
        let open = self.all.iter_mut().find(|open| open.at == *at)?;
        match std::mem::replace(&mut open.kept, Kept::Shown) {
            Kept::Whole(session) => {
                self.clock += 1;
                open.used = self.clock;
                Some(*session)
            }
            other => {
                open.kept = other;
                None
            }
        }
    }

    /// Leaves `session` to be gone on with later.
    pub fn leave(&mut self, mut session: Session) {
        self.clock += 1;
        let Some(open) = self.all.iter_mut().find(|open| open.at == session.change.pull.at) else { return };
        session.tints = Tints::default();
        session.search = None;
        session.view.chosen = None;
        (open.used, open.weight, open.far) = (self.clock, weight(&session), Far::of(&session));
        open.kept = Kept::Whole(Box::new(session));
        self.shrink();
    }

    /// Lets go of the pull at this position, unless it is on screen.
    pub fn let_go(&mut self, position: usize) -> bool {
        let free = self.all.get(position).is_some_and(|open| !matches!(open.kept, Kept::Shown));
        if free {
            self.all.remove(position);
        }
        free
    }

    /// The open pull behind or before the one at `at`, round the ends; from the queue, the one left last.
    #[must_use]
    pub fn neighbour(&self, at: Option<&PullRef>, forward: bool) -> Option<&PullRef> {
        let Some(here) = at.and_then(|at| self.position(at)) else {
            return self.all.iter().max_by_key(|open| open.used).map(|open| &open.at);
        };
        let count = self.all.len();
        let next = if forward { (here + 1) % count } else { (here + count - 1) % count };
        self.all.get(next).filter(|_| next != here).map(|open| &open.at)
    }

    /// Of what was not used for longest only the place is kept, then nothing.
    fn shrink(&mut self) {
        loop {
            let whole = self.all.iter_mut().filter(|open| matches!(open.kept, Kept::Whole(_)));
            let (count, weight) = whole.fold((0, 0), |(count, weight), open| (count + 1, weight + open.weight));
            if count <= WHOLE && weight <= WEIGHT {
                break;
            }
            let whole = self.all.iter_mut().filter(|open| matches!(open.kept, Kept::Whole(_)));
            let Some(oldest) = whole.min_by_key(|open| open.used) else { break };
            if let Kept::Whole(session) = &oldest.kept {
                oldest.kept = Kept::Marked(Box::new(Bookmark::of(session)));
            }
        }
        while self.all.len() > MOST {
            let left = self.all.iter().enumerate().filter(|(_, open)| !matches!(open.kept, Kept::Shown));
            let Some(oldest) = left.min_by_key(|(_, open)| open.used).map(|(at, _)| at) else { break };
            self.all.remove(oldest);
        }
    }

    /// Pulls kept with their diff, besides the one on screen.
    #[must_use]
    pub fn whole(&self) -> usize {
        self.all.iter().filter(|open| matches!(open.kept, Kept::Whole(_))).count()
    }
}

/// What a diff weighs in memory, about: its text and what is known of each line.
fn weight(session: &Session) -> usize {
    let texts = session.change.patch.files.iter().filter_map(|file| file.text());
    texts.map(|text| text.size() + text.lines.len() * 48).sum()
}
