//! `hidden-unicode`: characters that a reader does not see, in lines, names, branch and messages.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::role::Role;
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
        let stood: BTreeSet<&str> = file.removed().filter(|was| !was.text.is_ascii()).map(|was| was.text.trim()).collect();
        let mut hidden = Vec::new();
        for line in file.added().filter(|line| !line.text.is_ascii() && !stood.contains(line.text.trim())) {
            if let Some(name) = file.language.is_code().then(|| disguised(line.code())).flatten() {
                let title = format!("The name `{name}` holds letters of another alphabet that look like ordinary ones");
                sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::High));
                continue;
            }
            let first_of_file = line.number == 1;
            let Some(seen) = worst(line.text, first_of_file) else { continue };
            hidden.push((line, seen));
        }
        // A few on each of many lines are a text, too.
        let whole = hidden.iter().filter(|(_, seen)| seen.carries()).map(|(_, seen)| seen.count).sum::<usize>() >= TEXT;
        for (line, seen) in hidden {
            let draft = seen.on(Draft::line(file, side, line.index), "this line");
            let milder = ordinary(file, (line.text, side.plain_line(line.index)), (&seen, whole));
            sink.report(match milder {
                Some(severity) => draft.severity(severity),
                None => draft,
            });
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

/// How much a line weighs whose hidden characters mislead nobody and spell nothing; `None` where they may.
fn ordinary(file: &FileView<'_>, (text, plain): (&str, &str), (seen, whole): (&Seen, bool)) -> Option<Severity> {
    let (few, translated) = (seen.count < FEW, is_translation(&file.path));
    let only_said = worst(plain, false).is_none();
    match seen.kind {
        // Nobody reads such a line, so nobody is misled by how it looks; what names each of them once is a list of them.
        Hidden::Bidi | Hidden::ZeroWidth if text.len() > UNREAD && (seen.count < MANY || each_once(text)) => Some(Severity::Low),
        // What machines made says in a class of an expression from where to where they go.
        Hidden::Bidi if file.role.is_mechanical() && few && only_ends_of_ranges(text) => Some(Severity::Low),
        // Marks say in which direction a sign between two scripts goes; they turn nothing round.
        Hidden::Bidi if translated && only_marks(text) => Some(Severity::Low),
        // What a test reads as data is there to be told from what it looks like.
        Hidden::Bidi if !file.language.is_code() && file.role == Role::Test && few => Some(Severity::Medium),
        // So they do in what was recorded of a page.
        Hidden::Bidi if !file.language.is_code() && !told_to_agents(file) && few && only_marks(text) => Some(Severity::Medium),
        // A number or a name that is read from the left is set apart in a text that is read from the right, and that ends again.
        Hidden::Bidi if translated && !file.language.is_code() && few && sets_apart(text) => Some(Severity::Low),
        // Machines that translate leave a few between words.
        Hidden::ZeroWidth if translated && few => Some(Severity::Low),
        // One that chooses how a sign is drawn, where none does, holds nothing.
        Hidden::VariationSelector if few && !whole => Some(Severity::Medium),
        // What a test hands over and what a page shows of it; in code they would make another name of a name.
        Hidden::ZeroWidth if few && !whole && (!file.role.is_live() || only_said) => Some(Severity::Medium),
        // One by itself carries nothing, where no name is written.
        Hidden::ZeroWidth if seen.count == 1 && !whole && only_shown(file) => Some(Severity::Medium),
        _ => None,
    }
}

/// Whether no hidden character stands twice in `text`.
fn each_once(text: &str) -> bool {
    let mut seen = BTreeSet::new();
    text.chars().filter(|c| !c.is_ascii() && matches!(inert::hidden(*c), Some(Hidden::Bidi | Hidden::ZeroWidth))).all(|c| seen.insert(c))
}

/// Whether the controls of a text each begin or end a range of a class: `[\u{2027}\u{202a}-\u{d7ff}]`.
fn only_ends_of_ranges(text: &str) -> bool {
    text.char_indices().filter(|(_, c)| inert::hidden(*c) == Some(Hidden::Bidi)).all(|(at, c)| {
        let (before, after) = (text.get(..at).unwrap_or(""), text.get(at + c.len_utf8()..).unwrap_or(""));
        let near = before.char_indices().rev().nth(40).map_or(0, |(at, _)| at);
        (before.ends_with('-') || after.starts_with('-')) && before.get(near..).is_some_and(|near| near.contains('['))
    })
}

/// Whether all controls of a text are such marks.
fn only_marks(text: &str) -> bool {
    text.chars().filter(|c| inert::hidden(*c) == Some(Hidden::Bidi)).all(is_mark)
}

/// Marks of direction, which embed and override nothing.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}')
}

/// Whether machines or agents do what a file says.
fn told_to_agents(file: &FileView<'_>) -> bool {
    matches!(file.role, Role::AgentConfig | Role::Instructions | Role::Workflow | Role::Manifest | Role::Lock)
}

/// Whether a file of the product holds what is shown rather than what is run.
fn only_shown(file: &FileView<'_>) -> bool {
    !file.language.is_code() && matches!(file.role, Role::Product | Role::Config | Role::Data)
}

/// Whether each control opens an embedding or isolates, and all that are open end on this line: nothing is overridden.
fn sets_apart(text: &str) -> bool {
    let mut open = Vec::new();
    let balanced = text.chars().filter(|c| inert::hidden(*c) == Some(Hidden::Bidi) && !is_mark(*c)).all(|c| match c {
        '\u{202a}' | '\u{202b}' => {
            open.push('\u{202c}');
            true
        }
        '\u{2066}'..='\u{2068}' => {
            open.push('\u{2069}');
            true
        }
        end => open.pop() == Some(end),
    });
    balanced && open.is_empty()
}

/// Longer lines are made by machines and read by nobody, in bytes.
const UNREAD: usize = 4000;
/// So many hidden characters on one line are a text.
const MANY: usize = 12;

/// So many of those that can carry something, in one file, are a text.
const TEXT: usize = 64;

/// So few hidden characters on one line spell nothing.
const FEW: usize = 5;

/// Whether the file at `path` says in another language what a program says, by its folder.
fn is_translation(path: &str) -> bool {
    const FOLDERS: [&str; 8] = ["lang", "locale", "locales", "i18n", "l10n", "translations", "translation", "messages"];
    path.split('/').rev().skip(1).any(|folder| FOLDERS.contains(&folder.to_ascii_lowercase().as_str()))
}

/// A name in which Latin letters and Cyrillic or Greek ones that look the same stand side by side.
fn disguised(code: &str) -> Option<&str> {
    let latin = |name: &str| name.chars().filter(char::is_ascii_alphabetic).count() >= 2;
    let alike = |c: char| {
        "\u{430}\u{441}\u{435}\u{43e}\u{440}\u{445}\u{443}\u{456}\u{458}\u{455}\u{501}\u{51b}\u{51d}\u{3bf}\u{410}\u{412}\u{415}\u{41a}\u{41c}\u{41d}\u{41e}\u{420}\u{421}\u{422}\u{425}\u{391}\u{392}\u{395}\u{396}\u{397}\u{399}\u{39a}\u{39c}\u{39d}\u{39f}\u{3a1}\u{3a4}\u{3a7}".contains(c)
    };
    let mut names = code.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$');
    names.find(|name| latin(name) && name.chars().any(alike))
}

/// The worst kind of hidden character in a text and how many hidden characters there are.
struct Seen {
    kind: Hidden,
    count: usize,
}

impl Seen {
    /// Whether they can carry what nobody sees.
    fn carries(&self) -> bool {
        matches!(self.kind, Hidden::ZeroWidth | Hidden::VariationSelector)
    }

    fn on(&self, draft: Draft, what: &str) -> Draft {
        let (_, severity) = weighed(self.kind);
        // An icon of a font is one character; a text in private-use characters is no icon.
        let severity = if self.kind == Hidden::Private && self.count >= MANY { Severity::High } else { severity };
        draft.title(self.title(what)).severity(severity)
    }

    fn title(&self, what: &str) -> String {
        let (word, _) = weighed(self.kind);
        let several = if self.count == 1 { "" } else { "s" };
        format!("{} {word}{several} in {what}", self.count)
    }
}

/// Emoji sequences, a byte order mark at the start, line ends and tabs are ordinary.
fn worst(text: &str, starts_file: bool) -> Option<Seen> {
    if text.is_ascii() && !text.bytes().any(|b| b == 0x1b) {
        return None;
    }
    let text = without_flags(text);
    let mut seen: Option<Seen> = None;
    let mut before = None;
    let mut chars = text.char_indices().enumerate().peekable();
    while let Some((at, (byte, c))) = chars.next() {
        let next = chars.peek().map(|(_, (_, next))| *next);
        let shown = || at > 0 && drawn_alone(&text, byte, c);
        let ordinary = matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{ad}')
            || (c == '\u{feff}'
                && (at == 0 && starts_file || text.get(..byte).is_some_and(|before| before.ends_with("<?xpacket begin=\""))))
            || inert::joins_emoji(before, c, next)
            || keeps_from_calling(before, c, next)
            || is_keycap(c, next)
            || joins_script(before, c)
            || divides_words(before, c)
            || shown();
        before = Some(c);
        let Some(kind) = inert::hidden(c).filter(|_| !ordinary) else { continue };
        let found = seen.get_or_insert(Seen { kind, count: 0 });
        found.count += 1;
        if weighed(kind).1 > weighed(found.kind).1 {
            found.kind = kind;
        }
    }
    seen
}

/// Without the tags of the three flags that are written with them: England's, Scotland's and Wales'.
fn without_flags(text: &str) -> Cow<'_, str> {
    const FLAGS: [&str; 3] = [
        "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
        "\u{1f3f4}\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}",
    ];
    if !text.contains('\u{1f3f4}') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(FLAGS.iter().fold(text.to_owned(), |text, flag| text.replace(flag, "\u{1f3f4}")))
}

/// Bots that quote release notes put one beside `@` and `#`, so that nobody is called and nothing is linked.
fn keeps_from_calling(before: Option<char>, c: char, next: Option<char>) -> bool {
    c == '\u{200b}' && (matches!(before, Some('@' | '#')) || matches!(next, Some('@' | '#')))
}

/// A selector before the sign that draws a key around a digit; what stood before it may have been made a link.
fn is_keycap(c: char, next: Option<char>) -> bool {
    c == '\u{fe0f}' && next == Some('\u{20e3}')
}

/// Joiners are letters' business in Indic and Arabic scripts.
fn joins_script(before: Option<char>, c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
        && before.is_some_and(|b| matches!(b, '\u{600}'..='\u{6ff}' | '\u{900}'..='\u{dff}' | '\u{fb50}'..='\u{fdff}'))
}

/// Scripts without spaces between words are told by one where a line may break: Thai, Lao, Burmese, Khmer.
fn divides_words(before: Option<char>, c: char) -> bool {
    c == '\u{200b}' && before.is_some_and(|b| matches!(b, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'))
}

/// An icon of a font, which a style shows by itself: `content:"…"`.
fn drawn_alone(text: &str, at: usize, c: char) -> bool {
    const SHOWS: &str = "content";
    let quote = |sign: &char| matches!(sign, '"' | '\'');
    if !('\u{e000}'..='\u{f8ff}').contains(&c) {
        return false;
    }
    let (before, after) = (text.get(..at).unwrap_or(""), text.get(at + c.len_utf8()..).unwrap_or(""));
    let opened = before.chars().next_back().filter(quote);
    let property = before.get(..before.len().saturating_sub(1)).unwrap_or("").trim_end().strip_suffix(':').map_or("", str::trim_end);
    opened.is_some() && after.chars().next() == opened && property.ends_with(SHOWS)
}

/// What one of them is called, and how bad it is.
fn weighed(kind: Hidden) -> (&'static str, Severity) {
    match kind {
        Hidden::Tag => ("invisible tag character", Severity::Critical),
        Hidden::Bidi => ("bidirectional control", Severity::Critical),
        Hidden::VariationSelector => ("variation selector", Severity::High),
        Hidden::ZeroWidth => ("zero-width character", Severity::High),
        Hidden::Private => ("private-use character", Severity::Medium),
        Hidden::Control => ("control character", Severity::Medium),
        Hidden::Separator => ("hidden line separator", Severity::Medium),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_around_a_link_is_ordinary() {
        assert!(worst("by <a>#2</a>\u{fe0f}\u{20e3})", false).is_none() && worst("a\u{fe0f}b", false).is_some());
    }

    #[test]
    fn one_is_one_and_several_are_several() {
        let title = |text: &str| worst(text, false).unwrap().title("the code");
        assert_eq!(title("a\u{202e}b"), "1 bidirectional control in the code");
        assert_eq!(title("a\u{202e}b\u{202e}"), "2 bidirectional controls in the code");
    }
}
