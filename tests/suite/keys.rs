//! People with SSH keys and homes of their own, at one desk: made by the real `ssh-keygen`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::{Program, Run};
use crate::world::World;

/// A person with a home whose git configuration names them.
pub(crate) struct Person {
    home: PathBuf,
}

impl Person {
    /// Somebody called `name` without a key.
    pub(crate) fn new(world: &World, name: &str) -> Self {
        let home = world.beside(name);
        std::fs::create_dir_all(&home).unwrap();
        let person = Self { home };
        person.configure(&format!("[user]\n\tname = {name}\n\temail = {name}@example.com\n"));
        person
    }

    /// Somebody called `name` who signs with a key that `allowed` names.
    pub(crate) fn with_key(world: &World, name: &str) -> Self {
        let person = Self::new(world, name);
        person.make_key("");
        person.sign();
        let line = format!("{name}@example.com {}", std::fs::read_to_string(person.key().with_extension("pub")).unwrap());
        let allowed = allowed(world);
        let known = std::fs::read_to_string(&allowed).unwrap_or_default();
        std::fs::write(&allowed, known + &line).unwrap();
        person.configure(&format!("[gpg \"ssh\"]\n\tallowedSignersFile = {}\n", allowed.display()));
        person
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.home.join("key")
    }

    /// Makes a key behind this passphrase.
    pub(crate) fn make_key(&self, passphrase: &str) {
        let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", passphrase, "-f"]).arg(self.key()).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    /// Signs with that key from now on.
    pub(crate) fn sign(&self) {
        self.configure(&format!("[gpg]\n\tformat = ssh\n[user]\n\tsigningkey = {}\n", self.key().display()));
    }

    /// Adds to the person's git configuration.
    pub(crate) fn configure(&self, text: &str) {
        let file = self.home.join(".gitconfig");
        let known = std::fs::read_to_string(&file).unwrap_or_default();
        std::fs::write(file, known + text).unwrap();
    }

    /// Runs the program as this person, on the ledger that all share.
    pub(crate) fn run(&self, program: &Program, args: &[&str]) -> Run {
        Run::of(program.command(args).env("HOME", &self.home).output().unwrap())
    }

    /// As [`Self::run`], insisting on success.
    #[track_caller]
    pub(crate) fn ok(&self, program: &Program, args: &[&str]) -> String {
        let run = self.run(program, args);
        assert_eq!(run.code, 0, "{args:?}: {}{}", run.out, run.err);
        run.out
    }

    /// As [`Self::run`], insisting on a refusal in a plan that holds all of `parts`.
    #[track_caller]
    pub(crate) fn refused(&self, program: &Program, args: &[&str], parts: &[&str]) {
        let run = self.run(program, args);
        assert_eq!(run.code, 1, "{args:?}: {}{}", run.out, run.err);
        for part in parts {
            assert!(run.out.contains(part), "{part:?} is not in {}{}", run.out, run.err);
        }
    }
}

/// The file of allowed signers at that desk.
pub(crate) fn allowed(world: &World) -> PathBuf {
    world.beside("allowed_signers")
}

/// The case that a receipt or a plan names first.
#[track_caller]
pub(crate) fn case(out: &str) -> String {
    let shaped = |word: &&str| word.len() == 17 && word.as_bytes()[1] == b'-' && word.as_bytes()[10] == b'-';
    out.split(|c: char| c.is_whitespace() || c == ',').find(shaped).unwrap().to_owned()
}

/// The ledger of `program`'s home, opened by hand.
pub(crate) fn ledger(program: &Program) -> rusqlite::Connection {
    rusqlite::Connection::open(find(&program.home)).unwrap()
}

fn find(home: &Path) -> PathBuf {
    let mut pending = vec![home.to_owned()];
    while let Some(next) = pending.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.file_name().is_some_and(|name| name == "ledger.db") {
                return path;
            }
        }
    }
    panic!("there is no ledger below {}", home.display());
}
