//! Small decks written for one point each.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use deck::inp::{self, Count, Deck, Encoding, FindingKind, IncludeKind, LineEnding, NotDeck, Severity};
use std::io::Read;

const STEP: &str = "*STEP\n*STATIC\n0.1, 1.\n*END STEP\n";

fn deck(text: &str) -> Deck {
    inp::read(text.as_bytes())
}

fn errors(deck: &Deck) -> Vec<&FindingKind> {
    deck.findings.iter().filter(|f| f.severity == Severity::Error).map(|f| &f.kind).collect()
}

#[test]
fn labels_are_counted_once_per_scope() {
    let deck = deck(
        "*Heading\n*Part, name=A\n*Node\n1, 0., 0.\n2, 1., 0.\n1, 0., 0.\n*Element, type=T2D2\n1, 1, 2\n*End Part\n\
         *Part, name=\"B b\"\n*End Part\n*Assembly, name=Assembly\n*Instance, name=A-1, part=A\n*End Instance\n\
         *Instance, name=A-2, part=a\n 1., 2., 3.\n*End Instance\n*Instance, name=B-1, part=\"B b\"\n*Node\n1, 5., 5.\n\
         *Element, type=mass\n1, 1\n*End Instance\n*Node\n1, 9., 9.\n*End Assembly\n*Step\n*Static\n*End Step\n",
    );
    assert_eq!((deck.nodes, deck.elements), (Count::Known(4), Count::Known(2)));
    assert_eq!((deck.assembled_nodes, deck.assembled_elements), (6, 3));
    assert_eq!(deck.elements_by_type, [("T2D2".to_owned(), 1), ("MASS".to_owned(), 1)]);
    assert_eq!(deck.parts, ["A", "B b"]);
    assert_eq!(deck.instances.len(), 3);
    assert!(errors(&deck).is_empty());
}

#[test]
fn records_over_several_lines() {
    let c3d20 = "1, 1,2,3,4,5,6,7,8,9,10,\n11,12,13,14,15,16,17,18,19,20\n";
    let bare = "2, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n16,17,18,19,20\n";
    let text = format!(
        "*ELEMENT, TYPE=C3D20, ELSET=E\n{c3d20}{bare}*USER ELEMENT, TYPE=U1, NODES=4\n*ELEMENT, TYPE=U1\n3, 1, 2,\n3, 4\n\
         *ELEMENT, TYPE=S4\n4, 1, 2, 3, 4,\n5, 1, 2, 3, 4,\n*ELEMENT, TYPE=UNHEARD\n6, 1, 2,\n7, 8\n{STEP}"
    );
    let deck = deck(&text);
    assert_eq!(deck.elements, Count::Known(6));
    let of = |kind: &str| deck.elements_by_type.iter().find(|(k, _)| k == kind).map(|(_, n)| *n);
    assert_eq!([of("C3D20"), of("U1"), of("S4"), of("UNHEARD")], [Some(2), Some(1), Some(2), Some(1)]);
    assert_eq!(deck.element_sets, 1);
}

#[test]
fn keyword_lines_go_on_after_a_comma() {
    let deck = deck("*ELEMENT ,\n TYPE = c3d4,\n ELSET=\"E 1\"\n1, 1,2,3,4\n*NODE,\n*NODE, NSET=N,\n1, 0.\n");
    assert_eq!(deck.elements_by_type, [("C3D4".to_owned(), 1)]);
    // the trailing comma before a keyword promised nothing; before data it swallows the line, as solvers do
    assert_eq!(deck.nodes, Count::Known(0));
}

#[test]
fn generated_labels() {
    let exact = deck(
        "*NODE\n1, 0.\n11, 1.\n*NGEN, NSET=N\n1, 11, 2\n*ELEMENT, TYPE=B31\n1, 1, 3\n*ELGEN\n1, 5, 2, 1, 3, 100, 10\n",
    );
    assert_eq!((exact.nodes, exact.elements), (Count::Known(6), Count::Known(15)));
    assert_eq!(exact.elements_by_type, [("B31".to_owned(), 15)]);
    assert!(exact.generated_by.is_empty());
    let unknown = deck("*NODE\n1, 0.\n*NFILL\nA, B, 3, 10\n*ELEMENT, TYPE=S4\n1, 1,2,3,4\n*ELCOPY, OLD SET=A\n");
    assert_eq!(unknown.nodes, Count::Generated { at_least: 1 });
    assert_eq!(unknown.elements, Count::Generated { at_least: 1 });
    assert_eq!(unknown.generated_by, ["NFILL", "ELCOPY"]);
    let named = deck(
        "*PARAMETER\nn = 7\nt = 2.5 # seconds\nu = n*2\n*NODE\n<n>, 0.\n*STEP\n*STATIC\n0.1, <t>\n*END STEP\n*STEP\n*STATIC\n0.1, <u>\n*END STEP\n",
    );
    assert_eq!(named.nodes, Count::Generated { at_least: 0 });
    assert_eq!(named.steps[0].period, Some(2.5));
    assert_eq!(named.steps[1].period, None);
    let billion = deck("*NGEN\n1, 999999999, 1\n");
    assert_eq!(billion.nodes.known(), None);
}

#[test]
fn steps_and_their_shapes() {
    let deck = deck(
        "*ELEMENT, TYPE=S3\n1,1,2,3\n*STEP, NAME=\"Pull it\", NLGEOM=YES, INC=500\n*STATIC, STABILIZE=2e-4\n.1, 2.E0, 1.D-6, .5\n\
         *END STEP\n*STEP\n*STATIC\n*END STEP\n*STEP, PERTURBATION\n*FREQUENCY\n10,\n*END STEP\n*STEP, NLGEOM\n*STATIC, RIKS\n\
         0.1, 70., , , 4.\n*END STEP\n*STEP\n*DYNAMIC, EXPLICIT\n, 12.\n*END STEP\n",
    );
    let procedures: Vec<&str> = deck.steps.iter().map(|step| step.procedure.as_str()).collect();
    assert_eq!(procedures, ["STATIC, STABILIZE", "STATIC", "FREQUENCY", "STATIC, RIKS", "DYNAMIC, EXPLICIT"]);
    let periods: Vec<_> = deck.steps.iter().map(|step| step.period).collect();
    assert_eq!(periods, [Some(2.0), Some(1.0), None, Some(70.0), Some(12.0)]);
    let nlgeom: Vec<_> = deck.steps.iter().map(|step| step.nlgeom).collect();
    assert_eq!(nlgeom, [Some(true), None, None, Some(true), None]);
    assert_eq!(deck.steps[0].name, "Pull it");
    assert_eq!((deck.steps[0].initial_increment, deck.steps[0].min_increment), (Some(0.1), Some(1e-6)));
    let timed: Vec<_> = deck.shapes().iter().map(|shape| shape.period).collect();
    assert_eq!(timed, [Some(2.0), Some(1.0), None, None, Some(12.0)]);
}

#[test]
fn restart() {
    let of = |line: &str| {
        let deck = deck(&format!("*ELEMENT, TYPE=MASS\n1, 1\n*STEP\n*STATIC\n*RESTART, {line}\n*END STEP\n"));
        let warned = deck.findings.iter().any(|f| f.kind == FindingKind::NoRestartWrite);
        assert_eq!(warned, !deck.restart_write);
        assert!(errors(&deck).is_empty());
        deck.restart_write
    };
    assert!(!of("write, frequency=0"));
    assert!(of("write, frequency=1"));
    assert!(of("write, number interval=1, time marks=NO"));
    assert!(!of("read, step=1"));
    // the model comes from the earlier run
    let read = deck("*HEADING\n*RESTART, READ, STEP=1\n*STEP\n*STATIC\n*END STEP\n");
    assert!(errors(&read).is_empty());
}

#[test]
fn files_a_deck_needs() {
    let text = "*HEADING\n*Include, Input=\"My mesh.inp\"\n** after\n*INCLUDE,FILE=sub\\mat\n*NODE, INPUT=./nodes.txt\n\
                *IMPERFECTION, FILE=buckle, STEP=1\n1, 0.1\n*INCLUDE, INPUT=/opt/lib/steel.inp\n";
    let deck = deck(&format!("{text}{STEP}"));
    let names: Vec<_> = deck.includes.iter().map(|i| (i.name.as_str(), i.line, i.keyword.as_str(), i.kind)).collect();
    assert_eq!(
        names,
        [
            ("My mesh.inp", 2, "INCLUDE", IncludeKind::Text),
            ("sub\\mat", 4, "INCLUDE", IncludeKind::Text),
            ("./nodes.txt", 5, "NODE", IncludeKind::Text),
            ("buckle", 6, "IMPERFECTION", IncludeKind::Results),
            ("/opt/lib/steel.inp", 8, "INCLUDE", IncludeKind::Text),
        ]
    );
    let context: Vec<(u64, &str)> =
        deck.includes[0].context.iter().map(|(line, text)| (*line, text.as_str())).collect();
    assert_eq!(context, [(1, "*HEADING"), (2, "*Include, Input=\"My mesh.inp\""), (3, "** after")]);
    let missing: Vec<&str> = deck.missing(&["sub/mat.inp"]).iter().map(|i| i.name.as_str()).collect();
    assert_eq!(missing, ["My mesh.inp", "./nodes.txt"]);
    assert!(deck.missing(&["My mesh.inp", "sub/mat", "nodes.txt"]).is_empty());
    // nobody looked, so nothing is said to be missing; elements may be in a file
    assert!(errors(&deck).is_empty());
}

#[test]
fn included_files_are_read_in_their_places() {
    let files = |name: &str| {
        let text = match name {
            "mesh.inp" => "*NODE\n1, 0.\n2, 1.\n*INCLUDE, INPUT=more\n",
            "more.inp" => "3, 2.\n*ELEMENT, TYPE=T3D2\n1, 1, 2\n",
            "rest.dat" => "7, 1.\n8, 1.\n",
            _ => return None,
        };
        Some(Box::new(text.as_bytes()) as Box<dyn Read>)
    };
    let text = format!("*HEADING\n*INCLUDE, INPUT=mesh.inp\n2, 2, 3\n*NODE, INPUT=rest.dat\n9, 0.\n{STEP}");
    let deck = inp::read_with(text.as_bytes(), &files);
    assert_eq!((deck.nodes, deck.elements), (Count::Known(6), Count::Known(2)));
    assert_eq!(deck.includes[1].file.as_deref(), Some("mesh.inp"));
    assert_eq!((deck.lines, deck.bytes), (9, text.len() as u64));
    assert!(errors(&deck).is_empty());
}

#[test]
fn missing_and_endless_includes() {
    let files = |name: &str| {
        let text = match name {
            "a.inp" => "*INCLUDE, INPUT=b.inp\n",
            "b.inp" => "** hm\n*INCLUDE, INPUT=a.inp\n",
            "pointer.inp" => "version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
            _ => return None,
        };
        Some(Box::new(text.as_bytes()) as Box<dyn Read>)
    };
    let read = |name: &str| inp::read_with(format!("*HEADING\n*INCLUDE, INPUT={name}\n{STEP}").as_bytes(), &files);
    let gone = read("gone.inp");
    let finding = &gone.findings[0];
    assert_eq!(
        finding.kind,
        FindingKind::MissingInclude { name: "gone.inp".to_owned(), keyword: "INCLUDE".to_owned() }
    );
    assert_eq!((finding.line, finding.context.len()), (Some(2), 3));
    assert_eq!(errors(&gone).len(), 1);
    let cycle = read("a.inp");
    let finding = cycle.findings.iter().find(|f| matches!(f.kind, FindingKind::IncludeCycle { .. })).unwrap();
    assert_eq!((finding.file.as_deref(), finding.line), (Some("b.inp"), Some(2)));
    let pointer = read("pointer.inp");
    assert!(errors(&pointer).iter().any(|kind| matches!(kind, FindingKind::IncludeNotText { .. })));
}

/// A disk that gives out after so many bytes.
struct Broken(&'static [u8]);

impl Read for Broken {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.0.is_empty() { Err(std::io::Error::other("gave out")) } else { self.0.read(into) }
    }
}

#[test]
fn an_included_file_is_looked_at_to_its_end() {
    // longer than what is read at once, so that "#!" begins a later slice: that is no script
    let slice = 256 << 10;
    let line = "** padding\n";
    let mut long = line.repeat(slice / line.len());
    long.push_str(&" ".repeat(slice - long.len()));
    long.push_str("#! odd but no keyword\n*NODE\n1, 0.\n");
    let with_nul = [long.as_bytes(), b"\0"].concat();
    let files = |name: &str| -> Option<Box<dyn Read + '_>> {
        match name {
            "long.inp" => Some(Box::new(long.as_bytes())),
            "nul.inp" => Some(Box::new(with_nul.as_slice())),
            "broken.inp" => Some(Box::new(Broken(b"*NODE\n7, 0.\n"))),
            _ => None,
        }
    };
    let read = |name: &str| inp::read_with(format!("*HEADING\n*INCLUDE, INPUT={name}\n{STEP}").as_bytes(), &files);
    let whole = read("long.inp");
    assert_eq!(whole.nodes, Count::Known(1));
    assert_eq!(errors(&whole), [&FindingKind::NoElements]);
    let why = NotDeck::Binary;
    assert!(errors(&read("nul.inp")).contains(&&FindingKind::IncludeNotText { name: "nul.inp".to_owned(), why }));
    let broken = read("broken.inp");
    let kind = FindingKind::MissingInclude { name: "broken.inp".to_owned(), keyword: "INCLUDE".to_owned() };
    let finding = broken.findings.iter().find(|finding| finding.kind == kind).unwrap();
    assert_eq!((finding.file.as_deref(), finding.line), (None, Some(2)));
}

#[test]
fn what_blocks_and_what_does_not() {
    assert_eq!(errors(&deck(STEP)), [&FindingKind::NoElements]);
    assert_eq!(errors(&deck("*ELEMENT, TYPE=MASS\n1, 1\n")), [&FindingKind::NoStep]);
    let odd = deck(
        "*ELEMENT, TYPE=MASS\n1, 1\n*NO SUCH KEYWORD, A=B\n1, 2\n*STEP\n*STATIC\n0.1, 1., 0.1\n** end\n*END STEP\n*STEP\n",
    );
    assert!(errors(&odd).is_empty());
    let cutbacks = odd.findings.iter().find(|f| matches!(f.kind, FindingKind::NoRoomForCutbacks { .. })).unwrap();
    assert_eq!((cutbacks.line, cutbacks.context.len()), (Some(7), 3));
    assert!(odd.findings.iter().any(|f| f.kind == FindingKind::StepWithoutProcedure { step: 2 }));
    assert!(odd.findings.iter().any(|f| f.kind == FindingKind::StepWithoutEnd { step: 2 }));
    assert_eq!(odd.shapes().len(), 1);
}

#[test]
fn no_decks() {
    for (text, why) in [
        (&b""[..], NotDeck::Empty),
        (b"\r\n  \n", NotDeck::Empty),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 7\n", NotDeck::LfsPointer),
        (b"#!/bin/bash\n#SBATCH -n 4\n*NODE\n", NotDeck::Script),
        (b"*NODE\n1, \0\n", NotDeck::Binary),
        (b"1, 2., 3.\n2, 3., 4.\n", NotDeck::NoKeyword),
        (b"*******\n*   \x8d\xc5\x8f\x49\x83\x82\x83\x66\x83\x8b\n*\nTIT1 /5/\n", NotDeck::NoKeyword),
    ] {
        let deck = inp::read(text);
        assert_eq!(deck.not_a_deck(), Some(why), "{text:?}");
        assert!(deck.has_errors());
    }
}

#[test]
fn bytes_of_all_kinds() {
    let of = |bytes: &[u8]| {
        let deck = inp::read(bytes);
        (deck.encoding, deck.line_ending, deck.materials)
    };
    let name = |name: &str| vec![name.to_owned()];
    assert_eq!(of(b"*MATERIAL, NAME=steel\n"), (Encoding::Ascii, LineEnding::Lf, name("steel")));
    assert_eq!(of("*MATERIAL, NAME=鋼\r\n".as_bytes()), (Encoding::Utf8, LineEnding::Crlf, name("鋼")));
    assert_eq!(of(b"\xEF\xBB\xBF*MATERIAL, NAME=a\n"), (Encoding::Utf8Bom, LineEnding::Lf, name("a")));
    // 鋼 in CP932; the second letter's second byte is a backslash there
    assert_eq!(of(b"*MATERIAL, NAME=\x8d|\x95\\\n\r\n"), (Encoding::Cp932, LineEnding::Mixed, name("鋼表")));
    assert_eq!(of(b"*MATERIAL, NAME=\xff\xfe\xfd\n").0, Encoding::Unknown);
}

#[test]
fn sub_routines_and_outputs() {
    let deck = deck(
        "*MATERIAL, NAME=m\n*USER MATERIAL, CONSTANTS=2\n1., 2.\n*STEP\n*STATIC\n*OUTPUT, FIELD, VARIABLE=PRESELECT\n\
         *NODE OUTPUT\nU\n*Output, history\n*EL PRINT, ELSET=E\nS\n*NODE FILE\nU\n*EL PRINT, ELSET=F\nE\n*END STEP\n",
    );
    assert_eq!(deck.subroutine_hints, ["UMAT/VUMAT"]);
    assert_eq!(deck.outputs, ["FIELD", "HISTORY", "EL PRINT", "NODE FILE"]);
}
