/// How much is measured.
struct Plan {
    enum Size: String, Codable {
        case quick, standard, full
    }

    let size: Size
    /// Slices of a row; its figures are their medians.
    let slices: Int
    /// Seconds of a slice, and of the warm-up before it.
    let slice: Double
    let warmUp: Double
    /// Sizes at which the log of the bulk rows is looked at, ascending. The first step is as long as the last (but in a quick
    /// run), so that the memory of both can be compared. After the last, everything else is measured.
    let bulkSteps: [Int]
    /// Seconds without load before the bulk rows' memory is looked at, at the first size and at the last: under load it
    /// differs by a tenth from one moment to the next.
    let rest: Double
    /// Events that wait at most, in the overload rows.
    let inbox: Int
    /// Bytes of the plain file copy.
    let copyBytes: Int
    /// Seconds that the index may take to be built again.
    let rebuildLimit: Double

    /// - Parameter entries: another size of the log than the plan's own.
    init(_ size: Size, entries: Int? = nil) {
        self.size = size
        let steps: [Int]
        switch size {
        case .quick:
            (slices, slice, warmUp, rest) = (1, 0.4, 0.1, 0)
            steps = [1_000, 4_000]
            (inbox, copyBytes, rebuildLimit) = (16, 64 << 20, 60)
        case .standard:
            (slices, slice, warmUp, rest) = (5, 1, 0.3, 5)
            steps = [100_000, 200_000, 300_000]
            (inbox, copyBytes, rebuildLimit) = (128, 512 << 20, 1_800)
        case .full:
            (slices, slice, warmUp, rest) = (5, 1, 0.3, 5)
            steps = [100_000] + (1...9).map { $0 * 1_000_000 } + [9_900_000, 10_000_000]
            (inbox, copyBytes, rebuildLimit) = (128, 512 << 20, 1_800)
        }
        bulkSteps = entries.map { entries in (1...10).map { entries / 10 * $0 } } ?? steps
    }

    /// Entries of the log that is read, started and verified.
    var entries: Int { bulkSteps.last ?? 0 }

    /// Bytes of disk that ledgers, exported tree and the rest may take, generously.
    func diskBytes(for selection: Selection) -> Double {
        let fills = [RowGroup.bulk, .read, .start, .offline].contains { selection.contains($0) }
        return (fills ? Double(entries) * 3_500 : 0) + 2e9
    }
}
