//! The frame of a plot: grid, axes and their names.

use super::scale::{Label, Scale, Tick};
use leptos::prelude::*;

/// Where on its SVG a plot draws; pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Of the SVG.
    pub width: f64,
    /// Of the SVG.
    pub height: f64,
    /// First pixel of the x axis.
    pub left: f64,
    /// Last pixel of the x axis.
    pub right: f64,
    /// Highest pixel of the y axis.
    pub top: f64,
    /// The x axis.
    pub bottom: f64,
}

impl Area {
    /// The usual margins; narrower ones below 480 pixels.
    pub fn of(width: f64, height: f64) -> Area {
        let narrow = width < 480.0;
        let (left, right) = if narrow { (40.0, 6.0) } else { (56.0, 14.0) };
        Area { width, height, left, right: width - right, top: 26.0, bottom: height - 34.0 }
    }

    /// Whether it is drawn for a phone.
    pub fn narrow(&self) -> bool {
        self.width < 480.0
    }

    /// From left to right.
    pub fn across(&self) -> (f64, f64) {
        (self.left, self.right)
    }

    /// From the bottom up.
    pub fn up(&self) -> (f64, f64) {
        (self.bottom, self.top)
    }

    /// The `viewBox`.
    pub fn view_box(&self) -> String {
        format!("0 0 {:.0} {:.0}", self.width, self.height)
    }
}

/// Grid, axes and names. Without `x` the abscissa has no ticks of its own.
#[component]
pub fn Axes(
    /// Where.
    area: Area,
    /// Abscissa.
    #[prop(optional_no_strip)]
    x: Option<Scale>,
    /// Ordinate.
    y: Scale,
    /// Above the ordinate.
    title: String,
    /// Under the abscissa's end.
    abscissa: String,
) -> impl IntoView {
    let rows = y.ticks(18.0).into_iter().map(|tick| row(&area, &tick)).collect_view();
    let columns = x
        .map(|x| x.ticks(if area.narrow() { 96.0 } else { 110.0 }))
        .unwrap_or_default()
        .into_iter()
        .map(|tick| column(&area, &tick))
        .collect_view();
    view! {
        {rows}
        {columns}
        <path class="ax" d=format!("M{:.1} {:.1}H{:.1}", area.left, area.bottom, area.right) />
        <text class="ttl" x="0" y="12">
            {title}
        </text>
        <text x=format!("{:.1}", area.right) y=format!("{:.1}", area.height - 4.0) text-anchor="end">
            {abscissa}
        </text>
    }
}

fn row(area: &Area, tick: &Tick) -> impl IntoView + use<> {
    let x = format!("{:.1}", area.left - 8.0);
    let y = format!("{:.1}", tick.at + 4.0);
    let label = match &tick.label {
        Label::None => None,
        Label::Number(text) => Some(view! { <text x=x y=y text-anchor="end">{text.clone()}</text> }.into_any()),
        Label::Power(exponent) => Some(
            view! {
                <text x=x y=y text-anchor="end">
                    "10"
                    <tspan dy="-4" font-size="9">
                        {exponent.to_string().replace('-', "−")}
                    </tspan>
                </text>
            }
            .into_any(),
        ),
    };
    view! {
        <path
            class=if tick.minor { "g2" } else { "g" }
            d=format!("M{:.1} {:.1}H{:.1}", area.left, tick.at, area.right)
        />
        {label}
    }
}

fn column(area: &Area, tick: &Tick) -> impl IntoView + use<> {
    let text = match &tick.label {
        Label::Number(text) => text.clone(),
        Label::Power(exponent) => format!("1E{exponent}"),
        Label::None => String::new(),
    };
    // the last label keeps inside the SVG
    let anchor = if tick.at > area.width - 14.0 { "end" } else { "middle" };
    view! {
        <path class="g" d=format!("M{:.1} {:.1}v4", tick.at, area.bottom) />
        <text x=format!("{:.1}", tick.at) y=format!("{:.1}", area.bottom + 16.0) text-anchor=anchor>
            {text}
        </text>
    }
}
