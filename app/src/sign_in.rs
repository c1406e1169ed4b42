//! Coming in: the page `/sign-in`, the page of a one-time link, and the dialog for a session that ended meanwhile.

mod again;
pub mod api;
pub mod calls;
mod new_password;
mod outside;
mod page;
mod welcome;
mod words;

pub use again::{SignInAgain, say_signed_out};
pub use new_password::{NewPassword, NewPasswordFields};
pub use outside::Outside;
pub use page::SignInPage;
pub use welcome::WelcomePage;

/// Whether this address is outside: shown without the frame, to people who are not signed in.
pub fn is_outside(path: &str) -> bool {
    path.trim_end_matches('/') == "/sign-in" || path.starts_with("/welcome/")
}

/// Where to go after signing in: a page of ours and nowhere else.
pub fn way_on(to: Option<&str>) -> String {
    let ours = |to: &&str| {
        to.starts_with('/')
            && !to.starts_with("//")
            && !to.contains(|c: char| c == '\\' || c.is_control())
            && !is_outside(to.split('?').next().unwrap_or(to))
    };
    to.filter(ours).unwrap_or("/").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_on_never_leads_away() {
        assert_eq!(way_on(Some("/jobs/7?log=a.dat")), "/jobs/7?log=a.dat");
        let away = [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "",
            "jobs",
            "/sign-in?to=/",
            "/welcome/x",
            "/\t/x",
        ];
        for away in away {
            assert_eq!(way_on(Some(away)), "/", "{away:?}");
        }
        assert_eq!(way_on(None), "/");
    }
}
