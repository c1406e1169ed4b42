//! Files that spreadsheets open: written so that every cell stays a text and none is taken for a formula.

/// A spreadsheet takes a cell that begins so for a formula; the apostrophe is what says that it is none.
const SIGNS: [char; 10] = ['=', '+', '-', '@', '\'', '＝', '＋', '－', '＠', '|'];

fn is_risky(cell: &str) -> bool {
    cell.starts_with(['\t', '\r', '\n']) || cell.trim_start().starts_with(SIGNS)
}

/// A cell that stays text in every spreadsheet.
pub fn harmless(cell: &str) -> String {
    if is_risky(cell) { format!("'{cell}") } else { cell.to_owned() }
}

/// What a cell said before it was made harmless.
pub fn plain(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_risky(rest)).unwrap_or(cell)
}

fn quoted(cell: &str) -> String {
    let cell = harmless(cell);
    if cell.contains(['"', ',', '\r', '\n', '\t']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

/// A table that grows.
#[derive(Clone, Debug)]
pub struct Sheet(String);

impl Default for Sheet {
    /// With nothing in it. Excel knows UTF-8 by the mark at the beginning only.
    fn default() -> Sheet {
        Sheet(String::from('\u{feff}'))
    }
}

impl Sheet {
    /// Adds a row.
    pub fn row<T: AsRef<str>>(&mut self, cells: &[T]) {
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell.as_ref())).collect();
        self.0.push_str(&cells.join(","));
        self.0.push_str("\r\n");
    }

    /// The file.
    pub fn text(self) -> String {
        self.0
    }
}

/// The file as an address, for a link that downloads it.
pub fn address(text: &str) -> String {
    let mut address = String::from("data:text/csv;charset=utf-8,");
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+81", "-cmd|' /C calc'!A0", "@SUM(A1)", " =1", "\t=1", "＝1", "'=1"] {
            let written = harmless(cell);
            assert!(written.starts_with('\''), "{cell}");
            assert_eq!(plain(&written), cell);
        }
        assert_eq!((harmless("佐藤 花子"), plain("o'neil"), plain("'90s")), ("佐藤 花子".to_owned(), "o'neil", "'90s"));
    }

    #[test]
    fn commas_and_quotes_stay_in_their_cell() {
        let mut sheet = Sheet::default();
        sheet.row(&["a", "Sato, \"Hana\""]);
        sheet.row(&["b", "x\ny"]);
        assert_eq!(sheet.text(), "\u{feff}a,\"Sato, \"\"Hana\"\"\"\r\nb,\"x\ny\"\r\n");
        assert_eq!(address("あ,b"), "data:text/csv;charset=utf-8,%E3%81%82%2Cb");
    }
}
