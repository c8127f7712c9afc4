//! Every `Pattern::new("…")` in the source compiles.

use std::path::Path;

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
