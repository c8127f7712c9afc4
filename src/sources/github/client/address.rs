//! Where a forge is: its REST, GraphQL and git addresses. https only, but for the loopback; never an address from an answer.

use http::Uri;
use reqwest::Url;

/// The addresses of one forge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// The host for people.
    pub(super) host: String,
    rest: Url,
    graph: Url,
    git: Url,
}

impl Address {
    /// The addresses of `host`, with the REST address `api` when it is not the usual one.
    pub(super) fn of(host: &str, api: Option<&str>) -> Result<Self, String> {
        let host = host.trim().to_ascii_lowercase();
        let page = page(&host)?;
        let rest = match api {
            Some(api) => parse(api, "the API address")?,
            None => usual(&host, &page)?,
        };
        let graph = graph(&rest, &host)?;
        let git = if api.is_some() && is_loopback(&rest) { root(&rest) } else { page };
        Ok(Self { host, rest, graph, git })
    }

    /// The address of a REST route such as `/repos/o/r`.
    pub(super) fn rest(&self, route: &str) -> Result<Uri, String> {
        let base = self.rest.as_str().trim_end_matches('/');
        if !is_route(route) {
            return Err(format!("{} is no route of an API", crate::model::inert::line(route)));
        }
        format!("{base}{route}").parse().map_err(|_| format!("{} is no route of an API", crate::model::inert::line(route)))
    }

    /// The address GraphQL is posted to.
    pub(super) fn graph(&self) -> Result<Uri, String> {
        self.graph.as_str().parse().map_err(|_| format!("{} is no address", self.graph))
    }

    /// The address of git's upload-pack of `owner/name`.
    pub(super) fn upload_pack(&self, repository: &str) -> Result<Url, String> {
        let good = |part: &str| !part.is_empty() && part != "." && part != ".." && part.bytes().all(is_name);
        match repository.split_once('/') {
            Some((owner, name)) if good(owner) && good(name) => {
                let path = format!("{owner}/{}.git/git-upload-pack", name.strip_suffix(".git").unwrap_or(name));
                self.git.join(&path).map_err(|error| error.to_string())
            }
            _ => Err(format!("{} names no repository; it is owner/name", crate::model::inert::line(repository))),
        }
    }

    /// Where `location`, given by the answer to `from`, leads: an address of this very forge, or else the host it named.
    pub(super) fn follow(&self, from: &Uri, location: &str) -> Result<Uri, String> {
        let from = Url::parse(&from.to_string()).map_err(|error| error.to_string())?;
        let to = from.join(location).map_err(|_| "an address that is none".to_owned())?;
        let named = || to.host_str().map_or_else(|| to.scheme().to_owned(), str::to_owned);
        let own = to.origin() == from.origin() && to.username().is_empty() && to.password().is_none();
        if own { to.as_str().parse().map_err(|_| named()) } else { Err(named()) }
    }

    /// Where `location`, given by the answer to `from`, leads to a file: at the forge's own host or one of `hosts`, over https
    /// unless both are this machine; or else what is wrong with it.
    pub(super) fn file(&self, from: &Uri, location: &str, hosts: &[String]) -> Result<Url, String> {
        let to = Url::parse(&from.to_string()).and_then(|from| from.join(location)).ok().filter(|_| !location.is_empty());
        let to = to.ok_or_else(|| "an address that is none".to_owned())?;
        let host = to.host_str().ok_or_else(|| "an address without a host".to_owned())?;
        let here = self.is_loopback() && is_loopback(&to);
        if to.scheme() != "https" && !(to.scheme() == "http" && here) {
            return Err(format!("{host} without https"));
        }
        if !to.username().is_empty() || to.password().is_some() {
            return Err(format!("{host} with a name or a password"));
        }
        let own = to.origin() == self.rest.origin() || to.origin() == self.git.origin();
        let fits = hosts.iter().any(|known| is_below(known, host)) && (here || to.port().is_none());
        if own || fits { Ok(to) } else { Err(host.to_owned()) }
    }

    /// The route of `address`, when it is one of this forge's REST addresses.
    pub(super) fn route(&self, address: &str) -> Option<String> {
        let to = Url::parse(address).ok()?;
        let base = self.rest.path().trim_end_matches('/');
        let path = to.path().strip_prefix(base).filter(|path| path.starts_with('/'))?;
        let own = to.origin() == self.rest.origin() && to.username().is_empty() && to.password().is_none();
        own.then(|| to.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}")))
    }

    /// The API's address as a person reads it.
    pub(super) fn shown(&self) -> &str {
        self.rest.as_str().trim_end_matches('/')
    }

    /// Whether it is this machine, which no proxy and no certificate stands before.
    pub(super) fn is_loopback(&self) -> bool {
        is_loopback(&self.rest)
    }

    /// The scheme and host of the API, without a path.
    pub(super) fn origin(&self) -> String {
        self.rest.origin().ascii_serialization()
    }
}

/// Whether `route` stays what it is when it becomes an address: nothing in it climbs, ends the path or names a host.
fn is_route(route: &str) -> bool {
    let path = route.split('?').next().unwrap_or(route);
    let climbs = path.split('/').any(|part| matches!(part.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | ".."));
    let plain = route.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'#' | b'\\'));
    route.starts_with('/') && !route.starts_with("//") && plain && !climbs
}

fn is_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"-_.".contains(&b)
}

/// The page of `host`; a loopback host is reached without TLS.
fn page(host: &str) -> Result<Url, String> {
    let wrong = || format!("`{}` is no host; write it as github.com or git.example.com", crate::model::inert::line(host));
    let plain = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:".contains(&b));
    let secure = Url::parse(&format!("https://{host}/")).map_err(|_| wrong())?;
    if !plain || secure.path() != "/" {
        return Err(wrong());
    }
    if is_loopback(&secure) { Url::parse(&format!("http://{host}/")).map_err(|_| wrong()) } else { Ok(secure) }
}

fn usual(host: &str, page: &Url) -> Result<Url, String> {
    let text = match host {
        "github.com" => "https://api.github.com/".to_owned(),
        _ if host.ends_with(".ghe.com") => format!("https://api.{host}/"),
        _ => format!("{page}api/v3/"),
    };
    Url::parse(&text).map_err(|error| format!("{text}: {error}"))
}

/// Beside the REST address: Enterprise Server has them below `/api`, everybody else below the same root.
fn graph(rest: &Url, host: &str) -> Result<Url, String> {
    let base = rest.as_str().trim_end_matches('/');
    let text = match base.strip_suffix("/api/v3") {
        Some(root) => format!("{root}/api/graphql"),
        None => format!("{base}/graphql"),
    };
    Url::parse(&text).map_err(|error| format!("GraphQL of {host}: {error}"))
}

fn parse(text: &str, what: &str) -> Result<Url, String> {
    let shown = crate::model::inert::line(text);
    let url = Url::parse(text).map_err(|_| format!("{what} `{shown}` is no address; write it as https://HOST/api/v3"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("{what} holds a name or a password; leave them out, the token goes by itself"));
    }
    if url.query().is_some() || url.fragment().is_some() || url.host_str().is_none() {
        return Err(format!("{what} `{shown}` has more than a host and a path; leave the rest out"));
    }
    let allowed = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    if allowed { Ok(url) } else { Err(format!("{what} `{shown}` is not https; a token is sent over nothing else")) }
}

/// Whether `host` is `known`, or lies below it where that begins with `*.`.
fn is_below(known: &str, host: &str) -> bool {
    match known.strip_prefix('*') {
        Some(domain) => domain.starts_with('.') && host.len() > domain.len() && host.ends_with(domain),
        None => known == host,
    }
}

fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn root(url: &Url) -> Url {
    let mut root = url.clone();
    root.set_path("/");
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(host: &str, api: Option<&str>) -> (String, String, String) {
        let address = Address::of(host, api).unwrap();
        let text = |uri: Result<Uri, String>| uri.unwrap().to_string();
        (text(address.rest("/user")), text(address.graph()), address.upload_pack("o/r").unwrap().to_string())
    }

    #[test]
    fn each_kind_of_forge_has_its_addresses() {
        let cases = [
            (
                "GitHub.com",
                None,
                "https://api.github.com/user",
                "https://api.github.com/graphql",
                "https://github.com/o/r.git/git-upload-pack",
            ),
            (
                "sub.ghe.com",
                None,
                "https://api.sub.ghe.com/user",
                "https://api.sub.ghe.com/graphql",
                "https://sub.ghe.com/o/r.git/git-upload-pack",
            ),
            (
                "git.example.com",
                None,
                "https://git.example.com/api/v3/user",
                "https://git.example.com/api/graphql",
                "https://git.example.com/o/r.git/git-upload-pack",
            ),
            (
                "github.com",
                Some("http://127.0.0.1:81"),
                "http://127.0.0.1:81/user",
                "http://127.0.0.1:81/graphql",
                "http://127.0.0.1:81/o/r.git/git-upload-pack",
            ),
            (
                "git.example.com",
                Some("https://proxy.example/gh/api/v3/"),
                "https://proxy.example/gh/api/v3/user",
                "https://proxy.example/gh/api/graphql",
                "https://git.example.com/o/r.git/git-upload-pack",
            ),
            (
                "localhost:81",
                None,
                "http://localhost:81/api/v3/user",
                "http://localhost:81/api/graphql",
                "http://localhost:81/o/r.git/git-upload-pack",
            ),
        ];
        for (host, api, rest, graph, git) in cases {
            assert_eq!(of(host, api), (rest.to_owned(), graph.to_owned(), git.to_owned()), "{host}");
        }
    }

    #[test]
    fn a_token_goes_nowhere_unsafe() {
        let refused = [
            ("github.com", Some("http://api.example.com")),
            ("github.com", Some("https://me:pw@api.example.com")),
            ("a/b", None),
            ("", None),
            ("me@github.com", None),
            ("github.com", Some("ftp://127.0.0.1")),
        ];
        for (host, api) in refused {
            assert!(Address::of(host, api).is_err(), "{host} {api:?}");
        }
        let address = Address::of("github.com", None).unwrap();
        for route in ["repos", "//evil.example/x", "/a/../b", "/a/%2E./b", "/a/.", "/a b", "/a#b", "/a\\\\b", "https://evil.example/"] {
            assert!(address.rest(route).is_err(), "{route}");
        }
        for repository in ["o", "o/r/x", "../r", "o/..", "o/r?x"] {
            assert!(address.upload_pack(repository).is_err(), "{repository}");
        }
    }

    #[test]
    fn files_are_read_from_believed_hosts_only() {
        let hosts = ["*.actions.githubusercontent.com".to_owned(), "*.blob.core.windows.net".to_owned(), "logs.example".to_owned()];
        let address = Address::of("git.example.com", None).unwrap();
        let from = address.rest("/repos/o/r/actions/runs/1/logs").unwrap();
        let file = |to: &str| address.file(&from, to, &hosts).map(|url| url.to_string());
        let taken = [
            "https://pipelines.actions.githubusercontent.com/x?sig=1",
            "https://a.b.blob.core.windows.net/x",
            "https://logs.example/x",
            "https://git.example.com/_services/x",
        ];
        for to in taken {
            assert_eq!(file(to).as_deref(), Ok(to));
        }
        assert_eq!(file("/_services/x").as_deref(), Ok("https://git.example.com/_services/x"));
        let refused = [
            "https://evil.example/x",
            "http://logs.example/x",
            "https://logs.example:8443/x",
            "https://me@logs.example/x",
            "https://blob.core.windows.net/x",
            "https://evilblob.core.windows.net/x",
            "https://a.blob.core.windows.net.evil.example/x",
            "https://logs.example./x",
            "http://127.0.0.1/x",
            "https://127.0.0.1/x",
            "file:///etc/passwd",
            "data:,x",
            "https://",
        ];
        for to in refused {
            assert!(file(to).is_err(), "{to}");
        }
        let here = Address::of("github.com", Some("http://127.0.0.1:81")).unwrap();
        let from = here.rest("/x").unwrap();
        assert!(here.file(&from, "http://localhost:82/x", &["localhost".to_owned()]).is_ok());
        assert!(here.file(&from, "http://localhost:82/x", &hosts).is_err(), "a loopback host that nobody named");
    }

    #[test]
    fn only_the_same_forge_is_followed() {
        let address = Address::of("git.example.com", None).unwrap();
        let from = address.rest("/repos/o/r").unwrap();
        assert_eq!(address.follow(&from, "/api/v3/repositories/1").unwrap(), "https://git.example.com/api/v3/repositories/1");
        assert_eq!(address.follow(&from, "https://evil.example/x").unwrap_err(), "evil.example");
        assert!(address.follow(&from, "http://git.example.com/x").is_err(), "the same host without TLS");
        assert!(address.follow(&from, "https://me@git.example.com/x").is_err());
        assert_eq!(address.route("https://git.example.com/api/v3/repos?page=2").as_deref(), Some("/repos?page=2"));
        assert_eq!(address.route("https://git.example.com/other/repos?page=2"), None);
        assert_eq!(address.route("https://evil.example/api/v3/repos?page=2"), None);
    }
}
