//! Hand-made pairs of a message and a change, some sixty for each kind of claim: `tests/data/story/<kind>.toml`.
//!
//! Changes that several kinds speak of stand in `changes.toml`, each file as its difference. Lines that begin with `@` tell what is no file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use lazaret::analysis::check::FileOutcome;
use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples::change_of;
use lazaret::analysis::story::claims::{KINDS, NAMES, NOTHING, judged};
use lazaret::analysis::story::facts::Facts;
use lazaret::model::change::{Change, Texts};
use lazaret::model::commit_id::CommitId;
use lazaret::model::diff::Omission;
use lazaret::model::dossier::CheckRun;
use lazaret::model::rule::{Example, ExampleFile};
use lazaret::model::standing::Rollup;
use lazaret::model::story::Verdict;
use lazaret::model::testimony::{Issue, Named, Testimony};
use rayon::prelude::*;
use serde::Deserialize;

pub(super) type Script = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Proofs {
    /// Why no exact fact contradicts claims of this kind, where that is so.
    never: Option<String>,
    #[serde(default)]
    supported: Vec<(String, String)>,
    #[serde(default)]
    contradicted: Vec<(String, String)>,
    #[serde(default)]
    uncheckable: Vec<(String, String)>,
    /// Words that look like such a claim and are none.
    #[serde(default)]
    none: Vec<(String, String)>,
    /// Changes that only this kind speaks of.
    #[serde(default)]
    changes: BTreeMap<String, Script>,
}

fn read<T: for<'de> Deserialize<'de>>(name: &str) -> T {
    let path = format!("tests/data/story/{name}.toml");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    toml::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The two sides of a file that is written as its difference.
fn sides(path: &str, text: &str) -> ExampleFile {
    let side = |kept: char| -> Option<String> {
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with([' ', kept])).map(|line| &line[1..]).collect();
        (!lines.is_empty()).then(|| lines.join("\n") + "\n")
    };
    let odd: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with([' ', '+', '-'])).collect();
    assert!(odd.is_empty(), "{path}: {odd:?}");
    ExampleFile { path: path.to_owned(), before: side('-'), after: side('+') }
}

/// What is no file of a change.
fn dress(change: &mut Change, name: &str, value: &str) {
    match name {
        "@gap" => change.patch.omissions.push(Omission { path: None, why: value.to_owned() }),
        "@parents" => {
            let parent = |digit: char| CommitId::parse(&digit.to_string().repeat(40)).unwrap();
            change.commits[0].parents = ('1'..).take(value.parse().unwrap()).map(parent).collect();
        }
        // An earlier commit of the same change; the message is then the last one's.
        "@first" => {
            let mut first = change.commits[0].clone();
            first.message = value.to_owned();
            change.commits.insert(0, first);
            change.pull.body = String::new();
        }
        "@rollup" => {
            let known = [("passing", Rollup::Passing), ("failing", Rollup::Failing), ("pending", Rollup::Pending)];
            change.pull.standing.get_or_insert_default().checks = known.iter().find(|(word, _)| *word == value).unwrap().1;
        }
        // What its forge says: see `testimony`.
        "@named" | "@checks" | "@issues" => {}
        "@repo" => value.clone_into(&mut change.pull.at.repo),
        _ => panic!("{name} is nothing a change has"),
    }
}

/// What its forge says of numbers that the message names, such as `12 there The last page`, `99 never`, `5 unknown`.
fn testimony(script: &Script) -> Testimony {
    let named = |line: &str| {
        let mut words = line.splitn(3, ' ');
        let number = words.next().unwrap().parse().unwrap();
        let (word, rest) = (words.next().unwrap(), words.next().unwrap_or_default().to_owned());
        let there =
            |pull| Named::There(Issue { repository: "owner/repo".to_owned(), number, title: rest.clone(), pull, ..Issue::default() });
        let says = match word {
            "there" => there(false),
            "pull" => there(true),
            "never" => Named::Never("there is no such issue or pull; the newest is #57".to_owned()),
            "unknown" => Named::Unknown("this token may not see it".to_owned()),
            _ => panic!("{line}"),
        };
        (number, says)
    };
    let run = |line: &str| {
        let (name, state) = line.rsplit_once(": ").unwrap();
        CheckRun { name: name.to_owned(), state: state.to_owned(), url: None, run: None }
    };
    let link = |line: &str| {
        let (name, title) = line.split_once(' ').unwrap_or((line, ""));
        let (repository, number) = name.split_once('#').unwrap();
        Issue { repository: repository.to_owned(), number: number.parse().unwrap(), title: title.to_owned(), ..Issue::default() }
    };
    let checks = script.get("@checks").map(|text| text.lines().map(run).collect());
    let linked = script.get("@issues").into_iter().flat_map(|text| text.lines()).map(link).collect();
    Testimony {
        checks,
        linked,
        named: script.get("@named").into_iter().flat_map(|text| text.lines()).map(named).collect(),
        ..Testimony::default()
    }
}

pub(super) fn change(message: &str, script: &Script) -> (Change, Texts) {
    let files = script.iter().filter(|(name, _)| !name.starts_with('@')).map(|(path, text)| sides(path, text)).collect();
    let example = Example { files, message: message.to_owned(), ..Example::default() };
    let (mut change, texts) = change_of(&example);
    script.iter().filter(|(name, _)| name.starts_with('@')).for_each(|(name, value)| dress(&mut change, name, value));
    (change, texts)
}

/// The verdicts on the claims of `kind` that `message` makes of the change.
fn verdicts(engine: &Engine, kind: &str, message: &str, script: &Script) -> Vec<(Verdict, String)> {
    let (change, texts) = change(message, script);
    let outcomes: Vec<FileOutcome> = (0..change.patch.files.len()).map(|index| engine.file(&change, index, &texts)).collect();
    let claims = judged(&Facts::new(&change, &outcomes).hearing(&testimony(script)));
    claims.into_iter().filter(|one| one.kind == kind).map(|one| (one.claim.verdict, one.claim.places.join("; "))).collect()
}

fn kinds() -> Vec<&'static str> {
    KINDS.iter().chain(&NAMES).map(|kind| kind.name).chain([NOTHING]).collect()
}

/// What of the proofs of `kind` does not hold.
fn broken(kind: &str, common: &BTreeMap<String, Script>) -> String {
    let proofs: Proofs = read(kind);
    let engine = Engine::new(&Selection {
        only: vec!["message-contradicted".to_owned(), "guard-removed".to_owned(), "condition-weakened".to_owned()],
        skip: Vec::new(),
    });
    let all = [
        (Some(Verdict::Supported), &proofs.supported),
        (Some(Verdict::Contradicted), &proofs.contradicted),
        (Some(Verdict::Uncheckable), &proofs.uncheckable),
        (None, &proofs.none),
    ];
    let mut says = String::new();
    let mut known = BTreeSet::new();
    for (expected, pairs) in all {
        for (message, name) in pairs {
            assert!(known.insert((message, name)), "{kind}: {message:?} with {name} is there twice");
            let script =
                proofs.changes.get(name).or_else(|| common.get(name)).unwrap_or_else(|| panic!("{kind}: there is no change {name}"));
            let seen = verdicts(&engine, kind, message, script);
            let holds = match expected {
                None => seen.is_empty(),
                Some(verdict) => seen.len() == 1 && seen[0].0 == verdict,
            };
            if !holds {
                let expected = expected.map_or("none", Verdict::word);
                writeln!(says, "{kind}: {message:?} with {name}: {expected} is right, seen {seen:?}").unwrap();
            }
        }
    }
    let total: usize = all.iter().map(|(_, pairs)| pairs.len()).sum();
    let (half, of) = if proofs.never.is_some() { (&proofs.uncheckable, "uncheckable") } else { (&proofs.contradicted, "contradicted") };
    if total < 60 || half.len() * 2 < 60 {
        writeln!(says, "{kind}: {total} pairs, {} of them {of}; 60 are wanted, half of them so", half.len()).unwrap();
    }
    says
}

#[test]
fn sixty_pairs_of_every_kind_hold() {
    let common: BTreeMap<String, Script> = read("changes");
    let broken: Vec<String> = kinds().into_par_iter().map(|kind| broken(kind, &common)).filter(|says| !says.is_empty()).collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn every_file_of_pairs_is_of_a_kind() {
    let known = kinds();
    for file in std::fs::read_dir("tests/data/story").unwrap() {
        let name = file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(name == "changes" || known.contains(&name.as_str()), "{name}.toml is of no kind of claim");
    }
}
