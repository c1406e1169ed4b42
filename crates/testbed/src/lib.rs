//! Dev only: a throw-away sshd and what else tests and demos stand on.
