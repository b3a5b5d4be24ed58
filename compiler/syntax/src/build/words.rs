//! The names of a piece, each kept once.

use std::cell::RefCell;

use crate::ast::Text;

/// How many different names are remembered; a further one takes the place of another.
const PLACES: usize = 64;

/// The names that were read of late. Nearly every name of a body stands in it several times, and equal texts that are one
/// take less memory, and are told to be equal without a look at their letters.
pub(super) struct Words(RefCell<[Option<Text>; PLACES]>);

impl Default for Words {
    fn default() -> Self {
        Self(RefCell::new([const { None }; PLACES]))
    }
}

impl Words {
    /// The shared text of a name.
    pub fn text(&self, name: &str) -> Text {
        let mut known = self.0.borrow_mut();
        let place = &mut known[place(name.as_bytes())];
        match place {
            Some(text) if **text == *name => text.clone(),
            _ => place.insert(Text::from(name)).clone(),
        }
    }
}

/// Where a name is remembered: by its length, its ends and its middle.
fn place(name: &[u8]) -> usize {
    let at = |place: usize| name.get(place).copied().map_or(0, usize::from);
    let length = name.len();
    (length + 3 * at(0) + 5 * at(length / 2) + 11 * at(length.saturating_sub(1))) % PLACES
}

#[cfg(test)]
mod tests {
    use super::Words;
    use crate::ast::Text;

    #[test]
    fn equal_names_are_one_text() {
        let words = Words::default();
        let first = words.text("price");
        assert!(Text::ptr_eq(&first, &words.text("price")));
        for number in 0..1000 {
            let name = format!("column_{number}");
            assert_eq!(*words.text(&name), *name);
        }
        assert_eq!(*words.text("price"), *first);
        assert_eq!(*words.text(""), *"");
    }
}
