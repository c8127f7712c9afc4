//! Parameters that a framework fills from a request, known by how the function is marked or declared. Never what is done with them.

use crate::analysis::language::Language;
use crate::analysis::outline::Function;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::statements::Statement;
use crate::analysis::view::SideView;

/// Decorators and attributes above a header, in lines.
const ABOVE: usize = 8;
/// A longer header is data, in lines.
const LONGEST: usize = 24;

/// A route is tied to the function below: FastAPI, Flask, Starlette, aiohttp, Bottle, Litestar, Sanic; Nest, Spring, JAX-RS, ASP.NET; Rocket, actix, poem.
static ROUTE: Pattern = Pattern::new(
    r#"(?x) ^\s*@(?:[\w.]*(?:app|router|api|bp|blueprint|routes?|server|web|\w+_(?:router|bp|api|routes|app))\.)?(?:route|get|post|put|patch|delete|head|websocket|api_route|view|api_view|expose)\s*\(
      | ^\s*@(?:Get|Post|Put|Patch|Delete|Request)(?:Mapping)?\b | ^\s*@(?:GET|POST|PUT|PATCH|DELETE|Path)\b | ^\s*\[(?:Http(?:Get|Post|Put|Patch|Delete)|Route)\b | \.Map(?:Get|Post|Put|Patch|Delete)\s*\( | ^\s*\#\[(?:get|post|put|patch|delete|route|handler|oai)\b"#,
);
/// A class whose methods answer requests: Django's views, Flask's, Tornado's.
static ANSWERS: Pattern = Pattern::new(r"^(?:get|post|put|patch|delete)$");
static TAKES_REQUEST: Pattern = Pattern::new(r"\(\s*self\s*,\s*request\b");
/// A parameter with its type, as Python writes it.
static PYTHON: Pattern = Pattern::new(r"^\s*\*{0,2}(\w+)\s*(?::\s*([^=]+?))?\s*(?:=\s*(.+))?\s*$");
/// What holds no text of whoever asks, or what the program made itself.
static HARMLESS: Pattern = Pattern::new(
    r"(?i)\b(?:int|float|bool|uuid|date|datetime|decimal|enum|literal|depends|request|response|session|background_?tasks|websocket|security|connection|db|user|settings|pattern|regex|injected|inject|i\d+|u\d+|usize|long|integer|boolean|guid|cancellation_?token|principal|state|model|pageable|bindingresult|httpservlet\w*)\b|\w*(?:Session|Dep|Service|Repository|Client|Id)\b|Depends\(|=\s*Depends",
);
/// A parameter that a function of Rust takes out of a request.
static EXTRACTED: Pattern = Pattern::new(
    r"\b(?:web::|extract::)?(?:Path|Query|Json|Form|RawQuery|RawForm|Multipart|TypedHeader|HeaderMap)\s*\(\s*(?:\(\s*)?(?:mut\s+)?(\w+)|\b(?:mut\s+)?(\w+)\s*:\s*(?:axum::extract::|extract::|web::|actix_web::web::)?(?:Query|Json|Form|Path|Multipart|Bytes|HeaderMap)\b",
);
/// `name: &str` and its kin.
static RUST_TEXT: Pattern = Pattern::new(r"\b(\w+)\s*:\s*(?:&'?\w*\s*str|String|Option<(?:&str|String)>|PathBuf|Vec<String>)");
static JVM_TEXT: Pattern = Pattern::new(
    r"\b(?:final\s+)?(?:String|List<String>|MultipartFile|Map<String,\s*String>|Path|URI)\??\s+(\w+)\s*[,)]|\b(\w+)\s*:\s*(?:String|MultipartFile)\b",
);
static SHARP_TEXT: Pattern = Pattern::new(r"\b(?:string|IFormFile|Uri)\??\s+(\w+)\s*[,=)]");
/// Handlers without a mark: `app.MapGet("/f", (string name) => …)`, Next's `GET(request, { params })`.
static HANDED: Pattern = Pattern::new(r"\{\s*(params|searchParams)\b");

/// A handler of ASP.NET without a name: `app.MapGet("/f", async (string name) => …)`.
static MAPPED: Pattern = Pattern::new(r#"\.Map(?:Get|Post|Put|Patch|Delete|Methods)\s*\([^()"]*"[^"\n]*"\s*,[^()"]*(\([^()]*\))\s*=>"#);
/// A method of C# whose body is an expression: no function by its braces.
static EXPRESSION: Pattern = Pattern::new(
    r"^\s*(?:\[[^\[\]]*\]\s*)*(?:(?:public|internal|protected|private|static|async|virtual|override)\s+)+[\w<>\[\],.?\s]*\s\w+\s*(\([^{};]*\))\s*=>",
);

/// Words of which one stands where any of this is.
#[must_use]
pub fn marks() -> Words {
    Words::of([&ROUTE, &TAKES_REQUEST, &EXTRACTED, &HANDED, &MAPPED])
}

/// The names that a request fills in a handler that begins in a statement and is no function of its own.
#[must_use]
pub fn handed<'v>(side: &'v SideView<'_>, statement: &Statement, language: Language) -> Vec<&'v str> {
    if language != Language::CSharp {
        return Vec::new();
    }
    let plain = side.plain_of(statement);
    let marked = || is_marked(side, statement.first_line);
    let header = MAPPED.group(plain, 1).or_else(|| EXPRESSION.group(plain, 1).filter(|_| marked()));
    header.map(|header| SHARP_TEXT.groups(header, 1).collect()).unwrap_or_default()
}

/// Whether a route stands on a line or above it.
fn is_marked(side: &SideView<'_>, first: usize) -> bool {
    (first.saturating_sub(ABOVE)..=first)
        .rev()
        .take_while(|line| *line == first || is_mark(side.plain_line(*line)))
        .any(|line| ROUTE.is_match(side.plain_line(line)))
}

/// The names that a request fills when `function` is called.
#[must_use]
pub fn filled<'v>(side: &'v SideView<'_>, function: &Function, language: Language) -> Vec<&'v str> {
    let marked = is_marked(side, function.first_line);
    let last = side.line_of(side.tokens().get(function.header.end.saturating_sub(1)).map_or(0, |token| token.start));
    let last = last.clamp(function.first_line, function.first_line + LONGEST);
    let header = side.plain().get(side.bytes_of(function.first_line, last)).unwrap_or("");
    match language {
        Language::Python if marked || ANSWERS.is_match(&function.name) && TAKES_REQUEST.is_match(header) => python(header),
        Language::Rust if marked => both(&EXTRACTED, header).chain(both(&RUST_TEXT, header)).collect(),
        Language::Rust => both(&EXTRACTED, header).collect(),
        Language::Java | Language::Kotlin | Language::Scala if marked => both(&JVM_TEXT, header).collect(),
        // Razor's pages know their handlers by name.
        Language::CSharp if marked || function.name.starts_with("OnGet") || function.name.starts_with("OnPost") => {
            both(&SHARP_TEXT, header).collect()
        }
        Language::JavaScript | Language::TypeScript => HANDED.groups(header, 1).collect(),
        _ => Vec::new(),
    }
}

/// Whether a line may belong to the marks above a header, also as a further line of a long one.
fn is_mark(line: &str) -> bool {
    let text = line.trim();
    text.starts_with(['@', '#', '[', ')', '"', '\'']) || text.ends_with([',', '(']) && !text.starts_with("def")
}

fn both<'v>(pattern: &'static Pattern, header: &'v str) -> impl Iterator<Item = &'v str> {
    pattern.groups(header, 1).chain(pattern.groups(header, 2))
}

/// Parameters of Python that hold text: without a type, or one of text.
fn python(header: &str) -> Vec<&str> {
    let Some(open) = header.find('(') else { return Vec::new() };
    let mut depth = 0_usize;
    let mut start = open + 1;
    let mut parts = Vec::new();
    for (at, byte) in header.bytes().enumerate().skip(open) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 || depth == 1 && byte == b',' {
            parts.extend(header.get(start..at));
            start = at + 1;
        }
        if depth == 0 {
            break;
        }
    }
    let own = |name: &&str| !matches!(*name, "self" | "cls" | "request" | "req" | "args" | "kwargs" | "db" | "session" | "user");
    let text = |part: &&str| !part.contains("Depends(") && !part.contains("Security(") && !HARMLESS.is_match(kind(part));
    parts.into_iter().filter(text).filter_map(|part| PYTHON.group(part, 1)).filter(own).collect()
}

/// The type of a parameter, without what it is when nobody says.
fn kind(part: &str) -> &str {
    let kind = part.split_once(':').map_or("", |(_, kind)| kind);
    let end = if kind.contains('[') { kind.rfind(']').map(|at| at + 1) } else { kind.find('=') };
    kind.get(..end.unwrap_or(kind.len())).unwrap_or(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_that_hold_text() {
        let header = "async def preview(session: Session, url: str, page: int = 1, q: Annotated[str, Query()] = '', f: UploadFile, *, who=Depends(me)):";
        assert_eq!(python(header), ["url", "q", "f"]);
        assert_eq!(python("def show(self, request, name):"), ["name"]);
        assert_eq!(both(&EXTRACTED, "fn f(Path(name): Path<String>, q: web::Query<Info>) {").collect::<Vec<_>>(), ["name", "q"]);
    }
}
