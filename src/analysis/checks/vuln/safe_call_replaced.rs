//! `safe-call-replaced`: within a function a call that is safe by itself gave way to its careless sibling.
//!
//! Needs no source: somebody chose the safe one before. What is wrapped around a value is `sanitiser-removed`'s, algorithms are
//! `cipher-downgraded`'s.

use super::careless::{
    PUT_IN, SET, became_format, drawn_elsewhere, given_by_caller, lists_fields, makes_secret, reads_anywhere, used_for_secret,
};
use super::fields_opened;
use super::no_table;
use super::plain_turns::{self, turned};
use super::taken_as_given;
use super::twins::{Twin, twins};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/safe-call-replaced.toml`.
pub struct SafeCallReplaced;

/// A pair of ways to do the same.
struct Pair {
    /// What became of it, in words.
    title: &'static str,
    /// The safe way.
    safe: &'static Pattern,
    /// The careless one.
    bare: &'static Pattern,
    /// The languages it means anything in; all where there are none.
    languages: &'static [Language],
    /// The careless way stood there before, and the safe one made it harmless.
    stays: bool,
}

static CHANCE: Pattern = Pattern::new(
    r"\bsecrets\.(?:token_\w+|choice|randbelow|randbits)|\bSystemRandom\b|\bcrypto\.(?:randomBytes|randomUUID|getRandomValues|randomInt)|(?:^|[^\w.])(?:randomBytes|randomInt|randomUUID|nanoid|random_bytes|random_int|getrandom|RAND_bytes|arc4random\w*)\s*\(|\bSecureRandom\b|\bRandomNumberGenerator\b|\bOsRng\b|\bos\.urandom\s*\(|\b(?:c|crypto_?)?rand\.(?:Read|Text|Prime)\s*\(|\bcrand\.\w+\(|\bStr::(?:random|password)\s*\(|\bopenssl_random_pseudo_bytes\s*\(|\bcrypto\.randomBytes",
);
static GUESSED: Pattern = Pattern::new(
    r"\brandom\.(?:choices?|randint|random|sample|getrandbits|randrange|randbytes)\s*\(|\bMath\.random\s*\(|\bnew\s+(?:java\.util\.)?Random\s*\(|(?:^|[^\w.])(?:mt_|s|drand48_?)?rand\s*\(|(?:^|[^\w.:>])(?:random|uniqid|lcg_value|shuffle|str_shuffle)\s*\(|\b(?:m|math_?)?rand\.(?:Int\w*|Uint\w*|New|Seed|Perm|N|Float\w+)\s*\(|\bRandom\.(?:rand|new|nextInt|nextBytes|Shared)\b|\bRandomStringUtils\.|\bThreadLocalRandom\b|\bmt19937|\bfastrand::|\bSmallRng\b|\bseed_from_u64\b|\brand::random\b|\.sample\b|\bSystem\.currentTimeMillis\(\)|\btime\.time\(\)|\bDate\.now\(\)|\buuid1\s*\(",
);
static BOUNDED: Pattern = Pattern::new(
    r"\b(?:v?snprintf|strnlen|strlcpy|strlcat|strncpy|strncat|fgets|strcpy_s|strcat_s|sprintf_s|strscpy|memcpy_s|wcsncpy|std::copy_n)\s*\(",
);
static UNBOUNDED: Pattern = Pattern::new(r"\b(?:v?sprintf|strcpy|strcat|stpcpy|gets|wcscpy|wcscat)\s*\(");
static CHECKED: Pattern = Pattern::new(
    r"\.(?:get|get_mut|first|last|split_at_checked|checked_\w+|try_into|try_from)\s*\(|\bfrom_utf8\s*\(|\btry_from\s*\(|\bmatch\b|\.ok_or|\[\s*[\w.]+\s*(?:\.\.\s*[\w.]*)?\]",
);
static UNCHECKED: Pattern = Pattern::new(
    r"\bget_unchecked(?:_mut)?\s*\(|\btransmute\b|\bfrom_utf8_unchecked\s*\(|\bunwrap_unchecked\s*\(|\bfrom_raw_parts(?:_mut)?\s*\(|\bunchecked_(?:add|sub|mul|shl)\s*\(|\bassume_init\s*\(|\bunreachable_unchecked\s*\(|\bfrom_u32_unchecked\s*\(|\.read_unaligned\s*\(\s*\)|\.as_ptr\(\)\s*\.(?:add|offset)\s*\(",
);
static DECLARED: Pattern = Pattern::new(
    r"\b\w+\.(?:parse|safeParse|parseAsync|validateSync|validateAsync|validate|validated|cast|model_validate|check|load|decode|assert)\s*\(\s*(?:await\s+)?(?:req|request|ctx|c|body|payload|params|event|input)\b|\.permit\s*\(|->(?:validated|validate|only|safe)\s*\(|\bplainToInstance\s*\(|\bpick\s*\(\s*req\b|\.is_valid\s*\(|\bvalidationResult\s*\(|\{\s*\w+(?:\s*,\s*\w+)*\s*\}\s*=\s*(?:await\s+)?(?:req|request|ctx\.request)\.body\b",
);
static WHOLE: Pattern = Pattern::new(
    r"\.\.\.\s*(?:req|request|ctx\.request|context)\.body|=\s*(?:await\s+)?(?:req|request|ctx\.request|ctx\.req|c\.req)\.(?:body|json\(\))|\bObject\.assign\s*\([^\n]*(?:req|request|ctx\.request)\.body|\.permit!|->all\s*\(\s*\)|\*\*\s*(?:request|self\.request)\.|=\s*(?:request|self\.request)\.(?:json|get_json\(\)|form|POST|data)\b|\bto_unsafe_h\b|\(\s*(?:req|request)\.body\s*[,)]",
);
static NO_ENTITIES: Pattern = Pattern::new(
    r"\bdefusedxml\b|disallow-doctype-decl|external-(?:general|parameter)-entities|load-external-dtd|\bresolve_entities\s*=\s*False|\bLIBXML_NONET\b|\bDtdProcessing\.(?:Prohibit|Ignore)|\bXmlResolver\s*=\s*null|\bACCESS_EXTERNAL_(?:DTD|SCHEMA|STYLESHEET)\b|\bsetExpandEntityReferences\s*\(\s*false|\bsetXIncludeAware\s*\(\s*false|\bSUPPORT_DTD\b|\bIS_SUPPORTING_EXTERNAL_ENTITIES\b|\bFEATURE_SECURE_PROCESSING\b|\bnonet\b|\blibxml_disable_entity_loader\s*\(\s*true",
);
static ENTITIES: Pattern = Pattern::new(
    r"\bDocumentBuilderFactory\b|\bSAXParserFactory\b|\bXMLInputFactory\b|\bTransformerFactory\b|\bSchemaFactory\b|\bSAXReader\b|\bSAXBuilder\b|\betree\.(?:parse|fromstring|XMLParser|iterparse)|\bsimplexml_load|\bDOMDocument\b|\bXmlReader\b|\bXmlDocument\b|\bXmlTextReader\b|\bminidom\b|\bNokogiri::XML|\bXMLReader\b",
);
static LOOKED_UP: Pattern = Pattern::new(
    r"\b[A-Z][A-Z0-9_]{2,}(?:\[\s*[\w.:@$\[\]]+\s*\]|\.fetch\s*\(\s*[^,()\n]+(?:\[[^\]\n]*\])?\s*\)|\.get\s*\(\s*[\w.]+\s*\)|\.(?:includes|include\?|has|key\?)\s*\()|\b(?:allowed|known|permitted|registry|handlers|ALLOWED\w*)\[\s*[\w.$]+\s*\]",
);
static NAMED: Pattern = Pattern::new(
    r"\bimport_module\s*\(\s*[^\s\x22\x27)]|\b__import__\s*\(\s*[^\s\x22\x27)]|\bgetattr\s*\([^,\n]+,\s*[a-z_]|\b(?:safe_)?constantize\b|\b(?:public_)?send\s*\(?\s*[@a-z]|\bconst_get\s*\(?\s*[@a-z]|\bClass\.forName\s*\(\s*[a-z]|\bActivator\.CreateInstance\s*\(|\bType\.GetType\s*\(\s*[a-z]|\brequire\s*\(\s*[a-z]|\bimport\s*\(\s*[a-z]|\bnew\s+\$\w+|\$\w+::\w|\bcall_user_func\w*\s*\(\s*\$|\bplugin\.Open\s*\(\s*[a-z]|\bdlsym\s*\(|\bdlopen\s*\(\s*[a-z]|\bMethodByName\s*\(\s*[a-z]",
);
static OWN_FOLDER: Pattern = Pattern::new(
    r"\b(?:O_EXCL|O_NOFOLLOW)\b|\bCREATE_NEW\b|\bcreate_new\s*\(\s*true|[\x22\x27](?:x|xb|wx|wx\+)[\x22\x27]|\bmkstemp\s*\(|\bNamedTemporaryFile\b|\bmkdtemp\s*\(",
);
static ANY_FOLDER: Pattern = Pattern::new(
    r"\bO_(?:TRUNC|CREAT|CREATE)\b|\bcreate\s*\(\s*true|[\x22\x27](?:w|wb|w\+)[\x22\x27]|\bmktemp\s*\(|\btmpnam\s*\(|\btempnam\s*\(|[\x22\x27`]/tmp/|\bgettempdir\(\)|\bos\.tmpdir\(\)",
);

/// A message is taken only with the signature of who sent it.
static SIGNED: Pattern = Pattern::new(
    r"\bconstructEvent(?:Async)?\s*\(|\bconstruct_event\s*\(|\bConstructEvent\w*\s*\(|\bconstructFrom\w*Signed\w*\s*\(|\b[wW]ebhooks?\w*(?:\.|::|->)(?:verify\w*|unwrap|validate\w*)\s*\(|\bverifyAndReceive\s*\(|\bvalidateExpressRequest\s*\(|\bValidatePayload\s*\(|\bwh\.verify\s*\(",
);
static TAKEN: Pattern = Pattern::new(
    r"\bJSON\.parse\s*\(|\bjson\.loads\s*\(|\bjson\.(?:Unmarshal|NewDecoder)\s*\(|\bjson_decode\s*\(|\breadValue\s*\(|\bserde_json::from_\w+|=\s*(?:await\s+)?(?:req|request)\.(?:body|json\(\)|get_json\(\)|json\b)|\bJsonSerializer\.Deserialize",
);
const UNLIMITED: &str = "A copy without a limit took the place of one with a limit";
const UNCHECKED_MEMORY: &str = "Memory is read unchecked where it was checked";
const ALL_FIELDS_TAKEN: &str = "All that a request holds is taken where only declared fields were";
const UNSIGNED: &str = "A message is taken without the signature of who sent it";

/// Words of which every safe way holds one; its expressions have too many to read them out.
const SAFE: [&str; 75] = [
    "%s",
    "%d",
    "%.",
    "%-",
    "construct",
    "webhook",
    "raise",
    "throw",
    "abort",
    "panic",
    "fail",
    "die",
    "reject",
    "no_network",
    "secrets",
    "random",
    "nanoid",
    "RAND_",
    "rand.",
    "OsRng",
    "arc4",
    "uuid",
    "printf",
    "strl",
    "strn",
    "fgets",
    "_s",
    "strscpy",
    "wcsncpy",
    "copy_n",
    ".get",
    ".first",
    ".last",
    ".split_at",
    "checked",
    "try_",
    "from_utf8",
    "match",
    ".ok_or",
    "[",
    "parse",
    "valid",
    ".cast",
    ".check",
    ".load",
    ".decode",
    ".assert",
    "permit",
    "only",
    "safe",
    "plainTo",
    "pick",
    "xml",
    "doctype",
    "entit",
    "external",
    "dtd",
    "nonet",
    "xinclude",
    "fetch",
    ".has",
    "include",
    "key?",
    "excl",
    "nofollow",
    "create_new",
    "'x",
    "\"x",
    "'wx",
    "\"wx",
    "mkstemp",
    "mkdtemp",
    "NamedTemp",
    "FEATURE_SECURE",
    ".body",
];

static PAIRS: [Pair; 8] = [
    Pair { title: UNSIGNED, safe: &SIGNED, bare: &TAKEN, languages: &[], stays: false },
    Pair {
        title: "Chance that can be foretold took the place of chance that cannot",
        safe: &CHANCE,
        bare: &GUESSED,
        languages: &[],
        stays: false,
    },
    Pair { title: UNLIMITED, safe: &BOUNDED, bare: &UNBOUNDED, languages: &[Language::C, Language::Cpp], stays: false },
    Pair { title: UNCHECKED_MEMORY, safe: &CHECKED, bare: &UNCHECKED, languages: &[Language::Rust], stays: false },
    Pair { title: ALL_FIELDS_TAKEN, safe: &DECLARED, bare: &WHOLE, languages: &[], stays: false },
    Pair {
        title: "A reader of XML may follow what a document refers to again",
        safe: &NO_ENTITIES,
        bare: &ENTITIES,
        languages: &[],
        stays: true,
    },
    Pair {
        title: "What is loaded or called was looked up in a table; now it is whatever is named",
        safe: &LOOKED_UP,
        bare: &NAMED,
        languages: &[],
        stays: false,
    },
    Pair {
        title: "A file that somebody else may have put there is written to",
        safe: &OWN_FOLDER,
        bare: &ANY_FOLDER,
        languages: &[],
        stays: false,
    },
];

static SAFELY: Hint =
    Hint::new(|| Words::named(SAFE.into_iter().chain(plain_turns::WORDS).chain(taken_as_given::WORDS).chain(fields_opened::WORDS)));

impl Check for SafeCallReplaced {
    fn rule(&self) -> RuleId {
        RuleId("safe-call-replaced")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and_on(Reach::REMOVED, &SAFELY)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(old) = file.old() else { return };
        let spots = file.spots(&SAFELY, old.side);
        let lines: Vec<&str> = old.changed_lines().filter(|line| spots.meet(line.index, line.index)).map(|line| line.text).collect();
        let went = |pattern: &Pattern| lines.iter().any(|line| pattern.is_match(line));
        let mut pairs: Vec<&Pair> = PAIRS.iter().filter(|pair| went(pair.safe)).collect();
        if pairs.is_empty()
            && !went(&REFUSES)
            && !went(&plain_turns::TOLD)
            && !went(&taken_as_given::TOLD)
            && !went(&fields_opened::LISTS)
            && !went(&PUT_IN)
            && !went(&no_table::TOLD)
        {
            return;
        }
        pairs.retain(|pair| pair.languages.is_empty() || pair.languages.contains(&file.language));
        field(file, sink);
        fields_opened::of_class(file, sink);
        for twin in twins(file) {
            foretold(file, &twin, sink);
            switched(file, &twin, sink);
            falls_back(file, &twin, sink);
            turned(file, &twin, sink);
            taken_as_given::report(file, &twin, sink);
            fields_opened::of_function(file, &twin, sink);
            became_format(file, &twin, sink);
            no_table::report(file, &twin, &NAMED, sink);
            for pair in &pairs {
                replaced(file, &twin, pair, sink);
            }
        }
    }
}

fn replaced(file: &FileView<'_>, twin: &Twin<'_, '_>, pair: &Pair, sink: &mut Sink<'_>) {
    if twin.lost(pair.safe) <= twin.gained(pair.safe) {
        return;
    }
    if pair.stays {
        let went = twin.removed().find(|(_, text)| pair.safe.is_match(text));
        let Some((line, _)) =
            went.filter(|_| pair.bare.is_match(twin.before()) && twin.gained(&ENTITIES) == 0 && NEWLY.count(twin.after()) == 0)
        else {
            return;
        };
        static ALLOWS: Pattern = Pattern::new(
            r"\bsetXIncludeAware\s*\(\s*true|\bload_dtd\s*=\s*True|\bDtdProcessing\.Parse\b|\bnew\s+XmlUrlResolver\b|\bresolve_entities\s*=\s*True|\bLIBXML_(?:NOENT|DTDLOAD)\b|\bnoent\b\s*[:=]\s*true",
        );
        let severity = if twin.gained(&ALLOWS) > twin.lost(&ALLOWS) { Severity::High } else { Severity::Medium };
        return sink.report(Draft::line(file, twin.old, line).title(pair.title).severity(severity));
    }
    let stood = |text: &str| twin.removed().any(|(_, was)| was.trim() == text.trim());
    let came = twin.added().find(|(_, text)| pair.bare.is_match(text) && !stood(text));
    if let Some((line, _)) = came.filter(|_| twin.gained(pair.bare) > 0 && twin.gained(pair.bare) >= twin.lost(pair.bare)) {
        // In Rails nothing else stands between a request and every field of a record.
        static LISTED: Pattern = Pattern::new(r"\.permit\s*\(\s*:|\.permit\s+:|\.expect\s*\(");
        static ALL_FIELDS: Pattern = Pattern::new(r"\.permit!|\bto_unsafe_h(?:ash)?\b");
        let whole = file.language == Language::Ruby && twin.gained(&ALL_FIELDS) > 0 && twin.lost(&LISTED) > twin.gained(&LISTED);
        static PROVES: Pattern = Pattern::new(r"(?i)signature|verif|hmac|digest|timing_?safe|secret");
        let unsigned = pair.title == UNSIGNED;
        if unsigned && PROVES.is_match(twin.after()) {
            return;
        }
        let listed = pair.title == ALL_FIELDS_TAKEN && lists_fields(twin);
        let unsafely = pair.title == UNCHECKED_MEMORY && reads_anywhere(twin);
        let unlimited = pair.title == UNLIMITED && given_by_caller(twin);
        let secret = std::ptr::eq(pair.safe, &CHANCE) && makes_secret(twin, line);
        let severity = if whole || unsigned || listed || unsafely || unlimited || secret { Severity::High } else { Severity::Medium };
        sink.report(Draft::line(file, twin.new, line).title(pair.title).severity(severity));
    }
}

/// Where what is made is a secret, by the path of its file.
static PLACE: Pattern = Pattern::new(r"(?i)token|session|passw|secret|auth|crypt|credential|otp|nonce|csrf|invite|reset");

/// A field that was a source of chance nobody can foretell is another one under the same name.
fn field(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static SET_TO: Pattern = Pattern::new(
        r"(?:^|[\s@$.])(\w+)\s*(?::\s*[\w.<>]+\s*)?=\s*(?:new\s+)?[\w.:]*(?:SecureRandom|SystemRandom|OsRng|RandomNumberGenerator)\b",
    );
    static NOW: Pattern = Pattern::new(
        r"(?:^|[\s@$.])(\w+)\s*(?::\s*[\w.<>]+\s*)?=\s*(?:new\s+)?(?:java\.util\.|random\.)?(?:Random|SmallRng|ThreadLocalRandom)\b",
    );
    let (Some(old), Some(new)) = (file.old().filter(|_| file.language.is_code() && file.role.is_live()), file.new_side()) else { return };
    let outside = |side: &SideView<'_>, line: usize| side.function_at(line).is_none() && side.line(line).text.len() <= 400;
    let were: Vec<&str> = old
        .changed_lines()
        .filter(|line| outside(old, line.index))
        .filter_map(|line| SET_TO.group(old.plain_line(line.index), 1))
        .collect();
    drawn_elsewhere(file, &were, (&CHANCE, &GUESSED), sink);
    for line in new.changed_lines().filter(|line| outside(new, line.index)) {
        if let Some(name) = NOW.group(new.plain_line(line.index), 1).filter(|name| were.contains(name)) {
            let severity = if PLACE.is_match(&file.path) || used_for_secret(new, name) { Severity::High } else { Severity::Medium };
            sink.report(Draft::line(file, new, line.index).title(PAIRS[1].title).severity(severity));
        }
    }
}

/// The parser is made elsewhere now.
static NEWLY: Pattern = Pattern::new(r"(?i)\b(?:secure|safe|hardened)\w*(?:Factory|Parser|Reader)\w*\s*\(");

/// A clock, a number that counts up, or what is made of them.
static CLOCK: Pattern = Pattern::new(
    r"(?i)\.timestamp\s*\(|\bdatetime\.(?:utc)?now\s*\(|\btime\.(?:time|time_ns|monotonic|perf_counter)\s*\(|\btime\.now\b|\bmicrotime\s*\(|\bInstant\.now\s*\(|\bnanoTime\s*\(|\bcurrentTimeMillis\s*\(|\bDate\.now\s*\(|\bnew\s+Date\b|\bgetTime\s*\(|\bSystemTime::now|\bUnix(?:Nano|Milli)?\s*\(\)|(?:^|[^\w.$>])time\s*\(|\bprocess\.pid\b|\bgetpid\s*\(|\.pk\b",
);
/// What has to be guessed by nobody, by its name.
static SECRETLY: Pattern = Pattern::new(
    r"(?i)(?:^|_|[^a-z])(?:\w*(?:token|nonce|secret|passw\w*|otp|csrf|salt|verifier|api_?key|session_?(?:id|key)|invite|one_?time|reset|magic_?link|state|ticket|(?:share|access|recovery|backup|login|auth|verification)_?code))",
);

/// What nobody could guess is worked out from what everybody knows, and set into the same name or given back from the same function.
fn foretold(file: &FileView<'_>, twin: &Twin<'_, '_>, sink: &mut Sink<'_>) {
    if twin.lost(&CHANCE) <= twin.gained(&CHANCE) || CHANCE.is_match(twin.after()) {
        return;
    }
    let place = |text: &'_ str| SET.group(text, 1).map(str::to_owned).or_else(|| text.trim_start().starts_with("return").then(String::new));
    let Some((at, was)) = twin.removed().find(|(_, text)| CHANCE.is_match(text)) else { return };
    let function = twin.old.function_at(at).map_or("", |function| function.name.as_str());
    let Some(target) = place(was).filter(|target| SECRETLY.is_match(target) || SECRETLY.is_match(function) || PLACE.is_match(&file.path))
    else {
        return;
    };
    let guessed = |text: &str| GUESSED.is_match(text) || CLOCK.is_match(text);
    if let Some((line, _)) = twin.added().find(|(_, text)| guessed(text) && place(text).as_ref() == Some(&target)) {
        let title = "A secret that nobody could guess is worked out from what can be guessed";
        sink.report(Draft::line(file, twin.new, line).title(title).severity(Severity::High));
    }
}

/// Switches of readers of XML, by name and what they say.
static XML_SWITCH: Pattern = Pattern::new(
    r#"(?i)\b(?:set(?:Feature|Property|Attribute)\s*\(\s*)?["']?(?:[\w:/.-]*[/.])?(FEATURE_SECURE_PROCESSING|disallow-doctype-decl|load-external-dtd|external-(?:general|parameter)-entities|SUPPORT_DTD|IS_SUPPORTING_EXTERNAL_ENTITIES|setExpandEntityReferences|setXIncludeAware|resolve_entities|no_network|load_dtd)["']?\s*(?:,|\(|=)\s*(?:Boolean\.)?(true|false)\b"#,
);

/// A named guard of a reader of XML is turned round in so many words, where it stood before.
fn switched(file: &FileView<'_>, twin: &Twin<'_, '_>, sink: &mut Sink<'_>) {
    let read = |text: &str| Some((XML_SWITCH.group(text, 1)?.to_lowercase(), XML_SWITCH.group(text, 2)?.to_lowercase()));
    let guards =
        |name: &str| if matches!(name, "feature_secure_processing" | "disallow-doctype-decl" | "no_network") { "true" } else { "false" };
    let before: Vec<(String, String)> = twin.removed().filter_map(|(_, text)| read(text)).collect();
    let turned = twin.added().find(|(_, text)| {
        read(text).is_some_and(|(name, is)| is != guards(&name) && before.iter().any(|(known, was)| *known == name && was == guards(&name)))
    });
    if let Some((line, _)) = turned {
        let title = "A reader of XML is told to follow what a document refers to";
        sink.report(Draft::line(file, twin.new, line).title(title).severity(Severity::High));
    }
}

/// A table, what is looked up in it, and what is taken where it is not there.
static FALLS_BACK: Pattern = Pattern::new(
    r"([\w:$@>.-]*\w)\s*\[\s*(\$?[\w.$>:-]+(?:\[[^\]\n]*\])?)\s*\]\s*(?:\?\?|\|\||\?:|\bor\b)\s*(\$?[\w.$>:-]+(?:\[[^\]\n]*\])?)|([\w:$@>.-]*\w)\.(?:get|getOrDefault|fetch)\s*\(\s*([\w.$>:-]+(?:\[[^\]\n]*\])?)\s*,\s*([\w.$>:-]+(?:\[[^\]\n]*\])?)\s*\)",
);
/// What calls or loads by a name or a value.
static CALLS_IT: Pattern = Pattern::new(
    r"\bcall_user_func\w*\s*\(|\$\w+\s*\(|\bgetattr\s*\(|\bglobals\s*\(\s*\)|\b(?:public_)?send\s*\(?|\bconstantize\b|\bconst_get\b|\bimport_module\s*\(|\b__import__\s*\(|\bClass\.forName\s*\(|\bMethodByName\s*\(|\brequire\s*\(|\bimport\s*\(|\bnew\s+\$\w+|\beval\s*\(",
);
static REFUSES: Pattern = Pattern::new(r"\b(?:raise|throw|abort|panic|fail|die|reject)\b");

/// What is called was refused where a table did not hold it, and is taken as it was named now.
fn falls_back(file: &FileView<'_>, twin: &Twin<'_, '_>, sink: &mut Sink<'_>) {
    if twin.lost(&REFUSES) <= twin.gained(&REFUSES) || !CALLS_IT.is_match(twin.after()) {
        return;
    }
    let itself = |text: &str| {
        let same =
            |asked: usize, other: usize| FALLS_BACK.group(text, asked).is_some_and(|asked| FALLS_BACK.group(text, other) == Some(asked));
        same(2, 3) || same(5, 6)
    };
    if let Some((line, _)) = twin.added().find(|(_, text)| itself(text)) {
        let title = "What a table does not hold is called as it was named, and was refused before";
        sink.report(Draft::line(file, twin.new, line).title(title).severity(Severity::High));
    }
}
