//! All names that a request holds are written into an object, whatever they are: a role, an owner, a price. A part of `merge-from-request`.
//!
//! Where a function took the fields one by one before, it is as grave as the rule; what is written so from the start weighs less.

use super::handlers::filled;
use super::twins::{Twin, twins};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::outline::Function;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// More lines of a file that may write names are not looked at, and no longer functions, in lines.
const MOST: usize = 300;
const LONGEST: usize = 400;
/// A longer line is data.
const WIDEST: usize = 600;
/// A loop begins so many lines above what it does.
const ABOVE: usize = 5;
/// What is made outside of functions is made so many lines above.
const AROUND: usize = 20;
/// A header is read up to so many lines.
const HEADER: usize = 12;

/// A name that a variable holds is set; the group is the variable.
static BY_VARIABLE: Pattern = Pattern::new(
    r#"\bsetattr\s*\(\s*[\w.]+\s*,\s*(\w+)\s*,|\.(?:public_)?send\s*\(\s*:?\x22#\{(\w+)\}=|\$\w+(?:->\w+)*->\{?\$(\w+)\}?\s*=[^=]|\bwrite_attribute\s*\(\s*(\w+)\s*,"#,
);
/// What is gone through, and the name of what stands in it: in one order or the other.
static LOOPS: Pattern =
    Pattern::new(r"\bfor\s+(\w+)\s*,\s*\w+\s+in\s+([^:\n]+?)\.items\(\)\s*:|\bforeach\s*\(\s*(\$[^\n]*?)\s+as\s+\$(\w+)\s*=>");
static EACH: Pattern = Pattern::new(r"([\w.\[\]:@()]+)\.each(?:_pair)?\s*(?:do|\{)\s*\|\s*\(?(\w+)\s*,");
/// Only some names.
static FILTERED: Pattern = Pattern::new(r"^\s*(?:if|unless|next|continue|elsif|elif)\b|\b(?:next|continue)\s+(?:if|unless)\b");
/// Calls that write all there is of something into something else: the source stands in the first group that took part. Those that
/// need no other word to be told.
static SURE: Pattern = Pattern::new(
    r#"(?x) \bBeanUtils\.populate\s*\(\s*\w+\s*,\s*([^;\n]+?)\)\s*;?\s*$ | (?:\.__dict__|\bvars\(\s*\w+\s*\))\.update\s*\(\s*([^\n]+)\)\s*$ | ->forceFill\s*\(\s*(\$[^;\n]+?)\)(?:->|;)"#,
);
/// Those that only tell something where fields were named before.
static COPIES: Pattern = Pattern::new(
    r#"(?x) \.readerForUpdating\s*\(\s*\w+\s*\)\s*\.readValue\s*\(\s*([^;\n]+?)\)\s*;?\s*$ | \.updateValue\s*\(\s*\w+\s*,\s*([^;\n]+?)\)\s*;?\s*$ | \.setPropertyValues\s*\(\s*([^;\n,]+?)\s*[,)]
      | \.CurrentValues\.SetValues\s*\(\s*([^;\n]+?)\)\s*; | =\s*array_(?:merge|replace)\s*\(\s*\$\w+(?:->\w+)*\s*,\s*(\$[^;\n]+?)\)\s*; | \bjson_patch::(?:merge|patch)\s*\(\s*&mut\s+\w+\s*,\s*([^;\n]+?)\)\s*[;?]
      | \b\w+\.extend\s*\(\s*([^;\n]+?)\)\s*;\s*$ | \.Updates\s*\(\s*([^;\n]+?)\) | \bcopyProperties\s*\(\s*(\w+)\s*,\s*\w+ | \bObject\.assign\s*\(\s*[\w.]+\s*,\s*([^;\n]+?)\)\s*;?\s*$"#,
);
/// A model of ASP.NET takes every name of the form where none is listed.
static BINDS: Pattern = Pattern::new(r#"\bTryUpdateModel(?:Async)?(?:<\w+>)?\s*\(\s*\w+\s*(?:,\s*(?:""|string\.Empty)\s*)?\)"#);
/// A body is read into what stands in a variable.
static READ_INTO: Pattern = Pattern::new(
    r"\bNewDecoder\s*\(\s*\w+(?:\.Request)?\.Body\s*\)\.Decode\s*\(\s*&?(\w+)\s*\)|\.(?:ShouldBind\w*|BindJSON|BodyParser)\s*\(\s*&?(\w+)\s*\)",
);
/// What was looked up in a store.
static LOOKED_UP: Pattern =
    Pattern::new(r"^\s*(\w+)\s*(?:,\s*\w+\s*)?:?=\s*[\w.()]*\.(?:Get|Find|Load|Fetch|Lookup|ByID|First|Current)\w*\s*\(");
/// All of a request, and what gives it under another name.
static WHOLE: Pattern = Pattern::new(
    r"(?x) ^(?:await\s+)?(?:self\.)?request\.(?:form|json|get_json|data|POST|GET|args|query_params|values)(?:\(\))?(?:\.to_dict\(\)|\.dict\(\))?$ | ^\$_(?:POST|REQUEST|GET)$ | ^(?:\(array\)\s*)?\$(?:this->)?request->(?:all|post|input|getParsedBody|getPost|toArray|query->all|request->all)\(\)$
      | ^params(?:\.to_unsafe_h\w*|\.to_h)?$ | ^JSON\.parse\s*\(\s*(?:request|req)\b.* | ^\w+\.getParameterMap\(\)$ | ^(?:req|request|ctx\.request)\.body$ | ^(?:await\s+)?(?:c\.req|request|req)\.json\(\)$ | ^json\.loads\s*\(\s*request\b.*",
);
static ASSIGNED: Pattern =
    Pattern::new(r"^\s*(?:(?:const|let|var|val|auto|final)\s+)?(\$?\w+)\s*(?::\s*[\w<>, ?\[\]]+)?\s*:?=\s*([^=].*?);?\s*$");
/// A parameter that holds whatever names were sent.
static OPEN_TYPE: Pattern = Pattern::new(
    r"(?x) @RequestBody\s+(?:final\s+)?(?:Map<[^)\n]*?>|String|JsonNode|ObjectNode)\s+(\w+)\s*[,)] | @RequestBody\s+(\w+)\s*:\s*(?:Mutable)?(?:Map<|String\b|JsonNode\b|ObjectNode\b) | \[From(?:Body|Form)\]\s*(?:I?(?:ReadOnly)?Dictionary<[^>\n]*>|Json(?:Element|Object|Document|Node)|ExpandoObject|dynamic|object)\s+(\w+)
      | \bJson\(\s*(?:mut\s+)?(\w+)\s*\)\s*:\s*(?:\w+::)*Json<\s*(?:\w+::)*(?:Value|Map|HashMap|BTreeMap|Document)\b | \b(\w+)\s*:\s*(?:\w+::)*Json<\s*(?:\w+::)*(?:Value|Map|HashMap|BTreeMap|Document)\b",
);
/// A body of the type of what is stored.
static TYPED: Pattern = Pattern::new(r"@RequestBody\s+(?:@\w+\s+)?(?:final\s+)?([A-Z]\w*)\s+(\w+)\s*[,)]");
/// A map with any names in Go.
static ANY_NAME: Pattern =
    Pattern::new(r"\b(\w+)\s*:?=\s*(?:make\s*\(\s*)?map\[string\](?:any|interface\{\})|\bvar\s+(\w+)\s+map\[string\](?:any|interface\{\})");
/// A field is set by its name, or the names are listed.
static NAMED: Pattern = Pattern::new(
    r#"[\w\])]\.\w+(?:\s*,\s*\w+\.\w+)*\s*=[^=>]|->\w+\s*=[^=>]|\.set[A-Z]\w*\s*\(|\[\s*["':]\w+["']?\s*\]\s*=[^=]|\.slice\s*\(|\bin\s+(?:[A-Z][A-Z_]+|[\[(]["'])|\btype\s+\w+\s+struct\b|^\s*var\s+\w+\s+(?:\w+\.)?[A-Z]\w*\s*$|:=\s*&?(?:\w+\.)?[A-Z]\w*\{\}|->(?:fill|update)\s*\(\s*\$\w+\s*\)|@RequestBody\s+[A-Z]"#,
);

/// What a file must hold.
pub(super) fn words() -> Words {
    Words::of([&BY_VARIABLE, &SURE, &COPIES, &BINDS, &READ_INTO])
}

/// Reports where all names of a request are written into an object.
pub(super) fn report(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
    let told = |line: usize| side.is_changed(line) && side.line(line).text.len() <= WIDEST;
    let named = names_gone(file);
    // Blocks of Ruby and scripts of PHP stand outside of functions.
    let outside = matches!(file.language, Language::Php | Language::Ruby)
        && file.removed().any(|line| line.text.len() <= WIDEST && NAMED.is_match(line.text));
    // What the names are taken from may be all that is new.
    let looped = |line: usize| {
        let new = (line.saturating_sub(2)..line).any(|at| told(at) && LOOPS.is_match(side.plain_line(at)));
        new && side.line(line).text.len() <= WIDEST && BY_VARIABLE.is_match(side.plain_line(line))
    };
    let writes = |line: &usize| told(*line) && writes_something(side.plain_line(*line)) || looped(*line);
    for line in (0..side.len()).filter(writes).take(MOST) {
        match side.function_at(line) {
            Some(one) if one.last_line - one.first_line.min(one.last_line) <= LONGEST => {
                let own = Place { file, side, first: one.first_line, last: one.last_line, function: Some(one) };
                if let Some(sure) = own.writes(line) {
                    own.tell(line, sure, named.iter().any(|(first, last)| (*first..=*last).contains(&line)), sink);
                }
            }
            None if outside => {
                let own = Place { file, side, first: line.saturating_sub(AROUND), last: line, function: None };
                if own.writes(line).is_some() {
                    own.tell(line, true, true, sink);
                }
            }
            _ => {}
        }
    }
}

/// Whether a line may write all names of something.
fn writes_something(text: &str) -> bool {
    [&BY_VARIABLE, &SURE, &COPIES, &BINDS, &READ_INTO, &ANY_NAME].into_iter().any(|pattern| pattern.is_match(text))
}

const TITLE: &str = "All names that the request holds are written, where fields were named before";

/// The lines of the functions, as they are, in which fields were named on lines that went.
fn names_gone(file: &FileView<'_>) -> Vec<(usize, usize)> {
    let gone = |twin: &Twin<'_, '_>| twin.removed().any(|(_, text)| text.len() <= WIDEST && NAMED.is_match(text));
    twins(file).iter().filter(|twin| gone(twin)).map(|twin| (twin.is.start, twin.is.end)).collect()
}

/// A function of a side, or some lines outside of all.
struct Place<'v, 'a> {
    file: &'v FileView<'a>,
    side: &'v SideView<'a>,
    first: usize,
    last: usize,
    function: Option<&'v Function>,
}

impl<'v> Place<'v, '_> {
    /// Whether a line writes all names of a request; and if so, whether that is told without a look at what stood there.
    fn writes(&self, line: usize) -> Option<bool> {
        let text = self.side.plain_line(line);
        if let Some(name) = BY_VARIABLE.parts(text).next() {
            return self.looped(line, name).then_some(true);
        }
        if let Some(source) = SURE.parts(text).next() {
            return self.whole(source).then_some(true);
        }
        if BINDS.is_match(text) && self.file.language == Language::CSharp {
            return Some(false);
        }
        if let Some(into) = READ_INTO.parts(text).next().filter(|_| self.file.language == Language::Go) {
            let stored = (self.first..line).any(|at| LOOKED_UP.group(self.side.plain_line(at), 1) == Some(into));
            return stored.then_some(false);
        }
        if let Some(name) = ANY_NAME.parts(text).next() {
            let lines = || (line + 1..=self.last).map(|at| self.side.plain_line(at)).filter(|text| text.len() <= WIDEST);
            let read = lines().any(|text| READ_INTO.parts(text).next() == Some(name));
            return (read && lines().any(|text| COPIES.parts(text).next().is_some_and(|source| source.trim() == name))).then_some(false);
        }
        let source = COPIES.parts(text).next()?;
        let copied = text.contains("copyProperties");
        (if copied { self.of_its_type(text, source) } else { self.whole(source) }).then_some(false)
    }

    /// Whether `line` stands in a loop over all names of a request, of which `name` is one.
    fn looped(&self, line: usize, name: &str) -> bool {
        for at in (line.saturating_sub(ABOVE).max(self.first)..=line).rev() {
            let text = self.side.plain_line(at);
            let (key, source) = match (LOOPS.group(text, 1), LOOPS.group(text, 4)) {
                (Some(key), _) => (Some(key), LOOPS.group(text, 2)),
                (_, Some(key)) => (Some(key), LOOPS.group(text, 3)),
                _ => (EACH.group(text, 2), EACH.group(text, 1)),
            };
            if let Some((_, source)) = key.zip(source).filter(|(key, _)| *key == name) {
                return self.whole(source);
            }
            if FILTERED.is_match(text) {
                return false;
            }
        }
        false
    }

    /// Whether an expression is all that a request brought, under whatever name.
    fn whole(&self, source: &str) -> bool {
        let source = source.trim().trim_start_matches('&');
        let source = source.strip_suffix(".into_inner()").or_else(|| source.strip_suffix(".0")).unwrap_or(source);
        let bare = source.strip_prefix('(').and_then(|source| source.strip_suffix(')')).unwrap_or(source);
        if WHOLE.is_match(bare) {
            return true;
        }
        if !source.trim_start_matches('$').chars().all(|sign| sign.is_alphanumeric() || sign == '_') {
            return false;
        }
        let given = |at: usize| {
            let text = self.side.plain_line(at);
            text.len() <= WIDEST
                && (ASSIGNED.group(text, 1) == Some(source) && ASSIGNED.group(text, 2).is_some_and(|value| WHOLE.is_match(value.trim()))
                    || ANY_NAME.parts(text).next() == Some(source))
        };
        (self.first..=self.last).any(given) || OPEN_TYPE.parts(self.header()).any(|name| name == source) || self.helper(source)
    }

    /// Whether a helper of this name gives all that a request brought.
    fn helper(&self, name: &str) -> bool {
        let own = self.side.functions().iter().take(MOST).find(|one| one.name == name);
        own.is_some_and(|one| {
            let lines = (one.first_line + 1..=one.last_line).take(HEADER);
            lines
                .map(|at| self.side.plain_line(at).trim().trim_start_matches("return ").trim_end_matches(';'))
                .any(|text| WHOLE.is_match(text))
        })
    }

    /// Whether what is copied is of the type of what it is copied into: the entity itself is what a request brings.
    fn of_its_type(&self, text: &str, source: &str) -> bool {
        static INTO: Pattern = Pattern::new(r"\bcopyProperties\s*\(\s*\w+\s*,\s*(\w+)");
        static LOCAL: Pattern = Pattern::new(r"^\s*(?:final\s+)?([A-Z]\w*)\s+(\w+)\s*=");
        let header = self.header();
        let Some(kind) = TYPED.group(header, 1).filter(|_| TYPED.group(header, 2) == Some(source)) else { return false };
        let Some(into) = INTO.group(text, 1) else { return false };
        (self.first..=self.last)
            .map(|at| self.side.plain_line(at))
            .any(|line| LOCAL.group(line, 1) == Some(kind) && LOCAL.group(line, 2) == Some(into))
    }

    /// What stands between the name of the function and its body.
    fn header(&self) -> &'v str {
        let side = self.side;
        let first = self.first;
        let last = (first..=self.last).take(HEADER).find(|at| side.plain_line(*at).contains('{')).unwrap_or(first);
        side.plain().get(side.bytes_of(first, last)).unwrap_or("")
    }

    /// A function that a framework calls with what a request brings, or that asks for it, is where this matters.
    fn tell(&self, line: usize, sure: bool, named: bool, sink: &mut Sink<'_>) {
        let draft = Draft::line(self.file, self.side, line);
        if named {
            sink.report(draft.title(TITLE));
        } else if sure
            || self.function.is_some_and(|one| !filled(self.side, one, self.file.language).is_empty())
                && self.file.language != Language::Rust
        {
            let title = "All names that the request holds are written into an object";
            sink.report(draft.title(title).severity(Severity::Medium));
        }
    }
}
