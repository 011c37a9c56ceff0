import LedgerCrypto

/// What is known to be flushed: recovery begins here. Two copies, written in turn, so that one is always whole.
struct Watermark: Hashable, Sendable {
    static let length = 128
    /// Each copy in a sector, and a block, of its own.
    static let spacing: UInt64 = 4_096
    private static let magic = Array("CSMARK1\n".utf8)

    /// Counts the writes; the larger of two whole copies holds.
    var sequence: UInt64 = 0
    /// Entries whose levels and offsets are flushed.
    var size: UInt64 = 0
    /// Bytes of `heads` that are flushed.
    var heads: UInt64 = 0
    /// Bytes of an unfinished commit after `size` that were cut and are not in the log's own words yet.
    var cut: UInt64 = 0

    init() {}

    var encoded: [UInt8] {
        var bytes = Self.magic
        for value in [sequence, size, heads, cut] { bytes.append(bigEndian: value) }
        bytes.pad(to: Self.length - 8)
        bytes.append(contentsOf: Digest.sha256(bytes).bytes.prefix(8))
        return bytes
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.length, bytes.starts(with: Self.magic) else { return nil }
        sequence = bytes.bigEndian(at: 8)
        size = bytes.bigEndian(at: 16)
        heads = bytes.bigEndian(at: 24)
        cut = bytes.bigEndian(at: 32)
        guard encoded == bytes else { return nil }
    }

    static func newest(in file: OpenFile) throws -> Watermark? {
        let copies = try [0, spacing].compactMap { Watermark(try file.readUpTo(length, at: $0)) }
        return copies.max { $0.sequence < $1.sequence }
    }

    /// Writes the next copy over the older one and flushes it.
    mutating func store(in file: OpenFile) throws {
        sequence += 1
        try file.write(encoded, at: sequence % 2 * Self.spacing)
        try file.flush()
    }
}
