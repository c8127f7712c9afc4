//! A settings file as a tree: JSON with comments, YAML and TOML read into one shape, each value with its line.
//!
//! Read as data only. No include, tag or environment of the file is followed, and nesting is bounded.

mod jsonc;
pub mod node;
pub mod toml_tree;
pub mod yaml;

use super::language::Language;
use node::Node;

/// Reads `text` as `language` writes settings.
///
/// # Errors
/// One sentence, when it is not well-formed or not a language of settings.
pub fn read(text: &str, language: Language) -> Result<Node, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match language {
        Language::Json => jsonc::read(text),
        Language::Yaml => yaml::read(text),
        Language::Toml => toml_tree::read(text),
        Language::Markdown => yaml::read(front_matter(text).ok_or_else(|| "this page has no settings at its head".to_owned())?),
        _ => Err("this kind of file has no settings to read".to_owned()),
    }
}

/// The settings between the `---` at the head of a page, the first line included so that lines keep their numbers.
fn front_matter(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("---\n").or_else(|| text.strip_prefix("---\r\n"))?;
    let mut end = text.len() - rest.len();
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == "---" {
            return text.get(..end);
        }
        end += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::node::added;
    use super::*;

    fn leaves(text: &str, language: Language) -> Vec<(String, String, usize)> {
        let node = read(text, language).unwrap();
        node.leaves().into_iter().map(|leaf| (leaf.path.join("/"), leaf.text, leaf.line)).collect()
    }

    #[test]
    fn json_with_comments_and_trailing_commas() {
        let text = "{\n  // a \"comment\"\n  \"a\": [1, true, null,],\n  /* b */ \"url\": \"http://x//y\", \"e\": \"\\u0041\\n\",\n}\n";
        assert_eq!(
            leaves(text, Language::Json),
            [
                ("a/[]".to_owned(), "1".to_owned(), 2),
                ("a/[]".to_owned(), "true".to_owned(), 2),
                ("a/[]".to_owned(), String::new(), 2),
                ("url".to_owned(), "http://x//y".to_owned(), 3),
                ("e".to_owned(), "A\n".to_owned(), 3),
            ]
        );
    }

    #[test]
    fn yaml_keeps_words_lines_and_anchors() {
        let text = "on:\n  push:\n    branches: [main]\nx: &a\n  k: v\ny: *a\nrun: |\n  one\n  two\n";
        let node = read(text, Language::Yaml).unwrap();
        assert_eq!(node.at(&["on", "push", "branches"]).unwrap().texts(), ["main"]);
        assert_eq!(node.at(&["y", "k"]).unwrap().scalar(), "v");
        assert_eq!(node.get("run").unwrap().text(), Some("one\ntwo\n"));
        assert_eq!(node.at(&["on", "push", "branches"]).unwrap().line, 2);
        assert_eq!(node.get("run").unwrap().line, 7, "a block starts at its first line of text");
    }

    #[test]
    fn yaml_says_where_it_stops_and_bounds_what_it_costs() {
        let says = |text: &str| yaml::all(text).unwrap_err();
        assert_eq!(says("a: 1\nb: 'x\\'y'\n").line, Some(1));
        assert_eq!(says("a: 1\nb: 2\na: 3\n"), yaml::Unread { line: Some(2), says: "`a` stands twice here".to_owned(), costly: false });
        let deep: String = (0..40).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        assert_eq!(says(&deep).says, "it is nested more than 32 deep");
        let level = |c: char, below: char| format!("{c}: &{c} [{}]\n", format!("*{below},").repeat(9));
        let bomb: String = ('b'..='h').zip('a'..).map(|(c, below)| level(c, below)).collect();
        assert_eq!(says(&format!("a: &a [x]\n{bomb}")).says, "its aliases grow it beyond what is read");
        assert!(says("a: &a [*a]\n").line.is_some());
    }

    #[test]
    fn toml_has_the_same_shape() {
        let text = "model = \"x\"\n\n[mcp_servers.db]\ncommand = \"npx\"\nargs = [\n  \"-y\",\n]\n";
        let node = read(text, Language::Toml).unwrap();
        assert_eq!(node.at(&["mcp_servers", "db", "command"]).unwrap().scalar(), "npx");
        assert_eq!(node.at(&["mcp_servers", "db", "command"]).unwrap().line, 3);
        assert_eq!(node.at(&["mcp_servers", "db", "args"]).unwrap().texts(), ["-y"]);
    }

    #[test]
    fn a_page_has_the_settings_at_its_head() {
        let page = "---\nname: x\nallowed-tools: Bash(*), Read\n---\n\n# X\n\n---\na: [\n";
        let node = read(page, Language::Markdown).unwrap();
        assert_eq!((node.get("allowed-tools").unwrap().scalar(), node.get("allowed-tools").unwrap().line), ("Bash(*), Read".to_owned(), 2));
        assert!(read("# X\n---\na: 1\n---\n", Language::Markdown).is_err() && read("---\na: 1\n", Language::Markdown).is_err());
    }

    #[test]
    fn what_is_not_well_formed_is_said() {
        for (text, language) in
            [("{\"a\": }", Language::Json), ("{\"a\": 1", Language::Json), ("a: [", Language::Yaml), ("a = ", Language::Toml)]
        {
            assert!(read(text, language).is_err(), "{text}");
        }
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(read(&deep, Language::Json).is_err());
        assert!(read(&deep, Language::Yaml).is_err());
        assert!(read(&format!("a = {deep}"), Language::Toml).is_err());
    }

    #[test]
    fn added_leaves_ignore_order() {
        let old = read("{\"a\": [1, 2], \"b\": 1}", Language::Json).unwrap();
        let new = read("{\"b\": 1, \"a\": [2, 1, 2]}", Language::Json).unwrap();
        let added: Vec<String> = added(Some(&old), &new).into_iter().map(|leaf| leaf.text).collect();
        assert_eq!(added, ["2"]);
    }
}
