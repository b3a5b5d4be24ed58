//! `gmlc serve`

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use gml_connect::Fault;
use gml_operators::Context;
use gml_serve::{Address, Ended, Limits, Model, Options, Place, Streams, Token};

use super::ProgramArgs;
use super::run::memory;
use super::saved::{Saved, saved};
use crate::exit::Exit;
use crate::{libraries, output};

/// The port where none is asked for.
const PORT: u16 = 4680;

/// Which model, where to, and within which limits.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The name of a dataset of the program that keeps a model, or the folder of a saved model or of its versions.
    model: String,
    #[command(flatten)]
    program: ProgramArgs,
    /// The address to listen on: one of this machine only, unless askers have to show a token.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", value_parser = host)]
    host: IpAddr,
    /// The port; 0 is any that is free.
    #[arg(long, value_name = "N", default_value_t = PORT)]
    port: u16,
    /// A file with the token that askers have to show: `Authorization: Bearer ..`.
    #[arg(long, value_name = "FILE", env = "GML_SERVE_TOKEN_FILE")]
    token_file: Option<PathBuf>,
    /// Let everybody ask, on an address that other machines reach.
    #[arg(long)]
    no_token: bool,
    /// How many threads to use; scores do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// How many batches are scored at the same time.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    workers: Option<u16>,
    /// How many rows are scored at once.
    #[arg(long, value_name = "N", default_value_t = 8192, value_parser = clap::value_parser!(u32).range(1..))]
    batch_rows: u32,
    /// How long rows wait for those of requests that are being read, in milliseconds. Without it not at all where the model scores
    /// in microseconds, and 1 where it takes a query.
    #[arg(long, value_name = "MS", value_parser = milliseconds)]
    batch_wait: Option<Duration>,
    /// The largest body.
    #[arg(long, value_name = "SIZE", default_value = "16MiB", value_parser = memory)]
    max_body: u64,
    /// What the bodies of all requests that are not answered yet may have together: 256MiB, or --max-body where that is more.
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    max_bodies: Option<u64>,
    /// How many connections there may be at the same time.
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..))]
    max_connections: u32,
    /// How many requests may wait to be scored.
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..))]
    max_waiting: u32,
    /// How long a client may take to send a request, and may take nothing of an answer, in seconds.
    #[arg(long, value_name = "S", default_value = "10", value_parser = seconds)]
    read_timeout: Duration,
    /// How long a request may take once it was read, in seconds.
    #[arg(long, value_name = "S", default_value = "30", value_parser = seconds)]
    answer_timeout: Duration,
    /// How long requests that are under way, and the batch of a stream, may take once the server is asked to end, in seconds.
    #[arg(long, value_name = "S", default_value = "30", value_parser = seconds)]
    grace: Duration,
    /// How often a new version of the model is looked for, in seconds; 0 is never.
    #[arg(long, value_name = "S", default_value = "1", value_parser = period)]
    reload: Period,
    #[command(flatten)]
    stream: StreamArgs,
}

/// A stream that is scored while the model is served.
#[derive(Debug, Args)]
struct StreamArgs {
    /// A stream of rows to score: redis://host:6379/stream, nats://host:4222/subject or kafka://host:9092/topic.
    #[arg(long, value_name = "URL", requires = "to")]
    from: Option<String>,
    /// The stream that scores are written to.
    #[arg(long, value_name = "URL", requires = "from")]
    to: Option<String>,
    /// The stream of rows that cannot be scored, on the server of scores; that of scores with `:dead` behind it (NATS and Kafka:
    /// `.dead`) where none is named.
    #[arg(long, value_name = "STREAM", requires = "from")]
    dead: Option<String>,
    /// The group of consumers that share the rows.
    #[arg(long, value_name = "NAME", requires = "from", default_value = "gml")]
    group: String,
    /// The name of this consumer in the group; its machine and its process where none is given.
    #[arg(long, value_name = "NAME", requires = "from")]
    consumer: Option<String>,
    /// How many rows of the stream are read at once.
    #[arg(long, value_name = "N", requires = "from", default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=4_096))]
    stream_batch: u32,
    /// How long a consumer may be silent before others take over what it has read, in seconds.
    #[arg(long, value_name = "S", requires = "from", default_value = "30", value_parser = seconds)]
    claim_after: Duration,
    /// How many entries the stream of scores may have: no more rows are read until some are taken away.
    #[arg(long, value_name = "N", requires = "from", value_parser = clap::value_parser!(u64).range(1..))]
    to_most: Option<u64>,
    /// The partitions of a topic of Kafka that are scored here, where other consumers score others: 0,2.
    #[arg(long, value_name = "N,..", requires = "from", value_delimiter = ',', value_parser = clap::value_parser!(i32).range(0..))]
    partitions: Option<Vec<i32>>,
}

/// How often; none is never.
#[derive(Clone, Copy, Debug)]
struct Period(Option<Duration>);

fn host(text: &str) -> Result<IpAddr, String> {
    match text {
        "localhost" => Ok(Ipv4Addr::LOCALHOST.into()),
        "*" => Ok(Ipv6Addr::UNSPECIFIED.into()),
        text => text.parse().map_err(|_| "write an address such as 127.0.0.1, 0.0.0.0 or ::".to_owned()),
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0 && *number <= 1e6)
}

fn seconds(text: &str) -> Result<Duration, String> {
    let positive = number(text).filter(|number| *number > 0.0);
    positive.map(Duration::from_secs_f64).ok_or_else(|| "write a number of seconds above 0".to_owned())
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    let number = number(text).filter(|number| *number <= 1000.0);
    number
        .map(|number| Duration::from_secs_f64(number / 1e3))
        .ok_or_else(|| "write a number of milliseconds from 0 to 1000".to_owned())
}

fn period(text: &str) -> Result<Period, String> {
    let number = number(text).ok_or_else(|| "write a number of seconds, or 0 for never".to_owned())?;
    Ok(Period((number > 0.0).then(|| Duration::from_secs_f64(number))))
}

/// Serves the model until the user interrupts.
pub fn serve(args: &ServeArgs) -> Exit {
    if let Some(bodies) = args.max_bodies.filter(|bodies| *bodies < args.max_body) {
        output::error_line(format!(
            "--max-bodies gives all bodies together {bodies} bytes, and --max-body {} to a single one: give it at least as many",
            args.max_body
        ));
        return Exit::Usage;
    }
    let place = match saved(&args.model, &args.program) {
        Ok(Saved { place, .. }) => place,
        Err(exit) => return exit,
    };
    let (options, streams) = match options(args).and_then(|options| Ok((options, streams(&args.stream)?))) {
        Ok(both) => both,
        Err(fault) => {
            output::fault(&fault);
            return Exit::Usage;
        }
    };
    let available = std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = args.threads.map_or(available, usize::from);
    let context = Context::new(threads, libraries::folder());
    let model = match load(&place, &context) {
        Ok(model) => model,
        Err(fault) => {
            output::fault(&fault);
            return Exit::RunFailed;
        }
    };
    let (host, port) = (options.host, options.port);
    let bound = match gml_serve::bind(options) {
        Ok(bound) => bound,
        Err(error) => {
            output::error_line(match error.kind() {
                ErrorKind::AddrInUse => format!(
                    "port {port} of {host} is in use; name another one with --port, or let any that is free be taken with --port 0"
                ),
                ErrorKind::PermissionDenied => {
                    format!("port {port} is not for everybody to take; name one above 1023 with --port")
                }
                _ => format!("port {port} of {host} cannot be served: {error}"),
            });
            return Exit::RunFailed;
        }
    };
    output::text(&format!("{}\n", bound.url()));
    output::error_line(format!("serves {}; ctrl-C ends", model.about()));
    if let Some(streams) = &streams {
        output::error_line(format!(
            "scores {} to {}, as {} of the group {}",
            streams.from, streams.to, streams.consumer, streams.group
        ));
    }
    let streams_too = streams.is_some();
    match bound.serve(place, model, context, streams, Arc::new(|text: &str| output::error_line(text))) {
        Ok(Ended::Well) => Exit::Done,
        Ok(ended) => {
            let what = if streams_too {
                "all requests were answered and the stream was done"
            } else {
                "all requests were answered"
            };
            let why = if ended == Ended::AtOnce { "it was asked twice" } else { "that took longer than --grace" };
            output::error_line(format!("ended before {what}: {why}"));
            Exit::RunFailed
        }
        Err(fault) => {
            output::fault(&fault);
            Exit::RunFailed
        }
    }
}

/// The stream that the command line names.
fn streams(args: &StreamArgs) -> Result<Option<Streams>, Fault> {
    let (Some(from), Some(to)) = (&args.from, &args.to) else { return Ok(None) };
    let (from, to) = (Address::parse(from)?, Address::parse(to)?);
    let machine = || std::fs::read_to_string("/etc/hostname").unwrap_or_default().trim().to_owned();
    let streams = Streams {
        dead: args.dead.clone().unwrap_or_else(|| to.dead()),
        from,
        to,
        group: args.group.clone(),
        consumer: args.consumer.clone().unwrap_or_else(|| format!("{}-{}", machine(), std::process::id())),
        batch: args.stream_batch as usize,
        claim_after: args.claim_after,
        most: args.to_most,
        partitions: args.partitions.clone(),
    };
    streams.check()?;
    Ok(Some(streams))
}

/// Loads the model, and fetches LightGBM where it turns out to be needed.
fn load(place: &Place, context: &Context) -> Result<Model, Fault> {
    match Model::load(place, context) {
        Err(fault) if fault.code == "GML0911" => {
            libraries::fetch_lightgbm(&mut |text| output::error_line(text))?;
            Model::load(place, context)
        }
        loaded => loaded,
    }
}

fn size(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

fn options(args: &ServeArgs) -> Result<Options, Fault> {
    let options = Options {
        host: args.host,
        port: args.port,
        token: args.token_file.as_deref().map(Token::from_file).transpose()?,
        open: args.no_token,
        limits: Limits {
            body: size(args.max_body),
            bodies: args.max_bodies.map_or_else(|| Limits::default().bodies.max(size(args.max_body)), size),
            connections: args.max_connections as usize,
            queue: args.max_waiting as usize,
            read: args.read_timeout,
            answer: args.answer_timeout,
            grace: args.grace,
        },
        window: args.batch_wait,
        batch: args.batch_rows as usize,
        workers: args.workers.map_or(1, usize::from),
        reload: args.reload.0,
    };
    options.check()?;
    Ok(options)
}
