//! Manifests of browser extensions: rights by which it reads what people do on every site. No rule of its own.

use std::collections::BTreeSet;

use crate::analysis::document::node::Node;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;

static EVERYWHERE: Pattern = Pattern::new(r"^(?:<all_urls>|(?:\*|https?)://\*/\*?)$");
/// Rights over what others do in the browser.
const GRAVE: [&str; 12] = [
    "cookies",
    "webRequest",
    "webRequestBlocking",
    "debugger",
    "nativeMessaging",
    "proxy",
    "history",
    "clipboardRead",
    "desktopCapture",
    "tabCapture",
    "management",
    "browsingData",
];

/// What an extension may do that it could not before, how grave rights come along, and the line.
pub(super) fn given(file: &FileView<'_>) -> Option<(String, bool, usize)> {
    if file.name() != "manifest.json" {
        return None;
    }
    let (old, new) = (file.old()?.document().ok()?, file.new_side()?.document().ok()?);
    new.get("manifest_version")?;
    let known: BTreeSet<String> = rights(old).into_iter().map(|(right, _)| right).collect();
    let came: Vec<(String, usize)> = rights(new).into_iter().filter(|(right, _)| !known.contains(right)).collect();
    let everywhere = came.iter().any(|(right, _)| right == "every site") && !known.contains("every site");
    let (first, line) = came.first()?;
    let all = came.iter().map(|(right, _)| format!("`{right}`")).collect::<Vec<_>>().join(", ");
    let grave = everywhere && came.iter().any(|(right, _)| right != "every site");
    Some((format!("The extension gets {}", if came.len() > 1 { all } else { format!("`{first}`") }), grave, *line))
}

fn rights(tree: &Node) -> Vec<(String, usize)> {
    let lists = ["permissions", "host_permissions"].into_iter().filter_map(|key| tree.get(key));
    let scripts = tree.get("content_scripts").map_or(&[][..], Node::items).iter().filter_map(|script| script.get("matches"));
    let mut out: Vec<(String, usize)> = Vec::new();
    for node in lists.chain(scripts).flat_map(Node::items) {
        let text = node.scalar();
        let right = if EVERYWHERE.is_match(&text) { "every site".to_owned() } else { text };
        let told = right == "every site" || GRAVE.contains(&right.as_str());
        if told && !out.iter().any(|(known, _)| *known == right) {
            out.push((right, node.line));
        }
    }
    out
}
