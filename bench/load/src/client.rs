//! Many connections that each send one request after another, and how long the answers took.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Makes the n-th request; none when there are no more.
pub type Next = dyn Fn(usize) -> Option<Request<Full<Bytes>>> + Send + Sync;

/// What came back.
#[derive(Default)]
pub struct Answers {
    /// How many answers had which status.
    pub statuses: BTreeMap<u16, usize>,
    /// Time from sending to the whole answer, microseconds, sorted.
    pub took_us: Vec<u64>,
    /// Time from the first request to the last answer.
    pub wall: Duration,
}

impl Answers {
    /// Answers with a status in a second.
    pub fn rate(&self, status: u16) -> f64 {
        let count = self.statuses.get(&status).copied().unwrap_or(0);
        count as f64 / self.wall.as_secs_f64()
    }

    /// The time that a share of the answers kept within, milliseconds.
    pub fn percentile(&self, share: f64) -> f64 {
        let place = (self.took_us.len() as f64 * share) as usize;
        self.took_us
            .get(place.min(self.took_us.len().saturating_sub(1)))
            .map_or(0.0, |us| *us as f64 / 1000.0)
    }
}

/// Sends requests over `connections` until there are no more or the time is over.
pub async fn send(
    address: SocketAddr,
    connections: usize,
    most: Duration,
    next: Arc<Next>,
) -> Result<Answers> {
    let begun = Instant::now();
    let taken = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = (0..connections)
        .map(|_| tokio::spawn(one(address, begun + most, Arc::clone(&taken), Arc::clone(&next))))
        .collect();
    let mut all = Answers::default();
    for task in tasks {
        for (status, took) in task.await.context("a connection ended early")?? {
            *all.statuses.entry(status).or_default() += 1;
            all.took_us.push(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        }
    }
    all.wall = begun.elapsed();
    all.took_us.sort_unstable();
    Ok(all)
}

async fn one(
    address: SocketAddr,
    until: Instant,
    taken: Arc<AtomicUsize>,
    next: Arc<Next>,
) -> Result<Vec<(u16, Duration)>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let mut answers = Vec::new();
    while Instant::now() < until {
        let Some(request) = next(taken.fetch_add(1, Ordering::Relaxed)) else { break };
        let begun = Instant::now();
        sender.ready().await?;
        let answer = sender.send_request(request).await?;
        let status = answer.status().as_u16();
        answer.into_body().collect().await?;
        answers.push((status, begun.elapsed()));
    }
    Ok(answers)
}
