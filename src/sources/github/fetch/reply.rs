//! A git host's answer to a `fetch`, section by section as it arrives; the pack in it is handed on piece by piece. Never the pack
//! itself.

use git2::Oid;

use super::fault::Fault;
use super::pkt::{Cutter, Packet};

/// How many ends of a cut history one answer may name.
const MAX_SHALLOW: usize = 1_000_000;

/// Where reading stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Start,
    Acknowledgments,
    Shallow,
    Pack,
    Done,
    Other,
}

/// Reads an answer.
pub(super) struct Reply {
    cutter: Cutter,
    section: Section,
    /// Commits whose parents are not sent.
    pub(super) shallow: Vec<Oid>,
}

impl Reply {
    pub(super) fn new() -> Self {
        Self { cutter: Cutter::default(), section: Section::Start, shallow: Vec::new() }
    }

    /// Takes the next piece of the answer; bytes of the pack go to `pack`.
    pub(super) fn feed(&mut self, piece: &[u8], pack: &mut dyn FnMut(&[u8]) -> Result<(), Fault>) -> Result<(), Fault> {
        let Self { cutter, section, shallow } = self;
        cutter.feed(piece, |packet| take(section, shallow, packet, pack))
    }

    /// Whether the answer came to its end.
    pub(super) fn finish(&self) -> Result<(), Fault> {
        if self.section == Section::Done && self.cutter.is_empty() {
            return Ok(());
        }
        Err(Fault::Garbled("it ends too early".to_owned()))
    }
}

fn take(
    section: &mut Section,
    shallow: &mut Vec<Oid>,
    packet: Packet,
    pack: &mut dyn FnMut(&[u8]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let data = match packet {
        Packet::Data(data) => data,
        Packet::Delimiter if *section != Section::Pack => {
            *section = Section::Start;
            return Ok(());
        }
        Packet::Flush if *section == Section::Pack => {
            *section = Section::Done;
            return Ok(());
        }
        Packet::End if *section == Section::Done => return Ok(()),
        _ => return Err(Fault::Garbled("a mark stands where none belongs".to_owned())),
    };
    if let Some(refusal) = data.strip_prefix(b"ERR ") {
        return Err(Fault::refused(&String::from_utf8_lossy(refusal)));
    }
    match *section {
        Section::Start => *section = begin(&data)?,
        Section::Shallow => shallow.extend(end_of_history(&data, shallow.len())?),
        Section::Acknowledgments | Section::Other => {}
        Section::Pack => return band(&data, pack),
        Section::Done => return Err(Fault::Garbled("it goes on behind its end".to_owned())),
    }
    Ok(())
}

/// The section that a header begins.
fn begin(header: &[u8]) -> Result<Section, Fault> {
    match header.trim_ascii_end() {
        b"acknowledgments" => Ok(Section::Acknowledgments),
        b"shallow-info" => Ok(Section::Shallow),
        b"packfile" => Ok(Section::Pack),
        b"wanted-refs" => Ok(Section::Other),
        other => Err(Fault::Garbled(format!(
            "an unknown section {:?}",
            String::from_utf8_lossy(other.get(..other.len().min(40)).unwrap_or_default())
        ))),
    }
}

fn end_of_history(line: &[u8], known: usize) -> Result<Option<Oid>, Fault> {
    let line = String::from_utf8_lossy(line);
    if known >= MAX_SHALLOW {
        return Err(Fault::Garbled("it names ends of history without end".to_owned()));
    }
    let Some(id) = line.trim_end().strip_prefix("shallow ") else { return Ok(None) };
    Oid::from_str(id).map(Some).map_err(|_| Fault::Garbled("it names an end of history that is no id".to_owned()))
}

/// One packet of the multiplexed pack: its first byte says which band it belongs to.
fn band(data: &[u8], pack: &mut dyn FnMut(&[u8]) -> Result<(), Fault>) -> Result<(), Fault> {
    match data.split_first() {
        Some((1, bytes)) => pack(bytes),
        Some((2, _)) => Ok(()),
        Some((3, says)) => Err(Fault::refused(&String::from_utf8_lossy(says))),
        _ => Err(Fault::Garbled("a packet of an unknown band".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::github::fetch::pkt;
    use proptest::prelude::*;

    fn read(bytes: &[u8], size: usize) -> Result<(Vec<Oid>, Vec<u8>), Fault> {
        let mut reply = Reply::new();
        let mut found = Vec::new();
        for piece in bytes.chunks(size) {
            reply.feed(piece, &mut |bytes| {
                found.extend_from_slice(bytes);
                Ok(())
            })?;
        }
        reply.finish()?;
        Ok((reply.shallow, found))
    }

    fn answer() -> Vec<u8> {
        let mut out = Vec::new();
        pkt::line(&mut out, "shallow-info");
        pkt::line(&mut out, &format!("shallow {}", "1".repeat(40)));
        pkt::delimiter(&mut out);
        pkt::line(&mut out, "packfile");
        for part in ["\u{1}PA", "\u{2}counting", "\u{1}CK"] {
            out.extend(format!("{:04x}{part}", part.len() + 4).bytes());
        }
        pkt::flush(&mut out);
        out
    }

    #[test]
    fn shallow_lines_and_the_pack_are_told_apart() {
        let (shallow, pack) = read(&answer(), 7).unwrap();
        assert_eq!((shallow.len(), pack.as_slice()), (1, &b"PACK"[..]));
    }

    #[test]
    fn an_answer_that_ends_anywhere_else_is_no_answer() {
        let whole = answer();
        for end in 0..whole.len() {
            assert!(read(&whole[..end], 64).is_err(), "{end}");
        }
    }

    #[test]
    fn refusals_are_read_wherever_they_stand() {
        let mut out = Vec::new();
        pkt::line(&mut out, &format!("ERR upload-pack: not our ref {}", "2".repeat(40)));
        assert_eq!(read(&out, 64).unwrap_err(), Fault::Gone("2".repeat(40)));
        let mut out = Vec::new();
        pkt::line(&mut out, "packfile");
        out.extend(b"000c\x03no way");
        let why = read(&out, 64);
        assert!(why.is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_answer_or_told(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes, 13);
        }
    }
}
