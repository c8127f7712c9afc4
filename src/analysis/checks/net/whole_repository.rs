//! The repository itself is pushed to a host that nothing named before. A part of `sensitive-to-network`.

use super::hosts;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::view::FileView;
use crate::model::rule::Severity;

/// A push with the address of where it goes.
pub(super) static PUSHED: Pattern = Pattern::new(
    r"\bgit\s+(?:-\S+\s+)*(?:push|remote\s+(?:add|set-url(?:\s+--push)?)|bundle|send-pack)\b[^\n]*?(?:https?://|ssh://|git@)(?:[^\s/@\x22']*@)?[\w.-]+\.[a-z]{2,}",
);
static ALL: Pattern = Pattern::new(r"\s--(?:all|mirror)\b");
static FORGES: Pattern = Pattern::new(
    r"(?:^|\.)(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|sr\.ht|gitea\.com|gitee\.com|dev\.azure\.com|visualstudio\.com|heroku\.com|huggingface\.co|googlesource\.com|amazonaws\.com|example\.(?:com|org))$",
);

/// Reports where it goes.
pub(super) fn report(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side().filter(|_| file.role.is_live() || file.role == Role::Workflow) else { return };
    for line in file.added().filter(|line| line.text.len() < 1000 && PUSHED.is_match(line.text)).take(20) {
        let address = line.text.replace("git@", "https://");
        let Some(host) = hosts::of_urls(&address).find(|host| !FORGES.is_match(host) && !hosts::is_own(host)) else { continue };
        if hosts::is_new(file, &host) && !line.text.trim_start().starts_with('#') {
            let severity = if ALL.is_match(line.text) { Severity::High } else { Severity::Medium };
            sink.report(Draft::line(file, side, line.index).title(format!("The repository is pushed to {host}")).severity(severity));
        }
    }
}
