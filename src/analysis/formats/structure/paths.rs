//! Which files a rule is about, by `files` and `ignores`: globs over the path of the changed file, as ast-grep reads them.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde_json::Value;

use super::page::Page;

/// The files of one rule.
#[derive(Default)]
pub(super) struct Paths {
    files: Option<GlobSet>,
    ignores: Option<GlobSet>,
    /// What stands in `files`, for finding a path that fits.
    written: Vec<String>,
}

impl Paths {
    /// Reads both keys of `page`.
    pub(super) fn read(page: &Page<'_>) -> Result<Self, String> {
        let files = globs(page, "files")?;
        let written = files.iter().map(|(glob, _)| glob.clone()).collect();
        Ok(Self { files: set(&files)?, ignores: set(&globs(page, "ignores")?)?, written })
    }

    /// Whether the rule is about the file at `path`.
    pub(super) fn hold(&self, path: &str) -> bool {
        let ignored = self.ignores.as_ref().is_some_and(|ignores| ignores.is_match(path));
        !ignored && self.files.as_ref().is_none_or(|files| files.is_match(path))
    }

    /// A path the rule is about: `usual`, or one made of its globs; `None` when none was found.
    pub(super) fn sample(&self, usual: &str) -> Option<String> {
        let ending = usual.rsplit_once('.').map_or("", |(_, ending)| ending);
        let name = usual.rsplit_once('.').map_or(usual, |(name, _)| name);
        let made = self.written.iter().flat_map(|glob| {
            let folder = glob.rsplit_once('/').map_or("", |(folder, _)| folder);
            [plain(glob, name), format!("{}/{usual}", plain(folder, name)), format!("{}.{ending}", plain(glob, name))]
        });
        std::iter::once(usual.to_owned()).chain(made).find(|path| self.hold(path) && path.ends_with(ending))
    }
}

/// `glob` with its wildcards replaced by `name`.
fn plain(glob: &str, name: &str) -> String {
    let mut out = String::new();
    let mut rest = glob.strip_prefix("./").unwrap_or(glob).replace("**/", "").replace("**", name);
    while let Some((before, behind)) = rest.split_once('{') {
        let (choices, after) = behind.split_once('}').unwrap_or((behind, ""));
        out.push_str(before);
        out.push_str(choices.split(',').next().unwrap_or(""));
        rest = after.to_owned();
    }
    out.push_str(&rest);
    out.replace('*', name).replace('?', "a")
}

type Written = Vec<(String, bool)>;

fn globs(page: &Page<'_>, key: &str) -> Result<Written, String> {
    let listed = match page.keys.get(key) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(listed)) => listed.iter().collect(),
        Some(one) => vec![one],
    };
    listed.into_iter().map(|entry| glob(entry).ok_or_else(|| format!("`{key}` lists globs, or `glob` and `caseInsensitive`"))).collect()
}

fn glob(entry: &Value) -> Option<(String, bool)> {
    match entry {
        Value::String(glob) => Some((glob.clone(), false)),
        Value::Object(keys) => {
            let blind = keys.get("caseInsensitive").and_then(Value::as_bool).unwrap_or(false);
            Some((keys.get("glob")?.as_str()?.to_owned(), blind))
        }
        _ => None,
    }
}

fn set(globs: &Written) -> Result<Option<GlobSet>, String> {
    let mut set = GlobSetBuilder::new();
    for (glob, blind) in globs {
        // Written against the folder that holds the rules' settings, which is the repository here.
        let glob = glob.strip_prefix("./").unwrap_or(glob);
        set.add(GlobBuilder::new(glob).case_insensitive(*blind).build().map_err(|error| error.to_string())?);
    }
    if globs.is_empty() {
        return Ok(None);
    }
    set.build().map(Some).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_made_of_globs() {
        for (glob, path) in [("src/**/*.py", "src/example.py"), ("**/{auth,login}*.py", "authexample.py"), ("tests/**", "tests/example.py")]
        {
            let written = vec![(glob.to_owned(), false)];
            let paths = Paths { files: set(&written).unwrap(), ignores: None, written: vec![glob.to_owned()] };
            assert_eq!(paths.sample("example.py").as_deref(), Some(path), "{glob}");
        }
    }
}
