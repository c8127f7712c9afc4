//! `protection-undone`: a statement that did something the safe way does the same in a way that protects nobody.
//!
//! Both ways are told from the statement itself, before and after, in whatever language it is written. Calls that are safe by themselves and
//! their siblings are `safe-call-replaced`'s, calls around a value `sanitiser-removed`'s, guards `guard-hollowed`'s.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use super::request::ASKED;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::checks::auth::paired::pairs;
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/protection-undone.toml`.
pub struct ProtectionUndone;

/// One protection, and how it is undone.
struct Turn {
    /// What became of it.
    title: &'static str,
    /// The statement as it protects.
    was: &'static Pattern,
    /// The statement as it does not; anything that lacks `was`, where there is none.
    is: Option<&'static Pattern>,
    /// Whether the safe statement may say `is` as well.
    stays: bool,
    /// The function, or the file outside of any, says this after the change.
    beside: Option<&'static Pattern>,
    /// Whether it is enough that the file says so anywhere.
    anywhere: bool,
    /// The function, or the file outside of any, says none of this after the change.
    without: Option<&'static Pattern>,
    /// How grave it is.
    severity: Severity,
}

/// A turn that asks nothing more.
const PLAIN: Turn =
    Turn { title: "", was: &UMASK, is: None, stays: false, beside: None, anywhere: false, without: None, severity: Severity::High };

static UMASK: Pattern = Pattern::new(r"\bumask\s*\(?\s*0?o?[0-7]?[0-7]?7\b");
static NO_UMASK: Pattern = Pattern::new(r"\bumask\s*\(?\s*0(?:o?0+)?\b");
static CLIENT_ASKED: Pattern = Pattern::new(
    r"\bRequireAndVerifyClientCert\b|\bsetNeedClientAuth\s*\(\s*true|\bSSL_VERIFY_FAIL_IF_NO_PEER_CERT\b|\bClientCertificateMode\.RequireCertificate\b|\bssl_verify_client\s+on\b|\bverify_mode\s*=\s*ssl\.CERT_REQUIRED|\bSSLVerifyClient\s+require\b|\bclient-auth\s*[:=]\s*need\b",
);
static CLIENT_UNASKED: Pattern = Pattern::new(
    r"\b(?:NoClientCert|RequestClientCert|RequireAnyClientCert|VerifyClientCertIfGiven)\b|\bsetNeedClientAuth\s*\(\s*false|\bsetWantClientAuth\s*\(|\bSSL_VERIFY_(?:NONE|PEER)\b|\bClientCertificateMode\.(?:NoCertificate|AllowCertificate)\b|\bssl_verify_client\s+(?:off|optional\w*)\b|\bssl\.CERT_(?:NONE|OPTIONAL)\b|\bSSLVerifyClient\s+(?:none|optional\w*)\b|\bclient-auth\s*[:=]\s*(?:none|want)\b",
);
static NEW_TLS: Pattern = Pattern::new(
    r"(?i)min\w*\s*[:=(]\s*[\w.:&]*tls[\w.]*?v?1[._]?[23]\b|VersionTLS1[23]\b|(?:enabled|accepted|supported)?_?protocols?\b[^\n]*TLSv1\.[23]|min(?:imum)?_?version[^\n]*TLSv?1[._]?[23]",
);
static OLD_TLS: Pattern = Pattern::new(
    r"(?i)VersionTLS1[01]\b|VersionSSL30|[\x22'\s]TLSv1(?:[._][01])?[\x22',;\s]|min(?:imum)?_?version[^\n]*TLSv?1(?:[._]?[01])?(?:[^\w.]|$)|\bssl_?v?3\b|\bTLS1(?:_[01])?_VERSION\b",
);
static CHECKED_SUM: Pattern = Pattern::new(
    r"\.checked_(?:mul|add|sub)\s*\(|\bMath\.(?:multiplyExact|addExact|subtractExact|toIntExact)\s*\(|\b(?:ck|check)_(?:mul|add)\s*\(|\b__builtin_(?:u?mull?|add|sub)_overflow\s*\(|\bchecked\s*\(\s*\w+\s*[*+]|\bmath\.(?:SafeMul|MulExact)\b",
);
static UNCHECKED_SUM: Pattern = Pattern::new(
    r"\.(?:wrapping|overflowing|unchecked)_(?:mul|add|sub)\s*\(|\w\)?\s*[*+]\s*\(?\w|\(int\)\s*\(?\w|\bas\s+(?:u8|u16|u32|i32|usize)\b",
);
static SIZES: Pattern = Pattern::new(
    r"(?i)alloc|with_capacity|\bnew\s+\w+\[|\blen\b|_len\b|length|size|\bmax_|capacity|slice|copy|buffer|frame|count|\bread_exact|total",
);
static CLEARED: Pattern = Pattern::new(r"\b(?:x|g_|k|kv|av_)?calloc\s*\(|\breallocarray\s*\(|\bkcalloc\s*\(|\bkmalloc_array\s*\(");
static MULTIPLIED: Pattern = Pattern::new(r"\b(?:x|g_|k|kv|av_)?(?:m|re)alloc\s*\([^;]*\w\s*\*\s*\(?\w");
static MULTIPLIES_SAFELY: Pattern = Pattern::new(r"SIZE_MAX|_MAX\s*/|mul_overflow|size_mul|array_size|reallocarray");
static SEALED: Pattern =
    Pattern::new(r"(?i)\bgcm\b|aes[-_/]?(?:128|192|256)?[-_/]?gcm|poly1305|\bccm\b|\bsiv\b|\bfernet\b|secretbox|\beax\b");
static UNSEALED: Pattern =
    Pattern::new(r#"(?i)[-_/."]ecb\b|getInstance\s*\(\s*"AES"|\bDES\b|\brc4\b|des[-_](?:cbc|ecb)|\bcreateCipher\s*\(|MODE_ECB|modes\.ECB"#);
static FOR_MARKUP: Pattern = Pattern::new(
    r"\b(?:htmlspecialchars|htmlentities|html\.escape|html\.EscapeString|HTMLEscapeString|html_escape|escape_?[hH]tml|escapeHTML|CGI\.escapeHTML|HtmlEncode|escapeHtml4|escapeXml\w*|esc_html|ERB::Util\.h|markupsafe\.escape|DOMPurify\.sanitize|sanitize_?[hH]tml|bleach\.clean)\s*\(",
);
static TO_MARKUP: Pattern = Pattern::new(
    r"\b(?:html_entity_decode|htmlspecialchars_decode|html\.unescape|html\.UnescapeString|unescapeHtml\w*|unescapeHTML|HtmlDecode|mark_safe|Markup|html_safe|raw|SafeString|bypassSecurityTrust\w*|template\.HTML)\b",
);
static QUOTED: Pattern = Pattern::new(
    r"\bescapeshell(?:arg|cmd)\s*\(|\bshlex\.(?:quote|join)\s*\(|\bshellescape\b|\bShellwords\.\w+|\bpipes\.quote\s*\(|\bshellQuote\w*\s*\(|\bshell_quote\s*\(|\bshell-quote\b",
);
static SHELLS: Pattern = Pattern::new(
    r"(?:^|[^\w.$>])(?:shell_exec|passthru|proc_open|popen|system|exec(?:Sync)?)\s*\(|\bos\.(?:system|popen)\s*\(|\bshell\s*[=:]\s*(?:True|true)|`[^`\n]*[#$]\{|\bOpen3\.|\bRuntime\.getRuntime\(\)|[\x22']-c[\x22']",
);
static LAST_NAME: Pattern = Pattern::new(
    r"(?x) \bPath\.GetFileName\s*\( | \b(?:path\.)?basename\s*\( | \bfilepath\.Base\s*\( | \bpath\.Base\s*\( | \bsecure_filename\s*\( | \bFile\.basename\s*\( | \bFilenameUtils\.getName\s*\( | \.getFileName\s*\(\s*\) | \bFile\s*\([^\n]*\)\.name\b | \bPath\s*\([^\n]*\)\.name\b | \bsanitize_?[fF]ile_?[nN]ame\s*\( | \.file_name\s*\(\s*\)",
);
static OPENS: Pattern = Pattern::new(
    r"(?i)\bPath\.Combine\s*\(|\bpath\.(?:join|resolve)\s*\(|\bfilepath\.Join\s*\(|\bos\.path\.join\s*\(|\bFile\.join\s*\(|\bFile\s*\(\s*\w+\s*,|\bPaths?\.get\s*\(|\.resolve\s*\(|\.join\s*\(|\bstoreAs\s*\(|\bsendFile\s*\(|\bFile(?:In|Out)putStream\s*\(|\bmove_uploaded_file\s*\(",
);
static KEPT_INSIDE: Pattern = Pattern::new(
    r"(?i)starts_?with|hasprefix|canonical|is_relative_to|relative_to|realpath|normali[sz]e|IsLocal|filepath\.Clean|safe_join|send_from_directory|allow|valid|uuid|random|\.\.[\x22'/]|GetFullPath|strip_prefix|file_?name\(|base_?name|GetFileName|secure_filename|\b\w*path\.name\b|root\s*:",
);
static OWN_TEMP: Pattern = Pattern::new(r"\bmktemp\b");
static KNOWN_TEMP: Pattern = Pattern::new(r"=\s*[\x22']?/(?:var/)?tmp/[A-Za-z][\w.-]*[\x22']?\s*(?:;|$)");
static CLOSED_VIEW: Pattern = Pattern::new(
    r"(?i)(?:allowFileAccess|setAllowFileAccess|allowUniversalAccessFromFileURLs|allowFileAccessFromFileURLs)\s*(?:=|\()\s*false",
);
static OPEN_VIEW: Pattern = Pattern::new(r"(?i)(?:allowUniversalAccessFromFileURLs|allowFileAccessFromFileURLs)\s*(?:=|\()\s*true");
static LISTED: Pattern = Pattern::new(
    r"(?x) (?:%w\[[^\]]*\]|\[[^\]\n]*\]|\b[A-Z][A-Z0-9_]{2,})\s*\.\s*(?:include\?|includes|contains|has|key\?|Contains|containsKey)\s*\(? | \bin_array\s*\( | \bslices\.Contains\s*\( | \.in\?\s*\( | \b(?:not\s+)?in\s+(?:[A-Z][A-Z0-9_]{2,}|\{|\(|\[)",
);
static WORTH_A_LIST: Pattern = Pattern::new(
    r"\bArel\.sql\b|\b(?:public_)?send\s*\(|\bconstantize\b|\bredirect_to\b|\bredirect\s*\(|\bgetattr\s*\(|\brender\s+(?:params|template)|(?i)\border\s+by\b|\border_by\s*\(\s*text|\bimport_module\b|\bexec\w*\s*\(|\bcall_user_func|\bClass\.forName\b|\borderByRaw\s*\(|\bknex\.raw\b|\bsequelize\.literal\b",
);
static NO_ENTITIES: Pattern = Pattern::new(r"\bresolve_entities\s*=\s*False\b|\bno_network\s*=\s*True\b");
static FOLLOWS: Pattern =
    Pattern::new(r"\bXMLParser\s*\([^)]*(?:load_dtd\s*=\s*True|huge_tree\s*=\s*True|resolve_entities\s*=\s*True|no_network\s*=\s*False)");
static STILL_NONE: Pattern = Pattern::new(r"\bresolve_entities\s*=\s*False\b|defusedxml");

/// A token in a head of a request, or in its address, which logs and other pages see.
static IN_HEAD: Pattern = Pattern::new(r"(?i)\bauthorization\b[^\n]*\b(?:bearer|token)\b|\bheaders?\b[^\n]*(?:token|api_?key)");
static IN_LINK: Pattern =
    Pattern::new(r#"(?i)[?&](?:access_?|auth_?|id_?)?(?:token|api_?key|secret|password)=(?:\$\{|#\{|["'`]\s*[+.%]|%s|\{)"#);
/// What looks through what a model makes before anybody sees it.
static LOOKED_THROUGH: Pattern = Pattern::new(r"\bsafety_checker\s*=\s*(?:[a-z_]\w*|[A-Z]\w{4,})");
static NOT_LOOKED_THROUGH: Pattern = Pattern::new(r"\bsafety_checker\s*=\s*None\b");

/// What watches a program leaves people's data out.
static LEFT_OUT: Pattern =
    Pattern::new(r"(?i)\bsend_?default_?pii[\x22']?\s*[:=]\s*false\b|\bmask_?all_?(?:text|inputs)[\x22']?\s*[:=]\s*true\b");
static TAKEN_ALONG: Pattern =
    Pattern::new(r"(?i)\bsend_?default_?pii[\x22']?\s*[:=]\s*true\b|\bmask_?all_?(?:text|inputs)[\x22']?\s*[:=]\s*false\b");

/// hapi asks for a strategy on a route.
static STRATEGY: Pattern =
    Pattern::new(r"\bauth\s*:\s*(?:[\x22'][\w-]+[\x22']|\{[^}]*\b(?:strategy|strategies|mode\s*:\s*[\x22']required))");
static NO_STRATEGY: Pattern = Pattern::new(r"\bauth\s*:\s*(?:false\b|\{[^}]*mode\s*:\s*[\x22'](?:try|optional))");

static TURNS: [Turn; 30] = [
    Turn { title: "A route asks nobody who they are any more", was: &STRATEGY, is: Some(&NO_STRATEGY), stays: true, ..PLAIN },
    Turn {
        title: "What people write or are goes to whoever watches the program",
        was: &LEFT_OUT,
        is: Some(&TAKEN_ALONG),
        severity: Severity::Medium,
        ..PLAIN
    },
    Turn {
        title: "A token is sent in the address, which logs and other pages see",
        was: &IN_HEAD,
        is: Some(&IN_LINK),
        severity: Severity::Medium,
        ..PLAIN
    },
    Turn {
        title: "What a model makes is shown without being looked through",
        was: &LOOKED_THROUGH,
        is: Some(&NOT_LOOKED_THROUGH),
        severity: Severity::Medium,
        ..PLAIN
    },
    Turn { title: "Files are made for everybody to read and write", was: &UMASK, is: Some(&NO_UMASK), ..PLAIN },
    Turn {
        title: "Whoever connects need not show a certificate any more",
        was: &CLIENT_ASKED,
        stays: true,
        is: Some(&CLIENT_UNASKED),
        ..PLAIN
    },
    Turn { title: "Connections may use a TLS that is broken", was: &NEW_TLS, is: Some(&OLD_TLS), ..PLAIN },
    Turn {
        title: "A size may overflow where it could not",
        was: &CHECKED_SUM,
        stays: true,
        is: Some(&UNCHECKED_SUM),
        beside: Some(&SIZES),
        without: Some(&CHECKED_SUM),
        ..PLAIN
    },
    Turn {
        title: "A size may overflow where it could not",
        was: &CLEARED,
        is: Some(&MULTIPLIED),
        without: Some(&MULTIPLIES_SAFELY),
        ..PLAIN
    },
    Turn {
        title: "What is encrypted is no longer kept from being changed",
        was: &SEALED,
        is: Some(&UNSEALED),
        without: Some(&SEALED),
        ..PLAIN
    },
    Turn {
        title: "What was shown as text is turned into markup",
        was: &FOR_MARKUP,
        stays: true,
        is: Some(&TO_MARKUP),
        without: Some(&FOR_MARKUP),
        ..PLAIN
    },
    Turn { title: "A value goes to a shell without quotes", was: &QUOTED, beside: Some(&SHELLS), without: Some(&QUOTED), ..PLAIN },
    Turn { title: "A name may lead out of its folder", was: &LAST_NAME, beside: Some(&OPENS), without: Some(&KEPT_INSIDE), ..PLAIN },
    Turn {
        title: "A temporary folder has a name that anybody can prepare",
        was: &OWN_TEMP,
        is: Some(&KNOWN_TEMP),
        without: Some(&OWN_TEMP),
        ..PLAIN
    },
    Turn { title: "Pages that are shown may read the files of the device", was: &CLOSED_VIEW, is: Some(&OPEN_VIEW), ..PLAIN },
    Turn {
        title: "What a request names was looked up in a list; now it is taken as it is",
        was: &LISTED,
        stays: true,
        anywhere: true,
        is: Some(&ASKED),
        beside: Some(&WORTH_A_LIST),
        without: Some(&LISTED),
        ..PLAIN
    },
    Turn {
        title: "A reader of XML follows what a document refers to",
        was: &NO_ENTITIES,
        is: Some(&FOLLOWS),
        without: Some(&STILL_NONE),
        ..PLAIN
    },
    Turn { title: "Keys made for this connection are not asked for", was: &HOST_KEYS, is: Some(&NO_HOST_KEYS), ..PLAIN },
    Turn {
        title: "A cookie may be read by scripts or sent in the clear",
        was: &COOKIE_HELD,
        is: Some(&COOKIE_LOOSE),
        without: Some(&READ_BY_SCRIPTS),
        severity: Severity::Medium,
        ..PLAIN
    },
    Turn {
        title: "A cookie lost what kept scripts from reading it",
        was: &COOKIE_CLOSED,
        is: Some(&COOKIE_PLAIN),
        stays: true,
        severity: Severity::Medium,
        ..PLAIN
    },
    Turn {
        title: "A page may load scripts from anywhere again",
        was: &SCRIPTS_NAMED,
        is: Some(&SCRIPTS_ANY),
        severity: Severity::Medium,
        ..PLAIN
    },
    Turn {
        title: "Connections without TLS are no longer turned away",
        was: &TLS_FORCED,
        is: Some(&TLS_LEFT),
        severity: Severity::Medium,
        ..PLAIN
    },
    Turn { title: "Whoever is at the other end is no longer checked", was: &PEER_CHECKED, is: Some(&PEER_UNCHECKED), ..PLAIN },
    Turn { title: "What is read back may name any type", was: &TYPES_NAMED, is: Some(&ANY_TYPE), ..PLAIN },
    Turn { title: "Whoever has nothing of what is asked for passes", was: &HAS_RIGHT, is: Some(&HAS_NONE), ..PLAIN },
    Turn { title: "Where nobody is named the query takes in everybody", was: &KEPT_TO_ONE, is: Some(&TO_ONE_OR_ALL), ..PLAIN },
    Turn {
        title: "What was looked up in a list need only be there now",
        was: &CHOSEN_FROM_LIST,
        is: Some(&CHOSEN_IF_THERE),
        anywhere: true,
        beside: Some(&WORTH_A_LIST),
        without: Some(&LISTED),
        severity: Severity::Medium,
        ..PLAIN
    },
    Turn {
        title: "A file that is sent may be of any kind",
        was: &OF_A_KIND,
        is: Some(&OF_ANY_KIND),
        without: Some(&OF_A_KIND),
        severity: Severity::Medium,
        ..PLAIN
    },
    Turn { title: "What was made clean is only asked whether there is any", was: &CLEANED, is: Some(&ONLY_ASKED), ..PLAIN },
    Turn {
        title: "What was shown as text is written into the page as markup",
        was: &SHOWN_AS_TEXT,
        is: Some(&AS_MARKUP),
        without: Some(&MADE_HARMLESS),
        severity: Severity::Medium,
        ..PLAIN
    },
];

static CLEANED: Pattern = Pattern::new(r"=\s*(?:\w+(?:\.|::))*\w*(?:clean|[sS]anit|[eE]scap|[pP]urif)\w*\(\s*&?\w+\s*\)\s*;?\s*$");
static ONLY_ASKED: Pattern = Pattern::new(
    r"(?:clean|[sS]anit|[eE]scap|[pP]urif)\w*\(\s*&?\w+\s*\)\s*\??\.(?:is_empty|isEmpty|isNotEmpty|len|length|size|count|isBlank|is_blank|trim\(\)\.length)\b(?:[^;]*(?:\belse\b|[?:{])|\(\)\s*$)",
);
static SHOWN_AS_TEXT: Pattern = Pattern::new(r">\s*\{\s*\w+(?:\??\.\w+)+\s*\}\s*</");
static AS_MARKUP: Pattern = Pattern::new(r"\bdangerouslySetInnerHTML=\{");
static MADE_HARMLESS: Pattern = Pattern::new(r"(?i)sanit|purif|escape|clean|markdown|highlight|\bt\(|rendered|[hH]tml\s*\}");
/// A cookie is made with that, and with a name and a value alone.
static COOKIE_CLOSED: Pattern = Pattern::new(r"(?is)\b\w*cookie\w*\s*\(.*\bhttp_?only[\x22']?\s*(?:=>|[:=])\s*true\b");
static COOKIE_PLAIN: Pattern = Pattern::new(r"(?i)\b\w*cookie\w*\s*\(\s*[\x22'][\w-]+[\x22']\s*,\s*[\w.$]+(?:\([^(){}]*\))?\s*\)\s*;?\s*$");
/// What a page may load is named, or not.
static SCRIPTS_NAMED: Pattern = Pattern::new(r"(?s)\bcontentSecurityPolicy\s*:\s*(?:\{|true\b)|\bhelmet\s*\(\s*\)");
static SCRIPTS_ANY: Pattern = Pattern::new(r"\bcontentSecurityPolicy\s*:\s*false\b");
static COOKIE_HELD: Pattern = Pattern::new(r"(?i)\bhttp_?only[\x22']?\s*(?:=>|[:=])\s*true\b|\bCookieSecurePolicy\.Always\b");
static COOKIE_LOOSE: Pattern = Pattern::new(r"(?i)\bhttp_?only[\x22']?\s*(?:=>|[:=])\s*false\b|\bCookieSecurePolicy\.None\b");
/// The cookie that a page sends back as a head has to be read by its scripts.
static READ_BY_SCRIPTS: Pattern = Pattern::new(r"(?i)csrf|xsrf");
static TLS_FORCED: Pattern = Pattern::new(r"\bforce_ssl\s*=\s*true\b|\bhsts:\s*\{");
static TLS_LEFT: Pattern = Pattern::new(r"\bforce_ssl\s*=\s*(?:false\b|nil\b|[a-z_]\w*\.)|\bhsts:\s*false\b");
static PEER_CHECKED: Pattern = Pattern::new(r"\bQSslSocket::(?:Auto)?VerifyPeer\b");
static PEER_UNCHECKED: Pattern = Pattern::new(r"\bQSslSocket::(?:VerifyNone|QueryPeer)\b");
static TYPES_NAMED: Pattern = Pattern::new(r"\.allowIf(?:SubType|BaseType)\s*\(\s*(?:\x22|[A-NP-Z]\w*(?:\.class|::class))");
static ANY_TYPE: Pattern = Pattern::new(
    r"\.allowIf(?:SubType|BaseType)\s*\(\s*(?:Object(?:\.class|::class\.java)|Any::class\.java)|\bLaissezFaireSubTypeValidator\b",
);
static HAS_RIGHT: Pattern =
    Pattern::new(r"(?:role|admin|claim|scope|permission|owner|privilege)\w*[^;{}]*\.(?:is_some_and\s*\(|map_or\s*\(\s*false\b)");
static HAS_NONE: Pattern = Pattern::new(r"\.(?:is_none_or\s*\(|map_or\s*\(\s*true\b)");
/// A record is kept to one of those to whom records belong, as the whole of a condition; and the same where nobody may be meant.
static KEPT_TO_ONE: Pattern = Pattern::new(
    r"[=-]>\s*\w+\.(?i:get)?(?i:tenant|org|organi[sz]ation|account|company|workspace|customer|owner)_?[iI]d(?:\(\))?\s*(?:===?|\.equals\()",
);
static TO_ONE_OR_ALL: Pattern = Pattern::new(
    r"(?i)[=-]>\s*\w+\s*(?:===?|is)\s*(?:null|undefined)\s*\|\|\s*\w+\.(?:get)?(?:tenant|org|organi[sz]ation|account|company|workspace|customer|owner)_?id\b",
);
/// Rules of Laravel for what is uploaded.
static OF_A_KIND: Pattern = Pattern::new(r"\bFile::(?:image|types)\s*\(|[\x22'|](?:mimes|mimetypes|extensions):|[\x22'|]image[\x22'|]");
static OF_ANY_KIND: Pattern = Pattern::new(r"=>\s*[^\n]*[\x22'|]file[\x22'|]");
static CHOSEN_FROM_LIST: Pattern = Pattern::new(r"\w\.(?:has|includes|contains|Contains)\s*\(\s*[\w.]+\s*\)\s*\?\s");
static CHOSEN_IF_THERE: Pattern = Pattern::new(r"\w(?:\.length\s*>\s*0|\.isNotEmpty\(\)|\s*!==?\s*(?:\x22\x22|''|null|undefined))\s*\?\s");

static HOST_KEYS: Pattern = Pattern::new(r"\bStrictHostKeyChecking[= ](?:yes|ask)\b|\bRejectPolicy\b|\bknownhosts\.New\b|\bFixedHostKey\b");
static NO_HOST_KEYS: Pattern = Pattern::new(
    r"\bStrictHostKeyChecking[= ](?:no|off)\b[^\n]*UserKnownHostsFile[= ]/dev/null|UserKnownHostsFile[= ]/dev/null[^\n]*StrictHostKeyChecking[= ](?:no|off)\b|\bAutoAddPolicy\b|\bInsecureIgnoreHostKey\b",
);

impl Check for ProtectionUndone {
    fn rule(&self) -> RuleId {
        RuleId("protection-undone")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ANYWHERE, Words::of(TURNS.iter().map(|turn| turn.was)))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let told = file.language.is_code() || matches!(file.language, Language::Shell | Language::Yaml | Language::Text);
        let (Some(old), Some(new)) = (file.old().filter(|_| told && file.role.is_live()), file.new_side()) else { return };
        if new.changed_lines().next().is_none() {
            return;
        }
        let whole = LazyCell::new(|| if new.plain().len() <= LONGEST { new.plain() } else { "" });
        for turn in &TURNS {
            if !old.changed_lines().any(|line| line.text.len() <= 3000 && turn.was.is_match(line.text)) {
                continue;
            }
            for pair in pairs(old, new, turn.was) {
                let undoes = |text: &str| turn.is.is_none_or(|is| is.is_match(text)) && !turn.was.is_match(text);
                let undone = undoes(pair.after) && shares_name(pair.before, pair.after);
                if !undone || !turn.stays && turn.is.is_some_and(|is| is.is_match(pair.before)) {
                    continue;
                }
                let around =
                    || new.function_at(pair.is.first_line).map_or(*whole, |function| within(new, function.first_line, function.last_line));
                // What is too long to be read may say it.
                let says = |text: &str, asked: &Pattern| text.is_empty() || asked.is_match(text);
                let beside = |text: &str| turn.beside.is_none_or(|asked| says(text, asked) || turn.anywhere && says(&whole, asked));
                if beside(around()) && turn.without.is_none_or(|pattern| !pattern.is_match(around())) {
                    let draft = Draft::lines(file, new, pair.is.first_line, pair.is.last_line).title(turn.title);
                    let brief = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
                    sink.report(draft.evidence(format!("{} → {}", brief(pair.before), brief(pair.after))).severity(turn.severity));
                    break;
                }
            }
        }
    }
}

/// A longer text is data.
const LONGEST: usize = 200_000;

fn within<'v>(side: &'v SideView<'_>, first: usize, last: usize) -> &'v str {
    side.plain().get(side.bytes_of(first, last)).filter(|text| text.len() <= LONGEST).unwrap_or("")
}

/// Whether the two speak of the same thing.
fn shares_name(was: &str, is: &str) -> bool {
    let words = |text: &'_ str| -> BTreeSet<String> {
        text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| word.len() > 2).map(str::to_owned).collect()
    };
    !words(was).is_disjoint(&words(is))
}
