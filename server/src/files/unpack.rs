//! What people send as a `.zip`: the files inside become uploads of their own, all of them or none.
//!
//! Nothing the archive says is believed: bytes are counted as they come out, and of a path only the last part is used.

use super::body::Allowance;
use super::naming::file_name;
use super::receive::Unfinished;
use app::backend::{Asking, Backend, MOST_FILES, UPLOAD_FOLDERS, fault};
use app::i18n::Locale;
use app::jobs::api::{Unpacked, UploadView};
use app::jobs::submit::sorting;
use app::{AppError, ErrorCode};
use domain::{FileName, NameError};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use tokio::sync::Semaphore;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

/// All files of an archive together may have so many times the bytes of the largest single one.
const TOGETHER: u64 = 4;
/// Most bytes read to find an archive's directory. It is kept in memory; 500 files with long names need a tenth of this.
const MOST_DIRECTORY: u64 = 4 * 1024 * 1024;
/// What computers put into folders for themselves.
const LITTER: [&str; 3] = [".ds_store", "thumbs.db", "desktop.ini"];
/// Archives unpacked at once; the others wait. Each holds a thread of a pool that everything else needs as well.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Unpacks the archive `name`, whose bytes are in `part`; it goes, whatever comes of it.
///
/// # Errors
/// `VALIDATION_ERROR` and `PAYLOAD_TOO_LARGE` name the file inside that is not taken; nothing of the archive stays then.
pub(super) async fn unpack(
    backend: &Backend,
    asking: &Asking,
    name: FileName,
    part: PathBuf,
    place: Unfinished,
) -> Result<Unpacked, AppError> {
    let (backend, asking) = (backend.clone(), asking.clone());
    let locale = asking.locale;
    // a task of its own: files and rows come together, or not at all, when the sender leaves half-way
    let work = tokio::spawn(async move {
        let turn = TURNS.acquire().await.map_err(|_| fault::internal(locale))?;
        let root = backend.folders.uploads.clone();
        let limits = Limits::of(backend.repository.settings().max_file_bytes);
        let unpacking = tokio::task::spawn_blocking(move || {
            let (_turn, _place) = (turn, place);
            contents(&part, &root, limits)
        });
        let contents = unpacking.await.map_err(|_| fault::internal(locale))?;
        let Contents { files, skipped } = contents.map_err(|wrong| wrong.said(locale, &name, limits))?;
        let rows: Vec<_> =
            files.iter().map(|file| file.place.row(&file.name, file.size, file.sha256.clone(), &asking)).collect();
        backend.repository.add_uploads(&rows).await.map_err(|error| fault::repository(locale, error))?;
        let view = |file: Stored| {
            let Stored { place, name, size, sha256 } = file;
            let id = place.id.clone();
            place.keep();
            UploadView { id, name, size, sha256 }
        };
        Ok(Unpacked { files: files.into_iter().map(view).collect(), skipped })
    });
    work.await.unwrap_or_else(|_| Err(fault::internal(locale)))
}

/// Most bytes that may come out.
#[derive(Clone, Copy)]
struct Limits {
    file: u64,
    together: u64,
}

impl Limits {
    fn of(file: u64) -> Limits {
        Limits { file, together: file.saturating_mul(TOGETHER) }
    }
}

/// A file that lies whole in its place, without a row yet.
struct Stored {
    place: Unfinished,
    name: FileName,
    size: u64,
    sha256: String,
}

struct Contents {
    files: Vec<Stored>,
    skipped: Vec<String>,
}

/// Why an archive is not taken. Files are named by their paths in it.
#[derive(Debug)]
enum Wrong {
    Damaged,
    DamagedFile(String),
    Encrypted(String),
    Link(String),
    Method(String),
    Name(String, NameError),
    SameName(String, String),
    TooMany,
    TooLarge(String),
    TooLargeTogether,
    NothingInIt,
    Disk(io::Error),
}

impl From<ZipError> for Wrong {
    fn from(error: ZipError) -> Wrong {
        tracing::info!(%error, "an archive that cannot be read");
        Wrong::Damaged
    }
}

impl Wrong {
    fn said(self, locale: Locale, zip: &FileName, limits: Limits) -> AppError {
        let refuse =
            |ja: String, en: String| AppError::new(ErrorCode::ValidationError, locale.pick(ja, en)).about("file");
        match self {
            Wrong::Damaged => refuse(
                format!("{zip} は壊れているか、.zip ではありません。作り直して送ってください。"),
                format!("{zip} is damaged or no .zip. Make it again and send it."),
            ),
            Wrong::DamagedFile(path) => refuse(
                format!("{zip} の中の {path} が壊れています。.zip を作り直して送ってください。"),
                format!("{path} in {zip} is damaged. Make the .zip again and send it."),
            ),
            Wrong::Encrypted(path) => refuse(
                format!("{zip} の中の {path} にパスワードがかかっています。パスワードなしの .zip にしてください。"),
                format!("{path} in {zip} has a password. Make the .zip without one."),
            ),
            Wrong::Link(path) => refuse(
                format!("{zip} の中の {path} はファイルではなくリンクです。ファイルそのものを入れてください。"),
                format!("{path} in {zip} is a link, not a file. Put the file itself in."),
            ),
            Wrong::Method(path) => refuse(
                format!("{zip} の中の {path} の圧縮方式は読めません。通常の .zip (Deflate) にしてください。"),
                format!("{path} in {zip} is compressed in a way that cannot be read. Make a usual .zip (Deflate)."),
            ),
            Wrong::Name(path, error) => fault::file_name(locale, &path, error),
            Wrong::SameName(one, other) => refuse(
                format!(
                    "{zip} の中の {one} と {other} は同じ名前になります。ジョブのフォルダーは1つなので、どちらかの名前を変えてください。"
                ),
                format!("{one} and {other} in {zip} have one name, and a job has only one folder. Rename one of them."),
            ),
            Wrong::TooMany => refuse(
                format!("{zip} の中のファイルが多すぎます。{MOST_FILES}個までです。"),
                format!("There are too many files in {zip}; at most {MOST_FILES} are taken."),
            ),
            Wrong::TooLarge(path) => fault::too_large(locale, &path, limits.file),
            Wrong::TooLargeTogether => fault::too_large(locale, zip.as_str(), limits.together),
            Wrong::NothingInIt => {
                refuse(format!("{zip} に入力ファイルがありません。"), format!("There is no input file in {zip}."))
            }
            Wrong::Disk(error) => fault::disk(locale, &error),
        }
    }
}

/// A file to be unpacked.
struct Wanted {
    index: usize,
    path: String,
    name: FileName,
}

/// Everything in the archive at `zip`, each file in a place of its own below `root`.
fn contents(zip: &Path, root: &Path, limits: Limits) -> Result<Contents, Wrong> {
    let allowance = Allowance::of(MOST_DIRECTORY);
    let file = File::open(zip).map_err(Wrong::Disk)?;
    let mut archive = ZipArchive::new(BufReader::new(Counted { file, allowance: allowance.clone() }))?;
    // what comes out has limits of its own
    allowance.renew(u64::MAX);
    // of two entries with one path only one would be seen
    if archive.has_duplicate_names() {
        return Err(Wrong::Damaged);
    }
    let (wanted, mut skipped) = plan(&archive)?;
    let mut files = Vec::new();
    let mut left = limits.together;
    for Wanted { index, path, name } in wanted {
        let mut packed = archive.by_index(index)?;
        match store(&mut packed, &path, name, root, limits.file, &mut left)? {
            Some(stored) => files.push(stored),
            None => skipped.push(path),
        }
    }
    if files.is_empty() {
        return Err(Wrong::NothingInIt);
    }
    for folder in [&root.join(UPLOAD_FOLDERS), root] {
        sync(folder).map_err(Wrong::Disk)?;
    }
    Ok(Contents { files, skipped })
}

/// What is to be unpacked, and the paths of what is left out.
fn plan<R: Read + Seek>(archive: &ZipArchive<R>) -> Result<(Vec<Wanted>, Vec<String>), Wrong> {
    const KIND: u32 = 0o170_000;
    const PLAIN: u32 = 0o100_000;
    const DIRECTORY: u32 = 0o040_000;
    let mut wanted = Vec::new();
    let mut skipped = Vec::new();
    let mut taken: HashMap<String, String> = HashMap::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index)?;
        let (path, is_decoded) = decoded(entry.name_raw());
        let base = path.rsplit(['/', '\\']).next().unwrap_or_default();
        let kind = entry.unix_mode().map_or(0, |mode| mode & KIND);
        if base.is_empty() || kind == DIRECTORY || is_litter(&path, base) {
            continue;
        }
        if sorting::is_archive_name(base) || sorting::is_no_input_name(base) {
            skipped.push(shown(&path));
            continue;
        }
        let name = if is_decoded { file_name(base) } else { Err(NameError::BadCharacter) };
        let (name, path) = match name {
            Ok(name) => (name, shown(&path)),
            Err(error) => return Err(Wrong::Name(shown(&path), error)),
        };
        if kind != 0 && kind != PLAIN {
            return Err(Wrong::Link(path));
        }
        if entry.encrypted() {
            return Err(Wrong::Encrypted(path));
        }
        if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            return Err(Wrong::Method(path));
        }
        // a person's own computer may not tell capitals apart
        if let Some(other) = taken.insert(name.as_str().to_lowercase(), path.clone()) {
            return Err(Wrong::SameName(other, path));
        }
        if wanted.len() == MOST_FILES {
            return Err(Wrong::TooMany);
        }
        wanted.push(Wanted { index, path, name });
    }
    Ok((wanted, skipped))
}

/// Writes one file to a place of its own, and takes what it has off `left`. `None` for an empty one.
fn store(
    packed: &mut impl Read,
    path: &str,
    name: FileName,
    root: &Path,
    limit: u64,
    left: &mut u64,
) -> Result<Option<Stored>, Wrong> {
    let place = Unfinished::new(root).map_err(Wrong::Disk)?;
    fs::create_dir_all(&place.folder).map_err(Wrong::Disk)?;
    let part = place.folder.join(format!("{name}.part"));
    let mut file = File::create_new(&part).map_err(Wrong::Disk)?;
    let mut hash = Sha256::new();
    let mut size: u64 = 0;
    let mut slice = vec![0; 64 * 1024];
    loop {
        let some = match packed.read(&mut slice) {
            Ok(0) => break,
            Ok(some) => some,
            Err(error) => {
                tracing::info!(%error, "a packed file that cannot be read");
                return Err(Wrong::DamagedFile(path.to_owned()));
            }
        };
        size += some as u64;
        *left = left.checked_sub(some as u64).ok_or(Wrong::TooLargeTogether)?;
        if size > limit {
            return Err(Wrong::TooLarge(path.to_owned()));
        }
        hash.update(&slice[..some]);
        file.write_all(&slice[..some]).map_err(Wrong::Disk)?;
    }
    if size == 0 {
        return Ok(None);
    }
    file.sync_all().map_err(Wrong::Disk)?;
    fs::rename(&part, place.folder.join(name.as_str())).map_err(Wrong::Disk)?;
    sync(&place.folder).map_err(Wrong::Disk)?;
    Ok(Some(Stored { place, name, size, sha256: hex::encode(hash.finalize()) }))
}

/// A new name is durable only when its folder is.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// A path as it was meant, and whether it could be read. Windows in Japan writes CP932 without saying so, and some
/// programs UTF-8 without saying so; bytes that are UTF-8 by chance are rare.
fn decoded(raw: &[u8]) -> (String, bool) {
    if let Ok(path) = std::str::from_utf8(raw) {
        return (path.to_owned(), true);
    }
    match encoding_rs::SHIFT_JIS.decode_without_bom_handling_and_without_replacement(raw) {
        Some(path) => (path.into_owned(), true),
        None => (String::from_utf8_lossy(raw).into_owned(), false),
    }
}

/// What no person put there: macOS' copies of attributes, and LITTER.
fn is_litter(path: &str, base: &str) -> bool {
    path.split(['/', '\\']).any(|part| part == "__MACOSX")
        || base.starts_with("._")
        || LITTER.iter().any(|one| base.eq_ignore_ascii_case(one))
}

/// A path may have 64 KiB.
fn shown(path: &str) -> String {
    const MOST: usize = 120;
    match path.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &path[..end]),
        None => path.to_owned(),
    }
}

/// A file that can be read for as long as its allowance lasts.
struct Counted {
    file: File,
    allowance: Allowance,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.allowance.is_spent() {
            return Err(io::Error::other("more than a directory needs"));
        }
        let some = self.file.read(into)?;
        self.allowance.spend(some as u64);
        Ok(some)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[cfg(test)]
#[path = "unpack_tests.rs"]
mod tests;
