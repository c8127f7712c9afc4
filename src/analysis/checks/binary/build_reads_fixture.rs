//! `build-reads-fixture`: the build takes apart or runs a file that is no text and that the same change brings.

use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Needs;
use crate::analysis::role::{Role, fold};
use crate::model::diff::{Content, FileDiff, FileStatus};
use crate::model::rule::RuleId;

/// See `rules/code/build-reads-fixture.toml`.
pub struct BuildReadsFixture;

static BUILDS: Pattern = Pattern::new(
    r"(?x) (?:^|/) (?: (?:gnu)?makefile[\w.]* | configure[\w.]* | [\w.-]*\.(?:m4|ac|am|mk|cmake|gradle|kts|sh|bash|ps1|bzl|sbt|gyp) | cmakelists\.txt | meson\.build | build\.rs | build\.zig | setup\.py | conanfile\.py
        | package\.json | build(?:\.bazel)? | rakefile | justfile | dockerfile[\w.]* | pyproject\.toml | pom\.xml ) $",
);
/// What takes a file apart or runs it, where it is not only listed, copied or compared.
static ACTS: Pattern = Pattern::new(
    r"(?x) \| | \b(?:tar|xz|unxz|xzcat|lzma|unlzma|gzip|gunzip|zcat|bzip2|bunzip2|bzcat|zstd|unzip|7z|head|tail|tr|dd|openssl|base64|xxd|eval|exec|awk|gawk|sed|source|bash|sh|python\d?|node|perl|ruby)\b
      | \$\(shell | \b(?:system|popen|Command::new|execSync|spawn|extractall|unpack_archive|include_bytes!|decompress\w*|inflate\w*)\b | (?:^|[\s;&(])\./",
);
/// A name that is shorter stands everywhere.
const SHORTEST: usize = 6;
const MOST: usize = 200;

impl Check for BuildReadsFixture {
    fn rule(&self) -> RuleId {
        RuleId("build-reads-fixture")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, change: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let files = &change.change.patch.files;
        let names: Vec<String> = files.iter().filter(|file| is_opaque(file)).map(|file| file.path().name().into_owned()).collect();
        let names: Vec<&String> = names.iter().filter(|name| name.len() >= SHORTEST).take(MOST).collect();
        if names.is_empty() {
            return;
        }
        for file in files.iter().filter(|file| builds(file)) {
            let Some(text) = file.text() else { continue };
            for (number, line) in text.added() {
                // Its name may end as the tool is called.
                let acts = |name: &&&String| line.contains(name.as_str()) && ACTS.is_match(&line.replace(name.as_str(), ""));
                if let Some(name) = names.iter().find(acts) {
                    let title = format!("The build takes apart or runs `{name}`, which this change brings and nobody can read");
                    sink.report(Draft::span(file.path(), (number, number), line.trim()).title(title));
                }
            }
        }
    }
}

fn is_opaque(file: &FileDiff) -> bool {
    file.status != FileStatus::Deleted && matches!(file.content, Content::Binary { .. })
}

fn builds(file: &FileDiff) -> bool {
    let path = fold(&file.path().text());
    let role = Role::of(&path);
    !matches!(role, Role::Test | Role::Docs) && (role == Role::Workflow || BUILDS.is_match(&path))
}
