//! What it means to send something: which statements talk, which read what should stay, where it goes, and how grave that is.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use super::hosts;
use super::traffic::{Kind, Sensitive, lent, traffic};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Hint;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::Side;
use crate::model::rule::{Confidence, Severity};

/// Statements after one that are asked what they do with a name it gives.
const MOST_LATER: usize = 200;
/// A longer statement is data.
pub const LONGEST: usize = 8000;
static HOLDS_URL: Pattern = Pattern::new(r"([A-Za-z_]\w*)\s*(?::\s*[\w&' ]+)?\s*:?=\s*[\x22\x27`](?:https?|wss?)://");
static WORD: Pattern = Pattern::new(r"[A-Za-z_]\w*");

/// The lines on which something may read what should not be sent.
pub static TELLING: Hint = Hint::new(|| traffic().telling());
/// The lines on which something may talk to the network.
pub static TALKING: Hint = Hint::new(|| traffic().talking());

/// Whether a statement talks to the network.
#[must_use]
pub fn talks(file: &FileView<'_>, side: &SideView<'_>, statement: &Statement) -> bool {
    let plain = side.plain_of(statement);
    if plain.len() > LONGEST {
        return false;
    }
    let possible = || file.spots(&TALKING, side.side).meet(statement.first_line, statement.last_line);
    possible() && traffic().talks(plain, file.language) || calls_lent(file, side.code_of(statement))
}

/// Names that the network's modules lend to the new side of a file.
struct Lent(BTreeSet<String>);

/// Whether `code` calls, alone, what a module of the network lends to the file.
fn calls_lent(file: &FileView<'_>, code: &str) -> bool {
    static CALLED: Pattern = Pattern::new(r"(?:^|[^\w$.])([A-Za-z_$]\w*)\s*\(");
    let names = file.shared(|file| Lent(file.new_side().map(|side| lent(side.text())).unwrap_or_default()));
    !names.0.is_empty() && CALLED.groups(code, 1).any(|name| names.0.contains(name))
}

/// What a statement reads that should not be sent.
#[must_use]
pub fn reads(file: &FileView<'_>, side: &SideView<'_>, statement: &Statement) -> Option<Sensitive> {
    let possible = statement.bytes.len() <= LONGEST && file.spots(&TELLING, side.side).meet(statement.first_line, statement.last_line);
    let read = || {
        let plain = side.plain_of(statement);
        // A header that is set is no header that is read; what it is set to may be.
        let plain = SETS_HEADER.find(plain).map_or(plain, |set| plain.get(set.end..).unwrap_or(""));
        let read = traffic().reads(plain, file.language).filter(|_| !PICKED.is_match(plain))?;
        (read.kind != Kind::Request || !asked_singly(side, statement)).then_some(read).filter(|_| !only_names(side, statement))
    };
    let known = possible.then(|| file.shared(|_| Read::default()))?;
    let place = (side.side == Side::New, statement.bytes.start, statement.bytes.end);
    let told = known.0.borrow().get(&place).copied();
    told.unwrap_or_else(|| {
        let read = read();
        known.0.borrow_mut().insert(place, read);
        read
    })
}

static SETS_HEADER: Pattern =
    Pattern::new(r"^\s*[\w.$@>-]*[hH]eaders?\s*\[\s*:?[\x22\x27]?(?i:authorization|cookie|proxy-authorization)[\x22\x27]?\s*\]\s*=[^=>~]");

/// What statements of a file read, by side and bytes, as far as somebody asked.
#[derive(Default)]
struct Read(RefCell<HashMap<(bool, usize, usize), Option<Sensitive>>>);

/// Whether a loop only takes the names of the environment, and no value by one of them: `for (const name in process.env)`.
fn only_names(side: &SideView<'_>, statement: &Statement) -> bool {
    static NAMES: Pattern = Pattern::new(r"^\s*for\s*\(\s*(?:const|let|var)\s+(\w+)\s+in\s+process\.env\s*\)");
    const LOOP: usize = 40;
    let Some(name) = NAMES.group(side.code_of(statement), 1) else { return false };
    let below = side.lines().skip(statement.first_line).take(LOOP);
    !below.map(|line| line.code()).any(|code| code.contains(&format!("[{name}]")))
}

/// Whether a statement only gives a short name to the headers of a request, and all that follows in its function asks for single ones
/// that prove nothing: `headers = request.headers`, `headers.get("X-Trace")`.
fn asked_singly(side: &SideView<'_>, statement: &Statement) -> bool {
    static NAMED: Pattern = Pattern::new(r"^\s*(?:(?:const|let|var|val)\s+)?([A-Za-z_]\w*)\s*:?=\s*[\w.]*\.[hH]eaders?\s*;?\s*$");
    static SINGLE: Pattern = Pattern::new(r"(\w+)\s*(?:\.\s*(?:get|Get|has)\s*\(|\[)\s*[\x22\x27]([\w-]+)[\x22\x27]");
    let Some(name) = NAMED.group(side.plain_of(statement), 1) else { return false };
    let later = side.statements().iter().skip_while(|other| other.bytes.start <= statement.bytes.start);
    let mut later = later.take(MOST_LATER).take_while(|other| other.function == statement.function);
    later.all(|other| {
        let plain = side.plain_of(other);
        let used = WORD.groups(side.code_of(other), 0).filter(|word| *word == name).count();
        let proves = |header: &str| {
            ["authorization", "cookie", "token", "key", "auth"].iter().any(|word| header.to_ascii_lowercase().contains(word))
        };
        let headers = SINGLE.groups(plain, 2);
        let single = SINGLE.groups(plain, 1).zip(headers).filter(|(word, header)| *word == name && !proves(header)).count();
        used <= single
    })
}

/// Single settings taken out of the environment by their names: `const { IS_DEV } = process.env`.
static PICKED: Pattern = Pattern::new(
    r"^\s*(?:export\s+)?(?:const|let|var)\s*\{[\w\s,:=\x22\x27]*\}\s*=\s*(?:process\.env|import\.meta\.env|Bun\.env)\s*;?\s*$",
);

/// Whether the host is new (`None`: it is not written there), and whether credentials are merely handed on as headers.
#[must_use]
pub fn weigh(kind: Kind, new_host: Option<bool>, forwards: bool) -> Option<(Severity, Confidence)> {
    use Severity::{Critical, High, Medium};
    Some(match (kind, new_host) {
        (Kind::Environment | Kind::File, Some(true)) => (Critical, Confidence::High),
        (Kind::Environment | Kind::File, _) => (High, Confidence::Medium),
        (Kind::Request, Some(true)) => (Critical, Confidence::Medium),
        (Kind::Request, _) if forwards => (Medium, Confidence::Low),
        (Kind::Request, _) => (High, Confidence::Medium),
        (Kind::Typed, Some(true)) => (High, Confidence::Medium),
        (Kind::Kept | Kind::Store, Some(true)) if !forwards => (High, Confidence::Medium),
        (Kind::Typed | Kind::Form | Kind::Kept | Kind::Store, _) => return None,
    })
}

/// The host a call names itself, through a name that holds a URL, or in its function.
#[must_use]
pub fn host_of(side: &SideView<'_>, call: &Statement) -> Option<String> {
    let plain = side.plain_of(call);
    if let Some(host) = hosts::named(plain) {
        return Some(host);
    }
    let used: Vec<&str> = WORD.groups(side.code_of(call), 0).collect();
    let holds = |statement: &&Statement| {
        let plain = side.plain_of(statement);
        plain.len() <= LONGEST && HOLDS_URL.group(plain, 1).is_some_and(|name| used.contains(&name))
    };
    let through = side.statements().iter().find(holds).and_then(|statement| hosts::named(side.plain_of(statement)));
    through.or_else(|| {
        let function = call.function?;
        let same = side.statements().iter().filter(|statement| statement.function == Some(function));
        same.flat_map(|statement| hosts::of_urls(side.plain_of(statement))).find(|host| !hosts::is_own(host))
    })
}
