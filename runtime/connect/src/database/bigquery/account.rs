//! Service accounts of Google: a key file is a private key, with which one signs who one is (RFC 7523), and gets a token for an hour.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value as Json, json};

use crate::afar::{client, jittered, patience};
use crate::text::base64;
use crate::{Fault, code};

/// What the token is for.
const SCOPE: &str = "https://www.googleapis.com/auth/bigquery";
const TOKENS: &str = "https://oauth2.googleapis.com/token";
/// How long it is asked for, in seconds.
const HOUR: u64 = 3_600;
/// A token that ends this soon is not used any more.
const MARGIN: u64 = 120;

/// A token for the account of a key file, from those that this process has, or a new one.
pub(super) async fn token(account: &str) -> Result<String, Fault> {
    static KNOWN: Mutex<Option<HashMap<String, (String, u64)>>> = Mutex::new(None);
    let digest = gml_ir::hash_text(account);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let known =
        KNOWN.lock().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|known| known.get(&digest).cloned());
    if let Some((token, _)) = known.filter(|(_, until)| now + MARGIN < *until) {
        return Ok(token);
    }
    let key: Json = serde_json::from_str(account).map_err(|error| wrong(&format!("it is no JSON: {error}")))?;
    let text = |name: &str| key[name].as_str();
    let (Some(mail), Some(private)) = (text("client_email"), text("private_key")) else {
        return Err(wrong("it has no `client_email` or no `private_key`"));
    };
    let url = text("token_uri").unwrap_or(TOKENS);
    let signed = signed(mail, private, text("private_key_id"), url, now)?;
    let (token, seconds) = ask(url, &signed).await?;
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.get_or_insert_default().insert(digest, (token.clone(), now + seconds));
    Ok(token)
}

/// Who we are, signed: a JSON Web Token (RFC 7519) by RSA with SHA-256.
fn signed(mail: &str, private: &str, id: Option<&str>, url: &str, now: u64) -> Result<String, Fault> {
    let head = json!({ "alg": "RS256", "typ": "JWT", "kid": id });
    let claims = json!({ "iss": mail, "scope": SCOPE, "aud": url, "iat": now, "exp": now + HOUR });
    let text = format!("{}.{}", web(head.to_string().as_bytes()), web(claims.to_string().as_bytes()));
    let lines = private.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("-----"));
    let der = base64::decode(&lines.collect::<String>()).ok_or_else(|| wrong("its private key is no PEM"))?;
    let pair =
        RsaKeyPair::from_pkcs8(&der).map_err(|error| wrong(&format!("its private key is none of RSA: {error}")))?;
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
        .map_err(|_| wrong("its private key does not sign"))?;
    Ok(format!("{text}.{}", web(&signature)))
}

/// Bytes as they stand in addresses (RFC 4648, section 5, without padding).
fn web(bytes: &[u8]) -> String {
    base64::encode(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

async fn ask(url: &str, signed: &str) -> Result<(String, u64), Fault> {
    let body = format!("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={signed}");
    let client = client(url)?;
    let begun = SystemTime::now();
    let mut pause = Duration::from_millis(200);
    loop {
        let request = client.post(url).header("content-type", "application/x-www-form-urlencoded").body(body.clone());
        let why = match request.send().await {
            Ok(answer) => {
                let status = answer.status();
                let said: Json = serde_json::from_slice(&answer.bytes().await.unwrap_or_default()).unwrap_or_default();
                if let Some(token) = said["access_token"].as_str() {
                    return Ok((token.to_owned(), said["expires_in"].as_u64().unwrap_or(HOUR)));
                }
                let text = said["error_description"].as_str().or(said["error"].as_str()).unwrap_or("it gives no token");
                if !status.is_server_error() && status.as_u16() != 429 {
                    return Err(Fault::new(code::ACCESS_DENIED, "Google gives no token for the service account")
                        .detail(format!("{status}: {text}"))
                        .help("see whether the key is still valid, and the clock of this machine right"));
                }
                format!("{status}: {text}")
            }
            Err(error) => error.without_url().to_string(),
        };
        if begun.elapsed().unwrap_or_default() + pause >= patience() {
            return Err(Fault::new(code::NOT_REACHED, "who gives tokens for service accounts does not answer")
                .detail(why)
                .help("see whether the network is there, and run again"));
        }
        tokio::time::sleep(jittered(pause)).await;
        pause = (pause * 2).min(Duration::from_secs(10));
    }
}

fn wrong(why: &str) -> Fault {
    Fault::new(code::ACCESS_DENIED, format!("the secret is no key file of a service account: {why}"))
        .help("it is the whole text of the JSON file that Google made for the account")
}
