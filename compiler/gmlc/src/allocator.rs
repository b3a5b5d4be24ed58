//! Where memory comes from: mimalloc for what reads programs, the system for what reads data.
//!
//! Checking makes and drops millions of small values on several threads: mimalloc on large pages halves the time that a check
//! takes. A run holds few large buffers, and mimalloc keeps twice as much of what they leave as the system does.

use std::alloc::{GlobalAlloc, Layout, System};
use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering};

use mimalloc::MiMalloc;

/// The allocator of the process; see [`reads_programs`].
pub struct Allocator;

static READS_PROGRAMS: AtomicBool = AtomicBool::new(false);

/// From here on memory comes from mimalloc. What the system gave before goes back to the system.
pub fn reads_programs() {
    READS_PROGRAMS.store(true, Ordering::Relaxed);
}

fn is_mimalloc() -> bool {
    READS_PROGRAMS.load(Ordering::Relaxed)
}

/// Whether mimalloc gave this pointer.
fn is_of_mimalloc(pointer: *const u8) -> bool {
    // SAFETY: mimalloc looks the address up in its own map, and reads nothing behind it.
    is_mimalloc() && unsafe { libmimalloc_sys::mi_is_in_heap_region(pointer.cast::<c_void>()) }
}

// SAFETY: every pointer goes back to the allocator that gave it; the flag only ever goes from one to the other, and with the
// flag down nothing came from mimalloc.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        unsafe { if is_mimalloc() { MiMalloc.alloc(layout) } else { System.alloc(layout) } }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        unsafe { if is_mimalloc() { MiMalloc.alloc_zeroed(layout) } else { System.alloc_zeroed(layout) } }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises, and to the one that gave it.
        unsafe {
            if is_of_mimalloc(pointer) { MiMalloc.dealloc(pointer, layout) } else { System.dealloc(pointer, layout) }
        }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as the caller promises, and by the one that gave it.
        unsafe {
            if is_of_mimalloc(pointer) {
                MiMalloc.realloc(pointer, layout, size)
            } else {
                System.realloc(pointer, layout, size)
            }
        }
    }
}
