//! A file of people as Japanese Excel, other programs and a paste from a sheet give it, read and checked.

use super::admin::MOST;
use super::now;
use crate::admin::people::api::{CheckedFile, CheckedRow, MOST_BYTES};
use crate::admin::people::draft::{Column, Draft, Flaw};
use crate::backend::{Asking, Backend, fault};
use crate::i18n::Locale;
use crate::sheet;
use crate::{AppError, ErrorCode};
use chrono::FixedOffset;
use domain::Timestamp;
use domain::name::narrow;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Why a file is no list of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Large,
    Letters,
    Empty,
    NoColumn(Column),
    TwoColumns(Column),
    TooMany,
}

#[derive(Debug, PartialEq)]
struct Row {
    line: u64,
    draft: Draft,
    /// It has more cells than there are headings.
    spills: bool,
}

#[derive(Debug, PartialEq)]
struct Sheet {
    rows: Vec<Row>,
    unused: Vec<String>,
}

/// UTF-8, with its mark or without; UTF-16 with its mark (Excel's "Unicode text"); else what Japanese Windows writes.
fn text(bytes: &[u8]) -> Option<Cow<'_, str>> {
    use encoding_rs::{Encoding, SHIFT_JIS, UTF_8};
    let (encoding, mark) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, mark),
        None if std::str::from_utf8(bytes).is_ok() => (UTF_8, 0),
        None => (SHIFT_JIS, 0),
    };
    encoding.decode_without_bom_handling_and_without_replacement(bytes.get(mark..)?)
}

/// The column of a heading, in the words of either language.
fn column(heading: &str) -> Option<Column> {
    let word: String = narrow(heading).to_lowercase().chars().filter(|c| !c.is_whitespace() && *c != '_').collect();
    match word.as_str() {
        "userid" | "id" | "ユーザーid" | "ユーザid" | "利用者id" | "サインイン名" => Some(Column::Id),
        "name" | "名前" | "氏名" => Some(Column::Name),
        "role" | "役割" | "権限" => Some(Column::Role),
        "maxrunningjobs" | "同時実行数" | "同時実行ジョブ数" | "ジョブ数の上限" | "ジョブの上限" => {
            Some(Column::Jobs)
        }
        "maxtokens" | "トークン" | "トークン数" | "トークン数の上限" | "トークンの上限" => {
            Some(Column::Tokens)
        }
        "expireson" | "期限" | "利用期限" | "有効期限" | "終了日" => Some(Column::Until),
        _ => None,
    }
}

fn read(bytes: &[u8]) -> Result<Sheet, Refusal> {
    if bytes.len() > MOST_BYTES {
        return Err(Refusal::Large);
    }
    // one end for all lines: the reader counts a line that ends in two letters when it comes to the second of them
    let text = text(bytes).ok_or(Refusal::Letters)?.replace("\r\n", "\n");
    let first = text.lines().find(|line| !line.trim().is_empty()).ok_or(Refusal::Empty)?;
    // cells copied from a sheet come with tabs between them
    let delimiter = if first.contains('\t') && !first.contains(',') { b'\t' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.trim_start().as_bytes());
    // lines before the headings, blank ones, were left out above
    let skipped = text.len() - text.trim_start().len();
    let above = text.get(..skipped).unwrap_or_default().matches('\n').count() as u64;
    let mut columns: Option<Vec<Option<Column>>> = None;
    let mut sheet = Sheet { rows: Vec::new(), unused: Vec::new() };
    for record in reader.records() {
        // the text is UTF-8 and rows may be of any length: nothing else can be wrong
        let record = record.map_err(|_| Refusal::Letters)?;
        let cells: Vec<&str> = record.iter().map(|cell| sheet::plain(cell).trim()).collect();
        if cells.iter().all(|cell| cell.is_empty()) {
            continue;
        }
        let Some(columns) = &columns else {
            columns = Some(headings(&cells, &mut sheet.unused)?);
            continue;
        };
        if sheet.rows.len() == MOST {
            return Err(Refusal::TooMany);
        }
        let line = record.position().map_or(0, csv::Position::line) + above;
        let mut row = Row { line, draft: Draft::default(), spills: false };
        for (at, cell) in cells.into_iter().enumerate() {
            match columns.get(at) {
                Some(Some(column)) => *row.draft.cell_mut(*column) = cell.to_owned(),
                Some(None) => {}
                None => row.spills |= !cell.is_empty(),
            }
        }
        sheet.rows.push(row);
    }
    if sheet.rows.is_empty() { Err(Refusal::Empty) } else { Ok(sheet) }
}

fn headings(cells: &[&str], unused: &mut Vec<String>) -> Result<Vec<Option<Column>>, Refusal> {
    let mut seen = HashSet::new();
    let mut columns = Vec::with_capacity(cells.len());
    for cell in cells {
        let column = column(cell);
        match column {
            Some(column) if !seen.insert(column.heading()) => return Err(Refusal::TwoColumns(column)),
            None if !cell.is_empty() => unused.push((*cell).to_owned()),
            _ => {}
        }
        columns.push(column);
    }
    for needed in [Column::Id, Column::Name] {
        if !seen.contains(needed.heading()) {
            return Err(Refusal::NoColumn(needed));
        }
    }
    Ok(columns)
}

/// Each row with what is wrong with it: by itself, beside the others, and beside the people that are known.
fn check(rows: Vec<Row>, taken: &HashSet<&str>, now: Timestamp, offset: FixedOffset) -> Vec<CheckedRow> {
    let mut lines: HashMap<String, u64> = HashMap::new();
    let checked = |Row { line, draft, spills }: Row| {
        let mut flaws = draft.person(now, offset).err().unwrap_or_default();
        if spills {
            flaws.push((Column::Id, Flaw::Spill));
        }
        if taken.contains(draft.id.as_str()) {
            flaws.push((Column::Id, Flaw::Taken));
        }
        let first = if draft.id.is_empty() { line } else { *lines.entry(draft.id.clone()).or_insert(line) };
        if first != line {
            flaws.push((Column::Id, Flaw::Twice { line: first }));
        }
        flaws.sort_by_key(|(column, _)| *column);
        CheckedRow { line, draft, flaws }
    };
    rows.into_iter().map(checked).collect()
}

fn refusal(locale: Locale, refusal: Refusal) -> AppError {
    let message = match refusal {
        Refusal::Large => locale.pick(
            "ファイルが大きすぎます。400 KB までです。".to_owned(),
            "The file is too large: 400 KB is the most.".to_owned(),
        ),
        Refusal::Letters => locale.pick(
            "文字コードを読み取れません。UTF-8 の CSV で保存してください。".to_owned(),
            "The file's encoding is unknown. Save it as CSV in UTF-8.".to_owned(),
        ),
        Refusal::Empty => locale.pick(
            "見出しの行と、その下に1人以上が必要です。".to_owned(),
            "A row of headings is needed, and at least one person below.".to_owned(),
        ),
        Refusal::NoColumn(column) => {
            let heading = column.heading();
            locale.pick(
                format!("見出しに {heading} の列がありません。最初の行を見出しにしてください。"),
                format!("There is no column {heading}. The first row has to be the headings."),
            )
        }
        Refusal::TwoColumns(column) => {
            let heading = column.heading();
            locale.pick(format!("{heading} の列が2つあります。"), format!("There are two columns {heading}."))
        }
        Refusal::TooMany => locale.pick(
            format!("一度に登録できるのは{MOST}人までです。ファイルを分けてください。"),
            format!("At most {MOST} people at once. Split the file."),
        ),
    };
    AppError::new(ErrorCode::ValidationError, message).about("file")
}

impl Backend {
    /// Reads and checks a file of people. Nothing is saved.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` about `file` where it is no list of people at all.
    pub async fn check_people_csv(&self, bytes: &[u8], asking: &Asking) -> Result<CheckedFile, AppError> {
        let locale = asking.locale;
        let Sheet { rows, unused } = read(bytes).map_err(|reason| refusal(locale, reason))?;
        let people = self.repository.people().await.map_err(|error| fault::repository(locale, error))?;
        let taken = people.iter().map(|person| person.account.user.id.as_str()).collect();
        let offset =
            FixedOffset::east_opt(crate::clock::server_offset_minutes() * 60).ok_or_else(|| fault::internal(locale))?;
        Ok(CheckedFile { rows: check(rows, &taken, now(), offset), unused })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_795_495_320);

    fn drafts(bytes: &[u8]) -> Vec<Draft> {
        read(bytes).unwrap().rows.into_iter().map(|row| row.draft).collect()
    }

    fn checked(text: &str) -> Vec<(u64, Vec<(Column, Flaw)>)> {
        let rows = check(
            read(text.as_bytes()).unwrap().rows,
            &HashSet::from(["ito"]),
            NOW,
            FixedOffset::east_opt(32_400).unwrap(),
        );
        rows.into_iter().map(|row| (row.line, row.flaws)).collect()
    }

    #[test]
    fn what_excel_writes_in_japan_is_read_whatever_its_encoding() {
        let text = "ユーザーID,氏名,役割,トークン数\r\nsato,佐藤 花子,学生,12\r\nsuzuki,鈴木 﨑,教員,\r\n";
        let (cp932, _, lossy) = encoding_rs::SHIFT_JIS.encode(text);
        assert!(!lossy);
        let plain = drafts(text.as_bytes());
        assert_eq!((plain[0].name.as_str(), plain[0].tokens.as_str()), ("佐藤 花子", "12"));
        assert_eq!((plain[1].name.as_str(), plain[1].role.as_str()), ("鈴木 﨑", "教員"));
        assert_eq!(drafts(&cp932), plain);
        assert_eq!(drafts(format!("\u{feff}{text}").as_bytes()), plain);
        let utf16: Vec<u8> =
            format!("\u{feff}{}", text.replace(',', "\t")).encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(drafts(&utf16), plain);
    }

    #[test]
    fn headings_stand_in_any_order_and_unknown_ones_are_named() {
        let sheet = read("\n学籍番号,Name,ＵＳＥＲ＿ＩＤ,max tokens\nB123,Sato,sato,8\n,,,\n".as_bytes()).unwrap();
        assert_eq!(sheet.unused, ["学籍番号"]);
        assert_eq!(sheet.rows.len(), 1);
        let row = &sheet.rows[0];
        assert_eq!((row.line, row.draft.id.as_str(), row.draft.tokens.as_str()), (3, "sato", "8"));
    }

    #[test]
    fn what_is_no_list_of_people_is_refused_as_a_whole() {
        let refused = |text: &str| read(text.as_bytes()).unwrap_err();
        assert_eq!(refused(" \n"), Refusal::Empty);
        assert_eq!(refused("user_id,name\n"), Refusal::Empty);
        assert_eq!(refused("user_id,role\nsato,student"), Refusal::NoColumn(Column::Name));
        assert_eq!(refused("sato,佐藤"), Refusal::NoColumn(Column::Id));
        assert_eq!(refused("user_id,name,氏名\nsato,a,b"), Refusal::TwoColumns(Column::Name));
        assert_eq!(refused(&format!("user_id,name\n{}", "a,b\n".repeat(MOST + 1))), Refusal::TooMany);
        assert_eq!(read(b"user_id,name\nsato,\xff\xff"), Err(Refusal::Letters));
        assert_eq!(read(&vec![b'a'; MOST_BYTES + 1]), Err(Refusal::Large));
    }

    #[test]
    fn each_row_says_what_is_wrong_with_it() {
        let text = "user_id,name,max_tokens\nsato,佐藤,12\nito,伊藤,\nSuzuki,,x\nsato,別の佐藤,1\nkato,Kato,8,9\n";
        assert_eq!(
            checked(text),
            [
                (2, vec![]),
                (3, vec![(Column::Id, Flaw::Taken)]),
                (
                    4,
                    vec![
                        (Column::Id, Flaw::BadId),
                        (Column::Name, Flaw::Name { most: 60 }),
                        (Column::Tokens, Flaw::Limit)
                    ]
                ),
                (5, vec![(Column::Id, Flaw::Twice { line: 2 })]),
                (6, vec![(Column::Id, Flaw::Spill)]),
            ]
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            rows in prop::collection::vec(("[a-z]{1,8}", ".{0,20}", "[=+@'|\", \t\n-]{0,4}[^\r]{0,10}"), 1..20)
        ) {
            let mut sheet = sheet::Sheet::default();
            sheet.row(&["user_id", "name", "role"]);
            for (id, name, role) in &rows {
                sheet.row(&[id, name, role]);
            }
            let read = drafts(sheet.text().as_bytes());
            prop_assert_eq!(read.len(), rows.len());
            for (draft, (id, name, role)) in read.iter().zip(&rows) {
                prop_assert_eq!([&draft.id, &draft.name, &draft.role].map(String::as_str), [id.as_str(), name.trim(), role.trim()]);
            }
        }

        #[test]
        fn no_bytes_stop_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes);
            let _ = read(&[b"user_id,name\n".as_slice(), &bytes].concat());
        }
    }
}
