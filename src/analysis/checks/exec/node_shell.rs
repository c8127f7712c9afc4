//! What becomes a shell in Node: `exec` under another name, and `spawn` with the option that makes it one. Never what the shell is given.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::analysis::pattern::Pattern;

static RENAMED: Pattern = Pattern::new(
    r"(?:const|let|var)\s+(\w+)\s*(?::[^=\n]+)?=\s*(?:await\s+)?(?:(?:util|\w+)\.)?promisify\s*\(\s*(?:\w+\.)?exec\s*\)|\bexec(?:Sync)?\s+as\s+(\w+)|\{[^{}\n]*\bexec(?:Sync)?\s*:\s*(\w+)[^{}\n]*\}\s*=|(?:const|let|var)\s+(\w+)\s*=\s*(?:\w+\.)?exec(?:Sync)?(?:\.bind\([^)\n]*\))?\s*(?:;|$)",
);
static CALL: Pattern = Pattern::new(r"(?:^|[^\w.$])([A-Za-z_$][\w$]*)\s*\(\s*");
static OPENED: Pattern = Pattern::new(r"(?:^|[^\w$])(?:spawn|spawnSync|execFile|execFileSync|execa|execaSync)\s*\(");
static SHELL: Pattern = Pattern::new(r"\bshell\s*:\s*([^,}\n]+)");
/// What says that only Windows, whose own programs need it, gets a shell.
static WINDOWS: Pattern = Pattern::new(r"(?i)win32|windows|isWin\b");
/// A value in the list that the program is given, or as the program itself.
static VALUE: Pattern = Pattern::new(r"\$\{|[\[,(]\s*(?:\.\.\.)?[a-z_$][\w.$]*\s*(?:[,\])(]|as\b)|\+\s*[a-z_$]|[\x22\x27]\s*\+");

/// Names under which a file calls `exec`.
pub fn renamed(text: &str) -> BTreeSet<&str> {
    RENAMED.parts(text).filter(|name| *name != "exec").collect()
}

/// Where a statement calls one of `names` with anything but a text without values.
pub fn called(plain: &str, names: &BTreeSet<&str>) -> Option<Range<usize>> {
    let mut at = 0;
    while let Some(found) = plain.get(at..).and_then(|rest| CALL.find(rest)) {
        let (start, end) = (at + found.start, at + found.end);
        let name = plain.get(start..end).and_then(|text| CALL.group(text, 1));
        if name.is_some_and(|name| names.contains(name)) && !is_constant(plain.get(end..).unwrap_or("")) {
            return Some(start..end);
        }
        at = end.saturating_sub(1).max(start + 1);
        while !plain.is_char_boundary(at) {
            at += 1;
        }
    }
    None
}

/// Whether what a call begins with is a text as it stands.
fn is_constant(rest: &str) -> bool {
    let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) else { return rest.starts_with(')') };
    let Some((inside, after)) = rest.get(1..).and_then(|rest| rest.split_once(quote)) else { return false };
    (quote != '`' || !inside.contains("${")) && !after.trim_start().starts_with('+')
}

/// Where a statement starts a program in a shell and gives it a value.
pub fn opened(plain: &str) -> Option<Range<usize>> {
    let found = OPENED.find(plain)?;
    let rest = plain.get(found.end.saturating_sub(1)..)?;
    let option = SHELL.group(rest, 1)?.trim();
    let shell = !matches!(option, "false" | "undefined" | "null") && !WINDOWS.is_match(option);
    let given = rest.get(..rest.find("shell").unwrap_or(rest.len())).unwrap_or(rest);
    let given = given.rsplit_once('{').map_or(given, |(given, _)| given);
    (shell && VALUE.is_match(given)).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_is_a_shell_under_any_name() {
        let names = renamed(
            "const sh = promisify(exec);\nimport { exec as run } from 'node:child_process';\nconst { exec: go } = require('child_process')",
        );
        assert_eq!(names.iter().copied().collect::<Vec<_>>(), ["go", "run", "sh"]);
        assert!(called("await sh(['npx', ...paths].join(' '), {})", &names).is_some() && called("sh(`ls ${x}`)", &names).is_some());
        assert!(called("sh('ls', {})", &names).is_none() && called("other(x)", &names).is_none() && called("sh()", &names).is_none());
    }

    #[test]
    fn an_option_makes_a_shell() {
        assert!(opened("spawn('node', ['s.js', String(port)], { cwd, shell: true })").is_some());
        assert!(opened("spawn(cmd, { shell: '/bin/bash' })").is_some());
        for text in
            ["spawn('npm', ['ci'], { shell: true })", "spawn('npm', args, { shell: process.platform === 'win32' })", "spawn(cmd, args)"]
        {
            assert!(opened(text).is_none(), "{text}");
        }
    }
}
