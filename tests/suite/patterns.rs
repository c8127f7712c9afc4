//! Every `Pattern::new("…")` in the source compiles, and what is listed of the words of expressions is true.

use std::collections::BTreeSet;
use std::path::Path;

use lazaret::analysis::known_words;
use lazaret::analysis::pattern::Pattern;
use syn::visit::{self, Visit};

/// Collects the literals given to `Pattern::new`, also inside macros that hold plain expressions.
#[derive(Default)]
struct Patterns(Vec<String>);

impl<'ast> Visit<'ast> for Patterns {
    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(function) = &*call.func {
            let names: Vec<String> = function.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            if names.ends_with(&["Pattern".to_owned(), "new".to_owned()])
                && let Some(syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(source), .. })) = call.args.first()
            {
                self.0.push(source.value());
            }
        }
        visit::visit_expr_call(self, call);
    }

    /// Broken ones on purpose live in tests.
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if module.ident != "tests" {
            visit::visit_item_mod(self, module);
        }
    }
}

fn sources(folder: &Path, patterns: &mut Patterns) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            sources(&entry, patterns);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            patterns.visit_file(&syn::parse_file(&std::fs::read_to_string(&entry).unwrap()).unwrap());
        }
    }
}

#[test]
fn every_pattern_of_the_program_compiles() {
    let mut patterns = Patterns::default();
    sources(Path::new("src"), &mut patterns);
    let broken: Vec<_> = patterns.0.iter().filter_map(|source| Some((source, Pattern::mistake(source)?))).collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

/// The lists whose texts are expressions.
const LISTS: [&str; 6] = ["agent_files", "auth", "exec", "guards", "instructions", "net"];

fn texts(value: &toml::Value, all: &mut Vec<String>) {
    match value {
        toml::Value::String(text) => all.push(text.clone()),
        toml::Value::Array(values) => values.iter().for_each(|value| texts(value, all)),
        toml::Value::Table(table) => table.values().for_each(|value| texts(value, all)),
        _ => {}
    }
}

/// What follows `regex: ` in the rules of ast-grep, as far as it is written in quotes on one line.
fn structure_regexes(folder: &Path, all: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| !path.ends_with("tests")) {
        if entry.is_dir() {
            structure_regexes(&entry, all);
        } else {
            let text = std::fs::read_to_string(&entry).unwrap();
            let quoted = |line: &str| {
                let (_, given) = line.split_once("regex: ")?;
                let inner = given.trim().strip_prefix('\'')?.split_inclusive('\'').collect::<String>();
                let end = inner.replace("\'\'", "\u{1}\u{1}").find('\'')?;
                Some(inner.get(..end)?.replace("\'\'", "\'"))
            };
            all.extend(text.lines().filter_map(quoted));
        }
    }
}

/// All expressions of the program that can be found without running it.
fn expressions() -> BTreeSet<String> {
    let mut patterns = Patterns::default();
    sources(Path::new("src"), &mut patterns);
    for list in LISTS {
        let text = std::fs::read_to_string(format!("rules/lists/{list}.toml")).unwrap();
        let mut all = Vec::new();
        texts(&toml::Value::Table(text.parse().unwrap()), &mut all);
        let phrases = if list == "instructions" { "(?i)" } else { "" };
        patterns.0.extend(all.into_iter().map(|text| format!("{phrases}{}", text.replace("[-–—]", "-"))));
    }
    structure_regexes(Path::new("rules/structure"), &mut patterns.0);
    let says = |source: &String| source.contains(['\\', '(', '[', '|', '^', '$', '*', '+']) && Pattern::mistake(source).is_none();
    patterns.0.into_iter().filter(says).collect()
}

#[test]
fn known_words_are_those_of_the_expressions() {
    let all = expressions();
    if std::env::var_os("BLESS").is_some() {
        let lines: BTreeSet<String> = all.iter().map(|source| known_words::line(source).0).collect();
        let list: String = lines.into_iter().map(|line| line + "\n").collect();
        std::fs::write("src/analysis/known_words.txt", list).unwrap();
        return;
    }
    let listed = all.iter().filter_map(|source| Some((source, known_words::listed(source)?)));
    let wrong: Vec<_> = listed.clone().filter(|(source, told)| *told != known_words::line(source).1).collect();
    assert!(wrong.is_empty(), "BLESS=1 cargo test --test suite known_words: {wrong:#?}");
    assert!(listed.count() * 2 > all.len(), "most of {} are not listed: BLESS=1 cargo test --test suite known_words", all.len());
}
