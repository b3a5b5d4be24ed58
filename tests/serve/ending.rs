//! Being asked to end.

use super::*;

#[test]
fn what_is_under_way_is_answered_and_the_end_is_a_good_one() {
    for signal in ["-TERM", "-INT"] {
        let mut server = Server::of(trained(), &["buyer"]);
        // One request is half sent, one connection is kept open, and nothing more is asked on it.
        let mut half = server.connect();
        let head = "POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
        half.write_all(format!("{head}content-length: {}\r\n\r\n{}", ROW.len(), &ROW[..20]).as_bytes()).unwrap();
        let mut kept = server.connect();
        send(&mut kept, "GET", "/ping", &[], b"");
        let mut kept = BufReader::new(kept);
        assert_eq!(receive(&mut kept).unwrap().status, 200);
        std::thread::sleep(Duration::from_millis(100));
        server.signal(signal);
        assert!(receive(&mut kept).is_none(), "a connection without a request is closed");
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", server.port)).is_ok() {
            assert!(begun.elapsed() < Duration::from_secs(10), "nobody new is let in");
        }
        half.write_all(&ROW.as_bytes()[20..]).unwrap();
        let answer = receive(&mut BufReader::new(half)).unwrap();
        assert_eq!((answer.status, answer.header("connection")), (200, Some("close")), "{answer:?}");
        assert_eq!(server.process.wait().unwrap().code(), Some(0), "{signal}");
    }
}

#[test]
fn who_does_not_finish_is_not_waited_for_without_end() {
    let mut server = Server::of(trained(), &["buyer", "--grace", "0.5"]);
    let mut half = server.connect();
    half.write_all(
        b"POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{",
    )
    .unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let begun = Instant::now();
    server.signal("-TERM");
    assert_eq!(server.process.wait().unwrap().code(), Some(3));
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
}

#[test]
fn who_asks_twice_does_not_wait() {
    for first in ["-INT", "-TERM"] {
        let mut server = Server::of(trained(), &["buyer", "--grace", "60", "--read-timeout", "60"]);
        let mut half = server.connect();
        half.write_all(
            b"POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{",
        )
        .unwrap();
        std::thread::sleep(Duration::from_millis(100));
        server.signal(first);
        std::thread::sleep(Duration::from_millis(500));
        assert_eq!(server.process.try_wait().unwrap(), None, "the request is waited for");
        let begun = Instant::now();
        server.signal("-INT");
        assert_eq!(server.process.wait().unwrap().code(), Some(3), "{first}");
        assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
        let mut told = String::new();
        server.process.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert!(told.contains("ended before all requests were answered: it was asked twice"), "{told}");
    }
}

#[test]
fn a_port_in_use_is_told() {
    let server = Server::of(trained(), &["buyer"]);
    let second = trained().gmlc(&["serve", "buyer", "--port", &server.port.to_string()]);
    assert!(second.code == 3 && second.stderr.contains("is in use"), "{}", second.stderr);
}
