//! The words that cross floors: what a person asks, what the world reports, what shall be done. Closed enums, exhaustively matched.
//!
//! Nothing here acts; nothing here knows a floor above.
