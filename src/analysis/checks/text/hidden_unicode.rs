//! `hidden-unicode`: characters that a reader does not see, in lines, names, branch and messages.

use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::view::FileView;
use crate::model::inert::{self, Hidden};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/hidden-unicode.toml`.
pub struct HiddenUnicode;

impl Check for HiddenUnicode {
    fn rule(&self) -> RuleId {
        RuleId("hidden-unicode")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        for line in file.added().filter(|line| !line.text.is_ascii()) {
            let first_of_file = line.number == 1;
            let Some(seen) = worst(line.text, first_of_file) else { continue };
            sink.report(seen.on(Draft::line(file, side, line.index), "this line"));
        }
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let pull = &view.change.pull;
        for (text, draft) in [
            (&pull.title, Draft::message(&pull.title)),
            (&pull.body, Draft::message(&pull.body)),
            (&pull.branch, Draft::branch(&pull.branch)),
        ] {
            if let Some(seen) = worst(text, true) {
                sink.report(seen.on(draft, "this text"));
            }
        }
        for path in view.change.patch.files.iter().filter_map(|file| file.new_path.as_ref()) {
            if let Some(seen) = worst(&path.text(), false) {
                sink.report(seen.on(Draft::name(path), "this name"));
            }
        }
        for commit in &view.change.commits {
            if let (Some(seen), Some(id)) = (worst(&commit.message, true), &commit.id) {
                sink.report(seen.on(Draft::commit(id, &commit.message), "this message"));
            }
        }
    }
}

/// The worst kind of hidden character in a text and how many hidden characters there are.
struct Seen {
    kind: Hidden,
    count: usize,
}

impl Seen {
    fn on(&self, draft: Draft, what: &str) -> Draft {
        let (words, severity) = words(self.kind);
        draft.title(format!("{} {words} in {what}", self.count)).severity(severity)
    }
}

/// Emoji sequences, a byte order mark at the start, line ends and tabs are ordinary.
fn worst(text: &str, starts_file: bool) -> Option<Seen> {
    if text.is_ascii() && !text.bytes().any(|b| b == 0x1b) {
        return None;
    }
    let mut seen: Option<Seen> = None;
    let mut before = None;
    let mut chars = text.chars().enumerate().peekable();
    while let Some((at, c)) = chars.next() {
        let ordinary = matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{ad}')
            || (c == '\u{feff}' && at == 0 && starts_file)
            || inert::joins_emoji(before, c, chars.peek().map(|(_, next)| *next))
            || joins_script(before, c);
        before = Some(c);
        let Some(kind) = inert::hidden(c).filter(|_| !ordinary) else { continue };
        let found = seen.get_or_insert(Seen { kind, count: 0 });
        found.count += 1;
        if words(kind).1 > words(found.kind).1 {
            found.kind = kind;
        }
    }
    seen
}

/// Joiners are letters' business in Indic and Arabic scripts.
fn joins_script(before: Option<char>, c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
        && before.is_some_and(|b| matches!(b, '\u{600}'..='\u{6ff}' | '\u{900}'..='\u{dff}' | '\u{fb50}'..='\u{fdff}'))
}

fn words(kind: Hidden) -> (&'static str, Severity) {
    match kind {
        Hidden::Tag => ("invisible tag characters", Severity::Critical),
        Hidden::Bidi => ("bidirectional controls", Severity::Critical),
        Hidden::VariationSelector => ("variation selectors", Severity::High),
        Hidden::ZeroWidth => ("characters without width", Severity::High),
        Hidden::Private => ("private-use characters", Severity::Medium),
        Hidden::Control => ("control characters", Severity::Medium),
        Hidden::Separator => ("hidden line separators", Severity::Medium),
    }
}
