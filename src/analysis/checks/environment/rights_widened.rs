//! `rights-widened`: a role, a policy or a line for `sudo` gives more than before, and what it gives opens further doors.

use std::collections::{BTreeMap, BTreeSet};

use super::blocks::blocks;
use super::trees::{Trees, count, named};
use super::{conditions, extension_rights, vault_policy};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::{Leaf, Node};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::role::fold;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

static ACTION: Pattern = Pattern::new(r#"["'\s\[-]([a-z][a-z0-9-]{1,30}):(\*|[A-Z][A-Za-z0-9]*\*?)(?:["'\s,\]]|$)"#);
static OF_POLICY: Pattern = Pattern::new(r"(?i)\bEffect\b|\bactions\s*=|\bAction\b|\bStatement\b|\biam\b|polic(?:y|ies)");
/// Actions by which somebody gives himself the rest.
static DOORS: Pattern = Pattern::new(
    r"^(?:iam:(?:PassRole|CreateAccessKey|CreateLoginProfile|UpdateLoginProfile|AttachUserPolicy|AttachRolePolicy|AttachGroupPolicy|PutUserPolicy|PutRolePolicy|PutGroupPolicy|AddUserToGroup|UpdateAssumeRolePolicy|CreatePolicyVersion|SetDefaultPolicyVersion|\*)|sts:(?:AssumeRole\*|\*)|kms:(?:Decrypt\*|\*)|secretsmanager:(?:\*|GetSecretValue\*)|lambda:(?:UpdateFunctionCode|\*)|organizations:\*|ec2:\*|s3:\*|ssm:(?:SendCommand|\*))$",
);
static SUDO_ALL: Pattern = Pattern::new(r"^[^#\n]*\bALL\s*=\s*\(?\s*ALL(?:\s*:\s*ALL)?\s*\)?\s*NOPASSWD:\s*ALL\b");
static SUDO: Pattern = Pattern::new(r"^[^#\n]*\bNOPASSWD:|^\s*Defaults\s+!(?:authenticate|requiretty|use_pty)");
static SET_UID: Pattern = Pattern::new(
    r"\bchmod\s+(?:-\w+\s+)*(?:[ug]*\+s|0?[4267][0-7]{3})\s+\S*(?:/|\b)(?:ba|da|z|k)?sh\b|\bchmod\s+(?:-\w+\s+)*(?:[ug]*\+s|0?[4267][0-7]{3})\s+\S*\b(?:python[\d.]*|perl|ruby|node|find|vim?|cp|nano|env|awk|tar|less|docker)\b|\bsetcap\s+['\x22]?cap_(?:sys_admin|setuid|dac_override|sys_ptrace|sys_module|dac_read_search|all)\S*\s+\S",
);
static KEY_GIVEN: Pattern = Pattern::new(
    r"\b(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S+|sk-ssh-\S+)\s+AAAA[^\n]*(?:>>?|\|\s*(?:sudo\s+)?tee)[^\n]*authorized_keys|\b(?:curl|wget)\b[^\n]*(?:>>?|\|\s*(?:sudo\s+)?tee)[^\n]*authorized_keys",
);
static PASSWORD: Pattern =
    Pattern::new(r#"\b(?:echo|printf)\s+(?:-\w+\s+)?["']?\w[\w.-]*:[^\s$"'`|]{1,64}["']?\s*\|\s*(?:sudo\s+)?chpasswd\b"#);
static POLKIT: Pattern = Pattern::new(r"\breturn\s+polkit\.Result\.YES\b|^\s*ResultAny\s*=\s*yes|<allow_(?:any|inactive)>\s*yes");

/// See `rules/code/rights-widened.toml`.
pub struct RightsWidened;

impl Check for RightsWidened {
    fn rule(&self) -> RuleId {
        RuleId("rights-widened")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(
            Reach::ANYWHERE,
            Words::of([&OF_POLICY, &SUDO, &SUDO_ALL, &SET_UID, &POLKIT]).or(Words::named([
                "verbs",
                "actions",
                "statement",
                "assumerole",
                "roleref",
                "capabilities",
                "manifest_version",
                "permissions",
                "condition",
                "chpasswd",
                "authorized_keys",
            ])),
        )
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if !file.role.is_live() || matches!(file.language, Language::Markdown) {
            return;
        }
        if file.language == Language::Yaml && file.old().is_some() {
            roles(file, sink);
        }
        if file.language == Language::Yaml {
            bindings(file, sink);
        }
        let settings = matches!(file.language, Language::Yaml | Language::Json | Language::Hcl | Language::TypeScript | Language::Python);
        if settings && file.old().is_some() {
            actions(file, sink);
            // The first to speak of a line is heard.
            builds(file, sink);
            trust(file, sink);
            stranger(file, sink);
        }
        by_lines(file, sink);
        given(file, sink);
    }
}

/// What policies that are told apart by their form give.
fn given(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(old), Some(side)) = (file.old(), file.new_side()) else { return };
    if let Some((line, severity)) = conditions::gone(file) {
        let title = "Whoever takes on this role is no longer asked under which condition";
        sink.report(Draft::line(file, old, line).title(title).severity(severity));
    }
    if let Some((title, line)) = vault_policy::given(file) {
        sink.report(Draft::line(file, side, line).title(title).severity(Severity::Medium));
    }
    if let Some((title, grave, line)) = extension_rights::given(file) {
        let severity = if grave { Severity::High } else { Severity::Medium };
        sink.report(Draft::line(file, side, line).title(title).severity(severity));
    }
}

/// Whose builds may take on a role, of any repository or any branch: `repo:acme/*`.
static ANY_BUILD: Pattern = Pattern::new(r"[\x22\x27](?:repo|project_path|organization|project):[^\x22\x27\s]*\*");

/// A role that the builds of one branch could take on is for many now. A tag's or an environment's own builds stay within it.
fn builds(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(old), Some(side)) = (file.old(), file.new_side()) else { return };
    let many = |side: &SideView<'_>| side.lines().filter(|line| line.text.len() < 2000 && ANY_BUILD.is_match(line.text)).count();
    static EXACT: Pattern = Pattern::new(r"[\x22\x27](?:repo|project_path|organization|project):[^\x22\x27*\s]+[\x22\x27]");
    let exact = old.changed_lines().any(|line| line.text.len() < 2000 && EXACT.is_match(line.text));
    if !exact || many(side) <= many(old) {
        return;
    }
    if let Some(line) = side.changed_lines().find(|line| line.text.len() < 2000 && ANY_BUILD.is_match(line.text)) {
        let draft = Draft::line(file, side, line.index).title("A role that the builds of one branch could take on is for many now");
        sink.report(draft.severity(Severity::High));
    }
}

/// A resource and what may be done with it.
type Right = (String, String);

/// What each role of the documents may do.
fn rights(trees: &[Node]) -> BTreeMap<(String, String), BTreeMap<Right, usize>> {
    let mut out: BTreeMap<(String, String), BTreeMap<Right, usize>> = BTreeMap::new();
    for node in trees {
        let Some(name) = named(node).filter(|(kind, _)| matches!(kind.as_str(), "Role" | "ClusterRole")) else { continue };
        let held = out.entry(name).or_default();
        for rule in node.get("rules").map_or(&[][..], Node::items) {
            let verbs = rule.get("verbs").map(Node::texts).unwrap_or_default();
            for resource in rule.get("resources").map(Node::texts).unwrap_or_default() {
                for verb in &verbs {
                    held.entry((resource.clone(), verb.clone())).or_insert(rule.line);
                }
            }
        }
    }
    out
}

/// Whoever nobody knows: requests without any name.
const NOBODY: [&str; 2] = ["system:unauthenticated", "system:anonymous"];
/// What everybody may see of a cluster as it is delivered.
const DISCOVERY: [&str; 4] =
    ["system:public-info-viewer", "system:discovery", "system:basic-user", "system:service-account-issuer-discovery"];

/// The subjects of each binding of the documents, each with its role and line.
fn bound(trees: &[Node]) -> Vec<(String, String, usize)> {
    let mut out = Vec::new();
    for node in trees {
        let binds = named(node).is_some_and(|(kind, _)| matches!(kind.as_str(), "RoleBinding" | "ClusterRoleBinding"));
        let Some(role) = node.at(&["roleRef", "name"]).filter(|_| binds).map(Node::scalar) else { continue };
        for subject in node.get("subjects").map_or(&[][..], Node::items) {
            let name = subject.get("name").map(Node::scalar).unwrap_or_default();
            out.push((name, role.clone(), subject.line));
        }
    }
    out
}

/// Rights for whoever comes without a name, or all rights for everybody with one.
fn bindings(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(trees), Some(side)) = (Trees::of(file), file.new_side()) else { return };
    let before = bound(&trees.old);
    for (subject, role, line) in bound(&trees.new) {
        let nobody = NOBODY.contains(&subject.as_str()) && !DISCOVERY.contains(&role.as_str());
        let everybody = matches!(subject.as_str(), "system:authenticated" | "system:serviceaccounts")
            && matches!(role.as_str(), "cluster-admin" | "admin" | "edit");
        if (nobody || everybody) && !before.iter().any(|(known, its, _)| *known == subject && *its == role) {
            let who = if nobody { "Whoever comes without a name" } else { "Everybody in the cluster" };
            let draft = Draft::line(file, side, line).title(format!("{who} gets the rights of `{role}`"));
            sink.report(draft.why("Nobody has to prove who they are to use these rights."));
        }
    }
}

fn opens_doors((resource, verb): &Right) -> bool {
    let reads = matches!(verb.as_str(), "get" | "list" | "watch" | "*");
    matches!(verb.as_str(), "*" | "escalate" | "bind" | "impersonate")
        || resource == "*"
        || (resource == "secrets" && reads)
        || (matches!(resource.as_str(), "pods/exec" | "pods/attach" | "serviceaccounts/token" | "nodes/proxy")
            && matches!(verb.as_str(), "create" | "get"))
        || (resource.contains("rolebindings") || resource.starts_with("clusterroles") || resource.contains("webhookconfigurations"))
            && matches!(verb.as_str(), "create" | "update" | "patch")
}

fn roles(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(trees), Some(side)) = (Trees::of(file), file.new_side()) else { return };
    let before = rights(&trees.old);
    for ((kind, name), held) in rights(&trees.new) {
        // A role that is new was never narrower; one that became good for the whole cluster was.
        let known = before.get(&(kind.clone(), name.clone()));
        let wider = if known.is_none() && kind == "ClusterRole" { before.get(&("Role".to_owned(), name.clone())) } else { None };
        let Some(known) = known.or(wider) else { continue };
        let gained = held.iter().find(|(right, _)| opens_doors(right) && !known.contains_key(*right));
        if let Some(((resource, verb), line)) = gained {
            let title = format!("`{name}` may now {verb} {resource}");
            sink.report(Draft::line(file, side, *line).title(title).severity(Severity::Medium));
        } else if wider.is_some() {
            let line = side.changed_lines().next().map_or(0, |line| line.index);
            sink.report(Draft::line(file, side, line).title(format!("`{name}` counts for the whole cluster")).severity(Severity::Medium));
        }
    }
}

/// Actions of a cloud that a policy names for the first time: all of a service where it named some, or one that opens further doors.
fn actions(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(old), Some(side)) = (file.old(), file.new_side()) else { return };
    if !OF_POLICY.is_match(old.text()) && !OF_POLICY.is_match(&file.path) {
        return;
    }
    let read = |text: &str| -> Vec<(String, String)> {
        let pairs = ACTION.groups(text, 1).zip(ACTION.groups(text, 2));
        pairs.map(|(service, action)| (service.to_owned(), action.to_owned())).collect()
    };
    let added: Vec<(usize, Vec<(String, String)>)> = side
        .changed_lines()
        .filter(|line| line.text.len() < 2000)
        .map(|line| (line.index, read(line.text)))
        .filter(|(_, all)| !all.is_empty())
        .collect();
    if added.is_empty() {
        return;
    }
    let before: BTreeSet<(String, String)> = old.lines().filter(|line| line.text.len() < 2000).flat_map(|line| read(line.text)).collect();
    for (line, all) in added {
        for (service, action) in &all {
            let full = format!("{service}:{action}");
            if before.contains(&(service.clone(), action.clone())) {
                continue;
            }
            let narrower = before.iter().any(|(known, what)| known == service && what != "*");
            let title = match action.as_str() {
                "*" if narrower => format!("Everything of `{service}` is allowed where some of it was"),
                _ if DOORS.is_match(&full) && !before.contains(&(service.clone(), "*".to_owned())) => {
                    format!("`{full}` opens further doors")
                }
                _ => continue,
            };
            let many = || all.iter().filter(|(service, action)| DOORS.is_match(&format!("{service}:{action}"))).count() > 1;
            let owned = OWNS_ALL.is_match(&full) && (anywhere_now(file, line) || many() && on_all(file, line));
            let severity = if owned
                || many() && all.iter().any(|(service, action)| OWNS_ALL.is_match(&format!("{service}:{action}"))) && on_all(file, line)
            {
                Severity::High
            } else {
                Severity::Medium
            };
            sink.report(Draft::line(file, side, line).title(title).severity(severity));
        }
    }
}

/// Actions by which the account is owned, once they count for everything.
static OWNS_ALL: Pattern = Pattern::new(
    r"^(?:iam|sts|secretsmanager|kms|organizations):\*$|^iam:(?:PassRole|CreateAccessKey|Attach\w+Policy|Put\w+Policy|UpdateAssumeRolePolicy|CreatePolicyVersion)$",
);

/// Whether a statement that the change brings allows what stands on `line` for all things, and without a condition.
fn on_all(file: &FileView<'_>, line: usize) -> bool {
    static ANYTHING: Pattern = Pattern::new(r#"(?i)["']?\bresources?["']?\s*[:=]\s*\[?\s*["']\*["']"#);
    static ASKED: Pattern = Pattern::new(r"(?i)\bcondition\b|PassedToService|\bDeny\b");
    const NEAR: usize = 6;
    let Some(side) = file.new_side() else { return false };
    let around = line.saturating_sub(NEAR)..side.len().min(line + NEAR + 1);
    let mut changed = around.filter(|at| side.is_changed(*at));
    changed.clone().any(|at| ANYTHING.is_match(side.line(at).text)) && !changed.any(|at| ASKED.is_match(side.line(at).text))
}

/// Whether what is allowed near `line` was for some things, and is for all now.
fn anywhere_now(file: &FileView<'_>, line: usize) -> bool {
    static ANYTHING: Pattern = Pattern::new(r#"(?i)["']?\bresources?["']?\s*[:=]\s*\[?\s*["']\*["']"#);
    static SOMETHING: Pattern = Pattern::new(r#"(?i)["']?\bresources?["']?\s*[:=]\s*\[?\s*[^\s\[]"#);
    const NEAR: usize = 6;
    let Some(side) = file.new_side() else { return false };
    let mut around = line.saturating_sub(NEAR)..side.len().min(line + NEAR + 1);
    let some = |text: &str| SOMETHING.is_match(text) && !ANYTHING.is_match(text);
    around.any(|at| side.is_changed(at) && ANYTHING.is_match(side.line(at).text)) && file.removed().any(|was| some(was.text))
}

/// An account that the file never named may take on a role, and nothing else is asked of it.
fn stranger(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static ACCOUNT: Pattern = Pattern::new(r"\barn:aws[\w-]*:iam::(\d{12}):(?:root|user/|role/)");
    static WHO: Pattern = Pattern::new(r#"(?i)\bprincipals?\b|\bidentifiers\b|["']AWS["']"#);
    static ASKED: Pattern = Pattern::new(r"(?i)\bcondition\b|externalid");
    const NEAR: usize = 10;
    let (Some(old), Some(side)) = (file.old(), file.new_side()) else { return };
    if !old.whole || !side.text().contains("AssumeRole") {
        return;
    }
    let around = |line: usize| {
        side.plain().get(side.bytes_of(line.saturating_sub(NEAR), (line + NEAR).min(side.len().saturating_sub(1)))).unwrap_or("")
    };
    for line in side.changed_lines().filter(|line| line.text.len() < 2000) {
        let Some(account) = ACCOUNT.group(line.text, 1).filter(|account| !old.text().contains(account)) else { continue };
        let near = around(line.index);
        if WHO.is_match(near) && near.contains("AssumeRole") && !ASKED.is_match(near) {
            let draft =
                Draft::line(file, side, line.index).title(format!("Account {account}, which stood nowhere here, may take on this role"));
            sink.report(draft.why("Whoever owns that account has the rights of this role, and nothing else is asked of them."));
            return;
        }
    }
}

/// Who may take on a role, told less exactly than before: a condition with a wildcard where it had none.
fn trust(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(old), Some(side)) = (file.old(), file.new_side()) else { return };
    if !side.text().contains("AssumeRole") || !old.whole || !side.whole {
        return;
    }
    let mut told = |line: usize| {
        let draft = Draft::line(file, side, line).title("Who may take on this role is told less exactly than before");
        sink.report(draft.severity(Severity::Medium));
    };
    if file.language == Language::Hcl {
        let before = blocks(old);
        let vague = |key: &str, value: &str| key.ends_with("condition/values") && value.contains('*');
        for (name, block) in blocks(side) {
            let had = before.get(&name).map(|known| known.all.iter().filter(|(key, value, _)| vague(key, value)).count());
            let has: Vec<usize> = block.all.iter().filter(|(key, value, _)| vague(key, value)).map(|(.., line)| *line).collect();
            let of_trust = block.all.iter().any(|(_, value, _)| value.contains("AssumeRole"));
            if let Some(line) =
                has.iter().copied().find(|line| side.is_changed(*line)).filter(|_| of_trust && had.is_some_and(|had| has.len() > had))
            {
                told(line);
            }
        }
    } else if let Some(trees) = Trees::of(file) {
        let vague = |leaf: &Leaf<'_>| (leaf.path.contains(&"Condition") && leaf.text.contains('*')).then_some(());
        let (had, has) = (count(&trees.old, vague), count(&trees.new, vague));
        let many = |found: &BTreeMap<(), Vec<usize>>| found.get(&()).map_or(0, Vec::len);
        let conditions = |trees: &[Node]| count(trees, |leaf: &Leaf<'_>| leaf.path.contains(&"Condition").then_some(()));
        if many(&has) > many(&had) && many(&conditions(&trees.old)) > 0 {
            has.get(&()).into_iter().flatten().copied().find(|line| side.is_changed(*line)).into_iter().for_each(&mut told);
        }
    }
}

fn by_lines(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side() else { return };
    let sudoers = fold(&file.path).contains("sudoers");
    let known: BTreeSet<&str> = file.removed().map(|line| line.text.trim()).collect();
    for line in side.changed_lines().filter(|line| line.text.len() < 2000 && !known.contains(line.text.trim())) {
        let (title, severity) = if sudoers && SUDO_ALL.is_match(line.text) {
            ("Somebody becomes root without being asked for a password", Severity::High)
        } else if sudoers && SUDO.is_match(line.text) {
            ("Something runs as root without a password", Severity::Medium)
        } else if SET_UID.is_match(line.text) && !line.text.trim_start().starts_with(['#', '/', '*']) {
            ("Whoever starts this program gets the rights of its owner, and it runs whatever it is told", Severity::High)
        } else if KEY_GIVEN.is_match(line.text) {
            ("Whoever holds this key may sign in", Severity::High)
        } else if PASSWORD.is_match(line.text) {
            ("An account gets a password that everybody can read here", Severity::Medium)
        } else if POLKIT.is_match(line.text) {
            ("Whoever asks may, without a password", Severity::Medium)
        } else {
            continue;
        };
        sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
    }
}
