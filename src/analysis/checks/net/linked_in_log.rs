//! Links that let in whoever has them, such as one that resets a password, written into a log by the name that holds them. Secrets by their own
//! names are `named_in_log`'s.

use super::named_in_log::SHOWS;
use super::showing::VEILED;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::rule::{Confidence, Severity};

const LONGEST: usize = 400;
/// So far above its use a link is made, in lines; so many lines its making takes.
const ABOVE: usize = 60;
const TALLEST: usize = 4;
/// More lines of one file are not looked at.
const MOST: usize = 200;

/// The name of a link that stands as a value.
static LINK: Pattern = Pattern::new(r"(?:^|[^\w.'\x22])\$?(\w*(?:[uU]rl|[uU]ri|[lL]ink|[hH]ref))\b\s*(?:$|[,)}\];+])");
/// What it is made of lets somebody in.
static TOKEN: Pattern = Pattern::new(r"(?i)token|signed_?(?:url|route)|signature|otp\b");
/// What it is for.
static OPENS: Pattern = Pattern::new(r"(?i)reset|verif|invit|magic|confirm|activat|sign_?in|log_?in|passw|unlock");

/// Reports added lines that do.
pub(super) fn linked_in_log(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
    for line in file.added().filter(|line| line.text.len() < LONGEST && SHOWS.is_match(line.code())).take(MOST) {
        let plain = side.plain_line(line.index);
        let Some(given) = SHOWS.parts(plain).next().filter(|given| !VEILED.is_match(given)) else { continue };
        let shown =
            |text: &str, name: &str| text.len() < LONGEST && SHOWS.parts(text).any(|given| LINK.groups(given, 1).any(|is| is == name));
        let first = side.function_at(line.index).map_or(0, |function| function.first_line).max(line.index.saturating_sub(ABOVE));
        let made = |name: &str| {
            let sets = |at: usize| {
                let text = side.plain_line(at);
                text.split_once('=').is_some_and(|(head, rest)| {
                    let head = head.trim_end_matches(':').trim_end();
                    !rest.starts_with(['=', '>']) && head.trim_start_matches("const ").rsplit([' ', '$']).next() == Some(name)
                })
            };
            let at = (first..line.index).rev().find(|at| sets(*at))?;
            let text: String =
                (at..(at + TALLEST).min(line.index)).map(|at| side.plain_line(at)).filter(|text| text.len() < LONGEST).collect();
            (TOKEN.is_match(&text) && OPENS.is_match(&text)).then_some(())
        };
        let name = LINK.groups(given, 1).find(|name| made(name).is_some());
        let Some(name) = name.filter(|name| !file.removed().any(|was| shown(was.text, name))) else { continue };
        let title = format!("Writes a link that lets in whoever has it into a log: {name}");
        return sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::Medium).confidence(Confidence::Medium));
    }
}
