//! `logic-bomb`: something weighty happens only on a day, on a machine, for a person, or by chance.

use crate::analysis::branch::branch;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/logic-bomb.toml`.
pub struct LogicBomb;

static NOW: Pattern = Pattern::new(
    r"(?i)\b(?:datetime\.(?:now|utcnow|today)|date\.today|time\.time|Date\.now|new\s+Date|time\.Now|LocalDate(?:Time)?\.now|Instant\.now|System\.currentTimeMillis|Utc::now|Local::now|SystemTime::now|Time\.now|Date\.today|DateTime(?:Offset)?\.(?:Now|UtcNow|Today)|date\s*\(|strtotime|time\s*\(|today|now|current_?date|date\s\+)",
);
static DAY: Pattern = Pattern::new(
    r"\b20[2-9]\d(?:[01]\d[0-3]\d)?\b|\b[12]\d{9}(?:\d{3})?\b|\.(?:month|day|weekday|getMonth|getDay|getDate|Weekday|Month|Day|wday|mon)\b(?:\(\))?\s*(?:==|===|>|>=|in\b)",
);
static MACHINE: Pattern = Pattern::new(
    r"\b[gG]et[hH]ost[nN]ame|\bhostname\b|\bos\.uname|platform\.node|os\.Hostname|MachineName|COMPUTERNAME|\bgetuser\b|getlogin|os\.userInfo|user\.Current|Environment\.UserName|\bwhoami|[\[(]['\x22](?:USER|USERNAME|LOGNAME|HOSTNAME)['\x22]|\bgetlogin_r\b|\.(?:USER|USERNAME|LOGNAME|HOSTNAME)\b|\$\{?(?:USER|LOGNAME|HOSTNAME)\b",
);
static NAMED: Pattern = Pattern::new(
    r#"(?:===?|!==?|\bin\b|\.equals\(|startswith|startsWith|includes|HasPrefix|\s-?eq\s|=)\s*[\[({]?\s*['"][^'"]+['"]|['"][^'"]+['"]\s*(?:===?|\.equals|in\b)"#,
);
static CHANCE: Pattern = Pattern::new(
    r"(?:\brandom\.(?:random|randint|randrange)\s*\(|Math\.random\s*\(|\brand\.(?:Intn?|Float64|IntN)\s*\(|rand::random|thread_rng|\bmt_rand\s*\(|\bRANDOM\b|ThreadLocalRandom|new\s+Random\s*\()[^\n]*(?:<|>|==|%)|\b(?:count|counter|calls|requests|runs|hits|n)\w*\s*(?:==|===|>=|>|%)\s*\d{3,}",
);
static DESTROYS: Pattern = Pattern::new(
    r"(?i)\b(?:shutil\.rmtree|os\.remove|os\.unlink|unlinkSync|rmSync|rmdirSync|fs\.rm\b|rimraf|os\.RemoveAll|remove_dir_all|remove_file|File\.delete|Files\.delete|FileUtils\.(?:rm|delete)\w*|deleteRecursively|Directory\.Delete|unlink\s*\(|rm\s+-\w*[rf]|drop\s+(?:table|database)|delete\s+from|truncate\s+table|dropDatabase|deleteMany\s*\(\s*\{?\s*\}?\s*\)|flushall|wipe\w*\s*\(|\w+_(?:wipe|purge|destroy)(?:_all)?\s*\(|f?truncate\s*\([^()]*,\s*0\s*\)|destroy_all|delete_all|mkfs|corrupt\w*\s*\()",
);
/// Many records at once, as libraries of databases delete them.
static RECORDS: Pattern = Pattern::new(
    r"\bExecuteDelete(?:Async)?\s*\(|\.RemoveRange\s*\(|\bEnsureDeleted(?:Async)?\s*\(|\bdeleteAll(?:InBatch)?\s*\(|\.objects\.(?:all|filter|exclude)\([^)]*\)\.delete\s*\(|\.query\([^)]*\)\.delete\s*\(|::query\(\)->delete\s*\(|::truncate\s*\(|->truncate\s*\(|\.delete_many\s*\(|\bDeleteMany(?:Async)?\s*\(|\.destroy\(\s*\{\s*(?:where\s*:\s*\{\s*\}|truncate)",
);
static RUNS: Pattern = Pattern::new(
    r"\b(?:os\.system|subprocess\.\w+|eval|exec|execSync|child_process|spawn\w*|exec\.Command|Command::new|Runtime\.getRuntime|ProcessBuilder|Process\.Start|shell_exec|passthru|system|popen|__import__|urlretrieve)\s*\(|\b(?:curl|wget)\s[^\n]*\|\s*(?:ba|z)?sh\b",
);
static ENDS: Pattern = Pattern::new(
    r"\b(?:sys\.exit|os\._exit|os\.kill|process\.exit|process\.kill|os\.Exit|System\.exit|std::process::exit|abort|Environment\.Exit|shutdown|reboot|poweroff)\s*(?:\(|-)|\bsystemctl\s+(?:stop|disable|mask|kill|poweroff|reboot)\b|\b(?:kubectl|docker)\s+(?:delete|stop|kill|rm)\b",
);
static SENDS: Pattern = Pattern::new(
    r"\b(?:requests\.(?:post|put)|httpx\.post|urlopen|fetch|axios(?:\.post)?|http\.Post\w*|reqwest::\w+|socket\.(?:connect|create_connection)|net\.(?:connect|Dial)|sendBeacon|WebSocket)\s*\(",
);
/// A condition that holds only at times.
static CHANCE_TOO: Pattern = Pattern::new(r"\$RANDOM\b|\bdate\b|%\s*\d{2,}|\bshuf\b|\brand(?:om)?\b");
/// Names of what is cleaned up or ends by itself in ordinary code.
static ORDINARY: Pattern = Pattern::new(
    r"(?i)tmp|temp|cache|expired|stale|outdated|old_|lock|\blog|backup|retention|prune|cleanup|rotate|session|ttl|timeout|elapsed|deadline|started|start_time|certificate|license",
);
/// Accounts that stand for rights, not for somebody.
static RIGHTS: Pattern = Pattern::new(r"(?i)['\x22](?:root|administrator|system|nobody|localhost|127\.0\.0\.1|)['\x22]");
/// A block of more statements is not read whole.
const MOST: usize = 60;
/// What is compared with a day in ordinary code, or is made again when it is gone.
static VERSIONS: Pattern = Pattern::new(r"(?i)vers|\bver\b|schema|migrat|tmp|temp|cache|lock");
/// Something stands before or after a day that is written out whole.
static WHOLE_DAY: Pattern = Pattern::new(
    r#"\bstrn?cmp\s*\([^()"]*"20[2-9]\d-?[01]\d-?[0-3]\d"[^()]*\)\s*[<>]|[<>]=?\s*["']20[2-9]\d-[01]\d-[0-3]\d["']|\.compareTo\s*\(\s*"20[2-9]\d-?[01]\d-?[0-3]\d"\s*\)\s*[<>]|-(?:g[et]|l[et])\s+["']?20[2-9]\d[01]\d[0-3]\d\b"#,
);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Trigger {
    Day,
    Machine,
    Chance,
}

impl Check for LogicBomb {
    fn rule(&self) -> RuleId {
        RuleId("logic-bomb")
    }

    fn needs(&self) -> Needs {
        Needs::nothing()
            .and(Reach::AFTER, Words::of([&NOW, &MACHINE, &CHANCE]).or(Words::named(["\"202", "'202", "\"203", "'203", " 202", " 203"])))
            .and(Reach::AFTER, Words::of([&DESTROYS, &RECORDS, &RUNS, &ENDS, &SENDS, &MACHINE]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.language.is_code() && file.role.is_live()) else { return };
        for (index, statement) in side.statements().iter().enumerate() {
            let Some(branch) = branch(side, file.language, index) else { continue };
            let last = side.statements().get(branch.block.end.saturating_sub(1)).map_or(statement.last_line, |end| end.last_line);
            if !side.touches(statement.first_line, last.max(statement.last_line)) {
                continue;
            }
            let condition = side.plain().get(branch.condition.clone()).unwrap_or("");
            if both(condition) {
                let title = "Something is otherwise from a day on, and only on some machines";
                sink.report(found(file, side, statement.first_line, last).severity(Severity::High).title(title));
                continue;
            }
            let Some(trigger) = trigger(condition).or_else(|| named_before(side, statement, condition)) else { continue };
            let inline = side.plain().get(branch.inline.clone()).unwrap_or("");
            let block = branch.block.clone().take(MOST).filter_map(|at| side.statements().get(at)).map(|one| side.plain_of(one));
            let told = std::iter::once(inline).chain(block).find_map(|text| weighs(trigger, condition, text));
            if let Some((severity, title)) = told {
                sink.report(found(file, side, statement.first_line, last).severity(severity).title(title));
            }
        }
    }
}

fn found(file: &FileView<'_>, side: &SideView<'_>, first: usize, last: usize) -> Draft {
    Draft::lines(file, side, first, last.max(first))
}

/// The same where the condition only names what an earlier statement of its function took from the machine.
fn named_before(side: &SideView<'_>, statement: &Statement, condition: &str) -> Option<Trigger> {
    static TAKEN: Pattern = Pattern::new(
        r"(?:^|[\s;])\$?([A-Za-z_]\w*)\s*(?:,\s*\w+\s*)?(?::\s*[\w.<>?]+\s*)?:?=\s*[^=]|\b(?:gethostname|getlogin_r|uname|GetComputerName\w*|GetUserName\w*)\s*\(\s*&?(\w+)",
    );
    static COMPARED: Pattern =
        Pattern::new(r#"\bstrn?(?:case)?cmp\s*\(\s*[\w.]+\s*,\s*"[^"]{2,}"|\bstrstr\s*\(\s*[\w.]+\s*,\s*"[^"]{2,}""#);
    /// Statements above that are looked at.
    const NEAR: usize = 40;
    if RIGHTS.is_match(condition) || !COMPARED.is_match(condition) && !NAMED.is_match(condition) {
        return None;
    }
    let at = side.statements().partition_point(|other| other.bytes.start < statement.bytes.start);
    let above = side.statements().get(at.saturating_sub(NEAR)..at)?.iter().filter(|other| other.function == statement.function);
    let mut taken = above.map(|other| side.plain_of(other)).filter(|plain| plain.len() <= 400 && MACHINE.is_match(plain));
    let names = |plain: &str| {
        TAKEN.parts(plain).any(|name| condition.split(|sign: char| !sign.is_alphanumeric() && sign != '_').any(|word| word == name))
    };
    taken.any(names).then_some(Trigger::Machine)
}

/// Whether a condition asks what day it is, written out, and on which machine it runs.
fn both(condition: &str) -> bool {
    static COUNTED: Pattern = Pattern::new(r"\.toordinal\(\)\s*[<>]=?\s*\d{6}\b|\btoEpochDay\(\)\s*[<>]=?\s*\d{5}\b");
    let machine = MACHINE.is_match(condition) && NAMED.is_match(condition) && !RIGHTS.is_match(condition);
    let after = || [">", "<"].iter().any(|sign| condition.contains(sign));
    machine
        && after()
        && (NOW.is_match(condition) && DAY.is_match(condition) || WHOLE_DAY.is_match(condition) || COUNTED.is_match(condition))
}

fn trigger(condition: &str) -> Option<Trigger> {
    if NOW.is_match(condition) && DAY.is_match(condition) || WHOLE_DAY.is_match(condition) {
        Some(Trigger::Day)
    } else if MACHINE.is_match(condition) && NAMED.is_match(condition) && !RIGHTS.is_match(condition) {
        Some(Trigger::Machine)
    } else {
        CHANCE.is_match(condition).then_some(Trigger::Chance)
    }
}

fn weighs(trigger: Trigger, condition: &str, text: &str) -> Option<(Severity, &'static str)> {
    // What is old is told by its age, never by a day that is written out; but versions are days, too.
    let written_out = WHOLE_DAY.is_match(condition);
    let names = if written_out { &VERSIONS } else { &ORDINARY };
    let ordinary = || names.is_match(condition) || names.is_match(text);
    if (DESTROYS.is_match(text) || RECORDS.is_match(text)) && !ordinary() {
        let severity = if trigger == Trigger::Day && (!written_out || NOW.is_match(condition)) { Severity::High } else { Severity::Medium };
        return Some((severity, "Something is deleted only under a condition nobody tests"));
    }
    if trigger != Trigger::Chance && RUNS.is_match(text) && !ordinary() {
        return Some((Severity::Medium, "Something is run only under a condition nobody tests"));
    }
    if trigger == Trigger::Day && (ENDS.is_match(text) || SENDS.is_match(text)) {
        return Some((Severity::Medium, "From a day on, the program does something else"));
    }
    if trigger == Trigger::Machine && ENDS.is_match(text) && CHANCE_TOO.is_match(condition) {
        return Some((Severity::Medium, "On one machine, and only at times, something is ended"));
    }
    (trigger == Trigger::Machine && SENDS.is_match(text))
        .then_some((Severity::Medium, "Something is sent from one machine or by one person only"))
}
