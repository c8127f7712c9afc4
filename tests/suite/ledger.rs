//! The ledger keeps every record, in order, and tells when somebody changed one.

use std::path::{Path, PathBuf};
use std::process::Command;

use lazaret::model::decision::Verb;
use lazaret::model::ledger::{ChainState, Record, RecordKind};
use lazaret::model::response::CaseId;
use lazaret::model::time::Timestamp;
use lazaret::store::ledger::{Entry, Ledger};

/// Set for the copies of this test program that only write to a ledger.
const WRITER: &str = "LAZARET_TEST_LEDGER";
const RECORDS_EACH: u64 = 40;

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn ledger(&self) -> PathBuf {
        self.0.path().join("data").join("ledger.db")
    }

    /// Runs SQL behind the ledger's back.
    fn tamper(&self, sql: &str) -> rusqlite::Result<()> {
        rusqlite::Connection::open(self.ledger()).unwrap().execute_batch(sql)
    }
}

fn append(ledger: &mut Ledger, case: &str, says: &str) -> Record {
    let case = CaseId(case.to_owned());
    let entry = Entry {
        at: Timestamp(1_767_603_600),
        case: &case,
        kind: RecordKind::Intent,
        verb: Verb::Quarantine,
        actor: "Maintainer <maintainer@example.com>",
        subject: "repo: claude/x",
        says,
        payload: "{}",
    };
    ledger.append(&entry).unwrap()
}

fn with_three(place: &Place) -> Ledger {
    let mut ledger = Ledger::open(&place.ledger()).unwrap();
    for n in 1..=3 {
        append(&mut ledger, &format!("Q-{n}"), "why");
    }
    ledger
}

#[test]
fn records_are_numbered_chained_and_read_back() {
    let place = Place::new();
    let ledger = with_three(&place);
    let records = ledger.list(usize::MAX).unwrap();
    assert_eq!(records.iter().map(|r| r.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(ledger.list(2).unwrap().iter().map(|r| r.case.0.as_str()).collect::<Vec<_>>(), ["Q-2", "Q-3"]);
    let head = records[2].hash.clone();
    assert_eq!(ledger.verify().unwrap(), ChainState::Whole { records: 3, head: head.clone() });
    assert_eq!(Ledger::open(&place.ledger()).unwrap().head().unwrap(), Some((3, head)), "a second opening sees the same");
}

#[test]
fn an_empty_ledger_is_whole() {
    let place = Place::new();
    let ledger = Ledger::open(&place.ledger()).unwrap();
    assert_eq!(ledger.verify().unwrap(), ChainState::Whole { records: 0, head: String::new() });
    assert_eq!(ledger.head().unwrap(), None);
}

#[test]
fn records_can_be_neither_changed_nor_removed_nor_replaced() {
    let place = Place::new();
    let ledger = with_three(&place);
    for sql in [
        "UPDATE records SET says = 'nothing' WHERE seq = 2",
        "DELETE FROM records WHERE seq = 3",
        "DELETE FROM records",
        "INSERT OR REPLACE INTO records SELECT 2, at, case_id, kind, verb, actor, subject, 'nothing', payload, prev, 'x' FROM records WHERE seq = 2",
        "INSERT INTO records SELECT 9, at, case_id, kind, verb, actor, subject, says, payload, prev, 'x' FROM records WHERE seq = 2",
    ] {
        let refused = place.tamper(sql).unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{sql}: {refused}");
    }
    assert!(matches!(ledger.verify().unwrap(), ChainState::Whole { records: 3, .. }));
}

#[test]
fn verify_names_the_first_broken_record() {
    let drop = "DROP TRIGGER records_keep_their_words; DROP TRIGGER records_stay; DROP TRIGGER records_follow;";
    for (sql, seq, word) in [
        ("UPDATE records SET says = 'nothing' WHERE seq >= 2", 2, "changed"),
        ("UPDATE records SET payload = '{ }' WHERE seq = 1", 1, "changed"),
        ("UPDATE records SET at = at + 1 WHERE seq = 3", 3, "changed"),
        ("DELETE FROM records WHERE seq = 2", 2, "missing"),
        ("DELETE FROM records WHERE seq = 2; UPDATE records SET seq = 2 WHERE seq = 3", 2, "follow"),
        ("UPDATE records SET prev = hash WHERE seq = 3", 3, "follow"),
    ] {
        let place = Place::new();
        let ledger = with_three(&place);
        place.tamper(&format!("{drop}{sql}")).unwrap();
        match ledger.verify().unwrap() {
            ChainState::Broken { seq: found, why } => {
                assert_eq!(found, seq, "{sql}");
                assert!(why.contains(word), "{sql}: {why}");
            }
            whole @ ChainState::Whole { .. } => panic!("{sql}: {whole:?}"),
        }
    }
}

#[test]
fn moving_text_from_one_field_to_the_next_breaks_the_chain() {
    let place = Place::new();
    let ledger = with_three(&place);
    place
        .tamper("DROP TRIGGER records_keep_their_words; UPDATE records SET actor = actor || substr(subject, 1, 1), subject = substr(subject, 2) WHERE seq = 1")
        .unwrap();
    assert!(matches!(ledger.verify().unwrap(), ChainState::Broken { seq: 1, .. }));
}

#[test]
fn a_file_that_is_no_ledger_is_refused_and_left_alone() {
    type Make<'a> = &'a dyn Fn(&Path);
    let cases: [(&str, Make<'_>, &str); 4] = [
        (
            "text",
            &|path| std::fs::write(path, "this is not a database, it is a letter to somebody\n".repeat(40)).unwrap(),
            "is not a lazaret ledger",
        ),
        ("other", &|path| sql(path, "CREATE TABLE bookmarks (id INTEGER); INSERT INTO bookmarks VALUES (1)"), "is not a lazaret ledger"),
        (
            "newer",
            &|path| sql(path, "PRAGMA application_id = 0x4c5a5254; PRAGMA user_version = 99; CREATE TABLE records (seq INTEGER)"),
            "newer lazaret",
        ),
        (
            "cut",
            &|path| {
                let mut ledger = Ledger::open(path).unwrap();
                (0..200).for_each(|_| drop(append(&mut ledger, "Q-1", &"long words ".repeat(40))));
                drop(ledger);
                let bytes = std::fs::read(path).unwrap();
                std::fs::write(path, [&bytes[..4096], &vec![0xff; bytes.len() - 4096]].concat()).unwrap();
            },
            "is damaged",
        ),
    ];
    for (name, make, words) in cases {
        let place = Place::new();
        let path = place.0.path().join(name);
        make(&path);
        let before = std::fs::read(&path).unwrap();
        let error = Ledger::open(&path).and_then(|ledger| ledger.verify()).unwrap_err().to_string();
        assert!(error.contains(words) && error.contains(name), "{name}: {error}");
        assert!(!error.contains('\n'), "{name}: one sentence, not {error:?}");
        assert_eq!(std::fs::read(&path).unwrap(), before, "{name} was changed");
    }
}

#[test]
fn a_locked_ledger_is_said_and_nothing_is_lost() {
    let place = Place::new();
    let _ledger = with_three(&place);
    let mut waiting = Ledger::open_within(&place.ledger(), std::time::Duration::from_millis(50)).unwrap();
    let other = rusqlite::Connection::open(place.ledger()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let case = CaseId("Q-4".to_owned());
    let entry = Entry {
        at: Timestamp(0),
        case: &case,
        kind: RecordKind::Intent,
        verb: Verb::Revert,
        actor: "",
        subject: "",
        says: "",
        payload: "{}",
    };
    let error = waiting.append(&entry).unwrap_err().to_string();
    assert!(error.contains("ledger.db is locked by another program"), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(waiting.append(&entry).unwrap().seq, 4);
}

fn sql(path: &Path, sql: &str) {
    rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[test]
#[cfg(unix)]
fn the_ledger_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let _ledger = with_three(&place);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place.ledger()), 0o600);
    assert_eq!(mode(place.ledger().parent().unwrap()), 0o700);
    for entry in std::fs::read_dir(place.ledger().parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{path:?}");
    }
}

#[test]
fn threads_with_connections_of_their_own_keep_the_chain_whole() {
    let place = Place::new();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| write_many(&place.ledger()));
        }
    });
    let ledger = Ledger::open(&place.ledger()).unwrap();
    assert!(matches!(ledger.verify().unwrap(), ChainState::Whole { records, .. } if records == 4 * RECORDS_EACH));
}

/// Two copies of this program write at once, from an empty folder on.
#[test]
fn processes_writing_at_once_keep_the_chain_whole() {
    let place = Place::new();
    let write = |_| {
        let program = std::env::current_exe().unwrap();
        Command::new(program).args(["--exact", "ledger::writer", "--ignored"]).env(WRITER, place.ledger()).spawn().unwrap()
    };
    let writers: Vec<_> = (0..2).map(write).collect();
    for mut writer in writers {
        assert!(writer.wait().unwrap().success());
    }
    let ledger = Ledger::open(&place.ledger()).unwrap();
    assert!(matches!(ledger.verify().unwrap(), ChainState::Whole { records, .. } if records == 2 * RECORDS_EACH));
    let actors: std::collections::BTreeSet<_> = ledger.list(usize::MAX).unwrap().into_iter().map(|r| r.case.0).collect();
    assert_eq!(actors.len(), 2, "both wrote");
}

/// The body of the copies above; without their folder there is nothing to do.
#[test]
#[ignore = "only run by processes_writing_at_once_keep_the_chain_whole, as a process of its own"]
fn writer() {
    if let Some(path) = std::env::var_os(WRITER) {
        write_many(Path::new(&path));
    }
}

fn write_many(path: &Path) {
    let mut ledger = Ledger::open(path).unwrap();
    for _ in 0..RECORDS_EACH {
        append(&mut ledger, &format!("Q-{}-{:?}", std::process::id(), std::thread::current().id()), "at once");
    }
}
