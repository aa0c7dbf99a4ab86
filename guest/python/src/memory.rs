//! Memory for Python's objects.
//!
//! The build has no `pymalloc`, so each object would be a piece of libc's heap. Objects are small, of few sizes, and
//! made and dropped all the time: here a *page* holds pieces of one size, and taking or giving back a piece is a few
//! instructions. What is larger is libc's. `PYTHONMALLOC` puts another allocator in the place of both.
//!
//! Python calls these functions with its interpreter attached, one at a time. What most objects go through asks for
//! them by a table; the linker lets it ask here first (`__intercept_...`), which needs no table while they are in it.

use std::cell::{Cell, UnsafeCell};
use std::ffi::c_void;
use std::ptr::{NonNull, null_mut};

/// The size of a page, and what it is aligned to.
const PAGE: usize = 16 << 10;
/// Pages are taken from libc so many at a time, and kept.
const SPAN: usize = 16;
/// Sizes are multiples of this, and pieces aligned to it: enough for any scalar.
const UNIT: usize = 8;
/// The largest piece.
const LARGEST: usize = 512;
/// Pages of the whole address space.
const PAGES: usize = 1 << (32 - PAGE.trailing_zeros());

/// A piece that is free.
struct Piece {
    next: *mut Piece,
}

/// The start of a page; its pieces follow.
#[repr(C, align(8))]
struct Page {
    /// Pieces that were given back.
    free: *mut Piece,
    /// Where the pieces begin that were never given out.
    fresh: usize,
    /// The size of a piece.
    size: usize,
    /// Pieces that are given out.
    used: usize,
    /// The pages of that size which have room are a list.
    next: *mut Page,
    previous: *mut Page,
    listed: bool,
}

/// What the functions have: the pages.
struct Pages {
    /// For each size, the list of pages with room.
    with_room: [*mut Page; LARGEST / UNIT + 1],
    /// Pages without a piece.
    empty: *mut Page,
    /// Which parts of the address space are pages.
    ours: [bool; PAGES],
}

struct Global(UnsafeCell<Pages>);

// SAFETY: a component's threads take turns, and none lets another go on in here.
unsafe impl Sync for Global {}

static MEMORY: Global = Global(UnsafeCell::new(Pages {
    with_room: [null_mut(); LARGEST / UNIT + 1],
    empty: null_mut(),
    ours: [false; PAGES],
}));

/// `PyMemAllocatorEx`
#[repr(C)]
#[derive(Clone, Copy)]
struct Allocator {
    context: *mut c_void,
    malloc: unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void,
    calloc: unsafe extern "C" fn(*mut c_void, usize, usize) -> *mut c_void,
    realloc: unsafe extern "C" fn(*mut c_void, *mut c_void, usize) -> *mut c_void,
    free: unsafe extern "C" fn(*mut c_void, *mut c_void),
}

unsafe extern "C" {
    fn PyMem_SetAllocator(domain: i32, allocator: *mut Allocator);
    fn PyObject_Malloc(size: usize) -> *mut c_void;
    fn PyObject_Free(object: *mut c_void);
    /// The interpreter's own data, with the allocators in use near its start.
    static _PyRuntime: [usize; 2048];
}

/// The allocator of objects that is in use, among Python's data; null until it is found.
struct InUse(Cell<*const Allocator>);

// SAFETY: as for `Global`.
unsafe impl Sync for InUse {}

static IN_USE: InUse = InUse(Cell::new(std::ptr::null()));

impl InUse {
    /// Finds it, after both domains were given these functions: the second of two that are the same.
    fn find(&self) {
        let wanted = [
            malloc as *const () as usize,
            calloc as *const () as usize,
            realloc as *const () as usize,
            free as *const () as usize,
        ];
        let words = (&raw const _PyRuntime).cast::<usize>();
        let is = |at: usize| {
            // SAFETY: within the array; Python changes it, but not now.
            (1..=wanted.len()).all(|field| unsafe { *words.add(at + field) } == wanted[field - 1])
        };
        const FIELDS: usize = size_of::<Allocator>() / size_of::<usize>();
        if let Some(at) = (0..2048 - 2 * FIELDS).find(|&at| is(at) && is(at + FIELDS)) {
            // SAFETY: within the array.
            self.0.set(unsafe { words.add(at + FIELDS) }.cast());
        }
    }

    /// Whether these functions are in it: no other allocator, and none that calls them.
    #[inline]
    fn is_ours(&self) -> bool {
        let allocator = self.0.get();
        // SAFETY: found among Python's data, which stays.
        !allocator.is_null() && unsafe { (*allocator).free as usize == free as *const () as usize }
    }
}

/// # Safety
/// As the function that it is called before.
#[unsafe(no_mangle)]
unsafe extern "C" fn __intercept_PyObject_Malloc(size: usize) -> *mut c_void {
    // SAFETY: the caller's promise.
    unsafe { if IN_USE.is_ours() { malloc(MEMORY.0.get().cast(), size) } else { PyObject_Malloc(size) } }
}

/// # Safety
/// As the function that it is called before.
#[unsafe(no_mangle)]
unsafe extern "C" fn __intercept_PyObject_Free(object: *mut c_void) {
    // SAFETY: the caller's promise.
    unsafe { if IN_USE.is_ours() { free(MEMORY.0.get().cast(), object) } else { PyObject_Free(object) } }
}

/// Gives the functions to Python. To be called before it starts.
pub(crate) fn set_allocator() {
    /// `PYMEM_DOMAIN_MEM` and `PYMEM_DOMAIN_OBJ`
    const DOMAINS: [i32; 2] = [1, 2];
    for domain in DOMAINS {
        let mut allocator = Allocator { context: MEMORY.0.get().cast(), malloc, calloc, realloc, free };
        // SAFETY: the structure is as its header describes it, and copied.
        unsafe { PyMem_SetAllocator(domain, &raw mut allocator) };
    }
    IN_USE.find();
}

/// # Safety
/// `context` is what `set_allocator` gave.
unsafe extern "C" fn malloc(context: *mut c_void, size: usize) -> *mut c_void {
    if size > LARGEST {
        // SAFETY: libc's, as it is.
        return unsafe { libc::malloc(size) };
    }
    // SAFETY: the pages are used by one call at a time, since no function here calls Python.
    let pages = unsafe { &mut *context.cast::<Pages>() };
    pages.take(size.max(1).div_ceil(UNIT))
}

/// # Safety
/// As `malloc`.
unsafe extern "C" fn calloc(context: *mut c_void, count: usize, size: usize) -> *mut c_void {
    let Some(total) = count.checked_mul(size) else { return null_mut() };
    if total > LARGEST {
        // SAFETY: libc's, as it is.
        return unsafe { libc::calloc(count, size) };
    }
    // SAFETY: the caller's promise.
    let piece = unsafe { malloc(context, total) };
    if !piece.is_null() {
        // SAFETY: it has that many bytes.
        unsafe { piece.cast::<u8>().write_bytes(0, total) };
    }
    piece
}

/// # Safety
/// As `malloc`; `old` is null or what these functions or libc's gave.
unsafe extern "C" fn realloc(context: *mut c_void, old: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: as in `malloc`.
    let page = unsafe { &*context.cast::<Pages>() }.page_of(old);
    let had = match page {
        // SAFETY: a page of ours has a header.
        Some(page) => unsafe { page.as_ref().size },
        // SAFETY: the caller's promise; nothing is there to be grown.
        None if old.is_null() => return unsafe { malloc(context, size) },
        // SAFETY: the caller's promise.
        None => return unsafe { libc::realloc(old, size.max(1)) },
    };
    // A piece that is a little too large stays.
    if size <= had && size * 4 > had * 3 {
        return old;
    }
    // SAFETY: the caller's promise.
    let new = unsafe { malloc(context, size) };
    if !new.is_null() {
        // SAFETY: both have that many bytes, and are not the same.
        unsafe {
            new.cast::<u8>().copy_from_nonoverlapping(old.cast(), had.min(size));
            free(context, old);
        }
    }
    new
}

/// # Safety
/// As `realloc`.
unsafe extern "C" fn free(context: *mut c_void, old: *mut c_void) {
    // SAFETY: as in `malloc`.
    let pages = unsafe { &mut *context.cast::<Pages>() };
    match pages.page_of(old) {
        // SAFETY: the caller's promise.
        Some(page) => unsafe { pages.give_back(page, old.cast()) },
        // SAFETY: the caller's promise: null or libc's.
        None => unsafe { libc::free(old) },
    }
}

impl Pages {
    /// The page that a piece is in; none if it is libc's.
    #[inline]
    fn page_of(&self, piece: *mut c_void) -> Option<NonNull<Page>> {
        if *self.ours.get(piece.addr() / PAGE)? {
            NonNull::new(piece.map_addr(|address| address & !(PAGE - 1)).cast())
        } else {
            None
        }
    }

    /// A piece of so many units; null when there is no memory.
    #[inline]
    fn take(&mut self, units: usize) -> *mut c_void {
        let Some(page) = self.with_room.get(units).and_then(|page| NonNull::new(*page)) else {
            return self.take_from_new_page(units);
        };
        // SAFETY: what is in a list is a page with its header, and nothing else refers to it now.
        let header = unsafe { &mut *page.as_ptr() };
        let piece = header.free;
        if piece.is_null() {
            return self.take_fresh(page);
        }
        // SAFETY: a piece in the list is free, and starts with its link.
        header.free = unsafe { (*piece).next };
        header.used += 1;
        piece.cast()
    }

    /// A piece that was never given out; where the page has none, it is full.
    #[inline(never)]
    fn take_fresh(&mut self, page: NonNull<Page>) -> *mut c_void {
        // SAFETY: as in `take`.
        let header = unsafe { &mut *page.as_ptr() };
        let units = header.size / UNIT;
        if header.fresh + header.size > PAGE {
            self.unlist(page);
            return self.take(units);
        }
        // SAFETY: it ends within the page.
        let piece = unsafe { page.as_ptr().cast::<u8>().add(header.fresh) };
        header.fresh += header.size;
        header.used += 1;
        piece.cast()
    }

    #[inline(never)]
    fn take_from_new_page(&mut self, units: usize) -> *mut c_void {
        if self.empty.is_null() {
            self.span();
        }
        let Some(page) = NonNull::new(self.empty) else { return null_mut() };
        // SAFETY: an empty page has a header.
        self.empty = unsafe { page.as_ref().next };
        let fresh = size_of::<Page>();
        let header = Page {
            free: null_mut(),
            fresh,
            size: units * UNIT,
            used: 0,
            next: null_mut(),
            previous: null_mut(),
            listed: false,
        };
        // SAFETY: nothing else refers to it.
        unsafe { page.write(header) };
        self.list(page);
        self.take_fresh(page)
    }

    /// Takes pages from libc, if it has them.
    fn span(&mut self) {
        let mut start = null_mut();
        // SAFETY: libc's, as it is.
        if unsafe { libc::posix_memalign(&raw mut start, PAGE, SPAN * PAGE) } != 0 {
            return;
        }
        for number in 0..SPAN {
            // SAFETY: within what was taken.
            let page: *mut Page = unsafe { start.cast::<u8>().add(number * PAGE) }.cast();
            if let Some(ours) = self.ours.get_mut(page.addr() / PAGE) {
                *ours = true;
                // SAFETY: as above; only the link counts while it is empty.
                unsafe { (&raw mut (*page).next).write(self.empty) };
                self.empty = page;
            }
        }
    }

    /// # Safety
    /// `piece` is of that page, and given out.
    #[inline]
    unsafe fn give_back(&mut self, page: NonNull<Page>, piece: *mut Piece) {
        // SAFETY: as in `take`.
        let header = unsafe { &mut *page.as_ptr() };
        // SAFETY: the piece is free from now on.
        unsafe { piece.write(Piece { next: header.free }) };
        header.free = piece;
        header.used -= 1;
        if header.used == 0 || !header.listed {
            self.has_room(page);
        }
    }

    /// Looks after a page that had no room, or has nothing but room.
    #[inline(never)]
    fn has_room(&mut self, page: NonNull<Page>) {
        // SAFETY: as in `take`.
        let (used, listed, units) = unsafe { (page.as_ref().used, page.as_ref().listed, page.as_ref().size / UNIT) };
        if !listed {
            self.list(page);
        }
        // The first one stays, for who takes and gives back in turn.
        if used == 0 && self.with_room.get(units) != Some(&page.as_ptr()) {
            self.unlist(page);
            // SAFETY: it is in no list now.
            unsafe { (*page.as_ptr()).next = self.empty };
            self.empty = page.as_ptr();
        }
    }

    /// Puts a page into its list: after the first, which stays in use.
    fn list(&mut self, page: NonNull<Page>) {
        // SAFETY: as in `take`; so are its neighbours.
        unsafe {
            let header = &mut *page.as_ptr();
            let Some(first) = self.with_room.get_mut(header.size / UNIT) else { return };
            header.listed = true;
            header.previous = *first;
            if first.is_null() {
                header.next = null_mut();
                *first = page.as_ptr();
            } else {
                header.next = (**first).next;
                (**first).next = page.as_ptr();
                if !header.next.is_null() {
                    (*header.next).previous = page.as_ptr();
                }
            }
        }
    }

    /// Takes a page out of its list.
    fn unlist(&mut self, page: NonNull<Page>) {
        // SAFETY: as in `list`.
        unsafe {
            let header = &mut *page.as_ptr();
            header.listed = false;
            if !header.next.is_null() {
                (*header.next).previous = header.previous;
            }
            if !header.previous.is_null() {
                (*header.previous).next = header.next;
            } else if let Some(first) = self.with_room.get_mut(header.size / UNIT) {
                *first = header.next;
            }
        }
    }
}
