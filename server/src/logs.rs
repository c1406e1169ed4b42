//! Human lines on the console, at the level asked for.

use tracing_subscriber::EnvFilter;

/// Starts logging. `level` is a word or a tracing filter; what cannot be read becomes `info`.
/// The libraries below speak from `warn` on unless the filter names them.
pub fn start(level: &str) {
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    let filter = ["russh=warn", "russh_sftp=warn", "sqlx=warn", "sea_orm=warn", "hyper=warn", "tower_http=warn"]
        .iter()
        .filter_map(|directive| directive.parse().ok())
        .fold(filter, EnvFilter::add_directive);
    // a second start in one process (tests) keeps the first
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_target(false).try_init();
}
