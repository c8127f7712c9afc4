//! Text made to steer an agent: in its instructions, in what a reader does not see, in messages, comments and data.
//!
//! Words are only a note; where they stand and what they ask for decides.

mod guards_dropped;
pub mod instruction_order;
pub mod instruction_override;
pub mod instruction_resembles_attack;
pub mod instruction_secrecy;
pub mod instructions_replaced;
mod kind;
mod likeness;
pub mod markdown_exfiltration;
mod passages;
mod phrases;
pub mod prompt_exception;
mod styled;
pub mod trigger_comment;
