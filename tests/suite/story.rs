//! Claims and silences of messages against what changes do.
