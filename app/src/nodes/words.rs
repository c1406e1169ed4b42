//! Words of the pages.

use crate::i18n::{Text, text};

pub const NODES: Text = text("ノード", "Nodes");
pub const COULD_NOT_LOAD: Text = text("ノードを読み込めませんでした", "The nodes did not load");
pub const NO_SUCH: Text = text("このノードはありません", "There is no such node");
pub const NO_SUCH_TEXT: Text =
    text("削除されたか、アドレスが違います。", "It was deleted, or the address is another one.");
pub const TO_NODES: Text = text("ノードの一覧へ", "To the nodes");
pub const NONE: Text = text("まだノードがありません", "No nodes yet");
pub const NONE_TEXT: Text = text(
    "ジョブを実行する PC を管理者が追加すると、ここに出ます。",
    "The machines that run jobs appear here once an admin adds them.",
);

pub const NODE: Text = text("ノード", "Node");
pub const STATE: Text = text("状態", "State");
pub const CORES: Text = text("コア", "Cores");
pub const TOKENS: Text = text("トークン", "Tokens");
pub const JOBS: Text = text("実行中のジョブ", "Jobs there");
pub const DISK: Text = text("作業ディスク", "Work disk");
pub const NO_JOBS: Text = text("なし", "none");
pub const NOT_NEEDED: Text = text("不要", "not needed");
pub const UNKNOWN: Text = text("不明", "unknown");
pub const NO_ANSWER_YET: Text = text("まだ応答がありません", "no answer yet");
pub const LITTLE_ROOM: Text = text("空き容量わずか", "Little room");
pub const AWAITED: Text = text("応答待ち", "Awaiting its answer");
pub const NO_CONTACT: Text = text("連絡なし", "No contact");
pub const KEY_OPEN: Text = text("ホスト鍵の確認待ち", "Host key to be accepted");
pub const KEY_CHANGED: Text = text("ホスト鍵が変わりました", "Host key has changed");
pub const KEY_REFUSED: Text = text("ホスト鍵を拒否", "Host key refused");
pub const FACTS: Text = text("いまの状態", "Now");
pub const CONTACT: Text = text("最後の応答", "Last answer");
pub const SOLVERS: Text = text("ソルバー", "Solvers");

pub const ADD: Text = text("ノードを追加", "Add a node");
pub const DO_ADD: Text = text("追加する", "Add it");
pub const ADD_TEXT: Text = text(
    "追加したあと、ホスト鍵を承認すると使われはじめます。ノードに入れるソフトはありません。",
    "It is used once you have accepted its host key. Nothing has to be installed there.",
);
pub const LET_IN: Text = text(
    "Linux のノードでは、ジョブを実行するアカウントとして次を実行すると、このサーバーがログインできるようになります。",
    "On a Linux node, run this as the account that runs jobs, so that this server may log in there.",
);
pub const PREPARE_WINDOWS: Text = text("Windows のノードを準備する", "Prepare a Windows machine");
pub const PREPARE_WINDOWS_TEXT: Text = text(
    "ノードの PowerShell を管理者として開き、次をまとめて貼り付けます。OpenSSH Server とファイアウォール、下の欄のアカウント、このサーバーの鍵を設定します。新しいアカウントのパスワードは、途中で尋ねられます。何度実行してもかまいません。最後に出る指紋を、追加したあとの「ホスト鍵」と比べます。",
    "Open PowerShell as administrator on the machine and paste all of this: it sets up OpenSSH Server and the firewall, the account that is typed below, and this server's key. It asks for the new account's password. It may be run again. Compare the fingerprint at its end with the one under “Host key” after adding.",
);
pub const CANCEL: Text = text("やめる", "Cancel");
pub const SETTINGS: Text = text("設定", "Settings");
pub const SAVE: Text = text("保存する", "Save");
pub const SAVED: Text = text("保存しました", "Saved");
pub const ADDED: Text = text("追加しました", "Added");
pub const FAILED: Text = text("できませんでした", "That did not work");
pub const CONFLICT: Text = text("ほかの人がこのノードを変えました", "Somebody else changed this node");
pub const CONFLICT_TEXT: Text = text(
    "入力した値はこのまま残っています。どちらを使うか選んでください。",
    "What you entered is still here. Choose which to use.",
);
pub const MINE: Text = text("入力した値で保存", "Save mine");
pub const THEIRS: Text = text("最新の値に戻す", "Take the newest");

pub const SERVICE: Text = text("受付", "Service");
pub const DRAIN: Text = text("受付を停止…", "Drain…");
pub const DRAIN_AGAIN: Text = text("停止の理由と期限を変更…", "Change reason and end…");
pub const DO_DRAIN: Text = text("停止する", "Drain");
pub const RESUME: Text = text("受付を再開", "Resume");
pub const DISABLE: Text = text("無効にする…", "Switch off…");
pub const DO_DISABLE: Text = text("無効にする", "Switch off");
pub const ENABLE: Text = text("有効にする", "Switch on");
pub const DELETE: Text = text("削除…", "Delete…");
pub const DO_DELETE: Text = text("削除する", "Delete");
pub const BACK: Text = text("戻る", "Go back");
pub const WHY: Text = text("理由 (全員に見えます)", "Reason (everybody sees it)");
pub const UNTIL: Text = text("いつまで", "Until");
pub const UNTIL_HINT: Text =
    text("空欄なら、再開するまで。時刻はラボの時間です", "Empty: until somebody resumes it. In the lab's time");
pub const UNTIL_WRONG: Text = text("日時を入力してください。", "Enter a date and a time.");
pub const NOTHING_NEW: Text = text("新しいジョブは始まりません", "No new job starts there");
pub const NOT_ASKED: Text =
    text("有効にするまで、応答も確かめません", "Nobody asks whether it is there until it is switched on");
pub const ENDED_KEEP: Text =
    text("終わったジョブと結果は、そのまま残ります", "Ended jobs and their results stay as they are");
pub const DONE: Text = text("変更しました", "Done");
pub const DELETED: Text = text("削除しました", "Deleted");

pub const HOST_KEY: Text = text("ホスト鍵", "Host key");
pub const KEY_FIRST: Text = text(
    "初めてつなぐ相手です。ノードで次のコマンドを実行し、同じ文字列が出ることを確かめてください。承認するまで、このノードにはログインしません。",
    "This is a first contact. Run this command on the node and see that it says the same. Nobody logs in there before you accept it.",
);
pub const KEY_OTHER: Text = text(
    "承認した鍵と違います。ノードを再設定したのでなければ、別の機械かもしれません。ノードで次のコマンドを実行して確かめてください。確かめるまで、このノードは使われません。",
    "This is not the accepted key. Unless the node was set up anew, it may be another machine. Compare with what this command says on the node. It is not used before you have.",
);
pub const KEY_FOUND: Text = text("届いた鍵", "Shown now");
pub const KEY_ACCEPTED: Text = text("承認した鍵", "Accepted");
pub const KEY_ASKING: Text = text("ノードに尋ねています", "Asking the node");
pub const KEY_ASK: Text = text("いまの鍵を確かめる", "Ask for the key");
pub const KEY_SAME: Text = text("承認した鍵と同じです。", "It is the accepted one.");
pub const ACCEPT: Text = text("同じなので承認する", "It is the same: accept");
pub const REFUSE: Text = text("違うので拒否する…", "It differs: refuse…");
pub const UNSURE: Text = text("わからない", "I am not sure");
pub const DO_REFUSE: Text = text("拒否する", "Refuse");
pub const REFUSE_OFF: Text = text("このノードは無効になります", "This node is switched off");
pub const REFUSE_LATER: Text =
    text("あとで有効にすると、もう一度確かめられます", "Once it is switched on again you can compare again");
pub const UNSURE_SAID: Text =
    text("承認していません。ノードはまだ使われません", "Nothing was accepted; the node is not used yet");
pub const KEY_TAKEN: Text = text("承認しました", "Accepted");
pub const KEY_DROPPED: Text = text("拒否しました", "Refused");

pub const DOCTOR: Text = text("ノード診断", "Node doctor");
pub const DOCTOR_TEXT: Text = text(
    "名前の解決からソルバーの起動までを順に調べ、直し方を示します。実行中のジョブには影響しません。",
    "Looks at everything from its name to its solvers and says how to correct it. Jobs there are not disturbed.",
);
pub const TEST: Text = text("診断する", "Test");
pub const AGAIN: Text = text("もう一度", "Again");
pub const RUNNING: Text = text("調べています", "looking");
pub const WAITS: Text = text("前の項目のあと", "after the step before");
pub const BROKEN_OFF: Text = text("診断が途中で切れました", "The test was cut off");
pub const COPY: Text = text("コピー", "Copy");
