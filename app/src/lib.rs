//! Pages and the server functions beside them; compiled twice: ssr and hydrate.
