//! Rule files as rules, correlations and filters, each with its place. What cannot be read is a note, and only that is left out.

use rsigma_parser::{
    ConditionOperator, CorrelationCondition, CorrelationRule, CorrelationType, FilterRule, SigmaCollection, SigmaRule, parse_sigma_yaml,
};
use sha2::{Digest as _, Sha256};

use super::super::yaml::Refused;
use super::super::{documents, note};
use super::mend::Mended;
use super::words::Words;
use super::{mend, reading, refusal};
use crate::analysis::rules;
use crate::model::pack::{NoteKind, Pack, PackFile, RuleNote};

/// One document of a rule file, read.
pub(super) struct Found<'p, T> {
    /// The file.
    pub file: &'p PackFile,
    /// The line of its first word, from 1.
    pub line: u32,
    /// The line `text` begins at, from 1.
    pub begins: u32,
    /// It, as it was read.
    pub text: String,
    /// What it says.
    pub what: T,
}

/// Everything that could be read of a pack.
#[derive(Default)]
pub(super) struct Read<'p> {
    pub rules: Vec<Found<'p, SigmaRule>>,
    pub correlations: Vec<Found<'p, CorrelationRule>>,
    pub filters: Vec<Found<'p, FilterRule>>,
    pub notes: Vec<RuleNote>,
}

/// Reads `files`.
pub(super) fn read<'p>(pack: &Pack, files: &[&'p PackFile]) -> Read<'p> {
    let mut read = Read::default();
    files.iter().for_each(|file| read.file(pack, file));
    read
}

impl<'p> Read<'p> {
    fn file(&mut self, pack: &Pack, file: &'p PackFile) {
        // A test holds that the rules of this program need neither mending nor advice.
        let own = rules::is_own(pack);
        let mended = if own { Mended { text: file.text.clone(), notes: Vec::new() } } else { mend::mend(&file.text) };
        let mendings = mended.notes.into_iter().map(|(line, text)| note(pack, file, Some(line), None, NoteKind::Mended, text));
        self.notes.extend(mendings);
        let mut collection = Collection::default();
        for (line, text) in documents(&mended.text) {
            let said = match if own { Ok(Vec::new()) } else { reading::look(text, line) } {
                Ok(said) => said,
                Err(refused) => {
                    self.leave_out(pack, file, refused);
                    continue;
                }
            };
            match collection.next(text) {
                Next::Nothing => {}
                Next::Unread(why) => self.leave_out(pack, file, refusal::why(text, line, &why)),
                Next::Read(read) if read.is_empty() => {
                    let why = read.errors.first().map_or("it says nothing", String::as_str);
                    self.leave_out(pack, file, refusal::why(text, line, why));
                }
                Next::Read(read) => {
                    let first = line + leading(text);
                    let called = called(&read);
                    let mut say = |line, kind, text| self.notes.push(note(pack, file, Some(line), called.as_deref(), kind, text));
                    said.into_iter().for_each(|said| say(said.line, said.kind, said.text));
                    // Words of the head that are none were told with their lines.
                    let own = |why: &&String| !["invalid level", "invalid status"].iter().any(|known| why.starts_with(known));
                    read.errors.iter().filter(own).for_each(|why| say(first, NoteKind::Advice, sentence(why)));
                    self.take(pack, file, (first, line), text, read);
                }
            }
        }
    }

    fn leave_out(&mut self, pack: &Pack, file: &PackFile, refused: Refused) {
        self.notes.push(note(pack, file, Some(refused.line), None, NoteKind::LeftOut, refused.text));
    }

    fn take(&mut self, pack: &Pack, file: &'p PackFile, (line, begins): (u32, u32), text: &str, read: SigmaCollection) {
        let own = |title: &str| id_of(&[&pack.name, &file.path, &line.to_string(), title]);
        for mut what in read.rules {
            what.id = what.id.or_else(|| Some(own(&what.title)));
            self.rules.push(Found { file, line, begins, text: text.to_owned(), what });
        }
        for mut what in read.correlations {
            together(&mut what);
            what.id = what.id.or_else(|| Some(own(&what.title)));
            self.correlations.push(Found { file, line, begins, text: text.to_owned(), what });
        }
        for what in read.filters {
            self.filters.push(Found { file, line, begins, text: text.to_owned(), what });
        }
    }
}

/// What the rule of `read` is called.
fn called(read: &SigmaCollection) -> Option<String> {
    let rule = read.rules.first().map(|rule| Words::of_rule(rule).called());
    rule.or_else(|| read.correlations.first().map(|rule| Words::of_correlation(rule).called()))
}

/// Without a condition, `temporal` wants all of its rules; the library's own default is content with one of them.
fn together(correlation: &mut CorrelationRule) {
    let one = CorrelationCondition::Threshold { predicates: vec![(ConditionOperator::Gte, 1)], field: None, percentile: None };
    if correlation.correlation_type == CorrelationType::Temporal && correlation.condition == one {
        let all = u64::try_from(correlation.rules.len()).unwrap_or(u64::MAX);
        correlation.condition =
            CorrelationCondition::Threshold { predicates: vec![(ConditionOperator::Gte, all)], field: None, percentile: None };
    }
}

/// What one document comes to.
enum Next {
    /// It only says something of those that follow.
    Nothing,
    /// Why it is no rule.
    Unread(String),
    /// Its rules.
    Read(SigmaCollection),
}

/// The documents of one file: some say what holds for those that follow.
#[derive(Default)]
struct Collection<'t> {
    /// The document of `action: global` in force.
    global: Option<&'t str>,
    /// The last one that was a rule: `action: repeat` goes on from it.
    previous: Option<&'t str>,
}

impl<'t> Collection<'t> {
    fn next(&mut self, text: &'t str) -> Next {
        let action = text.lines().find_map(|line| line.strip_prefix("action:")).map(|action| action.trim().trim_matches(['\'', '"']));
        match action {
            Some("global") => {
                self.global = Some(text);
                Next::Nothing
            }
            Some("reset") => {
                self.global = None;
                Next::Nothing
            }
            Some("repeat") => match self.previous {
                Some(previous) => parsed(&[self.global, Some(previous), Some(text)], 1),
                None => Next::Unread("`action: repeat` repeats the rule before it, and there is none".to_owned()),
            },
            _ => {
                self.previous = Some(text);
                parsed(&[self.global, Some(text)], 0)
            }
        }
    }
}

/// The rules of `parts`, one after the other, without the first `skip` of them.
fn parsed(parts: &[Option<&str>], skip: usize) -> Next {
    let text: Vec<&str> = parts.iter().flatten().copied().collect();
    match parse_sigma_yaml(&text.join("\n---\n")) {
        Ok(mut read) => {
            let mut skip = skip;
            drop_first(&mut read.rules, &mut skip);
            drop_first(&mut read.correlations, &mut skip);
            drop_first(&mut read.filters, &mut skip);
            Next::Read(read)
        }
        Err(error) => Next::Unread(sentence(&error.to_string())),
    }
}

fn drop_first<T>(all: &mut Vec<T>, skip: &mut usize) {
    let gone = (*skip).min(all.len());
    all.drain(..gone);
    *skip -= gone;
}

/// How many lines of `text` come before the first that says something.
fn leading(text: &str) -> u32 {
    let quiet = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#');
    u32::try_from(text.lines().take_while(quiet).count()).unwrap_or(0)
}

/// A complaint of the parser as one line.
fn sentence(why: &str) -> String {
    why.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An id for a rule that has none: without one, what refers to it by its name never fires.
fn id_of(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let hex: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or("").to_owned();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// They are read as they are.
    #[test]
    fn rules_of_this_program_need_no_mending_and_no_advice() {
        let ours: Vec<&PackFile> = rules::pack().files.iter().filter(|file| file.path.starts_with("sigma/")).collect();
        assert!(!ours.is_empty());
        for file in ours {
            assert_eq!(mend::mend(&file.text), Mended { text: file.text.clone(), notes: Vec::new() }, "{}", file.path);
            for (line, text) in documents(&file.text) {
                assert_eq!(reading::look(text, line), Ok(Vec::new()), "{}:{line}", file.path);
            }
        }
    }
}
