//! How much chance there is in a text.

/// Bits for each sign of `text`, as Shannon counts them.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "a value is far shorter than 2^52 signs")]
pub fn entropy(text: &str) -> f64 {
    let mut counts: [u32; 256] = [0; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let all = text.len() as f64;
    let share = |count: u32| f64::from(count) / all;
    -counts.iter().filter(|count| **count > 0).map(|count| share(*count) * share(*count).log2()).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_counted_in_bits() {
        assert!(entropy("").abs() < 1e-9 && entropy("aaaa").abs() < 1e-9);
        assert!((entropy("abcd") - 2.0).abs() < 1e-9 && (entropy("0123456789abcdef") - 4.0).abs() < 1e-9);
    }
}
