//! The verbs of the console: (memory, request) -> effects as data, one verb in each file.
//!
//! Nothing here draws, waits, reads or writes.

pub mod arrivals;
pub mod update;

mod agents;
mod annotate_rule;
mod begin_sweep;
mod choose_section;
mod close;
mod complain;
mod complete;
mod confirm;
mod copy;
mod decide;
mod edit_text;
mod fit;
mod focus;
mod judge_finding;
mod judge_waiting;
mod jump;
mod leave;
mod lists;
mod look_again;
mod move_cursor;
mod open;
mod open_pull;
mod opened;
mod own_editor;
mod palette;
mod point;
mod prompt;
mod read_thread;
mod refresh;
mod settle_thread;
mod show_panel;
mod stop;
mod sweep;
mod switch_pane;
mod take_bans;
mod take_budget;
mod take_change;
mod take_decision;
mod take_dossier;
mod take_draft;
mod take_judgement;
mod take_list;
mod take_matches;
mod take_records;
mod take_report;
mod take_waiting;
mod tint;
mod toggle_fold;
mod toggle_layout;
mod toggle_viewed;
mod write_remark;
