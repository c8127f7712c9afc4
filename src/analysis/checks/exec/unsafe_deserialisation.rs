//! `unsafe-deserialisation`: something is read back in a way that can run code.

use std::cell::LazyCell;
use std::collections::{BTreeSet, HashSet};

use super::engines::{LONGEST, engines};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::checks::vuln::twins::{Twin, twins};
use crate::analysis::flow::arrivals;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/unsafe-deserialisation.toml`.
pub struct UnsafeDeserialisation;

/// A function of that name that the code has itself: what it does stands where it is written.
static OWN: Pattern = Pattern::new(r"\bfunction\s+&?unserialize\s*\(|(?:\$this->|\bself::|\bstatic::)unserialize\s*\(");

impl Check for UnsafeDeserialisation {
    fn rule(&self) -> RuleId {
        RuleId("unsafe-deserialisation")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::AFTER, Words::of([&engines().deserialisers]).or(Words::named(["pyimport_import"])))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
        embedded(file, side, sink);
        let changed: Vec<usize> = (0..side.statements().len()).filter(|at| reads_back(side, &side.statements()[*at])).collect();
        if changed.is_empty() {
            return;
        }
        let from_outside = |statement: &Statement| {
            let plain = side.plain_of(statement);
            (statement.bytes.len() <= LONGEST && (engines().asked.is_match(plain) || engines().remote.is_match(plain))).then_some(())
        };
        let reached: HashSet<usize> =
            arrivals(side, from_outside, |statement| reads_back(side, statement)).into_iter().map(|arrival| arrival.sink).collect();
        let twins = twins(file);
        let of_everybody = LazyCell::new(|| of_everybody(side, &changed));
        let plain_before = LazyCell::new(|| mapped_plain_types(file, side));
        for &at in &changed {
            let statement = &side.statements()[at];
            let draft = Draft::lines(file, side, statement.first_line, statement.last_line);
            let draft = if reached.contains(&at) {
                draft
            } else if twins.iter().any(|twin| twin.is.contains(&statement.first_line) && held_data_only(twin)) {
                draft.title("What was read back held data only, and may run code now")
            } else if of_everybody.contains(&at) {
                draft.title("What anybody on this machine may have put there is read back, and may run code")
            } else if ANY_TYPE.is_match(side.plain_of(statement)) && *plain_before {
                draft.title("Whoever writes what is read back names the types that are made")
            } else {
                draft.severity(Severity::Medium)
            };
            sink.report(draft);
        }
    }
}

/// Readers of formats that hold nothing but data.
static READS_DATA: Pattern = Pattern::new(
    r"(?i)\bu?json\.(?:loads?|parse|decode|unmarshal|newdecoder)\s*\(|\bjson_decode\s*\(|\borjson\.loads\s*\(|\byaml\.safe_load\w*\s*\(|\bC?(?:Safe|Base)Loader\b|\bsafe_load\b|\.readValue\s*\(|\bfromJson\s*\(|\bJsonSerializer\.Deserialize|\bJsonConvert\.DeserializeObject|\bmsgpack\.(?:unpackb?|loads?)\s*\(|\btomllib?\.loads?\s*\(|\bliteral_eval\s*\(|\bweights_only\s*=\s*True|\bsafetensors\.\w+\.load(?:_file)?\s*\(|\bload_file\s*\(|\bsafe_open\s*\(|\bParseFromString\s*\(|\bcsv\.(?:reader|DictReader)\s*\(",
);

/// Whether a reader of data went from a function and none came.
fn held_data_only(twin: &Twin<'_, '_>) -> bool {
    // `yaml.load(…, Loader=SafeLoader)` holds both names.
    let ran = |line: &str| engines().deserialisers.is_match(line) && !engines().safely.is_match(line) && !READS_DATA.is_match(line);
    twin.lost(&READS_DATA) > twin.gained(&READS_DATA) && !twin.before().lines().any(ran)
}

/// Which of the `wanted` statements, in their order, read what lies in a folder that everybody on the machine can write to, by up to two names.
fn of_everybody(side: &SideView<'_>, wanted: &[usize]) -> HashSet<usize> {
    static SHARED: Pattern = Pattern::new(
        r#"["'`](?:/tmp|/var/tmp|/dev/shm)(?:/[\w.-]*)*["'`]|\bgettempdir\s*\(\s*\)|\bDir\.tmpdir\b|\bsys_get_temp_dir\s*\(|\bjava\.io\.tmpdir\b|\bos\.(?:tmpdir|TempDir)\s*\("#,
    );
    static OWN: Pattern =
        Pattern::new(r"(?i)mkdtemp|TemporaryDirectory|NamedTemporaryFile|mkstemp|createTemp|uid|getuser|tmp_path|tmpdir_factory");
    static SET: Pattern =
        Pattern::new(r"^\s*(?:(?:const|let|var|val|final|static|private|public)\s+)*\$?@?(\w+)\s*(?::\s*[\w.]+\s*)?:?=[^=]");
    static NAME: Pattern = Pattern::new(r"[A-Za-z_]\w*");
    let mut shared: BTreeSet<&str> = BTreeSet::new();
    let mut before = side.statements().iter().peekable();
    let mut found = HashSet::new();
    for &at in wanted {
        let statement = &side.statements()[at];
        while let Some(one) = before.next_if(|one| one.first_line <= statement.first_line) {
            let text = side.plain_of(one);
            let Some(name) = SET.group(text, 1).filter(|_| one.bytes.len() <= 400) else { continue };
            let from = || text.split_once('=').is_some_and(|(_, value)| NAME.groups(value, 0).any(|word| shared.contains(word)));
            if !OWN.is_match(text) && (SHARED.is_match(text) || from()) {
                shared.insert(name);
            } else {
                shared.remove(name);
            }
        }
        let plain = side.plain_of(statement);
        let everybodys = if SHARED.is_match(plain) {
            !OWN.is_match(plain)
        } else {
            NAME.groups(side.code_of(statement), 0).any(|word| shared.contains(word))
        };
        if everybodys {
            found.insert(at);
        }
    }
    found
}

/// Types of any class, for a mapper.
static ANY_TYPE: Pattern = Pattern::new(
    r"\bLaissezFaireSubTypeValidator\b|\bDefaultTyping\.(?:EVERYTHING|NON_FINAL|OBJECT_AND_NON_CONCRETE)\b|\benableDefaultTyping\s*\(|\bTypeNameHandling\.(?:All|Auto|Objects)\b",
);

/// Whether a mapper of the file made plain types before, and nothing limits it now.
fn mapped_plain_types(file: &FileView<'_>, side: &SideView<'_>) -> bool {
    static MAPS: Pattern = Pattern::new(r"\b(?:ObjectMapper|JsonMapper|JsonSerializer(?:Settings)?|JsonConvert)\b");
    static LIMITED: Pattern = Pattern::new(r"\bBasicPolymorphicTypeValidator\b|\bSerializationBinder\b|\bISerializationBinder\b");
    let plain =
        |old: &SideView<'_>| MAPS.is_match(old.text()) && !ANY_TYPE.is_match(old.text()) && !engines().deserialisers.is_match(old.text());
    file.old().is_some_and(plain) && !LIMITED.is_match(side.text())
}

fn reads_back(side: &SideView<'_>, statement: &Statement) -> bool {
    let plain = side.plain_of(statement);
    side.touches(statement.first_line, statement.last_line)
        && statement.bytes.len() <= LONGEST
        && engines().deserialisers.is_match(plain)
        && !engines().safely.is_match(plain)
        && !OWN.is_match(plain)
        && !is_text(side.code_of(statement))
}

/// A statement that is nothing but a text, as documentation inside code is.
fn is_text(code: &str) -> bool {
    code.chars().all(|c| c.is_whitespace() || matches!(c, '"' | '\'' | '`'))
}

/// C and C++ name to an embedded Python, by way of a function of their own, the module that reads something back.
fn embedded(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static MODULE: Pattern = Pattern::new(r#"\(\s*"(?:c?[pP]ickle|_pickle|dill|cloudpickle|marshal|shelve|joblib|jsonpickle)"\s*[,)]"#);
    if !matches!(file.language, Language::C | Language::Cpp) || !side.text().contains("PyImport_Import") {
        return;
    }
    for line in file.added().filter(|line| line.text.len() <= 400) {
        let plain = side.plain_line(line.index);
        // A direct import is told by what imports it.
        if MODULE.is_match(plain) && !plain.contains("PyImport_") {
            let title = "An embedded Python reads back what can run code";
            sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::Medium));
        }
    }
}
