//! How the solver converges: the size of its increments, the residual of its iterations, and both as a table.

mod increments;
mod panel;
mod residuals;
mod table;
mod words;

pub use panel::ConvergencePanel;
