//! VULN: weaknesses, each kind over several languages.

use lazaret::model::rule::Severity;

#[test]
fn every_kind_is_found_and_nothing_ordinary_is_worth_a_look() {
    super::holds_by_kind("vuln", Severity::Medium);
}
