//! Rules about what runs: decoded text, text put together, downloads, objects read back.

mod argument_list;
pub mod disguise;
pub mod engines;
mod here_documents;
pub mod node_shell;
mod ran_before;
pub mod runners;
mod shell_in_shell;
pub mod spelling;
pub mod through_helper;

pub mod decode_then_execute;
pub mod dynamic_code;
pub mod foreign_code_loaded;
pub mod options_unended;
pub mod remote_script;
pub mod runs_on_load;
pub mod shell_nonliteral;
pub mod unsafe_deserialisation;
pub mod verification_dropped;
pub mod word_in_pieces;
