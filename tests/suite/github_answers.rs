//! Kept answers of a forge: what is put in comes out, bounded, private, and never in the way when the file is broken.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use lazaret::model::forge::Kept;
use lazaret::model::time::Timestamp;
use lazaret::runtime::answers;
use lazaret::store::cache::{Bounds, Cache};
use tempfile::TempDir;

const NOW: Timestamp = Timestamp(1_800_000_000);
const ROOMY: Bounds = Bounds { bytes: 1 << 20, age: 1000 };

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache/answers.db");
    (folder, path)
}

/// An answer read at `read` whose body cannot be packed.
fn kept(read: i64, size: usize) -> Kept {
    let mut state = u64::try_from(read).unwrap();
    let mut byte = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as u8
    };
    let body = (0..size).map(|_| byte()).collect();
    let (etag, next) = (Some("W/\"1\"".to_owned()), Some("/a?page=2".to_owned()));
    Kept { status: 200, etag, modified: None, next, moved: None, body, read: Timestamp(read) }
}

#[test]
fn what_is_kept_comes_back_after_a_restart_and_only_the_owner_may_read_it() {
    let (_folder, path) = place();
    let answer = kept(NOW.0, 100);
    {
        let (mut cache, says) = Cache::open(&path, ROOMY, NOW).unwrap();
        assert_eq!(says, None);
        cache.keep("key", &answer).unwrap();
        cache.confirm("key", Timestamp(NOW.0 + 5)).unwrap();
    }
    let (cache, _) = Cache::open(&path, ROOMY, NOW).unwrap();
    assert_eq!(cache.find("key").unwrap(), Some(Kept { read: Timestamp(NOW.0 + 5), ..answer }));
    assert_eq!(cache.find("other").unwrap(), None);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn the_oldest_make_room_and_what_is_too_old_goes() {
    let (_folder, path) = place();
    let bounds = Bounds { bytes: 10_000, age: 1000 };
    let (mut cache, _) = Cache::open(&path, bounds, NOW).unwrap();
    for i in 0..15 {
        cache.keep(&i.to_string(), &kept(NOW.0 + i, 1000)).unwrap();
    }
    let left: Vec<i64> = (0..15).filter(|i| cache.find(&i.to_string()).unwrap().is_some()).collect();
    assert!(left.len() <= 10 && left.len() >= 7 && left.contains(&14) && !left.contains(&0), "{left:?}");
    cache.keep("huge", &kept(NOW.0, 5000)).unwrap();
    assert_eq!(cache.find("huge").unwrap(), None, "one answer does not push everything else out");
    drop(cache);
    let (cache, _) = Cache::open(&path, bounds, Timestamp(NOW.0 + 1014)).unwrap();
    assert_eq!(cache.find("13").unwrap(), None);
    assert!(cache.find("14").unwrap().is_some());
}

#[test]
fn a_broken_file_is_begun_anew_and_that_is_said() {
    let (_folder, path) = place();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, b"no database at all, but long enough to be taken for one".repeat(100)).unwrap();
    let (mut cache, says) = Cache::open(&path, ROOMY, NOW).unwrap();
    assert!(says.unwrap().contains("begun anew"));
    cache.keep("key", &kept(NOW.0, 10)).unwrap();
    assert!(cache.find("key").unwrap().is_some());
}

#[test]
fn damage_that_shows_in_use_costs_only_what_was_kept() {
    let (_folder, path) = place();
    let now = Timestamp(i64::try_from(std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap());
    let answer = Kept { read: now, ..kept(1, 20_000) };
    let (store, _) = answers::open(&path, "GitHub");
    let store = store.unwrap();
    assert!(store.find("0").is_none() && !path.exists(), "looking makes no file");
    for i in 0..20 {
        store.keep(&i.to_string(), &answer);
    }
    drop(store);
    let mut bytes = std::fs::read(&path).unwrap();
    let end = bytes.len();
    bytes[8192..end].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    let (store, _) = answers::open(&path, "GitHub");
    let store = store.unwrap();
    let found: Vec<bool> = (0..20).map(|i| store.find(&i.to_string()).is_some_and(|kept| kept != answer)).collect();
    assert!(!found.contains(&true), "nothing wrong is given");
    store.keep("new", &answer);
    store.keep("new", &answer);
    assert_eq!(store.find("new"), Some(answer));
}

#[test]
fn another_programs_file_is_left_alone() {
    let (_folder, path) = place();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("PRAGMA application_id = 7; CREATE TABLE theirs (x)").unwrap();
    drop(other);
    let before = std::fs::read(&path).unwrap();
    let (store, says) = answers::open(&path, "GitHub");
    assert!(store.is_none() && says.unwrap().contains("not kept"));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}
