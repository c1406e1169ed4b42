//! Nodes: their states, their fields, and why one was not changed.

use super::{Voice, plural};
use crate::i18n::{Locale, Text, text};
use domain::node::{LONGEST_NAME, NodeField, NodeMistake, NodeProblem};
use domain::{NameError, NodeRefusal, NodeState, NodeUse};

/// The word of a state.
pub fn state(state: NodeState) -> Text {
    match state {
        NodeState::Available => text("正常", "In service"),
        NodeState::Draining => text("受付停止", "Drained"),
        NodeState::Unavailable => text("使用不可", "Unavailable"),
        NodeState::Disabled => text("無効", "Switched off"),
    }
}

/// What a field is called.
pub fn field(field: NodeField) -> Text {
    match field {
        NodeField::Id => text("ノードID", "Node id"),
        NodeField::Name => text("表示名", "Name"),
        NodeField::Host => text("アドレス", "Address"),
        NodeField::Port => text("ポート", "Port"),
        NodeField::User => text("ユーザー", "Account"),
        NodeField::WorkDir => text("作業フォルダー", "Work folder"),
        NodeField::Cores => text("コア数", "Cores"),
        NodeField::MaxTokens => text("トークンの上限", "Token limit"),
        NodeField::Abaqus => text("Abaqus のコマンド", "Command of Abaqus"),
        NodeField::Calculix => text("CalculiX のコマンド", "Command of CalculiX"),
        NodeField::State => text("受付の状態", "State"),
        NodeField::HostKey => text("ホスト鍵", "Host key"),
    }
}

/// What a field is for, or what it may hold.
pub fn hint(field: NodeField) -> Text {
    match field {
        NodeField::Id => text(
            "英小文字・数字・- _。あとで変更できません",
            "Lower-case letters, digits, - _; cannot be changed later",
        ),
        NodeField::Name => text("空欄ならアドレス", "The address unless told"),
        NodeField::Host => text("ホスト名か IP アドレス", "A host name or an IP address"),
        NodeField::Port => text("ふつうは 22", "Usually 22"),
        NodeField::User => text("ジョブを実行するアカウント", "The account that runs jobs"),
        NodeField::WorkDir => {
            text("ホームからの相対パスか、/ や D:/ で始まるパス", "Relative to the account's home, or from / or D:/")
        }
        NodeField::Cores => text("ジョブに使えるコア", "Cores that jobs may take"),
        NodeField::MaxTokens => text(
            "このノードのジョブが同時に持てる数。Abaqus には 1 以上が必要です",
            "Held by its jobs at once, at most; Abaqus needs some",
        ),
        NodeField::Abaqus => text(
            "abaqus、または / や C:\\ で始まるパス。なければ空欄",
            "abaqus, or a path from / or C:\\; empty if none",
        ),
        NodeField::Calculix => {
            text("ccx、または / や C:\\ で始まるパス。なければ空欄", "ccx, or a path from / or C:\\; empty if none")
        }
        NodeField::State | NodeField::HostKey => text("", ""),
    }
}

fn id(error: NameError) -> Text {
    match error {
        NameError::Empty => text("ノードIDを入力してください。", "Enter an id."),
        NameError::TooLong => text("40文字までです。", "At most 40 characters."),
        NameError::BadCharacter => {
            text("英小文字・数字・- _ だけ使えます。", "Only lower-case letters, digits, - and _ can be used.")
        }
        NameError::BadEdge => text("先頭に - . は使えません。", "It cannot begin with - or a dot."),
        NameError::Reserved => text(
            "この名前は別の意味で使われています。ほかの名前にしてください。",
            "This name means something else. Choose another.",
        ),
    }
}

fn name(error: NameError, what: NodeField, locale: Locale) -> String {
    let words = match (what, error) {
        (NodeField::Id, error) => id(error),
        (NodeField::Host, NameError::Empty) => text("アドレスを入力してください。", "Enter an address."),
        (NodeField::Host, _) => text(
            "ホスト名か IP アドレスにしてください (英数字と . - : _)。",
            "Enter a host name or an IP address (letters, digits, . - : _).",
        ),
        (NodeField::User, NameError::Empty) => text("ユーザーを入力してください。", "Enter an account."),
        (NodeField::User, _) => text(
            "文字・数字・. - _ @ + \\ だけ使えます。先頭の - は使えません。",
            "Only letters, digits and . - _ @ + \\ can be used, and no - at its beginning.",
        ),
        (NodeField::WorkDir, NameError::Empty) => text("作業フォルダーを入力してください。", "Enter a work folder."),
        (NodeField::WorkDir, _) => text(
            "英数字と / . _ - だけ使えます。.. と先頭の - は使えません。",
            "Only letters of ASCII, digits and / . _ - can be used, no .. and no - at its beginning.",
        ),
        (NodeField::Name, NameError::TooLong) => {
            return locale.pick(format!("{LONGEST_NAME}文字までです。"), format!("At most {LONGEST_NAME} characters."));
        }
        (NodeField::Name, _) => text("改行や見えない文字は使えません。", "One line, and nothing that cannot be seen."),
        _ => text(
            "コマンド名だけか、/ で始まる絶対パスにしてください。引数は書けません。",
            "Enter the command's bare name, or an absolute path. No arguments.",
        ),
    };
    words.in_locale(locale).to_owned()
}

/// What is wrong with a field of the form.
pub fn mistake(locale: Locale, mistake: &NodeMistake) -> String {
    match mistake.problem {
        NodeProblem::Name { error } => name(error, mistake.field, locale),
        NodeProblem::Number { least, most } => locale.pick(
            format!("{least}〜{most}の整数で入力してください。"),
            format!("Enter a whole number from {least} to {most}."),
        ),
        NodeProblem::NoSolver => locale
            .pick(
                "Abaqus か CalculiX のどちらかのコマンドを入力してください。",
                "Enter the command of Abaqus or of CalculiX.",
            )
            .to_owned(),
    }
}

/// What depends on a node, one line each.
pub fn uses(locale: Locale, usage: &NodeUse) -> Vec<String> {
    let NodeUse { active, waiting, folders, reservations, asks_license } = *usage;
    let jobs = |n| plural(n, "job", "jobs");
    let lines = [
        (active > 0).then(|| {
            locale.pick(format!("実行中のジョブ{active}件"), format!("{active} {} at work there", jobs(active)))
        }),
        (waiting > 0).then(|| {
            locale.pick(
                format!("このノードを指定して待っているジョブ{waiting}件"),
                format!("{waiting} {} waiting for this node and no other", jobs(waiting)),
            )
        }),
        (folders > 0).then(|| {
            locale.pick(
                format!("終わったジョブの、まだ消していないフォルダー{folders}個"),
                format!("{folders} {} of ended jobs not yet removed", plural(folders, "folder", "folders")),
            )
        }),
        (reservations > 0).then(|| {
            locale.pick(
                format!("コアの予約{reservations}件"),
                format!("{reservations} {} of its cores", plural(reservations, "reservation", "reservations")),
            )
        }),
        asks_license.then(|| {
            locale.pick("ライセンスサーバーへの問い合わせ (設定)", "asking the licence server (a setting)").to_owned()
        }),
    ];
    lines.into_iter().flatten().collect()
}

/// Why a node was not changed: what is, then what to do.
pub fn refusal(voice: Voice, refusal: &NodeRefusal) -> String {
    let locale = voice.locale;
    match refusal {
        NodeRefusal::Taken => locale
            .pick(
                "このIDのノードはもうあります。ほかのIDにしてください。",
                "There is a node with this id. Choose another.",
            )
            .to_owned(),
        NodeRefusal::Changed { by, at, fields, .. } => {
            let at = voice.moment(*at);
            let names: Vec<&str> = fields.iter().map(|one| field(*one).in_locale(locale)).collect();
            let (ja, en) = (names.join("・"), names.join(", "));
            if names.is_empty() {
                return locale.pick(
                    format!("編集を始めたあと、{by} さんが{at}にこのノードを変えました。"),
                    format!("After you began, {by} changed this node at {at}."),
                );
            }
            locale.pick(
                format!("編集を始めたあと、{by} さんが{at}に変えました: {ja}。"),
                format!("After you began, {by} changed this at {at}: {en}."),
            )
        }
        NodeRefusal::InUse(usage) => {
            let uses = uses(locale, usage);
            let (ja, en) = (uses.join("、"), uses.join(", "));
            locale.pick(
                format!("まだ使われているので削除できません: {ja}。受付を停止し、終わってから削除してください。"),
                format!("It is still in use and cannot be deleted: {en}. Drain it and delete it when that is over."),
            )
        }
        NodeRefusal::HasRuns(usage) => {
            let uses = uses(locale, &NodeUse { waiting: 0, reservations: 0, asks_license: false, ..*usage });
            let (ja, en) = (uses.join("、"), uses.join(", "));
            locale.pick(
                format!("ユーザーと作業フォルダーはいま変えられません。ノードに残っています: {ja}。受付を停止し、終わってから変えてください。"),
                format!("Account and work folder cannot change now; on the node there are: {en}. Drain it and change them when that is over."),
            )
        }
        NodeRefusal::State { state: now } => {
            let word = state(*now).in_locale(locale);
            locale.pick(
                format!("このノードはいま「{word}」なので、できません。先に有効にしてください。"),
                format!("This node is {}; switch it on first.", word.to_lowercase()),
            )
        }
        NodeRefusal::Past => {
            locale.pick("これからの日時を入力してください。", "Enter a time that is still to come.").to_owned()
        }
        NodeRefusal::OtherKey { found } => locale.pick(
            format!("ノードはいま別の鍵 {found} を見せています。承認しませんでした。もう一度確かめてください。"),
            format!("The node now shows another key, {found}. Nothing was accepted. Compare again."),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::voice;
    use super::*;
    use domain::Timestamp;

    #[test]
    fn a_refusal_names_who_what_and_how_many() {
        let (ja, en) = (voice(Locale::Ja), voice(Locale::En));
        let changed = NodeRefusal::Changed {
            by: "高橋".into(),
            at: super::super::today_at(13, 38),
            fields: vec![NodeField::Cores, NodeField::State],
            version: 3,
        };
        let said = refusal(ja, &changed);
        assert_eq!(said, "編集を始めたあと、高橋 さんが13:38に変えました: コア数・受付の状態。");
        assert!(refusal(en, &changed).ends_with("13:38: Cores, State."));
        let usage = NodeUse { active: 2, waiting: 1, ..NodeUse::default() };
        let said = refusal(en, &NodeRefusal::InUse(usage));
        assert!(said.contains("2 jobs at work") && said.contains("1 job waiting"), "{said}");
        assert!(refusal(ja, &NodeRefusal::InUse(usage)).contains("実行中のジョブ2件"));
        let at = Timestamp(0);
        let unnamed = NodeRefusal::Changed { by: "x".into(), at, fields: vec![], version: 1 };
        assert!(!refusal(en, &unnamed).contains(": "));
    }

    #[test]
    fn every_field_says_what_may_stand_in_it() {
        for what in NodeField::FORM {
            for locale in [Locale::Ja, Locale::En] {
                assert!(!field(what).in_locale(locale).is_empty() && !hint(what).in_locale(locale).is_empty());
                let error = NameError::BadCharacter;
                let said = mistake(locale, &NodeMistake { field: what, problem: NodeProblem::Name { error } });
                assert!(said.ends_with(['.', '。']), "{said}");
            }
        }
    }
}
