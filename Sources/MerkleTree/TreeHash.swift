import LedgerCrypto

/// The hashes of RFC 6962 §2.1: the whole of this module stands on these three lines.
///
///     MTH({})                       = SHA-256("")
///     MTH({d})                      = SHA-256(0x00 ‖ d)
///     MTH(D[0:n]), k < n ≤ 2k, k=2^i = SHA-256(0x01 ‖ MTH(D[0:k]) ‖ MTH(D[k:n]))
///
/// The prefix keeps a leaf from being read as a node (a second preimage); the split at the largest power of two
/// below n, instead of padding, keeps two different lists from having one root.
public enum TreeHash {
    /// The root of a tree without leaves: SHA-256 of nothing.
    public static let emptyRoot = Digest.sha256([])

    /// The hash of a leaf that holds `entry`.
    public static func leaf(_ entry: [UInt8]) -> Digest {
        entry.withUnsafeBytes { leaf($0) }
    }

    /// The hash of a leaf that holds `entry`.
    public static func leaf(_ entry: UnsafeRawBufferPointer) -> Digest {
        withUnsafeTemporaryAllocation(byteCount: 1 + entry.count, alignment: 1) { message in
            message[0] = 0x00
            UnsafeMutableRawBufferPointer(rebasing: message[1...]).copyMemory(from: entry)
            return Digest.sha256(UnsafeRawBufferPointer(message))
        }
    }

    /// The hash of the node over `left` and `right`.
    public static func node(_ left: Digest, _ right: Digest) -> Digest {
        withUnsafeTemporaryAllocation(byteCount: 1 + 2 * Digest.byteCount, alignment: 1) { message in
            message[0] = 0x01
            left.store(into: UnsafeMutableRawBufferPointer(rebasing: message[1...]))
            right.store(into: UnsafeMutableRawBufferPointer(rebasing: message[(1 + Digest.byteCount)...]))
            return Digest.sha256(UnsafeRawBufferPointer(message))
        }
    }
}
