//! The list's state in its address, so that it can be linked, reloaded and used without JavaScript.

use crate::jobs::api::{ListQuery, Tab};
use domain::JobStatus;

/// Rows of a page.
pub const PAGE: u32 = 50;

/// The tabs in their order.
pub const TABS: [Tab; 5] = [Tab::Today, Tab::Active, Tab::Mine, Tab::Troubled, Tab::All];

/// The word of a tab in an address.
pub fn tab_word(tab: Tab) -> &'static str {
    match tab {
        Tab::Today => "today",
        Tab::Active => "active",
        Tab::Mine => "mine",
        Tab::Troubled => "troubled",
        Tab::All => "all",
    }
}

/// What a column can be sorted by, and how it lies when its word has no `-`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Newest first.
    Created,
    /// A to Z.
    Name,
    /// In the order of a job's life.
    Status,
    /// A to Z.
    User,
    /// Highest first.
    Priority,
}

impl Column {
    fn word(self) -> &'static str {
        match self {
            Column::Created => "created",
            Column::Name => "name",
            Column::Status => "status",
            Column::User => "user",
            Column::Priority => "priority",
        }
    }

    /// Whether small stands first when the word has no `-`.
    fn ascends(self) -> bool {
        !matches!(self, Column::Created | Column::Priority)
    }
}

/// The query of an address; `param` gives the value of a parameter. What it does not know is left out. Without a tab,
/// a search looks at all jobs.
pub fn read(param: impl Fn(&str) -> Option<String>) -> ListQuery {
    let text = |name: &str| param(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let search = text("q");
    let tab = text("tab")
        .and_then(|word| TABS.into_iter().find(|tab| tab_word(*tab) == word))
        .unwrap_or(if search.is_some() { Tab::All } else { Tab::Today });
    ListQuery {
        tab,
        status: text("status").and_then(|word| word.parse::<JobStatus>().ok()),
        user: text("user"),
        node: text("node"),
        search,
        sort: text("sort"),
        offset: text("offset").and_then(|word| word.parse().ok()).unwrap_or(0),
        limit: PAGE,
    }
}

/// The address of a query; only what differs from the plain list.
pub fn address(query: &ListQuery) -> String {
    let mut parts = Vec::new();
    if query.tab != Tab::Today || query.search.is_some() {
        parts.push(format!("tab={}", tab_word(query.tab)));
    }
    let status = query.status.map(|status| status.as_str().to_owned());
    let offset = (query.offset > 0).then(|| query.offset.to_string());
    let rest = [
        ("status", &status),
        ("user", &query.user),
        ("node", &query.node),
        ("q", &query.search),
        ("sort", &query.sort),
        ("offset", &offset),
    ];
    parts.extend(
        rest.iter().filter_map(|(name, value)| value.as_ref().map(|value| format!("{name}={}", escape(value)))),
    );
    if parts.is_empty() { "/".to_owned() } else { format!("/?{}", parts.join("&")) }
}

/// Percent-encoding of a parameter's value (RFC 3986: all but the unreserved characters).
fn escape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// The same list under another tab.
pub fn on_tab(query: &ListQuery, tab: Tab) -> ListQuery {
    ListQuery { tab, offset: 0, ..query.clone() }
}

/// The same list sorted by a column; a second time turns it round.
pub fn sorted_by(query: &ListQuery, column: Column) -> ListQuery {
    let word = column.word();
    let plain = query.sort.as_deref().unwrap_or("created") == word;
    let sort = match (plain, column) {
        (true, _) => Some(format!("-{word}")),
        (false, Column::Created) => None,
        (false, _) => Some(word.to_owned()),
    };
    ListQuery { sort, offset: 0, ..query.clone() }
}

/// `aria-sort` of a column: `ascending`, `descending`, or none when something else sorts.
pub fn direction(query: &ListQuery, column: Column) -> Option<&'static str> {
    let sort = query.sort.as_deref().unwrap_or("created");
    let (turned, word) = sort.strip_prefix('-').map_or((false, sort), |word| (true, word));
    (word == column.word()).then_some(if column.ascends() == turned { "descending" } else { "ascending" })
}

/// Anything beyond the tab that leaves jobs out.
pub fn is_filtered(query: &ListQuery) -> bool {
    query.status.is_some() || query.user.is_some() || query.node.is_some() || query.search.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn of(pairs: &[(&str, &str)]) -> ListQuery {
        let map: HashMap<&str, &str> = pairs.iter().copied().collect();
        read(|name| map.get(name).map(|value| (*value).to_owned()))
    }

    #[test]
    fn an_address_says_only_what_differs() {
        assert_eq!(address(&of(&[])), "/");
        let query = of(&[("tab", "mine"), ("status", "Failed"), ("user", ""), ("q", "歯車 &a"), ("offset", "50")]);
        assert_eq!(address(&query), "/?tab=mine&status=Failed&q=%E6%AD%AF%E8%BB%8A%20%26a&offset=50");
    }

    #[test]
    fn nonsense_is_left_out_and_a_search_looks_everywhere() {
        assert_eq!(of(&[("tab", "x"), ("status", "running"), ("offset", "-3")]), of(&[]));
        assert_eq!(of(&[("q", "gear")]).tab, Tab::All);
        assert_eq!(of(&[("q", "gear"), ("tab", "today")]).tab, Tab::Today);
    }

    #[test]
    fn a_second_click_turns_the_order_round() {
        let plain = of(&[]);
        assert_eq!(direction(&plain, Column::Created), Some("descending"));
        assert_eq!(sorted_by(&plain, Column::Created).sort.as_deref(), Some("-created"));
        let by_name = sorted_by(&plain, Column::Name);
        assert_eq!((by_name.sort.as_deref(), direction(&by_name, Column::Name)), (Some("name"), Some("ascending")));
        assert_eq!(sorted_by(&by_name, Column::Name).sort.as_deref(), Some("-name"));
        assert_eq!(sorted_by(&by_name, Column::Created).sort, None);
        assert_eq!(direction(&by_name, Column::Created), None);
    }
}
