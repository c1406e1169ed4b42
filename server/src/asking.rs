//! Who is asking, found out for every request in one place: by a session's cookie or a token. What they may is asked
//! after this, by `gate`.

use crate::problem::Problem;
use crate::request_id::RequestId;
use crate::serve::Peer;
use app::backend::{Asking, Backend, Visitor, fault};
use app::preferences;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, COOKIE, USER_AGENT};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::Origin;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// How the server is reached, for this layer.
#[derive(Clone)]
pub struct Reached {
    /// To look people up.
    pub backend: Backend,
    /// A proxy of our own on this machine passes requests on, and says for whom.
    pub behind_proxy: bool,
}

fn text<'h>(headers: &'h HeaderMap, name: &axum::http::HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The language of a request.
pub fn locale(headers: &HeaderMap) -> app::i18n::Locale {
    preferences::of_headers(text(headers, &COOKIE), text(headers, &ACCEPT_LANGUAGE)).locale
}

/// The address that asks. What a proxy says of it counts only where we know that there is one, and only from this machine;
/// of several the last, which that proxy has added itself.
fn address(request: &Request, behind_proxy: bool) -> IpAddr {
    let peer = request.extensions().get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    let told = request.headers().get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
    let told = told.and_then(|list| list.rsplit(',').next()?.trim().parse().ok());
    if behind_proxy && peer.to_canonical().is_loopback() { told.unwrap_or(peer) } else { peer }
}

/// A token in `Authorization: Bearer …`.
fn token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = text(headers, &AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Puts [`Visitor`], and [`Asking`] where somebody is signed in, into the request's extensions.
pub async fn identify(State(reached): State<Reached>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let (locale, backend) = (locale(headers), &reached.backend);
    let with_token = headers.contains_key(AUTHORIZATION);
    let visitor = Visitor {
        address: address(&request, reached.behind_proxy),
        agent: text(headers, &USER_AGENT).unwrap_or_default().to_owned(),
        session: text(headers, &COOKIE).and_then(|cookies| backend.entrance.session_of(cookies)),
        // something else in its place is a token that nobody has
        token: with_token.then(|| credentials::fingerprint(token(headers).unwrap_or_default())),
        locale,
    };
    let origin = if request.uri().path().starts_with("/api/") { Origin::Api } else { Origin::Web };
    // the style sheet is the same for everybody
    let found = if request.uri().path().starts_with("/pkg/") { Ok(None) } else { backend.who(&visitor, origin).await };
    match found {
        Ok(Some(actor)) => {
            let id = request.extensions().get::<RequestId>().map_or_else(|| Arc::from(""), |id| Arc::clone(&id.0));
            request.extensions_mut().insert(Asking { actor, locale, request: id });
        }
        Ok(None) => {}
        Err(error) => return Problem(fault::repository(locale, error)).into_response(),
    }
    request.extensions_mut().insert(visitor);
    next.run(request).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::body::Body;

    fn request(peer: &str, forwarded: &[&str]) -> Request {
        let mut request = Request::get("/");
        for value in forwarded {
            request = request.header("x-forwarded-for", *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(Peer(format!("{peer}:1234").parse().unwrap()));
        request
    }

    #[test]
    fn nobody_says_himself_from_where_he_comes() {
        let asked = |peer: &str, forwarded: &[&str], proxy| address(&request(peer, forwarded), proxy).to_string();
        assert_eq!(asked("192.0.2.1", &["203.0.113.9"], true), "192.0.2.1", "not from this machine");
        assert_eq!(asked("127.0.0.1", &["203.0.113.9"], false), "127.0.0.1", "no proxy that we know");
        assert_eq!(asked("127.0.0.1", &["203.0.113.9"], true), "203.0.113.9");
        assert_eq!(asked("127.0.0.1", &["198.51.100.7, 203.0.113.9"], true), "203.0.113.9", "the proxy's own word");
        assert_eq!(asked("127.0.0.1", &["198.51.100.7", "203.0.113.9"], true), "203.0.113.9");
        assert_eq!(asked("127.0.0.1", &["nonsense"], true), "127.0.0.1");
    }

    #[test]
    fn a_token_is_a_bearer_s() {
        let headers = |value: &str| HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
        assert_eq!(token(&headers("Bearer abc")), Some("abc"));
        assert_eq!(token(&headers("bearer abc")), Some("abc"));
        for wrong in ["Basic abc", "abc", ""] {
            assert_eq!(token(&headers(wrong)), None, "{wrong}");
        }
    }
}
