//! On-disk shapes, each with its version. The only serde derives for storage; nothing else names a stored field.

pub mod answers;
pub mod case;
pub mod chain;
pub mod decision;
pub mod draft;
mod forge;
pub mod noise;
pub(crate) mod observation;
mod remark;
pub mod sweep;
pub mod waiting;
