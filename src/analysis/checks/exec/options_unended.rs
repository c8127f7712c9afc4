//! `options-unended`: a program that takes orders by options is given a value where an option may stand, or an option that runs what a value says.

use super::engines::LONGEST;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::checks::vuln::pairs::{pairs, squeezed};
use crate::analysis::checks::vuln::request::{self, Place};
use crate::analysis::checks::vuln::twins::twins;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::FileView;
use crate::model::rule::{Confidence, RuleId};

/// See `rules/code/options-unended.toml`.
pub struct OptionsUnended;

/// The mark that ends options, as one of the words a program is given.
static MARK: Pattern = Pattern::new(
    r#"["'`]--(?:end-of-options)?["'`]\s*[,)\]}]|\.arg\(\s*"--"\s*\)|\s--(?:end-of-options)?\s+["']?\$|\s--["']\s*\.\s*escapeshellarg|\s--\s["']\s*\."#,
);
/// The same, with what parts it from the next word.
static MARKED: Pattern = Pattern::new(r#"["'`]--(?:end-of-options)?["'`]\s*,?|\.arg\(\s*"--"\s*\)|\s--(?:end-of-options)?(?:\s|["'])"#);
/// Programs that hand on what stands behind the mark to another, and what sets the words of a script.
static HANDS_ON: Pattern = Pattern::new(
    r#"(?:^|["'`\s/(])(?:npm|npx|pnpm|yarn|bun|cargo|go|kubectl|docker|podman|bazel|make|sudo|env|nix|poetry|uv|pytest|set|exec|eval|dotnet|mvn|gradle|xargs|tox|nohup|getopt)["'`\s,]|\$\{?@"#,
);
/// Programs that run something by an option.
static PROGRAM: Pattern = Pattern::new(
    r#"(?:^|["'`\s/(])(?:git|hg|svn|ssh|scp|sftp|rsync|tar|find|curl|wget|zip|unzip|rg|grep|sed|awk|man|npm|npx|yarn|pip|docker|ffmpeg|convert|magick|psql|sqlite3|openssl|xargs|ls|rm|cp|mv|cat)["'`\s,]"#,
);
/// What starts one of these with words of its own before it.
static STARTS: Pattern = Pattern::new(
    r"(?:^|[\s;&|(])(?:xargs|sudo|nohup|env|exec|command|time|nice)(?:\s+-\S+(?:\s+\d+)?)*\s+(?:git|hg|ssh|scp|rsync|tar|curl|wget|zip|unzip|rg|[ef]?grep|sed|awk|ls|rm|cp|mv|cat|chmod|chown|touch|mkdir)\s",
);
/// A value among what a program is given.
static VALUE: Pattern = Pattern::new(
    r"[,\[(]\s*(?:\.\.\.)?&?(?:\(\s*(?:const\s+)?char\s*\*\s*(?:const\s*)?\)\s*)?[a-z_@$][\w.]*\s*[,)\]}]|\$\{?\w|\.arg\(\s*&?[a-z_]",
);
/// What a script gives to programs that take orders by options, without the mark that ends them.
static COMMAND: Pattern = Pattern::new(r"(?:^|[\s;&|(`])(?:grep|egrep|fgrep|git|find|tar|rsync|curl|wget|ssh|scp|sort|ls|sed)\s");
static ENDED: Pattern = Pattern::new(r"\s--\s|\s--end-of-options\s|\s-\w*e\s");
static LOOKED_AT: Pattern = Pattern::new(r"=~|\bcase\s");
static NONE: Pattern = Pattern::new(r"[^\s\S]");
static ASKED: Place<'_> = Place::of(&NONE, &COMMAND).but(&LOOKED_AT, &ENDED);
/// Options that run what they are given, made of a value.
static RUNS: Pattern = Pattern::new(
    r#"(?:core\.(?:sshCommand|fsmonitor|hooksPath|editor|pager|gitProxy)|\bProxyCommand|--upload-pack|--receive-pack|--checkpoint-action=exec|--use-compress-program|--to-command|--hostname-bin|protocol\.ext\.allow|\bext::)\s*=?\s*(?:\$\{|#\{|\{\w|%s|%v|["'`]\s*(?:\+|\.|%)|["']\s*,\s*[a-z_]\w*)"#,
);

impl Check for OptionsUnended {
    fn rule(&self) -> RuleId {
        RuleId("options-unended")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(
            Reach::ANYWHERE,
            Words::named(["--"]).or(Words::of([&RUNS])).or(Words::named(["query_string", "path_info", "request_uri"])),
        )
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
        let mut told = Vec::new();
        for line in file.added().filter(|line| line.text.len() <= LONGEST) {
            if RUNS.is_match(side.plain_line(line.index)) {
                let draft = Draft::line(file, side, line.index).title("A value says what a program runs, by one of its options");
                sink.report(draft.confidence(Confidence::Medium));
            }
        }
        for (_, new, line) in pairs(file, given_without) {
            told.push(line.index);
            sink.report(Draft::line(file, new, line.index));
        }
        if file.language == Language::Shell {
            for lines in request::ending(&ASKED, &[], file).into_iter().filter(|lines| !told.contains(&lines.start)) {
                let title = "A program is given what a request says where it looks for options";
                sink.report(Draft::lines(file, side, lines.start, lines.end).title(title));
            }
        }
        if !file.old().is_some_and(|old| old.changed_lines().any(|line| MARK.is_match(old.plain_line(line.index)))) {
            return;
        }
        for twin in twins(file).into_iter().filter(|twin| twin.lost(&MARK) > twin.gained(&MARK)) {
            let called = |text: &str| PROGRAM.is_match(text) && VALUE.is_match(text) && !MARK.is_match(text);
            if twin.added().any(|(line, _)| told.contains(&line)) {
                continue;
            }
            // The words are put together here, and given to the program where this is called.
            let helper = |line: usize| {
                let call = twin.new.function_at(line).filter(|one| one.name.len() > 2).map(|one| format!("{}(", one.name));
                call.is_some_and(|call| {
                    let lines = twin.new.lines().take(5_000).filter(|other| !twin.is.contains(&other.index) && other.text.len() <= 400);
                    lines.map(|other| other.text).any(|text| text.contains(call.as_str()) && PROGRAM.is_match(text))
                })
            };
            let given = |text: &str| VALUE.is_match(text) && !MARK.is_match(text);
            if let Some((line, _)) = twin.added().find(|(_, text)| called(text)) {
                sink.report(Draft::line(file, twin.new, line));
            } else if let Some((line, _)) = twin.added().find(|(line, text)| given(text) && helper(*line)) {
                sink.report(Draft::line(file, twin.new, line));
            } else if let Some((line, _)) = twin.removed().find(|(_, text)| {
                let bare = text.trim().trim_end_matches(',');
                MARK.is_match(text) && bare.len() <= 14 && PROGRAM.is_match(twin.after())
            }) {
                sink.report(Draft::line(file, twin.old, line));
            }
        }
    }
}

/// A line that gives a program words and values, without the mark that ends options; nothing of other lines.
fn given_without(code: &str) -> Option<String> {
    static WORDS: Pattern = Pattern::new(r#"["'`]-{0,2}[\w][\w=.-]*["'`]\s*,|["'`]\w[\w ./-]*\s-|(?:^|[\s;&|(])[a-z][\w.-]*\s+-|\.arg\("#);
    let without = MARKED.without(code);
    // What starts another program with the rest of its words hands on a mark in front of it only.
    let own = STARTS.find(&without).filter(|starts| MARK.find(code).is_none_or(|mark| mark.start + 1 >= starts.end));
    let rest = own.and_then(|starts| without.get(starts.end..)).unwrap_or(&without);
    ((WORDS.is_match(&without) || PROGRAM.is_match(&without)) && VALUE.is_match(&without) && !HANDS_ON.is_match(rest))
        .then(|| squeezed(&without))
}
