//! Constants that a line writes in a roundabout way, read back: pieces, backwards, rotated, numbers. Nothing is decoded that is not a constant.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::analysis::pattern::Pattern;

static CHAIN: Pattern = Pattern::new(
    r#"["'`][\w$./ -]{0,24}["'`](?:\s*(?:\+|\.\.?|<<)\s*(?:["'`][\w$./ -]{0,24}["'`]|\(\s*\d{1,4}\s*[*+-]\s*\d{1,4}\s*\)|\(?\d{1,4}\)?))+"#,
);
/// A piece of such a chain: a text, a number, or a sum of two.
static PIECE: Pattern = Pattern::new(r#"["'`][^"'`]*["'`]|\(\s*\d{1,4}\s*[*+-]\s*\d{1,4}\s*\)|\d{1,4}"#);
static LIST: Pattern = Pattern::new(
    r#"\[\s*(["'`][\w$./ -]{0,24}["'`](?:\s*,\s*["'`][\w$./ -]{0,24}["'`])+)\s*\]\s*\.(?:join|reverse)|(?:join|implode)\s*\(\s*(?:["']["']\s*,\s*)?[\[(]\s*(["'`][\w$./ -]{0,24}["'`](?:\s*,\s*["'`][\w$./ -]{0,24}["'`])+)"#,
);
static LITERAL: Pattern = Pattern::new(r#"["'`]([^"'`]*)["'`]"#);
static REVERSED: Pattern = Pattern::new(
    r#""([^"\n]{3,})"\s*(?:\[::-1\]|\.(?:split|chars|reverse)\b[^\n]{0,30}(?:reverse|rev\b))|'([^'\n]{3,})'\s*(?:\[::-1\]|\.(?:split|chars|reverse)\b[^\n]{0,30}(?:reverse|rev\b))|(?:strrev|string\.reverse)\s*\(\s*["']([^"'\n]{3,})["']|["']([^"'\n]{3,})["']\.reverse\b"#,
);
static ROTATED: Pattern = Pattern::new(
    r#"str_rot13\s*\(\s*["']([^"'\n]{3,})["']|decode\s*\(\s*["']([^"'\n]{3,})["']\s*,\s*["']rot_?13["']|["']([^"'\n]{3,})["']\.tr\s*\(?\s*["']A-Za-z["']"#,
);
static NUMBERS: Pattern = Pattern::new(
    r"(?:fromCharCode|fromCodePoint|bytes|bytearray|pack|chr|char|uint8array\.of|Uint8Array\.from|byte)\s*[({\[\x22\x27CcU*,\s]*\[?((?:\s*(?:0[xX])?[0-9a-fA-F]{2,3}\s*,){3,}\s*(?:0[xX])?[0-9a-fA-F]{2,3})",
);
static ONE_BY_ONE: Pattern = Pattern::new(r"(?:chr\s*\(\s*(?:0[xX])?[0-9a-fA-F]{2,3}\s*\)\s*(?:\.|\+|<<|,)?\s*){4,}");
static NUMBER: Pattern = Pattern::new(r"(0[xX][0-9a-fA-F]{2}|\b\d{2,3})\b");
static ESCAPED: Pattern = Pattern::new(r"(?:\\x[0-9a-fA-F]{2}|\\u00[0-9a-fA-F]{2}|\\u\{0{0,2}[0-9a-fA-F]{2}\}|\\[01][0-7]{2}){4,}");
static ONE_ESCAPE: Pattern = Pattern::new(r"\\(?:x([0-9a-fA-F]{2})|u00([0-9a-fA-F]{2})|u\{0{0,2}([0-9a-fA-F]{2})\}|([01][0-7]{2}))");

/// Texts that are put together from constants alone, with their pieces.
pub fn joined(plain: &str) -> Vec<(String, Vec<&str>)> {
    let lists = LIST.groups(plain, 1).chain(LIST.groups(plain, 2));
    let whole = |text| {
        let pieces: Vec<&str> = LITERAL.groups(text, 1).collect();
        (pieces.concat(), pieces)
    };
    let chained = |text| {
        let word: String = PIECE.groups(text, 0).map(piece).collect();
        (word, LITERAL.groups(text, 1).collect())
    };
    CHAIN.groups(plain, 0).map(chained).chain(lists.map(whole)).collect()
}

/// What one piece of a chain says.
fn piece(text: &str) -> String {
    let bare = text.trim_matches(['"', '\'', '`']);
    if bare.len() < text.len() {
        return bare.to_owned();
    }
    let inner = bare.trim_matches(['(', ')', ' ']);
    let two = |sign: char| -> Option<(i64, i64)> {
        let (one, other) = inner.split_once(sign)?;
        Some((one.trim().parse().ok()?, other.trim().parse().ok()?))
    };
    let worked_out = two('*').map(|(one, other)| one * other).or_else(|| two('+').map(|(one, other)| one + other));
    worked_out.or_else(|| two('-').map(|(one, other)| one - other)).map_or_else(|| inner.to_owned(), |number| number.to_string())
}

/// Texts that grow by constants in several statements: each name with what it holds at last, its pieces, and the line of the last.
pub fn grown<'p>(lines: impl Iterator<Item = (usize, &'p str)>) -> Vec<(usize, String, Vec<&'p str>)> {
    static BEGINS: Pattern = Pattern::new(
        r#"(?:^|[\s({;])(?:strcpy\s*\(\s*(\w+)\s*,|[$@]?(\w+)(?:\[\w*\])?\s*(?::\s*&?\w+\s*)?:?=\s*(?:\w+::from\()?)\s*["']([\w$./ -]{0,24})["']\)?\s*\)?\s*;?\s*$"#,
    );
    static GROWS: Pattern = Pattern::new(
        r#"(?:^|[\s({;])(?:str[nl]?cat(?:_s)?\s*\(\s*(\w+)\s*,(?:\s*[\w()]+\s*,)?|[$@]?(\w+)\s*(?:\+=|\.=|<<)|(\w+)\.push_str\()\s*["']([\w$./ -]{0,24})["']\s*(?:,\s*[^;]*)?\)?\s*;?\s*$"#,
    );
    /// More names than this are data, and a longer text is no word.
    const MOST_NAMES: usize = 100;
    const LONGEST_WORD: usize = 64;
    let mut held: BTreeMap<&str, (usize, String, Vec<&str>)> = BTreeMap::new();
    let mut done = Vec::new();
    for (line, text) in lines {
        let grows = (1..=3).find_map(|group| GROWS.group(text, group)).zip(GROWS.group(text, 4));
        if let Some((name, said)) = grows {
            if let Some(known) = held.get_mut(name).filter(|known| known.1.len() < LONGEST_WORD) {
                known.0 = line;
                known.1.push_str(said);
                known.2.push(said);
            }
        } else if let Some((name, said)) = (1..=2).find_map(|group| BEGINS.group(text, group)).zip(BEGINS.group(text, 3))
            && (held.len() < MOST_NAMES || held.contains_key(name))
        {
            done.extend(held.insert(name, (line, said.to_owned(), vec![said])));
        }
    }
    done.extend(held.into_values());
    done.retain(|(_, _, pieces)| pieces.len() > 1);
    done
}

/// Constants that are turned round.
pub fn reversed(plain: &str) -> Vec<String> {
    REVERSED.parts(plain).map(turned).collect()
}

/// Constants that are rotated by thirteen letters.
pub fn rotated(plain: &str) -> Vec<String> {
    ROTATED.parts(plain).map(turned_letters).collect()
}

/// A text backwards.
#[must_use]
pub fn turned(text: &str) -> String {
    text.chars().rev().collect()
}

/// A text with each letter thirteen further on.
#[must_use]
pub fn turned_letters(text: &str) -> String {
    let turn = |c: char| match c {
        'a'..='m' | 'A'..='M' => char::from_u32(c as u32 + 13).unwrap_or(c),
        'n'..='z' | 'N'..='Z' => char::from_u32(c as u32 - 13).unwrap_or(c),
        _ => c,
    };
    text.chars().map(turn).collect()
}

/// The texts that tables of numbers in `plain` become by a number that it adds, subtracts or takes exclusive or with, each with its first byte.
/// Only tables that `asked` wants are read.
pub fn shifted(plain: &str, asked: impl Fn(&Range<usize>) -> bool) -> Vec<(usize, String)> {
    /// More tables or keys than this are data.
    const MOST_TABLES: usize = 50;
    const MOST_KEYS: usize = 16;
    const MOST_NUMBERS: usize = 4000;
    static TABLE: Pattern = Pattern::new(r"(?:(?:0[xX][0-9a-fA-F]{1,2}|\d{1,3})\s*,\s*){11,}(?:0[xX][0-9a-fA-F]{1,2}|\d{1,3})");
    static KEY: Pattern = Pattern::new(r"(?:[\])]|\b[a-z]\w{0,3})\s*\)?\s*([-+^]|xor\b)=?\s*(0[xX][0-9a-fA-F]{1,2}|\d{1,3})\b");
    static ONE: Pattern = Pattern::new(r"0[xX][0-9a-fA-F]{1,2}|\d{1,3}");
    let number = |text: &str| -> Option<u8> {
        let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
        hex.map_or_else(|| text.parse().ok(), |hex| u8::from_str_radix(hex, 16).ok())
    };
    let tables: Vec<Range<usize>> = TABLE.find_all(plain).filter(|range| asked(range)).take(MOST_TABLES).collect();
    if tables.is_empty() {
        return Vec::new();
    }
    let mut keys: Vec<(&str, u8)> = Vec::new();
    for (sign, key) in KEY.groups(plain, 1).zip(KEY.groups(plain, 2)) {
        let Some(key) = number(key).filter(|key| *key > 0) else { continue };
        if !keys.contains(&(sign, key)) && keys.len() < MOST_KEYS {
            keys.push((sign, key));
        }
    }
    let mut found = Vec::new();
    for table in tables {
        let listed = plain.get(table.clone()).unwrap_or("");
        let Some(numbers) = ONE.groups(listed, 0).take(MOST_NUMBERS).map(number).collect::<Option<Vec<u8>>>() else { continue };
        let read = |(sign, key): &(&str, u8)| -> Option<String> {
            let letter = |number: &u8| match *sign {
                "^" | "xor" => number ^ key,
                "+" => number.wrapping_add(*key),
                _ => number.wrapping_sub(*key),
            };
            let text: Option<String> = numbers.iter().map(letter).map(printable).collect();
            text
        };
        found.extend(keys.iter().filter_map(read).map(|text| (table.start, text)));
    }
    found
}

fn printable(byte: u8) -> Option<char> {
    let c = char::from(byte);
    (c.is_ascii_graphic() || matches!(c, ' ' | '\n' | '\t')).then_some(c)
}

/// Texts that are written as lists of the numbers of their letters.
pub fn codes(plain: &str) -> Vec<String> {
    let lists = NUMBERS.groups(plain, 1).chain(ONE_BY_ONE.groups(plain, 0));
    lists.filter_map(|list| NUMBER.groups(list, 1).map(letter).collect::<Option<String>>()).filter(|text| !text.is_empty()).collect()
}

fn letter(number: &str) -> Option<char> {
    let hex = number.strip_prefix("0x").or_else(|| number.strip_prefix("0X"));
    let code = hex.map_or_else(|| number.parse::<u32>().ok(), |hex| u32::from_str_radix(hex, 16).ok())?;
    char::from_u32(code).filter(|c| c.is_ascii_graphic() || matches!(c, ' ' | '\n'))
}

/// Runs of letters that are written as escapes: telling from four on, any from `many` on.
pub fn escapes(plain: &str, many: usize) -> Vec<String> {
    let read = |run: &str| -> Option<String> {
        let hex = |text: &str| u32::from_str_radix(text, 16).ok();
        let all = (1..=3).flat_map(|group| ONE_ESCAPE.groups(run, group)).count();
        let octal = ONE_ESCAPE.groups(run, 4).count();
        let codes: Vec<u32> = if octal > all {
            ONE_ESCAPE.groups(run, 4).filter_map(|text| u32::from_str_radix(text, 8).ok()).collect()
        } else {
            (1..=3).flat_map(|group| ONE_ESCAPE.groups(run, group)).filter_map(hex).collect()
        };
        let text: Option<String> = codes.into_iter().map(char::from_u32).collect();
        text.filter(|text| text.chars().all(|c| c.is_ascii_graphic() || c == ' '))
    };
    let letters = |text: &String| text.chars().filter(char::is_ascii_alphabetic).count();
    let word = |text: &String| letters(text) >= many || letters(text) >= 4 && letters(text) == text.len();
    ESCAPED.groups(plain, 0).filter_map(read).filter(word).collect()
}
