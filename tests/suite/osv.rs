//! OSV's published schema of records: what the tests have a server or a folder say is held to it.

use std::sync::LazyLock;

use serde_json::Value;

use crate::github::contract;

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let text = contract::file("osv.schema.json").unwrap_or_else(|why| panic!("{why}"));
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
});

/// `record`, which is one as OSV publishes them.
#[track_caller]
pub(crate) fn record(record: Value) -> Value {
    let wrong: Vec<String> = SCHEMA.iter_errors(&record).map(|error| format!("{} at {}", error, error.instance_path)).collect();
    assert!(wrong.is_empty(), "OSV publishes no such record: {wrong:#?}\n{record:#}");
    record
}

#[test]
fn what_is_no_record_is_noticed() {
    for wrong in [
        serde_json::json!({"id": "GHSA-x"}),
        serde_json::json!({"id": "nonsense", "modified": "2026-01-01T00:00:00Z"}),
        serde_json::json!({"id": "GHSA-x", "modified": "2026-01-01T00:00:00Z", "affected": [{"package": {"ecosystem": "npm"}}]}),
    ] {
        assert!(!SCHEMA.is_valid(&wrong), "{wrong:#}");
    }
}
