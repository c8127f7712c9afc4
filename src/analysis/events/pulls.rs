//! What happened to the pull, in the words of GitHub's audit log: opened, reviewed, merged, closed.

use super::event::{Entry, Event, Stands, Value};
use super::fields::EventKind;
use super::teller::{Teller, user};
use crate::model::forge::Account;
use crate::model::pull::PullState;
use crate::model::time::Timestamp;

/// One thing that happened to a pull.
struct Happened<'a> {
    action: &'static str,
    operation: &'static str,
    at: Timestamp,
    by: Option<&'a Account>,
    review: Option<&'a str>,
}

impl Teller<'_> {
    /// The events of the pull, in the order they happened.
    #[must_use]
    pub fn pulls(&self) -> Vec<Event<'_>> {
        let pull = &self.change.pull;
        let standing = pull.standing.as_deref();
        let one = |action, operation, at, by| Happened { action, operation, at, by, review: None };
        let mut all = vec![one("pull_request.create", "create", pull.opened, standing.and_then(|standing| standing.author.as_ref()))];
        for review in self.reviews {
            let (by, said) = (review.by.as_ref(), Some(review.state.as_str()));
            all.push(Happened { review: said, ..one("pull_request_review.submit", "create", review.at, by) });
        }
        let merged = standing.and_then(|standing| standing.merged.as_ref());
        match (merged, pull.state) {
            (Some(merged), _) => all.push(one("pull_request.merge", "modify", merged.at, merged.by.as_ref())),
            (None, PullState::Merged) => all.push(one("pull_request.merge", "modify", pull.updated, None)),
            (None, PullState::Closed) => all.push(one("pull_request.close", "modify", pull.updated, None)),
            (None, PullState::Open | PullState::Quarantined) => {}
        }
        all.sort_by_key(|happened| happened.at);
        all.into_iter().map(|happened| self.happened(&happened)).collect()
    }

    fn happened<'e>(&'e self, happened: &Happened<'e>) -> Event<'e> {
        let pull = &self.change.pull;
        let milliseconds = || Value::Number(happened.at.0.saturating_mul(1_000));
        let opener = pull.standing.as_ref().and_then(|standing| standing.author.as_ref());
        let opener = opener.map_or_else(|| user(&pull.author), |account| account.login.as_str());
        let mut own: Vec<Entry<'e>> = vec![
            ("action", happened.action.into()),
            ("operation_type", happened.operation.into()),
            ("user", opener.into()),
            ("@timestamp", milliseconds()),
            ("created_at", milliseconds()),
            ("pull_request_title", pull.title.as_str().into()),
            ("body", pull.body.as_str().into()),
            ("state", pull.state.word().into()),
        ];
        own.extend(happened.review.map(|said| ("review_state", said.to_ascii_lowercase().into())));
        own.extend(pull.url.as_deref().map(|url| ("pull_request_url", url.into())));
        let id = pull.at.name.strip_prefix('#').and_then(|number| number.parse().ok());
        own.extend(id.map(|id| ("pull_request_id", Value::Number(id))));
        match happened.by {
            Some(by) => own.extend(account(by)),
            // Whoever opened it is known by name and address where no forge says more.
            None if happened.action == "pull_request.create" => own.push(("actor", opener.into())),
            None => {}
        }
        own.extend(self.standing());
        self.event(EventKind::Pull, happened.at, Stands::Pull, own)
    }

    fn standing(&self) -> Vec<Entry<'_>> {
        let Some(standing) = self.change.pull.standing.as_deref() else { return Vec::new() };
        let labels = standing.labels.iter().map(|label| label.as_str().into()).collect();
        vec![
            ("draft", standing.draft.into()),
            ("labels", Value::List(labels)),
            ("approvals", Value::Number(i64::try_from(standing.approvals).unwrap_or(i64::MAX))),
            ("auto_merge", standing.auto_merge.is_some().into()),
            ("from_fork", (standing.fork.as_deref() != Some(self.change.pull.at.repo.as_str())).into()),
        ]
    }
}

fn account(by: &Account) -> Vec<Entry<'_>> {
    let mut own: Vec<Entry<'_>> = vec![("actor", by.login.as_str().into()), ("actor_is_bot", by.bot.into())];
    own.extend(by.id.and_then(|id| i64::try_from(id).ok()).map(|id| ("actor_id", Value::Number(id))));
    own
}
