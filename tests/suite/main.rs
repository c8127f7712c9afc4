//! The integration tests: one binary, one file for each kind of promise, strong helpers, hermetic worlds.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::string_slice,
    reason = "tests fail loudly and run real programs"
)]

mod agents;
mod alike_github;
mod analysis;
mod approve;
mod architecture;
mod bad_input;
mod by_hand;
mod calibrate;
mod cli;
mod comment_file;
mod console_github;
mod crash;
mod demo;
mod docs;
mod ecosystems;
mod effort;
mod evidence;
mod evidence_attacks;
mod export;
mod failures;
mod families;
mod fixture;
mod flows;
mod forge_screens;
mod forge_steps;
mod github;
mod github_answers;
mod github_client;
mod github_desk;
mod github_documents;
mod github_door;
mod github_evidence;
mod github_faults;
mod github_fetch;
mod github_liars;
mod github_logs;
mod github_server;
mod github_source;
mod github_switches;
mod github_verbs;
mod guard;
mod history;
mod hook;
mod hostile;
mod imported;
mod keys;
mod ledger;
mod limits;
mod look_ups;
mod look_ups_console;
mod look_ups_github;
mod manifests;
mod mixture;
mod opened;
mod osv;
mod own_editor;
mod palette;
mod patch_id;
mod patterns;
mod policy;
mod policy_github;
mod prefilter;
mod program;
mod provenance;
mod providers;
mod pty;
mod queue_github;
mod remarks;
mod response;
mod revert;
mod revert_github;
mod risk;
mod rule_packs;
mod rules;
mod scene;
mod screens;
mod scripted;
#[cfg(target_os = "linux")]
mod secret_bus;
mod secrets;
mod secrets_history;
mod secrets_redaction;
mod secrets_shown;
mod shapes;
mod sigma;
mod sigma_reading;
mod signing;
mod sources;
mod stage;
mod statements;
mod story;
mod structure;
mod structure_hostile;
mod sweep;
mod sweep_console;
mod sweep_github;
mod sweep_large;
mod sweep_policy;
mod testimony_github;
mod threads;
mod together;
mod triage;
mod two_people;
mod two_people_github;
mod unified;
mod unread;
mod waiting;
mod world;
