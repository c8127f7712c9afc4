//! `bound-changed`: a comparison with a bound includes one more or one less than before, or a bound moved by one.

use super::pairs::{pairs, squeezed};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::rule::RuleId;

/// See `rules/code/bound-changed.toml`.
pub struct BoundChanged;

static ORDER: Pattern = Pattern::new(r"[\w)\]\x22']\s*(<=|>=|<|>|\.\.=|\.\.)\s*[\w(&*-]");
/// Lines in which such signs mean something else.
static OTHERWISE: Pattern = Pattern::new(
    r"=>|->|<<|>>|</|/>|<!|<\?|\b(?:class|interface|struct|impl|template|import|include|extends|Vec|Option|Result|List|Map|Set|Promise|Array|Record|type)\b|<\w+>|\b(?i:ttl|expir\w*|timeout|elapsed|now|deadline|version|age|token|session)\b",
);
static ONE: Pattern = Pattern::new(r"\s*[+-]\s*1\b");
static MEASURE: Pattern = Pattern::new(
    r"(?i)\b(?:len|length|size|count|sizeof|strlen|max\w*|min\w*|limit|capacity|end|n|bound\w*|index|idx|offset|i|j|pos|\w+_len|\w+_size|\w+Length|\w+Size|\w+Count)\b",
);

impl Check for BoundChanged {
    fn rule(&self) -> RuleId {
        RuleId("bound-changed")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if !file.language.is_code() || !file.role.is_live() {
            return;
        }
        for (was, side, is) in pairs(file, plain) {
            let evidence = format!("{} → {}", was.text.trim(), is.text.trim());
            sink.report(Draft::line(file, side, is.index).evidence(evidence));
        }
    }
}

/// A line about a bound without what decides whether the bound itself is in; nothing for any other line.
fn plain(code: &str) -> Option<String> {
    let about = ORDER.is_match(code) && MEASURE.is_match(code) && !OTHERWISE.is_match(code);
    about.then(|| {
        let mut text = String::new();
        let mut at = 0;
        for found in ONE.find_all(code) {
            text.push_str(code.get(at..found.start).unwrap_or(""));
            at = found.end;
        }
        text.push_str(code.get(at..).unwrap_or(""));
        squeezed(&text).replace("<=", "<").replace(">=", ">").replace("..=", "..")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_bound_itself_is_left_out() {
        assert_eq!(plain("while i <= len - 1 {"), plain("while i < len {"));
        assert_ne!(plain("while i < len {"), plain("while i > len {"));
        assert_eq!((plain("let x: Vec<usize> = n;"), plain("if age >= limit {"), plain("total += 1")), (None, None, None));
    }
}
