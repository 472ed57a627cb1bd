"""Archives and compressed files, made from the content of their members."""

import io
import tarfile
import zipfile


def zip_of(members, packing=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def tar_of(members, mode="w:gz"):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:
        for name, content in members.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


def compress(data):
    """Compress as Unix compress does (.Z), as far as codes of nine bits reach."""
    table = {bytes([i]): i for i in range(256)}
    codes, current = [], b""
    for byte in data:
        longer = current + bytes([byte])
        if longer in table:
            current = longer
            continue
        codes.append(table[current])
        table[longer] = len(table) + 1  # 256 is the code that clears the table
        current = bytes([byte])
    codes.append(table[current])
    assert len(codes) < 255, "longer codes would be needed"
    bits = sum(code << (9 * i) for i, code in enumerate(codes))
    return b"\x1f\x9d\x90" + bits.to_bytes((9 * len(codes) + 7) // 8, "little")
