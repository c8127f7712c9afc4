//! Accounts, with the traps of their names: GraphQL drops the `[bot]` that REST writes.

use serde::Deserialize;

use crate::model::forge::Account;

/// An account as either API writes it. A deleted one is `null`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Actor {
    #[serde(rename = "__typename", default)]
    kind: String,
    #[serde(rename = "type", default)]
    rest_kind: String,
    #[serde(default)]
    login: String,
    #[serde(default)]
    database_id: Option<u64>,
    #[serde(default)]
    id: Option<serde_json::Value>,
}

/// The account. A bot that GraphQL names `x` is called `x[bot]`, as on its page; a person called `x` stays `x`.
pub(crate) fn account(actor: Actor) -> Account {
    let bot = actor.kind == "Bot" || actor.rest_kind == "Bot";
    let login = if actor.kind == "Bot" && !actor.login.ends_with("[bot]") { format!("{}[bot]", actor.login) } else { actor.login };
    let id = actor.database_id.or_else(|| actor.id.as_ref().and_then(serde_json::Value::as_u64));
    Account { id, login, bot }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Account {
        account(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn a_person_called_as_an_agent_stays_a_person() {
        let person = read(r#"{"__typename":"User","login":"devin","databaseId":7}"#);
        assert_eq!(person, Account { id: Some(7), login: "devin".to_owned(), bot: false });
        let agent = read(r#"{"__typename":"Bot","login":"devin-ai-integration","databaseId":158243242}"#);
        assert_eq!(agent, Account { id: Some(158_243_242), login: "devin-ai-integration[bot]".to_owned(), bot: true });
        let rest = read(r#"{"login":"Copilot","id":198982749,"type":"Bot","node_id":"x"}"#);
        assert_eq!(rest, Account { id: Some(198_982_749), login: "Copilot".to_owned(), bot: true });
    }
}
