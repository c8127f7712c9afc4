//! The settings of a GGUF model: the texts that stand before its numbers, of which the template of a chat is one.

use super::reading::Reading;

/// Settings that are read.
const MOST: u64 = 100_000;
/// Values of one list.
const MOST_VALUES: u64 = 4_000_000;

/// The texts by name, in order; `None` when the head cannot be read to its end.
#[must_use]
pub fn texts(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let mut reading = Reading::new(bytes.strip_prefix(b"GGUF")?);
    let version = reading.little(4)?;
    let wide = if version == 1 { 4 } else { 8 };
    reading.take(wide)?;
    let count = reading.little(wide)?;
    let mut all = Vec::new();
    for _ in 0..count.min(MOST) {
        let key = String::from_utf8_lossy(reading.counted(wide)?).into_owned();
        let kind = reading.little(4)?;
        match kind {
            8 => all.push((key, String::from_utf8_lossy(reading.counted(wide)?).into_owned())),
            _ => value(&mut reading, kind, wide, 0)?,
        }
    }
    Some(all)
}

/// Passes one value.
fn value(reading: &mut Reading<'_>, kind: u64, wide: usize, depth: usize) -> Option<()> {
    match kind {
        0 | 1 | 7 => drop(reading.take(1)?),
        2 | 3 => drop(reading.take(2)?),
        4..=6 => drop(reading.take(4)?),
        10..=12 => drop(reading.take(8)?),
        8 => drop(reading.counted(wide)?),
        9 if depth < 4 => {
            let (of, count) = (reading.little(4)?, reading.little(wide)?);
            for _ in 0..count.min(MOST_VALUES) {
                value(reading, of, wide, depth + 1)?;
            }
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Vec<u8> {
        [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
    }

    #[test]
    fn texts_are_found_between_other_settings() {
        let head = [b"GGUF".as_slice(), &3_u32.to_le_bytes(), &0_u64.to_le_bytes(), &3_u64.to_le_bytes()].concat();
        let list = [
            text("tokens"),
            9_u32.to_le_bytes().to_vec(),
            8_u32.to_le_bytes().to_vec(),
            2_u64.to_le_bytes().to_vec(),
            text("a"),
            text("b"),
        ]
        .concat();
        let number = [text("layers"), 4_u32.to_le_bytes().to_vec(), vec![1, 0, 0, 0]].concat();
        let template = [text("tokenizer.chat_template"), 8_u32.to_le_bytes().to_vec(), text("{{ x }}")].concat();
        let all = [head, list, number, template].concat();
        assert_eq!(texts(&all), Some(vec![("tokenizer.chat_template".to_owned(), "{{ x }}".to_owned())]));
        assert_eq!(texts(&all[..all.len() - 1]), None);
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = texts(&[b"GGUF\x03\0\0\0".as_slice(), &bytes].concat());
        }
    }
}
