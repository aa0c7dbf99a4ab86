"""Objects and method calls: tasks that pass packets to each other under a scheduler."""


class Packet:
    def __init__(self, owner, kind):
        self.owner = owner
        self.kind = kind
        self.link = None
        self.datum = 0


class Queue:
    def __init__(self):
        self.first = self.last = None

    def put(self, packet):
        packet.link = None
        if self.first is None:
            self.first = self.last = packet
        else:
            self.last.link = packet
            self.last = packet

    def take(self):
        packet = self.first
        if packet is not None:
            self.first = packet.link
        return packet


class Task:
    def __init__(self, system, name):
        self.system = system
        self.name = name
        self.input = Queue()
        self.held = False

    def step(self):
        raise NotImplementedError

    def is_ready(self):
        return not self.held and self.input.first is not None


class Idle(Task):
    seed = 1

    def is_ready(self):
        return True

    def step(self):
        if self.seed & 1:
            self.seed = (self.seed >> 1) ^ 0xD008
            self.system.release("first device")
        else:
            self.seed >>= 1
            self.system.release("second device")


class Device(Task):
    def step(self):
        packet = self.input.take()
        packet.datum += 1
        self.system.done += 1
        self.system.send("handler", packet)
        self.held = True


class Worker(Task):
    turn = 0

    def step(self):
        packet = self.input.take()
        self.turn = (self.turn + packet.datum) % 26
        packet.kind = "work"
        self.system.send("handler", packet)


class Handler(Task):
    def step(self):
        packet = self.input.take()
        if packet.kind == "work":
            packet.kind = "device"
            self.system.send("first device" if packet.datum & 1 else "second device", packet)
        else:
            self.system.send("worker", packet)


class System:
    def __init__(self):
        self.done = 0
        self.tasks = {}
        self.order = []
        kinds = [("handler", Handler), ("worker", Worker), ("first device", Device), ("second device", Device)]
        for name, kind in [*kinds, ("idle", Idle)]:
            self.tasks[name] = kind(self, name)
            self.order.append(self.tasks[name])
        for number in range(4):
            self.send("worker", Packet(number, "device"))

    def send(self, name, packet):
        self.tasks[name].input.put(packet)

    def release(self, name):
        self.tasks[name].held = False

    def run(self, steps):
        for _ in range(steps):
            for task in self.order:
                if task.is_ready():
                    task.step()
                    break
        return self.done


def run():
    return System().run(8000)
