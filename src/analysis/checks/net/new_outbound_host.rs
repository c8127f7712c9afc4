//! `new-outbound-host`: code names a host that nothing named before; a note for the reader.

use crate::analysis::prefilter::{Needs, Reach};
use std::collections::BTreeSet;

use super::hosts;
use super::traffic::is_shell;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::rule::RuleId;

/// See `rules/code/new-outbound-host.toml`.
pub struct NewOutboundHost;

/// A file that names more hosts than this is a list.
const MOST_HOSTS: usize = 200;

/// Names of formats and of the places code is kept and read, which no program talks to by being written down.
static ORDINARY: Pattern = Pattern::new(
    r"(?:^|\.)(?:w3\.org|json-schema\.org|schema\.org|xmlsoap\.org|openxmlformats\.org|mozilla\.org|example\.(?:com|org|net)|github\.com|gitlab\.com|wikipedia\.org|stackoverflow\.com|ietf\.org|rfc-editor\.org|python\.org|readthedocs\.io|npmjs\.com|opensource\.org|apache\.org|creativecommons\.org|schemastore\.org)$",
);

impl Check for NewOutboundHost {
    fn rule(&self) -> RuleId {
        RuleId("new-outbound-host")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::AFTER, hosts::urls())
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
        let mut seen = BTreeSet::new();
        // In a shell an address stands in a line without quotes as well.
        let words = is_shell(file.language).then(|| side.lines().map(|line| (line.index, side.plain_line(line.index))));
        let texts = words.into_iter().flatten().chain(side.strings().filter(|_| !is_shell(file.language)));
        for (line, string) in texts.filter(|(_, string)| string.contains("://")) {
            if !side.is_changed(line) {
                continue;
            }
            for host in hosts::of_urls(string) {
                if seen.len() >= MOST_HOSTS {
                    sink.skip(
                        Some(file.repo_path()),
                        format!("new-outbound-host: only the first {MOST_HOSTS} hosts named here were looked up"),
                    );
                    return;
                }
                let telling = !hosts::is_own(&host) && !ORDINARY.is_match(&host) && seen.insert(host.clone());
                if telling && hosts::is_new(file, &host) {
                    sink.report(Draft::line(file, side, line).title(format!("Names {host} for the first time")));
                }
            }
        }
    }
}
