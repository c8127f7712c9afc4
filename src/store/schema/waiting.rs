//! A decision that waits for the network as stored: what was decided, where, and what goes along.

use serde::{Deserialize, Serialize};

use super::decision::{self, DecisionShape};
use crate::model::decision::Decision;
use crate::model::forge_step::MergeMethod;
use crate::model::review::{DraftComment, Unsent};
use crate::store::schema::remark::RemarkShape;

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Shape {
    v: u32,
    place: String,
    decision: DecisionShape,
    merge: bool,
    method: Option<String>,
    remarks: Vec<RemarkShape>,
    #[serde(default)]
    among: usize,
}

/// What waits, besides its case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Where it was decided: a folder, or nothing where its pulls say it themselves.
    pub place: String,
    /// What was decided.
    pub decision: Decision,
    /// For approve: also merge.
    pub merge: bool,
    /// How.
    pub method: Option<MergeMethod>,
    /// Remarks that go along.
    pub comments: Vec<DraftComment>,
    /// How many changes were named at once with it, itself included.
    pub among: usize,
}

/// `held` as stored.
pub(crate) fn write(held: &Held) -> Result<String, String> {
    let unsent = |remark: &DraftComment| Unsent { remark: remark.clone(), quoted: Vec::new() };
    let shape = Shape {
        v: VERSION,
        place: held.place.clone(),
        decision: decision::write(&held.decision),
        merge: held.merge,
        method: held.method.map(|method| method.word().to_owned()),
        among: held.among,
        remarks: held.comments.iter().map(|remark| RemarkShape::from(&unsent(remark))).collect(),
    };
    serde_json::to_string(&shape).map_err(|e| e.to_string())
}

/// What waits in a stored text, or what is wrong with the text.
pub(crate) fn read(text: &str) -> Result<Held, String> {
    let shape: Shape = serde_json::from_str(text).map_err(|e| e.to_string())?;
    if shape.v != VERSION {
        return Err(format!("format {} is not known here", shape.v));
    }
    let method = |word: String| MergeMethod::parse(&word).ok_or_else(|| format!("unknown way to merge {word:?}"));
    Ok(Held {
        place: shape.place,
        decision: decision::read(shape.decision)?,
        merge: shape.merge,
        among: shape.among,
        method: shape.method.map(method).transpose()?,
        comments: shape.remarks.into_iter().map(|remark| Ok(remark.read()?.remark)).collect::<Result<_, String>>()?,
    })
}
