//! `escaping-dropped`: a value that a page showed as text is put into it as markup.
//!
//! Only what stood there escaped before: what is new and raw is for rules of its language. Calls around a value are `sanitiser-removed`'s.

use std::cell::LazyCell;
use std::ops::Range;

use super::escaping_switched;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, LineView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/escaping-dropped.toml`.
pub struct EscapingDropped;

/// A longer line is data.
const LONGEST: usize = 1500;
/// More lines than this are a rewrite.
const MOST: usize = 2_000;

/// Places of a page that take markup as it is, up to the value: Jinja, Django, Twig, Blade, ERB, EJS, Handlebars, Razor, Svelte, Vue, Angular,
/// React, Thymeleaf, Freemarker, Go.
static RAW: Pattern = Pattern::new(
    r#"(?x)\{\{\{\s*(?:this\.)?([@$]?\w[^}|]*) | \{\{-?\s*([^}|]*?)\s*(?:\|[^}|]*)*\|\s*(?:safe|raw|safeHTML|noescape|safe_join)\b | \{!!\s*([^!]+?)\s*!!\} | <%-\s*([^%]+?)\s*-?%> | <%==\s*([^%]+?)\s*%> | <%=\s*raw[\s(]+([^%]+?)\)?\s*%> | <%=\s*([^%]+?)\.html_safe\b
      | @Html\.Raw\(([^()]*(?:\([^()]*\))?[^()]*)\) | \{@html\s+([^}]+)\} | v-html\s*=\s*["']([^"']+)["'] | \[innerHTML\]\s*=\s*["']([^"']+)["'] | __html\s*:\s*([^,}]+) | th:utext\s*=\s*["']\$\{([^}]+)\} | \$\{([^}?]+)\?no_esc\}
      | \btemplate\.HTML\(([^()]+)\) | \bescapeXml\s*=\s*["']false["'][^>]*value\s*=\s*["']\$\{([^}]+)\} | value\s*=\s*["']\$\{([^}]+)\}["'][^>]*escapeXml\s*=\s*["']false["'] | \{\{\s*Markup\(([^()]+)\)"#,
);
const GROUPS: usize = 18;
/// What shows a value as text, up to the value.
static SHOWN: Pattern = Pattern::new(
    r#"(?x)\{\{-?\s*([^}]+?)\s*-?\}\} | <%=\s*([^%]+?)\s*%> | @\(?([A-Z]\w*(?:\.\w+)+) | \{\s*([A-Za-z_$][\w.$?\[\]'"]*)\s*\} | v-text\s*=\s*["']([^"']+)["'] | \[(?:textContent|innerText)\]\s*=\s*["']([^"']+)["'] | th:text\s*=\s*["']\$\{([^}]+)\} | \$\{([^}]+)\}"#,
);
const SHOWN_GROUPS: usize = 8;
/// The name at the beginning of a value, with its fields.
static NAME: Pattern = Pattern::new(r#"^\(?\s*[@$]?([A-Za-z_]\w*(?:(?:\??\.|->|\[\s*['"]?)[A-Za-z_]\w*(?:['"]?\s*\])?)*)"#);
/// A value that only chooses between two others is not what is shown.
static CHOOSES: Pattern = Pattern::new(r"\s\?\s[^?]*\s:\s");
/// What makes it harmless, or makes markup of it on purpose.
static TAMED: Pattern = Pattern::new(
    r"(?i)saniti[sz]e|bleach|purif|escape|\be\(|\bh\(|strip_?tags|striptags|\bclean|xss|nh3|htmlspecialchars|encode|nl2br|linebreaks|tojson|to_json|json_encode|json_script|\|\s*json",
);
static RENDERED: Pattern = Pattern::new(r"(?i)markdown|marked|\bmd\b|render|highlight|html|icon|svg|trans|i18n|\bt\(|__\(");

/// Words of [`RAW`] that would be taken for one of [`RENDERED`].
static MARKS: Pattern = Pattern::new(r"innerHTML|dangerouslySetInnerHTML|__html|v-html|@html|Html\.Raw|template\.HTML|html_safe|safeHTML");

impl Check for EscapingDropped {
    fn rule(&self) -> RuleId {
        RuleId("escaping-dropped")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(
            Reach::ANYWHERE,
            Words::named(escaping_switched::WORDS).or(Words::named([
                "{{{",
                "safe",
                "raw",
                "noescape",
                "{!!",
                "<%-",
                "<%==",
                "{@html",
                "v-html",
                "innerhtml",
                "__html",
                "utext",
                "no_esc",
                "template.html",
                "escapexml",
                "markup(",
                "text/template",
            ])),
        )
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let (Some(old), Some(side)) = (file.old().filter(|_| file.role.is_live()), file.new_side()) else { return };
        unescaped_pages(file, old, side, sink);
        let mut told = Vec::new();
        for (side, line, title, severity) in escaping_switched::gone(file) {
            told.push(line);
            sink.report(Draft::line(file, side, line).title(title).severity(severity));
        }
        let mut shown: Vec<String> = Vec::new();
        for line in old.changed_lines().filter(|line| line.text.len() < LONGEST).take(MOST) {
            let raw: Vec<String> = values(&RAW, GROUPS, line.text);
            shown.extend(values(&SHOWN, SHOWN_GROUPS, line.text).into_iter().filter(|name| !raw.contains(name)));
        }
        if shown.is_empty() {
            return;
        }
        let plain = LazyCell::new(|| is_plain_text(file, side));
        // A text that a language puts together itself says a brace by two.
        let doubled = matches!(file.language, Language::Python | Language::Rust | Language::CSharp);
        let read = |line: &LineView<'_>| line.text.len() < LONGEST && !(doubled && line.text.contains("{{{"));
        for line in side.changed_lines().filter(read).take(MOST) {
            let Some(name) = values(&RAW, GROUPS, line.text).into_iter().find(|name| shown.contains(name)) else { continue };
            // What stands in the code itself is nobody's: `'&#160;'.html_safe`.
            static OWN: Pattern = Pattern::new(r"(?:'[^']*'|\x22[^\x22#]*\x22)\.html_safe\b");
            let own = OWN.is_match(line.text) && OWN.count(line.text) == MARKS.count(line.text);
            if told.contains(&line.index) || own {
                continue;
            }
            // What puts breaks between lines escapes in some languages and in PHP it does not.
            if TAMED.is_match(&breaks_lines(line.text)) {
                continue;
            }
            let severity = if renders(line.text) || *plain { Severity::Medium } else { Severity::High };
            let title = format!("`{name}` was shown as text and is put into the page as markup");
            sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
        }
    }
}

/// Whether a template makes a text without any markup, as the plain part of a mail.
fn is_plain_text(file: &FileView<'_>, side: &SideView<'_>) -> bool {
    static TAG: Pattern = Pattern::new(r"</?[A-Za-z]");
    static TEXT: Pattern = Pattern::new(r"(?i)e?mail|sms|notification|\.te?xt\b");
    static PAGE: Pattern = Pattern::new(r"(?i)\.(?:x?html?|jsx|tsx|vue|svelte|cshtml|razor|jsp|ftlh?)\b");
    let tagged = |side: &SideView<'_>| TAG.is_match(side.text());
    TEXT.is_match(&file.path) && !PAGE.is_match(file.name()) && !file.old().is_some_and(tagged) && !tagged(side)
}

/// In Go pages escape what is put into them by the package that reads them alone.
fn unescaped_pages(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let imports = |side: &SideView<'_>, name: &str| {
        side.changed_lines().find(|line| line.text.len() < 200 && line.text.contains(name)).map(|line| line.index)
    };
    let changed = || imports(old, "\"html/template\"").and(imports(side, "\"text/template\""));
    if let Some(line) = changed().filter(|_| file.language == Language::Go && !side.text().contains("\"html/template\"")) {
        let title = "Pages were written by a package that escapes what is put into them, and are by one that does not";
        sink.report(Draft::line(file, side, line).title(title).severity(Severity::High));
    }
}

/// Without `nl2br` of PHP, which leaves markup as it is.
fn breaks_lines(line: &str) -> std::borrow::Cow<'_, str> {
    if line.contains("{!!") { std::borrow::Cow::Owned(line.replace("nl2br(", "(")) } else { std::borrow::Cow::Borrowed(line) }
}

/// Whether a line makes markup of a value on purpose, by more than the mark that puts it in raw.
fn renders(line: &str) -> bool {
    let marks: Vec<Range<usize>> = MARKS.find_all(line).collect();
    RENDERED.find_all(line).any(|found| !marks.iter().any(|mark| mark.start <= found.start && found.end <= mark.end))
}

/// The names of the values that `pattern` finds, as they are called in all notations.
fn values(pattern: &'static Pattern, groups: usize, text: &str) -> Vec<String> {
    let found = (1..=groups).flat_map(|group| pattern.groups(text, group));
    found.filter_map(called).collect()
}

/// A value without calls of PHP that leave the markup in it as it is.
fn passed_on(value: &str) -> &str {
    static PASSES: Pattern = Pattern::new(
        r"^(?:\\?(?:nl2br|trim|rtrim|ltrim|ucfirst|ucwords|wordwrap|strtolower|strtoupper|Str::(?:limit|words|title|upper|lower|squish|trim))\s*\(\s*){1,3}",
    );
    PASSES.find(value).filter(|_| value.contains('$')).and_then(|call| value.get(call.end..)).unwrap_or(value)
}

/// `post['body']`, `post.body` and `post->body` are one; what is called is no name of a value.
fn called(value: &str) -> Option<String> {
    let value = passed_on(value.trim());
    let name = NAME.group(value, 1)?;
    let rest = value.split_once(name)?.1;
    if CHOOSES.is_match(rest) || rest.trim_start().starts_with('(') && !name.contains(['.', '>', '[']) || name.len() < 2 {
        return None;
    }
    // A method that is called on the value at the end of the name belongs to no field.
    let fields: Vec<&str> = name.split(['.', '>', '[', ']', '\'', '"', '-', '?', ' ']).filter(|part| !part.is_empty()).collect();
    let kept = if rest.starts_with('(') && fields.len() > 1 { fields.get(..fields.len() - 1)? } else { fields.get(..)? };
    let kept: Vec<&str> = kept.iter().copied().filter(|part| !matches!(*part, "this" | "self" | "html_safe")).collect();
    (!kept.is_empty()).then(|| kept.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_one_name_in_all_notations() {
        for value in ["note['text']", "note.text", "$note->text", "note.text.replace('a', 'b')", "this.note.text", "@note.text"] {
            assert_eq!(called(value).as_deref(), Some("note.text"), "{value}");
        }
        assert!(renders("v-html=\"marked(a)\"") && !renders("v-html=\"a\" [innerHTML]=\"b\""));
        assert_eq!((called("translate('a.b')"), called("$errors->has('a') ? ' wrong' : ''")), (None, None));
    }
}
