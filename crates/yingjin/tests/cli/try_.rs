use std::fs;

use tempfile::TempDir;

use super::{err, out, yingjin};

const SHEET: &str = "\
no,staff,rent,name,stopped,founded
a,9,100.50,许昌面粉厂,true,2015-05-01
b,,99.50,某店,false,
c,300,,许昌烟厂,,2020-02-29
";

fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("sheet.csv"), SHEET).unwrap();
    folder
}

fn run(folder: &TempDir, more: &[&str]) -> std::process::Output {
    let sheet = folder.path().join("sheet.csv");
    let types = "text,int,decimal,text,bool,date";
    let mut arguments = vec!["try", "--table", sheet.to_str().unwrap(), "--types", types, "--id", "no"];
    arguments.extend(more);
    yingjin(&arguments)
}

fn check(condition: &str, expected: &str) {
    let output = run(&folder(), &["--where", condition]);
    assert_eq!(out(&output), format!("{expected}\n"), "{condition}: {}", err(&output));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn an_empty_cell_is_missing() {
    check("staff < 10", r#"{"yes":["a"],"unknown":["b"]}"#);
    check("staff is null", r#"{"yes":["b"],"unknown":[]}"#);
    check("rent + 0.5 = 100 or staff > 10", r#"{"yes":["b","c"],"unknown":[]}"#);
    check("name like '许昌%' and not stopped", r#"{"yes":[],"unknown":["c"]}"#);
    check("founded > date '2020-01-01'", r#"{"yes":["c"],"unknown":["b"]}"#);
}

#[test]
fn a_file_of_conditions_gives_a_line_for_each() {
    let folder = folder();
    let file = folder.path().join("conditions.txt");
    fs::write(&file, "no = 'a'\n\nno in ('b', 'c')\n").unwrap();
    let output = run(&folder, &["--where-file", file.to_str().unwrap()]);
    assert_eq!(out(&output).lines().count(), 2, "{}", err(&output));
    assert_eq!(out(&output).lines().last(), Some(r#"{"yes":["b","c"],"unknown":[]}"#));
}

#[test]
fn mistakes_have_line_and_column() {
    let folder = folder();
    let file = folder.path().join("conditions.txt");
    fs::write(&file, "no = 'a'\nstuff > 3\n").unwrap();
    let output = run(&folder, &["--where-file", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("conditions.txt:2:1: error[unknown-fact]"), "{}", err(&output));
    assert_eq!(out(&output).lines().count(), 1);
    let output = run(&folder, &["--where-file", file.to_str().unwrap(), "--json"]);
    assert!(out(&output).lines().nth(1).unwrap().contains("\"mistakes\""), "{}", out(&output));
}

#[test]
fn a_cell_of_another_type_is_named() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("sheet.csv"), SHEET.replace("300", "many")).unwrap();
    let output = run(&folder, &["--where", "staff > 3"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("row 4, staff: 'many'"), "{}", err(&output));
}

#[test]
fn types_and_columns_go_together() {
    let folder = folder();
    let sheet = folder.path().join("sheet.csv");
    let output = yingjin(&[
        "try",
        "--table",
        sheet.to_str().unwrap(),
        "--types",
        "int",
        "--id",
        "no",
        "--where",
        "true",
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("6 columns"), "{}", err(&output));
}
