//! The driver: what the command itself does, phase by phase, while its child `standard` computes.

use crate::analysis::Outcome;
use crate::console::{Console, LABEL, remove};
use crate::control::{self, Event};
use crate::flat::latin;
use crate::licence::{Answer, Pool, host};
use crate::model::Model;
use crate::options::Options;
use crate::report::put;
use crate::settings::{Modes, Settings};
use crate::system::{self, Word};
use crate::{Fail, STANDARD};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

/// Set for the driver of a run in the background.
const BACKGROUND: &str = "STANDIN_BACKGROUND";
/// What a continued run needs of the earlier one.
const RESTART_FILES: [&str; 6] = ["res", "mdl", "stt", "prt", "odb", "sim"];

pub fn run(arguments: &[String]) -> Result<u8, Fail> {
    let settings = Settings::read();
    let options = Options::parse(arguments, settings.ask_delete)?;
    needed(&options)?;
    let deck = fs::read(options.deck())?;
    let modes = Modes::read(&settings.modes, &deck);
    if std::env::var_os(BACKGROUND).is_some() {
        system::leave_session();
        return Driver::start(options, settings, modes, arguments)?.work();
    }
    let lock = format!("{}.lck", options.job);
    if Path::new(&lock).exists() {
        return Err(Fail::said(format!(
            "Detected lock file {lock}. Please confirm that no other applications are\nattempting to write to the \
             output database associated with this job before\nremoving the lock file and resubmitting."
        )));
    }
    let old = ["odb", "dat", "msg", "sta"].map(|ending| format!("{}.{ending}", options.job));
    if options.ask_delete && old.iter().any(|file| Path::new(file).exists()) && !may_overwrite()? {
        return Ok(1);
    }
    if options.interactive {
        return Driver::start(options, settings, modes, arguments)?.work();
    }
    background(&options.job, arguments)
}

/// Everything that the command line names must be there.
fn needed(options: &Options) -> Result<(), Fail> {
    let mut files = vec![options.deck()];
    files.extend(options.subroutine());
    if let Some(old) = &options.oldjob {
        files.extend(RESTART_FILES.map(|ending| format!("{old}.{ending}")));
    }
    files.retain(|file| !Path::new(file).is_file());
    if files.is_empty() { Ok(()) } else { Err(Fail::not_located(&files)) }
}

fn may_overwrite() -> io::Result<bool> {
    print!("Old job files exist. Overwrite? (y/n): ");
    io::stdout().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("y"))
}

/// Starts this program anew, in a session of its own; returns when that one can be asked to end.
fn background(job: &str, arguments: &[String]) -> Result<u8, Fail> {
    let log = File::create(format!("{job}.log"))?;
    let cid = format!("{job}.cid");
    remove(&cid)?;
    let mut child = Command::new(std::env::current_exe()?)
        .args(arguments)
        .env(BACKGROUND, "1")
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()?;
    while !Path::new(&cid).exists() && child.try_wait()?.is_none() {
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(0)
}

struct Driver<'a> {
    options: Options,
    settings: Settings,
    modes: Modes,
    arguments: &'a [String],
    console: Console,
    sender: Sender<Event>,
    events: Receiver<Event>,
    scratch: PathBuf,
}

/// Why the driver goes no further: the words of a failure have been printed by then.
struct Stop;

impl Driver<'_> {
    fn start(options: Options, settings: Settings, modes: Modes, arguments: &[String]) -> Result<Driver<'_>, Fail> {
        let (sender, events) = channel();
        let (told, orphan) = (sender.clone(), modes.orphan);
        system::on_end(move || {
            if orphan {
                std::process::exit(143);
            }
            told.send(Event::Signal).is_ok()
        })?;
        control::listen(&options.job, sender.clone())?;
        let base = options.scratch.as_ref().map_or_else(std::env::temp_dir, PathBuf::from);
        let scratch = base.join(format!("standin_{}_{}", options.job, std::process::id()));
        fs::create_dir_all(&scratch)?;
        let console = Console { windows: modes.cp932 };
        Ok(Driver { options, settings, modes, arguments, console, sender, events, scratch })
    }

    fn file(&self, ending: &str) -> String {
        format!("{}.{ending}", self.options.job)
    }

    fn work(self) -> Result<u8, Fail> {
        let mut pool = Pool::open(&self.settings)?;
        let worked = self.phases(&mut pool);
        pool.give_back()?;
        remove(self.file("lck"))?;
        remove(self.file("cid"))?;
        fs::remove_dir_all(&self.scratch)?;
        let ok = matches!(worked?, Ok(()));
        if !self.modes.no_end_line {
            self.console.say(&if ok {
                format!("Abaqus JOB {} COMPLETED", self.options.job)
            } else {
                "Abaqus/Analysis exited with errors".to_owned()
            });
        }
        Ok(self.modes.exit.unwrap_or(u8::from(!ok)))
    }

    fn phases(&self, pool: &mut Pool) -> Result<Result<(), Stop>, Fail> {
        if !self.modes.first_byte.is_zero() && self.asked_to_end(self.modes.first_byte) {
            return Ok(Err(Stop));
        }
        let console = self.console;
        console.say(&format!("{LABEL}: these are no results of Abaqus"));
        console.say("Analysis initiated from SIMULIA established products");
        console.say(&format!("Abaqus JOB {}", self.options.job));
        console.say("Abaqus 2023");
        if self.settings.days_left <= 30 {
            console
                .say(&format!("Abaqus Warning: Your Abaqus license will expire in {} days.", self.settings.days_left));
        }
        if let Some(source) = self.options.subroutine()
            && !self.compiled(&source)
        {
            return Ok(Err(Stop));
        }
        if !self.licensed(pool, true)? {
            return Ok(Err(Stop));
        }
        let model = Model::read(&self.options)?;
        self.write_com(&model)?;
        for ending in ["sta", "msg", "dat", "odb", "prt", "sim"] {
            remove(self.file(ending))?;
        }
        fs::write(self.file("lck"), format!("{}\nAnalysis Input File Processor\n", self.file("odb")))?;
        console.begin("Analysis Input File Processor", "pre");
        self.write_dat(&model)?;
        console.clock();
        if !model.complaints.is_empty() {
            console.error("Analysis Input File Processor exited with an error - Please see the ");
            console.say(&format!("{} file for possible error messages if the file exists.", self.file("dat")));
            return Ok(Err(Stop));
        }
        console.say("End Analysis Input File Processor");
        let placeholder = format!("{LABEL}: a placeholder, no output database\n");
        for ending in ["odb", "prt", "sim"] {
            fs::write(self.file(ending), &placeholder)?;
        }
        if self.options.only_check {
            return Ok(Ok(()));
        }
        let product = if self.modes.explicit || model.is_explicit() { "Explicit" } else { "Standard" };
        let phase = format!("Abaqus/{product} Analysis");
        let done = self.analysed(&model, pool, product, &phase)?;
        if done && model.deck.restart_write {
            fs::write(self.file("res"), model.restart_file())?;
            for ending in ["mdl", "stt"] {
                fs::write(self.file(ending), &placeholder)?;
            }
        }
        Ok(if done { Ok(()) } else { Err(Stop) })
    }

    /// The object is not made: only what the compiler would say to its source counts here.
    fn compiled(&self, source: &str) -> bool {
        let console = self.console;
        let object = Path::new(source).extension().is_some_and(|ending| ending == "o" || ending == "obj");
        let text = latin(&fs::read(source).unwrap_or_default());
        if !object {
            console.say("Begin Compiling Abaqus/Standard User Subroutines");
            console.clock();
            if self.modes.compile_error || text.contains("standin: compile-error") {
                console.say(&format!("{source}(1): error #5082: Syntax error, found END-OF-STATEMENT"));
                console.say(&format!("compilation aborted for {source} (code 1)"));
                console.error(&format!("Problem during compilation - {source}"));
                return false;
            }
            console.end("Compiling Abaqus/Standard User Subroutines");
        }
        console.say("Begin Linking Abaqus/Standard User Subroutines");
        console.clock();
        console.end("Linking Abaqus/Standard User Subroutines");
        true
    }

    /// Whether somebody asks within the time that the run should end.
    fn asked_to_end(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        while let Ok(event) = self.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
            if matches!(event, Event::Terminate | Event::Signal) && !self.modes.ignore_terminate {
                return true;
            }
        }
        false
    }

    /// Takes the tokens, in the queue where that is allowed.
    fn licensed(&self, pool: &mut Pool, aloud: bool) -> Result<bool, Fail> {
        let (console, tokens, host) = (self.console, self.options.tokens(), host());
        let began = Instant::now();
        let total = self.settings.total;
        loop {
            let in_use = match pool.request(tokens, self.settings.queuing && tokens <= total)? {
                Answer::Granted(left) => {
                    if aloud && self.settings.dsls {
                        console.say("Abaqus License Manager checked out the following licenses:");
                        console.say(&format!("Successfully checked out SRU/{tokens} from DSLS server {host}"));
                        console.say(&format!("Abaqus checked out {tokens} tokens from DSLS server {host}."));
                    } else if aloud {
                        console.say("Abaqus License Manager checked out the following licenses:");
                        console
                            .say(&format!("Abaqus/Standard checked out {tokens} tokens from Flexnet server {host}."));
                        console.say(&format!("<{left} out of {total} licenses remain available>."));
                    }
                    return Ok(true);
                }
                Answer::Short { in_use } => in_use,
            };
            if !self.settings.queuing || tokens > total {
                console.say("Checkout exceeds MAX specified in options file.");
                console.say("FlexNet Licensing error:-87,147");
                console.say(&format!("Number of requested licenses: {tokens}"));
                console.say(&format!("Number of total licenses:     {total}"));
                console.say(&format!("Number of licenses in use:    {in_use}"));
                console.say(&format!("Number of available licenses: {}", total.saturating_sub(in_use)));
                console.say("This may be due to insufficient licenses.");
                console.error("Error checking out Abaqus license.");
                return Ok(false);
            }
            let waited = began.elapsed();
            console.say(&format!("\"standard\" license request queued for the License Server on {host}. "));
            console.say(&format!("Total time in queue: {} seconds.", waited.as_secs()));
            if self.settings.queue_limit.is_some_and(|limit| waited >= limit) {
                console.say("Time limit of in queue has been exceeded. Exiting.");
                console.say("This may be due to insufficient licenses.");
                console.error("Error checking out Abaqus license.");
                return Ok(false);
            }
            if self.asked_to_end(self.settings.poll) {
                return Ok(false);
            }
        }
    }

    fn write_com(&self, model: &Model) -> io::Result<()> {
        let on = |yes: bool| if yes { "ON" } else { "OFF" };
        let options = &self.options;
        let names: Vec<String> = model.deck.includes.iter().map(|include| format!("'{}'", include.name)).collect();
        fs::write(
            self.file("com"),
            format!(
                "# {LABEL}\noptions = {{\n    'ask_delete':{},\n    'cpus':{},\n    'domains':1,\n    'double':{},\n    \
                 'gpus':{},\n    'includes':[{}],\n    'input':'{}',\n    'job':'{}',\n    'memory':'{}',\n    \
                 'restart':{},\n    'restartWrite':{},\n    'solverTypes':['DIRECT'],\n}}\n",
                on(options.ask_delete),
                options.cpus,
                on(options.double),
                options.gpus,
                names.join(", "),
                options.input.trim_end_matches(".inp"),
                options.job,
                options.memory.as_deref().unwrap_or("90%"),
                on(model.deck.restart_read),
                on(model.deck.restart_write),
            ),
        )
    }

    fn write_dat(&self, model: &Model) -> io::Result<()> {
        let windows = self.console.windows;
        let mut dat = File::create(self.file("dat"))?;
        let mut text = self.console.page();
        text.push_str("\n     OPTIONS BEING PROCESSED\n   ***************************\n\n\n");
        for keyword in &model.keywords {
            text.push_str(&format!("  *{}\n", keyword.to_ascii_lowercase()));
        }
        for complaint in &model.complaints {
            text.push_str(&format!("\n ***ERROR: {complaint}\n"));
        }
        if model.complaints.is_empty() {
            let (elements, nodes) = (model.deck.assembled_elements, model.deck.assembled_nodes);
            text.push_str(&format!(
                "\n\n\n{:28}P R O B L E M   S I Z E\n\n\n\
                 \x20         NUMBER OF ELEMENTS IS                            {elements:>10}\n\
                 \x20         NUMBER OF NODES IS                               {nodes:>10}\n\
                 \x20         NUMBER OF NODES DEFINED BY THE USER              {nodes:>10}\n\
                 \x20         TOTAL NUMBER OF VARIABLES IN THE MODEL           {:>10}\n",
                "",
                nodes * 3
            ));
        } else {
            text.push_str(&format!(
                "\n\n          THE PROGRAM HAS DISCOVERED {:>5} FATAL ERRORS\n\n               \
                 ** EXECUTION IS TERMINATED **\n",
                model.complaints.len()
            ));
        }
        text.push_str(
            "\n\n\n                              END OF USER INPUT PROCESSING\n\n\n\n     JOB TIME SUMMARY\n       \
             USER TIME (SEC)      =  0.10000    \n       SYSTEM TIME (SEC)    =   0.0000    \n       \
             TOTAL CPU TIME (SEC) =  0.10000    \n       WALLCLOCK TIME (SEC) =          0\n",
        );
        if model.complaints.is_empty() {
            text.push_str(
                "\n                   M E M O R Y   E S T I M A T E\n  \n\
                 \x20PROCESS      FLOATING PT       MINIMUM MEMORY        MEMORY TO\n\
                 \x20             OPERATIONS           REQUIRED          MINIMIZE I/O\n\
                 \x20            PER ITERATION           (MB)               (MB)\n  \n\
                 \x20    1          3.13E+05               17                 24\n  \n",
            );
        }
        put(&mut dat, &crate::flat::unlatin(&text), windows)?;
        let rows = "       1    1.000E+00   2.000E+00   3.000E+00\n".repeat(2000);
        let mut written = 0;
        while written < self.modes.dat_bytes {
            put(&mut dat, rows.as_bytes(), windows)?;
            written += rows.len() as u64;
        }
        Ok(())
    }

    /// The child, from its start to the end of the wrap-up. True when it completed.
    fn analysed(&self, model: &Model, pool: &mut Pool, product: &str, phase: &str) -> Result<bool, Fail> {
        let console = self.console;
        let name = if product == "Explicit" { "explicit" } else { "standard" };
        fs::write(self.scratch.join(self.file("inp")), &model.text)?;
        let program = self.scratch.join(name);
        system::link(&program)?;
        let mut lock = File::options().append(true).open(self.file("lck"))?;
        lock.write_all(format!("{phase}\n").as_bytes())?;
        if product == "Explicit" {
            console.begin("Abaqus/Explicit Packager", "package");
            console.end("Abaqus/Explicit Packager");
        }
        console.begin(phase, name);
        let mut command = Command::new(&program);
        let (mut child, mut line) = system::start(command.arg(STANDARD).arg(&self.scratch).args(self.arguments))?;
        pool.share_with(child.id())?;
        let sender = self.sender.clone();
        std::thread::spawn(move || {
            let code = child.wait().ok().and_then(|status| status.code());
            let _ = sender.send(Event::Ended(code));
        });
        let code = loop {
            match self.events.recv() {
                Ok(Event::Terminate | Event::Signal) if self.modes.ignore_terminate => {}
                Ok(Event::Terminate | Event::Signal) => line.tell(Word::End),
                Ok(Event::Suspend) => {
                    line.tell(Word::Suspend);
                    pool.give_back()?;
                }
                Ok(Event::Resume) => {
                    if self.licensed(pool, false)? {
                        line.tell(Word::Resume);
                    } else {
                        line.tell(Word::End);
                    }
                }
                Ok(Event::Ended(code)) => break code,
                Err(_) => break None,
            }
        };
        console.clock();
        let completed = code == Some(Outcome::Completed as i32);
        if completed {
            console.say(&format!("End {phase}"));
        } else if code == Some(Outcome::Crashed as i32) || code.is_none() {
            console.error(&format!("The executable {name}"));
            console.say("aborted with system error \"Illegal memory reference\" (signal 11).");
        } else {
            console.error(&format!("{phase} exited with an error - Please see the "));
            let file = if product == "Explicit" { "status" } else { "message" };
            console.say(&format!("{file} file for possible error messages if the file exists."));
        }
        console.begin("SIM Wrap-up", "SMASimUtility");
        console.end("SIM Wrap-up");
        Ok(completed)
    }
}
