//! What keeps every query of a model to somebody's own things, where models are told, is gone from there. A part of `scope-dropped`.

use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::view::{FileView, LineView, SideView};
use crate::model::rule::Severity;

/// A longer line is data.
const LONGEST: usize = 600;

/// How frameworks keep all queries of a model to something: EF Core, Rails, Laravel, Hibernate, Django, Sequelize, GORM.
static FILTERS: Pattern = Pattern::new(
    r"\bHasQueryFilter\s*\(|\bdefault_scope\b|\badd_?[gG]lobal_?[sS]cope\s*\(|\bacts_as_tenant\b|\bmulti_tenant\b|\bacts_as_tenant_with|@(?:TenantId|FilterDef|Filter|Where|SQLRestriction)\b|\buse\s+(?:\w+,\s*)*(?:BelongsToTenant|TenantScoped|HasTenant)\w*|\bdefaultScope\s*:|\bobjects\s*=\s*\w*Tenant\w*Manager\s*\(",
);
/// Somebody's own.
static OWN: Pattern = Pattern::new(r"(?i)tenant|owner|account|organi[sz]ation|\borg_?id|workspace|company|customer|\buser_?id|team");
/// Another way to keep them to it.
static KEEPS: Pattern = Pattern::new(r"(?i)tenant|row_?level|\brls\b|policy|interceptor|global_?filter");

/// How requests are bound to a tenant before anything answers them: Rails, Express, Laravel.
static BOUND: Pattern = Pattern::new(
    r"^\s*(?:prepend_)?before_action\s*\(?\s*:(?:set|require|load|scope|resolve|switch)\w*(?:tenant|organi[sz]ation|workspace)\w*|\b(?:app|router|api|server)\.use\(\s*(?:\w+\.)?\w*(?:[tT]enant|[wW]orkspace)\w*|->middleware\([^)]*['\x22](?:tenant|tenancy)\b",
);

/// Words without which no such thing is there.
pub(super) fn words() -> Words {
    Words::of([&FILTERS, &BOUND])
}

/// Reports the first line that bound requests to a tenant and is gone, where none of the kind came.
fn bound(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    let binds = |side: &SideView<'_>, line: &LineView<'_>| {
        let text = side.plain_line(line.index);
        text.len() <= LONGEST && BOUND.is_match(text)
    };
    let many = |side: &SideView<'_>| side.lines().filter(|line| binds(side, line)).count();
    if let Some(line) = old.changed_lines().find(|line| binds(old, line)).filter(|_| many(new) < many(old)) {
        let draft = Draft::line(file, old, line.index).title("Requests are no longer bound to the tenant they belong to");
        sink.report(draft.severity(Severity::Medium));
    }
}

/// Reports the first filter by whose things they are that went from a model and came nowhere else in the file.
pub(super) fn gone(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    let keeps = |side: &SideView<'_>, line: &LineView<'_>| {
        let text = side.plain_line(line.index);
        text.len() <= LONGEST && FILTERS.is_match(text) && OWN.is_match(text)
    };
    let went: Vec<LineView<'_>> = old.changed_lines().filter(|line| keeps(old, line)).collect();
    let came = new.changed_lines().filter(|line| keeps(new, line)).count();
    bound(file, old, new, sink);
    let another = || new.changed_lines().any(|line| line.text.len() <= LONGEST && KEEPS.is_match(new.plain_line(line.index)));
    if let Some(first) = went.first().filter(|_| went.len() > came && !another()) {
        let draft = Draft::line(file, old, first.index).title("The queries of a model are no longer kept to what belongs to somebody");
        sink.report(draft.severity(Severity::High));
    }
}
