//! Words of a job: states, priorities.

use crate::i18n::{Text, text};
use domain::{JobStatus, Priority};

/// Where a job runs that may run anywhere.
pub const ANY_NODE: Text = text("自動", "Auto");

/// In place of a running job's word while its solver stands in the licence server's queue.
pub const LICENCE_QUEUE: Text = text("順番待ち", "Queued");
/// The same where there is room.
pub const LICENCE_QUEUE_AT: Text = text("ライセンスサーバーで順番待ち", "Queued at the licence server");

/// The word of a state.
pub fn status(status: JobStatus) -> Text {
    match status {
        JobStatus::Waiting => text("待機中", "Waiting"),
        JobStatus::Held => text("保留", "Held"),
        JobStatus::Starting => text("準備中", "Starting"),
        JobStatus::Running => text("実行中", "Running"),
        JobStatus::Collecting => text("回収中", "Collecting"),
        JobStatus::Completed => text("完了", "Completed"),
        JobStatus::Failed => text("失敗", "Failed"),
        JobStatus::Cancelled => text("取消", "Cancelled"),
        JobStatus::Missing => text("不明", "Missing"),
    }
}

/// The word of a priority. Numbers between the four choices take the word of the choice below them.
pub fn priority(priority: Priority) -> Text {
    if priority >= Priority::URGENT {
        text("至急", "Urgent")
    } else if priority >= Priority::HIGH {
        text("高", "High")
    } else if priority >= Priority::NORMAL {
        text("普通", "Normal")
    } else {
        text("低", "Low")
    }
}
