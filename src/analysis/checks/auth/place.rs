//! A statement of a function that went, with both sides of that function, and what may be said to remain of it.

use crate::analysis::pattern::Pattern;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};

/// What of something that went is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remains {
    /// All of it, in another shape.
    All,
    /// Something that may do the same.
    Something,
    /// Nothing.
    Nothing,
}

/// More statements of a function are not compared one by one.
pub(super) const MOST: usize = 2000;

/// What is called; groups: its name with what it is of.
pub(super) static CALLED: Pattern = Pattern::new(r"((?:[A-Za-z_$][\w$]*(?:\.|::|->))*[A-Za-z_$][\w$]*[!?]?)\s*\(");

/// A place in a function on both sides.
pub(super) struct Place<'v, 'f, 'a> {
    /// The file.
    pub(super) file: &'v FileView<'f>,
    /// The side it was on.
    pub(super) old: &'v SideView<'a>,
    /// The side it is on.
    pub(super) new: &'v SideView<'a>,
    /// The statement of the old side.
    pub(super) at: usize,
}

/// The name of the function a statement stands in.
pub(super) fn within<'s>(side: &'s SideView<'_>, at: usize) -> Option<&'s str> {
    side.statements()[at].function.map(|at| side.functions()[at].name.as_str())
}

impl<'v, 'f, 'a> Place<'v, 'f, 'a> {
    /// The statement that went.
    pub(super) fn statement(&self) -> &'v Statement {
        &self.old.statements()[self.at]
    }

    /// The statements of the function on the new side, by position.
    pub(super) fn now(&self) -> impl Iterator<Item = usize> + use<'v, 'f, 'a> {
        let (new, name) = (self.new, within(self.old, self.at));
        (0..new.statements().len()).filter(move |at| within(new, *at) == name).take(MOST)
    }

    /// The same of the old side.
    pub(super) fn then(&self) -> impl Iterator<Item = usize> + use<'v, 'f, 'a> {
        let (old, name) = (self.old, within(self.old, self.at));
        (0..old.statements().len()).filter(move |at| within(old, *at) == name).take(MOST)
    }

    /// Whether the change touches a statement of the new side.
    pub(super) fn touched(&self, at: usize) -> bool {
        let statement = &self.new.statements()[at];
        self.new.touches(statement.first_line, statement.last_line)
    }
}
