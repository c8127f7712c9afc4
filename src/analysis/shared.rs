//! What several checks read from one file together, kept by its type until the file is judged.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// One value of each type.
#[derive(Default)]
pub struct Shared(RefCell<HashMap<TypeId, Rc<dyn Any>>>);

impl Shared {
    /// The value of this type, made when it is first asked for.
    pub fn get<T: 'static>(&self, make: impl FnOnce() -> T) -> Rc<T> {
        let known = self.0.borrow().get(&TypeId::of::<T>()).cloned().and_then(|known| known.downcast().ok());
        known.unwrap_or_else(|| {
            let made = Rc::new(make());
            self.0.borrow_mut().insert(TypeId::of::<T>(), Rc::<T>::clone(&made));
            made
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_is_made_once() {
        let shared = Shared::default();
        assert_eq!((*shared.get(|| 1_u8), *shared.get(|| 2_u8), *shared.get(|| 3_u16)), (1, 1, 3));
    }
}
