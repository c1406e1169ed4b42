#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use std::io::Cursor;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const LIMITS: Limits = Limits { file: 1 << 20, together: 4 << 20 };

/// An archive of these files; a path that ends with `/` is a folder.
fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        if path.ends_with('/') {
            writer.add_directory(*path, SimpleFileOptions::default()).unwrap();
        } else {
            writer.start_file(*path, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

/// Other bytes of the same length in the place of some, wherever they are.
fn with(mut zip: Vec<u8>, old: &[u8], new: &[u8]) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let places: Vec<usize> = (0..zip.len() - old.len()).filter(|at| zip[*at..].starts_with(old)).collect();
    assert!(!places.is_empty());
    for at in places {
        zip[at..at + new.len()].copy_from_slice(new);
    }
    zip
}

/// The files of an archive by name with their bytes, and what is left out.
type Found = (Vec<(String, Vec<u8>)>, Vec<String>);

/// What comes of an archive. Whatever is not taken has to be
/// gone from the disk.
fn unpacked(zip: &[u8], limits: Limits) -> Result<Found, Wrong> {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("sent.zip");
    fs::write(&file, zip).unwrap();
    let there = || fs::read_dir(root.path().join(UPLOAD_FOLDERS)).map_or(0, Iterator::count);
    let found = contents(&file, root.path(), limits);
    assert_eq!(there(), found.as_ref().map_or(0, |found| found.files.len()));
    let Contents { files, skipped } = found?;
    let mut read = Vec::new();
    for Stored { place, name, size, sha256 } in files {
        let bytes = fs::read(place.folder.join(name.as_str())).unwrap();
        assert_eq!(size, bytes.len() as u64);
        assert_eq!(sha256, hex::encode(Sha256::digest(&bytes)));
        read.push((name.to_string(), bytes));
    }
    // without a row none of them stays
    assert_eq!(there(), 0);
    Ok((read, skipped))
}

fn names(zip: &[u8]) -> Vec<String> {
    unpacked(zip, LIMITS).unwrap().0.into_iter().map(|(name, _)| name).collect()
}

fn wrong(zip: &[u8]) -> Wrong {
    match unpacked(zip, LIMITS) {
        Err(wrong) => wrong,
        Ok((files, _)) => panic!("taken: {files:?}"),
    }
}

#[test]
fn files_come_out_of_folders_whole() {
    let zip = packed(&[("work/", b""), ("work/beam.inp", b"*NODE\n"), ("work\\sub\\steel.inc", b"*MATERIAL\n")]);
    let (files, skipped) = unpacked(&zip, LIMITS).unwrap();
    assert_eq!(
        files,
        [("beam.inp".to_owned(), b"*NODE\n".to_vec()), ("steel.inc".to_owned(), b"*MATERIAL\n".to_vec())]
    );
    assert!(skipped.is_empty());
}

#[test]
fn a_path_leads_nowhere() {
    let zip = packed(&[("../../x.inp", b"1"), ("/etc/passwd", b"2"), ("C:\\work\\y.inp", b"3")]);
    assert_eq!(names(&zip), ["x.inp", "passwd", "y.inp"]);
    assert!(matches!(wrong(&packed(&[("a/..", b"1")])), Wrong::Name(path, NameError::BadEdge) if path == "a/.."));
}

#[test]
fn what_computers_add_and_what_is_no_input_is_left_out() {
    let zip = packed(&[
        ("__MACOSX/._beam.inp", b"x"),
        (".DS_Store", b"x"),
        ("a/Thumbs.db", b"x"),
        ("beam.inp", b"*NODE\n"),
        ("beam.odb", b"x"),
        ("old/all.ZIP", b"x"),
        ("empty.inc", b""),
    ]);
    let (files, skipped) = unpacked(&zip, LIMITS).unwrap();
    assert_eq!(files.len(), 1);
    assert_eq!(skipped, ["beam.odb", "old/all.ZIP", "empty.inc"]);
    assert!(matches!(wrong(&packed(&[("beam.odb", b"x")])), Wrong::NothingInIt));
}

#[test]
fn names_of_macos_are_put_together() {
    assert_eq!(names(&packed(&[("か\u{3099}た.inp", b"*NODE\n")])), ["がた.inp"]);
}

#[test]
fn names_of_japanese_windows_are_read() {
    // in CP932 the second byte of 表 is a backslash
    let raw = b"\x95\x5c/\x89\xf0\x90\xcd\x95\x5c.inp";
    assert_eq!(names(&with(packed(&[("01/345678.inp", b"*NODE\n")]), b"01/345678.inp", raw)), ["解析表.inp"]);
    // UTF-8, said or not, is UTF-8
    assert_eq!(names(&packed(&[("解析表.inp", b"*NODE\n")])), ["解析表.inp"]);
    let bytes = "解析.inp".as_bytes();
    assert_eq!(names(&with(packed(&[("0123456789", b"*NODE\n")]), b"0123456789", bytes)), ["解析.inp"]);
    let neither = with(packed(&[("01.inp", b"*NODE\n")]), b"01.inp", b"\xff\xff.inp");
    assert!(matches!(wrong(&neither), Wrong::Name(_, NameError::BadCharacter)));
}

#[test]
fn a_name_that_no_file_can_have_is_named() {
    let found = wrong(&packed(&[("beam.inp", b"1"), ("sub/a;b.inc", b"2")]));
    let said = found.said(Locale::En, &FileName::parse("sent.zip").unwrap(), LIMITS);
    assert!(said.message.contains("sub/a;b.inc"), "{}", said.message);
}

#[test]
fn two_files_of_one_name_are_refused_and_both_named() {
    for other in ["b/beam.inp", "b/BEAM.inp"] {
        let zip = packed(&[("a/beam.inp", b"1"), (other, b"2")]);
        assert!(matches!(wrong(&zip), Wrong::SameName(a, b) if a == "a/beam.inp" && b == other));
    }
    let twice = with(packed(&[("a/beam1.inp", b"1"), ("a/beam2.inp", b"2")]), b"beam2", b"beam1");
    assert!(matches!(wrong(&twice), Wrong::Damaged));
}

#[test]
fn a_bomb_stops_at_the_limit_whatever_its_headers_say() {
    let zeros = vec![0; 16 << 20];
    let bomb = packed(&[("beam.inp", b"*NODE\n"), ("bomb.inc", &zeros)]);
    assert!(bomb.len() < 64 * 1024);
    assert!(matches!(wrong(&bomb), Wrong::TooLarge(path) if path == "bomb.inc"));
    let lie = with(bomb, &(16_u32 << 20).to_le_bytes(), &100_u32.to_le_bytes());
    assert!(matches!(wrong(&lie), Wrong::TooLarge(_) | Wrong::DamagedFile(_)));
    // each of them is small enough
    let files: Vec<(String, &[u8])> = (0..5).map(|n| (format!("{n}.inc"), &zeros[..1 << 20])).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (path.as_str(), *bytes)).collect();
    assert!(matches!(wrong(&packed(&files)), Wrong::TooLargeTogether));
    assert_eq!(names(&packed(&files[..4])).len(), 4);
}

#[test]
fn more_files_than_a_job_has_are_refused() {
    let files: Vec<String> = (0..=MOST_FILES).map(|n| format!("{n}.inc")).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|path| (path.as_str(), &b"x"[..])).collect();
    assert!(matches!(wrong(&packed(&files)), Wrong::TooMany));
}

#[test]
fn links_and_secrets_are_refused() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_symlink("steel.inc", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    let link = writer.finish().unwrap().into_inner();
    assert!(matches!(wrong(&link), Wrong::Link(path) if path == "steel.inc"));
    let mut secret = packed(&[("beam.inp", b"*NODE\n")]);
    for (header, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let at = secret.windows(4).position(|bytes| bytes == header).unwrap();
        secret[at + flags] |= 1;
    }
    assert!(matches!(wrong(&secret), Wrong::Encrypted(path) if path == "beam.inp"));
}

#[test]
fn what_is_cut_off_or_altered_is_refused() {
    let zip = packed(&[("a.inp", b"*NODE\n"), ("b.inp", b"*ELEMENT, and more than a few bytes\n")]);
    for length in [0, 1, 30, zip.len() / 2, zip.len() - 1] {
        assert!(matches!(wrong(&zip[..length]), Wrong::Damaged), "{length}");
    }
    assert!(matches!(wrong(&vec![b'*'; 9 << 20]), Wrong::Damaged));
    let mut stored = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    stored.start_file("a.inp", options).unwrap();
    stored.write_all(b"*NODE\n1, 0.\n").unwrap();
    let altered = with(stored.finish().unwrap().into_inner(), b"1, 0.", b"1, 9.");
    assert!(matches!(wrong(&altered), Wrong::DamagedFile(path) if path == "a.inp"));
}
