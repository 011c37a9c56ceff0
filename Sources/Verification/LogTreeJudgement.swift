import LedgerCrypto
import MerkleTree

extension LogTreeWalk {
    /// Says what is wrong, and where one of two disagreeing files still leads to the signed root, which is.
    func judge(into report: inout VerificationReport) {
        report.add("files", "every bundle and tile that the head needs is there and whole", found.broken.outcome)
        var entries = Trouble()
        var tiles = Trouble()
        if entriesLeadToRoot {
            for item in found.atEntries.list + aboveEntries.list {
                tiles.note("\(tilePath(item)): hash \(item.index % 256) is wrong")
            }
        } else {
            judgeAgainstTiles(&entries, &tiles)
        }
        report.add(
            "entries", "every entry is the one that was signed: \(head.size) entries hash to the signed root",
            entriesOutcome(entries))
        report.add("tiles", "every tile holds the hashes of what lies below it", tilesOutcome(tiles))
        report.add(whatEntriesSay("entry-form", "every entry is in the one canonical form and valid", found.form))
        report.add(whatEntriesSay("clock", "the ledger's clock never falls along them", found.clock))
    }

    /// A check that needs what the entries say. Who asks for the hashes alone knows that he did not ask for it.
    private func whatEntriesSay(_ id: String, _ claim: String, _ trouble: Trouble) -> Check {
        switch scope {
        case .everything: Check(id, claim, trouble.outcome)
        case .hashes: Check(id, claim, .notChecked(reason: "only the hashes were asked for"), isAsked: false)
        }
    }

    /// The entries do not lead to the signed root. Where the tiles still do, they say which entries are wrong.
    private func judgeAgainstTiles(_ entries: inout Trouble, _ tiles: inout Trouble) {
        let tilesLead = tileRoot == head.root
        let doubted = Set(aboveTiles.list)
        for item in found.atEntries.list {
            if tilesLead, !doubted.contains(LogTreePlace(level: 1, index: item.index / 256)) {
                entries.note("entry \(item.index) in \(bundlePath(item.index)) was changed")
            } else {
                entries.note(
                    "entry \(item.index): \(bundlePath(item.index)) and \(tilePath(item)) disagree, one was changed")
            }
        }
        for item in aboveTiles.list {
            let below = LogTreePlace(level: item.level - 1, index: item.index * 256)
            tiles.note("\(tilePath(below)) does not hash to what \(tilePath(item)) says: one was changed")
        }
    }

    private func entriesOutcome(_ trouble: Trouble) -> Outcome {
        if trouble.count > 0 { return trouble.outcome }
        if found.broken.count > 0 { return .notChecked(reason: "files are missing or broken") }
        return entriesLeadToRoot
            ? .holds : .fails(reason: "entries and tiles agree, but their root is not the signed one")
    }

    private func tilesOutcome(_ trouble: Trouble) -> Outcome {
        if trouble.count > 0 { return trouble.outcome }
        if found.broken.count > 0 { return .notChecked(reason: "files are missing or broken") }
        return tileRoot == head.root
            ? .holds : .fails(reason: "the tiles at the right edge do not fold to the signed root")
    }

    /// The root that the tiles alone give: the last tile of each level, folded.
    private var tileRoot: Digest? {
        guard head.size.value > 0 else { return TreeHead.empty.root }
        var hashes: [Digest] = []
        for (level, edge) in edges.enumerated().reversed() {
            let width = Int(head.size.value >> (8 * UInt64(level)) & 255)
            guard edge.count == width else { return nil }
            var start = 0
            for bit in (0..<8).reversed() where width >> bit & 1 == 1 {
                hashes.append(Frontier(over: edge[start..<start + (1 << bit)]).root)
                start += 1 << bit
            }
        }
        return Frontier(size: head.size, hashes: hashes)?.root
    }

    /// The tile that holds the hash at a place.
    private func tilePath(_ item: LogTreePlace) -> String {
        let count = head.size.value >> (8 * UInt64(item.level))
        let tile = item.index / 256
        return LogTreeFiles.path(
            of: LogTreePlace(level: item.level, index: tile), width: Int(min(256, count - tile * 256)))
    }

    private func bundlePath(_ index: UInt64) -> String {
        LogTreeFiles.path(ofBundle: index / 256, width: Int(min(256, head.size.value - index / 256 * 256)))
    }
}
