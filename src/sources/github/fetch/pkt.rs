//! git's packet lines: four hexadecimal digits of length, then bytes; three lengths are marks. Never what the bytes mean.

/// The longest packet line, its length included.
const LONGEST: usize = 65_520;

/// One packet line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Packet {
    /// `0000`: the end of a message.
    Flush,
    /// `0001`: the end of a section.
    Delimiter,
    /// `0002`: the end of a stateless answer.
    End,
    /// Bytes.
    Data(Vec<u8>),
}

/// Adds `line` and its line feed as a packet.
pub(super) fn line(out: &mut Vec<u8>, line: &str) {
    out.extend(format!("{:04x}{line}\n", line.len() + 5).bytes());
}

/// Adds the mark between two sections.
pub(super) fn delimiter(out: &mut Vec<u8>) {
    out.extend(b"0001");
}

/// Adds the mark at the end of a message.
pub(super) fn flush(out: &mut Vec<u8>) {
    out.extend(b"0000");
}

/// Cuts bytes that come in pieces of any size into packets.
#[derive(Debug, Default)]
pub(super) struct Cutter {
    waiting: Vec<u8>,
}

impl Cutter {
    /// Takes the next piece and hands every packet that is whole now to `each`, until it says no.
    ///
    /// # Errors
    /// What is wrong with a length.
    pub(super) fn feed<E: From<String>>(&mut self, piece: &[u8], mut each: impl FnMut(Packet) -> Result<(), E>) -> Result<(), E> {
        self.waiting.extend_from_slice(piece);
        let mut at = 0;
        let result = loop {
            match whole(self.waiting.get(at..).unwrap_or_default()) {
                Ok(None) => break Ok(()),
                Ok(Some((packet, length))) => {
                    at += length;
                    if let Err(error) = each(packet) {
                        break Err(error);
                    }
                }
                Err(why) => break Err(E::from(why)),
            }
        };
        self.waiting.drain(..at);
        result
    }

    /// Whether nothing of a packet is left over.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

/// The packet that `bytes` begin with and how long it is; `None` while it is not whole.
fn whole(bytes: &[u8]) -> Result<Option<(Packet, usize)>, String> {
    let Some(digits) = bytes.get(..4) else { return Ok(None) };
    let length = std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    let length = length.and_then(|digits| usize::from_str_radix(digits, 16).ok());
    match length {
        Some(0) => Ok(Some((Packet::Flush, 4))),
        Some(1) => Ok(Some((Packet::Delimiter, 4))),
        Some(2) => Ok(Some((Packet::End, 4))),
        Some(length @ 4..=LONGEST) => Ok(bytes.get(4..length).map(|data| (Packet::Data(data.to_vec()), length))),
        _ => Err(format!("a packet line begins with {:?}, which is no length", String::from_utf8_lossy(digits))),
    }
}

/// Every packet of a whole message.
///
/// # Errors
/// What is wrong with a length, or that the message is cut off.
pub(super) fn all(bytes: &[u8]) -> Result<Vec<Packet>, String> {
    let mut packets = Vec::new();
    let mut cutter = Cutter::default();
    cutter.feed(bytes, |packet| -> Result<(), String> {
        packets.push(packet);
        Ok(())
    })?;
    if cutter.is_empty() { Ok(packets) } else { Err("the message is cut off in the middle of a packet line".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packet() -> impl Strategy<Value = Packet> {
        prop_oneof![
            Just(Packet::Flush),
            Just(Packet::Delimiter),
            Just(Packet::End),
            proptest::collection::vec(any::<u8>(), 0..300).prop_map(Packet::Data),
        ]
    }

    fn write(packets: &[Packet]) -> Vec<u8> {
        let mut out = Vec::new();
        for packet in packets {
            match packet {
                Packet::Flush => flush(&mut out),
                Packet::Delimiter => delimiter(&mut out),
                Packet::End => out.extend(b"0002"),
                Packet::Data(data) => {
                    out.extend(format!("{:04x}", data.len() + 4).bytes());
                    out.extend(data);
                }
            }
        }
        out
    }

    proptest! {
        #[test]
        fn packets_come_out_as_they_went_in_whatever_the_pieces(packets in proptest::collection::vec(packet(), 0..20), size in 1_usize..50) {
            let bytes = write(&packets);
            let mut cutter = Cutter::default();
            let mut found = Vec::new();
            for piece in bytes.chunks(size) {
                cutter.feed(piece, |packet| -> Result<(), String> { found.push(packet); Ok(()) }).unwrap();
            }
            prop_assert!(cutter.is_empty());
            prop_assert_eq!(&found, &packets);
            prop_assert_eq!(all(&bytes).unwrap(), packets);
        }

        #[test]
        fn any_bytes_are_packets_or_told(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = all(&bytes);
        }
    }

    #[test]
    fn lengths_that_are_none_are_told() {
        for bad in ["0003", "ffff", "zzzz", "+00a123456", " 00a12345"] {
            assert!(all(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(all(b"000a123").unwrap_err().contains("cut off"));
    }
}
