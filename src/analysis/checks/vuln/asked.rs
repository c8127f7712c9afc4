//! What whoever asks has written, as each language and framework reads it from a request. Never what becomes of it.

use crate::analysis::pattern::Pattern;

/// What whoever asks has written.
pub static ASKED: Pattern = Pattern::new(
    r"(?x)
    \b(?:request|req|ctx\.request|context\.request|self\.request)\.(?:args|form|values|json|GET|POST|query_params|path_params|match_info|cookies|headers|get_json|params|query|body)\b
    | \brequest\.files(?:\[[^\]]*\]|\.get\([^)]*\))\.filename | \breq\.files\??\.\w+ | \$_FILES\[[^\]]*\]\[\s*[\x22\x27]name\b | \bfile\.(?:originalname|getOriginalFilename) | ->getClientOriginal(?:Name|Path)\s*\( | \.original_filename\b | \.get(?:OriginalFilename|SubmittedFileName)\(\) | \b(?:upload\w*|file|f|image|avatar|attachment|photo|document)\.(?:filename|FileName)\b | \b(?:file|fh|hdr|header|handler|fileHeader)\.Filename\b
    | \b(?:ctx|event)\.(?:query|params|body|queryStringParameters|pathParameters)\b | \b(?:url|request\.nextUrl|u)\.searchParams\.get\s*\(
    | \b(?:r|req|request)\.(?:FormValue|PostFormValue|PathValue|URL\.Query)\s*\( | \b(?:c|ctx|gc)\.(?:Query|DefaultQuery|Param|PostForm|QueryParam|FormValue|Params|PathParam)\s*\(
    | \bmux\.Vars\s*\( | \bchi\.URLParam\s*\(
    | \b(?:request|req)\.(?:getParameter\w*|getHeader|getQueryString|getPathInfo)\s*\(
    | \$_(?:GET|POST|REQUEST|COOKIE)\b | \$_SERVER\[.HTTP_ | \bfilter_input\s*\(\s*INPUT_(?:GET|POST|COOKIE) | \$request->(?:input|get|query|post|all|string|validated|json|header|route|cookie|file)\s*\( | =\s*\$request->validate\s*\( | \$request->(?:query|request|headers|cookies|attributes)->get\s*\( | \$this->request->(?:getQuery|getData|getParam|getPost|getVar)\s*\(
    | \bparams(?:\[|\.(?:fetch|require|permit|dig)\b) | \brequest\.(?:params|env|headers|cookies|query_string)\[ | \bRequest\.(?:Query|Form|Headers|Cookies|QueryString|Params)\b
    | \b(?:c|ctx|context)\.req\.(?:query|param|header|json|parseBody|formData|raw)\s*\( | \b(?:ctx|c|context)\.request\.(?:query|body|headers|header|url)\b | \b(?:req|request)\.(?:get|header|param)\s*\(\s*[\x22\x27] | \b(?:req|request)\.(?:originalUrl|nextUrl\.searchParams|formData\(\))
    | \brequest\s*\(\s*[\x22\x27][\w.-]+[\x22\x27]\s*[,)] | \brequest\(\s*\)->(?:input|get|query|post|all|string|json|header|route|cookie|file)\s*\( | \b(?:Request|Input)::(?:input|get|query|post|all|header|cookie|json)\s*\(
    | \bsearchParams\.get\s*\( | \bself\.get_(?:argument|query_argument|body_argument|cookie)\s*\( | \brequest\.(?:rel_url|url)\.query\b | \brequest\.match_info\b | \bself\.kwargs\[ | \b(?:call|ctx|context)\.(?:parameters\[|queryParameters\b|pathParameters\b|request\.queryParameters|queryParam|pathParam|formParam|receiveText\()
    | \b(?:c|ctx)\.(?:GetHeader|GetQuery|GetPostForm|QueryArray|Cookie|FormFile|QueryParams|ParamValues|UserValue|QueryArgs|PostArgs)\s*\( | \br\.(?:Header\.Get\s*\(|URL\.RawQuery\b|Form\.Get|PostForm\.Get) | \bHttpContext\.Request\b | \bheaders\.get\s*\(\s*[\x22\x27]x-
    | \bMHD_lookup_connection_value\s*\( | \bgetenv\s*\(\s*\x22(?:QUERY_STRING|PATH_INFO|REQUEST_URI|HTTP_\w+)\x22 | \bevhttp_(?:find_header|request_get_uri)\s*\( | \bFCGX_GetParam\s*\( | \bonion_request_get_(?:query|post|header|path)\w*\s*\( | \blwan_request_get_\w*param\s*\( | \bu_map_get\s*\(\s*request-> | \bh(?:m|ttp)->(?:query|uri|body)\b
    | \.(?:get_param_value|url_params\.get|queryItemValue)\s*\( | \$\{?(?:QUERY_STRING|PATH_INFO|REQUEST_URI|HTTP_(?:USER_AGENT|REFERER|COOKIE|X_\w+))\b",
);

/// Parameters that a framework fills from a request.
pub static FILLED_IN: Pattern = Pattern::new(
    r"(?:@(?:RequestParam|PathVariable|RequestHeader|QueryParam|PathParam|FormParam|HeaderParam|CookieParam|MatrixParam|CookieValue|RequestPart|RequestBody|QueryValue|Header)(?:\([^)]*\))?|\[From(?:Query|Route|Form|Header|Body)(?:\([^)]*\))?\])\s+(?:@\w+(?:\([^)]*\))?\s+)*(?:final\s+)?(?:[\w<>\[\]?.]+\s+)?(\w+)|@(?:Query|Param|Body|Headers|UploadedFile)\s*\([^)\n]*\)\s+(?:readonly\s+)?(\w+)\s*:|\b(?:ShouldBind\w*|Bind\w*|BodyParser|QueryParser|ParamsParser)\s*\(\s*&(\w+)\s*\)|\bNewDecoder\s*\(\s*\w+(?:\.Request)?\.Body\s*\)\.Decode\s*\(\s*&(\w+)|\b(\w+)\.(?:Bind|BindJSON|Decode|LoadFrom\w*|ParseFrom\w*)\s*\(\s*(?:c|ctx|r|req|request)\s*[,)]|\b(?:mg_http_get_var|httpd_query_key_value)\s*\([^,]+,[^,]+,\s*(\w+)|\bmg_get_var\s*\([^,]+,[^,]+,[^,]+,\s*(\w+)|\bcgiFormString\w*\s*\([^,]+,\s*(\w+)|\bhttp_argument_get_string\s*\([^,]+,[^,]+,\s*&(\w+)",
);
/// Functions of C that take a query or a form apart, by how such are called: `query_get(q, "name")`, `get_param(…)`, `url_decode(…)`.
pub static TAKES_APART: Pattern = Pattern::new(
    r"\b((?:\w+_)?(?:query|params?|form|cgi|qs|args?|url|uri|cookie)_?(?:get|parse|value|param|decode|unescape|field|arg|string)\w*|(?:\w+_)?(?:get|parse|decode|unescape)_?(?:query|param|form|arg|url|uri|field|cookie)\w*)\s*\(",
);

/// Whether a statement is a text by itself, which only people read.
pub(super) fn is_only_text(code: &str) -> bool {
    let mut signs = code.chars().filter(|sign| !sign.is_whitespace()).peekable();
    signs.peek().is_some_and(|first| matches!(first, '"' | '\'')) && signs.all(|sign| matches!(sign, '"' | '\''))
}
