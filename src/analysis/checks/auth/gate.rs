//! Conditions that somebody outside can arrange: a variable of the environment, a header, a host, a date, a magic value, a switch.
//!
//! A value of the environment that a real check compares with what the caller sent is no such condition.

use crate::analysis::branch::Branch;
use crate::analysis::flow::Flow;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Words};
use crate::analysis::view::SideView;

use super::vocabulary::vocabulary;

/// What a condition rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gate {
    /// A name that says it is a switch.
    Switch,
    /// A name that says it switches a decision off.
    Bypass,
    /// What the clock says.
    Date,
    /// The machine it runs on, or the address a request comes from.
    Host,
    /// What a request claims, beside its credentials.
    Header,
    /// A variable of the environment.
    Environment,
    /// A literal that a credential is compared with.
    Magic,
}

impl Gate {
    /// What it is, as an object of "gated by".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Switch | Self::Bypass => "a switch",
            Self::Date => "the date",
            Self::Host => "the host",
            Self::Header => "a request header",
            Self::Environment => "an environment variable",
            Self::Magic => "a magic value",
        }
    }
}

static ENVIRONMENT: Pattern = Pattern::new(
    r"(?x) \bos\.getenv\b | \bos\.environ\b | \bgetenv\s*\( | \b(?:process|import\.meta|Deno|Bun)\.env\b | \bos\.(?:Getenv|LookupEnv)\b | \benv::var(?:_os)?\b | \boption_env! | \bcfg!\s*\(\s*debug_assertions
      | \bSystem\.(?:getenv|getProperty)\b | \bGetEnvironmentVariable\b | \bENV\s*[\[.] | \$_ENV\b | \$\{?env: | \bSystem\.get_env\b | \bviper\.Get | \bProcessInfo\.processInfo\.environment | \b(?:Boolean\.)?getBoolean\(",
);
static ENVIRONMENT_CALL: Pattern = Pattern::new(
    r"(?x) (?:std::)?(?:[\w$]+(?:\.|::))*(?:getenv|environ|env|Getenv|LookupEnv|var|var_os|getProperty|GetEnvironmentVariable|ENV|_ENV|get_env|GetString|GetBool|cfg!|option_env!)
      (?: (?:\.(?:get|fetch))?\s*[(\[]\s*[^()\[\]]*[)\]] | \.\w+ )",
);
static SHELL_VARIABLE: Pattern = Pattern::new(r"\$\{?[A-Z][A-Z0-9_]{2,}");
/// Elsewhere such a variable stands in a text that is put together.
static ASKED_BY_A_SHELL: Pattern = Pattern::new(r#"^\s*!?\s*(?:\[\[?\s|test\s|"?\$)"#);
static SECRET_NAME: Pattern = Pattern::new(
    r"(?i)(?:token|secret|password|passwd|api_?key|credential|private_?key|access_?key|_key\b|_url\b|_uri\b|_dsn\b|_pat\b|_dir\b|_path\b|_home\b|_file\b|\bhome\b|_id\b)",
);
static REQUEST: Pattern = Pattern::new(
    r"(?x) \b(?:req|request|r|ctx|c|context|http_request|exchange|httpContext|HttpContext|self\.request|message|event)\b(?:\.\w+\(?\)?)*?(?:\.|\[\s*[\x22\x27])(?:[hH]eaders?|META|cookies?|COOKIES|query|args|params|query_params|GET|getHeader|GetHeader|header_map|queryStringParameters)\b
      | \bheaders?\s*(?:\[|\.get\() | \bgetHeader\( | \$_(?:GET|POST|REQUEST|COOKIE|SERVER)\b | \bHTTP_X_ | \breq(?:uest)?\.(?:get|header)\(\s*[\x22\x27] | \.UserAgent\(\) | \buser_agent\b | \bparams\[ | \bcookies\[ | \bmd(?:\[|\.Get\() | \bFromIncomingContext\b",
);
static REAL_HEADER: Pattern = Pattern::new(
    r"(?i)\b(?:authorization|x-api-key|api[-_]key|cookie|x?-?csrf[\w-]*|xsrf[\w-]*|content-\w+|accept[\w-]*|http_x_requested_with|origin|if-[\w-]+|range|upgrade|host|etag|x-requested-with|x-forwarded-proto|signature|[\w-]*-signature[\w-]*|[\w-]*token[\w-]*|session[\w-]*|code|state|id|next|page|redirect[\w-]*|limit|offset|bearer|jwt)\b",
);
static HOST: Pattern = Pattern::new(
    r"(?x) \bgethostname\b | \bos\.(?:hostname|Hostname)\b | \bremote_addr\b | \bremoteAddress\b | \bRemoteAddr\b | \breq(?:uest)?\.(?:ip|hostname|host)\b | \bclient\.host\b | \bgetRemoteAddr\b | \bsocket\.getfqdn\b | \blocation\.hostname\b | \bREMOTE_ADDR\b | \bhostname\s*(?:==|===|\.ends|\.starts) | \bclient_ip\s*(?:==|in)",
);
static CLOCK: Pattern = Pattern::new(
    r"(?x) \bDate\.now\(\) | \bnew\s+Date\(\) | \bdatetime\.(?:now|utcnow|today) | \btime\.Now\(\) | \bUtc::now | \bLocalDate(?:Time)?\.now | \bInstant\.now\(\) | \btime\.time\(\) | \bTime\.now | \bSystemTime::now | \bdate\.today | \bDateTime\.(?:Now|UtcNow) | \btime\(\)",
);
static DATED: Pattern = Pattern::new(r"\b(?:20[2-9]\d|1[6-9]\d{8}(?:\d{3})?)\b|\.(?:weekday|hour|getDay|getHours|day|Weekday|Hour)\b");
static COMPARES: Pattern = Pattern::new(
    r"==|!=|\.equals|Equal|\bis\b|\bin\b|=~|\bcompare|digest|\beq\b|\s-eq\s|\s=\s|>=?|<=?|contains|includes|starts_?[wW]ith|ends_?[wW]ith",
);
static LITERAL: Pattern = Pattern::new(r#"["'`]|\b(?:\d+|true|True|TRUE|false|False|FALSE|None|null|nullptr|NULL|nil|Ok|Some)\b"#);
static MAGIC: Pattern = Pattern::new(
    r#"(?xi) \b[\w.]*(?:password|passwd|pwd|passphrase|passcode|token|secret|api_?key|otp|pin|access_?code|master_?key|magic|signature)(?:\.trim\(\)|\.strip\(\)|\.to_string\(\)|\.as_str\(\))?\s*(?:===?|\.equals\(|\.eq\()\s*[bfru]?["'`][^"'`\s]{4,}["'`]
      | ["'`][^"'`\s]{4,}["'`]\s*(?:===?|\.equals\()\s*[\w.]*(?:password|passwd|pwd|passphrase|passcode|token|secret|api_?key|otp|magic)\b
      | \b(?:strn?(?:case)?cmp|memcmp|EqualFold|equals?|compare_digest|hash_equals)\s*\(\s*[\w.>-]*(?:password|passwd|pwd|passphrase|passcode|token|secret|api_?key|otp|pin)\w*\s*,\s*b?["'`][^"'`\s]{4,}["'`]
      | (?:sha\d+|md5|hash|digest|sum256)\b [^=]* ===?\s*["'`][0-9a-f]{32,}["'`]"#,
);
/// What a value is, not what it says.
static ASKS_KIND: Pattern = Pattern::new(r"\btypeof\b|\b(?:type|gettype|is_a)\s*\(");
static REAL_CHECK: Pattern = Pattern::new(
    r"(?i)(?:verif|validat|check|compare|authentic|authoriz|is_?valid|has_?perm|has_?role|digest|bcrypt|hash|decode|password_|can_)\w*\s*[!(]",
);
static ALIAS: Pattern = Pattern::new(
    r"^\s*(?:from\s+os\s+import\s+(?:environ|getenv)\s+as\s+(\w+)|import\s+\{?\s*env\s+as\s+(\w+)|(?:const|let|var)\s+(\w+)\s*=\s*process\.env\s*;?\s*$|(\w+)\s*=\s*os\.(?:environ|getenv)\s*$|use\s+std::env::var\s+as\s+(\w+))",
);

/// Lines on which something may be put into a switch.
pub static SET: Hint = Hint::new(|| Words::of([&ENVIRONMENT, &REQUEST]));
/// Lines on which the whole environment may get a name.
pub static NAMED: Hint = Hint::new(|| Words::of([&ALIAS]));

static NAME: Pattern = Pattern::new(
    r"^!?\s*(?:not\s+|let\s+)?\(?\s*([A-Za-z_$@][\w$]*(?:(?:\.|->|::|\?\.)[A-Za-z_]\w*)*)(?:\(\))?\)?\s*(?:(?:={2,3}|is|=)\s*(?:true|True|TRUE|1|Some\(true\)))?$",
);

/// What the condition of `branch` rests on, or some alternative of it; the strongest where there are several.
#[must_use]
pub fn gate(side: &SideView<'_>, branch: &Branch, switches: &Flow<'_>) -> Option<Gate> {
    let plain = side.plain().get(branch.condition.clone())?;
    let code = side.masked().get(branch.condition.clone())?;
    of(plain, code, switches)
}

/// The same for a condition's text: `plain` without comments, `code` without the insides of strings either.
#[must_use]
pub fn of(plain: &str, code: &str, switches: &Flow<'_>) -> Option<Gate> {
    if plain.len() > 2000 {
        return None;
    }
    pieces(code, &["||", " or "]).filter_map(|range| alternative(plain.get(range.clone())?, code.get(range)?, switches)).max()
}

/// One way for the condition to hold: it counts when a part of it is a gate and no part is a real check.
fn alternative(plain: &str, code: &str, switches: &Flow<'_>) -> Option<Gate> {
    let mut gate = None;
    for range in pieces(code, &["&&", " and ", ";"]) {
        let (plain, code) = (plain.get(range.clone())?.trim(), code.get(range)?.trim());
        match part(plain, code, switches) {
            Some(found) => gate = gate.max(Some(found)),
            None if REAL_CHECK.is_match(code) => return None,
            None => {}
        }
    }
    gate
}

fn part(plain: &str, code: &str, switches: &Flow<'_>) -> Option<Gate> {
    static ASKED: Pattern = Pattern::new(r"^!?\s*([A-Za-z_]\w*)\s*(?:\.\w+\s*)?[\[(.]");
    let base = ASKED.group(code, 1).filter(|name| switches.holds_alias(name));
    if base.is_some() {
        let literal = COMPARES.is_match(code) && LITERAL.is_match(code);
        return (literal || !COMPARES.is_match(code) && !SECRET_NAME.is_match(plain)).then_some(Gate::Environment);
    }
    let named = |pattern: &Pattern| pattern.find_all(plain).any(|found| stands_in_code(plain, code, &found));
    let shells = || ASKED_BY_A_SHELL.is_match(plain) && named(&SHELL_VARIABLE) && LITERAL.is_match(plain);
    if named(&ENVIRONMENT) || shells() {
        return environment(plain).then_some(Gate::Environment);
    }
    if MAGIC.is_match(plain) && !plain.contains("env") && !ASKS_KIND.is_match(code) {
        return Some(Gate::Magic);
    }
    if HOST.is_match(plain) {
        return LITERAL.is_match(plain).then_some(Gate::Host);
    }
    if CLOCK.is_match(plain) {
        return (COMPARES.is_match(code) && DATED.is_match(plain)).then_some(Gate::Date);
    }
    if REQUEST.is_match(plain) {
        static THERE: Pattern =
            Pattern::new(r#"\blen\s*\(.*\)\s*(?:>|!=)\s*0|!==?\s*(?:["']\s*["']|nil\b|null\b|undefined\b|None\b)|\bis\s+not\s+None\b"#);
        let literal = THERE.is_match(code)
            || !COMPARES.is_match(code)
            || code.contains(['"', '\'', '`']) && compared_with_literal(code)
            || code.contains("true");
        return (literal && !REAL_HEADER.is_match(plain) && !REAL_CHECK.is_match(code)).then_some(Gate::Header);
    }
    let name = NAME.group(code, 1)?;
    let last = name.rsplit(['.', ':', '>']).next().unwrap_or(name);
    if code.starts_with('!') || code.starts_with("not ") {
        // `if not debug` leaves the ordinary way; `if !authEnabled` is a switch that was not named.
        return None;
    }
    // What somebody is, is no switch of the program.
    static SOMEBODY: Pattern =
        Pattern::new(r"(?i)(?:user|account|member|principal|actor)(?:\.|->|::)is_?(?:superuser|staff|admin\w*|active|owner|root)$");
    if SOMEBODY.is_match(name) {
        return None;
    }
    if vocabulary().bypasses(last) {
        return Some(Gate::Bypass);
    }
    if switches.reaches_code(last).is_some() && !SECRET_NAME.is_match(last) {
        return Some(Gate::Environment);
    }
    vocabulary().switches(last).then_some(Gate::Switch)
}

/// Whether what was found is code, and no text that code asks for: only shells put their variables into quotes.
fn stands_in_code(plain: &str, code: &str, found: &std::ops::Range<usize>) -> bool {
    static METHOD: Pattern = Pattern::new(r"\.[a-zA-Z]\w*\(");
    let variable = plain.get(found.clone()).is_some_and(|text| text.starts_with('$') && !text.starts_with("$_"));
    if variable { !METHOD.is_match(code) } else { code.get(found.clone()).is_some_and(|shown| !shown.trim().is_empty()) }
}

/// Whether a value of the environment is asked for itself, or compared with a literal.
fn environment(plain: &str) -> bool {
    let Some(call) = ENVIRONMENT_CALL.find(plain) else { return !COMPARES.is_match(plain) || LITERAL.is_match(plain) };
    let (name, rest) =
        (plain.get(call.clone()).unwrap_or(""), [plain.get(..call.start).unwrap_or(""), plain.get(call.end..).unwrap_or("")].concat());
    if COMPARES.is_match(&rest) { LITERAL.is_match(&rest) && !REAL_CHECK.is_match(&rest) } else { !SECRET_NAME.is_match(name) }
}

fn compared_with_literal(code: &str) -> bool {
    static SIDE: Pattern = Pattern::new(
        r#"(?:==|===|!=|!==|equals\(|=~|\bin)\s*[\[({]*\s*["'`]|["'`]\)?\s*(?:==|===|\.equals)|\b(?:includes|contains|starts_?[wW]ith|ends_?[wW]ith|match|test)\s*\(\s*["'`]|\b(?:HasPrefix|HasSuffix|Contains|EqualFold)\s*\(.*,\s*["'`]"#,
    );
    SIDE.is_match(code)
}

/// The ranges between separators that stand outside brackets.
fn pieces<'c>(code: &'c str, separators: &'c [&'c str]) -> impl Iterator<Item = std::ops::Range<usize>> + 'c {
    let mut at = Some(0);
    std::iter::from_fn(move || {
        let start = at?;
        let mut depth = 0_i32;
        let mut skip = 0;
        for (i, byte) in code.bytes().enumerate().skip(start) {
            match byte {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth -= 1,
                _ if depth <= 0 && i >= skip => {
                    if let Some(separator) = separators
                        .iter()
                        .find(|separator| code.as_bytes().get(i..).is_some_and(|rest| rest.starts_with(separator.as_bytes())))
                    {
                        at = Some(i + separator.len());
                        return Some(start..i);
                    }
                }
                _ => skip = i,
            }
        }
        at = None;
        Some(start..code.len())
    })
}

/// Whether a statement puts a switch of the environment, or one that a request carries, into a name.
#[must_use]
pub fn sets_switch(plain: &str, code: &str) -> bool {
    let asks = || {
        REQUEST.is_match(plain)
            && compared_with_literal(code)
            && !REAL_HEADER.is_match(plain)
            && !code.contains(" if ")
            && !code.contains('?')
    };
    plain.len() <= 2000 && !SECRET_NAME.is_match(plain) && (ENVIRONMENT.is_match(plain) || asks())
}

/// The name by which a statement imports the whole environment: `from os import environ as settings`.
#[must_use]
pub fn alias(plain: &str) -> Option<&str> {
    (plain.len() <= 200).then(|| (1..=5).find_map(|group| ALIAS.group(plain, group))).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_somebody_can_arrange() {
        let gate = |text: &str| {
            // Blank the insides of strings as the view does.
            let mut inside = false;
            let code: String = text
                .chars()
                .map(|c| {
                    if matches!(c, '"' | '\'') {
                        inside = !inside;
                        c
                    } else if inside {
                        ' '
                    } else {
                        c
                    }
                })
                .collect();
            of(text, &code, &Flow::default())
        };
        for text in [
            "os.getenv('DEBUG_AUTH') == 'true'",
            "process.env.SKIP === \"1\"",
            "os.Getenv(\"X\") != \"\"",
            "std::env::var(\"X\").is_ok()",
            "let Ok(v) = env::var(\"DEBUG\")",
            "\"true\".equals(System.getenv(\"X\"))",
            "ENV['BYPASS']",
            "user is None and os.environ.get('MODE') in ('dev', 'test')",
            "verify(token) or os.getenv('X') == '1'",
            "[ \"$DEBUG_AUTH\" = \"true\" ]",
        ] {
            assert_eq!(gate(text), Some(Gate::Environment), "{text}");
        }
        assert_eq!(gate("req.headers['x-internal-user']"), Some(Gate::Header));
        assert_eq!(gate("r.Header.Get(\"X-Debug\") == \"1\""), Some(Gate::Header));
        assert_eq!(gate("request.remote_addr == '10.0.0.7'"), Some(Gate::Host));
        assert_eq!(gate("datetime.now() > datetime(2026, 3, 1)"), Some(Gate::Date));
        assert_eq!(gate("password == 'letmein99'"), Some(Gate::Magic));
        assert_eq!(gate("flags.trustProxyHeaders"), Some(Gate::Switch));
        assert_eq!(gate("config.skipAuth"), Some(Gate::Bypass));
        for text in [
            "token == os.getenv('ADMIN_TOKEN')",
            "typeof accessToken === \"string\"",
            "name ?? `${TOKEN_PREFIX}${name}`",
            "hmac.compare_digest(token, os.environ['SECRET'])",
            "os.getenv('API_KEY')",
            "os.getenv('DEBUG') == '1' and verify(token)",
            "req.headers.authorization",
            "user.active",
            "token.expires > time.time()",
            "not settings.debug",
        ] {
            assert_eq!(gate(text), None, "{text}");
        }
    }
}
