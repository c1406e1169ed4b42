//! Tables for Excel: every cell is text, and stays text.

/// By this Excel knows UTF-8.
const MARK: char = '\u{feff}';

/// A table that grows.
pub struct Csv(String);

/// What a spreadsheet would take for a formula at the beginning of a cell. The last two are skipped before one.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

impl Csv {
    /// With these heads.
    pub fn new(heads: &[&str]) -> Csv {
        let mut csv = Csv(String::from(MARK));
        csv.row(heads);
        csv
    }

    /// Adds a row.
    pub fn row<T: AsRef<str>>(&mut self, cells: &[T]) {
        for (at, cell) in cells.iter().map(AsRef::as_ref).enumerate() {
            if at > 0 {
                self.0.push(',');
            }
            self.0.push('"');
            if is_formula(cell) {
                // shown, and never computed
                self.0.push('\'');
            }
            self.0.push_str(&cell.replace('"', "\"\""));
            self.0.push('"');
        }
        self.0.push_str("\r\n");
    }

    /// The whole.
    pub fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stay_cells_and_no_formula_is_computed() {
        let mut csv = Csv::new(&["誰", "何"]);
        csv.row(&["a,b", "say \"yes\"\nor no"]);
        csv.row(&["=1+1", "+1"]);
        csv.row(&["-1", "@SUM(A1)"]);
        csv.row(&["\t=1", "1=1"]);
        assert_eq!(
            csv.finish(),
            "\u{feff}\"誰\",\"何\"\r\n\"a,b\",\"say \"\"yes\"\"\nor no\"\r\n\"'=1+1\",\"'+1\"\r\n\"'-1\",\"'@SUM(A1)\"\r\n\
             \"'\t=1\",\"1=1\"\r\n"
        );
    }
}
