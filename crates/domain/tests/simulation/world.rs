//! The server, the wire and the nodes. The server is the shipped rules with the least around them: what it stores
//! survives, everything else dies with it; the wire loses, doubles and delays; nodes restart and forget.

mod wire;

use crate::node::Node;
use crate::random::Random;
use domain::lifecycle::{Effect, Life, LifeEvent, LifeRules, RunStage, judge, resume, step};
use domain::plan::{LicenseCapacity, NodeCapacity, Outcome, RunningJob, Snapshot, UserLimits, WaitingJob, plan};
use domain::{
    Cores, JobId, JobName, JobStatus, NodeId, NodeState, NodeWish, Priority, RunToken, Seconds, Solver, Timestamp,
    TokenRule, Tokens, UserId, Verdict,
};
use std::collections::HashSet;
use wire::{Answer, Packet, Request, boot_id};

pub const RULES: LifeRules = LifeRules { max_tries: 3, first_pause: 5 };
pub const NODE_CORES: [u32; 3] = [8, 8, 4];
pub const NODE_TOKENS: u32 = 20;
pub const ALL_TOKENS: u32 = 26;
pub const USER_JOBS: u32 = 3;

/// One row of the database, and what the model knows beside it.
pub struct Row {
    pub job: WaitingJob,
    pub life: Life,
    pub version: u32,
    /// Earlier runs: node and token.
    pub earlier: Vec<(usize, u32)>,
    /// The last run's token and node.
    pub token: u32,
    pub node: usize,
    /// A cancel was acknowledged.
    pub cancelled: bool,
    /// A hold was acknowledged, and no release since.
    pub held: bool,
    /// What was collected.
    pub files: Option<Verdict>,
}

pub struct World {
    pub random: Random,
    pub now: Timestamp,
    pub rows: Vec<Row>,
    pub nodes: Vec<Node>,
    node_ids: Vec<NodeId>,
    users: Vec<UserId>,
    wire: Vec<Packet>,
    /// Faults happen only while this is set.
    pub faults: bool,
    tokens: u32,
    // what dies with the server
    epoch: u32,
    todo: Vec<(usize, Effect, u32)>,
    under_way: HashSet<(usize, Effect)>,
    removals: Vec<(usize, u32)>,
    /// What happened, for the report of a failure.
    pub log: Vec<String>,
    pub logging: bool,
}

impl World {
    pub fn new(seed: u64, logging: bool) -> World {
        let node_ids = (0..NODE_CORES.len()).map(|n| NodeId::parse(&format!("node-{n}")).unwrap()).collect();
        let users = ["sato", "suzuki"].map(|name| UserId::parse(name).unwrap()).into();
        let mut world = World {
            random: Random(seed),
            now: Timestamp(1_000_000),
            rows: vec![],
            nodes: (0..NODE_CORES.len()).map(|n| Node::new((seed >> 1) % 2 == n as u64 % 2)).collect(),
            node_ids,
            users,
            wire: vec![],
            faults: true,
            tokens: 0,
            epoch: 0,
            todo: vec![],
            under_way: HashSet::new(),
            removals: vec![],
            log: vec![],
            logging,
        };
        for _ in 0..2 + world.random.below(4) {
            world.submit();
        }
        world
    }

    fn note(&mut self, what: impl FnOnce() -> String) {
        if self.logging {
            let line = format!("{} {}", self.now.0, what());
            self.log.push(line);
        }
    }

    pub fn submit(&mut self) {
        let id = self.rows.len() as i64 + 1;
        let solver = self.random.pick(&Solver::ALL);
        let cpus = self.random.pick(&Cores::CHOICES);
        let user = self.users[self.random.below(self.users.len())].clone();
        let wish = match self.random.below(3) {
            // the third node is too small for eight
            0 => NodeWish::Node(self.node_ids[self.random.below(2)].clone()),
            _ => NodeWish::Auto,
        };
        let job = WaitingJob {
            id: JobId(id),
            name: JobName::parse(&format!("job{id}")).unwrap(),
            user_name: user.to_string(),
            user,
            wish,
            solver,
            cpus,
            tokens: solver.tokens(cpus, &TokenRule::default()),
            priority: self.random.pick(&Priority::CHOICES),
            head_since: None,
            not_before: None,
        };
        self.rows.push(Row {
            job,
            life: Life::waiting(),
            version: 0,
            earlier: vec![],
            token: 0,
            node: 0,
            cancelled: false,
            held: false,
            files: None,
        });
    }

    // ---- the server ----

    /// One event for one job: step, store, and only then remember what is to be done.
    fn feed(&mut self, job: usize, event: &LifeEvent) -> bool {
        let row = &mut self.rows[job];
        let Ok((next, effects)) = step(&row.life, event, self.now, RULES) else { return false };
        if next != row.life {
            assert!(!row.life.status.is_ended(), "an ended job changed: {:?} by {event:?}", row.life);
            assert!(
                row.life.status == next.status || row.life.status.may_become(next.status),
                "{} -> {}",
                row.life.status,
                next.status
            );
            row.life = next;
            row.version += 1;
        }
        assert!(!(row.cancelled && effects.contains(&Effect::Launch)), "launched after an acknowledged cancel");
        let (token, node) = (row.token, row.node);
        let status = row.life.status;
        if status.is_ended() && token > 0 {
            self.removals.push((node, token));
        }
        self.todo.extend(effects.iter().map(|&effect| (job, effect, token)));
        self.note(|| format!("job {} {event:?} -> {status}, to do {effects:?}", job + 1));
        true
    }

    pub fn schedule(&mut self) {
        let waiting = self.rows.iter().filter(|row| row.life.status == JobStatus::Waiting);
        let waiting = waiting.map(|row| WaitingJob { not_before: row.life.not_before, ..row.job.clone() }).collect();
        let running = self.rows.iter().filter(|row| row.life.status.holds_resources());
        let running = running.map(|row| RunningJob {
            id: row.job.id,
            name: row.job.name.clone(),
            user: row.job.user.clone(),
            node: row.life.run.as_ref().unwrap().node.clone(),
            cpus: row.job.cpus,
            tokens: row.job.tokens,
            expected_end: None,
        });
        let nodes = std::iter::zip(&self.node_ids, NODE_CORES).zip(&self.nodes);
        let snapshot = Snapshot {
            now: self.now,
            waiting,
            running: running.collect(),
            nodes: nodes
                .map(|((id, cores), node)| NodeCapacity {
                    id: id.clone(),
                    state: if node.reachable { NodeState::Available } else { NodeState::Unavailable },
                    until: None,
                    why: None,
                    cores: Cores(cores),
                    reserved: Cores::ZERO,
                    max_tokens: Tokens(NODE_TOKENS),
                    solvers: Solver::ALL.to_vec(),
                })
                .collect(),
            users: vec![UserLimits {
                user: self.users[0].clone(),
                max_running_jobs: Some(USER_JOBS),
                max_tokens: None,
            }],
            license: LicenseCapacity { total: Tokens(ALL_TOKENS), ..LicenseCapacity::default() },
            lapses: vec![],
            backfill_patience: Seconds(60),
        };
        let plan = plan(&snapshot);
        let now = self.now;
        for row in &mut self.rows {
            row.job.head_since = (plan.head == Some(row.job.id)).then(|| row.job.head_since.unwrap_or(now));
        }
        for decision in plan.decisions {
            let Outcome::Start(node) = decision.outcome else { continue };
            // it may crash between one claim and the next
            if self.faults && self.random.percent(3) {
                return self.crash();
            }
            let job = decision.job.0 as usize - 1;
            self.tokens += 1;
            let token = RunToken::parse(&format!("00000000-0000-7000-8000-{:012x}", self.tokens)).unwrap();
            let before = (self.rows[job].node, self.rows[job].token);
            self.rows[job].earlier.push(before);
            self.rows[job].token = self.tokens;
            self.rows[job].node = self.node_ids.iter().position(|id| *id == node).unwrap();
            assert!(self.feed(job, &LifeEvent::Claimed { node, token }), "a planned job cannot be claimed");
        }
    }

    /// Sends something of what is to be done. At most one of a kind is under way per job.
    pub fn send(&mut self) {
        if !self.removals.is_empty() && self.random.percent(20) {
            let (node, token) = self.removals.swap_remove(0);
            self.wire.push(Packet::Request { epoch: self.epoch, node, request: Request::Remove { token } });
        }
        if self.todo.is_empty() {
            return;
        }
        let at = self.random.below(self.todo.len());
        let (job, effect, token) = self.todo.swap_remove(at);
        if token == self.rows[job].token && self.under_way.insert((job, effect)) {
            let node = self.rows[job].node;
            self.note(|| format!("job {} send {effect:?} for {token} to {node}", job + 1));
            let request = Request::Do { effect, job, token };
            self.wire.push(Packet::Request { epoch: self.epoch, node, request });
        }
    }

    pub fn poll(&mut self, node: usize) {
        let active = self.rows.iter().enumerate().filter(|(_, row)| row.life.status.is_active() && row.node == node);
        let asked: Vec<_> = active.map(|(job, row)| (job, row.version, row.token)).collect();
        if !asked.is_empty() {
            self.wire.push(Packet::Request { epoch: self.epoch, node, request: Request::Poll { asked } });
        }
    }

    pub fn crash(&mut self) {
        self.note(|| "the server is killed and started again".into());
        self.epoch += 1;
        self.todo.clear();
        self.under_way.clear();
        self.removals.clear();
        // half-sent files end with their connection; commands that were sent may still arrive
        self.wire.retain(|packet| {
            !matches!(packet, Packet::Request { request: Request::Do { effect: Effect::Stage, .. }, .. })
        });
        for (job, row) in self.rows.iter().enumerate() {
            self.todo.extend(resume(&row.life).into_iter().map(|effect| (job, effect, row.token)));
        }
    }

    fn answered(&mut self, answer: Answer) {
        match answer {
            Answer::Event { effect, job, token, event } => {
                self.under_way.remove(&(job, effect));
                if token == self.rows[job].token {
                    self.feed(job, &event);
                }
            }
            Answer::Files { job, token, files } => {
                self.under_way.remove(&(job, Effect::Collect));
                if token == self.rows[job].token && self.rows[job].life.status == JobStatus::Collecting {
                    let verdict = judge(&self.rows[job].life, files.clone());
                    self.rows[job].files = files;
                    self.feed(job, &LifeEvent::Collected { verdict });
                }
            }
            Answer::Reports { boot, reports } => {
                for (job, version, token, report) in reports {
                    // the compare-and-set: the job has changed since the question was asked
                    if self.rows[job].version == version && self.rows[job].token == token {
                        self.feed(job, &LifeEvent::Report { boot: boot_id(boot), report });
                    }
                }
            }
        }
    }

    /// The connection broke before the answer came.
    fn unanswered(&mut self, epoch: u32, request: &Request) {
        let Request::Do { effect, job, token } = *request else { return };
        if epoch != self.epoch || !self.under_way.remove(&(job, effect)) || token != self.rows[job].token {
            return;
        }
        match effect {
            Effect::Stage => drop(self.feed(job, &LifeEvent::StageFault)),
            Effect::Launch => drop(self.feed(job, &LifeEvent::LaunchLost)),
            Effect::Stop => {} // the next report asks for it again
            Effect::Collect => self.todo.push((job, effect, token)),
        }
    }

    // ---- people ----

    pub fn person_acts(&mut self) {
        let job = self.random.below(self.rows.len());
        match self.random.below(4) {
            0 if self.rows.len() < 8 => self.submit(),
            0 | 1 => {
                let by = self.users[0].clone();
                self.rows[job].cancelled |= self.feed(job, &LifeEvent::CancelAsked { by });
            }
            2 => self.rows[job].held |= self.feed(job, &LifeEvent::HoldAsked),
            _ => self.release(job),
        }
        if self.rows[job].life.status.is_ended() {
            self.rows[job].held = false;
        }
    }

    pub fn release(&mut self, job: usize) {
        if self.feed(job, &LifeEvent::ReleaseAsked) {
            self.rows[job].held = false;
        }
    }

    // ---- all of it ----

    /// One thing happens, whatever.
    pub fn happen(&mut self) {
        let node = self.random.below(self.nodes.len());
        match self.random.below(100) {
            0..=34 => self.carry(),
            35..=54 => self.send(),
            55..=66 => self.poll(node),
            67..=74 => self.schedule(),
            75..=80 => self.now = self.now.plus(Seconds(self.random.below(30) as u64)),
            81..=87 => self.nodes[node].solver_ends(&mut self.random, &[]),
            88..=93 => self.person_acts(),
            94 | 95 => self.crash(),
            96 => {
                self.note(|| format!("node {node} restarts"));
                self.nodes[node].reboot();
            }
            97 => {
                self.note(|| format!("a folder on {node} is lost"));
                self.nodes[node].lose_folder(&mut self.random);
            }
            _ => {
                self.nodes[node].reachable = !self.nodes[node].reachable;
                self.note(|| format!("node {node} can or cannot be reached"));
            }
        }
    }

    /// No more faults: everything is answered, everybody is released, every solver ends some day. Returns the rounds
    /// it took until every job had ended.
    pub fn come_to_rest(&mut self, check: impl Fn(&World)) -> Option<u32> {
        self.faults = false;
        for node in &mut self.nodes {
            node.reachable = true;
        }
        for job in 0..self.rows.len() {
            self.release(job);
        }
        for round in 0..400 {
            if self.wire.is_empty() && self.rows.iter().all(|row| row.life.status.is_ended()) {
                return Some(round);
            }
            self.now = self.now.plus(Seconds(20));
            self.schedule();
            // what somebody wants ended does not end by itself: it must be stopped
            let unwanted: Vec<u32> = self.rows.iter().filter(|row| row.cancelled).map(|row| row.token).collect();
            for node in 0..self.nodes.len() {
                self.poll(node);
                if self.random.percent(30) {
                    self.nodes[node].solver_ends(&mut self.random, &unwanted);
                }
            }
            while !self.todo.is_empty() {
                self.send();
            }
            for _ in 0..self.wire.len() * 2 {
                self.carry();
            }
            check(self);
        }
        None
    }

    pub fn stage(&self, job: usize) -> Option<RunStage> {
        self.rows[job].life.stage()
    }
}
