//! `city.toml`: areas, offices, working days.

use chrono::{Datelike, NaiveDate};
use model::{Area, AreaCode, Areas, Calendar, DepartmentId};

use super::mistake;
use super::name;
use super::read::{Cell, Table};
use super::source::{At, Log};
use crate::ruleset::{City, Department};

/// What `city.toml` says, and the years whose calendar is held.
pub(super) struct CityDraft {
    pub city: City,
    pub calendar_years: Vec<i32>,
}

impl CityDraft {
    /// In place of one that cannot be read, so that the other files are checked all the same.
    pub(super) fn empty() -> Self {
        let (id, name) = (String::new(), model::Label::default());
        let (areas, calendar) = (Areas::default(), Calendar::default());
        Self {
            city: City { id, name, areas, departments: vec![], calendar, outlines: vec![] },
            calendar_years: vec![],
        }
    }
}

pub(super) fn read(table: &Table<'_>, log: &Log) -> Option<CityDraft> {
    let id = name::id(log, table.need_text("id"));
    let label = table.need_label("name");
    let areas: Vec<(Area, At)> =
        table.tables("area").into_iter().filter_map(|table| area(table, log)).collect();
    let areas = checked(areas, &table.at, log);
    let departments = departments(table, log);
    let (calendar, calendar_years) = calendar(table, log);
    Some(CityDraft {
        city: City { id: id?.text, name: label?, areas: areas?, departments, calendar, outlines: vec![] },
        calendar_years,
    })
}

fn area(table: Table<'_>, log: &Log) -> Option<(Area, At)> {
    let code = table.need_text("code");
    let label = table.need_label("name");
    let parent = table.text("parent");
    let also = table.texts("also");
    let population = table.get("population").and_then(|cell| {
        let people = u64::try_from(cell.int()?).ok();
        if people.is_none() {
            let wanted = ("不小于 0 的整数", "a whole number, 0 or more");
            log.error(&cell.at, "wrong-value", mistake::value_type(wanted, "population"));
        }
        people
    });
    table.finish();
    let code = code?;
    let area = Area {
        code: code.text.as_str().into(),
        name: label?,
        parent: parent.map(|parent| parent.text.into()),
        also: also.into_iter().map(|written| written.text).collect(),
        population,
    };
    Some((area, code.at))
}

fn checked(areas: Vec<(Area, At)>, whole: &At, log: &Log) -> Option<Areas> {
    let (areas, places): (Vec<Area>, Vec<At>) = areas.into_iter().unzip();
    let find = |code: &AreaCode| areas.iter().rposition(|area| area.code == *code);
    match Areas::new(areas.clone()) {
        Ok(areas) => Some(areas),
        Err(error) => {
            use model::area::AreaError::{Cycle, NoParent, Twice};
            let (Twice(code) | NoParent(code, _) | Cycle(code)) = &error;
            let at = find(code).and_then(|index| places.get(index)).unwrap_or(whole);
            log.error(at, "areas", mistake::areas(&error));
            None
        }
    }
}

fn departments(table: &Table<'_>, log: &Log) -> Vec<Department> {
    let mut departments: Vec<Department> = Vec::new();
    for table in table.tables("department") {
        let id = name::id(log, table.need_text("id"));
        let label = table.need_label("name");
        let branch = table.label("branch");
        table.finish();
        let (Some(id), Some(name)) = (id, label) else { continue };
        if departments.iter().any(|department| department.id.as_str() == id.text) {
            let says = mistake::twice(("部门", "department"), &id.text, "city.toml");
            log.error(&id.at, "twice", says);
            continue;
        }
        departments.push(Department { id: DepartmentId::from(id.text), name, branch });
    }
    departments
}

fn calendar(table: &Table<'_>, log: &Log) -> (Calendar, Vec<i32>) {
    let mut years = Vec::new();
    let mut holidays: Vec<NaiveDate> = Vec::new();
    let mut makeup: Vec<NaiveDate> = Vec::new();
    for table in table.tables("calendar") {
        let year = table.need("year").and_then(|cell| cell.int());
        table.need_basis();
        let within = |day: Option<NaiveDate>, at: &At| {
            let (day, year) = (day?, year?);
            if i64::from(day.year()) == year {
                return Some(day);
            }
            log.error(at, "calendar-year", mistake::calendar_year(year));
            None
        };
        let days = |key: &'static str| {
            let list = table.get(key).and_then(|cell| cell.list()).unwrap_or_default();
            list.iter().filter_map(|cell: &Cell<'_>| within(cell.day(), &cell.at)).collect::<Vec<_>>()
        };
        let mut off = Vec::new();
        for holiday in table.tables("holidays") {
            let (from, to) = (holiday.need_day("from"), holiday.need_day("to"));
            holiday.need_label("name");
            let (from, to) = (within(from, &holiday.at), within(to, &holiday.at));
            if let (Some(from), Some(to)) = (from, to) {
                if to < from {
                    log.error(&holiday.at, "ends-before-start", mistake::ends_before_start());
                }
                off.extend(from.iter_days().take_while(|day| *day <= to));
            }
            holiday.finish();
        }
        let worked = [days("makeup"), days("working")].concat();
        table.finish();
        // A later notice wins over an earlier one, day by day.
        makeup.retain(|day| !off.contains(day));
        holidays.retain(|day| !worked.contains(day));
        holidays.extend(off);
        makeup.extend(worked);
        years.extend(year.and_then(|year| i32::try_from(year).ok()));
    }
    (Calendar::new(years.iter().copied(), holidays, makeup), years)
}
