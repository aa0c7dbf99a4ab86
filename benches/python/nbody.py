"""Floating-point arithmetic: three planets and their sun."""

from math import sqrt


def run():
    bodies = [
        ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], 39.47),
        ([4.84, -1.16, -0.10], [0.60, 2.81, -0.02], 0.037),
        ([8.34, 4.12, -0.40], [-1.01, 1.82, 0.008], 0.011),
        ([12.89, -15.11, -0.22], [1.08, 0.86, -0.010], 0.0017),
    ]
    pairs = [(a, b) for i, a in enumerate(bodies) for b in bodies[i + 1 :]]
    for _ in range(1000):
        for (p, v, m), (q, w, n) in pairs:
            x = p[0] - q[0]
            y = p[1] - q[1]
            z = p[2] - q[2]
            d = x * x + y * y + z * z
            s = 0.001 / (d * sqrt(d))
            a = n * s
            b = m * s
            v[0] -= x * a
            v[1] -= y * a
            v[2] -= z * a
            w[0] += x * b
            w[1] += y * b
            w[2] += z * b
        for p, v, _ in bodies:
            p[0] += 0.001 * v[0]
            p[1] += 0.001 * v[1]
            p[2] += 0.001 * v[2]
    return round(bodies[0][0][0], 9)
