//! JSON text that cannot act on a terminal: every hidden character is written as `\uXXXX`, losslessly.

use std::io;

use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use crate::model::inert;

/// `value` as JSON over several lines, with a line feed at the end.
///
/// # Errors
/// When `out` cannot be written.
pub fn pretty(out: &mut dyn io::Write, value: &impl serde::Serialize) -> io::Result<()> {
    write(out, Escaping(PrettyFormatter::new()), value)
}

/// `value` as JSON on one line, with a line feed at the end.
///
/// # Errors
/// When `out` cannot be written.
pub fn compact(out: &mut dyn io::Write, value: &impl serde::Serialize) -> io::Result<()> {
    write(out, Escaping(CompactFormatter), value)
}

fn write(out: &mut dyn io::Write, formatter: impl Formatter, value: &impl serde::Serialize) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, formatter);
    value.serialize(&mut serializer).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

/// Lays JSON out as the formatter inside does, and escapes what a terminal or an eye could be fooled by.
struct Escaping<F>(F);

impl<F: Formatter> Formatter for Escaping<F> {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| inert::hidden(*c).is_some()) {
            let (before, after) = rest.split_at(at);
            out.write_all(before.as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = after.get(c.len_utf8()..).unwrap_or("");
        }
        out.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_escaped_and_come_back_the_same() {
        let text = "a\x1b[31m\u{7f}\u{9b}\u{202e}\u{200b}\u{e0041}\u{2028} \"q\" \\ é 中 🚢";
        for write in [compact, pretty] as [fn(&mut dyn io::Write, &String) -> io::Result<()>; 2] {
            let mut out = Vec::new();
            write(&mut out, &text.to_owned()).unwrap();
            let json = String::from_utf8(out).unwrap();
            assert!(json.trim_end().chars().all(|c| inert::hidden(c).is_none()), "{json}");
            assert!(json.contains("\\u001b[31m\\u007f\\u009b\\u202e\\u200b\\udb40\\udc41\\u2028"), "{json}");
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}
