//! Which language a file is written in, and how that language writes comments, strings and blocks.
//!
//! A table and a lookup; reading text is `lexer`'s.

use super::notation::{Block, Quote, Syntax};

/// Languages the checks know. `Text` is everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Language {
    C,
    CSharp,
    Cpp,
    Css,
    Dart,
    Dockerfile,
    Elixir,
    Go,
    Hcl,
    Html,
    Ini,
    Java,
    JavaScript,
    Json,
    Kotlin,
    Lua,
    Makefile,
    Markdown,
    Perl,
    Php,
    PowerShell,
    Python,
    Ruby,
    Rust,
    Scala,
    Shell,
    Sql,
    Swift,
    Text,
    Toml,
    TypeScript,
    Xml,
    Yaml,
}

impl Language {
    /// Its name in lower case.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::C => "c",
            Self::CSharp => "csharp",
            Self::Cpp => "cpp",
            Self::Css => "css",
            Self::Dart => "dart",
            Self::Dockerfile => "dockerfile",
            Self::Elixir => "elixir",
            Self::Go => "go",
            Self::Hcl => "hcl",
            Self::Html => "html",
            Self::Ini => "ini",
            Self::Java => "java",
            Self::JavaScript => "javascript",
            Self::Json => "json",
            Self::Kotlin => "kotlin",
            Self::Lua => "lua",
            Self::Makefile => "makefile",
            Self::Markdown => "markdown",
            Self::Perl => "perl",
            Self::Php => "php",
            Self::PowerShell => "powershell",
            Self::Python => "python",
            Self::Ruby => "ruby",
            Self::Rust => "rust",
            Self::Scala => "scala",
            Self::Shell => "shell",
            Self::Sql => "sql",
            Self::Swift => "swift",
            Self::Text => "text",
            Self::Toml => "toml",
            Self::TypeScript => "typescript",
            Self::Xml => "xml",
            Self::Yaml => "yaml",
        }
    }

    /// The language of the file at `path`, by name and extension, compared without case.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let lower = path.to_lowercase();
        let name = lower.rsplit('/').next().unwrap_or("");
        Self::by_name(name).or_else(|| Self::by_extension(name.rsplit_once('.')?.1)).unwrap_or(Self::Text)
    }

    /// The same, where the first line of the file may be known: a name without an ending leaves open what a script is written in, and the
    /// program that its first line names tells; and one ending may be that of two languages.
    #[must_use]
    pub fn told<'t>(path: &str, first: impl FnOnce() -> Option<&'t str>) -> Self {
        match Self::of(path) {
            Self::Text if Self::is_open(path) => first().and_then(Self::by_interpreter).unwrap_or(Self::Text),
            // Translations of Qt have the ending of TypeScript, which cannot begin like this.
            Self::TypeScript if path.ends_with(".ts") && first().is_some_and(Self::is_markup) => Self::Xml,
            by_path => by_path,
        }
    }

    fn is_markup(first: &str) -> bool {
        let first = first.trim_start_matches('\u{feff}');
        first.starts_with("<?xml ") || first.starts_with("<!DOCTYPE ")
    }

    /// Whether the name of the file at `path` has no ending.
    #[must_use]
    pub fn is_open(path: &str) -> bool {
        !path.rsplit('/').next().unwrap_or("").contains('.')
    }

    fn by_interpreter(first: &str) -> Option<Self> {
        let words = first.trim_start_matches('\u{feff}').strip_prefix("#!")?;
        // `env` is asked for the program, which its options and assignments precede.
        let names = words.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
        let program = names.into_iter().find(|name| *name != "env" && !name.starts_with('-') && !name.contains('='))?;
        Some(match program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.') {
            "sh" | "bash" | "zsh" | "ksh" | "dash" | "ash" | "fish" | "bats" | "busybox" => Self::Shell,
            "python" | "pypy" => Self::Python,
            "node" | "nodejs" | "deno" | "bun" => Self::JavaScript,
            "ts-node" | "tsx" => Self::TypeScript,
            "ruby" => Self::Ruby,
            "perl" => Self::Perl,
            "php" => Self::Php,
            "lua" | "luajit" => Self::Lua,
            "pwsh" | "powershell" => Self::PowerShell,
            "make" => Self::Makefile,
            _ => return None,
        })
    }

    fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "makefile" | "gnumakefile" | "justfile" => Self::Makefile,
            "gemfile" | "rakefile" | "vagrantfile" | "podfile" | "fastfile" => Self::Ruby,
            "jenkinsfile" => Self::Java,
            ".bashrc" | ".bash_profile" | ".profile" | ".zshrc" | ".envrc" | ".env" => Self::Shell,
            ".npmrc" | ".editorconfig" | ".gitconfig" | ".gitmodules" | "pip.conf" => Self::Ini,
            "cargo.lock" | "poetry.lock" | "uv.lock" | "pdm.lock" | "pipfile" => Self::Toml,
            _ if name == "dockerfile" || name.starts_with("dockerfile.") || name.ends_with(".dockerfile") || name == "containerfile" => {
                Self::Dockerfile
            }
            _ if name.starts_with("jenkinsfile.") || name.ends_with(".jenkinsfile") => Self::Java,
            _ if name.ends_with(".kiro.hook") => Self::Json,
            _ if name.starts_with(".env.") => Self::Shell,
            _ => return None,
        })
    }

    fn by_extension(extension: &str) -> Option<Self> {
        Some(match extension {
            "c" | "h" => Self::C,
            "cs" => Self::CSharp,
            "cc" | "cpp" | "cxx" | "hpp" | "hh" | "hxx" => Self::Cpp,
            "css" | "scss" | "less" => Self::Css,
            "dart" => Self::Dart,
            "ex" | "exs" => Self::Elixir,
            "go" => Self::Go,
            "tf" | "tfvars" | "hcl" => Self::Hcl,
            "html" | "htm" | "vue" | "svelte" | "erb" => Self::Html,
            "ini" | "cfg" | "conf" | "properties" => Self::Ini,
            "java" | "groovy" | "gradle" => Self::Java,
            "js" | "jsx" | "mjs" | "cjs" => Self::JavaScript,
            "json" | "jsonc" | "json5" | "jsonl" | "ndjson" | "ipynb" | "code-workspace" | "webmanifest" => Self::Json,
            "kt" | "kts" => Self::Kotlin,
            "lua" => Self::Lua,
            "mk" => Self::Makefile,
            "md" | "mdx" | "mdc" | "markdown" | "rst" => Self::Markdown,
            "pl" | "pm" => Self::Perl,
            "php" | "phtml" => Self::Php,
            "ps1" | "psm1" => Self::PowerShell,
            "py" | "pyi" | "pyw" | "bzl" | "star" => Self::Python,
            "rb" | "gemspec" | "rake" => Self::Ruby,
            "rs" => Self::Rust,
            "scala" | "sc" | "sbt" => Self::Scala,
            "sh" | "bash" | "zsh" | "ksh" | "fish" | "bats" => Self::Shell,
            "sql" => Self::Sql,
            "swift" => Self::Swift,
            "toml" => Self::Toml,
            "ts" | "tsx" | "mts" | "cts" => Self::TypeScript,
            "xml" | "xsd" | "csproj" | "fsproj" | "props" | "targets" | "svg" | "plist" | "pom" => Self::Xml,
            "yml" | "yaml" => Self::Yaml,
            _ => return None,
        })
    }

    /// Whether it is a programming or shell language, in which functions and calls make sense.
    #[must_use]
    pub fn is_code(self) -> bool {
        !matches!(
            self,
            Self::Text
                | Self::Markdown
                | Self::Json
                | Self::Yaml
                | Self::Toml
                | Self::Ini
                | Self::Xml
                | Self::Html
                | Self::Css
                | Self::Sql
                | Self::Hcl
                | Self::Dockerfile
                | Self::Makefile
        )
    }

    /// How it writes comments, strings and blocks.
    #[must_use]
    pub fn syntax(self) -> &'static Syntax {
        match self {
            Self::C | Self::Cpp | Self::CSharp | Self::Java | Self::Kotlin | Self::Scala | Self::Swift | Self::Dart | Self::Css => &C_LIKE,
            Self::Go => &GO,
            Self::JavaScript | Self::TypeScript => &JAVASCRIPT,
            Self::Rust => &RUST,
            Self::Php => &PHP,
            Self::Python => &PYTHON,
            Self::Ruby | Self::Elixir | Self::Perl => &RUBY,
            Self::Shell | Self::Dockerfile | Self::Makefile => &SHELL,
            Self::PowerShell => &POWERSHELL,
            Self::Yaml | Self::Toml | Self::Ini => &CONFIG,
            Self::Json => &JSON,
            Self::Hcl => &HCL,
            Self::Sql => &SQL,
            Self::Lua => &LUA,
            Self::Html | Self::Xml => &MARKUP,
            Self::Markdown | Self::Text => &PROSE,
        }
    }
}

const DOUBLE: Quote = Quote::line("\"");
const SINGLE: Quote = Quote::line("'");
const BASE: Syntax = Syntax {
    line_comments: &[],
    attribute: None,
    comment_after_space: false,
    block_comments: &[],
    nested_comments: false,
    quotes: &[],
    interpolation: None,
    regex_literals: false,
    char_literals: false,
    block: Block::Braces,
};

static C_LIKE: Syntax =
    Syntax { line_comments: &["//"], block_comments: &[("/*", "*/")], quotes: &[Quote::text("\"\"\""), DOUBLE, SINGLE], ..BASE };
static GO: Syntax = Syntax { line_comments: &["//"], block_comments: &[("/*", "*/")], quotes: &[Quote::raw("`"), DOUBLE, SINGLE], ..BASE };
static JAVASCRIPT: Syntax = Syntax {
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    quotes: &[Quote::text("`"), DOUBLE, SINGLE],
    interpolation: Some('`'),
    regex_literals: true,
    ..BASE
};
static RUST: Syntax = Syntax {
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    nested_comments: true,
    quotes: &[Quote::hashed("r"), Quote::hashed("br"), Quote::text("\"")],
    char_literals: true,
    ..BASE
};
static PHP: Syntax = Syntax {
    line_comments: &["//", "#"],
    attribute: Some("#["),
    block_comments: &[("/*", "*/")],
    quotes: &[Quote::text("\""), Quote::text("'")],
    ..BASE
};
static PYTHON: Syntax =
    Syntax { line_comments: &["#"], quotes: &[Quote::text("\"\"\""), Quote::text("'''"), DOUBLE, SINGLE], block: Block::Indent, ..BASE };
static RUBY: Syntax = Syntax {
    line_comments: &["#"],
    block_comments: &[("\n=begin", "\n=end")],
    quotes: &[Quote::text("\""), Quote::text("'"), Quote::raw("`")],
    block: Block::Indent,
    ..BASE
};
static SHELL: Syntax = Syntax { line_comments: &["#"], comment_after_space: true, quotes: &[Quote::text("\""), Quote::raw("'")], ..BASE };
static POWERSHELL: Syntax = Syntax {
    line_comments: &["#"],
    block_comments: &[("<#", "#>")],
    comment_after_space: true,
    quotes: &[Quote::text("\""), Quote::raw("'")],
    ..BASE
};
static CONFIG: Syntax = Syntax {
    line_comments: &["#"],
    comment_after_space: true,
    quotes: &[Quote::text("\"\"\""), Quote::raw("'''"), DOUBLE, SINGLE],
    block: Block::Indent,
    ..BASE
};
static JSON: Syntax = Syntax { line_comments: &["//"], block_comments: &[("/*", "*/")], quotes: &[DOUBLE], ..BASE };
static HCL: Syntax = Syntax { line_comments: &["#", "//"], block_comments: &[("/*", "*/")], quotes: &[DOUBLE], ..BASE };
static SQL: Syntax = Syntax { line_comments: &["--"], block_comments: &[("/*", "*/")], quotes: &[SINGLE, DOUBLE], ..BASE };
static LUA: Syntax =
    Syntax { line_comments: &["--"], block_comments: &[("--[[", "]]")], quotes: &[DOUBLE, SINGLE], block: Block::Indent, ..BASE };
static MARKUP: Syntax = Syntax { block_comments: &[("<!--", "-->")], ..BASE };
static PROSE: Syntax = Syntax { block_comments: &[("<!--", "-->")], block: Block::Indent, ..BASE };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_name_and_extension() {
        let cases = [
            ("src/a.PY", Language::Python),
            ("Dockerfile.prod", Language::Dockerfile),
            ("x/Makefile", Language::Makefile),
            (".github/workflows/ci.yml", Language::Yaml),
            ("a.tsx", Language::TypeScript),
            ("LICENSE", Language::Text),
            (".env.local", Language::Shell),
            ("noext", Language::Text),
        ];
        for (path, expected) in cases {
            assert_eq!(Language::of(path), expected, "{path}");
        }
    }

    #[test]
    fn a_first_line_tells_what_a_name_without_an_ending_leaves_open() {
        let told = |path: &str, first: &'static str| Language::told(path, || Some(first));
        assert_eq!(told("bin/tool", "#!/bin/sh"), Language::Shell);
        assert_eq!(told("bin/tool", "#!/usr/bin/env -S FOO=1 python3.12 -u"), Language::Python);
        assert_eq!(told("bin/tool", "\u{feff}#! /usr/bin/node"), Language::JavaScript);
        assert_eq!(told("bin/tool", "# a title"), Language::Text);
        assert_eq!(told("notes.txt", "#!/bin/sh"), Language::Text, "an ending is believed, and its lie is told");
        assert_eq!(told("Makefile", "#!/bin/sh"), Language::Makefile);
    }
}
