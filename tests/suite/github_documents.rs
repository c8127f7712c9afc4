//! Every GraphQL document of the program keeps GitHub's published schema, and costs what it may cost.

use std::path::{Path, PathBuf};

use crate::github::price;

const FRAGMENT: &str = ".fragment.graphql";

/// Documents below `folder`.
fn documents(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            documents(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "graphql") && !path.to_string_lossy().ends_with(FRAGMENT) {
            found.push(path);
        }
    }
}

/// A document with the fragments beside it that it names, and those that they name.
fn whole(path: &Path) -> String {
    let mut text = std::fs::read_to_string(path).unwrap();
    let mut at = 0;
    while let Some(found) = text[at..].find("...") {
        at += found + 3;
        let name: String = text[at..].chars().take_while(|c| c.is_alphanumeric()).collect();
        let fragment = path.with_file_name(format!("{}{FRAGMENT}", name.to_lowercase()));
        if !name.is_empty() && !text.contains(&format!("fragment {name} on")) {
            text += &std::fs::read_to_string(&fragment).unwrap_or_else(|why| panic!("{}: {why}", fragment.display()));
        }
    }
    text
}

#[test]
fn every_document_is_valid_and_cheap() {
    let mut found = Vec::new();
    documents(Path::new("src"), &mut found);
    assert!(found.len() >= 5, "the walk found the documents");
    for path in found {
        let text = whole(&path);
        // A page of whatever size the program asks for is at most a hundred.
        let (points, nodes) = price(&text, &serde_json::json!({ "first": 100 })).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        assert!(points <= 3, "{} costs {points} points", path.display());
        assert!(nodes <= 500_000, "{} asks for {nodes} nodes", path.display());
        assert!(!text.contains("mutation") || points == 1, "{}", path.display());
    }
}
