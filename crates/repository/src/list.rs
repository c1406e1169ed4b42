//! The list of jobs: filters, search, order and pages in SQL. One query for the page, one for its total.

use crate::entities::{jobs, users};
use crate::query::{JobPage, JobQuery, Sort, SortKey, Tab, TabCounts};
use crate::summary::{self, SummaryRow};
use crate::{Repository, RepositoryError, now};
use chrono::{Local, NaiveTime, TimeZone};
use domain::{JobStatus, Timestamp, UserId};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Func, LikeExpr, Order, Query, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};

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

/// A pattern that finds the text anywhere: its own wildcards mean themselves.
fn like(text: &str) -> LikeExpr {
    let mut pattern = String::from("%");
    for c in text.to_lowercase().chars() {
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

fn ordered(query: Select<jobs::Entity>, sort: Sort, viewer: &UserId) -> Select<jobs::Entity> {
    use jobs::Column as C;
    let (way, back) = if sort.descending { (Order::Desc, Order::Asc) } else { (Order::Asc, Order::Desc) };
    let query = query.order_by(C::UserId.eq(viewer.as_str()), Order::Desc);
    let query = match sort.by {
        SortKey::Submitted => query.order_by(C::CreatedAt, way.clone()),
        SortKey::Updated => query.order_by(C::UpdatedAt, way.clone()),
        SortKey::Name => query.order_by(C::Name, way.clone()),
        SortKey::Status => query.order_by(rank(), way.clone()),
        SortKey::User => query.order_by(users::Column::Name, way.clone()).order_by(C::UserId, way.clone()),
        SortKey::Node => query.order_by(C::NodeId, way.clone()),
        SortKey::Cpus => query.order_by(C::CpuCount, way.clone()),
        SortKey::Tokens => query.order_by(C::LicenseTokens, way.clone()),
        // earlier submission stands before later at the same priority
        SortKey::Priority => query.order_by(C::Priority, way.clone()).order_by(C::CreatedAt, back.clone()),
    };
    // rows of one second keep one order from page to page
    query.order_by(C::Id, if sort.by == SortKey::Priority { back } else { way })
}

impl Repository {
    /// A page of the list, the viewer's own jobs first.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn jobs(&self, query: &JobQuery) -> Result<JobPage, RepositoryError> {
        let page = ordered(filtered(summary::select(), query), query.sort, &query.viewer)
            .limit(u64::from(query.limit))
            .offset(u64::from(query.offset))
            .into_model::<SummaryRow>()
            .all(self.db())
            .await?;
        let count = jobs::Entity::find().select_only().column(jobs::Column::Id);
        let count = count.join(sea_orm::JoinType::LeftJoin, summary::owner());
        let total = filtered(count, query).count(self.db()).await?;
        let jobs = page.into_iter().map(SummaryRow::read).collect::<Result<_, _>>()?;
        Ok(JobPage { jobs, total })
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
