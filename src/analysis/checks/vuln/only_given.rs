//! Questions that asked whether something is one of a few, inside something or short enough, and only ask whether it is there. A part of
//! `check-emptied`.

use crate::analysis::check::{Draft, Sink};
use crate::analysis::checks::auth::paired::{Pair, pairs};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;

/// A longer file is data.
const LONGEST: usize = 400_000;

/// A question that bounds what it asks about.
pub(super) static BOUNDS: Pattern = Pattern::new(
    r"(?x) \b(?:if|unless|elif|elsif|guard|require|assert)\b [^\n]* (?: \b(?:contains(?:Key)?|Contains(?:Key)?|includes|include\?|has|key\?|in_array|member\?|any\?|IsAllowed|isAllowed|allows?|is_allowed|permitted)\s*\(
      | \bnot\s+in\b | \b!?in\s+[A-Za-z_][\w.]*\b | \b\w*(?i:allow|known|permit|trusted|valid|white)\w*\[ | \b(?:startsWith|starts_with|startswith|HasPrefix|is_relative_to)\s*\( | \.components\(\)\.(?:any|all)\b
      | \bstrn?len\s*\([^\n]*>=?\s*(?:sizeof|\w*_?(?:MAX|LEN|SIZE)) | \b(?:len|size|length|count)\w*\s*(?:\(\w+\))?\s*>=?\s*(?:sizeof|[A-Z_]*(?:MAX|LEN|SIZE|LIMIT)) )",
);
/// A question that is answered by anything at all.
static THERE: Pattern = Pattern::new(
    r#"(?x) ^\s* (?:\}\s*)? (?:if|unless|elif|elsif|guard|require|assert)\b \s* \(? \s*
      (?: (?:err\s*!=\s*nil\s*\|\|\s*)? (?: !?\s*[\w.$>\[\]'"]+(?:\(\))?\s*(?:===?|!==?)\s*(?:""|''|nil|null|None|undefined|NULL|0)
        | !\s*[\w.$>]+(?:\s*\|\|\s*!\s*\*?[\w.$>]+)* | not\s+[\w.]+
        | !?\s*[\w.$>]+\.(?:isBlank|isEmpty|is_empty|empty\?|blank\?|nil\?|IsNullOrEmpty|present\?|exists|isNull)\(?\)? | (?:empty|isset|is_null|strings?\.IsNullOrEmpty|string\.IsNullOrWhiteSpace)\s*\([^()]*\)
        | !?\s*[\w.$>]+\.components\(\)\.next\(\)\.is_(?:none|some)\(\) | !?\s*[\w.]+\.(?:Hostname|Host|hostname|host)(?:\(\))?\s*(?:==|!=|===|!==)\s*(?:""|''|null|nil) | !?\s*Files\.exists\s*\([^()]*\) | !?\s*[\w.]+\.exists\(\) ) )
      \s* \)? \s* (?:\{|:|then|$|return\b|throw\b|raise\b|abort) "#,
);
/// What is done with what was asked about, that a list or a bound was worth.
static USED: Pattern = Pattern::new(
    r"(?i)\border\s+by\b|\bselect\b[^\n]*\bfrom\b|\b(?:client|http|requests|httpx|axios|session|reqwest)\b\.\w+\s*\(|\bfetch\s*\(|\burlopen\s*\(|\bredirect\w*\s*[(]|\bRedirect\s*\(|\bsendRedirect\b|\bLocation\b|\bstr[nl]?cpy\s*\(|\bmemcpy\s*\(|\bopen\w*\s*\(|\breadAllBytes\b|\breadFile\w*\s*\(|\bsendFile\s*\(|\bFileResponse\b|\b(?:root|dir|base)\w*\.join\s*\(|\bfilepath\.Join\b|\bPath\.Combine\b|\bimport_module\b|\bconstantize\b|\brequire\s*\(|\bexec\w*\s*\(|\bsystem\s*\(|\bsubprocess\b|\bforName\b",
);

/// Reports such questions, where what they guarded is still done.
pub(super) fn asks_less(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let readable = file.language.is_code() && file.role.is_live();
    let (Some(old), Some(new)) = (file.old().filter(|_| readable), file.new_side()) else { return };
    if new.text().len() > LONGEST || !old.changed_lines().any(|line| line.text.len() <= 2000 && BOUNDS.is_match(old.plain_line(line.index)))
    {
        return;
    }
    for pair in pairs(old, new, &BOUNDS) {
        // What stands on such a line was written by a program.
        if new.line(pair.is.first_line).text.len() > 2000 {
            continue;
        }
        if !THERE.is_match(pair.after) || BOUNDS.is_match(pair.after) || !same_subject(&pair) {
            continue;
        }
        let Some(function) = new.function_at(pair.is.first_line) else { continue };
        let text = new.plain().get(new.bytes_of(function.first_line, function.last_line)).unwrap_or("");
        let bounded = new.changed_lines().filter(|line| (function.first_line..=function.last_line).contains(&line.index));
        let mut bounded = bounded.filter(|line| line.text.len() <= 2000);
        // What is asked about comes from elsewhere now, where it may have been asked before.
        let made = |name: &str| {
            let sets = |text: &str| SET.group(text, 1) == Some(name);
            (function.first_line..=pair.is.first_line)
                .any(|line| new.is_changed(line) && new.line(line).text.len() <= 2000 && sets(new.plain_line(line)))
        };
        if names(pair.after).any(made) {
            continue;
        }
        if text.len() <= LONGEST && USED.is_match(text) && !bounded.any(|line| BOUNDS.is_match(new.plain_line(line.index))) {
            let draft = Draft::lines(file, new, pair.is.first_line, pair.is.last_line);
            let brief = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let draft = draft.evidence(format!("{} → {}", brief(pair.before), brief(pair.after)));
            sink.report(draft.title("What had to be one of a few, or within bounds, only has to be there"));
        }
    }
}

/// A name that is set on a line.
static SET: Pattern = Pattern::new(
    r"^\s*(?:(?:const|let|var|val|final|my|auto|mut|String|Path|File)\s+)*\$?([A-Za-z_]\w*)\s*(?::\s*[\w<>\[\]]+\s*)?(?:,\s*\w+\s*)?:?=[^=]",
);

/// The names of a question.
fn names(text: &str) -> impl Iterator<Item = &str> {
    const OTHER: [&str; 14] =
        ["if", "not", "err", "nil", "null", "None", "unless", "elif", "return", "throw", "raise", "in", "is_empty", "contains"];
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| word.len() > 1 && !OTHER.contains(word))
}

/// Whether both ask about the same name.
fn same_subject(pair: &Pair<'_>) -> bool {
    let was: Vec<&str> = names(pair.before).collect();
    names(pair.after).any(|name| was.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_bounds_and_what_only_asks_for_something() {
        for text in [
            "if (!SORTS.contains(sort)) {",
            "if urlparse(url).hostname not in ALLOWED:",
            "if err != nil || !allowedHosts[target.Hostname()] {",
            "if (strlen(name) >= sizeof(it->name))",
            "if name.components().any(|c| !matches!(c, Component::Normal(_))) {",
        ] {
            assert!(BOUNDS.is_match(text) && !THERE.is_match(text), "{text}");
        }
        for text in ["if (sort.isBlank()) {", "if not url:", "if err != nil || target.Hostname() == \"\" {", "if (!name || !*name)"] {
            assert!(THERE.is_match(text) && !BOUNDS.is_match(text), "{text}");
        }
    }
}
