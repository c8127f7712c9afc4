//! Rules about weaknesses that need more than the shape of one expression: what a request brings, what stood there before, what an
//! expression would cost. The others are structure rules.

pub mod ambiguity;
pub mod asked;
mod beside;
pub mod between;
pub mod bounds;
pub mod careless;
mod escaping_switched;
pub mod handlers;
mod marked_valid;
mod names_written;
mod only_given;
pub mod pairs;
pub mod place;
pub mod plain_turns;
pub mod request;
mod taken_as_given;
pub mod twins;
pub mod unpaced;

pub mod bound_changed;
pub mod check_emptied;
pub mod cipher_downgraded;
pub mod destructive_command;
pub mod destructive_sql;
pub mod escaping_dropped;
mod fields_opened;
pub mod forgery_check_removed;
pub mod freed_and_kept;
pub mod input_check_weakened;
pub mod logic_bomb;
pub mod merge_from_request;
pub mod page_from_request;
pub mod path_from_request;
pub mod protection_undone;
pub mod redirect_from_request;
pub mod regex_backtracks;
pub mod regex_from_request;
pub mod safe_call_replaced;
pub mod sanitiser_loosened;
pub mod sanitiser_removed;
pub mod shared_write_unlocked;
pub mod sql_from_request;
pub mod sql_rights_raised;
pub mod unbounded_requests;
pub mod unguarded_route;
pub mod url_from_request;
