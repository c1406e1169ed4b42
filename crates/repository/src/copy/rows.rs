//! Rows of any of our tables, whose cells are numbers and text.

use crate::rows::Row;
use crate::{RepositoryError, backend};
use sea_orm::sea_query::{Alias, Expr, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, QueryResult, Statement, Value};

/// So many are read at once.
const AT_ONCE: usize = 200;
/// A statement takes so many cells.
const CELLS: usize = 30_000;
/// Where the numbers come from that are never given twice.
const KEY: &str = "id";

/// One of our tables, as a SQLite file has it.
pub(super) struct Table {
    pub(super) name: String,
    columns: Vec<Column>,
}

struct Column {
    name: String,
    is_number: bool,
}

impl Table {
    /// Those of a SQLite file that the changes of the tables made, each after those it belongs to.
    pub(super) async fn all(file: &DatabaseTransaction) -> Result<Vec<Table>, RepositoryError> {
        let changes = crate::schema::CHANGES;
        let names = format!(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> '{changes}' \
             ORDER BY rowid"
        );
        let mut tables = Vec::new();
        for name in backend::texts(file, &names).await? {
            let asked = Statement::from_sql_and_values(
                DbBackend::Sqlite,
                "SELECT name, type FROM pragma_table_info(?)",
                [name.clone().into()],
            );
            let mut columns = Vec::new();
            for row in file.query_all_raw(asked).await? {
                let kind: String = row.try_get_by_index(1)?;
                columns.push(Column { name: row.try_get_by_index(0)?, is_number: kind == "INTEGER" });
            }
            tables.push(Table { name, columns });
        }
        Ok(tables)
    }

    /// Its keys are numbers that the database counts up.
    pub(super) fn is_counted(&self) -> bool {
        self.columns.iter().any(|column| column.name == KEY && column.is_number)
    }

    pub(super) async fn empty(&self, db: &DatabaseTransaction) -> Result<(), RepositoryError> {
        db.execute(&Query::delete().from_table(Alias::new(&self.name)).to_owned()).await?;
        Ok(())
    }

    /// As the database's own words name them.
    fn list(&self) -> String {
        self.columns.iter().map(|column| format!("\"{}\"", column.name)).collect::<Vec<_>>().join(", ")
    }

    fn cell(&self, row: &QueryResult, at: usize, column: &Column) -> Result<Value, RepositoryError> {
        let of = || Row::new("copied", &self.name);
        if column.is_number {
            return Ok(Value::BigInt(of().take(&column.name, row.try_get_by_index(at))?));
        }
        let text: Option<String> = of().take(&column.name, row.try_get_by_index(at))?;
        // SQLite's text may hold a NUL, and PostgreSQL's none
        Ok(Value::String(text.map(|text| text.replace('\0', ""))))
    }

    pub(super) async fn put(&self, db: &DatabaseTransaction, rows: Vec<QueryResult>) -> Result<(), RepositoryError> {
        for rows in rows.chunks((CELLS / self.columns.len().max(1)).max(1)) {
            let mut insert = Query::insert();
            insert.into_table(Alias::new(&self.name));
            insert.columns(self.columns.iter().map(|column| Alias::new(&column.name)));
            for row in rows {
                let cells = self.columns.iter().enumerate().map(|(at, column)| self.cell(row, at, column));
                let cells: Vec<Value> = cells.collect::<Result<_, _>>()?;
                insert.values_panic(cells.into_iter().map(Expr::value));
            }
            db.execute(&insert).await?;
        }
        Ok(())
    }
}

/// A table's rows, some at a time.
pub(super) struct Rows {
    /// How PostgreSQL and SQLite are asked for the next.
    ask: String,
    cursor: String,
    /// SQLite's number of the last row read.
    after: i64,
    at_server: bool,
    /// The cell behind the table's own that has that number.
    behind: usize,
}

impl Rows {
    pub(super) async fn of(db: &DatabaseTransaction, table: &Table) -> Result<Rows, RepositoryError> {
        let (name, columns) = (&table.name, table.list());
        let at_server = db.get_database_backend() == DbBackend::Postgres;
        // each its own: what is fetched from one has the cells of its table
        let cursor = format!("copied_{name}");
        let ask = if at_server {
            let open = format!("DECLARE {cursor} NO SCROLL CURSOR FOR SELECT {columns} FROM \"{name}\"");
            db.execute_unprepared(&open).await?;
            format!("FETCH {AT_ONCE} FROM {cursor}")
        } else {
            format!("SELECT {columns}, rowid FROM \"{name}\" WHERE rowid > ? ORDER BY rowid LIMIT {AT_ONCE}")
        };
        Ok(Rows { ask, cursor, after: i64::MIN, at_server, behind: table.columns.len() })
    }

    pub(super) async fn next(&mut self, db: &DatabaseTransaction) -> Result<Vec<QueryResult>, RepositoryError> {
        if self.at_server {
            return Ok(db.query_all_raw(Statement::from_string(DbBackend::Postgres, &self.ask)).await?);
        }
        let asked = Statement::from_sql_and_values(DbBackend::Sqlite, &self.ask, [self.after.into()]);
        let rows = db.query_all_raw(asked).await?;
        if let Some(last) = rows.last() {
            self.after = last.try_get_by_index(self.behind)?;
        }
        Ok(rows)
    }

    pub(super) async fn close(self, db: &DatabaseTransaction) -> Result<(), RepositoryError> {
        if self.at_server {
            db.execute_unprepared(&format!("CLOSE {}", self.cursor)).await?;
        }
        Ok(())
    }
}
