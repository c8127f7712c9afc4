//! The servers an agent's file names: what each would run or reach, and what is dangerous about it.

use super::lists::lists;
use crate::analysis::document::node::{Node, Value};
use crate::analysis::pattern::Pattern;
use crate::analysis::role::fold;
use crate::analysis::shell::{self, Deed};
use crate::analysis::view::FileView;
use crate::model::rule::Severity;

static VERSION: Pattern = Pattern::new(r"(@(v?\d[\w.+-]*|latest|next|beta|canary)|==\d[\w.]*)$");
static BARE_HOST: Pattern =
    Pattern::new(r"(?i)^https?://(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\])|\.(ngrok[\w-]*|trycloudflare|loca)\.\w+|^http://");
static LOCAL_HOST: Pattern = Pattern::new(r"(?i)^https?://(localhost|127\.0\.0\.1|\[::1\]|host\.docker\.internal)([:/]|$)");
static REDIRECTS: Pattern = Pattern::new(r"(?i)(_BASE_URL|_API_BASE|_PROXY|_ENDPOINT|_REGISTRY)$");

/// A server by name.
pub(super) struct Server {
    /// Its name.
    pub(super) name: String,
    /// The line of its command or address, from 0.
    pub(super) line: usize,
    /// Program and arguments, blanks between them; empty for a remote one.
    pub(super) command: String,
    /// Its address; empty for a local one.
    pub(super) url: String,
    /// Variables it gets.
    pub(super) env: Vec<(String, String)>,
    /// What it is sent with every request.
    pub(super) headers: Vec<(String, String)>,
    arguments: Vec<String>,
}

/// Why a server is dangerous.
pub(super) struct Danger {
    /// In words, after "it".
    pub(super) why: String,
    /// How serious.
    pub(super) severity: Severity,
}

/// All servers `node`, the text of `file`, names.
pub(super) fn servers(file: &FileView<'_>, node: &Node) -> Vec<Server> {
    let path = fold(&file.path);
    let keys = lists().servers.iter().filter(|entry| path.contains(&entry.path));
    let tables = keys.filter_map(|entry| node.at(&entry.key.split('/').collect::<Vec<_>>()));
    tables.flat_map(table).collect()
}

fn table(node: &Node) -> Vec<Server> {
    match &node.value {
        Value::Map(entries) => entries.iter().filter_map(|(name, node)| server(name, node)).collect(),
        Value::List(items) => items.iter().filter_map(|item| server(&item.get("name")?.scalar(), item)).collect(),
        _ => Vec::new(),
    }
}

fn server(name: &str, node: &Node) -> Option<Server> {
    let get = |keys: &[&str]| keys.iter().find_map(|key| node.get(key));
    let command = get(&["command", "cmd"]).map(|node| node.get("path").unwrap_or(node));
    let url = get(&["url", "serverUrl", "httpUrl", "uri"]);
    let line = command.or(url)?.line;
    let mut arguments = command.map(Node::texts).unwrap_or_default();
    arguments.extend(get(&["args", "arguments"]).map(Node::texts).unwrap_or_default());
    let pairs = |keys: &[&str]| {
        let entries = get(keys).map_or(&[][..], Node::entries);
        entries.iter().map(|(key, value)| (key.clone(), value.scalar())).collect()
    };
    Some(Server {
        name: name.to_owned(),
        line,
        command: arguments.join(" "),
        url: url.map(Node::scalar).unwrap_or_default(),
        env: pairs(&["env", "environment"]),
        headers: pairs(&["headers", "http_headers", "requestInit"]),
        arguments,
    })
}

impl Server {
    /// What it would run or reach, for a sentence.
    pub(super) fn deed(&self) -> String {
        if self.command.is_empty() { format!("connect to `{}`", self.url) } else { format!("run `{}`", self.command) }
    }

    /// Program and arguments without versions, and the address: what must stay for the name to mean the same.
    pub(super) fn meaning(&self) -> (Vec<String>, &str) {
        let bare = |word: &String| VERSION.find(word).map_or(word.as_str(), |found| word.get(..found.start).unwrap_or("")).to_owned();
        (self.arguments.iter().map(bare).filter(|word| !matches!(word.as_str(), "-y" | "--yes")).collect(), &self.url)
    }

    /// The program it starts.
    pub(super) fn program(&self) -> &str {
        shell::program(&self.command)
    }

    /// Whether it fetches its package at whatever version is current.
    pub(super) fn is_unpinned(&self) -> bool {
        shell::unpinned_package(&self.command).is_some()
    }

    /// The worst about it; `None` when it only runs what is there or pinned.
    pub(super) fn danger(&self) -> Option<Danger> {
        let by_command = shell::worst(&self.command).map(|deed| Danger {
            why: deed.says().to_owned(),
            severity: if deed.is_grave() || matches!(deed, Deed::Inline | Deed::Temporary) { Severity::Critical } else { Severity::High },
        });
        by_command.into_iter().chain(self.by_url()).chain(self.by_env()).chain(self.by_secret()).max_by_key(|danger| danger.severity)
    }

    fn by_url(&self) -> Option<Danger> {
        let plain = BARE_HOST.is_match(&self.url) && !LOCAL_HOST.is_match(&self.url);
        plain.then(|| Danger { why: "trusts whoever answers at a bare or unencrypted address".to_owned(), severity: Severity::High })
    }

    /// A secret of the environment that belongs to somebody else than the server.
    fn by_secret(&self) -> Option<Danger> {
        static TAKEN: Pattern = Pattern::new(r"\$(?:\{(?:env:)?)?([A-Z][A-Z0-9_]{2,})");
        /// Whose a variable is, and the words by which they are known.
        const OWNED: [(&str, &[&str]); 12] = [
            ("AWS_SECRET_ACCESS_KEY", &["aws", "amazon"]),
            ("AWS_SESSION_TOKEN", &["aws", "amazon"]),
            ("GITHUB_TOKEN", &["github", "copilot", "ghcr"]),
            ("GH_TOKEN", &["github", "copilot", "ghcr"]),
            ("NPM_TOKEN", &["npm"]),
            ("NODE_AUTH_TOKEN", &["npm", "github"]),
            ("CARGO_REGISTRY_TOKEN", &["crates", "cargo"]),
            ("GOOGLE_APPLICATION_CREDENTIALS", &["google", "gcp", "gcloud", "vertex", "firebase"]),
            ("AZURE_CLIENT_SECRET", &["azure", "microsoft"]),
            ("VAULT_TOKEN", &["vault", "hashicorp"]),
            ("SSH_PRIVATE_KEY", &["ssh"]),
            ("KUBECONFIG", &["kube", "k8s", "helm"]),
        ];
        let about = format!("{} {} {}", self.name, self.url, self.command).to_lowercase();
        let given = self.headers.iter().map(|(_, value)| value).chain(&self.arguments).chain([&self.url]);
        let taken = given.flat_map(|text| TAKEN.groups(text, 1));
        let foreign = |name: &&str| {
            // The name of the variable itself says nothing of whose server it is.
            let about = about.replace(&name.to_lowercase(), "");
            OWNED.iter().any(|(own, words)| own == name && !words.iter().any(|word| about.contains(word)))
        };
        let name = taken.into_iter().find(foreign)?;
        Some(Danger { why: format!("is handed `{name}`, which belongs to somebody else"), severity: Severity::High })
    }

    fn by_env(&self) -> Option<Danger> {
        let risky = |key: &str| lists().loading.iter().any(|name| name == key) || REDIRECTS.is_match(key);
        let (key, _) = self.env.iter().find(|(key, value)| risky(key) && !LOCAL_HOST.is_match(value))?;
        Some(Danger { why: format!("changes what its programs load or reach through `{key}`"), severity: Severity::High })
    }
}
