import LedgerCrypto
import LedgerEngine
import LogFiles
import MerkleTree
import TestMaterial
import Testing

/// A made-up course of a log, repeated over disks that fail: what was answered has to be there afterwards.
struct StoreWorkload {
    static let directory = "/log"
    static let origin = Array("example.org/log".utf8)

    /// Small segments and reserves, so that the seams come often; some commits are flushed alone and some are not.
    static var options: LogFiles.Options {
        var options = LogFiles.Options()
        options.segmentEntries = 8
        options.preallocation = 1_024
        options.flushedAloneBytes = 512
        return options
    }

    let batches: [[[UInt8]]]
    /// How many commits each head covers.
    let commitsPerHead: Int

    /// `sizes` are the entries of each batch; entry n is recognisable and of a length of its own.
    init(sizes: [Int], commitsPerHead: Int = 1) {
        self.commitsPerHead = commitsPerHead
        var number = 0
        batches = sizes.map { size in
            (0..<size).map { _ in
                defer { number += 1 }
                return Self.entry(number)
            }
        }
    }

    static func entry(_ number: Int) -> [UInt8] {
        Array("entry \(number) ".utf8) + [UInt8](repeating: UInt8(number % 250 + 1), count: number * 37 % 300)
    }

    var entries: [[UInt8]] { batches.flatMap { $0 } }

    /// A note that the store does not look into.
    static func sign(_ head: TreeHead) -> [UInt8] {
        Array("note for \(head.size) \(head.root)\n".utf8)
    }

    /// The heads that a log of these entries must have, by size.
    static func heads(of entries: [[UInt8]]) -> [TreeHead] {
        var frontier = Frontier()
        return [frontier.head]
            + entries.map { entry in
                frontier.append(TreeHash.leaf(entry))
                return frontier.head
            }
    }

    /// Runs the course as far as it goes and says which heads were answered. Settles after every third batch.
    func run(on system: any FileSystem) -> [PublishedHead] {
        var answered: [PublishedHead] = []
        do {
            let log = try LogFiles.create(Self.directory, origin: Self.origin, options: Self.options, in: system)
            for (number, batch) in batches.enumerated() {
                try log.commit(BatchPlan(appending: batch, to: log.frontier))
                if number % commitsPerHead == commitsPerHead - 1 { answered.append(try log.publishDurable()) }
                if number % 3 == 2 { try log.settle() }
            }
            if log.published?.head != log.frontier.head { answered.append(try log.publishDurable()) }
            try log.close()
        } catch {
            // The disk has failed; what was answered until then counts.
        }
        return answered
    }

    /// Opens the log after whatever befell it, and holds it to its answers. Returns nil where the log was never
    /// begun.
    func verify(_ system: any FileSystem, answered: [PublishedHead]) throws -> LogFiles? {
        guard try !system.list(Self.directory).isEmpty else {
            #expect(answered.isEmpty)
            return nil
        }
        let log = try LogFiles.open(
            Self.directory, origin: Self.origin, seen: answered.map { SeenHead(by: "an answer", size: $0.size) },
            options: Self.options, in: system)
        let size = Int(log.frontier.size.value)
        let heads = Self.heads(of: entries)
        #expect(log.frontier.head == heads[size])
        #expect(size >= Int(answered.last?.size.value ?? 0))
        // All or nothing: the log ends where a batch does.
        #expect(batches.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }.contains(size))
        if size > 0 {
            if log.published?.head != log.frontier.head { _ = try log.publishDurable() }
            let bundle = try log.bundle(0..<UInt64(size))
            #expect(bundle == BatchPlan(appending: entries.prefix(size), to: Frontier()).data)
        }
        for head in answered { #expect(head.head == heads[Int(head.size.value)]) }
        return log
    }

    /// Goes on where the log ends, so that what recovery left can be built upon.
    func goOn(_ log: LogFiles) throws {
        let size = Int(log.frontier.size.value)
        if size < entries.count {
            let rest = Array(entries[size...])
            let published = try log.commitSigned(BatchPlan(appending: rest, to: log.frontier))
            #expect(published.head == Self.heads(of: entries)[entries.count])
        }
        try log.close()
    }
}

extension LogStorage {
    /// Commits, and publishes the head at once.
    func commitSigned(_ plan: BatchPlan) throws -> PublishedHead {
        try commit(plan)
        return try publishDurable()
    }

    /// Signs and publishes whatever is durable.
    func publishDurable() throws -> PublishedHead {
        let published = PublishedHead(head: frontier.head, note: StoreWorkload.sign(frontier.head))
        try publish(published)
        return published
    }
}
