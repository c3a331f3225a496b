//! The sample city, built and served.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use crate::run::{self, command, step, target_dir};
use crate::tools;
use crate::web_packages;

/// The day that the sample city takes for today: the day of the published figures.
const TODAY: &str = "2020-03-06";

#[derive(clap::Args)]
pub struct Args {
    /// Where to serve.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// Makes the sample city again, even if it is there.
    #[arg(long)]
    fresh: bool,
}

pub fn run(args: &Args) -> anyhow::Result<()> {
    tools::require_node()?;
    build_web()?;
    step("build the program (the first time takes some minutes)", || {
        run::run(&mut command("cargo build --release --package yingjin"))
    })?;
    let program = target_dir().join("release/yingjin");
    let city = SampleCity::new(program, &target_dir().join("demo"))?;
    if args.fresh {
        city.remove()?;
    }
    city.make()?;
    println!("\nXuchang as it was on {TODAY}, with a made-up register. Sample accounts:");
    run::run(city.yingjin("account demo").arg("--list"))?;
    println!("\nServing on http://{}  (Ctrl-C ends it)\n", args.listen);
    run::run(&mut city.serve(&args.listen))
}

/// Installs what the pages need and builds them into `web/dist`.
pub fn build_web() -> anyhow::Result<()> {
    web_packages::install()?;
    step("build the pages", || run::run(command("npm run --silent build").current_dir("web")))
}

/// The sample city in a folder: its register, and the program that works on it.
pub struct SampleCity {
    program: PathBuf,
    register: PathBuf,
}

impl SampleCity {
    /// `program`: the built binary. `folder`: where the register lies; made if it is not there.
    pub fn new(program: PathBuf, folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { program, register: folder.join("xuchang.db") })
    }

    /// Fills the register with what was known by today and runs the passes of the weeks before today, unless that was done before.
    pub fn make(&self) -> anyhow::Result<()> {
        let finished = self.register.with_extension("made");
        if finished.exists() {
            return Ok(());
        }
        self.remove()?;
        step("make the sample city", || {
            let sample = format!("sample cities/xuchang --seed 2020 --until {TODAY} --quiet");
            run::run(&mut self.yingjin(&sample))
        })?;
        step("judge every duty, week by week", || {
            for day in ["2020-02-07", "2020-02-14", "2020-02-21", "2020-02-28"] {
                run::run(&mut self.yingjin(&format!("evaluate --on {day} --quiet")))?;
            }
            run::run(&mut self.yingjin(&format!("draw day --on {TODAY}")))?;
            run::run(&mut self.yingjin(&format!("evaluate --on {TODAY} --quiet")))
        })?;
        step("make the sample accounts", || run::run(&mut self.yingjin("account demo")))?;
        Ok(std::fs::write(finished, "")?)
    }

    /// Takes the register away.
    pub fn remove(&self) -> anyhow::Result<()> {
        for ending in ["db", "db-wal", "db-shm", "made"] {
            let file = self.register.with_extension(ending);
            if file.exists() {
                std::fs::remove_file(file)?;
            }
        }
        Ok(())
    }

    /// The program with a command line, on this city and register.
    pub fn yingjin(&self, line: &str) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(line.split_whitespace())
            .env("YINGJIN_CITY", "cities/xuchang")
            .env("YINGJIN_DB", format!("sqlite://{}", self.register.display()));
        command
    }

    fn serve(&self, listen: &str) -> Command {
        let mut command = self.yingjin("serve --web web/dist --demo");
        // As little a secret as the passwords of the sample accounts.
        command.args(["--on", TODAY, "--listen", listen, "--open311-keys", "yingjin-demo"]);
        command
    }

    /// Starts the server and returns once it answers.
    pub fn serve_in_background(&self, listen: &str) -> anyhow::Result<Serving> {
        let mut serving = Serving(self.serve(listen).spawn()?);
        for _ in 0..300 {
            if std::net::TcpStream::connect(listen).is_ok() {
                return Ok(serving);
            }
            if let Some(status) = serving.0.try_wait()? {
                anyhow::bail!("the server ended with {status} before it answered on {listen}");
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        anyhow::bail!("the server did not answer on {listen} within 30 s")
    }
}

/// A server that is stopped when this is dropped.
pub struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
