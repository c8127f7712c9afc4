//! The price of a document by GitHub's formula: requests needed for each connection, added up, divided by 100 and
//! rounded to the nearest whole number, at least one point.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::{Field, Operation, Selection, SelectionSet};
use serde_json::Value;

/// Points, and nodes asked for at most.
pub fn of(document: &ExecutableDocument, operation: &Operation, variables: &Value) -> (u64, u64) {
    let mut sum = Sum { document, variables, requests: 0, nodes: 0 };
    sum.selections(&operation.selection_set, 1);
    (((sum.requests + 50) / 100).max(1), sum.nodes)
}

struct Sum<'d> {
    document: &'d ExecutableDocument,
    variables: &'d Value,
    requests: u64,
    nodes: u64,
}

impl Sum<'_> {
    fn selections(&mut self, set: &SelectionSet, times: u64) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    let each = self.size(field);
                    if let Some(each) = each {
                        self.requests += times;
                        self.nodes += times * each;
                    }
                    self.selections(&field.selection_set, times * each.unwrap_or(1));
                }
                Selection::InlineFragment(inline) => self.selections(&inline.selection_set, times),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name) {
                        self.selections(&fragment.selection_set, times);
                    }
                }
            }
        }
    }

    /// How many items a connection is asked for; `None` for what is no connection.
    fn size(&self, field: &Field) -> Option<u64> {
        if !field.definition.ty.inner_named_type().ends_with("Connection") {
            return None;
        }
        let bound = |name: &str| {
            let value = field.specified_argument_by_name(name)?;
            match value.as_variable() {
                Some(variable) => self.variables[variable.as_str()].as_u64(),
                None => value.to_i32().and_then(|count| u64::try_from(count).ok()),
            }
        };
        bound("first").or_else(|| bound("last")).or(Some(100))
    }
}
