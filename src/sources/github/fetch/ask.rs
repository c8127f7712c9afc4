//! What is asked of a git host: a `fetch` of protocol version 2, as bytes. Never what it answers.

use git2::Oid;

use super::offer::Offer;
use super::pkt;

/// What may be left out of what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    /// Everything is wanted.
    Nothing,
    /// The contents of files.
    Blobs,
    /// Everything but commits.
    Trees,
}

/// One fetch. Nothing that is here already is offered in exchange: what comes is whole in itself.
#[derive(Clone, Debug)]
pub(super) struct Ask<'a> {
    /// The objects.
    pub(super) wants: &'a [Oid],
    /// How many commits of history, counted from each want; `None`: all.
    pub(super) depth: Option<u32>,
    /// What may be left out.
    pub(super) filter: Filter,
}

impl Ask<'_> {
    /// The request, as far as the host can follow it. Objects asked for by their ids are sent whatever the filter says.
    pub(super) fn bytes(&self, offer: Offer) -> Vec<u8> {
        let mut out = Vec::new();
        pkt::line(&mut out, "command=fetch");
        pkt::line(&mut out, concat!("agent=lazaret/", env!("CARGO_PKG_VERSION")));
        pkt::line(&mut out, "object-format=sha1");
        pkt::delimiter(&mut out);
        pkt::line(&mut out, "no-progress");
        pkt::line(&mut out, "ofs-delta");
        if let Some(depth) = self.depth.filter(|_| offer.shallow) {
            pkt::line(&mut out, &format!("deepen {depth}"));
        }
        if let (Some(spec), true) = (self.filter.spec(), offer.filter) {
            pkt::line(&mut out, &format!("filter {spec}"));
        }
        for want in self.wants {
            pkt::line(&mut out, &format!("want {want}"));
        }
        pkt::line(&mut out, "done");
        pkt::flush(&mut out);
        out
    }
}

impl Filter {
    fn spec(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Blobs => Some("blob:none"),
            Self::Trees => Some("tree:0"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_holds_what_the_host_can_follow() {
        let id = Oid::from_str("1111111111111111111111111111111111111111").unwrap();
        let ask = Ask { wants: &[id], depth: Some(1), filter: Filter::Blobs };
        let text = |offer| String::from_utf8(ask.bytes(offer)).unwrap();
        let full = text(Offer { filter: true, shallow: true });
        for part in [
            "0012command=fetch\n",
            "0001",
            "deepen 1\n",
            "filter blob:none\n",
            "want 1111111111111111111111111111111111111111\n",
            "done\n0000",
        ] {
            assert!(full.contains(part), "{part}: {full}");
        }
        let bare = text(Offer::default());
        assert!(!bare.contains("filter") && !bare.contains("deepen"), "{bare}");
    }
}
