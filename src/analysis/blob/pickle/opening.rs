//! How pickles begin: told from texts and other bytes by what stands in the first of them.

/// The first import of a pickle without a mark at its start is looked for so far, in bytes.
const HEAD: usize = 512;

/// Whether `bytes` begin as a pickle of protocol 2 or later does, or as the imports of one of protocol 0.
#[must_use]
pub fn begins(bytes: &[u8]) -> bool {
    match bytes {
        [0x80, 2..=5, next, ..] => b"(]})cqXUKJMGBVTNI\x95\x8c\x8a\x8b\x88\x89\x8e\x8d\x8f\x96".contains(next),
        [b'c' | b'(', ..] => imports_at_once(bytes),
        _ => false,
    }
}

/// Whether an import stands near the start, as pickles of protocols 0 and 1 have it.
fn imports_at_once(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(HEAD)).unwrap_or(bytes);
    let starts = |at: usize| matches!(head[at], b'c' | b'i') && (at == 0 || matches!(head[at - 1], b'(' | b'\n'));
    (0..head.len()).filter(|at| starts(*at)).any(|at| is_import(head.get(at + 1..).unwrap_or(&[])))
}

/// Two lines that are names, and behind them what a pickle goes on with.
fn is_import(rest: &[u8]) -> bool {
    let mut lines = rest.split(|byte| *byte == b'\n');
    let is_name =
        |line: &[u8]| !line.is_empty() && line.len() < 100 && line.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._".contains(byte));
    let named = lines.next().is_some_and(is_name) && lines.next().is_some_and(is_name);
    let goes_on = |next: &[u8]| match next {
        [b'(', inner, ..] => b"SVIFLNlditcp()]}".contains(inner),
        [b'p' | b'q', number, ..] => number.is_ascii_digit(),
        [b'S', quote, ..] => b"'\"".contains(quote),
        [b't' | b')', call, ..] => b"Rp".contains(call),
        [b'(' | b'.', ..] => true,
        _ => false,
    };
    named && lines.next().is_some_and(goes_on)
}
