//! Wildcards over several lines: `*` and `?` stand for any character, and the lines of a change come as one text.
//!
//! The engine's own wildcards stop at the end of a line. Values written with them are brought to a form that does not.

use rsigma_parser::{Detection, DetectionItem, Detections, FieldSpec, Modifier, SigmaString, SigmaValue, SpecialChar, StringPart};

/// Brings every value with a wildcard in `detections` to a form that reaches over lines.
pub(super) fn widen(detections: &mut Detections) {
    detections.named.values_mut().for_each(detection);
}

fn detection(part: &mut Detection) {
    match part {
        Detection::AllOf(items) => items.iter_mut().for_each(item),
        Detection::AnyOf(parts) | Detection::And(parts) => parts.iter_mut().for_each(detection),
        Detection::ArrayMatch { body, .. } => detection(body),
        Detection::Conditional { named, .. } => named.values_mut().for_each(detection),
        Detection::Keywords(values) => {
            if let Some(values) = shaped(values, Shape::Inside) {
                *part = Detection::Keywords(values);
            } else if let Some(values) = patterns(values, &[Modifier::Contains]) {
                let field = FieldSpec { name: None, modifiers: vec![Modifier::Re, Modifier::IgnoreCase, Modifier::DotAll] };
                *part = Detection::AllOf(vec![DetectionItem { field, values }]);
            }
        }
    }
}

fn item(item: &mut DetectionItem) {
    let modifiers = &item.field.modifiers;
    let simple = |modifier: &Modifier| {
        matches!(modifier, Modifier::Contains | Modifier::StartsWith | Modifier::EndsWith | Modifier::All | Modifier::Cased | Modifier::Neq)
    };
    if !modifiers.iter().all(simple) {
        return;
    }
    let whole = !modifiers.iter().any(|modifier| matches!(modifier, Modifier::Contains | Modifier::StartsWith | Modifier::EndsWith));
    for (shape, modifier) in [(Shape::Inside, Modifier::Contains), (Shape::Front, Modifier::StartsWith), (Shape::Back, Modifier::EndsWith)]
    {
        if let Some(values) = whole.then(|| shaped(&item.values, shape)).flatten() {
            item.values = values;
            item.field.modifiers.push(modifier);
            return;
        }
    }
    let Some(values) = patterns(&item.values, modifiers) else { return };
    let kept = modifiers.iter().filter(|modifier| matches!(modifier, Modifier::All | Modifier::Neq)).copied();
    let mut written = vec![Modifier::Re, Modifier::DotAll];
    written.extend(kept);
    written.extend((!modifiers.contains(&Modifier::Cased)).then_some(Modifier::IgnoreCase));
    item.values = values;
    item.field.modifiers = written;
}

/// How a text stands between wildcards.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// `*text*`
    Inside,
    /// `text*`
    Front,
    /// `*text`
    Back,
}

/// The texts of `values`, when all of them have this shape.
fn shaped(values: &[SigmaValue], shape: Shape) -> Option<Vec<SigmaValue>> {
    const STAR: StringPart = StringPart::Special(SpecialChar::WildcardMulti);
    let inner = |value: &SigmaValue| {
        let SigmaValue::String(written) = value else { return None };
        let text = match (shape, written.parts.as_slice()) {
            (Shape::Inside, [STAR, StringPart::Plain(text), STAR]) => text,
            (Shape::Front, [StringPart::Plain(text), STAR]) => text,
            (Shape::Back, [STAR, StringPart::Plain(text)]) => text,
            _ => return None,
        };
        Some(SigmaValue::String(SigmaString::from_raw(text)))
    };
    values.iter().map(inner).collect()
}

/// `values` as expressions, when they are all texts and one has a wildcard.
fn patterns(values: &[SigmaValue], modifiers: &[Modifier]) -> Option<Vec<SigmaValue>> {
    let texts: Option<Vec<&SigmaString>> = values
        .iter()
        .map(|value| match value {
            SigmaValue::String(text) => Some(text),
            _ => None,
        })
        .collect();
    let texts = texts.filter(|texts| texts.iter().any(|text| text.contains_wildcards()))?;
    let has = |wanted: Modifier| modifiers.contains(&wanted);
    let (front, back) = (!has(Modifier::Contains) && !has(Modifier::EndsWith), !has(Modifier::Contains) && !has(Modifier::StartsWith));
    let pattern = |text: &SigmaString| {
        let inner: String = text.parts.iter().map(part).collect();
        let (front, back) = (if front { r"\A" } else { "" }, if back { r"\z" } else { "" });
        SigmaValue::String(SigmaString::from_raw(&format!("{front}{inner}{back}")))
    };
    Some(texts.into_iter().map(pattern).collect())
}

fn part(part: &StringPart) -> String {
    match part {
        StringPart::Plain(text) => regex::escape(text),
        StringPart::Special(SpecialChar::WildcardMulti) => ".*".to_owned(),
        StringPart::Special(SpecialChar::WildcardSingle) => ".".to_owned(),
    }
}
