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
        guard path.count <= TilePath.maxByteCount, let read = TilePath.read([UInt8](path)[...]) else { return nil }
        self = read
    }

    private static func read(_ path: ArraySlice<UInt8>) -> TilePath? {
        var rest = path
        guard take("tile/", from: &rest) else { return nil }
        if take("entries/", from: &rest) {
            guard let (index, width) = position(rest), index < 1 << 55 else { return nil }
            return .entries(index: index, width: width)
        }
        guard let slash = rest.firstIndex(of: UInt8(ascii: "/")), let level = TextRules.decimal(rest[..<slash]),
            level <= maxLevel, let (index, width) = position(rest[(slash + 1)...]),
            index < UInt64(1) << max(0, 55 - 8 * Int(level))
        else { return nil }
        return TileAddress(level: UInt8(level), index: index, width: width).map { .hashes($0) }
    }

    private static func take(_ word: StaticString, from rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.starts(with: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)) else {
            return false
        }
        rest.removeFirst(word.utf8CodeUnitCount)
        return true
    }

    private static let maxByteCount = 64
    private static let maxLevel: UInt64 = 63

    /// Reads `x001/x234/067` or `x001/x234/067.p/12`. No number begins with a group of zeros.
    private static func position(_ text: ArraySlice<UInt8>) -> (index: UInt64, width: Int)? {
        var rest = text
        var index: UInt64 = 0
        while take("x", from: &rest) {
            guard index < 1 << 54, let group = threeDigits(rest.prefix(3)), index > 0 || group > 0 else { return nil }
            index = index * 1000 + group
            rest.removeFirst(3)
            guard take("/", from: &rest) else { return nil }
        }
        guard index < 1 << 54, let group = threeDigits(rest.prefix(3)) else { return nil }
        index = index * 1000 + group
        rest.removeFirst(3)
        if rest.isEmpty { return (index, TileAddress.fullWidth) }
        guard take(".p/", from: &rest), let width = TextRules.decimal(rest),
            (1..<UInt64(TileAddress.fullWidth)).contains(width)
        else { return nil }
        return (index, Int(width))
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
