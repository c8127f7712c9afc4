//! What the demo is made of, read from the TOML files below `demo/data`, which are part of the program.
//!
//! The files say what people and agents wrote; nothing here knows git.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use toml::value::Datetime;

static FOLDER: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src/sources/demo/data");

/// Everything the demo repository is built from.
#[derive(Debug)]
pub struct Script {
    /// Who writes, by the short name the other files use.
    pub people: BTreeMap<String, Person>,
    /// The project's files as they were first written, by path.
    pub project: BTreeMap<String, Content>,
    /// The commits made on `main` itself, oldest first.
    pub history: Vec<MainCommit>,
    /// The pulls, by number.
    pub pulls: BTreeMap<u32, PullScript>,
    /// The packages of the frontend: see [`crate::sources::demo::npm`].
    pub packages: &'static str,
    /// SHA-256 of all data, in lower-case hexadecimal.
    pub digest: String,
}

/// A name and an address, as commits carry them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// As written.
    pub name: String,
    /// As written.
    pub email: String,
}

/// A moment with the offset its writer's clock had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Seconds since 1970.
    pub seconds: i64,
    /// Minutes east of Greenwich.
    pub offset: i32,
}

/// A commit on `main` that came without a pull.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MainCommit {
    /// When.
    #[serde(deserialize_with = "moment")]
    pub at: Moment,
    /// Who.
    pub by: String,
    /// The message.
    pub message: String,
    /// The tag it carries, if any.
    pub tag: Option<String>,
    /// Files of the project that it adds; an entry that ends with `/` stands for all below it.
    #[serde(default)]
    pub add: Vec<String>,
    /// What it edits.
    #[serde(default)]
    pub change: Vec<Edit>,
}

/// One pull.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PullScript {
    /// Its title.
    pub title: String,
    /// Who opened it.
    pub by: String,
    /// Its branch.
    pub branch: String,
    /// When it was opened.
    #[serde(deserialize_with = "moment")]
    pub opened: Moment,
    /// How it was merged, if it was.
    #[serde(default)]
    pub merged: Option<Merged>,
    /// Its description.
    #[serde(default)]
    pub body: String,
    /// Its commits, oldest first.
    pub commit: Vec<PullCommit>,
}

/// The merge of a pull.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Merged {
    /// When.
    #[serde(deserialize_with = "moment")]
    pub at: Moment,
    /// Who pressed the button.
    pub by: String,
    /// What the button did.
    pub how: Method,
}

/// How a forge puts a pull into its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// By a merge commit.
    Merge,
    /// By one new commit that holds the whole change.
    Squash,
}

/// One commit of a pull.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PullCommit {
    /// When; shortly before the pull was opened where nothing is said.
    #[serde(default, deserialize_with = "some_moment")]
    pub at: Option<Moment>,
    /// Who wrote it; who opened the pull where nothing is said.
    pub by: Option<String>,
    /// The message with its trailers.
    pub message: String,
    /// What it edits.
    #[serde(default)]
    pub change: Vec<Edit>,
}

/// What a file becomes, whole.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// As text.
    pub text: Option<String>,
    /// As hexadecimal bytes; blanks are left out.
    pub hex: Option<String>,
    /// As the lock file of the `package.json` beside it, with these versions instead of the ones at hand.
    pub lock: Option<BTreeMap<String, String>>,
    /// Whether its lines end as on Windows.
    #[serde(default)]
    pub crlf: bool,
    /// Whether it may be executed.
    #[serde(default)]
    pub executable: bool,
}

/// One edit of one file. Without `text`, `hex`, `lock` or `diff` the content stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// The file.
    pub path: String,
    /// Where it was before, when it moves.
    pub from: Option<String>,
    /// Whether it goes.
    #[serde(default)]
    pub delete: bool,
    /// Hunks of a unified diff without line numbers, each under a line that begins with `@@` except the first.
    pub diff: Option<String>,
    /// See [`Content`].
    pub text: Option<String>,
    /// See [`Content`].
    pub hex: Option<String>,
    /// See [`Content`].
    pub lock: Option<BTreeMap<String, String>>,
    /// See [`Content`].
    #[serde(default)]
    pub crlf: bool,
    /// Whether it may be executed from now on.
    pub executable: Option<bool>,
}

impl Script {
    /// The demo of this program.
    ///
    /// # Errors
    /// One sentence with the file, when a data file is wrong; never in a build that passes its tests.
    pub fn embedded() -> Result<Self, String> {
        let mut script = Self {
            people: read("people.toml")?,
            project: BTreeMap::new(),
            history: read::<History>("history.toml")?.commit,
            pulls: BTreeMap::new(),
            packages: text("packages.txt")?,
            digest: digest(),
        };
        for path in paths("project") {
            script.project.extend(read::<BTreeMap<String, Content>>(&path)?);
        }
        for path in paths("pulls") {
            let stem = path.trim_start_matches("pulls/").split('-').next().unwrap_or("");
            let number = stem.parse().map_err(|_| format!("{path}: the name must begin with the pull's number"))?;
            script.pulls.insert(number, read(&path)?);
        }
        Ok(script)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct History {
    commit: Vec<MainCommit>,
}

fn paths(folder: &str) -> Vec<String> {
    let files = FOLDER.get_dir(folder).into_iter().flat_map(Dir::files);
    files.filter_map(|file| file.path().to_str()).map(str::to_owned).collect()
}

fn text(path: &str) -> Result<&'static str, String> {
    FOLDER.get_file(path).and_then(|file| file.contents_utf8()).ok_or_else(|| format!("{path}: missing"))
}

fn read<T: for<'de> Deserialize<'de>>(path: &str) -> Result<T, String> {
    toml::from_str(text(path)?).map_err(|error| format!("{path}: {error}"))
}

fn digest() -> String {
    fn add(folder: &Dir<'_>, hash: &mut Sha256) {
        for file in folder.files() {
            hash.update(file.path().as_os_str().as_encoded_bytes());
            hash.update(file.contents());
        }
        folder.dirs().for_each(|inner| add(inner, hash));
    }
    let mut hash = Sha256::new();
    add(&FOLDER, &mut hash);
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn moment<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
    let written = Datetime::deserialize(deserializer)?.to_string();
    let read = chrono::DateTime::parse_from_rfc3339(&written).map_err(serde::de::Error::custom)?;
    Ok(Moment { seconds: read.timestamp(), offset: read.offset().local_minus_utc() / 60 })
}

fn some_moment<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Moment>, D::Error> {
    moment(deserializer).map(Some)
}
