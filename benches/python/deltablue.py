"""Many small objects of related classes: a chain of one-way constraints, planned and solved anew for each value."""

STRENGTHS = ["required", "strong", "normal", "weak"]


class Variable:
    __slots__ = ("name", "value", "constraints", "determined", "mark")

    def __init__(self, name, value=0):
        self.name = name
        self.value = value
        self.constraints = []
        self.determined = None
        self.mark = 0


class Constraint:
    def __init__(self, strength, *variables):
        self.strength = STRENGTHS.index(strength)
        self.variables = variables
        for variable in variables:
            variable.constraints.append(self)

    def inputs(self):
        return self.variables[:-1]

    def output(self):
        return self.variables[-1]

    def inputs_known(self, mark):
        return all(variable.mark == mark for variable in self.inputs())

    def is_weaker_than(self, other):
        return other is None or self.strength < other.strength

    def execute(self):
        raise NotImplementedError


class Edit(Constraint):
    def __init__(self, strength, variable):
        super().__init__(strength, variable)
        self.wanted = 0

    def execute(self):
        self.output().value = self.wanted


class Equal(Constraint):
    def execute(self):
        source, target = self.variables
        target.value = source.value


class Scale(Constraint):
    def execute(self):
        source, factor, offset, target = self.variables
        target.value = source.value * factor.value + offset.value


class Planner:
    def __init__(self):
        self.mark = 0

    def plan(self, edits):
        self.mark += 1
        todo, plan = list(edits), []
        while todo:
            constraint = todo.pop()
            output = constraint.output()
            if output.mark == self.mark or not constraint.inputs_known(self.mark):
                continue
            if constraint.is_weaker_than(output.determined) or output.determined is constraint:
                output.determined = constraint
                output.mark = self.mark
                plan.append(constraint)
                todo.extend(other for other in output.constraints if other is not constraint)
        return plan


def run():
    planner = Planner()
    chain = [Variable(f"v{number}") for number in range(150)]
    for source, target in zip(chain, chain[1:]):
        Equal("required", source, target)
    factor, offset, scaled = Variable("factor", 10), Variable("offset", 1000), Variable("scaled")
    Scale("required", chain[-1], factor, offset, scaled)
    edits = [Edit("strong", variable) for variable in (factor, offset, chain[0])]
    edits[0].wanted, edits[1].wanted = 10, 1000
    total = 0
    for value in range(20):
        edits[2].wanted = value
        for constraint in planner.plan(edits):
            constraint.execute()
        total += scaled.value
    return total
