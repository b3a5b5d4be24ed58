//! Who is answered: only this machine, and only pages that came from here.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// What the page may load: nothing from elsewhere. The pictures of graphs have their style in them.
const PAGE: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                    connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// Refuses requests that another site had a browser send: a name that it made point here is not one of ours (DNS rebinding), and
/// nothing but reading is there to be asked for.
pub(crate) async fn guard(State(port): State<u16>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if !host.is_some_and(|host| is_ours(host, port)) {
        let said = "this page is served to this machine only, by the address that gmlc ui has printed\n";
        return (StatusCode::FORBIDDEN, said).into_response();
    }
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return (StatusCode::METHOD_NOT_ALLOWED, "there is nothing to change here\n").into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let always = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in always {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(PAGE));
    response
}

fn is_ours(host: &str, port: u16) -> bool {
    let (name, given) = host.rsplit_once(':').unwrap_or((host, "80"));
    given == port.to_string() && ["127.0.0.1", "localhost"].iter().any(|own| name.eq_ignore_ascii_case(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_ours() {
        assert!(is_ours("127.0.0.1:4650", 4650) && is_ours("LocalHost:4650", 4650) && is_ours("localhost", 80));
        for other in ["127.0.0.1:80", "localhost", "example.org:4650", "127.0.0.1.example.org:4650", "", ":4650"] {
            assert!(!is_ours(other, 4650), "{other}");
        }
    }
}
