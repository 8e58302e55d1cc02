"""Finds the polynomials of io.github.surprisal.internal.Constants by Remez exchange in 300-bit arithmetic.

Needs mpmath (pip install mpmath). Prints the coefficients rounded to double, the minimax error, and the error that is
left with the rounded coefficients. Run: python3 src/tools/minimax.py
"""
from mpmath import atanh, cos, exp, log, lu_solve, matrix, mp, mpf, pi, sqrt

mp.prec = 300
WIDER = 1 + mpf(2) ** -20  # reduced arguments may pass the end of the interval by a rounding


def remez(f, weight, degree, a, b):
    """The polynomial of a degree with the least maximum of |weight (f - p)| on [a, b], and that maximum."""
    nodes = sorted((a + b) / 2 + (b - a) / 2 * cos(pi * k / (degree + 1)) for k in range(degree + 2))
    while True:
        # p(x_i) + (-1)^i E / weight(x_i) = f(x_i)
        system, values = matrix(degree + 2, degree + 2), matrix(degree + 2, 1)
        for i, x in enumerate(nodes):
            for j in range(degree + 1):
                system[i, j] = x ** j
            system[i, degree + 1] = (-1) ** i / weight(x)
            values[i] = f(x)
        solution = lu_solve(system, values)
        coefficients, level = [solution[j] for j in range(degree + 1)], abs(solution[degree + 1])
        extrema = alternating(lambda x: weight(x) * (f(x) - evaluate(coefficients, x)), a, b, 60 * (degree + 2))
        while len(extrema) > degree + 2:
            extrema.pop(0 if abs(extrema[0][1]) < abs(extrema[-1][1]) else -1)
        nodes, most = [x for x, _ in extrema], max(abs(e) for _, e in extrema)
        if most / level - 1 < mpf(10) ** -6:
            return coefficients, most


def alternating(error, a, b, steps):
    """The greatest errors between changes of sign, on a grid refined by parabolas."""
    grid = [a + (b - a) * mpf(i) / steps for i in range(steps + 1)]
    values = [error(x) for x in grid]
    found = []
    for i, (x, v) in enumerate(zip(grid, values)):
        neighbours = [values[j] for j in (i - 1, i + 1) if 0 <= j <= steps]
        if all(abs(v) >= abs(w) or v * w < 0 for w in neighbours):
            if 0 < i < steps:
                bend = values[i - 1] - 2 * v + values[i + 1]
                if bend != 0:
                    x += (b - a) / steps * (values[i - 1] - values[i + 1]) / (2 * bend)
            point = (x, error(x))
            if found and found[-1][1] * point[1] > 0:
                found[-1] = max(found[-1], point, key=lambda p: abs(p[1]))
            else:
                found.append(point)
    return found


def evaluate(coefficients, x):
    return sum(c * x ** j for j, c in enumerate(coefficients))


def report(name, coefficients, level, error, points):
    rounded = [float(c) for c in coefficients]
    left = max(abs(error(rounded, x)) for x in points)
    print(f"{name}: minimax 2^{float(log(level, 2)):.1f}, with rounded coefficients 2^{float(log(left, 2)):.1f}")
    for c in rounded:
        print("   ", c.hex(), c)


def exponential(degree):
    """exp(r) = 1 + r + r^2 / 2 + r^3 q(r) for |r| <= ln2 / 2, by relative error."""
    end = log(mpf(2)) / 2 * WIDER
    tiny = mpf(10) ** -20

    def q(r):
        return (exp(r) - 1 - r - r * r / 2) / r ** 3 if abs(r) > tiny else mpf(1) / 6

    coefficients, level = remez(q, lambda r: abs(r) ** 3 / exp(r) + mpf(10) ** -30, degree, -end, end)
    report("exp", coefficients, level,
           lambda c, r: (1 + r + r * r / 2 + r ** 3 * evaluate(c, r)) / exp(r) - 1,
           [-end + 2 * end * mpf(i) / 4000 for i in range(4001)])


def single_exponential(degree):
    """exp(r) = 1 + r + r^2 q(r) for |r| <= ln2 / 2, by relative error: enough for results that become floats."""
    end = log(mpf(2)) / 2 * WIDER
    tiny = mpf(10) ** -20

    def q(r):
        return (exp(r) - 1 - r) / r ** 2 if abs(r) > tiny else mpf(1) / 2

    coefficients, level = remez(q, lambda r: r ** 2 / exp(r) + mpf(10) ** -30, degree, -end, end)
    report("exp for floats", coefficients, level,
           lambda c, r: (1 + r + r ** 2 * evaluate(c, r)) / exp(r) - 1,
           [-end + 2 * end * mpf(i) / 4000 for i in range(4001)])


def logarithm(degree):
    """2 atanh(s) = 2 s + s^3 q(s^2) for |s| <= (sqrt2 - 1) / (sqrt2 + 1), by relative error."""
    end = (sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1) * WIDER

    def q(z):
        s = sqrt(z)
        return (2 * atanh(s) - 2 * s) / s ** 3 if z > mpf(10) ** -30 else mpf(2) / 3

    coefficients, level = remez(q, lambda z: z / 2 + mpf(10) ** -30, degree, mpf(0), end ** 2)
    report("2 atanh", coefficients, level,
           lambda c, s: (2 * s + s ** 3 * evaluate(c, s * s)) / (2 * atanh(s)) - 1,
           [end * mpf(i) / 2000 for i in range(1, 2001)])


if __name__ == "__main__":
    exponential(8)
    single_exponential(7)
    logarithm(7)
