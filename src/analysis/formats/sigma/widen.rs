//! Wildcards over several lines: `*` and `?` stand for any character, and the lines of a change come as one text.
//!
//! The engine's own wildcards stop at the end of a line. Values written with them are brought to a form that does not; so are those
//! with `windash`, of which the engine takes wildcards for characters and knows one dash to begin with, and keywords as it reads them.

use rsigma_parser::{Detection, DetectionItem, Detections, FieldSpec, Modifier, SigmaString, SigmaValue, SpecialChar, StringPart};

/// What begins an option on Windows: each stands for the others.
const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];

/// Brings every value with a wildcard in `detections` to a form that reaches over lines.
pub(super) fn widen(detections: &mut Detections) {
    detections.named.values_mut().for_each(detection);
}

fn detection(part: &mut Detection) {
    match part {
        Detection::AllOf(items) => items.iter_mut().for_each(|own| {
            keyword(own);
            item(own);
        }),
        Detection::AnyOf(parts) | Detection::And(parts) => parts.iter_mut().for_each(detection),
        Detection::ArrayMatch { body, .. } => detection(body),
        Detection::Conditional { named, .. } => named.values_mut().for_each(detection),
        Detection::Keywords(values) => {
            values.iter_mut().for_each(number);
            if let Some(values) = shaped(values, Shape::Inside) {
                *part = Detection::Keywords(values);
            } else if let Some(values) = patterns(values, &[Modifier::Contains]) {
                let field = FieldSpec { name: None, modifiers: vec![Modifier::Re, Modifier::IgnoreCase, Modifier::DotAll] };
                *part = Detection::AllOf(vec![DetectionItem { field, values }]);
            }
        }
    }
}

/// Keywords with modifiers, such as `'|all'`, stand anywhere too.
fn keyword(item: &mut DetectionItem) {
    let way = |modifier: &Modifier| !matches!(modifier, Modifier::All | Modifier::Cased | Modifier::WindAsh);
    if item.field.name.is_none() && !item.field.modifiers.iter().any(way) {
        item.values.iter_mut().for_each(number);
        item.field.modifiers.push(Modifier::Contains);
    }
}

/// A number is looked for as it is written.
fn number(value: &mut SigmaValue) {
    let text = match value {
        SigmaValue::Integer(number) => number.to_string(),
        SigmaValue::Float(number) => number.to_string(),
        _ => return,
    };
    *value = SigmaValue::String(SigmaString::from_raw(&text));
}

fn item(item: &mut DetectionItem) {
    let modifiers = &item.field.modifiers;
    let simple = |modifier: &Modifier| {
        matches!(
            modifier,
            Modifier::Contains
                | Modifier::StartsWith
                | Modifier::EndsWith
                | Modifier::All
                | Modifier::Cased
                | Modifier::Neq
                | Modifier::WindAsh
        )
    };
    if !modifiers.iter().all(simple) {
        return;
    }
    let way = |modifier: &Modifier| matches!(modifier, Modifier::Contains | Modifier::StartsWith | Modifier::EndsWith | Modifier::WindAsh);
    let whole = !modifiers.iter().any(way);
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

/// `values` as expressions, when they are all texts and one has a wildcard or may be written with any dash.
fn patterns(values: &[SigmaValue], modifiers: &[Modifier]) -> Option<Vec<SigmaValue>> {
    let texts: Option<Vec<&SigmaString>> = values
        .iter()
        .map(|value| match value {
            SigmaValue::String(text) => Some(text),
            _ => None,
        })
        .collect();
    let has = |wanted: Modifier| modifiers.contains(&wanted);
    let dashed = has(Modifier::WindAsh);
    let texts = texts.filter(|texts| dashed || texts.iter().any(|text| text.contains_wildcards()))?;
    let (front, back) = (!has(Modifier::Contains) && !has(Modifier::EndsWith), !has(Modifier::Contains) && !has(Modifier::StartsWith));
    let pattern = |text: &SigmaString| {
        let inner: String = text.parts.iter().map(|own| part(own, dashed)).collect();
        let (front, back) = (if front { r"\A" } else { "" }, if back { r"\z" } else { "" });
        SigmaValue::String(SigmaString::from_raw(&format!("{front}{inner}{back}")))
    };
    Some(texts.into_iter().map(pattern).collect())
}

fn part(part: &StringPart, dashed: bool) -> String {
    match part {
        StringPart::Plain(text) if dashed => text.split(DASHES).map(regex::escape).collect::<Vec<_>>().join("[-/\u{2013}\u{2014}\u{2015}]"),
        StringPart::Plain(text) => regex::escape(text),
        StringPart::Special(SpecialChar::WildcardMulti) => ".*".to_owned(),
        StringPart::Special(SpecialChar::WildcardSingle) => ".".to_owned(),
    }
}
