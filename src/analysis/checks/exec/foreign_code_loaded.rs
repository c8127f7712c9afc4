//! `foreign-code-loaded`: code is loaded from a folder that anybody can write to, or from another host.

use super::engines::{LONGEST, engines};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

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
      | \bAssembly\.Load(?:File|From)\s*\(\s*@?"https?:// | \bmodule\.register\s*\(\s*["'`]https?://"#,
);
/// What is loaded is named by whoever asks.
static NAMED: Pattern = Pattern::new(
    r"\b(?:include|require)(?:_once)?\s*\(?\s*[^;]{0,40}\$_(?:GET|POST|REQUEST|COOKIE)|\b(?:require|import|import_module|__import__)\s*\(\s*[^)]{0,60}\b(?:req|request)\.(?:query|body|params|args|form|GET|POST)\b",
);
/// Hosts made to serve modules to browsers and to runtimes that import addresses.
static SERVES_MODULES: Pattern = Pattern::new(
    r"https?://(?:[\w.-]+\.)?(?:deno\.land|esm\.sh|esm\.run|jsr\.io|skypack\.dev|unpkg\.com|jsdelivr\.net|jspm\.io|cdnjs\.cloudflare\.com|gstatic\.com|googleapis\.com)/",
);

impl Check for ForeignCodeLoaded {
    fn rule(&self) -> RuleId {
        RuleId("foreign-code-loaded")
    }

    fn needs(&self) -> Needs {
        let places = Words::named(["/tmp/", "/dev/shm/", "%temp%", "\\temp", "http://", "https://"]);
        Needs::nothing().and(Reach::ADDED, places.or(Words::of([&NAMED])))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
        for statement in side.statements().iter().filter(|s| side.touches(s.first_line, s.last_line) && s.bytes.len() <= LONGEST) {
            let plain = side.plain_of(statement);
            let (title, severity) = if NAMED.is_match(plain) {
                ("Loads code that a request names", Severity::High)
            } else if TEMPORARY.is_match(plain) {
                ("Loads code from a folder that anybody can write to", Severity::High)
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
