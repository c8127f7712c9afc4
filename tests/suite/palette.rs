//! Keys in, screen out, for the list of all commands: nothing is missing in it, it shows the real keys, and it runs what was chosen.

use lazaret::config::keymap::Keymap;
use lazaret::message::action::Command;
use lazaret::message::effect::Effect;
use lazaret::message::pane::{Pane, Section};
use lazaret::state::overlay::Overlay;
use lazaret::state::palette::Palette;

use crate::screens::Desk;

const PANES: [Pane; 11] = [
    Pane::Queue,
    Pane::Sweep,
    Pane::Files,
    Pane::Diff,
    Pane::Panel,
    Pane::Card,
    Pane::Confirm,
    Pane::Text,
    Pane::Write,
    Pane::List,
    Pane::Palette,
];

#[test]
fn every_command_is_in_the_list_and_can_be_found_by_its_name() {
    for command in Command::ALL {
        let mut palette = Palette::over(command.panes()[0]);
        assert!(palette.found().contains(command), "{}", command.name());
        palette.field.insert(command.name());
        assert_eq!(palette.chosen(), Some(*command), "{} is found first by its own name", command.name());
    }
}

#[test]
fn a_command_means_something_wherever_it_has_a_key() {
    let keymap = Keymap::builtin().unwrap();
    for pane in PANES {
        for section in pane.sections().iter().filter(|section| **section != Section::Text || pane == Pane::Text) {
            for (command, keys) in keymap.section(*section) {
                let works = keymap.keys(pane, command).iter().any(|key| keys.contains(key));
                assert!(!works || pane.takes(command), "{} has the key {keys:?} in {pane:?} and means nothing there", command.name());
            }
        }
    }
    for command in Command::ALL {
        let bound = |pane: &&Pane| !keymap.keys(**pane, *command).is_empty();
        assert_eq!(command.panes().iter().filter(bound).count(), command.panes().len(), "{} has no key somewhere", command.name());
    }
}

#[test]
fn the_list_shows_the_keys_of_the_pane_and_runs_what_was_chosen() {
    let desk = Desk::new(80, 24).keys("enter :").shows("commands:").shows("▸ open").text("layout").shows("▸ toggle-layout     t ");
    let desk = desk.keys("enter").hides("commands:").shows("layout: side by side");
    desk.keys(":").text("fold").keys("down").shows("▸ toggle-folds");
}

#[test]
fn a_command_of_another_place_says_where_it_works() {
    let desk = Desk::new(80, 24).keys(":").text("next-hunk").shows("in diff, files: next hunk").keys("enter");
    desk.shows("next-hunk means nothing here; it works in: diff, files").hides("commands:");
    Desk::new(80, 24).keys(":").text("zzzz").shows("No command has these letters").keys("enter").shows("no command fits");
}

#[test]
fn what_was_under_the_list_is_there_again() {
    let desk = Desk::new(160, 48).keys("enter ! enter").shows("finding 1 of 2").keys(":").hides("finding 1 of 2");
    let desk = desk.keys("esc").shows("finding 1 of 2").keys(":").text("pick-6").keys("enter").shows("judged: development or test code");
    assert!(matches!(desk.console.overlay, Overlay::None));
}

#[test]
fn decisions_begin_in_the_list_as_they_do_by_key() {
    let desk = Desk::new(80, 24).keys(":").text("quarantine").keys("enter").shows("Why quarantine");
    assert!(!desk.asked.iter().any(|effect| matches!(effect, Effect::Plan(..))));
}
