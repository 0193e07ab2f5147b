//! A timer of the kernel, timerfd_create(2), that the runtime's driver watches: on time where Tokio's own, which count
//! milliseconds, are up to one late.

use std::io;
use std::os::unix::io::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr;
use tokio::io::unix::AsyncFd;
use tokio::io::Interest;

pub struct TimerDescriptor(AsyncFd<OwnedFd>);

impl TimerDescriptor {
    /// In a runtime whose driver is on: that one watches it.
    pub fn new() -> io::Result<Self> {
        let made = unsafe { libc::timerfd_create(libc::CLOCK_MONOTONIC, libc::TFD_NONBLOCK | libc::TFD_CLOEXEC) };
        if made < 0 {
            return Err(io::Error::last_os_error());
        }
        let owned = unsafe { OwnedFd::from_raw_fd(made) };
        Ok(TimerDescriptor(AsyncFd::with_interest(owned, Interest::READABLE)?))
    }

    /// Ends in `ns`, rarely earlier: the caller looks at the clock. Setting it forgets that it has expired
    /// (timerfd_settime(2)), so it need not be read, and the driver, which asks for edges, tells of the next time.
    pub async fn wait(&self, ns: u64) -> io::Result<()> {
        let never = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        let after = libc::timespec { tv_sec: (ns / 1_000_000_000) as _, tv_nsec: (ns % 1_000_000_000) as _ };
        let when = libc::itimerspec { it_interval: never, it_value: after };
        if unsafe { libc::timerfd_settime(self.0.as_raw_fd(), 0, &when, ptr::null_mut()) } != 0 {
            return Err(io::Error::last_os_error());
        }
        self.0.readable().await?.clear_ready();
        Ok(())
    }
}
