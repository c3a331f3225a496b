use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{err, out, yingjin};

/// Flour to a bakery and another mill beside it; the shop buys of the bakery.
const FIRMS: &str = "\u{feff}firm,sector,area,running,note
mill,a,north,,kept for people
mill2,a,north,,
baker,b,north,1,
shop,c,south,,
";
const LINKS: &str = "supplier,buyer,weight\nmill,baker,10\nmill2,shop,30\nbaker,shop,20\n";
const ESSENTIAL: &str = ",a,b,c\na,2,2,1\nb,2,2,2\nc,1,1,1\n";

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(TempDir::new().unwrap());
        folder.write("firms.csv", FIRMS);
        folder.write("links.csv", LINKS);
        folder.write("essential.csv", ESSENTIAL);
        folder
    }

    fn at(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.at(name), text).unwrap();
    }

    /// Runs `chain command` on the network; the output file's text and what was printed.
    #[track_caller]
    fn run(&self, command: &str, more: &[&str]) -> (String, String) {
        let output = self.try_run(command, more);
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        (fs::read_to_string(self.at("out.csv")).unwrap(), out(&output))
    }

    fn try_run(&self, command: &str, more: &[&str]) -> std::process::Output {
        let [firms, links, essential, out] =
            ["firms.csv", "links.csv", "essential.csv", "out.csv"].map(|name| self.at(name));
        let mut arguments = vec!["chain", command, "--firms", &firms, "--links", &links];
        arguments.extend(["--essential", &essential, "--out", &out]);
        arguments.extend(more);
        yingjin(&arguments)
    }
}

#[test]
fn esri_has_a_row_a_firm_in_the_order_of_the_sheet() {
    let (text, _) = Folder::new().run("esri", &["--threads", "2"]);
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows[0], ["firm", "esri", "esri_down", "esri_up", "steps"]);
    assert_eq!(rows[1..].iter().map(|row| row[0]).collect::<Vec<_>>(), ["mill", "mill2", "baker", "shop"]);
    // The mill is closed: its market sells 30 of 40, so a third of the baker's flour is gone, 20/3 of its sales; the shop, which
    // sells nothing, does not count. 60 is sold in all.
    let mill: f64 = rows[1][2].parse().unwrap();
    assert!((mill - (10.0 + 20.0 / 3.0) / 60.0).abs() < 1e-9, "{mill}");
}

#[test]
fn a_shock_is_one_row_and_the_losses_say_which_way_they_came() {
    let folder = Folder::new();
    let losses = folder.at("losses.csv");
    let (text, _) = folder.run("esri", &["--shock", "mill=0,baker=0.9", "--losses", &losses]);
    assert!(text.lines().nth(1).unwrap().starts_with("\"mill=0,baker=0.9\","), "{text}");
    let losses = fs::read_to_string(losses).unwrap();
    let baker = losses.lines().find(|line| line.starts_with("baker,")).unwrap();
    assert!(baker.ends_with("down,1,mill>baker"), "{baker}");
}

#[test]
fn breaks_recover_and_whatif_speak_of_the_stopped() {
    let folder = Folder::new();
    folder.write("stopped.csv", "firm,running,help\nmill,,2\nbaker,0.5,\n");
    let (stopped, stand_ins) = (folder.at("stopped.csv"), folder.at("stand-ins.csv"));
    let (text, said) =
        folder.run("breaks", &["--stopped", &stopped, "--substitutes", &stand_ins, "--headroom", "1"]);
    assert_eq!(said, "2 breakpoints\n");
    assert!(text.starts_with(
        "buyer,product,suppliers,running,largest_share,covered,remains,need,lost,regained,carried,path\n"
    ));
    assert!(text.contains("\nbaker,a,1,0,1,0,"), "{text}");
    let stand_ins = fs::read_to_string(stand_ins).unwrap();
    assert!(stand_ins.contains("baker,a,mill2,"), "{stand_ins}");
    assert!(stand_ins.contains(",true,\n"), "same area, distance unknown: {stand_ins}");

    let (text, said) = folder.run("recover", &["--stopped", &stopped, "--help-per-day", "1"]);
    assert!(
        text.starts_with("plan,turn,firm,day,help,loss_after,regained_alone,regained_per_help\n"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 7, "three orders of two firms");
    assert!(
        text.lines().any(|line| line.starts_with("best,2,") && line.contains(",3,") && line.contains(",0,")),
        "{text}"
    );
    assert!(said.contains("no order loses less than"), "{said}");

    let (text, said) = folder.run("whatif", &["--stopped", &stopped, "--open", "mill", "--open", "baker"]);
    assert!(said.contains("-> 0.000000"), "{said}");
    assert!(text.contains("\nbaker,0.5,1\n"), "{text}");
}

#[test]
fn every_mistake_is_named_by_file_and_line_in_the_readers_language() {
    let folder = Folder::new();
    folder.write(
        "links.csv",
        "supplier,buyer,weight\nmill,baker,ten\nmill,mill,1\nmill,nobody,-1\nmill,shop,\n",
    );
    let output = folder.try_run("esri", &[]);
    assert_eq!(output.status.code(), Some(2));
    let text = err(&output).replace(&folder.at(""), "");
    assert_eq!(
        text,
        "\
links.csv:2 weight: 'ten' is not a number
links.csv:3 firm mill supplies itself
links.csv:4 firm nobody is not among the firms
links.csv:4 weight is negative: -1
links.csv:5 weight is not a finite number
"
    );
    let output = folder.try_run("esri", &["--lang", "zh"]);
    assert!(err(&output).contains("links.csv:4 企业表中没有 nobody"), "{}", err(&output));
    assert!(!Path::new(&folder.at("out.csv")).exists(), "nothing is written");
    let output = folder.try_run("recover", &["--help-per-day", "0"]);
    assert_eq!(err(&output), "--help-per-day must be above 0\n");
}

#[test]
fn fill_draws_a_network_that_the_other_commands_read() {
    let folder = Folder::new();
    folder.write("firms.csv", "firm,sector,output\nm1,a,60\nm2,a,40\nb1,b,50\n");
    folder.write("io.csv", "a,b\n10,40\n0,0\n");
    folder.write("totals.csv", "code,GO,TI\na,100,100\nb,200,200\n");
    folder.write("known.csv", "supplier,buyer,weight\nm1,b1,6\n");
    let [firms, io, totals, known, links] =
        ["firms.csv", "io.csv", "totals.csv", "known.csv", "links.csv"].map(|name| folder.at(name));
    let output = yingjin(&[
        "chain", "fill", "--firms", &firms, "--io", &io, "--totals", &totals, "--known", &known, "--out",
        &links,
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(out(&output).contains("a sample, not the real sales"), "{}", out(&output));
    let text = fs::read_to_string(&links).unwrap();
    assert!(text.contains("\nm1,b1,6,true\n"), "{text}");
    let (text, _) = folder.run("esri", &[]);
    assert_eq!(text.lines().count(), 4);
}
