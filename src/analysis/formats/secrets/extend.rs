//! Files that build on default rules (`[extend] useDefault = true`): here those are the rules of this program. What such a file allows,
//! disables or changes holds for them too.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::allow::Allowlist;
use super::built::Built;
use super::matcher::Matcher;
use super::read;
use super::rule::Written;
use crate::model::pack::{Pack, PackFile};

/// What files of the user say of the rules of this program.
#[derive(Default)]
pub struct Extension {
    disabled: BTreeSet<String>,
    allow: Vec<Arc<Allowlist>>,
    aimed: Vec<(String, Arc<Allowlist>)>,
    changed: Vec<Written>,
}

impl Extension {
    /// What `packs` say.
    #[must_use]
    pub fn of(packs: &[Pack]) -> Self {
        let mut all = Self::default();
        packs.iter().flat_map(|pack| &pack.files).filter(|file| may_extend(file)).for_each(|file| all.add(file));
        all
    }

    fn add(&mut self, file: &PackFile) {
        let config = read::read(&file.text, false);
        if !config.extends {
            return;
        }
        self.disabled.extend(config.disabled.into_iter().map(|(_, id)| id));
        self.allow.extend(config.allow);
        self.aimed.extend(config.aimed.into_iter().map(|(_, id, list)| (id, list)));
        for rule in config.rules {
            if rule.patch {
                self.changed.push(rule);
            } else {
                // A rule of the same name takes the place of ours.
                self.disabled.insert(rule.form.id.0.to_owned());
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.disabled.is_empty() && self.allow.is_empty() && self.aimed.is_empty() && self.changed.is_empty()
    }

    /// `built` as these files want it.
    #[must_use]
    pub(super) fn apply(&self, built: &Arc<Built>) -> Arc<Built> {
        if self.is_empty() {
            return Arc::clone(built);
        }
        let (mut rules, mut forms) = (Vec::new(), Vec::new());
        for (rule, form) in built.rules.iter().zip(built.matcher.forms()) {
            if self.disabled.contains(rule.id.0) {
                continue;
            }
            let mut form = form.clone();
            form.allow.extend(self.allow.iter().cloned());
            form.allow.extend(self.aimed.iter().filter(|(id, _)| id == rule.id.0).map(|(_, list)| Arc::clone(list)));
            for change in self.changed.iter().filter(|change| change.form.id == rule.id) {
                form.entropy = change.form.entropy.or(form.entropy);
                form.allow.extend(change.form.allow.iter().cloned());
            }
            rules.push(rule.clone());
            forms.push(form);
        }
        Arc::new(Built { rules, matcher: Arc::new(Matcher::new(forms)), notes: built.notes.clone() })
    }
}

fn may_extend(file: &PackFile) -> bool {
    file.path.to_ascii_lowercase().ends_with(".toml") && file.text.to_ascii_lowercase().contains("usedefault")
}
