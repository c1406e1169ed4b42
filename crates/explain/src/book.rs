//! The three files put together.

use crate::pattern::Pattern;
use crate::{Entry, MOST_BYTES, Words, pattern};
use domain::Solver;
use regex::bytes::{RegexSet, RegexSetBuilder};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A language's file: `[abaqus.too-many-attempts]`.
type Tongue = BTreeMap<String, BTreeMap<String, Words>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Patterns {
    message: Vec<Message>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    id: String,
    solvers: Vec<Solver>,
    #[serde(default)]
    files: Vec<String>,
    #[serde(default)]
    text: Vec<String>,
    #[serde(default)]
    regex: Vec<String>,
    examples: Vec<String>,
}

impl Message {
    fn patterns(&self) -> Vec<Pattern> {
        let text = self.text.iter().map(|words| Pattern::of_text(words));
        text.chain(self.regex.iter().map(|regex| Pattern::of_regex(regex))).collect()
    }
}

/// The patterns of one solver, all tried at once.
pub(crate) struct Index {
    solver: Solver,
    set: RegexSet,
    /// Which entry a pattern belongs to: rising, as the patterns are in the order of the entries.
    entry: Vec<usize>,
}

pub(crate) struct Book {
    pub(crate) entries: Vec<Entry>,
    indices: Vec<Index>,
}

static BOOK: LazyLock<Result<Book, String>> = LazyLock::new(|| {
    Book::read(include_str!("../data/patterns.toml"), include_str!("../data/ja.toml"), include_str!("../data/en.toml"))
});

/// The book; `None` if its files are at odds, which the tests of this crate rule out.
pub(crate) fn open() -> Option<&'static Book> {
    BOOK.as_ref().ok()
}

impl Book {
    pub(crate) fn read(patterns: &str, ja: &str, en: &str) -> Result<Book, String> {
        let patterns: Patterns = toml::from_str(patterns).map_err(|fault| format!("patterns.toml: {fault}"))?;
        let mut ja: Tongue = toml::from_str(ja).map_err(|fault| format!("ja.toml: {fault}"))?;
        let mut en: Tongue = toml::from_str(en).map_err(|fault| format!("en.toml: {fault}"))?;
        let indices = Solver::ALL.into_iter().map(|solver| Index::new(solver, &patterns.message)).collect();
        let mut entries = Vec::with_capacity(patterns.message.len());
        for message in patterns.message {
            let ja = take(&mut ja, &message.id).ok_or_else(|| format!("ja.toml lacks {}", message.id))?;
            let en = take(&mut en, &message.id).ok_or_else(|| format!("en.toml lacks {}", message.id))?;
            let Message { id, solvers, files, examples, .. } = message;
            entries.push(Entry { id, solvers, files, examples, ja, en });
        }
        for (name, left) in [("ja.toml", ja), ("en.toml", en)] {
            if let Some((group, words)) = left.iter().find(|(_, words)| !words.is_empty()) {
                let names = words.keys().cloned().collect::<Vec<_>>().join(", ");
                return Err(format!("patterns.toml lacks {group}.({names}) of {name}"));
            }
        }
        Ok(Book { entries, indices: Result::from_iter::<Vec<_>>(indices)? })
    }

    pub(crate) fn find(&self, solver: Solver, text: &str) -> Option<&Entry> {
        let index = self.indices.iter().find(|index| index.solver == solver)?;
        let text = pattern::squeezed(&text[..text.floor_char_boundary(MOST_BYTES)]);
        let first = index.set.matches(text.as_bytes()).iter().next()?;
        self.entries.get(*index.entry.get(first)?)
    }
}

/// Words are taken out, so that an id used twice is missed the second time, and one without patterns is left over.
fn take(tongue: &mut Tongue, id: &str) -> Option<Words> {
    let (group, name) = id.split_once('.')?;
    tongue.get_mut(group)?.remove(name)
}

impl Index {
    fn new(solver: Solver, messages: &[Message]) -> Result<Index, String> {
        let mut regexes = Vec::new();
        let mut entry = Vec::new();
        for (at, message) in messages.iter().enumerate().filter(|(_, message)| message.solvers.contains(&solver)) {
            for pattern in message.patterns() {
                regexes.push(pattern.regex);
                entry.push(at);
            }
        }
        let set = RegexSetBuilder::new(&regexes)
            .case_insensitive(true)
            .unicode(false)
            .build()
            .map_err(|fault| format!("patterns.toml: {fault}"))?;
        Ok(Index { solver, set, entry })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use regex::bytes::RegexBuilder;
    use std::collections::HashSet;

    fn messages() -> Vec<Message> {
        toml::from_str::<Patterns>(include_str!("../data/patterns.toml")).unwrap().message
    }

    #[test]
    fn the_files_agree() {
        if let Err(fault) = &*BOOK {
            panic!("{fault}");
        }
        println!(
            "{} entries, {} patterns",
            crate::all().len(),
            messages().iter().map(|m| m.patterns().len()).sum::<usize>()
        );
    }

    #[test]
    fn files_at_odds_are_refused_by_name() {
        const PATTERNS: &str = "[[message]]\nid='abaqus.a'\nsolvers=['abaqus']\ntext=['x']\nexamples=['x']";
        const WORDS: &str = "[abaqus.a]\ntitle='t'\nmeaning='m'\ncauses=['c']\ntry=['t']\navoid=[]\n";
        let more = WORDS.replace(".a]", ".b]") + WORDS;
        let fault = |patterns, ja, en| Book::read(patterns, ja, en).map(|_| ()).unwrap_err();
        assert!(Book::read(PATTERNS, WORDS, WORDS).is_ok());
        assert_eq!(fault(PATTERNS, "", WORDS), "ja.toml lacks abaqus.a");
        assert_eq!(fault(PATTERNS, WORDS, ""), "en.toml lacks abaqus.a");
        assert_eq!(fault(PATTERNS, &more, WORDS), "patterns.toml lacks abaqus.(b) of ja.toml");
        assert_eq!(fault(&format!("{PATTERNS}\n{PATTERNS}"), WORDS, WORDS), "ja.toml lacks abaqus.a");
    }

    #[test]
    fn every_entry_is_whole() {
        for message in messages() {
            let id = &message.id;
            assert!(!message.solvers.is_empty() && !message.patterns().is_empty(), "{id}");
            assert!(message.files.iter().all(|file| ["dat", "msg", "sta", "log"].contains(&file.as_str())), "{id}");
            let group = id.split_once('.').unwrap().0;
            match message.solvers[..] {
                [solver] => assert_eq!(group, solver.as_str(), "{id}"),
                _ => assert_eq!(group, "any", "{id}"),
            }
        }
        for Entry { id, ja, en, .. } in crate::all() {
            for words in [ja, en] {
                let lists = [&words.causes, &words.r#try, &words.avoid];
                let all = lists.into_iter().flatten().chain([&words.title, &words.meaning]);
                assert!(all.into_iter().all(|text| !text.trim().is_empty() && text.trim() == text), "{id}");
                assert!(!words.causes.is_empty() && !words.r#try.is_empty(), "{id}");
            }
            let counts = |words: &Words| [words.causes.len(), words.r#try.len(), words.avoid.len()];
            assert_eq!(counts(ja), counts(en), "{id}: the languages differ in content");
            let japanese = |text: &str| text.chars().any(|c| ('\u{3040}'..='\u{9fff}').contains(&c));
            assert!(japanese(&ja.title) && japanese(&ja.meaning), "{id}");
            assert!(!japanese(&format!("{en:?}")), "{id}");
        }
    }

    #[test]
    fn every_pattern_has_an_example_that_finds_its_entry() {
        let mut seen = HashSet::new();
        for message in messages() {
            for example in &message.examples {
                for solver in &message.solvers {
                    let found = crate::find(*solver, example).map(|entry| entry.id.as_str());
                    assert_eq!(found, Some(message.id.as_str()), "{example}");
                }
                assert!(seen.insert(example.clone()), "twice: {example}");
            }
            for Pattern { regex } in message.patterns() {
                let alone = RegexBuilder::new(&regex).case_insensitive(true).unicode(false).build().unwrap();
                let known = message.examples.iter().any(|text| alone.is_match(pattern::squeezed(text).as_bytes()));
                assert!(known, "{}: no example of {regex}", message.id);
            }
        }
    }

    #[test]
    fn the_first_that_fits_wins() {
        let message = |id: &str, text: &str| {
            format!("[[message]]\nid='abaqus.{id}'\nsolvers=['abaqus']\ntext=['{text}']\nexamples=['x']\n")
        };
        let words = |id: &str| format!("[abaqus.{id}]\ntitle='t'\nmeaning='m'\ncauses=['c']\ntry=['t']\navoid=[]\n");
        let patterns = message("special", "node # is gone") + &message("general", "gone");
        let words = words("special") + &words("general");
        let book = Book::read(&patterns, &words, &words).unwrap();
        let found = |solver, text| book.find(solver, text).map(|entry| entry.id.as_str());
        assert_eq!(found(Solver::Abaqus, "gone: NODE 12 is\n      gone"), Some("abaqus.special"));
        assert_eq!(found(Solver::Abaqus, "node N is gone"), Some("abaqus.general"));
        assert_eq!(found(Solver::Abaqus, "all is well"), None);
        assert_eq!(found(Solver::Calculix, "gone"), None);
    }
}
