import MerkleTree

/// What opening a store found and did, for the operator's log and for `ledger.recovered`.
public struct RecoveryReport: Hashable, Sendable {
    /// A last commit that was never answered for and did not survive whole; it was cut away.
    public struct TornTail: Hashable, Sendable {
        public let size: TreeSize
        public let bytes: UInt64

        public init(size: TreeSize, bytes: UInt64) {
            self.size = size
            self.bytes = bytes
        }

        public var detail: String { "an unfinished commit of \(bytes) bytes after entry count \(size.value) was cut" }
    }

    public var tornTail: TornTail?
    /// Entries that were read, hashed, compared and written again, because no watermark covered them.
    public var rehashed: UInt64 = 0
    /// Files derived from the entries that had to be made anew, each with the reason.
    public var rebuilt: [String] = []

    public init() {}
}

/// Somebody outside the store who has seen the log at a size: the store may not be shorter than that.
public struct SeenHead: Hashable, Sendable {
    /// For the message: "index.db", "witness example.org/w1".
    public let by: String
    public let size: TreeSize

    public init(by: String, size: TreeSize) {
        self.by = by
        self.size = size
    }
}
