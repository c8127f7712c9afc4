//! Ways in that a setting opens besides lists of who may: debuggers that listen to everybody, ranges of ports, policies that forget a direction.
//! No rule of its own.

use super::blocks::blocks;
use super::trees::{Trees, count, key, named};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;

/// A debugger that runs whatever it is sent by whoever reaches it.
pub(super) static DEBUGGER: Pattern = Pattern::new(
    r"--inspect(?:-brk|-wait)?[=\s]+(?:0\.0\.0\.0|\[?::\]?)|-agentlib:jdwp=[^\s'\x22]*\baddress=(?:\*|0\.0\.0\.0):|\bdebugpy\b[^\n]*--listen[=\s'\x22,]+0\.0\.0\.0|\bdlv\b[^\n]*--listen[=\s'\x22,]+(?::\d|0\.0\.0\.0)|\brdbg\b[^\n]*--host[=\s]+0\.0\.0\.0|jmxremote\.authenticate=false",
);
/// So many ports are a service; more are a machine.
const SOME: u32 = 100;

/// A way in that the change opens: what to say, and the line.
pub(super) fn opened(file: &FileView<'_>) -> Option<(String, usize)> {
    debugger(file).or_else(|| ports(file)).or_else(|| forgotten(file))
}

fn debugger(file: &FileView<'_>) -> Option<(String, usize)> {
    /// Where people debug.
    static MEANT: Pattern = Pattern::new(r"(?i)debug|(?:^|[/._-])dev|local|launch\.json|override");
    if MEANT.is_match(&file.path) || file.removed().any(|line| DEBUGGER.is_match(line.text)) {
        return None;
    }
    let listens = |text: &str| text.len() < 2000 && DEBUGGER.is_match(text) && !text.trim_start().starts_with(['#', '/']);
    // A script named for it is started by whoever wants it.
    static NAMED: Pattern = Pattern::new(r#"^\s*"[\w:-]*(?:debug|inspect|dev)[\w:-]*"\s*:"#);
    let line = file.added().find(|line| listens(line.text) && !NAMED.is_match(line.text))?;
    Some(("A debugger listens to everybody, and runs whatever it is sent".to_owned(), line.index))
}

/// A rule of Terraform for some ports that holds nearly all of them now.
fn ports(file: &FileView<'_>) -> Option<(String, usize)> {
    let (old, new) = (file.old()?, file.new_side()?);
    if file.language != Language::Hcl || !old.whole || !new.whole || !new.text().contains("from_port") {
        return None;
    }
    let before = blocks(old);
    blocks(new).into_iter().find_map(|(name, block)| {
        let known = before.get(&name)?;
        let ways = block.all.iter().filter_map(|(key, _, _)| key.strip_suffix("from_port").map(str::to_owned));
        ways.filter(|way| !way.contains("egress")).find_map(|way| {
            let read = |all: &[(String, String, usize)], port: &str| {
                let mut found = all.iter().filter(|(key, _, _)| key.strip_prefix(way.as_str()) == Some(port));
                // Several rules under one name cannot be told apart.
                found.next().filter(|_| found.next().is_none()).and_then(|(_, value, line)| Some((value.parse::<u32>().ok()?, *line)))
            };
            let many = |all| Some(read(all, "to_port")?.0.saturating_sub(read(all, "from_port")?.0));
            let egress = block.all.iter().any(|(key, value, _)| key.ends_with("type") && value.contains("egress"));
            let (_, line) = read(&block.all, "to_port")?;
            (!egress && many(&known.all)? < SOME && many(&block.all)? > 60_000)
                .then(|| (format!("`{}.{}` opened some ports and opens nearly all of them now", name.0, name.1), line))
        })
    })
}

/// A policy of a cluster that spoke of what goes out, and is silent about it now: then all of it may.
fn forgotten(file: &FileView<'_>) -> Option<(String, usize)> {
    let old = file.old()?;
    if file.language != Language::Yaml || !old.text().contains("policyTypes") {
        return None;
    }
    let trees = Trees::of(file)?;
    let policies = |nodes: &[_]| nodes.iter().filter(|node| named(node).is_some_and(|(kind, _)| kind == "NetworkPolicy")).count();
    let directions = |nodes| count(nodes, |leaf| (key(leaf) == "policyTypes").then(|| leaf.text.clone()));
    let (before, after) = (directions(&trees.old), directions(&trees.new));
    let fewer = before.iter().find(|(way, lines)| lines.len() > after.get(*way).map_or(0, Vec::len));
    let (way, lines) = fewer.filter(|_| policies(&trees.new) >= policies(&trees.old))?;
    let line = lines.iter().copied().find(|line| old.is_changed(*line)).or(lines.first().copied())?;
    // The line is told on the side that lost it, by its number there; what stays is found on the other.
    let new = file.new_side()?;
    let at = new.lines().find(|line| line.text.contains("policyTypes")).map_or(line.min(new.len().saturating_sub(1)), |line| line.index);
    Some((format!("The policy no longer limits {}", way.to_lowercase()), at))
}
