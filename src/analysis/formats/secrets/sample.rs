//! Examples without secrets: `{{alnum:36}}` in a text stands for 36 letters and digits, always the same ones.
//!
//! So no whole secret lies in a rule file, and no scanner takes one for a leak.

/// The alphabets by name. `hex` and `alnum` are the usual ones; the others are named for what they hold.
const KINDS: [(&str, &str); 13] = [
    ("alnum", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
    ("alpha", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
    ("lower", "abcdefghijklmnopqrstuvwxyz"),
    ("upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("digits", "0123456789"),
    ("hex", "0123456789abcdef"),
    ("HEX", "0123456789ABCDEF"),
    ("loweralnum", "abcdefghijklmnopqrstuvwxyz0123456789"),
    ("upperalnum", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
    ("b32", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    ("b64", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"),
    ("b64url", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
    ("b58", "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"),
];
/// Signs one expression may stand for.
const LONGEST: usize = 10_000;

/// `text` with each `{{kind:length}}` written out, and `{{uuid}}`. Other things in double braces stay as they are.
///
/// # Errors
/// One sentence, when something looks like one of ours and is none.
pub fn expand(text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut count = 0_u64;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((inner, later)) = after.split_once("}}") else {
            out.push_str("{{");
            rest = after;
            continue;
        };
        count += 1;
        match one(inner, count)? {
            Some(written) => {
                out.push_str(&written);
                rest = later;
            }
            None => {
                out.push_str("{{");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    Ok(out)
}

fn one(inner: &str, count: u64) -> Result<Option<String>, String> {
    if inner == "uuid" {
        let hex = |length| written("0123456789abcdef", length, count * 7 + length as u64);
        return Ok(Some(format!("{}-{}-4{}-a{}-{}", hex(8), hex(4), hex(3), hex(3), hex(12))));
    }
    let Some((kind, length)) = inner.split_once(':') else { return Ok(None) };
    let Ok(length) = length.parse::<usize>() else { return Ok(None) };
    if !kind.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(None);
    }
    let Some((_, alphabet)) = KINDS.iter().find(|(name, _)| *name == kind) else {
        let names: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
        return Err(format!("`{{{{{inner}}}}}` is no example text; the kinds are {}, and {{{{uuid}}}}", names.join(", ")));
    };
    if length > LONGEST {
        return Err(format!("`{{{{{inner}}}}}` is longer than {LONGEST} signs"));
    }
    Ok(Some(written(alphabet, length, count)))
}

/// `length` signs of `alphabet`: each one once before any comes again, in an order that `seed` mixes. So they look like chance, and a short
/// one has as many different signs as it can.
fn written(alphabet: &str, length: usize, seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d;
    let mut out = String::with_capacity(length);
    let mut left: Vec<char> = Vec::new();
    for _ in 0..length {
        if left.is_empty() {
            left = alphabet.chars().collect();
        }
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let at = usize::try_from(state % left.len() as u64).unwrap_or(0);
        out.push(left.swap_remove(at));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_written_out_and_the_rest_stays() {
        let text = expand("a={{hex:32}} b={{hex:32}} c=${{ secrets.X }} {{ x }} {{y:z}} {{uuid}} {{").unwrap();
        let parts: Vec<&str> = text.split([' ', '=']).collect();
        assert!(parts[1].len() == 32 && parts[1].bytes().all(|b| b.is_ascii_hexdigit()) && parts[1] != parts[3], "{text}");
        assert!(text.contains("c=${{ secrets.X }} {{ x }} {{y:z}} ") && text.ends_with(" {{"), "{text}");
        assert_eq!(expand("{{alnum:36}}").unwrap(), expand("{{alnum:36}}").unwrap());
        assert!(expand("{{alnm:36}}").unwrap_err().contains("the kinds are alnum"));
        assert!(expand("{{hex:10001}}").is_err());
    }
}
