//! The files that an fs session works on: workloads/ground/fs_ground.hpp in Rust, with the same names and contents.

use crate::session::mix;
use std::alloc::{alloc_zeroed, dealloc, handle_alloc_error, Layout};
use std::ffi::{CString, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::ops::{Deref, DerefMut};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::io::AsRawFd;
use std::path::{Path, PathBuf};
use std::{env, process, ptr, slice};

const PREFIX: &str = "spargio-bench-";
const DIRECT_ALIGNMENT: usize = 4096;
const WORD: usize = 8;

/// The error with what was being done.
pub fn failed(call: impl Into<String>, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", call.into()))
}

/// What was moved, if it is all of it.
pub fn expect_transferred(call: &str, got: usize, wanted: usize) -> io::Result<()> {
    if got == wanted {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::UnexpectedEof, format!("{call} gave {got} bytes instead of {wanted}")))
}

pub fn temporary_place() -> PathBuf {
    env::var_os("TMPDIR").filter(|named| !named.is_empty()).map_or_else(|| "/tmp".into(), PathBuf::from)
}

/// Folders whose process is gone: it was killed.
fn remove_leftovers(place: &Path) {
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(PREFIX)).and_then(|rest| rest.split('-').next());
        let owner = match owner.and_then(|digits| digits.parse::<i32>().ok()) {
            Some(owner) if owner > 0 => owner,
            _ => continue,
        };
        let lives = unsafe { libc::kill(owner, 0) } == 0;
        if !lives && io::Error::last_os_error().raw_os_error() == Some(libc::ESRCH) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// A directory, named after this process, and removed at its end.
pub struct ScratchFolder(PathBuf);

impl ScratchFolder {
    pub fn new() -> io::Result<Self> {
        let place = temporary_place();
        remove_leftovers(&place);
        let pattern = place.join(format!("{PREFIX}{}-XXXXXX", process::id()));
        let mut name = CString::new(pattern.as_os_str().as_bytes())?.into_bytes_with_nul();
        if unsafe { libc::mkdtemp(name.as_mut_ptr().cast()) }.is_null() {
            let text = format!(
                "could not make a directory in {} for the files of the workload (TMPDIR names another place)",
                place.display()
            );
            return Err(failed(text, io::Error::last_os_error()));
        }
        name.pop();
        Ok(ScratchFolder(OsString::from_vec(name).into()))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// An error when something is left in it: a storm that does not clean up.
    pub fn expect_empty(&self) -> io::Result<()> {
        match fs::read_dir(&self.0)?.next() {
            None => Ok(()),
            Some(left) => Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                format!("the storm left {}", left?.path().display()),
            )),
        }
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Memory for one block, aligned for O_DIRECT.
pub struct Block {
    memory: ptr::NonNull<u8>,
    layout: Layout,
}

// A Vec<u8> in all but its alignment.
unsafe impl Send for Block {}
unsafe impl Sync for Block {}

impl Block {
    pub fn new(bytes: usize) -> Self {
        let layout = Layout::from_size_align(bytes, DIRECT_ALIGNMENT).expect("a size that memory has");
        let memory = ptr::NonNull::new(unsafe { alloc_zeroed(layout) }).unwrap_or_else(|| handle_alloc_error(layout));
        Block { memory, layout }
    }
}

impl Deref for Block {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        unsafe { slice::from_raw_parts(self.memory.as_ptr(), self.layout.size()) }
    }
}

impl DerefMut for Block {
    fn deref_mut(&mut self) -> &mut [u8] {
        unsafe { slice::from_raw_parts_mut(self.memory.as_ptr(), self.layout.size()) }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        unsafe { dealloc(self.memory.as_ptr(), self.layout) }
    }
}

fn word_at(block: &[u8], index: usize) -> u64 {
    u64::from_ne_bytes(block[index * WORD..(index + 1) * WORD].try_into().expect("eight bytes"))
}

/// What a block that was read contributes to the checksum (bench::block_sum).
pub fn block_sum(block: &[u8]) -> u64 {
    let words = block.len() / WORD;
    word_at(block, 0)
        .wrapping_add(word_at(block, words / 2).rotate_left(7))
        .wrapping_add(word_at(block, words - 1).rotate_left(13))
}

/// The mark of a write, at both ends of its block.
pub fn mark_block(block: &mut [u8], number: u64) {
    let mark = mix(number);
    let last = block.len() - WORD;
    block[..WORD].copy_from_slice(&mark.to_ne_bytes());
    block[last..].copy_from_slice(&(!mark).to_ne_bytes());
}

/// The file of a slice of reads or writes, filled and in the page cache.
pub struct DataFile {
    file: File,
    /// Of a file that is written: it itself, to look at the marks without a system call.
    mapped: Option<Mapping>,
    block_bytes: usize,
    _folder: ScratchFolder,
}

impl DataFile {
    pub fn new(blocks: u64, block_bytes: usize, writes: bool, direct: bool) -> io::Result<Self> {
        let folder = ScratchFolder::new()?;
        let path = folder.path().join("data");
        let bytes = blocks as usize * block_bytes;
        fill(&path, bytes).map_err(|error| failed("fill the file of the workload", error))?;
        let mut options = OpenOptions::new();
        options.read(true).write(writes).custom_flags(if direct { libc::O_DIRECT } else { 0 });
        let file = options.open(&path).map_err(|error| failed("open the file of the workload", error))?;
        let mapped = if writes { Some(Mapping::new(&file, bytes)?) } else { None };
        Ok(DataFile { file, mapped, block_bytes, _folder: folder })
    }

    pub fn file(&self) -> &File {
        &self.file
    }

    /// The sum of the marks that stand in the file now; one whose halves don't belong together counts for nothing.
    pub fn sum_of_marks(&self) -> u64 {
        let mapped = self.mapped.as_ref().expect("a file that is written");
        mapped.bytes().chunks_exact(self.block_bytes).fold(0u64, |sum, block| {
            let (first, last) = (word_at(block, 0), word_at(&block[block.len() - WORD..], 0));
            sum.wrapping_add(if last == !first { first } else { 0 })
        })
    }
}

/// By write(2), and so into the page cache; and to the disk, so that no slice pays for it.
fn fill(path: &Path, bytes: usize) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).mode(0o600).open(path)?;
    let mut piece = Vec::with_capacity(1 << 20);
    for index in 0..(bytes / WORD) as u64 {
        piece.extend_from_slice(&mix(index ^ 0x5bd1e995).to_ne_bytes());
        if piece.len() == piece.capacity() {
            file.write_all(&piece)?;
            piece.clear();
        }
    }
    file.write_all(&piece)?;
    file.sync_data()
}

struct Mapping {
    memory: *const u8,
    bytes: usize,
}

// Read only, by one thread at a time, after the writes have ended.
unsafe impl Send for Mapping {}
unsafe impl Sync for Mapping {}

impl Mapping {
    fn new(file: &File, bytes: usize) -> io::Result<Self> {
        let flags = libc::MAP_SHARED | libc::MAP_POPULATE;
        let memory = unsafe { libc::mmap(ptr::null_mut(), bytes, libc::PROT_READ, flags, file.as_raw_fd(), 0) };
        if memory == libc::MAP_FAILED {
            return Err(failed("map the file of the workload", io::Error::last_os_error()));
        }
        Ok(Mapping { memory: memory.cast(), bytes })
    }

    fn bytes(&self) -> &[u8] {
        unsafe { slice::from_raw_parts(self.memory, self.bytes) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        unsafe { libc::munmap(self.memory as *mut _, self.bytes) };
    }
}
