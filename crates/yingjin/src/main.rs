//! Yingjin on the command line.

fn main() {}
