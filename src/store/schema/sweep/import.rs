//! What other tools brought into a judgement that is kept.

use serde::{Deserialize, Serialize};

use super::answer::named;
use crate::model::rule::Severity;
use crate::model::tool::{Import, Sighting, Tool};

#[derive(Serialize, Deserialize)]
pub(super) struct ToolData(String, Option<String>);

#[derive(Serialize, Deserialize)]
pub(super) struct SightingData(ToolData, String, String);

#[derive(Serialize, Deserialize)]
pub(super) struct ImportData {
    file: String,
    digest: String,
    tools: Vec<ToolData>,
    counts: [usize; 3],
    others: Vec<String>,
}

impl ToolData {
    pub(super) fn of(tool: &Tool) -> Self {
        Self(tool.name.clone(), tool.version.clone())
    }

    pub(super) fn back(self) -> Tool {
        Tool { name: self.0, version: self.1 }
    }
}

impl SightingData {
    pub(super) fn of(seen: &Sighting) -> Self {
        Self(ToolData::of(&seen.tool), seen.rule.clone(), seen.severity.word().to_owned())
    }

    pub(super) fn back(self) -> Result<Sighting, String> {
        Ok(Sighting { tool: self.0.back(), rule: self.1, severity: named(&Severity::ALL, &self.2, Severity::word)? })
    }
}

impl ImportData {
    pub(super) fn of(import: &Import) -> Self {
        Self {
            file: import.file.clone(),
            digest: import.digest.clone(),
            tools: import.tools.iter().map(ToolData::of).collect(),
            counts: [import.results, import.taken, import.folded],
            others: import.others.clone(),
        }
    }

    pub(super) fn back(self) -> Import {
        let [results, taken, folded] = self.counts;
        let tools = self.tools.into_iter().map(ToolData::back).collect();
        Import { file: self.file, digest: self.digest, tools, results, taken, folded, others: self.others }
    }
}
