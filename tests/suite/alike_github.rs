//! What is alike elsewhere when a pull is held: found by what it shares, proposed with the reason, never touched unasked.

use lazaret::model::decision::Verb;
use lazaret::model::response::Plan;

use crate::github::account::Role;
use crate::github_desk::Desk;

const DEVIN: (&str, u64) = ("devin-ai-integration[bot]", 158_243_242);
const SESSION: &str = "https://app.devin.ai/sessions/01held7c";
const EVIL: (&str, &str) = ("src/way_in.py", "def allowed(user):\n    return True\n");

/// A pull of somebody in `repo`.
fn open(desk: &Desk, repo: &str, by: &str, (title, body, message): (&str, &str, &str), file: (&str, &str)) -> String {
    let at = desk.github.repo(repo).role("maker", Role::Write);
    let pull = at.pull(title).branch(&format!("work/{}", title.to_lowercase().replace(' ', "-"))).body(body);
    let pull = if by == DEVIN.0 { pull.by_bot(DEVIN.0, DEVIN.1) } else { pull.by(by) };
    format!("{repo}#{}", pull.commit(message, &[file]).open())
}

/// What the plan of a hold of `acme/api`'s last pull proposes: address and reason.
fn proposed(plan: &Plan) -> Vec<(String, String)> {
    plan.proposed.iter().map(|one| (one.at.to_string(), one.why.clone())).collect()
}

fn held(desk: &Desk) -> Plan {
    let number = desk.github.repo("acme/api").look(|repo| *repo.pulls.keys().last().unwrap());
    desk.github.forget();
    desk.plan(Verb::Quarantine, &[number])
}

#[test]
fn what_shares_session_patch_message_or_author_is_proposed_with_the_reason() {
    let desk = Desk::new();
    let other = ("docs/other.md", "words\n");
    let session = open(&desk, "acme/web", "peer", ("Something else", &format!("Made in {SESSION}."), "Other"), other);
    let trailer = open(&desk, "acme/web", "peer", ("Trailing", "", &format!("Other\n\nSession: {SESSION}")), other);
    let patch = open(&desk, "acme/jobs", "mallory", ("Innocent words", "", "Innocent"), EVIL);
    let message = open(&desk, "acme/jobs", "mallory", ("let me in", "", "x"), other);
    let author = open(&desk, "acme/docs", DEVIN.0, ("Fix a typo", "", "Fix"), other);
    open(&desk, "acme/docs", "peer", ("Nothing of it", "", "Nothing"), ("n.md", "n\n"));
    open(&desk, "acme/api", DEVIN.0, ("Let me in", &format!("Session: {SESSION}"), "Let me in"), EVIL);
    let plan = held(&desk);
    let found = proposed(&plan);
    let why = |at: &String| found.iter().find(|(known, _)| known == at).map_or("", |(_, why)| why.as_str());
    assert_eq!(
        [&session, &trailer, &patch, &message, &author].map(why),
        ["same session", "same session", "same patch", "same message", "same author"],
        "{found:?} {:?}",
        plan.warnings
    );
    assert_eq!(found.len(), 5, "{found:?}");
    assert!(plan.warnings.iter().any(|says| says.contains("was compared with those of 6 of 6 open pulls")), "{:?}", plan.warnings);
    assert!(desk.github.writes().is_empty());
    let own = plan.steps.iter().all(|step| !step.says.contains("acme/web") && !step.says.contains("acme/jobs"));
    assert!(own, "nothing of it is a step: {:?}", plan.steps);
}

#[test]
fn what_no_page_showed_and_what_was_cut_short_is_told() {
    let desk = Desk::new();
    for number in 0..24 {
        open(&desk, "acme/web", DEVIN.0, (&format!("Part {number}"), "", "Part"), (&format!("p{number}.py"), "x = 1\n"));
    }
    open(&desk, "acme/api", DEVIN.0, ("Let me in", "", "Let me in"), EVIL);
    desk.github.world().incomplete_searches = true;
    let plan = held(&desk);
    assert_eq!(plan.proposed.len(), 20);
    let says = |part: &str| plan.warnings.iter().any(|warning| warning.contains(part));
    assert!(says("at least 4 more open pulls of acme are alike"), "{:?}", plan.warnings);
    assert!(says("lazaret sweep search:user:acme --state open --since 30d"), "{:?}", plan.warnings);
    assert!(says("the forge cut its search for other open pulls of acme with the same author short"), "{:?}", plan.warnings);
    assert!(says("compared with those of 20 of 24 open pulls"), "{:?}", plan.warnings);
    let reads = desk.github.count("GET /repos/acme/web/pulls");
    assert!(reads <= 20, "comparisons are bounded: {reads}");
}
