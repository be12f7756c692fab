//! What the operating system lets this process have.

/// Raises the soft limit of open files to the hard one (getrlimit(2)) and returns it; `None` where it cannot be told.
#[cfg(unix)]
pub fn raise_open_files() -> Option<usize> {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    let _ = setrlimit(Resource::Nofile, limit);
    getrlimit(Resource::Nofile).current.and_then(|files| usize::try_from(files).ok())
}

/// Other systems have no such limit.
#[cfg(not(unix))]
pub fn raise_open_files() -> Option<usize> {
    None
}
