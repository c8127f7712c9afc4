//! The few fields of GitHub's answers that verbs read.

use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct PullAnswer {
    pub(crate) viewer: Login,
    pub(crate) repository: Option<Repository>,
}

#[derive(Deserialize)]
pub(crate) struct ViewerAnswer {
    pub(crate) viewer: Viewer,
}

/// Who opened a pull.
#[derive(Deserialize)]
pub(crate) struct Opener {
    #[serde(rename = "__typename", default)]
    kind: String,
    login: String,
}

impl Opener {
    /// As REST spells it: only there a bot's login ends in `[bot]`.
    pub(crate) fn login(self) -> String {
        let bare = self.kind == "Bot" && !self.login.ends_with("[bot]");
        if bare { self.login + "[bot]" } else { self.login }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Viewer {
    pub(crate) database_id: Option<u64>,
    pub(crate) login: String,
}

#[derive(Clone, Deserialize)]
pub(crate) struct Login {
    pub(crate) login: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Repository {
    pub(crate) is_private: bool,
    pub(crate) is_archived: bool,
    pub(crate) viewer_permission: Option<String>,
    pub(crate) merge_commit_allowed: bool,
    pub(crate) squash_merge_allowed: bool,
    pub(crate) rebase_merge_allowed: bool,
    pub(crate) viewer_default_merge_method: String,
    pub(crate) label: Option<Name>,
    pub(crate) pull_request: Option<Pull>,
}

#[derive(Deserialize)]
pub(crate) struct Name {
    pub(crate) name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pull {
    pub(crate) id: String,
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) state: String,
    pub(crate) is_draft: bool,
    pub(crate) locked: bool,
    pub(crate) viewer_did_author: bool,
    pub(crate) viewer_can_merge_as_admin: bool,
    pub(crate) head_ref_oid: String,
    pub(crate) base_ref_oid: String,
    pub(crate) base_ref_name: String,
    pub(crate) merged_at: Option<String>,
    pub(crate) merge_commit: Option<Oid>,
    pub(crate) merge_state_status: String,
    pub(crate) is_in_merge_queue: bool,
    pub(crate) is_merge_queue_enabled: bool,
    pub(crate) auto_merge_request: Option<AutoMerge>,
    pub(crate) created_at: String,
    pub(crate) author: Option<Opener>,
    pub(crate) labels: Option<Nodes<Name>>,
    pub(crate) base_ref: Option<BaseRef>,
}

#[derive(Deserialize)]
pub(crate) struct Nodes<T> {
    pub(crate) nodes: Option<Vec<Option<T>>>,
}

impl<T> Nodes<T> {
    pub(crate) fn all(self) -> impl Iterator<Item = T> {
        self.nodes.into_iter().flatten().flatten()
    }
}

#[derive(Deserialize)]
pub(crate) struct Oid {
    pub(crate) oid: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AutoMerge {
    pub(crate) merge_method: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BaseRef {
    pub(crate) ref_update_rule: Option<UpdateRule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdateRule {
    pub(crate) required_status_check_contexts: Option<Vec<Option<String>>>,
    pub(crate) required_approving_review_count: Option<u64>,
}

#[derive(Deserialize)]
pub(crate) struct ThreadAnswer {
    pub(crate) node: Option<Thread>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Thread {
    pub(crate) is_resolved: Option<bool>,
}

/// A rule of a branch, as `/rules/branches/BRANCH` lists it.
#[derive(Deserialize)]
pub(crate) struct Rule {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) ruleset_id: Option<u64>,
    #[serde(default)]
    pub(crate) parameters: RuleParameters,
}

#[derive(Default, Deserialize)]
pub(crate) struct RuleParameters {
    #[serde(default)]
    pub(crate) required_status_checks: Vec<RuleCheck>,
    #[serde(default)]
    pub(crate) required_approving_review_count: u64,
}

#[derive(Deserialize)]
pub(crate) struct RuleCheck {
    pub(crate) context: String,
    pub(crate) integration_id: Option<u64>,
}

#[derive(Deserialize)]
pub(crate) struct Ruleset {
    pub(crate) name: String,
    pub(crate) current_user_can_bypass: Option<String>,
    #[serde(default)]
    pub(crate) bypass_actors: Option<Vec<BypassActor>>,
}

#[derive(Deserialize)]
pub(crate) struct BypassActor {
    pub(crate) actor_type: String,
}

#[derive(Deserialize)]
pub(crate) struct Status {
    pub(crate) state: String,
    pub(crate) context: String,
    pub(crate) description: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Review {
    pub(crate) id: u64,
    pub(crate) user: Option<Login>,
    pub(crate) state: String,
    pub(crate) body: String,
    pub(crate) commit_id: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Runs {
    pub(crate) workflow_runs: Vec<Run>,
}

#[derive(Deserialize)]
pub(crate) struct Run {
    pub(crate) id: u64,
    pub(crate) name: Option<String>,
    pub(crate) status: Option<String>,
}

/// A remark of the conversation, or at a line or a file.
#[derive(Deserialize)]
pub(crate) struct Remark {
    pub(crate) id: u64,
    pub(crate) body: Option<String>,
}

/// A pull in a REST list.
#[derive(Deserialize)]
pub(crate) struct Listed {
    pub(crate) number: u64,
    pub(crate) body: Option<String>,
    pub(crate) state: String,
}

#[derive(Deserialize)]
pub(crate) struct Found {
    pub(crate) total_count: usize,
    #[serde(default)]
    pub(crate) incomplete_results: bool,
    pub(crate) items: Vec<FoundItem>,
}

#[derive(Deserialize)]
pub(crate) struct FoundItem {
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) repository_url: String,
    #[serde(default)]
    pub(crate) body: Option<String>,
    #[serde(default)]
    pub(crate) labels: Vec<Marked>,
}

/// A label, as a search tells it.
#[derive(Deserialize)]
pub(crate) struct Marked {
    #[serde(default)]
    pub(crate) name: String,
}

/// A file of a pull.
#[derive(Deserialize)]
pub(crate) struct PullFile {
    pub(crate) filename: String,
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) sha: Option<String>,
    #[serde(default)]
    pub(crate) patch: Option<String>,
}

/// A commit object of git.
#[derive(Deserialize)]
pub(crate) struct GitCommit {
    pub(crate) tree: Sha,
    pub(crate) parents: Vec<Sha>,
    pub(crate) message: String,
    pub(crate) committer: Option<Dated>,
}

#[derive(Deserialize)]
pub(crate) struct Dated {
    pub(crate) date: Option<String>,
}

/// A repository, as REST tells it.
#[derive(Deserialize)]
pub(crate) struct About {
    pub(crate) default_branch: String,
    pub(crate) private: bool,
    #[serde(default)]
    pub(crate) archived: bool,
    #[serde(default)]
    pub(crate) permissions: Permissions,
}

/// What the token's account may do there.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Permissions {
    pub(crate) admin: bool,
    pub(crate) maintain: bool,
    pub(crate) push: bool,
    pub(crate) triage: bool,
    pub(crate) pull: bool,
}

/// How far two commits are apart.
#[derive(Deserialize)]
pub(crate) struct Comparison {
    pub(crate) status: String,
    pub(crate) ahead_by: u64,
}

/// A pull that a commit belongs to.
#[derive(Deserialize)]
pub(crate) struct Beside {
    pub(crate) number: u64,
    pub(crate) merged_at: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Sha {
    pub(crate) sha: String,
}

#[derive(Deserialize)]
pub(crate) struct Tree {
    pub(crate) tree: Vec<TreeEntry>,
    pub(crate) truncated: bool,
}

#[derive(Deserialize)]
pub(crate) struct TreeEntry {
    pub(crate) path: String,
    pub(crate) mode: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) sha: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Blob {
    pub(crate) content: String,
}

#[derive(Deserialize)]
pub(crate) struct Ref {
    pub(crate) object: Sha,
}

#[derive(Deserialize)]
pub(crate) struct PullCommit {
    pub(crate) sha: String,
    pub(crate) commit: CommitWords,
}

#[derive(Deserialize)]
pub(crate) struct CommitWords {
    pub(crate) message: String,
}

#[derive(Deserialize)]
pub(crate) struct Branch {
    pub(crate) protection: Option<BranchProtection>,
}

#[derive(Deserialize)]
pub(crate) struct BranchProtection {
    pub(crate) required_status_checks: Option<ProtectionChecks>,
}

#[derive(Deserialize)]
pub(crate) struct ProtectionChecks {
    #[serde(default)]
    pub(crate) checks: Vec<ProtectionCheck>,
}

#[derive(Deserialize)]
pub(crate) struct ProtectionCheck {
    pub(crate) context: String,
    pub(crate) app_id: Option<i64>,
}
