"""What the process has used, and may use."""

import posix as _posix
from collections import namedtuple as _namedtuple

error = OSError
RUSAGE_SELF, RUSAGE_CHILDREN = 0, -1
RLIM_INFINITY = -1
(RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_STACK, RLIMIT_CORE, RLIMIT_NOFILE, RLIMIT_AS, RLIMIT_NPROC) = range(8)

struct_rusage = _namedtuple(
    "struct_rusage",
    "ru_utime ru_stime ru_maxrss ru_ixrss ru_idrss ru_isrss ru_minflt ru_majflt ru_nswap ru_inblock ru_oublock"
    " ru_msgsnd ru_msgrcv ru_nsignals ru_nvcsw ru_nivcsw",
)


def getrusage(who, /):
    """The processor time used; the rest is not counted."""
    if who not in (RUSAGE_SELF, RUSAGE_CHILDREN):
        raise ValueError("invalid who parameter")
    used = _posix._processor_times()[0 if who == RUSAGE_SELF else 1]
    return struct_rusage(used, 0.0, *[0] * 14)


def getrlimit(resource, /):
    """(soft limit, hard limit)"""
    if resource not in range(8):
        raise ValueError("invalid resource specified")
    return _posix._limit(resource)


def setrlimit(resource, limits, /):
    """The sandbox's limits are its embedder's: only what is so already can be set."""
    if tuple(limits) != getrlimit(resource):
        raise ValueError("not allowed to change a limit of the sandbox")


def getpagesize():
    """Bytes in a page."""
    return 65536
