//! The commands of a file that went and ran what they downloaded. Never what is told of those that came.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::engines::LONGEST;
use crate::analysis::pattern::Pattern;
use crate::analysis::shell::{self, Deed};
use crate::analysis::view::FileView;

/// So many lines that went are read.
const MOST: usize = 200;

static ADDRESS: Pattern = Pattern::new(r#"https?://[^\s"'`)|;&<>]+"#);
static DOWNLOADS: Pattern =
    Pattern::new(r"(?i)\b(?:curl|wget|fetch|aria2c|iwr|irm|invoke-webrequest|invoke-restmethod|lwp-download|ftp|nc|ssh)\b");
/// Who answers in the name of the address may be somebody else.
static TURNED: Pattern =
    Pattern::new(r"(?i)prox|--resolve\b|--connect-to\b|--insecure\b|--no-check-certificate\b|--doh|\s-\w*[kx]\w*\b|\[::|\bhosts\b");

/// What those of a file did, by the addresses they asked.
pub(super) struct RanBefore<'v, 'f> {
    pub(super) file: &'v FileView<'f>,
    known: OnceCell<BTreeMap<Vec<&'v str>, BTreeSet<Shape>>>,
}

/// How much a command does beside asking its addresses: downloads, turns, bars.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Shape([usize; 3]);

impl Shape {
    fn of(text: &str) -> Self {
        Self([DOWNLOADS.count(text), TURNED.count(text), text.matches('|').count()])
    }

    fn does_no_more_than(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(mine, its)| mine <= its)
    }
}

impl<'v, 'f> RanBefore<'v, 'f> {
    pub(super) fn new(file: &'v FileView<'f>) -> Self {
        Self { file, known: OnceCell::new() }
    }

    /// Whether a line that went ran what comes from the very addresses of `text`, and did as much with it.
    pub(super) fn covers(&self, text: &str) -> bool {
        let addresses = addresses(text);
        let shape = Shape::of(text);
        let known = self.known.get_or_init(|| self.read());
        !addresses.is_empty() && known.get(&addresses).is_some_and(|shapes| shapes.iter().any(|was| shape.does_no_more_than(was)))
    }

    fn read(&self) -> BTreeMap<Vec<&'v str>, BTreeSet<Shape>> {
        let mut known: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for was in self.file.removed().filter(|was| was.text.len() <= LONGEST).take(MOST) {
            let addresses = addresses(was.text);
            if !addresses.is_empty() && shell::worst(was.text) == Some(Deed::RunsDownload) {
                known.entry(addresses).or_default().insert(Shape::of(was.text));
            }
        }
        known
    }
}

/// The addresses in a command, in order of the alphabet.
fn addresses(text: &str) -> Vec<&str> {
    let mut all: Vec<&str> = ADDRESS.groups(text, 0).collect();
    all.sort_unstable();
    all
}
