import ApprovalEvents
import Foundation
import LedgerEngine
import LedgerHTTP
import MerkleTree
import Testing

@Suite("A peer that is gone", .timeLimit(.minutes(20))) struct GonePeerTests {
    @Test func `has what waits ended, and nothing begun that it sent behind`() async throws {
        let (fixture, storage) = try await Fixture.pausing()
        let token = try await fixture.token("gateway", ["submit"])
        // One connection at a time: the second is answered when the first is closed, and not before.
        let change: (inout ServerConfiguration) -> Void = { $0.limits.connections = 1 }
        try await fixture.serving(change) { port, _ in
            let client = try RawClient(port: port)
            storage.pause(true)
            defer { storage.pause(false) }
            try client.write(
                Wire.post(token, Event.cancelled("e-1")) + Wire.post(token, Event.cancelled("e-2"))
                    + Wire.post(token, Event.cancelled("e-3")).dropLast())
            while fixture.sequencer.status.unpublished == 0 { try await Task.sleep(for: .milliseconds(1)) }
            client.reset()
            let other = try RawClient(port: port)
            defer { other.close() }
            #expect(try await Self.inFlight(other) == 2, "the first event, and this question")
            storage.pause(false)
            var count = 2
            for _ in 0..<1_000 where count != 1 {
                try await Task.sleep(for: .milliseconds(5))
                count = try await Self.inFlight(other)
            }
            #expect(count == 1)
        }
        func position(_ id: Text) throws -> LeafIndex? {
            try fixture.sequencer.position(of: EventIdentity(source: "/gateways/eu-1", id: id))
        }
        #expect(try position("e-1") != nil)
        #expect(try position("e-2") == nil)
    }

    @Test func `that asked for much and went leaves nothing behind`() async throws {
        let fixture = try await Fixture()
        try await fixture.serving { port, _ in
            for round in 0..<40 {
                let client = try RawClient(port: port)
                try client.write(String(repeating: "GET /v1/proofs/inclusion?index=0 HTTP/1.1\r\n\r\n", count: 200))
                if round.isMultiple(of: 2) { client.reset() } else { client.close() }
            }
            let other = try RawClient(port: port)
            defer { other.close() }
            var count = 2
            for _ in 0..<1_000 where count != 1 {
                try await Task.sleep(for: .milliseconds(5))
                count = try await Self.inFlight(other)
            }
            #expect(count == 1, "this question alone")
        }
    }

    /// Requests that have begun and have no answer.
    private static func inFlight(_ client: RawClient) async throws -> Int {
        Int(try await client.metric("countersign_http_requests_in_flight"))
    }
}
