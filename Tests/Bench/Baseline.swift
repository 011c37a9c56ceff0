import Glibc
import LedgerCrypto

/// What this machine can do at all, without a ledger.
enum Baseline {
    /// Messages of 1 KiB that one core hashes in a second of its time, whatever else the machine does meanwhile.
    static func sha256Rate(seconds: Double) -> Double {
        let message = [UInt8](repeating: 0x5A, count: 1_024)
        let (start, end) = (ProcessFacts.ownCPU(), Clock.now() + Clock.nanoseconds(seconds))
        var count = 0
        var digest = Digest.sha256(message)
        while Clock.now() < end {
            // The digests are needed, so that no compiler leaves them out.
            for _ in 0..<100 { digest = max(digest, Digest.sha256(message)) }
            count += 100
        }
        precondition(digest.bytes.count == Digest.byteCount)
        return Double(count) / (ProcessFacts.ownCPU() - start)
    }

    /// Appends 4 KiB and flushes, again and again. Nanoseconds of each.
    static func flushes(in folder: String, seconds: Double) throws -> Histogram {
        let path = "\(folder)/flushed"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError(path) }
        defer {
            close(descriptor)
            unlink(path)
        }
        let block = [UInt8](repeating: 0x5A, count: 4_096)
        var times = Histogram()
        let end = Clock.now() + Clock.nanoseconds(seconds)
        while Clock.now() < end {
            let start = Clock.now()
            guard write(descriptor, block, block.count) == block.count, fdatasync(descriptor) == 0 else {
                throw SystemError("flushing \(path)")
            }
            times.record(Clock.now() - start)
        }
        return times
    }

    /// Copies a file that lies in the cache to a new one, a mebibyte at a time. GB a second.
    static func copyRate(in folder: String, bytes: Int) throws -> Double {
        let (from, to) = ("\(folder)/copied", "\(folder)/copy")
        defer {
            unlink(from)
            unlink(to)
        }
        var block = [UInt8](repeating: 0x5A, count: 1 << 20)
        let source = open(from, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        let target = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard source >= 0, target >= 0 else { throw SystemError(from) }
        defer {
            close(source)
            close(target)
        }
        for _ in 0..<bytes / block.count {
            guard write(source, block, block.count) == block.count else { throw SystemError("writing \(from)") }
        }
        lseek(source, 0, SEEK_SET)
        let seconds = try Clock.time {
            while case let count = read(source, &block, block.count), count != 0 {
                guard count > 0, write(target, block, count) == count else { throw SystemError("copying \(from)") }
            }
        }
        return Double(bytes) / 1e9 / seconds
    }
}

extension Session {
    /// The machine's own limits, and the two servers' for requests that ask nothing of them.
    func measureBaseline() throws {
        measure(.sha256) { row in
            let rates = (0..<plan.slices).map { _ in Baseline.sha256Rate(seconds: plan.slice / 2) }
            row.add("rate", .perSecond, rates)
            row.add("bytes", .gigabytesPerSecond, rates.map { $0 * 1_024 / 1e9 })
        }
        try measure(.flush) { row in
            let times = try (0..<plan.slices).map { _ in try Baseline.flushes(in: folder, seconds: plan.slice / 2) }
            row.add("rate", .perSecond, times.map { Double($0.count) / (plan.slice / 2) })
            row.add(latencies: times)
        }
        try measure(.copy) { row in
            let rates = try (0..<plan.slices).map { _ in try Baseline.copyRate(in: folder, bytes: plan.copyBytes) }
            row.add("bytes", .gigabytesPerSecond, rates)
            // Under a host that hands out memory as it is first used, a log that grows meets this one all the time.
            row.add("in fresh memory", .gigabytesPerSecond, Array(rates.prefix(1)))
        }
        guard [.barePost, .bareGet, .healthz].contains(where: wants) else { return }
        let ledger = try ledger("post")
        let bare = try bareServer(like: ledger)
        let posts = try senders(of: ledger, .timeOrdered, connections: 64)
        try measure(.barePost) { row in
            row.addRequests(try run(posts, on: bare.port, bare.facts, expected: [201]))
        }
        let empty = (0..<64).map { _ in FixedRequests([HTTPRequest.get("/healthz")]) }
        try measure(.bareGet) { row in row.addRequests(try run(empty, on: bare.port, bare.facts, expected: [200])) }
        try measure(.healthz) { row in
            row.addRequests(try run(empty, on: ledger.port, try ledger.facts, expected: [200]))
        }
    }

    private func run(
        _ sources: [any RequestSource], on port: UInt16, _ facts: ProcessFacts, expected: Set<Int>
    ) throws -> [Served] {
        let load = LoadGenerator(port: port, sources: sources, expected: expected)
        return try (0..<plan.slices).map { _ in try Served(load, .seconds(plan.slice, warmUp: plan.warmUp), by: facts) }
    }
}
