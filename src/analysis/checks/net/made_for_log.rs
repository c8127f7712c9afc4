//! What nobody should be able to guess is made in a function and written into a log by it. A part of `sensitive-exposed`; never what is
//! only called a secret: that is `named_in_log`'s.

use super::showing::{LOGS, VEILED};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::view::{FileView, LineView};
use crate::model::rule::{Confidence, Severity};

/// A longer line is data.
const LONGEST: usize = 600;
/// Lines above in which it may have been made.
const NEAR: usize = 20;
/// More lines are not looked at.
const MOST: usize = 200;

/// A name that says that it lets somebody in, set to what comes from chance that cannot be foretold.
static MADE: Pattern = Pattern::new(
    r"(?i)(?:^|[\s$@.])(\w*(?:token|secret|passw(?:or)?d|passcode|otp|api_?key|invite|voucher|magic_?link|(?:invite|invitation|reset|login|access|backup|recovery|auth|verification|one_?time)_?code)|code|pin)\s*(?::\s*[\w<>?]+\s*)?:?=\s*[^=;].*(?:secrets\.(?:token_\w+|choice|randbelow)|SecureRandom|::nextBytes|\.nextBytes|randomBytes|random_bytes|RandomNumberGenerator|getRandomValues|OsRng|crypto_?rand|Str::random|token_urlsafe|token_hex|urlsafe_base64|SecureRandom\.\w+|nanoid)",
);
/// Words without which nothing of it is made.
pub(super) fn words() -> Words {
    Words::of([&MADE])
}

static WORD: Pattern = Pattern::new(r"[A-Za-z_]\w*");

/// Reports lines of logs that came and say what their function has just made.
pub(super) fn made_for_log(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
    let short = |line: &LineView<'_>| line.text.len() <= LONGEST;
    for line in file.added().filter(|line| short(line) && LOGS.is_match(line.code())).take(MOST) {
        let plain = side.plain_line(line.index);
        if VEILED.is_match(plain) {
            continue;
        }
        let first = side.function_at(line.index).map_or(0, |function| function.first_line).max(line.index.saturating_sub(NEAR));
        let code = LOGS.find(line.code()).and_then(|call| line.code().get(call.end..)).unwrap_or("");
        let shown: Vec<&str> = WORD.groups(code, 0).chain(INSIDE.groups(plain, 1)).collect();
        let made = (first..line.index).filter(|at| short(&side.line(*at))).filter_map(|at| MADE.group(side.plain_line(at), 1));
        let told = made.into_iter().find(|name| shown.contains(name));
        if let Some(name) = told {
            let draft =
                Draft::line(file, side, line.index).title(format!("`{name}`, which nobody should be able to guess, is written into a log"));
            sink.report(draft.severity(Severity::High).confidence(Confidence::Medium));
        }
    }
}

/// A name inside of a text.
static INSIDE: Pattern = Pattern::new(r"[#$]?\{\s*([A-Za-z_]\w*)\s*\}|\$([A-Za-z_]\w*)");
