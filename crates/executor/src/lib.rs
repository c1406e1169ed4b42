//! The only code that names russh: connection, host key, transfer, and the verbs probe, launch, poll, stop, collect.
