//! 10,000 values that nobody means well with, in every field of every server function and of `/api/v1`: none is answered
//! by a fault of ours, none leaves the data's folders, and the node starts nothing that was not submitted.

use crate::doors::{call, carries_the_policy};
use crate::stack::{Stack, sample};
use futures::{StreamExt, stream};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use server::gate::doors;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use testbed::Standin;

const TRIES: usize = 10_000;
const AT_ONCE: usize = 8;

/// Texts that have hurt others. `CANARY` stands for a file that must never come to be.
const TEXTS: [&str; 44] = [
    "$(touch CANARY)",
    "`touch CANARY`",
    "; touch CANARY #",
    "| touch CANARY",
    "&& touch CANARY",
    "\ntouch CANARY\n",
    "'; touch CANARY; '",
    "\"; touch CANARY; \"",
    "--rsync-path=touch CANARY",
    "-oProxyCommand=touch CANARY",
    "cmd.exe /c echo > CANARY",
    "../../../../CANARY",
    "..\\..\\CANARY",
    "/etc/passwd",
    "file:///etc/passwd",
    "C:\\Windows\\win.ini",
    "CON",
    "nul.txt",
    "a/b",
    ".",
    "..",
    "' OR 1=1 --",
    "1; DROP TABLE jobs; --",
    "\\",
    "%00",
    "\0",
    "%2e%2e%2f",
    "%s%n%x",
    "{{7*7}}",
    "${jndi:ldap://127.0.0.1/x}",
    "<script>alert(1)</script>",
    "\u{202e}fdp.exe",
    "\u{feff}",
    "e\u{301}\u{301}\u{301}\u{301}",
    "あ\u{3099}",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\r\nSet-Cookie: a=b",
    "",
    " ",
    "NaN",
    "1e309",
    "-0",
    "０１２３",
];

fn value(canary: String) -> impl Strategy<Value = Value> {
    let text = prop::sample::select(TEXTS.as_slice()).prop_map(move |text| text.replace("CANARY", &canary));
    let texts = prop_oneof![
        4 => text.clone(),
        2 => prop::collection::vec(text, 2..4).prop_map(|parts| parts.concat()),
        2 => "\\PC{0,40}",
        1 => any::<String>(),
        1 => (1_usize..60).prop_map(|times| "長い".repeat(times * 40)),
    ];
    let numbers = prop_oneof![
        Just(json!(i64::MIN)),
        Just(json!(i64::MAX)),
        Just(json!(u64::MAX)),
        Just(json!(-1)),
        Just(json!(0)),
        Just(json!(1.5)),
        Just(json!(1e300)),
        any::<i32>().prop_map(|n| json!(n)),
    ];
    let leaf = prop_oneof![6 => texts.prop_map(Value::from), 3 => numbers, 1 => Just(Value::Null), 1 => any::<bool>().prop_map(Value::from)];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,6}", inner, 0..3).prop_map(|map| json!(map)),
        ]
    })
}

/// The places of a body where a value can be put: each leaf, and what holds leaves.
fn places(body: &Value, here: &str, all: &mut Vec<String>) {
    all.push(here.to_owned());
    match body {
        Value::Object(map) => map.iter().for_each(|(key, value)| places(value, &format!("{here}/{key}"), all)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(at, value)| places(value, &format!("{here}/{at}"), all))
        }
        _ => {}
    }
}

/// What a server function is asked with when it is meant well: more than the least, so that every field has its turn.
fn meant_well(name: &str) -> Value {
    let person = json!({
        "id": "tanaka", "profile":
        { "name": "田中", "role": "student", "max_running_jobs": 3, "max_tokens": 12, "expires_at": 2_000_000_000 },
    });
    match name {
        "add_people" => json!({ "new": [person] }),
        "save_node" => json!({ "version": null, "draft": {
            "id": "node-77", "name": "big", "host": "127.0.0.1", "port": "9", "user": "cae", "work_dir": "runs", "cores": "8",
            "max_tokens": "50", "abaqus": "abaqus", "calculix": "/usr/bin/ccx",
        } }),
        "save_settings" => json!({ "changes": [{ "key": "poll_interval_seconds", "value": "3", "version": 0 }] }),
        "act_on_node" => {
            json!({ "id": "node-77", "act": { "act": "drain", "reason": "memory", "until": 2_000_000_000 } })
        }
        "view_audit" | "export_audit" => json!({ "ask": {
            "actor": "sato", "action": "submit_job", "subject": "job", "from": "2026-11-01", "to": "2026-11-30",
            "older_than": null,
        } }),
        "list_jobs" => json!({ "query": {
            "tab": "all", "status": "Failed", "user": "sato", "node": "node-01", "search": "beam", "sort": "-name", "offset": 0,
            "limit": 50,
        } }),
        "submit_job" => {
            let mut body = call(name, 1, 1);
            body["request"]["options"] = json!({
                "gpus": 1, "memory": null, "scratch": null, "double": null, "mp_mode": null, "datacheck": true, "user": null,
                "oldjob": 1,
            });
            body
        }
        name => call(name, 1, 1),
    }
}

struct Attack {
    stack: Stack,
    deck: (String, Vec<u8>),
}

impl Attack {
    fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.stack.http.post(self.stack.url(path)).json(body)
    }

    /// A server function with one of its fields replaced.
    fn function(&self, path: &str, place: usize, hostile: Value) -> RequestBuilder {
        let name = path.trim_start_matches("/rpc/");
        if ["sign_in", "sign_out", "read_lab_status"].contains(&name) {
            let text = hostile.as_str().map_or_else(|| hostile.to_string(), str::to_owned);
            let fields = [("id", "sato"), ("password", "x"), ("to", "/")].map(|(key, value)| (key, value.to_owned()));
            let mut fields = fields.to_vec();
            fields[place % 3].1 = text;
            return self.stack.http.post(self.stack.url(path)).form(&fields);
        }
        let mut body = meant_well(name);
        let mut all = Vec::new();
        places(&body, "", &mut all);
        if let Some(at) = body.pointer_mut(&all[place % all.len()]) {
            *at = hostile;
        }
        self.post(path, &body)
    }

    /// A submission through `/api/v1` with one of its fields replaced.
    fn submission(&self, place: usize, hostile: &Value) -> RequestBuilder {
        let text = hostile.as_str().map_or_else(|| hostile.to_string(), str::to_owned);
        let names = ["name", "cpus", "node", "priority", "solver", "gpus", "oldjob", "memory", "file"];
        let values = ["beam", "2", "auto", "0", "abaqus", "0", "1", "1 gb", "beam.inp"];
        let chosen = place % names.len();
        let mut form = Form::new();
        for (at, (name, value)) in names.iter().zip(values).enumerate().take(names.len() - 1) {
            if at == chosen || ["cpus", "solver"].contains(name) {
                let value = if at == chosen { text.clone() } else { value.to_owned() };
                form = form.text(*name, value);
            }
        }
        let file = if chosen == names.len() - 1 { text } else { "beam.inp".to_owned() };
        // a deck without an end of its own: what of these is accepted runs for a moment only
        form = form.part("file", Part::bytes(self.deck.1.clone()).file_name(file));
        self.stack.http.post(self.stack.url("/api/v1/jobs")).multipart(form)
    }

    /// Another route of `/api/v1`, or a page: parts of its address, its query and its body.
    fn route(&self, method: Method, path: &str, hostile: &Value) -> RequestBuilder {
        let text = hostile.as_str().map_or_else(|| hostile.to_string(), str::to_owned);
        let mut url = reqwest::Url::parse(&self.stack.url("/")).unwrap();
        {
            let mut parts = url.path_segments_mut().unwrap();
            parts.clear();
            for part in path.trim_start_matches('/').split('/') {
                parts.push(if part.starts_with('{') { &text } else { part });
            }
        }
        for name in [
            "status", "user", "node", "q", "sort", "limit", "offset", "tail", "tab", "from", "lang", "to", "log",
            "line",
        ] {
            url.query_pairs_mut().append_pair(name, &text);
        }
        let request = self.stack.http.request(method.clone(), url);
        if method == Method::GET { request } else { request.json(hostile) }
    }
}

fn files_below(folder: &Path, all: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            files_below(&path, all);
        } else {
            all.insert(path);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_hostile_values_do_nothing() {
    let stack = Stack::start_abaqus(Standin::default()).await;
    let canary = std::env::temp_dir().join(format!("ajm-canary-{}", uuid::Uuid::now_v7()));
    let attack = Attack { stack, deck: sample("quick.inp") };
    let folder = attack.stack.folder.path().to_owned();
    let mut before = BTreeSet::new();
    files_below(&folder, &mut before);

    let mut runner = TestRunner::deterministic();
    let values = value(canary.display().to_string());
    let targets: Vec<_> = doors().collect();
    let mut requests = Vec::with_capacity(TRIES);
    for n in 0..TRIES {
        let hostile = values.new_tree(&mut runner).unwrap().current();
        let door = &targets[n % targets.len()];
        let place = n / targets.len();
        let what = format!("{} {} {place} {hostile}", door.method, door.path);
        let request = match door.path {
            "/api/v1/jobs" | "/uploads" if door.method == Method::POST => attack.submission(place, &hostile),
            // it would sign this test out, or shut its own account
            path if path.starts_with("/rpc/") => attack.function(path, place, hostile),
            path => attack.route(door.method.clone(), path, &hostile),
        };
        requests.push((what, request));
    }
    let answers = stream::iter(requests.into_iter().map(|(what, request)| async move {
        // what cannot be a request at all never leaves this side
        let answer = request.send().await.ok()?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Some((what, status, headers, answer.text().await.unwrap_or_default()))
    }));
    let mut answers = answers.buffer_unordered(AT_ONCE);
    let mut counted = 0;
    while let Some(answer) = answers.next().await {
        let Some((what, status, headers, body)) = answer else { continue };
        counted += 1;
        // one support bundle at a time: each asks every node
        let in_turn = status == 503 && what.starts_with("GET /support-bundle ") && body.contains("UNAVAILABLE");
        assert!(status < 500 || in_turn, "{what}\nis answered with {status}: {body}\n{}", attack.stack.log());
        carries_the_policy(&headers, &what);
    }
    drop(answers);
    assert!(counted > TRIES * 9 / 10, "{counted} of {TRIES} were sent");

    assert!(!canary.exists(), "a command was carried out");
    // leptos looks once more at what a page waited for, now and then after the page is gone; that task alone ends
    let errors = attack.stack.errors();
    let mut lines = errors.lines().peekable();
    while let Some(line) = lines.next() {
        let known = lines.peek().is_some_and(|next| next.contains("already been disposed"));
        assert!(!line.contains("panicked at") || known, "{errors}");
    }
    let mut after = BTreeSet::new();
    files_below(&folder, &mut after);
    let strays: Vec<_> = after
        .difference(&before)
        .map(|path| path.strip_prefix(&folder).unwrap())
        .filter(|path| {
            !["data", "uploads", "results", "backups", "logs", "metrics"].iter().any(|own| path.starts_with(own))
        })
        .filter(|path| !["server.log", "server.err"].iter().any(|own| *path == Path::new(own)))
        .collect();
    assert!(strays.is_empty(), "files outside: {strays:?}");
    // the node's own journal knows no run that the database does not
    let runs = attack.stack.rows("runs");
    let launched = attack.stack.launches() as u64;
    assert!(launched <= runs, "{launched} launches of {runs} runs");
}
