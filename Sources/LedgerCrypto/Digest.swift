/// 32 bytes of SHA-256, held inline: no allocation, compared as the bytes would be.
///
/// Every hash that crosses a module's edge is a `Digest`, so none can be too short, and a key or a text cannot
/// be taken for one.
public struct Digest: Hashable, Sendable {
    /// How many bytes a digest has.
    public static let byteCount = 32

    // Each word holds eight bytes, the first of them highest: so comparing words is comparing bytes.
    let word0, word1, word2, word3: UInt64

    init(word0: UInt64, word1: UInt64, word2: UInt64, word3: UInt64) {
        self.word0 = word0
        self.word1 = word1
        self.word2 = word2
        self.word3 = word3
    }

    /// Takes exactly 32 bytes; `nil` for any other number of them.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Digest.byteCount else { return nil }
        let loaded = bytes.withContiguousStorageIfAvailable { Digest(loading: UnsafeRawBufferPointer($0)) }
        if let loaded {
            self = loaded
        } else {
            self = [UInt8](bytes).withUnsafeBytes { Digest(loading: $0) }
        }
    }

    /// Reads the 32 bytes that `memory` begins with.
    ///
    /// - Precondition: `memory` holds at least 32 bytes.
    public init(loading memory: UnsafeRawBufferPointer) {
        precondition(memory.count >= Digest.byteCount, "a digest is read from 32 bytes")
        word0 = UInt64(bigEndian: memory.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
        word1 = UInt64(bigEndian: memory.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        word2 = UInt64(bigEndian: memory.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
        word3 = UInt64(bigEndian: memory.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
    }

    /// Writes the 32 bytes over the beginning of `memory`: what a node's hash is assembled with, without an array.
    ///
    /// - Precondition: `memory` holds at least 32 bytes.
    public func store(into memory: UnsafeMutableRawBufferPointer) {
        precondition(memory.count >= Digest.byteCount, "a digest is written to 32 bytes")
        memory.storeBytes(of: word0.bigEndian, toByteOffset: 0, as: UInt64.self)
        memory.storeBytes(of: word1.bigEndian, toByteOffset: 8, as: UInt64.self)
        memory.storeBytes(of: word2.bigEndian, toByteOffset: 16, as: UInt64.self)
        memory.storeBytes(of: word3.bigEndian, toByteOffset: 24, as: UInt64.self)
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Digest.byteCount) { buffer, count in
            store(into: UnsafeMutableRawBufferPointer(buffer))
            count = Digest.byteCount
        }
    }

    /// Appends the 32 bytes.
    public func append(to bytes: inout [UInt8]) {
        let words = (word0.bigEndian, word1.bigEndian, word2.bigEndian, word3.bigEndian)
        withUnsafeBytes(of: words) { bytes.append(contentsOf: $0) }
    }
}

extension Digest: Comparable {
    /// The order of the bytes.
    public static func < (left: Digest, right: Digest) -> Bool {
        (left.word0, left.word1, left.word2, left.word3) < (right.word0, right.word1, right.word2, right.word3)
    }
}

extension Digest: CustomStringConvertible {
    /// Reads exactly 64 lower-case hexadecimal digits.
    public init?(hex: some StringProtocol) {
        guard hex.utf8.count == 2 * Digest.byteCount, let bytes = Hex.decode(hex) else { return nil }
        self.init(bytes)
    }

    /// 64 lower-case hexadecimal digits.
    public var hex: String { Hex.string(bytes) }

    public var description: String { hex }
}
