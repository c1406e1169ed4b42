//! The wire between the server and the nodes: what travels, and how it is lost, doubled and delayed.

use super::World;
use crate::node::LaunchAnswer;
use domain::Verdict;
use domain::lifecycle::{Effect, LifeEvent, RunReport};

#[derive(Clone, Debug)]
pub(super) enum Request {
    Do { effect: Effect, job: usize, token: u32 },
    Remove { token: u32 },
    Poll { asked: Vec<(usize, u32, u32)> },
}

#[derive(Clone, Debug)]
pub(super) enum Answer {
    Event { effect: Effect, job: usize, token: u32, event: LifeEvent },
    Files { job: usize, token: u32, files: Option<Verdict> },
    Reports { boot: u32, reports: Vec<(usize, u32, u32, RunReport)> },
}

#[derive(Clone, Debug)]
pub(super) enum Packet {
    Request { epoch: u32, node: usize, request: Request },
    Answer { epoch: u32, answer: Answer },
}

pub(super) fn boot_id(boot: u32) -> String {
    format!("boot-{boot}")
}

impl World {
    /// One packet arrives, is lost, or arrives and stays on its way for a second time.
    pub fn carry(&mut self) {
        if self.wire.is_empty() {
            return;
        }
        let at = self.random.below(self.wire.len());
        let packet = self.wire.swap_remove(at);
        let lost = self.faults && self.random.percent(10);
        match packet {
            Packet::Request { epoch, node, request } => {
                if lost || !self.nodes[node].reachable {
                    self.note(|| format!("lost on the way to {node}: {request:?}"));
                    return self.unanswered(epoch, &request);
                }
                let commands = matches!(request, Request::Do { effect: Effect::Launch | Effect::Stop, .. });
                if self.faults && commands && self.random.percent(10) {
                    self.wire.push(Packet::Request { epoch, node, request: request.clone() });
                }
                let answer = self.arrive(node, &request);
                if self.faults && self.random.percent(10) {
                    self.note(|| format!("its answer is lost: {request:?}"));
                    return self.unanswered(epoch, &request);
                }
                self.wire.extend(answer.map(|answer| Packet::Answer { epoch, answer }));
            }
            Packet::Answer { epoch, answer } => {
                if epoch == self.epoch {
                    self.answered(answer);
                }
            }
        }
    }

    fn arrive(&mut self, node: usize, request: &Request) -> Option<Answer> {
        let (faults, here, random) = (self.faults, &mut self.nodes[node], &mut self.random);
        match request {
            Request::Remove { token } => {
                here.remove(*token);
                None
            }
            Request::Poll { asked } => {
                let reports = asked.iter().map(|&(job, version, token)| (job, version, token, here.report(token)));
                Some(Answer::Reports { boot: here.boot, reports: reports.collect() })
            }
            &Request::Do { effect, job, token } => {
                let event = match effect {
                    Effect::Stage if faults && random.percent(15) => LifeEvent::StageFault,
                    Effect::Stage => {
                        here.stage(token);
                        LifeEvent::Staged
                    }
                    Effect::Launch => match here.launch(token, random) {
                        LaunchAnswer::Launched => LifeEvent::Launched { boot: boot_id(here.boot) },
                        LaunchAnswer::Refused => LifeEvent::LaunchRefused,
                    },
                    Effect::Stop => {
                        here.stop(token, random);
                        LifeEvent::Stopped
                    }
                    Effect::Collect => return Some(Answer::Files { job, token, files: here.files(token) }),
                };
                Some(Answer::Event { effect, job, token, event })
            }
        }
    }
}
