//! `network-opened`: what decided who may talk to whom is gone, or lets everybody through.

use std::collections::BTreeMap;

use super::blocks::blocks;
use super::container_loosened::let_out;
use super::trees::{Trees, above, count, key, leaves, named};
use super::ways_in::{DEBUGGER, opened};
use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::document::node::{Leaf, Node};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::{FileStatus, Side};
use crate::model::rule::{RuleId, Severity};

static POLICY: Pattern =
    Pattern::new(r"^(?:NetworkPolicy|CiliumNetworkPolicy|CiliumClusterwideNetworkPolicy|GlobalNetworkPolicy|AuthorizationPolicy)$");
static POLICY_LINE: Pattern =
    Pattern::new(r"^\s*kind:\s*['\x22]?(?:NetworkPolicy|CiliumNetworkPolicy|CiliumClusterwideNetworkPolicy|GlobalNetworkPolicy)\b");
static EVERYBODY: Pattern = Pattern::new(r"^(?:\*|0\.0\.0\.0/0|::/0|\.\*|\^\.\*\$|all|any|\*\.\*|\*:\*)$");
static LIST: Pattern = Pattern::new(
    r"(?i)allow(?:ed)?[_-]?(?:hosts|domains|ips?|cidrs?|egress|destinations|urls|list|networks|endpoints)|whitelist|allowlist|egress[_-]?(?:allow|domains|hosts)|trusted[_-]?(?:hosts|proxies|networks)|permitted[_-]?(?:hosts|domains)",
);
/// A switch and what it says: closed before, open now.
static SWITCH: Pattern = Pattern::new(
    r#"(?i)^\s*-?\s*["']?((?:default[_-]?(?:action|policy|egress|outbound)|egress(?:[_-]policy)?|outbound(?:[_-]policy)?|internet[_-]?access|network[_-]?access|allow[_-]?(?:internet|network|outbound)\w*|network[_-]?mode))["']?\s*[:=]\s*["']?([\w-]+)"#,
);
static CLOSED: Pattern = Pattern::new(r"(?i)^(?:deny|denied|block|blocked|drop|none|false|off|disabled|restricted|reject|no|limited)$");
static OPEN: Pattern =
    Pattern::new(r"(?i)^(?:allow|allowed|accept|audit|all|full|true|on|enabled|unrestricted|any|host|open|bridge|yes|allow-all)$");
static WALL: Pattern = Pattern::new(
    r"(?i)\biptables\b[^|;]*(?:-P\s+(?:OUTPUT|FORWARD|INPUT)\s+(?:DROP|REJECT)|-A\s+OUTPUT\b[^|;]*-j\s+(?:DROP|REJECT))|\bufw\s+(?:default\s+deny|deny|enable)|\bnft\s+add\s+rule\b[^|;]*\b(?:drop|reject)\b|\bstep-security/harden-runner@|\bnetworksetup\b|\bpfctl\s+-e",
);

/// Ports of data bases, caches, and of what runs a machine or a cluster.
static STORES: Pattern =
    Pattern::new(r"^(?:1433|1521|2375|2376|2379|3306|3389|5432|5601|5984|6379|6443|8086|9042|9092|9200|10250|11211|27017)$");
/// A range of addresses that holds everybody's, in a value of Terraform.
static ANYBODY: Pattern = Pattern::new(r#""(?:0\.0\.0\.0/0|::/0)""#);
static RANGES: Pattern =
    Pattern::new(r"(?:^|/)(?:ipv6_)?cidr_(?:blocks|ipv[46])$|(?:^|/)(?:source|destination)_(?:ranges|address_prefix(?:es)?)$");
/// Variables that hold such ranges, by their names.
static RANGES_BY_NAME: Pattern =
    Pattern::new(r"(?i)cidrs?(?:_|$)|(?:^|_)(?:networks?|ranges?|ips?|sources?)(?:_|$)|allow|whitelist|trusted");
/// A service of a database, or its like, that asks nobody who they are.
static ASKS_NOBODY: Pattern = Pattern::new(
    r"(?i)^(?:POSTGRES_HOST_AUTH_METHOD=trust|(?:MYSQL|MARIADB)_ALLOW_EMPTY_(?:ROOT_)?PASSWORD=(?:yes|true|1)|ALLOW_EMPTY_PASSWORD=yes|ALLOW_ANONYMOUS_LOGIN=yes|xpack\.security\.enabled=false|DISABLE_SECURITY_PLUGIN=true|ME_CONFIG_BASICAUTH=false|NEO4J_AUTH=none)$",
);
/// Downloads that nobody can vouch for.
static UNVERIFIED: Pattern = Pattern::new(
    r"(?i)\b(?:NPM_CONFIG_STRICT_SSL|YARN_STRICT_SSL|strict-ssl)[=\s]+[\x22']?false|\bPIP_TRUSTED_HOST\b|--trusted-host[=\s]|\bconfig\s+set\s+registry\s+[\x22']?http:|\b(?:NPM_CONFIG_REGISTRY|PIP_(?:EXTRA_)?INDEX_URL|UV_(?:DEFAULT_)?INDEX(?:_URL)?|GOPROXY)[=\s]+[\x22']?http:|\bGONOSUMDB=\*|\bGOSUMDB=off|\bGOINSECURE=|Acquire::https::Verify-Peer[=\s\x22]+false|--allow-unauthenticated\b|\[trusted=yes\]|\bGIT_SSL_NO_VERIFY\s*[=:]\s*[\x22']?(?:1|true)|http\.sslVerify[=\s]+false",
);
static NEAR: Pattern = Pattern::new(r"(?i)//(?:localhost|127\.|\[::1\]|host\.docker\.internal|[\w-]+(?::\d+)?(?:/|\s|$))");

/// See `rules/code/network-opened.toml`.
pub struct NetworkOpened;

impl Check for NetworkOpened {
    fn rule(&self) -> RuleId {
        RuleId("network-opened")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(
            Reach::ANYWHERE,
            Words::of([&LIST, &WALL, &UNVERIFIED, &ANYBODY, &ASKS_NOBODY, &DEBUGGER]).or(Words::named([
                "networkpolicy",
                "policytypes",
                "from_port",
                "egress",
                "outbound",
                "ingress",
                "mtls",
                "network",
                "internet",
                "default",
                "authorizationpolicy",
                "ports",
                "cidr",
                "_ranges",
                "address_prefix",
                "index",
                "default",
                "allow",
                "auth_",
                "basicauth",
                "authtype",
                "ssl_verify_client",
                "dstdomain",
                "satisfy",
                "require",
                "http-request",
                "verify",
            ])),
        )
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if !file.role.is_live() || file.old().is_none() || file.new_side().is_none() {
            return;
        }
        if matches!(file.language, Language::Yaml | Language::Json | Language::Toml) {
            by_tree(file, sink);
        }
        if file.language == Language::Hcl {
            by_blocks(file, sink);
        }
        by_lines(file, sink);
        doors(file, sink);
        unverified(file, sink);
        if let (Some(side), Some((title, line))) = (file.new_side(), opened(file)) {
            sink.report(Draft::line(file, side, line).title(title).severity(Severity::Medium));
        }
    }

    /// Policies may move between files, so what goes is counted over the whole change.
    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let (mut gone, mut come, mut first) = (0_usize, 0_usize, None);
        for file in view.change.patch.files.iter().filter(|file| file.path().text().ends_with("ml")) {
            let Some(text) = file.text() else { continue };
            come += text.added().filter(|(_, line)| POLICY_LINE.is_match(line)).count();
            for (number, line) in text.removed().filter(|(_, line)| POLICY_LINE.is_match(line)) {
                gone += 1;
                first.get_or_insert((file, number, line));
            }
        }
        let Some((file, number, line)) = first.filter(|_| gone > come) else { return };
        // With everything it guarded, a policy goes for a good reason.
        let all = view.change.patch.files.iter().filter(|other| other.status == FileStatus::Deleted).count() > 3 * (gone - come);
        let path = file.old_path.as_ref().unwrap_or(file.path());
        let draft = Draft::numbered(path, Side::Old, number, line.trim()).title("A policy of who may talk to whom is gone");
        sink.report(draft.severity(if all { Severity::Low } else { Severity::Medium }));
    }
}

fn by_tree(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(trees), Some(side)) = (Trees::of(file), file.new_side()) else { return };
    let policies = |nodes: &[Node]| {
        nodes.iter().filter(|node| named(node).is_some_and(|(kind, _)| POLICY.is_match(&kind))).cloned().collect::<Vec<_>>()
    };
    let all = |leaf: &Leaf<'_>| {
        let rule = leaf.path.last() == Some(&"[]") && matches!(key(leaf), "ingress" | "egress" | "rules") && leaf.text.is_empty();
        let cidr = matches!(key(leaf), "cidr" | "toCIDR" | "fromCIDR") && (EVERYBODY.is_match(&leaf.text) || covers_most(&leaf.text));
        (rule || cidr).then_some("policy")
    };
    let listed = |leaf: &Leaf<'_>| {
        let list = LIST.is_match(key(leaf)) || LIST.is_match(above(leaf));
        (list && EVERYBODY.is_match(&leaf.text)).then_some("list")
    };
    let mutual = |leaf: &Leaf<'_>| {
        (key(leaf) == "mode" && above(leaf) == "mtls" && matches!(leaf.text.as_str(), "PERMISSIVE" | "DISABLE")).then_some("mtls")
    };
    let found = [
        (count(&policies(&trees.old), all), count(&policies(&trees.new), all), "A network policy lets everybody through"),
        (count(&trees.old, listed), count(&trees.new, listed), "A list of who is allowed holds everybody"),
        (count(&trees.old, mutual), count(&trees.new, mutual), "Services may talk without proving who they are"),
    ];
    services(file, &trees, sink);
    for (before, now, title) in found {
        for (what, lines) in now {
            if lines.len() > before.get(what).map_or(0, Vec::len) {
                let line = lines.iter().copied().find(|line| side.is_changed(*line)).or(lines.first().copied()).unwrap_or(0);
                // Out of its network and nearer to its machine at once is a way out of both.
                let severity =
                    if what == "policy" && (let_out(&trees) || unlimited(file, line)) { Severity::High } else { Severity::Medium };
                sink.report(Draft::line(file, side, line).title(title).severity(severity));
            }
        }
    }
}

/// Whether the rule on `line`, which lets everybody through, took the place of rules of the same kind that named somebody.
fn unlimited(file: &FileView<'_>, line: usize) -> bool {
    static NAMED: Pattern = Pattern::new(
        r"\b(?:namespaceSelector|podSelector|ipBlock|matchLabels|toFQDNs|toEndpoints|fromEndpoints|toEntities|principals|namespaces)\b|^\s*-?\s*cidr:",
    );
    let (Some(old), Some(side)) = (file.old(), file.new_side()) else { return false };
    let named = |side: &SideView<'_>| side.changed_lines().filter(|line| NAMED.is_match(line.text)).count();
    side.is_changed(line) && named(old) > 0 && named(side) == 0
}

/// What services of a composition publish, by service and port inside: whether to more than the machine itself, and the line.
fn published(trees: &[Node]) -> BTreeMap<(String, String), (bool, usize)> {
    let mut out = BTreeMap::new();
    for leaf in leaves(trees).iter().filter(|leaf| leaf.path.first() == Some(&"services") && key(leaf) == "ports") {
        let service = leaf.path.get(1).copied().unwrap_or("").to_owned();
        let (outside, inside) = leaf.text.rsplit_once(':').unwrap_or(("", &leaf.text));
        let own = ["127.", "localhost:", "[::1]"].iter().any(|near| outside.starts_with(near));
        out.insert((service, inside.to_owned()), (!own && !outside.is_empty(), leaf.line));
    }
    out
}

/// A port that only the machine itself reached, and a service that asked who comes.
fn services(file: &FileView<'_>, trees: &Trees, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side() else { return };
    let before = published(&trees.old);
    for ((service, port), (open, line)) in published(&trees.new) {
        if open && before.get(&(service.clone(), port.clone())).is_some_and(|(was, _)| !was) {
            let title = format!("Port {port} of `{service}`, which only this machine reached, is open to others");
            sink.report(Draft::line(file, side, line).title(title).severity(Severity::Medium));
        }
    }
    let asks_nobody = |leaf: &Leaf<'_>| {
        let said = if leaf.text.contains('=') { leaf.text.clone() } else { format!("{}={}", key(leaf), leaf.text) };
        (leaf.path.first() == Some(&"services") && ASKS_NOBODY.is_match(&said)).then(|| leaf.path.get(1).copied().unwrap_or("").to_owned())
    };
    let known = count(&trees.old, asks_nobody);
    let stood: Vec<&str> = leaves(&trees.old).iter().filter_map(|leaf| leaf.path.get(1).copied()).collect();
    for (service, lines) in count(&trees.new, asks_nobody) {
        if !known.contains_key(&service) && stood.contains(&service.as_str()) {
            let line = lines.first().copied().unwrap_or(0);
            let title = format!("`{service}` no longer asks who comes");
            sink.report(Draft::line(file, side, line).title(title).severity(Severity::Medium));
        }
    }
}

/// Lists of addresses of Terraform that named some and hold everybody now, coming in or going out.
fn by_blocks(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(old), Some(side)) = (file.old(), file.new_side()) else { return };
    if !old.whole || !side.whole {
        return;
    }
    let before = blocks(old);
    for (name, block) in blocks(side) {
        let Some(known) = before.get(&name) else { continue };
        let way = |key: &str| key.rsplit_once('/').map_or("", |(way, _)| way).to_owned();
        let mut told: Vec<String> = Vec::new();
        let everybody = |value: &str| ANYBODY.is_match(value) || covers_most(value);
        let of_ranges = |key: &str| {
            RANGES.is_match(key)
                || key == "default" && name.0 == "variable" && RANGES_BY_NAME.is_match(&name.1)
                || key == "default" && name.1.is_empty() && RANGES_BY_NAME.is_match(&name.0)
        };
        for (key, value, line) in block.all.iter().filter(|(key, value, _)| of_ranges(key) && everybody(value)) {
            let same: Vec<&String> =
                known.all.iter().filter(|(other, ..)| of_ranges(other) && way(other) == way(key)).map(|(_, value, _)| value).collect();
            let narrow = !same.is_empty() && !same.iter().any(|value| everybody(value));
            if narrow && side.is_changed(*line) && !told.contains(&way(key)) {
                told.push(way(key));
                let title = format!("`{}.{}` named addresses and holds everybody now", name.0, name.1);
                // All of them written as parts of all is written so that nobody reads it as that.
                let stores = || {
                    way(key).ends_with("ingress")
                        && block
                            .all
                            .iter()
                            .any(|(other, value, _)| way(other) == way(key) && other.ends_with("port") && STORES.is_match(value))
                };
                let severity = if ANYBODY.is_match(value) && !stores() { Severity::Medium } else { Severity::High };
                sink.report(Draft::line(file, side, *line).title(title).severity(severity));
            }
        }
    }
}

/// Whether the ranges of addresses in `text` hold half of all that can be routed, or one of them is wider than any network that somebody owns.
fn covers_most(text: &str) -> bool {
    static RANGE: Pattern =
        Pattern::new(r"\b(\d{1,3})\.\d{1,3}\.\d{1,3}\.\d{1,3}/(\d{1,2})\b|(?:^|[\s\x22'\[,])[0-9a-fA-F:]*::/([0-3])(?:$|[\s\x22'\],])");
    // In parts of a 256th of all addresses.
    let parts = |bits: u32| if bits >= 8 { u32::from(bits == 8) } else { 256 >> bits };
    let read = |group: usize| RANGE.groups(text, group);
    let wide = |first: &str, bits: &str| Some((first.parse::<u32>().ok()?, bits.parse::<u32>().ok().filter(|bits| *bits <= 8)?));
    let ranges: Vec<(u32, u32)> = read(1)
        .zip(read(2))
        .take(300)
        .filter_map(|(first, bits)| wide(first, bits))
        .filter(|(first, _)| *first != 10 && *first != 127)
        .collect();
    ranges.iter().any(|(_, bits)| *bits < 8) || ranges.iter().map(|(_, bits)| parts(*bits)).sum::<u32>() >= 128 || read(3).next().is_some()
}

/// Files of servers and proxies in front of others.
static PROXY: Pattern = Pattern::new(
    r"(?i)nginx|apache|httpd|\.htaccess|squid|haproxy|caddy|traefik|envoy|sites-(?:available|enabled)|conf\.d/|vhost|proxy|lighttpd|dante|tinyproxy",
);

/// What stands in front of others: who is turned away there no longer is, and everybody is let in where that stood; whole domains may be asked
/// where some hosts could.
fn doors(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static SHUT: Pattern = Pattern::new(
        r#"(?ix)^\s*(?: deny\s+(?:all|from\s+all) | auth_request\s+/ | auth_basic\s+["'\w](?:[^o]|o[^f]) | auth_jwt\s | ssl_verify_client\s+on | satisfy\s+all | allow\s+\d[\d.]*(?:/\d+)?\s*; | Require\s+(?:valid-user|user|group|ip|host|local|all\s+denied) | Order\s+deny | AuthType\s | basic_?auth\b | forward_auth\b | http-request\s+(?:deny|auth)\b | http_access\s+deny\s )"#,
    );
    static ASKED: Pattern = Pattern::new(r"(?i)auth|ssl_verify_client|Require\s+(?:valid-user|user|group)");
    static OPENED: Pattern = Pattern::new(
        r"(?ix)^\s*(?: allow\s+(?:all|from\s+all) | auth_request\s+off | auth_basic\s+(?:off|.off.) | auth_jwt\s+off | ssl_verify_client\s+(?:off|optional_no_ca) | satisfy\s+any | Require\s+all\s+granted | Order\s+allow | http_access\s+allow\s+all\b | http-request\s+allow\s*$ )",
    );
    static DOMAINS: Pattern = Pattern::new(r"(?i)\bdstdomain\b|\ballow(?:ed)?[\w-]*\b|whitelist|\begress\b");
    static WHOLE: Pattern =
        Pattern::new(r"(?i)^\*?\.(?:com|net|org|io|dev|app|cloud|ai|co|xyz|info|biz|site|online|top|page|run|sh|me|de|uk|ru|cn)$");
    static UNSEEN: Pattern = Pattern::new(r"(?i)^\s*(?:access_log\s+(?:none|off)|log_enabled\s*[:=]\s*false|option\s+dontlog)");
    let (Some(old), Some(side)) = (file.old(), file.new_side()) else { return };
    if file.language.is_code() || !PROXY.is_match(&file.path) {
        return;
    }
    let short = |text: &str| text.len() < 400 && !text.trim_start().starts_with('#');
    let many = |view: &SideView<'_>, pattern: &Pattern| {
        view.changed_lines().filter(|line| short(line.text) && pattern.is_match(line.text)).count()
    };
    let (lost, kept) = (many(old, &SHUT), many(side, &SHUT));
    let came = side
        .changed_lines()
        .find(|line| short(line.text) && OPENED.is_match(line.text))
        .filter(|_| many(side, &OPENED) > many(old, &OPENED));
    if let Some(line) = came {
        let (title, severity) = if lost > kept {
            ("Who was asked or turned away there before is let in with everybody", Severity::High)
        } else {
            ("Everybody is let in there", Severity::Medium)
        };
        sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
    }
    let removed = old.changed_lines().find(|line| short(line.text) && SHUT.is_match(line.text)).filter(|_| came.is_none() && lost > kept);
    // Where what it guarded went with it, nothing is open.
    let blocks = |view: &SideView<'_>| {
        view.changed_lines().filter(|line| short(line.text) && line.text.contains('{') && !SHUT.is_match(line.text)).count()
    };
    if let Some(line) = removed.filter(|_| blocks(side) >= blocks(old)) {
        let asked = ASKED.is_match(line.text);
        let draft = Draft::line(file, old, line.index).title("Who was asked or turned away there before no longer is");
        sink.report(draft.severity(if asked { Severity::High } else { Severity::Medium }));
    }
    let count =
        |text: &str| text.split(|sign: char| sign.is_whitespace() || "\"',[]=".contains(sign)).filter(|word| WHOLE.is_match(word)).count();
    let named = |text: &str| if short(text) && DOMAINS.is_match(text) { count(text) } else { 0 };
    let whole = |view: &SideView<'_>| view.changed_lines().map(|line| named(line.text)).sum::<usize>();
    let first = side.changed_lines().find(|line| named(line.text) > 0);
    if let Some(line) = first.filter(|_| whole(side) > whole(old)) {
        let unseen = many(side, &UNSEEN) > many(old, &UNSEEN);
        let severity = if unseen || whole(side) > whole(old) + 1 { Severity::High } else { Severity::Medium };
        sink.report(
            Draft::line(file, side, line.index)
                .title("All names of a whole domain may be asked, where hosts were named")
                .severity(severity),
        );
    }
}

/// Downloads of a build that were checked, or came encrypted.
fn unverified(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side() else { return };
    if !matches!(file.language, Language::Dockerfile | Language::Shell | Language::Makefile | Language::Yaml) {
        return;
    }
    let tells = |text: &str| text.len() < 2000 && UNVERIFIED.is_match(text) && !text.trim_start().starts_with('#') && !NEAR.is_match(text);
    let mut known = file.removed().filter(|line| tells(line.text)).count();
    for line in side.changed_lines().filter(|line| tells(line.text)) {
        if known == 0 {
            let draft = Draft::line(file, side, line.index).title("What is downloaded there is not checked for who sent it");
            sink.report(draft.severity(if from_a_stranger(file, line.text) { Severity::High } else { Severity::Medium }));
        }
        known = known.saturating_sub(1);
    }
}

/// Whether packages come in the clear from a host that the file did not know.
fn from_a_stranger(file: &FileView<'_>, text: &str) -> bool {
    static INDEX: Pattern = Pattern::new(
        r"(?i)(?:index(?:-url)?|registry|proxy|index_url|-i)[=\s]+[\x22']?http://([\w.-]+\.[a-z]{2,})(?::\d+)?(?:/|\s|[\x22']|$)",
    );
    static OWN: Pattern = Pattern::new(r"(?i)\.(?:local|internal|intra(?:net)?|corp|lan|home|test|localdomain|svc)$|^localhost$");
    let host = INDEX.group(text, 1).filter(|host| !OWN.is_match(host));
    host.is_some_and(|host| file.old().is_some_and(|old| !old.text().contains(host)))
}

fn by_lines(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(old), Some(side)) = (file.old(), file.new_side()) else { return };
    let read = |text: &str| Some((SWITCH.group(text, 1)?.to_lowercase(), SWITCH.group(text, 2)?.to_owned()));
    let mut before: Vec<(String, String)> =
        old.changed_lines().filter(|line| line.text.len() < 400).filter_map(|line| read(line.text)).collect();
    for line in side.changed_lines().filter(|line| line.text.len() < 400) {
        let Some((name, is)) = read(line.text) else { continue };
        let Some(at) = before.iter().position(|(known, _)| *known == name) else { continue };
        let (_, was) = before.remove(at);
        if CLOSED.is_match(&was) && OPEN.is_match(&is) {
            let title = format!("`{name}` was {was} and is {is}");
            sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::Medium));
        }
    }
    let comment = |text: &str| text.trim_start().starts_with('#');
    let mut kept = side.changed_lines().filter(|line| WALL.is_match(line.text) && !comment(line.text)).count();
    for line in old.changed_lines().filter(|line| line.text.len() < 1000 && WALL.is_match(line.text) && !comment(line.text)) {
        if kept == 0 {
            sink.report(Draft::line(file, old, line.index).title("A wall around this network is gone").severity(Severity::Medium));
        }
        kept = kept.saturating_sub(1);
    }
}
