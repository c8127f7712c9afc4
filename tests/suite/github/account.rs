//! People, bots, organisations, teams and tokens of the loopback GitHub.

use std::collections::{BTreeMap, BTreeSet};

/// What an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    User,
    Bot,
    Organization,
}

impl Kind {
    /// As GitHub writes it, over REST and as `__typename`.
    pub fn word(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Bot => "Bot",
            Self::Organization => "Organization",
        }
    }
}

/// An account. REST and GraphQL spell bots differently (github.md: identity traps).
#[derive(Clone, Debug)]
pub struct Account {
    pub id: u64,
    /// As REST spells it: `devin-ai-integration[bot]`, `Copilot`.
    pub login: String,
    pub kind: Kind,
    /// Accounts an organisation has blocked.
    pub blocked: BTreeSet<u64>,
    /// Teams of an organisation by their slug: members by id.
    pub teams: BTreeMap<String, BTreeSet<u64>>,
    /// Members of an organisation.
    pub members: BTreeSet<u64>,
    /// Whether and where an organisation lets Copilot's agent work.
    pub copilot: Copilot,
}

/// Where Copilot's coding agent may work in an organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Copilot {
    #[default]
    All,
    Selected(BTreeSet<u64>),
    Nowhere,
}

impl Account {
    /// A new account of which nothing but its name is known.
    pub fn new(id: u64, login: &str, kind: Kind) -> Self {
        Self {
            id,
            login: login.to_owned(),
            kind,
            blocked: BTreeSet::new(),
            teams: BTreeMap::new(),
            members: BTreeSet::new(),
            copilot: Copilot::default(),
        }
    }

    /// As GraphQL spells it: without `[bot]`, and Copilot by its app.
    pub fn graph_login(&self) -> &str {
        match self.login.as_str() {
            "Copilot" => "copilot-swe-agent",
            login => login.trim_end_matches("[bot]"),
        }
    }

    /// Its opaque id.
    pub fn node(&self) -> String {
        let letter = match self.kind {
            Kind::User => 'U',
            Kind::Bot => 'B',
            Kind::Organization => 'O',
        };
        format!("{letter}_{}", self.id)
    }
}

/// What a token is and may.
#[derive(Clone, Debug)]
pub struct Token {
    pub secret: String,
    pub account: u64,
    pub grant: Grant,
    /// A revoked or expired token: 401.
    pub revoked: bool,
    pub core: Meter,
    pub graphql: Meter,
    pub search: Meter,
}

/// How a token's rights are written.
#[derive(Clone, Debug)]
pub enum Grant {
    /// A classic token with scopes.
    Classic(BTreeSet<String>),
    /// A fine-grained token or an app's installation: `pull_requests` -> `write`.
    Fine(BTreeMap<String, String>),
}

/// A rate limit counter.
#[derive(Clone, Copy, Debug)]
pub struct Meter {
    pub limit: u64,
    pub used: u64,
}

impl Meter {
    pub fn of(limit: u64) -> Self {
        Self { limit, used: 0 }
    }

    pub fn remaining(self) -> u64 {
        self.limit.saturating_sub(self.used)
    }
}

impl Token {
    pub fn new(secret: &str, account: u64, grant: Grant) -> Self {
        let (core, graphql, search) = (Meter::of(5_000), Meter::of(5_000), Meter::of(30));
        Self { secret: secret.to_owned(), account, grant, revoked: false, core, graphql, search }
    }

    /// Whether it holds `permission` at `level` (`read` or `write`). Classic scopes are mapped onto permissions as GitHub does.
    pub fn may(&self, permission: &str, level: &str) -> bool {
        match &self.grant {
            Grant::Fine(held) => held.get(permission).is_some_and(|held| held == level || held == "write" || held == "admin"),
            Grant::Classic(scopes) => match permission {
                "organization_administration" | "organization_user_blocking" | "organization_copilot_agent_settings" => {
                    scopes.contains("admin:org") || level == "read" && scopes.contains("read:org")
                }
                "organization_audit_log" => scopes.contains("read:audit_log"),
                "members" => ["admin:org", "write:org", "read:org"].iter().any(|scope| scopes.contains(*scope)),
                "statuses" => scopes.contains("repo") || scopes.contains("repo:status"),
                "checks" => level == "read" && scopes.contains("repo"),
                "metadata" => true,
                "workflows" => scopes.contains("workflow"),
                _ => scopes.contains("repo") || scopes.contains("public_repo"),
            },
        }
    }
}

/// What a person may do in a repository.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    #[default]
    None,
    Read,
    Triage,
    Write,
    Maintain,
    Admin,
}

impl Role {
    /// As `role_name` has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Triage => "triage",
            Self::Write => "write",
            Self::Maintain => "maintain",
            Self::Admin => "admin",
        }
    }
}
