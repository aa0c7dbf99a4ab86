"""The users of /etc/passwd."""

from collections import namedtuple as _namedtuple

struct_passwd = _namedtuple("struct_passwd", "pw_name pw_passwd pw_uid pw_gid pw_gecos pw_dir pw_shell")


def getpwall():
    """All users."""
    users = []
    with open("/etc/passwd", encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            fields = line.rstrip("\n").split(":")
            if len(fields) == 7 and fields[2].isdigit() and fields[3].isdigit():
                users.append(struct_passwd(*fields[:2], int(fields[2]), int(fields[3]), *fields[4:]))
    return users


def getpwnam(name, /):
    """The user of that name."""
    for user in getpwall():
        if user.pw_name == name:
            return user
    raise KeyError(f"getpwnam(): name not found: {name!r}")


def getpwuid(uid, /):
    """The user of that number."""
    for user in getpwall():
        if user.pw_uid == uid:
            return user
    raise KeyError(f"getpwuid(): uid not found: {uid}")
