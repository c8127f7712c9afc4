//! One mail with a patch: who, when, what it says, and its diff. Headers and encodings are `mail-parser`'s.

use mail_parser::{Encoding, Message, MessageParser, PartType};

use crate::model::inert;
use crate::model::pull::{Author, Commit};
use crate::model::time::Timestamp;

/// A patch that came by mail.
pub(super) struct Mail {
    /// The subject without `[PATCH n/m]`.
    pub(super) subject: String,
    /// Who wrote the patch: the mail's sender, or the `From:` that its body begins with.
    pub(super) author: Author,
    /// The mail's date.
    pub(super) date: Timestamp,
    /// What stands between the headers and the diff.
    pub(super) text: String,
    /// Everything from the `---` line or the first file on.
    pub(super) diff: Vec<u8>,
}

impl Mail {
    /// The commit it would become. Its id is only claimed, so it has none.
    pub(super) fn commit(self) -> Commit {
        let message = if self.text.is_empty() { self.subject } else { format!("{}\n\n{}", self.subject, self.text) };
        Commit {
            id: None,
            parents: Vec::new(),
            author: self.author.clone(),
            committer: self.author,
            authored: self.date,
            committed: self.date,
            message,
            signed: false,
        }
    }
}

/// Reads a mail; `None` when the bytes are a bare diff.
pub(super) fn read(bytes: &[u8]) -> Option<Mail> {
    let mail = without_border(bytes);
    let named = |name: &[u8]| mail.len() > name.len() && mail[..name.len()].eq_ignore_ascii_case(name);
    let starts = [&b"From: "[..], b"Subject: ", b"Date: ", b"Message-I", b"Received: ", b"Return-Path: ", b"MIME-Version: "];
    if mail.len() == bytes.len() && !starts.iter().any(|name| named(name)) {
        return None;
    }
    let message = MessageParser::default().parse(mail)?;
    let body = body(&message, mail);
    let (text, diff) = body.split_at(break_before_diff(&body));
    let text = inert::decode(text.trim_ascii()).into_owned();
    let sender = message.from().and_then(|from| from.first());
    let words = |text: Option<&std::borrow::Cow<'_, str>>| text.map_or_else(String::new, |text| text.to_string());
    let author = Author {
        name: words(sender.and_then(|sender| sender.name.as_ref())),
        email: words(sender.and_then(|sender| sender.address.as_ref())),
    };
    let (author, text) = in_body_author(&text).unwrap_or((author, text));
    Some(Mail {
        subject: without_tag(message.subject().unwrap_or_default()),
        author,
        date: Timestamp(message.date().map_or(0, mail_parser::DateTime::to_timestamp)),
        text,
        diff: diff.to_vec(),
    })
}

fn without_border(bytes: &[u8]) -> &[u8] {
    let border = bytes.strip_prefix(b"From ").and_then(|rest| rest.iter().position(|b| *b == b'\n')).map(|at| at + b"From \n".len());
    border.and_then(|at| bytes.get(at..)).unwrap_or(bytes)
}

/// All texts of the mail, attached ones too, in their own bytes where it carries them as they are: a diff need not be in any
/// character set.
fn body(message: &Message<'_>, raw: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for part in &message.parts {
        match (&part.body, part.encoding) {
            (PartType::Text(_), Encoding::None) => {
                body.extend_from_slice(raw.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default());
            }
            (PartType::Text(text), _) => body.extend_from_slice(text.as_bytes()),
            _ => {}
        }
    }
    body
}

/// Where the message ends, by `git mailinfo`'s rule: a line of three dashes, or the first line of a diff.
fn break_before_diff(body: &[u8]) -> usize {
    let mut at = 0;
    for line in body.split_inclusive(|b| *b == b'\n') {
        let dashes = line.trim_ascii_end() == b"---";
        if dashes || line.starts_with(b"diff -") || line.starts_with(b"Index: ") || line.starts_with(b"--- ") {
            return at;
        }
        at += line.len();
    }
    at
}

/// `From: Name <address>` on the first line: the author, when somebody else sent the mail.
fn in_body_author(text: &str) -> Option<(Author, String)> {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let (name, address) = first.strip_prefix("From: ")?.trim_end().strip_suffix('>')?.rsplit_once('<')?;
    Some((Author { name: name.trim().to_owned(), email: address.to_owned() }, rest.trim_start().to_owned()))
}

fn without_tag(subject: &str) -> String {
    let mut rest = subject.trim();
    while let Some((tag, behind)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        if !tag.contains("PATCH") && !tag.contains("RFC") {
            break;
        }
        rest = behind.trim_start();
    }
    rest.split_whitespace().collect::<Vec<_>>().join(" ")
}
