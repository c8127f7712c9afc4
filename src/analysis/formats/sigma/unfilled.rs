//! Placeholders that nothing fills: `%name%` of `expand` stands for an event's own field, and where no event has such a field it stands for
//! itself. The engine would take it for an empty text, which every empty field is.

use rsigma_parser::{Detection, Detections, Modifier, SigmaValue};

use crate::analysis::events::fields::field;

/// Lets every template in `detections` that names a field no event has be the text it is written as.
pub(super) fn literal(detections: &mut Detections) {
    detections.named.values_mut().for_each(detection);
}

fn detection(part: &mut Detection) {
    match part {
        Detection::AllOf(items) => {
            for item in items {
                if item.field.modifiers.contains(&Modifier::Expand) && item.values.iter().any(unfilled) {
                    item.field.modifiers.retain(|modifier| *modifier != Modifier::Expand);
                }
            }
        }
        Detection::AnyOf(parts) | Detection::And(parts) => parts.iter_mut().for_each(detection),
        Detection::ArrayMatch { body, .. } => detection(body),
        Detection::Conditional { named, .. } => named.values_mut().for_each(detection),
        Detection::Keywords(_) => {}
    }
}

fn unfilled(value: &SigmaValue) -> bool {
    let SigmaValue::String(text) = value else { return false };
    name(&text.original).is_some()
}

/// The first placeholder of `text` that is no field of an event.
pub(super) fn name(text: &str) -> Option<&str> {
    let parts: Vec<&str> = text.split('%').collect();
    // What stands behind the last sign is closed by none.
    let closed = parts.len().saturating_sub(1);
    parts.into_iter().take(closed).skip(1).step_by(2).find(|name| !name.is_empty() && field(name).is_none())
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn placeholders_are_told_from_text_and_from_fields() {
        assert_eq!(name("%admins%"), Some("admins"));
        assert_eq!(name("a %repo% b %admins% c"), Some("admins"));
        for text in ["%repo%", "100%", "50% of admins", "", "%%"] {
            assert_eq!(name(text), None, "{text}");
        }
    }
}
