//! `cloud-guard-removed`: encryption, journals, copies or the lock on public access go from what stays: Terraform and CloudFormation.

use std::collections::{BTreeMap, BTreeSet};

use super::blocks::{Block, blocks};
use super::trees::Trees;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::Node;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::FileView;
use crate::model::diff::LineKind;
use crate::model::rule::{RuleId, Severity};

/// Resources that only guard another one.
static GUARDING: Pattern = Pattern::new(
    r"^(?:aws_s3_(?:bucket|account)_public_access_block|aws_s3_bucket_(?:server_side_encryption_configuration|versioning|logging|object_lock_configuration)|aws_cloudtrail|aws_flow_log|aws_guardduty_detector|aws_config_configuration_recorder|aws_securityhub_account|aws_wafv2_web_acl_association|aws_iam_account_password_policy|aws_macie2_account|aws_ebs_encryption_by_default|azurerm_monitor_diagnostic_setting|azurerm_network_watcher_flow_log|azurerm_management_lock|azurerm_storage_account_network_rules|google_project_organization_policy|google_org_policy_policy|google_logging_\w+_sink|google_compute_security_policy)$",
);
/// Attributes that guard, with the values that do.
static GUARD: Pattern = Pattern::new(
    r#"(?x)^(?:[\w-]+/)*(?: (?:storage_encrypted|encrypted|encryption_at_rest_enabled|transit_encryption_enabled|at_rest_encryption_enabled|enable_key_rotation|enable_log_file_validation|enable_logging|require_ssl|enable_https_traffic_only|https_traffic_only_enabled|uniform_bucket_level_access|enable_flow_logs|enable_flow_log|block_public_acls|block_public_policy|ignore_public_acls|restrict_public_buckets|enable_private_nodes|enable_secure_boot|enable_integrity_monitoring|enable_shielded_nodes|enable_irsa|master_authorized_networks_enabled|iam_database_authentication_enabled|purge_protection_enabled|ssl_enforcement_enabled|infrastructure_encryption_enabled|require_encryption_in_transit)=true
    | (?:publicly_accessible|public_network_access_enabled|allow_nested_items_to_be_public|allow_blob_public_access|skip_final_snapshot|force_destroy|cluster_endpoint_public_access|enable_legacy_abac|shared_access_key_enabled|endpoint_public_access)=false
    | authorization(?:_type)?="(?:AWS_IAM|CUSTOM|COGNITO_USER_POOLS|JWT)" | api_key_required=true | (?:protocol|listener_protocol)="(?:HTTPS|TLS|SSL)" | viewer_protocol_policy="(?:https-only|redirect-to-https)" | ssl_policy="ELBSecurityPolicy-(?:TLS13-1-[23]|TLS-1-2|FS-1-2)[\w-]*"
    | (?:minimum_protocol_version|minimum_tls_version|min_tls_version)="(?:TLS)?v?1[._]?[23]\w*" | http_tokens="required" | public_access_prevention="enforced" | (?:kms_key_id|kms_master_key_id|kms_key_name|sse_algorithm|logging_config|access_logs|logging|server_side_encryption|encryption_configuration|versioning|database_encryption|customer_managed_key|network_rules|ip_restriction|condition|Condition)=\S.*
    | status="Enabled" )$"#,
);
/// Those of CloudFormation.
static FORMATION: Pattern = Pattern::new(
    r"(?x)^(?: (?:DeletionPolicy|UpdateReplacePolicy)=(?:Retain|Snapshot) | (?:StorageEncrypted|Encrypted|EnableLogFileValidation|EnableKeyRotation|IsLogging|DeletionProtection|DeletionProtectionEnabled|BlockPublicAcls|BlockPublicPolicy|IgnorePublicAcls|RestrictPublicBuckets|TransitEncryptionEnabled|AtRestEncryptionEnabled|PointInTimeRecoveryEnabled)=true
    | PubliclyAccessible=false | HttpTokens=required )$",
);
static SECTIONS: [&str; 8] = [
    "BucketEncryption",
    "PublicAccessBlockConfiguration",
    "LoggingConfiguration",
    "VersioningConfiguration",
    "SSESpecification",
    "Condition",
    "AccessLoggingPolicy",
    "EncryptionConfiguration",
];

/// See `rules/code/cloud-guard-removed.toml`.
pub struct CloudGuardRemoved;

impl Check for CloudGuardRemoved {
    fn rule(&self) -> RuleId {
        RuleId("cloud-guard-removed")
    }

    fn needs(&self) -> Needs {
        let sections = Words::named(SECTIONS.into_iter().chain([
            "encrypt",
            "public",
            "logging",
            "cloudtrail",
            "flow_log",
            "http_tokens",
            "kms",
            "versioning",
            "guard",
            "condition",
            "deletion",
            "authorization",
            "api_key",
            "_lock",
            "policy",
            "retain",
            "rotation",
            "validation",
            "ssl",
            "protocol",
            "tls",
            "https",
            "access",
            "status",
            "private_nodes",
            "secure_boot",
            "integrity",
            "shielded",
            "irsa",
            "authorized_networks",
            "authentication",
            "protection",
            "securityhub",
            "config_configuration",
            "waf",
            "macie",
            "network_rules",
            "ip_restriction",
            "pointintime",
            "sse_algorithm",
            "snapshot",
            "managed_key",
            "force_destroy",
            "legacy_abac",
        ]));
        Needs::nothing().and(Reach::REMOVED, sections)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if !file.role.is_live() || file.old().is_none_or(|old| !old.whole) || file.new_side().is_none_or(|side| !side.whole) {
            return;
        }
        match file.language {
            Language::Hcl => terraform(file, sink),
            Language::Yaml | Language::Json => formation(file, sink),
            _ => {}
        }
    }
}

fn terraform(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(old), Some(side)) = (file.old(), file.new_side()) else { return };
    let (before, now) = (blocks(old), blocks(side));
    let gone: Vec<(&(String, String), &Block)> = before.iter().filter(|(name, _)| !now.contains_key(*name)).collect();
    let guards: Vec<_> = gone.iter().filter(|((kind, _), _)| GUARDING.is_match(kind)).collect();
    // With what they guarded they went for good; in another file of the change they live on.
    let others = gone.iter().filter(|((kind, _), _)| !GUARDING.is_match(kind) && !kind.starts_with("aws_iam_policy_document")).count();
    let elsewhere = added_elsewhere(file);
    for ((kind, name), block) in guards.iter().filter(|_| others < guards.len()) {
        let renamed = now.keys().filter(|(other, _)| other == kind).count()
            > before.keys().filter(|(other, name)| other == kind && now.contains_key(&(other.clone(), name.clone()))).count();
        if !renamed && !elsewhere.contains(&format!("resource \"{kind}\" \"{name}\"")) {
            let title = format!("The guard `{kind}.{name}` is gone, what it guarded stays");
            let own = block.attributes.get("bucket").map(|(value, _)| value.as_str());
            let given = kind.ends_with("public_access_block") && own.is_some_and(|own| open_bucket(file, &before, &now, own, name));
            sink.report(Draft::line(file, old, block.line).title(title).severity(if given { Severity::High } else { Severity::Medium }));
        }
    }
    for (name, block) in &now {
        let Some(known) = before.get(name) else { continue };
        let lost: Vec<(&String, usize)> = known
            .attributes
            .iter()
            .filter(|(key, (value, line))| {
                let was = GUARD.is_match(&format!("{key}={value}"));
                let is = block
                    .attributes
                    .get(*key)
                    .is_some_and(|(value, _)| GUARD.is_match(&format!("{key}={value}")) || value.starts_with("var."));
                // What a variable may hold, or a plan must hold, guards nothing that runs.
                let of_plan = ["validation/", "lifecycle/"].iter().any(|block| key.starts_with(block));
                was && !is && !of_plan && old.is_changed(*line)
            })
            .map(|(key, (_, line))| (key, *line))
            .collect();
        if let Some((_, line)) = lost.first() {
            let names = lost.iter().map(|(key, _)| key.as_str()).take(4).collect::<Vec<_>>().join(", ");
            let title = format!("`{}.{}` is no longer guarded by {names}", name.0, name.1);
            let severity =
                if given_away(file, &before, &now, name) || laid_open(&name.0, &lost, block) { Severity::High } else { Severity::Medium };
            sink.report(Draft::line(file, old, *line).title(title).severity(severity));
        }
    }
}

/// Whether a store is told, by words that were turned round, to be reached by everybody, or loses two of its guards at once.
fn laid_open(kind: &str, lost: &[(&String, usize)], block: &Block) -> bool {
    static STORE: Pattern = Pattern::new(
        r"(?:_db_instance|rds_cluster\w*|_redshift_cluster|_docdb_cluster|_neptune_cluster|_sql_database_instance|_(?:postgresql|mysql|mssql|mariadb|cosmosdb)\w*|_elasticache\w*|_opensearch\w*|_dynamodb_table|public_access_block|_storage_(?:account|bucket)|_key_vault|_s3_bucket\w*|_efs_file_system|_ebs_volume)$",
    );
    let turned = lost
        .iter()
        .filter(|(key, _)| block.attributes.get(*key).is_some_and(|(value, _)| matches!(value.as_str(), "true" | "false")))
        .count();
    let public = lost.iter().any(|(key, _)| {
        matches!(key.as_str(), "publicly_accessible" | "allow_blob_public_access" | "allow_nested_items_to_be_public")
            && block.attributes.contains_key(*key)
    });
    STORE.is_match(kind) && (public && turned > 0 || turned > 1)
}

/// Whether the lock on public access of a bucket goes, and a policy comes for the same bucket that lets everybody in.
fn given_away(
    file: &FileView<'_>,
    before: &BTreeMap<(String, String), Block>,
    now: &BTreeMap<(String, String), Block>,
    (kind, name): &(String, String),
) -> bool {
    let own = now.get(&(kind.clone(), name.clone())).and_then(|block| block.attributes.get("bucket"));
    kind.ends_with("public_access_block") && own.is_some_and(|(own, _)| open_bucket(file, before, now, own, name))
}

/// Whether a policy is new for the bucket `own` that lets everybody in, in its own words or those of a document it names.
fn open_bucket(
    file: &FileView<'_>,
    before: &BTreeMap<(String, String), Block>,
    now: &BTreeMap<(String, String), Block>,
    own: &str,
    name: &str,
) -> bool {
    static EVERYBODY: Pattern = Pattern::new(
        r#"(?s)["']?Principals?["']?\s*[:=]\s*(?:["']\*["']|\{\s*["']?AWS["']?\s*[:=]\s*\[?\s*["']\*["'])|\bidentifiers\s*=\s*\[\s*["']\*["']"#,
    );
    /// Sites and what is handed out are open on purpose.
    static MEANT: Pattern = Pattern::new(r"(?i)website|static|public|cdn|assets|www|\bsite\b|frontend");
    static DOCUMENT: Pattern = Pattern::new(r"\bdata\.aws_iam_policy_document\.(\w+)\b");
    static CONDITION: Pattern = Pattern::new(r"(?i)\bcondition\b|\bDeny\b");
    let Some(side) = file.new_side() else { return false };
    if MEANT.is_match(own) || MEANT.is_match(name) {
        return false;
    }
    let mut heads: Vec<usize> = now.values().map(|block| block.line).collect();
    heads.sort_unstable();
    let text = |block: &Block| {
        let end = heads.iter().find(|line| **line > block.line).map_or(side.len().saturating_sub(1), |line| line.saturating_sub(1));
        side.plain().get(side.bytes_of(block.line, end)).unwrap_or("")
    };
    let opens = |text: &str| EVERYBODY.is_match(text) && !CONDITION.is_match(text);
    let of_bucket = |block: &Block| block.attributes.get("bucket").is_some_and(|(value, _)| value == own);
    let policies = now.iter().filter(|((kind, _), block)| kind == "aws_s3_bucket_policy" && of_bucket(block));
    policies.filter(|(key, _)| !before.contains_key(*key)).any(|(_, block)| {
        let said = text(block);
        let document = DOCUMENT.group(said, 1).and_then(|name| now.get(&("aws_iam_policy_document".to_owned(), name.to_owned())));
        opens(said) || document.is_some_and(|document| opens(text(document)))
    })
}

/// The heads of blocks that other files of the change gain.
fn added_elsewhere(file: &FileView<'_>) -> BTreeSet<String> {
    let others =
        file.change.patch.files.iter().take(500).filter(|other| other.path() != file.repo_path() && other.path().text().ends_with(".tf"));
    let lines = others
        .filter_map(|other| other.text())
        .flat_map(|text| text.lines.iter().filter(|line| line.kind == LineKind::Added).map(|line| text.text(line)));
    lines.filter(|line| line.starts_with("resource ")).map(|line| line.trim_end().trim_end_matches('{').trim_end().to_owned()).collect()
}

/// What guards each resource of a template.
fn held(trees: &[Node]) -> BTreeMap<String, BTreeMap<String, usize>> {
    let mut out = BTreeMap::new();
    for (name, resource) in trees.iter().filter_map(|tree| tree.get("Resources")).flat_map(Node::entries) {
        let mut found = BTreeMap::new();
        let mut open: Vec<&Node> = vec![resource];
        while let Some(node) = open.pop() {
            open.extend(node.items());
            for (key, inner) in node.entries() {
                if SECTIONS.contains(&key.as_str()) || FORMATION.is_match(&format!("{key}={}", inner.scalar())) {
                    found.entry(key.clone()).or_insert(inner.key);
                }
                open.push(inner);
            }
        }
        out.insert(name.clone(), found);
    }
    out
}

fn formation(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(trees), Some(old)) = (Trees::of(file), file.old()) else { return };
    let (before, now) = (held(&trees.old), held(&trees.new));
    for (name, guards) in &before {
        let Some(left) = now.get(name) else { continue };
        let lost: Vec<(&String, &usize)> = guards.iter().filter(|(key, _)| !left.contains_key(*key)).collect();
        if let Some((_, line)) = lost.first() {
            let names = lost.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>().join(", ");
            let title = format!("`{name}` is no longer guarded by {names}");
            sink.report(Draft::line(file, old, **line).title(title).severity(Severity::Medium));
        }
    }
}
