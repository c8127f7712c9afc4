//! `sql-from-request`: a query holds what whoever asks has written, as text of the query.

use super::request::{self, ASKED, Place};
use super::twins::{Twin, twins};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/sql-from-request.toml`.
pub struct SqlFromRequest;

/// Calls that take a query, or a raw piece of one, as their first argument; a query in a call of its own: `execute(text(…))`.
static FIRST: Pattern = Pattern::new(
    r"(?:\.|->|::)(?:fetchAllAssociative|fetchAssociative|fetchAllNumeric|fetchOne|fetchFirstColumn|executeStatement|execute|executemany|exec_driver_sql|executescript|mogrify|raw|fromRaw|\$queryRawUnsafe|\$executeRawUnsafe|orderByRaw|whereRaw|orWhereRaw|selectRaw|havingRaw|groupByRaw|joinRaw|unprepared|queryForObject|queryForList|createNativeQuery|createQuery|executeQuery|executeUpdate|prepareStatement|FromSqlRaw|SqlQueryRaw|ExecuteSqlRaw|QueryRow|QueryRowx|Queryx|Query|Exec|Raw|find_by_sql|exec_query|select_all)\s*\(\s*|\.(?:QueryContext|QueryRowContext|ExecContext|SelectContext|GetContext|Select)\s*\(\s*\w+(?:\.\w+\(\))?\s*,\s*|(?:^|[^\w.$])(?:sa\.|sqlalchemy\.|db\.)?(?:text|literal_column|RawSQL)\s*\(\s*|\b(?:pool|client|conn|connection|db|knex|sequelize|database|sql|pg|mysql|cursor|cur)\.(?:query|run|all|each|exec|prepare)\s*\(\s*|\bDB::(?:raw|select|statement|update|insert|delete|unprepared)\s*\(\s*|\bArel\.sql\s*\(?\s*|\bDB\[\s*|\bDB\.(?:fetch|run|execute)\s*\(?\s*|\b\w*[jJ]dbc\w*\.(?:query|update|execute|batchUpdate)\s*\(\s*|\bsqlx::query(?:_as|_scalar)?(?:::<[^>]*>)?\s*\(\s*|\b(?:mysqli_query|pg_query)\s*\(\s*\$\w+\s*,\s*|\bnew\s+(?:Sql|SQLite|Npgsql|MySql|Oracle)\w*Command\s*\(\s*",
);
static ANY: Pattern = Pattern::new(r"[^\s\S]");
static TAMED: Pattern = Pattern::new(
    r"(?i)\bif\s+\w+\s+not\s+in\s|\bif\s*\(?\s*!?\s*\[?[\w\s'\x22,]*\]?\.(?:includes|contains|has|include\?)\(|in_array\s*\(|\bAllowed\w*\[|allowed_?\w*|allow_?list|whitelist|\benum\b|quote_ident|QuoteIdentifier|sanitize_sql|isin\(|Literal\[|\bin:[\w,]+|Rule::in|is_?digit|ctype_\w+|\bmatch\s+\w+\s*\{",
);
/// Without a value in its text, or with one that is a number.
static FIXED: Pattern = Pattern::new(r"(?i)^\s*(?:int|Number|parseInt|float|intval)\s*\(|^\s*\((?:int|float)\)");
static PLACE: Place<'_> = Place::of(&FIRST, &ANY).but(&TAMED, &FIXED);

/// In C a query is printed into a buffer, or handed over as a text.
static FIRST_C: Pattern = Pattern::new(
    r"\b(?:sqlite3_exec|sqlite3_prepare\w*|sqlite3_get_table|mysql_(?:real_)?query|PQexec|PQprepare|SQLExecDirect\w*)\s*\(\s*[\w>.-]+\s*,",
);
static PRINTED: Pattern = Pattern::new(
    r#"\b(?:sqlite3_v?sn|sn|as|s|vsn)?printf\s*\(\s*(?:[^",\n]+,\s*){0,3}"\s*(?i:select|insert|update|delete)\b[^"\n]*'?%l{0,2}s"#,
);
/// What escapes it as it is printed.
static QUOTED: Pattern = Pattern::new(r"(?i)sqlite3_mprintf|escape_(?:string|literal)|PQescape|quote");
static IN_C: Place<'_> = Place::of(&FIRST_C, &PRINTED).but(&QUOTED, &FIXED);
/// In a shell it stands in what a client of a database is given.
static CLIENT: Pattern =
    Pattern::new(r"\b(?:psql|mysql|mariadb|sqlite3|clickhouse-client)\s[^|;]*?\x22\s*(?i:select|insert|update|delete)\b");
static LOOKED_AT: Pattern = Pattern::new(r"=~|\bcase\s|\bprintf\s+-v\s+\w+\s+.%d|-eq\b");
static IN_SHELL: Place<'_> = Place::of(&ANY, &CLIENT).but(&LOOKED_AT, &ANY);

impl Check for SqlFromRequest {
    fn rule(&self) -> RuleId {
        RuleId("sql-from-request")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::AFTER, request::asking().or(Words::of([&CLIENT])))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        let unbound: Vec<usize> = twins(file).iter().filter_map(no_longer_beside).collect();
        for line in &unbound {
            let draft =
                Draft::line(file, side, *line).title("What a request brings was handed over beside the query and is part of its text now");
            sink.report(draft.severity(Severity::High));
        }
        let place = match file.language {
            Language::C | Language::Cpp => &IN_C,
            Language::Shell => &IN_SHELL,
            _ => &PLACE,
        };
        if let Some(line) = no_longer_a_variable(file) {
            let title = "A value was handed to a client of a database beside the query and is part of its text now";
            sink.report(Draft::line(file, side, line).title(title).severity(Severity::High));
            return;
        }
        for end in request::endings(place, &[], file) {
            if !unbound.iter().any(|line| (end.lines.start..=end.lines.end).contains(line)) {
                let draft = Draft::lines(file, side, end.lines.start, end.lines.end);
                sink.report(if end.straight { draft } else { draft.severity(Severity::Medium) });
            }
        }
    }
}

/// A text of SQL with a place for a value, and something behind the text that fills it.
static BOUND: Pattern = Pattern::new(
    r#"(?i)["'`][^"'`\n]*\b(?:select|insert|update|delete|where|values|set|i?like|and|or|in|having|order\s+by)\b[^"'`\n]*(?:\?|\$\d|%s|:\w+|@\w+)[^"`\n]*["'`]\s*\)?\s*[,)]|["'`]\s*[\w.]+\s*(?:=|<>?|>=?|i?like)\s*(?:\?|\$\d|%s|:\w+|@\w+)\s*["'`]\s*,"#,
);
/// A text of SQL with a value put into it.
static FILLED: Pattern = Pattern::new(
    r#"(?i)["'`][^\n]*(?:\bselect\b[^\n]*\bfrom\b|\binsert\s+into\b|\bupdate\b[^\n]*\bset\b|\bdelete\s+from\b|\bwhere\b|\bi?like\b|\border\s+by\b|\bvalues\s*\(|[\w.]\s+(?:=|<>|>=?|<=?)\s+'?%?)[^\n]*?(?:[$#]?\{([^}\n]+)\}|["']\s*\+\s*([^\n]+)|["']\s*\.\s*(\$[^\n]+)|["']\s*%\s*([^\n]+))"#,
);

/// The line on which a value of a request is put into a query, in a function that handed it over beside one.
fn no_longer_beside(twin: &Twin<'_, '_>) -> Option<usize> {
    static SOURCE: Pattern = Pattern::new(r"(?:^|[\s,(])\$?([A-Za-z_]\w*)\s*:?=[^=]");
    if twin.lost(&BOUND) <= twin.gained(&BOUND) {
        return None;
    }
    let sent: Vec<&str> = twin.after().lines().filter(|line| ASKED.is_match(line)).flat_map(|line| SOURCE.groups(line, 1)).collect();
    let brings = |part: &str| ASKED.is_match(part) || WORD.groups(part, 0).any(|word| sent.contains(&word)) && !TAMED.is_match(part);
    let stood = |text: &str| twin.removed().any(|(_, was)| was.trim() == text.trim());
    let found = twin.added().filter(|(_, text)| text.len() < 2000 && !stood(text));
    found
        .into_iter()
        .find(|(_, text)| {
            !BOUND.is_match(text) && (1..=4).filter_map(|group| FILLED.group(text, group)).any(|part| brings(part) && !FIXED.is_match(part))
        })
        .map(|(line, _)| line)
}

/// The line on which a script puts a value into the text of a query, which took it as a variable of the client.
fn no_longer_a_variable(file: &FileView<'_>) -> Option<usize> {
    static VARIABLE: Pattern = Pattern::new(r#"(?:=|<>|\b(?i:like|in|values|set)\b)\s*\(?\s*(?::'\w+'|:"\w+"|@\w+|:\w+)"#);
    static IN_TEXT: Pattern =
        Pattern::new(r#"(?i)\b(?:select|insert|update|delete)\b[^\n]*(?:=|<>|\b(?:like|values|set)\b)\s*\(?\s*\\?['"]?%?\$\{?\w"#);
    let (old, new) = (file.old()?, file.new_side().filter(|_| file.language == Language::Shell && file.role.is_live())?);
    let was = old.changed_lines().any(|line| line.text.len() < 2000 && VARIABLE.is_match(old.plain_line(line.index)));
    let filled = || new.changed_lines().find(|line| line.text.len() < 2000 && IN_TEXT.is_match(new.plain_line(line.index)));
    if was && !VARIABLE.is_match(new.plain()) { filled().map(|line| line.index) } else { None }
}

static WORD: Pattern = Pattern::new(r"[A-Za-z_]\w+");
