/// The coding of a C2SP tlog-tiles entry bundle: for each entry its length (two bytes, big-endian) and its bytes.
public enum EntryBundle {
    public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        case cutShort(entry: Int)
        case left(bytes: Int)

        public var description: String {
            switch self {
            case .cutShort(let entry): "it ends inside its entry \(entry)"
            case .left(let bytes): "\(bytes) bytes follow its last entry"
            }
        }
    }

    /// Takes exactly `count` entries apart.
    public static func entries(in bytes: [UInt8], count: Int) throws(Failure) -> [ArraySlice<UInt8>] {
        let (entries, rest) = try prefix(count, of: bytes)
        guard rest == bytes.endIndex else { throw .left(bytes: bytes.endIndex - rest) }
        return entries
    }

    /// The first `count` entries, and where they end: a full bundle stands in for a partial one that was removed.
    static func prefix(_ count: Int, of bytes: [UInt8]) throws(Failure) -> ([ArraySlice<UInt8>], end: Int) {
        var entries: [ArraySlice<UInt8>] = []
        entries.reserveCapacity(count)
        var position = 0
        for number in 0..<count {
            guard position + 2 <= bytes.count else { throw .cutShort(entry: number) }
            let length = Int(bytes[position]) << 8 | Int(bytes[position + 1])
            let start = position + 2
            guard start + length <= bytes.count else { throw .cutShort(entry: number) }
            entries.append(bytes[start..<start + length])
            position = start + length
        }
        return (entries, position)
    }
}
