//! Telling a server something.

use std::time::Duration;

use crate::secrets::{Secret, hide_fault};
use crate::{Fault, code};

/// How often it is tried, and how long each time.
const TRIES: u32 = 3;
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends JSON to a server, again where it does not answer or cannot just now; only once, for so long, where there is a `timeout`.
/// `key` is what it may want to know who asks.
///
/// # Errors
/// Where it cannot be reached, or refuses.
pub fn post_json(url: &str, key: Option<&Secret>, body: &str, timeout: Option<Duration>) -> Result<(), Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| failed(url, &error.to_string()))?;
    runtime.block_on(async {
        let client = reqwest::Client::builder().timeout(timeout.unwrap_or(PATIENCE)).build();
        let client = client.map_err(|error| failed(url, &error.to_string()))?;
        let mut wait = Duration::from_millis(200);
        for attempt in 1.. {
            let mut request = client.post(url).header("content-type", "application/json").body(body.to_owned());
            if let Some(key) = key {
                request = request.bearer_auth(key.expose());
            }
            let why = match request.send().await {
                Ok(answer) if answer.status().is_success() => return Ok(()),
                Ok(answer) => {
                    let status = answer.status();
                    if !(status.is_server_error() || status.as_u16() == 429) {
                        return Err(failed(url, &format!("it answers {status}")));
                    }
                    format!("it answers {status}")
                }
                Err(error) => error.without_url().to_string(),
            };
            if attempt == TRIES || timeout.is_some() {
                return Err(failed(url, &why));
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        Ok(())
    })
}

fn failed(url: &str, why: &str) -> Fault {
    hide_fault(Fault::new(code::CANNOT_WRITE, format!("the server cannot be told: {why}")).at(url))
}
