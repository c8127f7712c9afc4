//! `host-setting-loosened`: a machine, a package manager, an app or a playbook is told to let in, to trust or to show what it did not.
//!
//! Containers are `container-loosened`'s, clouds `cloud-guard-removed`'s, networks `network-opened`'s.

use super::services;
use super::setting::Setting;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, LineView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/host-setting-loosened.toml`.
pub struct HostSettingLoosened;

/// A longer line is data.
const LONGEST: usize = 1000;

static SSHD: Pattern = Pattern::new(r"(?i)sshd?_config|sshd?[\w.-]*\.conf$|ssh.*\.(?:ya?ml|j2|toml)$");
static SCRIPT: Pattern = Pattern::new(r"(?i)sshd?_config|Dockerfile|Containerfile|\.sh$|\.ya?ml$|\.j2$|sshd?[\w.-]*\.conf$");
static EMPTY: Pattern = Pattern::new(r"(?i)\bPermitEmptyPasswords\s+yes\b");
static ROOT: Pattern = Pattern::new(r"(?i)^\s*PermitRootLogin\s+yes\b");
static NO_ROOT: Pattern = Pattern::new(r"(?i)^\s*PermitRootLogin\s+(?:no|prohibit-password|without-password|forced-commands-only)\b");
static PASSWORDS: Pattern = Pattern::new(r"(?i)^\s*PasswordAuthentication\s+yes\b");
static NO_PASSWORDS: Pattern = Pattern::new(r"(?i)^\s*PasswordAuthentication\s+no\b");
/// Machines of a cloud are set up by a file of their own.
static CLOUD: Pattern = Pattern::new(r"(?i)\.ya?ml$|\.j2$|\.tftpl$|\.cfg$|user-?data");
static CLOUD_PASSWORDS: Pattern = Pattern::new(r"^\s*ssh_pwauth\s*:\s*(?:true|True|yes|1)\b");
static NO_CLOUD_PASSWORDS: Pattern = Pattern::new(r"^\s*ssh_pwauth\s*:\s*(?:false|False|no|0)\b");
static CLOUD_ROOT: Pattern = Pattern::new(r"^\s*disable_root\s*:\s*(?:false|False|no|0)\b");
static NO_CLOUD_ROOT: Pattern = Pattern::new(r"^\s*disable_root\s*:\s*(?:true|True|yes|1)\b");
static SUDOERS: Pattern = Pattern::new(r"(?i)sudoers");
static ALL_RIGHTS: Pattern = Pattern::new(r"^\s*[^#\s]+\s+ALL\s*=\s*\(ALL(?:\s*:\s*ALL)?\)\s*NOPASSWD\s*:\s*ALL\b");
static SOME_RIGHTS: Pattern = Pattern::new(r"^\s*[^#\s]+\s+\w+\s*=\s*\([^)]*\)\s*(?:NOPASSWD\s*:\s*)?/");
static LISTS: Pattern = Pattern::new(r"(?i)Dockerfile|Containerfile|\.list$|\.sources$|\.sh$|\.ya?ml$|\.j2$");
static TRUSTED: Pattern = Pattern::new(r"\bdeb\s+\[[^\]]*\btrusted\s*=\s*yes\b[^\]]*\]\s+http://|^\s*Trusted:\s*yes\b");
static MANIFEST: Pattern = Pattern::new(r"(?i)AndroidManifest\.xml$");
static DEBUGGABLE: Pattern = Pattern::new(r#"\bandroid:debuggable\s*=\s*"true""#);
static EXPORTED: Pattern = Pattern::new(r#"\bandroid:exported\s*=\s*"true""#);
static NOT_EXPORTED: Pattern = Pattern::new(r#"\bandroid:exported\s*=\s*"false""#);
static CLEARTEXT: Pattern = Pattern::new(r#"\b(?:android:usesCleartextTraffic|cleartextTrafficPermitted)\s*=\s*"true""#);
static NO_CLEARTEXT: Pattern = Pattern::new(r#"\b(?:android:usesCleartextTraffic|cleartextTrafficPermitted)\s*=\s*"false""#);
static APP: Pattern = Pattern::new(r"(?i)AndroidManifest\.xml$|network_security_config\.xml$");
static PLAYBOOK: Pattern = Pattern::new(r"(?i)\.ya?ml$");
static UNCHECKED: Pattern = Pattern::new(r"^\s*validate_certs\s*:\s*(?:no|false)\b");
static CHECKED: Pattern = Pattern::new(r"^\s*(?:validate_certs\s*:\s*(?:yes|true)\b|checksum\s*:\s*\S)");
static TERRAFORM: Pattern = Pattern::new(r"(?i)\.tf$");
static UNLOGGED: Pattern = Pattern::new(r"^\s*enable_logging\s*=\s*false\b");
static LOGGED: Pattern = Pattern::new(r"^\s*enable_log(?:ging|_file_validation)\s*=\s*true\b");

static KERNEL: Pattern = Pattern::new(r"(?i)sysctl|\.conf$|\.sh$|\.ya?ml$|\.j2$|Dockerfile|Containerfile");
static SAME_ADDRESSES: Pattern = Pattern::new(r"\bkernel\.randomize_va_space\b['\x22]?\s*[=:]\s*['\x22]?0\b");
static OTHER_ADDRESSES: Pattern = Pattern::new(r"\bkernel\.randomize_va_space\b['\x22]?\s*[=:]\s*['\x22]?2\b");
static OPEN_KERNEL: Pattern = Pattern::new(
    r"\b(?:kernel\.(?:kptr_restrict|dmesg_restrict|yama\.ptrace_scope|unprivileged_bpf_disabled|kexec_load_disabled)|fs\.protected_(?:symlinks|hardlinks|fifos|regular)|net\.ipv[46]\.conf\.\w+\.rp_filter|net\.ipv4\.tcp_syncookies)\b['\x22]?\s*[=:]\s*['\x22]?0\b",
);
static CLOSED_KERNEL: Pattern = Pattern::new(
    r"\b(?:kernel\.(?:kptr_restrict|dmesg_restrict|yama\.ptrace_scope|unprivileged_bpf_disabled|kexec_load_disabled)|fs\.protected_(?:symlinks|hardlinks|fifos|regular)|net\.ipv[46]\.conf\.\w+\.rp_filter|net\.ipv4\.tcp_syncookies)\b['\x22]?\s*[=:]\s*['\x22]?[12]\b",
);
static PROPERTIES: Pattern = Pattern::new(r"(?i)\.plist$|project\.pbxproj$|app\.json$|app\.config\.[jt]s$|project\.yml$");
static ANY_LOAD: Pattern =
    Pattern::new(r"<key>NSAllowsArbitraryLoads</key>\s*(?:<true\s*/>|$)|\bNSAllowsArbitraryLoads['\x22]?\s*[:=]\s*['\x22]?(?:true|YES)\b");
static TAURI: Pattern = Pattern::new(r"(?i)tauri[\w.]*\.(?:json5?|toml)$");
static NO_CSP: Pattern = Pattern::new(r#"["']?\bcsp["']?\s*[:=]\s*null\b|["']?dangerousDisableAssetCspModification["']?\s*[:=]\s*true"#);
static CSP: Pattern = Pattern::new(r#"["']?\bcsp["']?\s*[:=]\s*["'{]|["']?dangerousDisableAssetCspModification["']?\s*[:=]\s*false"#);
static PACKAGES: Pattern = Pattern::new(r"(?i)\.npmrc$|pnpm-workspace\.yaml$|bunfig\.toml$|\.yarnrc\.yml$");
static NO_AGE: Pattern = Pattern::new(r"^\s*(?:minimum-release-age|minimumReleaseAge|npmMinimalAgeGate)\s*[:=]\s*['\x22]?0\b");
static AGE: Pattern = Pattern::new(r"^\s*(?:minimum-release-age|minimumReleaseAge|npmMinimalAgeGate)\s*[:=]\s*['\x22]?[1-9]");

static SETTINGS: [Setting; 17] = [
    Setting {
        title: "Programs lie at the same addresses each time they start",
        place: &KERNEL,
        loose: &SAME_ADDRESSES,
        strict: Some(&OTHER_ADDRESSES),
        alone: Severity::Medium,
    },
    Setting {
        title: "The kernel shows or allows what it kept to itself",
        place: &KERNEL,
        loose: &OPEN_KERNEL,
        strict: Some(&CLOSED_KERNEL),
        alone: Severity::Low,
    },
    Setting {
        title: "What the app sends may be read on its way",
        place: &PROPERTIES,
        loose: &ANY_LOAD,
        strict: None,
        alone: Severity::Medium,
    },
    Setting {
        title: "Pages of the app may load scripts from anywhere",
        place: &TAURI,
        loose: &NO_CSP,
        strict: Some(&CSP),
        alone: Severity::Low,
    },
    Setting {
        title: "Packages are taken as soon as they are published",
        place: &PACKAGES,
        loose: &NO_AGE,
        strict: Some(&AGE),
        alone: Severity::Low,
    },
    Setting {
        title: "Whoever knows a name may sign in without a password",
        place: &SCRIPT,
        loose: &EMPTY,
        strict: None,
        alone: Severity::High,
    },
    Setting { title: "root may sign in from outside", place: &SSHD, loose: &ROOT, strict: Some(&NO_ROOT), alone: Severity::Medium },
    Setting {
        title: "Passwords may be tried from outside",
        place: &SSHD,
        loose: &PASSWORDS,
        strict: Some(&NO_PASSWORDS),
        alone: Severity::Low,
    },
    Setting {
        title: "Passwords may be tried from outside",
        place: &CLOUD,
        loose: &CLOUD_PASSWORDS,
        strict: Some(&NO_CLOUD_PASSWORDS),
        alone: Severity::Low,
    },
    Setting {
        title: "root may sign in from outside",
        place: &CLOUD,
        loose: &CLOUD_ROOT,
        strict: Some(&NO_CLOUD_ROOT),
        alone: Severity::Low,
    },
    Setting {
        title: "An account may do everything without a password",
        place: &SUDOERS,
        loose: &ALL_RIGHTS,
        strict: Some(&SOME_RIGHTS),
        alone: Severity::Medium,
    },
    Setting {
        title: "Packages are taken from a place that nobody vouches for, over a line that anybody can change",
        place: &LISTS,
        loose: &TRUSTED,
        strict: None,
        alone: Severity::High,
    },
    Setting {
        title: "Whoever holds the device may look into the app",
        place: &MANIFEST,
        loose: &DEBUGGABLE,
        strict: None,
        alone: Severity::High,
    },
    Setting {
        title: "Any app may start what was kept inside",
        place: &MANIFEST,
        loose: &EXPORTED,
        strict: Some(&NOT_EXPORTED),
        alone: Severity::Info,
    },
    Setting {
        title: "What the app sends may be read on its way",
        place: &APP,
        loose: &CLEARTEXT,
        strict: Some(&NO_CLEARTEXT),
        alone: Severity::Medium,
    },
    Setting {
        title: "What is fetched is not checked any more",
        place: &PLAYBOOK,
        loose: &UNCHECKED,
        strict: Some(&CHECKED),
        alone: Severity::Medium,
    },
    Setting {
        title: "The journal of who did what is switched off",
        place: &TERRAFORM,
        loose: &UNLOGGED,
        strict: Some(&LOGGED),
        alone: Severity::Medium,
    },
];

impl Check for HostSettingLoosened {
    fn rule(&self) -> RuleId {
        RuleId("host-setting-loosened")
    }

    fn needs(&self) -> Needs {
        let words = [
            "PermitEmptyPasswords",
            "PermitRootLogin",
            "PasswordAuthentication",
            "ssh_pwauth",
            "disable_root",
            "NOPASSWD",
            "trusted",
            "debuggable",
            "exported",
            "cleartext",
            "validate_certs",
            "enable_logging",
            "kernel.",
            "fs.protected",
            "net.ip",
            "NSAllowsArbitraryLoads",
            "csp",
            "release",
            "npmMinimalAgeGate",
        ];
        Needs::nothing().and(Reach::ADDED, Words::named(words.into_iter().chain(services::WORDS)))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        // What is new has guarded nothing before.
        let (Some(old), Some(new)) = (file.old(), file.new_side()) else { return };
        if file.role.is_mechanical() || EXAMPLE.is_match(&file.path) {
            return;
        }
        for setting in SETTINGS.iter().chain(&services::SERVICES).filter(|setting| setting.place.is_match(&file.path)) {
            let short = |text: &str| text.len() <= LONGEST;
            fn loose<'v>(side: &'v SideView<'_>, setting: &Setting) -> impl Iterator<Item = LineView<'v>> {
                side.changed_lines().filter(|line| line.text.len() <= LONGEST && setting.loose.is_match(line.text))
            }
            // As many as before have moved.
            let Some(line) = loose(new, setting).nth(loose(old, setting).count()) else { continue };
            let guarded = setting.strict.is_some_and(|strict| old.changed_lines().any(|was| short(was.text) && strict.is_match(was.text)));
            let severity = if guarded { Severity::High } else { setting.alone };
            if severity > Severity::Info {
                sink.report(Draft::line(file, new, line.index).title(setting.title).severity(severity));
            }
        }
    }
}

/// Where nobody lives.
static EXAMPLE: Pattern =
    Pattern::new(r"(?i)(?:^|[/_.-])(?:examples?|samples?|tests?|fixtures?|vagrant\w*|devcontainer|debug|dev|local)(?:[/_.-]|$)");
