//! `dependency-fed-secret`: a package that the change brings in is handed secrets by code of the same change.
//!
//! Names only: how a file calls what it brings in, and what stands between the brackets of a call of it.

use std::collections::{BTreeMap, BTreeSet};

use super::table::newly_asked;
use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::identifier::words;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::model::dependency::Ecosystem;
use crate::model::diff::{FileDiff, LineKind, Side};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/dependency-fed-secret.toml`.
pub struct DependencyFedSecret;

/// A change of more lines than this in one file was not written by hand.
const MOST_LINES: usize = 20_000;
/// Lines of one call.
const CALL: usize = 12;
/// Bytes of one call.
const LONGEST: usize = 2_000;
/// Calls of new packages in one file.
const MOST_CALLS: usize = 5_000;

/// All of the environment.
static ENVIRONMENT: Pattern = Pattern::new(
    r"\bprocess\.env\s*(?:[,)}\]]|$)|\b(?:Object\.\w+|JSON\.stringify)\s*\(\s*process\.env\s*\)|\bos\.environ\s*(?:[,)}\]]|$|\.(?:copy|items)\(\))|\bos\.Environ\(\)|\benv::vars(?:_os)?\(\)|\bENV(?:\.to_h|\.to_hash|\.map|\.each|\s*[,)])|\bSystem\.getenv\(\s*\)|\$_(?:ENV|SERVER)\s*[,)\]]|\bgetenv\(\s*\)|\bEnvironment\.GetEnvironmentVariables\(\s*\)|\bDeno\.env\.toObject\(\)",
);
/// All headers or cookies of a request.
static HEADERS: Pattern = Pattern::new(
    r"\b(?:req|request|ctx\.request|ctx|c\.req|c\.Request|ctx\.Request|r)\.(?:headers|Headers|Header|cookies|rawHeaders)\s*(?:[,)}\]]|$|\.(?:to_h|copy|items|all)\(\))|\b(?:request|req)\.(?:META|env)\s*[,)}\]]|\$request->headers(?:->all\(\))?\s*[,)\]]|\bgetallheaders\(\)|\bheaders\(\)\.entries\(\)",
);
/// One setting, by a name that says it is secret; group: the name.
static SECRET: Pattern = Pattern::new(
    r"(?:process\.env\.|process\.env\[\s*['\x22]|os\.environ\[\s*['\x22]|os\.environ\.get\(\s*['\x22]|os\.getenv\(\s*['\x22]|os\.Getenv\(\s*\x22|env::var\(\s*\x22|ENV\[\s*['\x22]|ENV\.fetch\(\s*['\x22]|System\.getenv\(\s*\x22|\bgetenv\(\s*['\x22]|\benv\(\s*['\x22]|Deno\.env\.get\(\s*['\x22])([A-Z0-9_]*(?:TOKEN|SECRET|PASSWORD|PASSWD|PRIVATE_KEY|API_KEY|ACCESS_KEY|CREDENTIALS?)[A-Z0-9_]*)",
);
/// What reads settings or tells who somebody is, by its name.
static READS_SETTINGS: Pattern = Pattern::new(
    r"(?i)env|conf|setting|schema|valid|zod|joi|yup|valibot|ajv|auth|jwt|jose|oauth|oidc|passport|session|cookie|csrf|token|clerk|cors|header|proxy|hpropagat|opentelemetry|execa|cross-|spawn|subprocess",
);

impl Check for DependencyFedSecret {
    fn rule(&self) -> RuleId {
        RuleId("dependency-fed-secret")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let new = newly_asked(view, |_| true);
        if new.is_empty() {
            return;
        }
        for file in &view.change.patch.files {
            let path = file.path().text();
            let Some(names) = Role::of(&path).is_live().then(|| ecosystem(Language::of(&path))).flatten().and_then(|world| new.get(&world))
            else {
                continue;
            };
            fed(file, Language::of(&path), names, sink);
        }
    }
}

fn ecosystem(language: Language) -> Option<Ecosystem> {
    match language {
        Language::JavaScript | Language::TypeScript => Some(Ecosystem::Npm),
        Language::Python => Some(Ecosystem::Pypi),
        Language::Go => Some(Ecosystem::Golang),
        Language::Rust => Some(Ecosystem::Cargo),
        Language::Ruby => Some(Ecosystem::Gem),
        _ => None,
    }
}

/// Reports what calls of new packages are handed on added lines of a file.
fn fed(file: &FileDiff, language: Language, names: &BTreeSet<&str>, sink: &mut Sink<'_>) {
    static CALLED: Pattern = Pattern::new(r"\b([A-Za-z_$][\w$]*)(?:(?:\.|::)[A-Za-z_$][\w$]*)*!?\s*[({]");
    let Some(text) = file.text() else { return };
    let lines: Vec<(LineKind, u32, &str)> = text
        .lines
        .iter()
        .filter(|line| line.kind != LineKind::Removed)
        .take(MOST_LINES)
        .map(|line| (line.kind, line.new, text.text(line)))
        .filter(|(_, _, words)| words.len() < LONGEST)
        .collect();
    let mut brought: BTreeMap<String, &str> = BTreeMap::new();
    for (_, _, line) in &lines {
        bring(language, line, names, &mut brought);
    }
    if brought.is_empty() {
        return;
    }
    let mut calls = 0;
    for (at, (kind, number, line)) in lines.iter().enumerate() {
        if *kind != LineKind::Added || brings(language, line) {
            continue;
        }
        for call in CALLED.find_all(line) {
            let name = line.get(call.clone()).and_then(|call| call.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').next());
            let Some(package) = name.and_then(|name| brought.get(name)) else { continue };
            calls += 1;
            if calls > MOST_CALLS {
                return;
            }
            let given = arguments(&lines[at..], call.end);
            let Some((what, severity)) = handed(&given, package) else { continue };
            let title = format!("The new package {package} is handed {what}");
            sink.report(Draft::numbered(file.path(), Side::New, *number, line.trim()).title(title).severity(severity));
        }
    }
}

/// What a call is given that must stay here.
fn handed(given: &str, package: &str) -> Option<(String, Severity)> {
    let whole = if READS_SETTINGS.is_match(package) { Severity::Medium } else { Severity::High };
    if ENVIRONMENT.is_match(given) {
        return Some(("the whole environment".to_owned(), whole));
    }
    if HEADERS.is_match(given) {
        return Some(("all headers of a request".to_owned(), whole));
    }
    let own: BTreeSet<String> = words(package).into_iter().collect();
    let mut named = SECRET.groups(given, 1).take(20);
    let other = named.find(|name| {
        !words(name).iter().any(|word| word.len() > 2 && (own.contains(word) || package.to_lowercase().contains(word.as_str())))
    })?;
    (!READS_SETTINGS.is_match(package)).then(|| (format!("`{other}`"), Severity::Medium))
}

/// What stands between the brackets of a call that opens at byte `from` of the first line.
fn arguments(lines: &[(LineKind, u32, &str)], from: usize) -> String {
    let (mut out, mut depth) = (String::new(), 0_i32);
    for (at, (_, _, line)) in lines.iter().take(CALL).enumerate() {
        for sign in line.get(if at == 0 { from } else { 0 }..).unwrap_or("").chars() {
            match sign {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' if depth == 0 => {
                    out.push(sign);
                    return out;
                }
                ')' | ']' | '}' => depth -= 1,
                _ => {}
            }
            out.push(sign);
        }
        out.push('\n');
        if out.len() > LONGEST {
            break;
        }
    }
    out
}

static NODE: Pattern = Pattern::new(r#"(?:\bfrom\s*|\brequire\(\s*|\bimport\(\s*)['"]([^'"]+)['"]"#);
static NODE_NAMES: Pattern = Pattern::new(r"^\s*(?:import|export|const|let|var)\s+(.*?)\s*(?:\bfrom\b|=)");
static PYTHON: Pattern = Pattern::new(r"^\s*(?:import|from)\s+([\w.]+)");
static PYTHON_NAMES: Pattern = Pattern::new(r"\bimport\s+(.+)$");
static GO: Pattern = Pattern::new(r#"^\s*(?:import\s+)?(?:([A-Za-z]\w*)\s+)?"([^"]+)"\s*(?://.*)?$"#);
static RUST: Pattern = Pattern::new(r"^\s*(?:pub\s+)?use\s+(?:::)?([a-z_]\w*)::(.*)$");
static RUBY: Pattern = Pattern::new(r#"^\s*require\s+['"]([\w/-]+)['"]"#);
static WORD: Pattern = Pattern::new(r"[A-Za-z_$][\w$]*");

fn brings(language: Language, line: &str) -> bool {
    match language {
        Language::Python => PYTHON.is_match(line),
        Language::Go => GO.is_match(line),
        Language::Rust => RUST.is_match(line),
        Language::Ruby => RUBY.is_match(line),
        _ => false,
    }
}

/// Adds the names under which `line` brings in a new package.
fn bring<'n>(language: Language, line: &str, names: &BTreeSet<&'n str>, brought: &mut BTreeMap<String, &'n str>) {
    let same = |module: &str| names.iter().find(|name| flat(name) == flat(module)).copied();
    let mut keep = |name: &str, package: &'n str| _ = brought.insert(name.to_owned(), package);
    let words = |text: &str| {
        WORD.groups(text, 0)
            .filter(|word| !matches!(*word, "as" | "type" | "typeof" | "default" | "self"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    match language {
        Language::JavaScript | Language::TypeScript => {
            let Some(package) = NODE.group(line, 1).and_then(|spec| root(spec, names)) else { return };
            words(NODE_NAMES.group(line, 1).unwrap_or("")).iter().for_each(|name| keep(name, package));
        }
        Language::Python => {
            let Some(module) = PYTHON.group(line, 1) else { return };
            let Some(package) = module.split('.').next().and_then(same) else { return };
            words(PYTHON_NAMES.group(line, 1).unwrap_or("")).iter().for_each(|name| keep(name, package));
        }
        Language::Go => {
            let Some(path) = GO.group(line, 2) else { return };
            let Some(package) =
                names.iter().find(|name| path == **name || path.strip_prefix(**name).is_some_and(|rest| rest.starts_with('/')))
            else {
                return;
            };
            let version =
                |part: &&str| part.len() < 4 && part.strip_prefix('v').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
            let last = path.rsplit('/').find(|part| !version(part)).unwrap_or(path);
            keep(GO.group(line, 1).unwrap_or_else(|| last.trim_start_matches("go-").split(['-', '.']).next().unwrap_or(last)), package);
        }
        Language::Rust => {
            for package in names {
                if line.contains(&format!("{}::", flat(package))) {
                    keep(&flat(package), package);
                }
            }
            if let Some(package) = RUST.group(line, 1).and_then(same) {
                words(RUST.group(line, 2).unwrap_or("")).iter().for_each(|name| keep(name, package));
            }
        }
        Language::Ruby => {
            let Some(package) = RUBY.group(line, 1).and_then(|path| same(path.split('/').next().unwrap_or(path)).or_else(|| same(path)))
            else {
                return;
            };
            let camel: String = package
                .split(['-', '_'])
                .map(|part| part.chars().take(1).flat_map(char::to_uppercase).chain(part.chars().skip(1)).collect::<String>())
                .collect();
            keep(&camel, package);
        }
        _ => {}
    }
}

/// The new package that a specifier of JavaScript loads from.
fn root<'n>(spec: &str, names: &BTreeSet<&'n str>) -> Option<&'n str> {
    let parts = if spec.starts_with('@') { 2 } else { 1 };
    let name = spec.split('/').take(parts).collect::<Vec<_>>().join("/");
    names.get(name.as_str()).copied()
}

/// How a package is written where it is brought in.
fn flat(name: &str) -> String {
    name.to_lowercase().replace(['-', '.'], "_")
}
