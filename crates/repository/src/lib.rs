//! The only code that names sea-orm: one writer, many readers, an Event after each commit.
