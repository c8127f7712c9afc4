//! The commits of a pull, oldest first, with who claims to have made them.

use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::model::pull::Commit;
use crate::model::time::{Timestamp, short_age};
use crate::ui::look::Look;
use crate::ui::overlays::popup::Content;
use crate::ui::overlays::words::labelled;

/// The commits.
#[must_use]
pub fn content(commits: &[Commit], now: Timestamp, room: usize, look: &Look<'_>) -> Content {
    let mut lines = Vec::new();
    let faint = look.style(Role::Faint);
    for commit in commits {
        let id = commit.id.as_ref().map_or("no id", |id| id.short()).to_owned();
        lines.extend(labelled(Span::styled(id, look.style(Role::HintKey)), 12, commit.subject(), room, look.style(Role::Strong)));
        let signed = if commit.signed { ", signed (not verified here)" } else { "" };
        let age = short_age(commit.committed.until(now));
        let author = format!("{} <{}>, {age} ago{signed}", commit.author.name, commit.author.email);
        lines.extend(labelled(Span::raw(""), 12, &author, room, faint));
        if commit.author != commit.committer {
            let committer = format!("committed by {} <{}>", commit.committer.name, commit.committer.email);
            lines.extend(labelled(Span::raw(""), 12, &committer, room, faint));
        }
    }
    if commits.is_empty() {
        lines.push(Line::from(Span::styled("This source has no commits.", faint)));
    }
    Content { title: format!("commits: {}, oldest first; names and times are claims", commits.len()), lines, ..Content::default() }
}
