//! Forms: what is asked, and what the register knows of it already.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use model::form::{CaseRule, Field, Part};
use model::{Kind, Label, Truth};
use rules::evaluate::{Setting, truth, value};
use rules::ruleset::CompiledForm;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::app::App;
use super::city::FactShape;
use super::extract::{Path, Query};
use super::problem::Problem;
use super::records::RecordLine;
use super::right::{FileForm, May};
use super::scope::Scope;
use super::view::View;
use super::words::{Basis, Words};

/// A form in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FormLine {
    /// `resume-work`
    pub id: String,
    /// What people call it.
    pub title: Words,
    /// Who fills it in, and what follows.
    pub summary: Words,
    /// The kind of record that files it.
    pub by: String,
    /// Whether only officers fill it in, about that record.
    pub officer: bool,
}

/// A form, ready to be filled in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FormPage {
    /// `resume-work`
    pub id: String,
    /// What people call it.
    pub title: Words,
    /// Who fills it in, and what follows.
    pub summary: Words,
    /// The document behind it.
    pub basis: Basis,
    /// Whether only officers fill it in: an inspection of whom it is about.
    pub officer: bool,
    /// Who files, where that was asked.
    pub by: Option<RecordLine>,
    /// Why it is not for them, where it is not.
    pub closed: Option<Words>,
    /// What they are told first.
    pub notices: Vec<Words>,
    /// What is asked.
    pub parts: Vec<PartShape>,
    /// What is committed to, each item ticked by itself; a name signs where there is any.
    pub items: Vec<ItemShape>,
    /// What the register knows already, by fact.
    #[schema(value_type = BTreeMap<String, Value>)]
    pub known: BTreeMap<String, serde_json::Value>,
    /// Earlier filings, the latest first.
    pub filed: Vec<FiledLine>,
    /// Whether a later filing of a day takes the place of an earlier one; else, each stands by itself.
    pub once_a_day: bool,
}

/// Fields that belong together.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PartShape {
    /// Its heading.
    pub title: Words,
    /// Its fields, in order.
    pub fields: Vec<FieldShape>,
}

/// Something asked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldShape {
    /// The fact that it fills in.
    #[serde(flatten)]
    pub fact: FactShape,
    /// Whether it has to be answered where it is asked.
    pub required: bool,
    /// A word of help.
    pub help: Option<Words>,
    /// Only asked where an earlier field has one of some answers.
    pub only_if: Option<OnlyIfShape>,
    /// A number field that it may not exceed.
    pub at_most: Option<String>,
    /// An answer that some answers of earlier fields leave no room for.
    pub never: Option<NeverShape>,
    /// Which of its options are there by the answer to an earlier field.
    pub options_by: Option<OptionsBy>,
    /// What is attached, for files.
    pub files: Option<AttachedShape>,
}

/// What may be attached as the answer of a field.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AttachedShape {
    /// Media types: `image/jpeg`.
    pub accept: Vec<String>,
    /// At most so many.
    pub most: usize,
    /// Each at most so large.
    pub each_bytes: u64,
}

/// An earlier field, and the options that each of its answers leaves.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OptionsBy {
    /// The field.
    pub fact: String,
    /// Options by answer.
    pub options: BTreeMap<String, Vec<String>>,
}

/// An earlier field, and its answers that matter.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OnlyIfShape {
    /// The field.
    pub fact: String,
    /// Codes; `true` or `false`.
    pub is: Vec<String>,
}

/// An answer that cannot be given beside some others.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NeverShape {
    /// The answer: a code; `true` or `false`.
    pub answer: String,
    /// Earlier fields …
    pub beside: Vec<String>,
    /// … of which none may have one of these answers.
    pub is: Vec<String>,
}

/// An item of the commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ItemShape {
    /// `truth`
    pub id: String,
    /// What is committed to.
    pub text: Words,
}

/// An earlier filing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FiledLine {
    /// Its number; none for one that came on a sheet.
    pub number: Option<String>,
    /// The record it made.
    pub record: String,
    /// The day.
    pub on: Option<chrono::NaiveDate>,
}

/// Which forms.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FormsFilter {
    /// Only those that records of this kind file, or that are about them.
    pub kind: Option<String>,
    /// Only those that are there for this record of the kind today.
    pub record: Option<String>,
}

/// Who files.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filer {
    /// The id of the record that files; a firm's own account need not say.
    pub by: Option<String>,
}

/// The forms of the city, for whoever may fill one in; for a record, those that are there for it today.
#[utoipa::path(get, path = "/api/forms", tag = "forms", params(FormsFilter),
    responses((status = 200, body = Vec<FormLine>), Problem))]
pub async fn forms(
    State(app): State<App>,
    account: May<FileForm>,
    Query(filter): Query<FormsFilter>,
) -> Result<Json<Vec<FormLine>>, Problem> {
    app.blocking(move |app| {
        let scope = Scope::of(&account, app.rules());
        let own_only = scope.own_only();
        // Who sees only what is their own is shown the forms that they can file themselves.
        let files = |form: &CompiledForm| {
            let by = app.rules().kinds[form.by].id.as_str();
            !own_only || !form.form.officer && scope.own_of(by).is_some()
        };
        let mut forms: Vec<&CompiledForm> = app.rules().forms.iter().filter(|form| files(form)).collect();
        if let Some(kind) = &filter.kind {
            forms.retain(|form| app.rules().kinds[form.by].id.as_str() == kind);
            if let Some(record) = &filter.record {
                app.read(app.today(), |view| {
                    let (_, row) = scope.find(view.snapshot, kind, record)?;
                    forms.retain(|form| view.closed(form, row).is_none());
                    Ok(())
                })?;
            }
        }
        let line = |form: &CompiledForm| FormLine {
            id: form.form.id.to_string(),
            title: Words::from(&form.form.title),
            summary: Words::from(&form.form.summary),
            by: app.rules().kinds[form.by].id.to_string(),
            officer: form.form.officer,
        };
        Ok(Json(forms.into_iter().map(line).collect()))
    })
    .await
}

/// One form. With who files, what they are told first and what the register knows of them.
#[utoipa::path(get, path = "/api/forms/{id}", tag = "forms", params(("id" = String, Path), Filer),
    responses((status = 200, body = FormPage), Problem))]
pub async fn form(
    State(app): State<App>,
    account: May<FileForm>,
    Path(id): Path<String>,
    Query(filer): Query<Filer>,
) -> Result<Json<FormPage>, Problem> {
    app.blocking(move |app| {
        let compiled = app.form(&id)?;
        let scope = Scope::of(&account, app.rules());
        if compiled.form.officer && scope.own_only() {
            return Err(Problem::not_found(&id));
        }
        app.read(app.today(), |view| {
            let mut page = FormPage::new(compiled, view.kind(compiled.kind));
            page.offer(view, compiled, None);
            if let Some(by) = scope.filer(view.kind(compiled.by), filer.by.as_deref()) {
                let at = scope.find(view.snapshot, view.kind(compiled.by).id.as_str(), &by)?;
                page.tell(view, compiled, (at, scope.is_own(view.kind(at.0).id.as_str(), &by)));
            }
            Ok(Json(page))
        })
    })
    .await
}

impl App {
    /// A form by its id.
    pub fn form(&self, id: &str) -> Result<&CompiledForm, Problem> {
        let found = self.rules().forms.iter().find(|form| form.form.id.as_str() == id);
        found.ok_or_else(|| Problem::not_found(id))
    }
}

impl Scope<'_> {
    /// Who files: the record that was named, else the one that the account stands for, if it is of the kind.
    pub fn filer(&self, kind: &Kind, named: Option<&str>) -> Option<String> {
        let named = named.map(str::trim).filter(|named| !named.is_empty());
        named.map(str::to_owned).or_else(|| self.own_of(kind.id.as_str()))
    }
}

impl<'a> View<'a> {
    /// Why a form is not there for the one in a row of the kind that files it; none where it is. Only what is known
    /// closes it.
    pub fn closed(&self, compiled: &'a CompiledForm, row: usize) -> Option<&'a Label> {
        let (offered, when) = compiled.form.offered.as_ref().zip(compiled.offered.as_ref())?;
        let at = (&self.kind(compiled.by).id, self.id(compiled.by, row), when);
        let (holds, _) = truth(self.rules, &self.snapshot.tables, at, &Setting::on(self.snapshot.on));
        (holds == Truth::No).then_some(&offered.otherwise)
    }
}

impl FormPage {
    fn new(compiled: &CompiledForm, kind: &Kind) -> Self {
        let form = &compiled.form;
        let part = |part: &Part| PartShape {
            title: Words::from(&part.title),
            fields: part.fields.iter().filter_map(|field| FieldShape::new(field, kind)).collect(),
        };
        Self {
            id: form.id.to_string(),
            title: Words::from(&form.title),
            summary: Words::from(&form.summary),
            basis: Basis::from(&form.basis),
            officer: form.officer,
            by: None,
            closed: None,
            notices: vec![],
            parts: form.parts.iter().map(part).collect(),
            items: ItemShape::all(compiled),
            known: BTreeMap::new(),
            filed: vec![],
            once_a_day: !kind.key.contains(&form.filled.number),
        }
    }

    /// Leaves of the duties of which a form asks something those that there is something to ask of, and of the reasons
    /// those that each takes; a form that asks nothing else is closed where none is left.
    fn offer(&mut self, view: View, compiled: &CompiledForm, row: Option<usize>) {
        let rule = compiled.form.case.as_ref();
        let Some(((duty, _), askable)) = rule.and_then(CaseRule::asks).zip(view.askable(compiled, row))
        else {
            return;
        };
        let exempts = rule.and_then(|rule| rule.exempts.as_ref());
        let mut is_left = true;
        for field in self.parts.iter_mut().flat_map(|part| &mut part.fields) {
            if field.fact.id == duty.as_str() {
                field
                    .fact
                    .options
                    .retain(|option| askable.iter().any(|open| open.duty.as_str() == option.id));
                is_left = !field.required || !field.fact.options.is_empty();
            } else if exempts.is_some_and(|exempts| field.fact.id == exempts.reason.as_str()) {
                let by_duty = askable.iter().map(|open| (open.duty.to_string(), open.reasons.clone()));
                field.options_by = Some(OptionsBy { fact: duty.to_string(), options: by_duty.collect() });
            }
        }
        if !is_left && row.is_some() && self.closed.is_none() {
            self.closed = Some(Words::new(
                "眼下没有可以申请的责任事项：已经落实、已经免尽或不属于应尽的，不用申请。",
                "There is nothing to ask for now: what is served, exempt or not owed needs no asking.",
            ));
        }
    }

    /// Adds what concerns one who files. Personal facts are filled in for nobody else.
    fn tell(&mut self, view: View, compiled: &CompiledForm, (at, own): ((usize, usize), bool)) {
        let (kind, id) = (&view.kind(at.0).id, view.id(at.0, at.1));
        let setting = Setting::on(view.snapshot.on);
        let tables = &view.snapshot.tables;
        self.by = Some(view.line(at.0, at.1));
        self.closed = view.closed(compiled, at.1).map(Words::from);
        self.offer(view, compiled, Some(at.1));
        for (notice, when) in compiled.form.notices.iter().zip(&compiled.notices) {
            if truth(view.rules, tables, (kind, id, when), &setting).0 == Truth::Yes {
                self.notices.push(Words::from(&notice.text));
            }
        }
        let made = view.kind(compiled.kind);
        for (fact, expr) in &compiled.known {
            let personal = made.fact(fact.as_str()).is_some_and(|fact| fact.personal);
            if (own || !personal)
                && let Some(value) = value(view.rules, tables, (kind, id, expr), &setting)
            {
                self.known.insert(fact.to_string(), json!(value));
            }
        }
        let form = &compiled.form;
        let Some(by) = made.facts.iter().position(|fact| fact.id == form.by) else { return };
        let line = |row: usize| {
            let told = |fact: &model::FactId| view.told(compiled.kind, row, fact.as_str());
            let on = match told(&form.filled.filed_on) {
                Some(model::Value::Date(on)) => Some(on),
                _ => None,
            };
            let number = told(&form.filled.number).map(|number| number.to_string());
            FiledLine { number, record: view.id(compiled.kind, row).to_string(), on }
        };
        self.filed = tables.members(compiled.kind, by, at.1).map(line).collect();
        self.filed.sort_by_key(|filed| std::cmp::Reverse(filed.on));
    }
}

impl FieldShape {
    fn new(field: &Field, kind: &Kind) -> Option<Self> {
        Some(Self {
            fact: FactShape::from(kind.fact(field.fact.as_str())?),
            required: field.required,
            help: field.help.as_ref().map(Words::from),
            only_if: field
                .only_if
                .as_ref()
                .map(|only_if| OnlyIfShape { fact: only_if.fact.to_string(), is: only_if.is.clone() }),
            at_most: field.at_most.as_ref().map(ToString::to_string),
            never: field.never.as_ref().map(|never| NeverShape {
                answer: never.answer.clone(),
                beside: never.beside.iter().map(ToString::to_string).collect(),
                is: never.is.clone(),
            }),
            options_by: None,
            files: field.files.as_ref().map(|files| AttachedShape {
                accept: files.accept.iter().map(|accepted| accepted.media_type().to_owned()).collect(),
                most: files.most,
                each_bytes: files.each_bytes,
            }),
        })
    }
}

impl ItemShape {
    /// Every item of a form's commitment.
    pub fn all(compiled: &CompiledForm) -> Vec<Self> {
        let items = compiled.form.items.iter();
        items.map(|item| Self { id: item.id.to_string(), text: Words::from(&item.text) }).collect()
    }
}
