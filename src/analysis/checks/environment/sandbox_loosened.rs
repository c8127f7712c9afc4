//! `sandbox-loosened`: what a service, a profile or a program around another let it do grows: systemd, seccomp, AppArmor, SELinux, snap, flatpak, macOS.

use std::collections::BTreeMap;

use super::program_sandboxes::{NAMED, program_sandboxes};
use super::trees::{Trees, count, key, leaves};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::role::{Role, fold};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// Files of units, and what changes them from beside.
static UNIT: Pattern = Pattern::new(r"\.(?:service|socket|container)(?:\.j2|\.tmpl|\.in)?$|\.(?:service|socket)\.d/[^/]+\.conf$");
static GUARD: Pattern = Pattern::new(
    r"^\s*(NoNewPrivileges|ProtectSystem|ProtectHome|PrivateTmp|PrivateDevices|PrivateNetwork|PrivateUsers|ProtectKernel\w+|ProtectControlGroups|ProtectProc|RestrictAddressFamilies|RestrictNamespaces|RestrictSUIDSGID|SystemCallFilter|CapabilityBoundingSet|MemoryDenyWriteExecute|LockPersonality|ReadOnlyPaths|InaccessiblePaths|DynamicUser|IPAddressDeny|User|DropCapability|ReadOnly)\s*=\s*(.*?)\s*$",
);
static OFF: Pattern = Pattern::new(r"(?i)^(?:|no|false|off|0|root|~)$");
/// Lines that hold a program in, or let it out.
static HOLDS: Pattern = Pattern::new(
    r"(?i)--network[=\s]+none\b|\bunshare\b[^|;]*\s(?:-n|--net)\b|\bbwrap\b[^|;]*--unshare-(?:all|net)|\bfirejail\b[^|;]*--net=none|\bsandbox-exec\b|\bnsjail\b|\bprlimit\b|--cap-drop[=\s]+all|--security-opt[=\s]+no-new-privileges|--read-only\b|\bsystemd-run\b[^|;]*-p\s*(?:PrivateNetwork|ProtectSystem)|\brunsc\b|--runtime[=\s]+(?:runsc|kata)",
);
static LETS_OUT: Pattern = Pattern::new(
    r#"(?ix) --no-sandbox\b | --disable-(?:setuid-sandbox|web-security|seccomp-filter-sandbox|namespace-sandbox|site-isolation-trials) | \bSELINUX\s*=\s*(?:disabled|permissive)\b | ^\s*confinement:\s*["']?(?:classic|devmode)
    | --(?:filesystem|talk-name)=(?:host|home|org\.freedesktop\.Flatpak)\b | --socket=(?:session|system)-bus | \bflags\s*=\s*\(?\s*(?:complain|unconfined) | \bSECCOMP_MODE_DISABLED | \bseccomp[:=]unconfined | \bapparmor[:=]unconfined | \bchromiumSandbox:\s*false"#,
);
/// Browsers in containers and in automation need it often.
static OF_BROWSER: Pattern = Pattern::new(r"(?i)no-sandbox|setuid-sandbox|chromiumSandbox|web-security|site-isolation");

/// See `rules/code/sandbox-loosened.toml`.
pub struct SandboxLoosened;

impl Check for SandboxLoosened {
    fn rule(&self) -> RuleId {
        RuleId("sandbox-loosened")
    }

    fn needs(&self) -> Needs {
        let places = Words::named([
            "service",
            "socket",
            "container",
            "seccomp",
            "entitlements",
            "plist",
            "sandbox",
            "isolation",
            "networkpolic",
            "network_polic",
            "egress",
            "firewall",
            "apparmor",
            "selinux",
            "gvisor",
            "kata",
            "podsecurity",
            "jail",
            "confinement",
        ]);
        Needs::nothing().and(Reach::ANYWHERE, Words::of([&HOLDS, &LETS_OUT, &NAMED]).or(places))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if !file.role.is_live() || matches!(file.language, Language::Markdown) {
            return;
        }
        let path = format!("/{}", fold(&file.path));
        if UNIT.is_match(&path) {
            unit(file, sink);
        } else if file.language == Language::Json && path.contains("seccomp") {
            seccomp(file, sink);
        } else if path.ends_with(".entitlements") || path.ends_with(".plist") {
            entitlements(file, sink);
        }
        if matches!(file.language, Language::Yaml | Language::Json | Language::Toml) && !path.contains("seccomp") {
            values(file, sink);
        }
        lines(file, sink);
        program_sandboxes(file, sink);
        if path.contains("apparmor") {
            denied(file, sink);
        }
    }
}

/// Paths that a profile of AppArmor kept from its program.
fn denied(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static DENIES: Pattern = Pattern::new(r"^\s*(?:audit\s+)?deny\s+\S");
    let (Some(old), Some(side)) = (file.old(), file.new_side()) else { return };
    let many = |side: &SideView<'_>| side.changed_lines().filter(|line| DENIES.is_match(line.text)).count();
    if let Some(line) = old.changed_lines().find(|line| DENIES.is_match(line.text)).filter(|_| many(side) < many(old)) {
        let draft = Draft::line(file, old, line.index).title("The profile no longer keeps this from its program");
        sink.report(draft.severity(Severity::Medium));
    }
}

/// Switches of settings that keep a program apart, and what is said of its system calls; several of them at once are no tuning.
fn values(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static APART: Pattern = Pattern::new(
        r"(?i)^(?:\w*sandbox\w*|\w*isolation|network_?polic(?:y|ies)|egress_?polic(?:y|ies)|egress_?(?:filter|firewall|control)|firewall|seccomp\w*|app_?armor\w*|selinux\w*|gvisor|kata|pod_?security\w*|jail\w*|confinement)$",
    );
    static HELD: Pattern = Pattern::new(
        r"(?i)^(?:runtimedefault|runtime/default|localhost/.+|enforcing|enforced?|restricted|baseline|strict|default|docker-default)$",
    );
    static LOOSE: Pattern = Pattern::new(r"(?i)^(?:unconfined|disabled|permissive|privileged|none|off)$");
    let (Some(trees), Some(old), Some(side)) = (Trees::of(file), file.old(), file.new_side()) else { return };
    if !old.whole || file.role == Role::Test {
        return;
    }
    let named = |part: &&str| APART.is_match(part);
    let before: BTreeMap<String, String> = leaves(&trees.old).iter().map(|leaf| (leaf.path.join("/"), leaf.text.clone())).collect();
    let mut found: Vec<(usize, String)> = Vec::new();
    for leaf in leaves(&trees.new).iter().filter(|leaf| leaf.path.iter().any(named) && side.is_changed(leaf.line)) {
        let Some(was) = before.get(&leaf.path.join("/")) else { continue };
        let switch = matches!(key(leaf), "enabled" | "enable" | "on" | "active") || APART.is_match(key(leaf));
        let off = switch && was.eq_ignore_ascii_case("true") && leaf.text.eq_ignore_ascii_case("false");
        let loose = HELD.is_match(was) && LOOSE.is_match(&leaf.text);
        if off || loose {
            found.push((leaf.line, format!("`{}` was {was} and is {}", leaf.path.join("."), leaf.text)));
        }
    }
    let many = found.len();
    if let Some((line, title)) = found.into_iter().next() {
        let title = if many > 1 { format!("{title}, and {} more that kept it apart", many - 1) } else { title };
        let severity = if many > 1 { Severity::High } else { Severity::Medium };
        sink.report(Draft::line(file, side, line).title(title).severity(severity));
    }
}

/// What a unit holds its service to, by name.
fn held(side: &SideView<'_>) -> BTreeMap<String, (String, usize)> {
    let told = side.lines().filter_map(|line| Some((GUARD.group(line.text, 1)?, GUARD.group(line.text, 2)?, line.index)));
    told.filter(|(_, value, _)| !OFF.is_match(value)).map(|(name, value, line)| (name.to_owned(), (value.to_owned(), line))).collect()
}

fn unit(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(old), Some(side)) = (file.old(), file.new_side()) else { return };
    let (before, now) = (held(old), held(side));
    let lost: Vec<(&String, usize)> =
        before.iter().filter(|(name, _)| !now.contains_key(*name)).map(|(name, (_, line))| (name, *line)).collect();
    let weaker = before.iter().find_map(|(name, (was, _))| {
        let (is, line) = now.get(name)?;
        (name == "ProtectSystem" && was == "strict" && is != "strict").then_some((name, *line))
    });
    if let Some((_, line)) = lost.first() {
        let names = lost.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
        let root = lost.iter().any(|(name, _)| {
            matches!(name.as_str(), "User" | "NoNewPrivileges" | "DynamicUser" | "CapabilityBoundingSet" | "SystemCallFilter")
        });
        let severity = match lost.len() {
            4.. => Severity::High,
            2.. => Severity::Medium,
            _ if root => Severity::Medium,
            _ => Severity::Low,
        };
        sink.report(Draft::line(file, old, *line).title(format!("The service is no longer held by {names}")).severity(severity));
    } else if let Some((name, line)) = weaker {
        sink.report(Draft::line(file, side, line).title(format!("`{name}` holds the service less")).severity(Severity::Low));
    }
}

/// A filter of system calls that lets through what it did not name.
fn seccomp(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static GRAVE: Pattern = Pattern::new(
        r"^(?:ptrace|mount|umount2|unshare|setns|bpf|keyctl|init_module|finit_module|kexec_load|pivot_root|process_vm_writev|open_by_handle_at|userfaultfd|perf_event_open|reboot|swapon|iopl)$",
    );
    let (Some(trees), Some(side), Some(_)) = (Trees::of(file), file.new_side(), file.old()) else { return };
    let default = |nodes: &[crate::analysis::document::node::Node]| {
        nodes.iter().find_map(|node| node.get("defaultAction")).map(|node| (node.scalar(), node.line))
    };
    let passes = |action: &str| matches!(action, "SCMP_ACT_ALLOW" | "SCMP_ACT_LOG");
    if let (Some((was, _)), Some((is, line))) = (default(&trees.old), default(&trees.new))
        && passes(&is)
        && !passes(&was)
    {
        let draft = Draft::line(file, side, line).title("Every system call would be let through that is not named");
        sink.report(draft.severity(Severity::High));
    }
    let grave =
        |leaf: &crate::analysis::document::node::Leaf<'_>| (key(leaf) == "names" && GRAVE.is_match(&leaf.text)).then(|| leaf.text.clone());
    let before = count(&trees.old, grave);
    for (name, lines) in count(&trees.new, grave).into_iter().filter(|(name, _)| !before.contains_key(name)) {
        let title = format!("The filter lets `{name}` through");
        sink.report(Draft::line(file, side, lines.first().copied().unwrap_or(0)).title(title).severity(Severity::Medium));
    }
}

/// The sandbox of an application of macOS is one key and the word below it.
fn entitlements(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let boxed = |side: &SideView<'_>| {
        let key = side.lines().find(|line| line.text.contains("com.apple.security.app-sandbox"))?;
        Some(side.text().get(side.bytes_of(key.index, key.index + 1)).is_some_and(|text| text.contains("<true")))
    };
    let (Some(old), Some(side)) = (file.old(), file.new_side()) else { return };
    if boxed(old) == Some(true) && boxed(side) != Some(true) {
        let line = side.changed_lines().next().map_or(0, |line| line.index);
        sink.report(Draft::line(file, side, line).title("The application leaves its sandbox").severity(Severity::High));
    }
}

fn lines(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(old), Some(side)) = (file.old(), file.new_side()) else { return };
    let removed: Vec<&str> = old.changed_lines().filter(|line| line.text.len() < 1000).map(|line| line.text).collect();
    let mut known = removed.iter().filter(|text| LETS_OUT.is_match(text)).count();
    let comment = |text: &str| text.trim_start().starts_with(['#', ';', '*']) || text.trim_start().starts_with("//");
    for line in side.changed_lines().filter(|line| line.text.len() < 1000 && !comment(line.text) && LETS_OUT.is_match(line.text)) {
        if known > 0 {
            known -= 1;
            continue;
        }
        let severity = if OF_BROWSER.is_match(line.text) { Severity::Low } else { Severity::Medium };
        sink.report(Draft::line(file, side, line.index).title("What runs there is not held by its sandbox").severity(severity));
    }
    let runs = matches!(file.language, Language::Shell | Language::Makefile | Language::Yaml | Language::Dockerfile | Language::Python)
        || file.role == Role::Workflow;
    let holds = |text: &str| HOLDS.count(text);
    let mut kept: usize = side.changed_lines().map(|line| holds(line.text)).sum();
    for line in old.changed_lines().filter(|line| runs && !comment(line.text) && holds(line.text) > 0) {
        let had = holds(line.text);
        if kept < had && still_runs(side, line.text) {
            sink.report(Draft::line(file, old, line.index).title("What held this program in is gone").severity(Severity::Medium));
        }
        kept = kept.saturating_sub(had);
    }
}

/// Whether the program of a line that is gone still runs on an added one.
fn still_runs(side: &SideView<'_>, line: &str) -> bool {
    let first = line.trim().trim_start_matches("- ").trim_start_matches("run:").trim();
    let program = first.split_whitespace().find(|word| word.len() > 1 && !word.contains('=')).unwrap_or("");
    let last = first.split_whitespace().next_back().unwrap_or("");
    side.changed_lines().any(|line| line.text.contains(program) || last.len() > 3 && line.text.contains(last))
}
