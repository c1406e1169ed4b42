//! The browser's handles of the files on the page. They cannot leave its thread, so the form's own state only names them.

use super::item::ItemId;
use std::cell::RefCell;
use std::collections::HashMap;
use web_sys::File;

thread_local! {
    static HANDLES: RefCell<HashMap<ItemId, File>> = RefCell::new(HashMap::new());
}

/// Keeps a handle.
pub fn keep(id: ItemId, file: File) {
    HANDLES.with_borrow_mut(|handles| handles.insert(id, file));
}

/// The handle of a file that is still on the page.
pub fn of(id: ItemId) -> Option<File> {
    HANDLES.with_borrow(|handles| handles.get(&id).cloned())
}

/// Lets go of all but those that are still wanted.
pub fn forget_unless(wanted: impl Fn(ItemId) -> bool) {
    HANDLES.with_borrow_mut(|handles| handles.retain(|id, _| wanted(*id)));
}
