//! What an organisation's audit log says about a pull's repository since the day before the pull was opened. Only Enterprise has
//! it, and only owners with a scope of its own may read it: where it cannot be had, that is said once for each organisation.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde_json::Value;

use crate::model::audit::AuditEvent;
use crate::model::forge::ForgeError;
use crate::model::time::Timestamp;
use crate::response::error::ResponseError;
use crate::response::evidence::answers::{Desk, Kept, encoded, place, text};
use crate::response::words::{count, one_line};

/// The kind of these answers, and how their files are called.
pub(super) const KIND: &str = "audit";
/// Pages for each pull, of 100 events each, the newest first.
const MAX_PAGES: usize = 10;
const DAY: i64 = 24 * 60 * 60;

/// What came of asking, for each organisation.
#[derive(Default)]
pub(super) struct Audit {
    asked: BTreeMap<String, Result<usize, ()>>,
}

impl Audit {
    /// Asks for the events of the pull that `desk` is about.
    pub(super) fn collect(&mut self, desk: &Desk<'_>, kept: &mut Kept) -> Result<(), ResponseError> {
        let repo = place(desk.pull);
        let org = repo.split('/').next().unwrap_or_default().to_owned();
        if matches!(self.asked.get(&org), Some(Err(()))) {
            return Ok(());
        }
        if text(kept, "pull", "/base/repo/owner/type").as_deref() != Some("Organization") {
            kept.notes.push(format!("audit log of {org}: an account of a person has none that can be asked for"));
            self.asked.insert(org, Err(()));
            return Ok(());
        }
        let phrase = encoded(&format!("repo:{repo}{}", since(kept)));
        let route = format!("/orgs/{}/audit-log?phrase={phrase}&include=all&order=desc&per_page=100", encoded(&org));
        match desk.pages(kept, KIND, route, MAX_PAGES) {
            Ok(written) => {
                written?;
                let events = kept
                    .pages
                    .iter()
                    .filter(|(kind, _)| *kind == KIND)
                    .filter_map(|(_, page)| page.as_array())
                    .map(Vec::len)
                    .sum::<usize>();
                let known = self.asked.entry(org).or_insert(Ok(0));
                *known = known.map(|known| known + events);
            }
            Err(ForgeError::Cancelled) => return Err(desk.told(&ForgeError::Cancelled)),
            Err(error @ (ForgeError::Forbidden { .. } | ForgeError::NotFound(_) | ForgeError::Unauthorised(_))) => {
                kept.notes.push(format!(
                    "audit log of {org}: not permitted; it takes GitHub Enterprise, an owner of the organisation and the scope read:audit_log: {}",
                    one_line(error.says())
                ));
                self.asked.insert(org, Err(()));
            }
            Err(error) => kept.missing.push(format!("audit log of {org}: {}", one_line(error.says()))),
        }
        Ok(())
    }

    /// In a few words, for the custody log and the ledger.
    pub(super) fn says(&self) -> Vec<String> {
        let one = |(org, found): (&String, &Result<usize, ()>)| match found {
            Ok(events) => format!("audit log of {org}: {}", count(*events, "event")),
            Err(()) => format!("audit log of {org}: not to be had"),
        };
        self.asked.iter().map(one).collect()
    }
}

/// The window as a word of the phrase: from the day before the pull was opened.
fn since(kept: &Kept) -> String {
    let opened = text(kept, "pull", "/created_at").and_then(|at| DateTime::parse_from_rfc3339(&at).ok());
    let day = opened.and_then(|at| DateTime::from_timestamp(at.timestamp() - DAY, 0));
    day.map_or_else(String::new, |day| format!(" created:>={}", day.format("%Y-%m-%d")))
}

/// One event of an answer; `None` when it says neither when nor what.
pub(super) fn event(value: &Value) -> Option<AuditEvent> {
    let data = value.get("data");
    // Fields of agents stand beside the others, and within `data` in exports.
    let field = |name: &str| value.get(name).or_else(|| data?.get(name));
    let word = |name: &str| field(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let at = field("@timestamp").or_else(|| field("created_at"))?.as_i64()?;
    Some(AuditEvent {
        at: Timestamp(at.div_euclid(1_000)),
        action: Some(word("action")).filter(|action| !action.is_empty())?,
        actor: word("actor"),
        repository: word("repo"),
        user: word("user"),
        agent: field("actor_is_agent").and_then(Value::as_bool).unwrap_or(false),
        session: field("agent_session_id").and_then(Value::as_str).map(str::to_owned),
    })
}

/// The events of one page of answers.
pub(super) fn events(page: &Value) -> Vec<AuditEvent> {
    page.as_array().into_iter().flatten().filter_map(event).collect()
}
