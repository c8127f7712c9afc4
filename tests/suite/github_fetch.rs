//! The partial fetch against git's own `upload-pack`: what GitHub's lists leave out comes whole, and whatever goes wrong costs a
//! sentence and leaves nothing behind.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use lazaret::model::cancel::Cancel;
use lazaret::model::change::TextRequest;
use lazaret::model::commit_id::CommitId;
use lazaret::model::diff::{Content, FileDiff, FileMode, FileStatus, LineKind, Patch, Side};
use lazaret::model::forge::ForgeError;
use lazaret::model::objects::{Extent, Objects as _};
use lazaret::model::path::RepoPath;
use lazaret::model::pull::{Origin, PullRef, Revision};
use lazaret::sources::github::fetch::{Fetcher, Limits};
use lazaret::sources::github::gaps::{Fill as _, Filled, Gaps};
use lazaret::sources::github::wire::Wire;
use lazaret::sources::source::SourceError;

use crate::world::World;

const REPOSITORY: &str = "owner/name";

/// What a host does to the bytes of an answer.
type Harm = Box<dyn Fn(Vec<u8>) -> Vec<u8> + Send + Sync>;

/// A git host made of the real `git upload-pack`.
pub(crate) struct Pipe {
    repository: PathBuf,
    filter: bool,
    harm: Mutex<Option<Harm>>,
    unplugged: AtomicBool,
    requests: AtomicUsize,
    bytes: AtomicUsize,
}

impl Pipe {
    pub(crate) fn to(repository: &Path) -> Self {
        Self {
            repository: repository.to_owned(),
            filter: true,
            harm: Mutex::new(None),
            unplugged: AtomicBool::new(false),
            requests: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
        }
    }

    fn run(&self, args: &[&str], input: &[u8]) -> Vec<u8> {
        let mut git = Command::new("git")
            .args(["-c", &format!("uploadpack.allowFilter={}", self.filter), "upload-pack"])
            .args(args)
            .arg(&self.repository)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_PROTOCOL", "version=2")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = git.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = std::thread::spawn(move || stdin.write_all(&input));
        let output = git.wait_with_output().unwrap();
        let _ = writer.join().unwrap();
        output.stdout
    }

    fn harm(&self, harm: impl Fn(Vec<u8>) -> Vec<u8> + Send + Sync + 'static) {
        *self.harm.lock().unwrap() = Some(Box::new(harm));
    }

    fn unplug(&self) {
        self.unplugged.store(true, Ordering::Relaxed);
    }

    fn heal(&self) {
        *self.harm.lock().unwrap() = None;
    }
}

impl Wire for Pipe {
    fn advertisement(&self, _: &str, _: u64, _: &Cancel) -> Result<Vec<u8>, ForgeError> {
        if self.unplugged.load(Ordering::Relaxed) {
            return Err(ForgeError::Offline("git's objects were not fetched, since --offline was given".to_owned()));
        }
        Ok(self.run(&["--stateless-rpc", "--http-backend-info-refs"], &[]))
    }

    fn upload_pack(
        &self,
        _: &str,
        body: Vec<u8>,
        limit: u64,
        take: &mut dyn FnMut(&[u8]) -> bool,
        cancel: &Cancel,
    ) -> Result<(), ForgeError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let mut answer = self.run(&["--stateless-rpc"], &body);
        if let Some(harm) = &*self.harm.lock().unwrap() {
            answer = harm(answer);
        }
        for piece in answer.chunks(10_007) {
            if cancel.is_cancelled() {
                return Err(ForgeError::Cancelled);
            }
            self.bytes.fetch_add(piece.len(), Ordering::Relaxed);
            assert!(u64::try_from(piece.len()).unwrap() <= limit);
            if !take(piece) {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// A world with a pull in it, a host that serves it, and a cache.
struct Scene {
    world: World,
    pipe: Arc<Pipe>,
    limits: Limits,
}

impl Scene {
    fn of(world: World) -> Self {
        let pipe = Arc::new(Pipe::to(&world.path().join(".git")));
        Self { world, pipe, limits: Limits::default() }
    }

    fn without_filters(mut self) -> Self {
        let mut pipe = Pipe::to(&self.world.path().join(".git"));
        pipe.filter = false;
        self.pipe = Arc::new(pipe);
        self
    }

    fn cache(&self) -> PathBuf {
        self.world.beside("cache")
    }

    fn fetcher(&self) -> Fetcher {
        Fetcher::new(self.pipe.clone(), &self.cache(), self.limits)
    }

    /// `main` and `feature` as GitHub would name them.
    fn revision(&self) -> Revision {
        let id = |name: &str| CommitId::parse(&self.world.id(name));
        let merge_base = CommitId::parse(&self.world.git(&["merge-base", "main", "feature"]));
        Revision { base: id("main"), head: id("feature"), merge_base }
    }

    fn fill(&self, revision: &Revision, patch: Patch, every_file: bool, commits: bool) -> Result<Filled, SourceError> {
        let gaps = Gaps { repository: REPOSITORY, number: 7, revision, every_file, commits };
        self.fetcher().fill(&gaps, patch, &Cancel::default())
    }

    fn filled(&self, patch: Patch, every_file: bool) -> Patch {
        self.fill(&self.revision(), patch, every_file, false).unwrap().patch
    }

    /// Everything in the cache's one repository that a killed or failed run may not leave.
    fn leftovers(&self) -> Vec<String> {
        let folder = self.cache().join("owner/name.git");
        let names = |folder: &Path| -> Vec<String> {
            let entries = std::fs::read_dir(folder).map(Iterator::collect::<Vec<_>>).unwrap_or_default();
            entries.into_iter().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
        };
        let mut found: Vec<String> = names(&folder).into_iter().filter(|name| name.starts_with("incoming-")).collect();
        found.extend(names(&folder.join("objects/pack")));
        found
    }
}

fn omitted(old: Option<&str>, new: Option<&str>) -> FileDiff {
    let path = |path: Option<&str>| path.map(RepoPath::from);
    let status = match (old, new) {
        (None, _) => FileStatus::Added,
        (_, None) => FileStatus::Deleted,
        (Some(old), Some(new)) if old != new => FileStatus::Renamed(None),
        _ => FileStatus::Modified,
    };
    FileDiff {
        old_path: path(old),
        new_path: path(new),
        status,
        old_mode: None,
        new_mode: None,
        content: Content::Omitted("GitHub shows no lines of it".to_owned()),
    }
}

fn listed(files: Vec<FileDiff>) -> Patch {
    Patch { files, ..Patch::default() }
}

fn lines(file: &FileDiff, kind: LineKind) -> Vec<&str> {
    let text = file.text().unwrap_or_else(|| panic!("{file:?} has no text"));
    text.lines.iter().filter(|line| line.kind == kind).map(|line| text.text(line)).collect()
}

/// A base of `files`, and a branch `feature` that `change` makes.
fn world(files: &[(&str, &str)], change: impl Fn(&mut World)) -> World {
    let mut world = World::new();
    for (path, text) in files {
        world.write(path, text);
    }
    world.commit("Base");
    world.branch("feature");
    change(&mut world);
    world.checkout("main");
    world
}

#[test]
fn omitted_files_come_whole_with_their_modes_in_githubs_order() {
    let long: String = (0..400).map(|n| format!("line {n}\n")).collect();
    let changed = long.replace("line 7\n", "line seven\n");
    let scene = Scene::of(world(&[("a.txt", &long), ("gone.txt", "bye\n"), ("kept.txt", "same\n"), ("old/name.txt", &long)], |world| {
        world.write("a.txt", &changed);
        world.remove("gone.txt");
        world.write("run.sh", "echo\n");
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(world.path().join("run.sh"), executable).unwrap();
        world.git(&["mv", "old/name.txt", "name.txt"]);
        world.commit("Change");
    }));
    let list = listed(vec![
        omitted(None, Some("run.sh")),
        omitted(Some("a.txt"), Some("a.txt")),
        omitted(Some("gone.txt"), None),
        omitted(Some("old/name.txt"), Some("name.txt")),
    ]);
    let patch = scene.filled(list, true);
    assert_eq!((patch.files.len(), patch.unreadable, patch.omissions.as_slice()), (4, 0, &[][..]));
    assert_eq!((lines(&patch.files[0], LineKind::Added), patch.files[0].new_mode), (vec!["echo"], Some(FileMode::Executable)));
    assert_eq!((lines(&patch.files[1], LineKind::Added), lines(&patch.files[1], LineKind::Removed)), (vec!["line seven"], vec!["line 7"]));
    assert_eq!(lines(&patch.files[2], LineKind::Removed), ["bye"]);
    assert_eq!((patch.files[3].status, patch.files[3].text().unwrap().lines.len()), (FileStatus::Renamed(None), 0));
    // Two folders without files, then four files: nothing else travelled.
    assert_eq!(scene.pipe.requests.load(Ordering::Relaxed), 2);
    // The second time everything is here, and nobody is asked anything.
    scene.pipe.unplug();
    scene.filled(listed(vec![omitted(Some("a.txt"), Some("a.txt"))]), false);
    assert_eq!(scene.pipe.requests.load(Ordering::Relaxed), 2);
}

#[test]
fn files_beyond_githubs_list_stand_behind_it() {
    let scene = Scene::of(world(&[("a.txt", "a\n"), ("moved/far/away.txt", "one\ntwo\nthree\nfour\n")], |world| {
        world.write("a.txt", "b\n");
        world.write("new.txt", "new\n");
        world.git(&["mv", "moved/far/away.txt", "here.txt"]);
        world.commit("Change");
    }));
    let known = listed(vec![omitted(Some("a.txt"), Some("a.txt"))]);
    let patch = scene.filled(known.clone(), false);
    let shown: Vec<_> = patch.files.iter().map(|file| (file.path().text().into_owned(), file.status.letter())).collect();
    assert_eq!(shown, [("a.txt".to_owned(), 'M'), ("here.txt".to_owned(), 'R'), ("new.txt".to_owned(), 'A')]);
    assert_eq!((patch.unreadable, patch.omissions.len()), (0, 0));
    // A list that claims to be whole and is not hides nothing either.
    let patch = scene.filled(known, true);
    assert_eq!(patch.files.len(), 3);
    assert!(
        patch.omissions[0].why.contains("3 files changed between base and head that GitHub's list does not name"),
        "{:?}",
        patch.omissions
    );
}

#[test]
fn a_pull_of_thousands_of_files_and_hundreds_of_commits_is_complete() {
    let mut world = World::new();
    world.branch("feature");
    let mut stream = String::new();
    let mut from = format!("from {}\n", world.id("feature"));
    for commit in 0..330 {
        let message = format!("Step {commit}");
        let time = 1_767_610_000 + commit;
        stream.push_str(&format!(
            "commit refs/heads/feature\ncommitter Agent <agent@bot.example> {time} +0000\ndata {}\n{message}\n{from}",
            message.len()
        ));
        for file in 0..10 {
            let text = format!("file {commit} {file}\n");
            stream.push_str(&format!("M 100644 inline src/{commit}/{file}.txt\ndata {}\n{text}\n", text.len()));
        }
        from.clear();
    }
    world.checkout("main");
    import(&world, &stream);
    world.write("other.txt", "main moved on\n");
    world.commit("Meanwhile");
    let scene = Scene::of(world);
    let mut revision = scene.revision();
    let expected = revision.merge_base.take();
    let filled = scene.fill(&revision, Patch::default(), false, true).unwrap();
    assert_eq!((filled.patch.files.len(), filled.patch.unreadable, &filled.patch.omissions[..]), (3_300, 0, &[][..]));
    assert!(filled.patch.files.iter().all(|file| lines(file, LineKind::Added).len() == 1));
    assert_eq!(filled.merge_base, expected);
    let commits = filled.commits.unwrap();
    assert_eq!((commits.len(), commits[0].subject(), commits[329].subject()), (330, "Step 0", "Step 329"));
    assert_eq!(commits[329].id, revision.head);
}

fn import(world: &World, stream: &str) {
    let mut git = world.command(crate::world::HUMAN);
    let mut git = git.args(["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().unwrap();
    git.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    assert!(git.wait().unwrap().success());
}

/// Where a shallow history would show another parting than the true one, more is fetched until it is certain.
#[test]
fn the_parting_is_the_true_one_however_far_back_and_tangled() {
    let mut stream = String::new();
    let mut time = 1_767_610_000;
    let mut commit = |stream: &mut String, branch: &str, message: &str, parents: &str, file: &str| {
        time += 60;
        stream.push_str(&format!(
            "commit refs/heads/{branch}\ncommitter M <m@example.com> {time} +0000\ndata {}\n{message}\n{parents}M 100644 inline {file}\ndata {}\n{time}\n\n",
            message.len(),
            time.to_string().len() + 1
        ));
    };
    for n in 0..70 {
        commit(&mut stream, "main", &format!("Main {n}"), if n == 0 { "from refs/heads/main^0\n" } else { "" }, "main.txt");
    }
    commit(&mut stream, "feature", "Feature 0", "from refs/heads/main^0\n", "f.txt");
    for n in 70..140 {
        commit(&mut stream, "main", &format!("Main {n}"), "", "main.txt");
        if n == 80 {
            stream.push_str("reset refs/heads/taken\nfrom refs/heads/main\n\n");
        }
    }
    commit(&mut stream, "feature", "Take main in", "merge refs/heads/taken\n", "main.txt");
    commit(&mut stream, "feature", "Feature 1", "", "f.txt");
    let world = World::new();
    import(&world, &stream);
    let scene = Scene::of(world);
    let mut revision = scene.revision();
    let expected = revision.merge_base.take();
    let filled = scene.fill(&revision, Patch::default(), false, true).unwrap();
    assert_eq!(filled.merge_base, expected);
    let own: Vec<String> = filled.commits.unwrap().iter().map(|commit| commit.id.clone().unwrap().to_string()).collect();
    let git = scene.world.git(&["rev-list", "--reverse", "--topo-order", "main..feature"]);
    assert_eq!((own.len(), git.lines().count()), (3, 3));
    assert!(git.lines().all(|id| own.iter().any(|own| own == id)));
    assert_eq!(filled.patch.files.len(), 2);
}

#[test]
fn histories_that_never_met_are_compared_with_nothing() {
    let mut world = World::new();
    world.git(&["checkout", "-q", "--orphan", "feature"]);
    world.write("only.txt", "here\n");
    world.commit("Alone");
    world.checkout("main");
    let scene = Scene::of(world);
    let id = |name: &str| CommitId::parse(&scene.world.id(name));
    let revision = Revision { base: id("main"), head: id("feature"), merge_base: None };
    let filled = scene.fill(&revision, Patch::default(), false, false).unwrap();
    assert_eq!(filled.merge_base, None);
    assert_eq!(filled.patch.files.iter().map(|file| file.status).collect::<Vec<_>>(), [FileStatus::Added; 2]);
}

#[test]
fn a_huge_file_is_left_out_and_said_and_costs_nobody_else() {
    let mut noise = Vec::new();
    let mut state = 1_u64;
    while noise.len() < 40 << 20 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        noise.extend(state.to_le_bytes());
    }
    let text: Vec<u8> = noise.iter().map(|byte| if *byte == 0 { b'\n' } else { *byte }).collect();
    let mut scene = Scene::of(world(&[("a.txt", "a\n")], |world| {
        world.write("a.txt", "b\n");
        world.write("b.txt", "small\n");
        world.write("huge.txt", &text);
        world.commit("Change");
    }));
    let patch = scene.filled(Patch::default(), false);
    let why = |patch: &Patch| match &patch.files[2].content {
        Content::Omitted(why) => why.clone(),
        other => panic!("{other:?}"),
    };
    assert!(why(&patch).contains("it has 41943040 bytes"), "{}", why(&patch));
    assert_eq!((patch.unreadable, lines(&patch.files[1], LineKind::Added)), (1, vec!["small"]));
    // Where it does not even fit into what is fetched of one pull, the others come all the same.
    scene.limits.pull = 8 << 20;
    std::fs::remove_dir_all(scene.cache()).unwrap();
    let patch = scene.filled(Patch::default(), false);
    assert!(why(&patch).contains("was not fetched"), "{}", why(&patch));
    assert_eq!((patch.unreadable, patch.files[2].path().text().as_ref()), (1, "huge.txt"));
}

#[test]
fn a_host_without_filters_sends_more_and_the_result_is_the_same() {
    let make = || {
        world(&[("a.txt", "a\n"), ("b.txt", "b\n")], |world| {
            world.write("a.txt", "c\n");
            world.commit("Change");
        })
    };
    let (with, without) = (Scene::of(make()), Scene::of(make()).without_filters());
    assert_eq!(with.filled(Patch::default(), false), without.filled(Patch::default(), false));
    let mut revision = without.revision();
    revision.merge_base = None;
    std::fs::remove_dir_all(without.cache()).unwrap();
    assert_eq!(without.fill(&revision, Patch::default(), false, true).unwrap().commits.unwrap().len(), 1);
}

#[test]
fn a_head_that_is_gone_is_one_sentence() {
    let scene = Scene::of(world(&[], |world| {
        world.write("a.txt", "a\n");
        world.commit("Change");
    }));
    let mut revision = scene.revision();
    revision.head = CommitId::parse(&"d".repeat(40));
    let error = scene.fill(&revision, Patch::default(), false, false).unwrap_err();
    assert!(matches!(&error, SourceError::NotFound(why) if why.contains(&"d".repeat(40)) && why.contains("force-pushed")), "{error}");
    assert_eq!(scene.leftovers(), [""; 0]);
}

/// The fork's own repository is not asked: its commits lie in the one that the pull is in.
#[test]
fn commits_of_a_deleted_fork_come_from_the_pulls_own_ref() {
    let scene = Scene::of(world(&[("a.txt", "a\n")], |world| {
        world.write("a.txt", "b\n");
        world.commit("Change");
    }));
    let revision = scene.revision();
    scene.world.git(&["update-ref", "refs/pull/7/head", "feature"]);
    scene.world.git(&["branch", "-q", "-D", "feature"]);
    let patch = scene.fill(&revision, Patch::default(), false, false).unwrap().patch;
    assert_eq!(lines(&patch.files[0], LineKind::Added), ["b"]);
}

#[test]
fn damage_and_cuts_anywhere_leave_nothing_and_the_next_try_works() {
    let scene = Scene::of(world(&[("a.txt", "a\n")], |world| {
        world.write("a.txt", "b\n");
        world.commit("Change");
    }));
    let size = {
        let bytes = || scene.pipe.bytes.load(Ordering::Relaxed);
        scene.filled(Patch::default(), false);
        std::fs::remove_dir_all(scene.cache()).unwrap();
        bytes()
    };
    let mut told = 0;
    for at in (0..size).step_by(53) {
        for harm in [true, false] {
            scene.pipe.harm(move |mut answer| {
                match answer.get_mut(at) {
                    Some(byte) if harm => *byte ^= 0x55,
                    _ => answer.truncate(at),
                }
                answer
            });
            match scene.fill(&scene.revision(), Patch::default(), false, false) {
                Err(error) => {
                    told += 1;
                    assert!(!error.to_string().is_empty() && !error.to_string().contains('\n'), "{error}");
                }
                // What was hit was not part of what counts: a message for people, or behind the end.
                Ok(filled) => assert_eq!(lines(&filled.patch.files[0], LineKind::Added), ["b"]),
            }
            assert!(scene.leftovers().iter().all(|name| !name.starts_with("incoming-")), "{:?}", scene.leftovers());
            let _ = std::fs::remove_dir_all(scene.cache());
        }
    }
    assert!(told > 10, "{told} of {size}");
    scene.pipe.heal();
    assert_eq!(lines(&scene.filled(Patch::default(), false).files[0], LineKind::Added), ["b"]);
}

#[test]
fn what_a_killed_run_left_is_swept_and_a_broken_cache_is_made_again() {
    let scene = Scene::of(world(&[("a.txt", "a\n")], |world| {
        world.write("a.txt", "b\n");
        world.commit("Change");
    }));
    let folder = scene.cache().join("owner/name.git");
    scene.filled(Patch::default(), false);
    std::fs::create_dir_all(folder.join("incoming-dead")).unwrap();
    std::fs::write(folder.join("incoming-dead/pack-1.pack"), "half").unwrap();
    scene.filled(Patch::default(), false);
    assert!(!folder.join("incoming-dead").exists());
    std::fs::remove_dir_all(folder.join("objects")).unwrap();
    std::fs::remove_file(folder.join("HEAD")).unwrap();
    assert_eq!(scene.filled(Patch::default(), false).files.len(), 1);
    // Packs that a disk or a power cut damaged are fetched again, too.
    for entry in std::fs::read_dir(folder.join("objects/pack")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "pack") {
            let mut bytes = std::fs::read(&path).unwrap();
            bytes.iter_mut().skip(12).for_each(|byte| *byte ^= 0xff);
            #[cfg(unix)]
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
            std::fs::write(&path, bytes).unwrap();
        }
    }
    assert_eq!(lines(&scene.filled(Patch::default(), false).files[0], LineKind::Added), ["b"]);
}

#[test]
fn cancelling_ends_it_and_leaves_nothing() {
    let scene = Scene::of(world(&[("a.txt", "a\n")], |world| {
        world.write("a.txt", "b\n");
        world.commit("Change");
    }));
    let cancel = Cancel::default();
    cancel.cancel();
    let revision = scene.revision();
    let gaps = Gaps { repository: REPOSITORY, number: 7, revision: &revision, every_file: false, commits: false };
    let error = scene.fetcher().fill(&gaps, Patch::default(), &cancel).unwrap_err();
    assert_eq!((error, scene.leftovers()), (SourceError::Cancelled, Vec::new()));
}

#[test]
fn the_cache_is_private_holds_no_refs_and_stays_small() {
    let mut scene = Scene::of(world(&[("a.txt", "a\n")], |world| {
        world.write("a.txt", "b\n");
        world.commit("Change");
    }));
    scene.filled(Patch::default(), false);
    let folder = scene.cache().join("owner/name.git");
    let refs = Command::new("git").arg("-C").arg(&folder).args(["for-each-ref"]).output().unwrap();
    assert!(refs.status.success() && refs.stdout.is_empty());
    let config = std::fs::read_to_string(folder.join("config")).unwrap();
    assert!(!config.contains("remote") && !config.contains("hooks"), "{config}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    }
    scene.limits.cache = 0;
    scene.filled(Patch::default(), false);
    assert!(!folder.exists(), "nobody uses it, and nothing may stay");
}

#[test]
fn what_was_not_used_for_longest_makes_room() {
    let mut scene = Scene::of(world(&[("a.txt", "a\n")], |world| {
        world.write("a.txt", "b\n");
        world.commit("Change");
    }));
    let revision = scene.revision();
    let size = |name: &str| -> u64 {
        let files = crate::world::snapshot(&scene.cache().join(format!("owner/{name}.git")));
        files.iter().map(|(_, bytes)| bytes.len() as u64).sum()
    };
    let fill = |scene: &Scene, name: &str| {
        let repository = format!("owner/{name}");
        let gaps = Gaps { repository: &repository, number: 7, revision: &revision, every_file: false, commits: false };
        scene.fetcher().fill(&gaps, Patch::default(), &Cancel::default()).unwrap();
    };
    fill(&scene, "first");
    fill(&scene, "second");
    fill(&scene, "first");
    let one = size("first");
    scene.limits.cache = one * 5 / 2;
    fill(&scene, "third");
    let left: Vec<bool> =
        ["first", "second", "third"].iter().map(|name| scene.cache().join(format!("owner/{name}.git")).exists()).collect();
    assert_eq!(left, [true, false, true]);
}

#[test]
fn two_at_once_do_not_fight() {
    let scene = Scene::of(world(&[("a.txt", "a\n")], |world| {
        for n in 0..30 {
            world.write(&format!("{n}.txt"), format!("{n}\n"));
        }
        world.commit("Change");
    }));
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| scene.filled(Patch::default(), false))).collect();
        for run in runs {
            assert_eq!(run.join().unwrap().files.len(), 30);
        }
    });
}

#[test]
fn files_that_several_commits_touched_are_read_commit_by_commit_and_no_others() {
    let scene = Scene::of(world(&[("src/a.py", "x = 1\n"), ("src/b.py", "y = 1\n")], |world| {
        world.write("src/a.py", "x = 2\n");
        world.write("src/b.py", "y = 2\n");
        world.commit("First");
        world.write("src/a.py", "x = 3\n");
        world.commit("Second");
    }));
    let commits = scene.fill(&scene.revision(), Patch::default(), false, true).unwrap().commits.unwrap();
    let history = scene.fetcher().history(REPOSITORY, &commits, &Cancel::default()).unwrap();
    let added = |patch: &Patch| {
        let lines = patch.files.iter().map(|file| (file.path().text().into_owned(), lines(file, LineKind::Added).concat()));
        lines.collect::<Vec<_>>()
    };
    let steps: Vec<_> = history.steps.iter().map(|step| (step.commit.to_string(), added(&step.patch))).collect();
    let expected = |commit: &str, text: &str| (scene.world.id(commit), vec![("src/a.py".to_owned(), text.to_owned())]);
    assert_eq!(steps, [expected("feature~1", "x = 2"), expected("feature", "x = 3")]);
    assert_eq!(history.omissions, []);
}

#[test]
fn whole_texts_of_both_sides_are_read() {
    let scene = Scene::of(world(&[("src/a.py", "import os\n"), ("src/other.py", "x = 1\n")], |world| {
        world.write("src/a.py", "import sys\n");
        world.write("bin.dat", [0_u8; 9]);
        world.commit("Change");
    }));
    let request = |path: &str, side| TextRequest { path: RepoPath::from(path), side };
    let wanted = [
        request("src/a.py", Side::Old),
        request("src/a.py", Side::New),
        request("src/other.py", Side::New),
        request("bin.dat", Side::New),
        request("nowhere/at/all.py", Side::New),
        request("src", Side::New),
    ];
    let texts = scene.fetcher().texts(REPOSITORY, &scene.revision(), &wanted, &Cancel::default());
    let text = |path: &str, side| texts.get(&RepoPath::from(path), side).map(|text| text.to_string());
    assert_eq!(text("src/a.py", Side::Old).as_deref(), Some("import os\n"));
    assert_eq!(text("src/a.py", Side::New).as_deref(), Some("import sys\n"));
    assert_eq!(text("src/other.py", Side::New).as_deref(), Some("x = 1\n"));
    assert_eq!((text("bin.dat", Side::New), text("nowhere/at/all.py", Side::New), text("src", Side::New)), (None, None, None));
}

#[test]
fn submodules_and_links_are_what_they_are() {
    let scene = Scene::of(world(&[("a.txt", "a\n")], |world| {
        world.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{},vendor/lib", "1".repeat(40))]);
        #[cfg(unix)]
        std::os::unix::fs::symlink("/etc/passwd", world.path().join("link")).unwrap();
        world.git(&["add", "link"]);
        world.git(&["commit", "-q", "-m", "Change"]);
    }));
    let patch = scene.filled(listed(vec![omitted(None, Some("link")), omitted(None, Some("vendor/lib"))]), true);
    assert_eq!((patch.files[0].new_mode, lines(&patch.files[0], LineKind::Added)), (Some(FileMode::Symlink), vec!["/etc/passwd"]));
    assert_eq!(patch.files[1].content, Content::Submodule { old: None, new: CommitId::parse(&"1".repeat(40)) });
    assert_eq!(patch.unreadable, 0);
}

fn at() -> PullRef {
    PullRef { origin: Origin::Github, repo: REPOSITORY.to_owned(), name: "#7".to_owned() }
}

#[test]
fn evidence_gets_the_whole_history_or_says_what_it_is() {
    let scene = |limit: u64| {
        let mut world = World::new();
        for n in 0..30_u64 {
            let noise: String = (0..3_000_u64).map(|m| format!("{:x}\n", (n * 3_000 + m).wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
            world.write("noise.txt", noise);
            world.commit(&format!("Main {n}"));
        }
        world.branch("feature");
        for n in 0..3 {
            world.write("a.txt", format!("{n}\n"));
            world.commit(&format!("Feature {n}"));
        }
        world.checkout("main");
        let mut scene = Scene::of(world);
        scene.limits.evidence = limit;
        scene
    };
    let bring = |scene: &Scene| {
        let into = scene.world.beside("objects");
        let extent = scene.fetcher().bring(&at(), &scene.revision(), &into, &Cancel::default());
        let git = |args: &[&str]| {
            let output = Command::new("git").arg("-C").arg(&into).args(args).output().unwrap();
            (output.status.success(), String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
        };
        let head = scene.revision().head.unwrap();
        let count = git(&["rev-list", "--count", head.as_str()]).1;
        (extent, count, into.exists() && git(&["fsck", "--full"]).0)
    };
    let whole = scene(1 << 30);
    assert_eq!(bring(&whole), (Ok(Extent::Whole), "34".to_owned(), true));
    let (extent, count, sound) = bring(&scene(200_000));
    assert!(matches!(&extent, Ok(Extent::Shallow(why)) if why.contains("own commits")), "{extent:?}");
    assert_eq!((count.as_str(), sound), ("4", true));
    // Not even one checkout fits: the commits, their folders and the files that the change touches do.
    let small = scene(10_000);
    let (extent, count, _) = bring(&small);
    assert!(matches!(&extent, Ok(Extent::Shallow(why)) if why.contains("only the files that differ")), "{extent:?}");
    assert_eq!(count, "4");
    let into = small.world.beside("objects");
    let shown =
        Command::new("git").arg("-C").arg(&into).args(["cat-file", "blob", &format!("{}:a.txt", small.world.id("feature"))]).output();
    assert_eq!(shown.unwrap().stdout, b"2\n");
    let packs = std::fs::read_dir(into.join("objects/pack")).unwrap();
    assert_eq!(packs.filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|e| e == "pack")).count(), 1);
    // Nothing fits: nothing is left.
    let (extent, _, there) = bring(&scene(100));
    assert!(matches!(extent, Err(ForgeError::Garbled(_))) && !there, "{extent:?}");
}
