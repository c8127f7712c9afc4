//! `workflow-secret-exposed`: secrets of automation, printed, dumped, or sent somewhere.

use super::steps::{Step, added_commands, jobs, line_with, steps, trees};
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
/// A secret behind the host's name in an address.
static IN_ADDRESS: Pattern = Pattern::new(
    r"(?i)\b(curl|wget|iwr|irm|invoke-\w+|nslookup|dig|ping)\b[^\n]*?(https?://)?([\w.-]+\.[a-z]{2,})[^\s'\x22]*[/?&=:][^\s'\x22]*(\$\{\{\s*secrets\.(\w+)|\$\{?(\w*(?:token|secret|password|passwd|api_?key|access_?key|private_?key|credential|deploy_?key)\w*))",
);
/// A secret as part of a name that is looked up.
static LOOKED_UP: Pattern = Pattern::new(
    r"(?i)\b(nslookup|dig|host|ping)\b[^\n|;&]*\$(\{\{\s*secrets\.\w+[^}]*\}\}|\{?\w*(token|secret|password|key)\w*\}?|\([^)]*(token|secret|env)\b[^)]*\))\S*\.[a-z]",
);
/// Words of secrets that are addresses themselves.
static AN_ADDRESS: Pattern = Pattern::new(r"(?i)hook|url|ping|endpoint|host|domain|uuid|_id$|\bid\b");
/// The environment handed to a request, in languages other than the shell's.
static WHOLE_ENVIRONMENT: Pattern = Pattern::new(
    r"(?i)process\.env\s*[),}\]]|\.\.\.process\.env\b|os\.environ\s*[),}\]]|dict\(\s*os\.environ|os\.environ\.(items|copy)\(|Get-ChildItem\s+env:|\bgci\s+env:|ENV\.to_h",
);
static REQUEST: Pattern = Pattern::new(
    r"(?i)\b(fetch|axios|got|request|urlopen|Request|requests\.\w+|httpx\.\w+|https?\.(request|get|post)|Invoke-(WebRequest|RestMethod)|irm|iwr|Net::HTTP\.\w+)\s*[(. ]|\.(post|put|sendall|connect)\(",
);
/// A secret taken apart so that the log's mask does not know it, in languages other than the shell's.
static TAKEN_APART: Pattern = Pattern::new(
    r"(?i)\b(print|console\.(log|error|info)|core\.(info|notice|warning|setOutput)|Write-(Host|Output)|puts|setOutput)\b[^\n]*(join\(|\[::-1\]|reverse|b64encode|btoa\(|toString\(\s*['\x22](base64|hex|binary)|hexlify|\.encode\(|\.hex\(|split\(\s*['\x22]{2}|ToBase64String|rot_?13|\bord\(|charCodeAt|\[\d*:\d*\])",
);
static OF_A_SECRET: Pattern = Pattern::new(
    r"(?i)(environ|getenv|process\.env|\$env:|ENV\[)\W*\w*(token|secret|password|passwd|api_?key|access_?key|private_?key|credential|_key)\w*|\$\{\{\s*secrets\.",
);
/// Parts of a secret printed one after the other.
static SLICED: Pattern = Pattern::new(
    r"(?i)\b(echo|printf)\b[^\n|]*\$\{\w*(token|secret|password|key)\w*:\s*\d[^}]*\}[^\n|]*\$\{\w*(token|secret|password|key)\w*:\s*\d",
);
/// Hosts that already hold the secret that goes there.
static OWN_HOST: Pattern = Pattern::new(
    r"(?i)https?://(api|uploads|hooks)\.(github|slack)\.com|\$\{?\{?\s*(GITHUB_API_URL|github\.api_url|(secrets\.)?\w*WEBHOOK\w*)|registry\.npmjs\.org|pypi\.org|crates\.io|codecov\.io|sonarcloud\.io|api\.cloudflare\.com|discord\.com/api|api\.telegram\.org|localhost|127\.0\.0\.1",
);

/// Where a runner keeps credentials: the token of the checkout, of registries, of its own services, the memory of its processes.
static KEPT_BY_RUNNER: Pattern = Pattern::new(
    r"(?i)\bgit\s+config\b[^\n;&|]*(--get\S*|--list|-l)\b[^\n;&|]*extra_?header|\bgit\s+config\b[^\n;&|]*(--list|-l)\b[^\n;&]*\|\s*(grep|base64|curl|tee|rev|xxd)|\b(cat|grep|base64|curl|cp|sed|awk|xxd|head|tail|strings)\b[^\n;&|]*(\.git/config|\.docker/config\.json|/\.git-credentials|/proc/\S+/(mem|maps)\b|\.runner\b|\.credentials(_rsaparams)?\b)|\b(echo|printf|curl)\b[^\n;|]*\$\{?ACTIONS_(RUNTIME|ID_TOKEN_REQUEST|CACHE)_TOKEN",
);
static HIDES: Pattern = Pattern::new(r"(?i)\|\s*(base64|rev|xxd|od|hexdump|tr|sed|openssl|gzip|curl|nc)\b");

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
        scripts(file, sink);
        renamed(file, sink);
        inherited(file, sink);
    }
}

/// Scripts of steps in any language, looked at as a whole.
fn scripts(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some((_, new, side)) = trees(file) else { return };
    for (text, from) in steps(new).iter().flat_map(Step::scripts) {
        let asks = REQUEST.is_match(text);
        for row in text.lines().map(str::trim).filter(|row| !row.starts_with(['#', '/'])) {
            let (title, severity) = match () {
                () if asks && WHOLE_ENVIRONMENT.is_match(row) => {
                    ("The whole environment of the job goes into a request, secrets included", Severity::Critical)
                }
                () if TAKEN_APART.is_match(row) && OF_A_SECRET.is_match(row) => {
                    ("A secret is printed in a form that the log's mask does not know", Severity::High)
                }
                () => continue,
            };
            let line = line_with(side, from, row);
            if side.is_changed(line) {
                sink.report(Draft::line(file, side, line).title(title).severity(severity));
            }
        }
    }
}

/// What turns a text into one that a mask does not know, and the same told to turn it back.
static TURNS: Pattern = Pattern::new(
    r"(?i)\|\s*(?:rev|xxd|od|hexdump|fold|base32|basenc|uuencode|gzip|openssl\s+(?:enc|base64)|tr\s+['\x22]?[\w\[]|sed\s+(?:-\w+\s+)*['\x22]?s/\.|awk\s)",
);
static TURNS_BACK: Pattern =
    Pattern::new(r"(?i)\bxxd\s+(?:-\w+\s+)*-r|\bbase32\s+(?:-d|--decode)|\|\s*tr\s+-d[^|]*$|\bopenssl\s+\w+\s+(?:-\w+\s+)*-d\b");
/// Where others read it: a result of the step, its summary, the log.
static TOLD: Pattern = Pattern::new(
    r"(?i)>>?\s*[\x22']?\$\{?GITHUB_(?:OUTPUT|STEP_SUMMARY|ENV)|::(?:set-output|notice|warning|debug)|^\s*(?:-\s*)?(?:run:\s*)?(?:echo|printf)\b[^|]*\$\(",
);
/// It ends in a name of the script, in a file, or in a program that takes it.
static KEPT: Pattern = Pattern::new(
    r"^\s*(?:export\s+|local\s+)?\w+=[\x22']?\$\(|--password-stdin|\|\s*(?:docker|gh|gpg|kubectl|aws|ssh-add|openssl|tee|sha\d+sum|shasum|wc|grep|jq)\b",
);

/// A secret under another name, turned into something that no mask knows, and told to others.
fn renamed(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some((_, new, side)) = trees(file) else { return };
    for step in steps(new) {
        let secret = |value: &Node| value.text().is_some_and(|value| value.contains("secrets."));
        let names: Vec<&str> = step.variables().filter(|(_, value)| secret(value)).map(|(name, _)| name.as_str()).take(50).collect();
        for (text, from) in step.scripts().filter(|_| !names.is_empty()) {
            for row in text.lines().map(str::trim).filter(|row| !row.starts_with('#') && row.len() < 2000) {
                let Some(first) = TURNS.find(row) else { continue };
                let before = row.get(..first.start).unwrap_or("");
                let held = |name: &&str| before.contains(&format!("${name}")) || before.contains(&format!("${{{name}"));
                let kept = KEPT.is_match(row) || TURNS_BACK.is_match(row) || !TOLD.is_match(row) && row.contains('>');
                let line = line_with(side, from, row);
                if names.iter().any(held) && !kept && side.is_changed(line) {
                    let title = "A secret is told in a form that the log's mask does not know";
                    sink.report(Draft::line(file, side, line).title(title).severity(Severity::High));
                }
            }
        }
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
    if KEPT_BY_RUNNER.is_match(text) {
        let hidden = HIDES.is_match(text) || shell::worst(text).is_some_and(|deed| deed >= Deed::Network);
        let severity = if hidden { Severity::High } else { Severity::Medium };
        return Some(("A credential that the runner keeps for itself is read", severity));
    }
    if DISGUISED.is_match(text) {
        let severity = if text.contains("base64") { Severity::Medium } else { Severity::High };
        return Some(("A secret is printed in a form that the log's mask does not know", severity));
    }
    if SLICED.is_match(text) || LOOKED_UP.is_match(text) {
        return Some(("A secret is printed or looked up in parts that no mask knows", Severity::High));
    }
    if let Some(severity) = in_address(text) {
        return Some(("A secret stands in the address of a request", severity));
    }
    let severity = (SENT.is_match(text) && !OWN_HOST.is_match(text)).then(|| in_body(text))?;
    Some(("A secret is sent to a host in the body of a request", severity))
}

/// A secret in a body is ordinary where it carries the name of the host, which gave it out.
fn in_body(text: &str) -> Severity {
    static HOST: Pattern = Pattern::new(r"(?i)\bhttps?://([\w.-]+)");
    static SECRET: Pattern = Pattern::new(r"(?i)secrets\.(\w+)|\$\{?(\w*(?:token|secret|passw(?:or)?d|key|credential)\w*)");
    let secrets: Vec<&str> = SECRET.groups(text, 1).chain(SECRET.groups(text, 2)).collect();
    let mut hosts = HOST.groups(text, 1).peekable();
    let own = hosts.peek().is_some() && hosts.all(|host| secrets.iter().all(|secret| gave_out(host, secret)));
    if own { Severity::Info } else { Severity::High }
}

/// Whether a secret carries the name of a host.
fn gave_out(host: &str, secret: &str) -> bool {
    let secret = secret.to_lowercase();
    host.to_lowercase().split('.').any(|label| label.len() >= 4 && secret.contains(label))
}

/// A secret in an address is ordinary where the host gave it out: then it carries the host's name, or is an address itself.
fn in_address(text: &str) -> Option<Severity> {
    let host = IN_ADDRESS.group(text, 3).filter(|_| !OWN_HOST.is_match(text))?;
    let secret = IN_ADDRESS.group(text, 5).or_else(|| IN_ADDRESS.group(text, 6))?.to_lowercase();
    let own = gave_out(host, &secret) || AN_ADDRESS.is_match(&secret);
    Some(if own { Severity::Info } else { Severity::High })
}

/// A workflow of another owner that is given every secret.
fn inherited(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some((old, new, side)) = trees(file) else { return };
    let gives = |job: &Node| job.get("secrets").is_some_and(|node| node.text() == Some("inherit"));
    let foreign = |job: &Node| job.get("uses").map(Node::scalar).filter(|uses| !uses.starts_with("./"));
    for (name, job) in jobs(new).filter(|(_, job)| gives(job)) {
        let before = old.and_then(|old| old.at(&["jobs", name])).filter(|job| gives(job));
        let owner = |uses: &str| uses.split('/').next().unwrap_or("").to_lowercase();
        let Some(uses) = foreign(job) else { continue };
        // The secrets that went to one owner would go to another.
        let moved = before.is_some_and(|before| foreign(before).as_deref().map(owner) != Some(owner(&uses)));
        if before.is_some() && !moved {
            continue;
        }
        let line = line_with(side, job.line, "inherit");
        sink.report(Draft::line(file, side, line).title(format!("Every secret is given to `{uses}`")).severity(if moved {
            Severity::High
        } else {
            Severity::Medium
        }));
    }
}
