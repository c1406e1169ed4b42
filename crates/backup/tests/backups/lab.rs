//! A database, uploads and results of one's own, with backups beside.

use backup::{BackupError, Places, Rules, Shelved, Target, Tell};
use domain::*;
use repository::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

pub struct Lab {
    pub folder: TempDir,
    pub repo: Repository,
}

pub fn student() -> Actor {
    Actor {
        id: UserId::parse("sato").unwrap(),
        name: "佐藤".to_owned(),
        role: Role::Student,
        scope: Scope::All,
        origin: Origin::Web,
        address: None,
    }
}

pub fn silent() -> Tell {
    Arc::new(|_| {})
}

pub const RULES: Rules = Rules { results_of: Duration::from_secs(30 * 86_400), keep: 30 };

pub async fn open(folder: &Path) -> Repository {
    open_at(database(folder)).await
}

pub async fn open_at(database: impl Into<Address>) -> Repository {
    Repository::open(&RepositoryConfig { database: database.into(), first_values: Vec::new() }).await.unwrap()
}

pub fn database(folder: &Path) -> PathBuf {
    folder.join("data/jobs.db")
}

pub fn places(folder: &Path) -> Places {
    Places { uploads: folder.join("uploads"), results: folder.join("results"), backups: folder.join("backups") }
}

/// What a deck of this job holds.
pub fn deck_of(job: &str) -> String {
    format!("*HEADING\n{job}\n").repeat(20)
}

/// Sends a deck and submits it, as the server does: the bytes first.
pub async fn submit(repo: &Repository, uploads: &Path, job: &str) -> JobId {
    let id = UploadId::parse(&uuid::Uuid::now_v7().to_string()).unwrap();
    let path = format!("inp-files/{id}/{job}.inp");
    let file = uploads.join(&path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, deck_of(job)).unwrap();
    let upload = NewUpload {
        id: id.clone(),
        name: FileName::parse(&format!("{job}.inp")).unwrap(),
        size: deck_of(job).len() as u64,
        sha256: "ab".repeat(32),
        path,
        user: student().id,
    };
    repo.add_upload(&upload).await.unwrap();
    let submission = Submission {
        name: JobName::parse(job).unwrap(),
        cpus: Cores(2),
        wish: NodeWish::Auto,
        priority: Priority::NORMAL,
        solver: Solver::Calculix,
        options: RunOptions::default(),
        deck: id.clone(),
        files: vec![id],
        steps: Vec::new(),
        deck_report: serde_json::json!({}),
        parent: None,
        idempotency_key: None,
        request: None,
    };
    repo.submit(&submission, &student()).await.unwrap().id
}

/// Every file below a folder with its bytes; hidden ones too.
pub fn contents(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if path.is_file() && !path.is_symlink() {
                found.insert(path.strip_prefix(root).unwrap().to_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

impl Lab {
    pub async fn new() -> Lab {
        let folder = tempfile::tempdir().unwrap();
        let repo = open(folder.path()).await;
        Lab { folder, repo }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn places(&self) -> Places {
        places(self.path())
    }

    pub async fn submit(&self, job: &str) -> JobId {
        submit(&self.repo, &self.places().uploads, job).await
    }

    /// A result file of this job.
    pub fn result(&self, job: JobId, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.places().results.join(job.to_string()).join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub async fn back_up(&self) -> Result<Shelved, BackupError> {
        self.back_up_by(RULES).await
    }

    pub async fn back_up_by(&self, rules: Rules) -> Result<Shelved, BackupError> {
        backup::write(&self.repo, &self.places(), rules, &silent()).await
    }

    /// Names of all backups, the newest first.
    pub fn names(&self) -> Vec<String> {
        backup::list(&self.places().backups).unwrap().into_iter().map(|shelved| shelved.name).collect()
    }

    /// Closes the database and puts this backup back into `folder`.
    pub async fn restore_into(&self, folder: &Path, name: &str) -> Result<backup::Restored, BackupError> {
        self.repo.close().await;
        let places = Places { backups: self.places().backups, ..places(folder) };
        let claim = Claim::take(&database(folder), "restore").await.unwrap();
        let target = Target { database: (&database(folder)).into(), claim: &claim, left: None };
        backup::restore(target, &places, name, &Actor::at_the_shell().unwrap(), &silent()).await
    }
}
