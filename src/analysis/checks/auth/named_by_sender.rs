//! Who somebody is, told by a head or a parameter of the request where a session, a signed token or the server told it: in marks of a
//! handler's parameters, and in handlers of C. A part of `identity-from-request`.

use crate::analysis::check::{Draft, Sink};
use crate::analysis::checks::vuln::twins::twins;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// A longer line is data, and more of them are a rewrite.
const WIDEST: usize = 500;
const MOST: usize = 300;

/// A parameter that is whoever is signed in.
static SIGNED_IN: Pattern = Pattern::new(
    r"@(?:AuthenticationPrincipal|CurrentUser|CurrentSecurityContext|CurrentAccount|AuthUser)\b|\b(?:Principal|Authentication|JwtAuthenticationToken|ClaimsPrincipal)\s+\w+\s*[,)]|\w+\s*:\s*(?:Principal|Authentication|JwtAuthenticationToken)\b|@Req\(\)",
);
/// A parameter by which whoever asks says who they are; group: its name.
static SAID: Pattern = Pattern::new(
    r"(?x) @(?:RequestHeader|RequestParam|CookieValue|HeaderParam|QueryParam|CookieParam|Headers|Query)\b(?:\([^()]*\))?\s*(?:(?:final\s+)?[\w<>?.]+\s+(\w+)\s*[,)] | (\w+)\s*\??\s*:) | \[From(?:Header|Query)(?:\([^()]*\))?\]\s*[\w<>?.]+\s+(\w+)",
);
static HOLDS: Pattern = Pattern::new(
    r"(?i)^(?:\w*_)?(?:user|account|owner|tenant|customer|member|subject|principal|org\w*|uid|actor|employee|caller)(?:_?(?:id|name|uuid|email|key))?$|(?:User|Account|Owner|Tenant|Customer|Member)(?:Id|Name)?$",
);
static NAMED: Pattern = Pattern::new(r"\b(\w+)\s*\(");
/// Somebody as a session or the server in front tells them.
static TOLD: Pattern = Pattern::new(
    r#"(?i)\bsession_?(?:find|get|lookup|load|from|user|of|for)\w*\s*\(|\bget_?session\w*\s*\(|\bgetenv\s*\(\s*"(?:REMOTE_USER|AUTH_USER|SSL_CLIENT_S_DN\w*)"|\b(?:s|sess|session|claims|principal|cred|ctx)(?:->|\.)(?:user\w*|uid|account\w*|sub|owner)\b|\bSO_PEERCRED\b|\bgetpeereid\s*\("#,
);
/// What whoever asks has written, by a name that is somebody's.
static ASKED: Pattern = Pattern::new(
    r#"(?i)\b\w*(?:header|query|param|arg|form|cookie|field|post|lookup_connection_value)\w*\s*\([^"\n]{0,60}"(?:x[-_])?(?:(?:remote|forwarded|auth\w*)[-_])?(?:user|uid|account|owner|login|customer|tenant|username|user[-_]?id|account[-_]?id|customer[-_]?id)"|\bgetenv\s*\(\s*"HTTP_X_\w*(?:USER|ACCOUNT)\w*""#,
);
static SET: Pattern = Pattern::new(r"(?:^|[\s*&])([A-Za-z_]\w*)\s*=[^=]");

/// What a file must hold.
pub(super) fn words() -> Words {
    Words::of([&SAID, &ASKED])
}

/// Reports such handlers.
pub(super) fn report(file: &FileView<'_>, (old, new): (&SideView<'_>, &SideView<'_>), sink: &mut Sink<'_>) {
    match file.language {
        Language::C | Language::Cpp => taken(file, sink),
        Language::Java | Language::Kotlin | Language::CSharp | Language::TypeScript => given(file, old, new, sink),
        _ => {}
    }
}

/// A handler with the same name gets a name of the request where it got whoever is signed in.
fn given(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    let name = |text: &'_ str| {
        NAMED
            .groups(text, 1)
            .find(|name| !name.starts_with(|sign: char| sign.is_ascii_uppercase()) || file.language == Language::CSharp)
            .map(str::to_owned)
    };
    // Each parameter may stand on a line of its own.
    let headed = |side: &SideView<'_>, line: usize| side.function_at(line).map(|function| function.name.clone());
    let short = |text: &str| text.len() <= WIDEST;
    let signed = |side: &SideView<'_>| -> Vec<String> {
        let lines = side.changed_lines().map(|line| (line.index, side.plain_line(line.index)));
        let told = lines.filter(|(_, text)| short(text) && SIGNED_IN.is_match(text)).take(MOST);
        told.flat_map(|(at, text)| headed(side, at).into_iter().chain(name(text))).filter(|name| !name.is_empty()).collect()
    };
    let (were, still) = (signed(old), signed(new));
    for line in new.changed_lines().filter(|line| !were.is_empty() && short(line.text)).take(MOST) {
        let text = new.plain_line(line.index);
        let said = SAID.parts(text).any(|name| HOLDS.is_match(name));
        let names = || headed(new, line.index).into_iter().chain(name(text));
        if said && names().any(|name| were.contains(&name)) && !names().any(|name| still.contains(&name)) {
            let title = "Somebody is who the request says, where whoever is signed in was meant";
            return sink.report(Draft::line(file, new, line.index).title(title).severity(Severity::High));
        }
    }
}

/// A function of C asks the request who it is, where it asked a session.
fn taken(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let short = |text: &str| text.len() <= WIDEST;
    for twin in twins(file) {
        if !twin.removed().any(|(_, text)| short(text) && TOLD.is_match(text)) || TOLD.is_match(twin.after()) {
            continue;
        }
        let takes = |text: &str| short(text) && ASKED.is_match(text) && SET.group(text, 1).is_some_and(|name| HOLDS.is_match(name));
        if let Some((line, _)) = twin.added().find(|(_, text)| takes(text)) {
            let title = "Somebody is who the request says, where a session told it";
            sink.report(Draft::line(file, twin.new, line).title(title).severity(Severity::High));
        }
    }
}
