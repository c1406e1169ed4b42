//! The gate before everything: which door stands open to whom.
//!
//! Every route, page and server function is in one table ([`doors`]) with what its user must be allowed to. What is not in
//! the table is shut for everybody: a new route without a rule cannot be reached, and a test that asks the program for
//! all it serves fails. Whose job it is, is asked again by the function behind (`domain::access`).

mod table;

pub use table::{Door, Rule, doors};

use crate::problem::Problem;
use app::backend::{Asking, fault};
use app::{AppError, ErrorCode};
use axum::Json;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{ALLOW, CACHE_CONTROL, LOCATION, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// The table, for looking up.
pub struct Gate {
    doors: HashMap<&'static str, Vec<(Method, Rule)>>,
    /// First parts of the addresses of the site's own files, which everybody needs for the first page.
    files: Vec<String>,
}

impl Gate {
    /// With the files below this folder.
    pub fn new(site_root: &Path) -> Gate {
        let mut by_path: HashMap<&'static str, Vec<(Method, Rule)>> = HashMap::new();
        for Door { method, path, rule } in doors() {
            by_path.entry(path).or_default().push((method, rule));
        }
        // without the folder there are no pages either
        let entries = std::fs::read_dir(site_root).into_iter().flatten().flatten();
        let mut files: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        files.push("pkg".to_owned());
        Gate { doors: by_path, files }
    }

    fn is_file(&self, path: &str) -> bool {
        let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        !first.is_empty() && self.files.iter().any(|file| file == first)
    }

    /// What somebody must be allowed to; `Err` holds the methods there are.
    fn rule(&self, path: Option<&str>, method: &Method, address: &str) -> Result<Rule, Vec<Method>> {
        let Some(ways) = path.and_then(|path| self.doors.get(path)) else {
            // no route of ours: a file, or nothing, which only who is signed in is told
            let open = path.is_none() && self.is_file(address);
            return match path {
                Some(_) => Err(Vec::new()),
                None if open => Ok(Rule::Anyone),
                None => Ok(Rule::May(domain::Act::See)),
            };
        };
        let wanted = if *method == Method::HEAD { &Method::GET } else { method };
        let found = ways.iter().find(|(method, _)| method == wanted).map(|(_, rule)| *rule);
        found.ok_or_else(|| ways.iter().map(|(method, _)| method.clone()).collect())
    }
}

/// How an answer looks there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// Pages: people are led to the sign-in.
    Page,
    /// Server functions: the error as it is.
    Call,
    /// Everything for programs.
    Api,
}

fn side(request: &Request) -> Side {
    let path = request.uri().path();
    if path.starts_with("/rpc/") {
        return Side::Call;
    }
    let page = matches!(*request.method(), Method::GET | Method::HEAD)
        && !path.starts_with("/api/")
        && !["/ws", "/uploads", "/metrics"].contains(&path);
    if page { Side::Page } else { Side::Api }
}

fn refusal(side: Side, error: AppError) -> Response {
    match side {
        Side::Call => {
            let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::FORBIDDEN);
            (status, Json(error)).into_response()
        }
        Side::Page | Side::Api => Problem(error).into_response(),
    }
}

/// To the sign-in, and back from there.
fn sign_in_first(request: &Request) -> Response {
    let wanted = request.uri().path_and_query().map_or("/", |wanted| wanted.as_str());
    let to: String = form_urlencoded(wanted);
    let way = if wanted == "/" { "/sign-in".to_owned() } else { format!("/sign-in?to={to}") };
    let way = HeaderValue::from_str(&way).unwrap_or(HeaderValue::from_static("/sign-in"));
    (StatusCode::SEE_OTHER, [(LOCATION, way), (CACHE_CONTROL, HeaderValue::from_static("no-store"))]).into_response()
}

/// As the value of a query.
fn form_urlencoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// Lets a request through, or says why not.
pub async fn ask(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let side = side(&request);
    let asking = request.extensions().get::<Asking>();
    let locale = asking.map_or_else(|| crate::asking::locale(request.headers()), |asking| asking.locale);
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let act = match gate.rule(path, request.method(), request.uri().path()) {
        Ok(Rule::Anyone) => return next.run(request).await,
        Ok(Rule::May(act)) => act,
        Err(methods) if methods.is_empty() => {
            tracing::error!(path, "a route has no rule and stays shut");
            return refusal(side, fault::not_allowed(locale));
        }
        Err(methods) => return method_not_allowed(locale, &methods),
    };
    match asking {
        None if side == Side::Page => sign_in_first(&request),
        None => {
            let has_token = request.headers().contains_key(axum::http::header::AUTHORIZATION);
            let fault = if has_token { fault::bad_token(locale) } else { fault::not_signed_in(locale) };
            let mut answer = refusal(side, fault);
            answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            answer
        }
        Some(asking) if asking.actor.may(act) => next.run(request).await,
        Some(_) => refusal(side, fault::not_allowed(locale)),
    }
}

/// The address is one, but not with this method; `Allow` says with which.
fn method_not_allowed(locale: app::i18n::Locale, methods: &[Method]) -> Response {
    let message = locale.pick(
        "このアドレスはこのメソッドを受け付けません。Allow ヘッダーのものを使ってください。",
        "This address does not take this method. Use one that the header Allow names.",
    );
    let mut answer = Problem(AppError::new(ErrorCode::MethodNotAllowed, message)).into_response();
    let mut names: Vec<&str> = methods.iter().map(Method::as_str).collect();
    if names.contains(&"GET") {
        names.push("HEAD");
    }
    if let Ok(names) = HeaderValue::from_str(&names.join(",")) {
        answer.headers_mut().insert(ALLOW, names);
    }
    answer
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_has_no_rule_is_shut() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("pkg")).unwrap();
        let gate = Gate::new(folder.path());
        assert_eq!(gate.rule(Some("/new/route"), &Method::GET, "/new/route"), Err(Vec::new()));
        assert_eq!(gate.rule(None, &Method::GET, "/pkg/app.css"), Ok(Rule::Anyone));
        assert_eq!(gate.rule(None, &Method::GET, "/etc/passwd"), Ok(Rule::May(domain::Act::See)));
        assert_eq!(gate.rule(Some("/ws"), &Method::POST, "/ws"), Err(vec![Method::GET]));
        assert_eq!(gate.rule(Some("/"), &Method::HEAD, "/"), Ok(Rule::May(domain::Act::See)));
    }

    #[test]
    fn no_door_is_there_twice() {
        let mut seen = std::collections::HashSet::new();
        for door in doors() {
            assert!(seen.insert((door.method.clone(), door.path)), "{door:?}");
        }
    }

    #[test]
    fn the_way_back_is_one_value() {
        assert_eq!(form_urlencoded("/jobs/7?log=梁 a&x=%"), "/jobs/7%3Flog%3D%E6%A2%81%20a%26x%3D%25");
    }
}
