//! On whose behalf a compiled requirements file pins a package, as `pip-compile` and `uv pip compile` note it: `# via rich`.

use std::collections::HashMap;

use super::normalised;
use crate::analysis::manifests::format::Entry;

/// Who wants the packages pinned above, line by line.
#[derive(Default)]
pub struct Notes {
    /// Whether the last comment began with `via`, so that the ones below go on.
    open: bool,
    /// The position of an entry, and who asks for it.
    wanted: Vec<(usize, String)>,
}

impl Notes {
    /// Reads the comment in `line`, when it has one, as one on the last of `entries`.
    pub fn read(&mut self, line: &str, entries: usize) {
        let (Some((_, comment)), Some(last)) = (line.split_once('#'), entries.checked_sub(1)) else {
            self.open = false;
            return;
        };
        let comment = comment.trim();
        let who = comment.strip_prefix("via").filter(|rest| rest.is_empty() || rest.starts_with(' '));
        let who = match who {
            Some(who) => who.trim(),
            None if self.open && line.trim_start().starts_with('#') => comment,
            None => return,
        };
        self.open = true;
        self.wanted.extend(who.split(',').map(str::trim).filter(|who| !who.is_empty()).map(|who| (last, who.to_owned())));
    }

    /// Marks what files of the project ask for, and notes at each package what it needs.
    pub fn settle(self, entries: &mut [Entry]) {
        let by_name: HashMap<String, usize> = entries.iter().enumerate().map(|(at, entry)| (entry.dependency.name.clone(), at)).collect();
        for (at, who) in self.wanted {
            let Some(name) = entries.get(at).map(|entry| entry.dependency.name.clone()) else { continue };
            // `-r requirements.in`, `project (pyproject.toml)`; a constraint asks for nothing.
            let by_project = who.starts_with("-r") || who.contains('(');
            let parent = by_name.get(&normalised(&who)).filter(|_| !by_project);
            if let Some(parent) = parent.and_then(|parent| entries.get_mut(*parent)) {
                parent.needs.push(name);
            } else if let Some(entry) = entries.get_mut(at).filter(|_| by_project) {
                entry.dependency.direct = true;
            }
        }
    }
}
