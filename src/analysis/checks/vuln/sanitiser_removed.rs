//! `sanitiser-removed`: a call that made a value harmless went from around it, and the value stays where it was.
//!
//! Needs no source and no sink: somebody found the call necessary.

use std::cell::LazyCell;
use std::collections::HashMap;

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, RuleId, Severity};

/// See `rules/code/sanitiser-removed.toml`.
pub struct SanitiserRemoved;

/// A longer statement is data.
const LONGEST: usize = 4000;
/// More calls than this in one statement are not taken off one by one.
const MOST_CALLS: usize = 8;

/// A call that makes its first argument harmless: for markup, a shell, a query, a path, an address or an expression.
static HARMLESS: Pattern = Pattern::new(
    r"(?:^|[^\w.])((?:[\w]+(?:\.|::|->))*(?:escape|html_?[eE]scape\w*|escape_?(?:html|HTML|Html|xml|Xml|attr\w*|regexp?|RegExp)\w*|htmlspecialchars|htmlentities|esc_(?:html|attr|url|sql)|HTMLEscapeString|EscapeString|html_escape::encode_\w+|HtmlEncode|encodeForHTML|encodeURIComponent|QueryEscape|PathEscape|urlencode|quote_plus|shellescape|escapeshell(?:arg|cmd)|shlex\.quote|Shellwords\.escape|sanitize|sanitize_?(?:html|Html|HTML|sql\w*|filename|url|Url)|bleach\.clean|xss|strip_tags|secure_filename|safe_join|real_escape_string|mysqli_real_escape_string|quote_ident\w*|QuoteIdentifier|QuoteMeta|preg_quote|Pattern\.quote|Sanitize|Jsoup\.clean|[eE]ncoder(?:\.Default)?\.Encode|encode_(?:text|safe)|ammonia::clean|[nN]eutrali[sz]e\w*|[sS]anitise\w*|[eE]scape_?(?:[cC]sv|[fF]ormula)\w*|csv_(?:escape|safe)|wp_kses(?:_post|_data)?))\s*\(",
);
/// The same, called on the value.
static CALLED_ON: Pattern = Pattern::new(
    r"\.(?:escapeHTML|escapeHtml4?|htmlEscape|html_escape|toHtmlEscaped|escapeXml|encodeURLParameter|encodeURLPathPart|encodeURLPath|shellescape)\(\)",
);
/// What makes nothing else of a value.
static TRIMS: Pattern = Pattern::new(
    r#"\.(?:trim|strip|trimEnd|trim_end|Trim|TrimSpace|orEmpty)\(\)|\.(?:to_s|to_str|strip|squish)\b|\b\w+\s*==\s*null\s*\?\s*""\s*:\s*|\s*(?:\?\?|\?:)\s*"""#,
);

impl Check for SanitiserRemoved {
    fn rule(&self) -> RuleId {
        RuleId("sanitiser-removed")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::REMOVED, Words::of([&HARMLESS, &CALLED_ON]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let (Some(old), Some(new)) = (file.old().filter(|_| file.role.is_live()), file.new_side()) else { return };
        let count = |text: &str| HARMLESS.count(text) + CALLED_ON.count(text);
        let calls = |side: &SideView<'_>| side.changed_lines().map(|line| count(side.plain_line(line.index))).sum::<usize>();
        // As many as before: one moved, or another took its place.
        if calls(new) >= calls(old) {
            return;
        }
        let mut now: HashMap<String, &Statement> = HashMap::new();
        for statement in changed(new) {
            now.entry(bare(new.plain_of(statement))).or_insert(statement);
        }
        // Asked once, however many calls went.
        let as_markup = LazyCell::new(|| new.text().len() <= LONGEST_FILE && AS_MARKUP.is_match(new.text()));
        for was in changed(old) {
            let plain = old.plain_of(was);
            for (name, without) in unwrapped(plain) {
                // Said to be harmless, by who took away what made it so.
                let believed =
                    || now.get(&format!("{}.html_safe", bare(&without))).or_else(|| now.get(&format!("raw({})", bare(&without))));
                if let Some(is) = believed() {
                    let draft = Draft::lines(file, new, is.first_line, is.last_line);
                    sink.report(
                        draft
                            .title(format!("{name} no longer stands around this value, which is put into pages as markup"))
                            .severity(Severity::High),
                    );
                    break;
                }
                if let Some(is) = now.get(&bare(&without)) {
                    let draft =
                        Draft::lines(file, new, is.first_line, is.last_line).title(format!("{name} no longer stands around this value"));
                    let severity = if shown(file, new, is, name, &as_markup) { Severity::High } else { Severity::Medium };
                    sink.report(draft.severity(severity).confidence(Confidence::High));
                    break;
                }
            }
        }
        if sink.reported() == 0 && *as_markup {
            purified(file, old, new, sink);
        }
    }
}

/// A file that puts a value into its page as markup made it harmless first, and calls nothing that does any more.
fn purified(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    static PURIFIES: Pattern = Pattern::new(
        r"\bDOMPurify\.sanitize\s*\(|\bpurify\w*\.sanitize\s*\(|(?:^|[^\w.])(?:sanitizeHtml|sanitize_html|sanitizeHTML)\s*\(|\bbleach\.clean\s*\(|\bnh3\.clean\s*\(|\bSanitizer\.sanitize\s*\(|\bsanitizer\.sanitize\s*\(|\bammonia::clean\s*\(|\bJsoup\.clean\s*\(",
    );
    static CLEANS: Pattern = Pattern::new(r"(?i)saniti[sz]|purif|bleach|\bxss|escape|\bclean|nh3|safe_?html|trusted");
    let Some(went) = old.changed_lines().find(|line| line.text.len() <= LONGEST && PURIFIES.is_match(old.plain_line(line.index))) else {
        return;
    };
    let marks = |side: &SideView<'_>| AS_MARKUP.count(side.plain());
    let cleaned = || new.changed_lines().any(|line| CLEANS.is_match(new.plain_line(line.index)));
    if !PURIFIES.is_match(new.plain()) && marks(new) >= marks(old) && !cleaned() && file.added().all(|line| !line.text.contains("import")) {
        let draft = Draft::line(file, old, went.index).title("What is put into a page as markup is no longer made harmless");
        sink.report(draft.severity(Severity::High));
    }
}

/// A longer file is data.
const LONGEST_FILE: usize = 200_000;
/// Values are put into a page as markup.
static AS_MARKUP: Pattern = Pattern::new(
    r"(?i)dangerouslySetInnerHTML|v-html\b|\[innerHTML\]|\.innerHTML\s*=|\.outerHTML\s*=|insertAdjacentHTML|\{@html|bypassSecurityTrust|\bmark_safe\s*\(|\|\s*safe\b|\.html_safe\b|\bHtml\.Raw\s*\(",
);

/// Whether a value that was made harmless for pages ends in one as markup, as far as its file says.
fn shown(
    file: &FileView<'_>,
    side: &SideView<'_>,
    statement: &Statement,
    name: &str,
    as_markup: &LazyCell<bool, impl FnOnce() -> bool>,
) -> bool {
    static FOR_MARKUP: Pattern = Pattern::new(r"(?i)sanitize(?:_?html)?$|html|^escape$|\.escape$|esc_attr|bleach|xss|strip_tags|dompurify");
    static NOT_MARKUP: Pattern = Pattern::new(r"(?i)shell|sql|regex|(?:^|[._])(?:url|uri|path|query)|encode_?uri|shlex");
    static MARKUP: Pattern = Pattern::new(r"[\x22\x27`>]\s*</?[a-z][a-z0-9]*(?:\s[^<>]*)?>|<[a-z][a-z0-9]*>[^<]*(?:[$#%]\{|%s|\{\w)");
    let page = file.language.is_code() || matches!(file.language, Language::Html) || file.path.ends_with(".cshtml");
    if !page || !FOR_MARKUP.is_match(name) || NOT_MARKUP.is_match(name) {
        return false;
    }
    MARKUP.is_match(side.plain_of(statement)) || **as_markup
}

fn changed<'v>(side: &'v SideView<'_>) -> impl Iterator<Item = &'v Statement> {
    side.statements().iter().filter(|s| s.bytes.len() <= LONGEST && side.touches(s.first_line, s.last_line))
}

/// A text without blanks, ends of statements and what only trims values.
fn bare(text: &str) -> String {
    let text = TRIMS.without(text);
    text.chars().filter(|c| !c.is_whitespace() && *c != ';').collect()
}

/// A statement with one of its harmless calls taken off at a time, then with all of them; each with the name of the call.
fn unwrapped(plain: &str) -> Vec<(&str, String)> {
    let mut out = Vec::new();
    let mut all = plain.to_owned();
    let mut first = None;
    for found in HARMLESS.find_all(plain).take(MOST_CALLS) {
        let Some(name) = plain.get(found.clone()).and_then(|text| HARMLESS.group(text, 1)) else { continue };
        let Some((argument, end)) = argument(plain, found.end) else { continue };
        let start = found.end - plain.get(found.clone()).map_or(0, |text| text.len() - text.find(name).unwrap_or(0));
        let (Some(before), Some(after)) = (plain.get(..start), plain.get(end..)) else { continue };
        out.push((name, format!("{before}{argument}{after}")));
        if let Some(call) = plain.get(start..end) {
            all = all.replacen(call, argument, 1);
        }
        first = first.or(Some(name));
    }
    if let Some(name) = first.filter(|_| out.len() > 1) {
        out.push((name, all));
    }
    if let Some(name) = CALLED_ON.group(plain, 0) {
        out.push((name.trim_matches(['.', '(', ')']), CALLED_ON.without(plain).into_owned()));
    }
    out
}

/// The first argument of the call whose bracket opened before byte `at`, and the byte after the call.
fn argument(text: &str, at: usize) -> Option<(&str, usize)> {
    let (mut depth, mut first) = (1_usize, None);
    for (offset, c) in text.get(at..)?.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 1 => first = first.or(Some(at + offset)),
            _ => {}
        }
        if depth == 0 {
            return Some((text.get(at..first.unwrap_or(at + offset))?.trim(), at + offset + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_taken_off() {
        let without = |text| unwrapped(text).into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        assert_eq!(without("const html = DOMPurify.sanitize(marked.parse(x), { A: 1 });"), ["const html = marked.parse(x);"]);
        assert_eq!(without("f'<b>{escape(a)}{escape(b)}</b>'").last().map(String::as_str), Some("f'<b>{a}{b}</b>'"));
        assert!(without("escape(never closed").is_empty() && without("landscape(x)").is_empty());
    }
}
