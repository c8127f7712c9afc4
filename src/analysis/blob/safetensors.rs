//! The header of a safetensors file: whether what it says fits together, and the texts it carries.

use serde_json::Value;

use super::reading::Reading;

/// A header that is longer is refused by those who load such files.
const LONGEST_HEADER: usize = 100_000_000;

/// What a header says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Its texts, by name.
    pub metadata: Vec<(String, String)>,
    /// What does not fit together, in sentences.
    pub faults: Vec<String>,
}

/// Reads the header of `bytes`.
#[must_use]
pub fn read(bytes: &[u8]) -> Header {
    let mut header = Header::default();
    if let Err(fault) = fill(bytes, &mut header) {
        header.faults.push(fault);
    }
    header
}

fn fill(bytes: &[u8], header: &mut Header) -> Result<(), String> {
    let mut reading = Reading::new(bytes);
    let length = reading.little(8).and_then(|length| usize::try_from(length).ok()).ok_or("it has no header")?;
    if length > LONGEST_HEADER {
        return Err(format!("its header would be {length} bytes long"));
    }
    let text = reading.take(length).ok_or_else(|| format!("its header of {length} bytes is cut off"))?;
    let Ok(Value::Object(tensors)) = serde_json::from_slice(text) else { return Err("its header is no JSON object".to_owned()) };
    let held = bytes.len() - reading.at();
    let mut spans = Vec::new();
    for (name, tensor) in &tensors {
        if name == "__metadata__" {
            let texts = tensor.as_object().ok_or("its metadata is no object")?;
            header.metadata =
                texts.iter().map(|(key, text)| (key.clone(), text.as_str().map_or_else(|| text.to_string(), str::to_owned))).collect();
            continue;
        }
        let offsets = tensor["data_offsets"].as_array().map(|pair| pair.iter().filter_map(Value::as_u64).collect::<Vec<_>>());
        let Some(&[start, end]) = offsets.as_deref() else { return Err(format!("{name} says not where it is")) };
        if start > end || end > held as u64 {
            return Err(format!("{name} lies at {start}..{end} of {held} bytes"));
        }
        if size_of(tensor).is_some_and(|size| size != end - start) {
            header.faults.push(format!("{name} has {} bytes, which is not what its shape takes", end - start));
        }
        spans.push((start, end));
    }
    spans.sort_unstable();
    let mut next = 0;
    for (start, end) in spans {
        if start != next {
            let what = if start < next { "overlap" } else { "leave a gap" };
            return Err(format!("its tensors {what} at byte {start}"));
        }
        next = end;
    }
    if next < held as u64 {
        return Err(format!("{} bytes behind its last tensor belong to none", held as u64 - next));
    }
    Ok(())
}

/// Bytes that the shape and the kind of numbers take.
fn size_of(tensor: &Value) -> Option<u64> {
    let each = match tensor["dtype"].as_str()? {
        "BOOL" | "U8" | "I8" | "F8_E4M3" | "F8_E5M2" | "F8_E8M0" => 1,
        "I16" | "U16" | "F16" | "BF16" => 2,
        "I32" | "U32" | "F32" => 4,
        "I64" | "U64" | "F64" | "C64" => 8,
        _ => return None,
    };
    tensor["shape"].as_array()?.iter().try_fold(each, |size: u64, side| size.checked_mul(side.as_u64()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(header: &str, data: usize) -> Vec<u8> {
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &vec![1; data]].concat()
    }

    #[test]
    fn what_fits_has_no_fault() {
        let good = file(r#"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 8);
        assert_eq!(read(&good), Header { metadata: vec![("format".to_owned(), "pt".to_owned())], faults: Vec::new() });
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let one = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
        let cases = [
            (file(one, 4), "lies at"),
            (file(one, 12), "behind its last tensor"),
            (file(r#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8), "its shape"),
            (
                file(r#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#, 6),
                "overlap",
            ),
            (file("[1]", 0), "no JSON object"),
            (vec![255; 20], "would be"),
        ];
        for (bytes, said) in cases {
            let faults = read(&bytes).faults.join("; ");
            assert!(faults.contains(said), "{said}: {faults}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
