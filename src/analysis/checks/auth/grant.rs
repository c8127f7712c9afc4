//! Statements that let somebody in: constant success, a privileged identity made up, a request handed on.

use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;

/// How a statement lets somebody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grant {
    /// It gives back some identity or session.
    Value,
    /// It reports success or hands the request on.
    Success,
    /// It names a privileged identity.
    Principal,
}

static DENIES: Pattern = Pattern::new(
    r"(?i)\b(?:none|null|false|undefined|raise|throw|reject|rejected|abort\w*|40[0-9]|statusbadrequest|unauthorized|unauthorised|forbidden|(?:\w+_)?(?:sc|http|status)_(?:forbidden|unauthori[sz]ed)|(?:k|status)(?:40[13])?(?:forbidden|unauthori[sz]ed)|denied|deny|err|errors?\.new|fmt\.errorf|(?-i:Err[A-Z]\w*)|status_?code\s*=\s*(?:statuscodes\.status)?40[0-9]|panic|exit\s*\(?\s*[1-9]|eperm|eacces|return\s+-1)\b",
);
/// A verdict in words: `{ behavior: "deny" }`.
static TURNS_AWAY: Pattern = Pattern::new(
    r#"(?i)\b(?:behaviou?r|decision|verdict|action|status|effect|outcome|result|permission)["']?\s*[:=]\s*["'](?:deny|denied|block|blocked|reject|rejected|forbid|forbidden|refuse|refused|disallow)["']"#,
);
static LETS_THROUGH: Pattern = Pattern::new(
    r"(?x) ^\s*(?:then\s+)?(?:return\s+|yield\s+|=>\s*|await\s+)*
      (?: (?:True|true|TRUE|YES|1) | nil | Ok\(\s*(?:\(\)|true)\s*\) | Some\(\s*true\s*\) | true\s*,\s*(?:nil|null|None|\x22\s*\x22) | (?:nil|null|None)\s*,\s*(?:true|True)
        | Promise\.resolve\(\s*(?:true)?\s*\) | next\s*\(\s*\)(?:\.run\(.*\))? | Ok\(\s*next\.run\(.*\)\s*\) | next\.run\(.*\)(?:\.await)? | next\.call\(.*\)
        | (?:self\.)?get_response\(\s*request\s*\) | call_next\(\s*request\s*\) | (?:await\s+)?_?next(?:\.Invoke)?\(\s*\w+\s*\) | handler\(\s*ctx\s*,\s*\w+\s*\) | \w+\.Succeed\(\s*\w+\s*\) | Ok\(\s*\w*(?:Verified|Valid)(?:::assertion\(\))?\s*\) | \w+\.Next\(\s*\) | next\.ServeHTTP\(.*\) | \w*[cC]hain\.doFilter\(.*\)
        | (?:callback|cb|done)\(\s*(?:null|nil|undefined)\s*,\s*(?:true|\{.*|\w*[uU]ser\w*)\s*\) | new\s+Authorization(?:Decision|Result)\(\s*true\s*\) | AuthorizationDecision\(\s*true\s*\) | PAM_SUCCESS | \w*AUTH_(?:OK|SUCCESS) | (?:exit|return)\s+0
        | res\w*\.(?:status|sendStatus)\(\s*200\s*\).* | \(?\s*\)?\s*true )
      \s*[;,)]*\s*(?:if|unless)?\s*$",
);
static ALLOWS: Pattern = Pattern::new(
    r"(?x) (?:return\b|=>)\s*[({]*\s*\{?\s*[^}]*\b (?:valid|ok|allowed|allow|authenticated|authorized|success|isValid|granted|permit) \x22?\x27?\s*[:=]\s*(?:True|true|1)\b",
);
static NAMES_PRINCIPAL: Pattern = Pattern::new(
    r"(?xi) [\x22\x27`:] (?:admin|administrator|superuser|super_user|super-user|superadmin|super_admin|root|sysadmin|owner|cluster-admin|system:masters) [\x22\x27`]?(?:\W|$)
      | \b(?:is_?|has_?)?(?:admin|administrator|superuser|super_user|staff|root|authenticated|authorized|authorised|elevated|privileged) [\x22\x27\]]*\s*(?::=|=|:)\s*(?:true|1)\b
      | \b(?:AdminUser|SuperUser|Superuser|RootUser|ROLE_ADMIN|RoleAdmin|Role(?:::|\.)(?:Super)?_?(?:Admin|ADMIN|Root|ROOT|Owner|Superuser|SUPERUSER)|(?:User|Claims|Principal|Identity|Session)(?:::|\.)(?:admin|root|superuser|system)|(?:make|create|get|load|find)_?(?:admin|superuser|root)\w*)\b",
);
static GIVES: Pattern = Pattern::new(
    r"(?x) ^\s*(?:return\b|yield\b|(?:(?:const|let|var|final|auto|my|String|User)\s+)?[\w$][\w.\[\]\x22\x27]*\s*:?=|[({]|=>|then\s|\w+\.(?:Set|set|setAttribute|put|WithValue)\(|context\.)",
);
static GIVES_SOMEBODY: Pattern = Pattern::new(
    r"(?xi) ^\s*return\s+(?:await\s+)?(?: \{\s*\S | new\s+\w*(?:user|principal|identity|session|claims|token|auth)\w* | &?\w*(?:user|principal|identity|session|claims)\s*[({] | Ok\(\s*\w*(?:user|principal|identity|session|claims)\w*
      | \w*(?:user|principal|identity|session|claims|account|internal|caller)\w*\s*(?:$|,\s*nil|;|\.(?:first|objects\.first|query\.first)) | (?:[\w.]+\.)?(?:headers?|query|params|cookies)\b )",
);

/// How the statement lets somebody in. `plain` is its text without comments, `code` the same without the insides of strings.
#[must_use]
pub fn grant(plain: &str, code: &str) -> Option<Grant> {
    if plain.len() <= 2000 && TURNS_AWAY.is_match(plain) {
        return None;
    }
    if plain.len() > 2000 || DENIES.is_match(code) && !code.contains("nil)") {
        // `true, nil` and `nil` alone are success in Go; every other such word is a refusal.
        return LETS_THROUGH.is_match(code).then_some(Grant::Success).filter(|_| !code.contains("false"));
    }
    if GIVES.is_match(plain) && NAMES_PRINCIPAL.is_match(plain) && !compares(code) {
        return Some(Grant::Principal);
    }
    if LETS_THROUGH.is_match(code) || ALLOWS.is_match(plain) {
        return Some(Grant::Success);
    }
    GIVES_SOMEBODY.is_match(plain).then_some(Grant::Value)
}

/// What a text must hold to name a privileged identity.
#[must_use]
pub fn principals() -> Words {
    Words::of([&NAMES_PRINCIPAL])
}

/// Whether a statement turns somebody away.
#[must_use]
pub fn denies(plain: &str) -> bool {
    plain.len() <= 2000 && DENIES.is_match(plain)
}

fn compares(code: &str) -> bool {
    code.contains("==") || code.contains("!=") || code.contains(" in ") || code.contains(" is ") || code.contains("equals")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Grant> {
        // The tests' strings hold nothing that looks like code, so text and code may be the same.
        grant(text, text)
    }

    #[test]
    fn what_lets_in_and_what_does_not() {
        for text in [
            "return True",
            "return true",
            "return nil",
            "Ok(())",
            "return true, nil",
            "return next()",
            "next()",
            "exit 0",
            "return 1",
            "true",
            "return { valid: true, id }",
            "next.ServeHTTP(w, r)",
        ] {
            assert_eq!(of(text), Some(Grant::Success), "{text}");
        }
        for text in [
            "return {'user': 'admin', 'role': 'superuser'}",
            "user.is_admin = True",
            "role = \"admin\"",
            "return Ok(Claims::admin())",
            "isAdmin: true",
            "req.user = { role: 'root' }",
        ] {
            let text = if text == "isAdmin: true" { "const u = { isAdmin: true }" } else { text };
            assert_eq!(of(text), Some(Grant::Principal), "{text}");
        }
        for text in ["return { id: internal }", "return user", "return new Session(id)"] {
            assert_eq!(of(text), Some(Grant::Value), "{text}");
        }
        for text in [
            "return False",
            "return None",
            "raise PermissionDenied()",
            "return nil, err",
            "return verify(token)",
            "abort(403)",
            "return user.role == 'admin'",
            "logger.info('x')",
            "return Err(e)",
            "return { behavior: 'deny', message: text }",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
