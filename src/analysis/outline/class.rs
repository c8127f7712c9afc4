//! Heads of classes that have parameters and so look like those of functions. Never what stands in a class.

use super::Source;

/// How far before a name the word that begins a class may stand, in steps over tokens and brackets.
const REACH: usize = 24;

/// Whether what stands before a brace begins a class with parameters: `class Desk(val till: Till) : Place(till) {`, `record Price(long sum) {`.
pub(super) fn begins(source: Source<'_>, partners: &[usize], name_at: usize) -> bool {
    let mut at = name_at;
    for _ in 0..REACH {
        let Some(before) = at.checked_sub(1) else { return false };
        at = match source.word(before) {
            // `template <class T> void swap(T a) {` and `record find(int at) {` are functions.
            "class" | "record" => {
                let named = source.word(before + 1).starts_with(|sign: char| sign.is_ascii_uppercase());
                return named && !matches!(before.checked_sub(1).map_or("", |at| source.word(at)), "<" | ",");
            }
            ";" | "{" | "}" => return false,
            // Only in the head of a class parameters follow a colon or a word: `class Desk @Inject constructor(…) : Place(…)`.
            ")" | "]" if partners[before] < before => partners[before],
            _ => before,
        };
    }
    false
}
