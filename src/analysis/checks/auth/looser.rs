//! Conditions that are joined otherwise, or ask whether one thing is in another where both had to be the same. For `weakening`.

use super::terms::{count, parts, without};

/// Whether what was joined by one sign throughout is joined by the other, whatever was left out or turned on the way:
/// `!a || b || c != d` → `a && c != d`.
pub(super) fn fewer_needed(old: &[String], new: &[String], (was, is): (&str, &str)) -> bool {
    let bare = |part: &Vec<String>| without(part, &["!", "(", ")"]);
    let (before, after): (Vec<_>, Vec<_>) = (parts(old, was).iter().map(bare).collect(), parts(new, is).iter().map(bare).collect());
    let plain = count(old, is) == 0 && count(new, was) == 0;
    plain && before.len() > 1 && after.len() > 1 && after.iter().all(|part| before.contains(part))
}

/// Whether two were the same, and now one has the other in it: `path == "/ping"` → `path.contains("ping")`.
pub(super) fn widened(old: &[String], new: &[String], lets_in: bool) -> bool {
    const WITHIN: [&str; 20] = [
        "contains",
        "Contains",
        "includes",
        "include",
        "indexOf",
        "match",
        "matches",
        "search",
        "startsWith",
        "endsWith",
        "startswith",
        "endswith",
        "starts_with",
        "ends_with",
        "HasPrefix",
        "HasSuffix",
        "StartsWith",
        "EndsWith",
        "str_contains",
        "in",
    ];
    const ANYWHERE: [&str; 8] = ["req", "res", "ctx", "request", "strings", "this", "self", "str"];
    const SAME: [&str; 6] = ["==", "===", "equals", "Equals", "eq", "eql"];
    let within = |tokens: &[String]| tokens.iter().filter(|token| WITHIN.contains(&token.as_str())).count();
    let same = |tokens: &[String]| tokens.iter().filter(|token| SAME.contains(&token.as_str())).count();
    let negated = |tokens: &[String]| tokens.iter().any(|token| token == "!");
    let joined = |tokens: &[String]| tokens.iter().any(|token| token == "&&" || token == "||");
    let asks = if lets_in { !negated(old) && !negated(new) } else { negated(old) && negated(new) };
    let named = |token: &String| {
        token.len() > 2
            && token.starts_with(|c: char| c.is_ascii_alphabetic())
            && !SAME.contains(&token.as_str())
            && !ANYWHERE.contains(&token.as_str())
    };
    let said = |token: &String| token.starts_with(['"', '\'', '`']) && token.len() > 3;
    let shared = old.iter().filter(|token| named(token) || said(token)).any(|token| new.contains(token));
    asks && !joined(old) && !joined(new) && same(old) == 1 && within(old) == 0 && same(new) == 0 && within(new) == 1 && shared
}

#[cfg(test)]
mod tests {
    use super::super::terms::tokens;
    use super::*;

    #[test]
    fn joined_otherwise() {
        let fewer = |old: &str, new: &str| fewer_needed(&tokens(old), &tokens(new), ("||", "&&"));
        assert!(fewer("err != nil || state == \"\" || state != q", "err != nil && state != q") && fewer("not t or t != s", "t and t != s"));
        assert!(!fewer("a || b", "a && c") && !fewer("a || b", "a") && !fewer("a && b", "a && b && c"));
    }

    #[test]
    fn the_same_and_within() {
        let lets = |old: &str, new: &str| widened(&tokens(old), &tokens(new), true);
        assert!(lets("info.FullMethod == healthMethod", "strings.Contains(info.FullMethod, \"Check\")"));
        assert!(lets("uri.equals(\"/ping\")", "uri.contains(\"ping\")") && lets("req.path === '/health'", "req.url.includes('/health')"));
        assert!(
            !lets("a.path == b", "other.contains(c)")
                && !lets("names.contains(a)", "a == b")
                && !lets("path != \"/x\"", "path.contains(x)")
        );
    }
}
