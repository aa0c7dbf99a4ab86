"""What a certificate says, read for those who want to know: whether it is valid is the kernel's to tell."""

import ipaddress as _ipaddress

_NAMES = {
    "2.5.4.3": "commonName", "2.5.4.4": "surname", "2.5.4.5": "serialNumber", "2.5.4.6": "countryName",
    "2.5.4.7": "localityName", "2.5.4.8": "stateOrProvinceName", "2.5.4.9": "streetAddress",
    "2.5.4.10": "organizationName", "2.5.4.11": "organizationalUnitName", "2.5.4.12": "title",
    "2.5.4.15": "businessCategory", "2.5.4.17": "postalCode", "2.5.4.42": "givenName",
    "1.2.840.113549.1.9.1": "emailAddress", "0.9.2342.19200300.100.1.25": "domainComponent",
}
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_SEQUENCE, _EXPLICIT_0, _EXPLICIT_3 = 0x30, 0xA0, 0xA3
_SUBJECT_ALT_NAME = "2.5.29.17"


def _element(data, at=0):
    """(tag, contents, where the next one begins)"""
    tag, length, start = data[at], data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        length, start = int.from_bytes(data[start:start + count]), start + count
        if not 1 <= count <= 4:
            raise ValueError("not DER")
    if start + length > len(data):
        raise ValueError("not DER")
    return tag, data[start:start + length], start + length


def _elements(data):
    at = 0
    while at < len(data):
        tag, contents, at = _element(data, at)
        yield tag, contents


def _identifier(data):
    numbers, value = [], 0
    for byte in data:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))


def _text(tag, data):
    return data.decode({0x1E: "utf-16-be", 0x1C: "utf-32-be", 0x0C: "utf-8"}.get(tag, "latin-1"), "replace")


def _name(data):
    parts = []
    for _, group in _elements(data):
        part = []
        for _, pair in _elements(group):
            (_, kind), (tag, value) = _elements(pair)
            kind = _identifier(kind)
            part.append((_NAMES.get(kind, kind), _text(tag, value)))
        parts.append(tuple(part))
    return tuple(parts)


def _time(tag, data):
    text = data.decode("ascii")
    if tag == 0x17:
        text = ("19" if text[:2] >= "50" else "20") + text
    month = _MONTHS[int(text[4:6]) - 1]
    return f"{month} {int(text[6:8]):2} {text[8:10]}:{text[10:12]}:{text[12:14]} {text[:4]} GMT"


def _alternative(tag, data):
    match tag & 0x1F:
        case 1 | 2 | 6 as kind:
            return {1: "email", 2: "DNS", 6: "URI"}[kind], data.decode("latin-1")
        case 4:
            return "DirName", _name(_element(data)[1])
        case 7 if len(data) in (4, 16):
            return "IP Address", str(_ipaddress.ip_address(data))
        case 8:
            return "Registered ID", _identifier(data)
    return "othername", "<unsupported>"


def decode(der):
    """A certificate as a dictionary, as `SSLSocket.getpeercert` gives it."""
    try:
        return _decode(der)
    except (IndexError, UnicodeDecodeError) as error:
        raise ValueError("not a certificate") from error


def _decode(der):
    fields = list(_elements(_element(_element(der)[1])[1]))
    version = 1
    if fields[0][0] == _EXPLICIT_0:
        version = _element(fields.pop(0)[1])[1][0] + 1
    serial, _, issuer, validity, subject = (contents for _, contents in fields[:5])
    not_before, not_after = (_time(*time) for time in _elements(validity))
    serial = serial.removeprefix(b"\0").hex().upper()
    found = {"subject": _name(subject), "issuer": _name(issuer), "version": version, "serialNumber": serial,
             "notBefore": not_before, "notAfter": not_after}
    for tag, contents in fields[6:]:
        if tag != _EXPLICIT_3:
            continue
        for _, extension in _elements(_element(contents)[1]):
            parts = [part for _, part in _elements(extension)]
            if _identifier(parts[0]) == _SUBJECT_ALT_NAME:
                names = _elements(_element(parts[-1])[1])
                found["subjectAltName"] = tuple(_alternative(tag, data) for tag, data in names)
    return found
