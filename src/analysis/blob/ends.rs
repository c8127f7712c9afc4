//! Where a picture or font ends by its own account, so that what was put behind it is seen.

use super::reading::Reading;

/// The first byte behind the picture or font that `bytes` begin with; `None` when it does not say, or is cut off.
#[must_use]
pub fn end(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => png(bytes),
        [0xff, 0xd8, 0xff, ..] => jpeg(bytes),
        [b'G', b'I', b'F', b'8', ..] => gif(bytes),
        [b'R', b'I', b'F', b'F', ..] => sized(bytes, 4, false, 8),
        [b'w', b'O', b'F', b'F' | b'2', ..] => sized(bytes, 8, true, 0),
        [b'B', b'M', ..] => sized(bytes, 2, false, 0),
        _ => None,
    }
}

/// A form that names its whole size at `at`, less `more`.
fn sized(bytes: &[u8], at: usize, big: bool, more: usize) -> Option<usize> {
    let mut reading = Reading::new(bytes);
    reading.go(at)?;
    let size = if big { reading.big(4)? } else { reading.little(4)? };
    let end = usize::try_from(size).ok()?.checked_add(more)?;
    // Chunks of odd length are filled up to an even one.
    let end = if bytes.starts_with(b"RIFF") { end + end % 2 } else { end };
    (end > 12 && end <= bytes.len()).then_some(end)
}

fn png(bytes: &[u8]) -> Option<usize> {
    let mut reading = Reading::new(bytes);
    reading.take(8)?;
    loop {
        let length = usize::try_from(reading.big(4)?).ok()?;
        let name = reading.take(4)?;
        reading.take(length)?;
        reading.take(4)?;
        if name == b"IEND" {
            return Some(reading.at());
        }
    }
}

fn jpeg(bytes: &[u8]) -> Option<usize> {
    let mut reading = Reading::new(bytes);
    reading.take(2)?;
    loop {
        if reading.byte()? != 0xff {
            return None;
        }
        let mut marker = reading.byte()?;
        while marker == 0xff {
            marker = reading.byte()?;
        }
        match marker {
            0xd9 => return Some(reading.at()),
            0x01 | 0xd0..=0xd7 => {}
            _ => {
                let length = usize::try_from(reading.big(2)?).ok()?;
                reading.take(length.checked_sub(2)?)?;
            }
        }
        if marker == 0xda {
            scan(bytes, &mut reading)?;
        }
    }
}

/// Passes the picture's own data up to the next marker.
fn scan(bytes: &[u8], reading: &mut Reading<'_>) -> Option<()> {
    let start = reading.at();
    let rest = bytes.get(start..)?;
    let is_marker = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7 | 0xff);
    let at = rest.windows(2).position(is_marker)?;
    reading.go(start + at)
}

fn gif(bytes: &[u8]) -> Option<usize> {
    let mut reading = Reading::new(bytes);
    let head = reading.take(13)?;
    reading.take(colours(head[10]))?;
    loop {
        match reading.byte()? {
            0x3b => return Some(reading.at()),
            0x21 => {
                reading.take(1)?;
                blocks(&mut reading)?;
            }
            0x2c => {
                let head = reading.take(9)?;
                reading.take(colours(head[8]))?;
                reading.take(1)?;
                blocks(&mut reading)?;
            }
            _ => return None,
        }
    }
}

/// Bytes of the table of colours that these flags announce.
fn colours(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

fn blocks(reading: &mut Reading<'_>) -> Option<()> {
    loop {
        match reading.byte()? {
            0 => return Some(()),
            length => drop(reading.take(usize::from(length))?),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x01IDATx0000\0\0\0\0IEND\xaeB`\x82";
    const GIF: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x04ab\xff\xda\0\x02xy\xff\0z\xff\xd9";

    #[test]
    fn pictures_end_where_they_say() {
        for picture in [PNG, GIF, JPEG] {
            assert_eq!(end(picture), Some(picture.len()));
            assert_eq!(end(&[picture, b"PK\x03\x04"].concat()), Some(picture.len()));
            assert_eq!(end(&picture[..picture.len() - 1]), None);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..200), head in 0..3_usize) {
            let _ = end(&[&[PNG, GIF, JPEG][head][..12], &bytes].concat());
        }
    }
}
