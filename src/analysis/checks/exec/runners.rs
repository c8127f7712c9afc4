//! Calls that run their first argument as code, or call what it names, language by language, up to that argument. For rules that follow what a
//! request brings; what is telling without a request is `dynamic-code`'s.

use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;

static PYTHON: Pattern = Pattern::new(
    r"(?:^|[^\w.])(?:eval|exec|compile)\s*\(\s*|\bnumexpr\.evaluate\s*\(\s*|\bpd\.eval\s*\(\s*|\b\w*(?:env|jinja\w*|environment)\w*(?:\(\))?\.from_string\s*\(\s*|\brender_template_string\s*\(\s*",
);
static SCRIPT: Pattern = Pattern::new(
    r"(?:^|[^\w.$])eval\s*\(\s*|\bvm\.(?:runIn\w*Context|compileFunction)\s*\(\s*|\bnew\s+(?:vm\.)?Script\s*\(\s*|(?:^|[^\w.$])runIn(?:This|New)Context\s*\(\s*|\b(?:ejs|pug|nunjucks|eta|doT|swig)\.(?:render|compile|renderString|template)\s*\(\s*|\b(?:_|lodash)\.template\s*\(\s*|\bHandlebars\.compile\s*\(\s*|\bnew\s+(?:Async)?Function\s*\((?:[^()]*,)?\s*",
);
static PHP: Pattern =
    Pattern::new(r"(?:^|[^\w>$:])(?:eval|assert|create_function)\s*\(\s*|\bBlade::render\s*\(\s*|->createTemplate\s*\(\s*");
static RUBY: Pattern =
    Pattern::new(r"(?:^|[^\w.])eval[\s(]\s*|\.(?:instance|class|module)_eval\s*\(?\s*|\bERB\.new\s*\(\s*|\brender\s*\(?\s*inline:\s*");
static JVM: Pattern = Pattern::new(
    r"\bparseExpression\s*\(\s*|\b\w*[eE]ngine\w*\.eval\s*\(\s*|\b\w*[sS]hell\w*(?:\([^)]*\))?\.(?:evaluate|parse)\s*\(\s*|\bMVEL\.(?:eval|compileExpression|executeExpression)\s*\(\s*|\bOgnl\.(?:getValue|parseExpression)\s*\(\s*|\bEval\.me\s*\(\s*|\b\w*[jJ]exl\w*\.create(?:Expression|Script)\s*\(\s*",
);
static CSHARP: Pattern = Pattern::new(
    r"\bCSharpScript\.\w+\s*(?:<[^;(]*>)?\s*\(\s*|\bCSharpSyntaxTree\.ParseText\s*\(\s*|\bRazor\w*\.\w*(?:RunCompile|Compile\w*)\s*\(\s*|\bDynamicExpressionParser\.ParseLambda\s*\(\s*",
);
static GO: Pattern = Pattern::new(
    r"\b\w*(?:vm|otto|goja|interp|starlark|lua|L)\.(?:RunString|Run|DoString|Eval|EvalWithContext|RunScript)\s*\(\s*|\bplugin\.Open\s*\(\s*|\btemplate\.New\s*\([^)]*\)\.Parse\s*\(\s*",
);
static RUST: Pattern = Pattern::new(r"\bLibrary::new\s*\(\s*&?|\blua\.load\s*\(\s*&?|\bengine\.eval\w*(?:::<[^>]*>)?\s*\(\s*&?");
static LUA: Pattern = Pattern::new(r"(?:^|[^\w.:])load(?:string)?\s*\(\s*");
static ELIXIR: Pattern = Pattern::new(r"\bCode\.(?:eval_string|compile_string)\s*\(?\s*");

static PHP_NAMES: Pattern = Pattern::new(
    r"(?:^|[^\w>$:])(?:call_user_func|call_user_func_array|array_map|array_walk|register_shutdown_function|forward_static_call|func_overload)\s*\(\s*|\bnew\s+Reflection(?:Function|Method)\s*\(\s*",
);
static RUBY_NAMES: Pattern =
    Pattern::new(r"\.(?:send|public_send|__send__)[\s(]\s*|\bconst_get[\s(]\s*|\bKernel\.(?:send|public_send)[\s(]\s*");
static JVM_NAMES: Pattern = Pattern::new(r"\bClass\.forName\s*\(\s*|\.loadClass\s*\(\s*|\.get(?:Declared)?Method\s*\(\s*");
static CSHARP_NAMES: Pattern =
    Pattern::new(r"\bType\.GetType\s*\(\s*|\bActivator\.CreateInstance\s*\(\s*|\bAssembly\.Load\w*\s*\(\s*|\.GetMethod\s*\(\s*");
static PYTHON_NAMES: Pattern =
    Pattern::new(r"(?:^|[^\w.])__import__\s*\(\s*|\bimport_module\s*\(\s*|\brunpy\.run_(?:path|module)\s*\(\s*|\bglobals\(\)\s*\[\s*");
static SCRIPT_NAMES: Pattern = Pattern::new(r"(?:^|[^\w.$])(?:require|import)\s*\(\s*|\b(?:globalThis|global|process)\s*\[\s*");

/// It is held to a list, or taken from one.
pub static TAMED: Pattern = Pattern::new(
    r"(?i)allow|whitelist|permitted|known|\bnot\s+in\b|\bin\s+[A-Z_]{4,}|in_array|\.(?:includes|contains|has|include\?|containsKey|key\?|respond_to\?)\s*\(|\bswitch\b|\bmatch\s|\bcase\b|\bwhen\b|array_key_exists|isset\s*\(|\b[A-Z][A-Z0-9_]{2,}\.(?:find|detect|fetch|dig|get|filter|select|grep)\b",
);
/// The name begins with a text of the code.
pub static NAMED: Pattern = Pattern::new(r#"^\s*[\[{(]*\s*[fr]?["'`]|^\s*:\w"#);

/// Calls that run their first argument as code.
#[must_use]
pub fn code_runners(language: Language) -> Option<&'static Pattern> {
    Some(match language {
        Language::Python => &PYTHON,
        Language::JavaScript | Language::TypeScript => &SCRIPT,
        Language::Php => &PHP,
        Language::Ruby => &RUBY,
        Language::Java | Language::Kotlin | Language::Scala => &JVM,
        Language::CSharp => &CSHARP,
        Language::Go => &GO,
        Language::Rust => &RUST,
        Language::Lua => &LUA,
        Language::Elixir => &ELIXIR,
        _ => return None,
    })
}

/// Calls that call, or load, what their first argument names.
#[must_use]
pub fn name_runners(language: Language) -> Option<&'static Pattern> {
    Some(match language {
        Language::Python => &PYTHON_NAMES,
        Language::JavaScript | Language::TypeScript => &SCRIPT_NAMES,
        Language::Php => &PHP_NAMES,
        Language::Ruby => &RUBY_NAMES,
        Language::Java | Language::Kotlin | Language::Scala => &JVM_NAMES,
        Language::CSharp => &CSHARP_NAMES,
        _ => return None,
    })
}

/// Words of which one stands where any of these is.
#[must_use]
pub fn words() -> Words {
    let code = [&PYTHON, &SCRIPT, &PHP, &RUBY, &JVM, &CSHARP, &GO, &RUST, &LUA, &ELIXIR];
    let names = [&PHP_NAMES, &RUBY_NAMES, &JVM_NAMES, &CSHARP_NAMES, &PYTHON_NAMES, &SCRIPT_NAMES];
    Words::of(code.into_iter().chain(names))
}
