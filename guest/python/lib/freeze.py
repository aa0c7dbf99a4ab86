"""Puts the code of modules that every start imports into one file: freeze.py DIRECTORY

CPython's own frozen modules are C arrays in it; guest/python/src/frozen.rs reads these. The directory is the
library's, compiled."""

import importlib.util
import os
import sys

MODULES = ["_user_packages", "encodings", "encodings.aliases", "encodings.utf_8", "encodings.utf_8_sig", "linecache"]

directory = sys.argv[1]
with open(os.path.join(directory, "startup.bin"), "wb") as file:
    for name in MODULES:
        path = os.path.join(directory, *name.split("."))
        is_package = os.path.isdir(path)
        source = os.path.join(path, "__init__.py") if is_package else path + ".py"
        with open(importlib.util.cache_from_source(source), "rb") as compiled:
            code = compiled.read()[16:]
        file.write(name.encode() + b"\0" + bytes([is_package]) + len(code).to_bytes(4, "little") + code)
