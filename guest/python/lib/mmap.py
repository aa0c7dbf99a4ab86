"""Files as memory: a copy that is read at the start, and written back by flush() where it may be."""

import os as _os

ACCESS_DEFAULT, ACCESS_READ, ACCESS_WRITE, ACCESS_COPY = 0, 1, 2, 3
PROT_READ, PROT_WRITE, PROT_EXEC = 1, 2, 4
MAP_SHARED, MAP_PRIVATE, MAP_ANONYMOUS, MAP_ANON = 1, 2, 32, 32
PAGESIZE = ALLOCATIONGRANULARITY = 65536
error = OSError


class mmap:
    """A mapped file, or memory (fileno -1)."""

    def __init__(self, fileno, length, flags=MAP_SHARED, prot=PROT_READ | PROT_WRITE, access=ACCESS_DEFAULT, offset=0):
        if length < 0 or offset < 0:
            raise OverflowError("memory mapped length must be positive")
        if offset % ALLOCATIONGRANULARITY:
            raise OSError(22, "Invalid argument")
        if access == ACCESS_DEFAULT:
            private = flags & MAP_PRIVATE or not prot & PROT_WRITE
            access = ACCESS_COPY if private else ACCESS_WRITE
            if not prot & PROT_WRITE:
                access = ACCESS_READ
        self._access, self._offset, self._fd, self._at = access, offset, -1, 0
        if fileno == -1:
            self._data = bytearray(length)
            return
        size = _os.fstat(fileno).st_size
        if not length:
            length = size - offset
            if length <= 0:
                raise ValueError("cannot mmap an empty file")
        elif offset + length > size:
            raise ValueError("mmap length is greater than file size")
        self._fd = _os.dup(fileno)
        self._data = bytearray()
        while len(self._data) < length:
            part = _os.pread(self._fd, length - len(self._data), offset + len(self._data))
            if not part:
                break
            self._data += part

    def _check(self, write=False):
        if self._data is None:
            raise ValueError("mmap closed or invalid")
        if write and self._access == ACCESS_READ:
            raise TypeError("mmap can't modify a readonly memory map.")
        return self._data

    @property
    def closed(self):
        """Whether it was closed."""
        return self._data is None

    def close(self):
        """Writes back what has to be, and lets go."""
        if self._data is None:
            return
        self.flush()
        self._data = None
        if self._fd >= 0:
            _os.close(self._fd)
            self._fd = -1

    def flush(self, offset=0, size=None, /):
        """Writes the contents back to the file."""
        data = self._check()
        if self._access == ACCESS_WRITE and self._fd >= 0:
            here = _os.lseek(self._fd, 0, _os.SEEK_CUR)
            _os.lseek(self._fd, self._offset, _os.SEEK_SET)
            rest = memoryview(data)
            while rest:
                rest = rest[_os.write(self._fd, rest):]
            _os.lseek(self._fd, here, _os.SEEK_SET)

    def __enter__(self):
        self._check()
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        if getattr(self, "_data", None) is not None:
            self.close()

    def __len__(self):
        return len(self._check())

    def __getitem__(self, index):
        item = self._check()[index]
        return item if isinstance(item, int) else bytes(item)

    def __setitem__(self, index, value):
        data = self._check(True)
        if isinstance(index, slice) and len(data[index]) != len(value):
            raise IndexError("mmap slice assignment is wrong size")
        data[index] = value

    def __iter__(self):
        return (bytes([byte]) for byte in self._check())

    def __contains__(self, item):
        return item in self._check()

    def __buffer__(self, flags):
        data = memoryview(self._check())
        return data.toreadonly() if self._access == ACCESS_READ else data

    def size(self):
        """The file's size."""
        return _os.fstat(self._fd).st_size if self._fd >= 0 else len(self)

    def tell(self):
        """The position."""
        return self._at

    def seek(self, pos, whence=0, /):
        """Moves the position."""
        at = pos + (0, self._at, len(self))[whence]
        if not 0 <= at <= len(self):
            raise ValueError("seek out of range")
        self._at = at
        return at

    def seekable(self):
        """True."""
        return True

    def read(self, n=None, /):
        """Bytes from the position on."""
        end = len(self) if n is None or n < 0 else min(len(self), self._at + n)
        part = bytes(self._check()[self._at:end])
        self._at = end
        return part

    def read_byte(self):
        """The byte at the position."""
        if self._at >= len(self):
            raise ValueError("read byte out of range")
        return self.read(1)[0]

    def readline(self):
        """Up to the next line's start."""
        end = self._check().find(b"\n", self._at)
        return self.read(None if end < 0 else end + 1 - self._at)

    def write(self, data, /):
        """Writes at the position."""
        view = memoryview(data).cast("B")
        if self._at + len(view) > len(self):
            raise ValueError("data out of range")
        self._check(True)[self._at:self._at + len(view)] = view
        self._at += len(view)
        return len(view)

    def write_byte(self, byte, /):
        """Writes one byte at the position."""
        self.write(bytes([byte]))

    def find(self, sub, start=None, end=None, /):
        """Where the bytes are, from the position on."""
        return self._check().find(sub, self._at if start is None else start, len(self) if end is None else end)

    def rfind(self, sub, start=None, end=None, /):
        """Where the bytes are last, from the position on."""
        return self._check().rfind(sub, self._at if start is None else start, len(self) if end is None else end)

    def move(self, dest, src, count, /):
        """Copies within."""
        data = self._check(True)
        if min(dest, src, count) < 0 or max(dest, src) + count > len(data):
            raise ValueError("source, destination, or count out of range")
        data[dest:dest + count] = data[src:src + count]

    def resize(self, newsize, /):
        """A mapping keeps its size."""
        raise SystemError("mmap: resizing not available--no mremap()")

    def madvise(self, option, start=0, length=None, /):
        """Advice that nothing needs."""
        self._check()
