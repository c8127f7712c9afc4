//! The real program in a real pseudo-terminal: it takes the terminal, and whatever happens it gives it back.

use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

use crate::world::{CLAUDE, World};

/// How long the program may take for anything, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(40);

/// What a terminal received, and what it shows.
struct Seen {
    screen: vt100::Parser,
    bytes: Vec<u8>,
}

/// A program running in a terminal of its own.
pub(crate) struct Pty {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn std::io::Write + Send>,
    seen: Arc<Mutex<Seen>>,
    home: PathBuf,
    /// Goes away with the terminal.
    passing: Option<TempDir>,
}

impl Pty {
    pub(crate) fn start(program: PathBuf, arguments: &[&str], settings: &str) -> Self {
        let passing = tempfile::tempdir().unwrap();
        let mut pty = Self::start_in(passing.path(), program, arguments, settings, &[]);
        pty.passing = Some(passing);
        pty
    }

    /// In `home`, which may hold what an earlier run kept, and with these variables.
    pub(crate) fn start_in(home: &Path, program: PathBuf, arguments: &[&str], settings: &str, more: &[(&str, &str)]) -> Self {
        std::fs::create_dir_all(home.join("config")).unwrap();
        std::fs::write(home.join("config/settings.toml"), settings).unwrap();
        let pair = native_pty_system().openpty(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        command.cwd(home);
        let variables =
            [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null")];
        variables.iter().chain(more).for_each(|(name, value)| command.env(name, value));
        command.env("HOME", home);
        command.env("LAZARET_HOME", home);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let seen = Arc::new(Mutex::new(Seen {
            screen: vt100::Parser::new(NonZeroU16::new(24).unwrap(), NonZeroU16::new(80).unwrap(), 0),
            bytes: Vec::new(),
        }));
        let (mut reader, shared) = (pair.master.try_clone_reader().unwrap(), seen.clone());
        std::thread::spawn(move || {
            let mut part = [0; 4096];
            while let Ok(count) = reader.read(&mut part) {
                if count == 0 {
                    break;
                }
                let mut seen = shared.lock().unwrap();
                seen.screen.process(&part[..count]);
                seen.bytes.extend_from_slice(&part[..count]);
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self { child, master: pair.master, keys, seen, home: home.to_owned(), passing: None }
    }

    /// The console on `world`.
    fn console(world: &World) -> Self {
        Self::start(PathBuf::from(env!("CARGO_BIN_EXE_lazaret")), &[world.path().to_str().unwrap()], "theme = \"dark\"\n")
    }

    /// The folder it runs in and keeps everything in.
    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    pub(crate) fn press(&mut self, keys: &str) -> &mut Self {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
        self
    }

    pub(crate) fn screen(&self) -> String {
        self.seen.lock().unwrap().screen.screen().contents()
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.seen.lock().unwrap().bytes.clone()
    }

    /// Whether the terminal is as it was before.
    pub(crate) fn is_given_back(&self) -> bool {
        let seen = self.seen.lock().unwrap();
        let screen = seen.screen.screen();
        !screen.alternate_screen()
            && !screen.hide_cursor()
            && !screen.bracketed_paste()
            && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
    }

    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) -> &mut Self {
        let begun = Instant::now();
        while !holds(self) {
            assert!(begun.elapsed() < PATIENCE, "{what} did not happen; the screen is:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(10));
        }
        self
    }

    #[track_caller]
    pub(crate) fn shows(&mut self, text: &str) -> &mut Self {
        self.until(text, |pty| pty.screen().contains(text))
    }

    /// The modes of the terminal's line discipline.
    pub(crate) fn modes(&self) -> String {
        format!("{:?}", self.master.get_termios().unwrap())
    }

    /// Waits until nothing was written for a while.
    #[track_caller]
    fn rests(&mut self) -> &mut Self {
        let begun = Instant::now();
        loop {
            let before = self.bytes().len();
            std::thread::sleep(Duration::from_millis(700));
            if self.bytes().len() == before {
                return self;
            }
            assert!(begun.elapsed() < PATIENCE, "the screen never rests");
        }
    }

    pub(crate) fn signal(&mut self, name: &str) -> &mut Self {
        let id = self.child.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
        self
    }

    #[track_caller]
    pub(crate) fn ends(&mut self) -> u32 {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                std::thread::sleep(Duration::from_millis(100));
                return status.exit_code();
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end; the screen is:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        drop(self.passing.take());
    }
}

fn world() -> World {
    let mut world = World::new();
    world.agent_branch("claude/one", "Add one", &[("src/one.py", "def one():\n    return 1\n")]);
    world.agent_branch("claude/two", "Add two", &[("src/two.py", "def two():\n    return 2\n")]);
    world
}

#[test]
fn it_starts_opens_resizes_and_quits() {
    let world = world();
    let mut pty = Pty::console(&world);
    pty.shows("Add one").shows("Add two").press("\r").shows("def ");
    pty.master.resize(PtySize { rows: 40, cols: 150, pixel_width: 0, pixel_height: 0 }).unwrap();
    pty.seen.lock().unwrap().screen.screen_mut().set_size(NonZeroU16::new(40).unwrap(), NonZeroU16::new(150).unwrap());
    pty.shows("files 1/1").press("qq");
    assert_eq!(pty.ends(), 0);
    assert!(pty.is_given_back());
}

#[test]
fn idle_it_writes_not_a_byte() {
    let world = world();
    let mut pty = Pty::console(&world);
    let rested = pty.shows("Add one").rests().bytes().len();
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(pty.bytes().len(), rested);
    pty.press("\u{1b}[I").press("x");
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(pty.bytes().len(), rested, "a key without meaning draws nothing");
}

#[test]
fn a_signal_gives_the_terminal_back() {
    let world = world();
    for name in ["TERM", "HUP"] {
        let mut pty = Pty::console(&world);
        pty.shows("Add one").signal(name).ends();
        assert!(pty.is_given_back(), "{name}");
    }
}

#[test]
fn a_panic_gives_the_terminal_back_and_then_speaks() {
    let arguments = ["pty::a_console_that_panics", "--exact", "--ignored", "--nocapture", "--test-threads=1"];
    let mut pty = Pty::start(std::env::current_exe().unwrap(), &arguments, "");
    assert_ne!(pty.ends(), 0);
    assert!(pty.is_given_back());
    let bytes = String::from_utf8_lossy(&pty.bytes()).into_owned();
    let (back, spoke) = (bytes.rfind("\u{1b}[?1049l").unwrap(), bytes.rfind("something is wrong").unwrap());
    assert!(back < spoke, "the words must be on the screen that stays");
}

/// Run in a terminal of its own by the test above.
#[test]
#[ignore = "takes the terminal and panics"]
fn a_console_that_panics() {
    let _terminal = lazaret::runtime::terminal::Terminal::take(true).unwrap();
    panic!("something is wrong");
}

#[test]
fn hostile_names_arrive_as_marks() {
    let mut world = World::new();
    world.branch("claude/hostile");
    world.write("a\u{1b}[2J\u{202e}.py", "x = '\u{202e}'\n\u{1b}]0;owned\u{7}\u{9b}31m\n");
    world.commit_as(CLAUDE, "Fix \u{1b}]0;owned\u{7} \u{202e}gnp");
    world.checkout("main");
    world.agent_branch("claude/two", "Add two", &[("two.py", "x = 2\n")]);
    let mut pty = Pty::console(&world);
    pty.shows("Fix ‹U+001B›]0;owned‹U+0007›")
        .press("/hostile\r\r")
        .shows("a‹U+001B›[2J‹U+202E›.py")
        .shows("x = '‹U+202E›'")
        .shows("‹U+009B›31m");
    pty.press("s").shows("Description").rests();
    let bytes = String::from_utf8_lossy(&pty.bytes()).into_owned();
    for raw in ["\u{1b}]0;", "\u{202e}", "\u{9b}", "\u{7}"] {
        assert!(!bytes.contains(raw), "{raw:?} reached the terminal");
    }
}

#[test]
fn the_whole_job_is_done_by_keys() {
    let world = world();
    world.git(&["config", "user.name", "Maintainer"]);
    world.git(&["config", "user.email", "maintainer@example.com"]);
    let mut pty = Pty::console(&world);
    pty.shows("Add one")
        .press("/one\r")
        .press("Q")
        .shows("Why quarantine")
        .press("not asked for\r")
        .shows("Yes, quarantine")
        .press("y")
        .shows("receipt");
    assert!(world.try_git(&["rev-parse", "--verify", "claude/one"]).status.code() != Some(0), "its branch is held");
    pty.press("q").press("\u{7}").shows("the chain of").shows("quarantine");
}
