//! How the solver converges: the size of its increments or, in a Riks step, its load
//! factor, the residual of its iterations, and both as a table.

mod increments;
mod load_factor;
mod panel;
mod residuals;
mod table;
mod words;

pub use panel::ConvergencePanel;
