//! Tokens whose claims are read without asking who signed them, and keys that the token itself chooses. A part of `guard-fails-open`.

use std::collections::BTreeSet;

use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Words};
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Confidence;

/// A longer statement, in bytes, is data, and a longer function, in lines, no reader of a token.
const LONGEST: usize = 4000;
const MOST_LINES: usize = 60;
/// No file reads tokens in so many functions.
const MOST: usize = 50;

static DECODES: Pattern = Pattern::new(
    r"(?i)b64decode|decode64|\batob\s*\(|base64|\bget(?:Url)?Decoder\(|FromBase64|RawURLEncoding|URL_SAFE|base64url|jwt_?decode\s*\(|unverified|remove_signature",
);
static READS: Pattern = Pattern::new(r"(?i)json|unmarshal|parse|from_slice|from_str|deserial");
static PARTS: Pattern = Pattern::new(r"(?i)\bsplit\w*\s*\(|\bSplit\w*\s*\(|explode\s*\(|segments?\b|parts?\b|payload");
static PROVES: Pattern =
    Pattern::new(r"(?i)verif|hmac|compare|secret|public_?key|signing|check_?sig|sha256|ed25519|\brsa\b|expired|introspect");
static CALLED: Pattern = Pattern::new(r"\b([A-Za-z_]\w*)\s*\(");

/// The functions of a side that read what a token says and ask for no proof of it.
#[must_use]
pub fn readers<'v>(side: &'v SideView<'_>) -> BTreeSet<&'v str> {
    let short = side.functions().iter().filter(|function| function.last_line - function.first_line.min(function.last_line) <= MOST_LINES);
    let reads = short.filter(|function| {
        let text = side.plain().get(side.bytes_of(function.first_line, function.last_line)).unwrap_or("");
        text.len() <= LONGEST && DECODES.is_match(text) && READS.is_match(text) && PARTS.is_match(text) && !PROVES.is_match(text)
    });
    reads.map(|function| function.name.as_str()).filter(|name| name.len() > 2).take(MOST).collect()
}

/// Whether a statement takes what a token says without proof: by itself, or by one of `readers`.
#[must_use]
pub fn takes(side: &SideView<'_>, statement: &Statement, readers: &BTreeSet<&str>) -> bool {
    let plain = side.plain_of(statement);
    if plain.len() > LONGEST {
        return false;
    }
    let itself = DECODES.is_match(plain) && READS.is_match(plain) && PARTS.is_match(plain) && !PROVES.is_match(plain);
    itself || CALLED.groups(side.code_of(statement), 1).any(|name| readers.contains(name))
}

/// A name that holds what the head of a token says of its key; groups: the name, and which part of the head.
static SAID: Pattern = Pattern::new(
    r#"(?i)(?:^|[\s({;])(\$?[a-z_]\w*)\s*(?:,\s*\w+\s*)?(?::\s*\w+\s*)?:?=\s*[^;\n=]{0,120}(?:header\w*|decode\w*\([^)\n]*\)|unverified\w*\([^)\n]*\))[^;\n]{0,40}?[\[.("'>:]\s*["':]?(kid|jku|jwk|x5u|x5c)\b"#,
);

/// What a text must hold for a token to choose its key.
pub static PARTS_OF_HEAD: Hint = Hint::new(words);

/// The words of it.
#[must_use]
pub fn words() -> Words {
    Words::named(["kid", "jku", "jwk", "x5u", "x5c"])
}

/// The key, or where it is fetched, is what the token says itself.
pub fn chosen(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static LISTED: Pattern = Pattern::new(
        r"(?i)allow|trusted|known|whitelist|permitted|\bnot\s+in\b|includes\s*\(|contains\s*\(|HasPrefix|startsWith|startswith|in_array",
    );
    let short = |s: &&Statement| s.bytes.len() <= LONGEST;
    let spots = file.spots(&PARTS_OF_HEAD, side.side);
    if spots.is_empty() {
        return;
    }
    let there = |s: &&Statement| spots.meet(s.first_line, s.last_line);
    let said = side.statements().iter().filter(short).filter(there).filter_map(|s| {
        let plain = side.plain_of(s);
        Some((s, SAID.group(plain, 1)?, SAID.group(plain, 2)?))
    });
    for (from, name, part) in said.take(MOST) {
        let within = |s: &&Statement| s.function == from.function && s.bytes.start >= from.bytes.start;
        let listed = || {
            let function = from.function.map(|at| &side.functions()[at]);
            let text = function.and_then(|one| side.plain().get(side.bytes_of(one.first_line, one.last_line))).unwrap_or("");
            LISTED.is_match(text)
        };
        let used = side.statements().iter().filter(short).filter(within).find(|s| {
            let plain = side.plain_of(s);
            is_key(plain, name, s.bytes.start == from.bytes.start) || part.eq_ignore_ascii_case("jku") && is_fetched(plain, name)
        });
        let Some(used) = used.filter(|used| [from, *used].iter().any(|s| side.touches(s.first_line, s.last_line))) else { continue };
        if !listed() {
            let draft =
                Draft::lines(file, side, used.first_line, used.last_line).title("The token itself chooses the key it is checked with");
            let evidence = |s: &Statement| side.plain_of(s).split_whitespace().collect::<Vec<_>>().join(" ");
            sink.report(draft.evidence(format!("{} … {}", evidence(from), evidence(used))).confidence(Confidence::Medium));
        }
    }
}

/// Whether `name` is used as a key, rather than to look one up.
fn is_key(plain: &str, name: &str, same: bool) -> bool {
    let bare = name.trim_start_matches('$');
    let made = [
        format!("[]byte({bare})"),
        format!("{bare}.encode("),
        format!("{bare}.getBytes("),
        format!("{bare}.as_bytes("),
        format!("Buffer.from({bare}"),
        format!("SecretKeySpec({bare}"),
        format!("GetBytes({bare}"),
        format!("createPublicKey({bare}"),
        format!("importJWK({bare}"),
        format!("createSecretKey({bare}"),
        format!("readFileSync({bare}"),
        format!("open({bare}"),
    ];
    let checks = || {
        static CHECKED: Pattern = Pattern::new(r"(?i)\b(?:verify|decode|parse|validate)\w*\s*\(\s*[^,()]+,\s*\$?(\w+)\s*[,)]");
        CHECKED.groups(plain, 1).any(|given| given == bare)
    };
    made.iter().any(|text| plain.contains(text.as_str())) || !same && checks()
}

fn is_fetched(plain: &str, name: &str) -> bool {
    static FETCHED: Pattern = Pattern::new(
        r"(?i)\b(?:get|fetch|urlopen|request|openStream|open|new\s+URL|axios|got|createRemoteJWKSet\(\s*new\s+URL|PyJWKClient)\s*\(\s*\$?(\w+)\b",
    );
    FETCHED.groups(plain, 1).any(|given| given == name.trim_start_matches('$'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_head_of_a_token_says() {
        for (text, name, part) in [
            ("if kid, ok := token.Header[\"kid\"].(string); ok && kid != \"\" {", "kid", "kid"),
            ("key_id = jwt.get_unverified_header(token)[\"kid\"]", "key_id", "kid"),
            ("const url = decoded.header.jku", "url", "jku"),
        ] {
            assert_eq!((SAID.group(text, 1), SAID.group(text, 2)), (Some(name), Some(part)), "{text}");
        }
    }

    #[test]
    fn keys_and_what_finds_them() {
        assert!(is_key("return []byte(kid)", "kid", false) && is_key("jwt.verify(token, kid)", "kid", false));
        assert!(is_key("return jwt.decode(token, key_id, algorithms=[a])", "key_id", false));
        for text in ["return keys[kid]", "key = find_key(kid)", "jwt.verify(token, keys[kid])", "client.getSigningKey(kid)"] {
            assert!(!is_key(text, "kid", false), "{text}");
        }
        assert!(is_fetched("keys = requests.get(jku).json()", "jku") && !is_fetched("log(jku)", "jku"));
    }
}
