/// A name of at most 24 bytes, packed into three words, so that comparing two names is comparing four numbers.
///
/// All names and words of the vocabulary are short ones; a name that is longer is none of them.
package struct ShortName: Hashable, Sendable {
    static let mostBytes = 24

    private let first, second, third: UInt64
    private let count: UInt8

    /// Nil for more than 24 bytes.
    package init?(_ text: Text) {
        guard let name = text.withBytes({ ShortName(bytes: $0) }) else { return nil }
        self = name
    }

    /// Nil for more than 24 bytes.
    init?(bytes: UnsafeBufferPointer<UInt8>) {
        guard bytes.count <= Self.mostBytes else { return nil }
        var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
        (first, second, third) = (words.0.littleEndian, words.1.littleEndian, words.2.littleEndian)
        count = UInt8(bytes.count)
    }

    /// The first `count` of `bytes`; nil for more than 24. What follows them is read and masked, so there must be as
    /// much.
    /// - Precondition: 24 bytes stand there.
    @inline(__always)
    init?(count: Int, beginning bytes: UnsafeRawPointer) {
        guard count <= Self.mostBytes else { return nil }
        @inline(__always)
        func word(_ start: Int) -> UInt64 {
            let rest = count - start
            guard rest > 0 else { return 0 }
            let whole = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
            return rest >= 8 ? whole : whole & ((1 << UInt64(8 * rest)) - 1)
        }
        (first, second, third, self.count) = (word(0), word(8), word(16), UInt8(count))
    }

    /// The name as a text.
    var text: Text {
        var bytes: [UInt8] = []
        for word in [first, second, third] {
            withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
        }
        return Text(String(decoding: bytes.prefix(Int(count)), as: UTF8.self))
    }
}

extension ShortName: ExpressibleByStringLiteral {
    /// - Precondition: at most 24 bytes.
    package init(stringLiteral name: StaticString) {
        precondition(name.hasPointerRepresentation && name.utf8CodeUnitCount <= Self.mostBytes, "a long name")
        let bytes = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        guard let short = ShortName(bytes: bytes) else { preconditionFailure("a long name") }
        self = short
    }
}

extension JSONNode {
    /// What a string says, as a short name; nil for longer ones, and for anything else.
    package var shortName: ShortName? { isString ? shortContent : nil }

    /// What a string says, as a short name; nil for longer ones.
    /// - Precondition: it is a string.
    @inline(__always)
    var shortContent: ShortName? {
        let (start, end) = (Int(record.start), Int(record.end))
        guard record.isPlain, start + ShortName.mostBytes <= text.bytes.count, let base = text.bytes.baseAddress
        else { return withStringBytes { ShortName(bytes: $0) } }
        return ShortName(count: end - start, beginning: UnsafeRawPointer(base + start))
    }
}
