"""Generators: a tree walked by a generator in a generator, and sums of pipelines."""


class Tree:
    def __init__(self, depth, value=1):
        self.value = value
        self.children = [Tree(depth - 1, value * 2 + side) for side in (0, 1)] if depth else []

    def __iter__(self):
        yield self.value
        for child in self.children:
            yield from child


TREE = Tree(9)


def squares(numbers):
    for number in numbers:
        yield number * number


def run():
    total = sum(TREE)
    total += sum(number for number in squares(range(20000)) if number % 3)
    return total + sum(index * value for index, value in enumerate(squares(range(10000))))
