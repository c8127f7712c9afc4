//! `sql-from-request`: a query holds what whoever asks has written, as text of the query.

use super::request::{self, Place};
use crate::analysis::check::{Check, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Needs;
use crate::analysis::view::FileView;
use crate::model::rule::RuleId;

/// See `rules/code/sql-from-request.toml`.
pub struct SqlFromRequest;

/// Calls that take a query, or a raw piece of one, as their first argument; a query in a call of its own: `execute(text(…))`.
static FIRST: Pattern = Pattern::new(
    r"(?:\.|->|::)(?:execute|executemany|exec_driver_sql|executescript|mogrify|raw|fromRaw|\$queryRawUnsafe|\$executeRawUnsafe|orderByRaw|whereRaw|orWhereRaw|selectRaw|havingRaw|groupByRaw|joinRaw|unprepared|queryForObject|queryForList|createNativeQuery|createQuery|executeQuery|executeUpdate|prepareStatement|FromSqlRaw|SqlQueryRaw|ExecuteSqlRaw|QueryRow|QueryRowx|Queryx|Query|Exec|Raw|find_by_sql|exec_query|select_all)\s*\(\s*|\.(?:QueryContext|QueryRowContext|ExecContext|SelectContext|GetContext|Select)\s*\(\s*\w+(?:\.\w+\(\))?\s*,\s*|\b(?:sa\.|sqlalchemy\.|db\.)?(?:text|literal_column|RawSQL)\s*\(\s*|\b(?:pool|client|conn|connection|db|knex|sequelize|database|sql|pg|mysql|cursor|cur)\.(?:query|run|all|each|exec|prepare)\s*\(\s*|\bDB::(?:raw|select|statement|update|insert|delete|unprepared)\s*\(\s*|\bArel\.sql\s*\(?\s*|\bsqlx::query(?:_as|_scalar)?(?:::<[^>]*>)?\s*\(\s*|\b(?:mysqli_query|pg_query)\s*\(\s*\$\w+\s*,\s*|\bnew\s+(?:Sql|SQLite|Npgsql|MySql|Oracle)\w*Command\s*\(\s*",
);
static ANY: Pattern = Pattern::new(r"[^\s\S]");
static TAMED: Pattern = Pattern::new(
    r"(?i)\bif\s+\w+\s+not\s+in\s|\bif\s*\(?\s*!?\s*\[?[\w\s'\x22,]*\]?\.(?:includes|contains|has|include\?)\(|in_array\s*\(|\bAllowed\w*\[|allowed_?\w*|allow_?list|whitelist|\benum\b|quote_ident|QuoteIdentifier|sanitize_sql|isin\(|Literal\[|\bin:[\w,]+|Rule::in|is_?digit|ctype_\w+|\bmatch\s+\w+\s*\{",
);
/// Without a value in its text, or with one that is a number.
static FIXED: Pattern = Pattern::new(r"(?i)^\s*(?:int|Number|parseInt|float|intval)\s*\(|^\s*\((?:int|float)\)");
static PLACE: Place = Place { first: &FIRST, any: &ANY, tamed: &TAMED, fixed: &FIXED };

impl Check for SqlFromRequest {
    fn rule(&self) -> RuleId {
        RuleId("sql-from-request")
    }

    fn needs(&self) -> Needs {
        request::needs(&PLACE)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        request::report(&PLACE, file, sink);
    }
}
