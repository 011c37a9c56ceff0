import ApprovalEvents
import HTTPTypes
import HummingbirdTesting
import LedgerCrypto
import LedgerEngine
import LedgerHTTP
import MerkleTree
import SignedNotes
import Testing

@Suite("The tree") struct TreeTests {
    /// A ledger with some more than one full tile.
    private func grown(by count: Int) async throws -> (Fixture, reader: String) {
        let fixture = try await Fixture()
        let own = try await fixture.token("gateway", ["submit"])
        let reader = try await fixture.token("reader", ["read"], sources: [])
        try await fixture.test { client in
            let lines = (0..<count).map { Event.cancelled("t-\($0)") }.joined(separator: "\n")
            let answer = try await client.post(own, "application/x-ndjson", lines)
            #expect(try answer.lines.dropLast().allSatisfy { $0["status"] == 201 })
        }
        return (fixture, reader)
    }

    @Test func `Without a token anybody can rebuild the root of every published size from tiles`() async throws {
        let (fixture, _) = try await grown(by: 300)
        try await fixture.test { client in
            let last = fixture.size
            for size in [1, 2, 3, 4, 100, 255, 256, 257, last - 1, last] {
                let leaves = try await self.leaves(of: size, client)
                var frontier = Frontier()
                for leaf in leaves { frontier.append(leaf) }
                #expect(frontier.head == (try fixture.sequencer.reader.head(at: TreeSize(size))), "\(size)")
            }
            // The tile above: the roots of full tiles.
            var full = Frontier()
            for leaf in try await self.leaves(of: 256, client) { full.append(leaf) }
            let above = try await client.get("/tile/1/000.p/1")
            #expect(above.bytes == full.root.bytes)
        }
    }

    private func leaves(of size: UInt64, _ client: any TestClientProtocol) async throws -> [Digest] {
        var leaves: [Digest] = []
        for index in 0...(size / 256) {
            let width = Int(min(256, size - index * 256))
            guard width > 0, let address = TileAddress(level: 0, index: index, width: width) else { continue }
            let answer = try await client.get("/" + TilePath.format(address))
            #expect(answer.status == .ok)
            #expect(answer.headers[.contentType] == "application/octet-stream")
            #expect(answer.headers[.cacheControl] == "public, max-age=31536000, immutable")
            #expect(answer.bytes.count == width * 32)
            for start in stride(from: 0, to: answer.bytes.count, by: 32) {
                leaves.append(try #require(Digest(answer.bytes[start..<start + 32])))
            }
        }
        return leaves
    }

    @Test func `Bundles take the role read, and hash to the tiles`() async throws {
        let (fixture, reader) = try await grown(by: 260)
        try await fixture.test { client in
            for path in ["000", "000.p/255", "001.p/\(fixture.size - 256)"] {
                #expect(try await client.get("/tile/entries/\(path)").problem == "unauthenticated")
                let answer = try await client.get("/tile/entries/\(path)", reader)
                #expect(answer.status == .ok)
                #expect(answer.headers[.cacheControl] == "private, max-age=31536000, immutable")
                var rest = answer.bytes[...]
                var hashes: [UInt8] = []
                while rest.count >= 2 {
                    let length = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
                    hashes += TreeHash.leaf(Array(rest.dropFirst(2).prefix(length))).bytes
                    rest = rest.dropFirst(2 + length)
                }
                #expect(rest.isEmpty)
                #expect(hashes == (try await client.get("/tile/0/\(path)")).bytes)
            }
        }
    }

    @Test func `What is not there yet is not found`() async throws {
        let (fixture, reader) = try await grown(by: 10)
        try await fixture.test { client in
            let size = fixture.size
            for path in [
                "0/000", "0/000.p/\(size + 1)", "0/001.p/1", "1/000.p/1", "8/000.p/1", "63/000.p/1", "entries/000",
                "entries/000.p/\(size + 1)", "0/x999/x999/x999/999.p/1",
            ] {
                let answer = try await client.get("/tile/\(path)", reader)
                #expect(answer.problem == "not-found", "\(path)")
                #expect(answer.headers[.cacheControl] == "no-store")
            }
            #expect(try await client.get("/tile/0/000.p/\(size)").status == .ok)
        }
    }

    @Test func `The checkpoint is a signed note, kept for a moment`() async throws {
        let (fixture, _) = try await grown(by: 3)
        try await fixture.test { client in
            let answer = try await client.get("/checkpoint")
            #expect(answer.headers[.contentType] == "text/plain; charset=utf-8")
            #expect(answer.headers[.cacheControl] == "public, max-age=1")
            let note = try SignedNote(parsing: answer.bytes)
            _ = try note.verify(with: fixture.signer.verifierKeys)
            #expect(try Checkpoint(parsing: note.text).head == fixture.sequencer.reader.published.head)
        }
    }

    @Test func `Every inclusion and consistency proof of a small log verifies`() async throws {
        let (fixture, _) = try await grown(by: 20)
        try await fixture.test { client in
            let size = fixture.size
            for second in 1...size {
                let head = try fixture.sequencer.reader.head(at: TreeSize(second))
                for index in 0..<second {
                    let answer = try await client.get("/v1/proofs/inclusion?index=\(index)&size=\(second)")
                    #expect(answer.headers[.cacheControl] == "public, max-age=31536000, immutable")
                    let leaf = TreeHash.leaf(try fixture.sequencer.reader.entryBytes(at: LeafIndex(index)))
                    try InclusionProof(hashes: try self.hashes(answer)).verify(
                        leaf: leaf, at: LeafIndex(index), in: head)
                    let first = try fixture.sequencer.reader.head(at: TreeSize(index + 1))
                    let consistency = try await client.get("/v1/proofs/consistency?first=\(index + 1)&second=\(second)")
                    try ConsistencyProof(hashes: try self.hashes(consistency)).verify(from: first, to: head)
                }
            }
            let newest = try await client.get("/v1/proofs/inclusion?index=0")
            #expect(try newest.json["size"] == .number(JSONNumber(Int64(size))))
            #expect(newest.headers[.cacheControl] == "no-store")
        }
    }

    private func hashes(_ answer: TestResponse) throws -> [Digest] {
        guard case .array(let values)? = try answer.json["hashes"] else { throw Unexpected(answer.text) }
        return try values.map { value in
            guard case .string(let text) = value, let bytes = Base64.decode(text.string), let digest = Digest(bytes)
            else {
                throw Unexpected("\(value)")
            }
            return digest
        }
    }

    @Test func `A proof that cannot be is refused`() async throws {
        let (fixture, _) = try await grown(by: 5)
        let size = fixture.size
        let cases = [
            ("inclusion", "malformed-request"), ("inclusion?index=\(size)", "malformed-request"),
            ("inclusion?index=3&size=3", "malformed-request"), ("inclusion?index=01", "malformed-request"),
            ("inclusion?index=0&size=\(size + 1)", "not-found"), ("inclusion?index=0&size=0", "not-found"),
            ("consistency", "malformed-request"), ("consistency?first=0", "malformed-request"),
            ("consistency?first=3&second=2", "malformed-request"),
            ("consistency?first=1&second=\(size + 1)", "not-found"),
            ("consistency?first=1&second=18446744073709551615", "not-found"),
            ("inclusion?index=0&root=1", "malformed-request"),
        ]
        try await fixture.test { client in
            for (query, problem) in cases {
                #expect(try await client.get("/v1/proofs/\(query)").problem == problem, "\(query)")
            }
            _ = try await client.get("/checkpoint")
        }
    }

    @Test func `An operator can keep the tree to readers`() async throws {
        let (fixture, reader) = try await grown(by: 5)
        let change: (inout ServerConfiguration) -> Void = { $0.hasPublicTree = false }
        try await fixture.test(change) { client in
            for path in [
                "/checkpoint", "/tile/0/000.p/2", "/v1/proofs/inclusion?index=0", "/v1/proofs/consistency?first=1",
            ] {
                #expect(try await client.get(path).problem == "unauthenticated")
                let answer = try await client.get(path, reader)
                #expect(answer.status == .ok)
            }
        }
    }
}
