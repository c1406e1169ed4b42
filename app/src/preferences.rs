//! Language, theme and keys: kept in cookies, read by the server for its HTML and by the browser from that HTML.

use crate::i18n::Locale;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Light or dark; absent means the system's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Theme {
    /// `ajm-light`.
    Light,
    /// `ajm-dark`.
    Dark,
}

impl Theme {
    /// The `data-theme` of `<html>`.
    pub fn as_str(self) -> &'static str {
        match self {
            Theme::Light => "ajm-light",
            Theme::Dark => "ajm-dark",
        }
    }

    fn from_word(word: &str) -> Option<Theme> {
        [Theme::Light, Theme::Dark].into_iter().find(|theme| theme.as_str() == word)
    }
}

/// What a browser asks for.
#[derive(Clone, Copy, Debug)]
pub struct Wishes {
    /// From the cookie, else from `Accept-Language`, else Japanese.
    pub locale: Locale,
    /// From the cookie.
    pub theme: Option<Theme>,
    /// Keys of one letter do something; from the cookie.
    pub single_keys: bool,
}

impl Default for Wishes {
    fn default() -> Wishes {
        Wishes { locale: Locale::default(), theme: None, single_keys: true }
    }
}

/// A switch as cookies and the database hold it.
pub fn switch_word(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

/// Cookie that holds `ja` or `en`.
pub const LOCALE_COOKIE: &str = "ajm_locale";
/// Cookie that holds the theme's name.
pub const THEME_COOKIE: &str = "ajm_theme";
/// Cookie that holds `on` or `off`: whether keys of one letter do anything.
pub const KEYS_COOKIE: &str = "ajm_keys";
/// Where the page itself says the last.
#[cfg(not(feature = "ssr"))]
const KEYS_ATTRIBUTE: &str = "data-keys";

/// The wishes in a request's headers: (`Cookie`, `Accept-Language`).
pub fn of_headers(cookies: Option<&str>, accept_language: Option<&str>) -> Wishes {
    let cookie = |name: &str| {
        cookies?.split(';').filter_map(|pair| pair.trim().split_once('=')).find(|(key, _)| *key == name).map(|(_, v)| v)
    };
    let accepted = accept_language.and_then(|list| {
        list.split(',').find_map(|entry| Locale::from_word(entry.split([';', '-']).next().unwrap_or_default().trim()))
    });
    Wishes {
        locale: cookie(LOCALE_COOKIE).and_then(Locale::from_word).or(accepted).unwrap_or_default(),
        theme: cookie(THEME_COOKIE).and_then(Theme::from_word),
        single_keys: cookie(KEYS_COOKIE) != Some(switch_word(false)),
    }
}

/// The wishes of the request being answered.
#[cfg(feature = "ssr")]
pub fn of_request() -> Wishes {
    use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
    let Some(parts) = use_context::<axum::http::request::Parts>() else { return Wishes::default() };
    let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let wishes = of_headers(header(COOKIE), header(ACCEPT_LANGUAGE));
    Wishes { locale: of_query(parts.uri.query()).unwrap_or(wishes.locale), ..wishes }
}

/// `?lang=en`: how the language is switched without JavaScript.
#[cfg(feature = "ssr")]
fn of_query(query: Option<&str>) -> Option<Locale> {
    query?.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Locale::from_word)
}

fn cookie(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax")
}

/// What a person has chosen elsewhere, for this browser too: `Set-Cookie`s. Words that we do not know are left out.
#[cfg(feature = "ssr")]
pub fn cookies_of(wishes: &domain::account::Wishes) -> Vec<String> {
    let locale = wishes.language.as_deref().and_then(Locale::from_word);
    let theme = wishes.theme.as_deref().and_then(Theme::from_word);
    // unlike a language or a theme nobody sees what the last person of this browser has chosen
    let keys = switch_word(wishes.single_keys.as_deref() != Some(switch_word(false)));
    let cookies = [
        locale.map(|locale| cookie(LOCALE_COOKIE, locale.as_str())),
        theme.map(|theme| cookie(THEME_COOKIE, theme.as_str())),
        Some(cookie(KEYS_COOKIE, keys)),
    ];
    cookies.into_iter().flatten().collect()
}

/// Keeps the language of `?lang=` for the pages that follow.
#[cfg(feature = "ssr")]
fn keep_query() {
    use axum::http::header::{HeaderValue, SET_COOKIE};
    let asked = use_context::<axum::http::request::Parts>().and_then(|parts| of_query(parts.uri.query()));
    if let (Some(locale), Some(response)) = (asked, use_context::<leptos_axum::ResponseOptions>())
        && let Ok(cookie) = HeaderValue::from_str(&cookie(LOCALE_COOKIE, locale.as_str()))
    {
        response.append_header(SET_COOKIE, cookie);
    }
}

#[cfg(not(feature = "ssr"))]
fn of_document() -> Wishes {
    let root = web_sys::window().and_then(|window| window.document()).and_then(|document| document.document_element());
    let attribute = |name: &str| root.as_ref().and_then(|root| root.get_attribute(name));
    Wishes {
        locale: attribute("lang").and_then(|word| Locale::from_word(&word)).unwrap_or_default(),
        theme: attribute("data-theme").and_then(|word| Theme::from_word(&word)),
        single_keys: attribute(KEYS_ATTRIBUTE).as_deref() != Some(switch_word(false)),
    }
}

/// Whether keys of one letter do anything, for who listens to keys outside of all parts.
#[cfg(feature = "hydrate")]
pub fn single_keys() -> bool {
    of_document().single_keys
}

/// Language, theme and keys of this page, by context.
#[derive(Clone, Copy)]
pub struct Preferences {
    locale: RwSignal<Locale>,
    /// The same. It belongs to the whole of the page and not to whoever asks for it: an answer may come, and be told, when
    /// the part that asked is gone.
    spoken: Signal<Locale>,
    theme: RwSignal<Option<Theme>>,
    single_keys: RwSignal<bool>,
}

/// Puts them into the context.
pub fn provide() {
    #[cfg(feature = "ssr")]
    let wishes = {
        keep_query();
        of_request()
    };
    #[cfg(not(feature = "ssr"))]
    let wishes = of_document();
    let locale = RwSignal::new(wishes.locale);
    provide_context(Preferences {
        locale,
        spoken: locale.into(),
        theme: RwSignal::new(wishes.theme),
        single_keys: RwSignal::new(wishes.single_keys),
    });
}

/// Language and theme of this page.
pub fn use_preferences() -> Preferences {
    expect_context()
}

/// The language of this page; reactive.
pub fn use_locale() -> Signal<Locale> {
    use_preferences().spoken
}

#[cfg(feature = "hydrate")]
fn remember(attribute: &str, value: &str, cookie: &str) {
    use wasm_bindgen::JsCast;
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    if let Some(root) = document.document_element() {
        // a browser that refuses an attribute on <html> shows the old look until the next page
        let _ = root.set_attribute(attribute, value);
    }
    if let Some(document) = document.dyn_ref::<web_sys::HtmlDocument>() {
        let _ = document.set_cookie(&self::cookie(cookie, value));
    }
}

/// For the person's other browsers, where somebody is signed in. This one has its cookie whatever comes of it.
#[cfg(feature = "hydrate")]
fn keep(locale: Option<Locale>, theme: Option<Theme>, single_keys: Option<bool>) {
    let path = window().location().pathname().unwrap_or_default();
    if !crate::sign_in::is_outside(&path) {
        leptos::task::spawn_local(
            async move { drop(crate::account::calls::keep_wishes(locale, theme, single_keys).await) },
        );
    }
}

impl Preferences {
    /// The language; reactive.
    pub fn locale(self) -> Locale {
        self.locale.get()
    }

    /// The language at this moment, for what is said once (a message, a request).
    pub fn locale_untracked(self) -> Locale {
        self.locale.get_untracked()
    }

    /// The theme; reactive.
    pub fn theme(self) -> Option<Theme> {
        self.theme.get()
    }

    /// Switches the language, without reload.
    pub fn set_locale(self, locale: Locale) {
        self.locale.set(locale);
        #[cfg(feature = "hydrate")]
        {
            remember("lang", locale.as_str(), LOCALE_COOKIE);
            keep(Some(locale), None, None);
        }
    }

    /// Whether keys of one letter do anything; reactive.
    pub fn single_keys(self) -> bool {
        self.single_keys.get()
    }

    /// Switches keys of one letter on or off, without reload.
    pub fn set_single_keys(self, on: bool) {
        self.single_keys.set(on);
        #[cfg(feature = "hydrate")]
        {
            remember(KEYS_ATTRIBUTE, switch_word(on), KEYS_COOKIE);
            keep(None, None, Some(on));
        }
    }

    /// Switches the theme, without reload.
    pub fn set_theme(self, theme: Theme) {
        self.theme.set(Some(theme));
        #[cfg(feature = "hydrate")]
        {
            remember("data-theme", theme.as_str(), THEME_COOKIE);
            keep(None, Some(theme), None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_wins_over_the_header_and_japanese_is_the_rest() {
        let of = |cookies, accept| of_headers(cookies, accept).locale;
        assert_eq!(of(None, None), Locale::Ja);
        assert_eq!(of(None, Some("en-GB,en;q=0.9")), Locale::En);
        assert_eq!(of(None, Some("fr-FR, ja;q=0.3")), Locale::Ja);
        assert_eq!(of(Some("a=b; ajm_locale=ja"), Some("en")), Locale::Ja);
        assert_eq!(of_headers(Some("ajm_theme=ajm-dark"), None).theme, Some(Theme::Dark));
        assert!(of_headers(None, None).single_keys && !of_headers(Some("ajm_keys=off"), None).single_keys);
        #[cfg(feature = "ssr")]
        assert_eq!([of_query(Some("tab=all&lang=en")), of_query(Some("lang=fr"))], [Some(Locale::En), None]);
    }
}
