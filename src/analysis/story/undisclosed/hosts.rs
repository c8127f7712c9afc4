//! A host that nothing named before.

use super::mention::Mentioned;
use super::{listed, unsaid};
use crate::analysis::pattern::Pattern;
use crate::model::finding::Finding;
use crate::model::rule::Severity;
use crate::model::story::Undisclosed;

static NAMED: Pattern = Pattern::new(r"^Names (\S+) for the first time$");
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
    let severity = findings.iter().filter(grave).map(|finding| finding.severity).max().unwrap_or(Severity::Low);
    let places = new.iter().map(|(_, finding)| finding.at.to_string()).collect();
    unsaid(format!("a host that nothing named before: {}", listed(new.iter().map(|(host, _)| *host))), severity, places)
}
