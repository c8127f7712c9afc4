//! What a person can ask: every command a key can be bound to, and what only a pointer, a keyboard or the screen itself can say.

use crate::message::errand::Edited;
use crate::model::screen::{Panes, Spot};

/// The commands, written once: variant, name in `keymap.toml`, one line for help.
macro_rules! commands {
    ($($variant:ident $name:literal $doc:literal,)*) => {
        /// Something a key can be bound to.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Command {
            $(#[doc = $doc] $variant,)*
        }

        impl Command {
            /// All, in the order help shows them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name in `keymap.toml`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it does, in one line.
            #[must_use]
            pub fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }
        }
    };
}

commands! {
    Open "open" "open what the cursor is on",
    Close "close" "close the popup, drop the filter or search, or go back to the queue",
    Down "down" "down one line",
    Up "up" "up one line",
    HalfDown "half-down" "down half a page",
    HalfUp "half-up" "up half a page",
    PageDown "page-down" "down a page",
    PageUp "page-up" "up a page",
    Top "top" "to the first line",
    Bottom "bottom" "to the last line",
    Left "left" "show what is left of the edge",
    Right "right" "show what is right of the edge",
    NextFile "next-file" "next file",
    PreviousFile "previous-file" "previous file",
    NextHunk "next-hunk" "next hunk",
    PreviousHunk "previous-hunk" "previous hunk",
    NextFinding "next-finding" "next finding",
    PreviousFinding "previous-finding" "previous finding",
    WorstFinding "worst-finding" "most serious finding not judged yet, then the next",
    NextThread "next-thread" "next conversation or annotation",
    PreviousThread "previous-thread" "previous conversation or annotation",
    ToggleThreads "toggle-threads" "show what others said in the diff, or not",
    NextUnviewed "next-unviewed" "next file not viewed yet",
    ToggleViewed "toggle-viewed" "mark the file as viewed, or not, and go on",
    ToggleFold "toggle-fold" "fold or unfold the file",
    ToggleFolds "toggle-folds" "fold or unfold all files",
    ToggleLayout "toggle-layout" "unified, side by side, or by width",
    ToggleFiles "toggle-files" "show or hide the file list",
    SwitchPane "switch-pane" "to the other pane",
    Filter "filter" "filter the queue: words, lane:stop, is:draft, ci:failing",
    NextSection "next-section" "next section of the queue: a saved filter",
    PreviousSection "previous-section" "previous section of the queue",
    Refresh "refresh" "read the queue, or the opened pull, again",
    JudgeRest "judge-rest" "judge the pulls that were not looked at, though it costs what was set aside",
    Sweep "sweep" "campaigns of the sweep, or the queue",
    Sweeps "sweeps" "begin a sweep, or open an earlier one",
    SaveReport "save-report" "save the incident report of the sweep in a file",
    Choose "choose" "choose the change or campaign, or let go of it",
    Search "search" "search the diff",
    NextMatch "next-match" "next match",
    PreviousMatch "previous-match" "previous match",
    NextPull "next-pull" "next pull of the queue",
    PreviousPull "previous-pull" "previous pull of the queue",
    Editor "editor" "open the file at this line, or the text being written, in your own editor",
    Opened "opened" "list the pulls that are open, each as it was left",
    NextOpened "next-opened" "next open pull",
    PreviousOpened "previous-opened" "previous open pull",
    LetGo "let-go" "let go of the open pull; its marks and remarks are kept",
    Story "story" "unfold the story: title, claims, body, messages",
    Commits "commits" "commits of the pull",
    Dependencies "dependencies" "dependencies that changed",
    Around "around" "checks, reviews, rules, links: what the forge keeps around the pull",
    Reasons "reasons" "what the score is made of",
    Ledger "ledger" "decisions so far, with the chain verified",
    Agents "agents" "what agents did over time, and what changed; again: models, then authors",
    Notices "notices" "what lazaret said so far",
    CopyLine "copy-line" "copy the line to the clipboard",
    CopyPath "copy-path" "copy the path and line to the clipboard",
    Comment "comment" "write a remark: on chosen lines, the line, the conversation, the file",
    CommentFile "comment-file" "write a remark on the file",
    CommentPull "comment-pull" "write a remark on the pull",
    ChooseLines "choose-lines" "begin to choose lines, for a remark on all of them",
    Resolve "resolve" "resolve the conversation, or open it again, when the review is sent",
    DeleteRemark "delete-remark" "delete the unsent remark",
    Remarks "remarks" "list the unsent remarks",
    ToPull "to-pull" "make it a remark on the pull, with its lines quoted",
    Suggest "suggest" "put the lines into the text as a suggestion",
    NewLine "new-line" "begin a new line",
    TextUp "text-up" "cursor up",
    TextDown "text-down" "cursor down",
    Send "send" "send the unsent remarks without a verdict",
    RequestChanges "request-changes" "ask for changes, with the unsent remarks",
    Block "block" "stop later pulls of the agent, session or account",
    Unblock "unblock" "let an agent, session or account pass again",
    Waiting "waiting" "decisions made offline that wait to be sent",
    SendWaiting "send-waiting" "look at the waiting decision again and send it",
    DropWaiting "drop-waiting" "take the waiting decision back",
    Approve "approve" "approve these exact bytes",
    Quarantine "quarantine" "hold the change, evidence first",
    Release "release" "lift a quarantine",
    Revert "revert" "undo a merged change by a new commit",
    Annotate "annotate" "have the rule of this finding only annotate, or weigh what it weighs again",
    Pick1 "pick-1" "choose the first answer",
    Pick2 "pick-2" "choose the second answer",
    Pick3 "pick-3" "choose the third answer",
    Pick4 "pick-4" "choose the fourth answer",
    Pick5 "pick-5" "choose the fifth answer",
    Pick6 "pick-6" "choose the sixth answer",
    Pick7 "pick-7" "choose the seventh answer",
    Pick8 "pick-8" "choose the eighth answer",
    Yes "yes" "carry the plan out",
    No "no" "leave everything as it is",
    SwitchAnswer "switch-answer" "between no and yes",
    Submit "submit" "done typing",
    Complete "complete" "complete the word of the filter, then what else it can become",
    CompleteBack "complete-back" "back to what the word could become before",
    Backspace "backspace" "delete the character before the cursor",
    DeleteWord "delete-word" "delete the word before the cursor",
    ClearText "clear-text" "delete all before the cursor",
    TextLeft "text-left" "cursor left",
    TextRight "text-right" "cursor right",
    TextHome "text-home" "cursor to the start",
    TextEnd "text-end" "cursor to the end",
    Palette "palette" "find any command by its name or what it does, and run it",
    Help "help" "the keys that work here",
    Redraw "redraw" "draw the screen anew",
    Suspend "suspend" "back to the shell for a while",
    Quit "quit" "leave lazaret",
}

impl Command {
    /// The command called `name`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|command| command.name() == name)
    }
}

/// What a person can ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A command, by key.
    Do(Command),
    /// A character typed into a text.
    Type(char),
    /// A text pasted.
    Paste(String),
    /// A click.
    Click(Spot),
    /// A second click on the same spot.
    DoubleClick(Spot),
    /// The wheel over a spot, by rows; downward is positive.
    Wheel(Spot, isize),
    /// The reviewer's own editor was left.
    Edited(Edited),
    /// Time has passed.
    Tick,
    /// The screen now has room for this much.
    Fit(Panes),
}
