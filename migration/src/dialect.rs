//! What the databases say differently: column types, "now", and adding columns to a table.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Column makers and expressions in the words of one database.
#[derive(Clone, Copy)]
pub struct Dialect(DbBackend);

impl Dialect {
    /// The words of the database behind `manager`.
    pub fn of(manager: &SchemaManager<'_>) -> Dialect {
        Dialect(manager.get_database_backend())
    }

    /// A whole number of up to 64 bits. SQLite gets the specification's own word.
    pub fn integer(self, name: &'static str) -> ColumnDef {
        let mut column = ColumnDef::new(name);
        match self.0 {
            DbBackend::Sqlite => column.custom("INTEGER"),
            _ => column.big_integer(),
        };
        column
    }

    /// Text of any length. It is compared and sorted by its bytes, whatever language the database was made for.
    pub fn text(self, name: &'static str) -> ColumnDef {
        let mut column = ColumnDef::new(name);
        match self.0 {
            DbBackend::Postgres => column.custom("text COLLATE \"C\""),
            _ => column.custom("TEXT"),
        };
        column
    }

    /// A number the database counts up and never gives twice.
    pub fn counted_key(self, name: &'static str) -> ColumnDef {
        let mut column = self.integer(name);
        column.primary_key().auto_increment();
        column
    }

    /// Seconds since the epoch, filled in by the database where the writer says nothing.
    pub fn stamp(self, name: &'static str) -> ColumnDef {
        let mut column = self.integer(name);
        column.default(match self.0 {
            // the specification's own expression
            DbBackend::Sqlite => Expr::cust("strftime('%s', 'now')"),
            _ => Expr::cust("CAST(EXTRACT(EPOCH FROM now()) AS BIGINT)"),
        });
        column
    }
}

/// Adds columns one statement at a time: SQLite knows no other way.
pub(crate) async fn add_columns(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: Vec<ColumnDef>,
) -> Result<(), DbErr> {
    for column in columns {
        manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
    }
    Ok(())
}

/// Drops columns one statement at a time, last first.
pub(crate) async fn drop_columns(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    for column in columns.iter().rev() {
        manager.alter_table(Table::alter().table(table).drop_column(*column).to_owned()).await?;
    }
    Ok(())
}

/// A plain index.
pub(crate) async fn index(
    manager: &SchemaManager<'_>,
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    let mut statement = Index::create();
    statement.name(name).table(table);
    for column in columns {
        statement.col(*column);
    }
    manager.create_index(statement).await
}
