//! BigQuery over its REST interface: a query with named parameters is a job, whose answer comes in pages.

mod account;
mod answer;

use std::time::{Duration, Instant};

use gml_ir::{Dataset, Row, Value};
use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};

use super::asked::Asked;
use super::faults::Trouble;
use super::spool::Spool;
use crate::afar::{self, client, jittered, patience};
use crate::{Fault, code};
use answer::{Answers, Field};

/// Where it is.
const ENDPOINT: &str = "https://bigquery.googleapis.com";
/// Rows of a page at most; the server gives fewer where they are large.
const PAGE: usize = 20_000;
/// How long one request waits for a query that is not done, in milliseconds.
const WAIT: u64 = 20_000;

/// A project of BigQuery, and how it is reached.
pub(super) struct BigQuery {
    project: String,
    endpoint: String,
    location: Option<String>,
    key: Key,
}

/// What lets us in.
enum Key {
    /// The text of a service account's key file.
    Account(String),
    /// A token that somebody else got.
    Token(String),
    /// None: an emulator asks for none.
    None,
}

impl BigQuery {
    pub(super) fn of(settings: &Value) -> Result<Self, Fault> {
        let text = |name| afar::optional(settings, name);
        let endpoint = text("endpoint")?;
        let key = match (text("service_account")?, text("token")?) {
            (Some(account), _) => Key::Account(account),
            (None, Some(token)) => Key::Token(token),
            (None, None) if endpoint.is_some() => Key::None,
            (None, None) => {
                return Err(Fault::new(code::ACCESS_DENIED, "nothing lets us in to BigQuery")
                    .help("give the key file of a service account, bigquery(.., service_account: secret(\"..\")), or a token: token: secret(\"..\")"));
            }
        };
        Ok(Self {
            project: text("project")?.unwrap_or_default(),
            endpoint: endpoint.as_deref().unwrap_or(ENDPOINT).trim_end_matches('/').to_owned(),
            location: text("location")?,
            key,
        })
    }

    /// What messages call it.
    pub(super) fn shown(&self) -> String {
        format!("BigQuery project {}", self.project)
    }
}

/// Asks a query, and puts what is answered into a file.
pub(super) async fn read(
    place: &BigQuery,
    asked: &Asked,
    row: &Row,
    spool: Spool,
    dataset: &Dataset,
) -> Result<std::path::PathBuf, Trouble> {
    let token = match &place.key {
        Key::Account(account) => Some(account::token(account).await?),
        Key::Token(token) => Some(token.clone()),
        Key::None => None,
    };
    let token = token.as_deref();
    let parameters = asked
        .names
        .iter()
        .zip(&asked.values)
        .map(|(name, value)| parameter(name, value))
        .collect::<Result<Vec<_>, Fault>>()?;
    let queries = format!("{}/bigquery/v2/projects/{}/queries", place.endpoint, place.project);
    let mut body = json!({
        "query": asked.sql,
        "useLegacySql": false,
        "parameterMode": "NAMED",
        "queryParameters": parameters,
        "timeoutMs": WAIT,
        "maxResults": PAGE,
        "formatOptions": { "useInt64Timestamp": true },
        "labels": { "gml": "query" },
        // Who asks again because the network failed is answered by the same job.
        "requestId": request_id(&dataset.name),
    });
    if let Some(location) = &place.location {
        body["location"] = location.as_str().into();
    }
    let mut page = call(place, token, Method::POST, &queries, Some(&body)).await?;
    let text = |page: &Json, of: &str| page["jobReference"][of].as_str().map(str::to_owned);
    let (job, location) = (text(&page, "jobId").unwrap_or_default(), text(&page, "location"));
    let results = |token: Option<&str>| {
        let mut url = format!(
            "{queries}/{}?maxResults={PAGE}&timeoutMs={WAIT}&formatOptions.useInt64Timestamp=true",
            encoded(&job)
        );
        for (name, value) in [("location", location.as_deref()), ("pageToken", token)] {
            if let Some(value) = value {
                url.push_str(&format!("&{name}={}", encoded(value)));
            }
        }
        url
    };
    // How long a query takes is up to it: each request waits, and none of them for ever.
    while page["jobComplete"] == false {
        page = call(place, token, Method::GET, &results(None), None).await?;
    }
    let fields = page["schema"]["fields"].as_array().map(Vec::as_slice).unwrap_or_default();
    let fields: Vec<Field> = fields.iter().map(Field::of).collect();
    let mut answers = Answers::of(row, &fields, spool)?;
    loop {
        answers.push(&page)?;
        match page["pageToken"].as_str().filter(|token| !token.is_empty()) {
            Some(next) => page = call(place, token, Method::GET, &results(Some(next)), None).await?,
            None => break,
        }
    }
    let total = page["totalRows"].as_str().and_then(|rows| rows.parse::<u64>().ok());
    if let Some(total) = total.filter(|total| *total != answers.rows()) {
        let text = format!("BigQuery told of {total} rows and gave {}", answers.rows());
        return Err(Fault::new(code::QUERY_REFUSED, text).help("run again").into());
    }
    Ok(answers.finish()?)
}

/// A parameter by its name, with its type and its value as a text.
fn parameter(name: &str, value: &Value) -> Result<Json, Fault> {
    let (ty, value) = typed(value)?;
    Ok(json!({ "name": name, "parameterType": ty, "parameterValue": value }))
}

fn typed(value: &Value) -> Result<(Json, Json), Fault> {
    let scalar = |ty: &str, value: String| (json!({ "type": ty }), json!({ "value": value }));
    let plain = |value: &Value| value.to_string().trim_start_matches('@').to_owned();
    Ok(match value {
        Value::Null => (json!({ "type": "STRING" }), json!({ "value": null })),
        Value::Bool(truth) => scalar("BOOL", truth.to_string()),
        Value::Int(number) => scalar("INT64", number.to_string()),
        Value::Float(number) => scalar("FLOAT64", number.to_string()),
        Value::Decimal(number) => scalar("BIGNUMERIC", number.to_string()),
        Value::Str(text) => scalar("STRING", text.to_string()),
        Value::Date(_) => scalar("DATE", plain(value)),
        Value::Time(_) => scalar("TIME", plain(value)),
        Value::Timestamp(_) => scalar("TIMESTAMP", plain(value)),
        Value::List(items) => {
            let items = items.iter().map(typed).collect::<Result<Vec<_>, Fault>>()?;
            let ty = items.first().map_or_else(|| json!({ "type": "STRING" }), |(ty, _)| ty.clone());
            let values: Vec<Json> = items.into_iter().map(|(_, value)| value).collect();
            (json!({ "type": "ARRAY", "arrayType": ty }), json!({ "arrayValues": values }))
        }
        other => {
            let text = format!("a value cannot be given to the database: {other} is no single value");
            return Err(Fault::new(code::QUERY_REFUSED, text));
        }
    })
}

/// A name for a request that no other one has.
fn request_id(dataset: &str) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_nanos();
    let digits = gml_ir::hash_text(&format!("{dataset} {now} {}", std::process::id()));
    format!("{}-{}-4{}-a{}-{}", &digits[..8], &digits[8..12], &digits[13..16], &digits[17..20], &digits[20..32])
}

/// A text as it stands in an address.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Makes a request, again where the network or the server fails for the moment.
async fn call(
    place: &BigQuery,
    token: Option<&str>,
    method: Method,
    url: &str,
    body: Option<&Json>,
) -> Result<Json, Fault> {
    let client = client(url)?;
    let begun = Instant::now();
    let mut pause = Duration::from_millis(200);
    loop {
        let mut request = client.request(method.clone(), url);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let fault = match request.send().await {
            Ok(answer) => {
                let status = answer.status();
                match answer.bytes().await {
                    Ok(bytes) if status.is_success() => {
                        return serde_json::from_slice(&bytes).map_err(|error| {
                            Fault::new(code::QUERY_REFUSED, format!("{} answers no JSON: {error}", place.shown()))
                        });
                    }
                    Ok(bytes) => {
                        let (fault, passes) = refused(place, status, &bytes);
                        if !passes {
                            return Err(fault);
                        }
                        fault
                    }
                    Err(error) => unreached(place, &error),
                }
            }
            Err(error) => unreached(place, &error),
        };
        if begun.elapsed() + pause >= patience() {
            return Err(fault);
        }
        tokio::time::sleep(jittered(pause)).await;
        pause = (pause * 2).min(Duration::from_secs(10));
    }
}

fn unreached(place: &BigQuery, error: &reqwest::Error) -> Fault {
    let mut text = afar::cleaned(&error.to_string());
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text = format!("{text}: {}", afar::cleaned(&error.to_string()));
        source = error.source();
    }
    Fault::new(code::NOT_REACHED, format!("{} does not answer", place.shown()))
        .detail(text)
        .help("see whether the network is there, and run again; GML_NETWORK_TIMEOUT says how many seconds it is tried")
}

/// What a refusal means, and whether the same may go well later.
fn refused(place: &BigQuery, status: StatusCode, body: &[u8]) -> (Fault, bool) {
    let body: Json = serde_json::from_slice(body).unwrap_or(Json::Null);
    let error = &body["error"];
    let reason = error["errors"][0]["reason"].as_str().unwrap_or_default();
    let said = error["message"].as_str().map_or_else(|| status.to_string(), str::to_owned);
    let passes = status.is_server_error()
        || status == StatusCode::TOO_MANY_REQUESTS
        || ["rateLimitExceeded", "backendError", "jobRateLimitExceeded", "jobBackendError"].contains(&reason);
    let fault = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if !passes => {
            Fault::new(code::ACCESS_DENIED, format!("{} does not let us in", place.shown()))
                .help("see whether the key is right, and whether the account may run queries there (BigQuery Job User) and read the tables")
        }
        _ if passes => Fault::new(code::NOT_REACHED, format!("{} has no time", place.shown())).help("run again later"),
        _ => Fault::new(code::QUERY_REFUSED, format!("{} refuses", place.shown()))
            .help("correct the query, or what it finds there"),
    };
    (fault.detail(said), passes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_parameters_with_their_types() {
        let (ty, value) = typed(&Value::Date(18_653)).unwrap();
        assert_eq!((ty["type"].as_str(), value["value"].as_str()), (Some("DATE"), Some("2021-01-26")));
        let (ty, value) = typed(&Value::List([Value::Int(1), Value::Int(2)].into())).unwrap();
        assert_eq!(ty.to_string(), r#"{"type":"ARRAY","arrayType":{"type":"INT64"}}"#);
        assert_eq!(value.to_string(), r#"{"arrayValues":[{"value":"1"},{"value":"2"}]}"#);
        assert!(typed(&Value::Record(Vec::new())).is_err());
    }

    #[test]
    fn what_may_go_well_later_is_told_from_what_may_not() {
        let place = BigQuery { project: "p".into(), endpoint: String::new(), location: None, key: Key::None };
        let of = |status: u16, reason: &str| {
            let body = json!({ "error": { "message": "m", "errors": [{ "reason": reason }] } }).to_string();
            let (fault, passes) = refused(&place, StatusCode::from_u16(status).unwrap(), body.as_bytes());
            (fault.code, passes)
        };
        assert_eq!(of(403, "rateLimitExceeded"), ("GML0961", true));
        assert_eq!(of(403, "accessDenied"), ("GML0962", false));
        assert_eq!(of(503, ""), ("GML0961", true));
        assert_eq!(of(400, "invalidQuery"), ("GML0963", false));
    }
}
