//! What stands between a request and the place where its text ends: whether anything there looks at the text or makes something else of it.
//!
//! In doubt something does: what is said to go straight there does.

use crate::analysis::language::Language;
use crate::analysis::outline::Function;
use crate::analysis::pattern::Pattern;
use crate::analysis::statements::Statement;
use crate::analysis::view::SideView;

/// Lines above a handler that may name what looks at the request first.
const ABOVE: usize = 3;

/// What a statement that speaks of the text does with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Nothing: it asks whether there is any, how long it is, or writes it into a log.
    None,
    /// It compares it with one literal, which says nothing about what is sent otherwise.
    Compares,
    /// It may refuse it or make something else of it.
    Judges,
}

/// What `plain`, a statement that only speaks of what was sent, does with it.
pub fn look(plain: &str) -> Look {
    static LOGS: Pattern =
        Pattern::new(r"^\s*(?:await\s+)?(?:\w+\.)*(?:log|logger|logging|console|slog|print\w*|puts|println!|error_log)\b");
    static CONDITION: Pattern =
        Pattern::new(r"(?:^|\s)(?:if|elif|unless)\b\s*(.*?)\s*(?:[:{]\s*$|\bthen\s*$|\)\s*(?:return|throw|res|reply)\b.*$|$)");
    static DIFFERS: Pattern = Pattern::new(r#"^[\w.$\[\]'"?!>-]+\s*(?:!==?|!=|<>)\s*(?:"[^"]*"|'[^']*')$"#);
    let text = plain.trim();
    if LOGS.is_match(text) || HEADS.is_match(text) {
        return Look::None;
    }
    let Some(condition) = CONDITION.group(text, 1) else { return Look::Judges };
    let condition = bare(condition);
    if condition.split("||").flat_map(|part| part.split("&&")).flat_map(|part| part.split(" or ")).all(|part| asks_for_any(bare(part))) {
        Look::None
    } else if DIFFERS.is_match(condition) {
        Look::Compares
    } else {
        Look::Judges
    }
}

/// What only begins a function: a route, its handler, a signature.
static HEADS: Pattern = Pattern::new(
    r"(?x) ^(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:def|function|func|fn|fun)\b | ^(?:pub\s+)?(?:async\s+)?fn\b | ^(?:public|private|protected|internal|static)\b | ^@ | ^\[
      | ^(?:[\w.]+)\.(?:get|post|put|patch|delete|all|use|route|on|Get|Post|GET|POST|HandleFunc|MapGet|MapPost)\s*\(\s*['\x22`] | ^(?:get|post|put|patch|delete)\s+['\x22]/",
);

/// Whether it is only asked whether there is anything, of which kind or how long.
fn asks_for_any(condition: &str) -> bool {
    static PRESENT: Pattern = Pattern::new(
        r#"(?x) ^!?\s*(?:not\s+)?(?:isset|empty|!empty|is_null|is_string|String\.IsNullOrEmpty|string\.IsNullOrEmpty|string\.IsNullOrWhiteSpace)\s*\([^()]*\)$
          | ^!?\s*(?:not\s+)?[\w.$@\[\]'":?>-]+(?:\(\s*['"][\w-]+['"]\s*\))?(?:\.(?:nil\?|blank\?|present\?|empty\?|isEmpty\(\)|isBlank\(\)|is_empty\(\)|is_none\(\)|is_some\(\)))?(?:\s*(?:is\s+(?:not\s+)?None|[!=]==?\s*(?:null|nullptr|NULL|undefined|nil|None|""|'')))?$
          | ^typeof\s+[\w.?\[\]'"]+\s*[!=]==?\s*['"]string['"]$
          | ^(?:len|strlen|mb_strlen)\s*\([^()]*\)\s*[<>=!]+\s*\w+$ | ^[\w.$?>-]+\.(?:length|size|len)(?:\(\))?\s*[<>=!]+\s*\w+$"#,
    );
    PRESENT.is_match(condition)
}

/// Without the brackets around all of it.
fn bare(condition: &str) -> &str {
    let mut text = condition.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        let mut depth = 0_i32;
        if inner.bytes().any(|byte| {
            depth += i32::from(byte == b'(') - i32::from(byte == b')');
            depth < 0
        }) {
            break;
        }
        text = inner.trim();
    }
    // What the lexer left of `if (x) return`: one bracket too many.
    if text.matches('(').count() > text.matches(')').count() { text.trim_start_matches('(').trim() } else { text }
}

/// Whether no choice, comparison, table or number stands in the text.
pub fn is_whole(text: &str) -> bool {
    static CHOOSES: Pattern = Pattern::new(
        r"(?:^|[\s)\]}])(?:if|unless)\s|\s\?\s|[!=]==?|[\w)\]]\[\s*\$?(?:req|request|params|ctx|c\.|r\.|self\.request)|[\s(,={]\+(?:req|request|ctx)\b|\bmatch\s|\bcase\s|=~",
    );
    static INTERPOLATES: Pattern = Pattern::new(r"\b(?:where|select|and|or|set|insert|update|delete|from)\b");
    // A query holds signs of its own.
    let shown = if INTERPOLATES.is_match(&text.to_ascii_lowercase()) { without_texts(text) } else { text.to_owned() };
    !CHOOSES.is_match(&shown)
}

/// The text without what stands in quotes.
fn without_texts(text: &str) -> String {
    let mut quote = None;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
            None => out.push(c),
        }
    }
    out
}

/// Whether what the statement takes from the request may be any text: no validated form, no route that says what it takes.
pub fn sent_as_text(from: &str) -> bool {
    static LIMITED: Pattern = Pattern::new(
        r"->validated?\s*\(|\.permit\b|->safe\s*\(|->route\s*\(|->attributes|->integer\s*\(|->boolean\s*\(|->enum\s*\(|\bself\.kwargs\b|\btype\s*=\s*(?:int|float|bool)|getAttribute\s*\(|->user\s*\(",
    );
    static NUMBERED: Pattern = Pattern::new(
        r"@(?:RequestParam|PathVariable|RequestHeader|QueryParam|PathParam|FormParam|CookieValue)(?:\([^)]*\))?\s+(?:final\s+)?(?:int|long|short|double|float|boolean|Integer|Long|Short|Double|Float|Boolean|UUID|BigDecimal|LocalDate\w*|Instant)\b",
    );
    !LIMITED.is_match(from) && !NUMBERED.is_match(from)
}

/// Whether all of `names`, which a request fills, hold plain text as the header of `function` says.
pub fn takes_texts(side: &SideView<'_>, function: &Function, language: Language, names: &[&str]) -> bool {
    if language != Language::Python {
        return language != Language::Rust || !names.is_empty();
    }
    let end = (function.first_line + 20).min(function.last_line);
    let header = side.plain().get(side.bytes_of(function.first_line, end)).unwrap_or("");
    names.iter().all(|name| {
        let after = header.match_indices(name).find_map(|(at, _)| {
            let before = header.get(..at)?.chars().next_back();
            let rest = header.get(at + name.len()..)?;
            (before.is_some_and(|c| c == '(' || c == ' ' || c == ',' || c == '\n')
                && !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
            .then_some(rest.trim_start())
        });
        after.is_some_and(|rest| match rest.strip_prefix(':') {
            Some(kind) => {
                ["str", "Optional[str", "Annotated[str", "list[str", "List[str"].iter().any(|text| kind.trim_start().starts_with(text))
            }
            None => true,
        })
    })
}

/// Whether something that stands with the route looks at the request before its handler: `router.post('/x', validate(schema), …)`.
pub fn checked_before(side: &SideView<'_>, statement: &Statement) -> bool {
    static LOOKS: Pattern = Pattern::new(
        r"(?i)valid|schema|celebrate|\bjoi\b|\bzod\b|\bcheck\(|\b(?:body|query|param)\(\s*['\x22]|\bz\.|\[Regular|@Pattern|@Valid\b|@Validated",
    );
    let mut function = statement.function.and_then(|at| side.functions().get(at));
    if function.is_none() {
        function = side.function_at(statement.first_line);
    }
    let first = function.map_or(statement.first_line, |function| function.first_line);
    (first.saturating_sub(ABOVE)..=first).any(|line| LOOKS.is_match(side.plain_line(line)))
}

/// What a statement puts into a name.
pub fn assigned(plain: &str) -> Option<&str> {
    static ASSIGNS: Pattern = Pattern::new(r"^[^=(]*[^=!<>(]=(?:[^=>~]|$)");
    plain.get(ASSIGNS.find(plain)?.end - 1..)
}

/// Whether the statement puts something into a name and does nothing else.
pub fn assigns(code: &str) -> bool {
    static BRANCHES: Pattern =
        Pattern::new(r"^\s*(?:\}\s*)?(?:else\s+)?(?:if|elif|unless|while|switch|match|case|when|assert|raise|throw|return)\b");
    !BRANCHES.is_match(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_at_a_text() {
        for plain in [
            "if (!req.query.url) return res.sendStatus(400)",
            "if name is None:",
            "log.info('asked', { url })",
            "if (typeof url !== 'string') {",
            "if x == \"\" {",
            "if (isset($_GET['f'])) {",
        ] {
            assert_eq!(look(plain), Look::None, "{plain}");
        }
        for plain in ["if order != 'id':", "if (kind !== \"all\") {"] {
            assert_eq!(look(plain), Look::Compares, "{plain}");
        }
        for plain in ["if name not in NAMES:", "check(url)", "if (!SAFE.test(name)) {", "if (kind === 'a') {", "return unless ok?(name)"] {
            assert_eq!(look(plain), Look::Judges, "{plain}");
        }
    }

    #[test]
    fn a_choice_is_no_text_of_a_request() {
        for text in ["req.query.a ? 'a' : 'b'", "FILES[req.query.name]", "x = 'a' if request.args.get('a') else 'b'"] {
            assert!(!is_whole(text), "{text}");
        }
        for text in ["f\"SELECT * FROM a WHERE b = {order}\"", "path.join(root, req.query.name)", "params[:file] || @document.digest"] {
            assert!(is_whole(text), "{text}");
        }
    }
}
