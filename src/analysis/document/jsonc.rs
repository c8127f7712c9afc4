//! JSON as editors write it, with comments and trailing commas, over the lexer's tokens.

use super::node::{Node, Value, line_at, line_starts};
use crate::analysis::language::Language;
use crate::analysis::lexer::{Kind, Lexeme, lex};

/// Deeper files are not read: no settings file is nested like this by hand.
const DEEPEST: usize = 64;

/// Reads one value that is the whole of `text`.
pub(super) fn read(text: &str) -> Result<Node, String> {
    let tokens = lex(text, Language::Json.syntax()).into_iter().filter(|token| token.kind != Kind::Comment).collect();
    let mut reader = Reader { text, tokens, starts: line_starts(text), at: 0 };
    let node = reader.value(0)?;
    if reader.at < reader.tokens.len() { Err(reader.unexpected()) } else { Ok(node) }
}

struct Reader<'t> {
    text: &'t str,
    tokens: Vec<Lexeme>,
    starts: Vec<usize>,
    at: usize,
}

impl Reader<'_> {
    fn word(&self) -> &str {
        self.tokens.get(self.at).map_or("", |token| token.of(self.text))
    }

    fn line(&self) -> usize {
        self.tokens.get(self.at).map_or(0, |token| line_at(&self.starts, token.start))
    }

    fn unexpected(&self) -> String {
        match self.tokens.get(self.at) {
            Some(_) => {
                format!("line {}: this is not where JSON has '{}'", self.line() + 1, self.word().chars().take(20).collect::<String>())
            }
            None => "it ends too early".to_owned(),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, String> {
        let line = self.line();
        if depth > DEEPEST {
            return Err(format!("line {}: nested more than {DEEPEST} deep", line + 1));
        }
        let value = match self.word() {
            "{" => self.map(depth)?,
            "[" => self.list(depth)?,
            "-" => {
                self.at += 1;
                let digits = self.number().ok_or_else(|| self.unexpected())?;
                Value::Number(format!("-{digits}"))
            }
            _ => self.scalar()?,
        };
        Ok(Node { line, key: line, value })
    }

    fn scalar(&mut self) -> Result<Value, String> {
        if let Some(text) = self.string() {
            return text.map(Value::Text);
        }
        if let Some(digits) = self.number() {
            return Ok(Value::Number(digits));
        }
        let value = match self.word() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(value)
    }

    /// Digits, also where the lexer cut a number at its exponent's sign.
    fn number(&mut self) -> Option<String> {
        self.tokens.get(self.at).filter(|token| token.kind == Kind::Number)?;
        let mut digits = self.word().to_owned();
        self.at += 1;
        if digits.ends_with(['e', 'E']) && matches!(self.word(), "+" | "-") {
            digits.push_str(self.word());
            self.at += 1;
            digits.push_str(self.word());
            self.at += 1;
        }
        Some(digits)
    }

    fn string(&mut self) -> Option<Result<String, String>> {
        self.tokens.get(self.at).filter(|token| token.kind == Kind::Str)?;
        let read = serde_json::from_str(self.word()).map_err(|_| self.unexpected());
        self.at += 1;
        Some(read)
    }

    fn map(&mut self, depth: usize) -> Result<Value, String> {
        self.at += 1;
        let mut entries = Vec::new();
        while self.word() != "}" {
            let line = self.line();
            let key = self.string().unwrap_or_else(|| Err(self.unexpected()))?;
            if self.word() != ":" {
                return Err(self.unexpected());
            }
            self.at += 1;
            entries.push((key, Node { key: line, ..self.value(depth + 1)? }));
            self.separator("}")?;
        }
        self.at += 1;
        entries.shrink_to_fit();
        Ok(Value::Map(entries))
    }

    fn list(&mut self, depth: usize) -> Result<Value, String> {
        self.at += 1;
        let mut items = Vec::new();
        while self.word() != "]" {
            items.push(self.value(depth + 1)?);
            self.separator("]")?;
        }
        self.at += 1;
        items.shrink_to_fit();
        Ok(Value::List(items))
    }

    fn separator(&mut self, close: &str) -> Result<(), String> {
        match self.word() {
            "," => self.at += 1,
            word if word == close => {}
            _ => return Err(self.unexpected()),
        }
        Ok(())
    }
}
