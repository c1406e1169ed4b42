//! The node doctor's words: what is looked at, what was found, what is wrong and what to do.

use super::{bytes, fault};
use crate::i18n::{Locale, Text, text};
use domain::Fault;
use domain::doctor::{Finding, Problem, Step, System};

/// What is looked at.
pub fn step(step: Step) -> Text {
    match step {
        Step::Name => text("名前の解決", "Name"),
        Step::Port => text("SSH のポート", "SSH port"),
        Step::HostKey => text("ホスト鍵", "Host key"),
        Step::Login => text("鍵での認証", "Login with our key"),
        Step::Shell => text("シェル", "Shell"),
        Step::WorkFolder => text("作業フォルダーへの書き込み", "Writing into the work folder"),
        Step::Program => text("ノード用プログラム", "Our program"),
        Step::LettingGo => text("切断後の実行継続", "Runs outlive the connection"),
        Step::Disk => text("作業ディスクの空き", "Room on the work disk"),
        Step::Clock => text("時計のずれ", "Clock"),
        Step::Cores => text("コアとメモリ", "Cores and memory"),
        Step::Calculix => text("CalculiX コマンド", "CalculiX command"),
        Step::Abaqus => text("Abaqus コマンド", "Abaqus command"),
        Step::License => text("ライセンスサーバーへの到達", "Licence server"),
    }
}

/// Over the commands for a node that may be either.
pub fn system(system: System) -> Text {
    match system {
        System::Linux => text("Linux", "Linux"),
        System::Windows => text("Windows (管理者として実行した PowerShell)", "Windows (PowerShell as administrator)"),
    }
}

/// What was found, in a few words.
pub fn finding(locale: Locale, finding: &Finding) -> String {
    match finding {
        Finding::Address { address } => address.clone(),
        Finding::Port { port } => locale.pick(format!("{port}番ポート"), format!("port {port}")),
        Finding::HostKey { .. } => locale.pick("承認したものと同じ", "the accepted one").to_owned(),
        Finding::Account { user } => user.to_string(),
        Finding::Answer => locale.pick("応答あり", "answers").to_owned(),
        Finding::Folder { folder } => folder.to_string(),
        Finding::Program { system, locale } if locale.is_empty() => system.clone(),
        Finding::Program { system, locale: of_node } => format!("{system} · {of_node}"),
        Finding::LettingGo => locale.pick("続きます", "yes").to_owned(),
        Finding::Disk { free, total } => {
            let share = if *total == 0 { 0 } else { free.saturating_mul(100) / total };
            let free = bytes(*free);
            locale.pick(format!("空き {free} ({share}%)"), format!("{free} free ({share} %)"))
        }
        Finding::DiskUnknown => locale.pick("空きは不明", "unknown").to_owned(),
        Finding::Clock { ahead } => locale.pick(format!("{ahead:+}秒"), format!("{ahead:+} s")),
        Finding::Machine { cores, configured, memory } => {
            let memory = memory.map(bytes);
            match (configured > cores, memory) {
                (true, _) => locale.pick(
                    format!("実際は{cores}・設定は{configured}"),
                    format!("{cores} there, {configured} configured"),
                ),
                (false, Some(memory)) => {
                    locale.pick(format!("{cores}コア・{memory}"), format!("{cores} cores, {memory}"))
                }
                (false, None) => locale.pick(format!("{cores}コア"), format!("{cores} cores")),
            }
        }
        Finding::Release { said } if said.is_empty() => locale.pick("起動できます", "starts").to_owned(),
        Finding::Release { said } => said.clone(),
        Finding::License { features } => {
            locale.pick(format!("応答あり ({features}種類)"), format!("answers ({features} features)"))
        }
    }
}

/// What is wrong, in a few words.
pub fn problem(locale: Locale, problem: &Problem) -> String {
    let words = match problem {
        Problem::NoSuchName { .. } | Problem::NoCommand { .. } => text("見つかりません", "not found"),
        Problem::Closed { .. } => text("つながりません", "no connection"),
        Problem::KeyUnknown { .. } => text("まだ承認していません", "not accepted yet"),
        Problem::KeyChanged { .. } => text("変わりました", "has changed"),
        Problem::KeyRefused { .. } => text("拒否されました", "refused"),
        Problem::Shell { .. } => text("応答が違います", "answers otherwise"),
        Problem::Folder { .. } => text("書き込めません", "cannot be written"),
        Problem::DiskFull { .. } => text("空きがありません", "full"),
        Problem::Program { .. } => text("動きません", "does not run"),
        Problem::EndsWithConnection { .. } => text("切断で終了します", "they end with it"),
        Problem::Command { .. } => text("動きません", "does not work"),
        Problem::License { .. } => text("応答なし", "no answer"),
        Problem::TooSlow { seconds } => {
            return locale.pick(format!("{seconds}秒で応答なし"), format!("no answer in {seconds} s"));
        }
        Problem::Other { .. } => text("できませんでした", "failed"),
    };
    words.in_locale(locale).to_owned()
}

/// In brackets, where there is something.
fn quoted(locale: Locale, said: &str) -> String {
    if said.is_empty() { String::new() } else { locale.pick(format!(" ({said})"), format!(" ({said})")) }
}

/// What to do about what works and deserves a look; `None` where nothing does.
pub fn remark(locale: Locale, finding: &Finding) -> Option<String> {
    let text = match finding {
        Finding::Machine { cores, .. } => locale.pick(
            format!("このノードの設定でコア数を{cores}にすると、コアの取り合いがなくなります。多いままでもジョブは動きますが、遅くなります。"),
            format!("Set this node's cores to {cores}, so that jobs do not share them. With more, jobs run all the same, and slower."),
        ),
        Finding::Disk { .. } => locale.pick(
            "作業フォルダーのディスクを空けてください。いっぱいになると、実行中のジョブが失敗します。",
            "Make room on the disk of the work folder. Jobs fail when it is full.",
        )
        .to_owned(),
        Finding::Clock { .. } => locale.pick(
            "ノードの時刻合わせ(NTP)を確かめてください。表示される時刻がずれます。",
            "Check the node's clock (NTP): times that are shown are off by so much.",
        )
        .to_owned(),
        _ => return None,
    };
    Some(text)
}

/// Why, and what to do, on a node that is such a one as far as it is known.
pub fn advice(locale: Locale, problem: &Problem, system: Option<System>) -> String {
    let is_windows = system == Some(System::Windows);
    match problem {
        Problem::NoSuchName { host } => locale.pick(
            format!("{host} のアドレスがわかりません。つづりを確かめるか、IP アドレスを設定してください。サーバーで次のコマンドが何も返さなければ、名前が登録されていません。"),
            format!("Nobody knows an address of {host}. Check its spelling or configure an IP address. If this says nothing on the server, the name is not registered."),
        ),
        Problem::Closed { host, port, said } => {
            let said = quoted(locale, said);
            locale.pick(
                format!("{host} の{port}番ポートにつながりません{said}。電源とネットワーク、SSH サーバー、ファイアウォールを確かめてください。初めて使う Windows では、先に「ノードを追加」の準備を行ってください。ノードで次を実行します。"),
                format!("Nothing answers at port {port} of {host}{said}. Check power and network, the SSH server and the firewall. A Windows that was never a node is prepared first, as “Add a node” says. On the node:"),
            )
        }
        Problem::KeyUnknown { fingerprint } => locale.pick(
            format!("届いた鍵は {fingerprint} です。ノードで次のコマンドを実行し、同じなら「ホスト鍵」で承認してください。"),
            format!("It shows {fingerprint}. If this command says the same on the node, accept it under “Host key”."),
        ),
        Problem::KeyChanged { accepted, found } => locale.pick(
            format!("承認した鍵は {accepted}、届いた鍵は {found} です。再設定か、なりすましです。ノードで次のコマンドを実行して確かめてください。"),
            format!("Accepted is {accepted}, shown is {found}: set up anew, or somebody in between. Compare with what this says on the node."),
        ),
        Problem::KeyRefused { user, .. } if is_windows => locale.pick(
            format!("{user} の authorized_keys に、このサーバーの鍵がありません。ノードの PowerShell を管理者として開き、次を実行してください。"),
            format!("The authorized_keys of {user} do not have this server's key. On the node, in PowerShell as administrator:"),
        ),
        Problem::KeyRefused { user, .. } => locale.pick(
            format!("{user} の authorized_keys に、このサーバーの鍵がありません。ノードで {user} として次を実行してください。"),
            format!("The authorized_keys of {user} do not have this server's key. As {user} on the node:"),
        ),
        Problem::Shell { said } if is_windows => {
            let said = quoted(locale, said);
            locale.pick(
                format!("シェルがコマンドを実行しません{said}。OpenSSH の既定のシェル(DefaultShell)は cmd.exe のままにしてください。ノードで次を実行して確かめます。"),
                format!("The shell does not run commands{said}. Leave OpenSSH's DefaultShell at cmd.exe. On the node this says what it is:"),
            )
        }
        Problem::Shell { said } => {
            let said = quoted(locale, said);
            locale.pick(
                format!("シェルがコマンドを実行しません{said}。起動ファイルが途中で終わっていないか確かめてください。"),
                format!("The shell does not run commands{said}. Look whether its start-up files end it."),
            )
        }
        Problem::Folder { folder, user, said } => {
            let said = quoted(locale, said);
            locale.pick(
                format!("{user} は {folder} に書き込めません{said}。ノードでフォルダーを作り、だれが書き込めるか確かめてください。"),
                format!("{user} cannot write {folder}{said}. Make the folder on the node, and see who may write there."),
            )
        }
        Problem::DiskFull { folder } => locale.pick(
            format!("{folder} のディスクに空きがありません。何が使っているか確かめてください。"),
            format!("The disk of {folder} is full. See what fills it."),
        ),
        Problem::Program { said, .. } if is_windows => {
            let said = quoted(locale, said);
            locale.pick(
                format!("ノード用プログラムが動きません{said}。64ビット版の Windows であること、ウイルス対策ソフトやアプリケーション制御にブロックされていないことを確かめてください。"),
                format!("Our program does not run there{said}. Check that it is a 64-bit Windows and that no virus scanner or application control stops it."),
            )
        }
        Problem::Program { said, .. } => {
            let said = quoted(locale, said);
            locale.pick(
                format!("ノード用プログラムが動きません{said}。x86-64 の Linux か、作業フォルダーが noexec でないか確かめてください。"),
                format!("Our program does not run there{said}. Check that it is Linux on x86-64 and that the work folder is not mounted noexec."),
            )
        }
        Problem::EndsWithConnection { said } => {
            let (words, said) = (fault::infrastructure(locale, &Fault::LetsNothingGo), quoted(locale, said));
            locale.pick(
                format!("{words}{said}。解決するまで、このノードは新しいジョブを受け取りません。管理者のアカウントなら WMI で開始できますが、鍵はそのアカウントに入れ直す必要があり、管理者全員の鍵になります。"),
                format!("{words}{said}. Until then this node takes no job. An administrator's account could start runs by WMI, but the key must be let in anew for it, and is then one of all administrators."),
            )
        }
        Problem::NoCommand { solver, command, said } if is_windows => {
            let (solver, said) = (solver.title(), quoted(locale, said));
            locale.pick(
                format!("コマンド {command} がありません{said}。{solver} を入れるか、このノードの設定に C:\\ のようにドライブから始まるパスを書いてください。次のコマンドで探せます。"),
                format!("There is no command {command}{said}. Install {solver}, or configure its path from the drive (C:\\…) for this node. This looks for it:"),
            )
        }
        Problem::NoCommand { solver, command, said } => {
            let (solver, said) = (solver.title(), quoted(locale, said));
            locale.pick(
                format!("コマンド {command} がありません{said}。{solver} を入れるか、このノードの設定に / で始まるパスを書いてください。"),
                format!("There is no command {command}{said}. Install {solver}, or configure its path from / for this node."),
            )
        }
        Problem::Command { solver, said } => {
            let (solver, said) = (solver.title(), quoted(locale, said));
            locale.pick(
                format!("{solver} が起動しましたが、リリースを答えません{said}。ノードで同じコマンドを実行して確かめてください。"),
                format!("{solver} starts but does not say its release{said}. Try the command on the node."),
            )
        }
        Problem::License { said } => {
            let said = quoted(locale, said);
            locale.pick(
                format!("ライセンスサーバーが答えません{said}。ファイアウォールとライセンスの設定を確かめてください。ノードで次を実行します。"),
                format!("The licence server does not answer{said}. Check the firewall and the licence's settings. On the node:"),
            )
        }
        Problem::TooSlow { .. } => locale
            .pick(
                "時間内に応答がありません。ノードが混んでいないか確かめ、もう一度試してください。",
                "No answer in time. See whether the node is busy, and try again.",
            )
            .to_owned(),
        Problem::Other { fault } => {
            let said = fault::infrastructure(locale, fault);
            locale.pick(format!("{said}。もう一度試してください。"), format!("{said}. Try again."))
        }
    }
}

/// Not looked at, because of that one.
pub fn after(locale: Locale, cause: Step) -> String {
    let cause = step(cause).in_locale(locale);
    locale.pick(format!("「{cause}」のあと"), format!("after “{cause}”"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Cores;

    #[test]
    fn what_was_found_is_said_with_its_unit() {
        let ja = |found| finding(Locale::Ja, &found);
        assert_eq!(ja(Finding::Clock { ahead: 3 }), "+3秒");
        assert_eq!(ja(Finding::Clock { ahead: 0 }), "+0秒");
        let machine = |configured| Finding::Machine { cores: Cores(8), configured: Cores(configured), memory: None };
        assert_eq!(ja(machine(16)), "実際は8・設定は16");
        assert_eq!(finding(Locale::En, &machine(8)), "8 cores");
        assert!(remark(Locale::Ja, &machine(16)).is_some_and(|text| text.contains("コア数を8")));
        assert_eq!(remark(Locale::Ja, &Finding::Answer), None);
        assert!(ja(Finding::Disk { free: 0, total: 0 }).contains("0%"));
    }
}
