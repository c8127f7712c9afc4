//! Constants of a file that a helper of the file undoes the disguise of, and that run, and names of functions that were decoded. A part of
//! `decode-then-execute`, which knows what decodes and runs in one function.

use std::collections::BTreeSet;

use super::engines::{LONGEST, engines};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::flow::arrivals;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Words};
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::Side;
use crate::model::rule::{Confidence, Severity};

/// No file has so many of them.
const MOST: usize = 200;

/// Turning round, shifting, and other letters for each letter.
static UNDOES: Pattern = Pattern::new(
    r"(?i)\bStringBu(?:ilder|ffer)\s*\([^)]*\)\s*\.reverse\s*\(|\.reverse[d]?\s*(?:\(|$)|\bstrrev\s*\(|\[::-1\]|\.rev\(\)|rot_?13|\w+\[\w+\]\s*=\s*(?:\([\w ]+\)\s*)?\(?\s*\w+\[\w+\]\s*[-+^]|\w+\[\w+\]\s*[-+^]=|\w\s*\^\s*(?:0x[0-9a-f]{1,2}|\d{1,3}|\w*key\w*)\b|fromCharCode|\bchr\s*\(|\bmaketrans\b|\.tr\s*\(|\bstrtr\s*\(|charCodeAt|\bord\s*\(",
);
/// What looks up what runs by a name.
static LOOKS_UP: Pattern = Pattern::new(
    r"\bClass\.forName\s*\(|\.get(?:Declared)?Method\s*\(|\.loadClass\s*\(|\bgetattr\s*\(|\bType\.GetType\s*\(|\bGetMethod\s*\(|\bActivator\.CreateInstance\b|\b__import__\s*\(|\bimport_module\s*\(|\b(?:public_)?send\s*\(|\bconst_get\b|(?:^|[^\w.$])require\s*\(|\bcall_user_func|\bdlsym\s*\(|\bGetProcAddress\s*\(|\bCommand::new\s*\(",
);
static CALLED: Pattern = Pattern::new(
    r#"\b([A-Za-z_]\w*)\s*\(\s*&?(?:(["'`])|(?:self|this|Self|static)?(?:\.|::|->)?\$?([A-Za-z_]\w*)\s*(?:\[\s*\d*\s*\])?\s*[,)])"#,
);
/// A name that holds texts or numbers as they stand.
static CONSTANT: Pattern = Pattern::new(
    r#"\$?([A-Za-z_]\w*)\s*(?:\[[^\]\n]{0,20}\]\s*)*(?::[^=\n]{1,60})?:?=\s*&?(?:new\s+)?(?:\[\w*\]\s*\w+|\w+\[\]|vec!|b)?\s*(?:["'`]|[\[{(]\s*(?:$|["'`]|0x|\d))"#,
);
/// A name that something is put into.
static NAMED: Pattern = Pattern::new(r"^\s*(?:(?:const|let|var|my|local|final|String|auto)\s+)?(\$?[A-Za-z_]\w*)\s*:?=[^=]");

/// Where something may run what is written in disguise, or look it up.
pub static STARTED: Hint = Hint::new(|| Words::of([&engines().evaluators, &engines().spawners, &LOOKS_UP]));

/// What a text must hold for any of it.
#[must_use]
pub fn words() -> Words {
    Words::of([&UNDOES])
}

/// Reports what runs although it is written in disguise.
pub fn report(file: &FileView<'_>, side: &SideView<'_>, severity: Severity, sink: &mut Sink<'_>) {
    let before = sink.reported();
    // Nothing is told where nothing runs, which is asked of far fewer places than what undoes a disguise.
    if !file.spots(&STARTED, Side::New).is_empty() {
        constants(file, side, severity, sink);
    }
    if sink.reported() == before {
        names(file, side, severity, sink);
    }
}

fn short(statement: &Statement) -> bool {
    statement.bytes.len() <= LONGEST
}

fn constants(file: &FileView<'_>, side: &SideView<'_>, severity: Severity, sink: &mut Sink<'_>) {
    let undoing = side.statements().iter().filter(|s| short(s) && s.function.is_some() && UNDOES.is_match(side.plain_of(s)));
    let helpers: BTreeSet<&str> = undoing.filter_map(|s| Some(side.functions().get(s.function?)?.name.as_str())).take(MOST).collect();
    if helpers.is_empty() {
        return;
    }
    let constants: BTreeSet<&str> =
        side.statements().iter().filter(|s| short(s)).flat_map(|s| CONSTANT.groups(side.plain_of(s), 1)).take(MOST).collect();
    let undone = |text: &str| {
        CALLED.find_all(text).any(|found| {
            let call = text.get(found).unwrap_or("");
            let known = || CALLED.group(call, 2).is_some() || CALLED.group(call, 3).is_some_and(|name| constants.contains(name));
            CALLED.group(call, 1).is_some_and(|name| helpers.contains(name)) && known()
        })
    };
    let runs = |s: &Statement| short(s).then(|| runs(side, s)).flatten();
    let shown = |s: &Statement| (short(s) && undone(side.plain_of(s))).then_some(());
    let touched = |s: &Statement| side.touches(s.first_line, s.last_line);
    for arrival in arrivals(side, shown, |s| runs(s).is_some()).into_iter().take(MOST) {
        let (from, to) = (&side.statements()[arrival.source], &side.statements()[arrival.sink]);
        let inside = || undone(side.plain_of(to).get(runs(to).unwrap_or(0)..).unwrap_or(""));
        if (touched(from) || touched(to)) && (arrival.source != arrival.sink || inside()) {
            let draft = Draft::lines(file, side, to.first_line, to.last_line).title("Runs a text of its own that is written in disguise");
            return sink.report(draft.severity(severity).confidence(Confidence::High));
        }
    }
}

/// Where in a statement something runs or is looked up to be run.
fn runs(side: &SideView<'_>, statement: &Statement) -> Option<usize> {
    let code = side.code_of(statement);
    [&engines().evaluators, &engines().spawners, &LOOKS_UP].into_iter().filter_map(|one| Some(one.find(code)?.start)).min()
}

/// What is called was decoded: `$f = str_rot13('…'); $f($x);`.
fn names(file: &FileView<'_>, side: &SideView<'_>, severity: Severity, sink: &mut Sink<'_>) {
    let decodes = |s: &Statement| short(s) && (engines().decoders.is_match(side.plain_of(s)) || UNDOES.is_match(side.plain_of(s)));
    let named = side.statements().iter().filter(|s| decodes(s)).filter_map(|s| Some((s, NAMED.group(side.plain_of(s), 1)?)));
    for (made, name) in named.take(MOST) {
        let later = side.statements().iter().filter(|s| s.function == made.function && s.bytes.start > made.bytes.start && short(s));
        let calls = |s: &&Statement| is_called(side.code_of(s), name, file.language);
        let Some(call) = later.take(MOST).find(calls) else { continue };
        if [made, call].iter().any(|s| side.touches(s.first_line, s.last_line)) {
            let draft = Draft::lines(file, side, call.first_line, call.last_line).title("Calls a function whose name was decoded");
            return sink.report(draft.severity(severity).confidence(Confidence::High));
        }
    }
}

/// Whether `code` calls what the name `name` says, rather than a function of that name.
fn is_called(code: &str, name: &str, language: Language) -> bool {
    let after = |sign: &str| code.match_indices(sign).any(|(at, _)| !code.get(..at).unwrap_or("").ends_with(['>', ':', '$']));
    match language {
        Language::Php => name.starts_with('$') && after(&format!("{name}(")),
        Language::JavaScript | Language::TypeScript => code.contains(&format!("[{name}](")),
        Language::Python => code.contains("getattr(") && code.contains(&format!(", {name})(")) || code.contains(&format!("[{name}](")),
        Language::Ruby => ["send(", "send ", "const_get("].iter().any(|call| code.contains(&format!("{call}{name}"))),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_by_a_name() {
        assert!(is_called("$driver($hint);", "$driver", Language::Php) && !is_called("$this->$f($x);", "$f", Language::Php));
        assert!(is_called("globalThis[k](x)", "k", Language::JavaScript) && !is_called("k(x)", "k", Language::JavaScript));
        assert!(is_called("getattr(mod, n)(x)", "n", Language::Python) && !is_called("n(x)", "n", Language::Python));
    }

    #[test]
    fn constants_of_a_file() {
        for (text, name) in [
            ("var palette = []byte{\n", "palette"),
            ("private static final String[] WARM = {", "WARM"),
            ("static const unsigned char widths[] = {\n 1", "widths"),
            ("private static $driver = 'x'", "driver"),
        ] {
            assert_eq!(CONSTANT.group(text, 1), Some(name), "{text}");
        }
        assert_eq!(CONSTANT.group("let a = read(b)", 1), None);
    }
}
