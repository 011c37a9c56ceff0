/// A Unicode text that is compared, ordered and hashed by its UTF-8 bytes.
///
/// `String` compares by canonical equivalence: to it, an "é" of one scalar and an "é" of two are the same name. To a
/// ledger they are two, because their bytes hash differently.
public struct Text: Hashable, Comparable, Sendable {
    public let string: String

    public init(_ string: String) {
        var native = string
        native.makeContiguousUTF8()
        self.string = native
    }

    /// The text of `bytes`; nil unless they are valid UTF-8.
    public init?(utf8 bytes: some Collection<UInt8>) {
        guard let string = String(validating: bytes, as: UTF8.self) else { return nil }
        self.string = string
    }

    /// The text of bytes that are known to be UTF-8.
    init(checked bytes: UnsafeBufferPointer<UInt8>) {
        string = String(decoding: bytes, as: UTF8.self)
    }

    public var utf8: String.UTF8View { string.utf8 }
    public var bytes: [UInt8] { [UInt8](string.utf8) }
    public var isEmpty: Bool { string.utf8.isEmpty }

    /// Lends the UTF-8 bytes without a copy.
    @inlinable @inline(__always)
    public func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let result = string.utf8.withContiguousStorageIfAvailable(body) { return result }
        return bytes.withUnsafeBufferPointer(body)
    }

    public static func == (left: Text, right: Text) -> Bool {
        guard left.string.utf8.count == right.string.utf8.count else { return false }
        return left.withBytes { left in right.withBytes { right in areEqual(left, right) } }
    }

    /// Whether two runs of the same length hold the same bytes, eight at a time.
    private static func areEqual(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
        let (one, other) = (UnsafeRawBufferPointer(left), UnsafeRawBufferPointer(right))
        var at = 0
        while at + 8 <= one.count {
            let isSame =
                one.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                == other.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            guard isSame else { return false }
            at += 8
        }
        while at < one.count, one[at] == other[at] { at += 1 }
        return at == one.count
    }

    /// Byte order, which is also the order of Unicode scalars.
    public static func < (left: Text, right: Text) -> Bool {
        left.withBytes { left in right.withBytes { right in left.lexicographicallyPrecedes(right) } }
    }

    public func hash(into hasher: inout Hasher) {
        withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(0xFF as UInt8)
    }
}

extension Text: ExpressibleByStringLiteral, CustomStringConvertible {
    public init(stringLiteral value: String) { string = value }
    public var description: String { string }
}

extension Text {
    public func hasPrefix(_ prefix: Text) -> Bool {
        withBytes { whole in
            prefix.withBytes { prefix in
                prefix.count <= whole.count
                    && Self.areEqual(UnsafeBufferPointer(rebasing: whole[..<prefix.count]), prefix)
            }
        }
    }

    /// Order of names in RFC 8785 §3.2.3: by UTF-16 code units.
    ///
    /// In UTF-8 the order of bytes is that of scalars; UTF-16 differs from it only in placing the scalars above U+FFFF
    /// (surrogates, D800…DFFF) before U+E000…U+FFFF. Their lead bytes are F0…F4 and EE, EF, so those two are lifted.
    func precedesInUTF16(_ other: Text) -> Bool {
        withBytes { left in other.withBytes { right in Self.precedesInUTF16(left, right) } }
    }

    /// The same for UTF-8 bytes.
    static func precedesInUTF16(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
        let shared = min(left.count, right.count)
        var at = 0
        while at < shared, left[at] == right[at] { at += 1 }
        guard at < shared else { return left.count < right.count }
        return utf16Rank(left[at]) < utf16Rank(right[at])
    }

    @inline(__always)
    private static func utf16Rank(_ byte: UInt8) -> UInt8 {
        byte == 0xEE || byte == 0xEF ? byte + 0x10 : byte
    }
}
