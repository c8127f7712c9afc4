//! Sigma files as people write them, through the real program: what is mended, what never matches, what is refused, and where.

use lazaret::analysis::formats::sigma::mend::mend;
use proptest::prelude::*;

use crate::program::{Program, Run};

/// What `rules lint` says of a folder `own` with these files, and only of them.
fn lint(files: &[(&str, &str)]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("own");
    std::fs::create_dir(&rules).unwrap();
    for (name, text) in files {
        std::fs::write(rules.join(name), text).unwrap();
    }
    let program = Program::new(folder.path(), folder.path().join("home"));
    program.run(&["rules", "lint", "--no-default-rules", "--rules", rules.to_str().unwrap()])
}

/// Insists that `run` says each of `lines`, which begin with the file and its line.
#[track_caller]
fn says(run: &Run, lines: &[&str]) {
    for line in lines {
        let found = run.out.lines().any(|said| said.strip_prefix("own/").is_some_and(|said| said.contains(line)));
        assert!(found, "{line}\n--- is not in\n{}{}", run.out, run.err);
    }
}

/// Every slip that guides on writing rules for agents show, in one file.
const SLIPS: &str = "```yaml
# Not for use
title: Odd commits of agents
status: Experimental
references:
  - https://genai.owasp.org/llmrisk/llm02-insecure-output-handling/
logsource:
  product: mcp
  service: code_generation
detection:
  selection_quotes:
    source: mcp_agent
    code_content|regex: '(pin|code)\\s*=\\s*[\"\\'][^\"\\']+[\"\\']'
  selection_count:
    commit_count: '>5'
    time_window: 30m
  selection_hidden:
    code_content|contains: '\\u200b'
  selection_other:
    tool_name: shell
  condition: selection_quotes OR selection_count OR
    1 of selection_hid*
level: High
tags:
  - attack.t1495  # Supply Chain Compromise
```
";

#[test]
fn each_slip_is_named_with_its_line_and_the_standard_form_and_the_rule_runs() {
    let run = lint(&[("slips.yml", SLIPS)]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    says(
        &run,
        &[
            "slips.yml:1: mended: a fence of Markdown is not part of a rule",
            "slips.yml:4: mended: `status: Experimental` is understood as `status: experimental`",
            "slips.yml:6: advice: LLM02 is \"Sensitive Information Disclosure\"",
            "slips.yml:13: mended: `code_content|regex` is understood as `code_content|re`",
            "slips.yml:13: mended: inside single quotes a quote is written twice",
            "slips.yml:15: never matches: `commit_count` is a number and `>5` a text it never is; the standard form is `commit_count|gt: 5`",
            "slips.yml:16: never matches: `time_window: 30m` compares a text and limits no time",
            "slips.yml:18: never matches: `\\u200b` here is 6 characters",
            "slips.yml:19: never matches: no condition names `selection_other`",
            "slips.yml:20: never matches: no event has the field `tool_name`; docs/events.md names those there are",
            "slips.yml:21: mended: `selection_quotes OR selection_count OR` is understood as `selection_quotes or selection_count or`",
            "slips.yml:23: mended: `level: High` is understood as `level: high`",
            "slips.yml:25: advice: T1495 is \"Firmware Corruption\" in ATT&CK; \"Supply Chain Compromise\" is T1195",
            "slips.yml:26: mended: a fence of Markdown is not part of a rule",
        ],
    );
    assert!(run.out.contains("1 rule runs"), "{}", run.out);
}

#[test]
fn a_rule_none_of_whose_ways_is_open_never_matches_as_a_whole() {
    let run = lint(&[(
        "whole.yml",
        "title: a\nlogsource:\n  product: git\n  service: commit\ndetection:\n  s:\n    code_content|contains: x\n  condition: s\n",
    )]);
    assert_eq!(run.code, 0, "{}", run.out);
    says(&run, &["whole.yml:8: never matches: the rule never matches"]);
}

#[test]
fn what_cannot_be_a_rule_is_left_out_alone_with_its_line() {
    let deep: String = (0..60).map(|depth| format!("{}- a:\n", "  ".repeat(depth))).collect();
    let bomb: String = ('b'..='h').zip('a'..).map(|(c, below)| format!("{c}: &{c} [{}]\n", format!("*{below},").repeat(9))).collect();
    let rule = |detection: &str| format!("title: a\nlogsource:\n  product: git\ndetection:\n{detection}");
    let good = "  s:\n    title: x\n  condition: s\n";
    let run = lint(&[
        ("good.yml", &rule(good)),
        ("broken.yml", &rule("  s: [\n")),
        ("twice.yml", &rule("  s:\n    title: x\n    title: y\n  condition: s\n")),
        ("list.yml", "- detection:\n\ndetection: [\n"),
        ("deep.yml", &rule(&format!("  s:\n{}", deep.replace("- a", "    - a")))),
        ("bomb.yml", &format!("a: &a [x]\n{bomb}{}", rule(good))),
        ("cycle.yml", &rule("  s: &s\n    a: *s\n  condition: s\n")),
        ("piped.yml", &rule("  s:\n    title: x\n  timeframe: 1h\n  condition: s | count() by repo > 5\n")),
        ("unknown.yml", &rule("  s:\n    title|sounds: x\n  condition: s\n")),
        ("look.yml", &rule("  s:\n    title|re:\n      - a\n      - '(?=b)c'\n  condition: s\n")),
        ("large.yml", &rule("  s:\n    title|re: '(((a{100}){100}){100}){100}'\n  condition: s\n")),
        ("names.yml", &rule("  s:\n    title: x\n  condition: s and not t\n")),
        ("windows.yml", &rule(good).replace("product: git", "product: windows")),
        ("range.yml", &rule("  s:\n    title|cidr: 10.0.0.0/40\n  condition: s\n")),
        ("flag.yml", &rule("  s:\n    title|contains|i: x\n  condition: s\n")),
        ("bytes.yml", &rule("  s:\n    title|wide|contains: x\n  condition: s\n")),
        ("count.yml", "title: w\ncorrelation:\n  type: event_count\n  rules: [x]\n  timespan: 1h\n  condition: '>5'\n"),
        ("two.yml", &format!("{}---\n{}", rule("  s: [\n"), rule(good).replace("title: a", "title: b"))),
    ]);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    says(
        &run,
        &[
            "broken.yml:5: left out: it is no YAML here: unclosed bracket",
            "twice.yml:7: left out: `title` stands twice here",
            "list.yml:",
            "deep.yml:21: left out: it is nested more than 32 deep",
            "bomb.yml:6: left out: its aliases grow it beyond what is read",
            "cycle.yml:6: left out: an alias stands inside of what it repeats",
            "piped.yml:8: left out: `| count() by repo > 5` left the standard with its second version",
            "`type: event_count`, `group-by: [repo]`, `timespan: 1h`, `condition: {gt: 5}`",
            "unknown.yml:6: left out: `|sounds` is no modifier of Sigma",
            "look.yml:8: left out: expressions run in linear time here and have no look-around",
            "large.yml:6: left out: the expression grows too large",
            "names.yml:7: left out: no selection is called `t`; those there are: s",
            "range.yml:6: left out: `10.0.0.0/40` is no range of addresses",
            "flag.yml:6: left out: `|i` is a flag of `|re` alone",
            "bytes.yml:6: left out: `|wide` alone makes bytes",
            "count.yml:6: left out: `condition: >5` counts nothing; the standard form is `condition: {gt: 5}`",
            "windows.yml:2: left out: no event of a change comes from `product: windows`",
            "two.yml:5: left out: ",
        ],
    );
    assert!(run.out.contains("2 rules run"), "good.yml and the second of two.yml: {}", run.out);
    assert!(!run.out.contains("good.yml:1: left out"), "{}", run.out);
}

#[test]
fn what_the_standard_does_not_know_is_named_and_the_rule_runs() {
    let head = "title: c\nname: c\nlevel: hgh\nseverty: high\nlogsource:\n  product: git\n  servce: commit\ndetection:\n  s:\n    repo: x\n  condition: s\n---\n";
    let window = "title: w\ncorrelation:\n  type: value_count\n  rules: [c]\n  aliases:\n    who:\n      d: repo\n  timeframe: 1H\n  condition:\n    gte: -2\n";
    let run = lint(&[("odd.yml", &format!("{head}{window}"))]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    says(
        &run,
        &[
            "odd.yml:3: advice: `level: hgh` is none of informational, low, medium, high, critical",
            "odd.yml:4: advice: `severty` is no key of Sigma",
            "odd.yml:7: advice: `servce` is no key of `logsource`",
            "odd.yml:13: never matches: the alias `who` names `d`",
            "odd.yml:20: mended: `timeframe` is understood as `timespan`",
            "odd.yml:20: mended: `1H` is understood as `1h`",
            "odd.yml:21: never matches: `type: value_count` looks at the values of a field",
            "odd.yml:22: never matches: `gte: -2` is never met",
        ],
    );
}

#[test]
fn a_file_far_too_large_is_not_read_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("own");
    std::fs::create_dir(&rules).unwrap();
    std::fs::File::create(rules.join("huge.yml")).unwrap().set_len(500 * 1024 * 1024).unwrap();
    std::fs::write(rules.join("latin.yml"), b"title: caf\xe9\n").unwrap();
    let program = Program::new(folder.path(), folder.path().join("home"));
    let begun = std::time::Instant::now();
    let run = program.run(&["rules", "lint", "--no-default-rules", "--rules", rules.to_str().unwrap()]);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    says(
        &run,
        &["huge.yml: left out: larger than 4 MiB; split it into files of one subject each", "latin.yml: left out: not UTF-8 at byte 10"],
    );
    assert!(begun.elapsed() < std::time::Duration::from_secs(60), "it was not read: {:?}", begun.elapsed());
}

/// A rule as the standard has it, with values of every kind of quoting.
fn standard() -> impl Strategy<Value = String> {
    let field = prop::sample::select(vec!["code_content", "title", "commit_count", "EventID", "a.b-c", "any", "in"]);
    let modifier =
        prop::sample::select(vec!["", "|contains", "|re|i", "|endswith", "|contains|all", "|cased", "|gte", "|base64offset|contains"]);
    let value = prop_oneof![
        "[a-zA-Z0-9][a-zA-Z0-9_./ -]{0,12}[a-z]",
        "[ -~]{0,16}".prop_map(|text| format!("'{}'", text.replace('\'', "''"))),
        "[ -~]{0,16}".prop_map(|text| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))),
        (0..9_000_i64).prop_map(|number| number.to_string()),
        Just("C:\\Windows\\".to_owned()),
        Just("'it''s \\'".to_owned()),
    ];
    let items = prop::collection::btree_map((field, modifier), prop::collection::vec(value, 2..4), 1..4);
    let end = prop::sample::select(vec!["\n", "\r\n"]);
    let condition = prop::sample::select(vec!["s1 and not s2", "1 of s*", "all of them", "s1\n    or s2", "(s1 or s2) and not NOT"]);
    (items, condition, end, "[a-zA-Z ]{0,20}").prop_map(|(items, condition, end, words)| {
        let fields: String = items
            .into_iter()
            .map(|((field, modifier), values)| {
                let values: String = values.iter().map(|value| format!("      - {value}\n")).collect();
                format!("    {field}{modifier}:\n{values}")
            })
            .collect();
        let text = format!(
            "title: x{words}\nstatus: test\ndescription: |\n  AND OR NOT, a|regex: 'b\\'c'\n\tand a tab\n  ```\ndetection:\n  s1:\n{fields}  s2:\n    - |-\n      free: text: here\n    - x\n  NOT:\n    in: null\n  condition: {condition}\nlevel: low # Info\n---\ntitle: y\ncorrelation:\n  type: event_count\n  rules: [x]\n  timespan: 1h\n  condition:\n    gt: 5\n"
        );
        text.replace("\tand a tab", "  and a\ttab").replace('\n', end)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// What is standard comes back byte for byte, without a word.
    #[test]
    fn standard_text_is_not_touched(text in standard()) {
        let mended = mend(&text);
        prop_assert_eq!(&mended.notes, &vec![]);
        prop_assert_eq!(mended.text, text);
    }

    /// No text makes mending panic, take a line away or add one; and what was mended is standard.
    #[test]
    fn mending_keeps_every_line(text in standard(), at in any::<prop::sample::Index>(), noise in "[ -~\\n\\t']{0,40}") {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let at = places[at.index(places.len())];
        let broken = format!("{}{noise}{}", &text[..at], &text[at..]);
        let mended = mend(&broken);
        prop_assert_eq!(mended.text.matches('\n').count(), broken.matches('\n').count());
        let lines = broken.lines().count();
        prop_assert!(mended.notes.iter().all(|(line, _)| usize::try_from(*line).unwrap() <= lines + 1));
        if lazaret::analysis::document::yaml::all(&mended.text).is_ok() {
            let again = mend(&mended.text);
            prop_assert_eq!(&again.text, &mended.text);
        }
    }
}
