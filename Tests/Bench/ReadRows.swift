import MerkleTree
import SignedNotes
import TestMaterial

/// Reading, beside the empty GET of our own server and of the bare one, slice by slice in turn.
extension Session {
    private static let connections = 64

    func measureReading() throws {
        guard wants(.read) else { return }
        let ledger = try filledLedger()
        let size = try ledger.size()
        var random = SeededRandom(seed: seed)
        func some(below bound: Int, _ request: (UInt64) -> [UInt8]) -> [[UInt8]] {
            (0..<4_096).map { _ in request(UInt64.random(in: 0..<UInt64(max(1, bound)), using: &random)) }
        }
        let token = ledger.readerToken
        let requests: [(RowName, [[UInt8]])] = [
            (.readCheckpoint, [HTTPRequest.get("/checkpoint")]),
            (
                .readTile,
                some(below: size / TileAddress.fullWidth) { index in
                    HTTPRequest.get("/" + (TileAddress(level: 0, index: index).map { TilePath.format($0) } ?? ""))
                }
            ),
            (.readProof, some(below: size) { HTTPRequest.get("/v1/proofs/inclusion?index=\($0)&size=\(size)") }),
            (.readReceipt, some(below: size) { HTTPRequest.get("/v1/events/\($0)/receipt", token: token) }),
            (
                .readBundle,
                some(below: size / TileAddress.fullWidth) { index in
                    HTTPRequest.get(
                        "/" + TilePath.format(entries: index, width: TileAddress.fullWidth), token: token)
                }
            ),
        ]
        for (name, requests) in requests {
            try measure(name) { row in try read(requests, from: ledger, &row) }
        }
    }

    private func read(_ requests: [[UInt8]], from ledger: Ledger, _ row: inout Row) throws {
        let bare = try bareServer(like: ledger)
        let sources = (0..<Self.connections).map { FixedRequests(requests, from: $0 * 61) }
        let empty = (0..<Self.connections).map { _ in FixedRequests([HTTPRequest.get("/healthz")]) }
        let span = LoadSpan.seconds(plan.slice, warmUp: plan.warmUp)
        var (slices, ours, theirs): ([Served], [Served], [Served]) = ([], [], [])
        try ledger.facts.forgetPeak()
        for _ in 0..<plan.slices {
            theirs.append(try serve(empty, span, on: bare.port, bare.facts))
            ours.append(try serve(empty, span, on: ledger.port, ledger.facts))
            slices.append(try serve(sources, span, on: ledger.port, ledger.facts))
        }
        row.add("of empty GET", .percent, zip(slices, ours).map { 100 * $0.load.rate / $1.load.rate })
        row.add("of bare NIO", .percent, zip(slices, theirs).map { 100 * $0.load.rate / $1.load.rate })
        row.addRequests(slices)
        row.add("bodies", .gigabytesPerSecond, slices.map { Double($0.load.bodyBytes) / 1e9 / $0.load.seconds })
        try row.add(memoryOf: ledger.facts)
    }

    private func serve(
        _ sources: [any RequestSource], _ span: LoadSpan, on port: UInt16, _ facts: ProcessFacts
    ) throws -> Served {
        try Served(LoadGenerator(port: port, sources: sources, expected: [200]), span, by: facts)
    }
}
