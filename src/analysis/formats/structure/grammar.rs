//! The languages that structure rules are written for, called as ast-grep calls them, and which of them a changed file is in.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use ast_grep_core::language::Language as Spoken;
use ast_grep_core::matcher::{Pattern, PatternBuilder, PatternError};
use ast_grep_core::tree_sitter::{LanguageExt, StrDoc, TSLanguage};
use ast_grep_language::SupportLang;
use serde::{Deserialize, Deserializer, de};

use super::perils;
use crate::analysis::language::Language;
use crate::analysis::view::FileView;

/// A grammar that is part of this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Grammar {
    /// One that ast-grep knows.
    Known(SupportLang),
    /// Dockerfiles, which ast-grep does not know.
    Dockerfile,
}

impl Grammar {
    /// All of them, with the path of a file in each.
    pub(super) const ALL: [(Self, &'static str); 18] = [
        (Self::Known(SupportLang::Bash), "example.sh"),
        (Self::Known(SupportLang::C), "example.c"),
        (Self::Known(SupportLang::Cpp), "example.cpp"),
        (Self::Known(SupportLang::CSharp), "Example.cs"),
        (Self::Dockerfile, "Dockerfile"),
        (Self::Known(SupportLang::Go), "example.go"),
        (Self::Known(SupportLang::Hcl), "example.tf"),
        (Self::Known(SupportLang::Java), "Example.java"),
        (Self::Known(SupportLang::JavaScript), "example.js"),
        (Self::Known(SupportLang::Json), "example.json"),
        (Self::Known(SupportLang::Kotlin), "Example.kt"),
        (Self::Known(SupportLang::Php), "example.php"),
        (Self::Known(SupportLang::Python), "example.py"),
        (Self::Known(SupportLang::Ruby), "example.rb"),
        (Self::Known(SupportLang::Rust), "example.rs"),
        (Self::Known(SupportLang::Tsx), "example.tsx"),
        (Self::Known(SupportLang::TypeScript), "example.ts"),
        (Self::Known(SupportLang::Yaml), "example.yaml"),
    ];

    /// The grammar a changed file is read with.
    pub(super) fn of(file: &FileView<'_>) -> Option<Self> {
        Some(Self::Known(match file.language {
            Language::C => SupportLang::C,
            Language::CSharp => SupportLang::CSharp,
            Language::Cpp => SupportLang::Cpp,
            Language::Dockerfile => return Some(Self::Dockerfile),
            Language::Go => SupportLang::Go,
            Language::Hcl => SupportLang::Hcl,
            Language::Java => SupportLang::Java,
            Language::JavaScript => SupportLang::JavaScript,
            Language::Json => SupportLang::Json,
            Language::Kotlin => SupportLang::Kotlin,
            Language::Php => SupportLang::Php,
            Language::Python => SupportLang::Python,
            Language::Ruby => SupportLang::Ruby,
            Language::Rust => SupportLang::Rust,
            Language::Shell => SupportLang::Bash,
            Language::TypeScript if file.path.to_ascii_lowercase().ends_with(".tsx") => SupportLang::Tsx,
            Language::TypeScript => SupportLang::TypeScript,
            Language::Yaml => SupportLang::Yaml,
            _ => return None,
        }))
    }

    /// The path of a file in it.
    pub(super) fn sample(self) -> &'static str {
        Self::ALL.iter().find(|(grammar, _)| *grammar == self).map_or("example.txt", |(_, path)| path)
    }

    /// Whether its parser might not survive `text`.
    pub(super) fn fears(self, text: &str) -> bool {
        matches!(self, Self::Known(known) if perils::threaten(text, known))
    }

    /// Its parser's tables.
    pub(super) fn tables(self) -> TSLanguage {
        match self {
            Self::Known(known) => known.get_ts_language(),
            Self::Dockerfile => tree_sitter_containerfile::LANGUAGE.into(),
        }
    }
}

impl fmt::Display for Grammar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(known) => write!(f, "{known}"),
            Self::Dockerfile => f.write_str("Dockerfile"),
        }
    }
}

impl FromStr for Grammar {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        if ["dockerfile", "docker", "containerfile"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
            return Ok(Self::Dockerfile);
        }
        // ast-grep knows the names of languages whose grammars are not part of this program.
        let named = name.parse::<SupportLang>().ok().map(Self::Known);
        named.filter(|named| Self::ALL.iter().any(|(grammar, _)| grammar == named)).ok_or_else(|| {
            let known: Vec<String> = Self::ALL.iter().map(|(grammar, _)| grammar.to_string()).collect();
            format!("files in `{}` are not read for structure; these are: {}", name.escape_default(), known.join(", "))
        })
    }
}

impl<'de> Deserialize<'de> for Grammar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl Spoken for Grammar {
    fn pre_process_pattern<'q>(&self, query: &'q str) -> Cow<'q, str> {
        match self {
            Self::Known(known) => known.pre_process_pattern(query),
            Self::Dockerfile => Cow::Borrowed(query),
        }
    }

    fn expando_char(&self) -> char {
        match self {
            Self::Known(known) => known.expando_char(),
            Self::Dockerfile => self.meta_var_char(),
        }
    }

    fn kind_to_id(&self, kind: &str) -> u16 {
        self.tables().id_for_node_kind(kind, true)
    }

    fn field_to_id(&self, field: &str) -> Option<u16> {
        self.tables().field_id_for_name(field).map(Into::into)
    }

    fn build_pattern(&self, builder: &PatternBuilder<'_>) -> Result<Pattern, PatternError> {
        builder.build(|text| if self.fears(text) { Err("it nests too deep".to_owned()) } else { StrDoc::try_new(text, *self) })
    }
}

impl LanguageExt for Grammar {
    fn get_ts_language(&self) -> TSLanguage {
        self.tables()
    }
}
