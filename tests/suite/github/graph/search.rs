//! GitHub's search for pulls with the qualifiers of its documentation. Unknown qualifiers are words, as there.

use super::super::account::Role;
use super::super::pull::Pull;
use super::super::repo::Repo;
use super::super::world::World;

/// Pulls that `query` finds and the viewer may see, newest first.
pub fn pulls(world: &World, viewer: u64, query: &str) -> Result<Vec<(u64, u64)>, String> {
    let terms = terms(query);
    if terms.iter().any(|term| term.value.eq_ignore_ascii_case("copilot") && term.key == "author") {
        return Err(
            "The listed users cannot be searched either because the users do not exist or you do not have permission to view the users."
                .to_owned(),
        );
    }
    let (mut found, groups) = (Vec::new(), groups(&terms));
    for repo in world.repos.iter().filter(|repo| world.role(repo, Some(viewer)) >= Role::Read) {
        for pull in repo.pulls.values() {
            if groups.iter().all(|group| group.iter().any(|term| term.holds(world, viewer, repo, pull, &terms))) {
                found.push((repo.id, pull));
            }
        }
    }
    let sort = terms.iter().find(|term| term.key == "sort").map_or("created-desc", |term| &term.value);
    found.sort_by_key(|(repo, pull)| (if sort.starts_with("updated") { pull.updated } else { pull.created }, *repo, pull.number));
    if !sort.ends_with("-asc") {
        found.reverse();
    }
    Ok(found.into_iter().map(|(repo, pull)| (repo, pull.number)).collect())
}

#[derive(Clone, Debug)]
struct Term {
    not: bool,
    key: String,
    value: String,
}

fn terms(query: &str) -> Vec<Term> {
    let (mut terms, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for letter in query.chars().chain([' ']) {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => {
                if !word.is_empty() {
                    terms.push(term(&word));
                }
                word.clear();
            }
            other => word.push(other),
        }
    }
    terms
}

const KEYS: [&str; 30] = [
    "is",
    "type",
    "state",
    "author",
    "head",
    "base",
    "org",
    "user",
    "repo",
    "label",
    "in",
    "updated",
    "created",
    "merged",
    "closed",
    "review",
    "reviewed-by",
    "review-requested",
    "user-review-requested",
    "team-review-requested",
    "involves",
    "assignee",
    "draft",
    "archived",
    "sort",
    "status",
    "commenter",
    "mentions",
    "sha",
    "milestone",
];

fn term(word: &str) -> Term {
    let (not, word) = word.strip_prefix('-').map_or((false, word), |rest| (true, rest));
    match word.split_once(':').filter(|(key, _)| KEYS.contains(key)) {
        Some((key, value)) => Term { not, key: key.to_owned(), value: value.to_owned() },
        None => Term { not, key: String::new(), value: word.to_owned() },
    }
}

/// Several `repo:`, `org:`, `user:`, `author:` mean any of them; everything else means all of them.
fn groups(terms: &[Term]) -> Vec<Vec<Term>> {
    let place = |term: &Term| matches!(term.key.as_str(), "repo" | "org" | "user") && !term.not;
    let author = |term: &Term| term.key == "author" && !term.not;
    let head = |term: &Term| term.key == "head" && !term.not;
    let mut groups: Vec<Vec<Term>> = Vec::new();
    for any in [&place as &dyn Fn(&Term) -> bool, &author, &head] {
        let group: Vec<Term> = terms.iter().filter(|term| any(term)).cloned().collect();
        if !group.is_empty() {
            groups.push(group);
        }
    }
    groups.extend(terms.iter().filter(|term| !place(term) && !author(term) && !head(term)).map(|term| vec![term.clone()]));
    groups
}

impl Term {
    fn holds(&self, world: &World, viewer: u64, repo: &Repo, pull: &Pull, all: &[Self]) -> bool {
        self.means(world, viewer, repo, pull, all) != self.not
    }

    fn means(&self, world: &World, viewer: u64, repo: &Repo, pull: &Pull, all: &[Self]) -> bool {
        let value = self.value.as_str();
        let person = |login: &str| if login == "@me" { Some(viewer) } else { world.find_account(login).map(|account| account.id) };
        match self.key.as_str() {
            "is" | "type" | "state" => is(value, repo, pull),
            "author" => author(world, viewer, pull, value),
            "head" => pull.head_ref.starts_with(value),
            "base" => pull.base_ref == value,
            "org" | "user" => repo.owner_login.eq_ignore_ascii_case(value) || value == "@me" && repo.owner == viewer,
            "repo" => repo.full().eq_ignore_ascii_case(value),
            "label" => value.split(',').any(|name| pull.labels.iter().any(|label| label.eq_ignore_ascii_case(name))),
            "updated" => within(value, Some(pull.updated)),
            "created" => within(value, Some(pull.created)),
            "merged" => within(value, pull.merged.as_ref().map(|merged| merged.at)),
            "closed" => within(value, pull.closed),
            "draft" => pull.draft == (value == "true"),
            "archived" => repo.archived == (value == "true"),
            "review-requested" | "user-review-requested" => person(value).is_some_and(|id| pull.requested.contains(&id)),
            "team-review-requested" => {
                let (owner, slug) = value.split_once('/').unwrap_or(("", value));
                repo.owner_login.eq_ignore_ascii_case(owner) && pull.requested_teams.iter().any(|team| team == slug)
            }
            "reviewed-by" => person(value).is_some_and(|id| pull.reviews.iter().any(|review| review.by == Some(id))),
            "commenter" => person(value).is_some_and(|id| pull.comments.iter().any(|comment| comment.by == Some(id))),
            "assignee" => person(value).is_some_and(|id| pull.assignees.contains(&id)),
            "involves" => person(value).is_some_and(|id| {
                pull.author == Some(id) || pull.assignees.contains(&id) || pull.comments.iter().any(|comment| comment.by == Some(id))
            }),
            "review" => review(value, repo, pull),
            "sha" => value.len() >= 7 && pull.head_sha.starts_with(value),
            "status" => rollup(repo, pull) == value,
            "in" | "sort" => true,
            _ => text(value, pull, all),
        }
    }
}

fn is(value: &str, repo: &Repo, pull: &Pull) -> bool {
    match value {
        "pr" => true,
        "issue" => false,
        "open" => pull.open,
        "closed" => !pull.open,
        "merged" => pull.merged.is_some(),
        "unmerged" => pull.merged.is_none(),
        "draft" => pull.draft,
        "locked" => pull.locked.is_some(),
        "public" => !repo.private,
        "private" => repo.private,
        "queued" => pull.queued.is_some(),
        _ => true,
    }
}

fn author(world: &World, viewer: u64, pull: &Pull, value: &str) -> bool {
    let Some(account) = pull.author.and_then(|id| world.accounts.get(&id)) else { return false };
    let (app, plain) = (value.strip_prefix("app/"), value.trim_end_matches("[bot]"));
    let bot = account.kind == super::super::account::Kind::Bot;
    match app {
        Some(slug) => bot && account.graph_login().eq_ignore_ascii_case(slug),
        None if value == "@me" => account.id == viewer,
        None if value.ends_with("[bot]") => bot && account.graph_login().eq_ignore_ascii_case(plain),
        None => !bot && account.login.eq_ignore_ascii_case(value),
    }
}

fn review(value: &str, repo: &Repo, pull: &Pull) -> bool {
    let opinions = pull.opinions();
    let said = |state: &str| opinions.iter().any(|review| review.state == state);
    match value {
        "none" => pull.reviews.is_empty(),
        "approved" => said("APPROVED") && !said("CHANGES_REQUESTED"),
        "changes_requested" => said("CHANGES_REQUESTED"),
        "required" => super::super::gate::asked(repo, &pull.base_ref).reviewed && !said("APPROVED"),
        _ => true,
    }
}

fn rollup(repo: &Repo, pull: &Pull) -> &'static str {
    match super::commit::rolled(repo, &pull.head_sha) {
        Some("SUCCESS") => "success",
        Some("FAILURE" | "ERROR") => "failure",
        Some(_) => "pending",
        None => "",
    }
}

/// `>=2026-01-01`, `<2026-01-01T10:00:00Z`, `2026-01-01..2026-01-31`, `*..2026-01-31`, a single day.
fn within(value: &str, at: Option<i64>) -> bool {
    let Some(at) = at else { return false };
    let start = |text: &str| moment(text, false);
    let end = |text: &str| moment(text, true);
    if let Some((from, to)) = value.split_once("..") {
        return (from == "*" || start(from) <= at) && (to == "*" || at <= end(to));
    }
    match (value.strip_prefix(">="), value.strip_prefix("<="), value.strip_prefix('>'), value.strip_prefix('<')) {
        (Some(from), ..) => at >= start(from),
        (_, Some(to), ..) => at <= end(to),
        (_, _, Some(from), _) => at > end(from),
        (_, _, _, Some(to)) => at < start(to),
        _ => start(value) <= at && at <= end(value),
    }
}

/// A moment, or the first or last second of a day.
fn moment(text: &str, last: bool) -> i64 {
    if let Ok(at) = chrono::DateTime::parse_from_rfc3339(text) {
        return at.timestamp();
    }
    let day = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap_or_default();
    let time = if last { day.and_hms_opt(23, 59, 59) } else { day.and_hms_opt(0, 0, 0) };
    time.unwrap_or_default().and_utc().timestamp()
}

/// A word or a quoted phrase, in the fields that `in:` names: title and body when there is none.
fn text(value: &str, pull: &Pull, all: &[Term]) -> bool {
    let within: Vec<&str> = all.iter().filter(|term| term.key == "in").flat_map(|term| term.value.split(',')).collect();
    let looked = |field: &str| within.is_empty() && field != "comments" || within.contains(&field);
    let has = |text: &str| text.to_lowercase().contains(&value.to_lowercase());
    looked("title") && has(&pull.title)
        || looked("body") && has(pull.body.as_deref().unwrap_or_default())
        || looked("comments") && pull.comments.iter().any(|comment| has(&comment.body))
}
