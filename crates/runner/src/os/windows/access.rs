//! Who may use the work folder. What is made below a drive's root may be changed by every account of the machine, unless
//! somebody forbids it: the next start of this program would be whatever they have put in its place.

use super::{done, wide};
use std::ffi::OsString;
use std::io;
use std::os::windows::ffi::OsStringExt;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::Path;
use std::ptr;
use windows_sys::Win32::Foundation::{ERROR_SUCCESS, HANDLE, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1, SE_FILE_OBJECT,
    SetNamedSecurityInfoW,
};
use windows_sys::Win32::Security::{
    ACL, DACL_SECURITY_INFORMATION, GetSecurityDescriptorDacl, GetTokenInformation,
    PROTECTED_DACL_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, TOKEN_QUERY, TOKEN_USER, TokenUser,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

/// Leaves the folder, and all below it, to this account, administrators and the system.
pub fn keep_folder_to_ourselves(folder: &Path) -> io::Result<()> {
    // files and folders below it take it over; P: nothing is taken over from above
    let rules = format!("D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;{})", own_sid()?);
    let rules = Rules::of(&rules)?;
    let mut folder = wide(folder);
    let what = DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
    // SAFETY: the name ends with 0 and the list lives until the call returns; owner and group stay as they are.
    let code = unsafe {
        SetNamedSecurityInfoW(
            folder.as_mut_ptr(),
            SE_FILE_OBJECT,
            what,
            ptr::null_mut(),
            ptr::null_mut(),
            rules.list()?,
            ptr::null(),
        )
    };
    if code == ERROR_SUCCESS { Ok(()) } else { Err(io::Error::from_raw_os_error(code.cast_signed())) }
}

/// What the system made for us and wants back.
struct Lent(*mut core::ffi::c_void);

impl Drop for Lent {
    fn drop(&mut self) {
        // SAFETY: it came from a call that says to free it so, and nobody else has it.
        unsafe { LocalFree(self.0) };
    }
}

/// Rules written in the system's own language for them (SDDL).
struct Rules(Lent);

impl Rules {
    fn of(text: &str) -> io::Result<Rules> {
        let text = wide(text);
        let mut made: PSECURITY_DESCRIPTOR = ptr::null_mut();
        // SAFETY: the text ends with 0, and the place lives while the call lasts.
        done(unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                text.as_ptr(),
                SDDL_REVISION_1,
                &raw mut made,
                ptr::null_mut(),
            )
        })?;
        Ok(Rules(Lent(made)))
    }

    /// Lives as long as this does.
    fn list(&self) -> io::Result<*const ACL> {
        let (mut is_there, mut list, mut by_default) = (0, ptr::null_mut(), 0);
        // SAFETY: it is a descriptor of the system's own making, and the three places live while the call lasts.
        done(unsafe { GetSecurityDescriptorDacl(self.0.0, &raw mut is_there, &raw mut list, &raw mut by_default) })?;
        // without a list everybody would have every right
        if is_there == 0 || list.is_null() { Err(io::ErrorKind::InvalidData.into()) } else { Ok(list) }
    }
}

/// The account that this process runs as, by its number (`S-1-5-21-…`).
fn own_sid() -> io::Result<String> {
    let mut token: HANDLE = ptr::null_mut();
    // SAFETY: the first is a constant of the system; the place lives while the call lasts, and the handle is ours alone.
    let token = unsafe {
        done(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token))?;
        OwnedHandle::from_raw_handle(token)
    };
    // TOKEN_USER, and the number that it points to behind it: at most 68 bytes
    let mut room: [usize; 32] = [0; 32];
    let mut bytes = 0;
    let size = u32::try_from(size_of_val(&room)).map_err(io::Error::other)?;
    // SAFETY: the room is as long as is said, and aligned for the structure.
    done(unsafe {
        GetTokenInformation(token.as_raw_handle(), TokenUser, room.as_mut_ptr().cast(), size, &raw mut bytes)
    })?;
    // SAFETY: the call has filled it with such a structure, which points into the same room.
    let user: TOKEN_USER = unsafe { room.as_ptr().cast::<TOKEN_USER>().read() };
    let mut text: *mut u16 = ptr::null_mut();
    // SAFETY: the number lies in the room; the place lives while the call lasts.
    done(unsafe { ConvertSidToStringSidW(user.User.Sid, &raw mut text) })?;
    let lent = Lent(text.cast());
    // SAFETY: the text ends with 0, and is read up to there.
    let letters = unsafe {
        let length = (0..).take_while(|at| *text.add(*at) != 0).count();
        std::slice::from_raw_parts(text, length).to_vec()
    };
    drop(lent);
    OsString::from_wide(&letters).into_string().map_err(|_| io::ErrorKind::InvalidData.into())
}
