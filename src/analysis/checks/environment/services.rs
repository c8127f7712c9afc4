//! Settings of servers by which they ask nobody any more who comes: data bases, brokers, search, consoles, clusters. A part of `host-setting-loosened`.

use super::setting::Setting;
use crate::analysis::pattern::Pattern;
use crate::model::rule::Severity;

static DEPLOYED: Pattern = Pattern::new(
    r"(?i)\.conf$|\.cfg$|\.cnf$|\.ini$|\.ya?ml$|\.j2$|\.toml$|\.json$|\.hcl$|\.properties$|\.service$|\.env$|\.sh$|Dockerfile|Containerfile|jupyter\w*\.py$|pg_hba",
);
static HBA: Pattern = Pattern::new(r"(?i)pg_hba|postgres");
static TRUST: Pattern = Pattern::new(r"^\s*host(?:ssl|nossl)?\s+\S+\s+\S+\s+(?:\S+\s+){1,2}trust\b");
static ASKED: Pattern =
    Pattern::new(r"^\s*host(?:ssl|nossl)?\s+\S+\s+\S+\s+(?:\S+\s+){1,2}(?:scram-sha-256|md5|cert|reject|peer|ldap|gss|pam|radius)\b");
/// Switches that let everybody in, each by the words of its server.
static NOBODY_ASKED: Pattern = Pattern::new(
    r"(?x)^\s* (?: protected-mode\s+no\b | allow_anonymous\s+true\b | loopback_users(?:\.guest)?\s*=\s*(?:false|none)\b | xpack\.security\.enabled\s*[:=]\s*[\x22']?false\b | plugins\.security\.disabled\s*[:=]\s*true\b
      | authorization\s*:\s*[\x22']?disabled\b | mode\s*:\s*[\x22']?AlwaysAllow\b | anonymous_enable\s*=\s*YES\b | guest\s+ok\s*=\s*yes\b | default_policy\s*[=:]\s*[\x22']?allow\b | skip[-_]grant[-_]tables\b
      | quarkus\.http\.auth\.permission\.[\w.-]+\.policy\s*=\s*permit\b | require_secure_transport\s*=\s*(?:OFF|0)\b | ssl\s*=\s*off\b | tls_disable\s*=\s*[\x22']?(?:1|true)\b | client-cert-auth\s*:\s*false\b
      | allow_url_include\s*=\s*(?:On|1)\b | disable_functions\s*=\s*$ | c\.(?:NotebookApp|ServerApp|IdentityProvider)\.(?:token|password)\s*=\s*(?:\x22\x22|'')
      | management\.endpoints\.web\.exposure\.include\s*=\s*\*  | GF_AUTH_ANONYMOUS_ENABLED\s*[:=]\s*[\x22']?true\b | acl_default_policy\s*[=:]\s*[\x22']?allow\b )",
);
static SOMEBODY_ASKED: Pattern = Pattern::new(
    r"(?x)^\s* (?: protected-mode\s+yes\b | allow_anonymous\s+false\b | loopback_users(?:\.guest)?\s*=\s*(?:true|guest)\b | xpack\.security\.enabled\s*[:=]\s*[\x22']?true\b | plugins\.security\.disabled\s*[:=]\s*false\b
      | authorization\s*:\s*[\x22']?enabled\b | mode\s*:\s*[\x22']?(?:Webhook|RBAC)\b | anonymous_enable\s*=\s*NO\b | guest\s+ok\s*=\s*no\b | default_policy\s*[=:]\s*[\x22']?deny\b
      | quarkus\.http\.auth\.permission\.[\w.-]+\.policy\s*=\s*(?:authenticated|deny|[a-z]+-policy|role\w*)\b | require_secure_transport\s*=\s*(?:ON|1)\b | ssl\s*=\s*on\b | tls_disable\s*=\s*[\x22']?(?:0|false)\b | client-cert-auth\s*:\s*true\b
      | allow_url_include\s*=\s*(?:Off|0)\b | disable_functions\s*=\s*\S | c\.(?:NotebookApp|ServerApp|IdentityProvider)\.(?:token|password)\s*=\s*[^\s\x22']
      | management\.endpoints\.web\.exposure\.include\s*=\s*[a-z] | GF_AUTH_ANONYMOUS_ENABLED\s*[:=]\s*[\x22']?false\b | acl_default_policy\s*[=:]\s*[\x22']?deny\b )",
);
/// Whoever reaches this port owns the machine.
static ENGINE: Pattern = Pattern::new(r"\btcp://(?:0\.0\.0\.0|\[::\])?:2375\b");
static NO_PASSWORD: Pattern = Pattern::new(r"--(?:NotebookApp|ServerApp|IdentityProvider)\.(?:token|password)=(?:''|\x22\x22|\s|$)");

/// Words of which one stands where any of this is loosened.
pub(super) const WORDS: [&str; 24] = [
    "trust",
    "protected-mode",
    "anonymous",
    "loopback_users",
    "xpack",
    "plugins.security",
    "authorization",
    "AlwaysAllow",
    "guest",
    "policy",
    "grant",
    "transport",
    "ssl",
    "tls",
    "cert",
    "allow_url",
    "disable_functions",
    "NotebookApp",
    "ServerApp",
    "IdentityProvider",
    "exposure",
    "2375",
    "tls_disable",
    "acl_",
];

/// What servers are told.
pub(super) static SERVICES: [Setting; 4] = [
    Setting {
        title: "Whoever reaches the data base is let in without a password",
        place: &HBA,
        loose: &TRUST,
        strict: Some(&ASKED),
        alone: Severity::Medium,
    },
    Setting {
        title: "The server no longer asks who comes, or how",
        place: &DEPLOYED,
        loose: &NOBODY_ASKED,
        strict: Some(&SOMEBODY_ASKED),
        alone: Severity::Low,
    },
    Setting {
        title: "The engine that runs containers listens to everybody",
        place: &DEPLOYED,
        loose: &ENGINE,
        strict: None,
        alone: Severity::High,
    },
    Setting {
        title: "Whoever reaches the notebook runs code in it",
        place: &DEPLOYED,
        loose: &NO_PASSWORD,
        strict: None,
        alone: Severity::Medium,
    },
];
