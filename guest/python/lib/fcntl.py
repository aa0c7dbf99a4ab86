"""Descriptors' flags, and locks of open files: those of one sandbox see each other's."""

import errno as _errno
import os as _os
import posix as _posix
import struct as _struct

from _termios_numbers import TIOCGPGRP, TIOCGWINSZ, TIOCSPGRP, TIOCSWINSZ

FD_CLOEXEC = 1
F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL = 0, 1, 2, 3, 4
F_DUPFD_CLOEXEC = 1030
LOCK_SH, LOCK_EX, LOCK_NB, LOCK_UN = 1, 2, 4, 8


def _number(fd):
    return fd if isinstance(fd, int) else fd.fileno()


def fcntl(fd, cmd, arg=0, /):
    """Asks for or changes a descriptor's flags."""
    fd = _number(fd)
    if cmd in (F_DUPFD, F_DUPFD_CLOEXEC):
        copy = _os.dup(fd)
        _os.set_inheritable(copy, cmd == F_DUPFD)
        return copy
    if cmd == F_GETFD:
        return 0 if _os.get_inheritable(fd) else FD_CLOEXEC
    if cmd == F_SETFD:
        _os.set_inheritable(fd, not arg & FD_CLOEXEC)
        return 0
    if cmd == F_GETFL:
        return _posix._descriptor_flags(fd)
    if cmd == F_SETFL:
        _os.set_blocking(fd, not arg & _os.O_NONBLOCK)
        return 0
    raise OSError(_errno.EINVAL, _os.strerror(_errno.EINVAL))


def ioctl(fd, request, arg=0, mutate_flag=True, /):
    """Asks a terminal for its window and its foreground group, or changes them."""
    fd = _number(fd)
    if request == TIOCGWINSZ:
        return _answer(_struct.pack("HHHH", *_posix._window_size(fd), 0, 0), arg, mutate_flag)
    if request == TIOCSWINSZ:
        _posix._set_window_size(fd, *_struct.unpack_from("HH", arg))
        return _answer(bytes(arg), arg, mutate_flag)
    if request == TIOCGPGRP:
        return _answer(_struct.pack("i", _os.tcgetpgrp(fd)), arg, mutate_flag)
    if request == TIOCSPGRP:
        _os.tcsetpgrp(fd, *_struct.unpack_from("i", arg))
        return _answer(bytes(arg), arg, mutate_flag)
    _os.fstat(fd)
    raise OSError(_errno.ENOTTY, _os.strerror(_errno.ENOTTY))


def _answer(data, arg, mutate):
    """As C's function gives it: in place where that is possible, else as new bytes."""
    if isinstance(arg, int):
        return 0
    if isinstance(arg, (str, bytes)) or not mutate or memoryview(arg).readonly:
        return data + bytes(arg if not isinstance(arg, str) else arg.encode())[len(data):]
    memoryview(arg).cast("B")[:len(data)] = data
    return 0


def _lock(fd, operation, start, length):
    kinds = {LOCK_UN: 0, LOCK_SH: 1, LOCK_EX: 2}
    kind = kinds.get(operation & ~LOCK_NB)
    if kind is None:
        raise ValueError("unrecognized lock operation")
    _posix._lock(_number(fd), kind, not operation & LOCK_NB, start, length)


def flock(fd, operation, /):
    """Locks a file."""
    _lock(fd, operation, 0, 0)


def lockf(fd, cmd, len=0, start=0, whence=0, /):
    """Locks a part of a file."""
    if whence == 1:
        start += _os.lseek(_number(fd), 0, 1)
    elif whence == 2:
        start += _os.fstat(_number(fd)).st_size
    _lock(fd, cmd, start, len)
