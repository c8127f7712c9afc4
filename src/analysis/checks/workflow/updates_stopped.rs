//! Settings of bots that propose updates, by which none would come any more.

use crate::analysis::document::node::Node;
use crate::analysis::role::fold;
use crate::analysis::view::FileView;

/// What no update is proposed for any more, and the line that says so.
pub(super) fn updates_stopped(file: &FileView<'_>) -> Option<(String, usize)> {
    let path = fold(&file.path);
    let read: fn(&Node) -> Vec<(String, usize)> = match path.rsplit('/').next().unwrap_or("") {
        "dependabot.yml" | "dependabot.yaml" => dependabot,
        "renovate.json" | "renovate.json5" | ".renovaterc" | ".renovaterc.json" => renovate,
        _ => return None,
    };
    let (old, new) = (file.old()?.document().ok()?, file.new_side()?.document().ok()?);
    let before = read(old);
    read(new).into_iter().find(|(what, _)| !before.iter().any(|(known, _)| known == what))
}

fn dependabot(tree: &Node) -> Vec<(String, usize)> {
    let updates = tree.get("updates").map_or(&[][..], Node::items).iter();
    updates
        .flat_map(|update| {
            let which = update.get("package-ecosystem").map(Node::scalar).unwrap_or_default();
            let ignored = update.get("ignore").map_or(&[][..], Node::items).iter();
            // With kinds of updates or versions, some still come.
            let all =
                ignored.filter(|item| item.get("dependency-name").is_some_and(|name| name.scalar() == "*") && item.entries().len() == 1);
            all.map(move |item| (format!("any package of {which}"), item.line)).collect::<Vec<_>>()
        })
        .collect()
}

fn renovate(tree: &Node) -> Vec<(String, usize)> {
    let off = |node: &Node| node.get("enabled").filter(|value| value.scalar() == "false").map(|value| value.line);
    let whole = off(tree).map(|line| ("any package".to_owned(), line));
    let alerts = tree.get("vulnerabilityAlerts").and_then(off).map(|line| ("packages with known holes".to_owned(), line));
    let rules = tree.get("packageRules").map_or(&[][..], Node::items).iter();
    let every = rules.filter_map(|rule| {
        let names = ["matchPackagePatterns", "matchPackageNames"].into_iter().filter_map(|key| rule.get(key)).flat_map(Node::texts);
        let all = names.into_iter().any(|name| matches!(name.as_str(), "*" | ".*" | "/.*/" | "**"));
        let narrowed = rule.entries().iter().any(|(key, _)| matches!(key.as_str(), "matchUpdateTypes" | "matchDepTypes" | "matchManagers"));
        off(rule).filter(|_| all && !narrowed).map(|line| ("any package".to_owned(), line))
    });
    whole.into_iter().chain(alerts).chain(every).collect()
}
