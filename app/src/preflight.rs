//! The pre-flight in the browser: the server's own deck reader, run in a worker with the page's own WASM, before and
//! while the file is sent. The worker (`public/preflight-worker.js`) calls the two exported functions; the page reads
//! their answers.

use serde::{Deserialize, Serialize};

/// What the worker answers about a deck.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preflight {
    /// What it holds, the files at hand counted in.
    pub deck: deck::inp::Deck,
    /// Of the deck's own bytes, hexadecimal: compared with what the server received.
    pub sha256: String,
}

/// Bytes read between two reports of progress. Larger slices read no faster; smaller ones cost a call each.
#[cfg(feature = "hydrate")]
const SLICE: f64 = 4.0 * 1024.0 * 1024.0;

#[cfg(feature = "hydrate")]
#[allow(unsafe_code, reason = "the macro exports the entry by a name of its own for the splitter to find")]
mod worker {
    use super::{Preflight, SLICE};
    use crate::jobs::submit::sorting;
    use deck::inp::{Files, Scanner};
    use js_sys::{Array, Function, JsString, Uint8Array};
    use leptos::wasm_split::{SplitLoaderError, wasm_split};
    use sha2::{Digest, Sha256};
    use std::io::{self, Read};
    use wasm_bindgen::prelude::*;
    use web_sys::{Blob, File, FileReaderSync};

    /// Hands a file's bytes over in slices; the buffer is used again.
    fn read(file: &File, progress: &Function, mut take: impl FnMut(&[u8])) -> Result<(), JsValue> {
        let reader = FileReaderSync::new()?;
        let size = file.size();
        let mut buffer = Vec::new();
        let mut at = 0.0;
        while at < size {
            let end = (at + SLICE).min(size);
            let bytes = bytes_of(&reader, &file.slice_with_f64_and_f64(at, end)?)?;
            buffer.resize(bytes.length() as usize, 0);
            bytes.copy_to(&mut buffer);
            take(&buffer);
            at = end;
            progress.call1(&JsValue::NULL, &JsValue::from_f64(at))?;
        }
        Ok(())
    }

    fn bytes_of(reader: &FileReaderSync, blob: &Blob) -> Result<Uint8Array, JsValue> {
        Ok(Uint8Array::new(&reader.read_as_array_buffer(blob)?.into()))
    }

    /// A file of the page, read as files are elsewhere.
    struct Slices<'a> {
        file: &'a File,
        reader: FileReaderSync,
        at: f64,
    }

    impl Read for Slices<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let end = (self.at + into.len() as f64).min(self.file.size());
            let said = |error: JsValue| io::Error::other(format!("{error:?}"));
            let blob = self.file.slice_with_f64_and_f64(self.at, end).map_err(said)?;
            let bytes = bytes_of(&self.reader, &blob).map_err(said)?;
            let read = bytes.length() as usize;
            bytes.copy_to(&mut into[..read]);
            self.at = end;
            Ok(read)
        }
    }

    /// Reads a deck. `others` holds pairs of name and file: what it may include. Answers a [`Preflight`] as JSON.
    ///
    /// # Errors
    /// What the browser says when a file cannot be read.
    #[wasm_bindgen]
    pub async fn preflight_file(file: File, others: Array, progress: Function) -> Result<String, JsValue> {
        read_file(file, Some(others), progress).await.map_err(not_loaded)?
    }

    /// The SHA-256 of a file's bytes, hexadecimal.
    ///
    /// # Errors
    /// What the browser says when the file cannot be read.
    #[wasm_bindgen]
    pub async fn digest_file(file: File, progress: Function) -> Result<String, JsValue> {
        read_file(file, None, progress).await.map_err(not_loaded)?
    }

    /// One entry for both, in a file of its own: only the worker loads the deck reader.
    #[wasm_split(deck_reader, wasm_split_path = ::leptos::wasm_split, fallible)]
    fn read_file(
        file: File,
        others: Option<Array>,
        progress: Function,
    ) -> Result<Result<String, JsValue>, SplitLoaderError> {
        Ok(match others {
            Some(others) => preflight(&file, &others, &progress),
            None => digest(&file, &progress),
        })
    }

    fn not_loaded(_: SplitLoaderError) -> JsValue {
        JsValue::from_str("the deck reader could not be loaded")
    }

    fn preflight(file: &File, others: &Array, progress: &Function) -> Result<String, JsValue> {
        let others: Vec<(String, File)> = others
            .iter()
            .filter_map(|pair| {
                let pair: Array = pair.dyn_into().ok()?;
                let name: JsString = pair.get(0).dyn_into().ok()?;
                Some((name.into(), pair.get(1).dyn_into().ok()?))
            })
            .collect();
        let files = |wanted: &str| {
            let (at, _) = sorting::named(wanted, others.iter().map(|(name, _)| name.as_str()))?;
            let file = Slices { file: &others[at].1, reader: FileReaderSync::new().ok()?, at: 0.0 };
            Some(Box::new(file) as Box<dyn Read>)
        };
        let files: &Files = &files;
        let mut scanner = Scanner::with_files(files);
        let mut hash = Sha256::new();
        read(file, progress, |bytes| {
            scanner.feed(bytes);
            hash.update(bytes);
        })?;
        let answer = Preflight { deck: scanner.finish(), sha256: hex::encode(hash.finalize()) };
        serde_json::to_string(&answer).map_err(|error| JsValue::from_str(&error.to_string()))
    }

    fn digest(file: &File, progress: &Function) -> Result<String, JsValue> {
        let mut hash = Sha256::new();
        read(file, progress, |bytes| hash.update(bytes))?;
        Ok(hex::encode(hash.finalize()))
    }
}
