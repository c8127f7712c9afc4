//! Gradle: build scripts in Groovy and Kotlin, in their main forms, and `gradle.lockfile`.

use crate::analysis::language::Language;
use crate::analysis::manifests::format::{Entry, Format, Kind, Origin, Reading};
use crate::analysis::manifests::tokens::{Token, behind, brackets, tokens, value};
use crate::model::dependency::{Ecosystem, PackageSource, Scope};

/// `build.gradle` and `build.gradle.kts`.
pub struct GradleBuild;

/// `gradle.lockfile`.
pub struct GradleLock;

impl Format for GradleBuild {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Maven
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name.ends_with(".gradle") || name.ends_with(".gradle.kts")
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let tokens = tokens(text, Language::Kotlin);
        let mut reading = Reading::default();
        brackets(&tokens, &mut reading);
        listed(text, &tokens, &mut reading);
        for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.is_word) {
            let rest = tokens.get(at + 1..).unwrap_or_default();
            if let Some(scope) = configuration(token.text) {
                let first = dependency(rest, token).map(|entry| entry.at(token.line));
                reading.entries.extend(first.into_iter().chain(others(rest, token)).map(|entry| entry.scope(scope).direct(true)));
            } else if token.text == "id" || token.text == "kotlin" {
                reading.entries.extend(plugin(token, rest));
            } else if matches!(token.text, "maven" | "url" | "setUrl") {
                reading.origins.extend(origin(rest));
            } else if token.text == "jcenter" {
                reading.origins.push(Origin::new("repository", "https://jcenter.bintray.com", token.line));
            }
        }
        // `maven { url "…" }` names one place with two words.
        reading.origins.dedup_by(|a, b| a.url == b.url);
        Ok(reading)
    }
}

/// Looks at the statements of `dependencies { … }`: takes what configurations of the project's own ask for, and says what is not read.
fn listed(text: &str, tokens: &[Token<'_>], reading: &mut Reading) {
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    while at < tokens.len() {
        if !(tokens[at].is("dependencies") && tokens.get(at + 1).is_some_and(|sign| sign.is("{"))) {
            at += 1;
            continue;
        }
        let end = behind(tokens, at + 1);
        let mut depth = 0_usize;
        let mut before = tokens[at].line;
        for (place, token) in tokens.iter().enumerate().take(end).skip(at + 2) {
            let begins = depth == 0 && token.line > before;
            before = token.line;
            match token.text {
                "(" | "[" | "{" if !token.is_string => depth += 1,
                ")" | "]" | "}" if !token.is_string => depth = depth.saturating_sub(1),
                _ => {}
            }
            if begins {
                statement(token, tokens.get(place + 1..end).unwrap_or_default(), &lines, reading);
            }
        }
        at = end;
    }
}

fn statement(first: &Token<'_>, rest: &[Token<'_>], lines: &[&str], reading: &mut Reading) {
    let same = |token: &&Token<'_>| token.line == first.line;
    let Some(next) = rest.first().filter(same) else {
        // A text alone goes on with the statement above.
        let read = first.string().is_some_and(|text| coordinates(text, "").is_some());
        if !read && (first.is_string || !matches!(first.text, "}" | ")" | "]" | "{" | "(")) {
            reading.not_read(first.line, lines.get(first.line).copied().unwrap_or_default());
        }
        return;
    };
    let known = configuration(first.text).filter(|_| first.is_word);
    let asks = next.is("(") || next.is_string || next.is_word;
    match (known, dependency(rest, first)) {
        (Some(_), Some(_)) => {}
        (None, Some(entry)) if asks && (first.is_word || first.is_string) => reading.entries.push(entry.at(first.line).direct(true)),
        _ if is_own(rest) || first.is_string && next.is(",") && coordinates(first.text, "").is_some() => {}
        (Some(_), None) if asks => {
            reading.missed(first.line, format!("what `{}` asks for is worked out by the program, and was not read", first.text));
        }
        (None, _) if (asks && !WORDS.contains(&first.text)) || !first.is_word && !OPENS.contains(&first.text) => {
            reading.not_read(first.line, lines.get(first.line).copied().unwrap_or_default());
        }
        _ => {}
    }
}

/// Words that begin a statement in a list of dependencies and ask for nothing themselves.
const WORDS: [&str; 16] = [
    "if",
    "else",
    "for",
    "while",
    "when",
    "def",
    "val",
    "var",
    "println",
    "exclude",
    "because",
    "return",
    "import",
    "components",
    "modules",
    "constraints",
];
/// Signs that begin a line which goes on with the one above, or a block.
const OPENS: [&str; 12] = ["}", ")", "]", ".", ",", "{", "(", "[", "@", "?", ":", "+"];

/// Whether it is of the project itself, of Gradle, of a folder, or of a catalog that is a file of its own.
fn is_own(rest: &[Token<'_>]) -> bool {
    const OWN: [&str; 10] = [
        "project",
        "projects",
        "files",
        "fileTree",
        "gradleApi",
        "localGroovy",
        "gradleTestKit",
        "gradleKotlinDsl",
        "rootProject",
        "sourceSets",
    ];
    let first = rest.iter().find(|token| {
        !matches!(token.text, "(" | "platform" | "enforcedPlatform" | "testFixtures" | "variantOf" | "dependencies" | "create")
    });
    first.is_some_and(|token| token.is_word && (OWN.contains(&token.text) || token.text.to_lowercase().ends_with("libs")))
}

/// What a configuration is for; `None` for a word that is none.
fn configuration(word: &str) -> Option<Scope> {
    const PLAIN: [&str; 13] = [
        "api",
        "implementation",
        "compile",
        "compileOnly",
        "compileOnlyApi",
        "runtime",
        "runtimeOnly",
        "annotationProcessor",
        "kapt",
        "ksp",
        "provided",
        "developmentOnly",
        "modImplementation",
    ];
    const ENDS: [&str; 8] = ["Implementation", "Api", "CompileOnly", "RuntimeOnly", "AnnotationProcessor", "Compile", "Runtime", "Kapt"];
    if matches!(word, "classpath" | "annotationProcessor" | "kapt" | "ksp" | "coreLibraryDesugaring") {
        return Some(Scope::Build);
    }
    let lower = word.to_lowercase();
    if lower.contains("test") && (ENDS.iter().any(|end| word.ends_with(end)) || matches!(word, "testCompile" | "testRuntime")) {
        return Some(Scope::Dev);
    }
    (PLAIN.contains(&word) || ENDS.iter().any(|end| word.ends_with(end))).then_some(Scope::Runtime)
}

/// `("g:a:v")`, `'g:a:v'`, `(platform("g:a:v"))`, `group: 'g', name: 'a', version: 'v'`, `files("x.jar")`
fn dependency(rest: &[Token<'_>], word: &Token<'_>) -> Option<Entry> {
    let (at, wrapped) = opening(rest);
    let first = rest.get(at)?;
    if let Some(text) = first.string() {
        return match wrapped {
            "files" => Some(Entry::new(Ecosystem::Maven, text, word.text).source(PackageSource::Path(text.to_owned()))),
            "kotlin" => Some(coordinates(&format!("org.jetbrains.kotlin:kotlin-{text}"), word.text)?),
            _ => coordinates(text, word.text),
        };
    }
    let same = rest.get(at..)?;
    let same = same.get(..same.iter().position(|token| token.line > first.line + 2).unwrap_or(same.len()).min(24))?;
    let named = |key: &str| value(same, key).map(|token| token.text);
    (first.is("group"))
        .then(|| named("group").zip(named("name")))?
        .map(|(group, name)| Entry::new(Ecosystem::Maven, format!("{group}:{name}"), word.text).version(named("version").unwrap_or("")))
}

/// Where what is asked for begins, and the last word around it.
fn opening<'t>(rest: &[Token<'t>]) -> (usize, &'t str) {
    let (mut at, mut wrapped) = (0, "");
    while let Some(token) = rest.get(at).filter(|token| !token.is_string && at < 6) {
        if token.text != "(" {
            if !matches!(token.text, "platform" | "enforcedPlatform" | "files" | "kotlin" | "testFixtures" | "dependencies" | "create") {
                break;
            }
            wrapped = token.text;
        }
        at += 1;
    }
    (at, wrapped)
}

/// What follows the first in one statement: `'g:a:1', 'g:b:1'`, also on lines of their own.
fn others(rest: &[Token<'_>], word: &Token<'_>) -> Vec<Entry> {
    let mut at = opening(rest).0;
    let mut out = Vec::new();
    if rest.get(at).is_none_or(|first| !first.is_string) {
        return out;
    }
    while let Some([_, text]) = rest.get(at + 1..at + 3).filter(|pair| pair[0].is(",") && pair[1].is_string) {
        out.extend(coordinates(text.text, word.text).map(|entry| entry.at(text.line)));
        at += 2;
    }
    out
}

/// `group:artifact:version:classifier@type`
fn coordinates(text: &str, slot: &str) -> Option<Entry> {
    let mut parts = text.split('@').next()?.split(':');
    let (group, artifact) = (parts.next()?, parts.next()?);
    let fits = |part: &str| !part.is_empty() && !part.contains([' ', '/', '$', '\\']);
    // A version that is given elsewhere is none of this line.
    let version = parts.next().filter(|version| !version.is_empty()).unwrap_or("managed");
    (fits(group) && fits(artifact)).then(|| Entry::new(Ecosystem::Maven, format!("{group}:{artifact}"), slot).version(version))
}

/// `id("x") version "1"`, `kotlin("jvm") version "1"`
fn plugin(word: &Token<'_>, rest: &[Token<'_>]) -> Option<Entry> {
    let named = rest.iter().take(2).find_map(Token::string)?;
    let near = rest.get(..rest.len().min(6))?;
    let at = near.iter().position(|token| token.is("version"))?;
    let version = near.get(at + 1..)?.iter().take(2).find_map(Token::string)?;
    let name = if word.text == "kotlin" { format!("org.jetbrains.kotlin.{named}") } else { named.to_owned() };
    Some(Entry::new(Ecosystem::Maven, name, "plugins").version(version).scope(Scope::Build).at(word.line).direct(true))
}

/// The address in `("…")`, ` "…"`, ` = uri("…")`, ` { url = "…" }`.
fn origin(rest: &[Token<'_>]) -> Option<Origin> {
    let first = rest.first()?;
    let end = if first.is("(") || first.is("{") { behind(rest.get(..rest.len().min(40))?, 0) } else { 5 };
    let near = rest.iter().take(end.min(40)).take_while(|token| token.line <= first.line + 6);
    let token = near.into_iter().find(|token| token.string().is_some_and(|text| text.contains("://")))?;
    Some(Origin::new("repository", token.text, token.line))
}

impl Format for GradleLock {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Maven
    }

    fn kind(&self) -> Kind {
        Kind::Lock
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        matches!(name, "gradle.lockfile" | "buildscript-gradle.lockfile")
    }

    fn by_line(&self) -> bool {
        true
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let lines =
            text.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.starts_with("empty=") && !line.trim().is_empty());
        let entries = lines.map(|(index, line)| {
            let what = line.split('=').next().unwrap_or(line).trim();
            let (name, version) = what
                .rsplit_once(':')
                .filter(|(name, _)| name.contains(':'))
                .ok_or_else(|| format!("line {}: a line of a gradle lock file has a group, a name and a version", index + 1))?;
            Ok(Entry::new(Ecosystem::Maven, name, "").version(version).at(index))
        });
        Ok(Reading { entries: entries.collect::<Result<_, String>>()?, ..Reading::default() })
    }
}
