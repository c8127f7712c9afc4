//! What other tools brought in, in the shape of report v1.

use serde::Serialize;

use crate::model::tool::{Import, Sighting, Tool};

#[derive(Debug, Serialize)]
pub(super) struct ToolV1<'a> {
    name: &'a str,
    version: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(super) struct SightingV1<'a> {
    #[serde(flatten)]
    tool: ToolV1<'a>,
    rule: &'a str,
    severity: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct ImportV1<'a> {
    file: &'a str,
    sha256: &'a str,
    tools: Vec<ToolV1<'a>>,
    results: usize,
    taken: usize,
    folded: usize,
    others: &'a [String],
}

impl<'a> ToolV1<'a> {
    pub(super) fn new(tool: &'a Tool) -> Self {
        Self { name: &tool.name, version: tool.version.as_deref() }
    }
}

impl<'a> SightingV1<'a> {
    pub(super) fn new(seen: &'a Sighting) -> Self {
        Self { tool: ToolV1::new(&seen.tool), rule: &seen.rule, severity: seen.severity.word() }
    }
}

impl<'a> ImportV1<'a> {
    pub(super) fn new(import: &'a Import) -> Self {
        Self {
            file: &import.file,
            sha256: &import.digest,
            tools: import.tools.iter().map(ToolV1::new).collect(),
            results: import.results,
            taken: import.taken,
            folded: import.folded,
            others: &import.others,
        }
    }
}
