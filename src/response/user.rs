//! The account of the operating system that this program runs under, as the system says it. Never as the environment says it.
#![allow(clippy::disallowed_methods, reason = "the names of accounts and machine are in the system's own files")]

use crate::model::person::Proof;

/// The account; `None` on a system that has no such numbers.
pub(crate) fn account() -> Option<Proof> {
    let id = number()?;
    let name = std::fs::read_to_string("/etc/passwd").ok().and_then(|list| name(&list, id)).unwrap_or_else(|| id.to_string());
    let machine = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let machine = if machine.trim().is_empty() { "this machine" } else { machine.trim() };
    Some(Proof::User { name, id, machine: machine.to_owned() })
}

/// Its number: the owner of what this process makes, since no variable decides that.
#[cfg(unix)]
fn number() -> Option<u32> {
    let made = tempfile::tempfile().ok()?.metadata().ok()?;
    Some(std::os::unix::fs::MetadataExt::uid(&made))
}

#[cfg(not(unix))]
fn number() -> Option<u32> {
    None
}

/// The name of number `id` in a list such as `/etc/passwd`.
fn name(list: &str, id: u32) -> Option<String> {
    let line = list.lines().find(|line| line.split(':').nth(2).is_some_and(|number| number.parse() == Ok(id)))?;
    line.split(':').next().filter(|name| !name.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_name() {
        let list = "root:x:0:0:root:/root:/bin/sh\n# comment\nreviewer:x:1000:1000::/home/reviewer:/bin/sh\n:x:7:7::/:/bin/sh\n";
        assert_eq!(name(list, 1000).as_deref(), Some("reviewer"));
        assert_eq!(name(list, 7), None);
        assert_eq!(name(list, 8), None);
    }
}
