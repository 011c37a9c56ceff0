import MerkleTree

/// Where a static log keeps its tiles and entries (C2SP tlog-tiles, "Merkle Tree" and "Log entries").
///
///     tile/<L>/<N>[.p/<W>]        hashes of the tile level L
///     tile/entries/<N>[.p/<W>]    the entries below the tile N of level 0
///
/// N is written in groups of three digits, an `x` before all but the last: 1234067 is `x001/x234/067`. W, from 1 to
/// 255, marks a tile that is not full yet.
public enum TilePath: Hashable, Sendable {
    case hashes(TileAddress)
    /// The bundle of the entries [256 · index, 256 · index + width), width from 1 to 256.
    case entries(index: UInt64, width: Int)

    /// The path of a tile's hashes.
    public static func format(_ tile: TileAddress) -> String {
        "tile/\(tile.level)/\(number(tile.index))\(partial(tile.width))"
    }

    /// The path of a bundle of entries.
    public static func format(entries index: UInt64, width: Int) -> String {
        "tile/entries/\(number(index))\(partial(width))"
    }

    /// The path, without a slash before it.
    public var formatted: String {
        switch self {
        case .hashes(let tile): TilePath.format(tile)
        case .entries(let index, let width): TilePath.format(entries: index, width: width)
        }
    }

    /// Reads a path in its one form; `nil` for anything else, and for tiles that no tree below 2⁶³ leaves has.
    public init?(parsing path: some Collection<UInt8>) {
        guard path.count <= TilePath.maxByteCount else { return nil }
        let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { [UInt8]($0) }
        guard parts.count >= 3, parts[0].elementsEqual("tile".utf8) else { return nil }
        let isEntries = parts[1].elementsEqual("entries".utf8)
        let level = TextRules.decimal(parts[1])
        guard isEntries || level != nil, let (index, width) = TilePath.position(parts[2...]) else { return nil }
        if isEntries {
            guard index < 1 << 55 else { return nil }
            self = .entries(index: index, width: width)
        } else {
            guard let level, level <= TilePath.maxLevel, index < UInt64(1) << max(0, 55 - 8 * Int(level)),
                let tile = TileAddress(level: UInt8(level), index: index, width: width)
            else { return nil }
            self = .hashes(tile)
        }
        guard formatted.utf8.elementsEqual(path) else { return nil }
    }

    private static let maxByteCount = 64
    private static let maxLevel: UInt64 = 63

    /// Reads `x001/x234/067` or `x001/x234/067.p/12`; leading groups of zeros are caught by writing it again.
    private static func position(_ parts: ArraySlice<[UInt8]>) -> (index: UInt64, width: Int)? {
        var groups = parts
        var width = TileAddress.fullWidth
        let suffix = [UInt8](".p".utf8)
        if groups.count >= 2, let count = groups.last, let last = groups.dropLast().last, last.suffix(2) == suffix[...]
        {
            guard let number = TextRules.decimal(count), (1..<UInt64(TileAddress.fullWidth)).contains(number) else {
                return nil
            }
            width = Int(number)
            groups = groups.dropLast(2) + [last.dropLast(2)]
        }
        guard groups.count <= 6, let last = groups.last else { return nil }
        var index: UInt64 = 0
        for group in groups.dropLast() {
            guard group.first == UInt8(ascii: "x"), let value = threeDigits(group.dropFirst()) else { return nil }
            index = index * 1000 + value
        }
        guard let value = threeDigits(last[...]) else { return nil }
        return (index * 1000 + value, width)
    }

    private static func threeDigits(_ digits: ArraySlice<UInt8>) -> UInt64? {
        guard digits.count == 3, digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else {
            return nil
        }
        return digits.reduce(0) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) }
    }

    private static func number(_ index: UInt64) -> String {
        var rest = index
        var path = threeDigits(rest % 1000)
        while rest >= 1000 {
            rest /= 1000
            path = "x\(threeDigits(rest % 1000))/\(path)"
        }
        return path
    }

    private static func threeDigits(_ value: UInt64) -> String {
        String(repeating: "0", count: 3 - String(value).utf8.count) + String(value)
    }

    private static func partial(_ width: Int) -> String { width == TileAddress.fullWidth ? "" : ".p/\(width)" }
}
