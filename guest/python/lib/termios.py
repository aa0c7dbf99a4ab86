"""A terminal's settings, by Linux's numbers."""

import errno as _errno
import os as _os
import posix as _posix

from _termios_numbers import *


class error(Exception):
    """What a failed call raises."""


def _number(fd):
    return fd if isinstance(fd, int) else fd.fileno()


def _ask(function, *arguments):
    try:
        return function(*arguments)
    except OSError as failure:
        raise error(failure.errno, failure.strerror) from None


def tcgetattr(fd, /):
    """The settings: [input, output, control, local, speed in, speed out, characters]."""
    *flags, characters = _ask(_posix._terminal_mode, _number(fd))
    characters = [bytes([character]) for character in bytes(characters).ljust(NCCS, b"\0")]
    if not flags[3] & ICANON:
        characters[VMIN], characters[VTIME] = characters[VMIN][0], characters[VTIME][0]
    return [*flags, B38400, B38400, characters]


def tcsetattr(fd, when, attributes, /):
    """Changes the settings."""
    if not isinstance(attributes, list) or len(attributes) != 7:
        raise TypeError("tcsetattr, arg 3: must be 7 element list")
    if when not in (TCSANOW, TCSADRAIN, TCSAFLUSH):
        raise error(_errno.EINVAL, _os.strerror(_errno.EINVAL))
    *flags, _, _, characters = attributes
    if not isinstance(characters, list) or len(characters) != NCCS:
        raise TypeError(f"tcsetattr: attributes[6] must be {NCCS} element list")
    numbers = [character if isinstance(character, int) else character[0] for character in characters]
    _ask(_posix._set_terminal_mode, _number(fd), when == TCSAFLUSH, tuple(flags), bytes(numbers[:_KEPT]))


def tcflush(fd, queue, /):
    """Discards what was typed and not read."""
    *flags, characters = _ask(_posix._terminal_mode, _number(fd))
    if queue != TCOFLUSH:
        _ask(_posix._set_terminal_mode, _number(fd), True, tuple(flags), bytes(characters))


def tcdrain(fd, /):
    """Waits until everything is written, which it is."""
    _ask(_posix._terminal_mode, _number(fd))


def tcflow(fd, action, /):
    """Nothing suspends a terminal's output."""
    tcdrain(fd)


def tcsendbreak(fd, duration, /):
    """There is no line that could break."""
    tcdrain(fd)


def tcgetwinsize(fd, /):
    """(rows, columns)"""
    return _ask(_posix._window_size, _number(fd))


def tcsetwinsize(fd, size, /):
    """Changes the window's size."""
    rows, columns = size
    _ask(_posix._set_window_size, _number(fd), rows, columns)
