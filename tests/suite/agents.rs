//! What agents did over time: remembered by every door that judges, counted right, told exactly, and harmless however it is named.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use lazaret::analysis::behaviour::past::Past;
use lazaret::analysis::behaviour::portrait::{Asked, gallery};
use lazaret::analysis::behaviour::unusual::Index;
use lazaret::message::effect::Effect;
use lazaret::message::event::{Event, News};
use lazaret::model::agent::Tier;
use lazaret::model::behaviour::{By, Trait, Unusual};
use lazaret::model::observed::{Construct, Fate, Folder, Observed, TakenBack};
use lazaret::model::pull::PullState;
use lazaret::model::risk::Lane;
use lazaret::model::time::Timestamp;
use lazaret::store::observations::{Bounds, Observations};
use proptest::prelude::*;
use serde_json::Value;

use crate::program::Program;
use crate::pty::Pty;
use crate::screens::Desk;
use crate::world::{CLAUDE, EPOCH, Person, World};

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
const FLOW: &str = ".github/workflows/ci.yml";

fn program(world: &World) -> Program {
    Program::new(world.path(), world.beside("home"))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn signed(subject: &str, model: &str) -> String {
    format!("{subject}\n\nCo-authored-by: {model} <noreply@anthropic.com>")
}

/// An agent's commits on `main`, one a day: 40 on the code with its tests, then 10 of which 3 touch a workflow.
fn history() -> World {
    let mut world = World::new();
    world.write(FLOW, "name: ci\non: push\n");
    world.commit("Add the workflow");
    for at in 0..50 {
        world.wait(DAY);
        world.write("src/api/count.py", format!("def count():\n    return {at}\n"));
        world.write("tests/test_count.py", format!("def test_count():\n    assert count() == {at}\n"));
        if at >= 47 {
            world.write(FLOW, format!("name: ci\non: push\n# run {at}\n"));
        }
        world.commit_as(CLAUDE, &signed(&format!("Count to {at}"), if at < 30 { "Claude Opus 4.1" } else { "Claude Opus 4.6" }));
    }
    world
}

fn scanned(world: &World, range: &str) -> Program {
    let program = program(world);
    program.ok(&["scan", "--each-commit", range, "--fail-on", "never"]);
    program
}

/// The portrait of `key`.
fn portrait<'v>(told: &'v Value, key: &str) -> &'v Value {
    told["portraits"].as_array().unwrap().iter().find(|one| one["key"] == key).unwrap_or_else(|| panic!("{key} is not in {told}"))
}

#[test]
fn a_scan_fills_the_memory_and_the_table_tells_what_it_comes_to() {
    let world = history();
    let program = scanned(&world, "main~51..main");
    let told = json(&program.ok(&["agents", "--format", "json"]));
    assert_eq!((&told["schema"], &told["changes"], &told["nobody"]), (&"lazaret/agents/v1".into(), &51.into(), &1.into()));
    let claude = portrait(&told, "claude-code");
    assert_eq!((&claude["changes"], &claude["tiers"]["claimed"], &claude["name"]), (&50.into(), &50.into(), &"Claude Code".into()));
    assert_eq!(claude["first"], EPOCH + 120 + DAY);
    assert_eq!(claude["models"][0]["model"], "Claude Opus 4.1");
    assert_eq!((&claude["models"][1]["model"], &claude["models"][1]["changes"]), (&"Claude Opus 4.6".into(), &20.into()));
    let table = program.ok(&["agents"]);
    assert!(table.contains("claude-code") && table.contains("1 of them point to none"), "{table}");
    // Whoever scans twice knows no more.
    scanned(&world, "main~51..main");
    assert_eq!(json(&program.ok(&["agents", "--format", "json"])), told);
}

#[test]
fn drift_is_told_exactly_and_the_first_time_in_a_folder_with_how_many_were_before() {
    let world = history();
    let program = scanned(&world, "main~50..main");
    let page = program.ok(&["agents", "claude code"]);
    assert!(
        page.contains("3 of the last 10 changes touch workflow files, 0 of 40 before; chance alone would do that once in 163 times"),
        "{page}"
    );
    assert!(page.contains("first time in .github (of 48 changes), in repo@"), "{page}");
    assert!(page.lines().any(|line| line.starts_with("  2026-01-26  ") && line.contains("█ 7, ")), "{page}");
    assert!(page.contains("0 of 50 (0 to 7 %) with a finding"), "{page}");
    let later = json(&program.ok(&["agents", "--since", "2026-02-10", "--format", "json"]));
    assert_eq!(portrait(&later, "claude-code")["changes"], 15, "those since then are counted, and what was before is still known");
    assert_eq!(portrait(&later, "claude-code")["drift"][0]["before"]["of"], 40);
}

#[test]
fn who_is_not_known_is_one_sentence_with_those_who_are() {
    let world = history();
    scanned(&world, "main~3..main").fails(&["agents", "nobody"], "no change by nobody is remembered; known here: claude-code");
    let empty = Program::new(world.path(), world.beside("elsewhere"));
    let run = empty.run(&["agents"]);
    assert!(run.code == 0 && run.err.contains("no judged change is remembered"), "{}", run.err);
    assert_eq!(json(&empty.ok(&["agents", "--format", "json"]))["changes"], 0);
    assert!(!world.beside("elsewhere/state").exists(), "looking makes no file");
}

#[test]
fn only_whole_judgements_are_remembered() {
    let world = history();
    let program = program(&world);
    program.ok(&["scan", "--each-commit", "main~3..main", "--rule", "env-gated-auth"]);
    assert!(!world.beside("home/state/observations.db").exists());
}

#[test]
fn a_damaged_memory_is_put_aside_and_one_that_cannot_be_written_stops_nobody() {
    let world = history();
    let program = scanned(&world, "main~3..main");
    let file = world.beside("home/state/observations.db");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::write(&file, "no database at all").unwrap();
    let told = program.run(&["agents"]);
    assert!(told.code == 0 && told.err.contains("is begun anew; the old file is "), "{}", told.err);
    scanned(&world, "main~2..main");
    assert_eq!(json(&program.ok(&["agents", "--format", "json"]))["changes"], 2);
    assert_eq!(std::fs::read_to_string(world.beside("home/state/observations.db.damaged")).unwrap(), "no database at all");
    // A file stands where the folder should be.
    std::fs::remove_dir_all(world.beside("home/state")).unwrap();
    std::fs::write(world.beside("home/state"), "").unwrap();
    scanned(&world, "main~2..main");
}

#[test]
fn hostile_names_are_inert_in_every_format() {
    const EVIL: Person = Person { name: "Claude", email: "noreply@anthropic.com" };
    let mut world = World::new();
    for at in 0..4 {
        world.write(
            &format!("src/\u{202e}gpj.\u{1b}]0;x\u{7}/{at}.py"),
            format!("value_of_it = {at}\nother_value = {at}\nthird_value = {at}\nfourth_value = 1\n"),
        );
        world.commit_as(EVIL, &signed("Add\u{1b}[2J it", "Claude \u{1b}[31mOpus\u{202e} 4.6\u{7}"));
    }
    let program = scanned(&world, "main~4..main");
    for args in [
        &["agents"][..],
        &["agents", "claude-code"],
        &["agents", "claude-code", "--format", "json"],
        &["agents", "claude-code", "--format", "markdown"],
        &["agents", "--by", "model"],
        &["agents", "--by", "author"],
    ] {
        let text = program.ok(args);
        let hidden = text.chars().find(|c| matches!(c, '\u{1b}' | '\u{7}' | '\u{202e}'));
        assert!(hidden.is_none(), "{args:?}: {hidden:?} in {text}");
    }
    program.fails(&["agents", "x\u{1b}[2J"], "no change by x");
}

fn now() -> Timestamp {
    Timestamp(EPOCH + 400 * DAY)
}

/// The change called `name` that an agent made `at`.
fn change(name: usize, at: i64) -> Observed {
    Observed {
        repo: "acme/api".to_owned(),
        name: format!("#{name}"),
        number: u64::try_from(name).ok(),
        head: format!("{name:040x}"),
        rules: "r".to_owned(),
        at: Timestamp(EPOCH + at),
        seen: now(),
        agent: Some("copilot".to_owned()),
        called: "GitHub Copilot".to_owned(),
        tier: Tier::Verified,
        model: None,
        session: None,
        author: "dora".to_owned(),
        state: PullState::Open,
        lane: Lane::Clear,
        score: 0,
        severities: [0; 5],
        fired: BTreeMap::new(),
        roles: ["product", "test"].map(str::to_owned).into(),
        folders: vec![Folder { path: "src/api".to_owned(), made: false, steers: false }],
        patch: None,
        constructs: Vec::new(),
        takes_back: Vec::new(),
    }
}

fn told(records: Vec<Observed>) -> lazaret::model::behaviour::Portrait {
    let past = Past::of(records, &BTreeMap::new(), "r");
    gallery(&past, Asked::default()).portraits.into_iter().next().unwrap()
}

#[test]
fn ten_thousand_changes_are_kept_in_their_bounds_and_answered() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state/observations.db");
    let bounds = Bounds { rows: 10_000, ..Bounds::default() };
    let (mut store, _) = Observations::open(&path, bounds, now()).unwrap();
    for name in 0..10_600 {
        store.keep(&change(name, i64::try_from(name).unwrap() * HOUR)).unwrap();
    }
    drop(store);
    let (store, says) = Observations::open(&path, bounds, now()).unwrap();
    assert_eq!(says, None);
    let all = store.all().unwrap();
    assert_eq!(all.len(), 10_000);
    assert!(all.iter().all(|known| known.at.0 >= EPOCH + 600 * HOUR), "the oldest make room");
    let portrait = told(all);
    assert_eq!((portrait.changes, portrait.weeks.len(), portrait.drifts.len()), (10_000, 26, 0));
    let (store, _) = Observations::open(&path, bounds, Timestamp(now().0 + 401 * DAY)).unwrap();
    assert!(store.all().unwrap().is_empty(), "what was judged too long ago is gone");
}

#[test]
fn what_is_kept_comes_back_as_it_was_and_what_makes_no_sense_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("observations.db");
    let full = Observed {
        model: Some("Model 1".to_owned()),
        session: Some("https://agents.example/1".to_owned()),
        lane: Lane::Stop,
        score: 90,
        severities: [1, 0, 0, 2, 0],
        fired: [("a-rule".to_owned(), 3)].into(),
        patch: Some("p".to_owned()),
        constructs: vec![Construct { print: u64::MAX, path: "a.py".to_owned(), line: 7, says: "x".to_owned() }],
        takes_back: vec![TakenBack::Commit("1234567".to_owned()), TakenBack::Pull(3)],
        ..change(1, 0)
    };
    let (mut store, _) = Observations::open(&path, Bounds::default(), now()).unwrap();
    store.keep(&full).unwrap();
    store.keep(&full).unwrap();
    assert_eq!(store.all().unwrap(), std::slice::from_ref(&full));
    assert!(store.of("acme/web", "copilot").unwrap().is_empty());
    assert_eq!(store.of("acme/api", "copilot").unwrap().len(), 1);
    assert_eq!(store.of("acme/api", "codex").unwrap().len(), 1, "it takes something back");
    rusqlite_update(&path);
    assert!(store.all().unwrap().is_empty());
}

#[test]
fn a_file_of_the_first_form_is_asked_for_patches_and_authors_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("observations.db");
    let made = Observed { agent: None, author: "ada".to_owned(), patch: Some("p".to_owned()), ..change(1, 0) };
    let (mut store, _) = Observations::open(&path, Bounds::default(), now()).unwrap();
    store.keep(&made).unwrap();
    drop(store);
    let connection = rusqlite::Connection::open(&path).unwrap();
    for index in ["author", "patch", "size"] {
        connection.execute(&format!("DROP INDEX observations_by_{index}"), []).unwrap();
    }
    for column in ["author", "patch"] {
        connection.execute(&format!("ALTER TABLE observations DROP COLUMN {column}"), []).unwrap();
    }
    connection.pragma_update(None, "user_version", 1).unwrap();
    drop(connection);
    let (store, says) = Observations::open(&path, Bounds::default(), now()).unwrap();
    assert_eq!(says, None);
    assert_eq!(store.alike("p").unwrap(), std::slice::from_ref(&made));
    assert_eq!(store.by(&made.repo, "ada").unwrap(), std::slice::from_ref(&made));
    assert!(store.alike("q").unwrap().is_empty() && store.alike("").unwrap().is_empty() && store.by(&made.repo, "bob").unwrap().is_empty());
}

/// Writes over the bodies of all rows, as a defect of the disk would.
fn rusqlite_update(path: &Path) {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute("UPDATE observations SET body = '{\"tier\": 7}'", []).unwrap();
}

#[test]
fn one_change_counts_once_however_often_and_under_whatever_name_it_was_judged() {
    let head = |digit: &str| digit.repeat(40);
    let pull = Observed { head: head("a"), ..change(7, HOUR) };
    let pushed = Observed { head: head("b"), seen: Timestamp(now().0 + 5), lane: Lane::Review, ..pull.clone() };
    let branch = Observed { name: "copilot/fix".to_owned(), number: None, ..pushed.clone() };
    let squashed = Observed { name: head("c"), head: head("c"), seen: Timestamp(now().0 - 9), ..pull.clone() };
    let portrait = told(vec![branch, squashed, pull, pushed]);
    assert_eq!((portrait.changes, portrait.lanes), (1, [0, 0, 1, 0]), "its latest judgement counts");
}

#[test]
fn what_a_later_change_takes_back_and_what_was_decided_here_is_its_fate() {
    let back = |back: TakenBack, name: usize| Observed { takes_back: vec![back], ..change(name, HOUR) };
    let by_number = back(TakenBack::Pull(1), 3);
    let by_commit = back(TakenBack::Commit(format!("{:040x}", 2)[..40].to_owned()), 4);
    let itself = back(TakenBack::Pull(5), 5);
    let fates = BTreeMap::from([(format!("{:040x}", 4), Fate { held: true, ..Fate::default() })]);
    let past = Past::of(vec![change(1, 0), change(2, 0), by_number, by_commit, itself], &fates, "r");
    let portrait = &gallery(&past, Asked::default()).portraits[0];
    assert_eq!((portrait.reverted.count, portrait.held.count, portrait.approved.count), (2, 1, 0));
}

#[test]
fn findings_under_other_rules_are_counted_and_not_compared() {
    let found = |name: usize, rules: &str| Observed {
        rules: rules.to_owned(),
        severities: [0, 0, 0, 1, 0],
        ..change(name, i64::try_from(name).unwrap() * DAY)
    };
    let old: Vec<Observed> =
        (0..60).map(|name| Observed { rules: "old".to_owned(), ..change(name, i64::try_from(name).unwrap() * DAY) }).collect();
    let new: Vec<Observed> = (60..70).map(|name| found(name, "r")).collect();
    let portrait = told(old.iter().cloned().chain(new.clone()).collect());
    assert!(portrait.drifts.is_empty() && portrait.hard.count == 10 && portrait.other_rules == 60, "{:?}", portrait.drifts);
    let same: Vec<Observed> = old.into_iter().map(|known| Observed { rules: "r".to_owned(), ..known }).chain(new).collect();
    let drifts = told(same).drifts;
    assert!(drifts.iter().any(|drift| drift.of == Trait::Hard && drift.lately == (10, 10) && drift.before == (0, 60)), "{drifts:?}");
}

#[test]
fn a_burst_is_told_with_the_busiest_hour_before_it() {
    let slow = (0..12).map(|name| change(name, i64::try_from(name).unwrap() * 20 * 60));
    let fast =
        (12..26).map(|name| Observed { session: Some(format!("s{}", name % 2)), ..change(name, DAY + i64::try_from(name).unwrap() * 60) });
    let bursts = told(slow.chain(fast).collect()).bursts;
    let [burst] = bursts.as_slice() else { panic!("{bursts:?}") };
    assert_eq!((burst.changes, burst.sessions, burst.before), (14, 2, 4));
    assert_eq!(burst.says(), "14 changes within 13 minutes in 2 sessions; its busiest hour before had 4");
}

#[test]
fn the_same_patch_in_another_repository_is_told_of_the_change() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, _) = Observations::open(&folder.path().join("observations.db"), Bounds::default(), now()).unwrap();
    let of = |repo: &str, name: usize, patch: &str| Observed {
        repo: repo.to_owned(),
        patch: Some(patch.to_owned()),
        ..change(name, i64::try_from(name).unwrap() * DAY)
    };
    let all = [of("acme/api", 1, "feed"), of("acme/web", 2, "feed"), of("acme/web", 3, "beef"), of("acme/api", 4, "beef0")];
    all.iter().for_each(|observed| store.keep(observed).unwrap());
    assert_eq!(store.alike("beef").unwrap(), [all[2].clone()], "a part of a digest is another one");
    let past = Past::of(store.alike("feed").unwrap(), &BTreeMap::new(), "r");
    let says = |repo: &str, head: &str| Index::of(&past).observe(repo, head).unwrap().found.iter().map(Unusual::says).collect::<Vec<_>>();
    assert_eq!(says("acme/api", &all[0].head), ["the same patch in 2 repositories: acme/web#2, acme/api#1"]);
}

#[test]
fn the_same_patch_in_another_pull_of_the_repository_is_told_as_ordinary_and_never_of_a_commit() {
    let of = |name: usize, called: &str, agent: &str| Observed {
        repo: "acme/web".to_owned(),
        name: called.to_owned(),
        agent: (!agent.is_empty()).then(|| agent.to_owned()),
        author: "fay".to_owned(),
        patch: Some("beef".to_owned()),
        number: called.strip_prefix('#').and_then(|digits| digits.parse().ok()),
        ..change(name, i64::try_from(name).unwrap() * DAY)
    };
    let says = |known: &[Observed], which: usize| -> Vec<String> {
        let past = Past::of(known.to_vec(), &BTreeMap::new(), "r");
        Index::of(&past)
            .observe("acme/web", &known[which].head)
            .map_or_else(Vec::new, |told| told.found.iter().map(Unusual::says).collect())
    };
    let twice = "the same patch more than once in this repository: acme/web#5, acme/web#3; ordinary where one is opened anew or carried to another branch";
    let two = [of(3, "#3", "claude-code"), of(5, "#5", "jules")];
    assert_eq!((says(&two, 0), says(&two, 1)), (vec![twice.to_owned()], vec![twice.to_owned()]), "whoever made the other one");
    assert_eq!(says(&[of(3, "#3", ""), of(5, "#5", "")], 1), [twice]);
    let again = Observed { head: of(9, "#3", "").head, ..of(3, "#3", "claude-code") };
    assert_eq!(says(&[two[0].clone(), again], 0), Vec::<String>::new(), "pushed again it is one pull");
    let landed = of(6, &format!("{:040x}", 6), "claude-code");
    assert_eq!(says(&[two[0].clone(), landed.clone()], 0), Vec::<String>::new(), "the commit that a pull became");
    assert_eq!(says(&[two[0].clone(), landed], 1), Vec::<String>::new());
}

/// Of people no more is told than bursts and the same patch elsewhere.
#[test]
fn of_an_author_without_an_agent_bursts_and_the_same_patch_elsewhere_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, _) = Observations::open(&folder.path().join("observations.db"), Bounds::default(), now()).unwrap();
    let of = |repo: &str, author: &str, name: usize, at: i64| Observed {
        repo: repo.to_owned(),
        author: author.to_owned(),
        agent: None,
        called: String::new(),
        folders: vec![Folder { path: format!("src/{name}"), made: false, steers: true }],
        ..change(name, at)
    };
    let slow = (0..30).map(|name| of("acme/api", "dora", name, i64::try_from(name).unwrap() * DAY));
    let fast = (30..42).map(|name| of("acme/api", "dora", name, 40 * DAY + i64::try_from(name).unwrap() * 60));
    let others = (42..60).map(|name| of("acme/api", "erik", name, i64::try_from(name).unwrap() * 4 * 3_600));
    slow.chain(fast).chain(others).for_each(|observed| store.keep(&observed).unwrap());
    let twin = |repo: &str, name: usize| Observed { patch: Some("feed".to_owned()), ..of(repo, "fay", name, 0) };
    [twin("acme/api", 70), twin("acme/web", 71)].iter().for_each(|observed| store.keep(observed).unwrap());
    let says = |author: &str, name: usize| -> Option<Vec<String>> {
        let mut known = store.by("acme/api", author).unwrap();
        known.extend(store.alike("feed").unwrap().into_iter().filter(|known| known.repo != "acme/api"));
        let observed = Index::of(&Past::of(known, &BTreeMap::new(), "r")).observe("acme/api", &format!("{name:040x}"));
        observed.map(|told| told.found.iter().map(Unusual::says).chain([told.rests_on()]).collect())
    };
    let burst = "one of 12 changes within 11 minutes; its busiest hour before had 1";
    assert_eq!(says("dora", 41).unwrap(), [burst, "41 earlier changes of dora are known here"]);
    assert_eq!((says("dora", 5), says("erik", 50)), (None, None), "what is ordinary says nothing");
    let patch = "the same patch in 2 repositories: acme/web#71, acme/api#70";
    assert_eq!(says("fay", 70).unwrap(), [patch, "no earlier change of fay is known here"]);
    assert_eq!(store.at("acme/api", &format!("{:040x}", 70)).unwrap().map(|known| known.author), Some("fay".to_owned()));
}

#[test]
fn the_same_lines_in_several_changes_are_told_once_and_work_done_again_is_not() {
    let print = |name: usize, path: &str, print: u64| {
        let construct =
            |print: u64| Construct { print, path: path.to_owned(), line: u32::try_from(print).unwrap(), says: format!("line {print}") };
        Observed { constructs: vec![construct(print), construct(print + 1)], ..change(name, i64::try_from(name).unwrap() * DAY) }
    };
    let repeated = told(vec![
        print(1, "a.py", 4),
        print(2, "b.py", 4),
        print(3, "c.py", 4),
        print(4, "same.py", 9),
        print(5, "same.py", 9),
        print(6, "same.py", 9),
    ])
    .repeated;
    let [one] = repeated.as_slice() else { panic!("{repeated:?}") };
    assert_eq!((one.changes, one.says.as_str(), one.places[0].as_str()), (3, "line 4", "acme/api#3 c.py:4"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_records_and_saying_them_twice_change_nothing(
        seeds in prop::collection::vec((0usize..40, 0i64..60, 0usize..4, any::<bool>()), 1..60),
        turn in 0usize..60,
    ) {
        let record = |(name, days, kind, is_model): &(usize, i64, usize, bool)| Observed {
            roles: [["product"], ["workflow"], ["test"], ["manifest"]][*kind].map(str::to_owned).into(),
            model: is_model.then(|| format!("M{}", kind % 2)),
            head: format!("{:040x}", name * 7 + kind),
            seen: Timestamp(now().0 + days),
            takes_back: if *kind == 3 { vec![TakenBack::Pull(1)] } else { Vec::new() },
            ..change(*name, days * DAY)
        };
        // The file holds one row of each head under the same rules.
        let rows: BTreeMap<(usize, usize), _> = seeds.iter().map(|seed| ((seed.0, seed.2), seed)).collect();
        let records: Vec<Observed> = rows.into_values().map(record).collect();
        let mut turned: Vec<Observed> = records.iter().rev().cloned().chain(records.iter().cloned()).collect();
        let at = turn % turned.len();
        turned.rotate_left(at);
        for by in [By::Agent, By::Model, By::Author] {
            let asked = Asked { by, ..Asked::default() };
            let told = |records: Vec<Observed>| gallery(&Past::of(records, &BTreeMap::new(), "r"), asked);
            prop_assert_eq!(told(records.clone()), told(turned.clone()));
        }
    }

    #[test]
    fn nothing_is_told_of_changes_that_are_all_alike(changes in 1usize..200, role in 0usize..3) {
        let roles = [["product"], ["workflow"], ["agent-config"]][role].map(str::to_owned);
        let alike = |name: usize| Observed { roles: roles.clone().into(), ..change(name, i64::try_from(name).unwrap() * DAY) };
        let portrait = told((0..changes).map(alike).collect());
        prop_assert!(portrait.drifts.is_empty() && portrait.ground.is_empty() && portrait.bursts.is_empty());
    }
}

fn gallery_of(records: Vec<Observed>, by: By) -> std::sync::Arc<lazaret::model::behaviour::Gallery> {
    let past = Past::of(records, &BTreeMap::new(), "r");
    std::sync::Arc::new(gallery(&past, Asked { by, ..Asked::default() }))
}

/// Forty quiet changes, then ten that turn to the workflows, by an agent whose model has a hostile name.
fn turned() -> Vec<Observed> {
    let hostile = "Model\u{1b}[2J \u{202e}9";
    let one = |name: usize| {
        let late = name >= 40;
        let flows = Folder { path: ".github/workflows".to_owned(), made: false, steers: true };
        Observed {
            roles: [if late { "workflow" } else { "test" }].map(str::to_owned).into(),
            folders: if late { vec![flows] } else { change(name, 0).folders },
            model: late.then(|| hostile.to_owned()),
            ..change(name, i64::try_from(name).unwrap() * DAY)
        }
    };
    (0..50).map(one).collect()
}

/// Presses `H` and answers what was asked for.
fn listed(mut desk: Desk) -> Desk {
    desk = desk.keys("H");
    let Some(Effect::ReadAgents(ticket, by)) = desk.asked.last().cloned() else { panic!("{:?}", desk.asked.last()) };
    let news = News::Agents(Ok(gallery_of(turned(), by)));
    lazaret::actions::arrivals::arrive(&mut desk.console, Event { ticket, news });
    desk
}

#[test]
fn the_console_lists_agents_and_opens_the_page_of_one() {
    for (width, height) in [(80, 24), (200, 50)] {
        let list = listed(Desk::new(width, height))
            .shows("agents over time")
            .shows("▸ copilot")
            .shows("50 changes")
            .shows("✓verified")
            .shows("10 of the last 10");
        let page = list.keys("enter").shows("GitHub Copilot (copilot)").shows("What changed").shows("touch workflow files, 0 of 40");
        let end = page.keys("G").hides("\u{1b}").hides("\u{202e}").shows("Weeks");
        end.keys("esc").shows("▸ copilot").keys("esc").hides("agents over time");
    }
}

#[test]
fn the_same_key_lists_models_and_then_authors() {
    let models = listed(listed(Desk::new(80, 24)));
    let authors = listed(models.shows("models over time").shows("no model stated"));
    authors.shows("authors over time").shows("▸ dora").hides("verified");
    let help = Desk::new(100, 60).keys("?").shows("what agents did over time");
    help.keys("esc :").text("agents").keys("enter").shows("being read");
}

#[test]
fn an_opened_pull_says_what_is_unusual_and_hides_whose_it_is_until_the_story_is_read() {
    let records = turned();
    let (repo, head) = (records[40].repo.clone(), records[40].head.clone());
    let past = Past::of(records, &BTreeMap::new(), "r");
    let observations = Index::of(&past).observe(&repo, &head).unwrap();
    let mut desk = Desk::new(100, 40).keys("enter");
    let Some(Effect::Observe(ticket, _)) = desk.asked.iter().rfind(|effect| matches!(effect, Effect::Observe(..))).cloned() else {
        panic!()
    };
    let news = News::Observed(Some(Box::new(observations)));
    lazaret::actions::arrivals::arrive(&mut desk.console, Event { ticket, news });
    let says = "first time this agent touches .github in this repository (of 41 changes)";
    let score = desk.keys("=").shows(says).shows("weighs nothing").hides("Copilot");
    score
        .keys("esc s")
        .shows(says)
        .shows("it states the model Model")
        .shows("40 earlier changes of GitHub Copilot (verified) are known here");
}

#[test]
fn a_sweep_says_what_is_unusual_in_a_change_beside_its_findings() {
    let mut world = history();
    world.wait(DAY);
    world.agent_branch("claude/deploy", "Deploy", &[("deploy/run.py", "def run():\n    return 1\n"), (".claude/settings.json", "{}\n")]);
    let place = world.path().display().to_string();
    let told = json(&program(&world).ok(&["sweep", &place, "--since", "2026-01-01", "--format", "json"]));
    let says = |change: &Value| -> Vec<String> {
        let seen = change["observations"].as_array().unwrap().iter();
        seen.filter(|one| one["conduct"] == "unusual").map(|one| one.to_string()).collect()
    };
    let all: Vec<String> = told["changes"].as_array().unwrap().iter().flat_map(says).collect();
    assert!(all.iter().any(|says| says.contains("first time this agent touches .claude in this repository (of 51 changes")), "{all:?}");
    assert!(!all.iter().any(|says| says.contains("deploy")), "a folder that the change makes is no news: {all:?}");
    assert!(all.iter().any(|says| says.contains("3 of the last 10 changes touch workflow files, 0 of 40 before")), "{all:?}");
}

#[test]
fn the_real_console_remembers_what_it_judges_and_shows_it() {
    let mut world = history();
    world.agent_branch("claude/more", &signed("Add more", "Claude Opus 4.6"), &[("src/more.py", "def more():\n    return 1\n")]);
    let home = world.beside("home");
    let mut pty =
        Pty::start_in(&home, PathBuf::from(env!("CARGO_BIN_EXE_lazaret")), &[world.path().to_str().unwrap(), "--all-branches"], "", &[]);
    pty.until("it is judged", |_| home.join("state/observations.db").exists());
    pty.press("H").shows("agents over time").shows("claude-code").press("\r").shows("Claude Code (claude-code)").shows("What changed");
    pty.press("\u{1b}").shows("agents over time").press("H").shows("models over time").shows("Claude Opus 4.6");
    pty.press("\u{1b}").until("the list is closed", |pty| !pty.screen().contains("models over time")).press("\u{3}");
    assert_eq!(pty.ends(), 0);
}

#[test]
fn damage_that_shows_only_in_use_ends_no_scan_and_is_put_aside() {
    let world = history();
    let program = scanned(&world, "main~50..main");
    let file = world.beside("home/state/observations.db");
    rusqlite::Connection::open(&file).unwrap().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[4096..].fill(0xa5);
    std::fs::write(&file, bytes).unwrap();
    scanned(&world, "main~5..main");
    scanned(&world, "main~5..main");
    assert_eq!(json(&program.ok(&["agents", "--format", "json"]))["changes"], 5);
    assert!(world.beside("home/state/observations.db.damaged").exists());
}

/// A number from 0 to 1 that follows from the one before.
fn next(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 11) as f64 / (1_u64 << 53) as f64
}

#[test]
fn noise_is_told_as_drift_at_most_once_in_twenty_histories() {
    const HISTORIES: usize = 400;
    let mut state = 7;
    let told = (0..HISTORIES).filter(|_| {
        let rates: Vec<f64> = (0..12).map(|_| next(&mut state) * 0.5).collect();
        let mut one = |name: usize| {
            let mut has = |at: usize| next(&mut state) < rates[at];
            let roles = ["workflow", "manifest", "config", "instructions", "vendored", "product"];
            let roles = roles.iter().enumerate().filter(|(at, _)| has(*at)).map(|(_, role)| (*role).to_owned()).collect();
            let fired = (6..12).filter(|at| has(*at)).map(|at| (format!("rule-{at}"), 1)).collect();
            Observed { roles, fired, ..change(name, i64::try_from(name).unwrap() * DAY) }
        };
        let records = (0..90).map(&mut one).collect();
        !told(records).drifts.is_empty()
    });
    let told = told.count();
    assert!(told <= HISTORIES / 20, "{told} of {HISTORIES}");
}

#[test]
fn decisions_of_the_ledger_are_the_fate_of_what_they_were_made_on() {
    let mut world = World::new();
    for name in ["one", "two", "three"] {
        let (path, body) = (format!("src/{name}.py"), format!("def {name}():\n    return '{name}'\n"));
        world.agent_branch(&format!("claude/{name}"), &format!("Add {name}"), &[(&path, &body)]);
    }
    world.git(&["config", "user.name", "Maintainer"]);
    world.git(&["config", "user.email", "maintainer@example.com"]);
    let program = program(&world);
    program.ok(&["list"]);
    let counts = || {
        let told = json(&program.ok(&["agents", "--format", "json"]));
        let claude = portrait(&told, "claude-code");
        ["changes", "approved", "held"].map(|what| claude[what]["count"].as_u64().or(claude[what].as_u64()).unwrap())
    };
    assert_eq!(counts(), [3, 0, 0]);
    program.ok(&["quarantine", "claude/one", "--reason", "look first", "--yes"]);
    program.ok(&["approve", "claude/two", "--reason", "fine", "--yes"]);
    assert_eq!(counts(), [3, 1, 1]);
    program.ok(&["release", "claude/one", "--reason", "looked", "--yes"]);
    assert_eq!(counts(), [3, 1, 0]);
}

#[test]
fn a_scan_of_several_pulls_tells_bursts_and_the_same_patch_elsewhere() {
    let (mut one, mut other) = (World::new(), World::new());
    let home = one.beside("home");
    one.git(&["remote", "add", "origin", "https://github.com/acme/web.git"]);
    other.git(&["remote", "add", "origin", "https://github.com/acme/api.git"]);
    let text: String = (0..40).map(|at| format!("def shared_{at}(rows):\n    return [row for row in rows if row != {at}]\n\n\n")).collect();
    let patch = [("src/shared.py", text.as_str())];
    one.agent_branch("claude/shared", "Share the rows", &patch);
    Program::new(one.path(), &home).run(&["scan", "claude/shared"]);
    let names: Vec<String> = (0..11).map(|name| format!("claude/step-{name}")).collect();
    for (at, name) in names.iter().enumerate() {
        other.agent_branch(name, &format!("Step {at}"), &[(&*format!("src/step{at}.py"), &*format!("step = {at}\n"))]);
    }
    other.agent_branch("claude/shared", "Share the rows", &patch);
    let program = Program::new(other.path(), &home);
    let reports: Value = serde_json::from_str(&program.ok(&["scan", "--format", "json", "--fail-on", "never"])).unwrap();
    let of = |name: &str| -> String {
        let report = reports.as_array().unwrap().iter().find(|report| report["change"]["ref"].as_str().unwrap().contains(name)).unwrap();
        report["unusual"].to_string()
    };
    assert!(of("claude/step-10").contains("one of 11 changes within 10 minutes"), "{}", of("claude/step-10"));
    assert!(of("claude/shared").contains("the same patch in 2 repositories: acme/"), "{}", of("claude/shared"));
    let plain = program.run(&["scan", "claude/shared", "--fail-on", "never"]).out;
    assert!(
        plain.contains("beside what was done before (weighs nothing)") && plain.contains("the same patch in 2 repositories"),
        "{plain}"
    );
}

#[test]
fn a_scan_tells_two_branches_that_bring_the_same_patch_and_weighs_it_nothing() {
    let mut world = World::new();
    let text: String = (0..9).map(|at| format!("def shared_{at}(rows):\n    return rows\n\n\n")).collect();
    for name in ["claude/one", "claude/two"] {
        world.agent_branch(name, "Share the rows", &[("src/shared.py", text.as_str())]);
    }
    world.agent_branch("claude/three", "Share the rows", &[("src/other.py", text.as_str())]);
    let program = program(&world);
    let reports: Value = serde_json::from_str(&program.ok(&["scan", "--format", "json", "--fail-on", "never"])).unwrap();
    let told: BTreeMap<String, bool> = reports
        .as_array()
        .unwrap()
        .iter()
        .map(|report| {
            let name = report["change"]["ref"].as_str().unwrap().to_owned();
            (name, report["unusual"].to_string().contains("the same patch more than once in this repository: "))
        })
        .collect();
    let expected = [("claude/one", true), ("claude/three", false), ("claude/two", true)];
    assert_eq!(told, expected.map(|(name, told)| (name.to_owned(), told)).into());
    let scores: BTreeSet<u64> = reports.as_array().unwrap().iter().map(|report| report["risk"]["score"].as_u64().unwrap()).collect();
    assert_eq!(scores.len(), 1, "it weighs nothing: {scores:?}");
    assert!(program.run(&["scan", "claude/two", "--fail-on", "never"]).out.contains("the same patch more than once"));
}
