//! What is sent that no solver could run, or that no file may be called: refused in one shape, in the reader's
//! language, and nothing of it stays.

use crate::stack::{Stack, sample};
use reqwest::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE};
use serde_json::Value;

const MB: usize = 1024 * 1024;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";
const STA: &str = " Abaqus/Standard 2023                  DATE 24-Nov-2026 TIME 10:00:00
 SUMMARY OF JOB INFORMATION:
 STEP  INC ATT SEVERE EQUIL TOTAL  TOTAL      STEP       INC OF       DOF    IF
               DISCON ITERS ITERS  TIME/    TIME/LPF    TIME/LPF    MONITOR RIKS
               ITERS               FREQ
   1     1   1     0     1     1  1.00       1.00       1.000
 THE ANALYSIS HAS COMPLETED SUCCESSFULLY
";

/// A deck of exactly so many bytes.
fn deck_of(bytes: usize) -> Vec<u8> {
    let mut deck = sample("quick.inp").1;
    deck.extend(b"** padding\n");
    assert!(deck.len() < bytes);
    let mut rest = bytes - deck.len();
    while rest > 0 {
        let line = rest.min(64);
        deck.extend(std::iter::repeat_n(b'*', line - 1).chain([b'\n']));
        rest -= line;
    }
    deck
}

fn odb() -> Vec<u8> {
    [b"HKSRD0:RLS:1\0\0\0\x02".as_slice(), &(0..=255).collect::<Vec<u8>>().repeat(40)].concat()
}

/// One file in a form, written by hand: a library would mend the name.
async fn post(stack: &Stack, name: &str, bytes: &[u8], language: (&str, &str)) -> reqwest::Response {
    let head = format!("--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    let body = [head.as_bytes(), bytes, b"\r\n--limit--\r\n"].concat();
    let request = stack.http.post(stack.url("/api/v1/jobs")).header(language.0, language.1);
    request.header(CONTENT_TYPE, "multipart/form-data; boundary=limit").body(body).send().await.unwrap()
}

async fn upload(stack: &Stack, name: &str, bytes: &[u8], language: (&str, &str)) -> reqwest::Response {
    let mut url = reqwest::Url::parse(&stack.url("/uploads")).unwrap();
    url.query_pairs_mut().append_pair("name", name);
    stack.http.post(url).header(language.0, language.1).body(bytes.to_vec()).send().await.unwrap()
}

/// In the one shape, about the file; returns what it says.
async fn refused(answer: reqwest::Response, status: u16, what: &str) -> String {
    let got = answer.status();
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(got, status, "{what}: {problem}");
    assert_eq!(problem["error"]["details"]["field"], "file", "{what}: {problem}");
    assert!(problem["error"]["code"].is_string(), "{what}: {problem}");
    problem["error"]["message"].as_str().unwrap().to_owned()
}

fn in_japanese() -> (&'static str, &'static str) {
    (ACCEPT_LANGUAGE.as_str(), "ja-JP,ja;q=0.9")
}

fn in_english() -> (&'static str, &'static str) {
    (COOKIE.as_str(), "ajm_locale=en")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_deck_is_refused_with_its_reason_and_leaves_nothing() {
    let stack = Stack::start_with("/usr/bin/ccx", &[("MAX_FILE_SIZE_MB", "1")]).await;
    let binary = ("テキストではありません", "not text");
    let keyword = ("キーワードがありません", "No line is a keyword");
    let (empty, large) = (("空のファイル", "is empty"), ("上限の 1 MB", "limit of 1 MB"));
    for (name, bytes, status, (ja, en)) in [
        ("model.inp", odb(), 400, binary),
        ("picture.inp", PNG.to_vec(), 400, binary),
        ("run.inp", STA.into(), 400, keyword),
        ("run.sta", STA.into(), 400, (".inp を1つ", "Send one .inp")),
        ("comments.inp", b"** nothing but this\n".to_vec(), 400, keyword),
        ("empty.inp", Vec::new(), 400, empty),
        ("large.inp", deck_of(MB + 1), 413, large),
    ] {
        for (language, words) in [(in_japanese(), ja), (in_english(), en)] {
            let said = refused(post(&stack, name, &bytes, language).await, status, name).await;
            assert!(said.contains(words), "{name}: {said}");
            assert!(!said.contains("行を直して") && !said.contains("lines named"), "{name}: {said}");
        }
    }
    for (name, bytes, status, (ja, en)) in
        [("empty.inp", Vec::new(), 400, empty), ("large.inp", deck_of(MB + 1), 413, large)]
    {
        for (language, words) in [(in_japanese(), ja), (in_english(), en)] {
            let said = refused(upload(&stack, name, &bytes, language).await, status, name).await;
            assert!(said.contains(words), "{name}: {said}");
        }
    }
    assert_eq!((stack.upload_folders(), stack.rows("uploads"), stack.rows("jobs")), (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_exactly_at_the_limit_is_taken() {
    let stack = Stack::start_with("/usr/bin/ccx", &[("MAX_FILE_SIZE_MB", "1")]).await;
    let sent = upload(&stack, "alone.inp", &deck_of(MB), in_english()).await;
    assert_eq!(sent.status(), 201);
    let id = stack.submit(&[("quick.inp".to_owned(), deck_of(MB))]).await;
    stack.until_status(id, "Completed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_no_file_may_have_are_refused_and_leave_nothing() {
    let stack = Stack::start().await;
    let (_, deck) = sample("quick.inp");
    let long = format!("{}.inp", "a".repeat(296));
    let long_ja = format!("{}.inp", "梁".repeat(296));
    let names =
        ["../evil.inp", "..\\evil.inp", "/etc/evil.inp", "it's.inp", "a\nb.inp", "a\0b.inp", "-i.inp", &long, &long_ja];
    for name in names.into_iter().chain(["a\"b.inp", "CON.inp", ""]) {
        for (language, japanese) in [(in_japanese(), true), (in_english(), false)] {
            let said = refused(upload(&stack, name, &deck, language).await, 400, name).await;
            assert_eq!(said.contains('。'), japanese, "{name:?}: {said}");
            // as curl writes a quotation mark
            let written = name.replace('"', "\\\"");
            let said = refused(post(&stack, &written, &deck, language).await, 400, name).await;
            assert_eq!(said.contains('。'), japanese, "{name:?}: {said}");
        }
    }
    assert_eq!((stack.upload_folders(), stack.rows("uploads"), stack.rows("jobs")), (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_japanese_name_runs() {
    let stack = Stack::start().await;
    let (_, deck) = sample("quick.inp");
    assert_eq!(upload(&stack, "梁モデル.inp", &deck, in_japanese()).await.status(), 201);
    let answer = post(&stack, "梁モデル.inp", &deck, in_japanese()).await;
    let status = answer.status();
    let job: Value = answer.json().await.unwrap();
    assert_eq!((status.as_u16(), &job["name"]), (201, &Value::from("梁モデル")), "{job}");
    stack.until_status(job["id"].as_i64().unwrap(), "Completed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_name_offers_one_that_is_then_taken() {
    let stack = Stack::start().await;
    let files = [sample("quick.inp")];
    stack.submit(&files).await;
    for wanted in ["quick-2", "quick-3"] {
        let refused = stack.post_files(&files, &[("name", "quick")]).await;
        let status = refused.status();
        let problem: Value = refused.json().await.unwrap();
        assert_eq!((status.as_u16(), &problem["error"]["details"]["field"]), (409, &Value::from("name")), "{problem}");
        assert_eq!(problem["error"]["details"]["next_free_name"], wanted);
        assert!(problem["error"]["message"].as_str().unwrap().contains(wanted), "{problem}");
        assert_eq!(stack.post_files(&files, &[("name", wanted)]).await.status(), 201);
    }
    assert_eq!((stack.rows("jobs"), stack.upload_folders()), (3, 3));
}

/// As Abaqus/CAE on a Japanese Windows writes it: an empty part, its instance with the mesh, sets of the assembly, CP932
/// and CRLF. `extra` goes before the step.
fn cae(extra: &str) -> Vec<u8> {
    let text = format!(
        "*Heading\n** Job name: plate Model name: Model-1\n*Preprint, echo=NO, model=NO, history=NO, contact=NO\n\
         *Part, name=Part-1\n*End Part\n*Assembly, name=Assembly\n**  \n*Instance, name=Part-1-1, part=Part-1\n*Node\n      \
         1,           0.,           0.\n      2,           1.,           0.\n      3,           0.,           1.\n      \
         4,           1.,           1.\n*Element, type=CPS4R\n1, 1, 2, 4, 3\n*Nset, nset=All, generate\n 1,  4,  1\n\
         *Elset, elset=All\n 1,\n** Section: Section-1\n*Solid Section, elset=All, material=Steel\n,\n*End Instance\n\
         *Nset, nset=Left, instance=Part-1-1\n 1, 3\n*Nset, nset=Right, instance=Part-1-1\n 2, 4\n*End Assembly\n\
         *Material, name=Steel\n*Elastic\n 2.06e+11, 0.3\n{extra}** Name: BC-1 Type: 対称/反対称/完全固定\n*Boundary\n\
         Left, XSYMM\n*Step, name=Step-1, nlgeom=NO\n*Static\n1., 1., 1e-05, 1.\n** Name: BC-2 Type: 変位/回転\n*Boundary\n\
         Right, 1, 1, 0.1\n*Restart, write, frequency=0\n*Output, field\n*Node Output\nRF, U\n\
         *Output, history, variable=PRESELECT\n*End Step\n"
    );
    encoding_rs::SHIFT_JIS.encode(&text.replace('\n', "\r\n")).0.into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deck_of_cae_is_read_right_and_its_comments_are_shown_as_they_were_written() {
    let stack = Stack::start().await;
    let check = async |name: &str, bytes: &[u8]| {
        let sent: Value = upload(&stack, name, bytes, in_japanese()).await.json().await.unwrap();
        let asked = serde_json::json!({ "deck": sent["id"], "includes": [] });
        let answer = stack.http.post(stack.url("/rpc/check_deck")).json(&asked).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["report"].clone()
    };
    let report = check("plate.inp", &cae("")).await;
    for (key, told) in [
        ("nodes", serde_json::json!({ "known": 4 })),
        ("elements", serde_json::json!({ "known": 1 })),
        ("elements_by_type", serde_json::json!([["CPS4R", 1]])),
        ("assembled_nodes", 4.into()),
        ("parts", serde_json::json!(["Part-1"])),
        ("instances", serde_json::json!([{ "name": "Part-1-1", "part": "Part-1" }])),
        ("node_sets", 3.into()),
        ("materials", serde_json::json!(["Steel"])),
        ("restart_write", false.into()),
        ("encoding", "cp932".into()),
        ("line_ending", "crlf".into()),
    ] {
        assert_eq!(report[key], told, "{key}: {report}");
    }
    let step = &report["steps"][0];
    assert_eq!((&step["name"], &step["procedure"], &step["period"]), (&"Step-1".into(), &"STATIC".into(), &1.0.into()));
    let findings: Vec<&Value> = report["findings"].as_array().unwrap().iter().map(|one| &one["kind"]["what"]).collect();
    assert_eq!(findings, ["no_restart_write"], "{report}");
    // the second letter of 表 ends in a byte that is a backslash elsewhere
    let report = check("steel.inp", &cae("** 鋼の表は別のファイル\n*Include, input=steel.inc\n")).await;
    let missing = &report["findings"][0];
    assert_eq!((&missing["kind"]["what"], &missing["severity"]), (&"missing_include".into(), &"error".into()));
    let shown: Vec<&str> =
        missing["context"].as_array().unwrap().iter().map(|line| line[1].as_str().unwrap()).collect();
    assert_eq!(
        shown,
        ["** 鋼の表は別のファイル", "*Include, input=steel.inc", "** Name: BC-1 Type: 対称/反対称/完全固定"],
        "{report}"
    );
}

/// CalculiX skips `*PART` and `*INSTANCE`, solves the first of them, and ends well.
#[tokio::test(flavor = "multi_thread")]
async fn a_deck_of_several_instances_is_no_deck_for_calculix() {
    let stack = Stack::start().await;
    let quick = String::from_utf8(sample("quick.inp").1).unwrap();
    let instance = |name: &str| format!("*INSTANCE, NAME={name}, PART=P\n*END INSTANCE\n");
    let deck = |instances: &str| {
        let mesh = quick.find("*STEP").map_or(quick.as_str(), |at| &quick[..at]);
        let step = &quick[mesh.len()..];
        format!("*PART, NAME=P\n*END PART\n*ASSEMBLY, NAME=A\n{instances}*END ASSEMBLY\n{mesh}{step}")
    };
    let two = deck(&[instance("one"), instance("two")].concat());
    let answer = post(&stack, "two.inp", two.as_bytes(), (ACCEPT_LANGUAGE.as_str(), "en")).await;
    let problem: Value = {
        assert_eq!(answer.status(), 400);
        answer.json().await.unwrap()
    };
    assert_eq!(problem["error"]["details"]["field"], "solver", "{problem}");
    assert!(problem["error"]["message"].as_str().unwrap().contains("*INSTANCE"), "{problem}");
    let one = deck(&instance("one"));
    assert_eq!(post(&stack, "one.inp", one.as_bytes(), (ACCEPT_LANGUAGE.as_str(), "en")).await.status(), 201);
}
