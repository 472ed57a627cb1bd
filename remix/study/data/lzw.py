"""How much a file of Unix compress (.Z) unpacks to, found without unpacking it.

T. Welch, "A technique for high-performance data compression", Computer 17(6) (1984) 8-19: a code stands for
a string that is one byte longer than an earlier one, so that a few hundred kilobytes may hold gigabytes.
Lengths of strings are enough to tell, and take no more memory than there are codes.
"""

_MAGIC = b"\x1f\x9d"
_CLEAR = 256


def unpacked_size(content: bytes) -> int:
    r"""Count the bytes that a file unpacks to.

    Parameters
    ----------
    content : bytes
        The whole file.

    Returns
    -------
    int
        For a damaged file, what comes before the damage.

    Examples
    --------
    >>> unpacked_size(b"\x1f\x9d\x90" + bytes([ord("a"), 0]))
    1
    """
    if content[:2] != _MAGIC or len(content) < 3:
        return 0
    # 9 stands for 10; in blocks, a code clears the table.
    widest, blocks = max(content[2] & 0x1F, 10), bool(content[2] & 0x80)
    lengths = [1] * 256 + [0] * blocks  # of the strings in the table, by their codes
    width, total, last, place = 9, 0, 0, 3
    # Eight codes at a time; where the width changes, what is left of eight is filled up and means nothing.
    while place < len(content):
        packed = content[place : place + width]
        place += width
        codes = int.from_bytes(packed, "little")
        for _ in range(8 * len(packed) // width):
            code, codes = codes & ((1 << width) - 1), codes >> width
            if code == _CLEAR and blocks:
                del lengths[_CLEAR:]
                width = 9
                break
            if code > len(lengths):
                return total
            # A code that is only about to be known repeats the last string, and its first byte.
            size = lengths[code] if code < len(lengths) else last + 1
            if total and len(lengths) < 1 << width:
                lengths.append(last + 1)
            total, last = total + size, size
            if len(lengths) == 1 << width and width < widest:
                width += 1
                break
    return total
