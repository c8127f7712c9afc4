//! `sql-rights-raised`: SQL that makes a user with a password for everybody to read, a function that runs with its owner's rights, or a
//! trigger on who may do what.

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/sql-rights-raised.toml`.
pub struct SqlRightsRaised;

static PASSWORD: Pattern = Pattern::new(
    r"(?is)\b(?:create|alter)\s+(?:user|role|login)\b[^;]{0,200}?\b(?:password|identified\s+(?:with\s+\w+\s+)?by)\s*=?\s*(?:N)?'([^'{}$<%:?][^'{}$]{2,80})'",
);
/// What stands for a password that is filled in.
static PLACEHOLDER: Pattern = Pattern::new(r"(?i)change_?me|example|placeholder|^x+$|\*\*\*|^(?:md5|SCRAM-SHA-256\$)|your_|secret_here");
static AS_OWNER: Pattern = Pattern::new(
    r"(?is)\bcreate\s+(?:or\s+replace\s+)?(?:function|procedure)\b.*\bsecurity\s+definer\b|\balter\s+function\b.*\bsecurity\s+definer\b|\bwith\s+execute\s+as\s+owner\b",
);
static SEARCHES: Pattern = Pattern::new(r"(?i)\bset\s+search_path\b");
static TRIGGER: Pattern = Pattern::new(
    r"(?is)\bcreate\s+(?:or\s+replace\s+)?(?:constraint\s+)?trigger\b[^;]{0,200}?\bon\s+[\w.\x22`]*(?:users?|accounts?|roles?|permissions?|sessions?|credentials|api_keys|tokens|logins?)\b",
);
static BARE: Pattern = Pattern::new(
    r"(?i)\b(?:plain_?(?:text_)?password|password_(?:plain|clear)\w*|clear_?password|card_number|credit_card_number|cvv2?|cvc|card_cvc|ssn|social_security_number)\b[\x22`\]]?\s+(?:varchar|char|text|nvarchar|character|string|int|numeric)",
);
static OUTSIDE: Pattern = Pattern::new(
    r"(?i)\bcopy\s+.{1,200}\b(?:to|from)\s+program\b|\binto\s+(?:outfile|dumpfile)\b|\bxp_cmdshell\b|\blo_export\s*\(|\bload_extension\s*\(|\bload\s+data\s+local\b|\bcreate\s+extension\s+.*\b(?:plpython3?u|plperlu|dblink)\b|\blanguage\s+(?:plpython3?u|plperlu|c)\b",
);
const LONGEST: usize = 20_000;

impl Check for SqlRightsRaised {
    fn rule(&self) -> RuleId {
        RuleId("sql-rights-raised")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(
            Reach::ADDED,
            Words::named([
                "password",
                "identified",
                "definer",
                "trigger",
                "execute",
                "program",
                "outfile",
                "dumpfile",
                "cmdshell",
                "lo_export",
                "extension",
                "plpython",
                "plperlu",
                "language",
                "local",
                "card",
                "cvv",
                "cvc",
                "ssn",
                "social",
            ]),
        )
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.role.is_live()) else { return };
        if file.language == Language::Sql {
            script(file, side, sink);
        } else if file.language.is_code() {
            for (line, text) in side.strings().filter(|(line, text)| side.is_changed(*line) && text.len() <= LONGEST) {
                if let Some((severity, title)) = judge(text).filter(|_| text.contains(' ')) {
                    sink.report(Draft::line(file, side, line).severity(severity).title(title));
                }
            }
        }
    }
}

/// The statements of a file of SQL. The body of a function holds semicolons; it is looked at together with what follows it.
fn script(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let plain = side.plain();
    let (mut start, mut counted, mut quotes) = (0, 0, 0);
    let ends: Vec<usize> = side.masked().match_indices(';').map(|(at, _)| at).chain([plain.len()]).collect();
    for end in ends {
        let text = plain.get(start..end).unwrap_or("");
        quotes += plain.get(counted..end).unwrap_or("").matches("$$").count();
        counted = end;
        if quotes % 2 == 1 && end < plain.len() {
            continue;
        }
        quotes = 0;
        let first = start + (text.len() - text.trim_start().len());
        start = end + 1;
        let (first_line, last_line) = (side.line_of(first), side.line_of(end.saturating_sub(1).max(first)));
        let looked = text.len() <= LONGEST && side.touches(first_line, last_line);
        if let Some((severity, title)) = looked.then(|| judge(text)).flatten() {
            sink.report(Draft::lines(file, side, first_line, last_line).severity(severity).title(title));
        }
    }
}

fn judge(text: &str) -> Option<(Severity, &'static str)> {
    let password = PASSWORD.group(text, 1).filter(|password| !PLACEHOLDER.is_match(password));
    match () {
        () if password.is_some() => Some((Severity::High, "A user of the database gets a password that everybody can read here")),
        () if OUTSIDE.is_match(text) => Some((Severity::Medium, "SQL reaches files or programs of the server")),
        () if AS_OWNER.is_match(text) && SEARCHES.is_match(text) => Some((Severity::Low, "A function runs with the rights of its owner")),
        () if AS_OWNER.is_match(text) => {
            Some((Severity::Medium, "A function runs with the rights of its owner and finds names wherever its caller says"))
        }
        () if TRIGGER.is_match(text) => Some((Severity::Medium, "A trigger acts on who may do what")),
        () if BARE.is_match(text) => Some((Severity::Medium, "What must not be read is kept as it is")),
        () => None,
    }
}
