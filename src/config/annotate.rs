//! Which rules only annotate: `[rules]` of the settings.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use crate::config::error::ConfigError;
use crate::config::table::{Document, items};

/// The names in the table at `value`.
///
/// # Errors
/// When a key does not exist or its value is of another kind.
pub fn read(document: &Document<'_>, value: &Spanned<DeValue<'_>>) -> Result<BTreeSet<String>, ConfigError> {
    let mut names = BTreeSet::new();
    for (name, at, value) in items(document.table(value)?) {
        if name != "annotate" {
            return Err(document.error(&at, format!("there is no {name:?} in [rules]; it has annotate")));
        }
        for (name, _) in elements(document, value)? {
            names.insert(name);
        }
    }
    Ok(names)
}

/// The names of a list, each with its place.
///
/// # Errors
/// When it is something else.
pub fn elements(document: &Document<'_>, value: &Spanned<DeValue<'_>>) -> Result<Vec<(String, Range<usize>)>, ConfigError> {
    let list = value.get_ref().as_array();
    let list = list.ok_or_else(|| document.error(&value.span(), "a list of rule names is expected here, such as [\"dynamic-code\"]"))?;
    list.iter().map(|name| Ok((document.string(name)?.to_owned(), name.span()))).collect()
}
