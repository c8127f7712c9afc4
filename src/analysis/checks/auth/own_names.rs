//! Names in a route that stand in front of nothing: what answers it, and what a function of it is given.

use super::guarded_route::guards;
use crate::analysis::pattern::Pattern;

/// Who is signed in, asked for where a route gets what it needs.
pub(super) static SOMEBODY: Pattern =
    Pattern::new(r"(?i)^(?:get_?|require_?)?(?:current|signed_?in|logged_?in|active)_?(?:active_?)?(?:user|account|admin)$");

/// What answers the route that `found` begins, where it is a bare name at the end: `get('/me', limit, currentUser)`.
pub(super) fn handler_of(plain: &str, found: &std::ops::Range<usize>) -> std::ops::Range<usize> {
    static ONE: Pattern = Pattern::new(r"(?i)^[^\x22'`(]*\b(?:get|post|put|patch|delete|del|handle|handlefunc)\s*\(");
    static BARE: Pattern = Pattern::new(r#"^[^()\[\]{}\n]*,\s*((?:\w+\.)*\w+)\s*\)"#);
    let rest = plain.get(found.end..).filter(|_| plain.get(found.clone()).is_some_and(|text| ONE.is_match(text))).unwrap_or("");
    let Some(whole) = BARE.find(rest) else { return 0..0 };
    let name = BARE.group(rest, 1).map_or(0, str::len);
    let end = found.end + rest.get(..whole.end).map_or(0, |text| text.trim_end_matches([')', ' ']).len());
    end.saturating_sub(name)..end
}

/// What a function of FastAPI is given that guards nothing by its own name: a value of the request, or what another guard answers.
pub(super) fn given_names(given: &str) -> Vec<&str> {
    static GIVEN: Pattern = Pattern::new(r"(\w+)\s*:\s*[^,=()]*=\s*(?:Body|Form|Query|Path|File)\s*\(");
    static ANSWERED: Pattern = Pattern::new(r"(\w+)\s*:\s*[^,=()]*=\s*(?:Depends|Security)\s*\(\s*(?:\w+\.)*\w+");
    let answered = ANSWERED.find_all(given).filter_map(|found| given.get(found));
    let guarded =
        answered.filter(|text| text.rsplit(['(', '.']).next().is_some_and(|name| guards(name.trim()) || SOMEBODY.is_match(name.trim())));
    let name = |text: &'_ str| text.split(':').next().map_or(0, |name| name.trim_end().len());
    GIVEN.groups(given, 1).chain(guarded.filter_map(|text| text.get(..name(text)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_function_is_given() {
        assert_eq!(
            given_names("secret: str = Body(...), user: User = Depends(deps.require_admin), db: Db = Depends(db)"),
            ["secret", "user"]
        );
        assert!(given_names("user: CurrentUser, key: str = Header()").is_empty());
    }

    #[test]
    fn what_answers_a_route() {
        let handler = |plain: &str, head: &str| plain.get(handler_of(plain, &(0..head.len()))).unwrap_or("").to_owned();
        assert_eq!(handler("api.HandleFunc(\"/me\", h.currentUser).Methods(GET)", "api.HandleFunc(\"/me\""), "h.currentUser");
        assert_eq!(handler("r.get('/me', limit, show)", "r.get('/me'"), "show");
        assert_eq!(handler("r.all('/admin', requireAdmin)", "r.all('/admin'"), "");
        assert_eq!(handler("r.get('/me', wrap(show))", "r.get('/me'"), "");
    }
}
