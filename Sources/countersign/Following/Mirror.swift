import LedgerCrypto
import MerkleTree
import SignedNotes
import Verification

/// Copies a log in tile form, each file verified against the signed head before it is written.
///
/// 1. The served head is signed by a key of the trust file, and continues the one that the folder holds.
/// 2. Hash tiles come from the top down: each has the root that the tile above it says.
/// 3. A bundle's entries hash to what their tile says.
/// 4. Everything is flushed; the checkpoint moves last.
struct Mirror: Sendable {
    let source: TileSource
    let folder: MirrorFolder
    let trust: TLogPolicy

    struct Summary: Sendable {
        var head: TreeHead
        var origin: String
        var written = 0
        var kept = 0
        /// Whether the entries were copied too, or only their hashes.
        var hasEntries = true
    }

    /// How many tiles are fetched at once.
    private static let parallel = 8

    func run(progress: (_ entries: UInt64) -> Void) async throws -> Summary {
        let note = try await source.checkpoint()
        let served = try SignedHead(note, under: trust)
        let held = try heldHead()
        if let held {
            guard held.origin == served.origin else {
                throw CommandFailure.usage("\(folder.path) is a mirror of \(held.name), not of \(served.name)")
            }
            try held.requireNotOpposed(by: served)
        }
        let tiles = try await VerifiedTiles(source, under: served.head)
        try await held?.requireContinued(by: served, tiles)
        var summary = Summary(head: served.head, origin: served.name)
        summary.hasEntries = try await canReadEntries(served.head.size)
        let before = Before(tiles: held?.head.size ?? .zero, entries: try folder.entriesHeld())
        var level: UInt8 = 7
        while level > 0 {
            try await copy(level: level, tiles, before, &summary) { _ in }
            level -= 1
        }
        try await copy(level: 0, tiles, before, &summary, progress: progress)
        let entries = summary.hasEntries ? served.head.size : before.entries
        if try entries != before.entries || folder.read("checkpoint") != note {
            try folder.publish(note, entries: entries)
        }
        return summary
    }

    private func heldHead() throws -> SignedHead? {
        guard let note = try folder.read("checkpoint") else { return nil }
        do {
            return try SignedHead(kept: note)
        } catch {
            throw CommandFailure.usage("\(folder.path)/checkpoint is no checkpoint: \(error)")
        }
    }

    /// Whether the log shows us its entries.
    private func canReadEntries(_ size: TreeSize) async throws -> Bool {
        guard size.value > 0 else { return true }
        do {
            _ = try await source.bundle(0, width: Int(min(256, size.value)))
            return true
        } catch TileSource.Failure.refused {
            return false
        }
    }

    /// What earlier runs left, durable: files below these sizes are kept without a look into them.
    private struct Before: Sendable {
        let tiles: TreeSize
        let entries: TreeSize
    }

    /// What came of one place: a tile, and at level 0 the entries below it.
    private struct Copied: Sendable {
        var written = 0
        var kept = 0
    }

    /// Copies the tiles of a level, a bounded number of them at once.
    private func copy(
        level: UInt8, _ tiles: VerifiedTiles, _ before: Before, _ summary: inout Summary,
        progress: (UInt64) -> Void
    ) async throws {
        let count = served(level, tiles.head.size)
        let hasEntries = summary.hasEntries
        try await withThrowingTaskGroup(of: Copied.self) { group in
            var next: UInt64 = 0
            var done: UInt64 = 0
            while done < count {
                while next < count, next - done < UInt64(Self.parallel) {
                    let index = next
                    group.addTask {
                        try await copy(level, index, tiles, before, withEntries: level == 0 && hasEntries)
                    }
                    next += 1
                }
                guard let copied = try await group.next() else { return }
                summary.written += copied.written
                summary.kept += copied.kept
                done += 1
                progress(min(done * 256, tiles.head.size.value))
            }
        }
    }

    /// How many tiles a level has, the partial one included.
    private func served(_ level: UInt8, _ size: TreeSize) -> UInt64 {
        let hasPartial = TileAddress.partialWidth(level: level, size: size) > 0
        return TileAddress.fullCount(level: level, size: size) + (hasPartial ? 1 : 0)
    }

    private func copy(
        _ level: UInt8, _ index: UInt64, _ tiles: VerifiedTiles, _ before: Before, withEntries: Bool
    ) async throws -> Copied {
        var copied = Copied()
        guard let tile = TileAddress.holding(index << 8, level: level, size: tiles.head.size) else { return copied }
        let path = TilePath.format(tile)
        var hashes: [Digest]?
        if tile.isComplete(in: before.tiles), folder.byteCount(path) == Digest.byteCount * tile.width {
            copied.kept += 1
        } else {
            let verified = try await tiles.hashes(tile)
            try keep(verified.flatMap(\.bytes), at: path, &copied)
            hashes = verified
        }
        guard withEntries else { return copied }
        let entries = TilePath.format(entries: tile.index, width: tile.width)
        if tile.isComplete(in: before.entries), folder.byteCount(entries) != nil {
            copied.kept += 1
            return copied
        }
        let leaves = if let hashes { hashes } else { try await tiles.hashes(tile) }
        if let there = try folder.read(entries), (try? Self.requireEntries(there, entries, leaves)) != nil {
            folder.willFlush(entries)
            copied.kept += 1
            return copied
        }
        let bundle = try await source.bundle(tile.index, width: tile.width)
        try Self.requireEntries(bundle, entries, leaves)
        try folder.write(bundle, to: entries)
        copied.written += 1
        return copied
    }

    /// Writes a verified tile, unless a run that did not end wrote it.
    private func keep(_ bytes: [UInt8], at path: String, _ copied: inout Copied) throws {
        if try folder.read(path) == bytes {
            folder.willFlush(path)
            copied.kept += 1
        } else {
            try folder.write(bytes, to: path)
            copied.written += 1
        }
    }

    /// Checks that a bundle holds exactly the entries whose hashes are signed.
    private static func requireEntries(_ bundle: [UInt8], _ path: String, _ leaves: [Digest]) throws {
        let entries: [ArraySlice<UInt8>]
        do throws(EntryBundle.Failure) {
            entries = try EntryBundle.entries(in: bundle, count: leaves.count)
        } catch { throw VerifiedTiles.Wrong(what: path, reason: "\(error)") }
        for (offset, entry) in entries.enumerated() {
            guard entry.withUnsafeBytes({ TreeHash.leaf($0) }) == leaves[offset] else {
                throw VerifiedTiles.Wrong(what: path, reason: "its entry \(offset) is not the one that was signed")
            }
        }
    }
}
