//! Walks through one pickle after the other, opcode by opcode, and keeps a stack of what matters. Nothing is ever loaded.

use std::collections::HashMap;

use super::found::{Import, Pickles};
use super::opening::begins;
use super::value::{LONGEST_TEXT, Value, text_of, tuple};
use crate::analysis::blob::reading::Reading;

/// Values on the stack, marks among them, values that are remembered; more is no pickle that anybody wrote.
const DEEPEST: usize = 1_000_000;
/// Imports that are kept of one file.
const MOST_IMPORTS: usize = 10_000;

/// Reads the pickles that stand one after the other from the first byte.
#[must_use]
pub fn read(bytes: &[u8]) -> Pickles {
    let (reading, stack, marks, memo) = (Reading::new(bytes), Vec::new(), Vec::new(), HashMap::new());
    let mut machine = Machine { reading, stack, marks, memo, found: Pickles::default() };
    while bytes.get(machine.found.read..).is_some_and(|rest| machine.found.ended == 0 && !rest.is_empty() || begins(rest)) {
        (machine.stack, machine.marks) = (Vec::new(), Vec::new());
        machine.memo.clear();
        let ended = machine.run();
        machine.found.read = machine.reading.at();
        if ended.is_none() {
            machine.found.broken = true;
            break;
        }
        machine.found.ended += 1;
    }
    machine.found
}

/// The machine that loaders have, without what it would do.
struct Machine<'b> {
    reading: Reading<'b>,
    stack: Vec<Value>,
    marks: Vec<usize>,
    memo: HashMap<u64, Value>,
    found: Pickles,
}

impl Machine<'_> {
    /// Up to the end of this pickle; nothing when there is none.
    fn run(&mut self) -> Option<()> {
        loop {
            let op = self.reading.byte()?;
            if op == b'.' {
                return Some(());
            }
            if self.stack.len().max(self.marks.len()).max(self.memo.len()) > DEEPEST {
                return None;
            }
            self.step(op)?;
        }
    }

    fn step(&mut self, op: u8) -> Option<()> {
        match op {
            b'(' => self.marks.push(self.stack.len()),
            b'0' | b'a' => drop(self.stack.pop()),
            b'1' | b'e' | b'u' | 0x90 => drop(self.since_mark()),
            b'2' => self.stack.push(self.stack.last().cloned()?),
            b'l' | b'd' | 0x91 => {
                self.since_mark();
                self.stack.push(Value::Other);
            }
            b's' => self.stack.truncate(self.stack.len().saturating_sub(2)),
            b'N' | b']' | b'}' | 0x88 | 0x89 | 0x8f | 0x97 => self.stack.push(Value::Other),
            b')' => self.stack.push(Value::Tuple("".into())),
            0x98 => {}
            b't' => {
                let texts = self.since_mark();
                self.stack.push(tuple(&texts));
            }
            0x85..=0x87 => self.tuple_of(usize::from(op - 0x84)),
            b'F' | b'I' | b'L' | b'P' => self.line_value()?,
            b'S' | b'V' => {
                let text = self.reading.line()?;
                self.stack.push(text_of(text.trim_ascii(), true));
            }
            b'J' => self.fixed(4)?,
            b'K' => self.fixed(1)?,
            b'M' => self.fixed(2)?,
            b'G' => self.fixed(8)?,
            0x80 => drop(self.reading.take(1)?),
            0x95 => drop(self.reading.take(8)?),
            0x82 => self.extension(1)?,
            0x83 => self.extension(2)?,
            0x84 => self.extension(4)?,
            b'Q' => {
                self.stack.pop();
                self.stack.push(Value::Other);
            }
            b'U' | 0x8c => self.text(1)?,
            b'T' | b'X' => self.text(4)?,
            0x8d => self.text(8)?,
            b'C' | 0x8a => self.counted(1)?,
            b'B' | 0x8b => self.counted(4)?,
            0x8e | 0x96 => self.counted(8)?,
            _ => return self.step_memo(op),
        }
        Some(())
    }

    /// What remembers, imports and calls.
    fn step_memo(&mut self, op: u8) -> Option<()> {
        match op {
            b'p' => {
                let key = number(self.reading.line()?);
                self.put(key);
            }
            b'q' => {
                let key = self.reading.little(1)?;
                self.put(key);
            }
            b'r' => {
                let key = self.reading.little(4)?;
                self.put(key);
            }
            0x94 => self.put(self.memo.len() as u64),
            b'g' => {
                let key = number(self.reading.line()?);
                self.get(key);
            }
            b'h' => {
                let key = self.reading.little(1)?;
                self.get(key);
            }
            b'j' => {
                let key = self.reading.little(4)?;
                self.get(key);
            }
            b'c' | b'i' => self.global(op)?,
            0x93 => self.stack_global(),
            b'o' => {
                let values = self.since_mark();
                let (callee, rest) = values.split_first()?;
                let with = tuple(rest);
                self.call(callee, &with);
            }
            b'R' | 0x81 => {
                let with = self.stack.pop()?;
                let callee = self.stack.pop()?;
                self.call(&callee, &with);
            }
            0x92 => {
                self.stack.pop();
                let with = self.stack.pop()?;
                let callee = self.stack.pop()?;
                self.call(&callee, &with);
            }
            b'b' => drop(self.stack.pop()),
            _ => return None,
        }
        Some(())
    }

    fn since_mark(&mut self) -> Vec<Value> {
        let from = self.marks.pop().unwrap_or(0).min(self.stack.len());
        self.stack.split_off(from)
    }

    fn tuple_of(&mut self, count: usize) {
        let values = self.stack.split_off(self.stack.len().saturating_sub(count));
        self.stack.push(tuple(&values));
    }

    fn line_value(&mut self) -> Option<()> {
        self.reading.line()?;
        self.stack.push(Value::Other);
        Some(())
    }

    fn fixed(&mut self, count: usize) -> Option<()> {
        self.reading.take(count)?;
        self.stack.push(Value::Other);
        Some(())
    }

    fn counted(&mut self, count: usize) -> Option<()> {
        self.reading.counted(count)?;
        self.stack.push(Value::Other);
        Some(())
    }

    fn text(&mut self, count: usize) -> Option<()> {
        let text = self.reading.counted(count)?;
        self.stack.push(text_of(text, false));
        Some(())
    }

    /// A name that is written in a table of the one who loads it.
    fn extension(&mut self, count: usize) -> Option<()> {
        self.reading.take(count)?;
        self.import(None);
        Some(())
    }

    fn put(&mut self, key: u64) {
        if let Some(value) = self.stack.last() {
            self.memo.insert(key, value.clone());
        }
    }

    fn get(&mut self, key: u64) {
        self.stack.push(self.memo.get(&key).cloned().unwrap_or(Value::Other));
    }

    fn global(&mut self, op: u8) -> Option<()> {
        let name = |line: &[u8]| {
            String::from_utf8_lossy(line.get(..line.len().min(LONGEST_TEXT)).unwrap_or(line)).trim_end_matches('\r').to_owned()
        };
        let (module, inner) = (name(self.reading.line()?), name(self.reading.line()?));
        let with = (op == b'i').then(|| tuple(&self.since_mark()));
        self.import(Some(format!("{module}.{inner}")));
        if let Some(with) = with {
            let callee = self.stack.pop()?;
            self.call(&callee, &with);
        }
        Some(())
    }

    fn stack_global(&mut self) {
        let (inner, module) = (self.stack.pop(), self.stack.pop());
        let name = match (module, inner) {
            (Some(Value::Text(module)), Some(Value::Text(inner))) => Some(format!("{module}.{inner}")),
            _ => None,
        };
        self.import(name);
    }

    fn import(&mut self, name: Option<String>) {
        if self.found.imports.len() < MOST_IMPORTS {
            self.stack.push(Value::Import(self.found.imports.len()));
            self.found.imports.push(Import { name, called: false, with: String::new() });
        } else {
            self.stack.push(Value::Other);
        }
    }

    fn call(&mut self, callee: &Value, with: &Value) {
        if let Value::Import(at) = callee
            && let Some(import) = self.found.imports.get_mut(*at)
        {
            import.called = true;
            if let (Value::Tuple(texts) | Value::Text(texts), true) = (with, import.with.is_empty()) {
                import.with = texts.to_string();
            }
        }
        // What an import makes may be called in turn, as `getattr(os, 'system')` is.
        self.stack.push(Value::Other);
    }
}

fn number(line: &[u8]) -> u64 {
    std::str::from_utf8(line).ok().and_then(|line| line.trim().parse().ok()).unwrap_or(u64::MAX)
}
