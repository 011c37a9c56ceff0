import LedgerCrypto

/// The position of an entry in the log, from 0. What a leaf *is*; how many there are is a `TreeSize`.
public struct LeafIndex: Hashable, Sendable {
    public let value: UInt64

    public init(_ value: UInt64) { self.value = value }
}

/// How many leaves a tree has.
public struct TreeSize: Hashable, Sendable {
    public let value: UInt64

    public init(_ value: UInt64) { self.value = value }

    /// No leaves.
    public static let zero = TreeSize(0)
}

/// What a checkpoint says: so many leaves, and the root over them.
public struct TreeHead: Hashable, Sendable {
    public let size: TreeSize
    public let root: Digest

    public init(size: TreeSize, root: Digest) {
        self.size = size
        self.root = root
    }

    /// The head of a log without entries.
    public static let empty = TreeHead(size: .zero, root: TreeHash.emptyRoot)
}

extension LeafIndex: Comparable, CustomStringConvertible {
    /// Reads the canonical decimal form: digits alone, no sign, no leading zero, at most 2^64 − 1.
    public init?(canonical text: some StringProtocol) {
        self.init(canonicalBytes: text.utf8)
    }

    /// The same, from bytes: formats that are defined in bytes are read as bytes.
    public init?(canonicalBytes bytes: some Collection<UInt8>) {
        guard let value = CanonicalDecimal.parse(bytes) else { return nil }
        self.init(value)
    }

    public static func < (left: LeafIndex, right: LeafIndex) -> Bool { left.value < right.value }

    public var description: String { String(value) }
}

extension TreeSize: Comparable, CustomStringConvertible {
    /// Reads the canonical decimal form: digits alone, no sign, no leading zero, at most 2^64 − 1.
    public init?(canonical text: some StringProtocol) {
        self.init(canonicalBytes: text.utf8)
    }

    /// The same, from bytes: formats that are defined in bytes are read as bytes.
    public init?(canonicalBytes bytes: some Collection<UInt8>) {
        guard let value = CanonicalDecimal.parse(bytes) else { return nil }
        self.init(value)
    }

    public static func < (left: TreeSize, right: TreeSize) -> Bool { left.value < right.value }

    public var description: String { String(value) }
}

/// Decimal numbers with one spelling each. Swift's own `UInt64("+012")` is 12, so it cannot read them.
enum CanonicalDecimal {
    static func parse(_ bytes: some Collection<UInt8>) -> UInt64? {
        // 2^64 − 1 has 20 digits. Copied once: walking another module's collection costs a call a byte.
        bytes.count <= 20 ? parse([UInt8](bytes)) : nil
    }

    private static func parse(_ bytes: [UInt8]) -> UInt64? {
        guard let first = bytes.first, first != UInt8(ascii: "0") || bytes.count == 1 else { return nil }
        var value: UInt64 = 0
        for byte in bytes {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = tens.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
            guard !tooLarge, !carried else { return nil }
            value = sum
        }
        return value
    }
}
