//! The node doctor as a whole, against a real sshd, a real ccx and the stand-in for Abaqus.

use app::backend::doctor;
use domain::doctor::{Outcome, Problem, Report, Step, System, Told, remedies, remedy, steps};
use domain::{
    AccountName, Cores, HostName, Node, NodeId, NodeState, Settings, Solver, SolverCommand, Tokens, WorkFolder,
};
use executor::{Executor, ExecutorConfig, Runners};
use std::sync::Arc;
use std::time::Duration;
use testbed::{Sshd, Standin};

fn node(sshd: &Sshd, solvers: &[(Solver, &str)]) -> Node {
    let command = |(solver, text): &(Solver, &str)| (*solver, SolverCommand::parse(text).unwrap());
    Node {
        id: NodeId::parse("node-01").unwrap(),
        hostname: "node-01".to_owned(),
        ssh_host: HostName::parse(sshd.host()).unwrap(),
        ssh_port: sshd.port(),
        ssh_user: AccountName::parse(sshd.user()).unwrap(),
        host_key: Some(sshd.host_key().unwrap()),
        state: NodeState::Available,
        state_reason: None,
        state_until: None,
        cores: Cores(1),
        max_tokens: Tokens(50),
        solvers: solvers.iter().map(command).collect(),
        work_dir: WorkFolder::parse(&sshd.work_dir().display().to_string()).unwrap(),
        last_contact: None,
        disk: None,
        clock_ahead: None,
        version: 0,
    }
}

fn executor(sshd: &Sshd) -> Executor {
    Executor::new(ExecutorConfig {
        private_key: sshd.private_key(),
        runners: Runners { linux: testbed::runner_binary().unwrap(), windows: "no such program".into() },
        connect_timeout: Duration::from_secs(10),
        command_timeout: Duration::from_secs(20),
        keepalive: Duration::from_secs(15),
    })
    .unwrap()
}

async fn test(executor: Executor, node: Node) -> Vec<Report> {
    let mut told = doctor::test(executor, node.clone(), Arc::new(Settings::default()));
    let (mut reports, mut begun, mut ended) = (Vec::new(), Vec::new(), false);
    while let Some(told) = told.recv().await {
        match told {
            Told::Steps { steps: all } => assert_eq!(all, steps(&node)),
            Told::Begun { step } => begun.push(step),
            Told::Done { report } => reports.push(report),
            Told::End => ended = true,
        }
    }
    assert!(ended);
    assert_eq!(begun, steps(&node));
    assert_eq!(reports.iter().map(|report| report.step).collect::<Vec<_>>(), begun);
    reports
}

fn of(reports: &[Report], step: Step) -> &Outcome {
    &reports.iter().find(|report| report.step == step).unwrap().outcome
}

fn failed(reports: &[Report], step: Step) -> Problem {
    match of(reports, step) {
        Outcome::Failed { problem } => problem.clone(),
        other => panic!("{step:?}: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_well_is_well_in_every_step() {
    let sshd = Sshd::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let abaqus = testbed::standin(folder.path(), &Standin::default()).unwrap().display().to_string();
    let node = node(&sshd, &[(Solver::Abaqus, &abaqus), (Solver::Calculix, "/usr/bin/ccx")]);
    let reports = test(executor(&sshd), node).await;
    assert_eq!(reports.len(), Step::ALL.len());
    for report in &reports {
        // how full this machine's disk is is not up to the test
        assert!(report.step == Step::Disk || matches!(report.outcome, Outcome::Good { .. }), "{report:?}");
        // its greeting says so before anybody has logged in
        assert_eq!(report.system, (report.step != Step::Name).then_some(System::Linux), "{report:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_names_its_remedy_and_hinders_what_comes_after_it() {
    let mut sshd = Sshd::start().unwrap();
    let well = node(&sshd, &[(Solver::Calculix, "/usr/bin/ccx")]);

    let missing = node(&sshd, &[(Solver::Abaqus, "no-such-abaqus"), (Solver::Calculix, "/usr/bin/ccx")]);
    let reports = test(executor(&sshd), missing).await;
    let problem = failed(&reports, Step::Abaqus);
    assert!(matches!(problem, Problem::NoCommand { solver: Solver::Abaqus, .. }), "{problem:?}");
    assert!(remedy(&problem, System::Linux).is_some());
    assert_eq!(of(&reports, Step::License), &Outcome::After { step: Step::Abaqus });
    assert!(of(&reports, Step::Calculix).is_well());

    let closed = Node { work_dir: WorkFolder::parse("/proc/ajm").unwrap(), ..well.clone() };
    let reports = test(executor(&sshd), closed).await;
    assert!(matches!(failed(&reports, Step::WorkFolder), Problem::Folder { .. }));
    assert!(of(&reports, Step::Shell).is_well());
    assert_eq!(of(&reports, Step::Calculix), &Outcome::After { step: Step::WorkFolder });

    let other = Sshd::start().unwrap();
    let reports = test(executor(&other), well.clone()).await;
    let problem = failed(&reports, Step::Login);
    let Problem::KeyRefused { public_key, .. } = &problem else { panic!("{problem:?}") };
    let ours = std::fs::read_to_string(other.private_key().with_extension("pub")).unwrap();
    let ours: Vec<&str> = ours.split_whitespace().take(2).collect();
    assert!(public_key.starts_with(&ours.join(" ")), "{public_key}");
    assert!(remedy(&problem, System::Linux).unwrap().contains(&ours.join(" ")));

    let stranger = Node { host_key: None, ..well.clone() };
    let logins = sshd.log().matches("Accepted publickey").count();
    let reports = test(executor(&sshd), stranger).await;
    assert!(matches!(failed(&reports, Step::HostKey), Problem::KeyUnknown { .. }));
    assert_eq!(of(&reports, Step::Login), &Outcome::After { step: Step::HostKey });
    assert_eq!(sshd.log().matches("Accepted publickey").count(), logins, "nobody logged in");

    sshd.change_host_key().unwrap();
    sshd.restart().unwrap();
    let reports = test(executor(&sshd), well.clone()).await;
    let Problem::KeyChanged { accepted, found } = failed(&reports, Step::HostKey) else { panic!("{reports:?}") };
    assert_ne!(accepted, found);

    sshd.kill();
    let reports = test(executor(&sshd), well.clone()).await;
    let problem = failed(&reports, Step::Port);
    assert!(matches!(problem, Problem::Closed { .. }));
    // nothing has shown yet what it is
    let systems: Vec<_> = remedies(&problem, reports[1].system).into_iter().map(|(system, _)| system).collect();
    assert_eq!(systems, [Some(System::Linux), Some(System::Windows)]);
    assert!(of(&reports, Step::Name).is_well());

    let nameless = Node { ssh_host: HostName::parse("no-such-host.invalid").unwrap(), ..well };
    let reports = test(executor(&sshd), nameless).await;
    let problem = failed(&reports, Step::Name);
    assert!(matches!(problem, Problem::NoSuchName { .. }));
    // the server does not know the name, whatever the node is
    assert_eq!(remedies(&problem, None).len(), 1);
    assert_eq!(of(&reports, Step::Calculix), &Outcome::After { step: Step::Name });
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_looks_on_for_a_listener_who_has_left() {
    let sshd = Sshd::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let hangs = crate::node::script(folder.path(), "abaqus", "echo $$ > \"$(dirname \"$0\")/pid\"; exec sleep 600");
    let node = node(&sshd, &[(Solver::Abaqus, &hangs)]);
    let mut told = doctor::test(executor(&sshd), node, Arc::new(Settings::default()));
    while told.recv().await != Some(Told::Begun { step: Step::Abaqus }) {}
    let pid = folder.path().join("pid");
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while !std::fs::read_to_string(&pid).is_ok_and(|text| text.ends_with('\n')) {
        assert!(std::time::Instant::now() < deadline, "it was never started");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(told);
    // the node's side says so in one of several ways
    let is_left = || {
        let log = sshd.log();
        let (_, after) = log.split_once("Accepted publickey").unwrap();
        ["Disconnected from user", "Received disconnect", "Connection closed by user", "Connection reset by user"]
            .iter()
            .any(|words| after.contains(words))
            || after.contains("Connection closed by 127.0.0.1")
    };
    while !is_left() {
        assert!(std::time::Instant::now() < deadline, "still connected\n{}", sshd.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
