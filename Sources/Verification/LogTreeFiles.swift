import LedgerCrypto
import MerkleTree
import SignedNotes

/// The files of a log tree, taken apart. What cannot be is noted, by path.
struct LogTreeFiles {
    private let read: (_ path: String) throws -> [UInt8]?

    init(_ read: @escaping (_ path: String) throws -> [UInt8]?) { self.read = read }

    /// A tile's hashes. Where a partial tile was removed because the full one is there, the full one is cut down.
    func tile(_ tile: LogTreePlace, width: Int, _ broken: inout Trouble) throws -> [Digest]? {
        let path = Self.path(of: tile, width: width)
        var bytes = try read(path)
        if bytes == nil, width < 256 {
            bytes = try read(Self.path(of: tile, width: 256)).map { Array($0.prefix(32 * width)) }
        }
        guard let bytes else {
            broken.note("\(path) is missing")
            return nil
        }
        guard bytes.count == 32 * width else {
            broken.note("\(path) has \(bytes.count) bytes instead of \(32 * width)")
            return nil
        }
        return bytes.withUnsafeBytes { memory in
            (0..<width).map { Digest(loading: UnsafeRawBufferPointer(rebasing: memory[32 * $0..<32 * $0 + 32])) }
        }
    }

    /// A bundle's entries.
    func bundle(_ index: UInt64, width: Int, _ broken: inout Trouble) throws -> [ArraySlice<UInt8>]? {
        let path = Self.path(ofBundle: index, width: width)
        let whole = try read(path)
        let full = whole == nil && width < 256 ? try read(Self.path(ofBundle: index, width: 256)) : nil
        do throws(EntryBundle.Failure) {
            if let whole { return try EntryBundle.entries(in: whole, count: width) }
            if let full { return try EntryBundle.prefix(width, of: full).0 }
            broken.note("\(path) is missing")
        } catch {
            broken.note("\(path): \(error)")
        }
        return nil
    }

    static func path(of tile: LogTreePlace, width: Int) -> String {
        TileAddress(level: tile.level, index: tile.index, width: width).map { TilePath.format($0) } ?? ""
    }

    static func path(ofBundle index: UInt64, width: Int) -> String {
        TilePath.format(entries: index, width: width)
    }
}
