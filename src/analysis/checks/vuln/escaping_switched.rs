//! Escaping that was switched off: a value that is called markup on a line that else stayed, a setting that went, a call that escaped its values.
//! Never what was raw before, and never how a page of templates is read: that is `escaping_dropped`'s.

use std::borrow::Cow;

use super::pairs::pairs;
use super::twins::twins;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// A longer line is data.
const LONGEST: usize = 400;
/// More lines are a rewrite.
const MOST: usize = 2_000;

/// What calls a value markup: maud, Blazor, Razor, Rails, Django, Jinja, Go, kotlinx.html.
static CALLED_MARKUP: Pattern = Pattern::new(
    r"\bPreEscaped\s*\(|\(MarkupString\)|\bnew\s+(?:MarkupString|HtmlString)\s*\(|\bHtml\.Raw\s*\(|\.html_safe\b|\.htmlSafe\b|\bunsafe\s*\{\s*(?:\+|raw\s*\()|^\s*raw\s*\(|\bmark_safe\s*\(|\bMarkup\s*\(|\bSafeString\s*\(|\btemplate\.HTML\s*\(|\.(?:SetHtmlContent|AppendHtml|appendHTML|setInnerHTML)\s*\(",
);
/// What escapes a value on a page of JSP, where a value alone is put in as it is.
static WRITTEN_OUT: Pattern = Pattern::new(r#"<c:out\s+value\s*=\s*["']\s*(\$\{[^}"']+\})\s*["'][^>]*/>"#);
/// What puts a value into a page as text, where a call of another name puts it in as markup.
static CALLED_TEXT: Pattern = Pattern::new(r"\.(?:SetContent|Append|appendText|setTextContent)\s*\(");
/// A literal is nobody's value.
static LITERAL: Pattern = Pattern::new(
    r#"["']\s*\.html_?[sS]afe\b|\b(?:PreEscaped|MarkupString|HtmlString|Raw|mark_safe|Markup|SafeString|HTML|Html|raw)\)?\s*\(?\s*[rf]?["'`]|\bunsafe\s*\{\s*\+\s*""#,
);
static RENDERED: Pattern =
    Pattern::new(r"(?i)markdown|marked|render|highlight|\bicon|svg|trans|i18n|saniti[sz]e|escape|purif|encode|clean|to_json|json_encode");

/// Settings by which everything that is put into a page is escaped.
static ON: Pattern = Pattern::new(
    r#"\bautoescape_on\s*\(\s*vec!\[\s*["'&]|\bautoescape["']?\s*(?:=>|=|:)\s*(?:True|true|select_autoescape|["'](?:html|name|filename))|\bescape_html["']?\s*(?:=>|=|:)\s*(?:True|true)|\bescapeHtml["']?\s*[:=]\s*true|\bautoEscaping\s*\(\s*true|\bescapeHTML\s*\(\s*true|\{%-?\s*autoescape\s+(?:on|true)"#,
);
static OFF: Pattern = Pattern::new(
    r#"\bautoescape_on\s*\(\s*(?:vec!\[\s*\]|Vec::new\(\))|\bautoescape["']?\s*(?:=>|=|:)\s*(?:False|false)\b|\bescape_html["']?\s*(?:=>|=|:)\s*(?:False|false)\b|\bescapeHtml["']?\s*[:=]\s*false|\bautoEscaping\s*\(\s*false|\bescapeHTML\s*\(\s*false|\bnoEscape\s*:\s*true|\bregister_escape_fn\s*\(\s*(?:\w+::)*no_escape|\bAutoEscape::None\b|\bdisable_escape["']?\s*(?:=>|=|:)\s*true|\bescape\s*=\s*"none"|\{%-?\s*autoescape\s+(?:off|false)"#,
);
/// Settings without which nothing is escaped: of Jinja's environment outside of Flask, of Sinatra, Tilt and Haml.
static NEEDED: Pattern = Pattern::new(r"\bautoescape\s*=\s*(?:True|select_autoescape)|\bescape_html\s*(?:=>|:)\s*true");
/// Words without which none of this is there.
pub(super) const WORDS: [&str; 17] = [
    "sethtmlcontent",
    "appendhtml",
    "preescaped",
    "markupstring",
    "htmlstring",
    "unsafe",
    "raw",
    "c:out",
    "autoescape",
    "escape_html",
    "escapehtml",
    "autoescaping",
    "noescape",
    "no_escape",
    "disable_escape",
    "format_html",
    "html.raw",
];

/// A place where escaping went: the line, what is said of it, and how grave it is.
pub(super) type Gone<'v> = (&'v SideView<'v>, usize, &'static str, Severity);

/// Every such place.
pub(super) fn gone<'v>(file: &'v FileView<'_>) -> Vec<Gone<'v>> {
    let mut found = Vec::new();
    for (was, new, line) in pairs(file, unmarked) {
        let text = new.plain_line(line.index);
        let raw = CALLED_MARKUP.count(text) > CALLED_MARKUP.count(was.text) && !LITERAL.is_match(text);
        if raw || WRITTEN_OUT.is_match(was.text) && !WRITTEN_OUT.is_match(text) {
            let severity = if raw && RENDERED.is_match(text) { Severity::Medium } else { Severity::High };
            found.push((new, line.index, "A value that the page escaped is put into it as markup", severity));
        }
    }
    found.extend(switched(file));
    found.extend(no_longer_formatted(file));
    found
}

/// A line without what calls its values markup or writes them out; nothing of lines that do neither and hold no value in markup.
fn unmarked(code: &str) -> Option<String> {
    let code = CALLED_TEXT.without(&values_alone(code)).into_owned();
    let mut kept = String::with_capacity(code.len());
    let mut from = 0;
    for mark in CALLED_MARKUP.find_all(&code) {
        kept.push_str(code.get(from..mark.start)?);
        // What begins the value stays.
        let text = code.get(mark.clone())?;
        kept.push_str(if text.ends_with('+') || text.trim_start().starts_with(['u', 'r']) && text.contains("raw") { "+" } else { "" });
        from = mark.end;
    }
    kept.push_str(code.get(from..)?);
    kept.retain(|sign| !sign.is_whitespace() && !matches!(sign, '(' | ')' | '{' | '}' | '&' | ';'));
    (kept.len() > 3).then_some(kept)
}

/// A line of a page without what writes its values out.
fn values_alone(code: &str) -> Cow<'_, str> {
    if !code.contains("<c:out") {
        return Cow::Borrowed(code);
    }
    let (mut kept, mut from) = (String::new(), 0);
    for found in WRITTEN_OUT.find_all(code) {
        kept.push_str(code.get(from..found.start).unwrap_or(""));
        kept.push_str(code.get(found.clone()).and_then(|text| WRITTEN_OUT.group(text, 1)).unwrap_or(""));
        from = found.end;
    }
    kept.push_str(code.get(from..).unwrap_or(""));
    Cow::Owned(kept)
}

/// A setting that escaped what is put into pages, and is off or gone.
fn switched<'v>(file: &'v FileView<'_>) -> Option<Gone<'v>> {
    let (old, new) = (file.old()?, file.new_side()?);
    let on = old.changed_lines().filter(|line| line.text.len() <= LONGEST).take(MOST).find(|line| ON.is_match(old.plain_line(line.index)));
    let off =
        new.changed_lines().filter(|line| line.text.len() <= LONGEST).take(MOST).find(|line| OFF.is_match(new.plain_line(line.index)));
    let still = || ON.is_match(new.plain());
    match (on, off) {
        (on, Some(off)) if !OFF.is_match(old.plain()) => {
            let severity = if on.is_some() { Severity::High } else { Severity::Medium };
            Some((new, off.index, "Pages no longer escape what is put into them", severity))
        }
        (Some(on), None) if NEEDED.is_match(old.plain_line(on.index)) && !still() => {
            Some((old, on.index, "Pages no longer escape what is put into them", Severity::High))
        }
        _ => None,
    }
}

/// Values that Django escaped as it put them into a text, in a text that is called safe now.
fn no_longer_formatted<'v>(file: &'v FileView<'_>) -> Vec<Gone<'v>> {
    static FORMATS: Pattern = Pattern::new(r"\b(?:conditional_escape|format_html(?:_join)?)\s*\(");
    static FILLED: Pattern =
        Pattern::new(r#"\bmark_safe\s*\(\s*(?:f["'][^\n]*\{|["'][^\n]*["']\s*(?:%|\.format\s*\(|\+)|[a-z_]\w*\s*(?:%|\+|\.format\s*\())"#);
    if file.language != Language::Python {
        return Vec::new();
    }
    let title = "Values that were escaped on the way into a text are put into it as they are";
    let lost = twins(file).into_iter().filter(|twin| twin.lost(&FORMATS) > twin.gained(&FORMATS) && !FORMATS.is_match(twin.after()));
    lost.filter_map(|twin| Some((twin.new, twin.added().find(|(_, text)| FILLED.is_match(text))?.0, title, Severity::High))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_the_same_but_for_what_calls_a_value_markup() {
        for (was, is) in [
            ("p { (user.bio) }", "p { (PreEscaped(&user.bio)) }"),
            ("<p>@user.Bio</p>", "<p>@((MarkupString)user.Bio)</p>"),
            ("p { +user.bio }", "p { unsafe { +user.bio } }"),
            ("p { +user.bio }", "p { unsafe { raw(user.bio) } }"),
            ("    +user.bio", "    raw(user.bio)"),
            ("tag(:p, note.text)", "tag(:p, note.text.html_safe)"),
            ("<b><c:out value=\"${a.b}\"/></b>", "<b>${a.b}</b>"),
        ] {
            assert_eq!(unmarked(was), unmarked(is), "{was}");
        }
    }
}
