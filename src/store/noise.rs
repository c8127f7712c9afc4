//! How noisy rules were on merged history, in one SQLite file: what each commit showed under which rules, and each rule's rate.
//!
//! A memory and no record: what is lost is measured anew. How findings were judged is the ledger's alone.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Row, params};

use super::error::StoreError;
use super::schema::noise::{self, FORMAT};
use super::sqlite::{self, told};
use crate::model::commit_id::CommitId;
use crate::model::noise::{Base, By, Calibration, Fires, Rate, RuleNoise, Witness};
use crate::model::rule::RuleId;
use crate::model::time::Timestamp;

/// What nobody asked for in so many seconds is forgotten; rates are kept.
const KEPT: i64 = 90 * 86_400;

const COLUMNS: &str = "repository, rule, digest, at, agent_commits, agent_added, agent_findings, agent_fired, agent_hard, \
                       other_commits, other_added, other_findings, other_fired, other_hard";

/// The memory of calibrations.
#[derive(Debug)]
pub struct NoiseStore {
    connection: Connection,
    path: PathBuf,
}

impl NoiseStore {
    /// Opens the file at `path`, making it and its folder when missing.
    ///
    /// # Errors
    /// When it belongs to somebody else, is damaged, newer, locked or cannot be written.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { connection: sqlite::open(path, FORMAT)?, path: path.to_owned() })
    }

    /// What is known of the commits of `repository` under the rules of this digest, by commit; what is long unused is forgotten.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn witnesses(&self, repository: &str, rules: &str, now: Timestamp) -> Result<HashMap<CommitId, Witness>, StoreError> {
        let read = || -> rusqlite::Result<Vec<(String, String)>> {
            self.connection.execute("DELETE FROM witnesses WHERE used < ?1", [now.0.saturating_sub(KEPT)])?;
            let used = "UPDATE witnesses SET used = ?3 WHERE repository = ?1 AND rules = ?2 AND used < ?3 - 86400";
            self.connection.execute(used, params![repository, rules, now.0])?;
            let mut statement = self.connection.prepare("SELECT id, body FROM witnesses WHERE repository = ?1 AND rules = ?2")?;
            let rows = statement.query_map([repository, rules], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        };
        let rows = read().map_err(|e| told(&self.path, &e))?;
        let known = rows.into_iter().filter_map(|(id, body)| {
            let id = CommitId::parse(&id)?;
            Some((id.clone(), noise::read(id, &body)?))
        });
        Ok(known.collect())
    }

    /// Keeps what the rules of this digest saw in one commit.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep_witness(&self, repository: &str, rules: &str, now: Timestamp, witness: &Witness) -> Result<(), StoreError> {
        let body = noise::write(witness).map_err(|why| StoreError::Damaged { path: self.path.clone(), why })?;
        let sql = "INSERT OR REPLACE INTO witnesses (repository, rules, id, used, body) VALUES (?1, ?2, ?3, ?4, ?5)";
        let done = self.connection.execute(sql, params![repository, rules, witness.commit.as_str(), now.0, body]);
        done.map(|_| ()).map_err(|e| told(&self.path, &e))
    }

    /// Keeps the rate of every rule of `calibration` in place of the one before; rules that it did not measure keep theirs.
    ///
    /// # Errors
    /// When the file cannot be written; then nothing was.
    pub fn keep_rates(&mut self, calibration: &Calibration) -> Result<(), StoreError> {
        let path = self.path.clone();
        let mut write = || -> rusqlite::Result<()> {
            let tx = self.connection.transaction()?;
            for noise in &calibration.rules {
                insert(&tx, calibration, noise)?;
            }
            tx.commit()
        };
        write().map_err(|e| told(&path, &e))
    }

    /// Every rate, by repository and rule.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn rates(&self) -> Result<BTreeMap<String, BTreeMap<RuleId, Rate>>, StoreError> {
        let read = || -> rusqlite::Result<Vec<(String, RuleId, Rate)>> {
            let mut statement = self.connection.prepare(&format!("SELECT {COLUMNS} FROM rates"))?;
            let rows = statement.query_map([], rate)?;
            rows.collect()
        };
        let mut rates: BTreeMap<String, BTreeMap<RuleId, Rate>> = BTreeMap::new();
        for (repository, rule, rate) in read().map_err(|e| told(&self.path, &e))? {
            rates.entry(repository).or_default().insert(rule, rate);
        }
        Ok(rates)
    }
}

fn insert(connection: &Connection, calibration: &Calibration, noise: &RuleNoise) -> rusqlite::Result<()> {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let (base, fires) = (&calibration.base, &noise.fires);
    let marks = (1..=14).map(|at| format!("?{at}")).collect::<Vec<_>>().join(", ");
    connection.execute(
        &format!("INSERT OR REPLACE INTO rates ({COLUMNS}) VALUES ({marks})"),
        params![
            calibration.repository,
            noise.of.rule.0,
            noise.of.digest,
            calibration.at.0,
            number(base.agents.commits),
            number(base.agents.added),
            number(fires.agents.findings),
            number(fires.agents.commits),
            number(fires.agents.hard),
            number(base.others.commits),
            number(base.others.added),
            number(fires.others.findings),
            number(fires.others.commits),
            number(fires.others.hard),
        ],
    )?;
    Ok(())
}

fn rate(row: &Row<'_>) -> rusqlite::Result<(String, RuleId, Rate)> {
    let number = |at: usize| -> rusqlite::Result<u64> { Ok(u64::try_from(row.get::<_, i64>(at)?).unwrap_or(0)) };
    let side = |at: usize| -> rusqlite::Result<(Base, Fires)> {
        let fires = Fires { findings: number(at + 2)?, commits: number(at + 3)?, hard: number(at + 4)? };
        Ok((Base { commits: number(at)?, added: number(at + 1)?, hard: 0 }, fires))
    };
    let ((agents, by_agents), (others, by_others)) = (side(4)?, side(9)?);
    let base = By { agents, others };
    let fires = By { agents: by_agents, others: by_others };
    let rule = RuleId::named(&row.get::<_, String>(1)?);
    Ok((row.get(0)?, rule, Rate { digest: row.get(2)?, at: Timestamp(row.get(3)?), base, fires }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::Where;
    use crate::model::firing::Firing;
    use crate::model::noise::{Hit, Measured};
    use crate::model::rule::Severity;

    const RULE: RuleId = RuleId("a");
    const DAY: i64 = 86_400;

    fn store() -> (tempfile::TempDir, NoiseStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = NoiseStore::open(&folder.path().join("noise.db")).unwrap();
        (folder, store)
    }

    fn witness(digit: &str) -> Witness {
        let commit = CommitId::parse(&digit.repeat(40)).unwrap();
        let hit = Hit { rule: RULE, severity: Severity::High, at: "a.py:1".to_owned(), path: Some("a.py".to_owned()), line: Some(1) };
        let place = Where::Commit(commit.clone());
        let firing = Firing { at: Timestamp(7), rule: "r".to_owned(), place, shows: "x".to_owned(), values: BTreeMap::new() };
        Witness { commit, agent: true, added: 3, hits: vec![hit], firings: vec![firing] }
    }

    fn calibration(rules: &[(RuleId, u64)], at: i64) -> Calibration {
        let one = |(rule, commits): &(RuleId, u64)| RuleNoise {
            of: Measured { rule: *rule, digest: "d".to_owned(), severity: Severity::High, annotated: false },
            fires: By { agents: Fires { commits: *commits, findings: *commits, hard: 0 }, ..By::default() },
            worst: None,
        };
        let (rules, base) = (rules.iter().map(one).collect(), By::default());
        let (repository, at) = ("here".to_owned(), Timestamp(at));
        Calibration {
            repository,
            range: String::new(),
            at,
            rules_digest: String::new(),
            base,
            rules,
            witnesses: Vec::new(),
            unread: Vec::new(),
            left: 0,
        }
    }

    #[test]
    fn what_one_commit_showed_is_known_again_under_the_same_rules_alone() {
        let (_folder, store) = store();
        store.keep_witness("here", "rules", Timestamp(DAY), &witness("1")).unwrap();
        let known = |repository: &str, rules: &str| store.witnesses(repository, rules, Timestamp(DAY)).unwrap();
        assert_eq!(known("here", "rules").into_values().collect::<Vec<_>>(), [witness("1")]);
        assert!(known("here", "others").is_empty() && known("there", "rules").is_empty());
    }

    #[test]
    fn what_nobody_asked_for_in_a_season_is_forgotten_and_what_somebody_did_is_not() {
        let (_folder, store) = store();
        store.keep_witness("here", "rules", Timestamp(0), &witness("1")).unwrap();
        let known = |day: i64| store.witnesses("here", "rules", Timestamp(day * DAY)).unwrap().len();
        assert_eq!([known(80), known(160), known(251)], [1, 1, 0], "80 days after the last time it is there, 91 days after it is gone");
    }

    #[test]
    fn a_row_that_makes_no_sense_is_measured_anew() {
        let (_folder, store) = store();
        store.keep_witness("here", "rules", Timestamp(0), &witness("1")).unwrap();
        store.connection.execute("UPDATE witnesses SET body = '{\"agent\": 7}'", []).unwrap();
        assert!(store.witnesses("here", "rules", Timestamp(0)).unwrap().is_empty());
    }

    #[test]
    fn a_rate_takes_the_place_of_the_one_before_and_rules_that_were_not_measured_keep_theirs() {
        let (_folder, mut store) = store();
        store.keep_rates(&calibration(&[(RULE, 1), (RuleId("b"), 5)], 10)).unwrap();
        store.keep_rates(&calibration(&[(RULE, 2)], 20)).unwrap();
        let rates = store.rates().unwrap();
        let told = |rule: RuleId| rates.get("here").and_then(|rates| rates.get(&rule)).map(|rate| (rate.fires.agents.commits, rate.at.0));
        assert_eq!([told(RULE), told(RuleId("b"))], [Some((2, 20)), Some((5, 10))]);
    }
}
