//! Small decks written for one point each.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use deck::inp::{self, Count, Deck, Encoding, FindingKind, IncludeKind, LineEnding, NotDeck, Severity};
use domain::Solver;
use std::io::Read;
use std::sync::atomic::{AtomicU64, Ordering};

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
    // nobody looked, so nothing is said to be missing; elements may be in a file
    let (name, keyword) = ("/opt/lib/steel.inp".to_owned(), "INCLUDE".to_owned());
    assert_eq!(errors(&deck), [&FindingKind::OutsideFolder { name, keyword }]);
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

#[test]
fn what_ccx_takes_for_an_include_is_one() {
    // tried with ccx 2.20: each of these lines makes it open the file, under this name
    for (line, name) in [
        ("*INCLUDE INPUT=mesh.inc", "mesh.inc"),
        ("*INCLUDE, FILE=mesh.inc", "mesh.inc"),
        ("* INCLUDE, INPUT=mesh.inc", "mesh.inc"),
        ("*\tINCLUDE, INPUT=mesh.inc", "mesh.inc"),
        ("*INC LUDE, IN PUT=mesh.inc", "mesh.inc"),
        ("*INCLUDEX, INPUT=mesh.inc", "mesh.inc"),
        ("*INCLUDEXINPUT=mesh.inc", "mesh.inc"),
        ("*INCLUDE, XFILE=mesh.inc", "mesh.inc"),
        ("*include,input=\"mesh.inc\"", "mesh.inc"),
        ("*INCLUDE, FILE=\"mesh.inc\", INPUT=other.inc", "mesh.inc"),
        ("*INCLUDE=mesh.inc", "MESH.INC"),
        ("*INCLUDE, X=mesh.inc", "MESH.INC"),
    ] {
        let deck = inp::read_with(format!("*HEADING\n{line}\n{STEP}").as_bytes(), &|_| None);
        let kind = FindingKind::MissingInclude { name: name.to_owned(), keyword: "INCLUDE".to_owned() };
        assert_eq!(errors(&deck), [&kind], "{line}");
    }
    let comment = inp::read_with(format!("**INCLUDE, INPUT=gone\n*HEADING\n{STEP}").as_bytes(), &|_| None);
    assert!(comment.includes.is_empty());
}

#[test]
fn a_run_reads_its_own_folder_only() {
    for name in
        ["/etc/passwd", "../other/mesh.inc", "sub/../../x", "..\\x", "C:\\x", "/ etc/passwd", ". ./x", "\" /x\""]
    {
        // there or not
        for there in [true, false] {
            let files = |_: &str| there.then(|| Box::new(&b"*NODE\n"[..]) as Box<dyn Read>);
            let text = format!("*HEADING\n*INCLUDE, INPUT={name}\n{STEP}");
            let deck = inp::read_with(text.as_bytes(), &files);
            let outside = |kind: &&FindingKind| matches!(kind, FindingKind::OutsideFolder { .. });
            assert_eq!(errors(&deck).into_iter().filter(outside).count(), 1, "{name}");
        }
    }
    let inside = inp::read_with(format!("*INCLUDE, INPUT=./a..b/c...inc\n{STEP}").as_bytes(), &|_| None);
    assert!(matches!(errors(&inside)[..], [FindingKind::MissingInclude { .. }]));
}

#[test]
fn what_only_abaqus_finds_blocks_calculix() {
    let read = |name: &str, there: &'static str| {
        let files = move |name: &str| (name == there).then(|| Box::new(&b"1, 1\n"[..]) as Box<dyn Read>);
        inp::read_with(format!("*ELEMENT, TYPE=MASS\n*INCLUDE, INPUT={name}\n{STEP}").as_bytes(), &files)
    };
    for (name, there) in [("LOADS", "LOADS.inp"), (".\\loads.inc", "loads.inc"), ("\"my loads.inc\"", "my loads.inc")] {
        let deck = read(name, there);
        assert_eq!(deck.elements, Count::Known(1));
        assert!(deck.is_refused(Solver::Calculix) && !deck.is_refused(Solver::Abaqus), "{name}");
        let finding = deck.findings.iter().find(|f| matches!(f.kind, FindingKind::OnlyAbaqusFinds { .. })).unwrap();
        assert_eq!((finding.severity, finding.line, finding.context.len()), (Severity::Warning, Some(2), 3));
    }
    for (name, there) in [("LOADS", "LOADS"), ("./loads.inc", "loads.inc"), ("././loads.inc", "loads.inc")] {
        assert!(!read(name, there).is_refused(Solver::Calculix), "{name}");
    }
}

#[test]
fn a_line_that_ccx_cuts_blocks_calculix() {
    let read = |padding: usize| deck(&format!("*ELEMENT, TYPE=MASS\n1, 1\n**{}\n{STEP}", "x".repeat(padding)));
    assert!(!read(1317).is_refused(Solver::Calculix));
    let long = read(1318);
    assert!(long.is_refused(Solver::Calculix) && !long.is_refused(Solver::Abaqus));
    let lines = |kind: &FindingKind| *kind == FindingKind::LongLine;
    assert_eq!(long.findings.iter().find(|f| lines(&f.kind)).unwrap().line, Some(3));
}

#[test]
fn includes_past_what_is_read_block() {
    // each level includes the next, for ever
    let levels = |name: &str| {
        let next = name.parse::<u32>().unwrap() + 1;
        Some(Box::new(std::io::Cursor::new(format!("*INCLUDE, INPUT={next}\n"))) as Box<dyn Read>)
    };
    let deep = inp::read_with(format!("*INCLUDE, INPUT=1\n{STEP}").as_bytes(), &levels);
    assert!(errors(&deep).contains(&&FindingKind::IncludeTooDeep { name: "10".to_owned() }));
    // warnings and includes without number do not hide the one file that is missing
    let small = |name: &str| (name == "a").then(|| Box::new(&b""[..]) as Box<dyn Read>);
    let mut many = "*STEP\n".repeat(10_001);
    many.push_str(&"*FOO, INPUT=a\n".repeat(10_001));
    many.push_str("*INCLUDE, INPUT=gone\n");
    let many = inp::read_with(many.as_bytes(), &small);
    assert!(errors(&many).contains(&&FindingKind::IncludeTooDeep { name: "gone".to_owned() }));
    assert!(many.findings.len() <= 20_100 && many.includes.len() == 10_000);
}

/// A file without end.
struct Endless<'a>(&'a AtomicU64);

impl Read for Endless<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        into.fill(b'x');
        self.0.fetch_add(into.len() as u64, Ordering::Relaxed);
        Ok(into.len())
    }
}

#[test]
fn no_more_than_two_gigabytes_of_included_files_are_read() {
    let bytes = AtomicU64::new(0);
    let files = |_: &str| Some(Box::new(Endless(&bytes)) as Box<dyn Read + '_>);
    let deck = inp::read_with(format!("*INCLUDE, INPUT=a\n*INCLUDE, INPUT=b\n{STEP}").as_bytes(), &files);
    for name in ["a", "b"] {
        assert!(errors(&deck).contains(&&FindingKind::IncludeTooDeep { name: name.to_owned() }));
    }
    assert!(bytes.load(Ordering::Relaxed) <= (2 << 30) + (1 << 20));
}

#[test]
fn scattered_labels_are_counted_until_there_are_too_many() {
    // every label in a run of its own: as scattered as Abaqus' labels up to 10^9 can be
    let scattered: String = (0..15_259_u64).map(|at| format!("{}, 0.\n", at * 65_536 + 1)).collect();
    assert_eq!(deck(&format!("*NODE\n{scattered}")).nodes, Count::Known(15_259));
    let bomb = deck("*NGEN\n1,1245184000000,65536\n");
    assert_eq!(bomb.nodes, Count::Generated { at_least: 1 << 18 });
    assert_eq!(bomb.generated_by, ["NGEN"]);
    let bomb = deck("*ELEMENT, TYPE=MASS\n1, 1\n*ELGEN\n1, 300000, 1, 65536\n");
    assert_eq!(bomb.elements, Count::Generated { at_least: 1 << 18 });
    assert_eq!(bomb.elements_by_type, [("MASS".to_owned(), 1 << 18)]);
}

#[test]
fn lists_and_names_are_bounded() {
    let parts: String = (0..10_050).map(|at| format!("*PART, NAME=P{at}\n*NODE\n{at}1, 0.\n")).collect();
    let parts = deck(&parts);
    // what is not told apart is counted once
    assert_eq!((parts.nodes, parts.parts.len()), (Count::Generated { at_least: 10_050 }, 10_000));
    assert_eq!(parts.generated_by, ["PART"]);
    let types: String =
        (0..10_050).map(|at| format!("*USER ELEMENT, TYPE=U{at}, NODES=1\n*ELEMENT, TYPE=U{at}\n{at}1, 1\n")).collect();
    let types = deck(&types);
    assert_eq!((types.elements, types.elements_by_type.len()), (Count::Known(10_050), 10_001));
    let long = "鋼".repeat(5000);
    let names = deck(&format!(
        "*PART, NAME={long}\n*END PART\n*ASSEMBLY\n*INSTANCE, NAME={long}, PART={long}\n*END INSTANCE\n*END ASSEMBLY\n\
         *MATERIAL, NAME={long}\n*ELEMENT, TYPE={long}\n1, 1\n*{long}, INPUT={long}\n*STEP, NAME={long}\n*STATIC\n"
    ));
    let json = serde_json::to_string(&names).unwrap();
    assert_eq!(names.steps[0].name, "鋼".repeat(200));
    assert_eq!((names.parts.len(), names.instances.len(), names.includes.len()), (1, 1, 1));
    assert!(json.chars().count() < 6000, "{}", json.len());
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
        assert!(deck.is_refused(Solver::Abaqus) && deck.is_refused(Solver::Calculix));
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
