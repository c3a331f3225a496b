//! The commands as people run them.

mod chain;
mod check;
mod compare;
mod draw;
mod evaluate;
mod import;
mod reach;
mod sample;
mod try_;

use std::process::{Command, Output};

/// Runs the program with English messages unless the arguments say otherwise.
fn yingjin(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yingjin"));
    command.env("YINGJIN_LANG", "en").args(arguments).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
