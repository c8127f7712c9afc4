//! The part of SARIF 2.1.0 that is read, as serde sees it. Names and meanings are the standard's; everything may be missing, and what
//! has another shape than the standard gives it is [`Shaped::Odd`].

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A part that must not take its neighbours along when it is wrong.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Shaped<T> {
    Good(Box<T>),
    Odd(IgnoredAny),
}

impl<T> Shaped<T> {
    pub(super) fn good(&self) -> Option<&T> {
        match self {
            Self::Good(part) => Some(part),
            Self::Odd(_) => None,
        }
    }
}

/// What some tools write as `null` where nothing is there.
fn or_none<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// What tells whether a file is SARIF, and of which version.
#[derive(Deserialize)]
pub(super) struct Head {
    pub(super) version: Option<Value>,
    pub(super) runs: Option<IgnoredAny>,
}

#[derive(Deserialize)]
pub(super) struct Log {
    pub(super) runs: Vec<Run>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Run {
    pub(super) tool: Tool,
    pub(super) results: Option<Vec<Shaped<Outcome>>>,
    #[serde(deserialize_with = "or_none")]
    pub(super) artifacts: Vec<Shaped<Artifact>>,
    #[serde(deserialize_with = "or_none")]
    pub(super) original_uri_base_ids: BTreeMap<String, ArtifactLocation>,
    #[serde(deserialize_with = "or_none")]
    pub(super) invocations: Vec<Shaped<Invocation>>,
    #[serde(deserialize_with = "or_none")]
    pub(super) version_control_provenance: Vec<Shaped<Provenance>>,
    pub(super) external_property_file_references: Option<IgnoredAny>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ArtifactLocation {
    pub(super) uri: Option<String>,
    pub(super) uri_base_id: Option<String>,
    pub(super) index: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Artifact {
    pub(super) location: ArtifactLocation,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Tool {
    pub(super) driver: Component,
    #[serde(deserialize_with = "or_none")]
    pub(super) extensions: Vec<Shaped<Component>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Component {
    pub(super) name: String,
    pub(super) version: Option<String>,
    pub(super) semantic_version: Option<String>,
    #[serde(deserialize_with = "or_none")]
    pub(super) rules: Vec<Shaped<Descriptor>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Descriptor {
    pub(super) id: String,
    pub(super) short_description: Message,
    pub(super) full_description: Message,
    pub(super) help: Message,
    pub(super) help_uri: Option<String>,
    #[serde(deserialize_with = "or_none")]
    pub(super) message_strings: BTreeMap<String, Message>,
    pub(super) default_configuration: Configuration,
    #[serde(deserialize_with = "or_none")]
    pub(super) relationships: Vec<Shaped<Relationship>>,
    #[serde(deserialize_with = "or_none")]
    pub(super) properties: BTreeMap<String, Value>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Configuration {
    pub(super) level: Option<String>,
    pub(super) rank: Option<f64>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Relationship {
    pub(super) target: Reference,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Reference {
    pub(super) id: Option<String>,
    pub(super) index: Option<i64>,
    pub(super) tool_component: Option<Named>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Named {
    pub(super) name: Option<String>,
    pub(super) index: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Message {
    pub(super) text: Option<String>,
    pub(super) markdown: Option<String>,
    pub(super) id: Option<String>,
    #[serde(deserialize_with = "or_none")]
    pub(super) arguments: Vec<String>,
}

/// A result; the name is taken in Rust.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Outcome {
    pub(super) rule_id: Option<String>,
    pub(super) rule_index: Option<i64>,
    pub(super) rule: Option<Reference>,
    pub(super) kind: Option<String>,
    pub(super) level: Option<String>,
    pub(super) rank: Option<f64>,
    pub(super) message: Message,
    #[serde(deserialize_with = "or_none")]
    pub(super) locations: Vec<Location>,
    #[serde(deserialize_with = "or_none")]
    pub(super) code_flows: Vec<CodeFlow>,
    #[serde(deserialize_with = "or_none")]
    pub(super) partial_fingerprints: BTreeMap<String, Value>,
    pub(super) suppressions: Option<Vec<Suppression>>,
    pub(super) baseline_state: Option<String>,
    #[serde(deserialize_with = "or_none")]
    pub(super) taxa: Vec<Reference>,
    #[serde(deserialize_with = "or_none")]
    pub(super) fixes: Vec<Fix>,
    #[serde(deserialize_with = "or_none")]
    pub(super) properties: BTreeMap<String, Value>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Location {
    pub(super) physical_location: Option<Physical>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Physical {
    pub(super) artifact_location: ArtifactLocation,
    pub(super) region: Option<Region>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Region {
    pub(super) start_line: Option<i64>,
    pub(super) end_line: Option<i64>,
    pub(super) end_column: Option<i64>,
    pub(super) snippet: Option<Message>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct CodeFlow {
    #[serde(deserialize_with = "or_none")]
    pub(super) thread_flows: Vec<ThreadFlow>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ThreadFlow {
    #[serde(deserialize_with = "or_none")]
    pub(super) locations: Vec<Step>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Step {
    pub(super) location: Option<Location>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Suppression {
    pub(super) kind: Option<String>,
    pub(super) status: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Fix {
    pub(super) description: Message,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Invocation {
    pub(super) execution_successful: Option<bool>,
    pub(super) working_directory: Option<ArtifactLocation>,
    #[serde(deserialize_with = "or_none")]
    pub(super) tool_execution_notifications: Vec<Shaped<Notification>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Notification {
    pub(super) level: Option<String>,
    pub(super) message: Message,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Provenance {
    pub(super) revision_id: Option<String>,
}
