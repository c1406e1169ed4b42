//! Files arrive whole or not at all, go on where they stopped, and keep to their folders.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[allow(dead_code)]
mod common;

use common::{Node, hash, sh, token};
use domain::lifecycle::RunReport;
use executor::{ExecutorError, PolledRun};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

const ENDED: fn(&PolledRun) -> bool = |run| matches!(run.report, RunReport::Ended(_));

/// Bytes that no block size divides and no two places share.
fn noise(size: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..size.div_ceil(8)).flat_map(|_| next()).take(size).collect()
}

#[tokio::test]
async fn names_of_people_arrive_as_they_are() {
    let node = Node::start();
    let token = token();
    let big = noise(3_000_001, 1);
    let files = [
        node.file("材料 データ.inc", b"*ELASTIC\n"),
        node.file("大きい ファイル.inp", &big),
        node.file("empty.inc", b""),
    ];
    let told = Mutex::new(Vec::new());
    let tell = |done, total| told.lock().unwrap().push((done, total));
    node.executor.stage(&node.address, &token, &files, &tell).await.unwrap();
    for file in &files {
        let there = std::fs::read(node.folder(&token).join(file.name.as_str())).unwrap();
        assert_eq!(hash(&there), file.sha256);
    }
    let total = files.iter().map(|file| file.size).sum::<u64>();
    assert_eq!(told.lock().unwrap().last(), Some(&(total, total)));

    let script = "cp '大きい ファイル.inp' '結果 1.dat'; echo changed >> '材料 データ.inc'; touch nothing.dat job.lck";
    node.executor.launch(&node.address, &sh(&token, script)).await.unwrap();
    node.until(&token, ENDED).await;
    let into = node.here.path().join("results");
    let collected = node.executor.collect(&node.address, &token, &into, &|_, _| {}).await.unwrap();
    let mut names: Vec<&str> = collected.files.iter().map(|file| file.name.as_str()).collect();
    names.sort_unstable();
    // input that was not changed and a solver's lock are no results
    assert_eq!(names, ["console.log", "nothing.dat", "材料 データ.inc", "結果 1.dat"]);
    assert!(collected.files.iter().all(|file| file.error.is_none()), "{collected:?}");
    assert_eq!(std::fs::read(into.join("結果 1.dat")).unwrap(), big);
    assert_eq!(std::fs::read(into.join("材料 データ.inc")).unwrap(), b"*ELASTIC\nchanged\n");
}

#[tokio::test]
async fn sending_goes_on_where_it_stopped() {
    let node = Node::start();
    let token = token();
    let bytes = noise(5_000_003, 2);
    let file = node.file("deck.inp", &bytes);
    // what a connection that broke half way has left
    node.stage(&token, &[]).await;
    let part = node.folder(&token).join(".run/in/deck.inp.part");
    std::fs::write(&part, &bytes[..4_000_000]).unwrap();
    let first = AtomicU64::new(u64::MAX);
    let tell = |done, _| {
        first.fetch_min(done, Ordering::Relaxed);
    };
    node.executor.stage(&node.address, &token, std::slice::from_ref(&file), &tell).await.unwrap();
    assert_eq!(first.load(Ordering::Relaxed), 4_000_000, "not sent again");
    assert_eq!(std::fs::read(node.folder(&token).join("deck.inp")).unwrap(), bytes);
    assert!(!part.exists());
}

#[tokio::test]
async fn a_part_of_something_else_is_sent_again() {
    let node = Node::start();
    let token = token();
    let bytes = noise(1_000_003, 3);
    node.stage(&token, &[]).await;
    let part = node.folder(&token).join(".run/in/deck.inp.part");
    std::fs::write(&part, noise(900_000, 4)).unwrap();
    node.stage(&token, &[node.file("deck.inp", &bytes)]).await;
    assert_eq!(std::fs::read(node.folder(&token).join("deck.inp")).unwrap(), bytes);
}

#[tokio::test]
async fn a_file_that_is_not_what_it_was_said_to_be_is_never_put_down() {
    let node = Node::start();
    for size in [10, 1_000_000] {
        let token = token();
        let mut file = node.file("deck.inp", &noise(size, 5));
        file.sha256 = hash(b"something else");
        let staged = node.executor.stage(&node.address, &token, &[file], &|_, _| {}).await;
        assert_eq!(staged, Err(ExecutorError::Verify { name: "deck.inp".into() }));
        assert!(!node.folder(&token).join("deck.inp").exists());
    }
}

#[tokio::test]
async fn fetching_goes_on_where_it_stopped() {
    let node = Node::start();
    let bytes = noise(6_000_001, 6);
    let (right, wrong) = (node.file("right.dat", &bytes), node.file("wrong.dat", &bytes));
    let token = token();
    node.stage(&token, &[right, wrong]).await;
    node.executor.launch(&node.address, &sh(&token, "echo x >> right.dat; echo x >> wrong.dat")).await.unwrap();
    node.until(&token, ENDED).await;
    let into = node.here.path().join("results");
    std::fs::create_dir(&into).unwrap();
    std::fs::write(into.join("right.dat.part"), &bytes[..5_000_000]).unwrap();
    std::fs::write(into.join("wrong.dat.part"), noise(5_500_000, 7)).unwrap();
    let collected = node.executor.collect(&node.address, &token, &into, &|_, _| {}).await.unwrap();
    assert!(collected.files.iter().all(|file| file.error.is_none()), "{collected:?}");
    let expected = [bytes.as_slice(), b"x\n"].concat();
    for name in ["right.dat", "wrong.dat"] {
        assert!(std::fs::read(into.join(name)).unwrap() == expected, "{name}");
        assert!(!into.join(format!("{name}.part")).exists());
    }
    // once more: all there, nothing fetched
    let again = node.executor.collect(&node.address, &token, &into, &|_, _| {}).await.unwrap();
    assert_eq!(again, collected);
}

#[tokio::test]
async fn what_cannot_be_fetched_is_said_and_the_rest_comes() {
    let node = Node::start();
    let token = node.script("echo good > good.dat; echo bad > '$(bad).dat'; ln -s /etc/passwd link.dat").await;
    node.until(&token, ENDED).await;
    let into = node.here.path().join("results");
    let collected = node.executor.collect(&node.address, &token, &into, &|_, _| {}).await.unwrap();
    let of = |name: &str| collected.files.iter().find(|file| file.name == name);
    assert_eq!(of("good.dat").unwrap().error, None);
    assert!(of("$(bad).dat").unwrap().error.is_some());
    assert!(of("link.dat").is_none(), "a link is nobody's result");
    let mut here: Vec<_> = std::fs::read_dir(&into).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    here.sort();
    assert_eq!(here, ["console.log", "good.dat"]);
}

#[tokio::test]
async fn a_transfer_survives_the_loss_of_its_connection() {
    let node = tokio::sync::Mutex::new(Node::start());
    let token = token();
    let (bytes, executor, address, file, folder) = {
        let node = node.lock().await;
        let bytes = noise(40_000_000, 8);
        let file = node.file("deck.inp", &bytes);
        node.stage(&token, &[]).await;
        (bytes, node.executor.clone(), node.address.clone(), file, node.folder(&token))
    };
    let some = tokio::sync::Notify::new();
    let tell = |done, _| {
        if done > 2_000_000 {
            some.notify_one();
        }
    };
    let files = [file];
    let cut = async {
        some.notified().await;
        node.lock().await.sshd.kill_sessions();
    };
    let (staged, ()) = tokio::join!(executor.stage(&address, &token, &files, &tell), cut);
    staged.unwrap();
    assert!(node.lock().await.sshd.log().matches("Accepted publickey").count() > 1, "it was cut");
    assert!(std::fs::read(folder.join("deck.inp")).unwrap() == bytes);
}

#[tokio::test]
async fn many_small_files_travel_together() {
    let node = Node::start();
    let token = token();
    let files: Vec<_> = (0..300).map(|n| node.file(&format!("part-{n}.inc"), format!("** {n}\n").as_bytes())).collect();
    node.stage(&token, &files).await;
    assert_eq!(node.sshd.log().matches("Starting session: subsystem").count(), 1, "that of the program itself");
    assert_eq!(std::fs::read(node.folder(&token).join("part-299.inc")).unwrap(), b"** 299\n");
}

#[tokio::test]
async fn a_local_file_that_is_not_there_is_our_fault_and_named_without_its_folder() {
    let node = Node::start();
    let file = node.file("deck.inp", b"x");
    std::fs::remove_file(&file.path).unwrap();
    let error = node.executor.stage(&node.address, &token(), &[file], &|_, _| {}).await.unwrap_err();
    assert!(matches!(&error, ExecutorError::LocalFile { name, .. } if name == "deck.inp"), "{error:?}");
    assert!(!error.is_transport());
    assert!(!error.to_string().contains('/'), "{error}");
}

#[tokio::test]
async fn a_result_never_takes_the_place_of_another_on_its_way() {
    let node = Node::start();
    let token = token();
    let big = noise(3_000_001, 7);
    let files = [node.file("big.inp", &big)];
    node.executor.stage(&node.address, &token, &files, &|_, _| {}).await.unwrap();
    // while the first is fetched it is called as the second one is
    let script = "cp big.inp big.odb; echo small > big.odb.part";
    node.executor.launch(&node.address, &sh(&token, script)).await.unwrap();
    node.until(&token, ENDED).await;
    let into = node.here.path().join("results");
    let collected = node.executor.collect(&node.address, &token, &into, &|_, _| {}).await.unwrap();
    let error = |name: &str| collected.files.iter().find(|file| file.name == name).unwrap().error.clone();
    assert_eq!(error("big.odb"), None);
    assert!(error("big.odb.part").is_some(), "{collected:?}");
    assert_eq!(std::fs::read(into.join("big.odb")).unwrap(), big);
    assert!(!into.join("big.odb.part").exists());
}
