//! W62: the parser and the answers that all backends have (workloads/http/conversation.h), and a task's side of it.

use std::io;
use std::os::raw::{c_char, c_int};
use std::ptr::NonNull;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[repr(C)]
struct RawConversation {
    _opaque: [u8; 0],
}

#[repr(C)]
struct RawAnswers {
    bytes: *const c_char,
    count: usize,
    goes_on: c_int,
}

extern "C" {
    fn bench_http_begin() -> *mut RawConversation;
    fn bench_http_end(of: *mut RawConversation);
    fn bench_http_take(of: *mut RawConversation, bytes: *const c_char, count: usize) -> RawAnswers;
}

struct Conversation(NonNull<RawConversation>);

// SAFETY: it is used by one thread at a time and knows nothing of threads.
unsafe impl Send for Conversation {}
// SAFETY: nothing is done with it through a shared reference.
unsafe impl Sync for Conversation {}

impl Conversation {
    fn begin() -> io::Result<Self> {
        // SAFETY: it wants nothing.
        NonNull::new(unsafe { bench_http_begin() }).map(Conversation).ok_or_else(|| io::ErrorKind::OutOfMemory.into())
    }

    /// What goes back, and whether the connection goes on then.
    fn take(&mut self, came: &[u8]) -> (&[u8], bool) {
        // SAFETY: both live through the call; the answers are valid until the next, which this borrow keeps away.
        let answers = unsafe { bench_http_take(self.0.as_ptr(), came.as_ptr().cast(), came.len()) };
        let bytes = match answers.count {
            0 => &[][..],
            // SAFETY: as above, and null only where there are none.
            count => unsafe { std::slice::from_raw_parts(answers.bytes.cast(), count) },
        };
        (bytes, answers.goes_on != 0)
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        // SAFETY: it came from bench_http_begin(), and nobody has it any more.
        unsafe { bench_http_end(self.0.as_ptr()) };
    }
}

/// The answers to all that a read has brought go out by one write.
pub async fn talk(mut socket: TcpStream, room_bytes: usize) -> io::Result<()> {
    let mut conversation = Conversation::begin()?;
    let mut room = vec![0u8; room_bytes];
    loop {
        let count = socket.read(&mut room).await?;
        if count == 0 {
            return Ok(());
        }
        let (answers, goes_on) = conversation.take(&room[..count]);
        socket.write_all(answers).await?;
        if !goes_on {
            return Ok(());
        }
    }
}
