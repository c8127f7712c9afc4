//! Who may what, said as settings rather than asked in code, and less of it than before: matchers of paths of Spring, attributes of classes
//! of Django. A part of `guard-removed`.

use std::collections::BTreeMap;

use super::functions::key;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, Severity};

/// A longer file or statement is data.
const LONGEST: usize = 400_000;
const WIDEST: usize = 2_000;

/// Paths, and what is asked of whoever asks for them.
static MATCHES: Pattern = Pattern::new(
    r"\.\s*(?:(?:request|ant|mvc|path|regex|security)Matchers\s*\(((?:[^()]|\([^()]*\)){1,300})\)|(any(?:Request|Exchange))\s*\(\s*\))\s*\.\s*(\w+)\s*\(",
);
/// What a class of Django asks before any of its methods runs.
static ASKS: Pattern = Pattern::new(r"^\s*(permission_classes|permission_required|authentication_classes)\s*=\s*(\S[^\n]*)$");

/// What a text must hold.
pub(super) fn words() -> Words {
    Words::of([&MATCHES]).or(Words::named(["permission_classes", "permission_required", "authentication_classes"]))
}

/// Reports paths and classes that ask for less.
pub(super) fn report(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    match file.language {
        Language::Java | Language::Kotlin => matched(file, old, new, sink),
        Language::Python => class_settings(file, old, new, sink),
        _ => {}
    }
}

/// How much is asked: nothing, a sign-in, a right, or more than anybody has.
fn rank(verb: &str) -> Option<u8> {
    Some(match verb {
        "permitAll" | "anonymous" => 0,
        "authenticated" | "fullyAuthenticated" | "rememberMe" => 1,
        "hasRole" | "hasAnyRole" | "hasAuthority" | "hasAnyAuthority" | "hasIpAddress" => 2,
        "denyAll" => 3,
        _ => return None,
    })
}

fn matched(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    /// For each text of matchers what is asked, and where that stands.
    fn asked(side: &SideView<'_>) -> BTreeMap<String, (u8, usize, String)> {
        let text = side.plain();
        let mut out = BTreeMap::new();
        if text.len() > LONGEST {
            return out;
        }
        for found in MATCHES.find_all(text).take(500) {
            let whole = text.get(found.clone()).unwrap_or("");
            let paths = MATCHES.group(whole, 1).or_else(|| MATCHES.group(whole, 2)).unwrap_or("");
            if let Some((verb, rank)) = MATCHES.group(whole, 3).and_then(|verb| Some((verb, rank(verb)?))) {
                let paths = paths.split_whitespace().collect::<Vec<_>>().join(" ");
                out.entry(paths).or_insert((rank, side.line_of(found.end.saturating_sub(1)), verb.to_owned()));
            }
        }
        out
    }
    let (before, now) = (asked(old), asked(new));
    for (paths, (is, line, verb)) in &now {
        let Some((was, _, other)) = before.get(paths).filter(|(was, ..)| was > is) else { continue };
        // What is said to be open to everybody is told as such.
        if new.is_changed(*line) && (*is > 0 || *was == 3) {
            let draft = Draft::line(file, new, *line).title(format!("Less is asked for {paths} than before"));
            sink.report(draft.evidence(format!("{other} → {verb}")).severity(Severity::High).confidence(Confidence::Medium));
        }
    }
}

fn class_settings(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    /// A sign-in alone is what most projects ask by default.
    static BY_DEFAULT: Pattern = Pattern::new(r"^[\[(]\s*(?:\w+\.)*IsAuthenticated\s*,?\s*[\])]$");
    static CLASS: Pattern = Pattern::new(r"^\s*class\s+(\w+)");
    let head = |side: &SideView<'_>, statement: &Statement| {
        let head = side.statements().get(statement.parent?).filter(|head| head.bytes.len() <= WIDEST)?;
        Some((CLASS.group(side.code_of(head), 1)?.to_owned(), key(side, head)))
    };
    let short = |statement: &&Statement| statement.bytes.len() <= WIDEST;
    for statement in old.statements().iter().filter(short).filter(|one| old.is_changed(one.first_line)).take(200) {
        let said = ASKS.group(old.plain_of(statement), 1).zip(ASKS.group(old.plain_of(statement), 2));
        let Some(((name, asked), (class, whole))) = said.zip(head(old, statement)) else { continue };
        if name == "authentication_classes" && asked.contains("[]") {
            continue;
        }
        let same = |one: &Statement| head(new, one).filter(|(other, _)| *other == class);
        let stands = new.statements().iter().filter(short).filter_map(|one| Some((one, same(one)?.1)));
        let stands: Vec<(&Statement, String)> = stands.take(400).collect();
        let asks = |one: &Statement| {
            ASKS.is_match(new.plain_of(one))
                || ["def get_permissions", "def has_permission", "def dispatch"].iter().any(|own| new.code_of(one).contains(own))
        };
        let Some((_, now)) = stands.first().filter(|_| !stands.iter().any(|(one, _)| asks(one))) else { continue };
        let sure = *now == whole && !BY_DEFAULT.is_match(asked.trim()) && name != "authentication_classes";
        let draft = Draft::lines(file, old, statement.first_line, statement.last_line);
        let draft = draft.title(format!("{class} no longer says who may")).confidence(Confidence::Medium);
        sink.report(draft.severity(if sure { Severity::High } else { Severity::Medium }));
    }
}
