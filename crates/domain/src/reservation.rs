//! Tokens and cores that a person keeps for work outside this system.

use crate::name::is_unseen;
use crate::{Cores, NodeId, Seconds, Settings, Timestamp, Tokens, UserId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A reservation's number, as the database counts them from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReservationId(pub i64);

impl fmt::Display for ReservationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Most characters of a purpose.
pub const LONGEST_PURPOSE: usize = 200;
/// Shortest time a reservation is made for, and shortest heartbeat, in seconds: less is over before anybody sees it.
pub const SHORTEST: Seconds = Seconds(1);

/// Cores on one node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservedCores {
    /// Where.
    pub node: NodeId,
    /// How many.
    pub cores: Cores,
}

/// What a person asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewReservation {
    /// Tokens of the whole system.
    pub tokens: Tokens,
    /// Cores of a node too.
    pub cores: Option<ReservedCores>,
    /// What for, in the person's own words.
    pub purpose: String,
    /// For how long.
    pub lasts: Seconds,
    /// It lapses when it is not renewed for so long; `None`: only its end ends it.
    pub heartbeat: Option<Seconds>,
}

/// A reservation that is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// Its number.
    pub id: ReservationId,
    /// Who holds it.
    pub holder: UserId,
    /// What that person is called.
    pub holder_name: String,
    /// Tokens of the whole system.
    pub tokens: Tokens,
    /// Cores of a node.
    pub cores: Option<ReservedCores>,
    /// What for.
    pub purpose: String,
    /// Made.
    pub created_at: Timestamp,
    /// Over at the latest.
    pub expires_at: Timestamp,
    /// Lapses when it is not renewed for so long.
    pub heartbeat: Option<Seconds>,
    /// Made or last renewed.
    pub renewed_at: Timestamp,
}

/// Why a reservation cannot be made: a message key with its numbers; screens and API make the sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum ReservationProblem {
    /// Neither tokens nor cores.
    Nothing,
    /// More tokens than other reservations leave.
    Tokens {
        /// What may be asked for.
        most: Tokens,
    },
    /// There is no such node.
    NoSuchNode {
        /// Which.
        node: NodeId,
    },
    /// No core, or more cores than other reservations leave there.
    Cores {
        /// Where.
        node: NodeId,
        /// What may be asked for.
        most: Cores,
    },
    /// Says nothing, too much, or holds what is no text of one line.
    Purpose {
        /// Most characters.
        most: usize,
    },
    /// Too short or too long.
    Lasts {
        /// `reservation_max_hours`.
        most: Seconds,
    },
    /// Shorter than a second or longer than the reservation.
    Heartbeat,
}

impl ReservationProblem {
    /// The field it is about, as the API calls it.
    pub fn field(&self) -> &'static str {
        match self {
            ReservationProblem::Nothing | ReservationProblem::Tokens { .. } => "tokens",
            ReservationProblem::NoSuchNode { .. } => "node",
            ReservationProblem::Cores { .. } => "cores",
            ReservationProblem::Purpose { .. } => "purpose",
            ReservationProblem::Lasts { .. } => "seconds",
            ReservationProblem::Heartbeat => "heartbeat_seconds",
        }
    }
}

impl NewReservation {
    /// Whether it can be made beside the `live` ones; `cores_of` gives a node's cores, where there is such a node.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn check(
        &self,
        settings: &Settings,
        live: &[Reservation],
        cores_of: impl Fn(&NodeId) -> Option<Cores>,
    ) -> Result<(), ReservationProblem> {
        if self.tokens == Tokens::ZERO && self.cores.is_none() {
            return Err(ReservationProblem::Nothing);
        }
        let most = settings.total_license_tokens.minus(reserved_tokens(live));
        if self.tokens > most {
            return Err(ReservationProblem::Tokens { most });
        }
        if let Some(ReservedCores { node, cores }) = &self.cores {
            let all = cores_of(node).ok_or_else(|| ReservationProblem::NoSuchNode { node: node.clone() })?;
            let most = all.minus(reserved_cores(live, node));
            if *cores == Cores::ZERO || *cores > most {
                return Err(ReservationProblem::Cores { node: node.clone(), most });
            }
        }
        let letters = self.purpose.trim().chars().count();
        if letters == 0
            || letters > LONGEST_PURPOSE
            || self.purpose.trim().chars().any(|c| c.is_control() || is_unseen(c))
        {
            return Err(ReservationProblem::Purpose { most: LONGEST_PURPOSE });
        }
        let most = settings.reservation_longest;
        if self.lasts < SHORTEST || self.lasts > most {
            return Err(ReservationProblem::Lasts { most });
        }
        if self.heartbeat.is_some_and(|every| every < SHORTEST || every > self.lasts) {
            return Err(ReservationProblem::Heartbeat);
        }
        Ok(())
    }
}

impl Reservation {
    /// When it is over unless it is renewed.
    pub fn over_at(&self) -> Timestamp {
        let lapses = self.heartbeat.map(|every| self.renewed_at.plus(every));
        lapses.map_or(self.expires_at, |at| at.min(self.expires_at))
    }

    /// Whether it holds anything at this moment.
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.over_at()
    }
}

/// Tokens these hold together.
pub fn reserved_tokens(live: &[Reservation]) -> Tokens {
    live.iter().map(|one| one.tokens).sum()
}

/// Cores these hold on this node.
pub fn reserved_cores(live: &[Reservation], node: &NodeId) -> Cores {
    live.iter().filter_map(|one| one.cores.as_ref()).filter(|held| held.node == *node).map(|held| held.cores).sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn wanted() -> NewReservation {
        NewReservation {
            tokens: Tokens(5),
            cores: None,
            purpose: "有限要素法演習".to_owned(),
            lasts: Seconds(3_600),
            heartbeat: None,
        }
    }

    fn on(node: &str, cores: u32) -> Option<ReservedCores> {
        Some(ReservedCores { node: NodeId::parse(node).unwrap(), cores: Cores(cores) })
    }

    fn live(tokens: u32, cores: Option<ReservedCores>) -> Reservation {
        Reservation {
            id: ReservationId(1),
            holder: UserId::parse("mori").unwrap(),
            holder_name: "森".to_owned(),
            tokens: Tokens(tokens),
            cores,
            purpose: "x".to_owned(),
            created_at: Timestamp(100),
            expires_at: Timestamp(4_000),
            heartbeat: None,
            renewed_at: Timestamp(100),
        }
    }

    #[test]
    fn what_is_asked_for_must_be_there() {
        let node = NodeId::parse("node-01").unwrap();
        let others = [live(40, on("node-01", 6)), live(5, None)];
        let check = |change: fn(&mut NewReservation)| {
            let mut new = wanted();
            change(&mut new);
            new.check(&Settings::default(), &others, |id| (*id == node).then_some(Cores(8))).err()
        };
        assert_eq!(check(|_| {}), None);
        assert_eq!(check(|new| new.tokens = Tokens(6)), Some(ReservationProblem::Tokens { most: Tokens(5) }));
        assert_eq!(check(|new| new.tokens = Tokens(0)), Some(ReservationProblem::Nothing));
        assert_eq!(check(|new| (new.tokens, new.cores) = (Tokens(0), on("node-01", 2))), None);
        let too_many = Some(ReservationProblem::Cores { node: node.clone(), most: Cores(2) });
        assert_eq!(check(|new| new.cores = on("node-01", 3)), too_many);
        assert_eq!(check(|new| new.cores = on("node-01", 0)), too_many);
        assert_eq!(check(|new| new.cores = on("node-02", 2)).unwrap().field(), "node");
        for purpose in ["", "  ", "a\nb", &"長".repeat(201)] {
            let new = NewReservation { purpose: purpose.to_owned(), ..wanted() };
            assert_eq!(new.check(&Settings::default(), &[], |_| None).unwrap_err().field(), "purpose");
        }
        assert_eq!(check(|new| new.lasts = Seconds(0)).unwrap().field(), "seconds");
        assert_eq!(check(|new| new.lasts = Seconds(24 * 3_600 + 1)).unwrap().field(), "seconds");
        assert_eq!(check(|new| new.heartbeat = Some(Seconds(0))), Some(ReservationProblem::Heartbeat));
        assert_eq!(check(|new| new.heartbeat = Some(Seconds(60))), None);
    }

    #[test]
    fn what_is_not_renewed_lapses_and_nothing_outlives_its_end() {
        let mut one = live(5, None);
        assert!(one.is_live(Timestamp(3_999)) && !one.is_live(Timestamp(4_000)));
        one.heartbeat = Some(Seconds(60));
        assert!(one.is_live(Timestamp(159)) && !one.is_live(Timestamp(160)));
        one.renewed_at = Timestamp(3_990);
        assert!(one.is_live(Timestamp(3_999)) && !one.is_live(Timestamp(4_000)));
    }
}
