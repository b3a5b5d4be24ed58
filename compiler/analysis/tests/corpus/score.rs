//! The tables of `tests/corpus/README.md`.

use std::path::PathBuf;

use crate::program::{repository, text};

/// How many changes there were and how many were refused.
#[derive(Clone, Copy, Debug, Default)]
pub struct Share {
    /// All of them.
    pub all: usize,
    /// Those about which something is said.
    pub refused: usize,
    /// Those about which something is said at the changed line.
    pub here: usize,
    /// Those about which something is said that has a place on the changed line, its own or that of a label.
    pub shown: usize,
}

impl Share {
    /// Of a hundred, how many are refused.
    pub fn percent(&self) -> f64 {
        100.0 * self.refused as f64 / self.all.max(1) as f64
    }

    /// Of a hundred, of how many a place on the changed line is shown.
    pub fn percent_shown(&self) -> f64 {
        100.0 * self.shown as f64 / self.all.max(1) as f64
    }

    /// As a row of the README.
    pub fn row(&self, class: &str) -> String {
        let Share { all, refused, here, shown } = self;
        format!("| {class} | {all} | {refused} | {here} | {shown} | {:.1}% |", self.percent())
    }

    /// From a row of the README, with the class.
    pub fn of_row(row: &str) -> (String, Share) {
        let cells: Vec<&str> = row.split('|').map(str::trim).filter(|cell| !cell.is_empty()).collect();
        let number = |place: usize| cells[place].parse().unwrap_or_else(|_| panic!("no number in `{row}`"));
        (cells[0].to_owned(), Share { all: number(1), refused: number(2), here: number(3), shown: number(4) })
    }
}

fn readme() -> PathBuf {
    repository().join("tests/corpus/README.md")
}

/// The rows of the table behind `<!-- name -->`.
pub fn readme_table(name: &str) -> Vec<String> {
    let readme = text(&readme());
    let (start, end) = table(&readme, name);
    readme[start..end].lines().map(str::to_owned).collect()
}

/// Writes the rows into the README, where that is asked for.
pub fn bless(name: &str, rows: &[String]) {
    if std::env::var_os("GML_BLESS").is_none() {
        return;
    }
    // The tests of this file run at once.
    static ONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one = ONE.lock().unwrap();
    let readme_text = text(&readme());
    let (start, end) = table(&readme_text, name);
    let rows: String = rows.iter().map(|row| format!("{row}\n")).collect();
    std::fs::write(readme(), format!("{}{rows}{}", &readme_text[..start], &readme_text[end..])).unwrap();
}

/// Where the rows are, without the two lines of the heading.
fn table(readme: &str, name: &str) -> (usize, usize) {
    let mark = format!("<!-- {name} -->\n");
    let start = readme.find(&mark).unwrap_or_else(|| panic!("the README has no {mark}")) + mark.len();
    let heading: usize = readme[start..].split_inclusive('\n').take(2).map(str::len).sum();
    let start = start + heading;
    let rows: usize =
        readme[start..].split_inclusive('\n').take_while(|line| line.starts_with('|')).map(str::len).sum();
    (start, start + rows)
}
