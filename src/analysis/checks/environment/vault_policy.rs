//! Policies of Vault and OpenBao: paths that became wider, and capabilities beyond reading and writing. No rule of its own.

use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};

static PATH: Pattern = Pattern::new(r#"^\s*path\s+"([^"]*)"\s*\{"#);
static CAPABILITIES: Pattern = Pattern::new(r"^\s*capabilities\s*=\s*\[");
static SUDO: Pattern = Pattern::new(r#""(?:sudo|root)""#);

/// What a policy gives that it did not give before, and the line.
pub(super) fn given(file: &FileView<'_>) -> Option<(String, usize)> {
    let (old, new) = (file.old()?, file.new_side()?);
    if !new.lines().any(|line| CAPABILITIES.is_match(line.text)) {
        return None;
    }
    let sudo = |side: &SideView<'_>| side.lines().filter(|line| CAPABILITIES.is_match(line.text) && SUDO.is_match(line.text)).count();
    if sudo(new) > sudo(old) {
        let line = new.changed_lines().find(|line| CAPABILITIES.is_match(line.text) && SUDO.is_match(line.text))?;
        return Some(("Paths of the store of secrets that only root may use are opened".to_owned(), line.index));
    }
    let narrow: Vec<&str> = old.changed_lines().filter_map(|line| PATH.group(line.text, 1)).take(100).collect();
    new.changed_lines().find_map(|line| {
        let path = PATH.group(line.text, 1)?;
        let start = path.strip_suffix('*')?;
        let wider = |was: &&str| was.len() > path.len() && was.starts_with(start) || was.is_empty();
        narrow
            .iter()
            .any(wider)
            .then(|| (format!("Everything below `{path}` of the store of secrets is given where a part of it was"), line.index))
    })
}
