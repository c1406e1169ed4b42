//! Words of the page.

use super::api::StartView;
use super::step::Step;
use crate::i18n::{Locale, Text, text};

pub const START: Text = text("はじめの設定", "First steps");
pub const COULD_NOT_LOAD: Text = text("設定の進み具合を読み込めませんでした", "The steps did not load");
pub const STEPS: Text = text("設定の手順", "Steps");
pub const DONE: Text = text("完了", "done");
pub const LATER: Text = text("あとで行う", "Do it later");
pub const NOT_SURE: Text = text("わからない・自信がない", "I am not sure");
pub const COPY: Text = text("コマンドをコピー", "Copy the command");

pub const PASTE_TITLE: Text =
    text("ノードに、このサーバーの公開鍵を登録する", "Let this server's public key into the node");
pub const PASTE_TEXT: Text = text(
    "ノードで計算に使うアカウントにサインインし、次を貼り付けて実行します。",
    "Sign in on the node with the account that is to run the jobs, paste this and run it.",
);
pub const ADD_TITLE: Text =
    text("名前とアドレスを登録し、ホスト鍵を確かめる", "Enter name and address, and check the host key");
pub const ADD_TEXT: Text = text(
    "ノードの画面で追加すると、相手のホスト鍵と、それを確かめるコマンドが出ます。",
    "Added on the page of nodes, it shows its host key and the command that proves it.",
);

/// The name of a step.
pub fn name(step: Step) -> Text {
    match step {
        Step::Admin => text("管理者のパスワード", "The admin's password"),
        Step::Node => text("最初のノードをつなぐ", "Connect the first node"),
        Step::Test => text("ノードを試す", "Test the node"),
        Step::People => text("ユーザーを登録する", "Add the users"),
        Step::Tokens => text("トークンの数を確かめる", "Check the number of tokens"),
    }
}

/// What it is about, in a sentence.
pub fn about(step: Step) -> Text {
    match step {
        Step::Admin => text("サインインできています。", "You are signed in."),
        Step::Node => text(
            "計算に使う PC を、SSH の鍵でつなぎます。ソフトを入れる必要はありません。あとから追加もできます。",
            "The machine that runs jobs is connected by an SSH key. Nothing has to be installed there. More can follow.",
        ),
        Step::Test => text(
            "ノードの画面で診断すると、つながらない理由と直し方が1項目ずつ出ます。答えがあるまでジョブは始まりません。",
            "The node's own page tests it item by item, each with its cause and remedy. No job starts before it answers.",
        ),
        Step::People => text(
            "1人ずつ、または名簿の CSV でまとめて登録します。パスワードは本人がリンクから決めます。",
            "Add them one by one, or from a list in CSV. Each chooses a password by a link.",
        ),
        Step::Tokens => text(
            "契約しているトークンの数と同じか確かめてください。違うと、ジョブが始まらないか、実行中にライセンス待ちになります。",
            "It has to be the number of your contract. Otherwise jobs do not start, or wait for a licence while they run.",
        ),
    }
}

/// The button of a step.
pub fn door(step: Step) -> Text {
    match step {
        Step::Admin => text("アカウントを見る", "See the account"),
        Step::Node => text("ノードを追加する", "Add the node"),
        Step::Test => text("ノードの画面を開く", "Open the node's page"),
        Step::People => text("ユーザーを登録する", "Add users"),
        Step::Tokens => text("設定を開く", "Open the settings"),
    }
}

/// What to do for whoever is not sure.
pub fn help(step: Step) -> Text {
    match step {
        Step::Admin => text(
            "何もしなくて大丈夫です。パスワードはアカウントの画面で変えられます。",
            "There is nothing to do. The password can be changed on the account's page.",
        ),
        Step::Node => text(
            "ノードを管理している人に、この画面の1を頼んでください。公開鍵は秘密ではないので、メールで送れます。秘密鍵のファイルは誰にも送らないでください。",
            "Ask whoever looks after the node to do 1 of this page. The public key is no secret and can be mailed. Never send the file of the private key to anybody.",
        ),
        Step::Test => text(
            "ホスト鍵が同じか自信がなければ、承認しないでください。ノードの前で同じコマンドを実行し、文字列を見比べます。",
            "Do not accept a host key you are not sure of. Run the command at the node itself and compare both lines.",
        ),
        Step::People => text(
            "迷ったら学生の役割で登録してください。自分のジョブだけを操作できます。役割はあとで変えられます。",
            "Where in doubt, add people as students: they act on their own jobs only. Roles can be changed later.",
        ),
        Step::Tokens => text(
            "ライセンスの契約書か、ライセンスサーバーの担当者に確かめてください。わかるまで今の数のままで動きます。",
            "Look into the contract, or ask whoever runs the licence server. Until then the present number is used.",
        ),
    }
}

/// Below a step's name.
pub fn facts(locale: Locale, step: Step, view: &StartView) -> String {
    let plain = |ja: &str, en: &str| locale.pick(ja, en).to_owned();
    match step {
        Step::Admin => view.admin.clone(),
        Step::Node => match view.nodes.len() {
            0 => plain("まだありません", "none yet"),
            nodes => locale.pick(format!("{nodes}台"), format!("nodes: {nodes}")),
        },
        Step::Test => match view.nodes.iter().filter(|(_, works)| *works).count() {
            0 => plain("まだ答えがありません", "no answer yet"),
            nodes => locale.pick(format!("{nodes}台が受付中"), format!("taking jobs: {nodes}")),
        },
        Step::People => match view.others {
            0 => plain("自分だけです", "only you so far"),
            others => locale.pick(format!("ほかに{others}人"), format!("others: {others}")),
        },
        Step::Tokens => {
            let tokens = view.tokens;
            locale.pick(format!("今は{tokens}トークン"), format!("{tokens} tokens now"))
        }
    }
}

/// Above the steps.
pub fn progress(locale: Locale, done: usize) -> String {
    let all = Step::ALL.len();
    locale.pick(format!("{all}つのうち {done}つ完了"), format!("{done} of {all} done"))
}

/// What lets the server's key into the account that runs it. The key is one line of our own.
pub fn paste(key: &str) -> String {
    format!(
        "mkdir -p ~/.ssh && chmod 700 ~/.ssh\necho '{}' >> ~/.ssh/authorized_keys\nchmod 600 ~/.ssh/authorized_keys",
        key.trim()
    )
}
