//! `path-from-request`: a file is named by whoever asks.

use super::request::{self, Place};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Needs;
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/path-from-request.toml`.
pub struct PathFromRequest;

static FIRST: Pattern = Pattern::new(
    r"(?:^|[^\w.])open\s*\(|\bfs::(?:read|read_to_string|write|remove_file|remove_dir_all|read_dir|create_dir_all|copy|rename)\s*\(|\bFile::(?:open|create)\s*\(|\bNamedFile::open\w*\s*\(|\b(?:io|codecs|aiofiles)\.open\s*\(|\b(?:send_file|FileResponse)\s*\(|\bos\.(?:remove|unlink|rename|rmdir|listdir|makedirs)\s*\(|\bshutil\.(?:rmtree|copy\w*|move)\s*\(|\bfs\w*\.(?:promises\.)?(?:readFile|writeFile|createReadStream|createWriteStream|unlink|rm|appendFile|readdir|rename|copyFile)(?:Sync)?\s*\(|\b(?:readFile|writeFile|readFileSync|writeFileSync|createReadStream)\s*\(|\b(?:res|response|reply)\.(?:sendFile|download)\s*\(|\bos\.(?:Open|OpenFile|Create|ReadFile|WriteFile|Remove|RemoveAll|ReadDir|MkdirAll)\s*\(|\bioutil\.(?:ReadFile|WriteFile)\s*\(|\bhttp\.ServeFile\s*\([^,]+,[^,]+,|\b(?:c|ctx)\.(?:File|SaveUploadedFile)\s*\(|\bFile\.(?:read|open|write|binread|delete|ReadAll\w+|OpenRead|WriteAll\w+|Delete|Open)\s*\(|\bIO\.read\s*\(|(?:[fF]ile\w*(?:\([^()]*\))?|[uU]pload\w*|[iI]mage|[aA]vatar|[dD]ocument|[pP]hoto|[aA]ttachment|\))->move\s*\([^,()]*(?:\([^()]*\))?[^,()]*,|->(?:storeAs|storePubliclyAs|putFileAs)\s*\([^,()]*(?:\([^()]*\))?[^,()]*,|\bmove_uploaded_file\s*\([^,]+,|\b(?:file|f|upload\w*|image|avatar|photo|document|attachment)\.mv\s*\(|\.transferTo\s*\(|\b(?:upload\w*|file|f|image|avatar|attachment|photo|document)\.save\s*\(|\bsend_file[\s(]|\b(?:file_get_contents|file_put_contents|fopen|readfile|unlink|file|rmdir|scandir)\s*\(|\b(?:include|require)(?:_once)?[\s(]\s*|\bPhysicalFile\s*\(|\b(?:std::)?[io]?fstream\s+\w+\s*[({]|\bstd::[io]?fstream\s*[({]|\bset_(?:file_content|static_file_info(?:_unsafe)?)\s*\(|\bnewFileResponse\s*\(|\b(?:std::filesystem|fs)::(?:remove|remove_all|rename|copy_file)\s*\(",
);
static ANY: Pattern = Pattern::new(
    r"(?:^|[^\w.@])File\s*\(|\bnew\s+(?:File|FileInputStream|FileOutputStream|FileReader|FileWriter|FileStream|StreamReader)\s*\(|\b(?:Paths\.get|Path\.of|Path\.Combine)\s*\(",
);
static TAMED: Pattern = Pattern::new(
    r"(?i)basename|secure_filename|safe_join|send_from_directory|realpath|resolve\s*\(|startswith|starts_with|start_with|hasprefix|filepath\.(?:Base|Clean|IsLocal|Rel)|path\.(?:Base|Clean)|is_relative_to|relative_to|canonical|normalize|normpath|GetFileName|getName\(\)|\broot\s*:|allowed|whitelist|allowlist|os\.Root|OpenInRoot|includes\s*\(|\bin\s+[A-Z_]{4,}|uuid|parseInt|isdigit|isalnum",
);
static FIXED: Pattern = Pattern::new(
    r"(?i)^\s*(?:int|str\(int|parseInt|Number|hash\w*|md5|sha\w*|uuid\w*|request\.(?:files|json|data|body|stream)\b|req\.(?:file|files|body)\s*$)",
);
static PLACE: Place<'_> = Place::of(&FIRST, &ANY).but(&TAMED, &FIXED);

/// In C# the name under which a file is offered is often made of its path; that makes nothing of the path.
static TAMED_SHARP: Pattern = Pattern::new(
    r"(?i)(?:=>?|\breturn|[({+]|\?\?)\s*(?:\w+\.)*GetFileName|\b(?:Combine|Join|Concat|Format)\s*\([^;]*GetFileName|resolve\s*\(|startswith|canonical|normalize|GetInvalid|IndexOfAny|allowed|whitelist|allowlist|guid|isdigit",
);
static IN_SHARP: Place<'_> = Place::of(&FIRST, &ANY).but(&TAMED_SHARP, &FIXED);

/// On the JVM a folder gives the path below it, and says nothing of where that leads.
static BELOW: Pattern = Pattern::new(r"\b\w*(?i:root|dir|directory|base|folder|storage|uploads?|exports)\w*(?:\(\))?\.resolve\s*\(");
static TAMED_JVM: Pattern = Pattern::new(
    r"(?i)startsWith|canonical|normali[sz]e|toRealPath|getFileName|\.fileName|\.name\b|getName\(\)|allowed|whitelist|allowlist|matches|require\s*\(",
);
static IN_JVM: Place<'_> = Place::of(&BELOW, &NONE).but(&TAMED_JVM, &FIXED);

/// Commands of a shell that read, write or remove the files they are given.
static COMMANDS: Pattern =
    Pattern::new(r"(?:^|[\s;&|(`])(?:cat|head|tail|less|more|tac|zcat|source|rm|cp|mv|base64|xxd|tee)\s|[^<]<\s*\x22");
static NONE: Pattern = Pattern::new(r"[^\s\S]");
static LOOKED_AT: Pattern = Pattern::new(r"=~|\bcase\s|\bbasename\b|\brealpath\b|\breadlink\b|##\*/");
static IN_SHELL: Place<'_> = Place::of(&NONE, &COMMANDS).but(&LOOKED_AT, &NONE);

impl Check for PathFromRequest {
    fn rule(&self) -> RuleId {
        RuleId("path-from-request")
    }

    fn needs(&self) -> Needs {
        request::needs(&[&PLACE, &IN_SHELL, &IN_JVM])
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        /// What is included runs, whatever stands around its name.
        static INCLUDES: Pattern = Pattern::new(r"\b(?:include|require)(?:_once)?\b[\s(]");
        let Some(side) = file.new_side() else { return };
        let place = match file.language {
            Language::Shell => &IN_SHELL,
            Language::CSharp => &IN_SHARP,
            _ => &PLACE,
        };
        let mut found = request::endings(place, &[], file);
        if found.is_empty() && matches!(file.language, Language::Kotlin | Language::Java) {
            found = request::endings(&IN_JVM, &[], file);
        }
        for end in found {
            let includes =
                file.language == Language::Php && end.lines.clone().chain([end.lines.end]).any(|at| INCLUDES.is_match(side.plain_line(at)));
            let draft = Draft::lines(file, side, end.lines.start, end.lines.end);
            sink.report(if end.straight || includes { draft } else { draft.severity(Severity::Medium) });
        }
    }
}
