//! A node, step by step, in words.

use super::Say;
use app::backend::doctor;
use app::i18n::{Locale, sentence};
use domain::doctor::{Outcome, System, Told, remedies};
use domain::{Node, Settings};
use executor::Executor;
use std::sync::Arc;

/// Looks at a node step by step and says what it finds, each line after `indent`; how much must be corrected.
pub async fn examine_node(executor: Executor, node: Node, settings: Arc<Settings>, indent: &str, say: Say<'_>) -> u32 {
    let mut told = doctor::test(executor, node, settings);
    let mut failed = 0;
    while let Some(told) = told.recv().await {
        let Told::Done { report } = told else { continue };
        let (mark, said) = match &report.outcome {
            Outcome::Good { finding } => ("ok", sentence::doctor::finding(Locale::En, finding)),
            Outcome::Caution { finding } => ("look", sentence::doctor::finding(Locale::En, finding)),
            Outcome::Failed { problem } => ("FAILED", sentence::doctor::problem(Locale::En, problem)),
            Outcome::After { step } => ("-", sentence::doctor::after(Locale::En, *step)),
        };
        let title = sentence::doctor::step(report.step).in_locale(Locale::En);
        say(&format!("{indent}{mark:6} {title}: {said} ({} ms)", report.millis));
        if let Outcome::Caution { finding } = &report.outcome {
            let remarks = sentence::doctor::remark(Locale::En, finding);
            remarks.into_iter().for_each(|remark| say(&format!("{indent}       {remark}")));
        }
        if let Outcome::Failed { problem } = &report.outcome {
            failed += 1;
            say(&format!("{indent}       {}", sentence::doctor::advice(Locale::En, problem, report.system)));
            for (system, command) in remedies(problem, report.system) {
                // what is for PowerShell is pasted as a whole, so it has nothing before its lines
                let is_windows = system.or(report.system) == Some(System::Windows);
                if let Some(system) = system.or(report.system.filter(|_| is_windows)) {
                    say(&format!("{indent}       {}:", sentence::doctor::system(system).in_locale(Locale::En)));
                }
                let prompt = if is_windows { "" } else { "$ " };
                command.lines().for_each(|line| say(&format!("{indent}       {prompt}{line}")));
            }
        }
    }
    failed
}
