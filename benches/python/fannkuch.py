"""Lists of small integers: the most prefix reversals that a permutation takes."""


def run(size=7):
    most = 0
    permutation = list(range(size))
    counts = list(range(1, size + 1))
    while True:
        flips = 0
        deck = permutation[:]
        while first := deck[0]:
            deck[: first + 1] = deck[first::-1]
            flips += 1
        most = max(most, flips)
        at = 1
        while True:
            if at == size:
                return most
            permutation.insert(at, permutation.pop(0))
            counts[at] -= 1
            if counts[at]:
                break
            counts[at] = at + 1
            at += 1
