#!/usr/bin/env python3
"""Makes the reference trajectories beside this file. Needs nothing but Python 3.

    python3 trajectories.py                 writes MountainCar-v0.txt, Acrobot-v1.txt and Catch.txt
    python3 trajectories.py --gymnasium     also plays the same actions in Gymnasium, if that is installed, and prints
                                            the greatest difference

It shares nothing with the Java code. Where a definition can be written in another way, it is: the acrobot's
accelerations come from the two linear equations of its mass matrix instead of the book's solution of them, its
angles are wrapped by a remainder instead of by steps of a turn, and Catch is drawn pixel by pixel instead of in
rectangles.

Definitions: MountainCar-v0 and Acrobot-v1 as in Gymnasium 1.0; Catch as in bsuite (Osband et al., "Behaviour Suite for
Reinforcement Learning", ICLR 2020), drawn at 84 x 84.
"""

import hashlib
import math
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


class MountainCar:
    NAME, LIMIT = "MountainCar-v0", 200

    def __init__(self, state):
        self.x, self.v = state

    def observe(self):
        return [self.x, self.v]

    def step(self, action):
        v = self.v + 0.001 * (action - 1) - 0.0025 * math.cos(3 * self.x)
        v = max(-0.07, min(0.07, v))
        x = max(-1.2, min(0.6, self.x + v))
        at_the_wall = x == -1.2
        self.x, self.v = x, 0.0 if at_the_wall and v < 0 else v
        return -1, x >= 0.5 and self.v >= 0


class Acrobot:
    NAME, LIMIT = "Acrobot-v1", 500

    def __init__(self, state):
        self.s = list(state)

    def observe(self):
        a, b, da, db = self.s
        return [math.cos(a), math.sin(a), math.cos(b), math.sin(b), da, db]

    @staticmethod
    def slope(s, torque):
        """Both links: length 1, mass 1, centre of mass in the middle, moment of inertia 1; gravity 9.8.

        m11 dda + m12 ddb = r1 and m12 dda + m22 ddb = r2, solved by Cramer's rule.
        """
        a, b, da, db = s
        m11 = 0.25 + 1 + 0.25 + math.cos(b) + 2
        m12 = 0.25 + 0.5 * math.cos(b) + 1
        m22 = 0.25 + 1
        gravity2 = 0.5 * 9.8 * math.sin(a + b)
        gravity1 = 1.5 * 9.8 * math.sin(a) + gravity2
        r1 = 0.5 * db * db * math.sin(b) + db * da * math.sin(b) - gravity1
        r2 = torque - 0.5 * da * da * math.sin(b) - gravity2
        determinant = m11 * m22 - m12 * m12
        return [da, db, (r1 * m22 - m12 * r2) / determinant, (m11 * r2 - m12 * r1) / determinant]

    def step(self, action):
        h, torque, s = 0.2, action - 1, self.s
        k1 = self.slope(s, torque)
        k2 = self.slope([y + h / 2 * k for y, k in zip(s, k1)], torque)
        k3 = self.slope([y + h / 2 * k for y, k in zip(s, k2)], torque)
        k4 = self.slope([y + h * k for y, k in zip(s, k3)], torque)
        a, b, da, db = [y + h / 6 * (p + 2 * q + 2 * r + w) for y, p, q, r, w in zip(s, k1, k2, k3, k4)]
        self.s = [
            math.remainder(a, 2 * math.pi),
            math.remainder(b, 2 * math.pi),
            max(-4 * math.pi, min(4 * math.pi, da)),
            max(-9 * math.pi, min(9 * math.pi, db)),
        ]
        terminated = -math.cos(self.s[0]) - math.cos(self.s[0] + self.s[1]) > 1
        return (0 if terminated else -1), terminated


class Catch:
    NAME, LIMIT = "Catch", 9
    ROWS, COLUMNS, PIXELS = 10, 5, 84

    def __init__(self, state):
        (self.column,) = state
        self.row, self.paddle = 0, self.COLUMNS // 2

    @classmethod
    def cell(cls, pixel, cells):
        """The last cell whose first pixel, 84 * cell / cells rounded down, is not beyond the pixel."""
        return max(c for c in range(cells) if cls.PIXELS * c // cells <= pixel)

    def image(self):
        lit = {(self.row, self.column), (self.ROWS - 1, self.paddle)}
        return bytes(
            255 if (self.cell(y, self.ROWS), self.cell(x, self.COLUMNS)) in lit else 0
            for y in range(self.PIXELS)
            for x in range(self.PIXELS)
        )

    def observe(self):
        return [self.row, self.column, self.paddle, hashlib.sha256(self.image()).hexdigest()]

    def step(self, action):
        self.paddle = max(0, min(self.COLUMNS - 1, self.paddle + action - 1))
        self.row += 1
        terminated = self.row == self.ROWS - 1
        return (0 if not terminated else 1 if self.paddle == self.column else -1), terminated


def listed(actions):
    """Plays a list, then ends."""
    return lambda env, number: actions[number] if number < len(actions) else None


def uphill(env, number):
    """Pushes the car the way it rolls."""
    return 2 if env.v >= 0 else 0


def swing(env, number):
    """Drives the second link against the first one's motion, which pumps energy in."""
    return 0 if env.s[2] > 0 else 2


def mixed(seed, length):
    """A fixed sequence of actions without a pattern."""
    actions = []
    for _ in range(length):
        seed = (1103515245 * seed + 12345) % 2**31
        actions.append(seed // 65536 % 3)
    return listed(actions)


def after(idle, policy):
    """Does nothing for a while."""
    return lambda env, number: 1 if number < idle else policy(env, number)


def always(action):
    return lambda env, number: action


EPISODES = {
    MountainCar: [
        ("rolls to the goal", (-0.5, 0.0), uphill),
        ("does nothing until time is up", (-0.45, 0.0), always(1)),
        ("reaches the goal as time is up", (-0.6, 0.0), after(90, uphill)),
        ("pushes right in vain", (-0.6, 0.0), listed([2] * 60)),
        ("stops at the left wall", (-1.1, -0.06), listed([0] * 4 + [1, 2, 2, 0, 0, 0])),
        ("stands at the wall and leaves it", (-1.2, 0.0), listed([0, 0, 1, 2, 2, 2])),
        ("is too fast to the right", (-0.7, 0.0695), listed([2, 2, 2, 2, 1, 0])),
        ("is too fast to the left", (-0.1, -0.0695), listed([0, 0, 0, 0, 1, 2])),
        ("is beyond the goal but rolls back", (0.58, -0.03), listed([0, 0, 0, 0])),
        ("is stopped by the right end", (0.57, 0.06), listed([2])),
        ("wanders", (-0.42, 0.0), mixed(7, 120)),
    ],
    Acrobot: [
        ("swings up", (0.05, -0.03, 0.02, 0.01), swing),
        ("hangs until time is up", (0.01, -0.02, 0.0, 0.0), always(1)),
        ("turns over the top, folded", (3.0, 3.0, 2.0, 1.0), listed([1] * 12)),
        ("turns under the top the other way", (-3.0, -3.0, -2.0, -1.0), listed([2, 0] * 6)),
        ("first joint is too fast", (2.3, 2.1, 11.3, 5.0), listed([1, 1])),
        ("first joint is too fast backwards", (-2.3, -2.1, -11.3, -5.0), listed([1, 1])),
        ("both joints are too fast", (1.7, 1.9, 12.2, 13.5), listed([1, 1, 2, 0])),
        ("both joints are too fast backwards", (-1.7, -1.9, -12.2, -13.5), listed([1, 1, 0, 2])),
        ("second joint turns and turns", (0.0, 0.1, -3.0, 28.2), listed([2, 2, 2, 2, 2, 2])),
        ("wanders", (-0.1, 0.1, 0.1, -0.1), mixed(3, 100)),
    ],
    Catch: [
        (f"ball in column {column}, {name}", (column,), policy)
        for column in range(5)
        for name, policy in [
            ("to the left wall", always(0)),
            ("stays", always(1)),
            ("to the right wall", always(2)),
            ("from wall to wall", listed([0, 0, 0, 2, 2, 2, 2, 2, 0])),
            ("wanders", mixed(11 + column, 9)),
        ]
    ],
}


def play(environment, start, policy):
    """The start and all steps: what was done, what was seen, reward, terminated, truncated."""
    env = environment(start)
    steps = [(None, env.observe(), None, None, None)]
    terminated = truncated = False
    while not terminated and not truncated:
        action = policy(env, len(steps) - 1)
        if action is None:
            break
        reward, terminated = env.step(action)
        truncated = len(steps) >= environment.LIMIT and environment is not Catch
        steps.append((action, env.observe(), reward, terminated, truncated))
    return steps


def number(value):
    return value if isinstance(value, str) else f"{value:.12g}"


def write(environment):
    lines = [
        "# Made by trajectories.py. A line 'episode NAME', a line 'start STATE', the first observation, then a line a",
        "# step: action, reward, terminated, truncated, observation.",
    ]
    for name, start, policy in EPISODES[environment]:
        steps = play(environment, start, policy)
        lines.append(f"episode {name}")
        lines.append(" ".join(["start"] + [repr(x) for x in start]))
        lines.append(" ".join(["first"] + [number(x) for x in steps[0][1]]))
        for action, observation, reward, terminated, truncated in steps[1:]:
            flags = [str(x) for x in (action, reward, int(terminated), int(truncated))]
            lines.append(" ".join(flags + [number(x) for x in observation]))
    with open(os.path.join(HERE, environment.NAME + ".txt"), "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")


def compare(environment):
    """Plays the same in Gymnasium; the greatest difference between observations, relative beyond 1."""
    import gymnasium
    import numpy

    env = gymnasium.make(environment.NAME)
    greatest = 0.0
    for name, start, policy in EPISODES[environment]:
        env.reset(seed=1)
        env.unwrapped.state = numpy.array(start, dtype=numpy.float64)
        for action, observation, reward, terminated, truncated in play(environment, start, policy)[1:]:
            seen, earned, final, cut, _ = env.step(action)
            assert (earned, final, cut) == (reward, terminated, truncated), (name, action)
            for mine, theirs in zip(observation, seen):
                greatest = max(greatest, abs(mine - float(theirs)) / max(1, abs(mine)))
    print(f"{environment.NAME}: Gymnasium {gymnasium.__version__} differs by at most {greatest:.2g}")


if __name__ == "__main__":
    for each in EPISODES:
        write(each)
    if "--gymnasium" in sys.argv[1:]:
        compare(MountainCar)
        compare(Acrobot)
