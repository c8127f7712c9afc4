//! Whether issues of other repositories are there, as GitHub says it to everybody, in one request. Never what they say, and never anything
//! of a repository that is private: whoever wrote the message could learn from a report what the token of its reader may see.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::address::Address;
use super::ask::{self, Reply};
use super::queries::FOREIGN;
use crate::model::cancel::Cancel;
use crate::model::forge::Forge;
use crate::model::testimony::{Foreign, ForeignIssue};

/// The fields in which they are asked for.
const FIELDS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Repository {
    is_private: bool,
    issue_or_pull_request: Option<Value>,
}

/// Asks for `issues`, each with its answer; `own` and its pull `number` take the places that are left.
pub(super) fn read(
    forge: &dyn Forge,
    (own, number): (&Address, u64),
    issues: &[ForeignIssue],
    cancel: &Cancel,
) -> BTreeMap<ForeignIssue, Foreign> {
    let known = issues.iter().filter_map(|issue| Some((issue, Address::of(&own.host, &issue.repository)?)));
    let asked: Vec<(&ForeignIssue, Address)> = known.take(FIELDS.len()).collect();
    let no_name = || Foreign::Unknown("no repository can be called so".to_owned());
    let mut answers: BTreeMap<ForeignIssue, Foreign> = issues.iter().map(|issue| (issue.clone(), no_name())).collect();
    if !asked.is_empty() {
        let reply = ask(forge, (own, number), &asked, cancel);
        let said = |field| reply.as_ref().map_or_else(|why| Foreign::Unknown(why.clone()), |reply| answer(reply, field));
        answers.extend(asked.into_iter().zip(FIELDS).map(|((issue, _), field)| (issue.clone(), said(field))));
    }
    answers
}

type Answers = Reply<BTreeMap<String, Option<Repository>>>;

fn ask(forge: &dyn Forge, (own, number): (&Address, u64), asked: &[(&ForeignIssue, Address)], cancel: &Cancel) -> Result<Answers, String> {
    let mut variables = json!({});
    for (at, field) in FIELDS.iter().enumerate() {
        let (address, number) = asked.get(at).map_or((own, number), |(issue, address)| (address, issue.number));
        variables[format!("{field}owner")] = json!(address.owner);
        variables[format!("{field}name")] = json!(address.name);
        variables[format!("{field}number")] = json!(number);
    }
    match ask::graph(forge, FOREIGN, &variables, "issues of other repositories", cancel) {
        Ok(Reply { stale: true, .. }) => Err(ask::STALE.to_owned()),
        Ok(reply) => Ok(reply),
        Err(why) => Err(why.to_string()),
    }
}

/// What was answered in `field`. What is refused of a repository that is not given at all is told as what is not there: that much would
/// tell that it is.
fn answer(reply: &Answers, field: &str) -> Foreign {
    let inside = format!("{field}.");
    let refused = || reply.errors.iter().any(|error| error.path.starts_with(&inside) && error.kind != "NOT_FOUND");
    match reply.data.get(field).and_then(Option::as_ref).filter(|repository| !repository.is_private) {
        Some(repository) if repository.issue_or_pull_request.is_some() => Foreign::There,
        Some(_) if refused() => Foreign::Unknown("GitHub does not say it to this token".to_owned()),
        _ => Foreign::Unseen,
    }
}
