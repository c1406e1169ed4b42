//! What a failure means and what to try, by its cause: a small honest set, not a catalogue of messages.

use crate::i18n::{Text, text};
use domain::Cause;

/// Advice about one cause.
#[derive(Clone, Copy, Debug)]
pub struct Advice {
    /// What it means, in one or two sentences.
    pub meaning: Text,
    /// What to try: (act, how). Most promising first.
    pub tries: &'static [(Text, Text)],
    /// What only costs time.
    pub avoid: Option<Text>,
    /// The deck is to be corrected; else the same one can go again.
    pub deck: bool,
}

const SAME_DECK: Text = text(
    "同じデッキのまま再投入しても、同じところで止まります。",
    "Submit the same deck again: it stops in the same place.",
);

/// The advice; `None` where nothing failed.
pub fn of(cause: &Cause) -> Option<Advice> {
    let advice = match cause {
        Cause::Completed | Cause::Cancelled => return None,
        Cause::InputError => INPUT,
        Cause::MissingFile => MISSING_FILE,
        Cause::Diverged => DIVERGED,
        Cause::NoLicense => LICENSE,
        Cause::SubroutineError => SUBROUTINE,
        Cause::LockFile => LOCK,
        Cause::SolverError => SOLVER,
        Cause::Killed { signal: 9 } => MEMORY,
        Cause::Killed { .. } => KILLED,
        Cause::NoEndLine { .. } => NO_END,
        Cause::CannotStart => CANNOT_START,
        Cause::NodeRebooted => REBOOTED,
        Cause::ProcessGone | Cause::FolderGone => GONE,
        Cause::Infrastructure { .. } => INFRASTRUCTURE,
    };
    Some(advice)
}

const INPUT: Advice = Advice {
    meaning: text(
        "ソルバーがデッキを読む途中で、受け付けられない行を見つけました。計算は始まっていません。",
        "The solver met a line of the deck that it does not accept. Nothing was computed.",
    ),
    tries: &[
        (
            text("根拠の行が指すキーワードを直す", "Correct the keyword that the line names"),
            text(
                "つづり、データ行の数、コンマの区切りを確かめます。",
                "Check its spelling, the number of data lines, and the commas.",
            ),
        ),
        (
            text("集合・材料・面の名前を確かめる", "Check the names of sets, materials and surfaces"),
            text(
                "使う前に定義されているか、つづりが同じかを見ます。",
                "Each must be defined before it is used, spelt the same way.",
            ),
        ),
        (
            text("ソルバーが読めるキーワードか確かめる", "Check that this solver knows the keyword"),
            text(
                "CalculiX が読めるのは、Abaqus のキーワードの一部です。",
                "CalculiX reads only a part of the keywords of Abaqus.",
            ),
        ),
    ],
    avoid: Some(SAME_DECK),
    deck: true,
};

const LICENSE: Advice = Advice {
    meaning: text(
        "ライセンスサーバーからトークンを取得できませんでした。計算は始まっていません。",
        "The licence server gave no tokens. Nothing was computed.",
    ),
    tries: &[
        (
            text("空きができてから同じデッキを投入する", "Submit the same deck again when tokens are free"),
            text("CPU の数を減らすと、必要なトークンも減ります。", "Fewer CPUs need fewer tokens."),
        ),
        (
            text("続けて断られるときは管理者に伝える", "If it is denied again and again, tell the administrator"),
            text(
                "ライセンスのページで、誰がトークンを使っているかを確かめられます。",
                "The licences page shows who holds the tokens.",
            ),
        ),
    ],
    avoid: None,
    deck: false,
};

const SUBROUTINE: Advice = Advice {
    meaning: text(
        "ユーザーサブルーチンをコンパイルまたはリンクできませんでした。計算は始まっていません。",
        "The user subroutine could not be compiled or linked. Nothing was computed.",
    ),
    tries: &[
        (
            text("コンソールに出たファイルと行を直す", "Correct the file and line that the console names"),
            text(
                "自分のPCで一度コンパイルしてみると、早く確かめられます。",
                "Compile it once on your own machine: that tells sooner.",
            ),
        ),
        (
            text("ノードのコンパイラーを確かめてもらう", "Have the node's compiler checked"),
            text(
                "コンパイラー自体が見つからないときは、管理者に伝えます。",
                "If the compiler itself is not found, tell the administrator.",
            ),
        ),
    ],
    avoid: Some(SAME_DECK),
    deck: true,
};

const LOCK: Advice = Advice {
    meaning: text(
        "実行フォルダーに以前の計算のロックファイルがあり、Abaqus が始まりませんでした。",
        "A lock file of an earlier run was in the run's folder, and Abaqus did not start.",
    ),
    tries: &[
        (
            text("同じデッキをもう一度投入する", "Submit the same deck again"),
            text("新しいフォルダーで始まります。", "It starts in a new folder."),
        ),
        (
            text("続くときは管理者に伝える", "If it happens again, tell the administrator"),
            text("ノードに残った計算がないかを確かめてもらいます。", "A run may be left over on the node."),
        ),
    ],
    avoid: None,
    deck: false,
};

const MISSING_FILE: Advice = Advice {
    meaning: text(
        "デッキが読み込むファイルが、実行フォルダーにありませんでした。",
        "A file that the deck reads was not in the run's folder.",
    ),
    tries: &[
        (
            text("足りないファイルを一緒に投入する", "Submit the missing file together with the deck"),
            text("投入の画面に .inp と一緒にドロップします。", "Drop it on the New job page beside the .inp."),
        ),
        (
            text("INPUT= をファイル名だけにする", "Leave only the file name in INPUT="),
            text(
                "フォルダー名やドライブ名が付いていると、ノードでは見つかりません。",
                "A folder or a drive letter in it cannot be found on the node.",
            ),
        ),
        (
            text("大文字と小文字をそろえる", "Use the same upper and lower case"),
            text("Linux のノードでは別のファイルになります。", "On Linux nodes they are different files."),
        ),
    ],
    avoid: Some(SAME_DECK),
    deck: true,
};

const DIVERGED: Advice = Advice {
    meaning: text(
        "増分を小さくしても、力のつり合いが許容値に入りませんでした。荷重に対して増分が粗い、支えが足りない、\
         または接触・材料が硬すぎるときに起こります。",
        "Even with smaller increments the forces did not balance within tolerance. The increments are too coarse for \
         the load, something is not held, or contact or material is too stiff.",
    ),
    tries: &[
        (
            text("初期増分を小さくする", "Begin with a smaller increment"),
            text(
                "*STATIC のデータ行の1番目を 1/10 にし、止まったステップの荷重を分けてかけます。",
                "Take a tenth of the first number under *STATIC, and apply the load of the step in parts.",
            ),
        ),
        (
            text("剛体移動がないか確かめる", "Make sure nothing can move freely"),
            text(
                "拘束の抜けと、始めから離れている接触を見ます。収束の図で最初から落ちるならこれが疑わしいです。",
                "Look for missing constraints and contact that begins open: likely when the plot falls from the start.",
            ),
        ),
        (
            text("接触と材料をゆるめる", "Soften contact and material"),
            text(
                "接触の剛性を 1/10 に、塑性や超弾性の曲線を滑らかにして、どちらが効くか分けて試します。",
                "A tenth of the contact stiffness; smoother plastic or hyperelastic curves. Change one at a time.",
            ),
        ),
    ],
    avoid: Some(text(
        "最小増分をさらに小さくしても、止まる時刻が延びるだけです。",
        "Make the minimum increment smaller: that only delays the stop.",
    )),
    deck: true,
};

const SOLVER: Advice = Advice {
    meaning: text("ソルバーがエラーを出して止まりました。", "The solver reported an error and stopped."),
    tries: &[
        (
            text("根拠の行の前後を読む", "Read the lines around the deciding one"),
            text(
                "要素や節点の番号があれば、そこから調べます。",
                "Numbers of elements or nodes there are where to begin.",
            ),
        ),
        (
            text("メモリーの語があれば CPU とモデルを見直す", "If it is about memory, look at CPUs and model size"),
            text(
                "メモリーの多いノードを選ぶか、メッシュを粗くします。",
                "Choose a node with more memory, or a coarser mesh.",
            ),
        ),
        (
            text("小さなモデルで確かめる", "Try it with a small model"),
            text(
                "ステップや荷重を減らし、どこから止まるか絞ります。",
                "Leave out steps and loads to find what stops it.",
            ),
        ),
    ],
    avoid: Some(SAME_DECK),
    deck: true,
};

const MEMORY: Advice = Advice {
    meaning: text(
        "ソルバーが外から強制終了されました。シグナル 9 は、多くの場合ノードのメモリー不足です。",
        "The solver was killed from outside. Signal 9 mostly means that the node ran out of memory.",
    ),
    tries: &[
        (
            text("メモリーの多いノードを選ぶ", "Choose a node with more memory"),
            text("または、ほかのジョブが少ない時に投入します。", "Or submit it when fewer jobs run there."),
        ),
        (
            text("モデルを小さくする", "Make the model smaller"),
            text("対称性を使う、メッシュを粗くする、出力を減らす。", "Use symmetry, a coarser mesh, less output."),
        ),
        (
            text("管理者に知らせる", "Tell an admin"),
            text("ノードのシステムログに理由が残っています。", "The node's system log has the reason."),
        ),
    ],
    avoid: None,
    deck: false,
};

const KILLED: Advice = Advice {
    meaning: text(
        "ソルバーが外から止められました。この画面からの中止ではありません。",
        "The solver was ended from outside, not from this page.",
    ),
    tries: &[
        (
            text("もう一度投入する", "Submit it again"),
            text("一度だけの出来事なら、そのまま終わります。", "If it happened once, it ends well now."),
        ),
        (
            text("管理者に知らせる", "Tell an admin"),
            text("ノードで誰が何を止めたか分かります。", "The node can tell who ended what."),
        ),
    ],
    avoid: None,
    deck: false,
};

const NO_END: Advice = Advice {
    meaning: text(
        "ソルバーは終わりましたが、「完了」の行もエラーの行もありません。完了とは扱いません。",
        "The solver ended, but no line says completed and none says error. It is not taken for completed.",
    ),
    tries: &[
        (
            text("コンソールの最後の行を読む", "Read the last lines of the console"),
            text("途中で切れていれば、その前の処理が手がかりです。", "Where it breaks off is where to look."),
        ),
        (
            text("ノードのディスクの空きを確かめる", "Check the node's free disk"),
            text("ノードの画面に出ています。", "The Nodes page shows it."),
        ),
        (
            text("もう一度投入する", "Submit it again"),
            text("同じところで終わるなら、デッキを小さくして調べます。", "If it ends there again, try a smaller deck."),
        ),
    ],
    avoid: None,
    deck: false,
};

const CANNOT_START: Advice = Advice {
    meaning: text(
        "ノードにソルバーのプログラムがないか、実行できません。デッキの問題ではありません。",
        "The solver's program is not on the node or cannot run there. The deck is not to blame.",
    ),
    tries: &[
        (
            text("別のノードを選んで再投入する", "Submit it to another node"),
            text("ノードを「自動」にしても構いません。", "Auto will do."),
        ),
        (
            text("管理者に知らせる", "Tell an admin"),
            text(
                "ノードの設定にあるソルバーのコマンドを直します。",
                "The solver's command in the node's settings is wrong.",
            ),
        ),
    ],
    avoid: None,
    deck: false,
};

const REBOOTED: Advice = Advice {
    meaning: text(
        "計算中にノードが再起動しました。残っていたファイルは回収しています。",
        "The node was restarted while it computed. What files were left have been brought back.",
    ),
    tries: &[
        (
            text("もう一度投入する", "Submit it again"),
            text("デッキはそのままで構いません。", "The deck can stay as it is."),
        ),
        (
            text("途中の結果を確かめる", "Look at what there is of results"),
            text("どこまで進んでいたかはログで分かります。", "The log tells how far it had come."),
        ),
    ],
    avoid: None,
    deck: false,
};

const GONE: Advice = Advice {
    meaning: text(
        "ノードに終わり方の記録が残っていません。完了とも失敗とも言えません。",
        "The node has no record of how it ended. It can be called neither completed nor failed.",
    ),
    tries: &[
        (
            text("途中の結果を確かめる", "Look at what there is of results"),
            text("必要な結果があれば、そのまま使えます。", "If what you need is there, it can be used."),
        ),
        (
            text("もう一度投入する", "Submit it again"),
            text("デッキはそのままで構いません。", "The deck can stay as it is."),
        ),
        (
            text("管理者に知らせる", "Tell an admin"),
            text(
                "ノードの掃除や手動の停止が重なった可能性があります。",
                "A clean-up or a stop by hand on the node may be why.",
            ),
        ),
    ],
    avoid: None,
    deck: false,
};

const INFRASTRUCTURE: Advice = Advice {
    meaning: text(
        "接続か転送に続けて失敗し、計算を始められませんでした。デッキの問題ではありません。",
        "Connection or transfer failed again and again, so it never started. The deck is not to blame.",
    ),
    tries: &[
        (
            text("ノードの状態を確かめる", "Look at the nodes"),
            text(
                "連絡なしや空きディスク不足がないか、ノードの画面で見ます。",
                "The Nodes page shows lost contact and full disks.",
            ),
        ),
        (
            text("別のノードを選んで再投入する", "Submit it to another node"),
            text("ノードを「自動」にしても構いません。", "Auto will do."),
        ),
    ],
    avoid: None,
    deck: false,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_something_to_try() {
        let causes = [
            Cause::InputError,
            Cause::MissingFile,
            Cause::Diverged,
            Cause::SolverError,
            Cause::NoLicense,
            Cause::SubroutineError,
            Cause::LockFile,
            Cause::Killed { signal: 9 },
            Cause::Killed { signal: 15 },
            Cause::NoEndLine { code: Some(0) },
            Cause::CannotStart,
            Cause::NodeRebooted,
            Cause::ProcessGone,
            Cause::FolderGone,
            Cause::Infrastructure { tries: 3 },
        ];
        for cause in causes {
            assert!(of(&cause).is_some_and(|advice| advice.tries.len() >= 2), "{cause:?}");
        }
        assert!(of(&Cause::Completed).is_none() && of(&Cause::Cancelled).is_none());
    }
}
