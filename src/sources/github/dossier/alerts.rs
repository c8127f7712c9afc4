//! What code scanning found on the pull: alerts that are open, as annotations of their tool.

use serde::Deserialize;

use super::Desk;
use crate::model::dossier::Annotation;
use crate::model::forge::ForgeError;
use crate::model::path::RepoPath;
use crate::sources::github::ask;

/// Pages of alerts that are read.
const MOST_PAGES: usize = 5;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Alert {
    rule: Rule,
    tool: Tool,
    most_recent_instance: Instance,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Rule {
    id: Option<String>,
    severity: Option<String>,
    security_severity_level: Option<String>,
    description: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Tool {
    name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Instance {
    message: Message,
    location: Location,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Message {
    text: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Location {
    path: String,
    start_line: u32,
    end_line: u32,
}

/// What GitHub says with its 404 where nothing was ever scanned. Any other 404 hides what the token may not see.
const NEVER: &str = "no analysis found";

/// Reads the alerts. Where nothing was ever scanned there are none.
pub(super) fn read(desk: &mut Desk<'_>) -> Result<(), ForgeError> {
    let (repository, number) = (desk.address.path(), desk.number);
    let route = format!("/repos/{repository}/code-scanning/alerts?ref=refs%2Fpull%2F{number}%2Fmerge&state=open&per_page=100");
    let alerts = match ask::pages::<Alert>(desk.forge, route, "code scanning alerts", MOST_PAGES, desk.cancel) {
        Err(ForgeError::NotFound(says)) if says.contains(NEVER) => return Ok(()),
        other => desk.or_omit("what code scanning found is not known", other)?,
    };
    let Some(alerts) = alerts else { return Ok(()) };
    if alerts.cut {
        desk.omit("code scanning found more than 500 things; the others are not read".to_owned());
    }
    desk.dossier.annotations.extend(alerts.items.into_iter().map(Alert::annotation));
    Ok(())
}

impl Alert {
    fn annotation(self) -> Annotation {
        let Location { path, start_line, end_line } = self.most_recent_instance.location;
        let says = Some(self.most_recent_instance.message.text).filter(|text| !text.is_empty()).unwrap_or(self.rule.description);
        let level = self.rule.security_severity_level.or(self.rule.severity).unwrap_or_default();
        let failure = ["critical", "high", "error"].contains(&level.as_str());
        Annotation {
            check: self.tool.name.unwrap_or_else(|| "code scanning".to_owned()),
            path: RepoPath::from(path.as_str()),
            lines: (start_line, end_line.max(start_line)),
            level: if failure { "failure" } else { "warning" }.to_owned(),
            message: self.rule.id.map_or(says.clone(), |id| format!("{id}: {says}")),
        }
    }
}
