//! What a policy's judgement rests on, and what it comes to. Plain data.

use crate::model::forge::Account;
use crate::model::policy::{Policy, Touched};
use crate::model::response::People;
use crate::model::time::Timestamp;
use crate::response::policy::first::First;

/// Who belongs to which team, as far as the forge said: organisation, team, account.
pub type Members = Vec<(String, String, Account)>;

/// What a judgement rests on, besides the plan.
#[derive(Clone, Copy)]
pub struct Situation<'a> {
    /// The policy in force, or in one sentence why it cannot be read.
    pub policy: Result<&'a Policy, &'a str>,
    /// What each pull touches, in the order of the decision; empty for verbs that look at no change.
    pub touched: &'a [Touched],
    /// First halves that were recorded for this verb, latest first.
    pub firsts: &'a [First],
    /// Who belongs to the teams that the policy names.
    pub members: &'a Members,
    /// How many changes were named at once with these, themselves included.
    pub among: usize,
    /// Now: a decision that waited was made earlier.
    pub now: Timestamp,
}

/// What the policy says of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// Why it cannot be carried out.
    pub refusals: Vec<String>,
    /// What the reviewer should know.
    pub warnings: Vec<String>,
    /// How many people it takes.
    pub people: People,
    /// Names to type.
    pub words: Vec<String>,
    /// Why it takes two, when it does.
    pub reasons: Vec<String>,
}
