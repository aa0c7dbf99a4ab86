"""C's numbers as Python objects. There is no native code to call: a library cannot be loaded, and of types that
describe memory there are only the names, so that modules which define some can be imported."""

import struct as _struct

__version__ = "1.1.0"
DEFAULT_MODE = RTLD_LOCAL = 0
RTLD_GLOBAL = 256


class ArgumentError(Exception):
    """An argument that cannot be converted."""


class _Type(type):
    """The type of types: a type times a number is an array."""

    def __mul__(cls, length):
        if length < 0:
            raise ValueError(f"Array length must be >= 0, not {length}")
        return _Type(f"{cls.__name__}_Array_{length}", (Array,), {"_type_": cls, "_length_": length})

    __rmul__ = __mul__


class _Simple(metaclass=_Type):
    """A value of a type of C."""

    _type_ = "P"

    def __init_subclass__(cls):
        # A character, Windows' truth, and what points to text or an object.
        code = {"u": "I", "v": "h", "z": "P", "Z": "P", "O": "P"}.get(cls._type_, cls._type_)
        cls._size = _struct.calcsize(code)

    def __init__(self, value=None):
        self.value = self._zero() if value is None else value

    @classmethod
    def _zero(cls):
        if cls._type_ in "uvzZO":
            return {"u": "\0", "v": False}.get(cls._type_)
        return b"\0" if cls._type_ == "c" else _struct.unpack(cls._type_, bytes(cls._size))[0]

    @property
    def value(self):
        """The value, as Python has it."""
        return self._value

    @value.setter
    def value(self, value):
        kind = self._type_
        if kind in "uvzZO":
            self._value = value
            return
        if kind in "bBhHiIlLqQP":
            # As C does it: what does not fit is cut off.
            bits = self._size * 8
            value = int.__index__(value) & (1 << bits) - 1
            if kind in "bhilq" and value >> bits - 1:
                value -= 1 << bits
        elif kind == "?":
            value = bool(value)
        try:
            self._value = _struct.unpack(kind, _struct.pack(kind, value))[0]
        except _struct.error as error:
            raise TypeError(str(error)) from None

    def __repr__(self):
        return f"{type(self).__name__}({self.value!r})"

    def __bool__(self):
        return bool(self.value)


_SimpleCData = _Simple


def _define():
    kinds = {
        "c_byte": "b", "c_ubyte": "B", "c_short": "h", "c_ushort": "H", "c_int": "i", "c_uint": "I",
        "c_long": "l", "c_ulong": "L", "c_longlong": "q", "c_ulonglong": "Q", "c_float": "f",
        "c_double": "d", "c_longdouble": "d", "c_bool": "?", "c_char": "c", "c_void_p": "P",
        "c_int8": "b", "c_uint8": "B", "c_int16": "h", "c_uint16": "H", "c_int32": "i", "c_uint32": "I",
        "c_int64": "q", "c_uint64": "Q", "c_size_t": "L", "c_ssize_t": "l", "c_time_t": "q",
        "c_wchar": "u", "c_char_p": "z", "c_wchar_p": "Z", "py_object": "O",
    }
    for name, kind in kinds.items():
        globals()[name] = _Type(name, (_Simple,), {"_type_": kind, "__module__": "ctypes"})


_define()


def sizeof(what):
    """Bytes that a value takes in C."""
    if isinstance(what, _Simple) or isinstance(what, type) and issubclass(what, _Simple):
        return what._size
    raise TypeError("this type has no size")


alignment = sizeof


class _NoMemory(metaclass=_Type):
    """Describes memory, which only native code would read."""

    def __init__(self, *_, **__):
        raise NotImplementedError(f"{type(self).__name__}: there is no native code here that could use it")


class Structure(_NoMemory):
    """A struct: only its name is here."""


class Union(_NoMemory):
    """A union: only its name is here."""


class Array(_NoMemory):
    """An array: only its name is here."""


class BigEndianStructure(Structure):
    """A struct: only its name is here."""


class LittleEndianStructure(Structure):
    """A struct: only its name is here."""


class CDLL:
    """A native library: there is none but the program itself, which shows no function."""

    def __init__(self, name=None, *_, **__):
        if name is not None:
            raise OSError(f"{name}: native libraries cannot be loaded here")
        self._name = name

    def __getattr__(self, name):
        raise AttributeError(f"function '{name}' not found")

    def __getitem__(self, name):
        return getattr(self, name)


PyDLL = CDLL


class LibraryLoader:
    """Loads libraries by attribute."""

    def __init__(self, dlltype):
        self._dlltype = dlltype

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return self._dlltype(name)

    def LoadLibrary(self, name):
        """Loads a library."""
        return self._dlltype(name)


cdll = LibraryLoader(CDLL)
pydll = LibraryLoader(PyDLL)


def _missing(name):
    def function(*_, **__):
        raise NotImplementedError(f"ctypes.{name}: there is no native code here that could use it")
    function.__name__ = name
    return function


for _name in ["pointer", "byref", "addressof", "cast", "resize", "memmove", "memset", "string_at", "wstring_at",
              "create_string_buffer", "create_unicode_buffer"]:
    globals()[_name] = _missing(_name)


class _Pointer(_NoMemory):
    """A pointer: only its name is here."""


class _CFuncPtr(_NoMemory):
    """A function: only its name is here."""


_pointers = {}


def POINTER(kind):
    """The type of pointers to a type."""
    if kind is None:
        return c_void_p
    if kind not in _pointers:
        name = kind if isinstance(kind, str) else kind.__name__
        _pointers[kind] = _Type(f"LP_{name}", (_Pointer,), {"_type_": kind})
    return _pointers[kind]


def CFUNCTYPE(restype, *argtypes, use_errno=False, use_last_error=False):
    """The type of functions of C."""
    return _Type("CFunctionType", (_CFuncPtr,), {"_restype_": restype, "_argtypes_": argtypes})


PYFUNCTYPE = CFUNCTYPE


def get_errno():
    """The error number of native calls: none is made."""
    return 0


def set_errno(value):
    """Sets it."""
    return 0
