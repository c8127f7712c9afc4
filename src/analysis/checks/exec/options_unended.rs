//! `options-unended`: a program that takes orders by options is given a value where an option may stand, or an option that runs what a value says.

use super::engines::LONGEST;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::checks::vuln::twins::twins;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::FileView;
use crate::model::rule::{Confidence, RuleId};

/// See `rules/code/options-unended.toml`.
pub struct OptionsUnended;

/// The mark that ends options, as one of the words a program is given.
static MARK: Pattern = Pattern::new(r#"["'`]--["'`]\s*[,)\]}]|\.arg\(\s*"--"\s*\)|\s--\s+["']?\$"#);
/// Programs that run something by an option.
static PROGRAM: Pattern = Pattern::new(
    r#"["'`\s/(](?:git|hg|svn|ssh|scp|sftp|rsync|tar|find|curl|wget|zip|unzip|rg|grep|sed|awk|man|npm|npx|yarn|pip|docker|ffmpeg|convert|magick|psql|sqlite3|openssl|xargs|ls|rm|cp|mv|cat)["'`\s,]"#,
);
/// A value among what a program is given.
static VALUE: Pattern = Pattern::new(r"[,\[(]\s*(?:\.\.\.)?&?[a-z_@$][\w.]*\s*[,)\]}]|\$\{?\w|\.arg\(\s*&?[a-z_]");
/// Options that run what they are given, made of a value.
static RUNS: Pattern = Pattern::new(
    r#"(?:core\.(?:sshCommand|fsmonitor|hooksPath|editor|pager|gitProxy)|\bProxyCommand|--upload-pack|--receive-pack|--checkpoint-action=exec|--use-compress-program|--to-command|--hostname-bin|protocol\.ext\.allow|\bext::)\s*=?\s*(?:\$\{|#\{|\{\w|%s|%v|["'`]\s*(?:\+|\.|%)|["']\s*,\s*[a-z_]\w*)"#,
);

impl Check for OptionsUnended {
    fn rule(&self) -> RuleId {
        RuleId("options-unended")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ANYWHERE, Words::named(["--"]).or(Words::of([&RUNS])))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
        for line in file.added().filter(|line| line.text.len() <= LONGEST) {
            if RUNS.is_match(side.plain_line(line.index)) {
                let draft = Draft::line(file, side, line.index).title("A value says what a program runs, by one of its options");
                sink.report(draft.confidence(Confidence::Medium));
            }
        }
        if !file.old().is_some_and(|old| old.changed_lines().any(|line| MARK.is_match(old.plain_line(line.index)))) {
            return;
        }
        for twin in twins(file).into_iter().filter(|twin| twin.lost(&MARK) > twin.gained(&MARK)) {
            let called = |text: &str| PROGRAM.is_match(text) && VALUE.is_match(text) && !MARK.is_match(text);
            if let Some((line, _)) = twin.added().find(|(_, text)| called(text)) {
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
