//! Sums of contents that were compared with those that are known, and are not any more. A part of `check-emptied`.

use super::stops::refusals;
use super::told::{COMPARES, Told, calls_another, went};
use super::twins::Twin;
use crate::analysis::checks::auth::toothless::written;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;

/// A sum over contents is made.
pub(super) static SUMMED: Pattern = Pattern::new(
    r"(?i)\b(?:hex_?digest|digest|check_?sum|sha_?(?:1|224|256|384|512)\w*|md5\w*|blake\w*|hash_?(?:file|bytes|data|contents?|of)|crc32\w*|hmac\w*|file_digest|compute_?hash|sum(?:224|256|384|512))(?:::\w+)*!?\s*\(|\bhash\s*\(\s*[\x22']\w",
);
/// Two things are compared, or one is said to be wrong.
static DIFFERS: Pattern = Pattern::new(r"!==?|!\w|\bnot\b|\bunless\b|(?i)equals?\s*\(|compare\w*\s*\(|\bne\b");

/// Contents are no longer compared with the sum that is known of them.
pub(super) fn unread(file: &FileView<'_>, twin: &Twin<'_, '_>) -> Option<Told> {
    if !SUMMED.is_match(twin.before())
        || SUMMED.is_match(twin.after())
        || file.added().any(|line| SUMMED.is_match(line.text))
        || calls_another(twin)
        || by_a_helper(file, twin)
    {
        return None;
    }
    static NAME: Pattern =
        Pattern::new(r"^\s*(?:(?:const|let|var|val|auto|final|my|mut|byte\[\]|String)\s+)*\$?(\w+)\s*(?::\s*[\w<>\[\]]+\s*)?:?=[^=]");
    twin.removed().find(|(_, text)| text.len() < 600 && DIFFERS.is_match(text))?;
    let before = twin.before();
    let sums: Vec<&str> = before.lines().filter(|line| SUMMED.is_match(line)).filter_map(|line| NAME.group(line, 1)).collect();
    let word = |asked: &str, name: &str| asked.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
    let about = |asked: &str| SUMMED.is_match(asked) || sums.iter().any(|name| word(asked, name));
    let (line, _) = refusals(file, twin.old, &twin.was).find(|(_, asked)| differs(file, asked) && about(asked))?;
    went(line, "Contents are no longer compared with the sum that is known of them")
}

/// Whether a condition of the function that refuses, or differs, asks a helper which the change brings and which sums.
fn by_a_helper(file: &FileView<'_>, twin: &Twin<'_, '_>) -> bool {
    static HELPER: Pattern = Pattern::new(r"\b(\w*(?i:hash|digest|sum)\w*)\s*\(");
    static CONDITION: Pattern = Pattern::new(r"^\s*(?:\}\s*)?(?:if|elif|elsif|unless|else\s+if)\b");
    static TURNED: Pattern = Pattern::new(r"!|\bnot\b|\bunless\b");
    static YES: Pattern = Pattern::new(r"(?i)\breturn\s+true\b|=>\s*true\b");
    let sums = |name: &str| written(file, name).filter(|body| !YES.is_match(body));
    let made = |body: &str| {
        SUMMED.is_match(body) || HELPER.groups(body, 1).take(8).any(|name| sums(name).is_some_and(|body| SUMMED.is_match(&body)))
    };
    let asked = twin.added().map(|(_, text)| text).filter(|text| text.len() < 600 && CONDITION.is_match(text) && TURNED.is_match(text));
    asked.flat_map(|text| HELPER.groups(text, 1)).take(20).any(|name| sums(name).is_some_and(|body| made(&body)))
}

/// A line that compares, or keeps for later.
static COMPARED: Pattern = Pattern::new(r"[!=]==?|(?i)equal|compare|matches|verif|check|assert|\bne\b|\beq\b|insert|put|save|return");

/// Whether what is asked holds where two things differ; what is refused because it is the same as something is no sum that fits.
fn differs(file: &FileView<'_>, asked: &str) -> bool {
    static SAME: Pattern = Pattern::new(r"^[^!]*(?i:equals?|compare_digest|secure_compare)\s*\([^!]*\)\s*$");
    static NOT: Pattern = Pattern::new(r"\b(?:not|unless|false|False|ne)\b|==\s*0");
    static FAILED: Pattern = Pattern::new(r"^\s*err\s*!=\s*nil\s*$");
    let turned = matches!(file.language, Language::Ruby | Language::Perl);
    // Only that something else could not be done.
    let failed = asked.rsplit_once(';').is_some_and(|(done, asked)| FAILED.is_match(asked) && !COMPARED.is_match(done));
    !failed && DIFFERS.is_match(asked) && (turned || !SAME.is_match(asked) || NOT.is_match(asked))
}

/// A sum is still made, and nothing is compared with it any more.
pub(super) fn uncompared(file: &FileView<'_>, twin: &Twin<'_, '_>) -> Option<Told> {
    static MADE: Pattern = Pattern::new(
        r"(?i)^\s*(?:(?:const|let|var|val|auto|final|my|mut|byte\[\]|String)\s+)*\$?(\w+)\s*(?::\s*[\w<>\[\]]+\s*)?:?=[^=].*(?:\.Sum\s*\(\s*nil|\b(?:\w*_)?(?:digest|check_?sum|sha_?\d+|md5|hmac|hash)(?:_?(?:of|file|bytes|hex|sum))?\w*\s*\(|\.(?:hex_?digest|finalize|doFinal|digest)\s*\()",
    );
    let before = twin.before();
    let sums: Vec<&str> = before.lines().filter(|line| line.len() < 600).filter_map(|line| MADE.group(line, 1)).take(20).collect();
    let word = |text: &str, name: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
    let about = |text: &str| sums.iter().any(|name| word(text, name)) || COMPARES.is_match(text);
    let (line, _) = refusals(file, twin.old, &twin.was).find(|(_, asked)| differs(file, asked) && about(asked))?;
    let used = |text: &str| COMPARES.is_match(text) || COMPARED.is_match(text) && about(text) && MADE.group(text, 1).is_none();
    let still = twin.after().lines().filter(|text| text.len() < 600).any(used);
    static TABLE: Pattern =
        Pattern::new(r"(?i)hash_?(?:add|pick|find|lookup|get|insert|delete|remove|init|create|new|destroy|free|next|table|map)");
    let made = twin.after().lines().any(|text| MADE.group(text, 1).is_some() && !TABLE.is_match(text));
    if made && !still && !calls_another(twin) { went(line, "A sum is made, and compared with nothing any more") } else { None }
}
