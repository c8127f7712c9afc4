//! What a job fetches from elsewhere, and whether a later line of it runs that.

use super::steps::{Step, jobs, of_job, steps};
use crate::analysis::document::node::Node;
use crate::analysis::pattern::Pattern;
use crate::model::rule::Severity;

/// Installers that half of all projects use; they are no pin either, so they stay a note.
pub(super) static KNOWN: Pattern = Pattern::new(
    r"(?ix) https://(
    sh\.rustup\.rs|static\.rust-lang\.org|astral\.sh|install\.python-poetry\.org|get\.docker\.com|deno\.land|bun\.sh|get\.pnpm\.io|fnm\.vercel\.app
  | (get|install)\.determinate\.systems|nixos\.org|cli\.github\.com|deb\.nodesource\.com|apt\.llvm\.org|raw\.githubusercontent\.com/(nvm-sh|Homebrew|helm|golangci|rustwasm|anchore|aquasecurity|reviewdog|rhysd)/
  | get\.helm\.sh|codecov\.io|uploader\.codecov\.io|sentry\.io/get-cli|fly\.io/install|sdk\.cloud\.google\.com|packages\.microsoft\.com|mise\.(run|jdx\.dev)|taskfile\.dev|just\.systems|cursor\.com|claude\.ai|opencode\.ai|raw\.githubusercontent\.com/All-Hands-AI/ )",
);

/// Files of a release, named by version.
static RELEASE: Pattern = Pattern::new(
    r"(?ix) https://( (api\.)?github\.com/(repos/)?[\w.-]+/[\w.-]+/releases/ | objects\.githubusercontent\.com | dl\.k8s\.io | kind\.sigs\.k8s\.io | storage\.googleapis\.com | dl\.google\.com | download\.docker\.com
  | releases\.hashicorp\.com | awscli\.amazonaws\.com | aka\.ms | go\.dev/dl | nodejs\.org | repo\.anaconda\.com | static\.crates\.io | registry\.npmjs\.org | [\w.-]*\.(apache|gnu|kernel|python|nixos|mozilla|llvm)\.org | repo1?\.maven\.(apache\.)?org )",
);
static SAVES: Pattern = Pattern::new(r"(?i)\b(curl|wget|iwr|irm|invoke-webrequest)\b");
static ADDRESS: Pattern = Pattern::new(r#"https?://[^\s"'|;&>)]+"#);
static INTO: Pattern =
    Pattern::new(r#"(?i)(?:\s-(?:o|O|OutFile)\s+|--output[= ]|--output-document[= ]|\s-\w*o\s+|>\s*)["']?([\w./${}-]+)"#);
static CHECKED: Pattern = Pattern::new(
    r"(?i)\b(sha(1|224|256|384|512)?sum|shasum|md5sum|gpg\s[^\n]*--verify|cosign\s+verify|minisign|gh\s+attestation\s+verify|get-filehash|certutil\s+-hashfile|openssl\s+dgst)\b",
);
static RUNS: Pattern = Pattern::new(
    r"(?i)(chmod\s+\S*(\+\S*x|[0-7]*[1357][0-7]*)\S*\s|(^|[;&|]\s*|\bsudo\s+(-\S+\s+)*)((ba|z|da|k)?sh|python[\d.]*|node|perl|ruby|php|source|\.)\s|\./)",
);
static RUNS_FETCHED: Pattern = Pattern::new(
    r"(?ix) \b(exec|eval|Function|runInThisContext|runInNewContext|vm\.run\w*)\s*\( [^\n]* (urlopen|requests\.get|httpx\.get|urllib|fetch\(|https?\.get|axios)
    | \b(os\.system|subprocess\.\w+|exec(Sync|File)?|spawn(Sync)?)\s*\( [^\n]* (curl|wget)\b [^\n]* \|\s*(ba|z|da)?sh\b",
);

/// Whether the line, in whatever language, runs what it fetches.
pub(super) fn runs_fetched(row: &str) -> bool {
    RUNS_FETCHED.is_match(row)
}

/// Whether a command only makes a file of a release runnable, as a later line may do, too.
pub(super) fn keeps_a_release(command: &str) -> bool {
    static PIPED: Pattern =
        Pattern::new(r"(?i)\|\s*(?:sudo\s+)?(?:\S*/)?(?:(?:ba|z|da|k)?sh|python[\d.]*|node|perl|ruby)\b|<\(|\beval\b|\bsource\b");
    RELEASE.is_match(command) && !PIPED.is_match(command)
}

/// A download that is run on a later line.
pub(super) struct Saved {
    /// The line that downloads.
    pub(super) row: String,
    /// What it saves.
    pub(super) name: String,
    /// A line at or above it.
    pub(super) line: usize,
    /// How much the place it comes from says.
    pub(super) severity: Severity,
}

/// The row of a script, in whatever language its step runs, that fetches what the same script evaluates.
pub(super) fn fetches_and_evaluates(text: &str) -> Option<&str> {
    static FETCHES: Pattern = Pattern::new(
        r#"(?ix)(?:\bget|\brequest|\bfetch|\burlopen|\brequests\.\w+|\bhttpx\.\w+|\baxios(?:\.\w+)?|\bgot|\bopen|\bURI\.open|\bNet::HTTP\.get\w*|\bInvoke-(?:WebRequest|RestMethod)|\biwr|\birm|\bDownloadString|\bfile_get_contents|\bLWP::Simple::get)\s*(?:\(\s*)?(?:-Uri\s+)?(?:new\s+URL\(|URI\(|URI\.parse\()?\s*["'`]https?://"#,
    );
    static EVALUATES: Pattern = Pattern::new(
        r"(?x)\b_compile\s*\( | (?:^|[^\w.$-])eval\s*\( | (?:^|[^\w.])exec\s*\( | \bnew\s+Function\s*\( | \bvm\.run\w*\s*\( | \brunIn(?:This|New)Context\s*\( | \b(?:instance|class)_eval\b | \bInvoke-Expression\b | (?i:\|\s*iex\b|^\s*iex\b) | \bScriptBlock\]::Create",
    );
    if text.len() > 40_000 || !EVALUATES.is_match(text) {
        return None;
    }
    text.lines().map(str::trim).find(|row| !row.starts_with(['#', '/']) && FETCHES.is_match(row) && !KNOWN.is_match(row))
}

/// The downloads of a workflow or action that later lines of the same job run unchecked.
pub(super) fn saved_and_run(tree: &Node) -> Vec<Saved> {
    let of_jobs = jobs(tree).flat_map(|(_, job)| of_steps(&of_job(tree, job).collect::<Vec<_>>()));
    let own = if tree.get("runs").is_some() { of_steps(&steps(tree)) } else { Vec::new() };
    of_jobs.chain(own).collect()
}

fn of_steps(steps: &[Step<'_>]) -> Vec<Saved> {
    let texts: Vec<(&str, usize)> = steps.iter().flat_map(Step::scripts).collect();
    if texts.iter().any(|(text, _)| CHECKED.is_match(text)) {
        return Vec::new();
    }
    let mut waiting: Vec<Saved> = Vec::new();
    let mut out = Vec::new();
    for (text, line) in texts {
        for row in text.lines().map(str::trim).filter(|row| !row.starts_with('#')) {
            if let Some(at) = waiting.iter().position(|saved| runs(row, &saved.name)) {
                out.push(waiting.swap_remove(at));
            }
            waiting.extend(saved(row, line));
        }
    }
    out
}

fn saved(row: &str, line: usize) -> Option<Saved> {
    SAVES.find(row)?;
    let address = row.get(ADDRESS.find(row)?)?;
    let last = address.split(['?', '#']).next().unwrap_or(address).rsplit('/').next().unwrap_or("");
    let into = INTO.groups(row, 1).filter(|name| !name.starts_with("http") && !name.starts_with("/dev/")).last().unwrap_or(last);
    let name = into.rsplit('/').next().unwrap_or(into);
    let archive =
        [".tar", ".gz", ".tgz", ".zip", ".xz", ".bz2", ".deb", ".rpm", ".json", ".txt", ".asc", ".gpg", ".sig", ".yml", ".yaml", ".xml"];
    if name.len() < 2 || archive.iter().any(|ending| name.ends_with(ending)) {
        return None;
    }
    let severity = match () {
        () if KNOWN.is_match(row) => Severity::Info,
        () if RELEASE.is_match(row) => Severity::Low,
        () => Severity::High,
    };
    Some(Saved { row: row.to_owned(), name: name.to_owned(), line, severity })
}

/// Whether `row` makes the file `name` runnable or runs it.
fn runs(row: &str, name: &str) -> bool {
    row.match_indices(name).any(|(at, _)| {
        let whole = !row
            .get(at + name.len()..)
            .and_then(|rest| rest.chars().next())
            .is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
        let before = row.get(..at).unwrap_or("");
        whole && before.chars().next_back().is_none_or(|c| matches!(c, ' ' | '/' | '"' | '\'' | '(')) && RUNS.is_match(before)
    })
}
