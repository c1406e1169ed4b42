//! hydrate(), nothing else.
