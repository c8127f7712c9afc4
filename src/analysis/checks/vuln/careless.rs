//! How careless the sibling of a safe call is: what makes a turn of `safe-call-replaced` one that anybody can use. Never which calls are pairs.

use super::twins::{Twin, twins};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// A longer line is data.
const LONGEST: usize = 600;

/// A value put into a text by its format; groups: the function, and all values.
pub static PUT_IN: Pattern = Pattern::new(
    r#"\b((?:f|d|s|v|w|as|sn)?printf|syslog|v?warnx?|v?errx?|printk|g_(?:print|warning|message)|NSLog)\s*\([^";\n]*"[^"\n]*%[-\d.]*[sd@][^"\n]*"\s*,\s*([^;\n]+)\)"#,
);

/// A value that was put into a text by its format is the format now.
pub fn became_format(file: &FileView<'_>, twin: &Twin<'_, '_>, sink: &mut Sink<'_>) {
    static IS_FORMAT: Pattern = Pattern::new(
        r"\b((?:f|d|s|v|w|as|sn)?printf|syslog|v?warnx?|v?errx?|printk|g_(?:print|warning|message)|NSLog)\s*\((?:[^,\x22()]*,\s*){0,2}([a-z_]\w*(?:(?:->|\.)\w+)*)\s*\)",
    );
    if !matches!(file.language, Language::C | Language::Cpp) {
        return;
    }
    let put: Vec<(&str, &str)> = twin
        .removed()
        .filter(|(_, text)| text.len() < 600)
        .filter_map(|(_, text)| PUT_IN.group(text, 1).zip(PUT_IN.group(text, 2)))
        .collect();
    let was = |call: &str, value: &str| {
        put.iter().any(|(known, values)| *known == call && values.split([',', '(', ')', ' ']).any(|one| one == value))
    };
    for (line, text) in twin.added().filter(|(_, text)| text.len() < 600) {
        if IS_FORMAT.group(text, 1).zip(IS_FORMAT.group(text, 2)).is_some_and(|(call, value)| was(call, value)) {
            let title = "A value that was put into a text is its format now";
            return sink.report(Draft::line(file, twin.new, line).title(title).severity(Severity::High));
        }
    }
}

/// Whether the fields that were taken stood in a list, and a record now gets all of them past what it protects.
pub fn lists_fields(twin: &Twin<'_, '_>) -> bool {
    static LISTED: Pattern = Pattern::new(
        r"->(?:validate|only|safe)\s*\(|->validated\s*\(|\{\s*\w+(?:\s*,\s*\w+)*\s*\}\s*=\s*(?:await\s+)?(?:req|request|ctx\.request)\.body\b|\bpick\s*\(\s*(?:req|request)\.body\b",
    );
    static FORCED: Pattern = Pattern::new(
        r"->forceFill\s*\(\s*(?:\$request|request\(\))->(?:all|input|post)\s*\(|->forceCreate\s*\(\s*(?:\$request|request\(\))->(?:all|input|post)\s*\(|::unguard(?:ed)?\s*\(|->(?:update|fill|create)\s*\(\s*(?:\$request|request\(\))->(?:all|input|post)\s*\(\s*\)|\bdata\s*:\s*(?:\{\s*\.\.\.\s*)?(?:req|request)\.body\b|\b(?:findByIdAndUpdate|findOneAndUpdate|updateOne|update|create|insert|save|assign|set)\s*\([^;\n]*\b(?:req|request)\.body\s*[,)}]",
    );
    twin.lost(&LISTED) > twin.gained(&LISTED) && twin.gained(&FORCED) > 0
}

/// Whether a function that anybody may call reads at a place that its caller names, and nothing in it asks how long the memory is.
pub fn reads_anywhere(twin: &Twin<'_, '_>) -> bool {
    static AT: Pattern =
        Pattern::new(r"(?:\.(?:add|offset)|\bget_unchecked(?:_mut)?|\bfrom_raw_parts(?:_mut)?)\s*\(\s*[^()]*?\b([a-z_]\w*)\b");
    static HEAD: Pattern = Pattern::new(r"^\s*(?:pub(?:\([^)]*\))?\s+)?(?:const\s+)?fn\s+\w+");
    static ASKS: Pattern = Pattern::new(r"\.len\(\)|\bassert|\.get\(|checked_|is_some|\s<=?\s|\s>=?\s");
    let after = twin.after();
    let Some(head) = after.lines().find(|line| HEAD.is_match(line)).filter(|head| !head.contains("unsafe")) else { return false };
    let given = |name: &str| head.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
    !after.lines().skip_while(|line| !HEAD.is_match(line)).skip(1).any(|line| ASKS.is_match(line))
        && twin.added().any(|(_, text)| AT.groups(text, 1).any(given))
}

/// Whether what is copied without a limit is what the function was given, and nothing in it asks how long that is.
pub fn given_by_caller(twin: &Twin<'_, '_>) -> bool {
    static COPY: Pattern =
        Pattern::new(r#"\b(?:sprintf\s*\([^,]+,\s*"[^"]*%s[^"]*"\s*,|(?:strcpy|strcat|stpcpy)\s*\([^,]+,)\s*([a-z_]\w*)\s*\)"#);
    static ASKS: Pattern = Pattern::new(r"\bstrn?len\s*\(|\bsizeof\b|_(?:MAX|LEN|SIZE)\b");
    let after = twin.after();
    let head = after.split('{').next().unwrap_or("");
    let given = |name: &str| head.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
    !ASKS.is_match(after) && twin.added().any(|(_, text)| COPY.groups(text, 1).any(given))
}

/// What is set, or that it is given back.
pub static SET: Pattern = Pattern::new(
    r"^\s*(?:(?:const|let|var|val|final|my|mut|auto|String|long|int|byte\[\])\s+)*(\$?[\w.@>-]+)\s*(?::\s*[\w<>\[\]]+\s*)?:?=[^=]",
);

/// Whether what chance is drawn for has to be guessed by nobody: by the name of the function, or of what is set on the line.
pub fn makes_secret(twin: &Twin<'_, '_>, line: usize) -> bool {
    static OWN: Pattern = Pattern::new(
        r"(?i)(?:^|_|[^a-z])(?:\w*(?:token|nonce|secret|passw\w*|otp|csrf|salt|verifier|api_?key|session_?(?:id|key)|invit\w*|reset|magic_?link|voucher|coupon|recovery|backup_?code))(?:[^a-z]|$)",
    );
    let name = twin.new.function_at(line).map_or("", |function| function.name.as_str());
    OWN.is_match(name) || SET.group(twin.new.plain_line(line), 1).is_some_and(|target| OWN.is_match(target)) || {
        let head = twin.new.plain_line(twin.is.start);
        name.is_empty() && head.len() < 400 && OWN.is_match(head)
    }
}

/// Whether a field is used by a function that makes what nobody may guess.
pub fn used_for_secret(side: &SideView<'_>, name: &str) -> bool {
    static OWN: Pattern = Pattern::new(
        r"(?i)token|nonce|secret|passw|otp|csrf|salt|verifier|api_?key|session_?(?:id|key)|invit|reset|voucher|coupon|recovery",
    );
    /// More functions than this are those of no one class.
    const MOST: usize = 200;
    side.functions().iter().take(MOST).filter(|function| OWN.is_match(&function.name)).any(|function| {
        let text = side.plain().get(side.bytes_of(function.first_line, function.last_line)).unwrap_or("");
        text.len() < 20_000 && text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
    })
}

/// A function drew from a field of the class that nobody could foretell; the field is gone, and it draws from something else.
pub(super) fn drawn_elsewhere(file: &FileView<'_>, fields: &[&str], (chance, guessed): (&Pattern, &Pattern), sink: &mut Sink<'_>) {
    static DRAWS: Pattern =
        Pattern::new(r"\b(\w+)(?:\.|::|->)(?:next\w*|Next\w*|GetBytes|Fill|fill\w*|gen\w*|generate\w*|choice|rand\w*)\b");
    if fields.is_empty() {
        return;
    }
    for twin in twins(file) {
        let drew = |text: &str| text.len() <= LONGEST && DRAWS.groups(text, 1).any(|name| fields.contains(&name));
        let stays = DRAWS.groups(twin.after(), 1).any(|name| fields.contains(&name)) || chance.is_match(twin.after());
        if stays || twin.lost(chance) > 0 || !twin.removed().any(|(_, text)| drew(text)) {
            continue;
        }
        if let Some((line, _)) = twin.added().find(|(_, text)| text.len() <= LONGEST && guessed.is_match(text)) {
            let severity = if makes_secret(&twin, line) { Severity::High } else { Severity::Medium };
            let title = "Chance that can be foretold took the place of chance that cannot";
            sink.report(Draft::line(file, twin.new, line).title(title).severity(severity));
        }
    }
}
