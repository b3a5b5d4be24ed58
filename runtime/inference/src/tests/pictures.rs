use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};

use crate::{ImageEncoder, ImageOptions, Kind, Picture, decode, to_bytes};

use super::{models, near, runtime};

fn encoder() -> ImageEncoder {
    ImageEncoder::open(&runtime(), &models().join("image"), ImageOptions::default()).unwrap()
}

/// The small model with another configuration of its pictures.
fn with(change: impl FnOnce(&mut Json)) -> Result<ImageEncoder, crate::Fault> {
    let folder = tempfile::tempdir().unwrap();
    let place = models().join("image/preprocessor_config.json");
    let mut config: Json = serde_json::from_slice(&fs::read(place).unwrap()).unwrap();
    change(&mut config);
    fs::write(folder.path().join("preprocessor_config.json"), config.to_string()).unwrap();
    fs::copy(models().join("image/model.onnx"), folder.path().join("model.onnx")).unwrap();
    ImageEncoder::open(&runtime(), folder.path(), ImageOptions::default())
}

fn picture(name: &str) -> Vec<u8> {
    fs::read(models().join("image/pictures").join(name)).unwrap()
}

#[test]
fn vectors_are_those_that_pillow_and_numpy_compute() {
    let expected: Json = serde_json::from_slice(&fs::read(models().join("image/expected.json")).unwrap()).unwrap();
    let encoder = encoder();
    assert_eq!(encoder.dimension(), 4);
    let names: Vec<&String> = expected.as_object().unwrap().keys().collect();
    assert_eq!(names.len(), 4);
    let files: Vec<Vec<u8>> = names.iter().map(|name| picture(name)).collect();
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let found = encoder.encode(&files, 2).unwrap();
    for (place, name) in names.iter().enumerate() {
        // Scaling rounds to bytes in another place than Pillow, and JPEG may be off by one.
        near(found.row(place), &expected[name.as_str()], 0.01);
    }
}

#[test]
fn a_vector_depends_neither_on_the_pictures_beside_it_nor_on_threads() {
    let encoder = encoder();
    let files: Vec<Vec<u8>> = (0..50_u32)
        .map(|n| {
            to_bytes(&Picture::from_fn(20 + n % 9, 30, |x, y| image::Rgb([(x * n) as u8, (y * 7) as u8, n as u8])))
                .unwrap()
        })
        .collect();
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let all = encoder.encode(&files, 1).unwrap();
    assert_eq!(encoder.encode(&files, 3).unwrap(), all);
    for place in [0, 7, 8, 49] {
        assert_eq!(encoder.encode(&files[place..=place], 1).unwrap().row(0), all.row(place));
    }
    assert!(encoder.encode(&[], 2).unwrap().is_empty());
}

#[test]
fn pictures_survive_being_kept() {
    let before = decode(&picture("waves.png")).unwrap();
    assert_eq!(decode(&to_bytes(&before).unwrap()).unwrap(), before);
}

#[test]
fn broken_and_absurd_pictures_are_told() {
    let fault = |bytes: &[u8]| {
        let fault = decode(bytes).map(|picture| picture.dimensions()).unwrap_err();
        assert_eq!(fault.kind, Kind::Picture);
        fault.message
    };
    assert_eq!(fault(b""), "the file of a picture is empty");
    assert_eq!(fault(b"<html>not found</html>"), "this is no picture in JPEG, PNG, WebP, GIF, BMP or TIFF");
    let whole = picture("upright.jpg");
    assert_eq!(fault(&whole[..whole.len() / 3]), "a picture in JPEG is damaged or cut off");
    let whole = picture("waves.png");
    assert_eq!(fault(&whole[..whole.len() / 2]), "a picture in PNG is damaged or cut off");
    // A header that promises 60,000 by 60,000 pixels.
    let mut huge = to_bytes(&Picture::new(4, 4)).unwrap();
    huge[18..22].copy_from_slice(&60_000_u32.to_le_bytes());
    huge[22..26].copy_from_slice(&60_000_u32.to_le_bytes());
    assert!(fault(&huge).starts_with("a picture is larger than"), "{}", fault(&huge));
    let encoder = encoder();
    let strip = to_bytes(&Picture::new(1, 29_000)).unwrap();
    let wide = with(|config| config["size"] = json!({ "shortest_edge": 100 })).unwrap();
    let (place, said) = wide.encode(&[&picture("grey.png"), &strip], 1).unwrap_err();
    assert_eq!(place, Some(1));
    assert!(said.message.starts_with("a picture of 1 x 29000 pixels"), "{said}");
    let (place, _) = encoder.encode(&[&picture("grey.png"), b"no", &picture("grey.png"), b"neither"], 2).unwrap_err();
    assert_eq!(place, Some(1), "the first of them");
}

#[test]
fn configurations_that_cannot_be_followed_are_told() {
    let said = |change: fn(&mut Json)| with(change).unwrap_err().message;
    assert!(said(|config| config["do_pad"] = json!(true)).ends_with("it asks for `do_pad`, which there is not"));
    assert!(said(|config| config["resample"] = json!(5)).contains("`resample` is 5"));
    assert!(said(|config| config["image_std"] = json!([0.1, 0.0, 0.2])).ends_with("`image_std` holds a zero"));
    assert!(said(|config| config["image_mean"] = json!([0.1, 0.2])).ends_with("`image_mean` is not three numbers"));
    assert!(said(|config| config["size"] = json!({ "shortest_edge": 0 })).contains("none from 1 to 8192"));
    assert_eq!(
        said(|config| config["crop_size"] = json!(20)),
        "the encoder of pictures cannot be used: pictures are brought to 20 x 20 pixels, and the model takes 16 x 16"
    );
    assert!(
        said(|config| config["do_center_crop"] = json!(false)).ends_with("pictures are not all brought to one size")
    );
    let missing = ImageEncoder::open(&runtime(), &models().join("text"), ImageOptions::default()).unwrap_err();
    assert_eq!(missing.message, "an encoder of pictures lacks its `preprocessor_config.json`");
    let nowhere = ImageEncoder::open(&runtime(), Path::new("/nowhere"), ImageOptions::default()).unwrap_err();
    assert_eq!(nowhere.kind, Kind::Missing);
}

#[test]
fn colours_can_come_in_the_other_order() {
    let turned = with(|config| {
        config["do_flip_channel_order"] = json!(true);
        config["image_mean"] = json!([0.3, 0.4, 0.5]);
        config["image_std"] = json!([0.3, 0.25, 0.2]);
    });
    let red_first = Picture::from_fn(40, 40, |x, y| image::Rgb([(x * 6) as u8, (y * 5) as u8, (x * y) as u8]));
    let blue_first = Picture::from_fn(40, 40, |x, y| image::Rgb([(x * y) as u8, (y * 5) as u8, (x * 6) as u8]));
    let other = with(|config| {
        config["image_mean"] = json!([0.3, 0.4, 0.5]);
        config["image_std"] = json!([0.3, 0.25, 0.2]);
    });
    let a = turned.unwrap().encode_pictures(&[red_first], 1).unwrap();
    let b = other.unwrap().encode_pictures(&[blue_first], 1).unwrap();
    assert_eq!(a, b);
}

#[test]
fn a_model_is_opened_from_its_bytes_and_copied_with_what_it_needs() {
    let encoder = encoder();
    let files: Vec<Vec<u8>> = ["grey.png", "waves.png"].map(picture).to_vec();
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let found = encoder.encode(&files, 1).unwrap();
    let from = models().join("image");
    let (model, config) = (
        fs::read(from.join("model.onnx")).unwrap(),
        fs::read_to_string(from.join("preprocessor_config.json")).unwrap(),
    );
    let open = |model: &[u8], config: &str| {
        ImageEncoder::from_bytes(&runtime(), model.into(), config.to_owned(), "looks", ImageOptions::default())
    };
    let here = open(&model, &config).unwrap();
    // Several threads open the bytes again.
    assert_eq!(here.encode(&[files.clone(), files.clone()].concat().repeat(9), 3).unwrap().len(), 36);
    for encoder in [&encoder, &here] {
        let folder = tempfile::tempdir().unwrap();
        encoder.copy_to(folder.path()).unwrap();
        assert_eq!(fs::read(folder.path().join("model.onnx")).unwrap(), model);
        let copied = ImageEncoder::open(&runtime(), folder.path(), encoder.options()).unwrap();
        assert_eq!(copied.encode(&files, 2).unwrap(), found);
        assert_eq!(encoder.copy_to(&folder.path().join("nowhere")).unwrap_err().kind, Kind::Missing);
    }
    assert_eq!(open(b"no model", &config).unwrap_err().kind, Kind::Model);
    assert_eq!(open(&model, "{").unwrap_err().kind, Kind::Model);
    // Weights in a file of their own, whose name begins with that of the model, come with it.
    let (folder, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    encoder.copy_to(folder.path()).unwrap();
    fs::write(folder.path().join("model.onnx_data"), "weights").unwrap();
    fs::write(folder.path().join("README.md"), "of no use").unwrap();
    ImageEncoder::open(&runtime(), folder.path(), ImageOptions::default()).unwrap().copy_to(to.path()).unwrap();
    assert!(to.path().join("model.onnx_data").exists() && !to.path().join("README.md").exists());
}
