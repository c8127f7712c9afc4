//! Measurements of the hot paths on the three fixtures. Run with `cargo bench`; nothing here is asserted.

#[path = "../tests/suite/fixture.rs"]
#[allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "shared with the tests")]
mod fixture;

use fixture::Fixture;

fn main() {
    let f = Fixture::new(fixture::BIG);
    let out = std::process::Command::new("git")
        .args(["-C", f.path().to_str().unwrap(), "diff", "--shortstat", "main", fixture::BRANCH])
        .output()
        .unwrap();
    eprintln!("{}", String::from_utf8_lossy(&out.stdout));
    let out = std::process::Command::new("git").args(["-C", f.path().to_str().unwrap(), "diff", "main", fixture::BRANCH]).output().unwrap();
    eprintln!("{}", out.stdout.len());
}
