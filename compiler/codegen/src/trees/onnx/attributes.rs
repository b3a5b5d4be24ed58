//! The attributes of an operator, by name.

use gml_onnx::{Attribute, Node, Tensor};

use super::super::Unread;

/// Element types of tensors.
const FLOAT: i32 = 1;
const DOUBLE: i32 = 11;

/// The attributes of an operator.
pub(super) struct Attributes<'n> {
    all: &'n [Attribute],
}

impl<'n> Attributes<'n> {
    pub(super) fn of(node: &'n Node) -> Self {
        Self { all: &node.attribute }
    }

    fn get(&self, name: &str) -> Option<&'n Attribute> {
        self.all.iter().find(|attribute| attribute.name.as_deref() == Some(name))
    }

    pub(super) fn int(&self, name: &str) -> Option<i64> {
        self.get(name)?.i
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        Some(String::from_utf8_lossy(self.get(name)?.s.as_deref()?).into_owned())
    }

    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let all = self.get(name).map_or(&[][..], |attribute| &attribute.strings);
        all.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect()
    }

    pub(super) fn ints(&self, name: &str) -> &'n [i64] {
        self.get(name).map_or(&[], |attribute| &attribute.ints)
    }

    /// Places: whole numbers from 0 on.
    pub(super) fn places(&self, name: &str) -> Result<Vec<usize>, Unread> {
        let place = |number: &i64| {
            let place = usize::try_from(*number).ok().filter(|place| u32::try_from(*place).is_ok());
            place.ok_or_else(|| Unread::broken(format!("`{name}` holds {number}, which is no place")))
        };
        self.ints(name).iter().map(place).collect()
    }

    pub(super) fn bytes(&self, name: &str) -> Result<Vec<u8>, Unread> {
        let Some(tensor) = self.get(name).and_then(|attribute| attribute.t.as_ref()) else { return Ok(Vec::new()) };
        match &tensor.raw_data {
            Some(raw) => Ok(raw.clone()),
            None => {
                let bytes = tensor.int32_data.iter().map(|number| u8::try_from(*number)).collect::<Result<_, _>>();
                bytes.map_err(|_| Unread::broken(format!("`{name}` holds something that is no byte")))
            }
        }
    }

    /// Numbers, and whether they are 32-bit floats: a list of those, or a tensor of those or of 64-bit ones.
    pub(super) fn numbers(&self, name: &str) -> Result<(Vec<f64>, bool), Unread> {
        let of_tensor = format!("{name}_as_tensor");
        let tensor = |name: &str| self.get(name).and_then(|attribute| attribute.t.as_ref());
        match tensor(&of_tensor).or_else(|| tensor(name)) {
            Some(tensor) => tensor_numbers(tensor).map_err(|error| error.within(format!("`{name}`"))),
            None => {
                let floats = self.get(name).map_or(&[][..], |attribute| &attribute.floats);
                Ok((floats.iter().map(|float| f64::from(*float)).collect(), true))
            }
        }
    }
}

fn tensor_numbers(tensor: &Tensor) -> Result<(Vec<f64>, bool), Unread> {
    let whole = || Unread::broken("the bytes of the tensor end within a number");
    match (tensor.data_type, &tensor.raw_data) {
        (Some(FLOAT), None) => Ok((tensor.float_data.iter().map(|float| f64::from(*float)).collect(), true)),
        (Some(DOUBLE), None) => Ok((tensor.double_data.clone(), false)),
        (Some(FLOAT), Some(raw)) => {
            let (numbers, rest) = raw.as_chunks::<4>();
            let numbers = numbers.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes))).collect();
            if rest.is_empty() { Ok((numbers, true)) } else { Err(whole()) }
        }
        (Some(DOUBLE), Some(raw)) => {
            let (numbers, rest) = raw.as_chunks::<8>();
            let numbers = numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
            if rest.is_empty() { Ok((numbers, false)) } else { Err(whole()) }
        }
        (other, _) => Err(Unread::Unsupported(format!("a tensor of the element type {}", other.unwrap_or_default()))),
    }
}
