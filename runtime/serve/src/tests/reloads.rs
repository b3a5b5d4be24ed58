//! New versions of a model, and who may ask.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::kit::{context, save};
use crate::measures::Measures;
use crate::model::Model;
use crate::reload::Served;
use crate::{Limits, Options, Place, Token};

fn served(folder: &Path) -> (Arc<Served>, Arc<Mutex<Vec<String>>>, tokio::task::JoinHandle<()>) {
    let place = Place::at(folder).unwrap();
    let model = Model::load(&place, &context()).unwrap();
    let served = Arc::new(Served::new(place, context(), model, Arc::<Measures>::default()));
    let told = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&told);
    let told_to = Arc::new(move |text: &str| into.lock().unwrap().push(text.to_owned()));
    let watch = tokio::spawn(Arc::clone(&served).watch(Duration::from_millis(10), told_to));
    (served, told, watch)
}

async fn until(what: impl Fn() -> bool) {
    for _ in 0..500 {
        if what() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not come to that");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn the_newest_version_is_taken_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    save(&folder.path().join("000001"), 0);
    let (served, told, watch) = served(folder.path());
    assert_eq!(served.model().version(), "1");
    let first = served.model();
    save(&folder.path().join("new"), 3);
    std::fs::rename(folder.path().join("new"), folder.path().join("000002")).unwrap();
    until(|| served.model().version() == "2").await;
    assert_ne!(first.newest.hash, served.model().newest.hash);
    // Whoever began with the first still has it.
    assert_eq!(first.version(), "1");
    save(&folder.path().join("new"), 5);
    std::fs::write(folder.path().join("new/linear.json"), "{}").unwrap();
    std::fs::rename(folder.path().join("new"), folder.path().join("000003")).unwrap();
    until(|| told.lock().unwrap().len() == 2).await;
    assert!(told.lock().unwrap()[1].contains("GML0918"), "{told:?}");
    assert_eq!(served.model().version(), "2");
    save(&folder.path().join("new"), 7);
    std::fs::rename(folder.path().join("new"), folder.path().join("000004")).unwrap();
    until(|| served.model().version() == "4").await;
    // What failed is told once; the new version is served before it is told.
    until(|| told.lock().unwrap().len() >= 3).await;
    assert_eq!(told.lock().unwrap().len(), 3, "{told:?}");
    watch.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_folder_that_is_replaced_is_loaded_again() {
    let above = tempfile::tempdir().unwrap();
    let folder = above.path().join("buyer");
    save(&folder, 0);
    let (served, _, watch) = served(&folder);
    let first = served.model().version();
    save(&above.path().join("new"), 3);
    std::fs::rename(&folder, above.path().join("old")).unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(served.model().version(), first, "nothing is there, and the model is still served");
    std::fs::rename(above.path().join("new"), &folder).unwrap();
    until(|| served.model().version() != first).await;
    watch.abort();
}

#[test]
fn what_is_no_model_is_told() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Place::at(folder.path()).unwrap_err().code, "GML0901");
    assert_eq!(Place::at(&folder.path().join("nowhere")).unwrap_err().code, "GML0901");
}

#[test]
fn other_machines_need_a_token() {
    let options = |host: IpAddr, token, open| Options {
        host,
        port: 0,
        token,
        open,
        limits: Limits::default(),
        window: None,
        batch: 1,
        workers: 1,
        reload: None,
    };
    let token = || Some(Token::of("0123456789abcdef").unwrap());
    let (here, everywhere) = (Ipv4Addr::LOCALHOST.into(), Ipv4Addr::UNSPECIFIED.into());
    assert!(options(here, None, false).check().is_ok());
    assert_eq!(options(everywhere, None, false).check().unwrap_err().code, "GML0986");
    assert!(options(everywhere, token(), false).check().is_ok());
    assert!(options(everywhere, None, true).check().is_ok());
    assert!(
        token().unwrap().is("0123456789abcdef") && !token().unwrap().is("0123456789abcdeF") && !token().unwrap().is("")
    );
    assert_eq!(format!("{:?}", token()), "Some(Token(..))");
    for wrong in ["", "short", "a token with blanks", "0123456789abcde\u{e9}"] {
        assert_eq!(Token::of(wrong).unwrap_err().code, "GML0986", "{wrong}");
    }
}
