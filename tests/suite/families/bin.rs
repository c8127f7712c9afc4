//! BIN: files that are no text, and what is made from them.

use lazaret::model::rule::Severity;

#[test]
fn nothing_opaque_is_lost_and_nothing_ordinary_is_worth_a_look() {
    super::holds_by_kind("bin", Severity::Medium);
}
