//! The steps and what is known of each.

use super::api::StartView;
use domain::NodeId;

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// An admin who can sign in.
    Admin,
    /// A node is known.
    Node,
    /// A node has answered and takes jobs.
    Test,
    /// Others can sign in.
    People,
    /// The licence's tokens are those of the contract.
    Tokens,
}

impl Step {
    /// In their order.
    pub const ALL: [Step; 5] = [Step::Admin, Step::Node, Step::Test, Step::People, Step::Tokens];

    /// Whether it is done. That the number of tokens is the contract's nobody but the admin knows: that step is to be
    /// looked at.
    pub fn is_done(self, view: &StartView) -> bool {
        match self {
            Step::Admin => true,
            Step::Node => !view.nodes.is_empty(),
            Step::Test => view.nodes.iter().any(|(_, works)| *works),
            Step::People => view.others > 0,
            Step::Tokens => false,
        }
    }
}

/// The first that is not done.
pub fn current(view: &StartView) -> Step {
    Step::ALL.into_iter().find(|step| !step.is_done(view)).unwrap_or(Step::Tokens)
}

/// The node that is to be tested.
pub fn to_test(view: &StartView) -> Option<&NodeId> {
    view.nodes.iter().find(|(_, works)| !works).or(view.nodes.first()).map(|(id, _)| id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::Tokens;

    #[test]
    fn one_step_after_the_other_becomes_the_next() {
        let node = NodeId::parse("node-01").unwrap();
        let mut view =
            StartView { admin: "伊藤".into(), nodes: vec![], others: 0, tokens: Tokens(50), key: String::new() };
        assert_eq!((current(&view), to_test(&view)), (Step::Node, None));
        view.nodes.push((node.clone(), false));
        assert_eq!((current(&view), to_test(&view)), (Step::Test, Some(&node)));
        view.nodes[0].1 = true;
        assert_eq!(current(&view), Step::People);
        view.others = 1;
        assert_eq!(current(&view), Step::Tokens);
        // what was done in another order stays done
        view.nodes.clear();
        assert!(current(&view) == Step::Node && Step::People.is_done(&view));
    }
}
