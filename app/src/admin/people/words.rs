//! Words of the page.

use super::draft::{Column, Flaw};
use crate::i18n::sentence::plural;
use crate::i18n::{Locale, Text, text};
use domain::account::LARGEST_LIMIT;
use domain::{Standing, Tokens};

pub const USERS: Text = text("ユーザー", "Users");
pub const COULD_NOT_LOAD: Text = text("ユーザーを読み込めませんでした", "The users did not load");
pub const ADD: Text = text("1人を登録…", "Add a user…");
pub const IMPORT: Text = text("CSV で登録…", "Import CSV…");
pub const CLOSE: Text = text("閉じる", "Close");
pub const CANCEL: Text = text("やめる", "Cancel");
pub const FAILED: Text = text("できませんでした", "That did not work");

pub const USER: Text = text("ユーザー", "User");
pub const ROLE: Text = text("役割", "Role");
pub const STATE: Text = text("状態", "State");
pub const LIMITS: Text = text("ジョブ / トークンの上限", "Job / token limit");
pub const OPEN_JOBS: Text = text("終わっていないジョブ", "Open jobs");
pub const ENDS: Text = text("利用期限", "Ends on");
pub const SEEN: Text = text("最後の利用", "Last seen");
pub const ACTS: Text = text("操作", "Actions");
pub const EDIT: Text = text("変更", "Edit");
/// What became of the link by which the first password is set, and until when it works.
pub fn link_state(locale: Locale, until: Option<String>) -> String {
    match until {
        Some(until) => locale.pick(format!("リンク未使用・{until}まで"), format!("link not used, until {until}")),
        None => locale.pick("使えるリンクなし", "no link that works").to_owned(),
    }
}
pub const SHARED: Text = text("共通", "shared");
pub const NO_END: Text = text("なし", "none");
pub const NEVER: Text = text("まだありません", "never");
pub const YOU: Text = text("自分", "you");

pub const SEARCH: Text = text("名前・ユーザーIDで検索", "Search names and user ids");
pub const ALL_ROLES: Text = text("すべての役割", "All roles");
pub const ALL_STATES: Text = text("すべての状態", "All states");
pub const NONE_FOUND: Text = text("条件に合うユーザーはいません", "Nobody matches");
pub const NONE_FOUND_TEXT: Text =
    text("検索や絞り込みを外すと全員が出ます。", "Without search and filters all are shown.");
pub const SHOW_ALL: Text = text("全員を表示", "Show all");
pub const NOBODY_ELSE: Text = text("まだほかのユーザーがいません", "There is nobody else yet");
pub const NOBODY_ELSE_TEXT: Text = text(
    "1人ずつ、または名簿の CSV でまとめて登録できます。",
    "Add people one by one, or all at once from a list in CSV.",
);

pub const USER_ID: Text = text("ユーザーID", "User id");
pub const USER_ID_HINT: Text = text(
    "小文字の英数字と . - _。あとから変えられません。",
    "Small letters, digits and . - _. It cannot be changed later.",
);
pub const NAME: Text = text("名前", "Name");
pub const JOBS: Text = text("同時に実行できるジョブ", "Jobs at once");
pub const TOKENS: Text = text("同時に使えるトークン", "Tokens at once");
pub const UNTIL: Text = text("利用期限", "Account ends on");
pub const UNTIL_HINT: Text = text("この日が終わると使えなくなります。", "It closes when this day is over.");
pub const ADD_TITLE: Text = text("ユーザーを登録", "Add a user");
pub const DO_ADD: Text = text("登録する", "Add");
pub const ANOTHER: Text = text("もう1人登録する", "Add another");

pub const SAVE: Text = text("保存する", "Save");
pub const SAVED: Text = text("保存しました", "Saved");
pub const ACCOUNT: Text = text("アカウント", "Account");
pub const DISABLE: Text = text("利用を停止…", "Disable…");
pub const DO_DISABLE: Text = text("停止する", "Disable");
pub const DISABLED: Text = text("利用を停止しました", "The account is disabled");
pub const ENABLE: Text = text("利用を再開", "Enable");
pub const ENABLED: Text = text("利用を再開しました", "The account is open again");
pub const KEEP: Text = text("そのままにする", "Keep it");
pub const NEW_LINK: Text = text("パスワード設定リンクを作る…", "New password link…");
pub const DO_LINK: Text = text("作る", "Make it");
pub const HAND_OVER: Text = text("ジョブを引き継ぐ…", "Hand over jobs…");
pub const DO_HAND_OVER: Text = text("引き継ぐ", "Hand over");
pub const HAND_TO: Text = text("引き継ぐ相手", "Hand over to");
pub const CHOOSE: Text = text("選んでください", "Choose");
pub const CLOSED_NOW: Text = text(
    "停止中か期限切れです。リンクは、利用を再開してから作れます。",
    "The account is closed. A link can be made once it is open again.",
);
pub const DO_STEP_DOWN: Text = text("変更する", "Change it");

pub const SESSIONS_END: Text = text(
    "サインイン中のブラウザーはすぐ切れ、API トークンも使えなくなります",
    "Signed-in browsers are cut off at once, and API tokens stop working",
);
pub const NO_JOBS_OPEN: Text = text("終わっていないジョブはありません", "There are no open jobs");
pub const CAN_REOPEN: Text = text(
    "あとから再開できます。パスワードはそのままで、API トークンと未使用のリンクは戻りません",
    "It can be opened again with the same password; API tokens and unused links do not come back",
);
pub const OWN_ACCOUNT: Text = text(
    "これは自分のアカウントです。自分もすぐサインアウトします",
    "This is your own account: you are signed out at once",
);
pub const OWN_ROLE: Text = text(
    "自分のアカウントです。保存すると、管理の画面は使えなくなります",
    "This is your own account: after saving, the pages for admins are closed to you",
);
pub const OTHER_ADMIN_NEEDED: Text = text("元に戻せるのは、ほかの管理者だけです", "Only another admin can undo it");
pub const OLD_LINK: Text =
    text("前に渡したリンクは使えなくなります", "A link that was handed out before stops working");
pub const PASSWORD_STAYS: Text = text(
    "新しいパスワードが設定されるまで、今のパスワードは使えます。設定されると、ブラウザーはすべてサインアウトし、API トークンは取り消されます",
    "The present password works until a new one is set. Then all browsers are signed out and API tokens are revoked",
);
pub const THEIR_LIMITS: Text =
    text("以後は、引き継いだ人の上限で数えます", "From then on they count against the other person's limits");

pub const COPY: Text = text("リンクをコピー", "Copy the link");
pub const COPY_ALL: Text = text("すべてコピー", "Copy all");
pub const DOWNLOAD: Text = text("CSV をダウンロード", "Download as CSV");
pub const LINK: Text = text("リンク", "Link");
pub const LINK_ONCE: Text = text("このリンクが出るのは今だけです", "This link is shown only now");
pub const LINKS_ONCE: Text = text("これらのリンクが出るのは今だけです", "These links are shown only now");

pub const IMPORT_TITLE: Text = text("CSV でまとめて登録", "Import from CSV");
pub const IMPORT_TEXT: Text = text(
    "最初の行を見出しにします。列の順は自由で、user_id と name だけが必須です。Excel の CSV や、表からの貼り付けも読めます。確認するまで何も保存されません。",
    "The first row is the headings, in any order; only user_id and name are needed. CSV from Excel and cells pasted from a sheet are read too. Nothing is saved before you confirm.",
);
pub const SAMPLE: Text = text("見本をダウンロード", "Download a sample");
pub const FILE: Text = text("CSV ファイル", "CSV file");
pub const PASTE: Text = text("または貼り付け", "Or paste");
pub const CHECK: Text = text("内容を確認", "Check it");
pub const PREVIEW: Text = text("登録する内容", "What will be added");
pub const LINE: Text = text("行", "Row");
pub const CHECKED: Text = text("確認", "Check");
pub const FINE: Text = text("問題ありません", "fine");

/// Icon-free word of a standing.
pub fn standing(standing: Standing) -> Text {
    match standing {
        Standing::Active => text("利用中", "Active"),
        Standing::Invited => text("招待中", "Invited"),
        Standing::Disabled => text("停止中", "Disabled"),
        Standing::Expired => text("期限切れ", "Expired"),
    }
}

/// The label of a column.
pub fn column(column: Column) -> Text {
    match column {
        Column::Id => USER_ID,
        Column::Name => NAME,
        Column::Role => ROLE,
        Column::Jobs => JOBS,
        Column::Tokens => TOKENS,
        Column::Until => UNTIL,
    }
}

/// What is wrong, and what is right.
pub fn flaw(locale: Locale, flaw: Flaw) -> String {
    let plain = |ja: &str, en: &str| locale.pick(ja, en).to_owned();
    match flaw {
        Flaw::NoId => plain("ユーザーIDを入れてください。", "Give a user id."),
        Flaw::LongId => plain("ユーザーIDは64文字以内です。", "A user id has at most 64 characters."),
        Flaw::BadId => plain(
            "小文字の英数字と . - _ を使い、英数字で始めてください。",
            "Use small letters, digits and . - _, and begin with a letter or a digit.",
        ),
        Flaw::Name { most } => locale
            .pick(format!("名前を1〜{most}文字で入れてください。"), format!("Give a name of 1 to {most} characters.")),
        Flaw::Role => plain(
            "student・faculty・admin か、学生・教員・管理者のどれかにしてください。",
            "Use student, faculty or admin.",
        ),
        Flaw::Limit => locale.pick(
            format!("1〜{LARGEST_LIMIT}の整数か、空欄(共通の上限)にしてください。"),
            format!("Use a whole number from 1 to {LARGEST_LIMIT}, or leave it empty for the shared limit."),
        ),
        Flaw::Day => plain("日付を 2027-03-31 のように入れてください。", "Write the date like 2027-03-31."),
        Flaw::Past => plain("この日はもう過ぎています。", "This day is over."),
        Flaw::Taken => plain("このユーザーIDは使われています。", "This user id is taken."),
        Flaw::Twice { line } => {
            locale.pick(format!("{line}行目と同じユーザーIDです。"), format!("Row {line} has the same user id."))
        }
        Flaw::Spill => plain(
            "見出しより列が多くあります。名前などにカンマがあれば \" で囲んでください。",
            "It has more cells than there are headings. Put \" around cells with commas.",
        ),
    }
}

fn amount(locale: Locale, limit: Option<u32>) -> String {
    limit.map_or_else(|| locale.pick("無制限", "unlimited").to_owned(), |limit| limit.to_string())
}

/// Below the page's title.
pub fn summary(locale: Locale, people: usize, jobs: Option<u32>, tokens: Option<Tokens>) -> String {
    let (jobs, tokens) = (amount(locale, jobs), amount(locale, tokens.map(|tokens| tokens.0)));
    locale.pick(
        format!("{people}人。共通の上限は、同時に実行できるジョブ {jobs}・トークン {tokens} です。"),
        format!("{people} in all. The shared limits are: jobs at once {jobs}, tokens {tokens}."),
    )
}

/// Below a limit's field.
pub fn shared_limit(locale: Locale, limit: Option<u32>) -> String {
    let limit = amount(locale, limit);
    locale.pick(format!("空欄は共通の上限 ({limit})"), format!("empty: the shared limit ({limit})"))
}

/// How many of all are shown.
pub fn shown(locale: Locale, shown: usize, all: usize) -> String {
    locale.pick(format!("{all}人のうち{shown}人を表示。"), format!("{shown} of {all} shown."))
}

/// Above a link.
pub fn link_of(locale: Locale, name: &str, id: &str) -> String {
    locale.pick(format!("{name} ({id}) のパスワード設定リンク"), format!("Password link of {name} ({id})"))
}

/// What to do with a link, and how long it works.
pub fn hand_link_over(locale: Locale, days: u64) -> String {
    locale.pick(
        format!("本人に直接かメールで渡してください。{days}日間、1回だけ使えます。なくしたときは新しく作れます。"),
        format!(
            "Hand it over in person or by mail. It works once, within {days} {}. Make a new one if it is lost.",
            plural(days, "day", "days")
        ),
    )
}

/// Title of the question before an account is closed.
pub fn disable(locale: Locale, name: &str) -> String {
    locale.pick(format!("{name} の利用を停止しますか"), format!("Disable the account of {name}?"))
}

/// Jobs that go on.
pub fn jobs_stay(locale: Locale, jobs: u64) -> String {
    locale.pick(
        format!("終わっていないジョブ{jobs}件は続き、本人のもののままです。移すなら、先に「ジョブを引き継ぐ」を使ってください"),
        format!("{jobs} open jobs go on and stay theirs. To move them, hand them over first"),
    )
}

/// Title of the question before a link is made.
pub fn new_link(locale: Locale, name: &str) -> String {
    locale.pick(format!("{name} の新しいリンクを作りますか"), format!("Make a new link for {name}?"))
}

/// Title of the question before jobs change hands.
pub fn hand_over(locale: Locale, name: &str) -> String {
    locale.pick(format!("{name} のジョブを引き継ぎますか"), format!("Hand over the jobs of {name}?"))
}

/// What is handed over.
pub fn all_jobs(locale: Locale, open: u64) -> String {
    locale.pick(
        format!("終わったものも含め、すべてのジョブが移ります。終わっていないものは{open}件です"),
        format!("All jobs move, those that have ended too. {open} have not ended"),
    )
}

/// After it.
pub fn handed_over(locale: Locale, jobs: u64, name: &str) -> String {
    locale.pick(format!("{jobs}件を {name} に引き継ぎました"), format!("{jobs} jobs handed over to {name}"))
}

/// Title of the question before an admin gives up the own role.
pub fn step_down(locale: Locale, name: &str) -> String {
    locale.pick(format!("{name} (自分) を変更しますか"), format!("Change {name}, which is you?"))
}

/// On the button that adds them.
pub fn add_all(locale: Locale, people: usize) -> String {
    locale.pick(format!("{people}人を登録する"), format!("Add {people} {}", plural(people as u64, "user", "users")))
}

/// Above the preview.
pub fn preview(locale: Locale, people: usize, wrong: usize) -> String {
    match wrong {
        0 => locale.pick(
            format!("{people}人を登録できます。まだ保存されていません。"),
            format!("{people} {} can be added. Nothing is saved yet.", plural(people as u64, "user", "users")),
        ),
        _ => locale.pick(
            format!("{people}行のうち{wrong}行を直す必要があります。すべて正しくなるまで保存できません。"),
            format!("{wrong} of {people} rows to put right. Nothing can be saved before."),
        ),
    }
}

/// Headings that mean nothing to us.
pub fn unused(locale: Locale, headings: &str) -> String {
    locale.pick(format!("使わない列: {headings}"), format!("Columns that are not used: {headings}"))
}

pub const LOSE_LINKS: Text = text("リンクをまだ控えていません", "The links have not been kept");
pub const LOSE_LINKS_VERB: Text = text("控えずに閉じる", "Close without them");
pub const LINKS_ANEW: Text =
    text("あとからは1人ずつ作り直すことになります", "Later, new ones have to be made one by one");

/// What closing loses.
pub fn links_lost(locale: Locale, links: usize) -> String {
    let word = plural(links as u64, "link", "links");
    locale.pick(format!("{links}人分のリンクはもう表示できません"), format!("{links} {word} cannot be shown again"))
}

/// After all were added.
pub fn added(locale: Locale, people: usize) -> String {
    locale
        .pick(format!("{people}人を登録しました"), format!("{people} {} added", plural(people as u64, "user", "users")))
}

/// What the server refused, with the row of the file.
pub fn in_row(locale: Locale, line: u64, message: &str) -> String {
    locale.pick(format!("{line}行目: {message}"), format!("Row {line}: {message}"))
}

/// What to do with many links, and how long they work.
pub fn hand_links_over(locale: Locale, days: u64) -> String {
    locale.pick(
        format!("1人ずつ、本人に直接かメールで渡してください。{days}日間、それぞれ1回だけ使えます。"),
        format!("Hand each over in person or by mail. Each works once, within {days} {}.", plural(days, "day", "days")),
    )
}

/// Name of the button at the end of a row, for screen readers.
pub fn edit_of(locale: Locale, name: &str) -> String {
    locale.pick(format!("{name} を変更"), format!("Edit {name}"))
}
