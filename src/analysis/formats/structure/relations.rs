//! Keys of `inside`, `has`, `precedes` and `follows`. The library passes over those it does not know, and the rule would ask for something else.

use serde_json::Value;

const RELATIONS: [&str; 4] = ["inside", "has", "precedes", "follows"];
const KNOWN: [&str; 15] = [
    "pattern", "kind", "regex", "nthChild", "range", "inside", "has", "precedes", "follows", "all", "any", "not", "matches", "stopBy",
    "field",
];

/// Looks at `value`, which stands under `key`.
///
/// # Errors
/// One sentence, when it is a relation with a key that means nothing.
pub(super) fn known(key: &str, value: &Value) -> Result<(), String> {
    let keys = value.as_object().filter(|_| RELATIONS.contains(&key));
    match keys.into_iter().flat_map(|keys| keys.keys()).find(|key| !KNOWN.contains(&key.as_str())) {
        Some(unknown) => {
            let meant = KNOWN.iter().find(|known| known.eq_ignore_ascii_case(unknown));
            let says = meant.map_or_else(|| format!("those there are: {}", KNOWN.join(", ")), |meant| format!("write `{meant}`"));
            Err(format!("`{}` is no key of `{key}`; {says}", unknown.escape_default()))
        }
        None => Ok(()),
    }
}
