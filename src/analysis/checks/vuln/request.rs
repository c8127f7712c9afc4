//! What a request brings and where it ends: one walk over statements for every rule that asks about one kind of place.
//!
//! Names only. What another function made of the value is another value, unless that function only puts texts together.

use std::collections::HashSet;
use std::ops::Range;

pub use super::asked::ASKED;
use super::asked::{FILLED_IN, TAKES_APART, is_only_text};
use super::between::{self, Look};
use super::handlers::{filled, handed, marks};
pub use super::place::Place;
use super::place::{LED, argument, half_of, inside, looked_up, other_half, outside_of_tables, untamed};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::flow::Flow;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// A longer statement is data.
const LONGEST: usize = 8_000;

static CALLED: Pattern = Pattern::new(r"([A-Za-z_]\w*)\s*[!?]?\(");
/// What a script leaves of it is no longer any text.
static FILTERS: Pattern = Pattern::new(
    r"\|\s*(?:tr\s+-(?:cd|dc)|grep\s+-\w*[oEP]|sha\d*sum|md5sum|wc|jq\s+-\w*R)|\$\(\s*(?:basename|realpath)\s|\|\s*sed\b[^|]*\[\^[^\]&]{4,}\]",
);
/// What only begins a choice between other values.
static CHOOSES: Pattern = Pattern::new(r"^\s*(?:match|if|switch|when|case|unless)\b");
/// What made a number of it.
static NUMBER: Pattern = Pattern::new(r"\]\.to_[if]\b|\.parse::<[iu](?:\d+|size)>");
/// What begins the value that is taken where there is none.
static INSTEAD: Pattern = Pattern::new(r"\bor\b|\|\||\?\?|\?:|\.unwrap_or(?:_else|_default)?\b|\.(?:orElse|getOrElse|ifBlank|ifEmpty)\b");
static INTERPOLATED: Pattern = Pattern::new(r"(?:[#$]?\{\s*|\$)([A-Za-z_][A-Za-z0-9_]*)");
/// Functions that hand on what they are given.
const CARRIERS: [&str; 55] = [
    "require",
    "c_str",
    "clone",
    "to_owned",
    "into",
    "as_ref",
    "as_deref",
    "join",
    "Join",
    "format",
    "str",
    "String",
    "string",
    "strip",
    "trim",
    "TrimSpace",
    "lower",
    "toLowerCase",
    "toString",
    "ToString",
    "Trim",
    "to_s",
    "Sprintf",
    "sprintf",
    "replace",
    "urljoin",
    "Path",
    "concat",
    "decodeURIComponent",
    "unquote",
    "as_str",
    "to_string",
    "format_args",
    "unwrap_or",
    "unwrap_or_else",
    "unwrap_or_default",
    "unwrap",
    "into_inner",
    "cloned",
    "orEmpty",
    "orElse",
    "getOrElse",
    "Combine",
    "Concat",
    "Format",
    "UnescapeDataString",
    "UrlDecode",
    "snprintf",
    "asprintf",
    "strdup",
    "strndup",
    "g_strdup",
    "g_strdup_printf",
    "sizeof",
    "rawurldecode",
];

/// What a file must hold for anything to end in one of `places`.
pub fn needs(places: &[&Place<'_>]) -> Needs {
    let words = places.iter().map(|place| Words::of([place.first, place.any])).reduce(Words::or);
    words.map_or_else(Needs::nothing, |words| Needs::nothing().and(Reach::AFTER, words)).and(Reach::AFTER, asking())
}

/// Words of which one stands where a request brings anything.
pub fn asking() -> Words {
    Words::of([&ASKED, &FILLED_IN]).or(marks())
}

/// A statement where what a request brings ends.
pub struct Ending {
    /// Its first and last line.
    pub lines: Range<usize>,
    /// The text goes there as it was sent, in code that is new, and nothing on the way looks at it.
    pub straight: bool,
}

/// Reports every statement where what a request brings ends in `place`, when the statement or where it came from is new: as grave as the rule
/// may be where the whole way is seen, as medium otherwise.
pub fn report(place: &Place<'_>, file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side() else { return };
    for end in endings(place, &[], file) {
        let draft = Draft::lines(file, side, end.lines.start, end.lines.end);
        sink.report(if end.straight { draft } else { draft.severity(Severity::Medium) });
    }
}

/// First and last line of every such statement; calls named in `handing_on` give on what they get, beside those that always do.
pub fn ending(place: &Place<'_>, handing_on: &[&str], file: &FileView<'_>) -> Vec<Range<usize>> {
    endings(place, handing_on, file).into_iter().map(|end| end.lines).collect()
}

/// What requests bring into a file, whatever becomes of it.
struct Brought {
    anything: bool,
    /// For each statement whether it takes something from a request or has it filled in.
    here: Vec<bool>,
    /// What functions of this file give that read a request themselves, as a shell calls them; what takes a query apart in C.
    helpers: Vec<String>,
}

impl Brought {
    fn by(side: &SideView<'_>, language: Language) -> Self {
        let helpers = helpers(side, language);
        let called = |plain: &str| language == Language::Shell && helpers.iter().any(|name| plain.contains(name.as_str()));
        let takes = |statement: &Statement| {
            let plain = side.plain_of(statement);
            statement.bytes.len() <= LONGEST
                && !is_only_text(side.code_of(statement))
                && (ASKED.is_match(plain) || FILLED_IN.is_match(plain) || called(plain) || !handed(side, statement, language).is_empty())
        };
        let here: Vec<bool> = side.statements().iter().map(takes).collect();
        let given = || side.functions().iter().any(|function| !filled(side, function, language).is_empty());
        Self { anything: here.contains(&true) || given(), here, helpers }
    }
}

/// `$(name` for each function of a script that reads the request; functions of C that take a query apart.
fn helpers(side: &SideView<'_>, language: Language) -> Vec<String> {
    /// More are not followed.
    const MOST: usize = 32;
    let asks = |first, last| side.plain().get(side.bytes_of(first, last)).is_some_and(|text| text.len() <= LONGEST && ASKED.is_match(text));
    match language {
        Language::Shell => {
            let reading = side.functions().iter().filter(|one| !one.name.is_empty() && asks(one.first_line, one.last_line));
            reading.take(MOST).map(|one| format!("$({}", one.name)).collect()
        }
        Language::C | Language::Cpp => {
            let names: HashSet<&str> = TAKES_APART.groups(side.plain(), 1).take(MOST * MOST).collect();
            names.into_iter().take(MOST).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// Every such statement.
pub fn endings(place: &Place<'_>, handing_on: &[&str], file: &FileView<'_>) -> Vec<Ending> {
    let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return Vec::new() };
    let brought = file.shared(|_| Brought::by(side, file.language));
    if !brought.anything {
        return Vec::new();
    }
    let handing_on: Vec<&str> = handing_on.iter().copied().chain(brought.helpers.iter().map(String::as_str)).collect();
    let is_place = |statement: &Statement| {
        let said = |plain: &str| place.first.is_match(plain) || place.any.is_match(plain);
        statement.bytes.len() <= LONGEST && said(side.plain_of(statement)) && !is_only_text(side.code_of(statement))
    };
    let places: Vec<bool> = side.statements().iter().map(is_place).collect();
    if !places.contains(&true) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let loosened = loosened(file, place.tamed);
    let (mut flow, mut until) = (Flow::default(), None);
    // Functions, by position, in which something looks at what was sent; and a comparison with a literal that only what follows may use.
    let (mut looked, mut compared) = (HashSet::new(), None);
    for (index, statement) in side.statements().iter().enumerate() {
        if until.is_some_and(|last| statement.first_line > last) {
            (flow, until) = (Flow::default(), None);
        }
        if let Some(function) = statement.function.and_then(|at| side.functions().get(at)).filter(|_| until.is_none()) {
            until = Some(function.last_line);
            flow = Flow::default();
            let names = filled(side, function, file.language);
            if !names.is_empty() && !between::takes_texts(side, function, file.language, &names) {
                looked.insert(statement.function);
            }
            names.into_iter().for_each(|name| flow.note(name, origin_of(index, false)));
        }
        if statement.bytes.len() > LONGEST {
            continue;
        }
        if brought.here[index] {
            let names = FILLED_IN.parts(side.plain_of(statement)).chain(handed(side, statement, file.language));
            names.for_each(|name| flow.note(name, origin_of(index, is_new(side, index))));
        }
        let end = places[index].then(|| ends(place, side, statement, index, (&flow, &handing_on))).flatten();
        if let Some(at) = compared.filter(|_| end.is_none()) {
            looked.insert(at);
        }
        compared = None;
        if let Some((source, renewed, whole)) = end.map(|(origin, whole)| (origin / 2, origin % 2 == 1, whole))
            && (loosened || renewed || [source, index].iter().any(|at| is_new(side, *at)))
            && !place.tamed.is_match(around(side, statement))
        {
            let unseen = |at: usize| side.statements().get(at).is_none_or(|one| !looked.contains(&one.function));
            let straight = whole && is_new(side, index) && unseen(source) && unseen(index) && !between::checked_before(side, statement);
            found.push(Ending { lines: statement.first_line..statement.last_line, straight });
        }
        let carried = follow(place, side, statement, (index, brought.here[index]), &handing_on, &mut flow);
        if !carried && end.is_none() && (brought.here[index] || flow.reaches_code(side.code_of(statement)).is_some()) {
            match between::look(side.plain_of(statement)) {
                Look::None => {}
                Look::Compares => compared = Some(statement.function),
                Look::Judges => _ = looked.insert(statement.function),
            }
        }
    }
    found
}

/// Where a value came from, and whether a statement that handed it on is new.
fn origin_of(index: usize, new: bool) -> usize {
    2 * index + usize::from(new)
}

fn is_new(side: &SideView<'_>, at: usize) -> bool {
    side.statements().get(at).is_some_and(|one| side.touches(one.first_line, one.last_line))
}

/// Whether what made it harmless is gone: then nothing need be added.
pub fn loosened(file: &FileView<'_>, tamed: &Pattern) -> bool {
    file.old().is_some_and(|old| old.changed_lines().any(|line| tamed.is_match(old.plain_line(line.index))))
}

/// Where something came from that ends in `place` here, and whether nothing else is made of it on the way into the call.
fn ends(
    place: &Place<'_>,
    side: &SideView<'_>,
    statement: &Statement,
    index: usize,
    (flow, handing_on): (&Flow<'_>, &[&str]),
) -> Option<(usize, bool)> {
    let (plain, start) = (side.plain_of(statement), statement.bytes.start);
    let bare = side.code_of(statement);
    let first = place.first.find_all(plain).map(|found| argument((plain, bare), found.end, true));
    let any = place.any.find_all(plain).map(|found| argument((plain, bare), found.end, false));
    first.chain(any).find_map(|part| {
        let text = plain.get(part.clone()).filter(|text| !text.is_empty() && !place.fixed.is_match(text))?;
        if place.leads && LED.is_match(text) {
            return None;
        }
        let code = side.masked().get(start + part.start..start + part.end).unwrap_or("");
        let (text, code) = untamed(place.tames, text, code);
        let (text, code) = (text.as_ref(), outside_of_tables(&code));
        // A name of PHP begins with its sign.
        let known = |name: &str| flow.reaches_code(name).or_else(|| flow.reaches_code(&format!("${name}")));
        let named = || flow.reaches_code(&code).or_else(|| INTERPOLATED.groups(text, 1).find_map(known));
        if judged_by_helper(side, text) {
            return None;
        }
        let asked = ASKED.find_all(text).find(|asked| !looked_up(text, asked.start));
        let source = if asked.is_some() { origin_of(index, false) } else { named()? };
        let from = side.statements().get(source / 2).map_or("", |one| side.plain_of(one));
        // What is taken where nothing was sent makes nothing of what was.
        let instead = asked.and_then(|asked| Some(asked.end + INSTEAD.find(text.get(asked.end..)?)?.start));
        let sent = text.get(..instead.unwrap_or(text.len())).unwrap_or(text);
        let code = code.get(..sent.len()).unwrap_or(&code);
        Some((
            source,
            between::is_whole(sent)
                && between::is_whole(from)
                && calls_carry(code, handing_on)
                && inside(sent).all(|hole| calls_carry(hole, handing_on))
                && between::sent_as_text(from),
        ))
    })
}

/// Whether every call in the text hands on what it is given.
fn calls_carry(text: &str, handing_on: &[&str]) -> bool {
    !NUMBER.is_match(text) && CALLED.find_all(text).all(|call| carried(text, call, handing_on))
}

/// Whether the part is what a function of this file made of the value, and that function decides something on the way.
fn judged_by_helper(side: &SideView<'_>, part: &str) -> bool {
    static HELPER: Pattern = Pattern::new(r"^\s*(?:await\s+)?([a-z_]\w*)\s*\(.*\)\s*$");
    static DECIDES: Pattern =
        Pattern::new(r"\bif\b|\s\?\s|\bunless\b|\bmatch\b|\bcase\b|\braise\b|\bthrow\b|\binclude\?|\.(?:test|includes|has)\s*\(");
    let Some(name) = HELPER.group(part, 1) else { return false };
    let body = side.functions().iter().find(|function| function.name == name);
    body.and_then(|body| side.plain().get(side.bytes_of(body.first_line, body.last_line))).is_some_and(|text| DECIDES.is_match(text))
}

/// Keeps what this statement's names hold from now on, when it is known whether it brings something from a request itself; whether it only hands on what was sent.
fn follow<'v>(
    place: &Place<'_>,
    side: &'v SideView<'_>,
    statement: &Statement,
    (index, brings): (usize, bool),
    handing_on: &[&str],
    flow: &mut Flow<'v>,
) -> bool {
    let plain = side.plain_of(statement);
    let asked = if brings { ASKED.find(plain).or_else(|| called_by_shell(plain, handing_on)) } else { None };
    let asked = asked.filter(|asked| !looked_up(plain, asked.start));
    let origin = match asked {
        Some(_) => Some(origin_of(index, false)),
        None => reaches(side, statement, flow),
    };
    // Of a choice between what was sent, if it was, and something else only the one half counts.
    let half = asked.as_ref().and_then(|asked| half_of(plain, asked));
    // `request.args.get("next") or url_for("home")`: what is taken where nothing was sent made nothing of what was.
    let instead = asked.and_then(|asked| Some(asked.end + INSTEAD.find(plain.get(asked.end..)?)?.start)).or_else(|| other_half(plain));
    let own =
        |call: &Range<usize>| instead.is_none_or(|from| call.start < from) && half.as_ref().is_none_or(|half| half.contains(&call.start));
    let mut calls = CALLED.find_all(side.code_of(statement)).filter(own);
    let chosen = between::assigned(plain).is_some_and(|value| CHOOSES.is_match(value));
    let led = || place.leads && between::assigned(plain).is_some_and(|value| LED.is_match(value));
    let hands_on = |call: Range<usize>| is_entry(side.code_of(statement), &call, flow) || carried(plain, call, handing_on);
    let mut carries = || !chosen && !NUMBER.is_match(plain) && !FILTERS.is_match(plain) && calls.all(&hands_on) && !led();
    let carried = origin.filter(|_| carries());
    match carried {
        Some(origin) => flow.fill(side, statement, origin | usize::from(is_new(side, index))),
        None => flow.clear(side, statement),
    }
    if brings {
        FILLED_IN.parts(plain).for_each(|name| flow.note(name, origin_of(index, false)));
    }
    carried.is_some() && between::assigns(side.code_of(statement))
}

/// From where something came into a name that a statement uses for more than to look an entry up.
fn reaches(side: &SideView<'_>, statement: &Statement, flow: &Flow<'_>) -> Option<usize> {
    let origin = flow.reaches(side, statement)?;
    let code = side.code_of(statement);
    let used = outside_of_tables(between::assigned(code).unwrap_or(code));
    let told =
        || flow.reaches_code(&used).or_else(|| INTERPOLATED.groups(side.plain_of(statement), 1).find_map(|name| flow.reaches_code(name)));
    if used.len() == code.len() && used == code { Some(origin) } else { told() }
}

/// Whether a call takes an entry out of what a request filled: `payload.get("url")`.
fn is_entry(code: &str, call: &Range<usize>, flow: &Flow<'_>) -> bool {
    static ENTRY: Pattern = Pattern::new(
        r"^(?:get|pop|fetch|dig|getString|optString|GetString|GetProperty|get_str|at|value|path|asText|textValue|getAsString|as_str)\s*\($",
    );
    static OWNER: Pattern = Pattern::new(r"([A-Za-z_$]\w*)\)?\??\.$");
    let takes = code.get(call.clone()).is_some_and(|text| ENTRY.is_match(text));
    takes && code.get(..call.start).and_then(|before| OWNER.group(before, 1)).is_some_and(|owner| flow.reaches_code(owner).is_some())
}

/// Where a script calls a function of its own that reads the request.
fn called_by_shell(plain: &str, helpers: &[&str]) -> Option<Range<usize>> {
    helpers.iter().filter(|name| name.starts_with("$(")).find_map(|name| plain.find(name).map(|at| at..at + name.len()))
}

/// Whether a call hands on what it is given, or is how the request itself is asked.
fn carried(plain: &str, call: Range<usize>, handing_on: &[&str]) -> bool {
    let name = plain.get(call.clone()).unwrap_or("").trim_end_matches(['(', ' ', '!', '?']);
    let own = |asked: Range<usize>| {
        let between = plain.get(asked.end..call.start).unwrap_or(" ");
        asked.end > call.start && asked.start < call.end
            || asked.end <= call.start && between.chars().all(|sign| sign.is_alphanumeric() || ".[]()'\"_>-".contains(sign))
    };
    CARRIERS.contains(&name) || handing_on.contains(&name) || ASKED.find_all(plain).any(own)
}

/// The text of the outermost function around a statement, or of the statement alone.
fn around<'v>(side: &'v SideView<'_>, statement: &Statement) -> &'v str {
    let line = statement.first_line;
    let outer = side.functions().iter().find(|function| function.first_line <= line && line <= function.last_line);
    match outer {
        Some(function) => side.plain().get(side.bytes_of(function.first_line, function.last_line)).unwrap_or(""),
        // A script is a function as long as it is short.
        None if side.is_script() && side.plain().len() <= LONGEST => side.plain(),
        None => side.plain_of(statement),
    }
}
