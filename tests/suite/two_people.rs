//! Two people: the first is recorded and waits, the second is another one who looked by themselves, and both are about the same bytes.

use crate::keys::{Person, case, ledger};
use crate::program::Program;
use crate::world::World;

const POLICY: &str = "two-people = [\"approve\", \"release\", \"batch-revert\"]\nexpires-after-hours = 24\n";

/// A desk with a policy, an agent's branch, and two people with keys.
struct Desk {
    world: World,
    program: Program,
    ann: Person,
    bob: Person,
}

fn desk(policy: &str) -> Desk {
    let mut world = World::new();
    world.write(".lazaret/policy.toml", policy);
    world.commit("Add a policy");
    world.agent_branch("claude/x", "Change it", &[("src/b.py", "b = 1\n")]);
    world.git(&["switch", "-q", "--detach"]);
    let (ann, bob) = (Person::with_key(&world, "ann"), Person::with_key(&world, "bob"));
    let program = Program::new(world.path(), world.beside("home"));
    Desk { world, program, ann, bob }
}

const APPROVE: [&str; 6] = ["approve", "claude/x", "-m", "first reason", "--merge", "--yes"];

#[test]
fn the_first_waits_and_the_second_carries_it_out_blind() {
    let desk = desk(POLICY);
    let before = desk.world.id("main");
    let first = desk.ann.ok(&desk.program, &APPROVE);
    assert!(first.contains("as the first of two") && first.contains("every approval does (.lazaret/policy.toml of main)"), "{first}");
    assert_eq!(desk.world.id("main"), before, "one person merges nothing");
    desk.ann.refused(&desk.program, &APPROVE, &["you decided this already", "you cannot be both"]);
    let plan = desk.bob.ok(&desk.program, &["approve", "claude/x", "-m", "second reason", "--merge", "--dry-run"]);
    assert!(plan.contains("you are the second"), "{plan}");
    for hidden in ["ann", "first reason", &case(&first)] {
        assert!(!plan.contains(hidden), "{hidden:?} is in the plan of the second person: {plan}");
    }
    let second = desk.bob.ok(&desk.program, &["approve", "claude/x", "-m", "second reason", "--merge", "--yes"]);
    assert!(second.contains(&format!("the first of two was ann <ann@example.com> (case {}): first reason", case(&first))), "{second}");
    assert_ne!(desk.world.id("main"), before, "two people merge");
    let verified = desk.bob.ok(&desk.program, &["ledger", "verify"]);
    assert!(verified.contains("2 signatures hold, 1 decision was made by two people"), "{verified}");
}

#[test]
fn typing_another_name_is_no_second_person() {
    let desk = desk(POLICY);
    desk.ann.ok(&desk.program, &APPROVE);
    // Somebody at the same desk who knows whose key is whose, and has none.
    let posing = Person::new(&desk.world, "carol");
    posing.configure(&format!("[gpg \"ssh\"]\n\tallowedSignersFile = {}\n", crate::keys::allowed(&desk.world).display()));
    posing.refused(&desk.program, &APPROVE, &["you decided this already"]);
    // Nor is another name under the same key.
    desk.ann.configure("[user]\n\tname = dora\n\temail = dora@example.com\n");
    desk.ann.refused(&desk.program, &APPROVE, &["you decided this already"]);
}

#[test]
fn whoever_wrote_part_of_it_is_neither_of_the_two() {
    let mut desk = desk(POLICY);
    desk.world.checkout("claude/x");
    desk.world.write("src/c.py", "c = 1\n");
    desk.world.commit("More\n\nCo-authored-by: Ann <ANN@example.com>");
    desk.world.git(&["switch", "-q", "--detach", "main"]);
    desk.ann.refused(&desk.program, &APPROVE, &["you are none of them: you wrote part of"]);
    desk.bob.ok(&desk.program, &APPROVE);
}

#[test]
fn a_first_decision_ends_when_anything_it_was_about_moves() {
    let mut desk = desk(POLICY);
    desk.ann.ok(&desk.program, &APPROVE);
    desk.world.checkout("claude/x");
    desk.world.write("src/c.py", "c = 1\n");
    desk.world.commit("More");
    desk.world.git(&["switch", "-q", "--detach", "main"]);
    let run = desk.bob.ok(&desk.program, &APPROVE);
    assert!(
        run.contains("an earlier first decision on this holds no longer: its head moved since") && run.contains("as the first of two"),
        "{run}"
    );
    // The policy moves: whoever decided under the old one decides again.
    desk.world.checkout("main");
    desk.world.write(".lazaret/policy.toml", format!("{POLICY}most-at-once = 5\n"));
    desk.world.commit("Ask more");
    desk.world.git(&["switch", "-q", "--detach", "main"]);
    let run = desk.ann.ok(&desk.program, &APPROVE);
    assert!(run.contains("holds no longer: the policy changed since") && run.contains("as the first of two"), "{run}");
    // The base moves, and diff and findings stay what they were: the same bytes come in.
    desk.world.checkout("main");
    desk.world.write("README.md", "# more\n");
    desk.world.commit("Describe");
    desk.world.git(&["switch", "-q", "--detach", "main"]);
    let run = desk.bob.ok(&desk.program, &APPROVE);
    assert!(run.contains("you are the second"), "{run}");
}

#[test]
fn a_first_decision_that_was_tampered_with_counts_for_nobody() {
    let desk = desk(POLICY);
    desk.ann.ok(&desk.program, &APPROVE);
    let ledger = ledger(&desk.program);
    ledger.execute_batch("DROP TRIGGER records_keep_their_words").unwrap();
    assert_eq!(
        ledger.execute("UPDATE records SET payload = replace(payload, 'first reason', 'other reason') WHERE kind = 'intent'", []).unwrap(),
        1
    );
    drop(ledger);
    let run = desk.bob.ok(&desk.program, &APPROVE);
    assert!(run.contains("does not count: the signature does not hold") && run.contains("as the first of two"), "{run}");
}

#[test]
fn a_release_and_a_batch_revert_take_two_and_a_quarantine_one() {
    let mut desk = desk(POLICY);
    let held = desk.ann.ok(&desk.program, &["quarantine", "claude/x", "-m", "odd", "--yes"]);
    let release = ["release", "claude/x", "-m", "looked at", "--yes"];
    let first = desk.ann.ok(&desk.program, &release);
    assert!(
        first.contains("it ends a quarantine")
            && desk.world.try_git(&["rev-parse", "--verify", "-q", "refs/heads/claude/x"]).status.code() != Some(0)
    );
    // By its case it is the same decision.
    let second = desk.bob.ok(&desk.program, &["release", &case(&held), "-m", "so did I", "--yes"]);
    assert!(second.contains("the first of two was ann"), "{second}");
    desk.world.id("refs/heads/claude/x");
    desk.world.agent_branch("claude/y", "Other", &[("src/y.py", "y = 1\n")]);
    desk.world.checkout("main");
    for branch in ["claude/x", "claude/y"] {
        desk.world.git(&["merge", "-q", "--no-ff", "-m", "Merge", branch]);
    }
    let revert = ["revert", "claude/x", "claude/y", "-m", "bad", "--yes"];
    let branches = || desk.world.git(&["for-each-ref", "refs/heads/revert"]).lines().count();
    desk.ann.ok(&desk.program, &revert);
    assert_eq!(branches(), 0);
    let run = desk.bob.ok(&desk.program, &revert);
    assert_eq!(branches(), 1, "{run}");
    let single = desk.ann.ok(&desk.program, &["revert", "claude/y", "-m", "bad", "--yes"]);
    assert!(!single.contains("two"), "{single}");
}

#[test]
fn an_owner_has_to_be_one_of_the_two() {
    let policy = "two-people = [\"sensitive-path\"]\n[[sensitive]]\npaths = [\"src/**\"]\nowners = [\"bob@example.com\"]\n";
    let desk = desk(policy);
    let carol = Person::with_key(&desk.world, "carol");
    let first = desk.ann.ok(&desk.program, &APPROVE);
    assert!(first.contains("src/b.py belongs to bob@example.com") && first.contains("the second person has to be one of them"), "{first}");
    carol.refused(&desk.program, &APPROVE, &["src/b.py belongs to bob@example.com", "none of them is among those who approve"]);
    desk.bob.ok(&desk.program, &APPROVE);
}

#[test]
fn whoever_wrote_part_of_what_is_held_does_not_let_it_go() {
    let mut desk = desk(POLICY);
    desk.world.checkout("claude/x");
    desk.world.write("src/c.py", "c = 1\n");
    desk.world.commit("More\n\nCo-authored-by: Ann <ann@example.com>");
    desk.world.git(&["switch", "-q", "--detach", "main"]);
    let held = desk.bob.ok(&desk.program, &["quarantine", "claude/x", "-m", "odd", "--yes"]);
    for target in ["claude/x", &case(&held)] {
        desk.ann.refused(&desk.program, &["release", target, "-m", "fine", "--yes"], &["you are none of them: you wrote part of"]);
    }
    assert!(desk.bob.ok(&desk.program, &["release", "claude/x", "-m", "fine", "--yes"]).contains("claude/x at "));
}

#[test]
fn code_owners_of_the_base_are_among_the_two() {
    let mut desk = desk("code-owners = true\n");
    desk.world.checkout("main");
    desk.world.write("CODEOWNERS", "src/ bob@example.com\n");
    desk.world.commit("Say who owns what");
    desk.world.git(&["switch", "-q", "--detach", "main"]);
    desk.ann.refused(&desk.program, &APPROVE, &["src/b.py belongs to bob@example.com (CODEOWNERS of the base", "none of them is among"]);
    desk.bob.ok(&desk.program, &APPROVE);
}
