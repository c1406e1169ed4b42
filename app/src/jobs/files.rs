//! What the product knows of a file by its name, and which files a job has.

use super::api::FileView;

/// Endings of files that are text and worth reading in the page.
const READABLE: [&str; 12] = ["inp", "inc", "sta", "msg", "dat", "log", "cvg", "com", "f", "for", "txt", "out"];

/// Whether the file is text.
pub fn is_readable(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| READABLE.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// All files of a job, those sent first, with whether each is as it was sent. A result of the same name as an input
/// is that input as the run left it: only the result is told, unless nothing of it is here.
pub fn of_job<'a>(
    inputs: &'a [FileView],
    results: &'a [FileView],
) -> impl Iterator<Item = (bool, &'a FileView)> + use<'a> {
    let changed = |input: &FileView| results.iter().any(|result| result.name == input.name && result.is_here());
    let inputs = inputs.iter().filter(move |input| !changed(input)).map(|file| (true, file));
    inputs.chain(results.iter().map(|file| (false, file)))
}

#[cfg(test)]
mod tests {
    use super::{is_readable, of_job};
    use crate::jobs::api::FileView;

    #[test]
    fn a_changed_input_is_the_result() {
        let file = |name: &str, size: u64| FileView {
            name: name.to_owned(),
            size,
            complete: size > 0,
            readable: true,
            error: (size == 0).then(|| "lost".to_owned()),
            upload: None,
        };
        let inputs = [file("beam.inp", 10), file("steel.inc", 20), file("mesh.inc", 30)];
        let results = [file("beam.dat", 5), file("mesh.inc", 0), file("steel.inc", 21)];
        let all: Vec<_> = of_job(&inputs, &results).map(|(sent, file)| (sent, file.name.as_str(), file.size)).collect();
        let expected = [
            (true, "beam.inp", 10),
            (true, "mesh.inc", 30),
            (false, "beam.dat", 5),
            (false, "mesh.inc", 0),
            (false, "steel.inc", 21),
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn text_is_told_by_its_ending() {
        assert!(is_readable("beam.STA") && is_readable("console.log") && is_readable("材料.inc"));
        assert!(!is_readable("beam.odb") && !is_readable("beam") && !is_readable("beam.frd"));
    }
}
