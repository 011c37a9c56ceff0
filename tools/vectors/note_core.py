"""The formats' rules a second time, in plain and slow Python: signatures, keys, notes, trees.

Written from the specifications (C2SP signed-note, tlog-checkpoint, tlog-cosignature; RFC 6962, RFC 8032, RFC 6979)
and not from our Swift, so that the two can disagree. The keys are for tests.
"""

import base64
import hashlib
import hmac


def sha256(data):
    return hashlib.sha256(data).digest()


def b64(data):
    return base64.b64encode(data)


# --- Ed25519 (RFC 8032 §5.1) -------------------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def ed_add(a, b):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    e, f = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    g, h = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    a, b, c, d = f - e, h - g, h + g, f + e
    return a * b % P, c * d % P, b * c % P, a * d % P


def ed_times(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = ed_add(result, point)
        point = ed_add(point, point)
        scalar >>= 1
    return result


def ed_base():
    y = 4 * pow(5, P - 2, P) % P
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    x = x if x % 2 == 0 else P - x
    return x, y, 1, x * y % P


BASE = ed_base()


def ed_encode(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def ed_secret(seed):
    h = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(h[:32], "little") & (1 << 254) - 8 | 1 << 254
    return scalar, h[32:]


def ed_public(seed):
    return ed_encode(ed_times(ed_secret(seed)[0], BASE))


def ed_sign(seed, message):
    scalar, prefix = ed_secret(seed)
    public = ed_public(seed)
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % L
    point = ed_encode(ed_times(r, BASE))
    k = int.from_bytes(hashlib.sha512(point + public + message).digest(), "little") % L
    return point + ((r + k * scalar) % L).to_bytes(32, "little")


# --- ECDSA P-256 with SHA-256 (FIPS 186-5; nonce by RFC 6979) ----------------------------------------------------

Q = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def ec_add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % Q == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], Q - 2, Q) % Q
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], Q - 2, Q) % Q
    x = (slope * slope - a[0] - b[0]) % Q
    return x, (slope * (a[0] - x) - a[1]) % Q


def ec_times(scalar, point):
    result = None
    while scalar:
        if scalar & 1:
            result = ec_add(result, point)
        point = ec_add(point, point)
        scalar >>= 1
    return result


def ec_secret(seed):
    return int.from_bytes(seed, "big") % (N - 1) + 1


def ec_spki(seed):
    x, y = ec_times(ec_secret(seed), G)
    header = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
    return header + x.to_bytes(32, "big") + y.to_bytes(32, "big")


def ec_nonce(secret, digest):
    v, k = b"\x01" * 32, b"\x00" * 32
    seed = secret.to_bytes(32, "big") + (int.from_bytes(digest, "big") % N).to_bytes(32, "big")
    for mark in (b"\x00", b"\x01"):
        k = hmac.digest(k, v + mark + seed, "sha256")
        v = hmac.digest(k, v, "sha256")
    while True:
        v = hmac.digest(k, v, "sha256")
        nonce = int.from_bytes(v, "big")
        if 0 < nonce < N:
            return nonce
        k = hmac.digest(k, v + b"\x00", "sha256")
        v = hmac.digest(k, v, "sha256")


def ec_pair(seed, message):
    secret, digest = ec_secret(seed), sha256(message)
    nonce = ec_nonce(secret, digest)
    r = ec_times(nonce, G)[0] % N
    return r, pow(nonce, N - 2, N) * (int.from_bytes(digest, "big") + r * secret) % N


def der_integer(value):
    data = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return bytes([2, len(data)]) + data


def ec_der(pair):
    body = der_integer(pair[0]) + der_integer(pair[1])
    return bytes([0x30, len(body)]) + body


# --- Keys, notes, trees ------------------------------------------------------------------------------------------


class Key:
    """A key with its name and note signature type (1, 2 or 4)."""

    def __init__(self, name, kind, label=None):
        self.name, self.kind = name.encode(), kind
        self.seed = sha256(b"countersign test key: " + (label or name).encode())
        self.material = ec_spki(self.seed) if kind == 2 else ed_public(self.seed)
        typed = bytes([kind]) + self.material
        self.id = sha256(self.material if kind == 2 else self.name + b"\n" + typed)[:4]
        self.vkey = self.name + b"+" + self.id.hex().encode() + b"+" + b64(typed)
        self.fingerprint = " ".join(sha256(typed).hex()[i : i + 4] for i in range(0, 64, 4))

    def sign(self, text, time=0):
        if self.kind == 1:
            return ed_sign(self.seed, text)
        if self.kind == 2:
            return ec_der(ec_pair(self.seed, text))
        signed = b"cosignature/v1\ntime %d\n" % time + text
        return time.to_bytes(8, "big") + ed_sign(self.seed, signed)

    def line(self, text, time=0):
        return line(self.name, self.id + self.sign(text, time))


def line(name, content):
    return "— ".encode() + name + b" " + b64(content) + b"\n"


def note(text, *lines):
    return text + b"\n" + b"".join(lines)


def root(leaves):
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:]))


def path(m, leaves):
    if len(leaves) == 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if m < k:
        return path(m, leaves[:k]) + [root(leaves[k:])]
    return path(m - k, leaves[k:]) + [root(leaves[:k])]


def checkpoint(origin, size, hash):
    return origin + b"\n%d\n" % size + b64(hash) + b"\n"
