//! A report as text: one file for each format.
//!
//! Nothing here prints; outside text passes the sanitising door or the format's own escaping.
