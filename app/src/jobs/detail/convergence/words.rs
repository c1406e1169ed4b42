//! Words of the convergence panel in both languages.

use crate::i18n::sentence::{Voice, amount, plural};
use crate::i18n::{Text, text};
use crate::jobs::api::AttemptView;
pub use crate::jobs::detail::words::{ATTEMPT, INCREMENT, STEP_TIME};
use crate::plot::number;

/// Convergence.
pub const CONVERGENCE: Text = text("収束", "Convergence");
/// Key.
pub const CONVERGED: Text = text("収束した増分", "Converged increment");
/// Key.
pub const CUTBACK: Text = text("カットバック", "Cutback");
/// Group of steps.
pub const STEPS: Text = text("ステップ", "Steps");
/// The table twin.
pub const AS_TABLE: Text = text("表で見る", "As a table");
/// Back to the plot.
pub const AS_PLOT: Text = text("図で見る", "As a plot");
/// Ordinate.
pub const SIZE: Text = text("増分の大きさ", "Increment size");
/// Ordinate of a Riks step, whose time stands still.
pub const LPF: Text = text("荷重比例係数 (LPF)", "Load proportionality factor (LPF)");
/// Column.
pub const LPF_COLUMN: Text = text("LPF", "LPF");
/// Column: what an attempt added to it, or wanted to.
pub const LPF_STEP: Text = text("LPFの増分", "LPF increment");
/// Ordinate of the second plot.
pub const RESIDUAL: Text = text("力の残差 / 平均の力", "Force residual / average force");
/// Abscissa of the second plot.
pub const ITERATION: Text = text("反復", "Iteration");
/// Column.
pub const ITERATIONS: Text = text("反復", "Iterations");
/// Column.
pub const RESULT: Text = text("結果", "Result");
/// In the table.
pub const YES: Text = text("収束", "converged");
/// In the table.
pub const NO: Text = text("カットバック", "cutback");
/// Nothing to be drawn.
pub const NO_INCREMENTS: Text = text(
    "まだ増分がありません。最初の増分が終わると表示します。",
    "No increment yet. The first one appears when it is finished.",
);
/// Nothing, for ever.
pub const NO_INCREMENTS_EVER: Text = text("増分の記録はありません。", "There is no record of increments.");
/// Of a step whose iterations are too old to be sent.
pub const NO_ITERATIONS: Text = text(
    "反復の記録は、終わりに近い増分の分だけ表示します。このステップの分はありません。",
    "Iterations are kept for the last increments only; there are none of this step.",
);
/// Under the plots.
pub const PLOT_HINT: Text =
    text("図にポインターを合わせるか、← → で値を見られます。", "Point at the plot, or use ← →, to see values.");

/// Attempts that were left out of the plot.
pub fn left_out(voice: Voice, count: u64) -> String {
    let n = amount::count(count);
    voice.pick(
        format!("はじめの{n}試行は省いています。全部は .sta にあります。"),
        format!("The first {n} attempts are left out; the .sta file has all."),
    )
}

/// Rows that were left out of the table.
pub fn table_left_out(voice: Voice, count: u64) -> String {
    let n = amount::count(count);
    voice.pick(
        format!("はじめの{n}行は省いています。全部は .sta にあります。"),
        format!("The first {n} rows are left out; the .sta file has all."),
    )
}

/// Too few points for a plot.
pub fn few(voice: Voice, count: usize, ended: bool) -> String {
    if ended {
        return voice.pick(
            format!("このステップの試行は{count}回だけです。図にせず、値で示します。"),
            format!(
                "This step has {count} {} only; here are the values.",
                plural(u64::try_from(count).unwrap_or(0), "attempt", "attempts")
            ),
        );
    }
    voice.pick(
        format!("このステップの試行はまだ{count}回です。3回になると図にします。"),
        format!("{count} of this step so far; the plot begins with the third attempt."),
    )
}

/// The values of one attempt.
pub fn attempt(
    voice: Voice,
    increment: u32,
    attempt: u32,
    time: &str,
    size: &str,
    iterations: u32,
    converged: bool,
) -> String {
    let (ja, en) = if converged { ("収束", "converged") } else { ("カットバック", "cutback") };
    voice.pick(
        format!("増分{increment}・試行{attempt}: ステップ時間 {time}、大きさ {size}、反復{iterations}回、{ja}"),
        format!(
            "Increment {increment}, attempt {attempt}: step time {time}, size {size}, {iterations} iterations, {en}"
        ),
    )
}

/// The values of one attempt of a Riks step.
pub fn riks_attempt(voice: Voice, row: &AttemptView) -> String {
    let (lpf, size) = (number::short(row.lpf.unwrap_or(0.0)), number::short(row.size));
    let AttemptView { increment, attempt, iterations, .. } = row;
    let (ja, en) = if row.converged { ("収束", "converged") } else { ("カットバック", "cutback") };
    voice.pick(
        format!("増分{increment}・試行{attempt}: LPF {lpf}、LPFの増分 {size}、反復{iterations}回、{ja}"),
        format!(
            "Increment {increment}, attempt {attempt}: LPF {lpf}, LPF increment {size}, {iterations} iterations, {en}"
        ),
    )
}

/// The values of one iteration.
pub fn iteration(voice: Voice, increment: u32, attempt: u32, iteration: u32, residual: &str) -> String {
    voice.pick(
        format!("増分{increment}・試行{attempt}・反復{iteration}: 力の残差 {residual}"),
        format!("Increment {increment}, attempt {attempt}, iteration {iteration}: force residual {residual}"),
    )
}
