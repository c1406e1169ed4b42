#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::super::form::Form;
use super::super::item::{Check, Item, Origin, Reading, Sending};
use super::super::standing::{self, Standing};
use super::super::submission;
use super::*;
use crate::jobs::api::{Unpacked, UploadView};
use domain::{FileName, JobId, JobName, Solver};
use leptos::prelude::{Owner, Set, Signal, WithUntracked};
use std::io::Read;
use std::sync::Arc;

const DECK: &str = "*NODE\n1,0.,0.,0.\n*ELEMENT,TYPE=C3D8\n1,1,1,1,1,1,1,1,1\n*INCLUDE,INPUT=Steel.inc\n*STEP\n*STATIC\n1.,1.\n*RESTART,WRITE,FREQUENCY=1\n*END STEP\n";

fn upload(n: u32) -> UploadId {
    UploadId::parse(&format!("00000000-0000-7000-8000-{n:012}")).unwrap()
}

/// A file that arrived, as the earlier job's would: without a browser's handle.
fn stored(id: u32, name: &str) -> Item {
    Item {
        id: ItemId(id),
        name: name.to_owned(),
        size: 10,
        origin: Origin::Job(UploadView {
            id: upload(id),
            name: FileName::parse(name).unwrap(),
            size: 10,
            sha256: String::new(),
        }),
        refusal: None,
        reading: Reading::No,
        sha256: None,
        digesting: false,
        sending: Sending::Stored {
            view: UploadView { id: upload(id), name: FileName::parse(name).unwrap(), size: 10, sha256: String::new() },
        },
        check: Check::No,
        job_name: "beam".to_owned(),
        name_typed: false,
        cpus: None,
        parent: None,
        key: String::new(),
        problem: None,
    }
}

/// A file that was in an archive.
fn out_of_zip(id: u32, name: &str) -> Item {
    let item = stored(id, name);
    let Sending::Stored { view } = &item.sending else { panic!("{item:?}") };
    let origin = Origin::Archive { archive: "all.zip".to_owned(), view: view.clone() };
    Item { origin, ..item }
}

/// The same, read by the browser with the files `here`.
fn read(id: u32, name: &str, text: &str, here: &[&str]) -> Item {
    let files = |wanted: &str| {
        sorting::find(wanted, here.iter().copied()).map(|_| Box::new(b"*MATERIAL,NAME=S\n".as_slice()) as Box<dyn Read>)
    };
    let deck = deck::inp::read_with(text.as_bytes(), &files);
    Item { reading: Reading::Done { deck: Arc::new(deck), with: Vec::new() }, ..stored(id, name) }
}

fn checked(mut item: Item, files: Vec<UploadId>) -> Item {
    let deck = item.report().unwrap().clone();
    item.check = Check::Done { files, deck, free_name: JobName::parse("beam").unwrap() };
    item
}

#[test]
fn a_missing_file_blocks_and_its_arrival_frees() {
    let alone = [read(1, "beam.inp", DECK, &[])];
    assert_eq!(standing::of(&alone[0], &alone), Standing::Missing { files: 1 });

    let both = [read(1, "beam.inp", DECK, &["steel.inc"]), stored(2, "steel.inc")];
    // other capitals: it has to be sent again under the deck's spelling
    assert_eq!(roles(&both)[1], Role::Needed { by: vec![ItemId(1)], sent_as: "Steel.inc".to_owned() });
    assert_eq!(complete(&both[0], &both), None);

    let mut both = [read(1, "beam.inp", DECK, &["Steel.inc"]), stored(2, "Steel.inc")];
    let files = vec![upload(1), upload(2)];
    assert_eq!(complete(&both[0], &both), Some(files.clone()));
    assert_eq!(due(&both), [Action::Check(ItemId(1), files.clone())]);
    assert_eq!(standing::of(&both[0], &both), Standing::Checking);
    both[0] = checked(both[0].clone(), files);
    assert_eq!(due(&both), []);
    assert_eq!(standing::of(&both[0], &both), Standing::Ready { warnings: 0 });
    assert_eq!(read_by_nobody_else(ItemId(1), &both), [ItemId(2)]);
}

#[test]
fn a_file_that_changes_after_the_check_asks_for_another() {
    let mut items = [read(1, "beam.inp", DECK, &["Steel.inc"]), stored(2, "Steel.inc")];
    items[0] = checked(items[0].clone(), vec![upload(1), upload(2)]);
    items[1] = Item { id: ItemId(3), ..stored(3, "Steel.inc") };
    assert_eq!(standing::of(&items[0], &items), Standing::Checking);
    assert_eq!(due(&items), [Action::Check(ItemId(1), vec![upload(1), upload(3)])]);
}

#[test]
fn a_deck_that_another_reads_is_no_job() {
    let outer = "*INCLUDE,INPUT=part.inp\n*STEP\n*STATIC\n*END STEP\n";
    let items = [read(1, "part.inp", DECK, &[]), read(2, "outer.inp", outer, &["part.inp"])];
    assert_eq!(roles(&items)[0], Role::Needed { by: vec![ItemId(2)], sent_as: "part.inp".to_owned() });
    assert_eq!(roles(&items)[1], Role::Deck);
    // two that name each other: the first stays
    let circle = [
        read(1, "a.inp", "*INCLUDE,INPUT=b.inp\n", &["b.inp"]),
        read(2, "b.inp", "*INCLUDE,INPUT=a.inp\n", &["a.inp"]),
    ];
    assert_eq!(roles(&circle)[0], Role::Deck);
    assert!(matches!(roles(&circle)[1], Role::Needed { .. }));
}

#[test]
fn an_earlier_jobs_files_are_checked_without_being_read_here() {
    let items = [stored(1, "beam.inp"), stored(2, "steel.inc")];
    assert_eq!(due(&items), [Action::Check(ItemId(1), vec![upload(1), upload(2)])]);
    assert_eq!(standing::of(&items[0], &items), Standing::Checking);
}

#[test]
fn two_decks_cannot_have_one_name() {
    let text = DECK.replace("*INCLUDE,INPUT=Steel.inc\n", "");
    let items = [
        checked(read(1, "a.inp", &text, &[]), vec![upload(1)]),
        checked(read(2, "b.inp", &text, &[]), vec![upload(2)]),
    ];
    assert_eq!(standing::of(&items[0], &items), Standing::Ready { warnings: 0 });
    assert_eq!(standing::of(&items[1], &items), Standing::SameName);
    assert_eq!(standing::ready(&items).len(), 1);
}

#[test]
fn what_differs_is_named() {
    let here = deck::inp::read(DECK.as_bytes());
    let there = deck::inp::read(DECK.replace("1,0.,0.,0.\n", "1,0.,0.,0.\n2,0.,0.,1.\n").as_bytes());
    let found = standing::differences(&here, &there);
    assert!(found.contains(&standing::Difference::Nodes(1, 2)), "{found:?}");
    assert_eq!(standing::differences(&here, &here), []);
}

#[test]
fn a_corrected_deck_takes_the_place_of_the_earlier_one() {
    let items = [stored(1, "beam-3.inp"), stored(2, "steel.inc")];
    assert_eq!(replaced_by("STEEL.inc", false, &items), Some(1));
    assert_eq!(replaced_by("beam.inp", true, &items), Some(0));
    // two new decks are two new jobs; a file is no deck
    assert_eq!(replaced_by("beam.inp", false, &items), None);
    assert_eq!(replaced_by("other.inc", true, &items), None);
    // a deck of this very form is not replaced by another
    let own = [Item { origin: Origin::Browser, ..stored(1, "plate.inp") }];
    assert_eq!(replaced_by("beam.inp", true, &own), None);
    // nor one that an archive brought
    assert_eq!(replaced_by("beam.inp", true, &[out_of_zip(1, "plate.inp")]), None);
    // nor is one that asks for the new file
    let outer = checked(read(1, "outer.inp", "*INCLUDE,INPUT=part.inp\n", &[]), vec![upload(1)]);
    assert_eq!(replaced_by("part.inp", true, &[Item { reading: Reading::No, ..outer }]), None);
}

#[test]
fn only_the_earlier_jobs_deck_is_made_from_it() {
    let text = DECK.replace("*INCLUDE,INPUT=Steel.inc\n", "");
    let earlier = Item { parent: Some(JobId(7)), ..stored(1, "beam.inp") };
    let mut corrected = read(3, "beam.inp", &text, &[]);
    corrected.take_place_of(&earlier);
    let items = [corrected, read(4, "plate.inp", &text, &[])];
    Owner::new().with(|| {
        let form = Form::new(|_| Signal::derive(|| None));
        form.solver.set(Some(Solver::Calculix));
        let parents: Vec<Option<JobId>> =
            items.iter().map(|item| submission::request(form, item, &items).unwrap().1.parent).collect();
        assert_eq!(parents, [Some(JobId(7)), None]);
    });
}

#[test]
fn a_corrected_subroutine_stays_with_the_earlier_job_s_deck_while_it_is_looked_at_again() {
    let plain = DECK.replace("*INCLUDE,INPUT=Steel.inc\n", "");
    let known = read(1, "beam.inp", &plain, &[]).report().cloned();
    let mut deck = stored(1, "beam.inp");
    let file = Item { origin: Origin::Browser, sha256: Some(String::new()), ..stored(2, "umat.for") };
    let files = vec![upload(1), upload(2)];
    deck.check = Check::Asking { files: files.clone(), before: known };
    let items = vec![deck, file];
    assert_eq!(complete(&items[0], &items), Some(files));
    assert_eq!(due(&items), []);
}

#[test]
fn an_archive_is_sent_and_makes_place_for_its_files() {
    let archive = Item { origin: Origin::Browser, sending: Sending::No, ..stored(1, "all.zip") };
    assert_eq!(roles(std::slice::from_ref(&archive)), [Role::Archive]);
    assert_eq!(due(std::slice::from_ref(&archive)), [Action::Send(ItemId(1), "all.zip".to_owned())]);
    let view = |n: u32, name: &str| UploadView {
        id: upload(n),
        name: FileName::parse(name).unwrap(),
        size: 10,
        sha256: String::new(),
    };
    let skipped = vec!["old.odb".to_owned()];
    Owner::new().with(|| {
        let form = Form::new(|_| Signal::derive(|| None));
        form.items.set(vec![archive.clone(), Item { origin: Origin::Browser, ..stored(2, "steel.inc") }]);
        let files = vec![view(11, "a.inp"), view(12, "b.inp"), view(13, "STEEL.inc")];
        form.unpacked(ItemId(1), Unpacked { files: files.clone(), skipped: skipped.clone() });
        form.items.with_untracked(|items| {
            let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
            // one of the same name takes its place
            assert_eq!(names, ["all.zip", "STEEL.inc", "a.inp", "b.inp"]);
            assert_eq!(items[0].sending, Sending::Unpacked { name: "all.zip".to_owned(), skipped });
            assert!(items[1..].iter().all(Item::is_remote));
            let steel = upload(13);
            let check = |deck: u32| vec![upload(deck), steel.clone()];
            let [Action::Check(_, a), Action::Check(_, b)] = &due(items)[..] else { panic!("{:?}", due(items)) };
            assert_eq!((a, b), (&check(11), &check(12)));
        });
        // with nothing left out its row has nothing to say
        form.items.set(vec![archive]);
        form.unpacked(ItemId(1), Unpacked { files, skipped: Vec::new() });
        assert_eq!(form.items.with_untracked(Vec::len), 3);
    });
}

#[test]
fn a_file_on_the_server_is_called_as_the_deck_spells_it() {
    let deck = Item { origin: Origin::Browser, ..read(1, "beam.inp", DECK, &["steel.inc"]) };
    let mut items = [
        Item {
            reading: Reading::Done {
                deck: deck.report().unwrap().clone(),
                with: vec![("Steel.inc".to_owned(), ItemId(2))],
            },
            ..deck
        },
        out_of_zip(2, "steel.inc"),
    ];
    let steel = FileName::parse("Steel.inc").unwrap();
    assert_eq!(due(&items), [Action::Rename(ItemId(2), upload(2), steel.clone())]);
    assert_eq!(standing::of(&items[0], &items), Standing::Sending);
    // under its new name it is another upload
    items[1].sending =
        Sending::Stored { view: UploadView { id: upload(9), name: steel, size: 10, sha256: String::new() } };
    assert_eq!(due(&items), [Action::Check(ItemId(1), vec![upload(1), upload(9)])]);
}
