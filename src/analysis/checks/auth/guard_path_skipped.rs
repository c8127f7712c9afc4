//! `guard-path-skipped`: what turns people away lets through every request whose address holds some text anywhere.

use super::refusal::is_of_somebody;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::FileView;
use crate::model::rule::RuleId;

/// See `rules/code/guard-path-skipped.toml`.
pub struct GuardPathSkipped;

/// So many lines below the question the guard lets through.
const BELOW: usize = 3;
/// A longer function is no guard, in lines.
const LONGEST: usize = 200;

/// A text is looked for anywhere in the address that was asked for.
static ANYWHERE: Pattern = Pattern::new(
    r#"(?x) \b(?:req(?:uest)?|ctx|context|c|r|self\.request|\$request|exchange|httpContext\.Request|Request|servletRequest|httpRequest)(?:\.|->|::)(?:originalUrl|original_url|url(?:\.(?:path|full))?|path|uri|nextUrl\.(?:pathname|href)|full_?path|fullUrl\(\)|get_full_path\(\)|getRequestURI\(\)|getRequestURL\(\)(?:\.toString\(\))?|getPath\(\)|getURI\(\)(?:\.getPath\(\))?|getServletPath\(\)|getPathInfo\(\)|request_uri|RequestURI|URL\.(?:Path|String\(\)|RequestURI\(\))|Path(?:\.Value)?|fullpath|rawUrl|href)[!?]?\s*(?:\?\.|\.)\s*(?:includes|contains|Contains|indexOf|search|include\?|match\?)\s*\(\s*["'`]
      | \b(?:strings\.Contains|str_contains|strpos|stripos)\s*\(\s*(?:r|req|request|c\.Request|ctx|\$request|\$_SERVER)(?:\.|->|\[)[\w.>()\-'"]*(?i:url|uri|path)[\w.()'"\]]*\s*,\s*["'] | ["'][^"']+["']\s+in\s+(?:self\.)?request\.(?:url(?:\.path)?|path|full_path|path_info|get_full_path\(\)|build_absolute_uri\(\)) | \buri\(\)(?:\.path\(\))?\.(?:to_string\(\)\.)?contains\(\s*" "#,
);
/// It lets through.
static PASSES: Pattern = Pattern::new(
    r"\bnext\(\s*\)|\$next\s*\(|\bnext\.(?:ServeHTTP|run|handle)\s*\(|\bdoFilter\s*\(|\bcall_next\s*\(|\bget_response\s*\(|\bc\.Next\(\)|\b_?next(?:\.Invoke)?\s*\(\s*(?:context|ctx|request|req)\s*\)|\breturn\s+(?:[Tt]rue|None|nil|null|yield|handler\(|app\.call|@app\.call)|\bchain\.filter\s*\(|^\s*return\s*;?\s*$|NextResponse\.next\(\)",
);
/// It turns away by another word, as a redirect to where one signs in.
static TURNS_AWAY: Pattern = Pattern::new(
    r"(?i)\b40[13]\b|unauthori[sz]ed|forbidden|redirect\w*\s*\([^)]*(?:login|sign_?in)|login_url|permission_?denied|authenticate!",
);

impl Check for GuardPathSkipped {
    fn rule(&self) -> RuleId {
        RuleId("guard-path-skipped")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ADDED, Words::of([&ANYWHERE]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
        for line in file.added().filter(|line| line.text.len() < 400 && ANYWHERE.is_match(line.text)).take(50) {
            let asks = line.code().trim_start();
            let branches = ["if", "return", "unless", "next", "} else if", "elif"].iter().any(|word| asks.starts_with(word))
                && !line.text.contains("!=");
            let Some(function) = side.function_at(line.index).filter(|_| branches) else { continue };
            // The outermost function around is the guard where a nameless one hands on.
            let outer = side.functions().iter().find(|one| one.first_line <= line.index && line.index <= one.last_line).unwrap_or(function);
            let lets =
                (line.index..=line.index + BELOW).take_while(|at| *at <= function.last_line).any(|at| PASSES.is_match(side.plain_line(at)));
            let denied =
                line.text.contains("!req") || line.text.contains("not in") || line.text.contains("if (!") || line.text.contains("if !");
            let refuses = || {
                (outer.first_line..=outer.last_line).take(LONGEST).any(|at| {
                    let text = side.plain_line(at);
                    is_of_somebody(text) || TURNS_AWAY.is_match(text)
                })
            };
            if lets && !denied && refuses() {
                sink.report(Draft::line(file, side, line.index));
            }
        }
    }
}
