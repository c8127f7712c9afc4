//! Names and versions as parts of an address: held to a grammar first, then encoded. What fits no grammar is never asked about.

use crate::model::dependency::Ecosystem;
use crate::model::lookup::Package;

/// Characters of a name; longer ones no registry takes.
const LONGEST_NAME: usize = 214;
/// Characters of a version.
const LONGEST_VERSION: usize = 128;

/// `text` with everything encoded that an address does not take as it is; a slash too.
pub(super) fn encoded(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

/// Why nobody is asked about `package`: its name or its version is none that its ecosystem can have.
pub(super) fn unfit(package: &Package) -> Option<String> {
    let Package { ecosystem, name, version } = package;
    if *ecosystem == Ecosystem::Maven
        && let Some(why) = beside_central(name)
    {
        return Some(why.to_owned());
    }
    if name.len() > LONGEST_NAME || !is_name(*ecosystem, name) {
        return Some(format!("its name is none that {} takes, and was sent to nobody", ecosystem.word()));
    }
    let odd = version.as_ref().is_some_and(|version| !is_version(version));
    odd.then(|| "its version is written as none can be, and was sent to nobody".to_owned())
}

fn is_name(ecosystem: Ecosystem, name: &str) -> bool {
    match ecosystem {
        Ecosystem::Npm => match name.strip_prefix('@') {
            Some(scoped) => scoped.split_once('/').is_some_and(|(scope, name)| is_npm(scope) && is_npm(name)),
            None => is_npm(name),
        },
        Ecosystem::Pypi => {
            let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
            name.bytes().all(is_plain) && ends(name.chars().next()) && ends(name.chars().last())
        }
        Ecosystem::Cargo => {
            let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
            name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.len() <= 64 && name.bytes().all(known)
        }
        Ecosystem::Gem => name.bytes().all(is_plain) && name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'),
        Ecosystem::Golang => is_module(name),
        Ecosystem::Composer => name.split_once('/').is_some_and(|(vendor, own)| is_word(vendor, b"-_.") && is_word(own, b"-_.")),
        Ecosystem::Nuget => name.len() <= 100 && is_word(name, b"-_."),
        Ecosystem::Maven => name
            .split_once(':')
            .is_some_and(|(group, artifact)| group.split('.').all(|part| is_word(part, b"-_")) && is_word(artifact, b"-_.")),
        Ecosystem::Pub | Ecosystem::Hex => is_word(name, b"_"),
        Ecosystem::GithubActions => name.contains('/') && name.split('/').all(|part| is_word(part, b"-_.")),
        Ecosystem::Swift => is_module(name),
        Ecosystem::Conda | Ecosystem::Jsr | Ecosystem::Docker | Ecosystem::Helm | Ecosystem::Terraform | Ecosystem::PreCommit => false,
    }
}

/// Letters and digits, with `marks` between them; an underline or a dot may also begin it.
fn is_word(text: &str, marks: &[u8]) -> bool {
    let known = |b: u8| b.is_ascii_alphanumeric() || marks.contains(&b);
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || (c == '_' && marks.contains(&b'_'))) && text.bytes().all(known)
}

/// Why Maven Central is not asked about `name`: what it does not have lies where builds find it all the same.
fn beside_central(name: &str) -> Option<&'static str> {
    const GOOGLE: [&str; 6] =
        ["androidx.", "com.android.", "com.google.android.", "com.google.firebase:", "com.google.gms:", "com.google.mlkit:"];
    if GOOGLE.iter().any(|group| name.starts_with(group)) {
        return Some("it comes from Google's repository, which is not asked");
    }
    (!name.contains(':')).then_some("it is a plugin of Gradle, whose portal is not asked")
}

fn is_npm(name: &str) -> bool {
    let known = |b: u8| is_plain(b) || b == b'~';
    !name.is_empty() && !name.starts_with(['.', '_']) && name.bytes().all(known)
}

/// A module's path begins with a host.
fn is_module(name: &str) -> bool {
    let part =
        |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with('.') && part.bytes().all(|b| is_plain(b) || b == b'~');
    name.split('/').all(part) && name.split('/').next().is_some_and(|host| host.contains('.'))
}

fn is_plain(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')
}

/// Whether a version is written as one can be.
pub(super) fn is_version(version: &str) -> bool {
    let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'+' | b'~' | b'!');
    !version.is_empty()
        && version.len() <= LONGEST_VERSION
        && version.bytes().all(known)
        && version.bytes().any(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn package(ecosystem: Ecosystem, name: &str, version: Option<&str>) -> Package {
        Package { ecosystem, name: name.to_owned(), version: version.map(str::to_owned) }
    }

    #[test]
    fn names_that_are_none_are_not_asked_about() {
        let none = [
            "",
            ".",
            "..",
            "../../x?y#z",
            "a\nb",
            "a b",
            "a%2e%2e",
            "@",
            "@/x",
            "@a/",
            "@a/b/c",
            "x/../y",
            "ünï",
            "a\\b",
            "a:b:c",
            "//x.y",
            "a..b:c",
            "a:../b",
        ];
        for ecosystem in Ecosystem::ALL {
            for name in none {
                assert!(unfit(&package(ecosystem, name, None)).is_some(), "{ecosystem:?} {name:?}");
            }
            assert!(unfit(&package(ecosystem, &"a".repeat(300), None)).is_some());
        }
    }

    #[test]
    fn names_and_versions_that_are() {
        let some = [
            (Ecosystem::Npm, "left-pad", "1.3.0"),
            (Ecosystem::Npm, "@types/node", "22.0.0-beta.1"),
            (Ecosystem::Npm, "JSONStream", "1.0.0"),
            (Ecosystem::Pypi, "zope.interface", "1!2.0.post1+local.1"),
            (Ecosystem::Cargo, "serde_json", "1.0.0+build"),
            (Ecosystem::Gem, "rails-html-sanitizer", "1.0"),
            (Ecosystem::Golang, "github.com/BurntSushi/toml", "v1.0.0"),
            (Ecosystem::Golang, "gopkg.in/yaml.v3", "v3.0.1"),
            (Ecosystem::Composer, "symfony/http-kernel", "v7.1.0"),
            (Ecosystem::Nuget, "newtonsoft.json", "13.0.3"),
            (Ecosystem::Maven, "org.apache.commons:commons-lang3", "3.14.0"),
            (Ecosystem::Maven, "junit:junit", "4.13.2"),
            (Ecosystem::Pub, "http_parser", "4.0.2"),
            (Ecosystem::Hex, "phoenix_live_view", "1.0.0"),
            (Ecosystem::GithubActions, "actions/cache/restore", "v4"),
            (Ecosystem::Swift, "github.com/apple/swift-nio", "2.60.0"),
        ];
        for (ecosystem, name, version) in some {
            assert_eq!(unfit(&package(ecosystem, name, Some(version))), None, "{name}");
        }
        for version in ["", "../x", "1.0?x", "1 0", "1\n", "1#2", "1/2", ".."] {
            assert!(unfit(&package(Ecosystem::Npm, "left-pad", Some(version))).is_some(), "{version:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_stays_within_one_part_of_an_address(text in ".*") {
            prop_assert!(encoded(&text).bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~%".contains(&b)));
        }

        #[test]
        fn what_is_asked_about_says_nothing_but_letters_of_names(name in ".{0,40}") {
            for ecosystem in Ecosystem::ALL {
                if unfit(&package(ecosystem, &name, None)).is_none() {
                    prop_assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~@/:".contains(&b)), "{:?}", name);
                    prop_assert!(!name.split('/').any(|part| matches!(part, "" | "." | "..")), "{:?}", name);
                }
            }
        }
    }
}
