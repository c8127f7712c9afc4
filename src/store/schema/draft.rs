//! An unsent review as stored: one JSON file for each pull and diff.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::finding::Fingerprint;
use crate::model::review::{DismissReason, Disposition, Review};
use crate::store::schema::remark::RemarkShape;

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Shape {
    v: u32,
    /// The pull, for people who open the file.
    pull: String,
    diff: String,
    viewed: Vec<String>,
    dispositions: BTreeMap<String, Judged>,
    #[serde(default)]
    remarks: Vec<RemarkShape>,
    notes: String,
}

/// How a finding was judged, as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "as", rename_all = "kebab-case")]
pub(crate) enum Judged {
    /// By one of the six words.
    FalsePositive { reason: String },
    /// With the reviewer's words.
    AcceptedRisk { reason: String },
    /// Fixed since.
    Fixed,
}

impl From<&Disposition> for Judged {
    fn from(disposition: &Disposition) -> Self {
        match disposition {
            Disposition::FalsePositive(reason) => Self::FalsePositive { reason: reason.word().to_owned() },
            Disposition::AcceptedRisk(reason) => Self::AcceptedRisk { reason: reason.clone() },
            Disposition::Fixed => Self::Fixed,
        }
    }
}

impl Judged {
    /// The disposition it stands for, or what is wrong with it.
    pub(crate) fn read(self) -> Result<Disposition, String> {
        Ok(match self {
            Self::FalsePositive { reason } => {
                Disposition::FalsePositive(DismissReason::parse(&reason).ok_or_else(|| format!("unknown reason {reason:?}"))?)
            }
            Self::AcceptedRisk { reason } => Disposition::AcceptedRisk(reason),
            Self::Fixed => Disposition::Fixed,
        })
    }
}

/// The stored text of `review` on the diff `diff` of `pull`.
pub(crate) fn write(pull: &str, diff: &str, review: &Review) -> Result<String, String> {
    let shape = Shape {
        v: VERSION,
        pull: pull.to_owned(),
        diff: diff.to_owned(),
        viewed: review.viewed.iter().cloned().collect(),
        dispositions: review.dispositions.iter().map(|(id, how)| (id.0.clone(), how.into())).collect(),
        remarks: review.remarks.iter().map(RemarkShape::from).collect(),
        notes: review.notes.clone(),
    };
    serde_json::to_string_pretty(&shape).map_err(|e| e.to_string())
}

/// The review in a stored text, or what is wrong with the text.
pub(crate) fn read(bytes: &[u8]) -> Result<Review, String> {
    let shape: Shape = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    if shape.v != VERSION {
        return Err(format!("format {} is not known here", shape.v));
    }
    let dispositions = shape.dispositions.into_iter().map(|(id, how)| Ok((Fingerprint(id), how.read()?)));
    Ok(Review {
        viewed: shape.viewed.into_iter().collect(),
        dispositions: dispositions.collect::<Result<_, String>>()?,
        remarks: shape.remarks.into_iter().map(RemarkShape::read).collect::<Result<_, String>>()?,
        notes: shape.notes,
    })
}
