//! A kind of place where what somebody sent should not end, and which part of a statement stands there. Never where a value came from.

use std::borrow::Cow;
use std::ops::Range;

use crate::analysis::pattern::Pattern;

/// A kind of place where what somebody sent should not end.
pub struct Place<'p> {
    /// Calls up to their bracket, whose first argument counts.
    pub first: &'p Pattern,
    /// Calls up to their bracket, of which every argument counts.
    pub any: &'p Pattern,
    /// What makes it harmless when the function says it anywhere.
    pub tamed: &'p Pattern,
    /// What makes it harmless when the part itself begins with it or holds it.
    pub fixed: &'p Pattern,
    /// Calls up to their bracket that make what they are given harmless.
    pub tames: &'p Pattern,
    /// Whether what stands there leads somewhere: what a literal begins leads where that says.
    pub leads: bool,
}

/// Calls that make something harmless, in one part.
const MOST_CALLS: usize = 8;

static NOTHING: Pattern = Pattern::new(r"[^\s\S]");

impl<'p> Place<'p> {
    /// Where the first argument of `first` and any of `any` end; nothing makes that harmless.
    #[must_use]
    pub const fn of(first: &'p Pattern, any: &'p Pattern) -> Self {
        Self { first, any, tamed: &NOTHING, fixed: &NOTHING, tames: &NOTHING, leads: false }
    }

    /// The same, unless a function says `tamed` or the part `fixed`.
    #[must_use]
    pub const fn but(self, tamed: &'p Pattern, fixed: &'p Pattern) -> Self {
        Self { tamed, fixed, ..self }
    }
}

/// An address that is put together behind a literal host: it leads there, whatever follows.
pub static LED: Pattern = Pattern::new(
    r"^\s*(?:&\s*)?(?:format!\s*\(\s*|String\.format\s*\(\s*|fmt\.Sprintf\s*\(\s*|sprintf\s*\(\s*)?[frb$@]{0,2}[\x22\x27`](?:https?://[^/\x22\x27`{$%\s]+/|/[\w])",
);

/// What a text puts values of code into.
pub fn inside(text: &str) -> impl Iterator<Item = &str> {
    static HOLE: Pattern = Pattern::new(r"\{([^{}]+)\}");
    HOLE.groups(text, 1)
}

/// Whether what begins at `at` only says which entry of a table is taken: `FEEDS[request.args["name"]]`.
pub fn looked_up(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or("").trim_end();
    before.strip_suffix('[').is_some_and(|table| table.ends_with(|sign: char| sign.is_alphanumeric() || "_)]".contains(sign)))
}

/// The half of a choice that holds what was sent, where the choice only asks whether it was: `req.has("a") ? req.get("a") : other()`.
pub fn half_of(plain: &str, asked: &Range<usize>) -> Option<Range<usize>> {
    static WHETHER_SENT: Pattern = Pattern::new(
        r"(?:=|\breturn|\()\s*!?\s*(?:(?:req\w*|ctx|params?|query|form|r)(?:\.|->)\w*(?:has|Has|contains|count)\w*\s*\([^()?]*\)|isset\s*\([^()?]*\)|!?empty\s*\([^()?]*\))\s*\?",
    );
    let choice = WHETHER_SENT.find(plain).filter(|choice| choice.end <= asked.start)?;
    let other = plain.get(asked.end..)?.find(" : ").map_or(plain.len(), |at| asked.end + at);
    Some(choice.end..other)
}

/// Where the other half begins of a choice that takes a name if there is something in it: `given != null ? given : settings.url()`.
pub fn other_half(plain: &str) -> Option<usize> {
    static IF_GIVEN: Pattern = Pattern::new(r"=\s*\(?\s*(\w+)\s*(?:!==?\s*(?:null|undefined|nil)\s*)?\?\s*(\w+)\s*:\s");
    let found = IF_GIVEN.find(plain)?;
    let text = plain.get(found.clone())?;
    (IF_GIVEN.group(text, 1) == IF_GIVEN.group(text, 2)).then_some(found.end)
}

/// Code without what only says which entry of a table is taken, byte for byte.
pub fn outside_of_tables(code: &str) -> Cow<'_, str> {
    static ENTRY: Pattern = Pattern::new(r"[A-Za-z0-9_)\]]\[\s*([A-Za-z_$][\w.$]*)\s*\]");
    let (mut out, mut from) = (String::new(), 0);
    for entry in ENTRY.find_all(code) {
        out.push_str(code.get(from..=entry.start).unwrap_or(""));
        out.extend(std::iter::repeat_n(' ', entry.len() - 1));
        from = entry.end;
    }
    if from == 0 {
        return Cow::Borrowed(code);
    }
    out.push_str(code.get(from..).unwrap_or(""));
    Cow::Owned(out)
}

/// A part and its code without what calls of `tames` are given, byte for byte.
pub fn untamed<'t>(tames: &Pattern, text: &'t str, code: &'t str) -> (Cow<'t, str>, Cow<'t, str>) {
    let (mut shown, mut bare) = (Cow::Borrowed(text), Cow::Borrowed(code));
    for call in tames.find_all(text).take(MOST_CALLS) {
        let inside = argument((text, code), call.end, false);
        if text.is_char_boundary(inside.end) && inside.end <= code.len() {
            let blank = " ".repeat(inside.len());
            shown.to_mut().replace_range(inside.clone(), &blank);
            bare.to_mut().replace_range(inside, &blank);
        }
    }
    (shown, bare)
}

/// The bytes of the first argument, or of all, from `start` behind the bracket. `bare` is the same text without what stands in literals,
/// whose commas and brackets are words; only code that a literal takes in (`${…}`) nests.
pub fn argument((text, bare): (&str, &str), start: usize, first: bool) -> Range<usize> {
    let bare = bare.as_bytes();
    let (mut open, mut before) = (Vec::new(), 0);
    for (at, byte) in text.bytes().enumerate().skip(start) {
        let literal = bare.get(at) != Some(&byte);
        match byte {
            b'{' if literal && before == b'$' => open.push(b'$'),
            b'}' if open.last() == Some(&b'$') => _ = open.pop(),
            _ if literal => {}
            b'(' | b'[' | b'{' => open.push(byte),
            b')' | b']' | b'}' => {
                // A `${` that nothing closed was no code.
                while open.last() == Some(&b'$') {
                    open.pop();
                }
                if open.pop().is_none() {
                    return start..at;
                }
            }
            b',' if open.is_empty() && first => return start..at,
            _ => {}
        }
        before = byte;
    }
    start..text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_ends_at_its_comma_or_bracket() {
        let part = |text: &str, first| {
            let (mut bare, mut quote) = (String::new(), None);
            for sign in text.chars() {
                let ends = quote == Some(sign);
                bare.push(if quote.is_some() || sign == '"' { ' ' } else { sign });
                quote = if ends { None } else { quote.or(Some(sign).filter(|sign| *sign == '"')) };
            }
            text.get(argument((text, &bare), text.find('(').map_or(0, |at| at + 1), first)).unwrap_or("").to_owned()
        };
        for (text, argument) in [
            (r#"f("a, b (c" + d, e)"#, r#""a, b (c" + d"#),
            (r#"f("a ${b(c, d)} e" , f)"#, r#""a ${b(c, d)} e" "#),
            (r#"f(g("a ${"), b)"#, r#"g("a ${")"#),
            (r#"f("}, {" + a)"#, r#""}, {" + a"#),
        ] {
            assert_eq!(part(text, true), argument, "{text}");
        }
        assert_eq!((part("f(g(a, b), c)", true), part("f(g(a, b), c)", false)), ("g(a, b)".to_owned(), "g(a, b), c".to_owned()));
        assert_eq!((part("f(", true), part("f()", true)), (String::new(), String::new()));
    }
}
