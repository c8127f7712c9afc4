//! The reviewer's own editor: what it is opened on, what comes back, and that the terminal survives whatever it does. A small
//! program of the test's own stands in for it; everything else is real.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use lazaret::message::action::Action;
use lazaret::message::effect::Effect;
use lazaret::message::errand::{Edited, Errand, Sheet};
use lazaret::model::diff::Side;
use tempfile::TempDir;

use crate::pty::Pty;
use crate::screens::Desk;
use crate::world::{CLAUDE, World};

fn errand(desk: &Desk) -> &Errand {
    let last = desk.asked.iter().rev().find_map(|effect| match effect {
        Effect::Edit(errand) => Some(errand),
        _ => None,
    });
    last.unwrap()
}

fn sheet(desk: &Desk) -> &Sheet {
    match errand(desk) {
        Errand::Look(sheet) => sheet,
        Errand::Write(text) => panic!("a text was handed over: {text:?}"),
    }
}

#[test]
fn the_file_under_the_cursor_is_handed_over_whole_at_its_line() {
    let desk = Desk::new(160, 48).keys("enter t").text("/return True").keys("enter esc ctrl-o");
    let handed = sheet(&desk);
    assert_eq!((handed.path.text().as_ref(), handed.side, handed.line, handed.whole), ("src/auth/check.py", Side::New, 7, true));
    assert!(handed.text.starts_with("import os") && handed.text.ends_with("verify(record, token)\n"), "{}", handed.text);
    let desk = desk.text("/user, password").keys("enter esc ctrl-o");
    assert_eq!((sheet(&desk).side, sheet(&desk).line), (Side::New, 4), "a line that is gone leads to the next one that is there");
    let desk = desk.keys("g g ] f ctrl-o");
    assert_eq!((sheet(&desk).path.text().as_ref(), sheet(&desk).side), ("README.md", Side::Old), "a deleted file has its old side only");
    let desk = desk.keys("] f ctrl-o").shows("logo.bin is no text");
    let desk = desk.keys("! ctrl-o");
    assert_eq!(sheet(&desk).path.text(), "src/auth/check.py", "on a finding the file it is in");
    Desk::new(80, 24).keys(":").text("editor").keys("enter").shows("editor means nothing here; it works in: diff, files");
}

#[test]
fn remarks_and_reasons_are_written_outside_and_come_back() {
    let mut desk = Desk::new(160, 48).keys("enter ] f w").text("Never").keys("ctrl-o");
    assert_eq!(errand(&desk), &Errand::Write("Never".to_owned()));
    desk.act(Action::Edited(Edited::Written("Never\n\nthis\u{1b} way.\n".to_owned())));
    let desk = desk.shows("this  way.").keys("ctrl-s").shows("1 unsent");
    assert_eq!(desk.console.session.as_ref().unwrap().review.remarks[0].remark.body, "Never\n\nthis  way.");
    let mut desk = Desk::new(80, 24).keys("Q").text("because").keys("ctrl-o");
    assert_eq!(errand(&desk), &Errand::Write("because".to_owned()));
    desk.act(Action::Edited(Edited::Written("because\nit lies\n".to_owned())));
    let mut desk = desk.shows("reason: because it lies");
    desk.act(Action::Edited(Edited::Failed("ed ended with exit status: 1; nothing was taken over".to_owned())));
    desk.shows("nothing was taken over").shows("reason: because it lies");
}

/// A home, and an editor in it that does `script`.
fn editor(script: &str) -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("my editor");
    std::fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    (home, file)
}

fn world() -> World {
    let mut world = World::new();
    world.branch("claude/one");
    world.write("one.py", "# vim: set modeline:\ndef one():\n    return '\u{202e}'\n");
    world.commit_as(CLAUDE, "Add one");
    world.checkout("main");
    world.agent_branch("claude/two", "Add two", &[("two.py", "x = 2\n")]);
    world
}

fn console(world: &World, home: &TempDir, editor: &str) -> Pty {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_lazaret"));
    let secret = ["ghp_", "abcdefghijklmnopqrstuvwxyz0123456789"].concat();
    let more = [("EDITOR", "false"), ("VISUAL", editor), ("GH_TOKEN", secret.as_str())];
    let mut pty = Pty::start_in(home.path(), program, &[world.path().to_str().unwrap()], "theme = \"dark\"\n", &more);
    pty.shows("Add one").press("/one\r\r").shows("def one");
    pty
}

#[test]
fn an_editor_gets_the_terminal_and_a_harmless_copy() {
    let script = "printf '%s\\n' \"$@\" > \"$HOME/args\"; pwd > \"$HOME/cwd\"; cat \"$2\" > \"$HOME/seen\"; env > \"$HOME/env\"; ls -la . > \"$HOME/ls\"\n\
                  printf 'editor here'; read answer; printf '%s' \"$answer\" > \"$HOME/answer\"";
    let (home, file) = editor(script);
    let world = world();
    let mut pty = console(&world, &home, &format!("'{}' -x", file.display()));
    pty.press("jj\u{f}").shows("editor here").press("my jq own keys\r").shows("that was a copy of the new side").shows("def one");
    let read = |name: &str| std::fs::read_to_string(home.path().join(name)).unwrap();
    assert_eq!(read("answer"), "my jq own keys", "no key goes to the console meanwhile");
    let (args, cwd, seen, env) = (read("args"), read("cwd"), read("seen"), read("env"));
    let copy = PathBuf::from(args.lines().nth(1).unwrap());
    assert!(args.starts_with("-x\n") && copy.ends_with("new-side.py") && copy.starts_with(cwd.trim()), "{args} in {cwd}");
    assert!(!copy.starts_with(world.path()) && !copy.starts_with(home.path()));
    assert_eq!(seen, "# vim‹:› set modeline:\ndef one():\n    return '‹U+202E›'\n");
    assert!(!env.contains("ghp_"), "no token goes to another program");
    assert!(read("ls").contains("-r--r--r--"), "{}", read("ls"));
    pty.press("qq");
    assert_eq!(pty.ends(), 0);
    assert!(pty.is_given_back() && !copy.exists(), "the copy goes with the console");
}

#[test]
fn a_remark_is_written_in_an_editor() {
    let (home, file) = editor("printf ' and from outside' >> \"$1\"");
    let world = world();
    let mut pty = console(&world, &home, &format!("'{}'", file.display()));
    pty.press("wFrom inside\u{f}").shows("From inside and from outside").press("\u{13}").shows("1 unsent");
}

#[test]
fn whatever_an_editor_does_the_terminal_survives() {
    let world = world();
    let scripts = [
        ("stty raw -echo; printf '\\033[?1049h\\033[?1003h\\033[?25l'; kill -9 $$", "nothing was taken over"),
        ("exit 3", "nothing was taken over"),
        ("kill -INT $PPID; kill -QUIT $PPID; sleep 0.2", "that was a copy"),
    ];
    for (script, says) in scripts {
        let (home, file) = editor(script);
        let before = {
            let mut shell = Pty::start(PathBuf::from("/bin/sh"), &["-c", "printf ready; sleep 5"], "");
            shell.shows("ready").modes()
        };
        let mut pty = console(&world, &home, &format!("'{}'", file.display()));
        pty.press("\u{f}").shows(says).shows("def one").press("s").shows("Description").press("qqq");
        assert_eq!(pty.ends(), 0, "{script}");
        assert!(pty.is_given_back(), "{script}");
        assert_eq!(pty.modes(), before, "{script}");
    }
    let home = tempfile::tempdir().unwrap();
    let mut pty = console(&world, &home, "/nowhere/ed");
    pty.press("\u{f}").shows("could not be started").press("s").shows("Description");
    let mut pty = console(&world, &home, " ");
    pty.press("\u{f}").shows("false ended with");
}

#[test]
fn told_to_end_while_an_editor_is_open_the_console_ends_it_and_itself() {
    let (home, file) = editor("printf 'editor here'; stty raw -echo; sleep 60");
    let world = world();
    let mut pty = console(&world, &home, &format!("'{}'", file.display()));
    pty.press("\u{f}").shows("editor here").signal("TERM");
    pty.ends();
    assert!(pty.is_given_back());
}
