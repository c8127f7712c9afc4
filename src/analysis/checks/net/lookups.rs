//! Names that are looked up and hold something encoded: whoever answers for the domain reads it. A part of `sensitive-to-network`.

use super::sending::LONGEST;
use super::traffic::is_shell;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::flow::arrivals;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Words};
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, Severity};

static LOOKUP: Pattern = Pattern::new(r"\b(?:gethostbyname\w*|getaddrinfo|resolve\w*|lookup|Lookup\w+)\s*\(");
static COMMAND: Pattern = Pattern::new(r"(?:^|[\s;&|(`])(?:nslookup|dig|host|drill|getent\s+\w+|ping)\s");
/// The domain behind what a name is put together from.
static TAIL: Pattern = Pattern::new(r"(?i)(?:[\x22\x27`}]|%s|\$\w+|\$\([^)]*\))\.((?:[a-z0-9-]+\.)+[a-z]{2,12})\.?(?:[\x22\x27`]|\s|$)");
static ENCODES: Pattern = Pattern::new(
    r"(?i)\.hex\(\s*\)|\bhexlify\b|\bb(?:16|32|64)encode\b|\btoString\(\s*[\x22\x27](?:hex|base64\w*)|\bhex::encode|\bEncodeToString\b|\bbase(?:16|32|64)\b|\bxxd\b|\bod\s+-|\bbin2hex\b|\.unpack1?\(\s*[\x22\x27]H",
);

/// Where something may be looked up.
pub static LOOKING_UP: Hint = Hint::new(words);

/// What a text must hold for that.
#[must_use]
pub fn words() -> Words {
    Words::of([&LOOKUP, &COMMAND])
}

/// The domain under which a name is looked up that is put together from something else.
#[must_use]
pub fn looked_up(plain: &str) -> Option<String> {
    LOOKUP.is_match(plain).then(|| TAIL.group(plain, 1).map(str::to_ascii_lowercase)).flatten()
}

/// Reports names that are looked up with something encoded in them.
pub fn report(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let spots = file.spots(&LOOKING_UP, side.side);
    if spots.is_empty() {
        return;
    }
    let looks = |s: &Statement| LOOKUP.is_match(side.plain_of(s)) && TAIL.is_match(side.plain_of(s));
    let asks = if is_shell(file.language) { &COMMAND } else { &LOOKUP };
    let short = |statement: &Statement| statement.bytes.len() <= LONGEST;
    /// A secret by its name, which is told without being encoded as well.
    static SECRET: Pattern = Pattern::new(
        r"(?i)\b(?:\w+(?:\.|->))*(?:\w*_)?(?:passw(?:or)?d|passphrase|token|api_?key|secret|credentials?|session_?id|private_?key)\s*[+,)%.]",
    );
    let encodes =
        |s: &Statement| (short(s) && (ENCODES.is_match(side.plain_of(s)) || SECRET.is_match(side.code_of(s)) && looks(s))).then_some(());
    let looks_up = |s: &Statement| {
        short(s) && spots.meet(s.first_line, s.last_line) && asks.is_match(side.plain_of(s)) && TAIL.is_match(side.plain_of(s))
    };
    for arrival in arrivals(side, encodes, looks_up) {
        let (from, to) = (&side.statements()[arrival.source], &side.statements()[arrival.sink]);
        let Some(domain) = TAIL.group(side.plain_of(to), 1) else { continue };
        if [from, to].iter().any(|s| side.touches(s.first_line, s.last_line)) {
            let draft =
                Draft::lines(file, side, to.first_line, to.last_line).title(format!("Looks up names below {domain} that hold something"));
            sink.report(draft.severity(Severity::High).confidence(Confidence::Medium));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_of_a_name_that_is_put_together() {
        for (text, domain) in [
            ("socket.gethostbyname_ex(f\"{label[start:start + 60]}.cache.pool.example\")", "cache.pool.example"),
            ("dns.resolve(part + '.r.example', done)", "r.example"),
            ("net.LookupHost(label + \".drop.example\")", "drop.example"),
        ] {
            assert_eq!(looked_up(text).as_deref(), Some(domain), "{text}");
        }
        assert_eq!(TAIL.group("nslookup \"$id.probe.acme.example\" >/dev/null", 1), Some("probe.acme.example"));
        assert_eq!(looked_up("path.resolve(root, 'a.txt')"), None);
    }
}
