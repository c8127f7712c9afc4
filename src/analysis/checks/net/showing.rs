//! Where others read something: logs, answers, errors, files and the environment of other programs, by the calls that put it there.
//! What is put there is `sensitive-exposed`'s to judge.

use super::sending::LONGEST;
use crate::analysis::pattern::Pattern;
use crate::analysis::statements::Statement;
use crate::analysis::view::SideView;

/// What is said of a secret without saying it.
pub static VEILED: Pattern = Pattern::new(
    r"(?i)\b(?:len|count|size|bool(?:ean)?|type|mask\w*|redact\w*|sanitiz\w*|censor\w*|hide\w*|scrub\w*|obfuscat\w*|hash\w*|sha\d+|fingerprint|keys|typeof|is_?set|filter\w*|allow\w*|pick|omit)\s*\(|\.(?:length|len\(\)|keys\(\)|size\(\))|\bObject\.keys\(|\*{3}|\bis\s+(?:not\s+)?None\b|[!=]==?\s*(?:null|undefined|nil|None)|\bin\s+os\.environ|!!",
);
/// Logs, by their calls.
pub static LOGS: Pattern = Pattern::new(
    r"(?x) \b(?:[Ll]og|[Ll]ogger|_logger|_log|LOG|LOGGER|logging|slog|tracing|winston|Rails\.logger|zap|sugar|console)(?:\(\))?(?:\.|::)(?:trace|debug|info|warn|warning|error|fatal|critical|exception|log|Trace|Debug|Info|Warn|Error|Fatal|LogInformation|LogWarning|LogError|LogDebug|Print\w*|Fatal\w*|Infof?|Debugf?|Errorf?)!?\s*\(
      | \b(?:trace|debug|info|warn|error|tracing::\w+|log::\w+)!\s*\( | \bLog::\w+\([^)]*\)->\w+\s*\( | \blogger\(\)->\w+\s*\( | \$this->(?:logger|log)->\w+\s*\( | \berror_log\s*\( | \bsyslog\s*\( | \bLog\.[diwe]\s*\( | \bNSLog\s*\( | \bTimber\.\w\s*\(",
);
/// Answers to requests.
pub static ANSWERS: Pattern = Pattern::new(
    r"(?x) \bres(?:ponse)?\.(?:json|send|write|end|render|status\([^)]*\)\.(?:json|send))\s*\( | \bjsonify\s*\( | \b(?:JSON|Plain|HTML)\w*Response\s*\( | \bHttpResponse\w*\s*\( | \bJsonResponse\s*\( | \bhttp\.Error\s*\( | \bw\.Write\s*\(
      | \bfmt\.Fprint\w*\s*\(\s*w\b | \b(?:c|ctx)\.(?:JSON|String|IndentedJSON|json|text|body)\s*\( | \brender\s+(?:plain|json|html): | \breply\.send\s*\( | \bHTTPException\s*\( | \bResponseEntity\.\w+\s*\( | \b(?:Ok|Json|BadRequest|StatusCode)\b\s*\( | \bHttpResponse::\w+\(\)\.(?:body|json)\s*\(
      | \bResponse\.Write(?:Async|AsJsonAsync)?\s*\( | \bWriteAsJsonAsync\s*\( | \b(?:Typed)?Results\.(?:Ok|Json|Problem|Text|BadRequest)\s*\( | \bresponse\(\)->(?:json|make)\s*\( | \bmake_response\s*\( | \bgetWriter\(\)\.(?:print\w*|write|append)\s*\( | \bjson_encode\s*\([^;]*\)\s*;?\s*\}?\s*\)\s*;?\s*exit | ^\s*(?:echo|die|exit)\b\s*\(?\s*(?:json_encode|var_export|print_r)\s*\(",
);
/// What is raised or given back as an error.
pub static FAILS: Pattern = Pattern::new(
    r"^\s*(?:raise\s+\w|throw\s+new\s|return\s+(?:[^\s,()]+\s*,\s*)*(?:fmt\.Errorf|errors\.New|anyhow!|Err)\s*\()|\bpanic!?\s*\(|\bbail!\s*\(",
);
/// Files, by the calls that write them with all they hold.
pub static FILES: Pattern = Pattern::new(
    r#"(?x) \bFiles?\.(?:write\w*|Write\w*|append\w*|Append\w*|binwrite)\s*[(\s] | \.(?:writeText|appendText|writeBytes|write_text|write_bytes)\s*\( | \b(?:fs|fsp|fs\.promises|promises|Deno|Bun)\.(?:writeFile|appendFile|writeTextFile|write)\w*\s*\( | (?:^|[^\w.])(?:writeFile|appendFile)(?:Sync)?\s*\(
      | \b(?:os|ioutil)\.WriteFile\s*\( | \bfs::write\s*\( | \bfile_put_contents\s*\( | \bfwrite\s*\( | \bfputs\s*\( | \bfprintf\s*\( | \bg_key_file_set_string\s*\( | \bg_file_set_contents\s*\( | \bStorage::(?:disk\([^)]*\)->)?put\w*\s*\( | \.join\([^()]*\)\.(?:bin)?write\s*\("#,
);
/// The environment, by the calls that set it for all that is started later.
pub static SETTINGS: Pattern = Pattern::new(
    r"(?:^|[^\w.>])(?:setenv|putenv)\s*\(|\bos\.(?:Setenv|putenv)\s*\(|\benv::set_var\s*\(|\bEnvironment\.SetEnvironmentVariable\s*\(|\bSystem\.setProperty\s*\(|\bos\.environ\[[^\]]*\]\s*=[^=]|\bprocess\.env(?:\.\w+|\[[^\]]*\])\s*=[^=]|\bENV\[[^\]]*\]\s*=[^=~]",
);

/// Where others read something.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// What is written down about what happens.
    Log,
    /// What whoever asks is told.
    Answer,
    /// What an error says.
    Failure,
    /// A file that the program writes.
    File,
    /// The environment that every program it starts is given.
    Environment,
}

impl Way {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Log => "a log",
            Self::Answer => "the answer to a request",
            Self::Failure => "an error message",
            Self::File => "a file",
            Self::Environment => "the environment of every program it starts",
        }
    }
}

/// A way out of a statement and the byte at which it begins.
pub struct Shown {
    /// Where to.
    pub way: Way,
    /// The byte of the statement at which it begins.
    pub at: usize,
}

fn shown(side: &SideView<'_>, statement: &Statement) -> Option<Shown> {
    let code = side.code_of(statement);
    let find = |pattern: &Pattern, way| pattern.find(code).map(|found| Shown { way, at: found.start });
    let written = || find(&FILES, Way::File).or_else(|| find(&SETTINGS, Way::Environment));
    find(&LOGS, Way::Log).or_else(|| find(&ANSWERS, Way::Answer)).or_else(|| find(&FAILS, Way::Failure)).or_else(written)
}

/// The same where a statement is a row of what is shown: an array over many lines stands in statements of its own.
#[must_use]
pub fn shown_around(side: &SideView<'_>, statement: &Statement) -> Option<Shown> {
    shown(side, statement).or_else(|| {
        let around = &side.statements()[statement.parent?];
        let code = side.code_of(around);
        let open = code.matches('(').count() > code.matches(')').count();
        shown(side, around).filter(|_| open && around.bytes.len() <= LONGEST).map(|shown| Shown { at: 0, ..shown })
    })
}
