//! `cleanup [--dry-run]`: for cron and a shell. The server may go on meanwhile.

use cleanup::{By, Places};
use domain::cleanup::{Going, GoingJob, Heap};
use domain::{Actor, Timestamp};
use server::config::Config;
use std::error::Error;
use std::io::Write;

/// Says what goes, and takes it away unless it is only asked.
pub async fn clean_up(config: &Config, dry_run: bool) -> Result<(), Box<dyn Error>> {
    let repository = server::open_repository(config).await?;
    let places = Places { uploads: config.upload_dir.clone(), results: config.results_dir.clone() };
    let now = Timestamp(chrono::Utc::now().timestamp());
    if dry_run {
        let plan = cleanup::plan(&repository, &places, now).await;
        let missing = cleanup::missing(&repository, &places).await;
        repository.close().await;
        let (plan, missing) = (plan?, missing?);
        plan.jobs.iter().for_each(|job| println!("{}", line(job)));
        let bytes: u64 = plan.jobs.iter().map(|job| job.bytes).sum();
        for (what, heap) in [
            ("jobs, results or both", Heap { count: plan.jobs.len() as u64, bytes }),
            ("uploads of no job", plan.uploads),
            ("result folders of no job", plan.strays),
        ] {
            println!("{} {what}, {}", heap.count, size(heap.bytes));
        }
        for file in &missing {
            let job = file.job.map_or_else(String::new, |id| format!(" of job {id}"));
            println!("missing: {}{job}", file.name);
        }
        println!("nothing was removed");
        return Ok(());
    }
    let heard = |job: &GoingJob| {
        let _ = writeln!(std::io::stdout(), "{}", line(job));
    };
    let cleaned = cleanup::clean_up(&repository, &places, now, By::Person, &heard).await;
    let noted = match &cleaned {
        Ok(cleaned) => repository.note_cleanup(*cleaned, &Actor::at_the_shell()?).await,
        Err(_) => Ok(()),
    };
    repository.close().await;
    let cleaned = cleaned?;
    noted?;
    println!(
        "removed: results of {} jobs, {} completed jobs, {} uploads, {} result folders of no job; {}",
        cleaned.results,
        cleaned.jobs,
        cleaned.uploads,
        cleaned.strays,
        size(cleaned.bytes)
    );
    Ok(())
}

fn line(job: &GoingJob) -> String {
    let what = match job.what {
        Going::Results => "results of",
        Going::Job => "job",
    };
    format!("{what} {} {} ({}), {}", job.id, job.name, job.user_name, size(job.bytes))
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{} MB", bytes.div_ceil(1_000_000)),
    }
}
