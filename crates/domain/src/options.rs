//! What a person may ask of Abaqus beside CPUs: a closed list of typed choices, so that no text of a person's ever becomes
//! part of a command line. CalculiX has none of them.

use crate::{Cores, FileName, JobId, JobName};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Most GPUs of one job.
pub const MOST_GPUS: u32 = 8;

/// Choices for one run of Abaqus. The default leaves each to the node's own installation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunOptions {
    /// `gpus=`: accelerators beside the CPUs, 0 to [`MOST_GPUS`]. Each counts as one more CPU for tokens.
    #[serde(skip_serializing_if = "is_zero")]
    pub gpus: u32,
    /// `memory=`: the most it may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
    /// `scratch=`: where its temporary files go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scratch: Option<Scratch>,
    /// `double=`: precision of Abaqus/Explicit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub double: Option<Double>,
    /// `mp_mode=`: how the CPUs work together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mp_mode: Option<MpMode>,
    /// `datacheck`: read and check the deck, solve nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub datacheck: bool,
    /// `user=`: the file, one of the job's, that holds user subroutines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<FileName>,
    /// `oldjob=`: the run that this one goes on from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldjob: Option<OldJob>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde hands it over so
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// The run a restart goes on from. Its files are among the job's own, so it may be deleted meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldJob {
    /// Its number.
    pub id: JobId,
    /// The stem of its files.
    pub name: JobName,
}

/// Why options cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// More than [`MOST_GPUS`].
    #[error("at most {MOST_GPUS} GPUs")]
    TooManyGpus,
    /// Abaqus refuses the two together.
    #[error("gpus cannot be combined with datacheck")]
    GpusWithDatacheck,
}

impl RunOptions {
    /// Whether Abaqus would take them.
    ///
    /// # Errors
    /// The first [`OptionsError`] that applies.
    pub fn check(&self) -> Result<(), OptionsError> {
        if self.gpus > MOST_GPUS {
            return Err(OptionsError::TooManyGpus);
        }
        if self.gpus > 0 && self.datacheck {
            return Err(OptionsError::GpusWithDatacheck);
        }
        Ok(())
    }

    /// What the licence counts: a GPU as one more core.
    pub fn licensed(&self, cores: Cores) -> Cores {
        Cores(cores.0.saturating_add(self.gpus))
    }
}

/// `90%` or `16gb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Memory {
    /// Of the machine's memory, 1 to 100.
    Percent(u32),
    /// 1 to 65,536.
    Gigabytes(u32),
}

/// Not an amount of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be like 90% or 16gb")]
pub struct NotMemory;

impl FromStr for Memory {
    type Err = NotMemory;

    fn from_str(text: &str) -> Result<Memory, NotMemory> {
        let text = text.trim().to_ascii_lowercase();
        let number = |digits: &str, most: u32| {
            let digits = digits.trim_end();
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<u32>().ok().filter(|number| plain && (1..=most).contains(number)).ok_or(NotMemory)
        };
        if let Some(digits) = text.strip_suffix('%') {
            return number(digits, 100).map(Memory::Percent);
        }
        match text.strip_suffix("gb") {
            Some(digits) => number(digits, 65_536).map(Memory::Gigabytes),
            None => Err(NotMemory),
        }
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Memory::Percent(number) => write!(f, "{number}%"),
            Memory::Gigabytes(number) => write!(f, "{number}gb"),
        }
    }
}

impl From<Memory> for String {
    fn from(memory: Memory) -> String {
        memory.to_string()
    }
}

impl TryFrom<String> for Memory {
    type Error = NotMemory;

    fn try_from(text: String) -> Result<Memory, NotMemory> {
        text.parse()
    }
}

macro_rules! word_choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$one:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$one])* $variant),+ }

        impl $name {
            /// All of them.
            pub const ALL: &[$name] = &[$($name::$variant),+];

            /// The word of the form, the API and the table.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// The word read back.
            pub fn from_word(word: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }
    };
}

word_choice! {
    /// Where temporary files go.
    Scratch {
        /// The run's own folder, which is removed with it.
        RunFolder = "run_folder",
    }
}

word_choice! {
    /// Which parts of Abaqus/Explicit compute in double precision.
    Double {
        /// Packager and analysis.
        Both = "both",
        /// The analysis alone.
        Explicit = "explicit",
        /// Constraint packager and analysis.
        Constraint = "constraint",
        /// None.
        Off = "off",
    }
}

word_choice! {
    /// How the CPUs of a run work together.
    MpMode {
        /// Processes that send messages.
        Mpi = "mpi",
        /// Threads of one process.
        Threads = "threads",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn memory_is_a_share_or_gigabytes_and_nothing_else() {
        let read = |text: &str| text.parse::<Memory>();
        assert_eq!(read(" 90 % "), Ok(Memory::Percent(90)));
        assert_eq!(read("16GB"), Ok(Memory::Gigabytes(16)));
        for wrong in ["", "%", "gb", "0%", "101%", "+5%", "16", "16gb; rm", "1e3gb", "99999999999gb", "９０%", "-1gb"]
        {
            assert_eq!(read(wrong), Err(NotMemory), "{wrong:?}");
        }
    }

    #[test]
    fn stored_options_are_only_what_was_chosen_and_read_back() {
        assert_eq!(serde_json::to_string(&RunOptions::default()).unwrap(), "{}");
        let options = RunOptions {
            gpus: 1,
            memory: Some(Memory::Percent(80)),
            scratch: Some(Scratch::RunFolder),
            double: Some(Double::Both),
            mp_mode: Some(MpMode::Threads),
            datacheck: false,
            user: Some(FileName::parse("umat.for").unwrap()),
            oldjob: Some(OldJob { id: JobId(3), name: JobName::parse("beam").unwrap() }),
        };
        let text = serde_json::to_string(&options).unwrap();
        assert_eq!(serde_json::from_str::<RunOptions>(&text).unwrap(), options);
        // no stored text can bring in what cannot be typed
        assert!(serde_json::from_str::<RunOptions>(r#"{"memory":"90%; true"}"#).is_err());
        assert!(serde_json::from_str::<RunOptions>(r#"{"user":"../x.f"}"#).is_err());
    }

    #[test]
    fn a_gpu_counts_as_a_core_and_refuses_a_datacheck() {
        let options = RunOptions { gpus: 1, ..RunOptions::default() };
        assert_eq!(options.licensed(Cores(6)), Cores(7));
        assert_eq!(options.check(), Ok(()));
        let both = RunOptions { datacheck: true, ..options };
        assert_eq!(both.check(), Err(OptionsError::GpusWithDatacheck));
        assert_eq!(RunOptions { gpus: 9, ..RunOptions::default() }.check(), Err(OptionsError::TooManyGpus));
    }
}
