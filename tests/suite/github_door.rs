//! How the real program comes to GitHub: which host, which token, which proxy, whom it believes; and that a token goes nowhere else.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use lazaret::model::cancel::Cancel;
use lazaret::model::forge::{Call, Forge as _};
use lazaret::sources::github::client::GithubClient;
use lazaret::sources::github::client::setup::Setup;
use tempfile::TempDir;

use crate::github::GitHub;
use crate::github::account::Role;
use crate::program::{Program, files};
use crate::scripted::{Reply, Seen, Server, json};
#[cfg(target_os = "linux")]
use crate::secret_bus::{self, Keyring};

/// A token that is nobody's.
const TOKEN: &str = concat!("gh", "p_0123456789abcdefghijklmnopqrstuvwxyz");

fn github(seen: &Seen, _: usize) -> Reply {
    match seen.target.as_str() {
        "/user" => json(200, r#"{"id":7,"login":"ada","type":"User"}"#).header("x-oauth-scopes", "repo, read:org"),
        "/rate_limit" => json(
            200,
            r#"{"resources":{"core":{"limit":5000,"remaining":4990,"reset":4102444800},"graphql":{"limit":5000,"remaining":1,"reset":0}}}"#,
        ),
        _ => json(404, r#"{"message":"Not Found"}"#),
    }
}

struct Home {
    folder: TempDir,
    program: Program,
}

fn home() -> Home {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path(), folder.path().join("home"));
    Home { folder, program }
}

impl Home {
    /// What `lazaret doctor` says under these variables, standard error after standard output.
    fn doctor(&self, variables: &[(&str, &str)], more: &[&str]) -> String {
        let mut command = self.program.command(&[&["doctor"], more].concat());
        let output = command.envs(variables.iter().copied()).output().unwrap();
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
    }

    fn settings(&self, text: &str) {
        let folder = self.program.home.join("config");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("settings.toml"), text).unwrap();
    }

    /// A PATH on which `gh` knows a token for `host`, and nothing else is found but the shell's own folder.
    fn gh(&self, host: &str, token: &str) -> String {
        let folder: PathBuf = self.folder.path().join("bin");
        std::fs::create_dir_all(&folder).unwrap();
        let script = format!("#!/bin/sh\n[ \"$*\" = 'auth token --hostname {host}' ] && echo '{token}'\n");
        std::fs::write(folder.join("gh"), script).unwrap();
        std::fs::set_permissions(folder.join("gh"), std::fs::Permissions::from_mode(0o755)).unwrap();
        format!("{}:/usr/bin:/bin", folder.display())
    }
}

#[test]
fn tokens_are_looked_for_in_their_order() {
    let server = Server::start(github);
    let (home, api) = (home(), server.address());
    let path = home.gh("github.com", "from-gh");
    let all = [
        ("PATH", path.as_str()),
        ("LAZARET_GITHUB_API", api.as_str()),
        ("GITHUB_TOKEN", "third"),
        ("GH_TOKEN", "second"),
        ("LAZARET_TOKEN", "first"),
    ];
    let cases: [(usize, &[&str], &str, &str); 5] = [
        (2, &[], "from-gh", "gh auth token"),
        (3, &[], "third", "GITHUB_TOKEN"),
        (4, &[], "second", "GH_TOKEN"),
        (5, &[], "first", "LAZARET_TOKEN"),
        (5, &["--token-command", "echo zeroth $LAZARET_TOKEN_HOST | tr ' ' -"], "zeroth-github.com", "the token command"),
    ];
    for (count, options, token, from) in cases {
        let asked = server.seen().len();
        let said = home.doctor(&all[..count], options);
        assert!(said.contains(&format!("ada's, from {from}; scopes repo, read:org")), "{from}: {said}");
        assert!(said.contains("REST 4990 of 5000") && said.contains("GraphQL 1 of 5000"), "{said}");
        assert!(!said.contains(token) || from.contains(token), "{said}");
        for seen in &server.seen()[asked..] {
            assert_eq!(seen.header("authorization"), format!("Bearer {token}"));
        }
    }
}

#[test]
fn a_token_of_the_environment_goes_to_its_own_host_only() {
    let server = Server::start(github);
    let (home, api) = (home(), server.address());
    let path = home.gh("other.example", "from-gh");
    // GH_HOST says whose the token is.
    let said = home.doctor(&[("PATH", &path), ("GH_HOST", "other.example"), ("LAZARET_GITHUB_API", &api)], &[]);
    assert!(said.contains("other.example at http://127.0.0.1") && said.contains("from gh auth token"), "{said}");
    let said = home.doctor(&[("PATH", &path), ("LAZARET_GITHUB_API", &api)], &[]);
    assert!(said.contains("none    github      github.com at") && said.contains("there is no token for github.com"), "{said}");
}

#[test]
fn a_token_is_in_nothing_that_is_said_or_left_behind() {
    let server = Server::start(|_, _| json(401, &format!(r#"{{"message":"Bad credentials {TOKEN}"}}"#)).header("etag", TOKEN));
    let (home, api) = (home(), server.address());
    let said = home.doctor(&[("LAZARET_TOKEN", TOKEN), ("LAZARET_GITHUB_API", &api), ("LAZARET_LOG", "trace"), ("RUST_LOG", "trace")], &[]);
    assert!(said.contains("refuses the token") && said.contains("[TOKEN]") && !said.contains(TOKEN), "{said}");
    assert!(!home.program.home.exists(), "it leaves nothing behind");
}

/// What the doctor says when the session bus has this keyring, and the server that it may have asked.
#[cfg(target_os = "linux")]
fn with_keyring(keyring: Keyring) -> (String, Server) {
    let (home, server) = (home(), Server::start(github));
    let bus = secret_bus::start(&home.folder.path().join("bus"), keyring);
    let variables = [("PATH", "/nowhere"), ("DBUS_SESSION_BUS_ADDRESS", bus.as_str()), ("LAZARET_GITHUB_API", &server.address())];
    (home.doctor(&variables, &[]), server)
}

#[test]
#[cfg(target_os = "linux")]
fn the_system_keyring_is_asked_last_and_its_token_is_used() {
    let (said, server) = with_keyring(Keyring::Holds("github.com", TOKEN.into()));
    assert!(said.contains("ada's, from the system keyring; scopes repo, read:org") && !said.contains(TOKEN), "{said}");
    assert!(server.seen().iter().all(|seen| seen.header("authorization") == format!("Bearer {TOKEN}")));
    let (said, server) = with_keyring(Keyring::Holds("other.example", TOKEN.into()));
    assert!(said.contains("there is no token for github.com; set GH_TOKEN") && server.seen().is_empty(), "{said}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_keyring_that_cannot_be_read_is_told_in_time() {
    for (keyring, says) in [
        (Keyring::Locked, "for github.com (the system keyring has one, but is locked: unlock it and try again); set GH_TOKEN"),
        (Keyring::Silent, "(the system keyring did not answer within 5 seconds)"),
        (Keyring::Absent, "(the system keyring could not be asked: DBus error"),
        (Keyring::Holds("github.com", vec![0xff, 0xfe]), "(the entry of the system keyring is no text)"),
    ] {
        let begun = std::time::Instant::now();
        let (said, server) = with_keyring(keyring);
        assert!(said.contains("none    github") && said.contains(says) && server.seen().is_empty(), "{says}: {said}");
        assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{says}");
    }
    let variables = |address| [("PATH", "/nowhere"), ("DBUS_SESSION_BUS_ADDRESS", address)];
    for (address, says) in [
        ("", "there is no session bus"),
        ("unix:path=/nowhere/bus", "the system keyring could not be asked"),
        ("tcp:host=bus.example,port=1", "names no socket of this machine"),
        ("unix:path=/nowhere/bus;unixexec:path=/bin/sh", "names no socket of this machine"),
    ] {
        let said = home().doctor(&variables(address), &[]);
        assert!(said.contains(says), "{address}: {said}");
    }
}

#[test]
fn a_token_command_that_fails_is_told() {
    let home = home();
    for (command, says) in [("exit 3", "the token command failed"), ("true", "printed nothing")] {
        let said = home.doctor(&[("LAZARET_TOKEN", TOKEN)], &["--token-command", command]);
        assert!(said.contains("broken  github") && said.contains(says), "{command}: {said}");
    }
}

#[test]
fn a_proxy_is_used_and_learns_no_token() {
    let proxy = Server::start(|_, _| Reply::status(403));
    let home = home();
    let said = home.doctor(&[("LAZARET_TOKEN", TOKEN), ("GH_HOST", "git.example.com"), ("HTTPS_PROXY", &proxy.address())], &[]);
    assert!(said.contains("broken  github") && said.contains("could not be reached"), "{said}");
    let seen = proxy.seen();
    assert!(!seen.is_empty());
    for seen in seen {
        assert_eq!((seen.method.as_str(), seen.target.as_str()), ("CONNECT", "git.example.com:443"));
        assert!(!format!("{seen:?}").contains(TOKEN) && seen.header("authorization").is_empty());
    }
    let unused = Server::start(|_, _| Reply::status(403));
    let server = Server::start(github);
    let variables = [("LAZARET_TOKEN", TOKEN), ("LAZARET_GITHUB_API", &*server.address()), ("HTTP_PROXY", &*unused.address())];
    assert!(home.doctor(&variables, &[]).contains("ada's"), "the loopback needs no proxy");
    assert_eq!(unused.seen().len(), 0);
}

#[test]
fn an_authority_of_a_file_is_believed_and_nobody_else() {
    let (server, authority) = Server::secure(github);
    let home = home();
    let address = server.address();
    let variables = [("LAZARET_TOKEN", TOKEN), ("LAZARET_GITHUB_API", address.as_str())];
    let said = home.doctor(&variables, &[]);
    assert!(said.contains("could not be reached") && said.contains("certificate"), "{said}");
    assert_eq!(server.seen().len(), 0, "no token to a server that could be anybody");

    home.settings("[github]\nca-file = \"house.pem\"\n");
    std::fs::write(home.program.home.join("config/house.pem"), authority).unwrap();
    let said = home.doctor(&variables, &[]);
    assert!(said.contains("ada's"), "{said}");

    std::fs::write(home.program.home.join("config/house.pem"), "not PEM").unwrap();
    let said = home.doctor(&variables, &[]);
    assert!(said.contains("house.pem cannot be used"), "{said}");
}

#[test]
fn what_cannot_be_an_address_is_said_at_once() {
    let home = home();
    let said = home.doctor(&[("LAZARET_TOKEN", TOKEN), ("LAZARET_GITHUB_API", "http://api.example.com")], &[]);
    assert!(said.contains("is not https"), "{said}");
    home.settings("[github]\nhosts = []\n");
    let said = home.doctor(&[], &[]);
    assert!(said.contains("settings.toml:2: hosts is a list of at least one host"), "{said}");
}

#[test]
fn what_was_read_once_is_read_again_without_the_network_and_no_file_holds_the_token() {
    let github = GitHub::start();
    github.repo("acme/api").role("maker", Role::Write);
    let token = github.token("maker", &["repo", "read:org"]);
    let pull =
        github.repo("acme/api").pull("Tidy the login").by_bot("devin-ai-integration[bot]", 158_243_242).branch("devin/1767603600-login");
    let number = pull.commit("Tidy", &[("src/login.py", "def login():\n    return True\n")]).open();
    let (home, api) = (home(), github.url());
    let run = |arguments: &[&str]| {
        let variables = [("LAZARET_TOKEN", token.as_str()), ("LAZARET_GITHUB_API", api.as_str()), ("LAZARET_LOG", "trace")];
        let output = home.program.command(arguments).envs(variables).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let target = format!("acme/api#{number}");
    let (code, never, says) = run(&["scan", &target, "--offline"]);
    assert!(code == Some(2) && never.is_empty() && says.contains("nothing is kept of"), "{code:?} {never} {says}");

    let online = run(&["scan", &target]);
    assert!(online.0 != Some(2) && online.1.contains("Tidy the login"), "{online:?}");
    assert!(run(&["list", "acme/api"]).1.contains("Tidy the login"));
    let asked = github.seen().len();
    let offline = run(&["scan", &target, "--offline"]);
    assert_eq!((offline.0, &offline.1), (online.0, &online.1), "{}", offline.2);
    assert!(offline.2.contains("github.com was not asked: what it said was kept from earlier"), "{}", offline.2);
    assert!(!online.2.contains("kept from earlier"), "{}", online.2);
    assert!(run(&["list", "acme/api", "--offline"]).1.contains("Tidy the login"));
    assert_eq!(github.seen().len(), asked, "nothing was asked");

    let kept = files(&home.program.home);
    assert!(kept.iter().any(|(path, _)| path.ends_with("answers.db")));
    for (path, bytes) in kept {
        assert!(!bytes.windows(token.len()).any(|part| part == token.as_bytes()), "{}", path.display());
    }
}

/// Run by [`the_log_holds_our_own_words_only`], as a process of its own: a process has one log.
#[test]
#[ignore = "only run by the_log_holds_our_own_words_only, as a process of its own"]
fn asking_with_a_log() {
    let log = PathBuf::from(std::env::var_os("LAZARET_TEST_LOG").unwrap());
    let guard = lazaret::runtime::log::start(&log).unwrap();
    let server = Server::start(|seen, _| match seen.target.as_str() {
        "/repos/old/r" => Reply::status(301).header("location", "/repos/new/r"),
        _ => json(200, "{}"),
    });
    let setup = Setup { api: Some(server.address()), token: Some(TOKEN.into()), ..Setup::new("github.com") };
    let client = GithubClient::connect(setup).unwrap();
    client.call(&Call::get("/repos/old/r"), &Cancel::default()).unwrap();
    drop(guard);
}

#[test]
fn the_log_holds_our_own_words_only() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    for filter in ["trace", "hyper_util=trace,reqwest=trace,octocrab=trace,lazaret=info"] {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child.args(["--ignored", "--exact", "github_door::asking_with_a_log"]);
        let output = child.env("LAZARET_TEST_LOG", &log).env("LAZARET_LOG", filter).env("RUST_LOG", "trace").output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = std::fs::read_to_string(&log).unwrap();
        assert!(text.contains("redirected for good"), "{text}");
        let strangers: Vec<&str> = text.lines().filter(|line| !line.contains(" lazaret::")).collect();
        assert!(strangers.is_empty() && !text.contains(TOKEN), "{strangers:?}");
    }
}
