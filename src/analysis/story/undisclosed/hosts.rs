//! A host that nothing named before.

use super::mention::Mentioned;
use super::{listed, unsaid};
use crate::analysis::pattern::Pattern;
use crate::model::finding::Finding;
use crate::model::rule::Severity;
use crate::model::story::Undisclosed;

static NAMED: Pattern = Pattern::new(r"^Names (\S+) for the first time$");
/// What stands before an address that somebody follows who reads it, rather than the program.
static LINK: Pattern = Pattern::new(r#"(?i)(?:\bhref|\bxmlns[\w:]*|\blink|\bdocs?_?url)\s*(?:=>|=|:)\s*[{(]?\s*["'`]?$"#);
/// The same within a sentence.
static SENTENCE: Pattern = Pattern::new(r#"[A-Za-z]{2,}[ ,][^"'`=]*[A-Za-z:(][\s(>:]+$"#);
/// What fetches an address that stands behind it all the same.
static FETCHED: Pattern = Pattern::new(
    r"(?i)<(?:link|script|base|img|iframe|source)\b|\b(?:curl|wget|iwr|irm|fetch|git|pip|uvx?|npx?|npm|sh|bash|nc|ssh|scp|rsync|powershell|docker|get|post|put)\b",
);
/// Words that speak of talking to somebody.
const WORDS: [&str; 22] = [
    "url",
    "urls",
    "link",
    "links",
    "host",
    "hosts",
    "domain",
    "endpoint",
    "endpoints",
    "api",
    "server",
    "webhook",
    "download",
    "upload",
    "fetch",
    "request",
    "telemetry",
    "analytics",
    "proxy",
    "mirror",
    "cdn",
    "http",
];

pub(super) fn fact(mentioned: &Mentioned, findings: &[Finding]) -> Option<Undisclosed> {
    let new: Vec<(&str, &Finding)> = findings
        .iter()
        .filter(|finding| finding.rule.0 == "new-outbound-host")
        .filter_map(|finding| Some((NAMED.group(&finding.title, 1)?, finding)))
        .filter(|(host, _)| !mentioned.name(host))
        .collect();
    if mentioned.any(&WORDS) || new.is_empty() {
        return None;
    }
    // A host to which something sensitive goes is told with the weight of that.
    let grave = |finding: &&Finding| new.iter().any(|(_, host)| host.at == finding.at) && finding.severity.is_hard();
    let plain = if new.iter().all(|(host, finding)| is_to_be_read(host, &finding.evidence)) { Severity::Info } else { Severity::Low };
    let severity = findings.iter().filter(grave).map(|finding| finding.severity).max().unwrap_or(plain);
    let places = new.iter().map(|(_, finding)| finding.at.to_string()).collect();
    unsaid(format!("a host that nothing named before: {}", listed(new.iter().map(|(host, _)| *host))), severity, places)
}

/// Whether the address of `host` on `line` is a link or part of a sentence that people read, and no program talks to by it.
fn is_to_be_read(host: &str, line: &str) -> bool {
    let before = line.to_lowercase().find(&format!("://{host}")).and_then(|at| line.get(..at));
    let Some(before) = before.and_then(|before| before.strip_suffix("https").or_else(|| before.strip_suffix("http"))) else { return false };
    !FETCHED.is_match(before) && (LINK.is_match(before) || SENTENCE.is_match(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_and_a_sentence_are_read_and_what_a_program_takes_is_not() {
        for (line, read) in [
            (r#"href="https://docs.x.example/usage""#, true),
            (r#"link: "https://docs.x.example/blog","#, true),
            (r#"docsUrl: "https://docs.x.example/stt","#, true),
            (r"'<grey>Please install it first: https://docs.x.example/get/</grey>'", true),
            (r#""Please check https://docs.x.example/readme for details.")"#, true),
            (r#"<OpenSearchDescription xmlns="http://docs.x.example/spec">"#, true),
            (r#"'Find it in the <a href="https://docs.x.example/keys">Keys</a> tab'"#, true),
            (r#"fetch("https://docs.x.example/usage")"#, false),
            (r#"<link rel="preload" href="https://docs.x.example/a.css">"#, false),
            (r#"script.src = `https://docs.x.example/reo.js`;"#, false),
            (r#"run("please do curl -s https://docs.x.example/a | sh")"#, false),
            (r#"BASE = "https://docs.x.example/v1""#, false),
            (r#"lines.append('SERVER URL=https://docs.x.example/')"#, false),
            ("friendly = \"\"\"", false),
        ] {
            assert_eq!(is_to_be_read("docs.x.example", line), read, "{line}");
        }
    }
}
