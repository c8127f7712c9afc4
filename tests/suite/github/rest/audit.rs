//! An organisation's audit log, which only Enterprise has and only its owners may read.

use serde_json::{Map, Value, json};

use super::{Ask, Done, Reply, Route, route};
use crate::github::account::{Kind, Role};
use crate::github::world::World;

pub const ROUTES: &[Route] = &[route("GET /orgs/{org}/audit-log", &[("organization_audit_log", "read")], Role::None, list)];

/// An event, as far as GitHub's description and its page on agents' events name fields.
#[derive(Clone, Debug)]
pub struct Event {
    pub at: i64,
    pub action: String,
    pub actor: String,
    pub repo: Option<String>,
    pub more: Map<String, Value>,
}

fn list(world: &mut World, ask: &Ask) -> Done {
    let org = world.find_account(ask.param("org")).filter(|account| account.kind == Kind::Organization).ok_or_else(Reply::missing)?;
    let owner = world.repos.iter().any(|repo| repo.owner == org.id && world.role(repo, ask.viewer) >= Role::Admin);
    let events = world.audits.get(&org.id).filter(|_| owner).ok_or_else(Reply::missing)?;
    let phrase = ask.query.get("phrase").cloned().unwrap_or_default();
    let wanted = |event: &&Event| phrase.split_whitespace().all(|word| meets(word, event));
    let mut told: Vec<(i64, Value)> = events.iter().filter(wanted).map(|event| (event.at, event.told(&org.login, org.id))).collect();
    told.sort_by_key(|(at, _)| *at);
    if ask.query.get("order").is_none_or(|order| order == "desc") {
        told.reverse();
    }
    let per = ask.query.get("per_page").and_then(|per| per.parse().ok()).unwrap_or(30_usize).clamp(1, 100);
    let after = ask.query.get("after").and_then(|after| after.parse().ok()).unwrap_or(0_usize);
    let shown: Vec<Value> = told.iter().skip(after).take(per).map(|(_, event)| event.clone()).collect();
    let mut reply = Reply::json(200, Value::Array(shown));
    if told.len() > after + per {
        let mut query = ask.query.clone();
        query.insert("after".to_owned(), (after + per).to_string());
        let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        reply.headers.push(("link", format!("<{}{}?{}>; rel=\"next\"", ask.base, ask.path, query.join("&"))));
    }
    Ok(reply)
}

fn meets(word: &str, event: &Event) -> bool {
    match word.split_once(':') {
        Some(("repo", repo)) => event.repo.as_deref() == Some(repo),
        Some(("created", since)) => {
            let day = since.strip_prefix(">=").and_then(|day| chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
            day.is_some_and(|day| event.at >= day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp())
        }
        _ => event.action.contains(word),
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

impl Event {
    fn told(&self, org: &str, id: u64) -> Value {
        let mut told = json!({
            "@timestamp": self.at * 1_000, "created_at": self.at * 1_000, "action": self.action, "actor": self.actor, "org": org, "org_id": id,
            "_document_id": format!("d{}", self.at), "operation_type": "modify",
        });
        if let (Some(told), Some(repo)) = (told.as_object_mut(), &self.repo) {
            told.insert("repo".to_owned(), json!(repo));
        }
        if let Some(told) = told.as_object_mut() {
            told.extend(self.more.clone());
        }
        told
    }
}
