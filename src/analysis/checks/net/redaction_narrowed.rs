//! `redaction-narrowed`: what kept secrets out of logs, reports and answers hides fewer of them than before.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, LineView, SideView};
use crate::model::diff::FileDiff;
use crate::model::rule::{Confidence, RuleId, Severity};

/// See `rules/code/redaction-narrowed.toml`.
pub struct RedactionNarrowed;

/// A longer statement is data.
const LONGEST: usize = 8000;
/// A list with more names is not compared word by word.
const MOST_NAMES: usize = 200;
/// A longer line is data.
const LONGEST_LINE: usize = 600;

/// A list of what is hidden, by the name it has.
static HIDES: Pattern = Pattern::new(
    r"(?i)([\w.$]*(?:filter_?param\w*|redact\w*|mask(?:ed)?_?\w*|scrub\w*|sanitiz\w*|sensitive\w*|censor\w*|(?-i:HIDDEN\w*)|(?:let|const|var|val)\s+hidden|hid(?:den|es?)_?(?:headers|fields|param(?:eter)?s|keys|secrets|values)|dontflash|secret_?(?:keys|fields|names|headers)|private_?fields))\b(?:\[\w*\])?(?::[^=\n]{1,80})?[^\[({=]*(?:\+?=|=>|:=?|\()\s*[^\[({]*[\[({%]",
);
/// What there may be in something; nothing is hidden by it.
static DECLARES: Pattern = Pattern::new(r"^\s*(?:export\s+)?(?:declare\s+)?(?:type|interface)\s+\w");
static LITERAL: Pattern =
    Pattern::new(r"[\x22\x27`]([\w.*-]{2,40})[\x22\x27`]|:(\w{2,40})\b|\b(?:header|headers|HeaderNames?|HttpHeaders)(?:::|\.)(\w{2,40})\b");
/// A list that holds all of another: `[...names]`, `[*names]`, `names + others`.
static PUT_TOGETHER: Pattern =
    Pattern::new(r"\.\.\.[A-Za-z_$]|[\[(,]\s*\*[a-zA-Z_]|\]\s*\+\s*[A-Za-z_]|[A-Za-z_]\w*\s*\+\s*\[|\.concat\s*\(");
/// Words of Ruby without signs around each.
static PLAIN_WORDS: Pattern = Pattern::new(r"%[iIwW][\[({]([^\])}]*)[\])}]");
/// The words by which a secret is known.
static SECRET: Pattern = Pattern::new(
    r"(?i)passw|passphrase|pwd|secret|token|authori[sz]ation|cookie|api[-_]?key|credential|cvv|cvc|(?:\b|_|credit|debit|bank|payment)card|\botp\b|private[-_]?key|session|bearer",
);
/// A value in whose place something else is shown, by its name.
static MASKED: Pattern = Pattern::new(
    r#"(?i)["':]?(\w*(?:passw|secret|token|api_?key|private_?key|credential|authorization)\w*)["']?\s*(?:,|:|=>|=)[^\n]{0,80}?(?:"|')(?:\*{3,}|[\[<(]?(?:redacted|hidden|filtered|masked|removed)[\])>]?)(?:"|')"#,
);
/// A call that hides.
static CALLED: Pattern = Pattern::new(
    r"\b((?:sanitize|redact|mask|scrub|censor)_?(?:[Hh]eaders?|[Pp]arams?|[Ff]ields?|[Ss]ecrets?|[Tt]okens?|[Cc]redentials?|[Bb]ody|[Ll]ogs?|[Uu]rl|[Kk]eys?|[Ss]ensitive\w*))\s*(?:[({]|$)",
);

impl Check for RedactionNarrowed {
    fn rule(&self) -> RuleId {
        RuleId("redaction-narrowed")
    }

    fn needs(&self) -> Needs {
        let gone = Needs::nothing().and(Reach::REMOVED, Words::of([&SECRET, &CALLED]).or(Words::named(["lower", "downcase", "casefold"])));
        gone.and(Reach::ANYWHERE, Words::of([&HIDES, &CALLED, &MASKED]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let (Some(old), Some(new)) = (file.old().filter(|_| file.role.is_live()), file.new_side()) else { return };
        lists(file, old, new, sink);
        calls(file, old, new, sink);
        masks(file, old, new, sink);
        as_written(file, old, new, sink);
    }
}

/// A list of what is hidden with the secrets it names.
struct Hidden<'v> {
    statement: &'v Statement,
    names: BTreeSet<String>,
}

/// The lists of a side by their names; `changed`: only those that the change touches.
fn hidden<'v>(side: &'v SideView<'_>, changed: bool) -> BTreeMap<&'v str, Hidden<'v>> {
    let asked = |s: &&Statement| s.bytes.len() <= LONGEST && (!changed || side.touches(s.first_line, s.last_line));
    let lists = side.statements().iter().filter(asked).filter_map(|statement| {
        let plain = side.plain_of(statement);
        let name = HIDES.group(plain, 1).filter(|_| !DECLARES.is_match(plain))?;
        let texts = LITERAL.parts(plain);
        let words = PLAIN_WORDS.groups(plain, 1).flat_map(str::split_whitespace);
        let names: BTreeSet<String> = texts.chain(words).map(str::to_ascii_lowercase).take(MOST_NAMES).collect();
        Some((name, Hidden { statement, names }))
    });
    lists.collect()
}

fn lists(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    let were = hidden(old, true);
    if were.is_empty() {
        return;
    }
    let are = hidden(new, false);
    // What an added line names may be hidden in another way.
    let added: BTreeSet<String> = file.added().flat_map(|line| LITERAL.parts(line.text)).map(str::to_ascii_lowercase).collect();
    for (name, was) in &were {
        let Some(is) = are.get(name) else { continue };
        if was.names.len().max(is.names.len()) >= MOST_NAMES {
            let why = format!("redaction-narrowed: a list of {MOST_NAMES} names or more was not compared");
            sink.skip(Some(file.repo_path()), why);
            continue;
        }
        // A list that is put together of others holds what those name.
        let joined = PUT_TOGETHER.is_match(new.plain_of(is.statement));
        let within = |secret: &String| joined && added.iter().any(|part| part.len() > 3 && secret.contains(part.as_str()));
        let covered =
            |secret: &String| added.contains(secret) || within(secret) || is.names.iter().any(|part| secret.contains(part.as_str()));
        let lost: Vec<&str> = was.names.iter().filter(|word| SECRET.is_match(word) && !covered(word)).map(String::as_str).collect();
        if !lost.is_empty() {
            let (first, last) = (is.statement.first_line, is.statement.last_line);
            let draft = Draft::lines(file, new, first, last).title(format!("{name} no longer hides {}", lost.join(", ")));
            sink.report(draft.severity(Severity::High).confidence(Confidence::Medium));
        }
    }
}

/// A call that hid something is gone from where it stood, and no other took its place.
fn calls(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    if file.added().any(|line| CALLED.is_match(line.code()) || HIDES.is_match(line.text)) {
        return;
    }
    let stand: BTreeSet<&str> = CALLED.groups(new.masked(), 1).collect();
    let headers: BTreeSet<&str> = new.statements().iter().map(|statement| new.code_of(statement).trim()).collect();
    for statement in old.statements().iter().filter(|s| s.bytes.len() <= LONGEST && old.is_changed(s.first_line)) {
        let Some(name) = CALLED.group(old.code_of(statement), 1).filter(|name| !stand.contains(name)) else { continue };
        // Whatever it stood in is still there.
        let around = statement.parent.map(|at| old.code_of(&old.statements()[at]).trim());
        if around.is_some_and(|around| headers.contains(around)) {
            let draft = Draft::lines(file, old, statement.first_line, statement.last_line)
                .title(format!("{name} is no longer asked to hide anything"));
            sink.report(draft.severity(Severity::Medium).confidence(Confidence::Medium));
        }
    }
}

/// A value that a line hid is written out on the line that took its place, or an expression that hides knows fewer words.
fn masks(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    static WRITTEN: Pattern = Pattern::new(r#"["':]?(\w+)["']?\s*(?:,|:|=>|=)\s*&?[A-Za-z_$@][\w.>()-]*"#);
    static WORDS: Pattern = Pattern::new(r"\(\??:?([\w\\-]+(?:\|[\w\\-]+)*)\)");
    static HIDING: Pattern = Pattern::new(r"(?i)redact|scrub|mask|sanitiz|censor|hide|filter");
    /// The name of a file that does nothing else; others are made sane, chosen from or put away.
    static HIDES_ALL: Pattern = Pattern::new(
        r"(?i)redact|scrub|mask|censor|(?:sanitiz|hid|filter)\w*[-_]?(?:log|secret|header|param)|(?:log|secret|header|param)\w*[-_]?(?:sanitiz|hid|filter)",
    );
    let short = |line: &&LineView<'_>| line.text.len() <= LONGEST_LINE;
    let added: Vec<LineView<'_>> = file.added().filter(|line| short(&line)).take(MOST_NAMES).collect();
    let elsewhere = LazyCell::new(|| brought_elsewhere(file));
    for went in
        file.removed().filter(|line| short(&line) && (SECRET.is_match(line.text) || HIDES_BY_NAME.is_match(line.text))).take(MOST_NAMES)
    {
        let shown = MASKED.group(went.text, 1).and_then(|name| {
            let same = |line: &&LineView<'_>| !MASKED.is_match(line.text) && WRITTEN.groups(line.text, 1).any(|other| other == name);
            added.iter().find(same).map(|line| (line.index, format!("{name} was hidden and is written out now")))
        });
        let fewer = || {
            let function = old.function_at(went.index).filter(|function| HIDING.is_match(&function.name));
            let words =
                WORDS.group(went.text, 1).filter(|words| words.contains('|') && (function.is_some() || HIDING.is_match(went.text)))?;
            let stays: BTreeSet<&str> =
                added.iter().flat_map(|line| WORDS.groups(line.text, 1)).flat_map(|words| words.split('|')).collect();
            let lost: Vec<&str> = words.split('|').filter(|word| SECRET.is_match(word) && !stays.contains(word)).collect();
            let place = added.iter().find(|line| WORDS.is_match(line.text)).filter(|_| !lost.is_empty())?;
            Some((place.index, format!("What hides secrets no longer knows {}", lost.join(", "))))
        };
        let dropped = || {
            let named = |text: &str| HIDING.is_match(text);
            let function = old.function_at(went.index);
            let about =
                function.is_some_and(|function| named(&function.name)) || HIDES_ALL.is_match(file.name()) || near_mask(old, went.index);
            let lost = about.then(|| gone(went.text, new)).flatten()?;
            let place = added.iter().find(|line| line.index + 3 >= went.index).or_else(|| added.first()).map_or(0, |line| line.index);
            Some((place, format!("What hides secrets no longer knows {lost}")))
        };
        let whole = || {
            let named = |text: &str| HIDING.is_match(text) || HIDES_BY_NAME.is_match(text);
            let function = || old.function_at(went.index).is_some_and(|function| named(&function.name));
            let fits = PARTLY.is_match(went.text) && !EXACTLY.is_match(went.text) && (named(went.text) || function());
            let place = fits.then(|| {
                added.iter().find(|line| EXACTLY.is_match(line.text) && !PARTLY.is_match(line.text) && begin_alike(went.text, line.text))
            });
            Some((place.flatten()?.index, "What hides secrets knows only those that are called exactly so".to_owned()))
        };
        if let Some((line, title)) = shown.or_else(fewer).or_else(dropped).or_else(whole) {
            // Whether what another file knows now is asked is not seen here.
            let severity = if elsewhere.contains(went.text.trim()) { Severity::Medium } else { Severity::High };
            sink.report(Draft::line(file, new, line).title(title).severity(severity).confidence(Confidence::Medium));
        }
    }
}

/// The lines about secrets that the change adds to its other files: what hides them may have moved there.
fn brought_elsewhere<'v>(file: &'v FileView<'_>) -> BTreeSet<&'v str> {
    const MOST_FILES: usize = 300;
    let files = &file.change.patch.files;
    let others = files.iter().filter(|other| files.len() <= MOST_FILES && other.path() != file.repo_path());
    let live = others.filter(|other| Role::of(&other.path().text()).is_live()).filter_map(FileDiff::text);
    live.flat_map(|text| text.added().map(|(_, line)| line.trim())).filter(|line| SECRET.is_match(line)).collect()
}

/// A name that was made small before it was looked up among those of secrets is looked up as it is written.
fn as_written(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    static SMALL: Pattern = Pattern::new(
        r"\??\.(?:toLowerCase|toLocaleLowerCase|lowercase|ToLower|ToLowerInvariant|to_lowercase|to_ascii_lowercase|casefold|lower)\((?:Locale\.\w+)?\)|\.downcase\b",
    );
    static LOOKED_UP: Pattern =
        Pattern::new(r"\.(?:contains|has|includes|include\?|Contains|get|containsKey|ContainsKey|contains_key)\s*\(|\bin\s+[A-Z_]{4,}");
    static HIDING: Pattern = Pattern::new(r"(?i)redact|scrub|mask|sanitiz|censor|sensitive|secret");
    let small = |line: &&LineView<'_>| line.text.len() <= LONGEST_LINE && SMALL.is_match(line.code()) && LOOKED_UP.is_match(line.code());
    let removed: Vec<LineView<'_>> = file.removed().filter(|line| small(&line)).take(MOST_NAMES).collect();
    if removed.is_empty() || file.added().any(|line| line.text.len() <= LONGEST_LINE && SMALL.is_match(line.text)) {
        return;
    }
    for went in removed {
        let about = HIDING.is_match(went.text) || old.function_at(went.index).is_some_and(|function| HIDING.is_match(&function.name));
        let bare = SMALL.without(went.text.trim());
        let found = file.added().find(|line| line.text.trim() == bare).filter(|_| about);
        if let Some(line) = found {
            let title = "What hides secrets knows them only as they are written there, in small letters";
            sink.report(Draft::line(file, new, line.index).title(title).severity(Severity::High).confidence(Confidence::Medium));
        }
    }
}

/// A name is looked for in another, whatever its case.
static PARTLY: Pattern = Pattern::new(
    r"(?i)\.(?:contains|includes|include\?|indexOf|containsIgnoreCase|equalsIgnoreCase|eq_ignore_ascii_case|casecmp\??|match\??|test|search|startsWith|endsWith)\s*\(|IgnoreCase|\bEqualFold\s*\(|\bstrings\.Contains\s*\(|\bstri?pos\s*\(|\bstr_contains\s*\(|\bstrcasestr\s*\(|\w\s+in\s+\w+\.lower\(\)",
);
/// It is compared whole.
static EXACTLY: Pattern = Pattern::new(r"[^=!<>]===?[^=]|\.(?:equals|Equals|eq|is)\s*\(|\bstrcmp\s*\(");
static HIDES_BY_NAME: Pattern = Pattern::new(
    r"(?i)\b(?:is_?(?:secret|sensitive|private|redacted)\w*|(?:secret|sensitive|private|redacted?|masked|hidden)_?(?:keys|fields|names|words|headers))\b",
);

/// Whether two lines begin with the same call or name.
fn begin_alike(one: &str, other: &str) -> bool {
    let begin = |text: &str| text.trim_start().split(['(', '{', '=', '>']).next().unwrap_or("").trim().to_owned();
    let (one, other) = (begin(one), begin(other));
    one.len() > 3 && one == other
}

/// Whether something is shown in the place of a value within a few lines.
fn near_mask(old: &SideView<'_>, line: usize) -> bool {
    static MASK: Pattern = Pattern::new(
        r#"(?i)["'](?:\*{3,}|[\[<(](?:redacted|hidden|filtered|masked|removed)[\])>]|redacted|filtered|masked|(?-i:HIDDEN|REMOVED))["']"#,
    );
    const NEAR: usize = 4;
    let last = (line + NEAR).min(old.len().saturating_sub(1));
    (line.saturating_sub(NEAR)..=last).any(|at| MASK.is_match(old.plain_line(at)))
}

/// The secrets that a line of such a list names in texts and that no text of the file names any more.
fn gone(went: &str, new: &SideView<'_>) -> Option<String> {
    static TEXT: Pattern = Pattern::new(r#"["'`]([^"'`\n]{3,80})["'`]"#);
    const MOST_SEARCHED: usize = 200_000;
    if new.text().len() > MOST_SEARCHED {
        return None;
    }
    let now = new.plain().to_ascii_lowercase();
    let lost: BTreeSet<String> = TEXT
        .groups(went, 1)
        .flat_map(|text| SECRET.groups(text, 0).map(str::to_ascii_lowercase).collect::<Vec<_>>())
        .filter(|word| !now.contains(word.as_str()))
        .collect();
    (!lost.is_empty()).then(|| lost.into_iter().collect::<Vec<_>>().join(", "))
}
