import LedgerCrypto
import MerkleTree

/// Entries in bundle coding, one after the other, each u16 ‖ bytes (C2SP tlog-tiles); each is hashed while it is at hand.
public struct PackedEntries: Sendable {
    public private(set) var data: [UInt8]
    /// Where each entry begins in `data`; ascending, the first is 0.
    public private(set) var starts: [Int]
    /// The leaf hash of each entry.
    public private(set) var leaves: [Digest]

    /// - Parameters:
    ///   - count: how many entries there will be at the most.
    ///   - bytes: about how many bytes.
    init(roomFor count: Int, bytes: Int) {
        (data, starts, leaves) = ([], [], [])
        data.reserveCapacity(bytes)
        starts.reserveCapacity(count)
        leaves.reserveCapacity(count)
    }

    /// Takes entries that are in bundle coding already; nil where their lengths do not add up.
    public init?(data: [UInt8]) {
        guard let starts = Self.starts(in: data) else { return nil }
        (self.data, self.starts, leaves) = (data, starts, [])
        leaves.reserveCapacity(starts.count)
        data.withUnsafeBytes { bytes in
            for entry in starts.indices {
                leaves.append(TreeHash.leaf(UnsafeRawBufferPointer(rebasing: bytes[place(of: entry)].dropFirst(2))))
            }
        }
    }

    public var count: Int { starts.count }

    /// Where an entry stands in `data`, its length before it.
    public func place(of entry: Int) -> Range<Int> {
        starts[entry]..<(entry + 1 < starts.count ? starts[entry + 1] : data.count)
    }

    /// The bytes of one entry.
    func entry(_ position: Int) -> [UInt8] { Array(data[place(of: position).dropFirst(2)]) }

    /// As many entries from `first` on as take at most `bytes` bytes together, but one at least.
    public func run(from first: Int, bytes: Int) -> Range<Int> {
        var end = first + 1
        while end < count, place(of: end).upperBound - starts[first] <= bytes { end += 1 }
        return first..<end
    }

    /// Some of the entries.
    func part(_ entries: Range<Int>) -> PackedEntries {
        var part = PackedEntries(roomFor: 0, bytes: 0)
        guard !entries.isEmpty else { return part }
        let start = starts[entries.lowerBound]
        part.data = Array(data[start..<place(of: entries.upperBound - 1).upperBound])
        part.starts = starts[entries].map { $0 - start }
        part.leaves = Array(leaves[entries])
        return part
    }

    // MARK: Putting together

    /// Appends what `write` appends, at most 65,535 bytes, as one entry. Where it throws, nothing is appended.
    mutating func append<Failure>(_ write: (inout [UInt8]) throws(Failure) -> Void) throws(Failure) {
        let start = data.count
        data.append(0)
        data.append(0)
        do throws(Failure) {
            try write(&data)
        } catch {
            data.removeSubrange(start...)
            throw error
        }
        let length = data.count - start - 2
        precondition(length <= Int(UInt16.max), "an entry holds at most 65,535 bytes")
        data[start] = UInt8(length >> 8)
        data[start + 1] = UInt8(length & 0xFF)
        starts.append(start)
        leaves.append(data.withUnsafeBytes { TreeHash.leaf(UnsafeRawBufferPointer(rebasing: $0[(start + 2)...])) })
    }

    /// Takes entries away until `count` are left.
    mutating func cut(to count: Int) {
        guard count < starts.count else { return }
        data.removeSubrange(starts[count]...)
        starts.removeSubrange(count...)
        leaves.removeSubrange(count...)
    }

    // MARK: Reading

    /// Where the entries of a bundle begin, or nil where its lengths do not add up.
    public static func starts(in data: [UInt8]) -> [Int]? {
        var starts: [Int] = []
        var offset = 0
        while offset < data.count {
            guard offset + 2 <= data.count else { return nil }
            starts.append(offset)
            offset += 2 + Int(data[offset]) << 8 + Int(data[offset + 1])
        }
        return offset == data.count ? starts : nil
    }
}
