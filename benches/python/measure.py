"""Prints a workload's shortest time in seconds, and what it computed: measure.py MODULE TIMES"""

import importlib
import sys
import time

run = importlib.import_module(sys.argv[1]).run
best = float("inf")
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    result = run()
    best = min(best, time.perf_counter() - start)
print(best, result)
