//! The embedded demo: a real repository, the same every time, and every pull where it belongs.

use std::path::Path;
use std::process::Command;

use lazaret::sources::demo::data::Script;
use lazaret::sources::demo::folder;

fn git(repository: &Path, args: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(repository).args(args).output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_repository_is_whole_and_the_same_every_time() {
    let script = Script::embedded().unwrap();
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let refs = homes.each_ref().map(|home| {
        let repository = folder::repository(home.path(), &script).unwrap();
        assert_eq!(git(&repository, &["fsck", "--strict", "--full"]), "");
        git(&repository, &["for-each-ref"])
    });
    assert_eq!(refs[0], refs[1]);
}
