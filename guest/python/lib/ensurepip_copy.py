"""Installs pip as its wheel would be: its files are beside the library, compiled already."""

import base64
import csv
import hashlib
import importlib.util
import os
import struct
import sys
import sysconfig

_MAGIC = importlib.util.MAGIC_NUMBER


def install(version, names):
    """Puts pip where this interpreter's packages are, with commands of those names.

    Whether it could: not where a pip is already, nor for an interpreter that a script's first line cannot name.
    """
    source = os.path.join(os.path.dirname(os.__file__), "site-packages")
    target = sysconfig.get_path("purelib")
    info = f"pip-{version}.dist-info"
    if len(sys.executable) > 120 or any(character.isspace() for character in sys.executable):
        return False
    if not os.path.isfile(os.path.join(source, info, "RECORD")):
        return False
    if os.path.isdir(target) and any(name == "pip" or name.startswith("pip-") for name in os.listdir(target)):
        return False
    rows = []
    made = set()
    with open(os.path.join(source, info, "RECORD"), newline="", encoding="utf-8") as record:
        for name, digest, size in csv.reader(record):
            if name == f"{info}/RECORD":
                continue
            rows.append((name, digest, size))
            _copy(source, target, name, made)
            if name.endswith(".py") and (compiled := _copy_compiled(source, target, name, made)):
                rows.append((compiled, "", ""))
    entry = _entry(os.path.join(source, info, "entry_points.txt"))
    scripts = sysconfig.get_path("scripts")
    for name in names:
        path = os.path.join(scripts, name)
        rows.append(_write(path, _script(*entry), os.path.relpath(path, target)))
        os.chmod(path, 0o777 & ~_umask())
    for name, text in (("INSTALLER", "pip\n"), ("REQUESTED", "")):
        rows.append(_write(os.path.join(target, info, name), text, f"{info}/{name}"))
    rows.append((f"{info}/RECORD", "", ""))
    with open(os.path.join(target, info, "RECORD"), "w", newline="", encoding="utf-8") as record:
        csv.writer(record).writerows(sorted(rows))
    return True


def _copy(source, target, name, made):
    path = os.path.join(target, name)
    _make_directory(os.path.dirname(path), made)
    with open(os.path.join(source, name), "rb") as file, open(path, "wb") as copy:
        copy.write(file.read())


def _copy_compiled(source, target, name, made):
    """The compiled file of a module, valid for as long as the copy is what it is."""
    compiled = importlib.util.cache_from_source(name)
    try:
        with open(os.path.join(source, compiled), "rb") as file:
            contents = file.read()
    except FileNotFoundError:
        return None
    if contents[:4] != _MAGIC:
        return None
    status = os.stat(os.path.join(target, name))
    path = os.path.join(target, compiled)
    _make_directory(os.path.dirname(path), made)
    with open(path, "wb") as copy:
        times = struct.pack("<III", 0, int(status.st_mtime) & 0xFFFFFFFF, status.st_size & 0xFFFFFFFF)
        copy.write(_MAGIC + times + contents[16:])
    return compiled


def _make_directory(path, made):
    if path not in made:
        os.makedirs(path, exist_ok=True)
        made.add(path)


def _entry(path):
    """The module and the function of the command."""
    with open(path, encoding="utf-8") as points:
        for line in points:
            name, _, entry = line.partition("=")
            if name.strip() == "pip":
                module, _, function = entry.strip().partition(":")
                return module, function
    raise ValueError(f"{path}: there is no command pip")


def _script(module, function):
    return (
        f"#!{sys.executable}\n"
        "import sys\n"
        f"from {module} import {function}\n"
        "if __name__ == '__main__':\n"
        "    sys.argv[0] = sys.argv[0].removesuffix('.exe')\n"
        f"    sys.exit({function}())\n"
    )


def _write(path, text, name):
    """Writes a file; its row in the record."""
    contents = text.encode()
    with open(path, "wb") as file:
        file.write(contents)
    digest = base64.urlsafe_b64encode(hashlib.sha256(contents).digest()).rstrip(b"=").decode()
    return name, f"sha256={digest}", str(len(contents))


def _umask():
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
