//! Signatures: made by the person's own key over just this decision, checked before they are believed, and never in the way of
//! containment.

use std::collections::BTreeSet;

use lazaret::model::decision::{Decision, Reviewer, Signature, Subject, Verb};
use lazaret::model::person::Proof;
use lazaret::model::response::{CaseId, People, Plan};
use lazaret::model::time::Timestamp;
use lazaret::response::signing::{Signing, canonical, proof, seal, verify};

use crate::keys::{Person, allowed, ledger};
use crate::program::Program;
use crate::world::World;

fn place() -> (World, Program) {
    let mut world = World::new();
    world.agent_branch("claude/x", "Change it", &[("src/b.py", "b = 1\n")]);
    let program = Program::new(world.path(), world.beside("home"));
    (world, program)
}

fn plan(signing: &Signing) -> Plan {
    let decision = Decision {
        verb: Verb::Approve,
        pulls: Vec::new(),
        subjects: vec![Subject { diff_digest: "d1".to_owned(), ..Subject::default() }],
        reviewer: Reviewer { identity: "ann".to_owned(), by: "test".to_owned(), proofs: proof(signing).unwrap().into_iter().collect() },
        reason: "fine".to_owned(),
        dispositions: Vec::new(),
        rules: Default::default(),
        rules_in_force: String::new(),
        confirmed: Vec::new(),
        at: Timestamp(1_767_603_600),
        signature: None,
    };
    Plan::new(CaseId("A-20260105-7f3a91".to_owned()), decision)
}

#[test]
fn a_signed_decision_is_in_the_ledger_and_ledger_verify_holds_it() {
    let (world, program) = place();
    let ann = Person::with_key(&world, "ann");
    ann.ok(&program, &["approve", "claude/x", "-m", "looks right", "--yes"]);
    let payload: String = ledger(&program).query_row("SELECT payload FROM records WHERE kind = 'intent'", [], |row| row.get(0)).unwrap();
    assert!(payload.contains("BEGIN SSH SIGNATURE") && payload.contains("ann@example.com") && payload.contains("SHA256:"), "{payload}");
    let verified = ann.ok(&program, &["ledger", "verify"]);
    assert!(verified.contains("1 signature holds"), "{verified}");
    // Another file of allowed signers, another answer: the key is nobody's there.
    std::fs::write(allowed(&world), "").unwrap();
    let run = ann.run(&program, &["ledger", "verify"]);
    assert!(run.code == 1 && run.out.contains("the signature does not hold"), "{}{}", run.out, run.err);
}

/// What a person signed is what the rules of that day found: later rules change nothing of it.
#[test]
fn a_signature_outlives_the_rules_it_was_made_under() {
    let (mut world, program) = place();
    world.agent_branch("claude/y", "Change it too", &[("src/c.py", "c = 1\n")]);
    let ann = Person::with_key(&world, "ann");
    ann.ok(&program, &["approve", "claude/x", "-m", "looks right", "--yes"]);
    let pack = world.beside("pack");
    std::fs::create_dir_all(&pack).unwrap();
    std::fs::write(pack.join("own.toml"), "[[rules]]\nid = \"own\"\nregex = 'own_[0-9]{8}'\nkeywords = [\"own_\"]\n").unwrap();
    let later = ["--rules", pack.to_str().unwrap()];
    ann.ok(&program, &[&["approve", "claude/y", "-m", "looks right", "--yes"], &later[..]].concat());
    let store = ledger(&program);
    let mut read = store.prepare("SELECT payload FROM records WHERE kind = 'intent'").unwrap();
    let payloads: Vec<String> = read.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let digests: BTreeSet<&str> = payloads.iter().map(|payload| payload.split("\"rules\":\"").nth(1).unwrap().get(..64).unwrap()).collect();
    assert_eq!(digests.len(), 2, "{payloads:?}");
    for rules in [&[][..], &later, &["--no-default-rules"]] {
        let verified = ann.ok(&program, &[&["ledger", "verify"], rules].concat());
        assert!(verified.contains("2 signatures hold"), "{verified}");
    }
}

#[test]
fn any_change_of_a_decision_breaks_its_signature() {
    let world = World::new();
    let ann = Person::with_key(&world, "ann");
    let bob = Person::with_key(&world, "bob");
    let file = allowed(&world);
    let signing = |person: &Person| Signing { key: person.key().display().to_string(), allowed: Some(file.clone()) };
    let sealed = seal(&plan(&signing(&ann)), &signing(&ann)).unwrap();
    assert_eq!(verify(&sealed, Some(&file)), Ok(()));
    let changed = |change: &dyn Fn(&mut Plan)| {
        let mut plan = sealed.clone();
        change(&mut plan);
        verify(&plan, Some(&file)).unwrap_err()
    };
    let holds_not = "the signature does not hold";
    assert!(changed(&|plan| plan.decision.reason.push('!')).contains(holds_not));
    assert!(changed(&|plan| plan.decision.subjects[0].diff_digest = "d2".to_owned()).contains(holds_not));
    assert!(changed(&|plan| plan.case.0.push('0')).contains(holds_not));
    assert!(changed(&|plan| plan.people = People::First(Vec::new())).contains(holds_not));
    assert!(changed(&|plan| plan.decision.confirmed.push("left-pad".to_owned())).contains(holds_not));
    assert!(changed(&|plan| plan.decision.at = Timestamp(0)).contains(holds_not));
    assert!(changed(&|plan| plan.decision.signature = None).contains("carries no signature"));
    let other = proof(&signing(&bob)).unwrap().unwrap();
    assert!(changed(&|plan| plan.decision.reviewer.proofs = vec![other.clone()]).contains("claims to be by"));
    let signature = sealed.decision.signature.clone().unwrap();
    assert!(
        changed(&|plan| {
            plan.decision.reviewer.proofs = vec![other.clone()];
            let Proof::Key { fingerprint, principal } = other.clone() else { unreachable!() };
            plan.decision.signature = Some(Signature { key: fingerprint, principal, text: signature.text.clone() });
        })
        .contains(holds_not)
    );
    assert!(changed(&|plan| plan.decision.signature.as_mut().unwrap().text = "nonsense".to_owned()).contains(holds_not));
    let odd = |principal: &str| {
        changed(&|plan| {
            let Proof::Key { principal: named, .. } = &mut plan.decision.reviewer.proofs[0] else { unreachable!() };
            *named = principal.to_owned();
            plan.decision.signature.as_mut().unwrap().principal = principal.to_owned();
        })
    };
    assert!(odd("-Yfind-principals").contains("is no name of a signer"));
    assert!(odd("bob@example.com").contains(holds_not));
}

#[test]
fn no_two_decisions_share_their_bytes() {
    let world = World::new();
    let ann = Person::with_key(&world, "ann");
    let signing = Signing { key: ann.key().display().to_string(), allowed: None };
    assert_eq!(proof(&signing), Ok(None), "a key that nobody names is nobody's");
    let one = plan(&signing);
    let mut two = one.clone();
    (two.decision.reason, two.decision.confirmed) = (String::new(), vec!["fine".to_owned()]);
    let bytes = |plan: &Plan| canonical(&plan.case, &plan.decision, &plan.people);
    assert_ne!(bytes(&one), bytes(&two));
    let text = String::from_utf8(bytes(&one)).unwrap();
    assert!(text.starts_with("lazaret/decision/1\ncase 17:A-20260105-7f3a91\nverb 7:approve\n"), "{text}");
}

#[test]
fn a_key_that_cannot_sign_is_one_sentence_and_never_stops_a_quarantine() {
    let (world, program) = place();
    let ann = Person::new(&world, "ann");
    ann.make_key("secret");
    ann.sign();
    let run = ann.run(&program, &["approve", "claude/x", "-m", "x", "--yes"]);
    assert!(run.code == 2 && run.err.contains("does not sign") && run.err.contains("ssh-add"), "{}{}", run.out, run.err);
    assert!(!run.err.contains("secret") && run.err.trim().lines().count() == 1, "{}", run.err);
    ann.ok(&program, &["quarantine", "claude/x", "-m", "odd", "--yes"]);
    let bob = Person::new(&world, "bob");
    bob.configure("[gpg]\n\tformat = ssh\n[user]\n\tsigningkey = ~/no-such-key\n");
    bob.refused(
        &program,
        &["release", "claude/x", "-m", "x", "--yes"],
        &["the signing key", "cannot be read", "git config user.signingkey"],
    );
    // Without the program: one sentence too.
    let nowhere = world.beside("nowhere");
    std::fs::create_dir_all(&nowhere).unwrap();
    let carol = Person::with_key(&world, "carol");
    let run = crate::program::Run::of(
        program
            .command(&["release", "claude/x", "-m", "x", "--yes"])
            .env("HOME", world.beside("carol"))
            .env("PATH", &nowhere)
            .output()
            .unwrap(),
    );
    assert!(run.code == 1 && run.out.contains("there is no ssh-keygen on PATH; install OpenSSH"), "{}{}", run.out, run.err);
    carol.ok(&program, &["release", "claude/x", "-m", "fine", "--yes"]);
}

/// The change under review may bring a program of that name; a relative folder on PATH must not find it.
#[test]
fn the_program_is_never_taken_from_the_repository() {
    let (world, program) = place();
    let ann = Person::with_key(&world, "ann");
    world.write("ssh-keygen", "#!/bin/sh\ntouch ../owned\n");
    std::fs::set_permissions(
        world.path().join("ssh-keygen"),
        <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o755),
    )
    .unwrap();
    let path = format!(".:{}", std::env::var("PATH").unwrap());
    let run = crate::program::Run::of(
        program.command(&["approve", "claude/x", "-m", "x", "--yes"]).env("HOME", world.beside("ann")).env("PATH", path).output().unwrap(),
    );
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(!world.beside("owned").exists());
    drop(ann);
}

#[test]
fn the_settings_name_the_key_and_git_names_it_where_they_do_not() {
    let (world, program) = place();
    let (ann, bob) = (Person::with_key(&world, "ann"), Person::with_key(&world, "bob"));
    let said = ann.ok(&program, &["doctor"]);
    assert!(said.contains("signing") && said.contains("of ann@example.com, named by git's configuration"), "{said}");
    let settings = program.home.join("config/settings.toml");
    std::fs::create_dir_all(settings.parent().unwrap()).unwrap();
    std::fs::write(&settings, format!("[signing]\nkey = \"{}\"\n", bob.key().display())).unwrap();
    let said = ann.ok(&program, &["doctor"]);
    assert!(said.contains("of bob@example.com, named by [signing] of settings.toml"), "{said}");
    ann.ok(&program, &["approve", "claude/x", "-m", "looks right", "--yes"]);
    let payload: String = ledger(&program).query_row("SELECT payload FROM records WHERE kind = 'intent'", [], |row| row.get(0)).unwrap();
    assert!(payload.contains("bob@example.com") && ann.ok(&program, &["ledger", "verify"]).contains("1 signature holds"), "{payload}");
    // Its own file of allowed signers, below the settings; a key that is not there is told.
    std::fs::write(&settings, format!("[signing]\nkey = \"{}\"\nallowed-signers = \"nobody\"\n", bob.key().display())).unwrap();
    std::fs::write(settings.with_file_name("nobody"), "").unwrap();
    let said = ann.ok(&program, &["doctor"]);
    assert!(said.contains("stands in no file of allowed signers"), "{said}");
    std::fs::write(&settings, "[signing]\nkey = \"gone.pub\"\n").unwrap();
    let run = ann.run(&program, &["doctor"]);
    assert!(run.code == 1 && run.out.contains("broken  signing") && run.out.contains("gone.pub"), "{}", run.out);
    std::fs::write(&settings, "[signing]\nkeys = \"x\"\n").unwrap();
    let run = ann.run(&program, &["approve", "claude/x", "-m", "again", "--yes"]);
    assert!(run.code == 2 && run.err.contains("there is no \"keys\" in [signing]"), "{}{}", run.out, run.err);
}
