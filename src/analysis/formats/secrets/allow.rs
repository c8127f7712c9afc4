//! Allowlists: what a rule file says is no secret although its form is one.

use super::expression::Expression;
use super::table::{Fault, Section};

/// The keys of an allowlist.
pub(super) const KEYS: [&str; 8] = ["description", "condition", "commits", "paths", "regextarget", "regexes", "stopwords", "id"];

/// What the expressions of an allowlist are tried on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Secret,
    Match,
    Line,
}

/// One allowlist.
#[derive(Clone, Debug)]
pub struct Allowlist {
    all: bool,
    commits: Vec<String>,
    paths: Vec<Expression>,
    target: Target,
    regexes: Vec<Expression>,
    stopwords: Vec<String>,
}

/// What a rule found, as an allowlist looks at it.
#[derive(Clone, Copy)]
pub struct Candidate<'c> {
    /// The commit, where it is known.
    pub commit: Option<&'c str>,
    /// The file's path; `None` where a text has none.
    pub path: Option<&'c str>,
    /// The value.
    pub secret: &'c str,
    /// All the expression took.
    pub whole: &'c str,
    /// The lines it stands on.
    pub line: &'c str,
}

impl Allowlist {
    /// Reads one; `eager` compiles its expressions at once.
    pub(super) fn read(section: &Section<'_>, eager: bool, more: &[&str]) -> Result<Self, Fault> {
        let known: Vec<&str> = KEYS.iter().chain(more).copied().collect();
        if let Some(fault) = section.unknown(&known) {
            return Err(fault);
        }
        let word = |key: &str| Ok(section.text(key)?.unwrap_or_default());
        let wrong = |key: &str, text: String| Fault { line: section.line_of(key), text };
        let condition = word("condition")?;
        let all = match condition.to_ascii_uppercase().as_str() {
            "AND" | "&&" => true,
            "" | "OR" | "||" => false,
            _ => return Err(wrong("condition", format!("condition '{condition}' is neither AND nor OR"))),
        };
        let aim = word("regexTarget")?;
        let target = match aim.to_ascii_lowercase().as_str() {
            "" | "secret" => Target::Secret,
            "match" => Target::Match,
            "line" => Target::Line,
            _ => return Err(wrong("regexTarget", format!("regexTarget '{aim}' is none of secret, match, line"))),
        };
        let lower = |list: Vec<(u32, String)>| list.into_iter().map(|(_, text)| text.trim().to_lowercase()).filter(|text| !text.is_empty());
        let allowlist = Self {
            all,
            commits: lower(section.texts("commits")?).collect(),
            paths: expressions(section.texts("paths")?, eager)?,
            target,
            regexes: expressions(section.texts("regexes")?, eager)?,
            stopwords: lower(section.texts("stopwords")?).collect(),
        };
        let empty =
            allowlist.commits.is_empty() && allowlist.paths.is_empty() && allowlist.regexes.is_empty() && allowlist.stopwords.is_empty();
        if empty {
            let text = "an allowlist wants at least one of commits, paths, regexes, stopwords".to_owned();
            return Err(Fault { line: section.line, text });
        }
        Ok(allowlist)
    }

    /// Whether it names commits.
    #[must_use]
    pub fn asks_commit(&self) -> bool {
        !self.commits.is_empty()
    }

    /// Whether it says that `found` is none.
    #[must_use]
    pub fn allows(&self, found: &Candidate<'_>) -> bool {
        let in_commit = || found.commit.is_some_and(|commit| self.commits.iter().any(|known| known.eq_ignore_ascii_case(commit)));
        let in_path = || found.path.is_some_and(|path| self.paths.iter().any(|known| known.is_match(path)));
        let text = match self.target {
            Target::Secret => found.secret,
            Target::Match => found.whole,
            Target::Line => found.line,
        };
        let in_regex = || self.regexes.iter().any(|known| known.is_match(text));
        let in_word = || {
            let lower = found.secret.to_lowercase();
            self.stopwords.iter().any(|word| lower.contains(word.as_str()))
        };
        let checks: [(bool, &dyn Fn() -> bool); 4] = [
            (!self.commits.is_empty(), &in_commit),
            (!self.paths.is_empty(), &in_path),
            (!self.regexes.is_empty(), &in_regex),
            (!self.stopwords.is_empty(), &in_word),
        ];
        let mut asked = checks.iter().filter(|(asked, _)| *asked);
        if self.all { asked.all(|(_, check)| check()) } else { asked.any(|(_, check)| check()) }
    }
}

/// The expressions of a list; with `eager` each is compiled, and the first mistake is the list's.
pub(super) fn expressions(texts: Vec<(u32, String)>, eager: bool) -> Result<Vec<Expression>, Fault> {
    texts.into_iter().map(|(line, text)| expression(line, &text, eager)).collect()
}

/// One expression.
pub(super) fn expression(line: u32, text: &str, eager: bool) -> Result<Expression, Fault> {
    if !eager {
        return Ok(Expression::new(text));
    }
    Expression::checked(text).map_err(|text| Fault { line, text })
}
