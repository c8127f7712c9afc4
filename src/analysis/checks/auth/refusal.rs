//! Refusals: statements and blocks that turn somebody away, what tells that it is somebody, and whether they end what runs.

use super::grant::denies;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;

static LEAVES: Pattern = Pattern::new(
    r"(?i)^\s*(?:return|raise|throw|panic|abort|die|exit|process\.exit|os\.exit|halt|redirect(?:_to)?|next|continue|break|reject|callback|cb|done|render|head|bail|fail|yield)\b|\b(?:res|resp|response|reply|ctx|call|c|w|http)\.\w+\s*\(|[!?]\s*[(;]",
);
/// Nothing of the function runs after it.
static ENDS: Pattern = Pattern::new(
    r"(?i)^\s*(?:return|raise|throw|panic|abort|die|exit|process\.exit|os\.exit|halt|bail|fail)\b|\babort\w*\s*\(|\bnext\s*\(\s*\w",
);
/// Words by which it is told that somebody may not do something.
static SOMEBODY: Pattern = Pattern::new(
    r"(?i)\b(?:401|403|4401|4403|\w*(?:forbidden|unauthori[sz]ed|unauthenticated|permission_?denied|access_?denied|not_?authori[sz]ed|not_?allowed(?:error|exception)|accessdeniedexception)\w*|EACCES|EPERM)\b|\b(?:token|credentials?|authorization|session|api_?key)\b(?:\s+\w+){0,2}\s+(?:absent|missing|not\s+(?:provided|found|given|set))\b|\b(?:missing|absent|no|without\s+a)\s+(?:\w+\s+)?(?:token|credentials)\b|\blog\s?in\s+required\b|\bnot\s+(?:logged|signed)\s+in\b|\bmust\s+(?:log|sign)\s+in\b|\bredirect\w*(?:\s*\(|\s)[^\n]{0,80}\b(?:new_)?(?:\w+_)?(?:log_?in|sign_?in|session)(?:_path|_url)\b|\bredirect\w*\s*\([^\n]{0,80}\b(?:log_?in|sign_?in)\b",
);
/// An answer that says by the name of what makes it that it is a refusal.
static ANSWERS_NO: Pattern = Pattern::new(
    r"^\s*return\b.*\b(?:respond\w*|send\w*|reply\w*|json\w*|render\w*|abort\w*|http\w*|make\w*|fail\w*|deny\w*|reject\w*)(?:[eE]rr(?:or)?|_err(?:or)?|[dD]enied|[fF]orbidden|[uU]nauthori[sz]ed|[fF]ail(?:ure|ed)?)\w*\s*\(",
);
/// Somebody's identity, rights or belongings.
static OWNS: Pattern = Pattern::new(
    r"(?i)\b(?:(?:current_?)?user|principal|claims|actor|viewer|caller|account)(?:\??\.|->|::|\[[\x22\x27])\w*(?:id|sub|roles?|tenant\w*|owner\w*|org\w*|team\w*|scopes?|permissions?)\b",
);
static RETURNED: Pattern = Pattern::new(r"^\s*return\s+(-?[\w.]+)\s*;?\s*$");

/// A call that turns away whoever does not fit: `abort_unless($order->customer_id === $request->user()->id, 403)`.
static TURNS_AWAY: Pattern = Pattern::new(
    r"^\s*(?:abort_(?:if|unless)|throw_(?:if|unless))\s*\(.*(?:\b40[13]\b|Authorization|AccessDenied|Forbidden|Unauthori[sz]ed)|^\s*(?:await\s+)?(?:ctx|c|this)\.(?:assert|throwUnless)\s*\(.*\b40[13]\b",
);

/// Looks something up: nothing to be found is no refusal.
static LOOKS_UP: Pattern =
    Pattern::new(r"(?:^|_)(?:get|find|lookup|list|load|read|fetch)(?:_|[A-Z]|$)|(?:Get|Find|Lookup|List|Load|Read|Fetch)(?:[A-Z]|$)");
static NOTHING: Pattern = Pattern::new(r"^\s*return\s+(?:NULL|null|nullptr|nil|None|undefined)\s*;?\s*$");

/// What a text must hold for a refusal or a question to be about somebody.
#[must_use]
pub fn words() -> Words {
    Words::of([&SOMEBODY, &OWNS])
}

/// Whether an account, a key or a session still counts.
static COUNTS: Pattern = Pattern::new(
    r"(?i)\b(?:\w*user|\w*member\w*|\w*account|\w*session|\w*token|\w*key|\w*credential\w*|\w*device|\w*grant|\w*client)(?:\.|->|::)\w*(?:disabled|deactivated|suspended|revoked|banned|blocked|locked|is_?active|enabled|expired)\w*",
);

/// What a text must hold to ask whether somebody still counts.
#[must_use]
pub fn counting() -> Words {
    Words::of([&COUNTS])
}

/// Whether a condition asks if an account, a key or a session still counts: `member.disabled_at is not None`.
#[must_use]
pub fn asks_whether_it_counts(condition: &str) -> bool {
    COUNTS.is_match(condition)
}

/// Whether a statement turns somebody away, and leaves.
#[must_use]
pub fn refuses(text: &str) -> bool {
    LEAVES.is_match(text) && denies(text) || ANSWERS_NO.is_match(text)
}

/// Whether a function that looks something up says that nothing is there.
#[must_use]
pub fn finds_nothing(function: &str, text: &str) -> bool {
    LOOKS_UP.is_match(function) && NOTHING.is_match(text)
}

/// Whether a statement is a call that turns away whoever does not fit.
#[must_use]
pub fn turns_away(text: &str) -> bool {
    TURNS_AWAY.is_match(text)
}

/// Whether nothing of the function runs after a statement.
#[must_use]
pub fn ends(text: &str) -> bool {
    ENDS.is_match(text)
}

/// Whether a statement leaves, at least by answering.
#[must_use]
pub fn leaves(text: &str) -> bool {
    LEAVES.is_match(text)
}

/// Whether a refusal says itself that somebody may not do something: `403`, `Unauthorized`, `EACCES`.
#[must_use]
pub fn is_of_somebody(text: &str) -> bool {
    /// Ends what somebody is connected by.
    static CLOSES: Pattern =
        Pattern::new(r"\b(?:socket|sock|ws|conn|connection|client|peer)\.(?:close|end|destroy|terminate|disconnect)\w*\s*\(");
    (LEAVES.is_match(text) || CLOSES.is_match(text)) && SOMEBODY.is_match(text)
}

/// Whether a condition asks for somebody's identity, rights or belongings: `claims.sub != owner`.
#[must_use]
pub fn asks_for_somebody(code: &str) -> bool {
    OWNS.is_match(code)
}

/// Whether statements that refused with an end only answer now, and what comes after them runs.
#[must_use]
pub fn only_answers(stood: &[String], stands: &[String], language: Language) -> bool {
    use Language::{CSharp, Go, Java, JavaScript, Kotlin, Php, TypeScript};
    let goes_on = matches!(language, Go | JavaScript | TypeScript | Java | Kotlin | CSharp | Php);
    let ends = |all: &[String]| all.iter().any(|text| ENDS.is_match(text));
    goes_on && ends(stood) && !ends(stands) && stands.iter().any(|text| refuses(text) || is_of_somebody(text))
}

/// Whether a refusal that was given in any case depends on something now: `return -EACCES;` → `return rc == -ENOENT ? -EACCES : 0;`.
#[must_use]
pub fn depends(stood: &[String], stands: &[String]) -> bool {
    static OTHERWISE: Pattern = Pattern::new(r"\?[^:]+:\s*(?:0|true|nil|null|next\(\))\s*;?\s*$|\bif\b.+\belse\s+(?:True|None|0)\s*$");
    let refused = stood.iter().filter_map(|text| RETURNED.group(text, 1)).next();
    refused.is_some_and(|value| {
        stands.iter().any(|text| text.trim_start().starts_with("return") && text.contains(value) && OTHERWISE.is_match(text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_refuses_somebody() {
        for text in ["raise HTTPException(403)", "throw new ForbiddenException()", "return Err(ApiError::Unauthorized);", "return -EACCES;"]
        {
            assert!(is_of_somebody(text), "{text}");
        }
        for text in ["raise ValueError('no such page')", "return null;", "log.warning('forbidden')"] {
            assert!(!is_of_somebody(text), "{text}");
        }
        assert!(asks_for_somebody("claims.sub != owner") && asks_for_somebody("user.tenant_id != tenant"));
        assert!(!asks_for_somebody("user.name == ''") && !asks_for_somebody("page.id != id"));
    }

    #[test]
    fn refusals_that_end_less() {
        let text = |text: &str| vec![text.to_owned()];
        let aborts = vec!["c.AbortWithStatusJSON(403, h)".to_owned(), "return".to_owned()];
        assert!(only_answers(&aborts, &text("c.JSON(403, h)"), Language::Go));
        assert!(!only_answers(&aborts, &text("return c.JSON(403, h)"), Language::Go));
        assert!(depends(&text("return -EACCES;"), &text("return rc == -ENOENT ? -EACCES : 0;")));
        assert!(!depends(&text("return -EACCES;"), &text("return -EACCES;")));
    }
}
