//! Lines that a change only lays out anew: their tokens stand on both sides in the same order. Never what tokens mean.
//!
//! Only in languages whose blanks and line feeds say nothing between tokens, or, in JavaScript, only where they surely say nothing.

use std::ops::{Range, RangeInclusive};

use super::language::Language;
use super::lexer::{Kind, lex};
use crate::model::diff::{Line, LineKind, Side, TextDiff};

/// The lines of a file whose change is one of layout, by their numbers, ascending.
#[derive(Default)]
pub(super) struct Layout {
    old: Vec<u32>,
    new: Vec<u32>,
}

impl Layout {
    /// Those of `diff`, the diff of a file of this language.
    #[must_use]
    pub(super) fn of(diff: &TextDiff, language: Language) -> Self {
        let mut layout = Self::default();
        if !is_free(language) {
            return layout;
        }
        for hunk in &diff.hunks {
            let lines = diff.lines.get(hunk.lines.clone()).unwrap_or_default();
            for block in lines.split(|line| line.kind == LineKind::Context).filter(|block| !block.is_empty()) {
                layout.block(diff, block, language);
            }
        }
        layout
    }

    /// The lines of one side.
    #[must_use]
    pub(super) fn lines(&self, side: Side) -> &[u32] {
        match side {
            Side::Old => &self.old,
            Side::New => &self.new,
        }
    }

    fn block(&mut self, diff: &TextDiff, block: &[Line], language: Language) {
        let of = |kind: LineKind| block.iter().filter(move |line| line.kind == kind);
        if of(LineKind::Removed).next().is_none()
            || of(LineKind::Added).next().is_none()
            || block.iter().any(|line| is_bound(diff.text(line), language))
        {
            return;
        }
        let (old, new) = (Half::of(diff, of(LineKind::Removed)), Half::of(diff, of(LineKind::Added)));
        let (Some(was), Some(is)) = (old.tokens(language), new.tokens(language)) else { return };
        let first = was.iter().zip(&is).take_while(|(was, is)| was.says(is)).count();
        let last = was[first..].iter().rev().zip(is[first..].iter().rev()).take_while(|(was, is)| was.says(is)).count();
        let (gone, come) = (first..was.len() - last, first..is.len() - last);
        if gone.is_empty() && come.is_empty() {
            self.old.extend(old.lines.iter().map(|line| line.old));
            self.new.extend(new.lines.iter().map(|line| line.new));
        } else {
            self.old.extend(old.left(&was, &gone).map(|line| line.old));
            self.new.extend(new.left(&is, &come).map(|line| line.new));
        }
    }
}

/// So many lines around one that says something else are looked at with it.
const NEAR: usize = 4;

/// Whether only tokens count in a language.
fn is_free(language: Language) -> bool {
    use Language::{C, CSharp, Cpp, Java, JavaScript, Php, Rust, TypeScript};
    matches!(language, C | Cpp | CSharp | Java | JavaScript | Php | Rust | TypeScript)
}

/// Whether a line holds something that goes on over lines or ends with its own.
fn is_bound(text: &str, language: Language) -> bool {
    use Language::{C, CSharp, Cpp, Java, Php};
    let directive = || text.trim_start().starts_with('#') || text.trim_end().ends_with('\\');
    match language {
        C => directive(),
        Cpp => directive() || text.contains("R\""),
        CSharp => directive() || text.contains("\"\"\"") || text.contains("@\"") || text.contains("$@"),
        Java => text.contains("\"\"\""),
        Php => text.contains("<<<") || text.contains("?>"),
        _ => text.contains('\u{c}') || text.contains('\u{b}'),
    }
}

/// The lines of a block that went, or those that came.
struct Half<'d> {
    lines: Vec<&'d Line>,
    text: String,
    /// Where each line starts.
    starts: Vec<usize>,
}

impl<'d> Half<'d> {
    fn of(diff: &'d TextDiff, lines: impl Iterator<Item = &'d Line>) -> Self {
        let mut half = Self { lines: Vec::new(), text: String::new(), starts: Vec::new() };
        for line in lines {
            half.starts.push(half.text.len());
            half.text.push_str(diff.text(line));
            half.text.push('\n');
            half.lines.push(line);
        }
        half
    }

    /// Its tokens; none where something else stands between them.
    fn tokens(&self, language: Language) -> Option<Vec<Token<'_>>> {
        let mut out: Vec<Token<'_>> = Vec::new();
        let mut before = 0;
        for lexeme in lex(&self.text, language.syntax()) {
            let text = lexeme.of(&self.text);
            let between = self.text.get(before..lexeme.start)?;
            if !between.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
                return None;
            }
            let gap = out.last().map_or(Gap::None, |last| Gap::of(last, between, lexeme.kind, text, language));
            if lexeme.kind == Kind::Sign && ends_with_nothing(&out, text, language) {
                out.pop();
            }
            before = lexeme.end;
            out.push(Token { kind: lexeme.kind, text, start: lexeme.start, gap, language });
        }
        Some(out)
    }

    /// The lines, by position, on which a token stands.
    fn lines_of(&self, token: &Token<'_>) -> RangeInclusive<usize> {
        let line = |at: usize| self.starts.partition_point(|start| *start <= at).saturating_sub(1);
        line(token.start)..=line(token.start + token.text.len().saturating_sub(1))
    }

    /// The lines on which none of the tokens of `part` stands, nor near them: where little changed, all of it is looked at.
    fn left(&self, tokens: &[Token<'_>], part: &Range<usize>) -> impl Iterator<Item = &'d Line> {
        let beside = part.start.saturating_sub(1)..(part.end + 1).min(tokens.len());
        let mut differ = vec![false; self.lines.len()];
        for token in tokens.get(beside).unwrap_or_default() {
            let lines = self.lines_of(token);
            let near = lines.start().saturating_sub(NEAR)..(lines.end() + NEAR + 1).min(differ.len());
            differ[near].fill(true);
        }
        self.lines.iter().zip(differ).filter(|(_, differs)| !differs).map(|(line, _)| *line)
    }
}

/// What stands between two tokens and counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    None,
    Blank,
    Line,
}

impl Gap {
    fn of(last: &Token<'_>, between: &str, kind: Kind, next: &str, language: Language) -> Self {
        /// No statement ends behind these.
        const GOES_ON: &[char] = &[';', '{', '}', ',', '(', '[', '=', '&', '|', '?', ':', '*', '<', '.'];
        /// None begins with these.
        const CONTINUES: &[char] = &[')', '}', ']', '.', ',', '?', ':', '&', '|', '=', ';'];
        const BRACKETS: &[char] = &['(', ')', '[', ']', '{', '}', ',', ';'];
        let ended = matches!(language, Language::JavaScript | Language::TypeScript) && between.contains('\n');
        if last.kind == Kind::Comment && between.contains('\n') {
            return Self::Line;
        }
        let sure = last.kind == Kind::Sign && last.text.ends_with(GOES_ON) || kind == Kind::Sign && next.starts_with(CONTINUES);
        if ended && !sure {
            return Self::Line;
        }
        let signs = last.kind == Kind::Sign && kind == Kind::Sign && !last.text.ends_with(BRACKETS) && !next.starts_with(BRACKETS);
        if signs && !between.is_empty() { Self::Blank } else { Self::None }
    }
}

/// Whether a list ends with a comma behind which nothing comes, and could as well end without it.
fn ends_with_nothing(out: &[Token<'_>], closes: &str, language: Language) -> bool {
    use Language::{JavaScript, Php, Rust, TypeScript};
    let [.., last, comma] = out else { return false };
    let free = match closes {
        "]" | "}" => true,
        ")" => matches!(language, JavaScript | TypeScript | Php),
        _ => false,
    };
    // `(x,)` of Rust is another thing than `(x)`; `[,]` of JavaScript than `[]`.
    free && comma.kind == Kind::Sign
        && comma.text == ","
        && !(last.kind == Kind::Sign && last.text.ends_with([',', '(', '[', '{']))
        && (matches!(language, JavaScript | TypeScript | Php | Rust) || closes == "}")
}

struct Token<'t> {
    kind: Kind,
    text: &'t str,
    start: usize,
    gap: Gap,
    language: Language,
}

impl Token<'_> {
    fn says(&self, other: &Token<'_>) -> bool {
        self.kind == other.kind
            && self.gap == other.gap
            && (self.text == other.text || self.quoted().is_some_and(|text| other.quoted() == Some(text)))
    }

    /// What a text of JavaScript says, where either quote would do.
    fn quoted(&self) -> Option<&str> {
        let script = self.kind == Kind::Str && matches!(self.language, Language::JavaScript | Language::TypeScript);
        let text = self.text;
        let inner = ['"', '\''].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote));
        inner.filter(|inner| script && !inner.contains(['"', '\'', '\\', '\n']))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::diff::TextDiffBuilder;

    /// The lines of both sides that are left as changed, where `old` gave way to `new`.
    fn left(old: &str, new: &str, language: Language) -> (Vec<u32>, Vec<u32>) {
        let mut builder = TextDiffBuilder::default();
        builder.hunk(1, 1, "");
        for (kind, text) in [(LineKind::Removed, old), (LineKind::Added, new)] {
            assert!(text.lines().all(|line| builder.line(kind, line, false)));
        }
        let layout = Layout::of(&builder.finish(), language);
        let rest = |text: &str, laid: &[u32]| (1..).take(text.lines().count()).filter(|number| !laid.contains(number)).collect();
        (rest(old, &layout.old), rest(new, &layout.new))
    }

    const NONE: (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());

    #[test]
    fn what_a_formatter_does_says_nothing() {
        use Language::{C, Java, JavaScript, Rust};
        for (old, new, language) in [
            ("if (a) {\n  b();\n}", "if (a) {\n    b();\n}", JavaScript),
            ("set('a', b)", "set(\n  \"a\",\n  b,\n)", JavaScript),
            ("const x = {a: 1, b: 2}", "const x = {\n  a: 1,\n  b: 2,\n}", JavaScript),
            ("return a\n  ? b\n  : c;", "return a ? b : c;", JavaScript),
            ("if (a)\n{\n  b();\n}", "if (a) {\n\tb();\n}", C),
            ("foo(a,\n    b);", "foo(a, b);", Java),
            ("let x = vec![1, 2];", "let x = vec![\n    1,\n    2,\n];", Rust),
        ] {
            assert_eq!(left(old, new, language), NONE, "{old} → {new}");
        }
    }

    #[test]
    fn what_says_something_else_is_left() {
        use Language::{C, Go, JavaScript, Python, Rust};
        for (old, new, language) in [
            ("return a;", "return\n  a;", JavaScript),
            ("a\n++b", "a++\nb", JavaScript),
            ("x = 'a b'", "x = 'a  b'", JavaScript),
            ("x = `a`", "x = 'a'", JavaScript),
            ("a; // b\nc();", "a; // b c();", JavaScript),
            ("x = a & &b;", "x = a && b;", C),
            ("#define A 1", "#define A  1", C),
            ("let x = (a,);", "let x = (a);", Rust),
            ("    a()", "a()", Python),
            ("\ta()", "a()", Go),
            ("if (a)", "if (a\u{200b})", JavaScript),
        ] {
            assert_ne!(left(old, new, language), NONE, "{old} → {new}");
        }
    }

    #[test]
    fn only_what_stands_near_a_difference_is_left_of_a_file_laid_out_anew() {
        let body = |indent: &str, guard: &str| -> String {
            let lines = (1..=20).map(|at| if at == 10 { guard.to_owned() } else { format!("{indent}step{at}();\n") });
            lines.collect()
        };
        let (old, new) = (body("  ", "  guard();\n"), body("    ", ""));
        assert_eq!(left(&old, &new, Language::TypeScript), ((5..=15).collect(), (5..=14).collect()));
        assert_eq!(left("if (a && b) {", "if (a) {", Language::TypeScript), (vec![1], vec![1]));
        assert_eq!(left("where({ id, user })", "where({\n  id,\n})", Language::TypeScript), (vec![1], vec![1, 2, 3]));
    }

    proptest! {
        #[test]
        fn any_text_is_read(old in "[ -~\n\u{200b}é'\"`/*{}(),;#]{0,200}", new in "[ -~\n'\"`/*{}(),;#]{0,200}") {
            for language in [Language::JavaScript, Language::Rust, Language::Php, Language::CSharp] {
                left(&old, &new, language);
                prop_assert_eq!(left(&old, &old, language).0.len(), left(&old, &old, language).1.len());
            }
        }
    }
}
