//! The HTTP API. One file a resource: what it reads and writes, and its handlers.

use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::any;
use axum::{Router, middleware};
use tower_http::compression::CompressionLayer;
use tower_http::services::{ServeDir, ServeFile};
use utoipa::OpenApi;
use utoipa::openapi::{RefOr, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::SwaggerUi;

pub mod accounts;
pub mod app;
pub mod ask;
pub mod asker;
pub mod audit;
pub mod behind;
pub mod case_board;
mod case_similar;
mod case_steps;
pub mod cases;
pub mod casework;
pub mod chains;
pub mod city;
pub mod claims;
pub mod conflicts;
pub mod desk;
pub mod draws;
pub mod duties;
pub mod etag;
pub mod exemptions;
pub mod explanation;
pub mod extract;
pub mod files;
pub mod filings;
pub mod forms;
pub mod health;
pub mod imports;
pub mod inspections;
pub mod jobs;
pub mod letters;
pub mod list;
pub mod notices;
pub mod open311;
pub mod owed;
pub mod paging;
pub mod pairings;
pub mod plan;
pub mod problem;
pub mod rates;
pub mod records;
pub mod right;
pub mod rules;
pub mod scope;
pub mod session;
pub mod shield;
mod summary;
mod supplies;
mod sweep;
pub mod view;
pub mod words;

use app::App;
use problem::{Kind, Problem};

/// What the document says of itself.
#[derive(OpenApi)]
#[openapi(
    components(schemas(problem::ProblemDocument)),
    info(
        title = "Yingjin",
        description = "Who should be served, who has been, who is exempt, and the gap. Decimals are strings, days \
                   YYYY-MM-DD, instants UTC. Unsafe methods need the header `X-Yingjin: 1`. Errors are RFC 9457 \
                   problem documents in the language of Accept-Language."
    )
)]
struct Document;

/// The largest body of a request that is no upload.
const BODY_MAX_BYTES: usize = 1_000_000;

fn routes(upload_bytes: usize, file_bytes: usize) -> OpenApiRouter<App> {
    let uploads = OpenApiRouter::new()
        .routes(routes!(imports::imports, imports::begin_import))
        .routes(routes!(imports::suggest_mapping))
        .layer(DefaultBodyLimit::max(upload_bytes));
    let files = OpenApiRouter::new()
        .routes(routes!(files::read_file, files::keep_file))
        .layer(DefaultBodyLimit::max(file_bytes));
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(uploads)
        .merge(files)
        .routes(routes!(health::health))
        .routes(routes!(session::sign_in, session::who, session::sign_out))
        .routes(routes!(city::city))
        .routes(routes!(duties::duties))
        .routes(routes!(duties::duties_sheet))
        .routes(routes!(duties::duty))
        .routes(routes!(duties::duty_records))
        .routes(routes!(duties::duty_records_sheet))
        .routes(routes!(records::records))
        .routes(routes!(records::records_sheet))
        .routes(routes!(records::record, records::change_record))
        .routes(routes!(records::history))
        .routes(routes!(records::reveal))
        .routes(routes!(explanation::explanation))
        .routes(routes!(owed::owed))
        .routes(routes!(forms::forms))
        .routes(routes!(forms::form))
        .routes(routes!(inspections::filed, filings::file))
        .routes(routes!(inspections::filings_sheet))
        .routes(routes!(filings::receipt))
        .routes(routes!(filings::receipt_qr))
        .routes(routes!(draws::draws, draws::make_draw))
        .routes(routes!(draws::draws_sheet))
        .routes(routes!(draws::draw))
        .routes(routes!(draws::draw_sheet))
        .routes(routes!(exemptions::exemptions, exemptions::exempt))
        .routes(routes!(exemptions::exemptions_sheet))
        .routes(routes!(exemptions::exemption_of))
        .routes(routes!(exemptions::withdraw_exemption))
        .routes(routes!(inspections::inspections))
        .routes(routes!(inspections::inspections_sheet))
        .routes(routes!(letters::letters))
        .routes(routes!(letters::letters_sheet))
        .routes(routes!(letters::letter_pdf))
        .routes(routes!(letters::letter_preview))
        .routes(routes!(letters::receipt_pdf))
        .routes(routes!(imports::import_report, imports::cancel_import))
        .routes(routes!(imports::import_rows_sheet))
        .routes(routes!(imports::imports_sheet))
        .routes(routes!(conflicts::conflicts))
        .routes(routes!(conflicts::conflicts_sheet))
        .routes(routes!(conflicts::decide_conflict))
        .routes(routes!(conflicts::asides))
        .routes(routes!(conflicts::asides_sheet))
        .routes(routes!(conflicts::decide_aside))
        .routes(routes!(rules::rules))
        .routes(routes!(rules::parameters))
        .routes(routes!(rules::compare))
        .routes(routes!(rules::compare_sheet))
        .routes(routes!(sweep::sweep_parameter))
        .routes(routes!(sweep::sweep_sheet))
        .routes(routes!(jobs::begin_pass))
        .routes(routes!(jobs::job, jobs::cancel_job))
        .routes(routes!(casework::casework))
        .routes(routes!(cases::cases, cases::open_case))
        .routes(routes!(cases::cases_sheet))
        .routes(routes!(cases::cases_due))
        .routes(routes!(case_board::case_board))
        .routes(routes!(case_steps::act_on_cases))
        .routes(routes!(cases::case))
        .routes(routes!(case_steps::act_on_case))
        .routes(routes!(case_steps::link_case))
        .routes(routes!(ask::asked, ask::say_asked))
        .routes(routes!(notices::notices))
        .routes(routes!(notices::notice_count))
        .routes(routes!(notices::read_notices))
        .routes(routes!(notices::notice_settings, notices::choose_notices))
        .routes(routes!(notices::ask_notice_email, notices::forget_notice_email))
        .routes(routes!(notices::confirm_notice_email))
        .routes(routes!(notices::set_notice_webhook, notices::forget_notice_webhook))
        .routes(routes!(rates::rates))
        .routes(routes!(rates::rates_sheet))
        .routes(routes!(plan::plan))
        .routes(routes!(pairings::my_pairings))
        .routes(routes!(pairings::pairings_sheet))
        .routes(routes!(pairings::schemes))
        .routes(routes!(chains::chains))
        .routes(routes!(chains::chains_sheet))
        .routes(routes!(chains::chain))
        .routes(routes!(chains::chain_firm))
        .routes(routes!(chains::chain_what_if))
        .routes(routes!(chains::chain_recovery))
        .routes(routes!(audit::events))
        .routes(routes!(audit::events_sheet))
        .routes(routes!(audit::verify_chain))
        .routes(routes!(accounts::accounts, accounts::add_account))
        .routes(routes!(accounts::accounts_sheet))
        .routes(routes!(accounts::change_account))
}

/// The OpenAPI document of every route.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = routes(0, 0).into_openapi();
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for (status, response) in operations.into_iter().flatten().flat_map(|o| &mut o.responses.responses) {
            if let RefOr::T(response) = response {
                describe(status, response);
            }
        }
    }
    document
}

/// OpenAPI 3.1 wants words for every response; a status has its own.
fn describe(status: &str, response: &mut Response) {
    if response.description.is_empty() {
        let reason = status.parse().ok().and_then(|status: StatusCode| status.canonical_reason());
        response.description = reason.unwrap_or("Answer").to_owned();
    }
}

/// Everything the server answers: the API, its document, and the pages.
pub fn router(app: App) -> Router {
    // A form around a file takes some bytes more than the file.
    let upload_bytes =
        usize::try_from(app.settings.upload_bytes).unwrap_or(usize::MAX).saturating_add(BODY_MAX_BYTES);
    let file_bytes = usize::try_from(app.settings.file_bytes).unwrap_or(usize::MAX);
    let (routes, _) = routes(upload_bytes, file_bytes).split_for_parts();
    let web = &app.settings.web;
    let pages = ServeDir::new(web).fallback(ServeFile::new(web.join("index.html")));
    Router::new()
        .merge(routes)
        .merge(open311::routes())
        .route("/api/{*rest}", any(async || Problem::not_found("address")))
        .method_not_allowed_fallback(async || {
            Problem::new(
                Kind::Method,
                "这个地址不支持该请求方法。",
                "This address does not take that method.",
            )
        })
        .with_state(app.clone())
        .merge(SwaggerUi::new("/api/docs").url("/api/openapi.json", openapi()))
        .nest_service("/assets", ServeDir::new(web.join("assets")))
        .fallback_service(pages)
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .layer(middleware::from_fn(shield::no_forgery))
        .layer(middleware::from_fn(shield::language))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(shield::headers))
        .layer(middleware::from_fn(shield::log))
}
