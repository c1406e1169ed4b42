//! Names of files that server, node and pages must agree on.

/// What the solver's program writes on stdout and stderr, in the run's folder and among a job's results.
pub const CONSOLE: &str = "console.log";

/// Ending of a result that is not whole yet; without it a name stands for a file that is whole and checked.
pub const PART: &str = ".part";

/// Abaqus' settings file in a run's folder. It is a Python program, so it is ours alone, never a person's.
pub const ABAQUS_ENV: &str = "abaqus_v6.env";

/// Whether `short` may be the second, short name (`BEAM_L~1.INP`) that Windows gives a file called `long`: what is written
/// under one is then read under the other. Capitals make no difference.
///
/// A short name is the first six letters, or two and four of a checksum, then `~` and a number; of the ending three letters.
pub fn may_be_short_for(short: &str, long: &str) -> bool {
    // as nearly all names: a job may have many
    if !short.contains('~') {
        return false;
    }
    let letter = |c| if matches!(c, '+' | ',' | '=' | '[' | ']') { '_' } else { c };
    let plain =
        |text: &str| text.chars().filter(|c| !matches!(c, ' ' | '.')).map(letter).collect::<String>().to_lowercase();
    let parts = |name: &str| {
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
        (plain(stem), plain(ending).chars().take(3).collect::<String>())
    };
    let ((short_stem, short_ending), (stem, ending)) = (parts(short), parts(long));
    let Some((head, number)) = short_stem.rsplit_once('~') else { return false };
    // a name that is short itself has no other
    let is_long = long.contains(' ')
        // eight bytes in the code page of a Japanese Windows are four letters
        || !long.is_ascii()
        || long.matches('.').count() > 1
        || stem.chars().count() > 8
        || long.rsplit_once('.').is_some_and(|(_, ending)| ending.chars().count() > 3)
        || long.chars().map(letter).ne(long.chars());
    let is_short = is_long
        && short_stem.chars().count() <= 8
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_checksum = || {
        let (first, sum): (String, String) = (head.chars().take(2).collect(), head.chars().skip(2).collect());
        sum.len() == 4 && sum.bytes().all(|byte| byte.is_ascii_hexdigit()) && stem.starts_with(&first)
    };
    is_short && short_ending == ending && !head.is_empty() && (stem.starts_with(head) || is_checksum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_of_windows_are_known() {
        for (short, long) in [
            ("BEAM_L~1.INP", "beam_large.inp"),
            ("beam_~12.inp", "beam_large.inp"),
            ("BE4F2A~1.INP", "beam_large.inp"),
            ("SHELLM~1.INC", "shell model.include"),
            ("shellm~3", "shell model"),
            ("mesh_f~1.inc", "mesh,fine_a.inc"),
            ("mesh~1.inp", "mesh.input"),
            ("有限要~1.inp", "有限要素法.inp"),
        ] {
            assert!(may_be_short_for(short, long), "{short} {long}");
        }
        for (short, long) in [
            ("beam.inp", "beam_large.inp"),
            ("BEAM_L~1.INC", "beam_large.inp"),
            ("mesh~1.inp", "beam_large.inp"),
            ("beam_l~.inp", "beam_large.inp"),
            ("~1.inp", "beam.inp"),
            ("mesh~1.inc", "mesh.inc"),
            // longer than short names are
            ("beam_l~12.inp", "beam_large.inp"),
            ("beam_l~1.inp", "BEAM_L~1.inp"),
        ] {
            assert!(!may_be_short_for(short, long), "{short} {long}");
        }
    }
}
