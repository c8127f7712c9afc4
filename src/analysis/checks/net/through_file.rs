//! What is written into a file and leaves with it later: `env > report.txt`, then `git push` or an upload of that file.

use std::collections::BTreeSet;

use super::sending::{LONGEST, reads};
use super::traffic::{Kind, is_shell, traffic};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, Severity};

/// More saved files than this in one file are not followed.
const MOST_SAVED: usize = 20;
/// More names than this are not kept of one saved file.
const MOST_NAMES: usize = 40;

/// Commands whose output is what should stay, kept in a file.
static DUMPS: Pattern = Pattern::new(
    r"(?:^|[|;&(`\s])(?:env|printenv|export\s+-p|declare\s+-x|set|compgen\s+-v)(?:\s+-\w+)?\s*(?:\|[^;&\n>]*)?(?:>{1,2}|\|\s*tee\s+(?:-a\s+)?)\s*[\x22\x27]?([\w./~${}-]+)",
);
static WRITES: Pattern = Pattern::new(
    r"(?i)\b(?:write\w*|dump|save\w*|file_put_contents|fwrite|fputs|put_contents|append\w*|outputfile|copy\w*|cp|mv)\s*\(|\b(?:File\.(?:write|open)|os\.WriteFile|fs::write|Files\.write\w*)\s*\(|>{1,2}\s*[\x22\x27]?[\w./~$]|\b(?:cp|tee|tar|zip)\s",
);
/// A text or word that looks like the path of a file.
static PATH: Pattern = Pattern::new(r"(?:^|[\s\x22\x27`=(,@>])([\w.~/${}-]*\w\.[A-Za-z][\w]{1,5})\b");
/// The same as a text of code, where `process.env` looks like one, too.
static QUOTED: Pattern = Pattern::new(r"[\x22\x27`]([\w.~/${}-]*\w\.[A-Za-z][\w]{1,5})[\x22\x27`]");
/// What carries files elsewhere by their names.
static SHIPS: Pattern = Pattern::new(
    r"(?i)\b(?:aws\s+s3\s+(?:cp|sync|mv)|gsutil\s+(?:-m\s+)?(?:cp|rsync)|gcloud\s+storage\s+cp|az\s+storage\s+blob\s+upload|rclone\s+(?:copy|sync)|scp|rsync|curl\s.*(?:-T|-F|--upload-file|--data-binary|-d)\b|gh\s+(?:release\s+upload|gist\s+create)|twine\s+upload|npm\s+publish)\b|\b(?:upload_?file\w*|put_?object|fput_?object|upload_from_\w+|storbinary|sendDocument)\s*\(",
);
static PUSHES: Pattern = Pattern::new(r"(?i)\bgit\b[^;&|\n]*\bpush\b|\b(?:origin|remote|repo\.git|repo\.remotes?\S*)\.push\s*\(");
static ADDS: Pattern = Pattern::new(r"(?i)\bgit\b[^;&|\n]*\b(?:add|commit\s+-\w*a\w*)\b|\bindex\.add\w*\s*\(|\bgit\.add\s*\(");

/// What a text must hold for a file to be carried away.
#[must_use]
pub fn shipping() -> Words {
    Words::of([&SHIPS, &PUSHES])
}

/// Reports what is saved and carried away, where the change touches one of both.
pub fn report(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let statements = side.statements();
    let saved = statements.iter().enumerate().filter_map(|(at, statement)| Some((at, saves(file, side, statement)?)));
    for (at, (what, name)) in saved.take(MOST_SAVED) {
        let Some(to) = shipped(side, at, name.as_deref()) else { continue };
        let (from, to) = (&statements[at], &statements[to]);
        if [from, to].iter().all(|statement| !side.touches(statement.first_line, statement.last_line)) {
            continue;
        }
        let brief = |statement: &Statement| side.plain_of(statement).split_whitespace().collect::<Vec<_>>().join(" ");
        let place = if side.touches(to.first_line, to.last_line) { to } else { from };
        let draft = Draft::lines(file, side, place.first_line, place.last_line).title(format!("Sends {what} away in a file"));
        let evidence = format!("{} … {}", brief(from).chars().take(140).collect::<String>(), brief(to));
        sink.report(draft.evidence(evidence).severity(Severity::High).confidence(Confidence::Medium));
    }
}

/// What a statement writes into a file that should stay, and the file's name where it stands there.
fn saves(file: &FileView<'_>, side: &SideView<'_>, statement: &Statement) -> Option<(&'static str, Option<String>)> {
    let plain = side.plain_of(statement);
    if plain.len() > LONGEST {
        return None;
    }
    if is_shell(file.language)
        && let Some(name) = DUMPS.group(plain, 1).filter(|name| !name.starts_with("/dev/"))
    {
        return Some(("the environment", Some(name.to_owned())));
    }
    // What is written into a file of credentials is no reading of it.
    static INTO: Pattern = Pattern::new(r">{1,2}\s*[\x22\x27]?[\w./~$\{}-]+");
    if is_shell(file.language) && INTO.find_all(plain).any(|found| traffic().reads(plain.get(found).unwrap_or(""), file.language).is_some())
    {
        return None;
    }
    let told = reads(file, side, statement).filter(|told| matches!(told.kind, Kind::Environment | Kind::File))?;
    let named = if is_shell(file.language) { PATH.groups(plain, 1).last() } else { QUOTED.groups(plain, 1).last() };
    WRITES.is_match(plain).then(|| (told.what, named.map(str::to_owned)))
}

/// The statement after the one at `saved` that carries the file called `name` away.
fn shipped(side: &SideView<'_>, saved: usize, name: Option<&str>) -> Option<usize> {
    let base = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
    let mut names: BTreeSet<String> = name.map(base).into_iter().collect();
    let unknown = names.is_empty();
    let mut added = false;
    for (at, statement) in side.statements().iter().enumerate().skip(saved + 1) {
        let plain = side.plain_of(statement);
        if plain.len() > LONGEST {
            continue;
        }
        // A command in a list of texts reads as one on a line.
        let spoken: String = plain.chars().filter(|c| !matches!(c, '"' | '\'' | ',' | '[' | ']')).collect();
        let named = names.iter().any(|name| plain.contains(name.as_str()));
        added |= ADDS.is_match(&spoken)
            && (named || unknown || spoken.contains(" -A") || spoken.contains(" .") || spoken.contains("--all") || spoken.contains("-am"));
        if PUSHES.is_match(&spoken) && added || SHIPS.is_match(&spoken) && named {
            return Some(at);
        }
        if named && names.len() < MOST_NAMES {
            names.extend(PATH.groups(plain, 1).map(base));
        }
    }
    None
}
