//! `guard-hollowed`: a guard stands where it stood and asks less: it runs afterwards, asks only whether somebody is there, takes any origin,
//! forgets a right, or counts no attempts.
//!
//! Statements are compared with what came in their place. Guards that went are `guard-removed`'s, conditions `condition-weakened`'s.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use super::attempts;
use super::membership;
use super::paired::{Pair, pairs};
use super::presence;
use super::vocabulary::{class_of, vocabulary};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/guard-hollowed.toml`.
pub struct GuardHollowed;

/// What a statement that may be hollowed says.
static TOLD: Pattern = Pattern::new(
    r"(?i)prehandler|onrequest|prevalidation|before_(?:action|filter|request)|beforeeach|prehandle|process_request|gate::|requireassertion|requirerole|requireclaim|addpolicy|preauthorize|origin|allowhost|token|licen|permission_classes|middleware|role|admin|owner|permission|clerk|staff|\buser\b",
);
/// Where a guard is hung before what it guards, and where it would run after it.
const AFTERWARDS: [(&str, &str); 16] = [
    ("preHandler", "onResponse"),
    ("preHandler", "onSend"),
    ("preHandler", "onError"),
    ("onRequest", "onResponse"),
    ("onRequest", "onSend"),
    ("preValidation", "onResponse"),
    ("preValidation", "onSend"),
    ("before_action", "after_action"),
    ("before_filter", "after_filter"),
    ("prepend_before_action", "after_action"),
    ("before_request", "after_request"),
    ("before_request", "teardown_request"),
    ("beforeEach", "afterEach"),
    ("preHandle", "postHandle"),
    ("preHandle", "afterCompletion"),
    ("process_request", "process_response"),
];
/// A right or a belonging that is asked for.
static RIGHT: Pattern = Pattern::new(
    r"(?i:role|admin|staff|clerk|manager|owner|owns\b|permission|scope|authorit|claim|member|_id\b)|\w[iI]d\b|\b(?:has|can|may|is)(?:[A-Z]|_[a-z])\w*\s*\(|\b(?:is|can)_?\w+\?",
);
/// An answer that only asks whether somebody is there.
static THERE: Pattern = Pattern::new(
    r"(?x) (?: => | -> | \breturn\b | \|\w+(?:,\s*\w+)*\| | ^ ) \s* \(* \s*
      (?: (?:!!)?\s*\$?(?:\w+(?:\?|!)?(?:\.|->))*(?i:(?:current_?)?user|account|principal|identity|actor|viewer|caller)(?:\(\))?(?:\??(?:\.|->)(?:Identity|identity|id|uid|pk|User|user))*\s*
          (?: (?:!==?|is\s+not|<>)\s*(?:null|None|nil|undefined) | \.present\? | !=\s*nil )?
        | [\w.?!]*\b(?:IsAuthenticated|isAuthenticated\(\)|is_authenticated|signed_in\?|logged_in\?|user_signed_in\?)(?:\s*==\s*true)? | (?:\w+\.)?RequireAuthenticatedUser\(\) | true | True )
      \s* [);,}]* \s* (?:end)? \s* $",
);
/// Where rights are given out.
static GIVES_RIGHTS: Pattern = Pattern::new(
    r"\bGate::|\bRequireAssertion\s*\(|\bAddPolicy\s*\(|\bRequireRole\s*\(|\bRequireClaim\s*\(|\bdefineAbility\b|\bVoter\b|\bauthorize\s*\(",
);
static POLICY: Pattern = Pattern::new(r"(?:Policy|Permissions?|Ability|Authorizer|Voter)$");
/// A right by its name in a text: `can:refund,order`.
static NAMED_RIGHT: Pattern = Pattern::new(r#"["'](?:can|roles?|permissions?|abilit(?:y|ies)|scopes?|gate):[^"'\n]+["']"#);
static ORIGIN: Pattern = Pattern::new(r#"(?i)origin[^\n]*["'`]https?://|origin"#);
static FROM_HERE: Pattern = Pattern::new(r#"["'`]https?://[\w-]"#);
static ANY_ORIGIN: Pattern = Pattern::new(
    r#"(?i)origin\w*["']?\s*(?:[:=(]|=>)+[^;]*(?:\(\s*(?:null|nil|undefined)\s*,\s*true\s*\)|\breturn\s+true\b|=>\s*true\b|["'`](?:\.?\*|\.\+|https?://\*)["'`]|/\.\*/)|\borigin\s*:\s*true\b|\bAllowAnyOrigin\s*\(|\banyHost\s*\(\s*\)|\ballowedOriginPatterns\s*\(\s*"\*""#,
);
static LISTED: Pattern = Pattern::new(r#"^\s*allowHost\s*\(\s*""#);
static ANY_HOST: Pattern = Pattern::new(r"^\s*anyHost\s*\(\s*\)");
static CREDENTIALS: Pattern = Pattern::new(r"(?i)credentials\W{0,4}(?:true|\(\s*\)|:\s*true|=\s*true|\(true\))|AllowCredentials");
static EITHER: Pattern = Pattern::new(r"\bpermission_classes\s*[=(]\s*[\[(]([^\])]*)[\])]");

impl Check for GuardHollowed {
    fn rule(&self) -> RuleId {
        RuleId("guard-hollowed")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(
            Reach::ANYWHERE,
            Words::of([&TOLD, &ORIGIN, &attempts::COUNTED, &attempts::THROTTLED, &membership::SPLIT, &ROUTE])
                .or(Words::named(STATES))
                .or(presence::words()),
        )
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let readable = file.role.is_live() && (file.language.is_code() || matches!(file.language, Language::Yaml | Language::Toml));
        let (Some(old), Some(new)) = (file.old().filter(|_| readable), file.new_side()) else { return };
        if old.changed_lines().next().is_none() || new.changed_lines().next().is_none() {
            return;
        }
        attempts::unlimited(file, old, new, sink);
        if !file.language.is_code() {
            return;
        }
        let side = Side {
            named: LazyCell::new(|| new.changed_lines().any(|line| NAMED_RIGHT.is_match(line.text))),
            credentials: LazyCell::new(|| CREDENTIALS.is_match(new.plain())),
        };
        for pair in pairs(old, new, &TOLD) {
            if let Some(title) = hollow(file, old, &side, &pair) {
                let draft = Draft::lines(file, new, pair.is.first_line, pair.is.last_line).title(title);
                let evidence = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
                sink.report(draft.evidence(format!("{} → {}", evidence(pair.before), evidence(pair.after))).severity(Severity::High));
            }
        }
        // Ktor lists hosts one by one.
        let listed = || old.changed_lines().any(|line| line.text.len() < 600 && LISTED.is_match(line.text));
        let any = new.changed_lines().find(|line| line.text.len() < 600 && ANY_HOST.is_match(line.text));
        if let Some(line) = any.filter(|_| listed() && *side.credentials) {
            let draft = Draft::line(file, new, line.index).title("Any origin may ask in the name of whoever is signed in");
            sink.report(draft.severity(Severity::High));
        }
        turned(file, old, new, sink);
        counts(file, old, new, sink);
        membership::within_text(file, old, new, sink);
        if sink.reported() == 0 {
            presence::only(file, sink);
        }
    }
}

/// What is asked of the whole of a side, once.
struct Side<N: FnOnce() -> bool, C: FnOnce() -> bool> {
    /// A line that came names a right.
    named: LazyCell<bool, N>,
    /// Requests carry who is signed in.
    credentials: LazyCell<bool, C>,
}

/// What became of a guard.
fn hollow(
    file: &FileView<'_>,
    old: &SideView<'_>,
    side: &Side<impl FnOnce() -> bool, impl FnOnce() -> bool>,
    pair: &Pair<'_>,
) -> Option<&'static str> {
    let (was, is) = (pair.before, pair.after);
    let bare = |text: &str| text.chars().filter(|sign| !sign.is_whitespace()).collect::<String>();
    let guarded =
        || was.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| vocabulary().guards(word) || vocabulary().decides(word));
    let later = AFTERWARDS.iter().any(|(first, last)| was.contains(first) && bare(&was.replacen(first, last, 1)) == bare(is));
    if later && guarded() {
        return Some("A guard runs only after what it guards");
    }
    let policy = || class_of(old, pair.was).is_some_and(|class| POLICY.is_match(class)) && old.function_at(pair.was.first_line).is_some();
    if THERE.is_match(is) && !THERE.is_match(was) && (GIVES_RIGHTS.is_match(was) || policy()) && asks_for_right(was) && !asks_for_right(is)
    {
        return Some("A right is given to everybody who is signed in");
    }
    if NAMED_RIGHT.is_match(was) && !NAMED_RIGHT.is_match(is) && !*side.named {
        return Some("A guard no longer asks for the right it named");
    }
    if ORIGIN.is_match(was) && FROM_HERE.is_match(was) && !FROM_HERE.is_match(is) && ANY_ORIGIN.is_match(is) && *side.credentials {
        return Some("Any origin may ask in the name of whoever is signed in");
    }
    either(was, is).filter(|_| file.language == Language::Python)
}

/// Whether what stands behind the name of a right asks for one.
fn asks_for_right(text: &str) -> bool {
    let answer = ["=>", "->", "return "].iter().filter_map(|sign| text.rfind(sign).map(|at| at + sign.len())).max().unwrap_or(0);
    RIGHT.is_match(text.get(answer..).unwrap_or(""))
}

/// `[IsAuthenticated, IsAdminUser]` that became `[IsAuthenticated | IsAdminUser]`.
fn either(was: &str, is: &str) -> Option<&'static str> {
    let (were, are) = (EITHER.group(was, 1)?, EITHER.group(is, 1)?);
    fn names(text: &str) -> BTreeSet<&str> {
        text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect()
    }
    (!were.contains('|') && are.contains('|') && names(were).len() > 1 && names(were) == names(are))
        .then_some("Either permission is enough now; all were needed")
}

/// Decorators that make a function a page.
static ROUTE: Pattern = Pattern::new(r"^\s*@\w+\.(?:route|get|post|put|patch|delete|websocket|endpoint)\s*\(");

/// A guard that stood between a function and what makes it a page stands outside of both, where nobody passes it.
fn turned(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    if file.language != Language::Python {
        return;
    }
    fn guards(line: &str) -> Option<&str> {
        let name = line.trim_start().strip_prefix('@')?;
        let name = name.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').next()?;
        vocabulary().guards(name.rsplit('.').next()?).then_some(name)
    }
    // Each guard that stands next to a route: its line, and whether the route stands above it.
    let beside = |side: &SideView<'_>| -> Vec<(String, usize, bool)> {
        let routes = side.changed_lines().map(|line| line.index).flat_map(|at| [at.saturating_sub(1), at, at + 1]).collect::<BTreeSet<_>>();
        let routes = routes.into_iter().filter(|at| *at < side.len() && ROUTE.is_match(side.plain_line(*at)));
        let mut all = Vec::new();
        for at in routes {
            let key = |guard: &str| format!("{guard} {}", side.plain_line(at).trim());
            if let Some(guard) = at.checked_sub(1).and_then(|above| guards(side.plain_line(above))) {
                all.push((key(guard), at - 1, false));
            }
            if let Some(guard) = (at + 1 < side.len()).then(|| guards(side.plain_line(at + 1))).flatten() {
                all.push((key(guard), at + 1, true));
            }
        }
        all
    };
    let were: BTreeSet<(String, bool)> = beside(old).into_iter().map(|(key, _, above)| (key, above)).collect();
    for (key, line, _) in beside(new).into_iter().filter(|(.., above)| !above) {
        if were.contains(&(key.clone(), true)) && !were.contains(&(key, false)) {
            let title = "A guard stands outside of what makes the function a page, so nobody passes it";
            sink.report(Draft::line(file, new, line).title(title).severity(Severity::High));
        }
    }
}

/// What frameworks ask an account for before they let it in.
const STATES: [&str; 8] = [
    "isEnabled",
    "isAccountNonLocked",
    "isAccountNonExpired",
    "isCredentialsNonExpired",
    "active_for_authentication?",
    "isAccountLocked",
    "IsLockedOutAsync",
    "user_can_authenticate",
];

/// An account that could be closed answers in any case that it is open.
fn counts(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    static CONSTANT: Pattern =
        Pattern::new(r"^\s*(?:return\s+)?(?:true|True)\s*;?\s*$|(?:\)|bool|Boolean)\s*(?::\s*Boolean\s*)?(?:=>|=)\s*true\b");
    let name = |side: &SideView<'_>, line: usize| side.function_at(line).map(|function| function.name.trim_end_matches('?').to_owned());
    let asked: BTreeSet<String> = old
        .changed_lines()
        .filter(|line| line.text.len() < 600 && !CONSTANT.is_match(old.plain_line(line.index)))
        .filter(|line| line.text.contains(['.', '(', '!', '<', '>']))
        .filter_map(|line| name(old, line.index))
        .collect();
    if asked.is_empty() {
        return;
    }
    for line in new.changed_lines().filter(|line| line.text.len() < 600 && CONSTANT.is_match(new.plain_line(line.index))) {
        let Some(function) = name(new, line.index).filter(|name| asked.contains(name)) else { continue };
        if STATES.iter().any(|state| state.trim_end_matches('?') == function) {
            let title = format!("{function} answers the same of every account");
            sink.report(Draft::line(file, new, line.index).title(title).severity(Severity::High));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_only_asked_to_be_there() {
        for text in [
            "user.present?",
            "Gate::define('refund', fn (User $user, Order $order) => $user->id !== null);",
            "policy.RequireAssertion(context => context.User.Identity is not null)",
            "return user != null;",
            "options.AddPolicy(\"Managers\", policy => policy.RequireAuthenticatedUser());",
        ] {
            assert!(THERE.is_match(text) && !asks_for_right(text), "{text}");
        }
        for text in ["user.admin?", "return user.id == order.user_id;", "fn ($user) => $user->isClerk()"] {
            assert!(!THERE.is_match(text) || asks_for_right(text), "{text}");
        }
    }

    #[test]
    fn origins() {
        for text in [
            "register(cors, { origin: (origin, cb) => cb(null, true), credentials: true })",
            "AllowOriginFunc: func(origin string) bool { return true }",
            "allow_origin_regex=\".*\"",
            "cors({ origin: true })",
        ] {
            assert!(ANY_ORIGIN.is_match(text), "{text}");
        }
        assert!(!ANY_ORIGIN.is_match("origin: (origin, cb) => cb(null, allowed.has(origin))"));
    }
}
