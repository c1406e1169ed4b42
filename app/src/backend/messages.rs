//! What the solver said in all its files, explained where the dictionary knows it.

use super::{Asking, Backend, fault};
use crate::AppError;
use crate::help::api::HelpEntry;
use crate::i18n::Locale;
use crate::jobs::api::{Explained, ExplainedIn, MessageView, MessagesView};
use deck::message::{Message, Messages, Severity};
use domain::{JobId, JobStatus, JobSummary, Solver};

/// Messages sent to a page.
const MOST: usize = 60;

fn words(words: &explain::Words) -> ExplainedIn {
    ExplainedIn {
        title: words.title.clone(),
        meaning: words.meaning.clone(),
        causes: words.causes.clone(),
        tries: words.r#try.clone(),
        avoid: words.avoid.clone(),
    }
}

fn explained(entry: &explain::Entry) -> Explained {
    Explained { id: entry.id.clone(), ja: words(&entry.ja), en: words(&entry.en) }
}

/// The whole dictionary in one language.
pub fn dictionary(locale: Locale) -> Vec<HelpEntry> {
    let entry = |entry: &explain::Entry| HelpEntry {
        id: entry.id.clone(),
        solvers: entry.solvers.clone(),
        examples: entry.examples.clone(),
        said: words(locale.pick(&entry.ja, &entry.en)),
    };
    explain::all().iter().map(entry).collect()
}

/// Entries that only say that something went wrong before: the first error is what helps.
fn points_back(entry: &explain::Entry) -> bool {
    ["analysis-exited", "terminated-by-previous-errors", "fatal-while-reading", "preprocessor-exited"]
        .iter()
        .any(|name| entry.id.ends_with(name))
}

fn view(solver: Solver, file: &str, message: &Message) -> MessageView {
    let entry = explain::find(solver, &message.text);
    // what nobody can explain is shown as it stands there
    let context = message.context.clone().filter(|_| entry.is_none() && message.severity == Severity::Error);
    MessageView {
        severity: message.severity,
        file: file.to_owned(),
        text: message.text.clone(),
        count: message.count,
        first_line: message.first_line,
        place: message.place.clone(),
        deck: message.deck.clone(),
        explained: entry.map(explained),
        context,
    }
}

/// Errors first, then warnings; each in the order of files and lines.
fn all(solver: Solver, files: &[(String, Messages)]) -> MessagesView {
    let of = |severity| {
        let each = files.iter().flat_map(|(file, messages)| messages.list.iter().map(move |message| (file, message)));
        each.filter(move |(_, message)| message.severity == severity)
    };
    let shown = of(Severity::Error).chain(of(Severity::Warning));
    let list: Vec<MessageView> = shown.map(|(file, message)| view(solver, file, message)).take(MOST).collect();
    MessagesView {
        list,
        errors: files.iter().map(|(_, messages)| messages.errors).sum(),
        warnings: files.iter().map(|(_, messages)| messages.warnings).sum(),
    }
}

impl Backend {
    /// The messages of a job's run so far.
    ///
    /// # Errors
    /// `NOT_FOUND` for the job.
    pub async fn messages(&self, id: JobId, asking: &Asking) -> Result<MessagesView, AppError> {
        let row = self.repository.summary(id).await.map_err(|error| fault::repository(asking.locale, error))?;
        let solver = row.solver;
        let name = row.name.to_string();
        self.reading(&row, asking, move |reader| all(solver, &reader.messages(&name))).await
    }

    /// What is known about why a run failed: of the line that decided, else of the first error that is known.
    pub(super) async fn explanation(&self, job: &JobSummary, asking: &Asking) -> Option<Explained> {
        let evidence = job.verdict.as_ref()?.evidence.as_ref();
        if !matches!(job.status, JobStatus::Failed | JobStatus::Missing) {
            return None;
        }
        let decided = evidence.and_then(|evidence| explain::find(job.solver, &evidence.text));
        if let Some(entry) = decided.filter(|entry| !points_back(entry)) {
            return Some(explained(entry));
        }
        let (solver, name) = (job.solver, job.name.to_string());
        let first = self.reading(job, asking, move |reader| {
            let files = reader.messages(&name);
            let errors = files.iter().flat_map(|(_, messages)| &messages.list);
            let mut errors = errors.filter(|message| message.severity == Severity::Error);
            errors.find_map(|message| explain::find(solver, &message.text).filter(|entry| !points_back(entry)))
        });
        // a file that cannot be read takes nothing from the page but this
        first.await.ok().flatten().or(decided).map(explained)
    }
}
