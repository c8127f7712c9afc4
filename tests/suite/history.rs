//! A long, varied, deterministic history made with `git fast-import`, and what git itself says of every commit in it.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::Stdio;

use super::world::{EPOCH, HUMAN, World};

type Files = BTreeMap<Vec<u8>, (&'static str, Vec<u8>)>;

/// What `git diff-tree --numstat -M` says of one file. Lines are `None` for binary files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stat {
    pub old: Option<Vec<u8>>,
    pub path: Vec<u8>,
    pub added: Option<usize>,
    pub removed: Option<usize>,
}

/// One commit as git shows it.
pub(crate) struct Told {
    pub id: String,
    pub stats: Vec<Stat>,
    pub patch: Vec<u8>,
}

/// xorshift64*: the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap() % sides
    }

    fn word(&mut self) -> String {
        (0..3 + self.roll(6)).map(|_| char::from(b'a' + u8::try_from(self.roll(26)).unwrap())).collect()
    }

    fn line(&mut self) -> Vec<u8> {
        let indent = " ".repeat(4 * self.roll(4));
        match self.roll(24) {
            0 => b"".to_vec(),
            1 => b"--- a/not/a/header".to_vec(),
            2 => b"+++ b/not/a/header".to_vec(),
            3 => b"@@ -1,3 +1,3 @@ not a hunk".to_vec(),
            4 => b"diff --git a/x b/x".to_vec(),
            5 => format!("{indent}caf\u{e9} \u{4e2d}\u{6587} {}", self.word()).into_bytes(),
            6 => [indent.as_bytes(), b"latin-1 \xe9\xff ", self.word().as_bytes()].concat(),
            7 => format!("{}\r{}\u{2028}\u{c}", self.word(), self.word()).into_bytes(),
            8 => b"\\ No newline at end of file".to_vec(),
            9 => format!("fn {}() {{", self.word()).into_bytes(),
            10 => b"-- ".to_vec(),
            _ => format!("{indent}{} = {}({}, {});", self.word(), self.word(), self.word(), self.word()).into_bytes(),
        }
    }

    fn text(&mut self, lines: usize) -> Vec<u8> {
        let end: &[u8] = if self.roll(5) == 0 { b"\r\n" } else { b"\n" };
        let mut text = Vec::new();
        for _ in 0..lines {
            text.extend(self.line());
            text.extend_from_slice(end);
        }
        if self.roll(4) == 0 {
            text.truncate(text.len().saturating_sub(end.len()));
        }
        text
    }

    fn binary(&mut self) -> Vec<u8> {
        let size = 200 + self.roll(600);
        (0..size).map(|i| if i == 10 { 0 } else { u8::try_from(self.roll(256)).unwrap() }).collect()
    }

    /// The text with a few lines replaced, added and removed.
    fn edit(&mut self, text: &[u8], times: usize) -> Vec<u8> {
        let mut lines: Vec<Vec<u8>> = text.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
        for _ in 0..times {
            let at = self.roll(lines.len() + 1);
            let fresh = [self.line(), b"\n".to_vec()].concat();
            match self.roll(3) {
                0 if at < lines.len() => drop(lines.remove(at)),
                1 if at < lines.len() => lines[at] = fresh,
                _ if at == lines.len() && lines.last().is_some_and(|last| !last.ends_with(b"\n")) => lines.insert(0, fresh),
                _ => lines.insert(at, fresh),
            }
        }
        lines.concat()
    }

    fn path(&mut self, serial: usize) -> Vec<u8> {
        let odd: [&[u8]; 12] = [
            b"a b/c d",
            b"with\ttab",
            b"quo\"te",
            b"back\\slash",
            b"caf\xe9",
            "\u{4e2d}\u{6587}".as_bytes(),
            b"a/b/a",
            b"b/a",
            b"new\nline",
            b"-dash",
            b"x b/x",
            b"end ",
        ];
        let folder = self.roll(6);
        let mut path = format!("dir{folder}/").into_bytes();
        match self.roll(4) {
            0 => path.extend_from_slice(odd[self.roll(odd.len())]),
            _ => path.extend(self.word().into_bytes()),
        }
        path.extend(format!(".{serial}").into_bytes());
        path
    }

    fn pick(&mut self, files: &Files, mode: impl Fn(&str, &[u8]) -> bool) -> Option<Vec<u8>> {
        let fitting: Vec<_> = files.iter().filter(|(_, (m, content))| mode(m, content)).map(|(path, _)| path.clone()).collect();
        if fitting.is_empty() { None } else { Some(fitting[self.roll(fitting.len())].clone()) }
    }

    fn id(&mut self) -> Vec<u8> {
        (0..40).map(|_| b"0123456789abcdef"[self.roll(16)]).collect()
    }

    /// Moves text files of a folder to another one, edited a little or past recognition, some under another name.
    fn move_folder(&mut self, files: &mut Files) {
        let (from, to) = (self.roll(6), self.roll(6));
        let prefix = format!("dir{from}/").into_bytes();
        // A binary file that only moved counts `-` in numstat and has no line in the patch: nothing to compare.
        let moves = |(path, entry): &(&Vec<u8>, &(&str, Vec<u8>))| path.starts_with(&prefix) && !entry.1.contains(&0);
        let moving: Vec<_> = files.iter().filter(moves).map(|(path, _)| path.clone()).collect();
        for path in moving.into_iter().take(8) {
            let (mode, content) = files.remove(&path).unwrap();
            let lines = content.split(|b| *b == b'\n').count();
            let times = self.roll(lines);
            let edited = if mode.starts_with("100") { self.edit(&content, times) } else { content };
            let mut fresh = [format!("dir{to}/moved/").as_bytes(), &path[prefix.len()..]].concat();
            if self.roll(3) == 0 {
                fresh.extend_from_slice(b".renamed");
            }
            files.insert(fresh, (mode, edited));
        }
    }

    /// Changes a few files of the tree.
    fn commit(&mut self, files: &mut Files, serial: usize) {
        let is_text = |mode: &str, content: &[u8]| mode.starts_with("100") && !content.contains(&0);
        let is_long = |mode: &str, content: &[u8]| is_text(mode, content) && content.len() > 600;
        for step in 0..1 + self.roll(3) {
            let fresh = self.path(serial * 10 + step);
            match self.roll(22) {
                0..=3 => drop(files.insert(
                    fresh,
                    ("100644", {
                        let lines = 20 + self.roll(60);
                        self.text(lines)
                    }),
                )),
                4 => drop(files.insert(fresh, ("100644", Vec::new()))),
                5 => drop(files.insert(fresh, ("100644", self.binary()))),
                6 => drop(files.insert(fresh, ("120000", self.word().into_bytes()))),
                7 => drop(files.insert(fresh, ("160000", self.id()))),
                8 => {
                    if let Some(path) = self.pick(files, |_, _| true) {
                        files.remove(&path);
                    }
                }
                9 => {
                    if let Some(path) = self.pick(files, is_text) {
                        let (mode, _) = files.get_mut(&path).unwrap();
                        *mode = if *mode == "100644" { "100755" } else { "100644" };
                    }
                }
                10 => {
                    if let Some(path) = self.pick(files, |mode, _| mode == "160000") {
                        files.insert(path, ("160000", self.id()));
                    }
                }
                11 => {
                    if let Some(path) = self.pick(files, |mode, content| mode == "100644" && content.contains(&0)) {
                        files.insert(path, ("100644", self.binary()));
                    }
                }
                12 => {
                    if let Some(path) = self.pick(files, |mode, _| mode == "120000") {
                        files.insert(path, ("100644", b"no link any more\n".to_vec()));
                    }
                }
                13 | 14 => {
                    if let Some(path) = self.pick(files, is_long) {
                        let (mode, content) = files.remove(&path).unwrap();
                        let content = if self.roll(2) == 0 { content } else { self.edit(&content, 1) };
                        files.insert(fresh, (mode, content));
                    }
                }
                15 => {
                    if let Some(path) = self.pick(files, is_long) {
                        let (mode, content) = files[&path].clone();
                        let edited = self.edit(&content, 1);
                        files.insert(path, (mode, edited));
                        files.insert(fresh, (mode, content));
                    }
                }
                16 => self.move_folder(files),
                _ => {
                    if let Some(path) = self.pick(files, is_text) {
                        let (mode, content) = files[&path].clone();
                        let times = 1 + self.roll(4);
                        files.insert(path, (mode, self.edit(&content, times)));
                    }
                }
            }
        }
    }
}

/// A repository whose `main` has `commits` commits in a row, none of them a merge.
pub(crate) fn generate(commits: usize) -> World {
    let world = World::empty();
    let mut stream = Vec::new();
    let mut dice = Dice(0x1a2a_7e70_2026_1120);
    let mut before = Files::new();
    for serial in 0..commits {
        let mut after = before.clone();
        dice.commit(&mut after, serial);
        let when = EPOCH + 60 * i64::try_from(serial).unwrap();
        writeln!(
            stream,
            "commit refs/heads/main\ncommitter {} <{}> {when} +0000\ndata <<END\nCommit {serial}\nEND",
            HUMAN.name, HUMAN.email
        )
        .unwrap();
        for path in before.keys().filter(|path| !after.contains_key(*path)) {
            writeln!(stream, "D {}", quoted(path)).unwrap();
        }
        for (path, (mode, content)) in after.iter().filter(|(path, entry)| before.get(*path) != Some(*entry)) {
            if *mode == "160000" {
                writeln!(stream, "M {mode} {} {}", std::str::from_utf8(content).unwrap(), quoted(path)).unwrap();
            } else {
                writeln!(stream, "M {mode} inline {}\ndata {}", quoted(path), content.len()).unwrap();
                stream.extend_from_slice(content);
                stream.push(b'\n');
            }
        }
        before = after;
    }
    feed(&world, &["fast-import", "--quiet"], &stream);
    world
}

/// Everything git says of `main`, oldest commit first. `finding` is how it looks for renames, `writing` how it writes patches.
pub(crate) fn told(world: &World, finding: &[&str], writing: &[&str]) -> Vec<Told> {
    let ids = world.git(&["rev-list", "--reverse", "main"]);
    let run = |more: &[&str]| {
        let args = [&["diff-tree", "--stdin", "-r", "--root", "--always"], finding, more].concat();
        feed(world, &args, format!("{ids}\n").as_bytes())
    };
    let stats = run(&["--numstat", "-z"]);
    let patches = run(&[&["-p"], writing].concat());
    let mut stats = stats.split(|b| *b == 0).peekable();
    let mut patches = patches.as_slice();
    let mut all = Vec::new();
    for id in ids.lines() {
        let mut commit = Told { id: id.to_owned(), stats: Vec::new(), patch: Vec::new() };
        while stats.next_if(|entry| entry.is_empty()).is_some() {}
        assert_eq!(stats.next().unwrap(), id.as_bytes());
        while let Some(entry) = stats.next_if(|entry| entry.contains(&b'\t')) {
            let mut words = entry.splitn(3, |b| *b == b'\t');
            let mut number = || std::str::from_utf8(words.next().unwrap()).unwrap().parse().ok();
            let (added, removed) = (number(), number());
            let path = words.next().unwrap().to_vec();
            let (old, path) =
                if path.is_empty() { (Some(stats.next().unwrap().to_vec()), stats.next().unwrap().to_vec()) } else { (None, path) };
            commit.stats.push(Stat { old, path, added, removed });
        }
        commit.stats.sort();
        patches = patches.strip_prefix(format!("{id}\n").as_bytes()).unwrap();
        let next = ids.lines().nth(all.len() + 1).map_or(patches.len(), |next| {
            let wanted = format!("\n{next}\n");
            if patches.starts_with(&wanted.as_bytes()[1..]) {
                return 0;
            }
            patches.windows(wanted.len()).position(|window| window == wanted.as_bytes()).unwrap() + 1
        });
        commit.patch = patches[..next].to_vec();
        patches = &patches[next..];
        all.push(commit);
    }
    all
}

fn quoted(path: &[u8]) -> String {
    let mut out = String::from("\"");
    for byte in path {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(*byte)]),
            0x20..=0x7e => out.push(char::from(*byte)),
            _ => out.push_str(&format!("\\{byte:03o}")),
        }
    }
    out + "\""
}

fn feed(world: &World, args: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = world.command(HUMAN).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
