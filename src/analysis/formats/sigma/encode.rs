//! `base64offset`: the digits that a text decides by itself, wherever it stands in what was encoded. And which modifiers go together.
//!
//! The engine also asks for the digit at the end that the text shares with its neighbour, and so misses most texts that go on.

use rsigma_parser::{Detection, DetectionItem, Detections, FieldSpec, Modifier, SigmaString, SigmaValue};

/// Brings every value with `base64offset` in `detections` to the texts it stands for.
pub(super) fn encode(detections: &mut Detections) {
    detections.named.values_mut().for_each(detection);
}

/// Why these modifiers cannot stand together, in one sentence; the engine would leave one of them aside, or none match.
pub(super) fn clash(modifiers: &[Modifier]) -> Option<String> {
    let has = |wanted: Modifier| modifiers.contains(&wanted);
    let encodes = has(Modifier::Base64) || has(Modifier::Base64Offset);
    let wide = [(Modifier::Wide, "wide"), (Modifier::Utf16be, "utf16be"), (Modifier::Utf16, "utf16")];
    if let Some((_, word)) = wide.into_iter().find(|(modifier, _)| has(*modifier)).filter(|_| !encodes) {
        return Some(format!("`|{word}` alone makes bytes that no text of an event has; write `|base64offset|contains` behind it"));
    }
    if has(Modifier::WindAsh) && encodes {
        return Some("`|windash` and an encoding do not go together here; write the forms with `-` and `/` as two values".to_owned());
    }
    let flags = [(Modifier::IgnoreCase, "i"), (Modifier::Multiline, "m"), (Modifier::DotAll, "s")];
    if let Some((_, word)) = flags.into_iter().find(|(modifier, _)| has(*modifier)).filter(|_| !has(Modifier::Re)) {
        return Some(format!("`|{word}` is a flag of `|re` alone; other comparisons ignore case unless `|cased` says otherwise"));
    }
    let changes = [
        (Modifier::Base64, "base64"),
        (Modifier::Base64Offset, "base64offset"),
        (Modifier::WindAsh, "windash"),
        (Modifier::Expand, "expand"),
    ];
    let compares = [
        (Modifier::Re, "re"),
        (Modifier::Cidr, "cidr"),
        (Modifier::Exists, "exists"),
        (Modifier::FieldRef, "fieldref"),
        (Modifier::Gt, "gt"),
        (Modifier::Gte, "gte"),
        (Modifier::Lt, "lt"),
        (Modifier::Lte, "lte"),
    ];
    let (_, change) = changes.into_iter().find(|(modifier, _)| has(*modifier))?;
    let (_, compare) = compares.into_iter().find(|(modifier, _)| has(*modifier))?;
    Some(format!("`|{change}` makes another text of the value, and `|{compare}` compares no texts; keep one of them"))
}

/// The first of `detections` whose modifiers cannot stand together, in one sentence.
pub(super) fn clashes(detections: &Detections) -> Option<String> {
    detections.named.values().find_map(clashing)
}

fn clashing(part: &Detection) -> Option<String> {
    match part {
        Detection::AllOf(items) => items.iter().find_map(|item| clash(&item.field.modifiers)),
        Detection::AnyOf(parts) | Detection::And(parts) => parts.iter().find_map(clashing),
        Detection::ArrayMatch { body, .. } => clashing(body),
        Detection::Conditional { named, .. } => named.values().find_map(clashing),
        Detection::Keywords(_) => None,
    }
}

fn detection(part: &mut Detection) {
    match part {
        Detection::AllOf(items) => items.iter_mut().for_each(item),
        Detection::AnyOf(parts) | Detection::And(parts) => parts.iter_mut().for_each(detection),
        Detection::ArrayMatch { body, .. } => detection(body),
        Detection::Conditional { named, .. } => named.values_mut().for_each(detection),
        Detection::Keywords(_) => {}
    }
}

fn item(item: &mut DetectionItem) {
    let DetectionItem { field: FieldSpec { modifiers, .. }, values } = item;
    if !modifiers.contains(&Modifier::Base64Offset) {
        return;
    }
    let forms: Option<Vec<Vec<String>>> = values.iter().map(|value| Some(shifted(&bytes(&plain(value)?, modifiers)))).collect();
    let Some(forms) = forms.filter(|forms| forms.iter().all(|forms| !forms.is_empty())) else { return };
    let kept = |wanted: &[Modifier]| wanted.iter().copied().filter(|modifier| modifiers.contains(modifier)).collect::<Vec<_>>();
    let (mut written, texts): (Vec<Modifier>, Vec<String>) = if modifiers.contains(&Modifier::All) {
        // Every value in one of its forms.
        let cased = modifiers.contains(&Modifier::Cased);
        let flag = (!cased).then_some(Modifier::IgnoreCase);
        let one = |forms: Vec<String>| forms.iter().map(|form| regex::escape(form)).collect::<Vec<_>>().join("|");
        ([Modifier::Re].into_iter().chain(flag).collect(), forms.into_iter().map(one).collect())
    } else {
        (std::iter::once(Modifier::Contains).chain(kept(&[Modifier::Cased])).collect(), forms.concat())
    };
    written.extend(kept(&[Modifier::All, Modifier::Neq]));
    *values = texts.iter().map(|text| SigmaValue::String(SigmaString::from_raw(text))).collect();
    *modifiers = written;
}

/// The text of a value; its wildcards are characters where it is encoded.
fn plain(value: &SigmaValue) -> Option<String> {
    match value {
        SigmaValue::String(text) => Some(text.as_plain().unwrap_or_else(|| text.original.clone())),
        SigmaValue::Integer(number) => Some(number.to_string()),
        SigmaValue::Float(_) | SigmaValue::Bool(_) | SigmaValue::Null => None,
    }
}

fn bytes(text: &str, modifiers: &[Modifier]) -> Vec<u8> {
    let little = || text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    if modifiers.contains(&Modifier::Wide) {
        little()
    } else if modifiers.contains(&Modifier::Utf16) {
        [vec![0xFF, 0xFE], little()].concat()
    } else if modifiers.contains(&Modifier::Utf16be) {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    } else {
        text.as_bytes().to_vec()
    }
}

/// The digits of Base64 that `bytes` decide alone, behind a multiple of three bytes, one more and two more.
fn shifted(bytes: &[u8]) -> Vec<String> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let form = |before: usize| -> String {
        let byte = |at: usize| at.checked_sub(before).and_then(|at| bytes.get(at)).copied().map_or(0, u16::from);
        // A digit is six bits; only those that lie within the bytes as a whole are sure.
        let (first, end) = ((before * 8).div_ceil(6), (before + bytes.len()) * 8 / 6);
        let digit = |at: usize| {
            let (start, within) = (at * 6 / 8, at * 6 % 8);
            let bits = (byte(start) << 8 | byte(start + 1)) >> (10 - within) & 63;
            DIGITS.get(usize::from(bits)).map_or('A', |digit| char::from(*digit))
        };
        (first..end).map(digit).collect()
    };
    (0..3).map(form).filter(|form| !form.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digits_that_no_neighbour_changes_are_asked_for() {
        assert_eq!(shifted(b"ping"), ["cGluZ", "Bpbm", "waW5n"]);
        assert_eq!(shifted(b"abc"), ["YWJj", "FiY", "hYm"]);
        assert_eq!(shifted(b""), Vec::<String>::new());
    }

    #[test]
    fn modifiers_that_the_engine_would_leave_aside_are_named() {
        for (modifiers, says) in [
            (&[Modifier::Wide, Modifier::Contains][..], Some("base64offset")),
            (&[Modifier::WindAsh, Modifier::Base64], Some("two values")),
            (&[Modifier::Contains, Modifier::IgnoreCase], Some("flag of `|re`")),
            (&[Modifier::Base64, Modifier::Re], Some("keep one")),
            (&[Modifier::Wide, Modifier::Base64Offset, Modifier::Contains], None),
            (&[Modifier::Re, Modifier::IgnoreCase], None),
            (&[Modifier::WindAsh, Modifier::Contains, Modifier::All], None),
        ] {
            let said = clash(modifiers);
            assert_eq!(said.is_some(), says.is_some(), "{modifiers:?} {said:?}");
            assert!(said.unwrap_or_default().contains(says.unwrap_or("")), "{modifiers:?}");
        }
    }
}
