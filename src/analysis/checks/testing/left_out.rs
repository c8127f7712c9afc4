//! How settings and commands say that tests are left out, and whether those matter. No rule of its own.

use super::assertions::{guards, is_tested_code};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;

/// None of them would run.
pub(super) static NOTHING: Pattern = Pattern::new(
    r#"(?x) \baddopts\b.*--(?:collect-only|co\b|setup-plan|fixtures) | \bpython_(?:files|functions|classes)\s*=\s*["']?(?:none|nothing|_+\w+)["']?\s*$
    | \b(?:pytest|py\.test)\b[^|&;\#]*\s--(?:collect-only|co|setup-plan)\b | \b(?:jest|vitest)\b[^|&;\#]*\s--(?:listTests|list)\b
    | \bgo\s+test\b[^|&;\#]*\s-run[=\s]+["']?(?:\^\$|NONE|None|XXX|NoSuch\w*)["']?(?:\s|$) | \bcollect_ignore_glob\s*=\s*\[\s*["'](?:\*|\*\.py|\*\*(?:/\*)?|test_?\*(?:\.py)?|tests?/?\*?)["']
    | \btest(?:Match|Regex)["']?\s*:\s*\[\s*\] | (?:tasks\.(?:withType<Test>|withType\(Test\)|named\(["']test["']\)|test\b)|^\s*test\b)[^;]*\benabled\s*=?\s*false | \btest\.enabled\s*=\s*false | \bonlyIf\s*\{\s*false
    | <exclude>\s*\*\*(?:/\*)?(?:Tests?)?(?:\.(?:java|class|kt))?\s*</exclude> | \bexclude\s*\(?\s*["']\*\*(?:/\*)?["'] | --grep(?:\s+|=)["']?\$\^ | \.disabled\s*=\s*true\s*\#\s*test
    | testPathIgnorePatterns["']?\s*[:=]\s*\[\s*["'](?:\.\*?|/|<rootDir>/?|/?src/?|/?tests?/?|/?__tests__/?)["'] | \bctest\b[^|&;\#]*\s(?:-N|--show-only)\b | \bphpunit\b[^|&;\#]*--list-tests | \bcargo\s+(?:nextest\s+list)\b
    | \bdotnet\s+test\b[^|&;\#]*(?:--list-tests|\s-t\b) | \bpytest\b[^|&;\#]*\s-k\s*["']?(?:none|nothing|xxx\w*)["']?(?:\s|$) | \b(?:python3?\s+-OO?\s+-m\s+(?:pytest|unittest)|PYTHONOPTIMIZE\s*[:=]\s*["']?[12])"#,
);
/// Some of them would not.
pub(super) static SOME: Pattern = Pattern::new(
    r#"(?x) \s--deselect[=\s] | (?:pytest|addopts|py\.test)\b.*\s--ignore(?:-glob)?[=\s]\S | ^\s*--(?:ignore|ignore-glob|deselect)[=\s]\S | \bcollect_ignore(?:_glob)?\s*(?:\+?=|\.(?:append|extend|add))
    | (?:pytest|addopts|py\.test)\b.*\s-[km]\s*["'\\]*not\s | testPathIgnorePatterns | \btestIgnore\b | \b(?:grepInvert|excludeSpecPattern|excludeTestsMatching|excludeTestPatterns|test-exclude)\b | --grep-invert\b
    | <exclude>[^<]*(?:Test|Spec|IT)\b[^<]*</exclude> | <(?:excludedGroups|excludes)>[^<]+< | \bexclude\s*\(?\s*["'][^"']*(?:Test|Spec|\btests?/)[^"']* | \bcargo\s+(?:test|nextest)\b.*\s--skip[=\s] | \bgo\s+test\b[^|&;\#]*\s-skip[=\s]
    | \brspec\b.*(?:--exclude-pattern|--tag\s+~) | ^\s*--(?:exclude-pattern|tag\s+~) | filter_run_excluding | --exclude-(?:group|tag|testsuite)\b | \bdotnet\s+test\b.*--filter\s+["']?\S*!~ | \bctest\b[^|&;\#]*\s(?:-E|-LE|--exclude-regex)\s
    | \bgradlew?\b[^|&;\#]*\s-x\s+\w*[tT]est\b | -Dtest=['"]?! | \bnorecursedirs\b | <directory\s+suffix[^>]*>\s*!|\buseJUnitPlatform\s*\{[^}]*excludeTags | \bexcludeTags\b | ^\s*test\s*=\s*false\b | \bbats\w*\b[^|&;\#]*\s--filter-tags[=\s]+["']?! | \b(?:jest|vitest)\b[^|&;\#]*(?:--testPathIgnorePatterns|--exclude)[=\s]"#,
);
/// Folders that no test of the project stands in.
pub(super) static BESIDE: Pattern = Pattern::new(
    r"(?i)node_modules|/?\b(?:dist|build|lib|out|coverage|\.next|\.nuxt|vendor|fixtures?|target|venv|\.venv|\.git|\.tox|tmp|temp|cache|__pycache__|snapshots?|examples?|docs?|e2e|cypress|playwright|stories|bench(?:marks?)?)\b",
);

/// Whether a line leaves tests out, some or all.
pub(super) fn is_telling(text: &str) -> bool {
    NOTHING.is_match(text) || SOME.is_match(text)
}

/// Whether what is left out names a guard, and code of that kind changes.
pub(super) fn guarded(file: &FileView<'_>, text: &str) -> bool {
    guards(text)
        && file.change.patch.files.iter().take(2000).any(|other| {
            let path = other.path().text();
            guards(&path) && is_tested_code(&path) && other.old_path.is_some()
        })
}
