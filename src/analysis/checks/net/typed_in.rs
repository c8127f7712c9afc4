//! What somebody types in to prove who they are, or to pay, goes to a host that nothing named before. A part of `sensitive-to-network`.

use super::carriers::Carriers;
use super::hosts;
use super::sending::{LONGEST, reads, talks};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::flow::arrivals;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, Severity};

/// More of one file is more than anybody reads.
const MOST: usize = 20;

/// Such a value by its name, in code or in a text that holds values.
static TYPED: Pattern = Pattern::new(
    r"(?i)(?:^|[^\w.'\x22-])(?:\w+(?:\.|->|::|\?\.))*[$@]?(?:\w*_)?(?:passw(?:or)?d|passphrase|passcode|pin_?code|otp_?code|cvv|cvc|card_?number|ssn|seed_?phrase|mnemonic|private_?key)(?:$|[^\w'\x22:=(-]|\s*[,)};+]|\.(?:encode|getBytes|to_string|as_bytes|toString)\b)",
);
/// All that a page keeps.
static KEPT: Pattern = Pattern::new(
    r"(?:JSON\.stringify|Object\.(?:entries|assign|fromEntries|values))\s*\(\s*(?:\{\s*\}\s*,\s*)?(?:window\.)?(?:local|session)Storage\b|\{\s*\.\.\.(?:window\.)?(?:local|session)Storage\b",
);
/// What of it is no longer that: a sum of it, or whether it is there.
static VEILED: Pattern = Pattern::new(
    r"(?i)\b(?:sha\d*|sha1|md5|hash\w*|bcrypt|scrypt|argon2\w*|pbkdf2\w*|hmac|len|strlen|bool|mask\w*|redact\w*|encrypt\w*|range)\s*\(|\.(?:length|hash|digest)\b|pwnedpasswords",
);
/// A letter is a way out as well.
static MAILS: Pattern = Pattern::new(r"(?:^|[^\w>:.$])@?mail\s*\(\s*[\x22\x27][^\x22\x27@\s]+@([\w.-]+\.[a-z]{2,})[\x22\x27]");
/// Calls of PHP that take an address where others take a file.
static OPENS: Pattern = Pattern::new(r"\b(?:file_get_contents|fopen|get_headers|curl_init)\s*\(\s*[\x22\x27]https?://");

/// What a text must hold.
pub(super) fn words() -> Words {
    Words::of([&TYPED, &KEPT])
}

/// Reports where it goes.
pub(super) fn report(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    if !file.language.is_code() || !side.changed_lines().any(|line| line.text.len() <= LONGEST && sends_somewhere(line.text)) {
        return;
    }
    let short = |statement: &Statement| statement.bytes.len() <= LONGEST;
    let names = |statement: &Statement| {
        let (plain, code) = (side.plain_of(statement), side.code_of(statement));
        let named = short(statement) && !VEILED.is_match(plain) && (TYPED.is_match(code) || TYPED.is_match(&inside(plain)));
        (named || short(statement) && KEPT.is_match(code)).then_some(())
    };
    if !side.statements().iter().any(|statement| names(statement).is_some()) {
        return;
    }
    let carriers = Carriers::of(side, |statement| reads(file, side, statement), |statement| talks(file, side, statement));
    let to_host = |statement: &Statement| -> Option<String> {
        let plain = side.plain_of(statement);
        if file.language == Language::Php && short(statement) {
            if let Some(host) = MAILS.group(plain, 1) {
                return Some(host.to_lowercase());
            }
            if OPENS.is_match(plain) {
                return hosts::named(plain);
            }
            if plain.contains("curl_setopt") {
                let same = side.statements().iter().filter(|other| other.function == statement.function && short(other));
                let mut opened =
                    same.map(|other| side.plain_of(other)).filter(|plain| OPENS.is_match(plain) || plain.contains("CURLOPT_URL"));
                return opened.find_map(hosts::named);
            }
        }
        let through = || carriers.sends(side, statement).and_then(|at| hosts::of_urls(side.plain_of(&side.statements()[at])).next());
        let talking = talks(file, side, statement).then(|| hosts::of_urls(plain).next()).flatten();
        talking.or_else(through).filter(|host| !hosts::is_own(host))
    };
    let stranger = |statement: &Statement| short(statement) && to_host(statement).is_some_and(|host| hosts::is_new(file, &host));
    for arrival in arrivals(side, names, stranger).into_iter().take(MOST) {
        let to = &side.statements()[arrival.sink];
        let Some(host) = to_host(to).filter(|_| side.touches(to.first_line, to.last_line)) else { continue };
        // A client of a service is written with its address; a function that was there has none to send it to.
        let was = to.function.map(|at| side.functions()[at].name.as_str()).filter(|name| !name.is_empty());
        let known = file.old().is_some_and(|old| was.is_some_and(|name| old.functions().iter().any(|function| function.name == name)));
        let brief = side.plain_of(to).split_whitespace().collect::<Vec<_>>().join(" ");
        let draft = Draft::lines(file, side, to.first_line, to.last_line).title(format!("Sends what somebody typed in to {host}"));
        let severity = if known { Severity::High } else { Severity::Medium };
        sink.report(draft.evidence(brief).severity(severity).confidence(Confidence::Medium));
    }
}

/// Whether a line may name where something goes.
fn sends_somewhere(text: &str) -> bool {
    text.contains("://") || MAILS.is_match(text)
}

/// The values that stand in texts: `{password}`, `#{password}`, `$password`.
fn inside(plain: &str) -> String {
    static HELD: Pattern = Pattern::new(r"[#$]?\{\s*([\w.$>-]+)\s*[^{}\n]{0,20}\}|\$(\w+)");
    let held = HELD.groups(plain, 1).chain(HELD.groups(plain, 2));
    held.map(|name| format!(" {name} ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_in_by_its_name() {
        for text in [
            "json={'p': password}",
            "url + \"?p=\" + password",
            "new Form().add(\"p\", user.password)",
            "f(cardNumber, cvv)",
            "x = self.password;",
        ] {
            assert!(TYPED.is_match(text), "{text}");
        }
        for text in ["password: str", "reset_password(", "\"password\"", "passwords", "password_hash", "password='x'"] {
            assert!(!TYPED.is_match(text), "{text}");
        }
        assert!(TYPED.is_match(&inside("f\"https://x.example/?p={password}\"")) && TYPED.is_match(&inside("\"$user:$password\"")));
    }
}
