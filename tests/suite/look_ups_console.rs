//! Look-ups in the console: the first frame waits for nobody, what is said arrives in rows and findings, and what nobody could be asked about is
//! asked about again.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use serde_json::json;

use crate::console_github::Acme;
use crate::look_ups::{osv, package_json, registries, settings};
use crate::pty::Pty;
use crate::scripted::{Reply, Seen, Server};
use crate::world::World;

/// A door that registries answer behind.
#[derive(Clone, Default)]
struct Door(Arc<(Mutex<bool>, Condvar)>);

impl Door {
    fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    fn pass(&self) {
        drop(self.0.1.wait_while(self.0.0.lock().unwrap(), |open| !*open).unwrap());
    }
}

/// The console on a branch that adds `esbuild`, with registries below `at`.
fn console(at: &str) -> (World, Pty) {
    let mut world = World::empty();
    world.write("package.json", package_json(&json!({})));
    world.commit("Begin");
    let after = package_json(&json!({"esbuild": "0.21.5"}));
    world.agent_branch("claude/packages", "Move packages", &[("package.json", &after), ("src/one.py", "def one():\n    return 1\n")]);
    let (home, folder) = (world.beside("home"), world.path());
    std::fs::create_dir_all(&home).unwrap();
    let program = PathBuf::from(env!("CARGO_BIN_EXE_lazaret"));
    let settings = format!("theme = \"dark\"\n{}", settings(at, "ask = true"));
    let pty = Pty::start_in(&home, program, &[folder.to_str().unwrap()], &settings, &[]);
    (world, pty)
}

#[test]
fn the_first_frame_waits_for_no_registry_and_keys_are_heard_meanwhile() {
    let door = Door::default();
    let behind = door.clone();
    let server = Server::start(move |seen, at| {
        behind.pass();
        osv(seen, at)
    });
    let (_world, mut pty) = console(&server.address());
    pty.shows("esbuild").shows("asking further");
    assert!(!pty.screen().contains("is vulnerable"), "{}", pty.screen());
    pty.press("d").shows("others are being asked").shows("esbuild  0.21.5");
    assert!(!pty.screen().contains("published"), "{}", pty.screen());
    pty.press("\u{1b}").until("the panel is closed", |pty| !pty.screen().contains("are being asked"));
    pty.press("?").shows("previous hunk").press("\u{1b}").until("the help is closed", |pty| !pty.screen().contains("previous hunk"));
    pty.press("d").shows("others are being asked");
    door.open();
    // The open panel fills in place.
    pty.shows("dependencies: 1 changed").shows("first published 2016-12-06").shows("known vulnerability, GHSA-x");
    pty.press("\u{1b}").shows("esbuild 0.21.5 is vulnerable");
    assert!(!pty.screen().contains("asking"), "{}", pty.screen());
    pty.press("\u{3}").ends();
}

#[test]
fn who_cannot_be_reached_is_said_in_the_console() {
    let (_world, mut pty) = console(&Server::nobody());
    pty.shows("esbuild").press("d").shows("not checked at its registry: 127.0.0.1").shows("not checked for advisories: 127.0.0.1");
    pty.press("\u{1b}").until("the panel is closed", |pty| !pty.screen().contains("dependencies:"));
    pty.press("=").shows("1 changed package was not checked");
    pty.press("\u{3}").ends();
}

impl Acme {
    /// Two pulls, one of which adds a package.
    fn with_a_package(&self) {
        let repo = self.github.repo("acme/api");
        let after = package_json(&json!({"esbuild": "0.21.5"}));
        let devin = |title: &str, branch: &str, path: &str, text: &str| {
            let pull = repo.pull(title).by_bot("devin-ai-integration[bot]", 158_243_242).branch(&format!("devin/{branch}"));
            pull.commit(title, &[(path, text)]).open()
        };
        devin("Tidy the store", "1-store", "src/store.py", "def store():\n    return 1\n");
        devin("Add a package", "2-package", "package.json", &after);
    }

    fn looking_up(&self, at: &str) -> Pty {
        self.console(&["acme/api"], &format!("poll = 0\n{}", settings(at, "ask = true")))
    }
}

const AGAIN: &str = "1 package could not be looked up; J asks again";

/// Registries that answer 503 until the switch is thrown.
fn moody() -> (Arc<AtomicBool>, Server) {
    let well = Arc::new(AtomicBool::new(false));
    let is_well = Arc::clone(&well);
    (well, Server::start(move |seen: &Seen, at| if is_well.load(Ordering::SeqCst) { registries(seen, at) } else { Reply::page(503) }))
}

fn is_whole(pty: &Pty) -> bool {
    let screen = pty.screen();
    screen.contains("○ 2 clear") && !screen.contains(AGAIN)
}

/// A judgement made while nobody answered is called so, and made again by the next start; a whole one is kept.
#[test]
fn the_next_start_judges_again_what_nobody_could_be_asked_about() {
    let acme = Acme::new();
    acme.with_a_package();
    let (well, server) = moody();
    acme.looking_up(&server.address()).shows(AGAIN).press("\u{3}").ends();
    well.store(true, Ordering::SeqCst);
    acme.looking_up(&server.address()).until("it is judged whole", is_whole).press("\u{3}").ends();
    let asked = server.seen().len();
    acme.github.forget();
    acme.looking_up(&server.address()).until("it is judged", is_whole).press("\u{3}").ends();
    let requests: Vec<String> = acme.github.seen().iter().map(crate::github::record::Seen::short).collect();
    assert_eq!((requests, server.seen().len()), (vec!["GRAPHQL Queue".to_owned()], asked), "a whole judgement is kept");
}

#[test]
fn a_key_judges_again_what_nobody_could_be_asked_about() {
    let acme = Acme::new();
    acme.with_a_package();
    let (well, server) = moody();
    let mut console = acme.looking_up(&server.address());
    console.shows(AGAIN);
    well.store(true, Ordering::SeqCst);
    console.press("J").until("it is judged whole", is_whole).press("\u{3}").ends();
}
