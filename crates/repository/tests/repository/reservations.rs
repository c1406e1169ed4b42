//! Tokens and cores that people keep, and what the licence server says.

use crate::lab::*;
use domain::*;
use repository::RepositoryError;

fn wanted(tokens: u32, cores: u32, seconds: u64) -> NewReservation {
    let cores = (cores > 0).then(|| ReservedCores { node: node_id("node-01"), cores: Cores(cores) });
    NewReservation {
        tokens: Tokens(tokens),
        cores,
        purpose: " 有限要素法演習 ".to_owned(),
        lasts: Seconds(seconds),
        heartbeat: None,
    }
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp(i64::try_from(since.as_secs()).unwrap())
}

fn report(total: u32, in_use: u32, ours: u32, at: Timestamp) -> LicenseReport {
    let [total, in_use, ours] = [total, in_use, ours].map(Tokens);
    LicenseReport { at, total, in_use, ours, holders: vec![], queue: vec![], expires: None }
}

#[tokio::test]
async fn what_is_reserved_counts_until_it_is_given_back() {
    let lab = Lab::new().await;
    let mut events = lab.repo.subscribe();
    let made = lab.repo.reserve(&wanted(5, 4, 3_600), &student()).await.unwrap();
    assert_eq!((made.holder_name.as_str(), made.purpose.as_str()), ("sato さん", "有限要素法演習"));
    let node = lab.repo.node_summaries().await.unwrap().remove(0);
    assert_eq!(node.cores_reserved, Cores(4));
    let usage = lab.repo.license_use().await.unwrap();
    assert_eq!((usage.reserved, usage.free()), (Tokens(5), Tokens(45)));
    let told = [Event::NodeChanged(Box::new(node)), Event::LicenseChanged(usage)];
    assert_eq!([events.try_recv().unwrap(), events.try_recv().unwrap()], told);
    let snapshot = lab.repo.snapshot(now()).await.unwrap();
    assert_eq!((snapshot.license.reserved, snapshot.nodes[0].reserved), (Tokens(5), Cores(4)));
    let [lapse] = snapshot.lapses.as_slice() else { panic!("{:?}", snapshot.lapses) };
    let kept = Some((node_id("node-01"), Cores(4)));
    assert_eq!((lapse.at, lapse.tokens, &lapse.cores), (made.expires_at, Tokens(5), &kept));
    // at its end it holds nothing, whether anybody has written that down or not
    let snapshot = lab.repo.snapshot(made.expires_at).await.unwrap();
    assert_eq!((snapshot.license.reserved, snapshot.nodes[0].reserved), (Tokens(0), Cores(0)));

    assert_eq!(lab.repo.end_reservation(made.id, &admin()).await.unwrap(), made);
    assert_eq!(lab.repo.reservations().await.unwrap(), []);
    assert_eq!(lab.repo.license_use().await.unwrap().reserved, Tokens(0));
    let again = lab.repo.end_reservation(made.id, &admin()).await;
    assert!(matches!(again, Err(RepositoryError::NotFound { what: "reservation", .. })), "{again:?}");
    let sql = "SELECT actor, action FROM audit_log WHERE subject = 'reservation 1' ORDER BY id";
    let audit: Vec<(String, String)> = lab.raw().await.rows(sql).await;
    assert_eq!(audit, [("sato".into(), "reserve".into()), ("root".into(), "end_reservation".into())]);
}

#[tokio::test]
async fn two_at_once_do_not_get_the_same_tokens() {
    let lab = Lab::new().await;
    let (one, other) = (wanted(30, 0, 60), wanted(30, 0, 60));
    let (who, whom) = (student(), admin());
    let (one, other) = tokio::join!(lab.repo.reserve(&one, &who), lab.repo.reserve(&other, &whom));
    let refused = [one, other].into_iter().filter_map(Result::err).collect::<Vec<_>>();
    let [RepositoryError::Reservation(problem)] = &refused[..] else { panic!("{refused:?}") };
    assert_eq!(*problem, ReservationProblem::Tokens { most: Tokens(20) });
    assert_eq!(lab.repo.license_use().await.unwrap().reserved, Tokens(30));
}

#[tokio::test]
async fn one_that_is_over_is_told_at_its_moment_and_one_that_was_renewed_goes_on() {
    let lab = Lab::new().await;
    assert_eq!(lab.repo.end_lapsed(now()).await.unwrap(), None);
    let short = lab.repo.reserve(&wanted(5, 0, 600), &student()).await.unwrap();
    let beating = NewReservation { heartbeat: Some(Seconds(60)), ..wanted(6, 0, 3_600) };
    let beating = lab.repo.reserve(&beating, &student()).await.unwrap();
    assert_eq!(lab.repo.end_lapsed(now()).await.unwrap(), Some(beating.over_at()));
    let sql = "UPDATE reservations SET renewed_at = renewed_at - 30, created_at = created_at - 30 WHERE id = 2";
    lab.raw().await.execute(sql).await;
    let renewed = lab.repo.renew_reservation(beating.id).await.unwrap();
    assert!(renewed.renewed_at >= beating.renewed_at);
    let mut events = lab.repo.subscribe();
    assert_eq!(lab.repo.end_lapsed(short.created_at).await.unwrap(), Some(renewed.over_at()));
    assert!(events.try_recv().is_err(), "nothing is over");
    assert_eq!(lab.repo.end_lapsed(renewed.over_at()).await.unwrap(), Some(short.expires_at));
    assert!(matches!(events.try_recv().unwrap(), Event::LicenseChanged(usage) if usage.reserved == Tokens(5)));
    assert_eq!(lab.repo.end_lapsed(short.expires_at).await.unwrap(), None);
    let how: Vec<(String,)> = lab.raw().await.rows("SELECT ended_how FROM reservations ORDER BY id").await;
    assert_eq!(how, [("expired".to_owned(),), ("lapsed".to_owned(),)]);
    let late = lab.repo.renew_reservation(beating.id).await;
    assert!(matches!(late, Err(RepositoryError::NotFound { .. })), "{late:?}");
}

#[tokio::test]
async fn a_fresh_report_narrows_what_is_free_and_an_old_one_counts_as_none() {
    let lab = Lab::new().await;
    let ask = [("license_report_kind", "flexnet"), ("license_report_node", "node-01")];
    let external = async || lab.repo.license_use().await.unwrap().external;
    lab.repo.license_reported(report(50, 9, 4, now())).await.unwrap();
    assert_eq!(external().await, Tokens(0), "nobody is asked");
    for (key, value) in ask {
        lab.repo.change_setting(key, value, &admin()).await.unwrap();
    }
    assert_eq!(external().await, Tokens(5));
    assert_eq!(lab.repo.snapshot(now()).await.unwrap().license.external, Tokens(5));
    let mut events = lab.repo.subscribe();
    lab.repo.license_reported(report(48, 9, 4, now())).await.unwrap();
    assert!(matches!(events.try_recv().unwrap(), Event::LicenseChanged(usage) if usage.free() == Tokens(43)));
    lab.repo.license_reported(report(50, 9, 4, Timestamp(now().0 - 301))).await.unwrap();
    assert_eq!(external().await, Tokens(0));
    lab.repo.license_not_reported(Message::Fault(Fault::ConnectionLost)).await.unwrap();
    let standing = lab.repo.license_standing().await.unwrap();
    assert!(standing.is_asked && !standing.is_fresh && standing.asking.report.is_some());
    assert_eq!(standing.asking.problem, Some(Message::Fault(Fault::ConnectionLost)));
    // a report leaves what a run was warned of, a run without a warning takes it back, and nobody is told twice
    lab.repo.license_warned(Timestamp(5), Some(Timestamp(9))).await.unwrap();
    lab.repo.license_reported(report(50, 9, 4, now())).await.unwrap();
    assert_eq!(lab.repo.license_standing().await.unwrap().expires, Some(Timestamp(9)));
    let mut events = lab.repo.subscribe();
    lab.repo.license_warned(Timestamp(5), Some(Timestamp(9))).await.unwrap();
    assert!(events.try_recv().is_err());
    // one that began before and ends now knows less
    lab.repo.license_warned(Timestamp(4), None).await.unwrap();
    assert!(events.try_recv().is_err());
    assert_eq!(lab.repo.license_standing().await.unwrap().expires, Some(Timestamp(9)));
    lab.repo.license_warned(Timestamp(6), None).await.unwrap();
    assert!(matches!(events.try_recv().unwrap(), Event::LicenseChanged(_)));
    assert_eq!(lab.repo.license_standing().await.unwrap().expires, None);
}
