//! Pages, by their lines: scripts from hosts that nothing named before, scripts that need not be what they were, forms that go elsewhere.
//!
//! A part of `foreign-code-loaded`, `sensitive-to-network` and `web-guard-loosened`; markup in templates and components counts like that of a page.

use super::hosts;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, LineView};
use crate::model::rule::Severity;

/// A longer line is data.
const LONGEST: usize = 2000;

/// A script from another host, with the address.
pub static SCRIPT: Pattern = Pattern::new(r#"(?i)<script\b[^>]*\bsrc\s*=\s*["'{`]*((?:https?:)?//[^\s"'`>}]+)"#);
/// A form that is sent to another host, with the address.
pub static FORM: Pattern = Pattern::new(r#"(?i)<form\b[^>]*\baction\s*=\s*["'{`]*((?:https?:)?//[^\s"'`>}]+)"#);
static SUM: Pattern = Pattern::new(r"(?i)\bintegrity\s*=");
static PASSWORD: Pattern = Pattern::new(r#"(?i)\btype\s*=\s*["']?password|\bname\s*=\s*["']?(?:\w*passw|cvv|card)"#);
/// Hosts made to hand out what pages load.
static HANDS_OUT: Pattern = Pattern::new(
    r"(?i)(?:^|\.)(?:jsdelivr\.net|unpkg\.com|cdnjs\.cloudflare\.com|googleapis\.com|gstatic\.com|googletagmanager\.com|google-analytics\.com|google\.com|stripe\.com|paypal\.com|jquery\.com|bootstrapcdn\.com|cloudflare\.com|cloudflareinsights\.com|facebook\.net|twitter\.com|youtube\.com|vimeo\.com|hcaptcha\.com|fontawesome\.com|polyfill-fastly\.io|skypack\.dev|esm\.sh|aspnetcdn\.com|typekit\.net|plausible\.io|sentry-cdn\.com|hs-scripts\.com|github\.io)$",
);

/// What a page loads or sends: what to say, how grave, and the line.
pub type Found = (String, Severity, usize);

/// Whether `file` holds pages or parts of them.
#[must_use]
pub fn is_page(file: &FileView<'_>) -> bool {
    let name = file.name().to_ascii_lowercase();
    let template = [
        ".erb", ".ejs", ".hbs", ".jinja", ".j2", ".twig", ".cshtml", ".jsp", ".vue", ".svelte", ".astro", ".tsx", ".jsx", ".php",
        ".gotmpl", ".tmpl",
    ];
    file.role.is_live() && (file.language == Language::Html || template.iter().any(|end| name.ends_with(end)))
}

/// A script that comes from a host nothing named before.
#[must_use]
pub fn script(file: &FileView<'_>) -> Option<Found> {
    lines(file).find_map(|line| {
        let host = host(SCRIPT.group(line.text, 1)?)?;
        if HANDS_OUT.is_match(&host) || hosts::is_own(&host) || !hosts::is_new(file, &host) {
            return None;
        }
        // A new page is written with what it loads.
        let severity = if file.old().is_none() || held(file, &line) { Severity::Low } else { Severity::Medium };
        Some((format!("The page loads a script from {host}, which nothing named before"), severity, line.index))
    })
}

/// The line of a script that may be anything now and was held to a sum, and the host it comes from.
#[must_use]
pub fn unsummed(file: &FileView<'_>) -> Option<(usize, String)> {
    let summed: Vec<String> = file
        .removed()
        .filter(|line| line.text.len() <= LONGEST && SUM.is_match(line.text))
        .filter_map(|line| SCRIPT.group(line.text, 1))
        .map(bare)
        .collect();
    if summed.is_empty() {
        return None;
    }
    lines(file).find_map(|line| {
        let address = SCRIPT.group(line.text, 1).filter(|address| summed.contains(&bare(address)))?;
        (!held(file, &line)).then(|| host(address)).flatten().map(|host| (line.index, host))
    })
}

/// A form that goes to a host nothing named before.
#[must_use]
pub fn form(file: &FileView<'_>) -> Option<Found> {
    let side = file.new_side()?;
    let known = file.removed().any(|line| line.text.len() <= LONGEST && line.text.contains("<form"));
    lines(file).find_map(|line| {
        let host = host(FORM.group(line.text, 1)?)?;
        if hosts::is_own(&host) || !hosts::is_new(file, &host) || file.old().is_none() {
            return None;
        }
        let near = (line.index..side.len().min(line.index + 30)).map(|index| side.line(index).text);
        let password = near.take_while(|text| !text.contains("</form>") || text.contains("<form")).any(|text| PASSWORD.is_match(text));
        let severity = if password && known { Severity::High } else { Severity::Medium };
        let what = if password { "a password" } else { "what somebody writes" };
        Some((format!("The form sends {what} to {host}"), severity, line.index))
    })
}

fn lines<'v>(file: &'v FileView<'_>) -> impl Iterator<Item = LineView<'v>> {
    file.added().filter(|line| line.text.len() <= LONGEST)
}

fn host(address: &str) -> Option<String> {
    hosts::of_urls(&if address.starts_with("//") { format!("https:{address}") } else { address.to_owned() }).next()
}

/// An address without its version, which may rise while the sum goes.
fn bare(address: &str) -> String {
    address.trim_start_matches("https:").trim_start_matches("http:").chars().filter(|c| !c.is_ascii_digit() && *c != '.').collect()
}

/// Whether a script is held to a sum, on its line or further on in the same element.
fn held(file: &FileView<'_>, line: &LineView<'_>) -> bool {
    let ends = line.text.contains("</script") || line.text.contains("/>");
    let further = file.new_side().filter(|_| !ends);
    let below = further.into_iter().flat_map(|side| (line.index + 1..side.len().min(line.index + 6)).map(|index| side.line(index).text));
    SUM.is_match(line.text) || below.into_iter().any(|text| SUM.is_match(text))
}
