//! Arrays of NumPy: whether one holds objects, which are a pickle, and where that begins.

use super::reading::Reading;

/// The pickle of an array of objects.
#[must_use]
pub fn objects(bytes: &[u8]) -> Option<&[u8]> {
    let mut reading = Reading::new(bytes.strip_prefix(b"\x93NUMPY")?);
    let version = reading.byte()?;
    reading.byte()?;
    let header = reading.counted(if version >= 2 { 4 } else { 2 })?;
    let header = std::str::from_utf8(header).ok()?;
    let holds_objects = header.contains("'|O'") || header.contains("'O'") || header.contains("\"|O\"");
    holds_objects.then(|| bytes.get(6 + reading.at()..)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_arrays_of_objects_are_pickles() {
        let array = |kind: &str| {
            let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': (1,), }}\n");
            [b"\x93NUMPY\x01\0".as_slice(), &u16::try_from(header.len()).unwrap().to_le_bytes(), header.as_bytes(), b"cos\nsystem\n."]
                .concat()
        };
        assert_eq!(objects(&array("|O")), Some(b"cos\nsystem\n.".as_slice()));
        assert_eq!(objects(&array("<f4")), None);
        assert_eq!(objects(b"\x93NUMPY\x01"), None);
    }
}
