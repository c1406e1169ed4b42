//! The small program put on a node: probe, launch, poll, stop, wrap; JSON in and out.
