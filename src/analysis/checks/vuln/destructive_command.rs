//! `destructive-command`: a command that leaves nothing where it runs, or takes away what others use.

use super::deletes_all;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Needs, Reach, Words};
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/destructive-command.toml`.
pub struct DestructiveCommand;

/// Everything, or everything of somebody.
static WIPES: Pattern = Pattern::new(
    r#"(?x)
    \brm\s+(?:-\S+\s+)*-(?:\w*[rR]\w*|-recursive)\s+(?:-\S+\s+)*(?:\\?"|')?(?:/|/\*|~|~/|~/\*|/(?:home|root|etc|usr|var|bin|boot|lib|opt|srv|Users)/?\*?|\$\{?HOME\}?(?:\\?")?/?\*?)(?:\\?"|')?(?:\s|$|[;&|)"'\],])
    | --no-preserve-root
    | :\(\)\s*\{\s*:\s*\|\s*:\s*&\s*\}\s*;\s*:
    | \bfind\s+(?:/|~|"?\$\{?HOME\}?"?)\s+(?:-(?:type|mindepth|maxdepth)\s+\w+\s+|-(?:xdev|mount)\s+)*(?:-delete\b|-exec\s+(?:rm|shred)\b)
    | \b(?:rd|rmdir)\s+/s\s+/q\s+[a-zA-Z]:\\(?:\s|$|["'*]) | \bdel\s+(?:/\w\s+)+[a-zA-Z]:\\(?:\s|$|["'*])
    | \bRemove-Item\b[^\n|;]*\s(?:[A-Za-z]:\\|\$HOME|\$env:USERPROFILE|/|~)\\?\*?(?:\s|$|["';])
    | \bvssadmin(?:\.exe)?\s+delete\s+shadows
    | \b(?:shutil\.rmtree|(?:fs|fsp|fs\.promises|require\(["'](?:node:)?fs["']\))\.(?:rm|rmSync|rmdirSync)|os\.RemoveAll|(?:std::)?fs::remove_(?:dir_)?all|Directory\.Delete|FileUtils\.(?:rm_rf|rm_r|remove_dir|deleteDirectory)|FileSystemUtils\.deleteRecursively|File::deleteDirectory)[\s(]+
        (?:Path(?:s)?\.(?:of|get)\s*\(\s*|new\s+File\s*\(\s*|Path::new\s*\(\s*|&)?
        (?:["']/["']|["']~["']|os\.path\.expanduser\(\s*["']~/?["']\s*\)|Path\.home\(\)|(?:os\.)?homedir\(\)|process\.env\.HOME|os\.Getenv\("HOME"\)|(?:std::)?getenv\("HOME"\)|(?:\w+\.)?home_dir\(\)(?:\.unwrap\w*\(\)|\.expect\([^)]*\)|\.ok_or\w*\([^)]*\)\?|\?)?|Dir\.home|ENV\[["']HOME["']\]|System\.getProperty\("user\.home"\)|Environment\.GetFolderPath\(\s*Environment\.SpecialFolder\.UserProfile\s*\))\s*(?:[,)]|$)
    | \bos\.RemoveAll\s*\(\s*(?:home|homeDir)\s*\)
    | \bFileUtils\.rm_(?:rf|r)[\s(]+Dir\.glob\(\s*(?:File\.join\(\s*)?(?:Dir\.home|ENV\[["']HOME["']\])\s*,\s*["']\*
    | \b(?:Path(?:s)?\.(?:of|get)|File)\s*\(\s*(?:System\.getProperty\("user\.home"\)|System\.getenv\("HOME"\))\s*\)(?:\.toFile\(\))?\.deleteRecursively\s*\(
    | \brm\s+(?:-\S+\s+)*-(?:\w*[rR]\w*)\s+System\.getProperty\s+user\.home\b
    "#,
);
/// A disk, or what others use.
static TAKES: Pattern = Pattern::new(
    r#"(?x)
    \bmkfs(?:\.\w+)?\s+(?:-\S+\s+)*/dev/(?:sd|hd|nvme|vd|xvd|mmcblk)\w+ | \bdd\s[^\n|;]*\bof=/dev/(?:sd|hd|nvme|vd|xvd|mmcblk)\w+ | \b(?:wipefs|shred|blkdiscard)\s+(?:-\S+\s+)*/dev/\w+ | >\s*/dev/(?:sd|nvme|hd)[a-z0-9]+
    | \baws\s+ec2\s+terminate-instances\b | \baws\s+iam\s+delete-(?:user|role|login-profile|account)\w* | \baws\s+rds\s+delete-db-\w+ | \baws\s+s3\s+rb\s[^\n|;]*--force | \baws\s+organizations\s+(?:close-account|leave-organization)
    | \bgcloud\s+projects\s+delete\b | \baz\s+group\s+delete\b | \bkubectl\s+delete\s+(?:ns|namespaces?|all|pv|pvc|nodes?|crds?)\s+(?:--all\b|-A\b) | \bkubectl\s+delete\s+[^\n|;]*--all-namespaces
    | \bkubectl\s+delete\s+(?:ns|namespaces?)\s+[\w-]*prod[\w-]*
    | \bgit\s+push\s[^\n|;]*(?:\s(?:--delete|-d)\s+(?:\S+\s+)?|\s:)(?:refs/heads/)?(?:main|master|production)\b
    | \bdropdb\s | \bDROP\s+DATABASE\b | \bDROP\s+SCHEMA\s+(?:IF\s+EXISTS\s+)?["\w]+\s+CASCADE\b | \bmysqladmin\s[^\n|;]*\bdrop\s | \bdropuser\s | \b(?:FLUSHALL|flushall)\b
    | \b(?:EnsureDeleted(?:Async)?|dropAllTables|dropDatabase|drop_database)\s*\( | \bRake::Task\[["']db:(?:drop|reset|purge)["']\] | ->deleteDirectory\(\s*["']/?["']\s*\) | \brm\s+(?:-\S+\s+)*-\w*[rR]\w*\s+(?:\S+\s+)?/var/backups?\b
    | \brm\s+(?:-\S+\s+)*-\w*[rR]\w*\s+(?:[^\n;|&]*\s)?["']?/var/lib/(?:postgres\w*|pgsql|mysql|mariadb|mongo\w*|redis|docker|elasticsearch|etcd)\b | \bMigrator\(\)\.DropTable\s*\(\s*\w+\.\.\.
    | \bgit\s+push\s[^\n|;]*--mirror\b | \bgh\s+repo\s+delete\b | \bcrontab\s+-r\b | \bhistory\s+-c\b
    "#,
);
/// What is done every day, and cannot be undone.
static LOSES: Pattern = Pattern::new(
    r#"(?x)
    \bterraform\s+(?:apply\s+[^\n|;]*)?-?destroy\b | \bterraform\s+destroy\b | \bpulumi\s+destroy\b | \bkubectl\s+delete\s+(?:ns|namespace)\b | \baws\s+s3\s+rm\s[^\n|;]*--recursive | \bhelm\s+(?:uninstall|delete)\b
    | \bdocker\s+system\s+prune\s[^\n|;]*--volumes | \bdocker\s+volume\s+(?:rm|prune)\b | \bdocker(?:\s+|-)compose\s[^\n|;]*\bdown\s[^\n|;]*(?:--volumes|-v)\b
    | \bgit\s+push\s[^\n|;]*(?:\s-f\b|--force\b(?:[^-]|$)) | \bgit\s+push\s+\S+\s+(?:--delete|:\S+)
    | \brm\s+(?:-\S+\s+)*-\w*[rR]\w*\s+(?:-\S+\s+)*"?\$\{?\w+\}?"?/(?:\*|\s|$)
    | \brm\s+(?:-\S+\s+)*-\w*[rR]\w*\s+"?\$\{\w+:\?[^}]*\}/\$\{?\w+\}?"?(?:\s|$)
    | \brm\s+(?:-\S+\s+)*-\w*[rR]\w*\s+(?:-\S+\s+)*["']?[\w$\{\}./-]+["']?[\w./-]*/(?:uploads?|backups?|storage|media|attachments|userdata)["']?/?\*?["']?(?:\s|$)
    | \bgit\s+reset\s+--hard\s+(?:HEAD[~^]|origin/)\S* | \bgit\s+clean\s+-\w*f\w*x
    | \b(?:remove_all|remove_dir_all|RemoveAll|Directory\.Delete|deleteDirectory|rmtree|rm_rf|deleteRecursively)\s*\(?\s*[\w.&>-]*(?:[dD]ata|[dD]ocument|[uU]pload|[bB]ackup|[sS]torage|[aA]rchive)s?_?(?:[dD]ir\w*|[rR]oot|[pP]ath|[fF]older)?(?:\(\))?\s*[,)]
    | \b\w*(?:[dD]ata|[dD]ocument|[uU]pload|[bB]ackup|[sS]torage|[aA]rchive)s?(?:Dir\w*|Root|Path|Folder)?(?:\.toFile\(\))?\.deleteRecursively\s*\(
    "#,
);
/// In a language that is no script, only what is run counts: lists of what is forbidden hold the same texts.
static RUN: Pattern = Pattern::new(
    r"\b(?:git|system|popen|Popen|run|EnsureDeleted\w*|DropTable|dropAllTables|dropDatabase|Task|deleteDirectory|deleteRecursively|remove_all|Delete|remove_dir|call|check_call|check_output|exec\w*|spawn\w*|Command|shell\w*|sh|bash|execute|Process|ProcessBuilder|Start|rmtree|rm|rmSync|rmdirSync|RemoveAll|remove_dir_all|rm_rf|rm_r|passthru)\b[^\n]*\(|`|\bRake::Task\[",
);
static RUNS_LISTS: Pattern = Pattern::new(
    r"(?i)\b(?:block\w*|deny\w*|danger\w*|forbid\w*|disallow\w*|blacklist|unsafe\w*|assert\w*|print\w*|echo|log\w*|warn\w*|raise|throw|grep)\b",
);
const LONGEST: usize = 2_000;
static DESTROYS: Hint = Hint::new(|| Words::of([&WIPES, &TAKES, &LOSES]));

impl Check for DestructiveCommand {
    fn rule(&self) -> RuleId {
        RuleId("destructive-command")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ANYWHERE, Words::of([&WIPES, &TAKES, &LOSES]).or(deletes_all::words())).noting(&DESTROYS)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let prose =
            matches!(file.language, Language::Markdown | Language::Text | Language::Html | Language::Css | Language::Sql | Language::Xml);
        let Some(side) = file.new_side().filter(|_| !prose && file.role.is_live()) else { return };
        deletes_all::report(file, sink);
        for line in file.added_on(&DESTROYS).filter(|line| line.text.len() <= LONGEST) {
            let plain = side.plain_line(line.index);
            let lines = !file.language.is_code() || file.language == Language::Shell;
            let run = lines || RUN.is_match(plain);
            // The words of an argument list are a command, too.
            let words = || plain.replace(['"', '\'', ',', '[', ']', '(', ')', '{', '}', '&'], " ");
            let Some((severity, title)) = destroys(plain).or_else(|| destroys(&words()).filter(|_| !lines && run)) else { continue };
            if run && !RUNS_LISTS.is_match(plain) {
                sink.report(Draft::line(file, side, line.index).severity(severity).title(title));
            }
        }
    }
}

fn destroys(text: &str) -> Option<(Severity, &'static str)> {
    if WIPES.is_match(text) {
        Some((Severity::High, "Deletes everything where it runs"))
    } else if TAKES.is_match(text) {
        Some((Severity::Medium, "Deletes a disk, a database or what others use"))
    } else if LOSES.is_match(text) {
        Some((Severity::Low, "Deletes what cannot be brought back"))
    } else {
        None
    }
}
