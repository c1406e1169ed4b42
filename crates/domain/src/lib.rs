//! What a job, a node and a licence are, and the rules they live by.
//!
//! Pure: no I/O, no async, no clock. `now` is always an argument, so that every rule can be
//! tested, replayed and simulated. Compiles to WASM, so that the browser and the server share one truth.

pub mod access;
pub mod account;
pub mod audit;
pub mod cleanup;
pub mod doctor;
pub mod event;
pub mod fault;
pub mod files;
pub mod health;
pub mod ids;
pub mod job;
pub mod license;
pub mod lifecycle;
pub mod log;
pub mod name;
pub mod node;
pub mod options;
pub mod plan;
pub mod progress;
pub mod reservation;
pub mod resources;
pub mod settings;
pub mod status;
pub mod time;
pub mod user;
pub mod verdict;

pub use access::{Act, Scope};
pub use account::{Account, ApiToken, Profile, Session, Standing};
pub use audit::{AuditEntry, AuditPlace, AuditQuery};
pub use event::Event;
pub use fault::{Fault, Message};
pub use ids::{JobId, RunToken, UploadId};
pub use job::{Actor, JobSummary, NodeWish, Priority, Solver};
pub use license::{LicenseAsking, LicenseHolder, LicenseReport, LicenseStanding};
pub use name::{AccountName, FileName, HostName, JobName, NameError, NodeId, SolverCommand, UserId, WorkFolder};
pub use node::{Node, NodeAnswer, NodeConfig, NodeDraft, NodeJob, NodeRefusal, NodeState, NodeSummary, NodeUse};
pub use options::RunOptions;
pub use progress::{Progress, StepShape, Trouble, TroubleKind};
pub use reservation::{NewReservation, Reservation, ReservationId, ReservationProblem, ReservedCores};
pub use resources::{Cores, TokenRule, Tokens};
pub use settings::Settings;
pub use status::JobStatus;
pub use time::{Seconds, Timestamp};
pub use user::{Origin, Role, User};
pub use verdict::{Cause, Evidence, ExitStatus, Remark, Verdict};
