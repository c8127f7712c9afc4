//! `container-loosened`: what kept a container apart from its machine is gone from its settings, or turned round.

use std::collections::BTreeMap;

use super::trees::{Trees, above, count, key, leaves};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::{Leaf, Node};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// What the file must hold on either side.
const TELLING: [&str; 26] = [
    "image",
    "from",
    "@sha256:",
    "user",
    "securitycontext",
    "runasnonroot",
    "read_only",
    "readonlyroot",
    "privilege",
    "automountservice",
    "cap_drop",
    "drop",
    "security_opt",
    "seccomp",
    "network_mode",
    "internal",
    "pod-security",
    "hostusers",
    "host_",
    "docker.sock",
    "security_context",
    "run_as_non_root",
    "pidmode",
    "ipcmode",
    "host",
    "unconfined",
];

/// See `rules/code/container-loosened.toml`.
pub struct ContainerLoosened;

impl Check for ContainerLoosened {
    fn rule(&self) -> RuleId {
        RuleId("container-loosened")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ANYWHERE, Words::named(TELLING))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if !file.role.is_live() || file.old().is_none() || file.new_side().is_none() {
            return;
        }
        match file.language {
            Language::Yaml | Language::Json => {
                by_tree(file, sink);
                from_elsewhere(file, sink);
            }
            Language::Hcl => by_lines(file, sink),
            Language::Dockerfile => {
                image(file, sink);
                from_elsewhere(file, sink);
            }
            _ => {}
        }
    }
}

/// What a setting guards, and whether losing it is worth a look by itself.
fn guards(leaf: &Leaf<'_>) -> Option<(&'static str, bool)> {
    let (text, inside) = (leaf.text.to_lowercase(), above(leaf));
    let of_volume = leaf.path.iter().any(|part| part.to_lowercase().contains("volume") || part.to_lowercase().contains("mount"));
    Some(match (key(leaf), text.as_str()) {
        ("runAsNonRoot", "true") => ("it must not run as root", true),
        ("readOnlyRootFilesystem" | "read_only" | "readonlyRootFilesystem", "true") if !of_volume => {
            ("its root folder cannot be written", false)
        }
        ("allowPrivilegeEscalation", "false") => ("it cannot gain rights", true),
        ("automountServiceAccountToken", "false") => ("it gets no token of the cluster", true),
        ("runAsUser", user) if user != "0" && !user.is_empty() => ("it runs as somebody else than root", false),
        ("user", user) if leaf.path.first() == Some(&"services") && !matches!(user, "" | "0" | "root" | "0:0") => {
            ("it runs as somebody else than root", false)
        }
        ("drop" | "cap_drop", "all") => ("it has no capabilities", true),
        ("security_opt", option) if option.starts_with("no-new-privileges") => ("it cannot gain rights", true),
        ("type", "runtimedefault" | "localhost") if inside == "seccompProfile" => ("its system calls are filtered", true),
        ("network_mode", "none") => ("it has no network", true),
        ("internal", "true") if leaf.path.first() == Some(&"networks") => ("its network leads nowhere", true),
        (label, "restricted" | "baseline") if label.starts_with("pod-security.kubernetes.io/enforce") => ("weak pods are refused", true),
        ("hostUsers", "false") => ("its root is nobody outside", false),
        _ => return None,
    })
}

const SHARES: &str = "it shares what the machine has";

/// What lets a container out, in settings that are JSON or YAML laid out like it: those of YAML in blocks have a rule of their own.
fn opens(leaf: &Leaf<'_>) -> Option<&'static str> {
    let text = leaf.text.to_lowercase();
    Some(match (key(leaf), text.as_str()) {
        ("privileged", "true") => "it gets all rights on the machine",
        ("hostNetwork" | "hostPID" | "hostIPC" | "allowPrivilegeEscalation", "true") => "it gets what keeps it apart from the machine",
        ("pidMode" | "ipcMode" | "networkMode", "host") => SHARES,
        ("pid" | "ipc" | "userns_mode", "host") if leaf.path.first() == Some(&"services") => SHARES,
        ("add", "all" | "sys_admin" | "cap_sys_admin" | "sys_ptrace" | "sys_module") => "it gets a capability as good as all",
        ("sourcePath" | "path", "/" | "/var/run/docker.sock" | "/var/run" | "/run" | "/etc" | "/root" | "/proc")
            if leaf.path.iter().any(|part| part.to_lowercase().contains("host")) =>
        {
            "it reaches what belongs to the machine"
        }
        ("volumes", mount)
            if ["/var/run/docker.sock:", "/run/docker.sock:", "/:", "/etc:", "/root:", "/proc:"]
                .iter()
                .any(|from| mount.starts_with(from)) =>
        {
            "it reaches what belongs to the machine"
        }
        // The long form of a mount of a composition.
        (
            "source",
            "/"
            | "/var/run/docker.sock"
            | "/run/docker.sock"
            | "/var/run"
            | "/run"
            | "/etc"
            | "/root"
            | "/proc"
            | "/run/containerd/containerd.sock"
            | "/var/run/podman/podman.sock",
        ) if leaf.path.contains(&"volumes") && leaf.path.first() == Some(&"services") => "it reaches what belongs to the machine",
        ("cap_add", "all" | "sys_admin" | "cap_sys_admin" | "sys_ptrace" | "sys_module") => "it gets a capability as good as all",
        ("type", "unconfined") if above(leaf) == "seccompProfile" => "its system calls are not filtered",
        ("security_opt", "seccomp:unconfined" | "seccomp=unconfined" | "apparmor:unconfined" | "apparmor=unconfined") => {
            "its system calls are not filtered"
        }
        _ => return None,
    })
}

fn by_tree(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(trees), Some(old), Some(side)) = (Trees::of(file), file.old(), file.new_side()) else { return };
    let (before, now) = (count(&trees.old, guards), count(&trees.new, guards));
    let gone = containers(&trees.old).saturating_sub(containers(&trees.new));
    let mut lost: BTreeMap<&'static str, (bool, usize)> = BTreeMap::new();
    for ((what, grave), lines) in &before {
        let left = now.get(&(*what, *grave)).map_or(0, Vec::len);
        // What went with its container was not taken from one that stays.
        if lines.len() > left + gone {
            let line = lines.iter().copied().find(|line| old.is_changed(*line)).or(lines.first().copied()).unwrap_or(0);
            lost.insert(*what, (*grave, line));
        }
    }
    let grave = lost.values().filter(|(grave, _)| *grave).count();
    if let Some((_, line)) = lost.values().max_by_key(|(grave, _)| *grave) {
        let what = lost.keys().copied().collect::<Vec<_>>().join(", ");
        let severity = match (grave, lost.len()) {
            (3.., _) => Severity::High,
            // What held it is gone, and what lets it out came at once.
            (1.., _) if reaches_out(&trees) => Severity::High,
            (1.., _) | (_, 3..) => Severity::Medium,
            _ => Severity::Low,
        };
        sink.report(Draft::line(file, old, *line).title(format!("Of a container no longer holds: {what}")).severity(severity));
    }
    let (before, now) = (count(&trees.old, opens), count(&trees.new, opens));
    let came: Vec<_> = now.iter().filter(|(what, lines)| lines.len() > before.get(*what).map_or(0, Vec::len)).collect();
    // The machine's own socket or folders and one thing more that kept it apart: nothing is left between the two.
    let out = came.len() > 1 && reaches_out(&trees);
    for (what, lines) in came {
        let told_here = |line: &usize| file.language == Language::Json || side.line(*line).text.contains(['{', '[']);
        if let Some(line) = lines.iter().copied().find(|line| side.is_changed(*line) && told_here(line)) {
            sink.report(Draft::line(file, side, line).title(format!("Of a container: {what}")).severity(if out {
                Severity::High
            } else {
                Severity::Medium
            }));
        }
    }
}

/// Whether a container got the machine's own socket or folders, or rights as good as all.
fn reaches_out(trees: &Trees) -> bool {
    let (before, now) = (count(&trees.old, opens), count(&trees.new, opens));
    let telling = |what: &str| {
        what.contains("belongs to the machine") || what.contains("all rights on the machine") || what.contains("as good as all")
    };
    now.iter().any(|(what, lines)| telling(what) && lines.len() > before.get(what).map_or(0, Vec::len))
}

/// Whether a container of the documents lost something that guarded it, or got something that lets it out.
pub(super) fn let_out(trees: &Trees) -> bool {
    let gone = containers(&trees.old).saturating_sub(containers(&trees.new));
    let (before, now) = (count(&trees.old, guards), count(&trees.new, guards));
    let lost = before.iter().any(|((what, grave), lines)| *grave && lines.len() > now.get(&(*what, *grave)).map_or(0, Vec::len) + gone);
    let (before, now) = (count(&trees.old, opens), count(&trees.new, opens));
    lost || now.iter().any(|(what, lines)| lines.len() > before.get(what).map_or(0, Vec::len))
}

/// The last stage of an image ran as nobody twice over, by its base and by its own word, and runs as root now.
fn image(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static FROM: Pattern = Pattern::new(r"(?i)^\s*FROM\s+(?:--\S+\s+)*(\S+)");
    static USER: Pattern = Pattern::new(r"(?i)^\s*USER\s+([\w${}.-]+)");
    static NOBODY: Pattern = Pattern::new(r"(?i)nonroot|unprivileged|rootless|chainguard|cgr\.dev/|(?:^|/)bitnami/|hardened|distroless");
    let (Some(old), Some(side)) = (file.old(), file.new_side()) else { return };
    if !old.whole || !side.whole {
        return;
    }
    let last = |view: &SideView<'_>| -> Option<(String, usize, Option<String>)> {
        let (line, base) = view.lines().filter_map(|line| Some((line.index, FROM.group(line.text, 1)?.to_owned()))).last()?;
        let user = view.lines().skip(line).filter_map(|line| USER.group(line.text, 1)).last().map(str::to_lowercase);
        Some((base, line, user.filter(|user| !matches!(user.as_str(), "root" | "0"))))
    };
    let (Some((was, _, Some(_))), Some((is, line, None))) = (last(old), last(side)) else { return };
    if NOBODY.is_match(&was) && !NOBODY.is_match(&is) && was != is {
        let title = "The image that ran as nobody, by its base and by its word, runs as root";
        sink.report(Draft::line(file, side, line).title(title).severity(Severity::High));
    }
}

/// An image that was named by its content is named otherwise now, or comes from somewhere else.
fn from_elsewhere(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static IMAGE: Pattern = Pattern::new(r#"^\s*(?:-\s*)?["']?image["']?\s*:\s*["']?([^\s"'#,]+)|^\s*FROM\s+(?:--\S+\s+)*(\S+)"#);
    let (Some(old), Some(side)) = (file.old(), file.new_side()) else { return };
    fn named<'v>(side: &'v SideView<'_>) -> Vec<(usize, &'v str)> {
        side.changed_lines()
            .filter(|line| line.text.len() < 400)
            .filter_map(|line| Some((line.index, IMAGE.parts(line.text).next()?)))
            .take(100)
            .collect()
    }
    let place = |image: &str| -> String {
        let bare = bare(image);
        let hosted = bare.split_once('/').filter(|(host, _)| host.contains(['.', ':']) || *host == "localhost");
        hosted.map_or("docker.io", |(host, _)| host).trim_start_matches("index.").to_owned()
    };
    let (were, are) = (named(old), named(side));
    if were.len() != are.len() {
        return;
    }
    let pinned = |image: &str| image.contains("@sha256:");
    let lost = were.iter().zip(&are).filter(|((_, was), (_, is))| pinned(was) && !pinned(is));
    if let Some(((_, was), (line, is))) = lost.max_by_key(|((_, was), (_, is))| place(was) != place(is)) {
        let moved = place(was) != place(is);
        let title = if moved {
            "An image that was named by its content comes from elsewhere, whatever it is there"
        } else {
            "An image is no longer named by its content"
        };
        // Of a Dockerfile that is the locks' to tell.
        if moved || file.language != Language::Dockerfile {
            let severity = if moved { Severity::High } else { Severity::Medium };
            sink.report(Draft::line(file, side, *line).title(title).severity(severity));
            return;
        }
    }
    let other = were.iter().zip(&are).find(|((_, was), (_, is))| of_somebody_else(was, is));
    if let Some(((_, was), (line, is))) = other {
        let title = format!("The image `{}` would come from somebody else: `{}`", bare(was), bare(is));
        sink.report(Draft::line(file, side, *line).title(title).severity(Severity::Medium));
    }
}

/// The name of an image without its version.
fn bare(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    image.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or(image, |(bare, _)| bare)
}

/// Whether an image of the same name has another owner, and no mirror of the same.
fn of_somebody_else(was: &str, is: &str) -> bool {
    static MIRROR: Pattern = Pattern::new(r"(?i)(?:^|/)library/|mirror|proxy|cache|[$<{]|localhost|registry");
    let owned = |image: &'_ str| -> (String, String) {
        let image = bare(image).trim_start_matches("docker.io/");
        let (owner, name) = image.rsplit_once('/').unwrap_or(("library", image));
        (owner.to_owned(), name.to_owned())
    };
    let ((owner, name), (other, same)) = (owned(was), owned(is));
    name == same && owner != other && !name.is_empty() && !MIRROR.is_match(is) && !MIRROR.is_match(was)
}

/// How many containers the documents describe.
fn containers(trees: &[Node]) -> usize {
    leaves(trees).iter().filter(|leaf| key(leaf) == "image" || leaf.path.len() > 1 && key(leaf) == "build").count()
}

/// Attributes of Terraform's resources for containers.
fn by_lines(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static OPENS: Pattern = Pattern::new(
        r#"^\s*(?:privileged|host_network|host_pid|host_ipc|allow_privilege_escalation)\s*=\s*true\b|^\s*run_as_non_root\s*=\s*false\b|^\s*(?:pid_mode|ipc_mode|network_mode)\s*=\s*"host"|^\s*(?:host_path|path|source)\s*=\s*"(?:/var/run/docker\.sock|/|/etc|/root)"|^\s*"?privileged"?\s*[:=]\s*true\b"#,
    );
    static GUARDS: Pattern = Pattern::new(
        r#"^\s*(?:run_as_non_root|read_only_root_filesystem)\s*=\s*true\b|^\s*(?:allow_privilege_escalation|automount_service_account_token)\s*=\s*false\b|^\s*drop\s*=\s*\[\s*"(?:ALL|all)""#,
    );
    let (Some(old), Some(side)) = (file.old(), file.new_side()) else { return };
    let mut known = file.removed().filter(|line| OPENS.is_match(line.text)).count();
    for line in side.changed_lines().filter(|line| OPENS.is_match(line.text)) {
        if known == 0 {
            let draft = Draft::line(file, side, line.index).title("A container gets what keeps it apart from the machine");
            sink.report(draft.severity(Severity::Medium));
        }
        known = known.saturating_sub(1);
    }
    let mut kept = file.added().filter(|line| GUARDS.is_match(line.text)).count();
    for line in old.changed_lines().filter(|line| GUARDS.is_match(line.text)) {
        if kept == 0 && side.text().contains("container") {
            let draft = Draft::line(file, old, line.index).title("What kept a container apart is gone");
            sink.report(draft.severity(Severity::Medium));
        }
        kept = kept.saturating_sub(1);
    }
}
