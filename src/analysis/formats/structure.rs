//! Rules of ast-grep: the structure of code, asked of the new side of a changed file. The only user of the ast-grep crates.
//!
//! Comments that silence a rule in the code are not honoured: the change would silence its own findings.

use std::collections::BTreeMap;
use std::sync::Arc;

use ast_grep_config::{GlobalRules, RuleConfig, SerializableRuleConfig, Severity as Graded};
use ast_grep_core::tree_sitter::LanguageExt as _;
use ast_grep_language::SupportLang;

use super::{Loaded, documents, note};
use crate::analysis::check::Draft;
use crate::analysis::language::Language;
use crate::analysis::rule_set::{RuleSet, SetSink};
use crate::analysis::view::FileView;
use crate::model::inert;
use crate::model::pack::{NoteKind, Pack, PackFile};
use crate::model::rule::{Confidence, FindingClass, Rule, RuleFormat, RuleId, RuleOrigin, Severity};

/// A text above this is not parsed, in bytes: a tree takes many times its text.
const LARGEST_TEXT: usize = 2 * 1024 * 1024;

/// Reads the ast-grep rules of `files`.
pub(super) fn load(pack: &Pack, files: &[&PackFile]) -> Loaded {
    let (mut set, mut loaded) = (Structure::default(), Loaded::default());
    let globals = GlobalRules::default();
    for file in files {
        for (line, text) in documents(&file.text) {
            match read(text, &globals) {
                Ok(config) => set.add(config, pack, file, line),
                Err(why) => loaded.notes.push(note(pack, file, Some(line), None, NoteKind::LeftOut, why)),
            }
        }
    }
    if !set.rules.is_empty() {
        loaded.sets.push(Arc::new(set));
    }
    loaded
}

fn read(text: &str, globals: &GlobalRules) -> Result<RuleConfig<SupportLang>, String> {
    let written: SerializableRuleConfig<SupportLang> = ast_grep_config::from_str(text).map_err(|error| error.to_string())?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/' | b':');
    if written.id.is_empty() || written.id.len() > 100 || !written.id.bytes().all(plain) {
        return Err("an id has 1 to 100 letters, digits and - _ . / : between them".to_owned());
    }
    RuleConfig::try_from(written, globals).map_err(|error| error.to_string())
}

/// All rules of a pack, by the language they read.
#[derive(Default)]
struct Structure {
    rules: Vec<Rule>,
    by_language: BTreeMap<String, Vec<(usize, RuleConfig<SupportLang>)>>,
}

impl Structure {
    fn add(&mut self, config: RuleConfig<SupportLang>, pack: &Pack, file: &PackFile, line: u32) {
        let at = self.rules.len();
        self.rules.push(rule(&config, pack, file, line));
        self.by_language.entry(config.language.to_string()).or_default().push((at, config));
    }
}

impl RuleSet for Structure {
    fn rules(&self) -> &[Rule] {
        &self.rules
    }

    fn file(&self, file: &FileView<'_>, sink: &mut SetSink<'_>) {
        let Some(language) = grammar(file) else { return };
        let Some(configs) = self.by_language.get(&language.to_string()) else { return };
        let Some(side) = file.new_side().filter(|side| side.changed_lines().next().is_some()) else { return };
        if side.text().len() > LARGEST_TEXT {
            let most = LARGEST_TEXT / 1024 / 1024;
            return sink.skip(Some(file.repo_path()), format!("larger than {most} MiB: rules of ast-grep did not read it"));
        }
        let tree = language.ast_grep(side.text());
        for (at, config) in configs {
            let Some(rule) = self.rules.get(*at).filter(|rule| sink.runs(rule)) else { continue };
            for found in tree.root().find_all(&config.matcher) {
                let range = found.range();
                let (first, last) = (side.line_of(range.start), side.line_of(range.end.saturating_sub(1).max(range.start)));
                if side.touches(first, last) {
                    sink.report(rule, Draft::lines(file, side, first, last).title(config.get_message(&found)));
                }
            }
        }
    }
}

fn rule(config: &RuleConfig<SupportLang>, pack: &Pack, file: &PackFile, line: u32) -> Rule {
    // Whoever wrote a pack is a stranger too.
    let note = config.note.as_deref().map(inert::block).unwrap_or_default();
    Rule {
        id: RuleId::named(&config.id),
        origin: RuleOrigin::File { format: RuleFormat::Structure, pack: pack.name.clone(), path: file.path.clone(), line },
        title: inert::line(&config.message).into_owned(),
        class: FindingClass::Vulnerability,
        severity: match config.severity {
            Graded::Error => Severity::High,
            Graded::Warning => Severity::Medium,
            Graded::Info => Severity::Low,
            Graded::Hint | Graded::Off => Severity::Info,
        },
        confidence: Confidence::Medium,
        why: note.clone(),
        fix: String::new(),
        references: config.url.iter().map(|url| inert::line(url).into_owned()).collect(),
        prose: note,
        examples: Vec::new(),
    }
}

/// The grammar a changed file is read with.
fn grammar(file: &FileView<'_>) -> Option<SupportLang> {
    Some(match file.language {
        Language::C => SupportLang::C,
        Language::CSharp => SupportLang::CSharp,
        Language::Cpp => SupportLang::Cpp,
        Language::Go => SupportLang::Go,
        Language::Hcl => SupportLang::Hcl,
        Language::Java => SupportLang::Java,
        Language::JavaScript => SupportLang::JavaScript,
        Language::Json => SupportLang::Json,
        Language::Kotlin => SupportLang::Kotlin,
        Language::Php => SupportLang::Php,
        Language::Python => SupportLang::Python,
        Language::Ruby => SupportLang::Ruby,
        Language::Rust => SupportLang::Rust,
        Language::Shell => SupportLang::Bash,
        Language::TypeScript if file.path.to_ascii_lowercase().ends_with(".tsx") => SupportLang::Tsx,
        Language::TypeScript => SupportLang::TypeScript,
        Language::Yaml => SupportLang::Yaml,
        _ => return None,
    })
}
