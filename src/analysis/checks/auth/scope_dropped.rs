//! `scope-dropped`: a query that asked for what belongs to somebody asks for everybody's now, and nothing else in the function asks who it is.
//!
//! A function is compared with itself. What a refusal kept is `guard-removed`'s.

use super::derived;
use super::functions::{Bodies, Body};
use super::global_filters;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/scope-dropped.toml`.
pub struct ScopeDropped;

/// A longer statement is data.
const LONGEST: usize = 2000;

/// Who asks, as code names them.
static WHO: Pattern = Pattern::new(
    r"\bcurrent_?(?:user|tenant|account|organi[sz]ation|org|team|company|customer|member|workspace)\w*|\bcurrent(?:User|Tenant|Account|Org|Team|Customer|Workspace)\w*|\b(?:request|req|ctx|context|session|self\.request|c|event)\.(?:state\.)?(?:user|tenant|account|auth|session)\b|\b[aA]uth(?:\(\)|::)(?:->)?(?:id|user)\s*\(|->user\(\)|\bprincipal\b|\bgetPrincipal\b|\bUser\.(?:Identity|FindFirst\w*|GetUserId)\b|\bclaims?\.(?:sub|Subject|user\w*|tenant\w*)\b|\b(?:policy_scope|accessible_by|scoped_to|for_current_user)\b|\b(?:userId|user_id|tenantId|tenant_id|accountId|account_id|ownerId|owner_id)\b",
);
/// A query that begins with all there is of a kind; the group is the kind.
static WHOLE: Pattern = Pattern::new(
    r"(?:^|[^\w.>$])([A-Z]\w+)(?:\.objects\b|\.query\b)?(?:\.|::)\s*(?:unscoped\b|find\w*|where\w*|filter\w*|all\b|get\b|first\w*|last\b|select_related|prefetch_related|order_by|order\b|raw\b|query\b|count\w*|paginate|includes|scan)|\b(?:prisma|db|tx|ctx\.db|this\.prisma)\.(\w+)\.(?:find\w*|delete\w*|update\w*|count|aggregate)\s*\(|\b[gG]et_?[oO]bject_?[oO]r_?404\s*\(\s*([A-Z]\w+)\s*,",
);
/// Something else may keep others out.
static KEEPS: Pattern = Pattern::new(
    r"(?i)customer_?id|authori[sz]|permission|polic(?:y|ies)|\bcan\b|\bcan[A-Z_]\w*|\bmay_|\ballow|\bguard|scope|admin|staff|superuser|visible|accessible|owned|owner|tenant|for_user|forUser|viewable|\brequire\w+|check_|internal",
);

/// A query, however it is written.
static QUERIES: Pattern = Pattern::new(
    r"(?i)(?:\.|->|::)(?:get|filter|find\w*|where\w*|first\w*|delete\w*|update\w*|count|exclude|get_or_404|exists|query|execute|exec|QueryRow\w*|select\w*|one)\s*\(|get_object_or_404\s*\(|\bselect\b.+\bfrom\b|\bdelete\s+from\b",
);
/// What is kept to what belongs to somebody.
static OWNED: Pattern = Pattern::new(
    r"(?i)(?:^|[^\w.])[:@]?(?:\w+__)?(?:org(?:ani[sz]ation)?|tenant|account|owner|user|workspace|team|company|customer|member(?:ship)?|author|created_by)_?(?:id|pk)?\b\s*(?:=|:|=>|,\s*[\x22']?=)|[\x22'](?:\w+\.)?(?:org(?:ani[sz]ation)?|tenant|account|owner|user|workspace|team|company|customer|member|author)_?id[\x22']\s*(?:,|=>)|\b\w+\.(?:\w+_)?(?:org(?:ani[sz]ation)?|tenant|account|owner|user|workspace|team|company|customer|member|author)_?id\s*(?:===?|\.eq\s*\()",
);

impl Check for ScopeDropped {
    fn rule(&self) -> RuleId {
        RuleId("scope-dropped")
    }

    fn needs(&self) -> Needs {
        Needs::nothing()
            .and(Reach::REMOVED, Words::of([&WHO, &OWNED]).or(derived::words()).or(global_filters::words()))
            .and(Reach::ANYWHERE, Words::of([&WHOLE, &QUERIES, &derived::WIDE]).or(global_filters::words()))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let readable = file.language.is_code() && file.role.is_live();
        let (Some(old), Some(new)) = (file.old().filter(|_| readable), file.new_side()) else { return };
        let asked = |side: &SideView<'_>| side.changed_lines().any(|line| line.text.len() <= LONGEST && WHO.is_match(line.code()));
        narrower(file, old, new, sink);
        global_filters::gone(file, old, new, sink);
        if sink.reported() == 0 {
            unchained(file, old, new, sink);
        }
        if sink.reported() == 0 {
            derived::widened(file, old, new, sink);
        }
        // Who is still asked for on a changed line may be asked for the same thing there.
        if !asked(old) || asked(new) || new.changed_lines().any(|line| KEEPS.is_match(line.code())) {
            return;
        }
        let before = Bodies::of(old);
        for now in Body::all(new) {
            let Some(was) = before.same_as(new, &now) else { continue };
            if said(new, &now).any(|text| WHO.is_match(text) || KEEPS.is_match(text)) {
                continue;
            }
            let kept: Vec<&str> =
                changed(old, &was).map(|at| old.code_of(&old.statements()[at])).filter(|text| WHO.is_match(text)).collect();
            let of_kind = |text: &'_ str| (1..=3).find_map(|group| WHOLE.group(text, group)).map(str::to_owned);
            let wide = |at: &usize| {
                let kind = of_kind(new.code_of(&new.statements()[*at]));
                // Whose it was that was found may have been looked up: `User.find(doc.owner_id)`.
                static PERSON: Pattern = Pattern::new(r"(?i)^(?:user|account|profile|person|author|owner)s?$");
                let another = |was: &str, kind: &str| of_kind(was).is_some_and(|own| PERSON.is_match(&own) && !speaks_of(&own, kind));
                kind.is_some_and(|kind| kept.iter().any(|was| speaks_of(was, &kind) && !another(was, &kind)))
            };
            if let Some(at) = changed(new, &now).find(wide) {
                let statement = &new.statements()[at];
                sink.report(Draft::lines(file, new, statement.first_line, statement.last_line));
            }
        }
    }
}

/// A query that is written as it was, without the part that kept it to what belongs to somebody: `get(pk=pk, org_id=org_id)` → `get(pk=pk)`.
fn narrower(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    const MOST: usize = 200;
    let bare = |side: &SideView<'_>, at: usize| side.plain_of(&side.statements()[at]).split_whitespace().collect::<Vec<_>>().join(" ");
    let changed = |side: &SideView<'_>| -> Vec<(Option<String>, String, usize)> {
        let touched =
            side.statements().iter().enumerate().filter(|(_, s)| s.bytes.len() <= LONGEST && side.touches(s.first_line, s.last_line));
        let within = |at: usize| side.statements()[at].function.map(|at| side.functions()[at].name.clone());
        touched.map(|(at, _)| (within(at), bare(side, at), at)).collect()
    };
    let (were, are) = (changed(old), changed(new));
    let still = |name: &Option<String>| {
        are.iter().filter(|(function, ..)| function == name).any(|(_, text, _)| OWNED.is_match(text) || KEEPS.is_match(text))
    };
    let queries: Vec<_> = are.iter().filter(|(_, text, _)| QUERIES.is_match(text)).take(MOST).collect();
    // What is declared together is no query.
    static DECLARED: Pattern = Pattern::new(r"^\s*(?:var|const)\s*\(");
    let kept =
        were.iter().filter(|(name, text, _)| name.is_some() && !DECLARED.is_match(text) && QUERIES.is_match(text) && OWNED.is_match(text));
    for (name, was, _) in kept.take(MOST) {
        let lost = |is: &str| {
            let query = || left_out(first_text(was)?, first_text(is)?);
            left_out(was, is).or_else(query).is_some_and(|part| OWNED.is_match(part))
        };
        let Some((_, is, at)) = queries.iter().find(|(function, is, _)| function == name && lost(is)) else { continue };
        let shortened = Shortened::of(file, was, is);
        if !still(name) && shortened != Some(Shortened::Same) {
            let statement = &new.statements()[*at];
            let draft = Draft::lines(file, new, statement.first_line, statement.last_line).evidence(format!("{was} → {is}"));
            let draft = if shortened.is_some() { draft.severity(Severity::Medium) } else { draft };
            return sink.report(draft.title("A query is no longer kept to what belongs to somebody"));
        }
    }
}

/// What keeps a query to somebody is named once, as what it is and as whose: `{ userId: userId }` → `{ userId }`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shortened {
    /// It is the value that it was.
    Same,
    /// It is another of that name, which is made elsewhere.
    Another,
}

impl Shortened {
    fn of(file: &FileView<'_>, was: &str, is: &str) -> Option<Self> {
        static ALONE: Pattern = Pattern::new(
            r"(?i)[{,]\s*((?:org(?:ani[sz]ation)?|tenant|account|owner|user|workspace|team|company|customer|member|author)_?id)\s*[,}]",
        );
        static GIVEN: Pattern = Pattern::new(r"[{,]\s*\w+\s*:\s*(\w+)\s*[,}]");
        let script = matches!(file.language, Language::JavaScript | Language::TypeScript);
        let name = ALONE.group(is, 1).filter(|_| script && ALONE.count(is) > ALONE.count(was))?;
        Some(if GIVEN.groups(was, 1).any(|value| value == name) { Self::Same } else { Self::Another })
    }
}

/// A link of a chain on several lines kept a query to what belongs to somebody; it is gone, and what it hung on stands.
fn unchained(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    static LINK: Pattern = Pattern::new(r"(?i)^\s*(?:->|\??\.)(?:and_?)?(?:where\w*|filter\w*|eq|match|having|scope\w*)\s*\(");
    const MOST: usize = 100;
    let asks = |text: &str| OWNED.is_match(text) || KEEPS.is_match(text) || WHO.is_match(text);
    let links = old.changed_lines().map(|line| line.index).filter(|at| old.line(*at).text.len() <= LONGEST);
    let links = links.filter(|at| LINK.is_match(old.plain_line(*at)) && OWNED.is_match(old.plain_line(*at)));
    for at in links.take(MOST) {
        let Some(head) = at.checked_sub(1).filter(|head| !old.is_changed(*head)) else { continue };
        let Some(function) = old.function_at(at).filter(|function| !function.name.is_empty()) else { continue };
        let Some(now) = new.functions().iter().find(|now| now.name == function.name) else { continue };
        let mut body = (now.first_line + 1..=now.last_line).map(|line| new.plain_line(line)).filter(|text| text.len() <= LONGEST);
        let stands = (now.first_line..=now.last_line).any(|line| new.line(line).text == old.line(head).text);
        if stands && !body.any(asks) && !KEEPS.is_match(new.plain_line(now.first_line)) {
            let draft = Draft::line(file, old, at).evidence(old.plain_line(at).trim());
            return sink.report(draft.title("A query is no longer kept to what belongs to somebody"));
        }
    }
}

/// The first text of a statement: a query, whose values stand behind it.
fn first_text(statement: &str) -> Option<&str> {
    let start = statement.find(['"', '\'', '`'])?;
    let quote = statement.get(start..)?.chars().next()?;
    let end = statement.get(start + 1..)?.find(quote)?;
    statement.get(start + 1..start + 1 + end)
}

/// What `is` leaves out of `was`, where that is one piece and nothing else differs.
fn left_out<'w>(was: &'w str, is: &str) -> Option<&'w str> {
    let same = |one: (char, char)| one.0 == one.1;
    let head: usize = was.chars().zip(is.chars()).take_while(|one| same(*one)).map(|(sign, _)| sign.len_utf8()).sum();
    let (rest, rest_is) = (was.get(head..)?, is.get(head..)?);
    let tail: usize = rest.chars().rev().zip(rest_is.chars().rev()).take_while(|one| same(*one)).map(|(sign, _)| sign.len_utf8()).sum();
    let (piece, other) = (rest.get(..rest.len() - tail)?, rest_is.get(..rest_is.len() - tail)?);
    // The signs before and behind may be shared by either end.
    let start = was.get(..head)?.rfind([',', '(', '{', ' ']).map_or(head, |at| at + 1);
    (other.trim().is_empty() && !piece.trim().is_empty()).then(|| was.get(start..head + piece.len())).flatten()
}

/// The texts of a function, without what stands in strings and comments.
fn said<'v>(side: &'v SideView<'_>, body: &Body<'v>) -> impl Iterator<Item = &'v str> + use<'v> {
    body.inside(side).map(|at| &side.statements()[at]).filter(|s| s.bytes.len() <= LONGEST).map(|s| side.code_of(s))
}

/// The statements of a function that the change touches.
fn changed<'v>(side: &'v SideView<'_>, body: &Body<'v>) -> impl Iterator<Item = usize> + use<'v> {
    let touched = |at: &usize| {
        let statement = &side.statements()[*at];
        statement.bytes.len() <= LONGEST && side.touches(statement.first_line, statement.last_line)
    };
    body.inside(side).filter(touched)
}

/// Whether `text` has a word for things of this kind, one or many: `documents` for `Document`.
fn speaks_of(text: &str, kind: &str) -> bool {
    let kind: String = kind.chars().filter(|c| *c != '_').collect::<String>().to_lowercase();
    let stem = kind.strip_suffix('y').unwrap_or(&kind);
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    stem.len() > 2
        && words.map(|word| word.chars().filter(|c| *c != '_').collect::<String>().to_lowercase()).any(|word| word.starts_with(stem))
}
