//! What bytes are, by how they begin; and what a file's name says they should be. Never what is in them.

use super::pickle;

/// A form of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its name for people: "a PNG image".
    name: &'static str,
    /// What it is for.
    pub family: Family,
}

/// What bytes are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// A machine or an interpreter runs it.
    Program,
    /// It holds other files, or one that was made smaller.
    Archive,
    /// A picture.
    Picture,
    /// A font.
    Font,
    /// A document of an office program, or of many pages.
    Document,
    /// Sound or film.
    Media,
    /// Numbers and tables.
    Data,
    /// Parameters of a model in a form that holds nothing else.
    Weights,
    /// Objects that are made again by running what is written there.
    Objects,
    /// Text, in two or four bytes for each character.
    WideText,
    /// A script.
    Script,
}

use Family::{Archive, Data, Document, Font, Media, Objects, Picture, Program, Script, Weights, WideText};

type Row = (usize, &'static [u8], &'static str, Family);

/// The first that fits. An offset, what stands there, the name, the family.
const TABLE: &[Row] = &[
    (0, b"\x7fELF", "an ELF program or library", Program),
    (0, b"\xfe\xed\xfa\xce", "a Mach-O program", Program),
    (0, b"\xfe\xed\xfa\xcf", "a Mach-O program", Program),
    (0, b"\xce\xfa\xed\xfe", "a Mach-O program", Program),
    (0, b"\xcf\xfa\xed\xfe", "a Mach-O program", Program),
    (0, b"\0asm", "a WebAssembly module", Program),
    (0, b"dex\n03", "an Android program", Program),
    (0, b"\x1bLua", "a compiled Lua program", Program),
    (0, b"BC\xc0\xde", "LLVM bitcode", Program),
    (0, b"!<arch>\n", "a library of compiled objects or a Debian package", Program),
    (0, b"\xed\xab\xee\xdb", "an RPM package", Program),
    (0, b"xar!", "an installer of macOS", Program),
    (0, b"\x89PNG\r\n\x1a\n", "a PNG image", Picture),
    (0, b"\xff\xd8\xff", "a JPEG image", Picture),
    (0, b"GIF87a", "a GIF image", Picture),
    (0, b"GIF89a", "a GIF image", Picture),
    (8, b"WEBP", "a WebP image", Picture),
    (0, b"II*\0", "a TIFF image", Picture),
    (0, b"MM\0*", "a TIFF image", Picture),
    (0, b"\0\0\x01\0", "an icon", Picture),
    (0, b"\0\0\x02\0", "a cursor", Picture),
    (0, b"icns", "an icon of macOS", Picture),
    (0, b"8BPS", "a Photoshop picture", Picture),
    (0, b"qoif", "a QOI image", Picture),
    (0, b"\0\0\0\x0cJXL ", "a JPEG XL image", Picture),
    (4, b"ftypavif", "an AVIF image", Picture),
    (4, b"ftypheic", "a HEIC image", Picture),
    (4, b"ftyp", "a film", Media),
    (8, b"AVI ", "a film", Media),
    (8, b"WAVE", "a sound", Media),
    (0, b"ID3", "a sound", Media),
    (0, b"\xff\xfb", "a sound", Media),
    (0, b"fLaC", "a sound", Media),
    (0, b"OggS", "a sound", Media),
    (0, b"\x1aE\xdf\xa3", "a film", Media),
    (0, b"FLV\x01", "a film", Media),
    (0, b"wOFF", "a font", Font),
    (0, b"wOF2", "a font", Font),
    (0, b"\0\x01\0\0\0", "a font", Font),
    (0, b"OTTO", "a font", Font),
    (0, b"ttcf", "a font", Font),
    (0, b"%PDF-", "a PDF document", Document),
    (0, b"%!PS", "a PostScript document", Document),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document of the old form, which may hold macros", Document),
    (0, b"{\\rtf", "an RTF document", Document),
    (0, b"PK\x03\x04", "a ZIP archive", Archive),
    (0, b"PK\x05\x06", "an empty ZIP archive", Archive),
    (0, b"PK\x07\x08", "a ZIP archive", Archive),
    (0, b"\x1f\x8b\x08", "a gzip archive", Archive),
    (0, b"BZh", "a bzip2 archive", Archive),
    (0, b"\xfd7zXZ\0", "an xz archive", Archive),
    (0, b"]\0\0", "an LZMA archive", Archive),
    (0, b"\x28\xb5\x2f\xfd", "a zstd archive", Archive),
    (0, b"\x04\"M\x18", "an LZ4 archive", Archive),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", Archive),
    (0, b"Rar!\x1a\x07", "a RAR archive", Archive),
    (0, b"MSCF\0\0\0\0", "a cabinet archive", Archive),
    (257, b"ustar", "a tar archive", Archive),
    (0, b"070701", "a cpio archive", Archive),
    (32769, b"CD001", "a disk image", Archive),
    (0, b"GGUF", "a GGUF model", Weights),
    (0, b"\x89HDF\r\n\x1a\n", "an HDF5 file", Data),
    (0, b"\x93NUMPY", "a NumPy array", Data),
    (0, b"PAR1", "a Parquet table", Data),
    (0, b"ARROW1", "an Arrow table", Data),
    (0, b"ORC", "an ORC table", Data),
    (0, b"Obj\x01", "an Avro table", Data),
    (0, b"SQLite format 3\0", "an SQLite database", Data),
    (0, b"\xfe\xed\xfe\xed", "a Java key store", Data),
    (0, b"bplist00", "a property list", Data),
    (0, b"\xde\x12\x04\x95", "a catalogue of translations", Data),
    (0, b"\x95\x04\x12\xde", "a catalogue of translations", Data),
    (0, b"DIRC", "an index of git", Data),
    (0, b"PACK\0\0\0", "a pack of git", Data),
    (0, b"\xac\xed\0\x05", "serialised Java objects", Objects),
    (0, b"\xff\xfe", "UTF-16 text", WideText),
    (0, b"\xfe\xff", "UTF-16 text", WideText),
    (0, b"#!", "a script", Script),
    (0, b"<?php", "a PHP script", Script),
];

impl Kind {
    /// What `bytes` are; `None` when they begin as nothing that is known here.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let begins = |(at, magic, ..): &&Row| bytes.get(*at..).is_some_and(|rest| rest.starts_with(magic));
        let known = TABLE.iter().find(begins).map(|(_, _, name, family)| Self { name, family: *family });
        known.or_else(|| shaped(bytes).map(|(name, family)| Self { name, family }))
    }

    /// Its name in a sentence, such as "a PNG image".
    #[must_use]
    pub fn words(self) -> &'static str {
        self.name
    }

    /// Whether it runs, or makes things run, as soon as somebody opens it as what it is.
    #[must_use]
    pub fn runs(self) -> bool {
        matches!(self.family, Program | Script | Objects)
    }
}

/// Forms that more than their first bytes tell.
fn shaped(bytes: &[u8]) -> Option<(&'static str, Family)> {
    let little = |at: usize, count: usize| {
        bytes.get(at..at + count).map(|part| part.iter().rev().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte)))
    };
    if bytes.starts_with(b"MZ") && bytes.len() > 64 {
        let at = usize::try_from(little(0x3c, 4)?).ok()?;
        let is_pe = bytes.get(at..).is_some_and(|rest| rest.starts_with(b"PE\0\0"));
        return Some((if is_pe { "a Windows program or library" } else { "a DOS program" }, Program));
    }
    // Class files and fat Mach-O files begin alike; the version of a class is above 44, the count of architectures below.
    if bytes.starts_with(b"\xca\xfe\xba\xbe") {
        let fat = bytes.get(4..8).is_some_and(|count| count[..3] == [0, 0, 0] && count[3] < 30);
        return Some((if fat { "a Mach-O program" } else { "a Java class" }, Program));
    }
    // Compiled Python: a number of the version, then CR LF.
    if bytes.len() > 16 && bytes.get(2..4) == Some(b"\r\n") && matches!(little(0, 2)?, 3000..=3700 | 20000..=63000) {
        return Some(("compiled Python", Program));
    }
    if bytes.starts_with(b"BM") && little(2, 4) == Some(bytes.len() as u64) {
        return Some(("a BMP image", Picture));
    }
    let header = little(0, 8).is_some_and(|length| (2..bytes.len() as u64).contains(&length));
    if header && bytes.get(8) == Some(&b'{') {
        return Some(("a safetensors model", Weights));
    }
    pickle::begins(bytes).then_some(("a pickle", Objects))
}

/// What a file's name says its bytes are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A picture.
    Picture,
    /// A font.
    Font,
    /// Sound or film.
    Media,
    /// Text of any kind: prose, code, settings.
    Text,
    /// A document of an office program.
    Document,
    /// Something else, or nothing that is known.
    Other,
}

const PICTURES: [&str; 15] =
    ["png", "jpg", "jpeg", "gif", "webp", "bmp", "ico", "cur", "tif", "tiff", "avif", "heic", "icns", "jxl", "qoi"];
const FONTS: [&str; 6] = ["woff", "woff2", "ttf", "otf", "ttc", "eot"];
const MEDIA: [&str; 12] = ["mp3", "mp4", "wav", "ogg", "oga", "ogv", "webm", "flac", "avi", "mov", "m4a", "mkv"];
const DOCUMENTS: [&str; 10] = ["pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "rtf"];
const TEXTS: [&str; 71] = [
    "txt",
    "md",
    "mdx",
    "rst",
    "adoc",
    "csv",
    "tsv",
    "json",
    "jsonl",
    "ndjson",
    "yml",
    "yaml",
    "toml",
    "ini",
    "cfg",
    "conf",
    "xml",
    "html",
    "htm",
    "css",
    "scss",
    "less",
    "svg",
    "js",
    "mjs",
    "cjs",
    "jsx",
    "ts",
    "tsx",
    "py",
    "pyi",
    "rb",
    "go",
    "rs",
    "java",
    "kt",
    "kts",
    "c",
    "h",
    "cc",
    "cpp",
    "hpp",
    "cs",
    "php",
    "swift",
    "scala",
    "sh",
    "bash",
    "zsh",
    "ps1",
    "bat",
    "sql",
    "tf",
    "hcl",
    "proto",
    "graphql",
    "vue",
    "svelte",
    "lua",
    "pl",
    "pm",
    "r",
    "ex",
    "exs",
    "erl",
    "clj",
    "gradle",
    "properties",
    "lock",
    "log",
    "tex",
];

impl Named {
    /// By the last ending of `path`.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or("").to_ascii_lowercase();
        let Some((_, ending)) = name.rsplit_once('.') else { return Self::Other };
        let is = |list: &[&str]| list.contains(&ending);
        match () {
            () if is(&PICTURES) => Self::Picture,
            () if is(&FONTS) => Self::Font,
            () if is(&MEDIA) => Self::Media,
            () if is(&DOCUMENTS) => Self::Document,
            () if is(&TEXTS) => Self::Text,
            () => Self::Other,
        }
    }

    /// The name in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Picture => "a picture",
            Self::Font => "a font",
            Self::Media => "sound or film",
            Self::Text => "text",
            Self::Document => "a document",
            Self::Other => "something else",
        }
    }
}

/// Endings of files in which objects or parameters are kept.
const MODELS: [&str; 24] = [
    "pkl",
    "pickle",
    "pck",
    "pt",
    "pth",
    "ckpt",
    "joblib",
    "dill",
    "cpkl",
    "bin",
    "npy",
    "npz",
    "h5",
    "hdf5",
    "keras",
    "safetensors",
    "gguf",
    "mar",
    "nemo",
    "p",
    "pt2",
    "sav",
    "skops",
    "model",
];

/// Whether `path` is named as a file in which parameters or objects are kept.
#[must_use]
pub fn is_model(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .and_then(|name| name.rsplit_once('.'))
        .is_some_and(|(_, ending)| MODELS.contains(&&*ending.to_ascii_lowercase()))
}

/// Whether what stands at `path` is looked at as bytes even where it reads as text: models, and what should be no text at all.
#[must_use]
pub fn is_named_as_bytes(path: &str) -> bool {
    is_model(path) || matches!(Named::of(path), Named::Picture | Named::Font | Named::Media)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_from_their_first_bytes() {
        let pe = [b"MZ".as_slice(), &[0; 58], &[64, 0, 0, 0], b"PE\0\0"].concat();
        let cases: [(&[u8], Option<Family>); 9] = [
            (b"\x7fELF\x02\x01", Some(Program)),
            (&pe, Some(Program)),
            (b"\xca\xfe\xba\xbe\0\0\0\x41", Some(Program)),
            (b"\xca\xfe\xba\xbe\0\0\0\x02", Some(Program)),
            (b"\x89PNG\r\n\x1a\n", Some(Picture)),
            (b"\x1a\0\0\0\0\0\0\0{\"a\":{\"dtype\":\"F32\"}}      ", Some(Weights)),
            (b"\x80\x04\x95\x02\0\0\0\0\0\0\0}.", Some(Objects)),
            (b"", None),
            (b"hello world", None),
        ];
        for (bytes, family) in cases {
            assert_eq!(Kind::of(bytes).map(|kind| kind.family), family, "{bytes:?}");
        }
    }

    #[test]
    fn names_say_what_should_be_there() {
        let cases = [("a/logo.PNG", Named::Picture), ("README.md", Named::Text), ("lib/x.so", Named::Other), ("Makefile", Named::Other)];
        for (path, named) in cases {
            assert_eq!(Named::of(path), named, "{path}");
        }
    }
}
