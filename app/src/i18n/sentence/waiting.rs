//! Why a job waits, where it stands, when it may start.

use super::fault::infrastructure;
use super::{Voice, plural};
use crate::i18n::Locale;
use domain::plan::{Giver, WaitReason, Waiting};
use domain::{Message, NodeState, Timestamp};

/// What the next giver adds to a reason; it is a whole clause, with a place of its own in both languages.
fn giver(voice: Voice, giver: &Giver) -> String {
    let (job, amount) = (giver.job.as_str(), giver.amount);
    match (giver.at, voice.locale) {
        (Some(at), Locale::Ja) => format!("。{job} が約{}に{amount}個返却予定", voice.moment(at)),
        (Some(at), Locale::En) => format!(". {job} returns {amount} at about {}", voice.moment(at)),
        (None, Locale::Ja) => format!("。{job} が{amount}個返却予定(時刻は不明)"),
        (None, Locale::En) => format!(". {job} will return {amount}; when is unknown"),
    }
}

/// The same for cores: what people wait for there is the end of a job.
fn ender(voice: Voice, giver: &Giver) -> String {
    let job = giver.job.as_str();
    match (giver.at, voice.locale) {
        (Some(at), Locale::Ja) => format!("。{job} が約{}に終了予定", voice.moment(at)),
        (Some(at), Locale::En) => format!(". {job} ends at about {}", voice.moment(at)),
        (None, Locale::Ja) => format!("。{job} の終了を待っています(時刻は不明)"),
        (None, Locale::En) => format!(". Waits for {job} to end; when is unknown"),
    }
}

/// The same for a person's limit: the next job simply follows.
fn follows(voice: Voice, giver: &Giver) -> String {
    let job = giver.job.as_str();
    voice.pick(format!("。{job} の終了後に開始"), format!(". Starts after {job}"))
}

/// What others hold, where it is that which blocks; in brackets behind what is free.
fn held(voice: Voice, external: u32, reserved: u32) -> String {
    match (external, reserved, voice.locale) {
        (0, 0, _) => String::new(),
        (0, _, Locale::Ja) => format!("(予約{reserved}個)"),
        (0, _, Locale::En) => format!(" ({reserved} reserved)"),
        (_, 0, Locale::Ja) => format!("(外部で{external}個使用中)"),
        (_, 0, Locale::En) => format!(" ({external} used outside)"),
        (_, _, Locale::Ja) => format!("(外部で{external}個使用中・予約{reserved}個)"),
        (_, _, Locale::En) => format!(" ({external} used outside, {reserved} reserved)"),
    }
}

/// The one reason a job waits, with its numbers.
pub fn reason(voice: Voice, reason: &WaitReason) -> String {
    let tail = |of: &Option<Giver>, words: fn(Voice, &Giver) -> String| {
        of.as_ref().map(|giver| words(voice, giver)).unwrap_or_default()
    };
    match reason {
        WaitReason::Queued => voice.pick("まもなく開始します", "About to start").to_owned(),
        WaitReason::NoSuchNode { solver, cpus } => voice.pick(
            format!("{} を{cpus} CPU で動かせるノードがありません", solver.title()),
            format!("No node can run {} with {cpus} CPUs", solver.title()),
        ),
        WaitReason::NodesUnavailable { nodes } => voice.pick(
            format!("動かせるノード{nodes}台は、いま連絡がないか受付停止中です"),
            format!(
                "{nodes} {} could run it; not in contact or not taking jobs now",
                plural(u64::from(*nodes), "node", "nodes")
            ),
        ),
        WaitReason::NodeUnavailable { node, state, until, said: why } => {
            let said = node_unavailable(voice, node.as_str(), *state, *until);
            match why {
                // for as long as an admin has not decided, the node's silence is not the reason
                Some(Message::Fault(fault)) if fault.is_about_identity() => {
                    let fault = infrastructure(voice.locale, fault);
                    voice.pick(
                        format!("指定した {node} は管理者の確認待ち。{fault}"),
                        format!("Chosen {node} awaits an admin. {fault}"),
                    )
                }
                Some(Message::Words(why)) => voice.pick(format!("{said}({why})"), format!("{said} ({why})")),
                Some(Message::Fault(_)) | None => said,
            }
        }
        WaitReason::NodeCannot { node } => voice.pick(
            format!("指定した {node} では動かせません(ソルバー・コア数・トークン上限のどれかが合いません)"),
            format!("Chosen {node} can never run it: solver, cores or token limit do not fit"),
        ),
        WaitReason::Cores { node, free, need, reserved, giver } => {
            let tail = held(voice, 0, reserved.0) + &tail(giver, ender);
            voice.pick(
                format!("{node} の空きコア{free}個・{need}個必要{tail}"),
                format!("{node} has {free} free {}; {need} needed{tail}", plural(u64::from(free.0), "core", "cores")),
            )
        }
        WaitReason::NodeTokens { node, free, need, giver: of } => {
            let tail = tail(of, giver);
            voice.pick(
                format!("{node} のトークン上限まで空き{free}個・{need}個必要{tail}"),
                format!("{node} may take {free} more tokens; {need} needed{tail}"),
            )
        }
        WaitReason::Tokens { free, need, reserved, external, giver: of } => {
            let tail = held(voice, external.0, reserved.0) + &tail(of, giver);
            voice.pick(
                format!("トークン{need}個必要・空き{free}個{tail}"),
                format!("Needs {need} tokens; {free} free{tail}"),
            )
        }
        WaitReason::TokensNever { total, need } => voice.pick(
            format!("トークン{need}個必要ですが、全部で{total}個しかありません。CPU を減らしてください"),
            format!("Needs {need} tokens, and there are only {total} in all. Choose fewer CPUs"),
        ),
        WaitReason::UserJobs { user, running, limit, giver } => {
            let tail = tail(giver, follows);
            voice.pick(
                format!("{user}さんの同時実行の上限{limit}件に対し、実行中{running}件{tail}"),
                format!(
                    "Limit for {user} is {limit} running {}: {running} now{tail}",
                    plural(u64::from(*limit), "job", "jobs")
                ),
            )
        }
        WaitReason::UserTokens { user, used, need, limit, giver } => {
            let tail = tail(giver, follows);
            voice.pick(
                format!("{user}さんの上限{limit}個に対し、実行中{used}個＋必要{need}個{tail}"),
                format!("Limit for {user} is {limit} tokens: {used} in use + {need} needed{tail}"),
            )
        }
        WaitReason::KeptFor { job } => voice.pick(
            format!("先に待っている {job} のためにトークンやコアを確保しています"),
            format!("Tokens or cores are being kept for {job}, which has waited longer"),
        ),
        WaitReason::Retry { at } => voice.pick(
            format!("接続か転送に失敗しました。{}にもう一度試します", voice.moment(*at)),
            format!("Connection or transfer failed. Trying again at {}", voice.moment(*at)),
        ),
    }
}

fn node_unavailable(voice: Voice, node: &str, state: NodeState, until: Option<Timestamp>) -> String {
    let until = until.map(|at| voice.moment(at));
    match (state, until, voice.locale) {
        // `Available` is what it says when the node came back in this very moment
        (NodeState::Available, _, Locale::Ja) => format!("指定した {node} の受け付け再開を確認しています"),
        (NodeState::Available, _, Locale::En) => format!("Chosen {node} is just coming back"),
        (NodeState::Draining, Some(until), Locale::Ja) => format!("指定した {node} は{until}まで受付停止"),
        (NodeState::Draining, Some(until), Locale::En) => format!("Chosen {node} is drained until {until}"),
        (NodeState::Draining, None, Locale::Ja) => format!("指定した {node} は受付停止中(再開は不明)"),
        (NodeState::Draining, None, Locale::En) => format!("Chosen {node} is drained; until when is unknown"),
        (NodeState::Unavailable, _, Locale::Ja) => format!("指定した {node} と連絡がとれません。つながり次第始めます"),
        (NodeState::Unavailable, _, Locale::En) => format!("Chosen {node} does not answer; starts once it does"),
        (NodeState::Disabled, _, Locale::Ja) => format!("指定した {node} は管理者が停止しています"),
        (NodeState::Disabled, _, Locale::En) => format!("Chosen {node} was switched off by an admin"),
    }
}

/// `順番 1番`.
pub fn position(voice: Voice, waiting: &Waiting) -> String {
    let n = waiting.position;
    voice.pick(format!("順番 {n}番"), format!("Position {n}"))
}

/// `開始 約14:20`, a range, or that it is unknown.
pub fn start(voice: Voice, waiting: &Waiting) -> String {
    match waiting.starts {
        None => voice.pick("開始は不明", "start unknown").to_owned(),
        Some(range) => {
            let when = about(voice, range);
            voice.pick(format!("開始 {when}"), format!("starts {when}"))
        }
    }
}

/// `約14:20` / `about 14:20`, or a range where earliest and latest differ.
pub fn about(voice: Voice, (earliest, latest): (Timestamp, Timestamp)) -> String {
    let (first, last) = (voice.moment(earliest), voice.moment(latest));
    if first == last {
        voice.pick(format!("約{first}"), format!("about {first}"))
    } else {
        voice.pick(format!("{first}〜{last}"), format!("{first}–{last}"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{today_at, voice};
    use super::*;
    use domain::{Cores, JobName, NodeId, Solver, Tokens};

    fn both(why: &WaitReason) -> [String; 2] {
        [reason(voice(Locale::Ja), why), reason(voice(Locale::En), why)]
    }

    fn gives(job: &str, amount: u32, hour: i64, minute: i64) -> Option<Giver> {
        Some(Giver { job: JobName::parse(job).unwrap(), amount, at: Some(today_at(hour, minute)) })
    }

    #[test]
    fn the_samples_of_the_design() {
        let node = |id: &str| NodeId::parse(id).unwrap();
        assert_eq!(
            both(&WaitReason::Tokens {
                free: Tokens(6),
                need: Tokens(12),
                reserved: Tokens(0),
                external: Tokens(0),
                giver: gives("beam_03", 8, 14, 20)
            }),
            [
                "トークン12個必要・空き6個。beam_03 が約14:20に8個返却予定",
                "Needs 12 tokens; 6 free. beam_03 returns 8 at about 14:20"
            ]
        );
        assert_eq!(
            both(&WaitReason::UserTokens {
                user: "高橋".into(),
                used: Tokens(6),
                need: Tokens(12),
                limit: Tokens(16),
                giver: gives("引張試験_S45C", 6, 16, 50)
            }),
            [
                "高橋さんの上限16個に対し、実行中6個＋必要12個。引張試験_S45C の終了後に開始",
                "Limit for 高橋 is 16 tokens: 6 in use + 12 needed. Starts after 引張試験_S45C"
            ]
        );
        assert_eq!(
            both(&WaitReason::NodeUnavailable {
                node: node("node-04"),
                state: NodeState::Draining,
                until: Some(today_at(32, 0)),
                said: Some("保守".into())
            }),
            [
                "指定した node-04 は11月25日 8:00まで受付停止(保守)",
                "Chosen node-04 is drained until 25 Nov 8:00 (保守)"
            ]
        );
        let changed = domain::Fault::HostKeyChanged { fingerprint: "SHA256:x".into() };
        let said = both(&WaitReason::NodeUnavailable {
            node: node("node-04"),
            state: NodeState::Unavailable,
            until: None,
            said: Some(changed.into()),
        });
        assert!(said.iter().all(|said| said.contains("SHA256:x")), "{said:?}");
        assert_eq!(
            both(&WaitReason::NodeUnavailable {
                node: node("node-04"),
                state: NodeState::Draining,
                until: None,
                said: None
            })[0],
            "指定した node-04 は受付停止中(再開は不明)"
        );
        assert_eq!(
            both(&WaitReason::Cores {
                node: node("node-01"),
                free: Cores(4),
                need: Cores(8),
                reserved: Cores(0),
                giver: gives("bracket_v3", 8, 14, 45)
            }),
            [
                "node-01 の空きコア4個・8個必要。bracket_v3 が約14:45に終了予定",
                "node-01 has 4 free cores; 8 needed. bracket_v3 ends at about 14:45"
            ]
        );
        assert_eq!(
            both(&WaitReason::KeptFor { job: JobName::parse("hood_frf").unwrap() })[0],
            "先に待っている hood_frf のためにトークンやコアを確保しています"
        );
    }

    #[test]
    fn what_others_hold_is_said_where_it_blocks() {
        let [free, need] = [1, 12].map(Tokens);
        let tokens = |reserved, external| {
            let [reserved, external] = [reserved, external].map(Tokens);
            both(&WaitReason::Tokens { free, need, reserved, external, giver: None })
        };
        assert_eq!(tokens(5, 0), ["トークン12個必要・空き1個(予約5個)", "Needs 12 tokens; 1 free (5 reserved)"]);
        assert_eq!(
            tokens(5, 7),
            [
                "トークン12個必要・空き1個(外部で7個使用中・予約5個)",
                "Needs 12 tokens; 1 free (7 used outside, 5 reserved)"
            ]
        );
        let cores = WaitReason::Cores {
            node: NodeId::parse("node-01").unwrap(),
            free: Cores(4),
            need: Cores(8),
            reserved: Cores(4),
            giver: None,
        };
        assert_eq!(
            both(&cores),
            ["node-01 の空きコア4個・8個必要(予約4個)", "node-01 has 4 free cores; 8 needed (4 reserved)"]
        );
        // a job that waited before this was told apart
        let old = r#"{"why":"tokens","free":1,"need":12,"giver":null}"#;
        assert_eq!(
            serde_json::from_str::<WaitReason>(old).unwrap(),
            WaitReason::Tokens { free, need, reserved: Tokens(0), external: Tokens(0), giver: None }
        );
    }

    #[test]
    fn position_and_start() {
        let mut waiting =
            Waiting { reason: WaitReason::Queued, position: 1, starts: Some((today_at(14, 20), today_at(14, 20))) };
        let (ja, en) = (voice(Locale::Ja), voice(Locale::En));
        assert_eq!(position(ja, &waiting), "順番 1番");
        assert_eq!([start(ja, &waiting), start(en, &waiting)], ["開始 約14:20", "starts about 14:20"]);
        waiting.starts = Some((today_at(14, 20), today_at(15, 0)));
        assert_eq!(start(ja, &waiting), "開始 14:20〜15:00");
        waiting.starts = None;
        assert_eq!([start(ja, &waiting), start(en, &waiting)], ["開始は不明", "start unknown"]);
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(
            both(&WaitReason::NodesUnavailable { nodes: 1 })[1],
            "1 node could run it; not in contact or not taking jobs now"
        );
        assert_eq!(
            both(&WaitReason::NoSuchNode { solver: Solver::Calculix, cpus: Cores(8) })[0],
            "CalculiX を8 CPU で動かせるノードがありません"
        );
    }
}
