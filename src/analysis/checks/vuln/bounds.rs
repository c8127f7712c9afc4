//! What functions keep inside bounds, how such a check is written, and what makes it worth keeping.

use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;

/// One kind of thing that is checked before it is used.
pub struct Kept {
    /// What it is, at the start of a sentence.
    pub what: &'static str,
    /// Checks that hold.
    pub strictly: &'static Pattern,
    /// Checks that hold in most cases.
    pub somehow: &'static Pattern,
    /// What the function does with it.
    pub guards: &'static Pattern,
    /// Only in languages that own their memory by hand.
    pub by_hand: bool,
}

impl Kept {
    /// Whether the kind means anything in a language.
    #[must_use]
    pub fn knows(&self, language: Language) -> bool {
        !self.by_hand || matches!(language, Language::C | Language::Cpp)
    }
}

static CONTAINED: Pattern = Pattern::new(
    r#"(?x) \bis_relative_to\s*\( | (?:\bif\b|\btry\b|^)\s*[^\n]*\brelative_to\s*\(\s*\w*(?:root|base|dir|folder)\w* | \bIsLocal\s*\( | \bcommonpath\s*\( | \bsafe_join\s*\( | \bsecure_filename\s*\( | \bfilepath\.Rel\s*\(
      | \bos\.(?:OpenRoot|OpenInRoot)\s*\( | \bpath\.relative\s*\( | \bstrip_prefix\s*\(\s*&?\w*(?:root|base|dir)\w*
      | \.(?:startsWith|starts_with|StartsWith|start_with\?)\s*\(\s*[&"`']?\$?\{?(?:\w+(?:\.|->|::))*\w*(?i:root|base|dir|folder|parent|prefix|home|upload|public)\w*
      | \bHasPrefix\s*\(\s*[\w.()]+\s*,\s*(?:filepath\.Clean\(\s*)?(?:\w+\.)*\w*(?i:root|base|dir|dest|target)\w* | \bComponent::(?:Normal|ParentDir|CurDir)\b | \b(?:str_starts_with|strpos|strncmp)\s*\(\s*\$?\w+\s*,\s*\$?(?:this->)?\w*(?i:root|base|dir|folder)\w*
      | \bstrncmp\s*\(\s*\w+\s*,\s*\w*(?:root|base|dir)\w*"#,
);
static DOTTED: Pattern = Pattern::new(
    r#"(?x) ["']\.\.[/\\]*["']\s+(?:not\s+)?in\b | \b(?:includes|contains|Contains|include\?|indexOf|strpos|strstr|str_contains|ContainsAny)\s*\([^()\n]*["']\.\.[/\\]*["'] | \.(?:startswith)\s*\(\s*(?:str\s*\(\s*)?(?:\w+\.)*\w*(?i:root|base|dir|folder)\w*
      | \b(?:fullmatch|isidentifier|isalnum)\s*\( | \.contains\s*\(\s*(?:Component::ParentDir|"\.\.")"#,
);
/// What takes a path.
pub static OPENS: Pattern = Pattern::new(
    r"(?i)\b(?:open\w*|read\w*|write\w*|send\w*|save\w*|stat|exists|unlink|remove\w*|delete\w*|copy\w*|create\w*|extract\w*|unpack\w*|resolve|join|file_get_contents|fopen|include|download|serve\w*|rename|load\w*)\s*!?\(",
);

static HOST: Pattern = Pattern::new(
    r#"(?x)(?i) \b(?:host_?name|netloc|\w*_?host|\w*_?domain|origin_?host|ip|addr(?:ess)?|hosts?)\b(?:\(\))?[)\s]*(?:not\s+in\b|\bin\b|!==?|===?)\s*[\w"'(\[]
      | \.host(?:name|_str)?\b(?:\(\))?[\s)]*(?:not\s+in\b|!?\bin\b|!==?|===?)
      | (?:has|includes|contains|contains_key|include\?|in_array|Contains|ContainsKey|containsKey|any\?|member\?)\s*\(\s*\$?(?:\w+(?:\.|->))*(?:host|hostname|host_name|getHost|netloc|domain)\b
      | \b\w*(?:hosts|domains|origins|allow|permitted|known)\w*\[\s*(?:\w+\.)*(?:host|hostname|Hostname|Host)\b
      | \bis_?(?:private|loopback|global|link_?local|internal|unspecified|reserved)(?:_?(?:ip|addr|host|net|v[46]|ur[il]|range|cidr|endpoint|target|inet|unicast|multicast|domain|dns|origin|or|and|link|loop|local|subnet|dest|peer)\w*)?\b | \.Is(?:Private|Loopback|LinkLocalUnicast)\s*\("#,
);
static HOST_PART: Pattern = Pattern::new(
    r"(?i)\b(?:host_?name|netloc|host|getHost\(\)|domain)\b[^\n]{0,30}?\.?(?:ends_?with|starts_?with|HasSuffix|HasPrefix|end_with\?|includes|contains|indexOf|match|search|test)\s*\(|\b(?:HasSuffix|HasPrefix|str_ends_with|preg_match)\s*\([^\n]*\bhost",
);
static ASKS: Pattern = Pattern::new(
    r"(?i)\b(?:requests|httpx|client|session|http|https|axios|got|reqwest|faraday|httparty|resttemplate|webclient|httpclient|aiohttp|urllib3|agent)(?:\.|::|->)\w+\s*\(|\bfetch\s*\(|\burlopen\s*\(|\bcurl_\w+\s*\(|\bNet::HTTP|\bopenConnection\s*\(|\bnewRequest\w*\s*\(|\bopenStream\s*\(|\bURI\.open\b|\bfile_get_contents\s*\(|\bGetAsync\s*\(|\bbodyAsText\s*\(|\bgoto\s*\(|\baxios\s*\(|\bredirect\w*\s*\(|\bDial\w*\s*\(",
);

static OWN_SITE: Pattern = Pattern::new(
    r#"(?x) \b(?:startswith|startsWith|starts_with|start_with\?|str_starts_with|HasPrefix|StartsWith)\s*\((?:\s*\$?[\w.]+\s*,)?\s*["']/{1,2}["'] | \burl_has_allowed_host_and_scheme\b | \bis_?safe_?url\b | \b[iI]s_?[lL]ocal_?[uU]rl\b | \bnetloc\b | \.origin\b\s*(?:!==?|===?) | \[0\]\s*[!=]==?\s*["']/["'] | \bLocalRedirect\b | \.host(?:name)?\b\s*(?:!==?|===?|not\s+in)"#,
);
static REDIRECTS: Pattern = Pattern::new(
    r"(?i)\bredirect\w*\s*[(!]|\bredirect_to\b|\bsendRedirect\s*\(|\bRedirectResponse\b|\blocation(?:\.href|\.assign|\.replace)?\s*(?:=|\()|[\x22']Location\b|\bHttpResponseRedirect\b",
);

static SENDER: Pattern = Pattern::new(
    r"(?:\.origin\b|\borigin\b)[\s)]*(?:!==?|===?|not in\b)|[!=]==?\s*\w+\.origin\b|\b(?:includes|has|contains|test|indexOf)\s*\(\s*(?:\w+\.)?origin\b|\.source\s*(?:!==?|===?)",
);
static LISTENS: Pattern =
    Pattern::new(r"\b(?:e|ev|evt|event|msg|message|ws|socket)\??\.data\b|\bupgrade\w*\s*\(|CheckOrigin|\bpostMessage\s*\(");

/// A comparison of a size.
pub static SIZED: Pattern = Pattern::new(
    r"(?i)(?:\b\w*(?:len|length|size|count|avail|remain\w*|left|cap|nbytes|offset|idx|index|pos|num)\w*|\bsizeof\b[^<>\n]*)\s*(?:<=?|>=?)\s*[\w(]|[\w)\]]\s*(?:<=?|>=?)\s*(?:\w+(?:->|\.))*(?:\w*(?:len|length|size|count|avail|remain|left|max|limit|cap)\w*|sizeof)\b",
);
static NEVER: Pattern = Pattern::new(r"[^\s\S]");
/// What moves bytes in memory.
pub static MOVES_BYTES: Pattern = Pattern::new(
    r"\b(?:mem(?:cpy|move|set)|str[nl]?(?:cpy|cat)|bcopy|alloca|malloc|calloc|realloc|read|recv|fread|copy_from_user)\s*\(|\w\[\s*\w+[^\]\n]*\]\s*=[^=]|\*\w+\+\+\s*=",
);

/// A size is held below a limit that has a name.
static CAPPED: Pattern = Pattern::new(
    r"(?i)\b\w*(?:len|length|size|count|capacity)\w*(?:\(\))?\s*>=?\s*(?:\w+(?:::|\.))*\w*(?:max|limit|cap)\w*|\b(?:\w+(?:::|\.))*\w*(?:max|limit)\w*\s*<=?\s*\w*(?:len|length|size|count)\w*",
);
/// What takes as much memory as it is told to.
static ALLOCATES: Pattern = Pattern::new(
    r"\bvec!\s*\[[^;\]\n]*;|\bwith_capacity\s*\(|\bmake\s*\(\s*\[\]|\bnew\s+\w+\s*\[\s*\w|\bbytearray\s*\(|\bBuffer\.alloc\w*\s*\(|\bByteBuffer\.allocate\w*\s*\(|\.resize\s*\(|\bByteArray\s*\(",
);

/// A helper is called for what it makes.
static BY_NAME: Pattern = Pattern::new(r"(?i)\b\w*(?:null|bare|plain)_?(?:object|proto\w*|dict|map)\w*\s*\(|\bnew\s+Map\b");
static PROTOCOLS: Pattern = Pattern::new(
    r#"["'](?:__proto__|prototype|constructor)["']|\b(?:hasOwn|hasOwnProperty)\s*\(|\bObject\.create\(\s*null|\bisPrototypePolluted\b"#,
);
static MERGES: Pattern = Pattern::new(r"\w\[\s*\w+\s*\]\s*(?:=[^=]|\[)|\bObject\.assign\(|\bmerge\w*\(");

/// All kinds, the most telling first.
pub static KEPT: [Kept; 7] = [
    Kept { what: "Where a message comes from", strictly: &SENDER, somehow: &NEVER, guards: &LISTENS, by_hand: false },
    Kept { what: "Whether a path stays in its folder", strictly: &CONTAINED, somehow: &DOTTED, guards: &OPENS, by_hand: false },
    Kept { what: "Which host is asked", strictly: &HOST, somehow: &HOST_PART, guards: &ASKS, by_hand: false },
    Kept { what: "Where a redirect leads", strictly: &OWN_SITE, somehow: &NEVER, guards: &REDIRECTS, by_hand: false },
    Kept { what: "How much is copied", strictly: &SIZED, somehow: &NEVER, guards: &MOVES_BYTES, by_hand: true },
    Kept { what: "How much memory is taken", strictly: &CAPPED, somehow: &NEVER, guards: &ALLOCATES, by_hand: false },
    Kept { what: "Which names a merge may set", strictly: &PROTOCOLS, somehow: &BY_NAME, guards: &MERGES, by_hand: false },
];
