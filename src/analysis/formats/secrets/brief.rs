//! A file of this program's own forms without its examples, which are more than half of it and are read when somebody asks for them.

use super::read;
use crate::analysis::rules;
use crate::model::rule::{Example, Examples};

/// `text` with the lines of every list of examples left empty, so that all others stay where they are.
pub(super) fn of(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for line in text.lines() {
        let opens = ["hit = [", "miss = ["].iter().any(|head| line.starts_with(head));
        if !inside && !opens {
            out.push_str(line);
        }
        inside = if inside { line != "]" } else { opens && !line.ends_with(']') };
        out.push('\n');
    }
    out
}

/// The examples of the rule called `id` in the file at `path` of this program's rules.
pub(super) fn examples(path: &str, id: &'static str) -> Examples {
    let path = path.to_owned();
    Examples::lazily(move || read_of(&path, id))
}

fn read_of(path: &str, id: &str) -> Vec<Example> {
    let whole = read::read(rules::data(path), true);
    whole.rules.iter().filter(|written| written.form.id.0 == id).flat_map(|written| written.examples.to_vec()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_the_same_without_its_examples() {
        let files = rules::pack().files.iter().filter(|file| file.path.starts_with("secrets/"));
        for file in files {
            let (brief, whole) = (read::read(&of(&file.text), true), read::read(&file.text, true));
            assert!(brief.remarks.is_empty() && whole.remarks.is_empty(), "{}", file.path);
            assert!(!whole.rules.is_empty() && of(&file.text).len() < file.text.len(), "{}", file.path);
            assert_eq!(brief.rules.len(), whole.rules.len(), "{}", file.path);
            for (one, all) in brief.rules.iter().zip(&whole.rules) {
                assert!(one.examples.is_empty() && !all.examples.is_empty(), "{}", all.form.id);
                let (mut one, mut all) = (one.clone(), all.clone());
                (one.examples, all.examples) = (Examples::default(), Examples::default());
                assert_eq!(format!("{one:?}"), format!("{all:?}"));
            }
        }
    }
}
