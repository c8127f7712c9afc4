//! `constant-auth`: a function that answers "may they?" says yes to everybody, or stopped asking.

use crate::analysis::prefilter::{Needs, Reach, Words};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;

use super::functions::Body;
use super::grant::{Grant, denies, grant};
use super::unlooked;
use super::vocabulary::{class_of, vocabulary};
use crate::analysis::branch;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, RuleId, Severity};

/// See `rules/code/constant-auth.toml`.
pub struct ConstantAuth;

/// Statements that decide nothing: words for readers and logs.
static INERT: Pattern = Pattern::new(
    r"(?x) ^\s*(?: [\x22\x27`rbf]+\s | [\x22\x27] | (?:self\.|this\.)?_?(?:log|logger|logging|console|tracing|slog|log4j|LOG|LOGGER)\b[\w.]*[!(.] | print\w*[(!] | fmt\.Print | println!|debug!|info!|warn! | use\s | import\s | from\s+\S+\s+import | del\s | global\s | _\s*=\s | let\s+_\w*\s*= | \#\[ | @\w )",
);
static REAL: Pattern = Pattern::new(
    r"\b(?:if|unless|match|switch|case|throw|raise|assert\w*|try|except|catch|await|yield|guard|ensure|bail!|require)\b|\?\s*;|\?\s*$|\?\.|&&|\|\||==|!=| and | or |\bnot\s",
);
static CHECKS: Pattern = Pattern::new(
    r"(?i)(?:verif|valid|check|compar|authentic|authoriz|digest|hash|decode|lookup|find|query|select|get_|fetch|load|allow|can_|has_|is_)\w*\s*[!(]",
);
static ARROW: Pattern = Pattern::new(
    r"([A-Za-z_]\w*)\s*[:=]\s*(?:async\s*)?(?:\([^()]*\)|\w+)\s*(?::\s*[\w<>\s]+)?=>\s*(?:\{\s*return\s+)?(?:true|next\(\)|Promise\.resolve\(\s*true\s*\))\s*;?\s*\}?\s*,?\s*$|([A-Za-z_]\w*)\s*=\s*lambda\b[^:]*:\s*True\s*$",
);
/// Functions whose body is one expression: `bool MayEdit(User u) => true;`, `fun mayEdit(u: User) = true`.
static EXPRESSION: Pattern = Pattern::new(
    r"^\s*(?:[\w<>\[\]?@]+\s+)+([A-Za-z_]\w*)\s*\([^()]*\)\s*(?::\s*Boolean\s*)?=>?\s*(?:true|Task\.FromResult\(\s*true\s*\)|(?:new\s+)?ValueTask(?:<bool>|\.FromResult)?\s*\(\s*true\s*\))\s*;?\s*$",
);
static FALSE: Pattern = Pattern::new(r"^\s*(?:return\s+)?(?:false|False)\s*;?\s*$");

impl Check for ConstantAuth {
    fn rule(&self) -> RuleId {
        RuleId("constant-auth")
    }

    fn needs(&self) -> Needs {
        // A policy's class, and a denial that never comes, are known by these beside the names that decide.
        let others = Words::named([
            "policy",
            "authorizationhandler",
            "ability",
            "voter",
            "authorizer",
            "expired",
            "revoked",
            "denied",
            "locked",
            "blocked",
            "banned",
            "blacklisted",
            "tampered",
        ]);
        Needs::nothing().and(Reach::ANYWHERE, vocabulary().deciding().or(others))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let readable = file.language.is_code() && file.role.is_live();
        let Some(side) = file.new_side().filter(|_| readable) else { return };
        let before = file.old().map_or_else(HashMap::new, Body::by_name);
        let answers_of = Answers::default();
        for body in Body::all(side) {
            let lost = |old: &SideView<'_>| {
                before.get(body.function.name.as_str()).is_some_and(|was| old.touches(was.function.first_line, was.function.last_line))
            };
            if side.touches(body.function.first_line, body.function.last_line) || file.old().is_some_and(lost) {
                function(file, side, body, (&before, &answers_of), sink);
            }
        }
        arrows(file, side, sink);
        if file.language == Language::Kotlin {
            validators(file, side, sink);
        }
        if sink.reported() == 0 {
            unlooked::report(file, sink);
        }
    }
}

/// Ktor's `validate { … }` of a way to sign in: it makes somebody of every credential.
fn validators(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static WAY: Pattern = Pattern::new(r"\b(?:jwt|basic|bearer|digest|form|session|apiKey)\b\s*(?:<[^>]*>\s*)?(?:\(|$)");
    static MAKES: Pattern = Pattern::new(r"\b\w*Principal\s*\(");
    static ASKS: Pattern = Pattern::new(r"\b(?:if|when|null|takeIf|takeUnless|let|try)\b|\?:|\?\.|==|(?i:check|verif|valid\w*\()");
    let statements = side.statements();
    for (at, header) in statements.iter().enumerate() {
        let way = header.parent.is_some_and(|way| WAY.is_match(side.code_of(&statements[way])));
        if !way || side.code_of(header).trim() != "validate" || header.end <= at + 1 {
            continue;
        }
        let inside = || statements[at + 1..header.end].iter();
        let made = inside().find(|inner| MAKES.is_match(side.code_of(inner)));
        let last = statements[header.end - 1].last_line;
        if let Some(made) =
            made.filter(|_| side.touches(header.first_line, last) && !inside().any(|inner| ASKS.is_match(side.code_of(inner))))
        {
            sink.report(
                Draft::lines(file, side, header.first_line, made.last_line)
                    .title("Whoever signs in is let in, whatever they show")
                    .severity(Severity::High)
                    .confidence(Confidence::Medium),
            );
        }
    }
}

/// The constant answers of both sides, counted when the first is found.
#[derive(Default)]
struct Answers(OnceCell<[HashMap<String, usize>; 2]>);

impl Answers {
    /// Whether more functions of this name succeed at once than before.
    fn is_new(&self, file: &FileView<'_>, side: &SideView<'_>, name: &str) -> bool {
        let counted = || [file.old().map(|old| constants(file, old)).unwrap_or_default(), constants(file, side)];
        let [before, after] = self.0.get_or_init(counted);
        after.get(name) > before.get(name)
    }
}

fn function(
    file: &FileView<'_>,
    side: &SideView<'_>,
    body: Body<'_>,
    (before, answers_of): (&HashMap<&str, Body<'_>>, &Answers),
    sink: &mut Sink<'_>,
) {
    let name = &body.function.name;
    let inverse = vocabulary().answers_inversely(name);
    if !inverse && !answers(side, body) || is_innocent(side, body) {
        return;
    }
    let Some(answer) = constant(file, side, body, inverse) else { return };
    if answer.kind == Kind::First && !answers_of.is_new(file, side, name) {
        return;
    }
    let was_real = before.get(name.as_str()).is_some_and(|old| file.old().is_some_and(|side| asks(side, *old)));
    let statement = &side.statements()[answer.at];
    let new = side.touches(statement.first_line, statement.last_line);
    if !was_real && (!new || answer.kind == Kind::Stopped) {
        return;
    }
    let (severity, confidence) = match (answer.kind, was_real) {
        (Kind::First, true) => (Severity::Critical, Confidence::High),
        // Whoever is asked about nobody and nothing says what a thing can do, not what somebody may.
        (Kind::First, false) if only_permits(side, body) && asks_nothing(side, body) => (Severity::Medium, Confidence::Low),
        (Kind::First, false) => (Severity::High, Confidence::Medium),
        (Kind::Stopped, _) => (Severity::High, Confidence::Medium),
    };
    let title = if was_real { format!("{name} no longer asks: it always succeeds") } else { format!("{name} always succeeds") };
    let header = &side.statements()[body.header];
    let evidence =
        format!("{} … {}", side.plain_of(header).split_whitespace().collect::<Vec<_>>().join(" "), side.plain_of(statement).trim());
    sink.report(
        Draft::lines(file, side, header.first_line, statement.last_line)
            .title(title)
            .evidence(evidence)
            .severity(severity)
            .confidence(confidence),
    );
}

/// Whether a name is one of these by its verb alone: `canEdit`.
fn only_permits(side: &SideView<'_>, body: Body<'_>) -> bool {
    let name = &body.function.name;
    vocabulary().permits(name) && !vocabulary().answers(name) && !is_of_policy(side, body)
}

/// Whether a function is handed nothing: neither somebody nor something.
fn asks_nothing(side: &SideView<'_>, body: Body<'_>) -> bool {
    static NOTHING: Pattern = Pattern::new(r"\(\s*(?:(?:&\s*)?(?:mut\s+)?(?:self|this|cls)\s*|void\s*)?\)");
    let header = side.code_of(&side.statements()[body.header]);
    !header.contains('(') || NOTHING.is_match(header)
}

/// How many functions of each name succeed at once: where classes share a name for one, a moved line is no new answer.
fn constants(file: &FileView<'_>, side: &SideView<'_>) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for body in Body::all(side) {
        let inverse = vocabulary().answers_inversely(&body.function.name);
        if constant(file, side, body, inverse).is_some_and(|answer| answer.kind == Kind::First) {
            *counts.entry(body.function.name.clone()).or_default() += 1;
        }
    }
    counts
}

/// Whether the function answers "may they?", by its name or as an action of a policy.
fn answers(side: &SideView<'_>, body: Body<'_>) -> bool {
    let name = &body.function.name;
    vocabulary().answers(name) || vocabulary().permits(name) || is_of_policy(side, body)
}

/// Whether a function is an action of a policy, by the class around it.
fn is_of_policy(side: &SideView<'_>, body: Body<'_>) -> bool {
    static POLICY: Pattern = Pattern::new(r"(?:Policy|Ability|Voter|Authorizer)$");
    static HANDLER: Pattern = Pattern::new(r"\b(?:AuthorizationHandler|AuthenticationHandler|Voter)\b");
    let header = &side.statements()[body.header];
    let of_handler = || header.parent.and_then(|at| side.statements().get(at)).is_some_and(|class| HANDLER.is_match(side.code_of(class)));
    class_of(side, header).is_some_and(|class| POLICY.is_match(class)) || of_handler()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Success is the first thing it does.
    First,
    /// It does other things, but asks nothing.
    Stopped,
}

struct Answer {
    kind: Kind,
    at: usize,
}

fn constant(file: &FileView<'_>, side: &SideView<'_>, body: Body<'_>, inverse: bool) -> Option<Answer> {
    let succeeds = |statement: &Statement| {
        let code = side.code_of(statement);
        if inverse { FALSE.is_match(code) } else { is_success(file.language, side, body, side.plain_of(statement), code) }
    };
    let inside = body.inside(side);
    let at_of = |statement: &Statement| {
        inside.clone().find(|at| std::ptr::eq(&raw const side.statements()[*at], statement)).unwrap_or(inside.start)
    };
    let mut asked = false;
    for statement in body.direct(side) {
        let code = side.code_of(statement);
        if succeeds(statement) {
            let kind = if asked { Kind::Stopped } else { Kind::First };
            let nothing_asked = !asked || !inside.clone().any(|at| is_question(side, file.language, at));
            return nothing_asked.then(|| Answer { kind, at: at_of(statement) });
        }
        if !INERT.is_match(side.plain_of(statement)) {
            asked = true;
        }
        if code.trim_start().starts_with("return") {
            return None;
        }
    }
    None
}

fn is_question(side: &SideView<'_>, language: Language, at: usize) -> bool {
    let statement = &side.statements()[at];
    let code = side.code_of(statement);
    branch::branch(side, language, at).is_some() || REAL.is_match(code) || CHECKS.is_match(code) || denies(side.plain_of(statement))
}

/// Whether a function decides something by what it sees.
fn asks(side: &SideView<'_>, body: Body<'_>) -> bool {
    body.inside(side).any(|at| {
        let code = side.code_of(&side.statements()[at]);
        REAL.is_match(code) || CHECKS.is_match(code)
    })
}

fn is_success(language: Language, side: &SideView<'_>, body: Body<'_>, plain: &str, code: &str) -> bool {
    if !matches!(grant(plain, code), Some(Grant::Success)) {
        return false;
    }
    let header = side.code_of(&side.statements()[body.header]);
    let bare = code.trim().trim_end_matches(';').trim();
    match language {
        Language::Go if bare == "return nil" => header.trim_end().ends_with("error"),
        Language::Shell => true,
        Language::C | Language::Cpp | Language::Php | Language::Perl => !bare.ends_with('0'),
        _ => !bare.ends_with(|c: char| c.is_ascii_digit()) && !bare.starts_with("exit"),
    }
}

/// Interfaces, stand-ins for tests, and models that say of themselves that they are signed in.
fn is_innocent(side: &SideView<'_>, body: Body<'_>) -> bool {
    let header = &side.statements()[body.header];
    let abstracted = header.parent.and_then(|at| side.statements().get(at)).is_some_and(|parent| {
        let code = side.code_of(parent);
        ["trait ", "interface ", "abstract ", "Protocol", "ABC"].iter().any(|word| code.contains(word))
    });
    let class = class_of(side, header).unwrap_or("");
    let model = ["is_authenticated", "isAuthenticated", "is_active"].contains(&body.function.name.as_str())
        && ["User", "Account", "Member", "Principal", "Identity"].iter().any(|word| class.contains(word));
    abstracted || model || vocabulary().stands_in(class)
}

/// `const isAuthorized = () => true`, `check_auth = lambda *a: True`.
fn arrows(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    // The expression may stand on the line below its arrow.
    let head = |at: usize| at.checked_sub(1).map(|above| side.line(above).code().trim_end()).filter(|above| above.ends_with(['=', '>']));
    for line in side.changed_lines().filter(|line| line.code().contains(['=', 't', 'T'])) {
        let code = match head(line.index).filter(|above| above.ends_with("=>") || above.ends_with(") =") || above.ends_with("Boolean =")) {
            Some(above) if !line.code().contains("=>") => Cow::Owned(format!("{above} {}", line.code().trim())),
            _ if line.code().contains('=') || line.code().contains("lambda") => Cow::Borrowed(line.code()),
            _ => continue,
        };
        let arrow = ARROW.group(&code, 1).or_else(|| ARROW.group(&code, 2));
        let Some(name) = arrow.or_else(|| EXPRESSION.group(&code, 1)) else { continue };
        if vocabulary().answers(name) || vocabulary().permits(name) {
            sink.report(
                Draft::line(file, side, line.index)
                    .title(format!("{name} always succeeds"))
                    .severity(Severity::High)
                    .confidence(Confidence::Medium),
            );
        }
    }
}
