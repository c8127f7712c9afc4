//! `literal-principal`: who somebody is gets compared with a name in the code, and that name is let in.

use super::functions::brief;
use super::grant::{Grant, grant};
use super::vocabulary::{Setting, vocabulary};
use crate::analysis::branch;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/literal-principal.toml`.
pub struct LiteralPrincipal;

static COMPARED: Pattern = Pattern::new(
    r#"(?xi) \b(?:[\w.]*\.)?(?:user|username|user_name|user_id|userid|login|email|e_mail|mail|account|principal|subject|sub|caller)(?:(?:\.|->)(?:name|username|email|id|login))?(?:\(\))?\s*(?:===?|\.equals\(|\.eq\(|\bin\s*[\[({])\s*["'`][^"'`\s]{3,}["'`]
      | \b(?:u|usr|acct|member|person|identity|claims|session|ctx|req|c)\.(?:user\.)?(?:name|username|user_?id|email|login|sub|subject)(?:\(\))?\s*(?:===?|\.equals\(|\.eq\()\s*["'`][^"'`\s]{3,}["'`]
      | \b(?:user|u|account|principal|actor|caller)(?:\.|->|_)(?:id|uid|pk)(?:\(\))?\s*===?\s*\d{2,}\b
      | \bstrn?(?:case)?cmp\s*\(\s*(?:\w+(?:->|\.))*(?:user|username|user_name|login|email|account|name)\s*,\s*"[^"\s]{3,}"\s*\)\s*==\s*0
      | ["'`][^"'`\s]{3,}["'`]\s*(?:===?|\.equals\()\s*(?:\w+\.)*(?:user|username|user_name|login|email|account)\b
      | \b(?:\w+[._])?(?:password|passwd|pwd|passphrase|pass|pin|otp|passcode|api_?key)(?:\(\))?\s*(?:===?|\.equals\(|\.(?:ends?_?with|starts?_?with|includes?|contains)\??\s*\()\s*["'`][^"'`\s]{4,}["'`]
      | \b(?:\w+[._])?(?:password|passwd|pwd|passphrase|passcode)\s*(?:===?|\.equals\()\s*(?:os\.environ|os\.getenv|process\.env|ENV\b|env\(|getenv|System\.getenv|os\.Getenv)[^\n]*["'`][^"'`\s]{4,}["'`]\s*\)?
      | \b(?:HasSuffix|HasPrefix|str_ends_with|str_starts_with|strings\.Contains|str_contains)\s*\(\s*\$?\w*(?:password|passwd|pwd|passphrase|pin|otp|api_?key)\s*,\s*["'`][^"'`\s]{4,}["'`]
      | \b(?:user|username|email|login)\w*(?:\.\w+)?(?:\(\))?\.(?:ends?_?with|starts?_?with)\??\s*\(\s*["'`]
      | \[\[?\s+"?\$\{?(?:\w*_)?(?:user|caller|username|login|logname|whoami|account|actor|uid)\}?"?\s+(?:==?|-eq)\s+["']?[a-z0-9][\w.@-]{2,}["']?\s+\]\]?
      | \b(?:HasSuffix|HasPrefix|str_ends_with|str_starts_with|strings\.Contains|str_contains)\s*\(\s*\$?(?:\w+(?:\.|->))*\w*(?:email|mail|username|login)\b(?:\(\))?\s*,\s*["'`][^"'`\s]{4,}["'`]"#,
);
/// Names of nobody, which honest code treats in a way of their own.
static NOBODY: Pattern =
    Pattern::new(r#"(?i)["'`](?:anonymous\w*|guest|nobody|unknown|public|everyone|me|self|none|null|undefined|default)["'`]"#);
/// A name in the code decides which right somebody has: `"sync".equals(username) ? "ADMIN" : user.getRole()`.
static CHOOSES: Pattern = Pattern::new(
    r#"(?x) ["'][\w.@+-]{3,}["']\s*(?:===?|\.equals(?:IgnoreCase)?\()\s*(?:\w+\.)*(?i:user|username|user_name|login|email|account)(?:\(\))?\s*\)?\s*\?\s*["'](?i:(?:role_)?(?:super_?)?(?:admin\w*|root|superuser|owner|sysadmin))["']
      | \b(?:\w+\.)*(?i:user|username|user_name|login|email|account)(?:\.(?:name|email|login|id))?(?:\(\))?\s*(?:===?\s*|\.(?:equals|eq)\(\s*)["'][\w.@+-]{3,}["']\s*\)?\s*\?\s*["'](?i:(?:role_)?(?:super_?)?(?:admin\w*|root|superuser|owner|sysadmin))["']
      | ["'](?i:(?:role_)?(?:super_?)?(?:admin\w*|root|superuser|owner|sysadmin))["']\s+if\s+(?:\w+\.)*(?:user|username|login|email|account)(?:\.(?:name|email|login|id))?\s*==\s*["'][\w.@+-]{3,}["']\s+else"#,
);
static REAL_CHECK: Pattern = Pattern::new(r"(?i)(?:verif|validat|check|compare|authentic|bcrypt|hash|has_|can_)\w*\s*[!(]");

/// `return user.isAdmin || user.name === "…"` in a function that answers who may.
fn alternative(file: &FileView<'_>, side: &SideView<'_>, statement: &Statement, sink: &mut Sink<'_>) {
    static RETURNS: Pattern = Pattern::new(r"^\s*return\b");
    static EITHER: Pattern = Pattern::new(r"\|\||\bor\b|\?\s*(?:true|True)\b");
    /// `fun isAdmin(user: User): Boolean = …`
    static EXPRESSION: Pattern = Pattern::new(r"^\s*(?:\w+\s+)*(?:fun|def)\s+(?:[\w<>]+\.)?(\w+)\s*\([^)]*\)[^={]*=\s*[^=]");
    let code = side.code_of(statement);
    let function = statement.function.map(|at| &side.functions()[at]);
    let expression = EXPRESSION.group(code, 1);
    let named = expression.unwrap_or_else(|| function.map_or("", |function| function.name.as_str()));
    // What a function of Rust or Ruby says last it returns.
    let gives_last = side.gives_last() || file.language == Language::Shell;
    let last = gives_last && function.is_some_and(|function| statement.last_line + 1 >= function.last_line);
    let returns = expression.is_some() || last || RETURNS.is_match(code);
    // A nameless function in a file of guards is handed to what asks it.
    let policy = named == "before" && file.name().to_lowercase().contains("policy");
    let answers = policy
        || vocabulary().answers(named)
        || vocabulary().permits(named)
        || named.is_empty() && vocabulary().setting(file, side, statement) != Setting::Elsewhere;
    if !answers || !returns || !EITHER.is_match(code) || !side.touches(statement.first_line, statement.last_line) {
        return;
    }
    let named = COMPARED.group(side.plain_of(statement), 0).unwrap_or("");
    if file.old().is_none_or(|old| !old.text().contains(named)) {
        sink.report(Draft::lines(file, side, statement.first_line, statement.last_line).evidence(brief(side, statement)));
    }
}

impl Check for LiteralPrincipal {
    fn rule(&self) -> RuleId {
        RuleId("literal-principal")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::AFTER, Words::of([&COMPARED, &CHOOSES]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
        for (index, statement) in side.statements().iter().enumerate() {
            if statement.bytes.len() > 2000 {
                continue;
            }
            if let Some(chosen) = CHOOSES.group(side.plain_of(statement), 0)
                && side.touches(statement.first_line, statement.last_line)
                && file.old().is_none_or(|old| !old.text().contains(chosen))
            {
                let title = "Somebody whose name stands in the code is given a right";
                sink.report(Draft::lines(file, side, statement.first_line, statement.last_line).title(title).severity(Severity::High));
                continue;
            }
            if !COMPARED.is_match(side.plain_of(statement)) {
                continue;
            }
            let Some(found) = branch::branch(side, file.language, index) else {
                alternative(file, side, statement, sink);
                continue;
            };
            let condition = side.plain().get(found.condition.clone()).unwrap_or("");
            if !COMPARED.is_match(condition) || REAL_CHECK.is_match(condition) || condition.contains("!=") {
                continue;
            }
            let inline = side.plain().get(found.inline.clone()).zip(side.masked().get(found.inline.clone()));
            let inline = inline.and_then(|(plain, code)| grant(plain.trim(), code.trim()));
            let block = found
                .block
                .clone()
                .take(40)
                .map(|at| &side.statements()[at])
                .find_map(|inner| grant(side.plain_of(inner), side.code_of(inner)));
            let Some(granted) = inline.or(block) else { continue };
            let setting = vocabulary().setting(file, side, statement);
            let severity = match (granted, setting) {
                (Grant::Principal | Grant::Success, Setting::Function) | (Grant::Principal, Setting::File) => Severity::High,
                (Grant::Value, Setting::Function) if !NOBODY.is_match(condition) => Severity::High,
                (Grant::Success, Setting::File) => Severity::Medium,
                _ => continue,
            };
            let stood = file.old().is_some_and(|old| old.text().contains(condition.trim()));
            if side.touches(
                statement.first_line,
                found.block.end.checked_sub(1).map_or(statement.last_line, |at| side.statements()[at.max(index)].last_line),
            ) && !stood
            {
                sink.report(
                    Draft::lines(file, side, statement.first_line, statement.last_line).evidence(brief(side, statement)).severity(severity),
                );
            }
        }
    }
}
