//! Who gets through which door. The list of doors comes from the program: its pages, its server functions, its OpenAPI
//! document. The answers expected stand in `doors.txt`; `UPDATE_DOORS=1` writes it anew, to be read before it is believed.

use crate::stack::{Stack, sample};
use app::admin::audit::api::AuditAsk;
use app::admin::logs::api::LogReach;
use app::jobs::api::{ListQuery, OptionsWish};
use app::nodes::api::NodeAct;
use axum::http::Method;
use domain::log::LogQuery;
use domain::node::NodeDraft;
use reqwest::header::{HeaderMap, LOCATION, ORIGIN};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use server::gate::{Door, doors};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

/// Every answer, whatever it is, carries these.
pub fn carries_the_policy(headers: &HeaderMap, what: &str) {
    let header =
        |name: &str| headers.get(name).unwrap_or_else(|| panic!("{what}: no {name}")).to_str().unwrap().to_owned();
    let policy = header("content-security-policy");
    let script = policy.split(';').find(|part| part.trim().starts_with("script-src")).unwrap();
    assert!(!script.contains("unsafe-inline") && !script.contains("'unsafe-eval'"), "{what}: {policy}");
    for part in
        ["default-src 'self'", "style-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]
    {
        assert!(policy.contains(part), "{what}: {part} is not in {policy}");
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(header(name), value, "{what}: {name}");
    }
    assert!(header("permissions-policy").contains("camera=()"), "{what}");
    for name in ["server", "x-powered-by", "access-control-allow-origin"] {
        assert!(!headers.contains_key(name), "{what}: {name} is told");
    }
    for cookie in headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{what}: {cookie}");
        assert!(!cookie.contains("session") || cookie.contains("HttpOnly"), "{what}: {cookie}");
    }
}

#[tokio::test]
async fn every_door_of_the_program_has_a_rule_and_every_rule_a_door() {
    let ruled = |matching: &dyn Fn(&Door) -> bool| -> BTreeSet<String> {
        doors().filter(|door| matching(door)).map(|door| format!("{} {}", door.method, door.path)).collect()
    };
    let calls: BTreeSet<String> =
        server_fn::axum::server_fn_paths().map(|(path, method)| format!("{method} {path}")).collect();
    assert!(calls.len() > 20, "the server functions are not linked in: {calls:?}");
    assert_eq!(ruled(&|door| door.path.starts_with("/rpc/")), calls);

    let pages: BTreeSet<String> =
        leptos_axum::generate_route_list(app::App).into_iter().map(|page| format!("GET {}", page.path())).collect();
    let others = ["/rpc/", "/api/", "/ws", "/uploads", "/metrics", "/backups/", "/support-bundle", "/usage.csv"];
    assert_eq!(ruled(&|door| !others.iter().any(|other| door.path.starts_with(other))), pages);

    let document = serde_json::to_value(server::api::description()).unwrap();
    let mut routes: BTreeSet<String> = BTreeSet::from(["GET /api/v1/openapi.json".to_owned()]);
    for (path, ways) in document["paths"].as_object().unwrap() {
        routes.extend(ways.as_object().unwrap().keys().map(|way| format!("{} {path}", way.to_uppercase())));
    }
    assert_eq!(ruled(&|door| door.path.starts_with("/api/v1/")), routes);
}

/// A job of somebody else that waits for ever: the node has one core.
async fn job(owner: &Client, stack: &Stack) -> i64 {
    let (name, bytes) = sample("quick.inp");
    let part = reqwest::multipart::Part::bytes(bytes).file_name(name);
    let form = reqwest::multipart::Form::new().text("name", format!("job-{}", uuid::Uuid::now_v7())).part("file", part);
    let answer = owner.post(stack.url("/api/v1/jobs")).multipart(form).send().await.unwrap();
    let job: Value = answer.json().await.unwrap();
    job["id"].as_i64().unwrap_or_else(|| panic!("{job}"))
}

async fn reservation(owner: &Client, stack: &Stack) -> i64 {
    let wanted = json!({ "tokens": 1, "purpose": "CAE", "seconds": 600 });
    let answer = owner.post(stack.url("/api/v1/reservations")).json(&wanted).send().await.unwrap();
    answer.json::<Value>().await.unwrap()["id"].as_i64().unwrap()
}

/// What each server function is asked with; one that is missing here has no example, and the test fails.
pub fn call(name: &str, job: i64, reservation: i64) -> Value {
    let upload = "0190b0a0-0000-7000-8000-000000000000";
    let profile =
        json!({ "name": "X", "role": "student", "max_running_jobs": null, "max_tokens": null, "expires_at": null });
    match name {
        "act_on_jobs" => json!({ "ids": [job], "action": "hold" }),
        "act_on_node" => json!({ "id": "no-node", "act": NodeAct::Resume }),
        "add_people" => json!({ "new": [] }),
        "add_token" => json!({ "name": "", "scope": "read" }),
        "ask_host_key" | "test_node" | "view_node" => json!({ "id": "no-node" }),
        "change_password" => json!({ "current": "wrong", "new": "another password" }),
        "change_person" => json!({ "id": "nobody", "was": profile, "profile": profile }),
        "check_deck" => json!({ "deck": upload, "includes": [] }),
        "check_people_csv" => json!({ "bytes": [] }),
        "check_name" => json!({ "name": "beam" }),
        "decide_host_key" => json!({ "id": "no-node", "fingerprint": "SHA256:x", "accept": true }),
        "disable_person" => json!({ "id": "nobody", "disabled": true }),
        "end_reservation" => json!({ "id": reservation }),
        "end_sessions" => json!({ "which": "none" }),
        "export_audit" | "view_audit" => json!({ "ask": AuditAsk::default() }),
        "hand_over" => json!({ "from": "nobody", "to": "noone" }),
        "keep_wishes" => json!({ "language": "ja", "theme": null }),
        "link_for" => json!({ "id": "nobody" }),
        "list_jobs" => json!({ "query": ListQuery::default() }),
        "name_upload" => json!({ "id": upload, "name": "a.inc" }),
        "preview_settings" => json!({ "text": "nothing = 1" }),
        "read_convergence" | "read_messages" | "read_what_if" | "view_job" => json!({ "id": job }),
        "read_dictionary" => json!({ "locale": "ja" }),
        "read_form_options" => json!({ "solver": null, "wish": "auto", "priority": 0, "gpus": 0 }),
        "read_link" => json!({ "link": "none" }),
        "read_log" => json!({ "id": job, "file": "a.dat", "ask": { "part": "tail", "lines": 5 } }),
        "read_overtaken" => json!({ "ids": [job], "priority": 5 }),
        "reserve" => {
            json!({ "new": { "tokens": 1, "cores": null, "purpose": "CAE", "lasts": 600, "heartbeat": null } })
        }
        "begin_backup" | "test_webhook" | "view_operations" | "begin_cleanup" | "view_cleanup" => json!({}),
        "view_logs" => json!({ "query": LogQuery::default(), "reach": LogReach::End }),
        "verify_backup" => json!({ "name": "none" }),
        "export_settings" | "read_server_key" | "restart_sources" | "view_account" | "view_licenses"
        | "view_people" | "view_settings" | "view_start" => json!({}),
        "resubmit_job" => json!({ "id": job, "cpus": null, "idempotency_key": "" }),
        "revoke_token" => json!({ "id": 0 }),
        "save_node" => json!({ "draft": NodeDraft::default(), "version": null }),
        "save_settings" => json!({ "changes": [] }),
        "setting_history" => json!({ "key": "poll_interval_seconds" }),
        "submit_job" => json!({ "request": {
            "name": "beam", "cpus": 2, "wish": "auto", "priority": 0, "solver": "calculix", "options": OptionsWish::default(),
            "deck": upload, "includes": [], "parent": null, "idempotency_key": "",
        } }),
        "use_link" => json!({ "link": "none", "first": null, "password": "a long password" }),
        name => panic!("{name} has no example"),
    }
}

struct World {
    stack: Stack,
    owner: Client,
}

impl World {
    async fn ask(&self, client: &Client, door: &Door) -> RequestBuilder {
        let about = |what: &str| door.path.contains(what);
        // their own each time: what one asker did to it is not what the next one finds
        let job = if about("{id}") || about("/rpc/") { job(&self.owner, &self.stack).await } else { 0 };
        let reservation = if about("reservation") { reservation(&self.owner, &self.stack).await } else { 0 };
        let id = if about("reservations") { reservation } else { job };
        let path = door.path.replace("{id}", &id.to_string()).replace("{name}", "a.dat").replace("{link}", "none");
        let request = client.request(door.method.clone(), self.stack.url(&path)).header("accept-language", "en");
        match door.path {
            // these come from plain forms too
            "/rpc/sign_in" => request.form(&[("id", "nobody"), ("password", "wrong")]),
            "/rpc/sign_out" | "/rpc/read_lab_status" => request.form::<[(&str, &str)]>(&[]),
            path if path.starts_with("/rpc/") => {
                request.json(&call(path.trim_start_matches("/rpc/"), job, reservation))
            }
            "/api/v1/reservations" if door.method == Method::POST => {
                request.json(&json!({ "tokens": 1, "purpose": "CAE", "seconds": 600 }))
            }
            "/api/v1/jobs/{id}" if door.method == Method::PATCH => request.json(&json!({ "priority": -1 })),
            "/api/v1/jobs" if door.method == Method::POST => request.multipart(reqwest::multipart::Form::new()),
            "/uploads" => request.multipart(reqwest::multipart::Form::new()),
            _ => request,
        }
    }

    /// The status; of an act on several jobs what became of the one.
    async fn answer(&self, client: &Client, door: &Door, foreign: bool) -> String {
        let mut request = self.ask(client, door).await;
        if foreign {
            request = request.header(ORIGIN, "https://evil.example");
        }
        let mut answer: Response = request.send().await.unwrap();
        // a backup and a clean-up take turns, and another door may have begun one: it is over soon
        while door.path.starts_with("/rpc/begin_") && answer.status() == 409 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            answer = self.ask(client, door).await.send().await.unwrap();
        }
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        carries_the_policy(&headers, &format!("{} {}", door.method, door.path));
        let body = answer.text().await.unwrap();
        assert!(status < 500, "{} {}: {status} {body}", door.method, door.path);
        if status == 303 {
            assert!(headers[LOCATION].to_str().unwrap().starts_with("/sign-in"), "{headers:?}");
        }
        if door.path == "/rpc/act_on_jobs" && status == 200 {
            let refused = body.contains("\"FORBIDDEN\"");
            return if refused { "403" } else { "200" }.to_owned();
        }
        status.to_string()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_gets_through_the_right_doors_and_no_others() {
    // tokens for all the reservations that are tried
    let env = [("TOTAL_LICENSE_TOKENS", "10000")];
    let stack = Stack::start_node(&[("--calculix", "/usr/bin/ccx"), ("--cores", "1")], &env).await;
    let owner = Stack::client(&stack.add_user("sato", "student").await);
    let clients = [
        ("anonymous", Client::builder()),
        ("other", Stack::asking(&stack.add_user("suzuki", "student").await)),
        ("read-only", Stack::asking(&stack.add_token("sato", "read"))),
        ("faculty", Stack::asking(&stack.add_user("takahashi", "faculty").await)),
        ("admin", Stack::asking(&stack.add_user("boss", "admin").await)),
    ];
    let clients = clients.map(|(who, builder)| {
        // where a page leads is part of the answer
        (who, builder.redirect(reqwest::redirect::Policy::none()).build().unwrap())
    });
    let world = World { stack, owner };
    let mut told = format!("{:<45}", "");
    for who in clients.iter().map(|(who, _)| *who).chain(["foreign"]) {
        write!(told, " {who:>9}").unwrap();
    }
    told.push('\n');
    for door in doors() {
        write!(told, "{:<45}", format!("{} {}", door.method, door.path)).unwrap();
        for (_, client) in &clients {
            write!(told, " {:>9}", world.answer(client, &door, false).await).unwrap();
        }
        // another site, with the browser of an admin
        writeln!(told, " {:>9}", world.answer(&clients[4].1, &door, true).await).unwrap();
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/road/doors.txt");
    if std::env::var_os("UPDATE_DOORS").is_some() {
        std::fs::write(&file, &told).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap();
    assert!(told == expected, "the answers are\n{told}\nand were to be\n{expected}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_and_errors_carry_the_policy_too() {
    let stack = Stack::start().await;
    for (method, path) in [
        (Method::GET, "/no-such-page"),
        (Method::GET, "/pkg/no-such-file.js"),
        (Method::GET, "/api/v1/nothing"),
        (Method::PUT, "/api/v1/nodes"),
        (Method::POST, "/rpc/nothing"),
        (Method::GET, "/rpc/list_jobs"),
        (Method::GET, "/api/v1/jobs/x"),
        (Method::TRACE, "/"),
    ] {
        let answer = stack.http.request(method.clone(), stack.url(path)).send().await.unwrap();
        assert!(answer.status().is_client_error(), "{method} {path}: {}", answer.status());
        carries_the_policy(answer.headers(), path);
    }
}
