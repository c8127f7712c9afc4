//! Dependencies that are not what they should be: over the rows and inventories of `manifests`.

mod commands;
pub mod dependency_added;
pub mod dependency_fed_secret;
pub mod dependency_installs_code;
pub mod dependency_just_published;
pub mod dependency_known_malicious;
pub mod dependency_lock_mismatch;
pub mod dependency_look_alike;
pub mod dependency_new_source;
pub mod dependency_odd_version;
pub mod dependency_side_effect;
pub mod dependency_unlisted;
pub mod dependency_unpinned;
pub mod dependency_unused;
pub mod dependency_vulnerable;
pub mod dependency_withdrawn;
pub mod import_undeclared;
pub mod likeness;
pub mod lists;
mod owned;
pub mod popular;
pub mod settings;
pub mod table;
pub mod told;
