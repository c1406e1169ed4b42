//! The table of all doors. A page, a route or a server function that is missing here is shut.

use axum::http::Method;
use domain::Act;

/// Who may through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Everybody, signed in or not.
    Anyone,
    /// Who is allowed to this.
    May(Act<'static>),
}

/// One way to ask for one address.
#[derive(Clone, Debug)]
pub struct Door {
    /// `HEAD` goes with `GET`.
    pub method: Method,
    /// As the router has it: `/jobs/{id}`.
    pub path: &'static str,
    /// Who may through.
    pub rule: Rule,
}

const ANYONE: Rule = Rule::Anyone;
const SEE: Rule = Rule::May(Act::See);
const SUBMIT: Rule = Rule::May(Act::Submit);
const OWN: Rule = Rule::May(Act::ChangeOwnAccount);
const ADMIN: Rule = Rule::May(Act::Administer);

/// Pages. The server's HTML of an admin's page tells others that it is none of theirs.
const PAGES: &[(&str, Rule)] = &[
    ("/", SEE),
    ("/account", SEE),
    ("/admin/audit", SEE),
    ("/admin/logs", SEE),
    ("/admin/operations", SEE),
    ("/admin/settings", SEE),
    ("/admin/start", SEE),
    ("/admin/users", SEE),
    ("/cleanup", SEE),
    ("/help", SEE),
    ("/jobs/new", SEE),
    ("/jobs/{id}", SEE),
    ("/licenses", SEE),
    ("/nodes", SEE),
    ("/nodes/{id}", SEE),
    ("/sign-in", ANYONE),
    ("/welcome/{link}", ANYONE),
];

/// Server functions, all of them `POST /rpc/NAME`.
const CALLS: &[(&str, Rule)] = &[
    ("/rpc/act_on_jobs", SUBMIT),
    ("/rpc/act_on_node", ADMIN),
    ("/rpc/add_people", ADMIN),
    ("/rpc/add_token", OWN),
    ("/rpc/ask_host_key", ADMIN),
    ("/rpc/begin_backup", ADMIN),
    ("/rpc/begin_cleanup", ADMIN),
    ("/rpc/change_password", OWN),
    ("/rpc/change_person", ADMIN),
    ("/rpc/check_deck", SUBMIT),
    ("/rpc/check_name", SUBMIT),
    ("/rpc/check_people_csv", ADMIN),
    ("/rpc/decide_host_key", ADMIN),
    ("/rpc/disable_person", ADMIN),
    ("/rpc/end_reservation", SUBMIT),
    ("/rpc/end_sessions", OWN),
    ("/rpc/export_audit", ADMIN),
    ("/rpc/export_settings", ADMIN),
    ("/rpc/hand_over", ADMIN),
    ("/rpc/keep_wishes", OWN),
    ("/rpc/link_for", ADMIN),
    ("/rpc/list_jobs", SEE),
    ("/rpc/name_upload", SUBMIT),
    ("/rpc/preview_settings", ADMIN),
    ("/rpc/read_convergence", SEE),
    ("/rpc/read_dictionary", SEE),
    ("/rpc/read_form_options", SEE),
    ("/rpc/read_lab_status", SEE),
    ("/rpc/read_link", ANYONE),
    ("/rpc/read_log", SEE),
    ("/rpc/read_messages", SEE),
    ("/rpc/read_overtaken", SEE),
    ("/rpc/read_what_if", SEE),
    ("/rpc/read_server_key", ADMIN),
    ("/rpc/reserve", SUBMIT),
    ("/rpc/restart_sources", SEE),
    ("/rpc/resubmit_job", SUBMIT),
    ("/rpc/revoke_token", OWN),
    ("/rpc/save_node", ADMIN),
    ("/rpc/save_settings", ADMIN),
    ("/rpc/setting_history", ADMIN),
    ("/rpc/sign_in", ANYONE),
    ("/rpc/sign_out", OWN),
    ("/rpc/submit_job", SUBMIT),
    ("/rpc/test_node", ADMIN),
    ("/rpc/use_link", ANYONE),
    ("/rpc/test_webhook", ADMIN),
    ("/rpc/verify_backup", ADMIN),
    ("/rpc/view_account", OWN),
    ("/rpc/view_audit", ADMIN),
    ("/rpc/view_cleanup", SEE),
    ("/rpc/view_job", SEE),
    ("/rpc/view_licenses", SEE),
    ("/rpc/view_logs", ADMIN),
    ("/rpc/view_node", SEE),
    ("/rpc/view_operations", ADMIN),
    ("/rpc/view_people", ADMIN),
    ("/rpc/view_settings", ADMIN),
    ("/rpc/view_start", ADMIN),
];

/// The rest.
const ROUTES: &[(Method, &str, Rule)] = &[
    (Method::GET, "/ws", SEE),
    (Method::POST, "/uploads", SUBMIT),
    (Method::GET, "/api/health", ANYONE),
    (Method::GET, "/api/health/live", ANYONE),
    (Method::GET, "/metrics", SEE),
    (Method::GET, "/backups/{name}", ADMIN),
    (Method::GET, "/support-bundle", ADMIN),
    (Method::GET, "/usage.csv", SEE),
    (Method::GET, "/api/v1/openapi.json", SEE),
    (Method::GET, "/api/v1/jobs", SEE),
    (Method::POST, "/api/v1/jobs", SUBMIT),
    (Method::GET, "/api/v1/jobs/{id}", SEE),
    (Method::PATCH, "/api/v1/jobs/{id}", SUBMIT),
    (Method::DELETE, "/api/v1/jobs/{id}", SUBMIT),
    (Method::POST, "/api/v1/jobs/{id}/cancel", SUBMIT),
    (Method::POST, "/api/v1/jobs/{id}/hold", SUBMIT),
    (Method::POST, "/api/v1/jobs/{id}/release", SUBMIT),
    (Method::POST, "/api/v1/jobs/{id}/resubmit", SUBMIT),
    (Method::GET, "/api/v1/jobs/{id}/files", SEE),
    (Method::GET, "/api/v1/jobs/{id}/files/{name}", SEE),
    (Method::GET, "/api/v1/jobs/{id}/files.zip", SEE),
    (Method::GET, "/api/v1/nodes", SEE),
    (Method::GET, "/api/v1/license", SEE),
    (Method::GET, "/api/v1/reservations", SEE),
    (Method::POST, "/api/v1/reservations", SUBMIT),
    (Method::GET, "/api/v1/reservations/{id}", SEE),
    (Method::DELETE, "/api/v1/reservations/{id}", SUBMIT),
    (Method::POST, "/api/v1/reservations/{id}/heartbeat", SUBMIT),
];

/// All of them.
pub fn doors() -> impl Iterator<Item = Door> {
    let door = |method: &Method, path: &'static str, rule: Rule| Door { method: method.clone(), path, rule };
    let pages = PAGES.iter().map(move |(path, rule)| door(&Method::GET, path, *rule));
    let calls = CALLS.iter().map(move |(path, rule)| door(&Method::POST, path, *rule));
    let routes = ROUTES.iter().map(move |(method, path, rule)| door(method, path, *rule));
    pages.chain(calls).chain(routes)
}
