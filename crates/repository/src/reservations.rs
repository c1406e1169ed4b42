//! Tokens and cores that people keep for work outside this system: made, renewed and ended by a person, and over by
//! themselves at their time. Whoever counts looks at the time, so that none holds anything a moment longer; that it is
//! over is written down, and told, by [`Repository::end_lapsed`].

use crate::entities::{reservations as table, users};
use crate::rows::Row;
use crate::writer::Change;
use crate::{Repository, RepositoryError, audit, nodes, now};
use domain::{
    Actor, Cores, NewReservation, NodeId, Reservation, ReservationId, ReservedCores, Seconds, Timestamp, Tokens, UserId,
};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::HashMap;

/// How one came to its end.
#[derive(Clone, Copy)]
enum How {
    /// Its holder, or somebody who may, ended it.
    Ended,
    /// Its time was over.
    Expired,
    /// It was not renewed in time.
    Lapsed,
}

impl How {
    fn as_str(self) -> &'static str {
        match self {
            How::Ended => "ended",
            How::Expired => "expired",
            How::Lapsed => "lapsed",
        }
    }
}

fn read(model: table::Model, names: &HashMap<String, String>) -> Result<Reservation, RepositoryError> {
    let row = Row::new("reservations", model.id);
    let cores = match (&model.node_id, model.cores) {
        (Some(node), Some(cores)) => Some(ReservedCores {
            node: row.take("node_id", NodeId::parse(node))?,
            cores: Cores(row.count("cores", cores)?),
        }),
        _ => None,
    };
    let heartbeat = model.heartbeat_seconds.map(|every| row.bytes("heartbeat_seconds", every)).transpose()?;
    Ok(Reservation {
        id: ReservationId(model.id),
        holder: row.take("user_id", UserId::parse(&model.user_id))?,
        holder_name: names.get(&model.user_id).unwrap_or(&model.user_id).clone(),
        tokens: Tokens(row.count("tokens", model.tokens)?),
        cores,
        purpose: model.purpose,
        created_at: Timestamp(model.created_at),
        expires_at: Timestamp(model.expires_at),
        heartbeat: heartbeat.map(Seconds),
        renewed_at: Timestamp(model.renewed_at),
    })
}

/// Those that nobody has written down as over, the next to end first.
async fn open(db: &impl ConnectionTrait) -> Result<Vec<Reservation>, RepositoryError> {
    let rows =
        table::Entity::find().filter(table::Column::EndedAt.is_null()).order_by_asc(table::Column::Id).all(db).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let holders = rows.iter().map(|row| row.user_id.clone());
    let people = users::Entity::find().filter(users::Column::Id.is_in(holders)).all(db).await?;
    let names = people.into_iter().map(|user| (user.id, user.name)).collect();
    let mut open: Vec<Reservation> = rows.into_iter().map(|row| read(row, &names)).collect::<Result<_, _>>()?;
    open.sort_by_key(|one| (one.over_at(), one.id));
    Ok(open)
}

/// Those that hold something at this moment, the next to end first.
pub(crate) async fn live(db: &impl ConnectionTrait, now: Timestamp) -> Result<Vec<Reservation>, RepositoryError> {
    let mut live = open(db).await?;
    live.retain(|one| one.is_live(now));
    Ok(live)
}

async fn find(db: &impl ConnectionTrait, id: ReservationId, now: Timestamp) -> Result<Reservation, RepositoryError> {
    let found = live(db, now).await?.into_iter().find(|one| one.id == id);
    found.ok_or_else(|| RepositoryError::NotFound { what: "reservation", id: id.to_string() })
}

/// What it holds is another's again.
fn mention(change: &Change, one: &Reservation) {
    change.mention(|mentions| {
        mentions.license = true;
        mentions.nodes.extend(one.cores.iter().map(|held| held.node.clone()));
    });
}

async fn end(change: &Change, one: &Reservation, how: How, at: Timestamp) -> Result<(), RepositoryError> {
    table::Entity::update_many()
        .col_expr(table::Column::EndedAt, Expr::value(at.0))
        .col_expr(table::Column::EndedHow, Expr::value(how.as_str()))
        .filter(table::Column::Id.eq(one.id.0))
        .exec(&change.db)
        .await?;
    mention(change, one);
    Ok(())
}

impl Repository {
    /// Those in force, the next to end first.
    ///
    /// # Errors
    /// `Corrupt`, `Busy`, `Database`.
    pub async fn reservations(&self) -> Result<Vec<Reservation>, RepositoryError> {
        live(self.db(), now()).await
    }

    /// This one, while it is in force.
    ///
    /// # Errors
    /// `NotFound` when there is none or it is over.
    pub async fn reservation(&self, id: ReservationId) -> Result<Reservation, RepositoryError> {
        find(self.db(), id, now()).await
    }

    /// Keeps tokens and cores for this person. What runs now goes on: as it ends, nothing starts in what is reserved.
    ///
    /// # Errors
    /// `Reservation` for what cannot be kept.
    pub async fn reserve(&self, new: &NewReservation, actor: &Actor) -> Result<Reservation, RepositoryError> {
        let (new, actor, settings) = (new.clone(), actor.clone(), self.settings());
        self.write(move |change| {
            Box::pin(async move {
                let (db, now) = (&change.db, now());
                let all = nodes::all(db).await?;
                let cores_of = |id: &NodeId| all.iter().find(|node| node.id == *id).map(|node| node.cores);
                // against what is in force in this very transaction: two at once do not get the same tokens
                new.check(&settings, &live(db, now).await?, cores_of).map_err(RepositoryError::Reservation)?;
                let (node, cores) = new.cores.map(|held| (held.node.to_string(), i64::from(held.cores.0))).unzip();
                let seconds = |span: Seconds| i64::try_from(span.0).unwrap_or(i64::MAX);
                let row = table::ActiveModel {
                    user_id: Set(actor.id.to_string()),
                    tokens: Set(i64::from(new.tokens.0)),
                    node_id: Set(node),
                    cores: Set(cores),
                    purpose: Set(new.purpose.trim().to_owned()),
                    created_at: Set(now.0),
                    expires_at: Set(now.plus(new.lasts).0),
                    heartbeat_seconds: Set(new.heartbeat.map(seconds)),
                    renewed_at: Set(now.0),
                    ..Default::default()
                };
                let id = ReservationId(table::Entity::insert(row).exec(db).await?.last_insert_id);
                let made = find(db, id, now).await?;
                audit::write(db, &actor, "reserve", format!("reservation {id}"), &None, &Some(&made)).await?;
                mention(change, &made);
                Ok(made)
            })
        })
        .await
    }

    /// Says that it is still wanted. One without a heartbeat stays as it is.
    ///
    /// # Errors
    /// `NotFound` when there is none or it is over.
    pub async fn renew_reservation(&self, id: ReservationId) -> Result<Reservation, RepositoryError> {
        self.write(move |change| {
            Box::pin(async move {
                let (db, now) = (&change.db, now());
                let known = find(db, id, now).await?;
                if known.heartbeat.is_none() {
                    return Ok(known);
                }
                table::Entity::update_many()
                    .col_expr(table::Column::RenewedAt, Expr::value(now.0))
                    .filter(table::Column::Id.eq(id.0))
                    .exec(db)
                    .await?;
                Ok(Reservation { renewed_at: now, ..known })
            })
        })
        .await
    }

    /// Gives back what it holds. Whether the person may is the caller's question.
    ///
    /// # Errors
    /// `NotFound` when there is none or it is over.
    pub async fn end_reservation(&self, id: ReservationId, actor: &Actor) -> Result<Reservation, RepositoryError> {
        let actor = actor.clone();
        self.write(move |change| {
            Box::pin(async move {
                let (db, now) = (&change.db, now());
                let known = find(db, id, now).await?;
                end(change, &known, How::Ended, now).await?;
                audit::write(db, &actor, "end_reservation", format!("reservation {id}"), &Some(&known), &None).await?;
                Ok(known)
            })
        })
        .await
    }

    /// Writes down, and tells, which are over; gives the moment at which the next one will be. By the scheduler, at that
    /// moment.
    ///
    /// # Errors
    /// As every change: `Busy`, `Full`, `Database`.
    pub async fn end_lapsed(&self, now: Timestamp) -> Result<Option<Timestamp>, RepositoryError> {
        let open = open(self.db()).await?;
        let next = open.iter().find(|one| one.is_live(now)).map(Reservation::over_at);
        if open.iter().all(|one| one.is_live(now)) {
            return Ok(next);
        }
        self.write(move |change| {
            Box::pin(async move {
                // read again: one may have been renewed meanwhile
                for one in self::open(&change.db).await?.iter().filter(|one| !one.is_live(now)) {
                    let how = if one.expires_at <= now { How::Expired } else { How::Lapsed };
                    end(change, one, how, one.over_at()).await?;
                }
                Ok(())
            })
        })
        .await?;
        Ok(next)
    }
}
