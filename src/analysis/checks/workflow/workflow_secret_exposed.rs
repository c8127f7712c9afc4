//! `workflow-secret-exposed`: secrets of automation, printed, dumped, or sent somewhere.

use super::steps::{added_commands, jobs, line_with, trees};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::Node;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::shell::{self, Deed};
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

static ALL_SECRETS: Pattern = Pattern::new(r"(?i)to_?json\(\s*secrets\s*\)");
static DUMP: Pattern = Pattern::new(
    r"(?i)(^|[\s;&|(`])(printenv|env|export\s+-p|set)\s*\|\s*(\S+\s*\|\s*)*(curl|wget|nc|ncat|base64|xxd|openssl|gzip|rev|tee)\b|/proc/(self|\d+|\$\$|\$\w+)/environ",
);
static SENT: Pattern = Pattern::new(
    r"(?i)\b(curl|wget)\b.*\s(-d|--data\S*|-F|--form|-T|--upload-file|--post-data|--post-file)[\s=].*(secrets\.\w+|\$\{?\w*(token|secret|password|passwd|api_?key|access_?key|private_?key|credentials?)\w*)",
);
static DISGUISED: Pattern = Pattern::new(
    r"(?i)\b(echo|printf|cat)\b[^|]*(secrets\.\w+|\$\{?\w*(token|secret|password|passwd|api_?key|access_?key|private_?key|credentials?)\w*)[^|]*\|\s*(rev|xxd|od|hexdump|fold|base32|tr\s|sed\s+['\x22]?s/\.|base64\s*(-w\s*0\s*)?(\||$|;|&))",
);
/// Hosts that already hold the secret that goes there.
static OWN_HOST: Pattern = Pattern::new(
    r"(?i)https?://(api|uploads|hooks)\.(github|slack)\.com|\$\{?\{?\s*(GITHUB_API_URL|github\.api_url|(secrets\.)?\w*WEBHOOK\w*)|registry\.npmjs\.org|pypi\.org|crates\.io|codecov\.io|sonarcloud\.io|api\.cloudflare\.com|discord\.com/api|api\.telegram\.org|localhost|127\.0\.0\.1",
);

/// See `rules/code/workflow-secret-exposed.toml`.
pub struct WorkflowSecretExposed;

impl Check for WorkflowSecretExposed {
    fn rule(&self) -> RuleId {
        RuleId("workflow-secret-exposed")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.role == Role::Workflow) else { return };
        for (index, text) in added_commands(file) {
            if let Some((title, severity)) = judged(&text) {
                sink.report(Draft::line(file, side, index).title(title).severity(severity));
            }
        }
        inherited(file, sink);
    }
}

fn judged(text: &str) -> Option<(&'static str, Severity)> {
    if ALL_SECRETS.is_match(text) {
        return Some(("All secrets of the repository are put into one text", Severity::Critical));
    }
    if DUMP.is_match(text) {
        let severity = if shell::worst(text).is_some_and(|deed| deed >= Deed::Network) { Severity::Critical } else { Severity::High };
        return Some(("The whole environment of the job is dumped, secrets included", severity));
    }
    if DISGUISED.is_match(text) {
        let severity = if text.contains("base64") { Severity::Medium } else { Severity::High };
        return Some(("A secret is printed in a form that the log's mask does not know", severity));
    }
    (SENT.is_match(text) && !OWN_HOST.is_match(text)).then_some(("A secret is sent to a host in the body of a request", Severity::High))
}

/// A workflow of another owner that is given every secret.
fn inherited(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some((old, new, side)) = trees(file) else { return };
    let gives = |job: &Node| job.get("secrets").is_some_and(|node| node.text() == Some("inherit"));
    let foreign = |job: &Node| job.get("uses").map(Node::scalar).filter(|uses| !uses.starts_with("./"));
    for (name, job) in jobs(new).filter(|(_, job)| gives(job)) {
        let known = old.and_then(|old| old.at(&["jobs", name])).is_some_and(gives);
        let Some(uses) = foreign(job).filter(|_| !known) else { continue };
        let line = line_with(side, job.line, "inherit");
        sink.report(Draft::line(file, side, line).title(format!("Every secret is given to `{uses}`")).severity(Severity::Medium));
    }
}
