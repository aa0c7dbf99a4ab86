"""The JSON module: a document written, read and written again."""

import json

DOCUMENT = {
    "users": [
        {"id": number, "name": f"user {number}", "tags": ["a", "b\n", "ü"], "score": number / 7, "active": number % 2 == 0}
        for number in range(200)
    ],
    "next": None,
}


def run():
    text = json.dumps(DOCUMENT)
    return len(json.dumps(json.loads(text), indent=1, sort_keys=True))
