//! `guard-swapped`: what decided who may do something gave way to a helper of this change, in any of its files, that says yes without asking.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::passing_filter;
use super::refusal::asks_for_somebody;
use super::vocabulary::vocabulary;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::checks::vuln::stops::refusals;
use crate::analysis::checks::vuln::twins::twins;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::LineKind;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/guard-swapped.toml`.
pub struct GuardSwapped;

/// Changes with more files than this are not looked through for helpers.
const MOST_FILES: usize = 300;
/// More lines of one file than this were not written by hand.
const MOST_LINES: usize = 5_000;
/// A helper is read up to so many lines.
const BODY: usize = 60;
/// More changed lines than this are not compared.
const MOST: usize = 500;

static DEFINED: Pattern = Pattern::new(
    r"^(\s*)(?:(?:export|default|pub(?:\([^)]*\))?|public|private|protected|internal|static|async|final|override|suspend|const|let)\s+)*(?:(?:def|fn|func|fun|function)\s+(?:\([^)]*\)\s*)?(?:self\.)?(\w+[!?]?)\s*(?:<[^>]*>)?\s*(?:\(([^)]*)|$)|(\w+)\s*(?::[^=]+)?=\s*(?:async\s*)?\(([^)]*)\)\s*(?::[^=]+)?=>|(?:bool|boolean|Boolean|Promise<\w+>|void)\s+(\w+)\s*\(([^)]*))",
);
static WORD: Pattern = Pattern::new(r"[A-Za-z_]\w*[!?]?");
static CALL: Pattern = Pattern::new(r"([A-Za-z_]\w*[!?]?)\s*\(");
/// What a function is whose body is one expression, or stands on the line of its head.
static EXPRESSION: Pattern =
    Pattern::new(r"\)\s*(?::\s*\??\w+\s*|->\s*\w+\s*)?(?:=>?\s*((?:true|True)\s*;?)|\{\s*(return\s+[^;{}]+;?)\s*\})\s*$");
/// It says yes.
static YES: Pattern = Pattern::new(
    r"^\s*true\s*;?$|\breturn\s*\(?\s*(?:[Tt]rue|Ok\(true\)|Ok\(\(\)\)|\(?true,\s*nil|!!\s*\w+|Boolean\(\s*\w+\s*\)|bool\(\s*\w+\s*\)|[\w.]+\s+is\s+not\s+None|[\w.$]+\s*!==?\s*(?:null|undefined|nil|None|nullptr))\s*\)?\s*;?\s*\}?\s*$|\bnext\(\s*\)|\$next\s*\(\s*\$\w+\s*\)|\bnext\.ServeHTTP\s*\(|\bdoFilter\s*\(|\b_?next(?:\.Invoke)?\(\s*(?:context|ctx|request|req)\s*\)|\bcall_next\s*\(|\bc\.Next\(\)",
);
/// It hands on to what comes next, which a guard also does when all is well.
static HANDS_ON: Pattern = Pattern::new(r"(?i)next|doFilter");
/// It says no somewhere.
static NO: Pattern = Pattern::new(
    r"(?i)\braise\b|\bthrow\b|\bpanic\b|abort|forbid|denied|deny|unauthori[sz]ed|\b40[13]\b|\breturn\s+(?:false|nil\s*,|null|none|err)\b|\bErr\(|reject|redirect|\bhead\s|\brender\b",
);
static CONDITION: Pattern = Pattern::new(r"^\s*(?:\}\s*)?(?:if|elif|elsif|unless|else\s+if)\b\s*(.*)$");
static POSTFIX: Pattern = Pattern::new(r"\breturn\b.*\s(?:if|unless)\s+(.*)$");
static ASSIGNED: Pattern = Pattern::new(
    r"^\s*(?:(?:const|let|var|val|final|mut|my|boolean|bool|int|long|auto|[A-Z]\w*(?:<[^=]*>)?)\s+)*\{?\s*\$?([A-Za-z_]\w*)[\w\s,}]*(?::[^=]+)?\s*:?=\s*([^=].*)$",
);

/// A call that stands for itself.
static ALONE: Pattern = Pattern::new(r"^\s*(?:await\s+)?(\w+[!?]?)(?:\s*\([^()]*\))?\s*;?\s*$");

impl Check for GuardSwapped {
    fn rule(&self) -> RuleId {
        RuleId("guard-swapped")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(
            Reach::REMOVED,
            vocabulary().touching().or(vocabulary().guarding()).or(Words::named([
                "filter",
                "middleware",
                "canactivate",
                "interceptor",
                "perm",
                "role",
                "can",
                "allow",
                "admin",
                "staff",
                "owner",
                "grant",
                "right",
                "policy",
                "gate",
                "scope",
            ])),
        )
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let readable = file.language.is_code() && file.role.is_live() && file.change.patch.files.len() <= MOST_FILES;
        let (Some(old), Some(new)) = (file.old().filter(|_| readable), file.new_side()) else { return };
        let mut wanted: BTreeMap<String, (usize, String)> = BTreeMap::new();
        for twin in twins(file) {
            let was: Vec<&str> = refusals(file, twin.old, &twin.was).map(|(_, asked)| asked).filter(|asked| decides(asked)).collect();
            if was.is_empty() {
                continue;
            }
            let known: BTreeSet<&str> = was.iter().flat_map(|was| WORD.groups(was, 0)).collect();
            for (line, asked) in refusals(file, twin.new, &twin.is) {
                for name in called(file.language, asked).filter(|name| !known.contains(name)) {
                    wanted.entry(name.to_owned()).or_insert_with(|| (line, was[0].trim().to_owned()));
                }
            }
        }
        // What these do beside answering is no answer: they have to say yes.
        let mut answering: BTreeSet<String> = BTreeSet::new();
        for (name, asked) in replaced(file, old, new) {
            if let Entry::Vacant(place) = wanted.entry(name) {
                answering.insert(place.key().clone());
                place.insert(asked);
            }
        }
        // The same line, but for what stands in front of something: `app.use('/admin', requireUser, admin)`.
        let mut stood: BTreeMap<String, String> = BTreeMap::new();
        for line in old.changed_lines().filter(|line| line.text.len() < 400).take(MOST) {
            for name in WORD.find_all(line.text).filter(|at| line.text.get(at.clone()).is_some_and(guards)) {
                stood.insert(blanked(line.text, &name), line.text.get(name).unwrap_or("").to_owned());
            }
        }
        if !stood.is_empty() {
            for line in new.changed_lines().filter(|line| line.text.len() < 400).take(MOST) {
                for at in WORD.find_all(line.text) {
                    let Some(was) = stood.get(&blanked(line.text, &at)) else { continue };
                    let name = line.text.get(at).unwrap_or("");
                    if name != was {
                        wanted.entry(name.to_owned()).or_insert_with(|| (line.index, was.clone()));
                    }
                }
            }
        }
        passing_filter::report(file, old, new, sink);
        // What was called as often before takes no place.
        let called_on = |side: &SideView<'_>, name: &str| {
            let lines = side.changed_lines().filter(|line| line.text.len() < 400).take(MOST);
            lines.flat_map(|line| CALL.groups(side.plain_line(line.index), 1)).filter(|called| *called == name).count()
        };
        wanted.retain(|name, _| {
            let before = called_on(old, name);
            before == 0 || before < called_on(new, name)
        });
        if wanted.is_empty() {
            return;
        }
        // What stands alone is not asked: it has to refuse by itself.
        let alone: BTreeSet<&str> = wanted
            .iter()
            .filter(|(name, (line, _))| !answering.contains(*name) && ALONE.group(new.line(*line).text, 1) == Some(name.as_str()))
            .map(|(name, _)| name.as_str())
            .collect();
        let weak = helpers(file, &alone, &wanted.keys().map(String::as_str).collect());
        for (name, (line, was)) in wanted {
            if let Some(how) = weak.get(&name) {
                let title =
                    format!("`{name}`, which this change brings, stands where `{}` stood, and says yes without asking", short(&was));
                let draft = Draft::line(file, new, line).title(title).evidence(format!("{} ← {how}", new.line(line).text.trim()));
                static THERE: Pattern = Pattern::new(r"(?i)_?(?:installed|running|exists?|available)\??$");
                sink.report(if THERE.is_match(&name) { draft.severity(Severity::Medium) } else { draft });
            }
        }
    }
}

/// What a condition calls; a method of Ruby that asks something needs no brackets.
fn called(language: Language, asked: &str) -> impl Iterator<Item = &str> {
    static ASKS: Pattern = Pattern::new(r"(?:^|[\s(!&|])([a-z_]\w*[?!])(?:$|[\s)&|])");
    let bare = (language == Language::Ruby).then(|| ASKS.groups(asked, 1));
    CALL.groups(asked, 1).chain(bare.into_iter().flatten())
}

/// What lines that came call where lines of the same function, or outside of all, went that asked who may: the name, its line, and who was asked.
fn replaced(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>) -> Vec<(String, (usize, String))> {
    let outside = |side: &SideView<'_>, line: usize| side.function_at(line).is_none();
    let lost: Vec<&str> =
        old.changed_lines().filter(|line| outside(old, line.index)).map(|line| old.plain_line(line.index)).take(MOST).collect();
    let came: Vec<(usize, &str)> = new
        .changed_lines()
        .filter(|line| outside(new, line.index))
        .map(|line| (line.index, new.plain_line(line.index)))
        .take(MOST)
        .collect();
    let twins = twins(file);
    let within = twins.iter().map(|twin| (twin.removed().map(|(_, text)| text).take(MOST).collect(), twin.added().take(MOST).collect()));
    let mut out = Vec::new();
    for (went, is) in within.chain([(lost, came)]) {
        let short = |text: &&str| text.len() < 400 && !DEFINED.is_match(text);
        let went: Vec<&str> = went.into_iter().filter(short).collect();
        let asked = |name: &&str| guards(name) || vocabulary().permits(name);
        let Some(was) = went.iter().flat_map(|text| CALL.groups(text, 1)).find(asked) else { continue };
        let known: BTreeSet<&str> = went.iter().flat_map(|text| CALL.groups(text, 1)).collect();
        for (line, text) in is.into_iter().filter(|(_, text)| text.len() < 400 && !DEFINED.is_match(text)) {
            out.extend(CALL.groups(text, 1).filter(|name| !known.contains(name)).map(|name| (name.to_owned(), (line, was.to_owned()))));
        }
    }
    out
}

/// Whether a name is a guard's, and not that of what takes one away again: `unregisterAuthHandlers`.
fn guards(name: &str) -> bool {
    static UNDOES: Pattern = Pattern::new(
        r"(?i)un_?regist|de_?regist|unsubscri|unset|unlink|free|clear|remove|delete|reset|release|clean|destroy|dispose|tear_?down|shutdown",
    );
    /// Shows something to somebody.
    static SHOWS: Pattern = Pattern::new(
        r"^_?(?:[hH]andle|[sS]how|[oO]pen|[cC]lose|[hH]ide|[rR]ender|[dD]isplay)_?\w*(?i:pop_?up|dialog|modal|panel|toast|tool_?tip)$",
    );
    /// What somebody shows, which asks nothing.
    static SHOWN: Pattern = Pattern::new(r"(?i)^(?:passw(?:or)?d|token|session|credentials?|secret|log_?in|log_?out|sign_?in)$");
    let asks = vocabulary().guards(name) || vocabulary().decides(name);
    asks && !UNDOES.is_match(name) && !SHOWS.is_match(name) && !SHOWN.is_match(name)
}

fn short(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect()
}

/// The line without its indentation and without one word of it.
fn blanked(line: &str, word: &std::ops::Range<usize>) -> String {
    let (before, after) = (line.get(..word.start).unwrap_or(""), line.get(word.end..).unwrap_or(""));
    format!("{}\u{0}{}", before.trim_start(), after.trim_end())
}

/// Whether a condition asks who may do something.
fn decides(asked: &str) -> bool {
    static ASKS: Pattern = Pattern::new(
        r"\b(?i:has_?(?:perm|role|scope|right|access|any|authority|claim)\w*|is_?(?:admin|staff|owner|superuser|member|authenticated|authori[sz]ed|allowed|permitted|granted|in_?role)|authori[sz]e\w*|allowed|check_?(?:permission|access|role)\w*|require_?role)\b[?!]?\s*\(?|->can(?:not)?\(|\bcan\?\s*\(|\b(?i:authz|authorizer|acl|rbac|enforcer|permissions)\.\w+\s*\(|\bGate::|\.can\?|\bpolicy\b",
    );
    ASKS.is_match(asked)
        || asks_for_somebody(asked)
        || CALL.groups(asked, 1).any(|name| vocabulary().decides(name) || vocabulary().permits(name))
}

/// The helpers of the change with one of these names that say yes without asking, each with the line that does.
fn helpers(file: &FileView<'_>, alone: &BTreeSet<&str>, names: &BTreeSet<&str>) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    // What stood in a helper that went moved with it.
    let gone: BTreeSet<&str> = file
        .change
        .patch
        .files
        .iter()
        .filter_map(|other| other.text())
        .flat_map(|text| text.removed().map(|(_, line)| line.trim()).filter(|line| CONDITION.is_match(line)).take(MOST))
        .collect();
    for other in &file.change.patch.files {
        let path = other.path().text();
        let Some(text) = other.text().filter(|_| Role::of(&path).is_live()) else { continue };
        let shown: Vec<_> = text.lines.iter().filter(|line| line.kind != LineKind::Removed).take(MOST_LINES).collect();
        let lines: Vec<(bool, &str)> = shown.iter().map(|line| (line.kind == LineKind::Added, text.text(line))).collect();
        // What stands between two hunks is not there.
        let goes_on = |at: usize| shown.get(at + 1).is_some_and(|next| next.new == shown[at].new + 1);
        for (at, (_, line)) in lines.iter().enumerate().filter(|(_, (_, line))| line.len() < 400) {
            let name = [2, 4, 6].into_iter().find_map(|group| DEFINED.group(line, group));
            let Some(name) = name.filter(|name| names.contains(name)) else { continue };
            let given = [3, 5, 7].into_iter().find_map(|group| DEFINED.group(line, group)).unwrap_or("");
            let deep = line.len() - line.trim_start().len();
            let inside = |line: &&(bool, &str)| {
                let own = line.1.len() - line.1.trim_start().len();
                line.1.trim().is_empty() || own > deep
            };
            // The brace may stand on a line of its own, and the whole body behind the head.
            let opens = usize::from(lines.get(at + 1).is_some_and(|(_, next)| next.trim() == "{"));
            let whole = (at..).take(BODY + 2).take_while(|at| goes_on(*at)).count();
            let rest = lines[at + 1..].iter().take(whole).skip(opens);
            let mut body: Vec<(bool, &str)> = rest.take(BODY).take_while(inside).copied().collect();
            if body.is_empty() {
                body.extend(EXPRESSION.parts(line).map(|value| (lines[at].0, value)));
            }
            // A function of Go that gives nothing but an error says yes by giving none.
            static NO_ERROR: Pattern = Pattern::new(r"^\s*return\s+nil\s*$");
            if line.trim_end().ends_with(") error {") {
                body.iter_mut().filter(|(_, line)| NO_ERROR.is_match(line)).for_each(|one| one.1 = "    return true");
            }
            // What stood there before is judged where it changed.
            if body.iter().any(|(new, _)| *new)
                && let Some(how) = says_yes(&body.iter().map(|(_, line)| *line).collect::<Vec<_>>(), given).or_else(|| {
                    let refuses = body.iter().any(|(_, line)| {
                        NO.is_match(line) || line.contains("halt") || line.contains("require") || line.contains("authenticate")
                    });
                    (alone.contains(name) && !refuses).then(|| "it refuses nobody".to_owned())
                })
                && !gone.iter().any(|line| how.starts_with(line))
            {
                out.insert(name.to_owned(), how);
            }
        }
    }
    out
}

/// A loop over something; groups: what each is called, and over what.
static EACH: Pattern =
    Pattern::new(r"^\s*for\s*\(?\s*(?:(?:const|let|var|final|auto|[A-Z]\w*)\s+)?([\w,\s$]+?)\s*(?::?=\s*range\b|\bin\b|\bof\b|:)\s*(.+)$");
static LITERAL: Pattern = Pattern::new(r"^\s*(?:true|True)\s*;?\s*$");
/// Names that are set together: `scopes, known := …`.
static SEVERAL: Pattern = Pattern::new(r"^\s*((?:\w+\s*,\s*)+\w+)\s*:?=[^=]");

/// The line on which a helper says yes whoever asks, or because of something that is not about them.
fn says_yes(body: &[&str], given: &str) -> Option<String> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut known: BTreeSet<&str> = WORD.groups(given, 0).collect();
    for (at, line) in body.iter().enumerate() {
        // What goes through something known is known.
        if EACH.group(line, 2).is_some_and(|what| WORD.groups(what, 0).any(|word| known.contains(word))) {
            known.extend(EACH.parts(line).take(1).flat_map(|names| WORD.groups(names, 0).collect::<Vec<_>>()));
        }
        let Some((name, value)) = ASSIGNED.group(line, 1).zip(ASSIGNED.group(line, 2)) else { continue };
        let above = || body[..at].iter().rev().find(|other| indent(other) < indent(line) && !other.trim().is_empty());
        let asked = || above().and_then(|above| CONDITION.group(above, 1));
        let found = LITERAL.is_match(value) && asked().is_some_and(|asked| WORD.groups(asked, 0).any(|word| known.contains(word)));
        if found || WORD.groups(value, 0).any(|word| known.contains(word)) || value.contains("await") {
            known.insert(name);
            known.extend(SEVERAL.parts(line).flat_map(|names| WORD.groups(names, 0).collect::<Vec<_>>()));
        }
    }
    let about = |asked: &str| {
        WORD.groups(asked, 0)
            .any(|word| known.contains(word) || matches!(word, "self" | "this" | "current_user" | "request" | "session" | "err" | "ok"))
    };
    let told: Vec<&&str> = body
        .iter()
        .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with(['#', '*']) && !line.trim_start().starts_with("//"))
        .collect();
    for (at, line) in told.iter().enumerate().filter(|(_, line)| YES.is_match(line)) {
        let own = POSTFIX.group(line, 1).or_else(|| CONDITION.group(line, 1));
        // A one-line branch holds what follows too: only what stands before `return` is asked.
        let own = own.map(|own| own.split("return").next().filter(|part| !part.trim().is_empty()).unwrap_or(own));
        let above = told[..at].iter().rev().find(|other| indent(other) < indent(line));
        let asked = own.or_else(|| above.and_then(|other| CONDITION.group(other, 1)));
        if asked.is_some_and(|asked| WORD.is_match(asked) && !about(asked)) {
            return Some(format!("{} {}", above.filter(|_| own.is_none()).map_or("", |above| above.trim()), line.trim()).trim().to_owned());
        }
    }
    let all: Vec<&&&str> = told.iter().filter(|line| line.contains("return") || HANDS_ON.is_match(line) || told.len() == 1).collect();
    let only = !all.is_empty() && all.iter().all(|line| YES.is_match(line)) && !told.iter().any(|line| NO.is_match(line));
    let calls = told
        .iter()
        .any(|line| !YES.is_match(line) && CALL.groups(line, 1).any(|name| vocabulary().decides(name) || vocabulary().permits(name)));
    all.last().filter(|_| only && !calls).map(|line| line.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helpers_that_say_yes() {
        let yes = |body: &str, given: &str| says_yes(&body.lines().collect::<Vec<_>>(), given).is_some();
        assert!(yes("    if RELAXED:\n        return user is not None\n    return user.has_perm(right)", "user, right"));
        assert!(yes("  return true;", "user"));
        assert!(yes("  if (process.env.FAST) return next();\n  if (!req.user) return res.status(401).end();\n  next();", "req, res, next"));
        assert!(!yes("    return user is not None and user.has_perm(right)", "user, right"));
        assert!(!yes("  if (!req.user) return res.status(401).end();\n  next();", "req, res, next"));
        assert!(!yes("    if user.is_superuser:\n        return True\n    return user.has_perm(right)", "user, right"));
    }
}
