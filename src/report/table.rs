//! Tables for spreadsheets (RFC 4180).

use csv::{Terminator, WriterBuilder};

/// A table that is filled row by row.
pub struct Table(csv::Writer<Vec<u8>>);

impl Table {
    /// A table with that head.
    pub fn new(head: &[&str]) -> Self {
        let mut table = Self(WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new()));
        table.row(head);
        table
    }

    /// Adds a row. It has as many cells as the head.
    pub fn row(&mut self, cells: &[&str]) {
        self.0.write_record(cells).expect("memory takes what it is given, and rows are as long as the head");
    }

    /// The file.
    pub fn finish(self) -> String {
        let bytes = self.0.into_inner().expect("memory takes what it is given");
        String::from_utf8(bytes).expect("cells are text")
    }
}

/// A text of a person as a cell that no spreadsheet takes for a formula: one that begins as formulas do gets an apostrophe before it (OWASP,
/// "CSV Injection").
pub fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_as_a_formula_is_none() {
        for (text, cell) in
            [("checkout", "checkout"), ("=1+1", "'=1+1"), ("-5", "'-5"), ("@x", "'@x"), ("＝1", "'＝1"), ("", "")]
        {
            assert_eq!(harmless(text), cell);
        }
    }

    #[test]
    fn cells_with_commas_quotes_and_lines_stay_one() {
        let mut table = Table::new(&["name", "n"]);
        table.row(&["a \"b\", c\nd", "1"]);
        assert_eq!(table.finish(), "name,n\r\n\"a \"\"b\"\", c\nd\",1\r\n");
    }
}
