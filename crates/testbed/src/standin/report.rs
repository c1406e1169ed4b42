//! `.sta` and `.msg` of Abaqus/Standard, written while they happen.

use crate::console::Console;
use crate::figures::{field, general};
use std::fs::File;
use std::io::{self, Write};

/// One attempt, as CalculiX tells it.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    pub step: usize,
    pub increment: u32,
    pub attempt: u32,
    pub diverged: bool,
    pub iterations: u32,
    pub total: f64,
    pub time: f64,
    pub size: f64,
}

/// Residual and correction of one iteration, in percent.
pub type Iteration = (f64, f64);

pub struct Report {
    sta: File,
    msg: File,
    console: Console,
    increments: u32,
    cutbacks: u32,
    iterations: u32,
    step: usize,
}

impl Report {
    pub fn begin(job: &str, console: Console) -> io::Result<Report> {
        let mut report = Report {
            sta: File::create(format!("{job}.sta"))?,
            msg: File::create(format!("{job}.msg"))?,
            console,
            increments: 0,
            cutbacks: 0,
            iterations: 0,
            step: 0,
        };
        report.sta(&console.status_heading("Abaqus/Standard 2023"))?;
        report.sta(
            b" SUMMARY OF JOB INFORMATION:\n\
              \x20STEP  INC ATT SEVERE EQUIL TOTAL  TOTAL      STEP       INC OF       DOF    IF\n\
              \x20              DISCON ITERS ITERS  TIME/    TIME/LPF    TIME/LPF    MONITOR RIKS\n\
              \x20              ITERS               FREQ\n",
        )?;
        report.msg(&console.page())?;
        Ok(report)
    }

    fn sta(&mut self, text: &[u8]) -> io::Result<()> {
        put(&mut self.sta, text, self.console.windows)
    }

    pub fn msg(&mut self, text: &str) -> io::Result<()> {
        put(&mut self.msg, text.as_bytes(), self.console.windows)
    }

    fn step(&mut self, row: &Attempt, period: Option<f64>) -> io::Result<()> {
        if self.step == row.step {
            return Ok(());
        }
        self.step = row.step;
        let period = field(period.unwrap_or(1.0));
        self.msg(&format!(
            "\n STEP {:>4}     INCREMENT     1     STEP TIME    0.00    \n\n\n\
             {:24}S T E P {:>7}     S T A T I C   A N A L Y S I S\n\n\n\
             \x20    AUTOMATIC TIME CONTROL WITH -\n\
             \x20         A SUGGESTED INITIAL TIME INCREMENT OF             {:>11}\n\
             \x20         AND A TOTAL TIME PERIOD OF                        {period}\n\n\
             \x20    LINEAR EQUATION SOLVER TYPE         DIRECT SPARSE\n\n",
            row.step,
            "",
            row.step,
            field(row.size),
        ))
    }

    /// The lines of an attempt that is begun.
    pub fn starts(&mut self, row: &Attempt, period: Option<f64>) -> io::Result<()> {
        self.step(row, period)?;
        self.msg(&format!(
            "\n\n  INCREMENT {:>5} STARTS. ATTEMPT NUMBER {:>2}, TIME INCREMENT{}\n",
            row.increment,
            row.attempt,
            field(row.size)
        ))
    }

    /// The attempt's iterations, its end, and its row of the `.sta`.
    pub fn ends(&mut self, row: &Attempt, period: Option<f64>, iterations: &[Iteration]) -> io::Result<()> {
        for (at, (residual, correction)) in iterations.iter().enumerate() {
            let last = at + 1 == iterations.len();
            let verdict = if last && !row.diverged {
                "          THE FORCE     EQUILIBRIUM EQUATIONS HAVE CONVERGED"
            } else {
                "          FORCE     EQUILIBRIUM NOT ACHIEVED WITHIN TOLERANCE."
            };
            self.msg(&format!(
                "\n               CONVERGENCE CHECKS FOR EQUILIBRIUM ITERATION {:>5}\n\n\
                 \x20AVERAGE FORCE                    {}   TIME AVG. FORCE     {}\n\
                 \x20LARGEST RESIDUAL FORCE           {}   AT NODE          1   DOF  1\n\
                 \x20LARGEST INCREMENT OF DISP.       {}   AT NODE          1   DOF  1\n\
                 \x20LARGEST CORRECTION TO DISP.      {}   AT NODE          1   DOF  1\n{verdict}\n",
                at + 1,
                field(100.0),
                field(100.0),
                field(*residual),
                field(100.0),
                field(*correction),
            ))?;
        }
        self.iterations += row.iterations;
        if row.diverged {
            self.cutbacks += 1;
            self.msg("\n ***NOTE: THE SOLUTION APPEARS TO BE DIVERGING. CONVERGENCE IS JUDGED UNLIKELY.\n")?;
        } else {
            self.increments += 1;
            let whole = period.filter(|period| *period > 0.0);
            self.msg(&format!(
                "\n ITERATION SUMMARY FOR THE INCREMENT: {:>3} TOTAL ITERATIONS, OF WHICH\n\
                 \x20{:>3} ARE SEVERE DISCONTINUITY ITERATIONS AND {:>2} ARE EQUILIBRIUM ITERATIONS.\n\n\
                 \x20TIME INCREMENT COMPLETED{},  FRACTION OF STEP COMPLETED{}\n\
                 \x20STEP TIME COMPLETED     {},  TOTAL TIME COMPLETED      {}\n",
                row.iterations,
                0,
                row.iterations,
                field(row.size),
                field(whole.map_or(1.0, |period| (row.time / period).min(1.0))),
                field(row.time),
                field(row.total),
            ))?;
        }
        let line = format!(
            "{:>4}{:>6}{:>4}{}{:>5}{:>6}{:>6}  {:<11}{:<11}{:<10}\n",
            row.step,
            row.increment,
            row.attempt,
            if row.diverged { 'U' } else { ' ' },
            0,
            row.iterations,
            row.iterations,
            general(row.total, 3),
            general(row.time, 3),
            general(row.size, 4),
        );
        self.sta(line.as_bytes())
    }

    /// The last lines; `error` is what went wrong.
    pub fn close(&mut self, error: Option<&str>, end_line: bool) -> io::Result<()> {
        if let Some(error) = error {
            self.msg(&format!("\n ***ERROR: {error}\n"))?;
        } else {
            self.msg("\n\n          THE ANALYSIS HAS BEEN COMPLETED\n\n")?;
        }
        let (failed, errors) = (u32::from(error.is_some()), u32::from(error.is_some()));
        self.msg(&format!(
            "\n\n     ANALYSIS SUMMARY:\n\
             \x20    TOTAL OF {:>10}  INCREMENTS\n\
             \x20             {:>10}  CUTBACKS IN AUTOMATIC INCREMENTATION\n\
             \x20             {:>10}  ITERATIONS INCLUDING CONTACT ITERATIONS IF PRESENT\n\
             \x20             {:>10}  WARNING MESSAGES DURING USER INPUT PROCESSING\n\
             \x20             {:>10}  WARNING MESSAGES DURING ANALYSIS\n\
             \x20             {:>10}  ERROR MESSAGES\n\n\n\n\
             \x20    JOB TIME SUMMARY\n\
             \x20      USER TIME (SEC)      =  0.10000    \n\
             \x20      SYSTEM TIME (SEC)    =   0.0000    \n\
             \x20      TOTAL CPU TIME (SEC) =  0.10000    \n\
             \x20      WALLCLOCK TIME (SEC) =          0\n",
            self.increments + failed,
            self.cutbacks,
            self.iterations,
            0,
            0,
            errors,
        ))?;
        if !end_line {
            return Ok(());
        }
        let words = if error.is_some() { "HAS NOT BEEN COMPLETED" } else { "HAS COMPLETED SUCCESSFULLY" };
        self.sta(format!("{:26}\n THE ANALYSIS {words}\n", "").as_bytes())
    }
}

/// Appends, with the line ends of the machine.
pub fn put(file: &mut File, text: &[u8], windows: bool) -> io::Result<()> {
    if !windows {
        return file.write_all(text);
    }
    let mut out = Vec::with_capacity(text.len() + 64);
    for byte in text {
        if *byte == b'\n' {
            out.push(b'\r');
        }
        out.push(*byte);
    }
    file.write_all(&out)
}
