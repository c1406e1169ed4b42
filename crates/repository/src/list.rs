//! The list of jobs: filters, search, order and pages in SQL.

mod overtaken;

use crate::entities::{jobs, users};
use crate::query::{JobPage, JobQuery, Sort, SortKey, Tab, TabCounts};
use crate::summary::{self, SummaryRow};
use crate::{Repository, RepositoryError, now};
use chrono::{Local, NaiveTime, TimeZone};
use domain::{JobStatus, Timestamp, UserId};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Func, LikeExpr, NullOrdering, Order, Query, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

/// A failure older than this no longer asks for a look.
const LOOK_BACK: i64 = 7 * 24 * 3600;

fn words(pick: impl Fn(JobStatus) -> bool) -> Vec<&'static str> {
    JobStatus::ALL.into_iter().filter(|status| pick(*status)).map(JobStatus::as_str).collect()
}

/// The last midnight by the server's clock on the wall.
fn midnight() -> Timestamp {
    let now = Local::now();
    let start = now.date_naive().and_time(NaiveTime::MIN);
    // where a clock change leaves no midnight, the last 24 hours are the day
    let start = Local.from_local_datetime(&start).earliest().map_or(now.timestamp() - 86_400, |at| at.timestamp());
    Timestamp(start)
}

/// What a tab holds. Written as alternatives that an index can answer one by one.
fn tab(tab: &Tab) -> Condition {
    use jobs::Column as C;
    let open = C::Status.is_in(words(|status| !status.is_ended()));
    match tab {
        Tab::All => Condition::all(),
        Tab::Active => Condition::all().add(open),
        Tab::Mine(user) => Condition::all().add(C::UserId.eq(user.as_str())),
        Tab::Today => {
            let since = midnight().0;
            Condition::any().add(open).add(C::CreatedAt.gte(since)).add(C::EndedAt.gte(since))
        }
        Tab::Troubled => {
            let child = Query::select()
                .expr(Expr::val(1))
                .from_as(jobs::Entity, "child")
                .and_where(Expr::col(("child", C::ParentId)).equals((jobs::Entity, C::Id)))
                .to_owned();
            let failed = Condition::all()
                .add(C::Status.is_in([JobStatus::Failed.as_str(), JobStatus::Missing.as_str()]))
                .add(C::EndedAt.gte(now().0 - LOOK_BACK))
                .add(Expr::exists(child).not());
            let troubled =
                Condition::all().add(C::Status.is_in(words(|status| status.is_active()))).add(C::InTrouble.eq(1));
            Condition::any().add(failed).add(troubled)
        }
    }
}

/// A pattern that finds the text anywhere: its own wildcards mean themselves. A NUL, which PostgreSQL takes for no text, is
/// left out.
pub(crate) fn like(text: &str) -> LikeExpr {
    let mut pattern = String::from("%");
    for c in text.to_lowercase().chars().filter(|c| *c != '\0') {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    LikeExpr::new(pattern).escape('\\')
}

fn search(text: &str) -> Condition {
    let text = text.trim();
    let mut found = Condition::any();
    if let Ok(number) = text.trim_start_matches(['#', '＃']).parse::<i64>() {
        found = found.add(jobs::Column::Id.eq(number));
    }
    for column in [
        Expr::col((jobs::Entity, jobs::Column::Name)),
        Expr::col((jobs::Entity, jobs::Column::UserId)),
        Expr::col((users::Entity, users::Column::Name)),
    ] {
        found = found.add(Func::lower(column).like(like(text)));
    }
    found
}

fn filtered<Q: QueryFilter>(query: Q, asked: &JobQuery) -> Q {
    use jobs::Column as C;
    let mut query = query.filter(tab(&asked.tab));
    if !asked.status.is_empty() {
        query = query.filter(C::Status.is_in(asked.status.iter().map(|status| status.as_str())));
    }
    if let Some(user) = &asked.user {
        query = query.filter(C::UserId.eq(user.as_str()));
    }
    if let Some(node) = &asked.node {
        query = query.filter(C::NodeId.eq(node.as_str()));
    }
    match &asked.search {
        Some(text) if !text.trim().is_empty() => query.filter(search(text)),
        _ => query,
    }
}

/// The order of a job's life, which is not the alphabet's.
fn rank() -> SimpleExpr {
    let mut rank = CaseStatement::new();
    for (at, status) in (0..).zip(JobStatus::ALL) {
        rank = rank.case(jobs::Column::Status.eq(status.as_str()), Expr::val(at));
    }
    rank.finally(Expr::val(99)).into()
}

fn ordered(query: Select<jobs::Entity>, sort: Sort) -> Select<jobs::Entity> {
    use jobs::Column as C;
    let (way, back) = if sort.descending { (Order::Desc, Order::Asc) } else { (Order::Asc, Order::Desc) };
    let query = match sort.by {
        SortKey::Submitted => query.order_by(C::CreatedAt, way.clone()),
        SortKey::Updated => query.order_by(C::UpdatedAt, way.clone()),
        SortKey::Name => query.order_by(C::Name, way.clone()),
        SortKey::Status => query.order_by(rank(), way.clone()),
        // an owner need not have a row: such come first, whichever database sorts
        SortKey::User => {
            let nulls = if sort.descending { NullOrdering::Last } else { NullOrdering::First };
            query.order_by_with_nulls(users::Column::Name, way.clone(), nulls).order_by(C::UserId, way.clone())
        }
        SortKey::Node => query.order_by(C::NodeId, way.clone()),
        SortKey::Cpus => query.order_by(C::CpuCount, way.clone()),
        SortKey::Tokens => query.order_by(C::LicenseTokens, way.clone()),
        // earlier submission stands before later at the same priority
        SortKey::Priority => query.order_by(C::Priority, way.clone()).order_by(C::CreatedAt, back.clone()),
    };
    // rows of one second keep one order from page to page
    query.order_by(C::Id, if sort.by == SortKey::Priority { back } else { way })
}

/// The viewer's own.
fn own(query: &JobQuery) -> SimpleExpr {
    jobs::Column::UserId.eq(query.viewer.as_str())
}

/// Whether an index finds the rows, so that they are few and quickly sorted.
fn is_narrow(query: &JobQuery) -> bool {
    !matches!(query.tab, Tab::All | Tab::Mine(_)) || !query.status.is_empty() || query.node.is_some()
}

/// The whole list, the viewer's own rows first.
fn whole(query: &JobQuery) -> Select<jobs::Entity> {
    ordered(filtered(summary::select(), query).order_by(own(query), Order::Desc), query.sort)
}

/// The rows of the viewer, or of everybody else, in order.
fn part(query: &JobQuery, own_rows: bool) -> Select<jobs::Entity> {
    let whose = if own_rows { own(query) } else { own(query).not() };
    ordered(filtered(summary::select(), query), query.sort).filter(whose)
}

/// What is counted; the owner's name is looked up only where it is searched for.
fn counted(query: &JobQuery) -> Select<jobs::Entity> {
    let all = jobs::Entity::find().select_only().column(jobs::Column::Id);
    if query.search.is_some() { all.join(sea_orm::JoinType::LeftJoin, summary::owner()) } else { all }
}

impl Repository {
    /// A page of the list, the viewer's own jobs first.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn jobs(&self, query: &JobQuery) -> Result<JobPage, RepositoryError> {
        let page = if is_narrow(query) {
            self.rows(whole(query), query.limit.into(), query.offset.into()).await?
        } else {
            self.page_of_parts(query).await?
        };
        let total = filtered(counted(query), query).count(self.db()).await?;
        let jobs = page.into_iter().map(SummaryRow::read).collect::<Result<_, _>>()?;
        Ok(JobPage { jobs, total })
    }

    async fn rows(&self, query: Select<jobs::Entity>, limit: u64, offset: u64) -> Result<Vec<SummaryRow>, DbErr> {
        query.limit(limit).offset(offset).into_model::<SummaryRow>().all(self.db()).await
    }

    /// A page of a list that may hold every job there is. In one query the order by owner would have SQLite sort all
    /// rows for each page, where the viewer's own and the others' are each read in their order from an index.
    async fn page_of_parts(&self, query: &JobQuery) -> Result<Vec<SummaryRow>, DbErr> {
        let (limit, offset) = (u64::from(query.limit), u64::from(query.offset));
        let mut page = self.rows(part(query, true), limit, offset).await?;
        let missing = limit.saturating_sub(page.len() as u64);
        if missing > 0 {
            // where own rows are on the page, the others begin on it
            let skip = if page.is_empty() && offset > 0 {
                let own = filtered(counted(query), query).filter(own(query)).count(self.db()).await?;
                offset.saturating_sub(own)
            } else {
                0
            };
            page.extend(self.rows(part(query, false), missing, skip).await?);
        }
        Ok(page)
    }

    /// How many jobs each tab has for this viewer.
    ///
    /// # Errors
    /// `Busy`, `Database`.
    pub async fn counts(&self, viewer: &UserId) -> Result<TabCounts, RepositoryError> {
        let of = async |which: Tab| {
            let query = jobs::Entity::find().select_only().column(jobs::Column::Id).filter(tab(&which));
            query.count(self.db()).await.map_err(RepositoryError::from)
        };
        Ok(TabCounts {
            today: of(Tab::Today).await?,
            active: of(Tab::Active).await?,
            mine: of(Tab::Mine(viewer.clone())).await?,
            troubled: of(Tab::Troubled).await?,
            all: of(Tab::All).await?,
        })
    }
}

#[cfg(test)]
mod tests;
