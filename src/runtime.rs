//! The hands: terminal, clock, jobs and the one event loop. The only place that spawns.
