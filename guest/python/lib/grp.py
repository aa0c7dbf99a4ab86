"""The groups of /etc/group."""

from collections import namedtuple as _namedtuple

struct_group = _namedtuple("struct_group", "gr_name gr_passwd gr_gid gr_mem")


def getgrall():
    """All groups."""
    groups = []
    with open("/etc/group", encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            fields = line.rstrip("\n").split(":")
            if len(fields) == 4 and fields[2].isdigit():
                groups.append(struct_group(*fields[:2], int(fields[2]), [name for name in fields[3].split(",") if name]))
    return groups


def getgrnam(name):
    """The group of that name."""
    for group in getgrall():
        if group.gr_name == name:
            return group
    raise KeyError(f"getgrnam(): name not found: {name!r}")


def getgrgid(id):
    """The group of that number."""
    for group in getgrall():
        if group.gr_gid == id:
            return group
    raise KeyError(f"getgrgid(): gid not found: {id}")
