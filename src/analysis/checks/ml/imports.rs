//! The lists of `rules/lists/model.toml`: what a pickle may name.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::analysis::rules::data;

static LISTS: LazyLock<Lists> = LazyLock::new(|| toml::from_str(data("lists/model.toml")).unwrap_or_default());

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    runs: Vec<String>,
    known: Vec<String>,
}

/// What an import can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It runs things, reaches other machines, or takes things away.
    Runs,
    /// It belongs to a library of models.
    Known,
    /// Nobody here knows.
    Unknown,
}

/// What the import called `name` can do.
#[must_use]
pub fn reach(name: &str) -> Reach {
    let on = |list: &[String]| list.iter().any(|entry| fits(entry, name));
    match () {
        () if on(&LISTS.runs) => Reach::Runs,
        () if on(&LISTS.known) => Reach::Known,
        () => Reach::Unknown,
    }
}

fn fits(entry: &str, name: &str) -> bool {
    match entry.strip_suffix('*').or_else(|| entry.ends_with('.').then_some(entry)) {
        Some(head) => name.starts_with(head),
        None => name == entry || name.strip_prefix(entry).is_some_and(|rest| rest.starts_with('.')),
    }
}

/// A name in `bytes` that runs things, written as pickles write one: what can still be seen of one that does not read to its end.
#[must_use]
pub fn named_in(bytes: &[u8]) -> Option<String> {
    const MODULES: [&str; 10] = ["os", "posix", "nt", "subprocess", "builtins", "__builtin__", "runpy", "socket", "importlib", "shutil"];
    MODULES.iter().find(|module| is_named(bytes, module)).map(|module| (*module).to_owned())
}

fn is_named(bytes: &[u8], module: &str) -> bool {
    let (name, length) = (module.as_bytes(), u8::try_from(module.len()).unwrap_or(0));
    let old = [b"c", name, b"\n"].concat();
    let short = [&[0x8c, length], name, &[0x94, 0x8c]].concat();
    let long = [b"X".as_slice(), &[length, 0, 0, 0], name].concat();
    let holds = |part: &[u8]| bytes.windows(part.len()).any(|here| here == part);
    holds(&old) || holds(&short) || holds(&long)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        let cases = [
            ("os.system", Reach::Runs),
            ("posix.system", Reach::Runs),
            ("builtins.eval", Reach::Runs),
            ("builtins.set", Reach::Known),
            ("builtins.open", Reach::Runs),
            ("torch._utils._rebuild_tensor_v2", Reach::Known),
            ("torch.load", Reach::Runs),
            ("torch.FloatStorage", Reach::Known),
            ("torch.float16", Reach::Known),
            ("osprey.run", Reach::Unknown),
            ("acme.models.Net", Reach::Unknown),
        ];
        for (name, expected) in cases {
            assert_eq!(reach(name), expected, "{name}");
        }
    }

    #[test]
    fn names_show_in_what_cannot_be_read() {
        assert_eq!(named_in(b"\xff\xff\x8c\x05posix\x94\x8c\x06system"), Some("posix".to_owned()));
        assert_eq!(named_in(b"\xffcos\nsystem\n"), Some("os".to_owned()));
        assert_eq!(named_in(b"the posix standard; cosine\n"), None);
    }
}
