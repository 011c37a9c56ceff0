import Glibc
import LedgerEngine
import MerkleTree
import SignedNotes

/// One run of an export: what is there already, what is new, and what it supersedes.
struct TileExportRun {
    /// Tiles that have one folder (`x001/000` to `x001/999`).
    private static let folderWidth: UInt64 = 1_000

    let reader: LedgerReader
    let folder: String
    let system: any FileSystem
    let size: TreeSize
    /// What the folder's checkpoint covers: durable, and never looked into again.
    let before: TreeSize
    var files: StagedFiles
    var summary: TileExport.Summary
    /// Partial tiles whose full ones the checkpoint before covers.
    private var superseded: [String] = []

    init(
        reader: LedgerReader, folder: String, system: any FileSystem, size: TreeSize, before: TreeSize,
        files: StagedFiles, summary: TileExport.Summary
    ) {
        self.reader = reader
        self.folder = folder
        self.system = system
        self.size = size
        self.before = before
        self.files = files
        self.summary = summary
    }

    /// Writes what is new. `progress` follows the entries, which are most of the bytes.
    mutating func writeTiles(progress: (_ done: UInt64, _ of: UInt64) -> Void) throws {
        let (reader, size) = (reader, size.value)
        try files.makeFolder("\(folder)/tile/entries", isPublic: false)
        try writeLevel(
            0, path: { TilePath.format(entries: $0.index, width: $0.width) },
            content: { try reader.bundle($0.index, width: $0.width) },
            progress: { progress(min($0, size), size) })
        for level in 0..<UInt8(8) {
            try writeLevel(
                level, path: { TilePath.format($0) }, content: { try reader.tile($0) }, progress: { _ in })
        }
        try files.publish()
    }

    private mutating func writeLevel(
        _ level: UInt8, path: (TileAddress) -> String, content: (TileAddress) throws -> [UInt8]?,
        progress: (_ entries: UInt64) -> Void
    ) throws {
        let width = TileAddress.partialWidth(level: level, size: size)
        let full = TileAddress.fullCount(level: level, size: size)
        let old = TileAddress.fullCount(level: level, size: before)
        let count = full + (width > 0 ? 1 : 0)
        for start in stride(from: 0, to: count, by: Int(Self.folderWidth)) {
            let tiles = (start..<min(count, start + Self.folderWidth)).compactMap {
                TileAddress(level: level, index: $0, width: $0 < full ? TileAddress.fullWidth : width)
            }
            guard let first = tiles.first else { continue }
            let parent = "\(folder)/\(path(first).prefix { $0 != "." }.dropLast(4))"
            let there = try names(in: parent)
            for name in there where StagedFiles.isLeftover(name) { try system.remove("\(parent)/\(name)") }
            for tile in tiles {
                let path = path(tile)
                if tile.index < old, there.contains(String(path.suffix(3))) {
                    summary.kept += 1
                } else {
                    try write(path) { try content(tile) }
                }
                progress(tile.index * 256 + UInt64(tile.width))
            }
            for name in there {
                guard name.hasSuffix(".p"), let place = UInt64(name.dropLast(2)), start + place < old else { continue }
                superseded.append("\(parent)/\(name)")
            }
        }
    }

    private mutating func write(_ path: String, content: () throws -> [UInt8]?) throws {
        guard let bytes = try content() else { throw StorageError.corrupt("\(path) is not in the published tree") }
        let target = "\(folder)/\(path)"
        // Left by a run that did not come to its end.
        if try system.contents(of: target) == bytes {
            summary.kept += 1
            return
        }
        try files.write(bytes, to: target)
        summary.written += 1
        summary.byteCount += UInt64(bytes.count)
    }

    /// Takes away the partial tiles that nobody needs any more.
    func removeSuperseded() throws {
        for path in superseded {
            for name in try names(in: path) { try system.remove("\(path)/\(name)") }
            try system.remove(path)
        }
    }

    /// The names in a folder; none where it is not there.
    private func names(in path: String) throws -> Set<String> {
        do throws(FileFault) {
            return Set(try system.list(path))
        } catch {
            guard error.code == ENOENT else { throw error }
            return []
        }
    }
}
