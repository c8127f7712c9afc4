//! What a request brings and where it ends: one walk over statements for every rule that asks about one kind of place.
//!
//! Names only. What another function made of the value is another value, unless that function only puts texts together.

use std::collections::HashSet;
use std::ops::Range;

use super::between::{self, Look};
use super::handlers::{filled, marks};
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

/// What whoever asks has written.
pub static ASKED: Pattern = Pattern::new(
    r"(?x)
    \b(?:request|req|ctx\.request|context\.request|self\.request)\.(?:args|form|values|json|GET|POST|query_params|path_params|match_info|cookies|headers|get_json|params|query|body)\b
    | \brequest\.files(?:\[[^\]]*\]|\.get\([^)]*\))\.filename | \bfile\.(?:originalname|getOriginalFilename) | ->getClientOriginal(?:Name|Path)\s*\( | \.original_filename\b | \.get(?:OriginalFilename|SubmittedFileName)\(\) | \b(?:upload\w*|file|f|image|avatar|attachment|photo|document)\.(?:filename|FileName)\b | \b(?:file|fh|hdr|header|handler|fileHeader)\.Filename\b
    | \b(?:ctx|event)\.(?:query|params|body|queryStringParameters|pathParameters)\b | \b(?:url|request\.nextUrl|u)\.searchParams\.get\s*\(
    | \b(?:r|req|request)\.(?:FormValue|PostFormValue|PathValue|URL\.Query)\s*\( | \b(?:c|ctx|gc)\.(?:Query|DefaultQuery|Param|PostForm|QueryParam|FormValue|Params|PathParam)\s*\(
    | \bmux\.Vars\s*\( | \bchi\.URLParam\s*\(
    | \b(?:request|req)\.(?:getParameter\w*|getHeader|getQueryString|getPathInfo)\s*\(
    | \$_(?:GET|POST|REQUEST|COOKIE)\b | \$_SERVER\[.HTTP_ | \bfilter_input\s*\(\s*INPUT_(?:GET|POST|COOKIE) | \$request->(?:input|get|query|post|all|string|validated|json|header|route|cookie|file)\s*\( | \$request->(?:query|request|headers|cookies|attributes)->get\s*\( | \$this->request->(?:getQuery|getData|getParam|getPost|getVar)\s*\(
    | \bparams(?:\[|\.(?:fetch|require|permit|dig)\b) | \brequest\.(?:params|env|headers|cookies|query_string)\[ | \bRequest\.(?:Query|Form|Headers|Cookies|QueryString|Params)\b
    | \b(?:c|ctx|context)\.req\.(?:query|param|header|json|parseBody|formData|raw)\s*\( | \b(?:ctx|c|context)\.request\.(?:query|body|headers|header|url)\b | \b(?:req|request)\.(?:get|header|param)\s*\(\s*[\x22\x27] | \b(?:req|request)\.(?:originalUrl|nextUrl\.searchParams|formData\(\))
    | \brequest\s*\(\s*[\x22\x27][\w.-]+[\x22\x27]\s*[,)] | \brequest\(\s*\)->(?:input|get|query|post|all|string|json|header|route|cookie|file)\s*\( | \b(?:Request|Input)::(?:input|get|query|post|all|header|cookie|json)\s*\(
    | \bsearchParams\.get\s*\( | \bself\.get_(?:argument|query_argument|body_argument|cookie)\s*\( | \brequest\.(?:rel_url|url)\.query\b | \brequest\.match_info\b | \bself\.kwargs\[ | \b(?:call|ctx|context)\.(?:parameters\[|request\.queryParameters|queryParam|pathParam|formParam|receiveText\()
    | \b(?:c|ctx)\.(?:GetHeader|GetQuery|GetPostForm|QueryArray|Cookie|FormFile|QueryParams|ParamValues|UserValue|QueryArgs|PostArgs)\s*\( | \br\.(?:Header\.Get\s*\(|URL\.RawQuery\b|Form\.Get|PostForm\.Get) | \bHttpContext\.Request\b | \bheaders\.get\s*\(\s*[\x22\x27]x-",
);
/// Parameters that a framework fills from a request.
static FILLED_IN: Pattern = Pattern::new(
    r"(?:@(?:RequestParam|PathVariable|RequestHeader|QueryParam|PathParam|FormParam|HeaderParam|CookieParam|MatrixParam|CookieValue|RequestPart|RequestBody|QueryValue|Header)(?:\([^)]*\))?|\[From(?:Query|Route|Form|Header|Body)(?:\([^)]*\))?\])\s+(?:@\w+(?:\([^)]*\))?\s+)*(?:final\s+)?(?:[\w<>\[\]?.]+\s+)?(\w+)|@(?:Query|Param|Body|Headers|UploadedFile)\s*\([^)\n]*\)\s+(?:readonly\s+)?(\w+)\s*:|\b(?:ShouldBind\w*|Bind\w*|BodyParser|QueryParser|ParamsParser)\s*\(\s*&(\w+)\s*\)|\bNewDecoder\s*\(\s*\w+(?:\.Request)?\.Body\s*\)\.Decode\s*\(\s*&(\w+)|\b(\w+)\.(?:Bind|BindJSON|Decode|LoadFrom\w*|ParseFrom\w*)\s*\(\s*(?:c|ctx|r|req|request)\s*[,)]",
);
static CALLED: Pattern = Pattern::new(r"([A-Za-z_]\w*)\s*[!?]?\(");
/// What made a number of it.
static NUMBER: Pattern = Pattern::new(r"\]\.to_[if]\b|\.parse::<[iu](?:\d+|size)>");
/// What begins the value that is taken where there is none.
static INSTEAD: Pattern = Pattern::new(r"\bor\b|\|\||\?\?|\?:");
static INTERPOLATED: Pattern = Pattern::new(r"(?:[#$]?\{\s*|\$)([A-Za-z_][A-Za-z0-9_]*)");
/// Functions that hand on what they are given.
const CARRIERS: [&str; 31] = [
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
];

/// A kind of place where what somebody sent should not end.
pub struct Place<'p> {
    /// Calls up to their bracket, whose first argument counts.
    pub first: &'p Pattern,
    /// Calls up to their bracket, of which every argument counts.
    pub any: &'p Pattern,
    /// What makes it harmless when the function says it anywhere.
    pub tamed: &'p Pattern,
    /// What makes it harmless when the part itself begins with it or holds it.
    pub fixed: &'p Pattern,
}

/// What a file must hold for anything to end in `place`.
pub fn needs(place: &Place<'_>) -> Needs {
    Needs::nothing().and(Reach::AFTER, Words::of([place.first, place.any])).and(Reach::AFTER, asking())
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
}

impl Brought {
    fn by(side: &SideView<'_>, language: Language) -> Self {
        let takes = |statement: &Statement| {
            let plain = side.plain_of(statement);
            statement.bytes.len() <= LONGEST && (ASKED.is_match(plain) || FILLED_IN.is_match(plain))
        };
        let here: Vec<bool> = side.statements().iter().map(takes).collect();
        let given = || side.functions().iter().any(|function| !filled(side, function, language).is_empty());
        Self { anything: here.contains(&true) || given(), here }
    }
}

/// Every such statement.
pub fn endings(place: &Place<'_>, handing_on: &[&str], file: &FileView<'_>) -> Vec<Ending> {
    let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return Vec::new() };
    let brought = file.shared(|_| Brought::by(side, file.language));
    if !brought.anything {
        return Vec::new();
    }
    let is_place = |statement: &Statement| {
        let plain = side.plain_of(statement);
        statement.bytes.len() <= LONGEST && (place.first.is_match(plain) || place.any.is_match(plain))
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
            names.into_iter().for_each(|name| flow.note(name, index));
        }
        if statement.bytes.len() > LONGEST {
            continue;
        }
        let end = places[index].then(|| ends(place, side, statement, index, &flow)).flatten();
        if let Some(at) = compared.filter(|_| end.is_none()) {
            looked.insert(at);
        }
        compared = None;
        if let Some((source, whole)) = end
            && (loosened || [source, index].iter().any(|at| is_new(side, *at)))
            && !place.tamed.is_match(around(side, statement))
        {
            let unseen = |at: usize| side.statements().get(at).is_none_or(|one| !looked.contains(&one.function));
            let straight = whole && is_new(side, index) && unseen(source) && unseen(index) && !between::checked_before(side, statement);
            found.push(Ending { lines: statement.first_line..statement.last_line, straight });
        }
        let carried = follow(side, statement, (index, brought.here[index]), handing_on, &mut flow);
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

fn is_new(side: &SideView<'_>, at: usize) -> bool {
    side.statements().get(at).is_some_and(|one| side.touches(one.first_line, one.last_line))
}

/// Whether what made it harmless is gone: then nothing need be added.
pub fn loosened(file: &FileView<'_>, tamed: &Pattern) -> bool {
    file.old().is_some_and(|old| old.changed_lines().any(|line| tamed.is_match(old.plain_line(line.index))))
}

/// The statement from which something came that ends in `place` here, and whether nothing else is made of it on the way into the call.
fn ends(place: &Place<'_>, side: &SideView<'_>, statement: &Statement, index: usize, flow: &Flow<'_>) -> Option<(usize, bool)> {
    let (plain, start) = (side.plain_of(statement), statement.bytes.start);
    let bare = side.code_of(statement);
    let first = place.first.find_all(plain).map(|found| argument((plain, bare), found.end, true));
    let any = place.any.find_all(plain).map(|found| argument((plain, bare), found.end, false));
    first.chain(any).find_map(|part| {
        let text = plain.get(part.clone()).filter(|text| !text.is_empty() && !place.fixed.is_match(text))?;
        let code = side.masked().get(start + part.start..start + part.end).unwrap_or("");
        let named = || flow.reaches_code(code).or_else(|| INTERPOLATED.groups(text, 1).find_map(|name| flow.reaches_code(name)));
        if judged_by_helper(side, text) {
            return None;
        }
        let source = if ASKED.is_match(text) { index } else { named()? };
        let from = side.statements().get(source).map_or("", |one| side.plain_of(one));
        Some((
            source,
            between::is_whole(text)
                && between::is_whole(from)
                && calls_carry(code)
                && inside(text).all(calls_carry)
                && between::sent_as_text(from),
        ))
    })
}

/// What a text puts values of code into.
fn inside(text: &str) -> impl Iterator<Item = &str> {
    static HOLE: Pattern = Pattern::new(r"\{([^{}]+)\}");
    HOLE.groups(text, 1)
}

/// Whether every call in the text hands on what it is given.
fn calls_carry(text: &str) -> bool {
    !NUMBER.is_match(text) && CALLED.find_all(text).all(|call| carried(text, call, &[]))
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
    side: &'v SideView<'_>,
    statement: &Statement,
    (index, brings): (usize, bool),
    handing_on: &[&str],
    flow: &mut Flow<'v>,
) -> bool {
    let plain = side.plain_of(statement);
    let given: Vec<&str> = if brings { FILLED_IN.parts(plain).collect() } else { Vec::new() };
    let asked = if brings { ASKED.find(plain) } else { None };
    let origin = if asked.is_some() { Some(index) } else { flow.reaches(side, statement) };
    // `request.args.get("next") or url_for("home")`: what is taken where nothing was sent made nothing of what was.
    let instead = asked.and_then(|asked| Some(asked.end + INSTEAD.find(plain.get(asked.end..)?)?.start));
    let own = |call: &Range<usize>| instead.is_none_or(|from| call.start < from);
    let mut calls = CALLED.find_all(side.code_of(statement)).filter(own);
    let mut carries = || !NUMBER.is_match(plain) && calls.all(|call| carried(plain, call, handing_on));
    let carried = origin.filter(|_| carries());
    match carried {
        Some(origin) => flow.fill(side, statement, origin),
        None => flow.clear(side, statement),
    }
    given.into_iter().for_each(|name| flow.note(name, index));
    carried.is_some() && between::assigns(side.code_of(statement))
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

/// The bytes of the first argument, or of all, from `start` behind the bracket. `bare` is the same text without what stands in literals,
/// whose commas and brackets are words; only code that a literal takes in (`${…}`) nests.
fn argument((text, bare): (&str, &str), start: usize, first: bool) -> Range<usize> {
    let bare = bare.as_bytes();
    let (mut open, mut before) = (Vec::new(), 0);
    for (at, byte) in text.bytes().enumerate().skip(start) {
        let literal = bare.get(at) != Some(&byte);
        match byte {
            b'{' if literal && before == b'$' => open.push(b'$'),
            b'}' if open.last() == Some(&b'$') => _ = open.pop(),
            _ if literal => {}
            b'(' | b'[' | b'{' => open.push(byte),
            b')' | b']' | b'}' => {
                // A `${` that nothing closed was no code.
                while open.last() == Some(&b'$') {
                    open.pop();
                }
                if open.pop().is_none() {
                    return start..at;
                }
            }
            b',' if open.is_empty() && first => return start..at,
            _ => {}
        }
        before = byte;
    }
    start..text.len()
}

/// The text of the outermost function around a statement, or of the statement alone.
fn around<'v>(side: &'v SideView<'_>, statement: &Statement) -> &'v str {
    let line = statement.first_line;
    let outer = side.functions().iter().find(|function| function.first_line <= line && line <= function.last_line);
    match outer {
        Some(function) => side.plain().get(side.bytes_of(function.first_line, function.last_line)).unwrap_or(""),
        None => side.plain_of(statement),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_ends_at_its_comma_or_bracket() {
        let part = |text: &str, first| {
            let (mut bare, mut quote) = (String::new(), None);
            for sign in text.chars() {
                let ends = quote == Some(sign);
                bare.push(if quote.is_some() || sign == '"' { ' ' } else { sign });
                quote = if ends { None } else { quote.or(Some(sign).filter(|sign| *sign == '"')) };
            }
            text.get(argument((text, &bare), text.find('(').map_or(0, |at| at + 1), first)).unwrap_or("").to_owned()
        };
        for (text, argument) in [
            (r#"f("a, b (c" + d, e)"#, r#""a, b (c" + d"#),
            (r#"f("a ${b(c, d)} e" , f)"#, r#""a ${b(c, d)} e" "#),
            (r#"f(g("a ${"), b)"#, r#"g("a ${")"#),
            (r#"f("}, {" + a)"#, r#""}, {" + a"#),
        ] {
            assert_eq!(part(text, true), argument, "{text}");
        }
        assert_eq!((part("f(g(a, b), c)", true), part("f(g(a, b), c)", false)), ("g(a, b)".to_owned(), "g(a, b), c".to_owned()));
        assert_eq!((part("f(", true), part("f()", true)), (String::new(), String::new()));
    }
}
