//! Parts of pages that know nothing of the domain: icons, buttons, fields, dialogs, toasts.
