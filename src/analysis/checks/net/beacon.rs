//! Addresses of pictures that carry something: whoever shows the picture sends it. A part of `sensitive-to-network`.

use super::hosts;
use super::sending::LONGEST;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, Severity};

/// More of them than this in one file are more than anybody reads.
const MOST: usize = 20;

/// The address of a picture, a style or a font, or what a picture is made to show, with a value put into what is asked for.
static PICTURE: Pattern = Pattern::new(
    r#"(?:https?:)?//[\w.-]+\.[a-z]{2,12}(?::\d+)?/[^\s"'`?]*\.(?:gif|png|jpe?g|webp|svg|ico|bmp|css|woff2?)\?[^"'`\n]*(?:\$\{|\$[A-Za-z]|#\{|\{[a-z]|%s|=["'`]\s*[+.]\s*)[^\n]*|\bnew\s+Image\s*\([^)]*\)\.src\s*=[^\n]*//[\w.-]+\.[a-z]{2,12}[^\n]*"#,
);
/// It is made unreadable on the way.
static HIDDEN: Pattern =
    Pattern::new(r"(?i)\bbtoa\s*\(|b64encode|base64|\.toString\(\s*[\x22\x27]hex|\.hex\(\)|bin2hex|\bEncodeToString\b");
/// What proves who somebody is, or what they typed as a secret.
static PROVES: Pattern = Pattern::new(
    r"(?i)(?:\$\{?|#\{|\{|[+.(,]\s*)[\w$.?!()>\x22\x27\[-]*?(?:\b|_)(?:access_?token|id_?token|refresh_?token|session_?(?:token|id)|auth_?token|csrf_?token|user_?token|token|jwt|passw(?:or)?d|passphrase|secret|cookie|localStorage|credentials?|authorization|card_?number|cvv)\b",
);
/// The same as an argument of a call.
static GIVEN: Pattern = Pattern::new(
    r"(?i)[(,=:\s](?:[\w$]+(?:[?!]?\.|->))*(?:\w+_)?(?:token|jwt|passw(?:or)?d|passphrase|secret|session_?id|cookie|credentials?|\w+Token)(?:\(\))?\s*[,)]",
);

/// What a text must hold for that.
#[must_use]
pub fn words() -> Words {
    let named = [".gif?", ".png?", ".jpg?", ".jpeg?", ".webp?", ".svg?", ".ico?", ".bmp?", ".css?", ".woff", "new image"];
    Words::named(named)
}

/// Reports pictures at a new host whose address carries what should stay.
pub fn report(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    if !file.language.is_code() {
        return;
    }
    let new = |s: &&Statement| s.bytes.len() <= LONGEST && side.touches(s.first_line, s.last_line);
    let pictures = side.statements().iter().filter(new).filter_map(|s| Some((s, PICTURE.group(side.plain_of(s), 0)?)));
    for (statement, address) in pictures.take(MOST) {
        let Some(host) = hosts::of_urls(&absolute(address)).next().filter(|host| !hosts::is_own(host) && hosts::is_new(file, host)) else {
            continue;
        };
        let helper = || named(side, statement).filter(|name| name.len() > 2);
        let called = || helper().and_then(|name| side.statements().iter().filter(new).find(|s| gives(side.code_of(s), name)));
        let carrying = if HIDDEN.is_match(address) || PROVES.is_match(address) { Some(statement) } else { called() };
        if let Some(to) = carrying {
            let draft = Draft::lines(file, side, to.first_line, to.last_line);
            let title = format!("Sends something in the address of a picture at {host}");
            sink.report(draft.title(title).severity(Severity::High).confidence(Confidence::Medium));
        }
    }
}

/// The function that a statement is in, or is the value of: `fun avatar(seed: String) = "…"`.
fn named<'v>(side: &'v SideView<'_>, statement: &Statement) -> Option<&'v str> {
    static VALUE: Pattern = Pattern::new(r"\b(?:fun|def)\s+(\w+)\s*\([^{}]*=\s*(?:[\x22\x27]|$)");
    let inside = || statement.function.and_then(|at| side.functions().get(at)).map(|function| function.name.as_str());
    let before = side.statements().partition_point(|other| other.bytes.start < statement.bytes.start).checked_sub(1);
    let above = before.and_then(|at| side.statements().get(at));
    let head = [Some(statement), above].into_iter().flatten().find_map(|one| VALUE.group(side.code_of(one).trim_end(), 1));
    head.or_else(inside)
}

/// An address without a scheme has that of the page.
fn absolute(address: &str) -> String {
    if address.starts_with("//") { format!("https:{address}") } else { address.to_owned() }
}

/// Whether `code` calls `name` with something that proves somebody.
fn gives(code: &str, name: &str) -> bool {
    let defines = |before: &str| ["def", "fun", "fn", "func", "function"].iter().any(|word| before.trim_end().ends_with(word));
    code.match_indices(name).any(|(at, _)| {
        let (before, after) = (code.get(..at).unwrap_or(""), code.get(at + name.len()..).unwrap_or(""));
        after.starts_with('(') && !defines(before) && GIVEN.is_match(after)
    })
}
