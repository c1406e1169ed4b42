//! What the targets share.

use deck::abaqus::usage::Usage;
use deck::message::Messages;
use std::fmt::Debug;

/// Feeds a reader the input whole and cut in two, and holds what is seen of both against each other. The input's last two
/// bytes say where the others are cut.
#[macro_export]
macro_rules! same_in_slices {
    ($reader:expr, $see:expr) => {
        libfuzzer_sys::fuzz_target!(|data: &[u8]| {
            let Some((bytes, parts)) = $crate::cut(data) else { return };
            let (mut whole, mut sliced) = ($reader, $reader);
            whole.feed(bytes);
            for part in parts {
                sliced.feed(part);
            }
            $crate::same([whole, sliced], $see);
        });
    };
}

/// Both readers show the same.
pub fn same<R, S: PartialEq + Debug>(readers: [R; 2], see: impl Fn(R) -> S) {
    let [whole, sliced] = readers.map(see);
    assert_eq!(whole, sliced);
}

/// All but the last two bytes, and the same in two parts.
pub fn cut(data: &[u8]) -> Option<(&[u8], [&[u8]; 2])> {
    let (bytes, place) = data.split_last_chunk::<2>()?;
    let (head, tail) = bytes.split_at(usize::from(u16::from_le_bytes(*place)) % (bytes.len() + 1));
    Some((bytes, [head, tail]))
}

/// Every message is counted, and no more wordings are kept than deck promises (80 errors, 80 warnings, 40 notes).
pub fn within_limits(found: &Messages) {
    let counted: u64 = found.list.iter().map(|message| message.count).sum();
    assert_eq!(counted + found.not_kept, found.errors + found.warnings + found.notes);
    assert!(found.list.len() <= 200);
}

/// The usage, with no more kept of it than deck promises.
pub fn bounded(usage: &Usage) -> Usage {
    assert!(usage.features.len() <= 1_000 && usage.holders.len() <= 10_000 && usage.queued.len() <= 10_000);
    usage.clone()
}
