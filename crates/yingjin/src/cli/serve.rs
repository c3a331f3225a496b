//! `yingjin serve`: the pages and the HTTP API.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, anyhow};
use model::Lang;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use crate::api::app::{App, Settings};
use crate::config::Config;
use crate::pipeline::Pipeline;

/// Serves the pages and the HTTP API.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    config: Config,
}

/// Serves until it is told to end (Ctrl-C, SIGTERM): requests under way are answered, long work is stopped.
pub fn run(args: &Args, lang: Lang) -> anyhow::Result<ExitCode> {
    let config = &args.config;
    config.check().map_err(|error| match lang {
        Lang::Zh => anyhow!(error.zh()),
        Lang::En => anyhow!(error),
    })?;
    let filter = EnvFilter::try_from_env("YINGJIN_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let pipeline = Pipeline::open(&config.register.city, &config.register.db)
        .map_err(|error| anyhow!(error.message(lang)))?;
    if !config.web.join("index.html").exists() {
        tracing::warn!(web = %config.web.display(), "no pages are built there; only the API is served");
    }
    let app = App::new(pipeline, Settings::from(config));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(serve(app.clone(), config.listen, lang));
    app.jobs.stop_all();
    app.imports.stop_all();
    runtime.shutdown_timeout(Duration::from_secs(30));
    served.map(|()| ExitCode::SUCCESS)
}

async fn serve(app: App, listen: SocketAddr, lang: Lang) -> anyhow::Result<()> {
    let listener = TcpListener::bind(listen).await.with_context(|| match lang {
        Lang::Zh => format!("无法监听 {listen}：端口可能已被占用，请用 --listen 换一个"),
        Lang::En => format!("cannot listen on {listen}: the port may be taken; choose another with --listen"),
    })?;
    tracing::info!(address = %listener.local_addr()?, "serving");
    let warm = app.clone();
    tokio::task::spawn_blocking(move || warm.warm());
    tokio::spawn(app.clone().follow_days());
    tokio::spawn(app.clone().follow_verdicts());
    tokio::spawn(app.clone().follow_files());
    tokio::spawn(app.clone().follow_chains());
    tokio::spawn(app.clone().follow_notices());
    tokio::spawn(app.clone().follow_outbox());
    let service = crate::api::router(app).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(told_to_end()).await?;
    tracing::info!("ended");
    Ok(())
}

/// Waits for Ctrl-C or SIGTERM.
async fn told_to_end() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => {
                tokio::select! {
                    _ = interrupted => {}
                    _ = terminated.recv() => {}
                }
            }
            Err(_) => drop(interrupted.await),
        }
    }
    #[cfg(not(unix))]
    drop(interrupted.await);
}
