//! Sources on real repositories, folders and files, compared with what git itself says.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use lazaret::model::agent::{Provenance, Tier};
use lazaret::model::cancel::Cancel;
use lazaret::model::change::{Change, TextRequest, Texts};
use lazaret::model::diff::{Content, FileDiff, FileMode, FileStatus, Patch, Side, TextDiff};
use lazaret::model::path::RepoPath;
use lazaret::model::pull::{Author, Origin, PullState};
use lazaret::sources::local::{Facts, LocalSource, Selection, Setup};
use lazaret::sources::open::{Opened, Target, open};
use lazaret::sources::patch_file::PatchFile;
use lazaret::sources::source::{Recognise, Source, SourceError};
use lazaret::sources::tree::Tree;
use lazaret::sources::unified;
use sha2::{Digest as _, Sha256};

use super::history;
use super::unified::{hunks, hunks_told, stats};
use super::world::{CLAUDE, HUMAN, World};

/// Branches under `claude/` are Claude's; nobody else is known here.
fn recognise() -> Recognise {
    Arc::new(|pull, commits| {
        let agent = pull.branch.starts_with("claude/") || commits.iter().any(|commit| commit.author.email == CLAUDE.email);
        Provenance {
            agent: agent.then(|| "claude-code".to_owned()),
            tier: if agent { Tier::Claimed } else { Tier::Unknown },
            ..Provenance::default()
        }
    })
}

fn setup(selection: Selection) -> Setup {
    Setup { repo: ".".to_owned(), origin: Origin::Local, recognise: recognise(), selection, facts: BTreeMap::new() }
}

fn source(path: &Path, selection: Selection) -> LocalSource {
    LocalSource::open(path, setup(selection)).unwrap()
}

fn queue(path: &Path, selection: Selection) -> Vec<String> {
    let listing = source(path, selection).list(&Cancel::default()).unwrap();
    assert_eq!(listing.omissions, []);
    listing.pulls.into_iter().map(|pull| pull.at.name).collect()
}

fn change(path: &Path, name: &str) -> Change {
    let source = source(path, Selection::AgentBranches);
    source.change(&source.at(name), &Cancel::default()).unwrap()
}

#[track_caller]
fn refusal<T>(answer: Result<T, SourceError>) -> String {
    let Err(why) = answer else { panic!("it should have been refused") };
    let why = why.to_string();
    assert!(!why.contains('\n') && why.len() < 300, "one sentence: {why}");
    why
}

/// The file without what git's text does not say.
fn as_text(mut file: FileDiff, told: &FileDiff) -> FileDiff {
    if let Content::Binary { old_size, new_size } = &mut file.content {
        (*old_size, *new_size) = (None, None);
    }
    if matches!(&file.content, Content::Submodule { old, new } if old == new) {
        file.content = Content::Text(TextDiff::default());
    }
    if told.old_mode.is_none() && told.new_mode.is_none() {
        (file.old_mode, file.new_mode) = (None, None);
    }
    file
}

#[test]
fn every_file_hunk_and_line_is_gits_own_over_500_commits() {
    let world = history::generate(500);
    let source = source(&world.path(), Selection::AgentBranches);
    let mut renames = 0;
    for told in history::told(&world, &["-M"], &[]) {
        let change = source.change(&source.at(&told.id), &Cancel::default()).unwrap();
        assert_eq!(stats(&change.patch), told.stats, "{}", told.id);
        assert_eq!(hunks(&change.patch), hunks_told(&told), "{}", told.id);
        let parsed = unified::parse(&told.patch);
        assert_eq!(change.patch.files.len(), parsed.files.len());
        for (file, told_file) in change.patch.files.into_iter().zip(parsed.files) {
            renames += usize::from(matches!(file.status, FileStatus::Renamed(_)));
            assert_eq!(as_text(file, &told_file), told_file, "{}", told.id);
        }
    }
    assert!(renames > 60, "{renames} renames are too few to prove anything");
}

#[test]
fn the_digest_can_be_checked_with_git() {
    let world = history::generate(40);
    let ids: Vec<String> = world.git(&["rev-list", "main"]).lines().map(str::to_owned).collect();
    for pair in ids.windows(2) {
        let raw = world.try_git(&["diff", "--raw", "-z", "--no-abbrev", "--no-renames", &pair[1], &pair[0]]).stdout;
        let expected: String = Sha256::digest(&raw).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(change(&world.path(), &pair[0]).digest, expected);
    }
}

#[test]
fn agent_branches_are_listed_latest_first() {
    let mut world = World::new();
    world.agent_branch("claude/one", "Add one", &[("one.txt", "1\n")]);
    world.agent_branch("feature", "Add two by an agent's address", &[("two.txt", "2\n")]);
    world.branch("mine");
    world.write("three.txt", "3\n");
    world.commit_as(HUMAN, "Add three");
    world.checkout("main");
    assert_eq!(queue(&world.path(), Selection::AgentBranches), ["feature", "claude/one"]);
    assert_eq!(queue(&world.path(), Selection::AllBranches), ["mine", "feature", "claude/one"]);
    let listing = source(&world.path(), Selection::AgentBranches).list(&Cancel::default()).unwrap();
    let pull = &listing.pulls[1];
    assert_eq!((pull.title.as_str(), pull.branch.as_str(), pull.target.as_str()), ("Add one", "claude/one", "main"));
    assert_eq!(pull.commit_count, Some(1));
    assert_eq!(pull.revision.head.as_ref().unwrap().as_str(), world.id("claude/one"));
    assert_eq!(pull.revision.merge_base.as_ref().unwrap().as_str(), world.id("main"));
}

#[test]
fn merged_branches_are_not_open() {
    let mut world = World::new();
    world.agent_branch("claude/one", "Add one", &[("one.txt", "1\n")]);
    world.git(&["merge", "-q", "--no-ff", "-m", "Merge", "claude/one"]);
    assert_eq!(queue(&world.path(), Selection::AllBranches), Vec::<String>::new());
}

#[test]
fn quarantined_branches_are_listed_as_such() {
    let mut world = World::new();
    let id = world.agent_branch("claude/bad", "Add bad", &[("bad.txt", "1\n")]);
    world.git(&["update-ref", "refs/quarantine/Q-20260105-000001/claude/bad", &id]);
    world.git(&["branch", "-D", "claude/bad"]);
    let listing = source(&world.path(), Selection::AgentBranches).list(&Cancel::default()).unwrap();
    assert_eq!(listing.pulls.len(), 1);
    let pull = &listing.pulls[0];
    assert_eq!((pull.state, pull.branch.as_str()), (PullState::Quarantined, "claude/bad"));
    assert_eq!(pull.at.name, "refs/quarantine/Q-20260105-000001/claude/bad");
    for name in [pull.at.name.as_str(), "claude/bad"] {
        assert_eq!(change(&world.path(), name).pull.state, PullState::Quarantined);
    }
}

#[test]
fn facts_name_and_describe_a_branch() {
    let mut world = World::new();
    world.agent_branch("feature", "Add two", &[("two.txt", "2\n")]);
    let mut setup = setup(Selection::AgentBranches);
    setup.origin = Origin::Demo;
    setup.repo = "demo".to_owned();
    let author = Author { name: "bot".to_owned(), email: "bot@example.com".to_owned() };
    let facts = Facts {
        name: Some("#7".to_owned()),
        title: Some("Two".to_owned()),
        body: "Why".to_owned(),
        author: Some(author),
        ..Facts::default()
    };
    setup.facts.insert("feature".to_owned(), facts);
    let source = LocalSource::open(&world.path(), setup).unwrap();
    let listing = source.list(&Cancel::default()).unwrap();
    assert_eq!(listing.pulls[0].at.to_string(), "demo#7");
    let change = source.change(&listing.pulls[0].at, &Cancel::default()).unwrap();
    assert_eq!(change.pull, listing.pulls[0]);
    assert_eq!((change.pull.title.as_str(), change.pull.body.as_str()), ("Two", "Why"));
    assert_eq!(change.patch.added(), 1);
}

#[test]
fn ranges_commits_roots_and_merges() {
    let mut world = World::new();
    let root = world.id("main");
    world.branch("side");
    world.write("side.txt", "s\n");
    world.commit("Side");
    world.checkout("main");
    world.write("main.txt", "m\n");
    world.commit("Main");
    world.git(&["merge", "-q", "--no-ff", "-m", "Merge", "side"]);
    let merge = world.id("main");
    let names = |change: &Change| change.patch.files.iter().map(|file| file.path().text().into_owned()).collect::<Vec<_>>();
    let path = world.path();
    assert_eq!(names(&change(&path, &root)), ["README.md"]);
    assert_eq!(change(&path, &root).pull.revision.base, None);
    assert_eq!(names(&change(&path, &merge)), ["side.txt"]);
    assert_eq!(change(&path, &merge).commits.len(), 1);
    assert_eq!(names(&change(&path, &format!("{root}..main"))), ["main.txt", "side.txt"]);
    assert_eq!(
        change(&path, &format!("{root}..main")).commits.iter().map(|commit| commit.subject()).collect::<Vec<_>>(),
        ["Side", "Main", "Merge"]
    );
    assert_eq!(names(&change(&path, &format!("{root}...main~1"))), ["main.txt"]);
    assert_eq!(names(&change(&path, "HEAD~1")), ["main.txt"]);
    let each = Selection::EachCommit(format!("{root}..main"));
    assert_eq!(queue(&path, each).len(), 3);
    let two = Selection::Named(vec![root.clone(), merge.clone()]);
    assert_eq!(queue(&path, two), [root, merge]);
}

#[test]
fn empty_commits_and_messages() {
    let mut world = World::new();
    let id = world.commit("");
    let change = change(&world.path(), &id);
    assert_eq!((change.patch, change.pull.title.as_str()), (Patch::default(), ""));
}

#[test]
fn remote_branches_show_unless_there_is_a_local_twin() {
    let mut world = World::new();
    world.agent_branch("claude/one", "Add one", &[("one.txt", "1\n")]);
    world.agent_branch("claude/two", "Add two", &[("two.txt", "2\n")]);
    let clone = world.beside("clone");
    world.git(&["clone", "-q", &world.path().display().to_string(), &clone.display().to_string()]);
    assert_eq!(queue(&clone, Selection::AgentBranches), ["origin/claude/two", "origin/claude/one"]);
    world.git(&["-C", &clone.display().to_string(), "branch", "-q", "claude/two", "origin/claude/two"]);
    assert_eq!(queue(&clone, Selection::AgentBranches), ["claude/two", "origin/claude/one"]);
    assert_eq!(change(&clone, "claude/one").patch.added(), 1);
}

#[test]
fn bare_worktree_shallow_and_detached() {
    let mut world = World::new();
    world.agent_branch("claude/one", "Add one", &[("one.txt", "1\n")]);
    let (here, bare, tree, shallow) = (world.path(), world.beside("bare"), world.beside("tree"), world.beside("shallow"));
    let text = |path: &Path| path.display().to_string();
    world.git(&["clone", "-q", "--bare", &text(&here), &text(&bare)]);
    world.git(&["worktree", "add", "-q", "--detach", &text(&tree)]);
    for path in [&bare, &tree] {
        assert_eq!(queue(path, Selection::AgentBranches), ["claude/one"]);
        assert_eq!(change(path, "claude/one").patch.added(), 1);
    }
    std::fs::create_dir(here.join("deep")).unwrap();
    assert_eq!(queue(&here.join("deep"), Selection::AgentBranches), ["claude/one"]);
    world.git(&["clone", "-q", "--no-single-branch", "--depth=1", &format!("file://{}", text(&here)), &text(&shallow)]);
    let listing = source(&shallow, Selection::AgentBranches).list(&Cancel::default()).unwrap();
    assert_eq!(listing.pulls.len(), 0);
    assert!(listing.omissions[0].why.contains("git fetch --unshallow"), "{:?}", listing.omissions);
    world.git(&["checkout", "-q", "--detach"]);
    assert_eq!(queue(&here, Selection::AgentBranches), ["claude/one"]);
}

#[test]
fn a_git_folder_of_any_name_can_be_opened() {
    let mut world = World::new();
    world.agent_branch("claude/one", "Add one", &[("one.txt", "1\n")]);
    let moved = world.beside("moved");
    assert_eq!(queue(&world.path().join(".git"), Selection::AgentBranches), ["claude/one"]);
    std::fs::rename(world.path().join(".git"), &moved).unwrap();
    assert_eq!(queue(&moved, Selection::AgentBranches), ["claude/one"]);
}

#[test]
fn a_branch_without_common_history_counts_as_added() {
    let mut world = World::new();
    world.git(&["checkout", "-q", "--orphan", "claude/orphan"]);
    world.commit_as(CLAUDE, "Begin anew");
    world.checkout("main");
    let change = change(&world.path(), "claude/orphan");
    assert_eq!(change.pull.revision.merge_base, None);
    assert_eq!(change.patch.files[0].status, FileStatus::Added);
    assert!(change.patch.omissions[0].why.contains("shares no history"));
}

#[test]
fn attributes_of_the_change_hide_nothing() {
    let mut world = World::new();
    let files = [(".gitattributes", "*.js binary -diff\n* diff=evil\n"), ("a.js", "steal()\n")];
    world.agent_branch("claude/hide", "Tidy", &files);
    world.checkout("claude/hide");
    let change = change(&world.path(), "main..claude/hide");
    assert_eq!(change.patch.added(), 3);
}

#[test]
fn links_submodules_modes_and_types() {
    let world = World::new();
    let id = world.id("main");
    world.git(&["checkout", "-q", "-b", "claude/kinds"]);
    std::os::unix::fs::symlink("README.md", world.path().join("link")).unwrap();
    world.git(&["add", "-A"]);
    world.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{id},sub")]);
    world.git(&["update-index", "--chmod=+x", "README.md"]);
    world.git(&["commit", "-q", "-m", "Kinds"]);
    let change = change(&world.path(), "claude/kinds");
    let of = |name: &str| change.patch.files.iter().find(|file| file.path() == &RepoPath::from(name)).unwrap();
    assert_eq!(of("link").new_mode, Some(FileMode::Symlink));
    assert_eq!(of("link").text().unwrap().added().collect::<Vec<_>>(), [(1, "README.md")]);
    assert!(matches!(&of("sub").content, Content::Submodule { old: None, new: Some(new) } if new.as_str() == id));
    assert_eq!((of("README.md").old_mode, of("README.md").new_mode), (Some(FileMode::Regular), Some(FileMode::Executable)));
}

#[test]
fn whole_texts_on_both_sides() {
    let mut world = World::new();
    world.write("a.txt", "old\n");
    world.write("big.txt", "x".repeat(1_100_000));
    world.write("latin.txt", b"caf\xe9\n");
    world.commit("Files");
    world.git(&["checkout", "-q", "-b", "claude/x"]);
    world.write("a.txt", "new\n");
    world.write("bin", b"\0\0");
    world.commit("Change");
    let source = source(&world.path(), Selection::AgentBranches);
    let change = source.change(&source.at("claude/x"), &Cancel::default()).unwrap();
    let ask = |path: &str, side| TextRequest { path: RepoPath::from(path), side };
    let wanted = [
        ask("a.txt", Side::Old),
        ask("a.txt", Side::New),
        ask("big.txt", Side::New),
        ask("bin", Side::New),
        ask("latin.txt", Side::New),
        ask("gone/../a.txt", Side::New),
    ];
    let texts = source.texts(&change, &wanted, &Cancel::default());
    let get = |path: &str, side| texts.get(&RepoPath::from(path), side).map(|text| text.to_string());
    assert_eq!(get("a.txt", Side::Old).as_deref(), Some("old\n"));
    assert_eq!(get("a.txt", Side::New).as_deref(), Some("new\n"));
    assert_eq!(get("latin.txt", Side::New).as_deref(), Some("caf‹xE9›\n"));
    for path in ["big.txt", "bin", "gone/../a.txt"] {
        assert_eq!(get(path, Side::New), None);
    }
}

#[test]
fn a_hostile_tree_is_read_as_data() {
    let world = World::new();
    let blob = world.git(&["hash-object", "-w", "README.md"]);
    let raw_id: Vec<u8> = (0..20).map(|i| u8::from_str_radix(&blob[2 * i..2 * i + 2], 16).unwrap()).collect();
    let mut tree = Vec::new();
    for (mode, name) in [("100666", ".."), ("100700", ".git"), ("777", "odd"), ("100644", "x\\y")] {
        tree.extend_from_slice(format!("{mode} {name}\0").as_bytes());
        tree.extend_from_slice(&raw_id);
    }
    let file = world.beside("tree");
    std::fs::write(&file, tree).unwrap();
    let id = world.git(&["hash-object", "-t", "tree", "--literally", "-w", &file.display().to_string()]);
    let commit = world.git(&["commit-tree", "-p", "main", "-m", "Hostile", &id]);
    let change = change(&world.path(), &commit);
    assert_eq!(change.patch.files.iter().filter(|file| file.status == FileStatus::Added).count(), 3);
    assert_eq!(change.patch.omissions.iter().filter(|omission| omission.why.contains("joined to no folder")).count(), 3);
}

#[test]
fn a_tree_that_contains_itself_many_times_has_an_end() {
    let world = World::new();
    let mut id = world.git(&["write-tree"]);
    for _ in 0..12 {
        let entries: String = (0..12).map(|i| format!("040000 tree {id}\t{i:02}\n")).collect();
        let file = world.beside("entries");
        std::fs::write(&file, entries).unwrap();
        let output = world.command(HUMAN).arg("mktree").stdin(std::fs::File::open(&file).unwrap()).output().unwrap();
        id = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    }
    let commit = world.git(&["commit-tree", "-p", "main", "-m", "Bomb", &id]);
    let change = change(&world.path(), &commit);
    assert!(
        change.patch.omissions.iter().any(|omission| omission.why.contains("the rest was not read")),
        "{:?}",
        change.patch.omissions.len()
    );
}

#[test]
fn bad_input_is_one_sentence() {
    let world = World::new();
    let open = |path: &Path| LocalSource::open(path, setup(Selection::AgentBranches));
    assert!(refusal(open(&world.beside("nowhere"))).contains("there is no"));
    let plain = tempfile::tempdir().unwrap();
    assert!(refusal(open(plain.path())).contains("is no git repository"));
    assert!(refusal(open(&World::empty().path())).contains("no commit yet"));
    let source = source(&world.path(), Selection::AgentBranches);
    let ask = |name: &str| source.change(&source.at(name), &Cancel::default());
    for name in ["nothing", "main..nothing", "\0", "", "0000000000000000000000000000000000000000", "a b", "-x", "main:README.md^{/x}"] {
        let why = refusal(ask(name));
        assert!(why.contains("is no branch, range or commit here"), "{name:?}: {why}");
    }
    assert!(refusal(ask("main")).contains("name a range"));
    assert!(refusal(ask("main:README.md")).contains("is no commit"));
    std::fs::write(world.path().join(".git/config"), "[[[").unwrap();
    let _ = refusal(open(&world.path()));
}

#[test]
fn cancelled_work_stops() {
    let world = World::new();
    let cancel = Cancel::default();
    cancel.cancel();
    let source = source(&world.path(), Selection::AllBranches);
    assert_eq!(source.change(&source.at("HEAD"), &cancel), Err(SourceError::Cancelled));
}

#[test]
fn nothing_of_a_repository_is_run_or_written() {
    let mut world = World::new();
    world.agent_branch("claude/one", "Add one", &[("one.txt", "1\n"), (".gitattributes", "* filter=evil diff=evil\n")]);
    let mark = world.beside("mark");
    let touch = format!("touch {}", mark.display());
    for key in [
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "core.editor",
        "filter.evil.smudge",
        "filter.evil.clean",
        "diff.evil.textconv",
        "diff.evil.command",
        "diff.external",
    ] {
        world.git(&["config", key, &touch]);
    }
    let before = super::world::snapshot(&world.path());
    let git_before = world.git(&["for-each-ref"]);
    let _ = queue(&world.path(), Selection::AllBranches);
    let _ = change(&world.path(), "claude/one");
    assert!(!mark.exists());
    assert_eq!(super::world::snapshot(&world.path()), before);
    assert_eq!(world.git(&["for-each-ref"]), git_before);
}

fn patches(bytes: &[u8]) -> PatchFile {
    PatchFile::read(bytes, "series.mbox", recognise()).unwrap()
}

#[test]
fn a_mailbox_is_one_pull_for_each_patch() {
    let mut world = World::new();
    world.branch("claude/series");
    world.write("one.txt", b"caf\xe9\n");
    world.commit_as(CLAUDE, "Add one\n\nFrom now on there is one.\n\nCo-authored-by: Person <person@example.com>");
    world.write("two.txt", "From me 10:00 1999\n");
    world.commit_as(HUMAN, "Add a file whose name is d\u{e9}j\u{e0} vu");
    for extra in [&["--cover-letter"][..], &["--attach"], &["--from=Sender <sender@example.com>"]] {
        let mbox = world.try_git(&[&["format-patch", "--stdout", "main..claude/series"], extra].concat()).stdout;
        let source = patches(&mbox);
        let listing = source.list(&Cancel::default()).unwrap();
        let titles: Vec<_> =
            listing.pulls.iter().map(|pull| (pull.at.to_string(), pull.title.clone(), pull.author.email.clone())).collect();
        let expected = [
            ("series.mbox:1".to_owned(), "Add one".to_owned(), CLAUDE.email.to_owned()),
            ("series.mbox:2".to_owned(), "Add a file whose name is d\u{e9}j\u{e0} vu".to_owned(), HUMAN.email.to_owned()),
        ];
        assert_eq!(titles, expected, "{extra:?}");
        assert_eq!(listing.omissions.len(), usize::from(extra[0] == "--cover-letter"), "{:?}", listing.omissions);
        let change = source.change(&listing.pulls[0].at, &Cancel::default()).unwrap();
        assert_eq!(change.patch.files.len(), 1);
        assert!(
            change.commits[0].message.contains("From now on there is one.\n\nCo-authored-by: Person"),
            "{:?}",
            change.commits[0].message
        );
        if extra[0] != "--attach" {
            assert_eq!(change.patch.files[0].text().unwrap().added().collect::<Vec<_>>(), [(1, "caf\u{2039}xE9\u{203a}")]);
        }
        assert_eq!(listing.pulls[0].provenance.agent.as_deref(), Some("claude-code"));
    }
}

#[test]
fn a_plain_diff_is_one_pull_with_its_digest() {
    let mut world = World::new();
    world.agent_branch("claude/one", "Add one", &[("one.txt", "1\n")]);
    let diff = world.try_git(&["diff", "main", "claude/one"]).stdout;
    let source = patches(&diff);
    let change = source.change(&source.only().unwrap(), &Cancel::default()).unwrap();
    assert_eq!((change.patch.added(), change.commits.len(), change.pull.at.to_string().as_str()), (1, 0, "series.mbox"));
    assert_eq!(change.digest.len(), 64);
    let wanted = TextRequest { path: RepoPath::from("one.txt"), side: Side::New };
    let texts = source.texts(&change, std::slice::from_ref(&wanted), &Cancel::default());
    assert_eq!(texts, Texts::default(), "an added file is whole in its diff");
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(String::from_utf8(diff).unwrap().encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let wide = patches(&wide);
    assert_eq!(wide.change(&wide.only().unwrap(), &Cancel::default()).unwrap().patch, change.patch);
    let nothing = patches(b"\n");
    assert_eq!(nothing.change(&nothing.only().unwrap(), &Cancel::default()).unwrap().patch, Patch::default());
}

#[test]
fn a_folder_is_read_without_following_anything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tree");
    for inner in ["b", "a/.git", ".git/objects"] {
        std::fs::create_dir_all(path.join(inner)).unwrap();
    }
    std::fs::write(path.join("b/x.txt"), "1\n2").unwrap();
    std::fs::write(path.join("a/bin"), b"\0\0\0").unwrap();
    std::fs::write(path.join("a/.git/config"), "hidden").unwrap();
    std::fs::write(path.join(".git/config"), "hidden").unwrap();
    std::fs::write(folder.path().join("outside"), "secret").unwrap();
    std::os::unix::fs::symlink("../outside", path.join("link")).unwrap();
    std::os::unix::fs::symlink(".", path.join("loop")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(path.join("pipe")).status().unwrap().success());
    let source = Tree::open(&path).unwrap();
    let change = source.change(&source.only(), &Cancel::default()).unwrap();
    let names: Vec<_> = change.patch.files.iter().map(|file| file.path().text().into_owned()).collect();
    assert_eq!(names, ["a/bin", "b/x.txt", "link", "loop"]);
    assert!(matches!(change.patch.files[0].content, Content::Binary { new_size: Some(3), .. }));
    assert_eq!(change.patch.files[1].text().unwrap().added().collect::<Vec<_>>(), [(1, "1"), (2, "2")]);
    assert_eq!(change.patch.files[2].text().unwrap().added().collect::<Vec<_>>(), [(1, "../outside")]);
    assert!(change.patch.omissions.iter().any(|omission| omission.path == Some(RepoPath::from("pipe"))), "{:?}", change.patch.omissions);
}

fn opened(target: &Target) -> Result<Opened, SourceError> {
    open(target, recognise())
}

fn named(world: &World, name: &str) -> Target {
    Target { named: Some(name.to_owned()), repo: Some(world.path()), ..Target::default() }
}

#[test]
fn arguments_find_what_they_name() {
    let mut world = World::new();
    world.agent_branch("claude/one", "Add one", &[("one.txt", "1\n")]);
    let path = |path: &Path| Target { named: Some(path.display().to_string()), ..Target::default() };
    let queue = opened(&path(&world.path())).unwrap();
    assert!(queue.at.is_none());
    assert_eq!(queue.source.list(&Cancel::default()).unwrap().pulls.len(), 1);
    for name in ["claude/one", "main..claude/one", "claude/one~0"] {
        let one = opened(&named(&world, name)).unwrap();
        let change = one.source.change(&one.at.unwrap(), &Cancel::default()).unwrap();
        assert_eq!(change.patch.added(), 1, "{name}");
        assert_eq!(one.source.list(&Cancel::default()).unwrap().pulls.len(), 1);
    }
    let each = Target { each_commit: true, ..named(&world, "main..claude/one") };
    assert_eq!(opened(&each).unwrap().source.list(&Cancel::default()).unwrap().pulls.len(), 1);
    let file = world.beside("one.patch");
    std::fs::write(&file, world.try_git(&["format-patch", "--stdout", "main..claude/one"]).stdout).unwrap();
    for target in [path(&file), Target { diff: Some(file.clone()), ..Target::default() }] {
        let patch = opened(&target).unwrap();
        assert_eq!(patch.source.change(&patch.at.unwrap(), &Cancel::default()).unwrap().pull.title, "Add one");
    }
    let list = world.beside("commits");
    std::fs::write(&list, format!("# two\n{}\n\n{}\n", world.id("main"), world.id("claude/one"))).unwrap();
    let commits = Target { commits: Some(list), repo: Some(world.path()), ..Target::default() };
    assert_eq!(opened(&commits).unwrap().source.list(&Cancel::default()).unwrap().pulls.len(), 2);
    let tree = opened(&Target { tree: Some(world.path()), ..Target::default() }).unwrap();
    assert_eq!(tree.source.change(&tree.at.unwrap(), &Cancel::default()).unwrap().patch.files.len(), 1);
}

#[test]
fn arguments_that_make_no_sense_are_one_sentence() {
    let world = World::new();
    for forge in ["owner/repo", "owner/repo#7", "#7", "https://example.com/owner/repo/pull/7", "git@example.com:owner/repo"] {
        assert!(refusal(opened(&named(&world, forge))).contains("no repository of a GitHub host"), "{forge}");
    }
    let nowhere = world.beside("nowhere");
    let missing = Some(nowhere.clone());
    for target in [
        Target { diff: missing.clone(), ..Target::default() },
        Target { tree: missing.clone(), ..Target::default() },
        Target { commits: missing.clone(), repo: Some(world.path()), ..Target::default() },
        Target { repo: missing.clone(), ..Target::default() },
        Target { named: Some(nowhere.display().to_string()), ..Target::default() },
        Target { diff: missing.clone(), tree: missing, ..Target::default() },
        Target { each_commit: true, repo: Some(world.path()), ..Target::default() },
        Target { diff: Some(world.path()), ..Target::default() },
        Target { tree: Some(world.path().join("README.md")), ..Target::default() },
        Target { diff: Some(world.path().join("README.md")), ..Target::default() },
        named(&world, "unknown"),
        named(&world, "main"),
    ] {
        let _ = refusal(opened(&target));
    }
}

mod hostile_mail {
    use proptest::prelude::*;

    use super::*;

    const PIECES: &[&[u8]] = &[
        b"From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n",
        b"From: =?UTF-8?q?A=20B?= <a@example.com>\n",
        b"Subject: [PATCH 1/2] =?utf-8?B?4pi6\n",
        b"Date: Mon, 99 Foo 20265 00:00:00 +9999\n",
        b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"x\"\n\n--x\n",
        b"Content-Transfer-Encoding: base64\n",
        b"Content-Transfer-Encoding: quoted-printable\n",
        b"Content-Type: text/html; charset=utf-7\n",
        b"\n",
        b"---\n",
        b"--x--\n",
        b"diff --git a/x b/x\nnew file mode 100644\n",
        b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
        b"ZGlmZiAtLWdpdA==\n",
        b"=F0=9F\xff\0\r\n",
        b"-- \n2.47.3\n",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn never_panics(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..24)) {
            if let Ok(source) = PatchFile::read(pieces.concat().as_slice(), "x", recognise()) {
                for pull in source.list(&Cancel::default()).unwrap().pulls {
                    prop_assert!(source.change(&pull.at, &Cancel::default()).is_ok());
                }
            }
        }
    }
}
