//! Which of the files a person dropped are decks, which are read by a deck, and which can be nothing of the sort.
//! Pure, so that page and worker agree.

use domain::{FileName, NameError};

/// Why a file is not taken at all; said before a byte of it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// An archive that the server does not unpack.
    Archive,
    /// A result or model file of some program, by its ending.
    NotInput,
    /// Larger than the server takes.
    TooLarge {
        /// Largest taken, bytes.
        limit: u64,
    },
    /// Not one byte.
    Empty,
    /// Its name cannot be a file's name on a node.
    Name(NameError),
}

/// How a file answers to a name in a deck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// The same letters.
    Exact,
    /// Other capitals: found on Windows, not on Linux, so it is sent under the deck's spelling.
    OtherCase,
}

/// `a.b.INP` is named like a deck.
pub fn is_deck_name(name: &str) -> bool {
    ending(name).eq_ignore_ascii_case("inp")
}

/// Whether a file is named like one with user subroutines: Fortran text, or what a compiler made of it.
pub fn is_subroutine_name(name: &str) -> bool {
    ["f", "for", "f90", "obj", "o"].iter().any(|one| ending(name).eq_ignore_ascii_case(one))
}

fn ending(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// Whether a file is named like an archive that the server unpacks.
pub fn is_zip_name(name: &str) -> bool {
    ending(name).eq_ignore_ascii_case("zip")
}

/// Whether a file is named like an archive of any kind.
pub fn is_archive_name(name: &str) -> bool {
    ["zip", "gz", "tgz", "7z", "rar", "lzh"].iter().any(|one| ending(name).eq_ignore_ascii_case(one))
}

/// Whether a file is named like a result or model of some program.
pub fn is_no_input_name(name: &str) -> bool {
    const NOT_INPUT: [&str; 17] = [
        "odb", "cae", "jnl", "sim", "prt", "stt", "mdl", "sta", "msg", "com", "log", "lck", "exe", "dll", "pdf", "png",
        "part",
    ];
    NOT_INPUT.iter().any(|one| ending(name).eq_ignore_ascii_case(one))
}

/// What speaks against a file before anybody looks into it.
pub fn refusal(name: &str, size: u64, limit: u64) -> Option<Refusal> {
    if is_archive_name(name) && !is_zip_name(name) {
        Some(Refusal::Archive)
    } else if is_no_input_name(name) {
        Some(Refusal::NotInput)
    } else if let Err(error) = FileName::parse_new(name) {
        Some(Refusal::Name(error))
    } else if size == 0 {
        Some(Refusal::Empty)
    } else {
        (size > limit).then_some(Refusal::TooLarge { limit })
    }
}

/// A deck's spelling of a file in the run's own folder: `.\mesh.inc` is `mesh.inc`.
fn plain(name: &str) -> &str {
    let mut name = name.trim();
    while let Some(rest) = name.strip_prefix("./").or_else(|| name.strip_prefix(".\\")) {
        name = rest;
    }
    name
}

/// The file that a deck means by `wanted`. Like Abaqus it also looks for `wanted.inp` where the name has no ending.
pub fn find<'a>(wanted: &str, here: impl Iterator<Item = &'a str> + Clone) -> Option<(usize, Match)> {
    let wanted = plain(wanted);
    let with_ending = || (!wanted.contains('.')).then(|| format!("{wanted}.inp"));
    named(wanted, here.clone()).or_else(|| named(&with_ending()?, here))
}

/// The file of this name: of the same letters, or else of other capitals.
pub fn named<'a>(name: &str, mut here: impl Iterator<Item = &'a str> + Clone) -> Option<(usize, Match)> {
    let folded = name.to_lowercase();
    let exact = here.clone().position(|one| one == name).map(|at| (at, Match::Exact));
    exact.or_else(|| here.position(|one| one.to_lowercase() == folded).map(|at| (at, Match::OtherCase)))
}

/// The name under which a file is to be sent so that the solver finds it as `wanted`. `None` where the deck names a
/// folder: a run has only one.
pub fn sent_name(wanted: &str, file: &str) -> Option<String> {
    let wanted = plain(wanted);
    let wanted = if wanted.contains('.') || !is_deck_name(file) { wanted.to_owned() } else { format!("{wanted}.inp") };
    FileName::parse(&wanted).ok().map(|name| name.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deck_finds_its_files() {
        let here = ["beam.inp", "Mesh.INC", "loads.inp"];
        let find = |wanted| find(wanted, here.into_iter());
        assert_eq!(find("Mesh.INC"), Some((1, Match::Exact)));
        assert_eq!(find(".\\mesh.inc"), Some((1, Match::OtherCase)));
        assert_eq!(find("loads"), Some((2, Match::Exact)));
        assert_eq!(find("sub/Mesh.INC"), None);
        assert_eq!(find("other.inc"), None);
        // the reader completes names itself, and says where it had to
        assert_eq!(named("loads", here.into_iter()), None);
        assert_eq!(named("LOADS.inp", here.into_iter()), Some((2, Match::OtherCase)));
    }

    #[test]
    fn files_are_sent_as_the_deck_spells_them() {
        assert_eq!(sent_name("./MESH.inc", "mesh.inc").as_deref(), Some("MESH.inc"));
        assert_eq!(sent_name("LOADS", "loads.inp").as_deref(), Some("LOADS.inp"));
        assert_eq!(sent_name("sub/mesh.inc", "mesh.inc"), None);
    }

    #[test]
    fn what_can_be_no_input_is_refused_with_its_reason() {
        let limit = 100;
        assert_eq!(refusal("beam.inp", 100, limit), None);
        assert_eq!(refusal("beam.inp", 101, limit), Some(Refusal::TooLarge { limit }));
        assert_eq!(refusal("beam.inp", 0, limit), Some(Refusal::Empty));
        assert_eq!(refusal("all.ZIP", 5, limit), None);
        assert_eq!(refusal("all.zip", 101, limit), Some(Refusal::TooLarge { limit }));
        assert_eq!(refusal("all.7z", 5, limit), Some(Refusal::Archive));
        assert_eq!(refusal("beam.odb", 5, limit), Some(Refusal::NotInput));
        assert_eq!(refusal("a;b.inp", 5, limit), Some(Refusal::Name(NameError::BadCharacter)));
        assert_eq!(refusal("材料 データ.inc", 5, limit), None);
    }
}
