//! `dynamic-code`: text that is not a literal is run as code.

use super::engines::{LONGEST, engines};
use super::runners::{NAMED, TAMED, code_runners, name_runners};
use super::through_helper::{self, Told};
use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::checks::vuln::request::{Place, ending};
use crate::analysis::checks::vuln::twins::{Twin, twins};
use crate::analysis::flow::{Arrival, arrivals};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};
use std::collections::BTreeSet;

/// See `rules/code/dynamic-code.toml`.
pub struct DynamicCode;

static PYTHON: Pattern = Pattern::new(r"(?:^|[^\w.])(?:eval|exec)\s*\(\s*[^\x22\x27\s)]");
/// A text with values in it, and a module whose text is its address; what stands inside of texts is not code.
static TEMPLATED: Pattern = Pattern::new(
    r"(?:^|[^\w.$])eval\s*\(\s*`[^`]*\$\{|\bvm\.(?:runIn\w*Context|compileFunction|Script)\s*\(\s*`[^`]*\$\{|\bnew\s+Script\s*\(\s*`[^`]*\$\{|\bnew\s+Function\s*\([^()\n]*`[^`]*\$\{|\bimport\s*\(\s*(?:`data:[^`]*\$\{|[\x22\x27]data:[^\x22\x27]*[\x22\x27]\s*\+|URL\.createObjectURL)",
);
static PERL: Pattern = Pattern::new(r"\beval\s*\(?\s*\$\w");
static LUA: Pattern = Pattern::new(r"(?:^|[^\w.:])load(?:string)?\s*\(\s*[a-z_]");
static ELIXIR: Pattern = Pattern::new(r"\bCode\.(?:eval_string|eval_quoted|compile_string)\s*\(?\s*[a-z_]");
static PYTHON_DEFINES: Pattern = Pattern::new(r"\bdef\s+(?:eval|exec)\b|\bast\.literal_eval");
static JAVASCRIPT: Pattern = Pattern::new(
    r"(?:^|[^\w.$])eval\s*\(\s*[^\x22\x27`\s)]|(?:^|[^\w.$])eval\s*\(\s*`[^`]*\$\{|\bnew\s+Function\s*\(\s*(?:[\x22\x27][^\x22\x27]*[\x22\x27]\s*,\s*)*(?:[^)\s\x22\x27`]|[\x22\x27][^\x22\x27]*[\x22\x27]\s*\+)|\bvm\.runIn\w*Context\s*\(\s*[^\x22\x27`\s)]|\bvm\.compileFunction\s*\(\s*[^\x22\x27`\s)]|\bnew\s+(?:vm\.)?Script\s*\(\s*[^\x22\x27`\s)]|(?:^|[^\w$])runIn(?:This|New)?Context\s*\(\s*[^\x22\x27`\s)]",
);
static PHP: Pattern = Pattern::new(
    r"(?:^|[^\w>$:])(?:eval|create_function|assert)\s*\(\s*\S*\$|(?:^|[^\w>$:])eval\s*\([^;]*\.\s*\$|(?:^|[^\w>$:])call_user_func(?:_array)?\s*\(\s*\$_(?:GET|POST|REQUEST|COOKIE)|\$\w+\s*\(\s*\$_(?:GET|POST|REQUEST|COOKIE)\b|\$_(?:GET|POST|REQUEST|COOKIE)\[[^\]]*\]\s*\(",
);
static RUBY: Pattern = Pattern::new(
    r"(?:^|[^\w.])eval[\s(]\s*[a-z@]|\.(?:instance|class|module)_eval\s*\(?\s*[a-z@]\w*\s*[),\n]|\b(?:public_send|send|__send__)\s*\(?\s*:(?:eval|instance_eval|class_eval|module_eval)\b",
);

/// A refusal went from a function that ran nothing as code, and none came.
fn refused(twin: &Twin<'_, '_>, pattern: &Pattern) -> bool {
    static REFUSES: Pattern = Pattern::new(r"\b(?:raise|throw|panic|abort|die|fail|reject)\b");
    twin.lost(&REFUSES) > twin.gained(&REFUSES) && !pattern.is_match(twin.before())
}

/// The statements, by position, whose code comes from a request in the same function.
fn asked(file: &FileView<'_>, side: &SideView<'_>, pattern: &Pattern) -> BTreeSet<usize> {
    let runs = |s: &Statement| s.bytes.len() <= LONGEST && pattern.is_match(side.code_of(s));
    if !side.statements().iter().any(|s| side.touches(s.first_line, s.last_line) && runs(s)) {
        return BTreeSet::new();
    }
    let sent = |s: &Statement| (s.bytes.len() <= LONGEST && engines().asked.is_match(side.plain_of(s))).then_some(());
    let inside = |s: &Statement| {
        pattern.find(side.code_of(s)).is_some_and(|found| engines().asked.is_match(side.plain_of(s).get(found.start..).unwrap_or("")))
    };
    let reached = |arrival: &Arrival<()>| arrival.source != arrival.sink || inside(&side.statements()[arrival.sink]);
    let straight = arrivals(side, sent, runs).into_iter().filter(reached).map(|arrival| arrival.sink);
    let code = code_runners(file.language).map(|runners| Place::of(runners, &NONE));
    let lines: BTreeSet<usize> =
        code.map(|place| ending(&place, &[], file)).unwrap_or_default().into_iter().map(|range| range.start).collect();
    let ended = side.statements().iter().enumerate().filter(|(_, s)| lines.contains(&s.first_line)).map(|(at, _)| at);
    straight.chain(ended).collect()
}

static NONE: Pattern = Pattern::new(r"[^\s\S]");
/// What runs text where this rule names nothing of the language that it would tell without a request, and calls by a name.
fn named(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side() else { return };
    if let Some(runners) = code_runners(file.language) {
        let known = |lines: &std::ops::Range<usize>| {
            let text = side.masked().get(side.bytes_of(lines.start, lines.end)).unwrap_or("");
            pattern_of(file.language).is_some_and(|pattern| pattern.is_match(text))
        };
        for lines in ending(&Place::of(runners, &NONE), &[], file).into_iter().filter(|l| !known(l)) {
            let draft = Draft::lines(file, side, lines.start, lines.end).title("Runs what somebody sent as code");
            sink.report(draft.why("Whoever can send the request runs any code in this process.").severity(Severity::High));
        }
    }
    if let Some(runners) = name_runners(file.language) {
        for lines in ending(&Place::of(runners, &NONE).but(&TAMED, &NAMED), &[], file) {
            let draft = Draft::lines(file, side, lines.start, lines.end).title("Calls what a request names");
            sink.report(
                draft.why("Whoever can send the request calls any function of this process, with what they send.").severity(Severity::High),
            );
        }
    }
}

/// A template is made of what people write for others to read: a post, a comment, a profile.
fn written(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static TEMPLATE: Pattern = Pattern::new(
        r#"(?x) (?:\b\w*(?:env|jinja\w*|environment)\w*(?:\(\))?\.from_string | \brender_template_string | \b(?:ejs|pug|nunjucks|eta|doT|Handlebars|_|lodash)\.(?:render|compile|renderString|template) | \bERB\.new | \bBlade::render
            | ->createTemplate | \bVelocity\.evaluate | \b(?:jinja2\.|mako\.template\.|django\.template\.)?Template | \brender\s+inline:) \s*\(?\s*
          [@$]?\b(?:\w*_)?(?:post|article|comment|user|profile|author|member|review|ticket|topic|thread|reply|entry|feedback|product|listing|page|bio)\b (?:\[\s*[:"']|[?!]?\.|->)
          (?:body|content|text|bio|comment|description|message|title|signature|caption|about|note|headline|html|markdown|name)\b"#,
    );
    let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
    /// Laravel makes PHP of what a record holds.
    static OF_RECORD: Pattern = Pattern::new(
        r"\bBlade::(?:render|compileString)\s*\(\s*\$\w+->(?:\w+->)*(?:body|content|html|template|text|source|markup|subject)\b",
    );
    for line in file.added().filter(|line| line.text.len() <= LONGEST && OF_RECORD.is_match(side.plain_line(line.index))) {
        if !TEMPLATE.is_match(side.plain_line(line.index)) {
            let draft = Draft::line(file, side, line.index).title("Runs what a record holds as a template");
            sink.report(draft.why("Blade makes PHP of its templates: whoever may change the record runs code.").severity(Severity::Medium));
        }
    }
    for line in file.added().filter(|line| line.text.len() <= LONGEST && TEMPLATE.is_match(side.plain_line(line.index))) {
        let draft = Draft::line(file, side, line.index).title("Runs what people write as a template");
        sink.report(
            draft.why("Whoever writes the text runs code on the server: templates reach objects of the program.").severity(Severity::High),
        );
    }
}

/// What removed lines gave to a reader that makes data of it and nothing else.
fn read_as_data<'v>(file: &'v FileView<'_>) -> BTreeSet<&'v str> {
    static READS: Pattern = Pattern::new(
        r"\b(?:literal_eval|json\.loads?|JSON\.parse|json_decode|JSON\.parse!?|safe_load|parseInt|parseFloat|Number|int|float|Integer|Float|BigInt|safe_eval|simple_eval)\s*\(\s*([$@]?[A-Za-z_][\w.\[\]\x22\x27>-]*)",
    );
    file.removed().filter(|line| line.text.len() <= LONGEST).filter_map(|line| READS.group(line.text, 1)).collect()
}

/// What an evaluator is given first, where it is a name or a part of one.
fn given(language: Language, plain: &str) -> Option<&str> {
    static NAME: Pattern = Pattern::new(r"^\s*([$@]?[A-Za-z_][\w.\[\]\x22\x27>-]*)");
    NAME.group(plain.get(code_runners(language)?.find(plain)?.end..)?, 1)
}

/// Whether a statement runs what is no literal.
fn runs(file: &FileView<'_>, side: &SideView<'_>, statement: &Statement) -> bool {
    let script = matches!(file.language, Language::JavaScript | Language::TypeScript);
    let templated = || script && TEMPLATED.is_match(side.plain_of(statement));
    let (pattern, code) = (pattern_of(file.language), side.code_of(statement));
    pattern.is_some_and(|pattern| pattern.is_match(code) && !PYTHON_DEFINES.is_match(code)) || templated()
}

fn pattern_of(language: Language) -> Option<&'static Pattern> {
    Some(match language {
        Language::Python => &PYTHON,
        Language::JavaScript | Language::TypeScript => &JAVASCRIPT,
        Language::Php => &PHP,
        Language::Ruby => &RUBY,
        Language::Java | Language::Kotlin | Language::Scala => &JVM,
        Language::CSharp => &CSHARP,
        Language::Perl => &PERL,
        Language::Lua => &LUA,
        Language::Elixir => &ELIXIR,
        Language::Go => &GO,
        Language::C | Language::Cpp => &C,
        _ => return None,
    })
}
static LANGUAGES: [&Pattern; 11] = [&PYTHON, &JAVASCRIPT, &PHP, &RUBY, &JVM, &CSHARP, &PERL, &LUA, &ELIXIR, &GO, &C];

static JVM: Pattern = Pattern::new(
    r"\b\w*[eE]ngine\w*\.eval\s*\(\s*[^\x22\s)]|\bgetEngineBy\w+\s*\([^()]*\)\.eval\s*\(\s*[^\x22\s)]|\bGroovyShell\s*\(\s*\)\.(?:evaluate|parse)\s*\(\s*[^\x22\s)]|\bparseExpression\s*\(\s*[^\x22\s)]|\bMVEL\.eval\s*\(\s*[^\x22\s)]|\bOgnl\.getValue\s*\(\s*[^\x22\s)]",
);
/// Interpreters of other languages inside a program.
static GO: Pattern =
    Pattern::new(r"\b\w*[iI]nterp\w*(?:\(\))?\.Eval\w*\s*\(\s*(?:ctx\s*,\s*)?[a-z]|\bplugin\.Open\s*\(\s*[a-z]|\.DoString\s*\(\s*[a-z]");
static C: Pattern = Pattern::new(
    r"\bluaL_(?:dostring|loadstring)\s*\(\s*\w+\s*,\s*[a-z]|\bPyRun_(?:SimpleString|String)\s*\(\s*[a-z]|\bduk_p?eval_string\w*\s*\(\s*\w+\s*,\s*[a-z]",
);
static CSHARP: Pattern = Pattern::new(r"\bCSharpScript\.\w+\s*(?:<[^;(]*>)?\(\s*[^\x22\s)]");

impl Check for DynamicCode {
    fn rule(&self) -> RuleId {
        RuleId("dynamic-code")
    }

    fn needs(&self) -> Needs {
        let patterns = Words::of(LANGUAGES.into_iter().chain([&TEMPLATED]));
        let templates = Words::named([
            "from_string",
            "template",
            "erb.new",
            "evaluate",
            "render",
            "nunjucks",
            "handlebars",
            "lodash",
            "_.",
            "pug",
            "ejs",
        ]);
        Needs::nothing().and(Reach::AFTER, patterns.or(super::runners::words()).or(templates))
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        const TOLD: Told = Told {
            title: "Runs as code what somebody sent, through a helper",
            why: "Whoever can send the request runs any code in this process.",
        };
        through_helper::report(view, &|line| LANGUAGES.iter().any(|one| one.is_match(line)) || TEMPLATED.is_match(line), &runs, TOLD, sink);
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        named(file, sink);
        written(file, sink);
        let Some(pattern) = pattern_of(file.language) else { return };
        let Some(side) = file.new_side().filter(|_| file.role.is_live()) else { return };
        let asked = asked(file, side, pattern);
        let was_data = read_as_data(file);
        let twins = twins(file);
        for (index, statement) in side.statements().iter().enumerate() {
            if !side.touches(statement.first_line, statement.last_line) || statement.bytes.len() > LONGEST {
                continue;
            }
            let code = side.code_of(statement);
            let templated = || std::ptr::eq(pattern, &JAVASCRIPT).then(|| TEMPLATED.find(side.plain_of(statement))).flatten();
            let Some(found) = pattern.find(code).filter(|_| !PYTHON_DEFINES.is_match(code)).or_else(templated) else { continue };
            let line = side.line_of(statement.bytes.start + found.end.saturating_sub(1));
            if side.is_changed(line) {
                let draft = Draft::line(file, side, line);
                sink.report(if asked.contains(&index) {
                    draft.title("Runs what somebody sent as code").why("Whoever can send the request runs any code in this process.")
                } else if given(file.language, side.plain_of(statement)).is_some_and(|name| was_data.contains(name)) {
                    draft.title("Runs as code what was read as data before")
                } else if twins.iter().any(|twin| twin.is.contains(&line) && refused(twin, pattern)) {
                    draft.title("Runs as code what was refused before")
                } else {
                    draft.severity(Severity::Medium)
                });
            }
        }
    }
}
