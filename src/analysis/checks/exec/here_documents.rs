//! Here-documents that a script only prints: usage texts and the like. What is fed to a program, or written into a file, is none of them.

use crate::analysis::pattern::Pattern;
use crate::analysis::view::SideView;

static OPENED: Pattern = Pattern::new(r#"^\s*(?:cat|echo)\s*(?:>&2\s*)?<<-?\s*\\?["']?(\w+)["']?\s*(?:>&2\s*)?(?:\|\|\s*(?:true|:)\s*)?$"#);

/// For every line whether it stands in one.
pub(super) fn printed(side: &SideView<'_>) -> Vec<bool> {
    let mut until: Option<&str> = None;
    side.lines()
        .map(|line| match until {
            Some(tag) if line.text.trim() == tag => {
                until = None;
                false
            }
            Some(_) => true,
            None => {
                until = OPENED.group(line.text, 1);
                false
            }
        })
        .collect()
}
