import MerkleTree

/// Something that `check` found wrong: where, and what.
public struct CheckFinding: Hashable, Sendable, CustomStringConvertible {
    public let file: String
    public let entry: LeafIndex?
    /// Where in the file.
    public let offset: UInt64?
    public let message: String

    public init(file: String, entry: LeafIndex? = nil, offset: UInt64? = nil, message: String) {
        self.file = file
        self.entry = entry
        self.offset = offset
        self.message = message
    }

    public var description: String {
        var words = file
        if let entry { words += ", entry \(entry)" }
        if let offset { words += ", offset \(offset)" }
        return "\(words): \(message)"
    }
}

/// What `check` has read.
public struct CheckSummary: Hashable, Sendable {
    /// Entries that were read and hashed.
    public var entries: UInt64 = 0
    public var bytes: UInt64 = 0
    public var commits: UInt64 = 0
    public var heads: UInt64 = 0
    public var findings: UInt64 = 0
    /// The head of what was read; nil for an empty log.
    public var head: TreeHead?
    /// Somebody wrote while we read: what is not published yet was left out.
    public var writerIsRunning = false

    public init() {}
}
