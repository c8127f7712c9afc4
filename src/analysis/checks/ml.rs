//! Rules about models, their templates, and the data they are made from.

pub mod imports;
pub mod rows;

pub mod chat_template_executes;
pub mod data_provenance_weakened;
pub mod dataset_hash_mismatch;
pub mod dataset_trigger;
pub mod evaluation_weakened;
pub mod model_executes_code;
pub mod model_format_weakened;
pub mod model_malformed;
pub mod model_unpinned;
