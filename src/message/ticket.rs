//! Which question an answer belongs to. Stale answers are told by their ticket and dropped.

/// A number given out once per question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// What a question is about. A new question of a kind makes its former one stale and cancels its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Which pulls there are.
    List,
    /// How risky each of them is.
    Judge,
    /// One pull with its diff.
    Load,
    /// What the analysis says of the opened pull.
    Analyse,
    /// Syntax classes and changed words of the lines on screen.
    Tint,
    /// Where a text occurs in the diff.
    Search,
    /// What a decision would do.
    Plan,
    /// A decision carried out. Never cancelled.
    CarryOut,
    /// The records of decisions.
    Ledger,
    /// The unsent review of the opened pull.
    Draft,
    /// What its forge keeps around the opened pull.
    Dossier,
    /// Decisions made offline that wait to be sent.
    Waiting,
    /// Whom lazaret's own list stops.
    Bans,
    /// One side of a file, to be looked at in the reviewer's own editor.
    Whole,
    /// How the opened pull stands now.
    Look,
    /// The pull that is likely opened next.
    Ahead,
    /// What is known of rules from their use.
    Noise,
    /// A rule that shall only annotate, or no longer. Never cancelled.
    Annotate,
    /// Which sweeps there were.
    Sweeps,
    /// A sweep.
    Sweep,
    /// A report being saved.
    Save,
    /// What agents did over time.
    Agents,
    /// What is unusual in the opened pull.
    Observe,
}
