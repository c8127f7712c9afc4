//! Secrets that a log gets by their names: `log.warn("refused", request.password)`. What a secret came from is `sensitive-exposed`'s to follow.

use super::showing::VEILED;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::rule::{Confidence, Severity};

/// What is written down, by its calls; group 1 is what they are given, as far as it stands on the line.
pub(super) static SHOWS: Pattern = Pattern::new(
    r"\b(?:syslog|Log\.\w+|_?(?:[lL]og(?:ger|ging)?|LOG(?:GER)?)\.\w+|spdlog::\w+|(?:trace|debug|info|warn|error)!|print|println!?|eprintln!|puts|var_dump|console\.\w+|slog\.\w+|fmt\.Print\w*|System\.out\.print\w*|error_log|Log::\w+|printf|fprintf|NSLog)\s*\(([^;\n]*)|\b(?:std::c(?:err|out|log)|LOG\(\w+\)|qDebug\(\)|qWarning\(\))\s*<<([^;\n]*)",
);
/// The name of a secret that stands as an argument: alone, or as a part of something.
static NAMED: Pattern = Pattern::new(
    r"(?:^|[,({\s+%?&=:<>])(?:[\w$@]+(?:\(\))?(?:\.|->|\?\.|::))*[$@]?_?(password|[pP]asswd|passphrase|Password|(?:plain|raw|user)_?[pP]assword|api_?[kK]ey|ApiKey|secret_?[kK]ey|client_?[sS]ecret|private_?[kK]ey|(?:access|refresh|session|reset|auth|card)_?[tT]oken|card_?[nN]umber|cvv|cvc)\s*(?:$|[,)}+;<])",
);
/// The same inside of a text that holds values.
static INSIDE: Pattern = Pattern::new(
    r"(?:\$\{|#\{|\{|\$)\s*(?:\w+\.)*(password|passwd|passphrase|api_?[kK]ey|secret_?[kK]ey|client_?[sS]ecret|private_?[kK]ey|(?:access|refresh|session|card)_?[tT]oken|card_?[nN]umber)\s*(?:[:!][^}\s]*)?[}\s,\x22]",
);
const LONGEST: usize = 400;

/// Reports added lines that do.
pub(super) fn named_in_log(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
    for line in file.added().filter(|line| line.text.len() < LONGEST && SHOWS.is_match(line.code())).take(200) {
        let (code, plain) = (line.code(), side.plain_line(line.index));
        if VEILED.is_match(code) || file.removed().any(|was| was.text.len() < LONGEST && INSIDE.is_match(was.text)) {
            continue;
        }
        let given = SHOWS.parts(code).next().and_then(|given| NAMED.group(given, 1));
        let Some(name) = given.or_else(|| SHOWS.find(plain).and_then(|call| INSIDE.group(plain.get(call.start..)?, 1))) else { continue };
        let password = name.to_ascii_lowercase().contains("pass");
        let title = format!("Writes {} into a log as it is", if password { "a password" } else { "a secret" });
        let severity = if password { Severity::High } else { Severity::Medium };
        sink.report(Draft::line(file, side, line.index).title(title).severity(severity).confidence(Confidence::Medium));
    }
}
