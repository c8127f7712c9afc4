//! `foreign-code-loaded`: code is loaded from a folder that anybody can write to, or from another host.

use std::cell::LazyCell;

use super::engines::{LONGEST, engines};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::checks::net::pages;
use crate::analysis::flow::arrivals;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, RuleId, Severity};

/// See `rules/code/foreign-code-loaded.toml`.
pub struct ForeignCodeLoaded;

static TEMPORARY: Pattern = Pattern::new(
    r#"(?x) (?: \bsys\.path\.(?:insert|append|extend)\s*\( | \bspec_from_file_location\s*\( | \bSourceFileLoader\s*\( | \brunpy\.run_path\s*\( | \bC(?:DLL|dll)\w*\s*\( | \bLoadLibrary\w*\s*\( | \bexecfile\s*\(
        | \b(?:require|import)\s*\(? | \bimport\b[^;\n]*\bfrom\s | \bdlopen\s*\( | \bSystem\.load\s*\( | \bplugin\.Open\s*\( | \bLibrary::new\s*\( | \b(?:include|require)(?:_once)?\s*\(? | \bload\s*\(?\s | \bAssembly\.Load(?:File|From)\s*\(
        | \bLD_PRELOAD["']?\s*[=:,\]]+ | \bDYLD_INSERT_LIBRARIES["']?\s*[=:,\]]+ | \bnew\s+File\w*\s*\( [^)]*\.jar | --(?:require|import|loader)[=\s] )
      [^;\n]{0,80}? ["'`\s=(] (?:/tmp/|/var/tmp/|/dev/shm/|%TEMP%|C:\\\\(?:Windows\\\\)?Temp) [^\s"'`]"#,
);
static HOSTED: Pattern = Pattern::new(
    r#"(?x) \bimport\s*\(\s*["'`]https?:// | \bimportScripts\s*\(\s*["'`]https?:// | \bURLClassLoader\b[^;]*["']https?:// | \b(?:include|require)(?:_once)?\s*\(?\s*["']https?://
      | \bAssembly\.Load(?:File|From)\s*\(\s*@?"https?:// | \bmodule\.register\s*\(\s*["'`]https?:// | \bapply\s*\(?\s*from\s*[:=]\s*["']https?://"#,
);
/// What is loaded is named by whoever asks.
static NAMED: Pattern = Pattern::new(
    r"\b(?:include|require)(?:_once)?\s*\(?\s*[^;]{0,40}\$_(?:GET|POST|REQUEST|COOKIE)|\b(?:require|import|import_module|__import__)\s*\(\s*[^)]{0,60}\b(?:req|request)\.(?:query|body|params|args|form|GET|POST)\b",
);
/// What is loaded is named by whoever starts the program.
static BY_ENVIRONMENT: Pattern = Pattern::new(r"\b(?:import|require)\s*\(\s*(?:`\$\{\s*)?process\.env\b");
/// An address that is a module itself, made of a value; what loads an address by its name; what fetches.
static IN_ADDRESS: Pattern = Pattern::new(
    r"`data:(?:text|application)/(?:java|ecma)script\b[^`]*\$\{|[\x22']data:(?:text|application)/(?:java|ecma)script\b[^\x22']*[\x22']\s*\+",
);
static LOADS_NAMED: Pattern = Pattern::new(r"\bimport\s*\(\s*(?:await\s+)?[A-Za-z_$]");
static ASKS: Pattern = Pattern::new(r"(?:^|[^\w.])fetch\s*\(|\baxios\b|\bgot\s*\(|\bhttps?\.get\s*\(");
/// Hosts made to serve modules to browsers and to runtimes that import addresses.
static SERVES_MODULES: Pattern = Pattern::new(
    r"https?://(?:[\w.-]+\.)?(?:deno\.land|esm\.sh|esm\.run|jsr\.io|skypack\.dev|unpkg\.com|jsdelivr\.net|jspm\.io|cdnjs\.cloudflare\.com|gstatic\.com|googleapis\.com)/",
);

impl Check for ForeignCodeLoaded {
    fn rule(&self) -> RuleId {
        RuleId("foreign-code-loaded")
    }

    fn needs(&self) -> Needs {
        let places = Words::named(["/tmp/", "/dev/shm/", "%temp%", "\\temp", "http://", "https://", "data:"]).or(Words::of([&LOADS]));
        Needs::nothing()
            .and(Reach::ADDED, places.or(Words::of([&NAMED, &ENVIRONMENT, &FETCHED, &EMBEDDED, &BY_ENVIRONMENT, &pages::SCRIPT])))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.role.is_live()) else { return };
        if let Some((title, severity, line)) = pages::is_page(file).then(|| pages::script(file)).flatten() {
            sink.report(Draft::line(file, side, line).title(title).severity(severity));
        }
        if !file.language.is_code() {
            return;
        }
        from_temporary(file, side, sink);
        from_elsewhere(file, side, sink);
        let named = LazyCell::new(|| LOADS_NAMED.is_match(side.masked()));
        for statement in side.statements().iter().filter(|s| side.touches(s.first_line, s.last_line) && s.bytes.len() <= LONGEST) {
            let plain = side.plain_of(statement);
            let (title, severity) = if NAMED.is_match(plain) {
                ("Loads code that a request names", Severity::High)
            } else if TEMPORARY.is_match(plain) {
                ("Loads code from a folder that anybody can write to", Severity::High)
            } else if IN_ADDRESS.is_match(plain) && *named {
                let fetched = statement.function.and_then(|at| side.functions().get(at)).is_some_and(|own| {
                    side.masked()
                        .get(side.bytes_of(own.first_line, own.last_line))
                        .is_some_and(|text| text.len() <= LONGEST && ASKS.is_match(text))
                });
                ("Loads a module whose text is its address", if fetched { Severity::High } else { Severity::Medium })
            } else if BY_ENVIRONMENT.is_match(plain) {
                ("Loads code from a path that the environment names", Severity::Medium)
            } else if HOSTED.is_match(plain) {
                let usual = SERVES_MODULES.is_match(plain) || engines().installers.is_match(plain);
                ("Loads code from another host", if usual { Severity::Low } else { Severity::High })
            } else {
                continue;
            };
            sink.report(Draft::lines(file, side, statement.first_line, statement.last_line).title(title).severity(severity));
        }
    }
}

/// What is loaded is what another host sent, or what the environment of whoever starts the program names.
fn from_elsewhere(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static NATIVE: Pattern =
        Pattern::new(r"\b(?:Library::new|dlopen|LoadLibrary\w*|System\.load|plugin\.Open|Assembly\.\w*Load\w*|defineClass)\s*\(");
    if !NATIVE.is_match(side.text()) && !EMBEDDED.is_match(side.text()) {
        return;
    }
    let short = |s: &Statement| s.bytes.len() <= LONGEST;
    let loads = |s: &Statement| short(s) && (NATIVE.is_match(side.code_of(s)) || EMBEDDED.is_match(side.code_of(s)));
    if !side.statements().iter().any(&loads) {
        return;
    }
    let from = |s: &Statement| {
        let plain = if short(s) { side.plain_of(s) } else { "" };
        match () {
            () if engines().remote.is_match(plain) => Some(From::Host),
            () if FETCHED.is_match(plain) => Some(From::Fetched),
            () => ENVIRONMENT.is_match(plain).then_some(From::Environment),
        }
    };
    let touched = |s: &Statement| side.touches(s.first_line, s.last_line);
    for arrival in arrivals(side, from, loads).into_iter().take(MOST_ARRIVALS) {
        let (source, to) = (&side.statements()[arrival.source], &side.statements()[arrival.sink]);
        // What fetches has words that this rule does not ask for, so that only a new call of what loads tells of it.
        let new = touched(to) || arrival.what != From::Host && touched(source);
        let embedded = !NATIVE.is_match(side.code_of(to));
        let (title, severity) = match arrival.what {
            _ if !new || embedded && arrival.what == From::Environment => continue,
            From::Host => ("Loads code that another host sends", Severity::High),
            From::Fetched => ("Loads code that another host sends", Severity::Medium),
            From::Environment => ("Loads code from a path that the environment names", Severity::Medium),
        };
        let draft = Draft::lines(file, side, to.first_line, to.last_line).title(title);
        sink.report(draft.severity(severity).confidence(Confidence::Medium));
    }
}

/// Where it comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    /// Another host, as libraries ask it.
    Host,
    /// The same, by the name of what is called.
    Fetched,
    /// Whoever starts the program.
    Environment,
}

static ENVIRONMENT: Pattern =
    Pattern::new(r"\b(?:secure_)?getenv\s*\(|\benv::var(?:_os)?\s*\(|\bos\.(?:Getenv|LookupEnv)\s*\(|\bGetEnvironmentVariable\s*\(");
/// A call that says by its name that it asks another host.
static FETCHED: Pattern = Pattern::new(
    r"\b(?:[hH]ttps?|HTTPS?|[uU]rl)_?(?:[gG]et|[fF]etch|[dD]ownload)\w*\s*\(|\bcpr::Get\s*\(|\bURLDownloadTo\w+\s*\(|\b(?:fetch|download)_?(?:[uU]rl|[tT]ext|[sS]cript|[pP]lugin|[mM]odule)\w*\s*\(",
);
/// Interpreters that a program brings with it are given a text: those of Lua, Python, Ruby, Tcl and JavaScript.
static EMBEDDED: Pattern = Pattern::new(
    r"\bluaL_(?:do|load)(?:string|buffer\w*)\s*\(|\.(?:un)?safe_script\s*\(|\bPyRun_\w*String\w*\s*\(|\bduk_p?eval\w*\s*\(|\bJS_Eval\w*\s*\(|\bmrb_load_n?string\w*\s*\(|\brb_eval_string\w*\s*\(|\bTcl_Eval\w*\s*\(|\bjerry_eval\s*\(|\bwrenInterpret\s*\(",
);

/// More are not told of one file.
const MOST_ARRIVALS: usize = 20;

/// Where programs of all users put what they need for a while, or where what people send is kept.
static SHARED_FOLDER: Pattern = Pattern::new(
    r#"\btemp_dir\s*\(\s*\)|\bgettempdir\s*\(|\bos\.tmpdir\s*\(|(?:^|[^\w.])tmpdir\s*\(\s*\)|\bos\.TempDir\s*\(|\bGetTempPath\s*\(|\bsys_get_temp_dir\s*\(|\bjava\.io\.tmpdir\b|\bDir\.tmpdir\b|\bQDir::temp(?:Path)?\s*\(|\bQStandardPaths::TempLocation\b|\btemp_directory_path\s*\(|["'`](?:/tmp|/var/tmp|/dev/shm)(?:/[^"'`\n]*)?["'`]|\b(?:UPLOAD_(?:DIR|FOLDER|PATH|ROOT)|upload_?[dD]ir(?:ectory)?|uploads?_?[pP]ath)\b"#,
);
/// A folder of its own below it, which nobody else can write to.
static OWN_FOLDER: Pattern = Pattern::new(
    r"(?i)mkdtemp|mkstemp|TemporaryDirectory|NamedTemporaryFile|createTemp|tempfile\(|MkdirTemp|CreateTemp|tempdir\(\)\?|TempDir::new|\btempfile\.(?:new|create|open)\b|randomUUID|uuid|GetRandomFileName|mktmpdir",
);
/// Calls that load code from a path that is no literal.
static LOADS: Pattern = Pattern::new(
    r#"(?x) \bLibrary::new\s*\( | \bdlopen\s*\( | \bC(?:DLL|dll)\w*\s*\(\s*[A-Za-z_] | \bLoadLibrary\w*\s*\( | \bSystem\.load\s*\( | \bplugin\.Open\s*\( | \bAssembly\.(?:UnsafeLoadFrom|LoadFile|LoadFrom|Load)\s*\( | \bdefineClass\s*\( | \bLoadFromAssemblyPath\s*\( | \bprocess\.dlopen\s*\(
      | \bspec_from_file_location\s*\( | \bSourceFileLoader\s*\( | \brunpy\.run_path\s*\( | (?:^|[^\w.$])require\s*\(\s*[A-Za-z_$] | \bimport\s*\(\s*[A-Za-z_$] | \bQPluginLoader\b | \bQLibrary\b | (?:^|[^\w>$:])(?:include|require)(?:_once)?\s*\(?\s*\$ | \bsys\.path\.(?:insert|append)\s*\( | \bURLClassLoader\s*\("#,
);

/// The path that something is loaded from is made of a shared folder in other statements.
fn from_temporary(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let short = |s: &Statement| s.bytes.len() <= LONGEST;
    let loads = |s: &Statement| short(s) && LOADS.is_match(side.code_of(s));
    if !SHARED_FOLDER.is_match(side.text()) || !side.statements().iter().any(&loads) {
        return;
    }
    let shared = |s: &Statement| {
        let plain = side.plain_of(s);
        (short(s) && SHARED_FOLDER.is_match(plain) && !OWN_FOLDER.is_match(plain)).then_some(())
    };
    for arrival in arrivals(side, shared, loads) {
        let (from, to) = (&side.statements()[arrival.source], &side.statements()[arrival.sink]);
        let new = [from, to].iter().any(|s| side.touches(s.first_line, s.last_line));
        let told = TEMPORARY.is_match(side.plain_of(to));
        if !new || told || OWN_FOLDER.is_match(side.plain_of(to)) {
            continue;
        }
        let draft = Draft::lines(file, side, to.first_line, to.last_line).title("Loads code from a folder that others can write to");
        sink.report(draft.severity(Severity::High).confidence(Confidence::Medium));
    }
}
