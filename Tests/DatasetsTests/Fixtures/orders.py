"""Computes epoch orders independently of the Swift sources: the pins in EpochOrderTests.swift.

Usage: python3 orders.py
"""


def philox(key, counter):
    """Philox4x32-10 (Salmon et al. 2011)."""
    c = list(counter)
    k0, k1 = key & 0xFFFFFFFF, key >> 32
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k0, p1 & 0xFFFFFFFF, (p0 >> 32) ^ c[3] ^ k1, p0 & 0xFFFFFFFF]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c


class Stream:
    """Numbers of the purpose `shuffling` (2)."""

    def __init__(self, seed, epoch, index):
        self.seed, self.counter, self.words = seed, [0, epoch, 0, 2 << 24 | index], []

    def below(self, bound):
        while len(self.words) < 2:
            self.words += philox(self.seed, self.counter)
            self.counter[0] += 1
        low, high = self.words.pop(0), self.words.pop(0)
        return (high << 32 | low) * bound >> 64


def draw(rows, stream):
    """Takes a row out of a list, the last one filling its place."""
    place = stream.below(len(rows))
    rows[place], rows[-1] = rows[-1], rows[place]
    return rows.pop()


def drain(rows, stream):
    return [draw(rows, stream) for _ in range(len(rows))]


def order(rows, seed, epoch, block_rows=None, window_blocks=None):
    draws = Stream(seed, epoch, 0)
    if block_rows is None or rows <= block_rows * window_blocks:
        return drain(list(range(rows)), draws)
    count = -(-rows // block_rows)
    blocks = drain(list(range(count)), Stream(seed, epoch, 1))

    entering = [
        row for block in blocks for row in range(block * block_rows, min((block + 1) * block_rows, rows))]
    # A block that is short still counts as one of the window's.
    held = sum(min((block + 1) * block_rows, rows) - block * block_rows for block in blocks[:window_blocks])
    window, entering = entering[:held], entering[held:]
    result = []
    for row in entering:
        place = draws.below(len(window))
        result.append(window[place])
        window[place] = row
    return result + drain(window, draws)


print(order(12, seed=0, epoch=0))
print(order(12, seed=0x123456789ABCDEF0, epoch=3))
print(order(20, seed=7, epoch=1, block_rows=3, window_blocks=2))
print(order(16, seed=7, epoch=0, block_rows=1, window_blocks=4))
