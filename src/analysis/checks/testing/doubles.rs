//! Doubles of classes, as the libraries of typed languages make them: of the class a test is about, or under the name of what it asserts. No
//! rule of its own.

use std::collections::BTreeSet;

use super::assertions::{asserts, guard_changes, subject};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, LineView, SideView};
use crate::model::rule::Severity;

/// A double and the class it stands for.
pub(super) static DOUBLE: Pattern = Pattern::new(
    r"(?x) (?:createMock|createStub|createConfiguredMock|getMockBuilder|prophesize|Mockery::(?:mock|spy)|->mock|->spy)\(\s*\\?(?:\w+\\)*(\w+)::class | \bnew\s+Mock<(\w+)>\s*\( | \bSubstitute\.For<(\w+)>\( | \bA\.Fake<(\w+)>\( | \bMock\.Of<(\w+)>\(
    | \b(?:mockk|mock|createMock)<(\w+)>\s*\( | \bmock\(\s*(\w+)(?:\.class|::class) | \bNewMock(\w+)\( | \bMock(\w+)::(?:new|default)\( | \binstance_double\(\s*['\x22]?(\w+) | \b(?:create_autospec|MagicMock\(\s*spec(?:_set)?\s*=)\s*\(?\s*(\w+)",
);
/// A field that the framework fills with a double; its type stands behind it or on the next line.
pub(super) static BEAN: Pattern = Pattern::new(r"^\s*@(?:MockBean|MockitoBean|MockkBean|Mock|MockK|RelaxedMockK)\b(?:\([^)]*\))?\s*(.*)$");
static FIELD: Pattern = Pattern::new(
    r"^\s*(?:(?:private|protected|public|internal|final|lateinit|static)\s+)*(?:va[lr]\s+\w+\s*:\s*(\w+)|(\w+)(?:<[^>]*>)?\s+\w+\s*;)",
);
/// A double that leaves the class as it is, but for what it is told.
static PARTLY: Pattern =
    Pattern::new(r"CALLS_REAL_METHODS|callRealMethod|CallBase|onlyMethods|setMethods|Partial|spy|callOriginal|ForPartsOf|AbstractClass");
/// What a name stands for.
static STANDS: Pattern = Pattern::new(
    r"^\s*(?:(?:private|protected|public|internal|static|readonly|final|const|let|var|val|mut|auto|lateinit)\s+)*(?:[\w<>\\?]+\s+)?(?:\$this->|this\.|self\.|@)?\$?(\w+)(?:\s*:\s*[\w<>?]+)?\s*:?=\s*([^=].*)$",
);
/// That something was called is no answer of it.
static SEEN: Pattern = Pattern::new(
    r"(?i)toHaveBeen|have_received|assert_called|assertCalled|(?:^|[\s(!])(?:co)?verify\w*\s*[({]|(?-i:\.Verify\w*\()|called|mock\.calls|received|\bexpect_\w+\(",
);
/// More lines of doubles are a suite.
const MOST: usize = 100;

/// Doubles that came, where something real stood before.
pub(super) fn report(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let short = |line: &LineView<'_>| line.text.len() < 400;
    let came: Vec<LineView<'_>> =
        file.added().filter(short).filter(|line| DOUBLE.is_match(line.text) || BEAN.is_match(line.text)).take(MOST).collect();
    if came.is_empty() {
        return;
    }
    let own = subject(&file.path);
    let (went, comes) = (Made::of(file.removed()), Made::of(file.added()));
    let stood = |text: &&str| STANDS.group(text, 2).is_some_and(|made| made.contains('('));
    let real: BTreeSet<&str> = went.0.iter().copied().filter(stood).filter_map(|text| STANDS.group(text, 1)).collect();
    for line in came {
        if (line.index..side.len().min(line.index + 3)).any(|at| PARTLY.is_match(side.line(at).text)) {
            continue;
        }
        let class = (1..=11).find_map(|group| DOUBLE.group(line.text, group)).or_else(|| of_field(side, &line));
        let about = class.is_some_and(|class| subject(class) == own && (went.makes(class) || went.given()) && !comes.makes(class));
        let stands = || STANDS.group(line.text, 1).filter(|name| real.contains(name) && is_asserted(side, name, line.index));
        let title = match class {
            Some(class) if about => format!("`{class}`, which this test is about, is replaced by a double"),
            _ => match stands() {
                Some(name) => format!("`{name}`, of which the test asserts what it answers, is a double now"),
                None => continue,
            },
        };
        let severity = if guard_changes(file) { Severity::High } else { Severity::Medium };
        sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
    }
}

fn of_field<'s>(side: &'s SideView<'_>, line: &LineView<'s>) -> Option<&'s str> {
    let behind = BEAN.group(line.text, 1)?;
    let text = if behind.is_empty() { side.line((line.index + 1).min(side.len().saturating_sub(1))).text } else { behind };
    FIELD.group(text, 1).or_else(|| FIELD.group(text, 2))
}

/// Lines of a side that make no double.
struct Made<'f>(Vec<&'f str>);

impl<'f> Made<'f> {
    fn of(lines: impl Iterator<Item = LineView<'f>>) -> Self {
        let short = lines.map(|line| line.text).filter(|text| text.len() < 400);
        Self(short.filter(|text| !DOUBLE.is_match(text)).take(2_000).collect())
    }

    /// Whether a real one of the class is made.
    fn makes(&self, class: &str) -> bool {
        let made = |text: &str, name: &str| {
            let mut found = text.match_indices(name).take(20);
            found.any(|(at, _)| text.get(at + name.len()..).is_some_and(|rest| rest.starts_with(['(', ':', '{', '.', '<'])))
        };
        let by_name = format!("New{class}");
        self.0.iter().any(|text| made(text, class) || made(text, &by_name))
    }

    /// Whether a framework gives one.
    fn given(&self) -> bool {
        static GIVEN: Pattern = Pattern::new(r"^\s*@(?:Autowired|Inject|InjectMocks|InjectMockKs|SpyBean|MockitoSpyBean)\b");
        self.0.iter().any(|text| GIVEN.is_match(text))
    }
}

/// Whether an assertion within reach asks `name` for something.
fn is_asserted(side: &SideView<'_>, name: &str, from: usize) -> bool {
    let within = side.function_at(from).map_or(from..side.len(), |function| from..function.last_line + 1);
    within.take(400).map(|at| side.line(at)).any(|line| {
        let text = line.text;
        let asks = || [".", "->"].iter().any(|sign| text.contains(&format!("{name}{sign}")));
        text.len() < 400 && asserts(line.code()) && !SEEN.is_match(text) && asks()
    })
}
