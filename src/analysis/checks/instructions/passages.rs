//! The texts of a change that an agent may read, each with where it stands: what is wrapped over lines is put together.

use std::cell::OnceCell;
use std::ops::Range;
use std::rc::Rc;

use super::kind::{Kind, live};
use super::styled;
use crate::analysis::bigrams::Index;
use crate::analysis::check::{ChangeView, Draft};
use crate::analysis::hints::Spots;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::{Place, Side};
use crate::model::forge::Account;
use crate::model::rule::Severity;
use crate::model::site::{Said, Voice, Where};

/// A passage is cut here, in bytes: longer ones are data, not sentences.
const LONGEST: usize = 4000;

static HTML_COMMENT: Pattern = Pattern::new(r"(?s)<!--(.*?)-->");

/// Where a passage stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// In a file that steers agents.
    Instructions,
    /// Where a reader of the page does not see it and an agent does.
    Hidden,
    /// In a title, description or commit message.
    Message,
    /// In a comment of code or configuration.
    Comment,
    /// In a string of code.
    Literal,
    /// On a page or in data, for everybody to see.
    Visible,
}

/// A piece of text that the change brings in.
pub(super) struct Passage {
    /// Knows what stands in the text, once somebody asks; it goes before the text does.
    index: OnceCell<Index>,
    /// The text, single blanks between words.
    pub(super) text: String,
    /// Where it stands.
    pub(super) stand: Stand,
    /// Whether it is product, test, page…: false for tests, examples, pages and data.
    pub(super) live: bool,
    /// What kind of file it stands in, where that changes what its words mean.
    pub(super) kind: Kind,
    /// Whether somebody said it about the change, where agents are asked for things by name every day.
    pub(super) spoken: bool,
    /// Start in `text` and line of the view, from 0, of each line of it.
    lines: Vec<(usize, usize)>,
}

impl Passage {
    fn new(stand: Stand, live: bool) -> Self {
        Self { index: OnceCell::new(), text: String::new(), stand, live, kind: Kind::Other, spoken: false, lines: Vec::new() }
    }

    fn push(&mut self, line: usize, text: &str) {
        if self.text.len() > LONGEST {
            return;
        }
        self.lines.push((self.text.len(), line));
        let bare = text.trim().trim_start_matches(['#', '/', '*', '>', '!', ';', '-']).trim();
        for word in bare.split_whitespace() {
            self.text.push_str(word);
            self.text.push(' ');
        }
    }

    /// The line, from 0, that holds the byte `at` of the text.
    pub(super) fn line(&self, at: usize) -> usize {
        let position = self.lines.partition_point(|(start, _)| *start <= at);
        self.lines.get(position.saturating_sub(1)).map_or(0, |(_, line)| *line)
    }

    /// Whether one of its lines is among `spots`: where else no phrase of theirs is in it.
    pub(super) fn meets(&self, spots: Spots<'_>) -> bool {
        let meets = self.lines.first().zip(self.lines.last()).is_some_and(|((_, first), (_, last))| spots.meet(*first, *last));
        if meets {
            // Now many expressions are asked about it.
            self.index.get_or_init(|| Index::of(&self.text, &[0]));
        }
        meets
    }

    /// Whether what is at `range` stands in quotes or backticks: spoken of, not said.
    pub(super) fn is_quoted(&self, range: &Range<usize>) -> bool {
        let (before, after) = (self.text.get(..range.start).unwrap_or(""), self.text.get(range.end..).unwrap_or(""));
        let odd = |sign: char| before.matches(sign).count() % 2 == 1 && after.contains(sign);
        let touching = before.trim_end().ends_with(['"', '\'', '`', '“', '«', '‘']);
        odd('"') || odd('`') || (before.rfind('“') > before.rfind('”') && after.contains('”')) || touching
    }

    /// How serious something strong is here: hidden text most, a quotation or a test least.
    pub(super) fn weigh(&self, range: &Range<usize>) -> Severity {
        let quoted = self.is_quoted(range);
        match self.stand {
            Stand::Hidden if self.live => Severity::Critical,
            Stand::Instructions | Stand::Message if !quoted => Severity::High,
            Stand::Comment if self.live && !quoted => Severity::High,
            Stand::Hidden => Severity::Medium,
            _ => Severity::Info,
        }
    }
}

/// The passages that `file` gains.
pub(super) fn of_file(file: &FileView<'_>) -> Rc<Vec<Passage>> {
    file.shared(read)
}

fn read(file: &FileView<'_>) -> Vec<Passage> {
    let Some(side) = file.new_side() else { return Vec::new() };
    if file.role.is_mechanical() || file.role == Role::Lock {
        return Vec::new();
    }
    let prose = matches!(file.language, Language::Markdown | Language::Text | Language::Html);
    let kind = Kind::of(file);
    let mut out = Vec::new();
    if prose {
        hidden_comments(file, side, &mut out);
        paragraphs(file, side, &mut out);
    } else {
        comments(file, side, &mut out);
        strings(file, side, &mut out);
        if matches!(file.role, Role::Data) {
            paragraphs(file, side, &mut out);
        }
    }
    out.iter_mut().for_each(|passage| passage.kind = kind);
    out
}

fn hidden_comments(file: &FileView<'_>, side: &SideView<'_>, out: &mut Vec<Passage>) {
    for (first, text) in side.comments() {
        let last = first + text.matches('\n').count();
        if !side.touches(first, last) || (first == last && in_backticks(side.line(first).text, text)) {
            continue;
        }
        let mut passage = Passage::new(Stand::Hidden, live(file));
        for (offset, line) in text.lines().enumerate() {
            passage.push(first + offset, line.trim_start_matches("<!--").trim_end_matches("-->"));
        }
        out.push(passage);
    }
}

/// Whether `comment` stands between backticks on its line: then a reader sees it.
fn in_backticks(line: &str, comment: &str) -> bool {
    line.split_once(comment).is_some_and(|(before, after)| before.matches('`').count() % 2 == 1 && after.contains('`'))
}

/// Added lines that follow each other, put together up to a blank line, comments left out.
fn paragraphs(file: &FileView<'_>, side: &SideView<'_>, out: &mut Vec<Passage>) {
    let usual = if file.role == Role::Instructions { Stand::Instructions } else { Stand::Visible };
    let mut fenced = false;
    let mut last = None;
    for index in 0..side.len() {
        let line = side.line(index);
        let fence = line.text.trim_start().starts_with("```");
        fenced ^= fence;
        let text = line.code().trim();
        if !line.changed || text.is_empty() || fence {
            last = None;
            continue;
        }
        let packed = styled::is_packed(text);
        if packed {
            for hidden in styled::hidden_in(text) {
                let mut passage = Passage::new(Stand::Hidden, live(file));
                passage.push(index, &hidden);
                out.push(passage);
            }
            last = None;
        }
        let stand = if !packed && styled::hides(text) {
            Stand::Hidden
        } else if fenced {
            Stand::Visible
        } else {
            usual
        };
        let joins = last.is_some_and(|(before, known)| before + 1 == index && known == stand) && file.role != Role::Data;
        if !joins {
            out.push(Passage::new(stand, live(file)));
        }
        if let Some(passage) = out.last_mut() {
            passage.push(index, text);
        }
        last = Some((index, stand));
    }
}

/// Comments of code; those on neighbouring lines are one.
fn comments(file: &FileView<'_>, side: &SideView<'_>, out: &mut Vec<Passage>) {
    let mut last: Option<usize> = None;
    for (first, text) in side.comments() {
        let end = first + text.matches('\n').count();
        if !side.touches(first, end) {
            continue;
        }
        if last.is_none_or(|before| before + 1 != first) {
            out.push(Passage::new(Stand::Comment, live(file) && file.role.is_live()));
        }
        if let Some(passage) = out.last_mut() {
            text.lines().enumerate().for_each(|(offset, line)| passage.push(first + offset, line));
        }
        last = Some(end);
    }
}

/// Strings that hold sentences.
fn strings(file: &FileView<'_>, side: &SideView<'_>, out: &mut Vec<Passage>) {
    for (first, text) in side.strings().filter(|(_, text)| text.len() > 40 && text.contains(' ')) {
        let end = first + text.matches('\n').count();
        if side.touches(first, end) {
            // The settings of an agent speak to it as its instructions do; commands among them have rules of their own.
            let speaks = file.role == Role::AgentConfig && !file.language.is_code() && crate::analysis::shell::worst(text).is_none();
            // A description is read as a comment is, and given to models as the text of a tool.
            let described = describes(side, first, text).then_some(Stand::Comment);
            for stand in described.into_iter().chain([if speaks { Stand::Instructions } else { Stand::Literal }]) {
                let mut passage = Passage::new(stand, file.role.is_live());
                // Its own quotes are no quotation.
                text.trim_matches(['"', '\''])
                    .replace("\\n", " ")
                    .lines()
                    .enumerate()
                    .for_each(|(offset, line)| passage.push(first + offset, line));
                out.push(passage);
            }
        }
    }
    joined(file, side, out);
}

/// Texts of code that are written in pieces on lines that follow each other: a model reads them as one.
fn joined(file: &FileView<'_>, side: &SideView<'_>, out: &mut Vec<Passage>) {
    let goes_on = |at: usize| {
        let code = side.line(at).code().trim();
        let next = side.line(at + 1).code().trim_start();
        let between = |code: &str| code.ends_with(['+', '\\', '.']) || code.ends_with("..") || code.ends_with("<>");
        let ends = code.ends_with(['"', '\'', '`']) && next.starts_with(['"', '\'', '`']) && file.language != Language::Json;
        between(code) || next.starts_with(['+', '.']) || ends
    };
    let mut strings = side.strings().filter(|(_, text)| text.len() > 20 && text.contains(' ')).peekable();
    while let Some((first, text)) = strings.next() {
        let mut parts = vec![(first, text)];
        while let Some((next, more)) = strings.next_if(|(next, _)| {
            parts.last().is_some_and(|(line, text)| *next == line + text.matches('\n').count() + 1 && goes_on(next - 1))
        }) {
            parts.push((next, more));
        }
        let last = parts.last().map_or(first, |(line, _)| *line);
        if parts.len() < 2 || !file.language.is_code() || !side.touches(first, last) {
            continue;
        }
        let mut passage = Passage::new(Stand::Literal, file.role.is_live());
        parts.iter().for_each(|(line, text)| passage.push(*line, text.trim_matches(['"', '\'', '`'])));
        out.push(passage);
    }
}

/// Whether a string stands alone on its lines, as the description of a function does: no program uses it.
fn describes(side: &SideView<'_>, first: usize, text: &str) -> bool {
    let own = ["\"\"\"", "'''"].iter().any(|sign| text.starts_with(sign));
    own && side.line(first).text.trim_start().starts_with(text.lines().next().unwrap_or(text))
}

/// The passages of title, description, commit messages, names and what was said about the change, each with the draft of a finding there.
pub(super) fn of_messages(view: &ChangeView<'_>) -> Vec<(Passage, Draft)> {
    let pull = &view.change.pull;
    let mut out = Vec::new();
    for text in [&pull.title, &pull.body] {
        message(text, || Draft::message(text), &mut out);
    }
    for commit in &view.change.commits {
        if let Some(id) = commit.id.as_ref().filter(|_| commit.message.trim() != pull.title.trim()) {
            message(&commit.message, || Draft::commit(id, &commit.message), &mut out);
        }
    }
    names(view, &mut out);
    said(view, &mut out);
    out
}

/// Names that hold a sentence: of the branch and of new files.
fn names(view: &ChangeView<'_>, out: &mut Vec<(Passage, Draft)>) {
    let branch = &view.change.pull.branch;
    let mut name = |text: &str, draft: Draft| {
        let mut passage = Passage::new(Stand::Message, true);
        passage.push(0, &text.replace(['-', '_', '/', '.', '+'], " "));
        out.push((passage, draft));
    };
    if sentence(branch) {
        name(branch, Draft::branch(branch));
    }
    for file in view.change.patch.files.iter().filter(|file| file.old_path.as_ref() != file.new_path.as_ref()) {
        let Some(path) = &file.new_path else { continue };
        let text = path.text();
        let last = text.rsplit('/').next().unwrap_or("");
        if sentence(last) {
            name(last, Draft::name(path));
        }
    }
}

fn sentence(name: &str) -> bool {
    name.len() > 20 && name.split(['-', '_', '/', '.', ' ', '+']).filter(|word| word.len() > 1).count() >= 4
}

/// What people and bots said about the change; an agent that works on it reads that too.
fn said(view: &ChangeView<'_>, out: &mut Vec<(Passage, Draft)>) {
    let talk = &view.around.talk;
    let mut heard = |said: Said, text: &str| {
        let (at, first) = (Where::Said(Box::new(said)), out.len());
        message(text, || Draft::at(at.clone(), text), out);
        out.iter_mut().skip(first).for_each(|(passage, _)| passage.spoken = true);
    };
    let by = |account: &Option<Account>| account.as_ref().map_or_else(|| "a deleted account".to_owned(), |account| account.login.clone());
    for remark in &talk.remarks {
        heard(Said { voice: Voice::Comment, by: by(&remark.by), id: remark.id, about: None }, &remark.body);
    }
    for review in &talk.reviews {
        heard(Said { voice: Voice::Review, by: by(&review.by), id: review.id, about: None }, &review.body);
    }
    for thread in &talk.threads {
        let line = thread.lines.map_or(0, |(_, last)| last);
        let about = Some(Place { path: thread.path.clone(), side: thread.side, line });
        for remark in &thread.remarks {
            heard(Said { voice: Voice::Thread, by: by(&remark.by), id: remark.id, about: about.clone() }, &remark.body);
        }
    }
    for (note, id) in talk.annotations.iter().zip(0..) {
        let about = Some(Place { path: note.path.clone(), side: Side::New, line: note.lines.0 });
        heard(Said { voice: Voice::Check, by: note.check.clone(), id, about }, &note.message);
    }
}

fn message(text: &str, draft: impl Fn() -> Draft, out: &mut Vec<(Passage, Draft)>) {
    for hidden in HTML_COMMENT.groups(text, 1) {
        let mut passage = Passage::new(Stand::Hidden, true);
        hidden.lines().for_each(|line| passage.push(0, line));
        let evidence = passage.text.clone();
        out.push((passage, draft().evidence(evidence)));
    }
    let mut open = String::with_capacity(text.len());
    let mut kept = 0;
    for found in HTML_COMMENT.find_all(text) {
        open.push_str(text.get(kept..found.start).unwrap_or(""));
        kept = found.end;
    }
    open.push_str(text.get(kept..).unwrap_or(""));
    let mut fenced = false;
    for block in open.split("\n\n") {
        let mut passage = Passage::new(if fenced { Stand::Visible } else { Stand::Message }, true);
        for line in block.lines() {
            fenced ^= ["```", "~~~"].iter().any(|fence| line.trim_start().starts_with(fence));
            passage.push(0, line);
        }
        if !passage.text.is_empty() {
            let evidence = passage.text.clone();
            out.push((passage, draft().evidence(evidence)));
        }
    }
}
