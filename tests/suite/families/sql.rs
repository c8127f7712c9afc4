//! SQL: migrations that give rights or take data.

use lazaret::model::rule::Severity;

#[test]
fn no_migration_is_lost_and_no_ordinary_one_is_worth_a_look() {
    super::holds_by_kind("sql", Severity::Medium);
}
