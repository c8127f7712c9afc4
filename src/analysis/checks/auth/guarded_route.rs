//! Routes, handlers and their parameters from which the name of a guard went: `post('/x', requireAuth, create)`, `Depends(admin)`.
//!
//! Two statements are compared; only one that lost words and won none, or says that everybody may, has lost its guard.

use super::vocabulary::vocabulary;
use crate::analysis::pattern::Pattern;

static ROUTE: Pattern = Pattern::new(
    r"(?i)\b(?:get|post|put|patch|delete|all|any|handle|handlefunc|route|mount|group|add_url_rule|path|re_path|resources?|match|use|requestmatchers|anyrequest|antmatchers|authorizehttprequests|authorizerequests)\s*[(<]",
);
/// A statement that keeps or returns what it gets registers nothing.
static VALUE: Pattern = Pattern::new(r"^\s*(?:return|const|let|var|if|elif|else|for|while|await|yield|raise|throw)\b|^[^(]*[^=!<>]=[^=>]");
static HEADER: Pattern = Pattern::new(r"\b(?:def|func|fn|function|fun)\b|=>");
static INJECTED: Pattern = Pattern::new(r"\b(?:Depends|Security|Inject|UseGuards)\s*\(");
static OPEN: Pattern =
    Pattern::new(r"(?i)\b(?:permit_?all|allow_?any|allow_?anonymous|allow_?unauthenticated|skip_?auth\w*|no_?auth\w*|anonymous)\b");
static WORD: Pattern = Pattern::new(r"[A-Za-z_$][\w$]*");

/// Whether `new` is `old` without its guard.
#[must_use]
pub fn lost(old: &str, new: &str) -> bool {
    if old.len() > 2000 || new.len() > 2000 {
        return false;
    }
    let is_route = |text: &str| ROUTE.is_match(text) || HEADER.is_match(text) && INJECTED.is_match(text);
    if !is_route(old) || !(is_route(new) || HEADER.is_match(old) && HEADER.is_match(new)) || VALUE.is_match(old) {
        return false;
    }
    let (was, is): (Vec<&str>, Vec<&str>) = (WORD.groups(old, 0).collect(), WORD.groups(new, 0).collect());
    let gone: Vec<&&str> = was.iter().filter(|word| !is.contains(word)).collect();
    let come: Vec<&&str> = is.iter().filter(|word| !was.contains(word)).collect();
    let guard_gone = gone.iter().any(|word| vocabulary().guards(word) || vocabulary().decides(word));
    let opened = come.iter().any(|word| OPEN.is_match(word));
    guard_gone && !is.is_empty() && is.len() < was.len() && come.is_empty() || guard_gone && opened
}

/// Whether a statement says that a guard is left out: `skip_before_action :authenticate_user!`.
#[must_use]
pub fn skips(plain: &str) -> bool {
    static SKIP: Pattern = Pattern::new(r"^\s*(?:skip_before_(?:action|filter)|skip_authorization_check|skip_authorize_resource)\b(.*)");
    plain.len() <= 2000
        && SKIP.group(plain, 1).is_some_and(|named| named.trim().is_empty() || vocabulary().guards(named) || vocabulary().decides(named))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_among_the_arguments_of_a_route() {
        for (old, new) in [
            ("router.post('/users', requireAuth, create)", "router.post('/users', create)"),
            ("mux.Handle(\"/admin/\", auth.Require(h()))", "mux.Handle(\"/admin/\", h())"),
            ("async def delete(id: int, user: User = Depends(require_admin)):", "async def delete(id: int):"),
            (
                "http.authorizeHttpRequests(a -> a.anyRequest().authenticated())",
                "http.authorizeHttpRequests(a -> a.anyRequest().permitAll())",
            ),
        ] {
            assert!(lost(old, new), "{old} -> {new}");
        }
        for (old, new) in [
            ("router.post('/users', requireAuth, create)", "router.post('/users', requireAdmin, create)"),
            ("router.post('/users', logRequest, create)", "router.post('/users', create)"),
            ("const token = request.get(auth)", "const token"),
            ("return user.get('login'), None", "return"),
            ("router.post('/users', requireAuth, create)", "router.post('/accounts', requireAuth, create)"),
        ] {
            assert!(!lost(old, new), "{old} -> {new}");
        }
        assert!(skips("skip_before_action :authenticate_user!, only: [:create]") && !skips("skip_before_action :set_locale"));
    }
}
