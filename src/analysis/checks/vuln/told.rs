//! What `check-emptied` says of a function, and what it asks before it does: how secrets are compared, and whether another function may do it.

use super::twins::Twin;
use crate::analysis::pattern::Pattern;

/// Two secrets or sums are compared so that the time it takes tells nothing.
pub(super) static COMPARES: Pattern = Pattern::new(
    r"\b(?:CRYPTO_memcmp|crypto_memcmp|sodium_memcmp|timingsafe_(?:bcmp|memcmp)|consttime_memequal|OPENSSL_memcmp|gnutls_memcmp|mbedtls_ct_memcmp|crypto_verify_\d+|memcmp|compare_digest|constant_time_compare|timingSafeEqual|ConstantTimeCompare|hmac\.Equal|MessageDigest\.isEqual|FixedTimeEquals|hash_equals|(?:fixed_length_)?secure_compare|ct_eq|verify_slices_are_equal|constant_time_eq)\s*\(",
);

/// What is said, and on which side's line.
pub(super) struct Told {
    pub line: usize,
    pub new: bool,
    pub title: &'static str,
}

pub(super) fn went(line: usize, title: &'static str) -> Option<Told> {
    Some(Told { line, new: false, title })
}

/// Another function may do it now.
pub(super) fn calls_another(twin: &Twin<'_, '_>) -> bool {
    static OTHER: Pattern = Pattern::new(
        r"(?i)(?:check|verif|valid|ensure|assert|integrity|expired|is_?fresh|is_?active|usable|confirm|consume|redeem|claim|active|alive|unused|pending|filter|where|exclude|authenticat|accessible|available)\w*[!?]?\s*[(!]|\.(?:active|valid|usable|unused|unexpired|pending|alive)\b",
    );
    let known: Vec<&str> = twin.removed().flat_map(|(_, text)| OTHER.groups(text, 0)).collect();
    twin.added().any(|(_, text)| OTHER.groups(text, 0).any(|call| !known.contains(&call)))
}
