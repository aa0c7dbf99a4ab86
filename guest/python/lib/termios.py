"""Terminals' settings. A session's terminal has none that could be changed."""

import errno as _errno
import os as _os


class error(Exception):
    """What a failed call raises."""


TCSANOW, TCSADRAIN, TCSAFLUSH = 0, 1, 2
TCIFLUSH, TCOFLUSH, TCIOFLUSH = 0, 1, 2
BRKINT, ICRNL, INPCK, ISTRIP, IXON = 0o2, 0o400, 0o20, 0o40, 0o2000
OPOST, CSIZE, PARENB, CS8 = 0o1, 0o60, 0o400, 0o60
ISIG, ICANON, ECHO, ECHONL, NOFLSH, IEXTEN = 0o1, 0o2, 0o10, 0o100, 0o200, 0o100000
VINTR, VEOF, VTIME, VMIN = 0, 4, 5, 6
TIOCGWINSZ = 0x5413


def _fail(fd):
    _os.fstat(fd if isinstance(fd, int) else fd.fileno())
    raise error(_errno.ENOTTY, _os.strerror(_errno.ENOTTY))


def tcgetattr(fd, /):
    """The settings."""
    _fail(fd)


def tcsetattr(fd, when, attributes, /):
    """Changes the settings."""
    _fail(fd)


def tcflush(fd, queue, /):
    """Discards what was not read."""
    _fail(fd)


def tcdrain(fd, /):
    """Waits until everything is written."""
    _fail(fd)
