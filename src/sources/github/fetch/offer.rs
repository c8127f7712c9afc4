//! What a git host says it can do, from its capability advertisement. Never what it holds.

use super::fault::Fault;
use super::pkt::{self, Packet};

/// What of protocol version 2 a host offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Offer {
    /// Whether it can leave out objects.
    pub(super) filter: bool,
    /// Whether it can cut a history off.
    pub(super) shallow: bool,
}

/// Reads the answer to `info/refs` under protocol version 2.
pub(super) fn read(bytes: &[u8]) -> Result<Offer, Fault> {
    let packets = pkt::all(bytes).map_err(Fault::Garbled)?;
    let lines: Vec<String> = packets
        .iter()
        .filter_map(|packet| match packet {
            Packet::Data(data) => Some(String::from_utf8_lossy(data).trim_end().to_owned()),
            _ => None,
        })
        .collect();
    if let Some(refusal) = lines.iter().find_map(|line| line.strip_prefix("ERR ")) {
        return Err(Fault::Refused(refusal.to_owned()));
    }
    if !lines.iter().any(|line| line == "version 2") {
        return Err(Fault::Garbled("the host does not speak version 2 of git's protocol".to_owned()));
    }
    if lines.iter().any(|line| line.strip_prefix("object-format=").is_some_and(|format| format != "sha1")) {
        return Err(Fault::Garbled("the repository names its objects by SHA-256, which is not read yet".to_owned()));
    }
    let fetch = lines.iter().find_map(|line| line.strip_prefix("fetch=").or((line == "fetch").then_some("")));
    let Some(features) = fetch else { return Err(Fault::Garbled("the host offers no `fetch`".to_owned())) };
    let has = |name: &str| features.split(' ').any(|feature| feature == name);
    Ok(Offer { filter: has("filter"), shallow: has("shallow") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advertisement(lines: &[&str]) -> Vec<u8> {
        let mut out = Vec::new();
        pkt::line(&mut out, "# service=git-upload-pack");
        pkt::flush(&mut out);
        lines.iter().for_each(|line| pkt::line(&mut out, line));
        pkt::flush(&mut out);
        out
    }

    #[test]
    fn an_offer_is_read() {
        let full =
            advertisement(&["version 2", "agent=git/x", "ls-refs=unborn", "fetch=shallow wait-for-done filter", "object-format=sha1"]);
        assert_eq!(read(&full).unwrap(), Offer { filter: true, shallow: true });
        let bare = advertisement(&["version 2", "fetch"]);
        assert_eq!(read(&bare).unwrap(), Offer::default());
        let lines: [(&[&str], &str); 4] = [
            (&["deadbeef refs/heads/main"], "version 2"),
            (&["version 2"], "offers no"),
            (&["version 2", "fetch", "object-format=sha256"], "SHA-256"),
            (&["ERR access denied"], "access denied"),
        ];
        for (lines, words) in lines {
            let why = read(&advertisement(lines)).unwrap_err().to_string();
            assert!(why.contains(words), "{why}");
        }
    }
}
