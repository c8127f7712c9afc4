//! Events of a change, as rules of Sigma ask them: what each kind tells.
//!
//! Everything in an event is text from outside; nothing of it is ever run.

pub mod fields;
